"""Tests of `cleaner.dedup.stays`."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cleaner.dedup.stays import Stays

N = 9
"""Texts."""
SKETCHES = st.lists(st.lists(st.sampled_from([1, 2, 257]), min_size=3, max_size=3), min_size=N, max_size=N)
BUCKETS = st.lists(st.sets(st.integers(0, N - 1), min_size=1), min_size=1, max_size=4)
FLAGS = st.lists(st.booleans(), min_size=N, max_size=N)


@given(SKETCHES, BUCKETS, st.sets(st.integers(1, N - 1)), FLAGS, FLAGS, st.integers(0, 3))
def test_who_meets_whom_by_definition(
    rows: list[list[int]], given_buckets: list[set[int]], cuts: set[int], stays: list[bool], exempt: list[bool],
    min_equal: int,
) -> None:  # fmt: skip
    """A member meets once whoever shares a bucket with it and stayed or came in its wave, if low bytes allow it."""
    sketch, is_kept, is_exempt = np.array(rows, np.uint32), np.array(stays), np.array(exempt)
    buckets = [np.array(sorted(bucket)) for bucket in given_buckets]
    found = Stays.of(buckets, N, 3)
    for wave in np.split(np.arange(N), sorted(cuts)):
        expected = {
            (x, y, most)
            for y in wave.tolist()
            for x in range(y)
            if (is_kept[x] or x >= wave[0]) and any({x, y} <= bucket for bucket in given_buckets)
            for most in [int((sketch[x] % 256 == sketch[y] % 256).sum())]
            if most >= min_equal or is_exempt[x] or is_exempt[y]
        }
        met = [values.tolist() for values in found.met(wave, sketch, np.arange(N), min_equal, is_exempt)]
        assert sorted(zip(*met, strict=True)) == sorted(expected)
        found.leave(is_kept)
