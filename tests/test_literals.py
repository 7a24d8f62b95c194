"""Tests of `cleaner.literals`: what a pattern needs is never told wrongly, and told where it matters."""

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.literals import LINE, edges, needed

PARTS = st.sampled_from(
    [
        "水",
        "库",
        "a",
        " ",
        "[水库]",
        "[a-c]",
        "[^水]",
        ".",
        "^",
        "$",
        r"\.",
        r"\p{Han}",
        "(?:水|库a)",
        "(?P<cut>水库)",
        "[] ]",
    ]
)
COUNTS = st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{1,2}", "{0,3}?", "*?"])
PATTERNS = st.recursive(
    st.lists(st.builds(str.__add__, PARTS, COUNTS), min_size=1, max_size=4).map("".join),
    lambda inner: st.builds("(?:{}|{}){}".format, inner, inner, COUNTS),
    max_leaves=4,
)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("水库", {"水库"}),  # reservoir
        ("(?:本站|本网)[^。]*收集", {"收集"}),  # this site ... collected
        ("第 *[12]", {"第1", "第2", "第 "}),  # "no. 1"
        ("^ *[(【]?水库", {"\n水库", "\n(水", "\n【水"}),
        ("水{0,60}", set()),
        ("(?i)abc", set()),
        (r"\x0c", {"\f"}),
    ],
)
def test_what_a_pattern_needs(pattern: str, expected: set[str]) -> None:
    """A pattern needs its literals, those that tell most, and what cannot be told is left open."""
    assert expected == needed(pattern)


@settings(max_examples=2000, deadline=None)
@given(PATTERNS, st.text("水库a .b]", max_size=8))
def test_a_line_with_a_match_holds_what_the_pattern_needs(pattern: str, line: str) -> None:
    """Whatever RE2 finds in a line, the line holds one of the strings, blanks at its beginning left out or not."""
    options = re2.Options()
    options.log_errors = False
    try:
        found = re2.compile(pattern, options).search(line)
    except re2.error:
        return
    if found is not None:
        seen, need = LINE + line + LINE + line.lstrip(" "), needed(pattern)
        assert not need or any(literal in seen for literal in need)


@pytest.mark.parametrize(
    ("pattern", "first", "last"),
    [
        ("水库", "水", "库"),  # reservoir
        ("[(【]? *第[12]+(?:页|张) *", "(【第", "页张"),  # "(page 12"
        ("a*b?", "", ""),
        ("[^。]水.", "", ""),
        ("(?i)abc", "", ""),
        ("^(?:水|库a)$", "水库", "水a"),
    ],
)
def test_the_edges_of_a_match(pattern: str, first: str, last: str) -> None:
    """Its first and its last character are known where the pattern says them, blanks aside."""
    assert (frozenset(first), frozenset(last)) == edges(pattern)


@settings(max_examples=2000, deadline=None)
@given(PATTERNS, st.text("水库a .b]", max_size=8))
def test_a_match_begins_and_ends_as_told(pattern: str, line: str) -> None:
    """Whatever line RE2 matches from end to end has an edge of each set that is told, blanks aside."""
    options = re2.Options()
    options.log_errors = False
    try:
        found = re2.compile(f" *(?:{pattern}) *", options).fullmatch(line)
    except re2.error:
        return
    first, last = edges(pattern)
    if found is not None:
        assert not first or line.strip(" ")[:1] in first
        assert not last or line.strip(" ")[-1:] in last
