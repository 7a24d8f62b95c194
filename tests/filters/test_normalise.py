"""Tests of `cleaner.filters.normalise`: no blank at the ends of lines, one break between paragraphs."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.config import Config, Normalise
from cleaner.filters import normalise
from tests.cases.read_cases import after as wanted
from tests.cases.read_cases import before, read, shipped
from tests.filters.frames import after

BLANKS = " \t\u3000\u2003\u2009"
TEXT = st.text("水库，。\n\n" + BLANKS, max_size=60)


@pytest.mark.parametrize("case", read("normalise"))
def test_cases(case: dict[str, Any]) -> None:
    """What is written has the white space that the case says."""
    assert wanted(case) == after(normalise.edits, before(case))


@settings(deadline=None)
@given(TEXT.filter(str.strip))
def test_no_line_begins_or_ends_with_a_blank(text: str) -> None:
    """Each line of the result holds a character, and its ends are none of the blanks."""
    rows = after(normalise.edits, text).split("\n")
    assert [row.strip() for row in rows] == rows
    assert all(rows)


@settings(deadline=None)
@given(TEXT)
def test_nothing_but_white_space_goes(text: str) -> None:
    """The characters stay in order, and so do the blanks between two of them on a line."""
    result = after(normalise.edits, text)
    assert "".join(text.split()) == "".join(result.split())
    assert [row.strip() for row in text.split("\n") if row.strip()] == [
        row for row in result.split("\n") if row.strip()
    ]


@settings(deadline=None)
@given(TEXT)
def test_twice_is_once(text: str) -> None:
    """There is nothing left to normalise afterwards."""
    once = after(normalise.edits, text)
    assert once == after(normalise.edits, once) or not text.strip()


@settings(deadline=None)
@given(TEXT)
def test_off_is_off(text: str) -> None:
    """With both keys off the text stays as it is."""
    assert text == after(normalise.edits, text, Config(normalise=Normalise(indents=False, blank_lines=False)))


@settings(deadline=None)
@given(TEXT.filter(str.strip))
def test_each_key_does_its_own(text: str) -> None:
    """`indents` leaves line breaks alone, `blank_lines` leaves the blanks of lines with text alone."""
    unindented = after(normalise.edits, text, Config(normalise=Normalise(indents=True, blank_lines=False)))
    assert text.count("\n") == unindented.count("\n")
    filled = [row for row in text.split("\n") if row.strip()]
    assert filled == after(normalise.edits, text, Config(normalise=Normalise(indents=False, blank_lines=True))).split(
        "\n"
    )


@settings(deadline=None)
@given(TEXT)
def test_edits_are_disjoint_and_of_white_space(text: str) -> None:
    """Edits are sorted and disjoint, remove white space and put nothing in."""
    found = list(normalise.edits(text, shipped(), Config()))
    assert all(text[e.start : e.end].isspace() and not e.inserted for e in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
