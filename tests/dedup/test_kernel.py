"""Tests of `cleaner.dedup.kernel`."""

from pathlib import Path

import numpy as np
import pytest

from cleaner.dedup.comparison import form
from cleaner.dedup.kernel import Hashes, Ints, kernel
from cleaner.dedup.shingle import flatten, shingle_sets
from cleaner.dedup.sketch import signatures

FACTOR = np.uint64(3)


@kernel
def _times(value: np.uint64) -> np.uint64:
    return value * FACTOR


@kernel
def _squared(value: np.uint64) -> np.uint64:
    return value * value


@kernel
def _lowered(values: Hashes, least: np.uint64, places: Ints, share: float) -> int:
    """Multiply what is above the least; return in how many places."""
    found = 0
    for i in range(len(values)):
        if values[i] > least and share > 0.5:
            values[i] = _times(values[i])
            places[found] = i
            found += 1
    return found


@kernel
def _transpose(table: Ints, other: Ints) -> None:
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            other[j, i] = table[i, j]


def test_numbers_and_arrays_arrive_and_come_back() -> None:
    """Whole numbers of both kinds, fractions and arrays of any dimension arrive as they are; a count comes back."""
    values, places = np.array([1, 1 << 63, 7], np.uint64), np.full(3, -1)
    assert _lowered(values, np.uint64(1), places, 0.75) == 2
    assert values.tolist() == [1, (3 << 63) % (1 << 64), 21]
    assert places.tolist() == [1, 2, -1]
    assert _lowered(values, np.uint64(0), places, 0.25) == 0
    other = np.zeros((3, 2), np.int64)
    assert _transpose(np.arange(6).reshape(2, 3), other) is None
    np.testing.assert_array_equal(other, np.arange(6).reshape(2, 3).T)


def test_an_array_with_gaps_is_refused() -> None:
    """A kernel is told of no strides but the natural ones, so that an array with others would be read wrongly."""
    with pytest.raises(TypeError, match="_transpose: an array that is not contiguous"):
        _transpose(np.arange(6).reshape(2, 3).T, np.zeros((3, 2), np.int64))


def test_machine_code_is_known_by_what_it_is_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another line, value or kernel that is called makes other machine code, so that none is ever older than it."""
    before = list(_lowered.made_of())
    assert list(_lowered.made_of()) == before
    monkeypatch.setitem(globals(), "FACTOR", np.uint64(5))
    assert list(_lowered.made_of()) != before
    monkeypatch.undo()
    monkeypatch.setitem(globals(), "_times", _squared)
    assert list(_lowered.made_of()) != before


def test_arrays_mapped_from_a_file(tmp_path: Path) -> None:
    """Read-only and mapped arrays give what arrays in memory give."""
    codes, offsets = flatten([form("人民代表大会制度是根本政治制度").codes] * 2)  # "the people's congress system …"
    codes.tofile(tmp_path / "codes")
    mapped = np.memmap(tmp_path / "codes", np.uint32, "r")
    np.testing.assert_array_equal(shingle_sets(mapped, offsets, 5)[0], shingle_sets(codes, offsets, 5)[0])
    np.testing.assert_array_equal(signatures(mapped, offsets, 5, 8, 1)[0], signatures(codes, offsets, 5, 8, 1)[0])
