"""Tests of `cleaner.clean`: nothing of a source is lost, and what becomes of it depends on nothing else."""

# ruff: noqa: SIM300 (the expected value stands first)

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.chars import MASK
from cleaner.clean import clean_source, clean_sources, sha256
from cleaner.config import Config, Normalise, Placeholders, Reflow, Split
from cleaner.errors import FilterError
from cleaner.records import Cleaned, Raw
from cleaner.store.audit import Piece, masked_text, rebuild
from cleaner.store.scratch import edit_row
from tests.cases.read_cases import shipped
from tests.conftest import SAMPLE

PROSE = [
    "今天，我们在这里召开全县教育工作会议，主要任务是总结去年的工作，安排今年的任务。",
    "一年来，全县教师爱岗敬业，教学质量稳步提升，群众对教育的满意度明显提高，这些成绩来之不易，值得充分肯定。",
    "各级各部门要站在全局的高度，把思想统一到会议精神上来，以更加扎实的作风做好各项工作，努力办好人民满意的教育。",
    "今年以来，全县上下团结一心，农业生产取得了新的成绩。与此同时，农民收入稳步",
    "增长，农村面貌焕然一新。",
]
MASKED = [
    "全市新建水库X座，增长X%，投资XX.X亿元。",
    "刚才，×、×、×等三位同志作了发言，XX县、**镇和__区作了表态。",
    "20XX年X月X日，区委×届×次全会通过了《关于加强××工作的意见》，推进东湖、XX、西山建设。",
    "XX",
]
JUNK = [
    "当前位置：首页 > 讲话 > 正文",
    "时间:2023-05-06 08:30:00 来源:网友投稿",
    "下面是小编为大家整理的教育工作会议讲话，供大家参考。",
    "推荐访问：教育 讲话 工作会议",
    "工信部备案号:粤ICP备12345678号-1",
    "上一篇：在植树节活动上的讲话",
    "精品文档 欢迎下载",
    "- 3 -",
    "会议强【此处隐藏内容，登录后可见】调，要从严【本文由示例公文网整理】治党，做好各项工作。",
    "返回顶部",
]
SHAPE = [
    "在全县教育工作会议上的讲话",
    "2023年在全县教育工作会议上的讲话(全文)",
    "副县长在安全生产会议上的讲话",
    "（2023年5月6日）",
    "县委书记 张三",
    "同志们：",
    "老师们、同学们：",
    "一、提高认识",
    "——坚持党的领导",
    "谢谢大家！",
    "----------",
    "篇二：在安全生产会议上的讲话",
    "",
    " \u3000",
    "\u3000\u3000要抓紧，\u200b抓实。",
    "要坚持“两手抓”，努力办好人民满意的教育。".encode().decode("latin-1"),
    "长风破浪会有时",
]
LINES = st.lists(st.sampled_from([*PROSE, *PROSE, *MASKED, *JUNK, *SHAPE]), max_size=40)
FILES = st.builds(lambda rows, end: end.join(rows), LINES, st.sampled_from(["\n", "\n", "\r\n", "\n\n", "\r"]))
"""Files of junk, prose, masks and damage in any order, with any line ends."""

CONFIGS = st.builds(
    lambda policy, reflow, indents, blanks, least: Config(
        placeholders=Placeholders(policy),
        reflow=Reflow(reflow),
        normalise=Normalise(indents, blanks),
        split=Split(least),
    ),
    st.sampled_from(["remove", "mask", "keep"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0, 50, 500]),
)
SLOW = settings(deadline=None, max_examples=60)


def clean(text: str | bytes, config: Config | None = None, name: str = "a.txt") -> Cleaned:
    """Return what becomes of a source with this text or these bytes."""
    data = text if isinstance(text, bytes) else text.encode()
    return clean_source(Raw(name, data, len(data)), shipped(), config or Config())


