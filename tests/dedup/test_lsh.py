"""Tests of `cleaner.dedup.lsh`."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.dedup.bands import Bands
from cleaner.dedup.lsh import band_keys, candidates
from cleaner.dedup.sketch import count_equal

SKETCHES = st.lists(st.lists(st.integers(0, 2), min_size=6, max_size=6), max_size=12)


def test_band_keys_tell_bands_apart() -> None:
    """Equal components have equal keys, others different ones."""
    sketch = np.random.RandomState(0).randint(0, 2**32, (1000, 8), dtype=np.uint32)
    sketch[1] = sketch[0]
    keys = band_keys(sketch, np.arange(1000), range(1, 2), 4)[0]
    assert keys[0] == keys[1]
    assert len(set(keys.tolist())) == 999


@given(SKETCHES, st.integers(2, 5), st.integers(0, 4), st.lists(st.booleans(), min_size=12, max_size=12))
def test_candidates_by_definition(rows: list[list[int]], cap: int, min_equal: int, exempt: list[bool]) -> None:
    """A pair is found once if it agrees in a band with no more than `cap` members and is alike enough or exempt."""
    sketch = np.array(rows, np.uint32).reshape(-1, 6)
    is_exempt = np.array(exempt[: len(rows)], np.bool_)
    found = candidates(sketch, np.arange(len(rows)), Bands(3, 2, 0.9), cap, min_equal, is_exempt)
    expected, n_candidates, hot = set(), 0, []
    in_buckets: set[tuple[int, int]] = set()
    for band in range(3):
        buckets: dict[tuple[int, ...], list[int]] = {}
        for i, row in enumerate(rows):
            buckets.setdefault(tuple(row[2 * band : 2 * band + 2]), []).append(i)
        for members in buckets.values():
            if len(members) > cap:
                hot.append(members)
            else:
                in_buckets |= set(combinations(members, 2))
    for i, j in in_buckets:
        n_candidates += 1
        equal = sum(x == y for x, y in zip(rows[i], rows[j], strict=True))
        if equal >= min_equal or exempt[i] or exempt[j]:
            expected.add((i, j))
    assert list(zip(found.a.tolist(), found.b.tolist(), strict=True)) == sorted(expected)
    assert (found.n_candidates, found.n_pruned) == (n_candidates, n_candidates - len(expected))
    assert sorted(bucket.tolist() for bucket in found.hot_buckets) == sorted(hot)


def test_candidates_of_chosen_rows() -> None:
    """Only the rows asked for are paired, and positions among them are returned."""
    sketch = np.zeros((5, 4), np.uint32)
    found = candidates(sketch, np.array([4, 1]), Bands(2, 2, 0.9), 9, 0, np.zeros(2, np.bool_))
    assert (found.a.tolist(), found.b.tolist()) == ([0], [1])
    assert count_equal(sketch, np.array([4]), np.array([1])).tolist() == [4]


@pytest.mark.parametrize("room", [1, 1 << 16])
@pytest.mark.parametrize("least", [1, 30, 1 << 15])
def test_many_pairs(room: int, least: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the room for pairs nor how many signatures are copied at a time changes what is found."""
    monkeypatch.setattr("cleaner.dedup.lsh._ROOM", room)
    monkeypatch.setattr("cleaner.dedup.lsh._LEAST", least)
    sketch = np.repeat(np.arange(4, dtype=np.uint32), 50)[:, np.newaxis] * np.ones((1, 4), np.uint32)
    found = candidates(sketch, np.arange(200), Bands(2, 2, 0.9), 100, 0, np.zeros(200, np.bool_))
    assert len(found.a) == found.n_candidates == 4 * 1225
