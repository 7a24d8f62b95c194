"""Tests of `cleaner.filters.placeholder`: what is masked is found, and each policy leaves what it should."""

# ruff: noqa: SIM300 (the expected value stands first)

import re
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.chars import MASK
from cleaner.config import Config, Placeholders
from cleaner.edits import Draft
from cleaner.filters import placeholder
from tests.cases.read_cases import before, lines, read, shipped

SHOWN = "□"
"""Stands for the mark in case files."""


def masked(text: str) -> Draft:
    """Return the draft of `text` with a mark for each run."""
    return Draft.of(text).apply(placeholder.edits(text, shipped(), Config()))


def settled(text: str, policy: str, mark: str = "□") -> str:
    """Return what a policy leaves of `text`."""
    return placeholder.settle(masked(text), Placeholders(policy, mark)).text


def kinds(text: str) -> list[str | None]:
    """Return the kinds of the placeholders of `text`, in order."""
    return [row.kind for row in masked(text).rows() if row.kind is not None]


@pytest.mark.parametrize("case", read("placeholder"))
def test_cases(case: dict[str, Any]) -> None:
    """Each run becomes one mark; `remove` leaves no debris, `mask` writes the mark, `keep` changes nothing."""
    text = before(case)
    shown = lines(case["output"]["masked"])
    assert shown == masked(text).text.replace(MASK, SHOWN)
    edits = list(placeholder.edits(text, shipped(), Config()))
    assert [(masked(text).text, len(edits))] == list(placeholder.masked([text], shipped()))
    assert lines(case["output"]["remove"]) == settled(text, "remove")
    assert shown == settled(text, "mask")
    assert text == settled(text, "keep")


@pytest.mark.parametrize("mark", ["□", "【略】", "XX", ""])
def test_the_mark_is_the_users(mark: str) -> None:
    """With `mask` each run becomes the mark of the config, whatever it is."""
    assert f"{mark}县{mark}镇共{mark}人" == settled("XX县*镇共×××人", "mask", mark)


STYLES = [
    "X",
    "XX",
    "xx",
    "xxx",
    "Ｘ",
    "×",
    "××",
    "**",
    "***",
    "__",
    "○○",
    "△△",
    "□□",
    "■■",
    "某某",
    "ХХ",
    "ㄨㄨ",
    "∆∆",
    "※※",
    "〓〓",
    "◆◆",
    "##",
    "~~",
]
FRAMES = ["县的同志们", "市人民政府", "镇党委"]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("frame", FRAMES)
def test_every_style_is_a_mask_before_a_place(style: str, frame: str) -> None:
    """Whatever sign and however long, a run before county, city or town is one placeholder, a place."""
    text = f"会上，{style}{frame}发了言"
    draft = masked(text)
    assert f"会上，{MASK}{frame}发了言" == draft.text
    assert ["place"] == kinds(text)


@pytest.mark.parametrize("one", STYLES)
@pytest.mark.parametrize("other", ["XX", "×", "**", "__", "○○"])
def test_style_and_length_tell_nothing(one: str, other: str) -> None:
    """Two copies of a text masked in different styles have the same masked text."""
    text = "刚才，{0}县县委书记{0}同志讲了意见，{0}镇等单位作了表态。"
    assert masked(text.format(one)).text == masked(text.format(other)).text


KINDS = [
    ("新建水库X座", "number"),
    ("增长XX%", "number"),
    ("20XX年", "date"),
    ("X月中旬", "date"),
    ("请××同志讲话", "name"),
    ("XX县委", "place"),
    ("XX集团公司", "org"),
]


@pytest.mark.parametrize(("text", "kind"), KINDS, ids=[text for text, _ in KINDS])
def test_kinds(text: str, kind: str) -> None:
    """What a run stood for is told by its neighbours."""
    assert kind == kinds(text)[0]


TEXT = st.lists(
    st.sampled_from(
        [
            *STYLES,
            "*",
            "_",
            "△",
            "县",
            "镇",
            "年",
            "月",
            "%",
            "、",
            "，",
            "。",
            "-",
            "—",
            "个",
            "同志",
            "水库",
            "20",
            "A",
            "+",
            " ",
            "\n",
        ]
    ),
    max_size=40,
).map("".join)
"""Runs of every style among what may stand beside them."""


@settings(deadline=None)
@given(TEXT)
def test_keep_keeps(text: str) -> None:
    """`keep` gives the text back, character by character."""
    assert text == settled(text, "keep")


@settings(deadline=None)
@given(TEXT)
def test_mask_changes_nothing_but_runs(text: str) -> None:
    """Under `mask` the text is the masked text with the mark of the config."""
    assert masked(text).text.replace(MASK, "〓") == settled(text, "mask", "〓")