def rebuilt(cleaned: Cleaned) -> str:
    """Return the decoded source as the tables rebuild it."""
    rows = [edit_row(cleaned.source.source, cleaned.decoded or "", edit) for edit in cleaned.edits]
    pieces = [Piece(s.start, s.end, s.text, s.id) for s in cleaned.speeches]
    pieces += [Piece(r.start, r.end or 0, r.text or "", r.reason) for r in cleaned.rejected if r.start is not None]
    return rebuild(cleaned.source.source, rows, sorted(pieces, key=lambda piece: (piece.start, piece.end)))


@SLOW
@given(FILES, CONFIGS)
def test_nothing_is_lost(text: str, config: Config) -> None:
    """Edits, speeches and rejected texts rebuild the decoded source, each text is what its edits say (guarantee 1)."""
    cleaned = clean(text, config)
    if cleaned.decoded is None:
        assert ["empty"] == [row.reason for row in cleaned.rejected]
        return
    assert text == cleaned.decoded == rebuilt(cleaned)
    assert sha256(text) == cleaned.source.decoded_sha256


def test_a_file_that_begins_with_a_drawn_rule() -> None:
    """Nothing stands above the first line that the rule could part the speech from."""
    cleaned = clean("\n".join(["----------", "同志们：", *PROSE]))
    assert cleaned.decoded == rebuilt(cleaned)
    assert [speech.text.split("\n")[0] for speech in cleaned.speeches] == ["同志们："]


def test_nothing_is_lost_where_an_inline_rule_cuts_mended_text_at_the_end() -> None:
    """The last words of a file are mended in one edit and half of them is junk: the run does not fail."""
    damaged = "精品文档，欢迎下载党".encode().decode("latin-1")
    cleaned = clean("\n".join([*PROSE, "要坚持全面从严治" + damaged]))
    assert cleaned.speeches[0].text.endswith("要坚持全面从严治党")
    assert cleaned.decoded == rebuilt(cleaned)


@SLOW
@given(FILES, CONFIGS)
def test_counts_add_up(text: str, config: Config) -> None:
    """What went in and was inserted is what came out and was removed (guarantee 6)."""
    cleaned = clean(text, config)
    if cleaned.decoded is None:
        return
    out = sum(len(speech.text) for speech in cleaned.speeches) + sum(len(row.text or "") for row in cleaned.rejected)
    removed = sum(edit.end - edit.start for edit in cleaned.edits)
    inserted = sum(len(edit.inserted) for edit in cleaned.edits)
    assert len(text) + inserted == out + removed


@SLOW
@given(FILES)
def test_policies_change_the_text_and_nothing_else(text: str) -> None:
    """Under the three policies the same speeches stand with the same masked text, span, hash and count."""
    made = [
        clean(text, Config(placeholders=Placeholders(policy), split=Split(0))).speeches
        for policy in ("remove", "mask", "keep")
    ]
    told = [
        [(s.id, s.masked_text, s.start, s.end, s.raw_sha256, s.n_placeholders) for s in speeches] for speeches in made
    ]
    assert told[0] == told[1] == told[2]


def test_the_share_of_masks_is_of_the_text_before_masking() -> None:
    """`placeholder_ratio` is masked characters over characters before masking, whatever the policy."""
    text = "\n".join([*PROSE, "全市新建水库X座，增长X%，投资XX.X亿元。"])
    made = [clean(text, Config(placeholders=Placeholders(policy))).speeches[0] for policy in ("remove", "mask", "keep")]
    assert 1 == len({speech.placeholder_ratio for speech in made})


def letters(text: str) -> str:
    """Return what a comparison form is made of: letters, figures and marks for masks."""
    return "".join(char for char in text if char.isalnum() or char == MASK)


@SLOW
@given(FILES, CONFIGS)
def test_the_tables_give_the_masked_text_again(text: str, config: Config) -> None:
    """What `verify` makes of the edits has the letters and masks of the form that pairs were sought with."""
    cleaned = clean(text, config)
    for speech in cleaned.speeches:
        again = masked_text(cleaned.decoded or "", cleaned.edits, speech.start, speech.end)
        assert letters(speech.masked_text) == letters(again)


