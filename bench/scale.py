"""What does a document cost on Spark, and how does that grow with the corpus?

`python -m bench.scale FOLDER --texts 10000 100000 1000000` writes cleaned shards of short texts, finds their duplicates
with the local engine and with Spark on this machine, holds the tables against each other, and prints seconds and
shuffled bytes a document, stage by stage, and what they come to at 10^8 documents. What was measured of a size is kept
in FOLDER, so that the sizes can be measured one at a time.

Bytes are extrapolated by a power law through the two largest sizes, seconds, of which starting takes most in a small
corpus, by a straight line. The error is how far the same law through the sizes before them misses the largest, which is
all that the measurement can say of it.
"""

import argparse
import json
import math
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import events
from bench.corpus import texts
from cleaner.chars import MASK
from cleaner.clean import sha256
from cleaner.config import Config
from cleaner.dedup import corpus
from cleaner.engines.base import Engine
from cleaner.engines.local import Local
from cleaner.records import Cleaned, Source, Speech
from cleaner.store import write
from cleaner.store.flat import Arrays
from cleaner.store.scratch import Shard, Slice, read_rows, rows_of, write_folder

SHARD_TEXTS = 500
AIM = 10**8


@dataclass(frozen=True, slots=True)
class Measured:
    """A run over `n` texts: seconds in all, and by job the seconds of its tasks and the bytes it shuffled."""

    n: int
    local_seconds: float
    spark_seconds: float
    task_seconds: dict[str, float]
    shuffled_bytes: dict[str, int]
    skew: float


def shards(folder: Path, given: Iterable[str]) -> list[Shard]:
    """Write texts as sources that were cleaned, one speech each, and return their shards."""
    made = []
    for i, some in enumerate(_batches(given, SHARD_TEXTS)):
        own = folder.resolve() / f"{i:06d}"
        if not own.exists():
            cleaned = [_cleaned(f"{i:06d}/{j:04d}", text) for j, text in enumerate(some)]
            write_folder(own, rows_of(cleaned, "keep"))
        rows = {path.stem: (0, len(read_rows(path))) for path in own.glob("*.arrow")}
        made.append(Shard((Slice(own, rows),)))
    return made


def result(engine: Engine, given: Sequence[Shard], work: Path) -> tuple[dict[str, dict[str, str]], Any, float]:
    """Find the duplicates, write the tables; return their digests, the statistics, and the seconds of the search."""
    shutil.rmtree(work, ignore_errors=True)
    begin = perf_counter()
    speeches = engine.corpus(given, work / "flat")
    found = corpus.find(speeches, Config(), None, Arrays(work / "flat"))
    seconds = perf_counter() - begin
    written = write.write_tables(work / "new", given, speeches, found, Config(), lambda n: None)
    shutil.rmtree(work)
    return written.digests, (found.speech_statistics, found.paragraph_statistics), seconds


