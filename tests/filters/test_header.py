"""Tests of `cleaner.filters.header`: what stands before a speech goes, its title, date and speaker stay."""

# ruff: noqa: SIM300 (the expected value stands first)

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.config import Config
from cleaner.filters import header
from tests.cases.read_cases import read, shipped
from tests.filters.frames import BODY, after, filled, spread


@pytest.mark.parametrize("case", read("header"))
def test_cases(case: dict[str, Any]) -> None:
    """The lines that the case names are left, and no other; blank lines do not count."""
    wanted = spread(case.get("output", case["input"]))
    assert filled(wanted) == filled(after(header.edits, spread(case["input"])))


LINES = st.lists(
    st.sampled_from(
        [
            "在全县教育工作会议上的讲话",
            "2023年在全县教育工作会议上的讲话(全文)",
            "当前位置：首页 > 讲话 > 正文",
            "时间:2023-05-06 08:30:00 来源:网友投稿",
            "县委书记 张三",
            "（2023年5月6日）",
            "",
            "某某杂货",
            "返回顶部",
            "一、当前形势",
            *BODY,
        ]
    ),
    max_size=14,
)
"""Lines that stand at the head of a page, in any order."""


def test_a_letter_that_hands_a_speech_on() -> None:
    """The greeting of the letter and what it says of the text go; the speech begins at its own title."""
    letter = ["各位老师：", "好！现将校长在散学典礼上的讲话稿发给大家，正文如下。"]
    speech = ["在散学典礼上的讲话", "同学们：", BODY[1]]
    assert filled(after(header.edits, "\n".join([*letter, *speech]))) == speech
    assert filled(after(header.edits, "\n".join([letter[0], BODY[1], *speech]))) == [letter[0], BODY[1], *speech]


INSTITUTION = ["首页 > 护理园地 > 天使风采", "【字号：大 中 小】 【打印】"]
BYLINE = "作者：护理部　来源：护理部　日期：2022-05-13　浏览：[打印]　[收藏]"


@pytest.mark.parametrize(
    "title",
    [
        ["点一盏灯，照一条路"],
        ["凝心聚力促发展　攻坚克难抓落实", "努力开创全县粮食安全工作新局面", "——在全县粮食收购工作会议上"],
        ["在2018届毕业典礼上的寄语：把根扎进泥土里"],
    ],
)
def test_a_title_above_a_byline(title: list[str]) -> None:
    """On the pages of institutions a byline parts the title, whatever it says, from the salutation."""
    speech = ["同志们：", BODY[1]]
    assert filled(after(header.edits, "\n".join([*INSTITUTION, *title, BYLINE, *speech]))) == [*title, *speech]


def test_a_title_between_a_page_and_its_subtitle() -> None:
    """A byline between the title and the dash below it makes the title no line of the page."""
    speech = ["——护理部主任在护士节庆祝大会上的致辞", "同志们：", BODY[1]]
    shown = [*INSTITUTION, "点一盏灯，照一条路", BYLINE, *speech]
    assert filled(after(header.edits, "\n".join(shown))) == ["点一盏灯，照一条路", *speech]


def test_a_title_whose_end_a_width_has_cut() -> None:
    """Stays whole, its first line too, under what a page says."""
    over = ["标签： 春灌 水利", "朋友来信索要讲话稿子，找出两篇，供参考。"]
    for title in (
        ["在庆祝“5·12”国际护士节表彰大会上的致", "辞"],
        ["在全市农村转移劳动力", "职业技能培训班开班式上的", "讲　话"],
        ["绷紧安全弦  护好读书声", "——在林江师范学院校园安全工作推进会", "上的讲话"],
    ):
        assert filled(after(header.edits, "\n".join([*over, *title, *BODY]))) == [*title, *BODY]


def test_a_title_that_names_no_speech_is_said_twice() -> None:
    """Above the byline the last copy stays, whatever the page adds."""
    page = ["2008年09月02日", "【字体：大 中 小】 【打印】 【关闭】", "让每一扇窗都亮着"]
    speech = ["让每一扇窗都亮着", "同学们：", BODY[1]]
    shown = [*page, "编辑：小禾 来源：山乡日报", speech[0], "□本报记者 整理", *speech[1:]]
    assert filled(after(header.edits, "\n".join(shown))) == speech


def test_a_name_above_a_title_that_names_no_speech() -> None:
    """What rules part from such a title is the page's; what stands right above it is of it."""
    page = ["清溪先锋网", "首页 > 党课 > 正文", "2020年07月01日10:16　来源：清溪先锋网　责任编辑：小禾"]
    speech = ["板凳会上说初心", "——柳树村的一堂课", "老少爷们，大娘婶子：", BODY[1]]
    assert filled(after(header.edits, "\n".join([*page, *speech]))) == speech


@settings(deadline=None)
@given(LINES)
def test_the_body_is_never_looked_at(rows: list[str]) -> None:
    """From the first line of prose on nothing goes, whatever it says."""
    text = "\n".join([*rows, BODY[1], *rows])
    left = after(header.edits, text)
    assert left.endswith("\n".join([BODY[1], *rows]))


@settings(deadline=None)
@given(LINES)
def test_a_title_that_is_said_stays_said_once(rows: list[str]) -> None:
    """However often a page says the title of its speech, once is left."""
    title = "在全县教育工作会议上的讲话"
    front = [row for row in rows if row not in (*BODY, "一、当前形势")]
    left = filled(after(header.edits, "\n".join([*front, title, *BODY])))
    assert 1 == left.count(title)


@settings(deadline=None)
@given(LINES)
def test_edits_are_sorted_and_disjoint_and_leave_the_line_breaks(rows: list[str]) -> None:
    """An edit stays inside its line."""
    text = "\n".join(rows)
    found = list(header.edits(text, shipped(), Config()))
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert not any("\n" in text[e.start : e.end] or e.inserted for e in found)
