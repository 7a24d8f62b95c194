"""What do the figures of the documentation show? Run `python -m docs.figures` after a change of what they show.

In: the functions of the program (the bands that it chooses, the order of its stages) and the counts of the sample
(`tests/golden.json`). Out: SVG in docs/figures, whose bytes depend on these alone; `tests/test_docs.py` compares them.
"""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

from cleaner.config import Config
from cleaner.dedup.bands import choose_bands
from cleaner.filters import STAGES

HERE = Path(__file__).parent / "figures"
GOLDEN = Path(__file__).parents[1] / "tests" / "golden.json"

INK, SOFT, FIRST, SECOND, THIRD = "#57606a", "#d0d7de", "#0969da", "#bc4c00", "#1a7f37"
"""Colours that can be read on white and on black."""
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
    'role="img" font-family="sans-serif" font-size="13" fill="{ink}"><title>{title}</title>\n{body}\n</svg>\n'
)


def svg(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    """Return the text of a figure."""
    return _HEAD.format(width=width, height=height, ink=INK, title=escape(title), body="\n".join(parts))


def text(x: float, y: float, said: str, anchor: str = "start", colour: str = INK) -> str:
    """Return a label."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(said)}</text>'


def box(x: float, y: float, width: float, height: float, colour: str) -> str:
    """Return a filled rectangle."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="3" fill="{colour}"/>'


def s_curve() -> str:
    """Return the chance that a pair is compared, by its similarity, for three thresholds."""
    left, top, width, height = 60, 20, 480, 240
    dedup = Config().dedup
    parts = [
        f'<path d="M{left} {top}V{top + height}H{left + width}" fill="none" stroke="{INK}"/>',
        text(left + width / 2, top + height + 40, "Jaccard similarity of the pair", "middle"),
        text(left, top - 6, "chance that the pair shares a band"),
    ]
    for i in range(0, 11, 2):
        parts.append(text(left + width * i / 10, top + height + 18, f"{i / 10:g}", "middle"))
        parts.append(text(left - 8, top + height * (1 - i / 10) + 4, f"{i / 10:g}", "end"))
    for row, (tau, colour) in enumerate(zip((0.45, dedup.threshold, 0.8), (THIRD, FIRST, SECOND), strict=True)):
        bands = choose_bands(tau, dedup.recall, dedup.num_perm)
        points = [f"{left + width * i / 100:.1f},{top + height * (1 - bands.recall(i / 100)):.1f}" for i in range(101)]
        x = left + width * tau
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<path d="M{x:.1f} {top}v{height}" stroke="{colour}" stroke-dasharray="3 4"/>')
        said = f"τ = {tau:g}: {bands.b} bands of {bands.r}"
        parts.append(text(left + width - 6, top + height - 60 + 20 * row, said, "end", colour))
    return svg(left + width + 30, top + height + 56, "The S-curve of the bands", parts)


def funnel() -> str:
    """Return what becomes of the characters and speeches of the sample."""
    counts = json.loads(GOLDEN.read_text("utf-8"))["counts"]
    net = {name: row["removed"] - row["inserted"] for name, row in counts["stages"].items()}
    order = ["repair", "split", *(name for name, _ in STAGES)]
    gone = [(name, net[name]) for name in order if net.get(name)]
    largest = max(n for _, n in gone)
    parts = [text(0, 14, "Characters that each stage took from the sample")]
    y = 28.0
    for name, n in gone:
        parts += [text(110, y + 14, name, "end"), box(118, y, 300 * n / largest, 18, FIRST)]
        parts.append(text(124 + 300 * n / largest, y + 14, f"{n:,}"))
        y += 24
    speeches = counts["speeches"]
    y += 26
    parts.append(text(0, y - 8, "Its speeches"))
    left = speeches["found"]
    steps = [("found", 0), *((name, speeches[name]) for name in ("exact", "near-duplicate", "contained"))]
    for name, n in steps:
        left -= n
        parts += [text(110, y + 14, name, "end"), box(118, y, 300 * left / speeches["found"], 18, THIRD)]
        parts.append(box(118 + 300 * left / speeches["found"], y, 300 * n / speeches["found"], 18, SECOND))
        parts.append(text(424, y + 14, f"{left:,}" + (f"  (-{n:,})" if n else "")))
        y += 24
    return svg(520, int(y) + 4, "The funnel of the sample", parts)


def flow() -> str:
    """Return the steps from raw files to a corpus, the staged filters in their order."""
    rows = [
        ("per file", ["read", "decode", "repair", "split"], FIRST),
        ("per speech", [name for name, _ in STAGES], THIRD),
        ("all together", ["shingle", "sketch", "band", "verify", "keep"], SECOND),
        ("result", ["corpus", "audit", "pairs", "report", "manifest"], INK),
    ]
    parts: list[str] = []
    for i, (label, steps, colour) in enumerate(rows):
        y = 10 + i * 62
        parts.append(text(92, y + 21, label, "end"))
        for j, step in enumerate(steps):
            x = 104 + j * 102
            parts += [box(x, y, 90, 32, SOFT), f'<path d="M{x} {y}v32" stroke="{colour}" stroke-width="5"/>']
            parts.append(f'<text x="{x + 47}" y="{y + 21}" text-anchor="middle" fill="#1f2328">{escape(step)}</text>')
            if j:
                parts.append(f'<path d="M{x - 11} {y + 16}h8m-4 -4l4 4l-4 4" stroke="{INK}" fill="none"/>')
        if i:
            parts.append(f'<path d="M149 {y - 27}v20m-4 -5l4 5l4 -5" stroke="{INK}" fill="none"/>')
    return svg(104 + max(len(steps) for _, steps, _ in rows) * 102, 10 + 62 * len(rows), "The flow", parts)


FIGURES = {"s-curve.svg": s_curve, "funnel.svg": funnel, "flow.svg": flow}

if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, figure in FIGURES.items():
        (HERE / name).write_text(figure(), "utf-8")
