"""Tests of `cleaner.filters.reflow`: breaks that a page or a width made are joined, the writer's stay."""

# ruff: noqa: SIM300 (the expected value stands first)

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleaner.chars import MASK, display_width
from cleaner.config import Config, Reflow
from cleaner.edits import apply
from cleaner.filters import reflow
from cleaner.lines import lines
from cleaner.paragraphs import fixed_width
from tests.cases.read_cases import after as wanted
from tests.cases.read_cases import read, shipped
from tests.filters.frames import after, spread

PROSE = (
    "今天我们在这里召开全县春耕生产动员会，主要任务是总结去年的农业农村工作，分析当前面临的形势，安排部署今年的春耕备耕工作。"
    "去年以来，全县上下克服了旱情偏重、农资涨价等困难，粮食总产再创新高，农民收入稳步增长，这些成绩来之不易。当前正是春耕的关键时节，"
    "各乡镇、各部门要把春耕作为头等大事，早谋划、早动手、早落实，确保种足种好、不误农时。农机要检修到位，种子化肥要储备到位，"
    "技术人员要下沉到位，哪个环节都不能掉链子。"
)
"""A paragraph long enough to be broken into a dozen lines."""
LINE = "今年以来，全县上下团结一心，农业生产取得了新的成绩，农民收入稳步"
"""A line of one."""


@pytest.mark.parametrize("case", read("reflow"))
def test_cases(case: dict[str, Any]) -> None:
    """Breaks inside a sentence go, every other break stays."""
    assert wanted(case) == after(reflow.edits, spread(case["input"]))


def test_off_is_off() -> None:
    """With reflow.enabled = false nothing is joined."""
    text = "同志们：\n今年以来，全县上下团结一心，农业生产取得了新的成绩，农民收入稳步\n增长。"
    assert text == after(reflow.edits, text, Config(reflow=Reflow(enabled=False)))


def wrapped(paragraph: str, cells: int) -> list[str]:
    """Return `paragraph` broken where a line is full, marks that begin no line hanging over as a printer does."""
    rows, row = [], ""
    for char in paragraph:
        if display_width(row + char) > cells and char not in "，。、；：！？":
            rows.append(row)
            row = ""
        row += char
    return [*rows, row]


WIDTHS = [42, 43, 44, 46, 48, 50, 51, 52, 56, 60, 64, 66, 72, 76, 80, 90, 100]


@pytest.mark.parametrize("paragraphs", [2, 4])
@pytest.mark.parametrize("cells", WIDTHS)
def test_text_of_any_width_is_joined(cells: int, paragraphs: int) -> None:
    """Indented paragraphs broken at any width come back whole."""
    whole = [f"\u3000\u3000{PROSE}"] * paragraphs
    text = "\n".join(["同志们：", *(row for paragraph in whole for row in wrapped(paragraph, cells))])
    assert "\n".join(["同志们：", *whole]) == after(reflow.edits, text)


PIECES = st.sampled_from(
    [
        "同志们：",
        "一、提高认识",
        "（二）压实责任",
        "今天的会议开得很好。",
        "长风破浪会有时",
        "农民收入稳步",
        "增长，农村面貌焕然一新。",
        LINE,
        "2023年5月6日",
        "——坚持党的领导",
        "《关于加强农村",
        f"加快{MASK}区发展，",
        "",
        "\u3000\u3000首要的是抓春耕。",
        "在全县工作会议上的讲话",
        "this is",
        "good。",
    ]
)
TEXT = st.lists(PIECES, max_size=20).map("\n".join)


@settings(deadline=None)
@given(TEXT)
def test_only_blanks_and_breaks_go(text: str) -> None:
    """Reflow takes away white space alone and puts in at most a space: letters and marks stay in order."""
    assert "".join(text.split()) == "".join(after(reflow.edits, text).split())


@settings(deadline=None)
@given(TEXT)
def test_edits_are_of_breaks(text: str) -> None:
    """Every edit spans a line break, inserts nothing or a space, and none overlaps another."""
    found = list(reflow.edits(text, shipped(), Config()))
    assert all("\n" in text[e.start : e.end] and text[e.start : e.end].isspace() for e in found)
    assert {e.inserted for e in found} <= {"", " "}
    assert all(a.end <= b.start for a, b in pairwise(found))


@settings(deadline=None)
@example("同志们：\n" + f"{LINE}\n长风破浪会有时\n一、提高认识\n" + f"{LINE}\n" * 3 + "散会。\n　　首要的是抓春耕。")
@given(TEXT)
def test_headings_dates_and_salutations_keep_their_lines(text: str) -> None:
    """A heading, a date, a salutation or an item begins a line after reflow if it did before."""
    kept = [row.text for row in lines(after(reflow.edits, text))]
    for line in ("一、提高认识", "（二）压实责任", "同志们：", "2023年5月6日"):
        assert text.split("\n").count(line) == kept.count(line)


def test_width_is_found() -> None:
    """The width of lines broken at 60 cells is 60, give or take a mark that hangs over; paragraphs have none."""
    rows = lines("\n".join(wrapped(PROSE, 60)))
    assert fixed_width(rows)[0] in range(58, 64)
    assert 0 == fixed_width(lines("\n".join(["今天的会议开得很好。", "大家讲得都很实在。"] * 6)))[0]


def test_a_seam_is_joined_without_its_blanks() -> None:
    """Blanks before and after the break go with it."""
    text = "同志们：\n今年以来，全县上下团结一心，农业生产取得了新的成绩。农民收入稳步  \n 增长，令人鼓舞。"
    assert text.replace("  \n ", "") == apply(text, reflow.edits(text, shipped(), Config()))