@pytest.mark.parametrize("policy", ["remove", "mask", "keep"])
def test_the_tables_give_the_masked_text_of_a_run_that_was_cut(policy: str) -> None:
    """A run with a character of no width inside is one mark in the tables too."""
    cleaned = clean("\n".join([*PROSE, "全市新建水库X\u200bX座。"]), Config(placeholders=Placeholders(policy)))
    speech = cleaned.speeches[0]
    assert letters(speech.masked_text) == letters(
        masked_text(cleaned.decoded or "", cleaned.edits, speech.start, speech.end)
    )


@SLOW
@given(FILES)
def test_paragraphs_know_their_line_of_the_masked_text(text: str) -> None:
    """`seqs` names for each paragraph its line in `masked_text`: the same but for the marks."""
    for speech in clean(text, Config(placeholders=Placeholders("mask", "□"), split=Split(0))).speeches:
        lines = speech.masked_text.replace(MASK, "□").split("\n")
        assert [line for line in speech.text.split("\n") if line.strip()] == [lines[seq] for seq in speech.seqs]


@SLOW
@given(FILES, st.sampled_from(["b.md", "篇一/讲话.txt", "x.zip!下载.txt", "2023-05-06.txt"]))
def test_the_name_of_a_file_decides_nothing(text: str, name: str) -> None:
    """A source of another name is cleaned the same; only the name in its rows differs."""
    one, other = clean(text), clean(text, name=name)
    assert one.edits == other.edits
    assert [replace(speech, source=name) for speech in one.speeches] == list(other.speeches)
    assert [replace(row, source=name) for row in one.rejected] == list(other.rejected)
    assert replace(one.source, source=name) == other.source


@SLOW
@given(FILES.filter(str.strip))
def test_the_encoding_decides_nothing_but_its_name(text: str) -> None:
    """The same text in UTF-8 with a BOM and in UTF-16 is cleaned the same."""
    plain, *others = [clean(text.encode(name)) for name in ("utf-8", "utf-8-sig", "utf-16")]
    for other in others:
        assert plain.edits == other.edits
        assert [s.text for s in plain.speeches] == [s.text for s in other.speeches]


@SLOW
@given(FILES)
def test_speeches_lie_in_order_and_apart(text: str) -> None:
    """Spans of speeches are disjoint, sorted and hold characters; ordinals grow; the hash is that of the span."""
    cleaned = clean(text)
    at, last = 0, -1
    for speech in cleaned.speeches:
        assert at <= speech.start < speech.end
        assert last < speech.ordinal
        assert sha256(text[speech.start : speech.end]) == speech.raw_sha256
        at, last = speech.end, speech.ordinal


@SLOW
@given(FILES)
def test_a_title_is_the_first_line(text: str) -> None:
    """The title is a copy of the line that the text begins with, or the speech is flagged `no-title`."""
    for speech in clean(text).speeches:
        assert (speech.title is None) == ("no-title" in speech.flags)
        assert speech.title is None or speech.title == speech.text.split("\n")[0]


@SLOW
@given(FILES, st.sampled_from(["mask", "keep"]))
def test_a_text_has_no_outer_blanks_and_no_mark_of_the_program(text: str, policy: str) -> None:
    """No line of a speech is empty or begins or ends with a blank, and U+FDD0 never comes out."""
    for speech in clean(text, Config(placeholders=Placeholders(policy))).speeches:
        rows = speech.text.split("\n")
        assert [row.strip() for row in rows] == rows
        assert all(rows)
        assert MASK not in speech.text


# Cleaning is idempotent on what pages are like: a head, a speech, a foot. On lines in any order it is not: where a line
# of prose went with its junk, what stood above it may now be the foot; where a line was nothing but a mask, `remove`
# lets two others meet.
PAGE = st.builds(
    lambda head, body, foot: "\n".join(
        [*head, "在全县教育工作会议上的讲话", "（2023年5月6日）", "同志们：", *body, PROSE[2], "谢谢大家！", *foot]
    ),
    st.lists(st.sampled_from(JUNK[:3]), max_size=4),
    st.lists(st.sampled_from([*PROSE, *MASKED[:3], JUNK[8], "一、提高认识", "", "——坚持党的领导。"]), max_size=12),
    st.lists(st.sampled_from([*JUNK[3:6], "返回顶部", "2023年5月6日"]), max_size=4),
)


