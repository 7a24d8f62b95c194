"""Tests of `cleaner.dedup.shingle`."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cleaner.dedup.comparison import SENTINEL
from cleaner.dedup.shingle import count_codes, flatten, shingle_sets, windows
from tests.dedup.oracle import occurrences

CODES = st.lists(st.sampled_from([ord(c) for c in "国家人"] + [SENTINEL]), max_size=30)


def hash_of(window: tuple[int, ...]) -> int:
    """Return the hash as its definition reads, in integers of any size."""

    def mix(value: int) -> int:
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
            value = (value ^ value >> 33) * factor % 2**64
        return value ^ value >> 33

    total = 0
    for code in window:
        total = (total * 0x9E3779B97F4A7C15 + mix(code)) % 2**64
    return mix(total)


def flat(texts: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return lists of codes as flat arrays."""
    return flatten([np.array(text, np.uint32) for text in texts])


@given(st.lists(CODES, max_size=6), st.integers(1, 7), st.randoms())
def test_windows_are_the_valid_shingles_in_order(texts: list[list[int]], k: int, random) -> None:
    """Each window of k codes without a sentinel has its hash, at its place, whatever was rolled over before it."""
    codes, offsets = flat(texts)
    chosen = [random.randrange(len(texts)) for _ in range(3)] if texts else []
    for rows in (None, chosen):
        found = windows(codes, offsets, k, None if rows is None else np.array(rows, np.int64))
        for i, text in enumerate(range(len(texts)) if rows is None else rows):
            part = slice(found.bounds[i], found.bounds[i + 1])
            expected = occurrences(texts[text], k)
            assert (found.starts[part] - offsets[text]).tolist() == list(expected)
            assert found.hashes[part].tolist() == [hash_of(window) for window in expected.values()]


@given(st.lists(CODES, max_size=6), st.integers(1, 7))
def test_sets_are_sorted_and_distinct(texts: list[list[int]], k: int) -> None:
    """A text's set holds each of its shingles once, ascending."""
    values, bounds = shingle_sets(*flat(texts), k)
    assert bounds[-1] == len(values)
    for i, text in enumerate(texts):
        expected = sorted({hash_of(window) for window in occurrences(text, k).values()})
        assert values[bounds[i] : bounds[i + 1]].tolist() == expected


def test_sets_of_long_texts() -> None:
    """So do a text of many thousand shingles beside short ones, one that repeats a page, and one of a single letter."""
    drawn = 0x4E00 + np.random.RandomState(0).randint(0, 5_000, 90_000)
    texts = [[0x4E00] * 50_000, drawn.tolist(), drawn[:7].tolist(), drawn[:600].tolist() * 90]
    values, bounds = shingle_sets(*flat(texts), 5)
    for i, text in enumerate(texts):
        expected = np.unique(windows(*flat([text]), 5).hashes)
        np.testing.assert_array_equal(values[bounds[i] : bounds[i + 1]], expected)


@given(st.lists(CODES, max_size=6))
def test_counts(texts: list[list[int]]) -> None:
    """Sentinels and other codes are counted apart."""
    real, masks = count_codes(*flat(texts))
    assert masks.tolist() == [text.count(SENTINEL) for text in texts]
    assert (real + masks).tolist() == [len(text) for text in texts]


def test_no_collision_among_similar_windows() -> None:
    """A million windows of neighbouring Chinese characters have a million hashes, and low halves like random ones."""
    generator = np.random.RandomState(0)
    codes = (0x4E00 + generator.randint(0, 12, 5_000_000)).astype(np.uint32)
    hashes = windows(codes, np.array([0, len(codes)]), 5).hashes
    n_windows = len(set(map(tuple, np.lib.stride_tricks.sliding_window_view(codes[:20_000], 5).tolist())))
    assert len(np.unique(hashes[: 20_000 - 4])) == n_windows
    assert len(np.unique(hashes)) == 12**5
    low = np.unique(np.unique(hashes) & np.uint64(0xFFFFFFFF))
    assert 12**5 - len(low) < 25  # expected 7.2 = n²/2^33, Poisson
