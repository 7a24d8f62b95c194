"""Tests of what is looked at before a pattern is tried: a shortcut never hides a match.

In `ingest`, `filters.inline` and `pagenames` a line is told by its length, its first or its last character, or by the
signs in it, before `re` tries a pattern that it would have to try everywhere.
"""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import lines, pagenames
from cleaner.chars import matches
from cleaner.filters import inline, named, tail
from cleaner.ingest import furniture, separators

WHOLE: dict[str, tuple[re.Pattern[str], Callable[[str], object]]] = {
    "counted": (separators._COUNTED, lambda line: line[-1] in separators._COUNT_ENDS),
    "lone number": (separators._LONE_NUMBER, lambda line: len(line.strip(" ")) <= separators.LONE_NUMBER_CHARS),
    "lone signs": (separators._LONE_SIGNS, lambda line: not line[0].isalnum()),
    "page number": (furniture._PAGE_NUMBER, lambda line: furniture._PAGE_BORDERS & {line[0], line[-1]}),
    "headed number": (furniture._HEADED_NUMBER, lambda line: furniture._PAGE_BORDERS & {line[0], line[-1]}),
    "numbered": (separators._NUMBERED, lambda line: line[0] in separators._NUMBERED_BEGINS),
    "heading": (lines._HEADING, lambda line: line[0] in lines._HEADING_BEGINS),
    "remarks": (tail._REMARKS, lambda line: line[0] in tail._REMARKS_BEGIN),
    "time code": (furniture._TIME, lambda line: line[0] in furniture._TIME_BEGINS),
    "label": (named._LABEL, lambda line: named._LABEL_END.search(line.replace("：", ":"))),
    "address": (named._ADDRESS, pagenames.DOMAIN.search),
}
"""Patterns, and what is asked of a line, folded and bare, before they are tried."""


@pytest.mark.parametrize("name", WHOLE)
@settings(deadline=None, max_examples=300)
@given(st.data())
def test_what_a_pattern_matches_passes_the_shortcut(name: str, data: st.DataObject) -> None:
    """Whatever a pattern matches from end to end, the question before it lets through."""
    pattern, passes = WHOLE[name]
    assert passes(data.draw(st.from_regex(pattern, fullmatch=True)))


@pytest.mark.parametrize("n", range(len(inline._ASIDES)))
@settings(deadline=None, max_examples=300)
@given(st.data(), st.sampled_from(["", "水", " ", "》", "水—"]), st.sampled_from(["", "水", " 水"]))
def test_asides_are_found_where_they_can_begin(n: int, data: st.DataObject, before: str, after: str) -> None:
    """Tried at the signs alone, a pattern finds what `re` finds everywhere."""
    begins, aside, _ = inline._ASIDES[n]
    line = before + data.draw(st.from_regex(aside)) + after + data.draw(st.from_regex(aside))
    first = [0] if line.strip(" ")[:1] in inline._LEADS else []
    starts = [*first, *(match.start() for match in begins.finditer(line))]
    found = [match[0] for match in aside.finditer(line)]
    assert found == [match[0] for match in matches(aside, line, starts)]
    assert not found or first or begins.search(line.strip(" "))


@settings(deadline=None, max_examples=300)
@given(st.from_regex(pagenames.WOVEN), st.from_regex(pagenames.WOVEN))
def test_woven_names_are_found_where_a_sign_parts_them(one: str, other: str) -> None:
    """A name whose characters stand apart begins right before the first sign that parts them."""
    line = f"水{one}水库{other}"
    starts = [match.start() - 1 for match in named._PARTED.finditer(line) if match.start()]
    found = [match[0] for match in matches(pagenames.WOVEN, line, starts)]
    assert [match[0] for match in pagenames.WOVEN.finditer(line)] == found
