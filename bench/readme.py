"""How are the measurements shown? A table and a chart in `bench/README.md`, between two marks."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
BAR, LEFT, LINE = 360, 250, 22


@dataclass(frozen=True, slots=True)
class Row:
    """One tool at one size: seconds, seconds of CPU and MB of memory, None if it was not run; pair P and R."""

    name: str
    count: int
    size_mb: float
    run: tuple[float, ...] | None
    quality: tuple[float, float] | None
    is_present: bool


def write(folder: Path, rows: list[Row]) -> None:
    """Put the table into the page and draw the chart anew."""
    page = folder / "README.md"
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    said = f"Measured by `make bench` on {machine}: of each tool the second of two runs, of all rounds the quickest."
    parts = [said, *(_table(rows, count) for count in _counts(rows))]
    page.write_text(f"{before}{BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{END}{after}", "utf-8")
    (folder / "chart.svg").write_text(_chart([row for row in rows if row.count == _counts(rows)[-1]], rows), "utf-8")


def _counts(rows: list[Row]) -> list[int]:
    return sorted({row.count for row in rows})


def _seconds(row: Row, rows: list[Row]) -> tuple[float | None, str]:
    """Return the seconds of a row and its mark; what was not run takes as long a text as at the largest size run."""
    if row.run is not None:
        return row.run[0], ""
    known = [other for other in rows if other.name == row.name and other.run is not None and other.count < row.count]
    if not known:
        return None, ""
    largest = max(known, key=lambda other: other.count)
    assert largest.run is not None
    return largest.run[0] * row.count / largest.count, "~"


def _table(rows: list[Row], count: int) -> str:
    here = [row for row in rows if row.count == count]
    first, _ = _seconds(here[0], rows)
    lines = [
        f"### {count:,} texts, {here[0].size_mb:,.0f} MB",
        "",
        "| tool | wall s | MB/s | CPU s | peak MB | pair P | pair R | times as long |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in here:
        seconds, mark = _seconds(row, rows)
        if seconds is None or first is None:
            lines.append(f"| {row.name} | {'failed' if row.is_present else 'absent'} | | | | | | |")
            continue
        cpu, memory = (f"{row.run[1]:.1f}", f"{row.run[2]:,.0f}") if row.run else ("", "")
        p, r = (f"{value:.4f}" for value in row.quality) if row.quality else ("", "")
        speed = f"{row.size_mb / seconds:.1f}"
        lines.append(
            f"| {row.name} | {mark}{seconds:,.1f} | {mark}{speed} | {cpu} | {memory} | {p} | {r} "
            f"| {mark}{seconds / first:,.1f} |"
        )
    return "\n".join(lines)


def _chart(rows: list[Row], every: list[Row]) -> str:
    """Return bars of MB/s."""
    speeds = [(row.name, row.size_mb / seconds, mark) for row in rows if (seconds := _seconds(row, every)[0])
              for mark in [_seconds(row, every)[1]]]  # fmt: skip
    best = max((speed for _, speed, _ in speeds), default=1.0)
    body = "".join(
        f'<text x="{LEFT - 8}" y="{LINE * i + 16}" text-anchor="end">{name}</text>'
        f'<rect x="{LEFT}" y="{LINE * i + 4}" width="{max(1.0, BAR * speed / best):.1f}" height="15" fill="#47a"/>'
        f'<text x="{LEFT + BAR * speed / best + 6:.1f}" y="{LINE * i + 16}">{mark}{speed:.1f} MB/s</text>'
        for i, (name, speed, mark) in enumerate(speeds)
    )
    height, width = LINE * len(speeds) + 8, LEFT + BAR + 110
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
        f'font-size="13"><rect width="100%" height="100%" fill="#fff"/>{body}</svg>\n'
    )
