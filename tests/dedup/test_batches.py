"""Tests of `cleaner.dedup.batches`: how many threads there are, and what each does."""

import os
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from cleaner.dedup import batches
from cleaner.dedup.batches import copied, in_threads, threads
from cleaner.store.flat import Flat

CORES = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(("said", "expected"), [("1", 1), ("9999", CORES), ("", CORES), ("0", CORES), ("2,1", CORES)])
def test_threads_are_as_many_as_allowed(said: str, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """OMP_NUM_THREADS, where it is a number, limits the threads; there are never more than cores."""
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert expected == threads()


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_threads_change_neither_what_is_found_nor_its_order(n_threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that take longer than those after them are yielded first all the same, and all are made by the caller."""
    monkeypatch.setattr(batches, "threads", lambda: n_threads)
    makers, workers = set(), set()

    def made() -> Iterator[int]:
        for i in range(40):
            makers.add(threading.get_ident())
            yield i

    def square(i: int) -> int:
        time.sleep(0.004 * (i % 7 == 0))
        workers.add(threading.get_ident())
        return i * i

    assert list(in_threads(square, made())) == [i * i for i in range(40)]
    assert makers == {threading.get_ident()}
    assert 1 <= len(workers) <= n_threads


def test_no_more_threads_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """What asks for threads while it works on a batch gets none: all cores are taken."""
    monkeypatch.setattr(batches, "threads", lambda: 2)

    def inner(_: int) -> set[int]:
        return set(in_threads(lambda _: threading.get_ident(), range(5)))

    assert all(len(found) == 1 for found in in_threads(inner, range(10)))


def test_few_batches_are_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long one batch takes, few are made before it is done."""
    monkeypatch.setattr(batches, "threads", lambda: 2)
    made, may_end = [], threading.Event()

    def work(i: int) -> int:
        if i == 0:
            assert may_end.wait(10)
        elif i == 3:
            threading.Timer(0.05, may_end.set).start()
        return len(made)

    counts = list(in_threads(work, (made.append(i) or i for i in range(30))))
    assert len(counts) == 30
    assert counts[0] <= 6


def test_an_error_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong in making a batch or in working on one reaches the caller."""
    monkeypatch.setattr(batches, "threads", lambda: 3)
    with pytest.raises(ZeroDivisionError):
        list(in_threads(lambda i: 1 // (20 - i), range(40)))
    with pytest.raises(ZeroDivisionError):
        list(in_threads(abs, (1 // (20 - i) for i in range(40))))


def test_texts_are_copied_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is taken out of a file is what was written, however many texts, empty ones among them, or none."""
    monkeypatch.setattr(batches, "CHUNK_CODES", 7)
    offsets = np.concatenate(([0], np.cumsum(np.random.RandomState(0).randint(0, 9, 50))))
    with Flat(tmp_path / "codes", np.uint32) as file:
        file.append(np.arange(offsets[-1]))
    for texts in (np.arange(50), np.arange(3, 50, 4), np.arange(0)):
        codes, own = copied(file.mapped(), offsets, texts)
        expected = [list(range(offsets[text], offsets[text + 1])) for text in texts]
        assert [codes[first:last].tolist() for first, last in pairwise(own)] == expected