@settings(deadline=None)
@given(TEXT)
def test_remove_takes_marks_and_debris_only(text: str) -> None:
    """Under `remove` what is left is the masked text without its marks and without some of: 、，—-% and blanks."""
    left, whole = settled(text, "remove"), masked(text).text
    at = 0
    for char in whole:
        if at < len(left) and left[at] == char:
            at += 1
        else:
            assert char in MASK + "、，,—–~～-%％‰ \n"
    assert len(left) == at
    assert MASK not in left


@settings(deadline=None)
@given(TEXT)
def test_rows_are_the_record_under_every_policy(text: str) -> None:
    """The audit names the same runs with the same kinds whatever the policy: the row is the record."""

    def record(rows: Iterable[Any]) -> list[tuple[int, int, str]]:
        return [(row.start, row.end, row.kind) for row in rows if row.kind is not None]

    draft = masked(text)
    records = [record(placeholder.settle(draft, Placeholders(p)).rows()) for p in ("remove", "mask", "keep")]
    assert [record(draft.rows())] * 3 == records


@settings(deadline=None)
@given(TEXT)
def test_no_two_marks_stand_for_one_run(text: str) -> None:
    """A run of one sign is masked whole or not at all."""
    draft = masked(text)
    for row in draft.rows():
        run = text[row.start : row.end]
        if len(set(run)) == 1 and run[0] in "×○△□":
            assert run[0] not in (text[row.start - 1 : row.start], text[row.end : row.end + 1])


@settings(deadline=None)
@given(TEXT, TEXT)
def test_masked_share_is_a_share(left: str, right: str) -> None:
    """The share lies between 0 and 1, is 0 without placeholders, and counts each once."""
    draft = masked(left + "全县XX个村" + right)
    count, share = placeholder.masked_share(draft)
    assert 0 < share <= 1
    assert count == len([row for row in draft.rows() if row.kind])


def test_masked_share_of_an_example() -> None:
    """Two of eight characters are masked: a quarter."""
    assert (1, 0.25) == placeholder.masked_share(masked("全县XX个村庄啊"))


def test_a_single_sign_needs_company() -> None:
    """A single * before an ordinary word is a mask only in a text that masks with it twice elsewhere."""
    alone, together = "向*学习", "全县*个乡镇，向*学习，第*届"
    assert alone == masked(alone).text
    assert together.replace("*", MASK) == masked(together).text


def test_what_a_width_cuts_is_no_mask() -> None:
    """The X of X光, "X-rays", at the end of a line is none; a mask there is one."""
    assert masked("免费开展了X\n光胸片检查。").text == "免费开展了X\n光胸片检查。"
    assert masked("新增企业X\n家。").text == f"新增企业{MASK}\n家。"  # "… companies were added"


def test_texts_at_once_are_as_one_by_one() -> None:
    """What becomes of a text does not depend on the texts that are looked at with it."""
    texts = [before(case) for case in (param.values[0] for param in read("placeholder"))]
    alone = [found for text in texts for found in placeholder.masked([text], shipped())]
    assert alone == list(placeholder.masked(texts, shipped()))


def test_keep_keeps_a_run_that_an_earlier_edit_cut() -> None:
    """A run with a character of no width inside, which repair took out, is whole under `keep`."""
    draft = Draft.of("水库X\u200bX座").apply([placeholder.Edit(3, 4, "repair", "zero-width")])
    draft = draft.apply(placeholder.edits(draft.text, shipped(), Config()))
    assert f"水库{MASK}座" == draft.text
    assert "水库XX座" == placeholder.settle(draft, Placeholders("keep")).text


OLD_FIRST_ITEM = re.compile(
    rf"(?:^|[，,。；;：:（(“])(?:{MASK}[%％‰]?[、，,—–~～-]?)*{MASK}(?P<comma>、)(?!{MASK})", re.MULTILINE
)
"""Says which comma goes in one pattern, in time that grows with the square of a run of masks."""


@settings(max_examples=1000)
@given(st.text(f"{MASK}{MASK}{MASK}、、，—%水\n", max_size=14))
def test_first_items_are_those_of_one_pattern(text: str) -> None:
    """The comma behind a mask that begins a list goes, as one pattern says that is too slow for long runs."""
    expected = [match.start("comma") for match in OLD_FIRST_ITEM.finditer(text)]
    runs = placeholder._RUN.finditer(text)
    assert expected == [run.end() - 1 for run in runs if placeholder._is_first_item(text, *run.span())]
