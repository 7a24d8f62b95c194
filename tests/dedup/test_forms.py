"""Tests of `cleaner.dedup.forms`; `comparison.form`, one text at a time, is the oracle."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.chars import MASK
from cleaner.dedup.comparison import SENTINEL, form
from cleaner.dedup.forms import EXPANSION, MOST_LETTERS, _expanded, forms, is_utf8
from tests.dedup.test_comparison import TRICKY

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


@pytest.mark.parametrize("text", ["Comrades and friends, ", "\n", "\ufdfa", "同志们\n"])
def test_texts_that_are_not_chinese(text: str) -> None:
    """Where a byte gives more letters or lines than a Chinese one does, there is room for them."""
    found = forms(*flat([text * 40] * 60))
    expected = form(text * 40)
    assert found.codes.tolist() == expected.codes.tolist() * 60
    assert found.breaks.tolist() == expected.breaks.tolist() * 60


@given(TEXTS)
def test_the_mark_of_a_text_without_placeholders_is_dropped(texts: list[str]) -> None:
    """Where no placeholder was looked for, U+FDD0 is a noncharacter as any other."""
    found = forms(*flat(texts), has_masks=False)
    expected = [form(text.replace(MASK, "")).codes.tolist() for text in texts]
    assert found.codes.tolist() == [code for codes in expected for code in codes]
    assert not found.n_masks.any()


def test_no_expansion_outgrows_its_room() -> None:
    """No code point leaves more letters than are allowed for each of its bytes."""
    direct, _, bounds = _expanded("keep", True)
    expanding = np.flatnonzero(direct >= EXPANSION)
    assert all(n <= MOST_LETTERS * len(chr(c).encode()) for c, n in zip(expanding, np.diff(bounds), strict=True))


def cuts(data: bytes) -> st.SearchStrategy[list[int]]:
    """Return places at which to cut these bytes."""
    return st.lists(st.integers(0, len(data)), max_size=3).map(lambda inner: [0, *sorted(inner), len(data)])


EDGES = b"\x41\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe4\xed\xef\xf0\xf1\xf4\xf5\xff"
BYTES = st.lists(st.sampled_from(EDGES), max_size=6).map(bytes) | st.text(max_size=4).map(str.encode)


@given(st.data(), BYTES)
def test_utf8_is_what_python_decodes(drawn: st.DataObject, data: bytes) -> None:
    """Texts are UTF-8 if and only if Python decodes each of them."""
    places = drawn.draw(cuts(data))

    def is_decoded(text: bytes) -> bool:
        try:
            text.decode()
        except UnicodeDecodeError:
            return False
        return True

    expected = all(is_decoded(data[first:last]) for first, last in pairwise(places))
    assert is_utf8(np.frombuffer(data, np.uint8), np.array(places, np.int64)) == expected


def test_every_sequence_of_two_bytes_and_of_three_after_a_lead() -> None:
    """No overlong form, no surrogate, nothing above U+10FFFF passes."""
    for lead in range(0xC0, 0x100):
        for second in range(0x70, 0xC8):
            for rest in (b"", b"\x80", b"\x80\x80"):
                data = bytes([lead, second]) + rest
                try:
                    expected = bool(data.decode())
                except UnicodeDecodeError:
                    expected = False
                assert is_utf8(np.frombuffer(data, np.uint8), np.array([0, len(data)])) == expected, data
