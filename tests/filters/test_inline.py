"""Tests of `cleaner.filters.inline`: what was put into a line goes and the sentence is joined again."""

from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.filters import inline
from tests.cases.read_cases import read
from tests.filters.frames import BODY, after, filled, spread


@pytest.mark.parametrize("case", read("inline"))
def test_cases(case: dict[str, Any]) -> None:
    """The lines that the case names are left, and no other; blank lines do not count."""
    wanted = spread(case.get("output", case["input"]))
    assert filled(wanted) == filled(after(inline.edits, spread(case["input"])))


@settings(deadline=None)
@given(st.text("水库防汛工作，。：“”（）《》一二三、1234 \n", max_size=200))
def test_prose_is_never_touched(text: str) -> None:
    """No inline rule claims Chinese characters and marks without a word of the trade."""
    words = [line for line in text.split("\n") if any("\u4e00" <= char <= "\u9fff" for char in line)]
    assert words == [line for line in after(inline.edits, "\n".join(words)).split("\n") if line]


ONE_LINE = [case for case in read("inline", "in-the-wild") if isinstance(case.values[0]["input"], str)]


@pytest.mark.parametrize("case", ONE_LINE)
@pytest.mark.parametrize("length", [4_000, 12_000])
def test_junk_is_found_in_a_line_of_any_length(case: dict[str, Any], length: int) -> None:
    """A whole speech on one line is cleaned as a short line is, wherever in it the junk stands."""
    prose = BODY[1] * (length // len(BODY[1]))
    assert prose + case["output"] + prose == after(inline.edits, prose + case["input"] + prose)


@settings(deadline=None)
@given(st.lists(st.sampled_from([case.values[0] for case in read("inline", "in-the-wild")]), max_size=6))
def test_lines_are_cleaned_each_by_itself(cases: list[dict[str, Any]]) -> None:
    """What goes of a line does not depend on the lines round it."""
    given_lines = [spread(case["input"]) for case in cases]
    assert [after(inline.edits, line) for line in given_lines] == [
        "\n".join(after(inline.edits, "\n".join(given_lines)).split("\n")[a:b]) for a, b in places(given_lines)
    ]


def places(texts: list[str]) -> list[tuple[int, int]]:
    """Return the first line and the end of each text when all stand below one another."""
    ends = [0, *accumulate(text.count("\n") + 1 for text in texts)]
    return list(pairwise(ends))


def test_a_line_of_a_broken_paragraph_is_no_aside() -> None:
    """Though a sign begins it and a page has words like it: a width has cut the sentence there."""
    said = (
        "　　先请大家看一张照片。这是前天下午三点二十分，",
        "※※乡※※岭卡口的监控截图：一位老人提着一篮纸钱进",
        "山，卡口的桌子在，登记本在，打火机回收箱也在，就是",
        "值班的人不在，三个小时以后，山上起了火，火借着风势",
        "一路烧到了山脚下的村子，乡亲们连夜上山扑救，到天亮",
        "才扑灭，这就是教训。",
    )
    assert filled(after(inline.edits, "\n".join([BODY[0], *said]))) == [BODY[0], *said]
