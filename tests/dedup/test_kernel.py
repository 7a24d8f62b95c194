"""Tests of `cleaner.dedup.kernel`."""

import numba
import numpy as np
import pytest

from cleaner.dedup.comparison import form
from cleaner.dedup.kernel import kernel
from cleaner.dedup.shingle import flatten, shingle_sets
from cleaner.dedup.sketch import signatures


def test_no_place_for_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where numba finds no folder for its cache, the function is compiled without one."""
    njit = numba.njit

    def refuse(**options: bool) -> object:
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return njit(**options)

    monkeypatch.setattr(numba, "njit", refuse)
    assert kernel(lambda x: x + 1)(2) == 3


def test_arrays_mapped_from_a_file(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read-only and mapped arrays give what arrays in memory give."""
    codes, offsets = flatten([form("人民代表大会制度是根本政治制度").codes] * 2)  # "the people's congress system …"
    codes.tofile(tmp_path / "codes")
    mapped = np.memmap(tmp_path / "codes", np.uint32, "r")
    np.testing.assert_array_equal(shingle_sets(mapped, offsets, 5)[0], shingle_sets(codes, offsets, 5)[0])
    np.testing.assert_array_equal(signatures(mapped, offsets, 5, 8, 1)[0], signatures(codes, offsets, 5, 8, 1)[0])
