"""How much of the first run's time does a run with one new file in a hundred take?

`python -m bench.incremental MB FOLDER` makes a corpus of that size, cleans it, adds a hundredth, cleans it again, and
holds the tables against a run over everything in another OUT. Its pages are as long as those of the sample, 3 kB, much
of it furniture of sites; `--lines 6` puts six lines of prose where the sample has one: speeches of 15 kB.
"""

import argparse
import os
import random
import shutil
from pathlib import Path
from time import perf_counter, sleep

from bench.corpus import SAMPLE
from cleaner import pipeline
from cleaner.config import Config, Input
from cleaner.engines.local import Local
from cleaner.ingest.extract import extract
from cleaner.ingest.read import SETTLED_SECONDS, listing, read
from cleaner.progress import Progress
from cleaner.store import manifest

LONG = 40
"""A line this long is prose and gets other characters; shorter ones, the furniture of a page, stay."""


def write(folder: Path, size_bytes: int, chance: random.Random, n_lines: int) -> int:
    """Write about `size_bytes` of pages like those of the sample, each with other prose; return how many.

    Args:
        n_lines: how many stand where the sample has one line of prose.
    """
    pages = []
    for entry in listing(SAMPLE):
        raw = read(SAMPLE, entry, Input())
        if entry.kind == "text" and raw.data:
            pages.append(extract(entry.kind, entry.source, raw.data, Input()).text)
    alphabet = [char for page in pages for line in page.split("\n") if len(line) >= LONG for char in line]
    written = count = 0
    while written < size_bytes:
        lines = chance.choice(pages).split("\n")
        made = [
            "".join(chance.choices(alphabet, k=len(line))) if len(line) >= LONG else line
            for line in lines
            for _ in range(n_lines if len(line) >= LONG else 1)
        ]
        path = folder / f"{chance.randrange(100):02d}" / f"{chance.getrandbits(48):012x}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        written += path.write_bytes("\n".join(made).encode())
        count += 1
    return count


def timed(raw: Path, out: Path) -> tuple[float, float]:
    """Clean RAW into OUT and return the seconds, on the clock and of CPU, workers included."""
    begin, cpu = perf_counter(), _cpu_seconds()
    described = pipeline.run(raw, out, Config(), Local(2), Progress(shown=False))
    seconds, cpu = perf_counter() - begin, _cpu_seconds() - cpu
    print(f"{seconds:8.1f} s  {cpu:8.1f} s CPU  {described['sources']}  {described['seconds']}", flush=True)
    return seconds, cpu


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("megabytes", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(1)
    raw, out = options.folder / "raw", options.folder / "out"
    shutil.rmtree(options.folder, ignore_errors=True)
    print(write(raw, options.megabytes * 10**6, chance, options.lines), "files", flush=True)
    sleep(SETTLED_SECONDS)
    first = timed(raw, out)
    print(write(raw, options.megabytes * 10**4, chance, options.lines), "new files", flush=True)
    sleep(SETTLED_SECONDS)
    second = timed(raw, out)
    shares = [f"{after / before:.1%}" for before, after in zip(first, second, strict=True)]
    print(f"the second run took {shares[0]} of the first one's time, {shares[1]} of its CPU", flush=True)
    timed(raw, options.folder / "fresh")
    same = [manifest.read(one)["digests"]["tables"] for one in (out, options.folder / "fresh")]
    print("tables the same as of a run over everything:", same[0] == same[1])


if __name__ == "__main__":
    main()
