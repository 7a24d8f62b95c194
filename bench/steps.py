"""How fast is each step beside its floor, and the whole beside the library's own way? Ratios, from one run.

    python -m bench.steps [--texts 2000] [--check | --set-floors]

Each pair is measured in turn, three times, and the median counts: absolute times of a shared machine drift, the
ratio does not. No test is timed: the ratios are held against their floors here (`floors.py`).
"""

import argparse
import re
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

import ftfy
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from datasketch import MinHash, MinHashLSH

from bench import cleaning, corpus, floors, review, rules
from bench.corpus import sentences, texts
from cleaner import clusters, pipeline, rulepack
from cleaner.config import Config, Output
from cleaner.dedup import batches
from cleaner.dedup.comparison import form
from cleaner.dedup.corpus import settings_of
from cleaner.dedup.detect import detect
from cleaner.dedup.shingle import flatten
from cleaner.dedup.sketch import signatures
from cleaner.engines.local import Local
from cleaner.lines import lines
from cleaner.progress import Progress

ROUNDS = 3

FORGETFUL = Config(output=Output(cache=False))
"""A run that is measured twice cleans twice."""


def side_by_side(
    ratios: dict[str, float], name: str, ours: Callable[[], object], theirs: Callable[[], object], chars: int
) -> None:
    """Measure two ways in turn, print both and their ratio, and note the ratio under `name`."""
    ours(), theirs()  # compiles, fills caches
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for seconds, way in zip(times, (ours, theirs), strict=True):
            begin = perf_counter()
            way()
            seconds.append(perf_counter() - begin)
    mine, other = (median(seconds) * 1e9 / chars for seconds in times)
    ratios[name] = other / mine
    print(f"{name:<64} {mine:>10.1f} {other:>12.1f} {ratios[name]:>8.2f}", flush=True)


def by_datasketch(made: list[str]) -> int:
    """Find the pairs as datasketch's documentation does, on character 5-grams."""
    index = MinHashLSH(threshold=0.6, num_perm=128)
    found = 0
    for i, text in enumerate(made):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([text[j : j + 5].encode() for j in range(len(text) - 4)])
        found += len(index.query(sketch))
        index.insert(str(i), sketch)
    return found


def by_us(made: list[str]) -> int:
    """Find the same pairs, verified exactly."""
    codes, offsets = flatten([form(text).codes for text in made])
    return len(detect(codes, offsets, settings_of(Config().dedup), np.arange(len(made))).pairs)


def one_by_one(pack: rulepack.RulePack, folded: list[str]) -> int:
    """Match the inline rules the plain way: one `re` per rule and line."""
    compiled = []
    for rule in pack.rules:
        if rule.stage == "inline":
            try:
                compiled.append(re.compile(rule.pattern.replace(r"\p{Han}", "\u4e00-\u9fff")))
            except re.error:
                continue
    return sum(pattern.search(line) is not None for line in folded for pattern in compiled)


def speeches(folder: Path, made: list[str]) -> Path:
    """Write each text as a page of a speech; return the folder."""
    folder.mkdir()
    for i, text in enumerate(made):
        cut = "\n".join(text[j : j + 280] + "。" for j in range(0, len(text), 280))
        (folder / f"{i:05d}.txt").write_text(f"在会议上的讲话\n同志们：\n{cut}\n", "utf-8")  # "a speech; comrades:"
    return folder


@contextmanager
def one_thread() -> Iterator[None]:
    """Let kernels run in this thread only."""
    before = batches.threads
    batches.threads = lambda: 1
    try:
        yield
    finally:
        batches.threads = before


