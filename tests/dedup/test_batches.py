"""Tests of `cleaner.dedup.batches`: how many threads there are."""

import os

import pytest

from cleaner.dedup.batches import threads

CORES = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(("said", "expected"), [("1", 1), ("9999", CORES), ("", CORES), ("0", CORES), ("2,1", CORES)])
def test_threads_are_as_many_as_allowed(said: str, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """OMP_NUM_THREADS, where it is a number, limits the threads; there are never more than cores."""
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert expected == threads()
