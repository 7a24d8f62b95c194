"""Tests of `cleaner.filters.footer`: what hangs below a speech goes, its closing, date and signature stay."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.config import Config
from cleaner.filters import footer
from tests.cases.read_cases import read, shipped
from tests.filters.frames import BODY, after, filled, spread


@pytest.mark.parametrize("case", read("footer"))
def test_cases(case: dict[str, Any]) -> None:
    """The lines that the case names are left, and no other; blank lines do not count."""
    wanted = spread(case.get("output", case["input"]))
    assert filled(wanted) == filled(after(footer.edits, spread(case["input"])))


LINES = st.lists(
    st.sampled_from(
        [
            "上一篇：在植树节活动上的讲话",
            "【关闭窗口】",
            "相关文章：",
            "乡镇书记述职报告三篇",
            "工信部备案号:粤ICP备12345678号-1",
            "县委书记 张三",
            "2023年5月6日",
            "谢谢大家！",
            "",
            "甲线路",
            "一、当前形势",
            *BODY,
        ]
    ),
    max_size=14,
)
"""Lines that stand at the foot of a page, in any order."""


@settings(deadline=None)
@given(LINES)
def test_nothing_above_the_last_prose_goes(rows: list[str]) -> None:
    """The walk upwards ends at the first line of prose: what stands above it stays, whatever it says."""
    text = "\n".join([*rows, BODY[1], "【关闭窗口】"])
    assert "\n".join([*rows, BODY[1], ""]) == after(footer.edits, text)


def test_a_paragraph_below_a_gap_stays() -> None:
    """A page's lines round one paragraph, a gap above, make it no part of the page."""
    text = "\n".join(["上一篇：在植树节活动上的讲话", "", "", "", "【关闭窗口】", BODY[1], "【关闭窗口】"])
    assert BODY[1] in after(footer.edits, text)


@settings(deadline=None)
@given(LINES)
def test_dates_headings_and_prose_stay(rows: list[str]) -> None:
    """Where no line opens a list, a date, a heading, a salutation or prose is never of the foot."""
    rows = [row for row in rows if row not in ("上一篇：在植树节活动上的讲话", "相关文章：")]
    left = filled(after(footer.edits, "\n".join([*BODY, *rows])))
    for line in ("2023年5月6日", "一、当前形势", *BODY):
        assert (*BODY, *rows).count(line) == left.count(line)


@settings(deadline=None)
@given(LINES)
def test_edits_are_sorted_and_disjoint_and_leave_the_line_breaks(rows: list[str]) -> None:
    """An edit stays inside its line."""
    text = "\n".join(rows)
    found = list(footer.edits(text, shipped(), Config()))
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert not any("\n" in text[e.start : e.end] or e.inserted for e in found)


LICENCE = [
    "",
    "",
    "",
    "本作品来自某会议的决定。依据《",
    "著作权法",
    "》第五条，本作品属于",
    "公有领域",
    "。",
    "Public domain",
    "false",
]
"""A licence as a free collection prints it, its links on lines of their own, below a gap."""


def test_a_block_of_the_page_below_a_gap_goes_whole() -> None:
    """Its broken lines and its sentences go too: together they weigh what a page weighs."""
    assert list(BODY) == filled(after(footer.edits, "\n".join([*BODY, *LICENCE])))


def test_a_speech_below_a_gap_stays() -> None:
    """A salutation in the block says that somebody speaks: only the licence below it goes."""
    rows = [*BODY, "", "", "", *BODY, *LICENCE]
    assert [*BODY, *BODY] == filled(after(footer.edits, "\n".join(rows)))


def test_a_sentence_below_a_gap_stays() -> None:
    """A gap alone parts nothing from a speech."""
    rows = [*BODY, "", "", "", "著作权登记要提速，网站要把好版权关。"]
    assert filled("\n".join(rows)) == filled(after(footer.edits, "\n".join(rows)))
