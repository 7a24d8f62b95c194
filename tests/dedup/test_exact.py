"""Tests of `cleaner.dedup.exact`."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cleaner.chars import MASK
from cleaner.dedup.comparison import form
from cleaner.dedup.exact import digests, groups
from cleaner.dedup.shingle import flatten


@given(st.lists(st.text(st.sampled_from("国家" + MASK + "。"), max_size=4), max_size=12))
def test_groups_are_equal_forms(texts: list[str]) -> None:
    """A text points to the first with the same form; an empty form to itself."""
    forms = [form(text).codes for text in texts]
    lists = [codes.tolist() for codes in forms]
    expected = [lists.index(codes) if codes else i for i, codes in enumerate(lists)]
    assert groups(digests(*flatten(forms))).tolist() == expected


def test_digests_tell_rearranged_texts_apart() -> None:
    """Two characters in Thue-Morse order, which a polynomial modulo 2^64 cannot tell from its inverse, are told."""
    bits = np.array([bin(i).count("1") & 1 for i in range(4096)], np.uint32)
    one, other = digests(*flatten([0x4E00 + bits, 0x4E01 - bits]))
    assert (one != other).all()


@given(st.lists(st.lists(st.integers(0x4E00, 0x4E03), max_size=6), max_size=40))
def test_digests_are_equal_only_of_equal_forms(texts: list[list[int]]) -> None:
    """Different forms have different digests, an empty one zeros."""
    keys = digests(*flatten([np.array(text, np.uint32) for text in texts]))
    assert len(set(map(tuple, keys.tolist()))) == len(set(map(tuple, texts)))
    assert [not key.any() for key in keys] == [not text for text in texts]
