"""Tests of `cleaner.dedup.anchors`."""

import tracemalloc
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.dedup.anchors import ANCHOR_SHARE, WINDOW, anchor_pairs
from cleaner.dedup.shingle import flatten, shingles
from cleaner.store.flat import Arrays

GENERATOR = np.random.RandomState(0)


def made_up(n: int) -> list[int]:
    """Return n code points drawn at random."""
    return (0x4E00 + GENERATOR.randint(0, 8000, n)).tolist()


def pairs(texts: list[list[int]], k: int = 5) -> list[tuple[int, int]]:
    """Return the anchor pairs of texts."""
    codes, offsets = flatten([np.array(text, np.uint32) for text in texts])
    a, b = anchor_pairs(codes, offsets, k, np.arange(len(texts)))
    return list(zip(a.tolist(), b.tolist(), strict=True))


def by_definition(texts: list[list[int]], k: int, cap: int) -> list[tuple[int, int]]:
    """Return the pairs that share `ANCHOR_SHARE` of the anchors of one of them which at most `cap` texts have."""
    own = []
    for text in texts:
        hashes = shingles(*flatten([np.array(text, np.uint32)]), k)[0].tolist()
        own.append({min(hashes[at : at + WINDOW]) for at in range(max(1, len(hashes) - WINDOW + 1)) if hashes})
    rare = [{anchor for anchor in anchors if sum(anchor in other for other in own) <= cap} for anchors in own]
    return [
        (a, b)
        for a, b in combinations(range(len(texts)), 2)
        if 0 < len(rare[a] & rare[b]) >= ANCHOR_SHARE * min(len(rare[a]), len(rare[b]))
    ]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60), st.integers(0, 90)), max_size=9), st.integers(2, 4))
def test_pairs_by_definition(cuts: list[tuple[int, int, int]], cap: int) -> None:
    """Texts that share enough anchors which few have are pairs, however few anchors are sorted or counted at a time."""
    bases = [np.random.RandomState(seed).randint(0x4E00, 0x4E00 + 40, 100).tolist() for seed in range(4)]
    texts = [bases[base][at : at + length] for base, at, length in cuts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cleaner.dedup.anchors.CAP", cap)
        expected = by_definition(texts, 2, cap)
        assert pairs(texts, 2) == expected
        patch.setattr("cleaner.dedup.batches.CHUNK_CODES", 50)
        patch.setattr("cleaner.dedup.anchors._RUN_WORDS", 7)
        patch.setattr("cleaner.dedup.anchors._BLOCK_PLACES", 3)
        patch.setattr("cleaner.dedup.anchors._ROOM", 1)
        assert pairs(texts, 2) == expected


@pytest.mark.parametrize("place", [0, 7, 450, 964])
def test_a_short_excerpt_is_found(place: int) -> None:
    """An excerpt that is long enough for one anchor is found in a text thirty times as long, wherever it stands."""
    whole = made_up(1000)
    assert pairs([made_up(1000), whole[place : place + WINDOW + 4], whole]) == [(1, 2)]


def test_what_many_texts_have_is_no_evidence() -> None:
    """A formula in more texts than the cap joins none of them; in fewer it is too little of each."""
    formula = made_up(60)
    assert pairs([made_up(300) + formula + made_up(300) for _ in range(51)]) == []
    assert pairs([made_up(300) + formula + made_up(300) for _ in range(3)]) == []
    assert pairs([[], [], made_up(3), made_up(3)]) == []


def test_memory_is_that_of_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts four times as long take no more memory: what grows with them lies in files."""
    monkeypatch.setattr("cleaner.dedup.batches.CHUNK_CODES", 1 << 14)
    monkeypatch.setattr("cleaner.dedup.batches.threads", lambda: 1)
    monkeypatch.setattr("cleaner.dedup.anchors._RUN_WORDS", 1 << 13)
    monkeypatch.setattr("cleaner.dedup.anchors._BLOCK_PLACES", 1 << 12)
    n_texts, peaks, grown = 60, list[int](), 4

    for length in (5_000, grown * 5_000):
        half = GENERATOR.randint(0x4E00, 0x4E00 + 8000, (n_texts // 2, length)).astype(np.uint32)
        codes = np.concatenate((half, half)).ravel()  # each anchor of a text is shared
        offsets = np.arange(n_texts + 1, dtype=np.int64) * length
        tracemalloc.start()
        a, _ = anchor_pairs(codes, offsets, 5, np.arange(n_texts), Arrays(tmp_path / str(length)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(a) == n_texts // 2
    assert peaks[1] - peaks[0] < 0.1 * n_texts * 5_000 * (grown - 1)