def on_spark(folder: Path, given: Sequence[Shard], **settings: object) -> tuple[Any, list[events.StageRun]]:
    """Return what `result` does of Spark on two cores of this machine, and its stages.

    A process keeps the Java that it began with, and so its settings: each call has a process of its own.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        return alone.submit(_on_spark, folder, given, settings).result()


def _on_spark(folder: Path, given: Sequence[Shard], settings: dict[str, object]) -> tuple[Any, list[events.StageRun]]:
    from cleaner.engines import spark

    log, conf = folder / "events", folder / "conf"
    shutil.rmtree(log, ignore_errors=True)
    for path in (log, conf):
        path.mkdir(parents=True, exist_ok=True)
    chosen = {
        "spark.eventLog.enabled": "true", "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false", "spark.eventLog.dir": log.absolute().as_uri(),
        "spark.ui.enabled": "false", "spark.driver.memory": "3g", **settings,
    }  # fmt: skip
    (conf / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in chosen.items()))
    os.environ |= {"SPARK_CONF_DIR": str(conf.absolute()), "SPARK_LOCAL_IP": "127.0.0.1"}
    with spark.connected("local[2]", Config()) as engine:
        found = result(engine, given, folder / "spark")
    return found, events.stages(events.events(next(log.iterdir())))


def measured(folder: Path, given: Sequence[Shard], n: int) -> Measured:
    """Return what both engines took; the tables are held against each other."""
    expected = result(Local(1), given, folder / "local")
    found, runs = on_spark(folder, given)
    if found[:2] != expected[:2]:
        raise SystemExit(f"{n} texts: Spark gives other tables")
    tasks: dict[str, float] = defaultdict(float)
    shuffled: dict[str, int] = defaultdict(int)
    for run in runs:
        tasks[run.job] += run.run_seconds
        shuffled[run.job] += run.shuffled_bytes
    return Measured(n, expected[2], found[2], dict(tasks), dict(shuffled), max(run.skew for run in runs))


Law = Callable[[Sequence[int], Sequence[float], int], float]


def power(sizes: Sequence[int], values: Sequence[float], aim: int) -> float:
    """Return the value a document at `aim` by the power law through the last two points."""
    (n, m), (x, y) = sizes[-2:], (max(value, 1e-9) for value in values[-2:])
    return y * math.pow(aim / m, math.log(y / x) / math.log(m / n))


def line(sizes: Sequence[int], values: Sequence[float], aim: int) -> float:
    """Return the value a document at `aim` if the whole grows by a straight line through the last two points."""
    (n, m), (x, y) = sizes[-2:], values[-2:]
    slope = (y * m - x * n) / (m - n)
    return slope + (y - slope) * m / aim


def report(runs: Sequence[Measured]) -> Iterator[str]:
    """Yield what was measured as the table of docs/scale.md."""
    sizes = [run.n for run in runs]
    yield "| a document | " + " | ".join(f"{n:,}" for n in sizes) + f" | at {AIM:,} | error |"
    yield "|---|" + "--:|" * (len(sizes) + 2)
    rows: list[tuple[str, list[float], str, Law]] = [
        ("search, local engine, ms", [1e3 * run.local_seconds / run.n for run in runs], ".2f", line),
        ("search, Spark on two cores, ms", [1e3 * run.spark_seconds / run.n for run in runs], ".2f", line),
        ("tasks of Spark, ms", [1e3 * sum(run.task_seconds.values()) / run.n for run in runs], ".2f", line),
        ("shuffled, bytes", [sum(run.shuffled_bytes.values()) / run.n for run in runs], ",.0f", power),
    ]
    for job in sorted({job for run in runs for job in run.shuffled_bytes if run.shuffled_bytes[job]}):
        rows.append((f"… {job}", [run.shuffled_bytes[job] / run.n for run in runs], ",.0f", power))
    for name, values, shown, law in rows:
        there = error = "–"
        if len(sizes) > 1:
            there = format(law(sizes, values, AIM), shown)
        if len(sizes) > 2:
            error = f"{100 * (law(sizes[:-1], values[:-1], sizes[-1]) / max(values[-1], 1e-9) - 1):+.0f} %"
        yield f"| {name} | " + " | ".join(format(value, shown) for value in values) + f" | {there} | {error} |"
    yield f"\nlongest task over the median one: {max(run.skew for run in runs):.1f}"


def _batches(given: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(given)
    while some := list(islice(rest, size)):
        yield some


def _cleaned(source: str, text: str) -> Cleaned:
    digest = sha256(text)
    seqs = tuple(i for i, line in enumerate(text.split("\n")) if line)
    speech = Speech(
        source=source,
        ordinal=0,
        start=0,
        end=len(text),
        title=None,
        date=None,
        speaker=None,
        occasion=None,
        text=text,
        masked_text=text,
        seqs=seqs,
        n_placeholders=text.count(MASK),
        placeholder_ratio=0.0,
        encoding="utf-8",
        raw_sha256=digest,
        flags=("no-title",),
    )
    row = Source(source, len(text.encode()), digest, "utf-8", "given", digest, len(text), None, 1, "clean", ())
    return Cleaned(row, (speech,), (), (), text)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--chars", type=int, default=100)
    options = parser.parse_args()
    runs = []
    for n in options.texts:
        known = options.folder / f"{n}.json"
        if not known.exists():
            given = shards(options.folder / f"{n}", texts(n, options.chars))
            known.write_text(json.dumps(asdict(measured(options.folder, given, n))), "utf-8")
        runs.append(Measured(**json.loads(known.read_text("utf-8"))))
    print("\n".join(report(runs)))


if __name__ == "__main__":
    main()
