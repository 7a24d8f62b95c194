"""Tests of `cleaner.dedup.evidence`."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.dedup.evidence import shared_paragraph_pairs


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