@SLOW
@given(PAGE, st.sampled_from(["remove", "mask"]))
def test_cleaning_a_clean_page_changes_nothing(text: str, policy: str) -> None:
    """What came out of a page comes out again as it is, white space included, when no masks are left in it."""
    config = Config(placeholders=Placeholders(policy, "【略】"))
    once = clean(text, config).speeches
    again = [clean(speech.text, config).speeches for speech in once]
    assert [[speech.text] for speech in once] == [[s.text for s in speeches] for speeches in again]


@SLOW
@given(PAGE)
def test_cleaning_a_clean_page_with_its_masks_changes_nothing(text: str) -> None:
    """Under `keep` the masks are found again, as many as before, and nothing else changes."""
    config = Config(placeholders=Placeholders("keep"))
    once = clean(text, config).speeches
    again = [speech for first in once for speech in clean(first.text, config).speeches]
    assert [(s.text, s.n_placeholders) for s in once] == [(s.text, s.n_placeholders) for s in again]


@SLOW
@given(FILES)
def test_cleaning_settles(text: str) -> None:
    """On lines in any order cleaning again only takes away: each time there is less, and after a few times the same."""
    texts = [text]
    for _ in range(6):
        texts.append("\n".join(speech.text for speech in clean(texts[-1], Config(split=Split(0))).speeches))
    assert all(len(later) <= len(earlier) for earlier, later in pairwise(texts[1:]))
    assert texts[-1] == texts[-2]


def test_too_short() -> None:
    """A speech under min_chars is set aside with its text, span and ordinal; at min_chars it is kept."""
    text = "今天的会议开得很好。"
    cleaned = clean(f"\n{text}\n")
    assert ((), "rejected") == (cleaned.speeches, cleaned.source.status)
    (row,) = cleaned.rejected
    assert ("split", "too-short", 0, 1, 1 + len(text), text) == (
        row.stage,
        row.reason,
        row.ordinal,
        row.start,
        row.end,
        row.text,
    )
    assert (text,) == tuple(s.text for s in clean(text, Config(split=Split(len(text)))).speeches)
    assert () == clean(text, Config(split=Split(len(text) + 1))).speeches


def test_no_text_left() -> None:
    """A page that is nothing but junk is one row `no-text-left`, and its edits still rebuild it."""
    text = "当前位置：首页 > 讲话 > 正文\n\n返回顶部\n"
    cleaned = clean(text)
    assert [("no-text-left", None, None)] == [(row.reason, row.ordinal, row.text) for row in cleaned.rejected]
    assert text == rebuilt(cleaned)


def test_no_text_left_but_blanks() -> None:
    """A page of junk whose last line is blank has no text left either."""
    assert ["no-text-left"] == [row.reason for row in clean("返回顶部\n   ").rejected]


def test_nothing_but_masks() -> None:
    """A speech of masks alone is set aside as too short, with its place; its text under `remove` is empty."""
    cleaned = clean("XXX\nXX")
    assert ["too-short"] == [row.reason for row in cleaned.rejected]
    assert "XXX\nXX" == rebuilt(cleaned)


def test_what_was_not_read() -> None:
    """A `Raw` without bytes is a row of `rejected` of stage read with the reason it came with."""
    cleaned = clean_source(Raw("a.txt", None, 7, "no-permission", "shut"), shipped(), Config())
    assert ("rejected", None, 7) == (cleaned.source.status, cleaned.source.sha256, cleaned.source.size_bytes)
    assert [("read", "no-permission", "shut")] == [(r.stage, r.reason, r.detail) for r in cleaned.rejected]
    assert cleaned.decoded is None