def main() -> None:
    """Print the table, and hold it against the floors or set them."""
    parser = argparse.ArgumentParser(description="speed as ratios, measured in one run")
    parser.add_argument("--texts", type=int, default=1000, help="texts of 1,400 characters")
    parser.add_argument("--files", type=int, default=8000, help="texts for two workers, who start from some 4,000 on")
    parser.add_argument("--search", type=int, default=20_000, help="texts for the search, where start-up counts little")
    parser.add_argument("--clusters", type=int, default=20_000, help="clusters of five speeches, for the review pages")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--check", action="store_true", help="exit with 1 if a ratio is under its floor")
    which.add_argument("--set-floors", action="store_true", help="set the floors by this run")
    options = parser.parse_args()
    ratios: dict[str, float] = {}
    made = list(texts(options.texts))
    chars = sum(map(len, made))
    print(f"{len(made)} texts, {chars:,} characters, Python {sys.version.split()[0]}, numpy {np.__version__}")
    print(f"{'':<64} {'ns/char':>10} {'theirs':>12} {'ratio':>8}")
    side_by_side(
        ratios,
        "near-duplicates, verified | datasketch, not verified",
        lambda: by_us(made),
        lambda: by_datasketch(made),
        chars,
    )

    codes, offsets = flatten([form(text).codes for text in made])
    column = pa.table({"text": made})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.parquet"

        def write_column() -> None:
            pq.write_table(column, path, compression="zstd", compression_level=1)

        sketch = lambda: signatures(codes, offsets, 5, 128, 1)  # noqa: E731
        with one_thread():
            side_by_side(ratios, "sketch, one thread | write the texts, zstd 1", sketch, write_column, chars)
        given = Path(folder) / "many.parquet"
        corpus.write(given, options.search)
        table = pq.read_table(given, columns=["text"])

        def write_table() -> None:
            pq.write_table(table, path, compression="zstd", compression_level=1)

        found = lambda: clusters(given, threshold=0.8, scratch=folder)  # noqa: E731
        side_by_side(
            ratios,
            f"file to clusters, all threads, {options.search:,} texts | write them",
            found,
            write_table,
            pc.sum(pc.utf8_length(table["text"])).as_py(),
        )

    said = sentences() * 5
    prose = ["".join(said[i : i + 5]) for i in range(0, len(said), 5)]
    folded = [line.folded for line in lines("\n".join(prose))]
    pack = rulepack.load([rulepack.shipped()])
    inline = pack.stage("inline")
    many = sum(map(len, prose))
    side_by_side(
        ratios,
        "inline rules together | one re per rule and line",
        lambda: list(inline.scan(folded)),
        lambda: one_by_one(pack, folded),
        many,
    )

    hundred, thousand = rules.inline(100), rules.inline(1000)
    side_by_side(
        ratios,
        "1,000 inline rules | 100",
        lambda: list(thousand.scan(folded)),
        lambda: list(hundred.scan(folded)),
        many,
    )

    with tempfile.TemporaryDirectory() as folder:
        raw = speeches(Path(folder) / "raw", made)
        cleaned = pa.table({"text": cleaning.texts_of(raw)})
        write_cleaned = lambda: pq.write_table(  # noqa: E731
            cleaned, Path(folder) / "cleaned.parquet", compression="zstd", compression_level=1
        )
        side_by_side(
            ratios,
            "the cleaning half, one thread | write the cleaned texts, zstd 1",
            lambda: cleaning.texts_of(raw),
            write_cleaned,
            chars,
        )
        run = lambda: pipeline.run(raw, Path(folder) / "out", FORGETFUL, Local(1), Progress(shown=False))  # noqa: E731
        side_by_side(
            ratios,
            "the whole run, one worker | ftfy.fix_text alone",
            run,
            lambda: [ftfy.fix_text(text) for text in made],
            chars,
        )
    with tempfile.TemporaryDirectory() as folder:
        raw = speeches(Path(folder) / "raw", list(texts(options.files)))
        one, two = (
            lambda n=n: pipeline.run(raw, Path(folder) / str(n), FORGETFUL, Local(n), Progress(shown=False))
            for n in (1, 2)
        )
        name = f"the whole run of {options.files:,}, two workers | one worker"
        side_by_side(ratios, name, two, one, options.files * chars // len(made))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB")
    review.measure(options.clusters)
    data = floors.digest([*made, *said, str(options.search)])
    if options.set_floors:
        floors.write(data, ratios)
    if options.check and (faults := list(floors.faults(data, ratios, floors.read()))):
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
