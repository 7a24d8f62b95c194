"""Tests of `cleaner.dedup.stays`."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cleaner.dedup.stays import Stays
from cleaner.dedup.visible import Visible

N = 9
"""Texts."""
SKETCHES = st.lists(st.lists(st.sampled_from([1, 2, 257]), min_size=3, max_size=3), min_size=N, max_size=N)
BUCKETS = st.lists(st.sets(st.integers(0, N - 1), min_size=1), min_size=1, max_size=4)
FLAGS = st.lists(st.booleans(), min_size=N, max_size=N)
MASKS = st.lists(st.integers(0, 2), min_size=N, max_size=N)


@given(SKETCHES, BUCKETS, st.sets(st.integers(1, N - 1)), FLAGS, MASKS, st.sampled_from([0.1, 0.4, 0.9]))
def test_who_meets_whom_by_definition(
    rows: list[list[int]], given_buckets: list[set[int]], cuts: set[int], stays: list[bool], masks: list[int],
    floor: float,
) -> None:  # fmt: skip
    """A member meets once whoever shares a bucket with it and stayed or came in its wave, if low bytes allow it."""
    sketch, is_kept = np.array(rows, np.uint32), np.array(stays)
    visible = Visible(np.full(N, 60), np.array(masks), np.arange(1001) * 3 // 1000)
    least = lambda x, y: visible.fewest_equal(np.array([floor]), np.array([x]), np.array([y]))[0]  # noqa: E731
    buckets = [np.array(sorted(bucket)) for bucket in given_buckets]
    found = Stays.of(buckets, N, 3)
    for wave in np.split(np.arange(N), sorted(cuts)):
        expected = {
            (x, y, most)
            for y in wave.tolist()
            for x in range(y)
            if (is_kept[x] or x >= wave[0]) and any({x, y} <= bucket for bucket in given_buckets)
            for most in [int((sketch[x] % 256 == sketch[y] % 256).sum())]
            if most >= least(x, y)
        }
        met = [values.tolist() for values in found.met(wave, sketch, np.arange(N), floor, visible)]
        assert sorted(zip(*met, strict=True)) == sorted(expected)
        found.leave(is_kept)