def test_what_was_not_decoded() -> None:
    """Bytes that are no text are a row of stage decode; the digest of the bytes is there all the same."""
    cleaned = clean(b"%PDF-1.7")
    assert [("decode", "binary")] == [(r.stage, r.reason) for r in cleaned.rejected]
    assert cleaned.source.sha256 is not None
    assert (None, None, 0) == (cleaned.source.encoding, cleaned.source.decoded_sha256, cleaned.source.n_speeches)


def test_no_source_is_changed_by_those_beside_it() -> None:
    """Some sources together give, in their order, what each gives alone, whatever becomes of the others."""
    raws = [
        Raw(f"{path.parent.name}/{path.name}", path.read_bytes(), path.stat().st_size)
        for path in sorted(SAMPLE.rglob("*.txt"))
    ]
    raws[3:3] = [Raw("shut.txt", None, 7, "no-permission", "shut"), Raw("pdf.txt", b"%PDF-1.7", 8)]
    alone = [clean_source(raw, shipped(), Config()) for raw in raws]
    assert alone == list(clean_sources(iter(raws), shipped(), Config()))
    assert [] == list(clean_sources([], shipped(), Config()))


def test_a_source_on_which_the_program_fails_costs_the_others_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever of the stages fails, the source has a row that says where."""
    raws = [Raw(f"{i}.txt", "\n".join([*PROSE, f"第{i}份。"]).encode(), 1) for i in range(3)]
    whole = list(clean_sources(raws, shipped(), Config()))

    def failing(text: str) -> str | None:
        if "第1份" in text:
            raise KeyError("十十")
        return None

    monkeypatch.setattr("cleaner.clean.speech_title", failing)
    first, broken, last = clean_sources(raws, shipped(), Config())
    assert [one.source.source for one in (first, broken, last)] == ["0.txt", "1.txt", "2.txt"]
    assert (first.edits, last.edits) == (whole[0].edits, whole[2].edits)
    assert [first.source.status, broken.source.status, last.source.status] == ["clean", "rejected", "clean"]
    (row,) = broken.rejected
    assert (row.stage, row.reason) == ("clean", "cleaner-fault")
    assert row.detail.startswith("KeyError: '十十', in test_clean.py:")
    assert broken.source.sha256 == whole[1].source.sha256


def test_what_a_person_can_act_on_is_still_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(text: str) -> str | None:
        raise FilterError("mine", "an edit past the end", "edits within the text", "mend it")

    monkeypatch.setattr("cleaner.clean.speech_title", failing)
    with pytest.raises(FilterError):
        clean("\n".join(PROSE).encode())


def test_title_and_date() -> None:
    """The title and the date under it are columns, and both stay in the text."""
    (speech,) = clean("\n".join(["在全县教育工作会议上的讲话", "（2023年5月6日）", "同志们：", *PROSE])).speeches
    assert ("在全县教育工作会议上的讲话", "2023-05-06") == (speech.title, str(speech.date))
    assert speech.text.startswith("在全县教育工作会议上的讲话\n（2023年5月6日）\n同志们：\n今天，")
    assert speech.text.endswith("农民收入稳步增长，农村面貌焕然一新。")


def test_flags() -> None:
    """Damage shows as flags on the source and on its speeches."""
    text = "\n".join([*PROSE, SHAPE[-2], "水\ufffd库"])
    cleaned = clean(text)
    assert ("damaged-characters", "mojibake-repaired") == cleaned.source.flags
    assert ("damaged-characters", "mojibake-repaired", "no-title") == cleaned.speeches[0].flags


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("同志们，今天我们在这里召开PPP项目推进会议。", ()),  # comrades, today we meet to advance PPP projects
        ("Ladies and gentlemen, we are here today 同志.", ("not-chinese",)),
        ("오늘 우리는 이 자리에 모여 발전에 관한 문제를 논의합니다.", ("not-chinese",)),
        ("これは日本語の文章です。今日はとても良い天気ですね。", ("not-chinese",)),
    ],
)
def test_text_in_another_language_is_flagged(text: str, flags: tuple[str, ...]) -> None:
    """A source that is not Chinese is kept as it is, and flagged."""
    assert flags == clean(text * 3).source.flags
