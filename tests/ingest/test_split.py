"""Tests of `cleaner.ingest.split`: speeches are parted where there is evidence, and no line is lost."""

# ruff: noqa: SIM300 (the expected value stands first)

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.clean import parts
from cleaner.edits import Draft, apply
from cleaner.ingest.separators import Separators
from cleaner.ingest.separators import edits as separators
from cleaner.ingest.split import starts
from cleaner.lines import lines
from tests.cases.read_cases import FOLDER, read, shipped

PARAGRAPHS = json.loads((FOLDER / "split" / "paragraphs.json").read_text("utf-8"))
"""Paragraphs that cases name by @: long enough to be a side of a cut."""


@pytest.mark.parametrize("case", read("split"))
def test_cases(case: dict[str, Any]) -> None:
    """The speeches of a file begin with the lines that the case names."""
    rows = lines("\n".join(PARAGRAPHS.get(line, line) for line in case["input"]))
    firsts = [rows[i].text for i in starts(Separators(rows, shipped()), shipped())]
    assert case["output"] == [first[: len(wanted)] for first, wanted in zip(firsts, case["output"], strict=False)]
    assert len(case["output"]) == len(firsts), firsts


@pytest.mark.parametrize("case", read("parted"))
def test_parted(case: dict[str, Any]) -> None:
    """The speeches of a file are the lines that the case names: separators, numbers and titles over them are gone."""
    made = parts(Draft.of("\n".join(PARAGRAPHS.get(line, line) for line in case["input"])), shipped())
    wanted = [[PARAGRAPHS.get(line, line) for line in part] for part in case["output"]]
    assert wanted == [part.text.removesuffix("\n").split("\n") for part in made]


FILE = st.lists(
    st.sampled_from(
        [
            *PARAGRAPHS.values(),
            "同志们：",
            "各位代表、同志们：",
            "在春耕备耕会议上的讲话",
            "副县长在安全生产会议上的讲话",
            "（2023年5月6日）",
            "县长 张三",
            "谢谢大家！",
            "一、提高认识",
            "篇一：在动员会上的讲话",
            "----------",
            "※※※※※",
            "第二篇",
            "",
            "\u3000\u3000",
            "来源：示例网 作者：佚名",
            "版权所有 © 示例范文网",
            "上一篇：没有了",
            "今天开会。",
        ]
    ),
    min_size=1,
    max_size=30,
).map("\n".join)
"""Files of any lines in any order."""


@settings(deadline=None)
@given(FILE)
def test_starts_are_lines_in_order_and_the_first_is_0(text: str) -> None:
    """The first speech begins with the first line; the others follow, each once, each with text."""
    rows = lines(text)
    found = starts(Separators(rows, shipped()), shipped())
    assert 0 == found[0]
    assert all(a < b for a, b in pairwise([*found, len(rows)]))


@settings(deadline=None)
@given(FILE)
def test_parts_are_the_file(text: str) -> None:
    """The parts, separators put back, are the file: cuts lose no line."""
    made = parts(Draft.of(text), shipped())
    assert text == "".join(text[s.start : s.end] for part in made for s in part.segments)
    assert len(starts(Separators(lines(text), shipped()), shipped())) == len(made)


@settings(deadline=None)
@given(FILE)
def test_separators_are_edits_inside_their_lines(text: str) -> None:
    """What takes a separator out is sorted, disjoint and leaves every line break."""
    edits = list(separators(Separators(lines(text), shipped()), shipped()))
    assert all(a.end <= b.start for a, b in pairwise(edits))
    assert text.count("\n") == apply(text, edits).count("\n")


@settings(deadline=None)
@given(FILE)
def test_a_part_is_not_cut_again(text: str) -> None:
    """Each side of a cut has text of its own: a part without a title in its middle stays one."""
    rows = lines(text)
    found = starts(Separators(rows, shipped()), shipped())
    for first, last in pairwise([*found, len(rows)]):
        assert len(found) == 1 or any(len(row.bare) >= 40 for row in rows[first:last])


def test_an_empty_text_is_one_part() -> None:
    """A text without a character is one part without a speech."""
    assert [0] == starts(Separators(lines(""), shipped()), shipped())
