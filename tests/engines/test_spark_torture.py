"""Spark on corpora that are large and skewed: the tables of the local engine, no task much longer than the others."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.corpus import texts
from bench.events import StageRun
from bench.scale import on_spark, result, shards
from cleaner.engines.local import Local
from cleaner.store.scratch import Shard
from tests.conftest import needed, needed_program

MOST_SKEW = 4.0

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Shard], Any]:
    """Return 20,000 texts of the bench as cleaned shards, and what the local engine makes of them."""
    needed("pyspark")
    needed_program("java")
    folder = tmp_path_factory.mktemp("bench")
    given = shards(folder, texts(20_000))
    return given, result(Local(1), given, folder / "local")


@pytest.mark.torture("partitions", (1, 7, 64), ())
def test_any_number_of_partitions(partitions: int, bench: tuple[list[Shard], Any], tmp_path: Path) -> None:
    """However many partitions there are, the tables are those of the local engine, and no task is over 4 medians."""
    given, expected = bench
    found, runs = on_spark(tmp_path, given, **{"spark.default.parallelism": partitions})
    assert found[:2] == expected[:2]
    assert partitions in {len(run.seconds) for run in runs}
    hold_even(runs)


def hold_even(runs: list[StageRun]) -> None:
    """Hold the longest task of each stage against its median one, all stages, the first one too."""
    assert {run.job: run.skew for run in runs if run.skew > MOST_SKEW} == {}


def skewed(copies: int) -> Iterator[str]:
    """Yield `copies` copies of one speech, half as many near copies of another, and some others, mixed."""
    chance = random.Random(1)
    others = list(texts(copies // 50, 120, seed=7))
    copied, varied = others[0], others[1]
    kinds = [copied] * copies + [""] * (copies // 2) + others
    chance.shuffle(kinds)
    for text in kinds:
        at = chance.randrange(len(varied))
        yield text or varied[:at] + chr(chance.randrange(0x4E00, 0x9FA5)) + varied[at + 1 :]


@pytest.mark.torture("copies", (100_000,), ())
def test_a_skewed_corpus(copies: int, tmp_path: Path) -> None:
    """100,000 copies of one speech and a bucket of 50,000 near copies: the same tables, no task over 4 medians."""
    needed("pyspark")
    needed_program("java")
    given = shards(tmp_path / "shards", skewed(copies))
    expected = result(Local(1), given, tmp_path / "local")
    found, runs = on_spark(tmp_path, given)
    assert found[:2] == expected[:2]
    assert found[1][0].n_hot_buckets > 0
    hold_even(runs)
