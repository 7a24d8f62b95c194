"""Tests of `cleaner.dedup.forms`; `exact.form`, one text at a time, is the oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.chars import MASK
from cleaner.dedup.exact import SENTINEL, form
from cleaner.dedup.forms import EXPANSION, MOST_LETTERS, _expanded, forms
from tests.dedup.test_exact import TRICKY

TEXTS = st.lists(st.text(st.sampled_from(TRICKY + "\n" + MASK) | st.characters(exclude_categories=["Cs"])), max_size=6)


def flat(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return texts as Arrow holds them."""
    said = [text.encode() for text in texts]
    return np.frombuffer(b"".join(said), np.uint8), np.cumsum([0, *map(len, said)]).astype(np.int64)


@pytest.mark.parametrize("script", ["keep", "simplified"])
@given(texts=TEXTS)
def test_forms_are_those_of_single_texts(script: str, texts: list[str]) -> None:
    """Codes, breaks and masks are those that each text has on its own."""
    found = forms(*flat(texts), script)
    expected = [form(text, script) for text in texts]
    assert found.codes.tolist() == [code for made in expected for code in made.codes.tolist()]
    assert found.lengths.tolist() == [len(made.codes) for made in expected]
    assert found.breaks.tolist() == [at for made in expected for at in made.breaks.tolist()]
    assert found.n_breaks.tolist() == [len(made.breaks) for made in expected]
    assert found.n_masks.tolist() == [(made.codes == SENTINEL).sum() for made in expected]


@given(TEXTS)
def test_the_mark_of_a_text_without_placeholders_is_dropped(texts: list[str]) -> None:
    """Where no placeholder was looked for, U+FDD0 is a noncharacter as any other."""
    found = forms(*flat(texts), has_masks=False)
    expected = [form(text.replace(MASK, "")).codes.tolist() for text in texts]
    assert found.codes.tolist() == [code for codes in expected for code in codes]
    assert not found.n_masks.any()


def test_no_expansion_outgrows_its_room() -> None:
    """No code point leaves more letters than are allowed for each of its bytes."""
    direct, _, _, bounds = _expanded("keep", True)
    expanding = np.flatnonzero(direct >= EXPANSION)
    assert all(n <= MOST_LETTERS * len(chr(c).encode()) for c, n in zip(expanding, np.diff(bounds), strict=True))
