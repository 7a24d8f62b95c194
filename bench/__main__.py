"""How fast, how lean and how right beside other tools? All of them side by side, in one run.

    make bench [ARGS="--texts 2000 20000 100000 --rounds 3"]

Each tool has an environment of its own below the scratch folder, made here; one that cannot be made is named as
absent. A tool is a process from a Parquet file to a Parquet file of clusters, start-up included. The tools take turns;
in its turn each runs twice and the second run counts, so that none pays for files that the system dropped while another
ran, nor for what its first run compiles. Of the turns the quickest counts, of all tools alike: what else runs on the
machine only adds. What takes too long at a size is extrapolated from the size before and marked `~`. The result is
written to `bench/README.md` and `bench/chart.svg`. Nothing here is a test.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from bench import readme, truth

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: its name, its script in `bench.peers`, what pip installs, the most texts it is run on."""

    name: str
    script: str
    packages: tuple[str, ...]
    largest: int = 10**9

    @property
    def is_ours(self) -> bool:
        """Whether it is this project, in the environment that runs the bench."""
        return not self.packages


_COMMON = ("numpy", "pyarrow")
TOOLS = (
    Tool("cleaner.clusters", "cleaner_clusters", ()),
    Tool("cleaner dedupe (whole product)", "cleaner_dedupe", ()),
    Tool("rensa, flat hashes by numpy", "rensa_flat", ("rensa", *_COMMON)),
    Tool("rensa, its deduplicator", "rensa_dedup", ("rensa", *_COMMON)),
    Tool("Daft", "daft_minhash", ("daft", *_COMMON)),
    Tool("polars-textproc", "polars_textproc_minhash", ("polars", "polars-textproc", *_COMMON)),
    Tool("gaoya", "gaoya_minhash", ("gaoya", *_COMMON)),
    Tool("datasketch, bulk", "datasketch_bulk", ("datasketch", *_COMMON), 2_000),
    Tool("datasketch, documented loop", "datasketch_loop", ("datasketch", *_COMMON), 2_000),
    Tool("datatrove", "datatrove_minhash", ("datatrove[io,processing]", *_COMMON), 2_000),
    Tool("Data-Juicer", "datajuicer_minhash", ("py-data-juicer", "aiohttp", *_COMMON), 2_000),
    Tool("text-dedup", "textdedup_minhash", ("text-dedup", *_COMMON), 2_000),
)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a tool: seconds on the clock and of all cores, peak memory in MB."""

    wall: float
    cpu: float
    memory: float


def environment(tool: Tool, scratch: Path) -> Path | None:
    """Return the interpreter of a tool, or None if its packages cannot be had."""
    if tool.is_ours:
        return Path(sys.executable)
    folder = scratch / "envs" / tool.packages[0].split("[")[0]
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *tool.packages]
        if subprocess.run(install, stdin=subprocess.DEVNULL).returncode:
            return None
        (folder / "ready").touch()
    return python


def measured(python: Path, tool: Tool, given: Path, out: Path) -> Run | None:
    """Run a tool twice and return the second run; None if one failed."""
    said = out.with_suffix(".log")
    command: list[str | Path] = [python, "-m", f"bench.peers.{tool.script}", given, out]
    # The first run keeps what Python compiles, whatever this shell is told.
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(2):
        with said.open("wb") as log:
            process = subprocess.run(
                [sys.executable, "-S", "-m", "bench.alone", *command],
                cwd=ROOT, env=own, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        if process.returncode:
            print(f"{tool.name} failed: {said.read_text('utf-8', 'replace')[-300:]}", file=sys.stderr)
            return None
    return Run(*map(float, process.stdout.split()[-3:]))


def main() -> None:
    """Measure all tools at all sizes and write the page."""
    parser = argparse.ArgumentParser(prog="bench", description="speed, memory and quality beside other tools")
    parser.add_argument("--texts", type=int, nargs="+", default=[2000, 20_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3, help="of tools that take less than 20 seconds")
    parser.add_argument("--judged", type=int, default=100_000, help="most texts whose pairs are sought by brute force")
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "cleaner-bench")
    options = parser.parse_args()
    options.scratch.mkdir(parents=True, exist_ok=True)
    pythons = {tool: environment(tool, options.scratch) for tool in TOOLS}
    rows: list[readme.Row] = []
    for count in options.texts:
        given = options.scratch / f"{count}.parquet"
        # In a process of its own: what this one has ever held would count as the memory of those it starts.
        with ProcessPoolExecutor(1, get_context("spawn")) as other:
            size, due = other.submit(truth.prepared, given, count, count <= options.judged).result()
        runs: dict[Tool, list[Run]] = {tool: [] for tool in TOOLS}
        quality: dict[Tool, tuple[float, float]] = {}
        for round_ in range(options.rounds):
            for tool in TOOLS:
                python = pythons[tool]
                if python is None or count > tool.largest or (round_ and (not runs[tool] or runs[tool][0].wall > 20)):
                    continue
                out = options.scratch / f"{tool.script}.parquet"
                if (run := measured(python, tool, given, out)) is None:
                    continue
                runs[tool].append(run)
                table = pq.read_table(out).sort_by("id")
                if due:
                    _, labels = np.unique(table["cluster"].to_numpy(), return_inverse=True)
                    quality[tool] = truth.precision_and_recall(labels, due[tool.is_ours])
                print(
                    f"{count:>7,} {tool.name:<32} {run.wall:8.2f} s {run.cpu:8.2f} s CPU {run.memory:8,.0f} MB",
                    flush=True,
                )
        for tool in TOOLS:
            least = min(runs[tool], key=lambda run: run.wall, default=None)
            shown = (least.wall, least.cpu, least.memory) if least else None
            rows.append(readme.Row(tool.name, count, size, shown, quality.get(tool), pythons[tool] is not None))
        readme.write(ROOT / "bench", rows)


if __name__ == "__main__":
    main()
