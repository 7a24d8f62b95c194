"""Tests of `cleaner.dedup.evidence`."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.dedup.evidence import WINDOW, anchor_pairs, shared_paragraph_pairs
from cleaner.dedup.shingle import flatten

GENERATOR = np.random.RandomState(0)


def made_up(n: int) -> list[int]:
    """Return n code points drawn at random."""
    return (0x4E00 + GENERATOR.randint(0, 8000, n)).tolist()


def pairs(texts: list[list[int]]) -> list[tuple[int, int]]:
    """Return the anchor pairs of texts."""
    codes, offsets = flatten([np.array(text, np.uint32) for text in texts])
    a, b = anchor_pairs(codes, offsets, 5, np.arange(len(texts)))
    return list(zip(a.tolist(), b.tolist(), strict=True))


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6)), max_size=15),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=4),
)
def test_shared_paragraphs_by_definition(rows: list[tuple[int, int]], near: list[tuple[int, int]]) -> None:
    """Speeches that hold a paragraph of one form, or of two that are nearly alike, are pairs, unless many hold it."""
    cap = 3
    forms = [form for form, _ in rows]
    first_of = np.array([forms.index(form) for form in forms], np.int64)
    alike = [(forms.index(x), forms.index(y)) for x, y in near if x in forms and y in forms and x != y]
    holders = {i: {speech for form, speech in rows if form == forms[i]} for i in first_of.tolist()}
    few = {i for i, speeches in holders.items() if len(speeches) <= cap}
    expected = {pair for i in few for pair in combinations(sorted(holders[i]), 2)}
    for i, j in alike:
        if {i, j} <= few:
            expected |= {(min(x, y), max(x, y)) for x, y in product(holders[i], holders[j]) if x != y}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cleaner.dedup.evidence.CAP", cap)
        a, b = shared_paragraph_pairs(
            first_of, np.array([speech for _, speech in rows], np.int64),
            (np.array([i for i, _ in alike], np.int64), np.array([j for _, j in alike], np.int64)),
        )  # fmt: skip
    assert list(zip(a.tolist(), b.tolist(), strict=True)) == sorted(expected)


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


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few pairs are counted at a time, the same ones are found."""
    bases = [made_up(200) for _ in range(5)]
    texts = [base[at:] + made_up(20) for at in range(0, 60, 10) for base in bases]
    expected = pairs(texts)
    assert len(expected) == 5 * 15
    monkeypatch.setattr("cleaner.dedup.evidence._BLOCK_PAIRS", 7)
    assert pairs(texts) == expected
