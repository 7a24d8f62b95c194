"""Tests of `cleaner.dedup.hashsort`: it sorts, whatever it is given."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.dedup.hashsort import hash_sorted


@given(st.lists(st.integers(0, (1 << 64) - 1) | st.integers(0, 3) | st.sampled_from([1 << 63, (1 << 64) - 1])))
def test_any_values_are_sorted(values: list[int]) -> None:
    """Also those that no hash gives, and many of the same."""
    given_values = np.array(values, np.uint64)
    assert hash_sorted(given_values).tolist() == sorted(values)
    assert given_values.tolist() == values


@pytest.mark.parametrize("n", [2, 1023, 1024, 1025, 70_000])
def test_many_hashes_are_sorted(n: int) -> None:
    """Each twice, as many as there are places or one more or less."""
    values = np.random.default_rng(n).integers(0, (1 << 64) - 1, n, dtype=np.uint64)
    values = np.concatenate((values, values))
    np.testing.assert_array_equal(hash_sorted(values), np.sort(values))
