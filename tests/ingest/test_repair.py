"""Tests of `cleaner.ingest.repair`: damage that shows is undone, text that shows none is not touched."""

# ruff: noqa: SIM300, RUF001 (the expected value stands first; full-width letters are the subject)

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.chars import MASK
from cleaner.edits import Draft
from cleaner.ingest.repair import STAGE, repair

SENTENCES = [
    "各位代表、同志们：",  # delegates, comrades
    "今天，我们在这里召开全县春耕生产动员会议。",
    "要坚持“两手抓”，把责任落实到人——抓紧抓好！",
    "《条例》第三条规定：（一）为了保护环境",
    "增长12.5%，达到3亿元。",
    "水库",
    "区委×届×次全会提出“四个确保”",
]


def mended(text: str) -> str:
    """Return the text after repair."""
    return repair(Draft.of(text))[0].text


def misread(text: str, encoding: str) -> str:
    """Return `text` as it looks when its UTF-8 bytes are read in `encoding`; cp1252's holes stay as controls."""
    if encoding != "cp1252":
        return text.encode().decode(encoding)
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.parametrize("text", SENTENCES)
def test_utf8_read_as_a_western_encoding_is_undone(text: str, encoding: str) -> None:
    """A line of UTF-8 that was read as Latin-1 or cp1252 becomes what it was, and the source is flagged."""
    draft, flags = repair(Draft.of(misread(text, encoding)))
    assert (text, ("mojibake-repaired",)) == (draft.text, flags)
    assert {STAGE} == {row.stage for row in draft.rows()}


@pytest.mark.parametrize("text", SENTENCES)
def test_only_the_damaged_line_is_touched(text: str) -> None:
    """Good lines above and below a damaged one stay as they are, and so does the good part of the line itself."""
    good = "同志们：“今天×届”的（会议），很重要！"
    draft, _ = repair(Draft.of(f"{good}\n{good}{misread(text, 'latin-1')}\n{good}"))
    assert f"{good}\n{good}{text}\n{good}" == draft.text
    assert all(2 * len(good) < row.start and row.end <= len(draft.source) - len(good) - 1 for row in draft.rows())


def test_lost_bytes_stay_replacement_characters() -> None:
    """Where bytes were lost on the way, what is left of the line is mended and the gap shows as U+FFFD."""
    text = misread("今天，我们在这里召开会议", "cp1252").replace("\x8f", "\ufffd")
    assert "今天，我们在这里�开会议" == mended(text)


GBK = ["我们要坚持的工作", "全县各级各部门要高度重视防汛抗旱工作", "中国特色社会主义"]


@pytest.mark.parametrize("text", GBK)
def test_utf8_read_as_gbk_is_undone(text: str) -> None:
    """A line of UTF-8 that was read as GBK becomes what it was."""
    assert text == mended(misread(text, "gb18030"))


@pytest.mark.parametrize("text", SENTENCES[:2])
def test_gbk_read_as_latin_is_undone(text: str) -> None:
    """A line of GBK that was read as Latin-1 becomes what it was."""
    assert text == mended(text.encode("gbk").decode("latin-1"))


@pytest.mark.xfail(strict=True, reason="ftfy mends the piece from the first sure sign on and leaves the year before it")
def test_a_misread_date_is_undone_whole() -> None:
    """All of a misread date is mended, its first sign included."""
    assert "会议于2023年5月6日召开" == mended("会议于" + misread("2023年5月6日", "latin-1") + "召开")


CHARACTERS = [
    ("CRLF", "一\r\n二\r\n", "一\n二\n"),
    ("lone CR", "一\r二\r", "一\n二\n"),
    ("CR CR LF", "一\r\r\n二", "一\n\n二"),
    ("form feed and vertical tab", "一\f二\v三", "一\n二\n三"),
    ("line and paragraph separator, NEL", "一\u2028二\u2029三\x85四", "一\n二\n三\n四"),
    ("zero width", "水\u200b库\u200c防\u200d汛\u2060", "水库防汛"),
    ("BOM in the text", "\ufeff水\ufeff库", "水库"),
    ("soft hyphen", "水\xad库", "水库"),
    ("direction marks", "\u202a水\u202c库\u200e\u2066防\u2069", "水库防"),
    ("no-break space", "水\xa0库\u202f防", "水 库 防"),
    ("controls", "水\x00\x07\x1b库\x7f\x9f", "水库"),
    ("noncharacters and the program's own mark", f"水{MASK}\ufdef库\ufffe\uffff", "水库"),
    ("tabs and wide spaces stay", "\t水\u3000库 防", "\t水\u3000库 防"),
    ("U+FFFD stays", "水\ufffd库", "水\ufffd库"),
    ("private use stays", "水\ue000库", "水\ue000库"),
]


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in CHARACTERS], ids=[c[0] for c in CHARACTERS])
def test_characters(text: str, expected: str) -> None:
    """Line ends become LF, what has no width and no meaning goes, and no other character is touched."""
    draft, flags = repair(Draft.of(text))
    assert (expected, ()) == (draft.text, flags)


REFERENCES = [
    ("&ldquo;抓实&rdquo;，A&amp;B，&#8220;好&#x201d;&hellip;", "“抓实”，A&B，“好”…"),  # "in earnest … good"
    ("&amp;mdash;&lt;条例&gt;", "—<条例>"),
    ("水&nbsp;库&emsp;防&#8203;汛", "水&nbsp;库&emsp;防&#8203;汛"),
    ("R&D; AT&T，&foo; &#0; &#xd800; &;", "R&D; AT&T，&foo; &#0; &#xd800; &;"),
]


@pytest.mark.parametrize(("text", "expected"), REFERENCES)
def test_a_reference_is_its_character(text: str, expected: str) -> None:
    """What HTML calls a character by is the character; blanks, unknown names and what no text has stay."""
    assert repair(Draft.of(text))[0].text == expected


PUNCTUATION = (
    "".join(
        char
        for char in map(
            chr,
            [*range(0x21, 0x7F), 0xB7, 0xD7, *range(0x2010, 0x2028), *range(0x2030, 0x2060), *range(0x3000, 0x3020)],
        )
        if unicodedata.category(char)[0] in "PSZN"
    )
    + "！＂＃＄％＆＇（）＊＋，－．／：；＜＝＞？＠［＼］＾＿｀｛｜｝～￥℃‰√○●△□★☆■◆→≥≤①②ⅠⅡ"
)
CLEAN = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    + PUNCTUATION
)


@settings(deadline=None, max_examples=300)
@given(st.text(CLEAN + "X×\n", max_size=120))
def test_clean_text_is_never_changed(text: str) -> None:
    """Chinese text with any punctuation, full-width or ASCII, comes back as it is, without a flag."""
    draft, flags = repair(Draft.of(text))
    assert (text, ()) == (draft.text, flags)
    assert [] == list(draft.rows())


def test_every_mark_alone_and_doubled_survives() -> None:
    """No mark of punctuation is damage, beside characters or beside itself."""
    lines = [f"水{mark}库{mark}{mark}" for mark in PUNCTUATION]
    assert lines == [mended(line) for line in lines]


WESTERN = [
    "Café 的 crème brûlée 很好，São Paulo 也有",  # accents are no mojibake
    "面积为30×40米，气温－5℃～30℃",
    "他说：“‘好’就是好。”……",
    "£100、€200、¥300",
    "Åse Øystein Müller 参加了会议",
    "α、β、γ三种射线，Δt=3",
    "××市××区，20××年",
    "鐨黄、浜松、锛子",  # rare characters that the detector knows, in ordinary use
]


@pytest.mark.parametrize("text", WESTERN)
def test_text_that_looks_damaged_survives(text: str) -> None:
    """Accents, signs and masks beside Chinese are not mended away."""
    assert text == mended(text)


@settings(deadline=None)
@given(st.text(CLEAN + "\r\n\x0b\u2028\u200b\xa0\x00é" + MASK, max_size=80))
def test_repairing_twice_is_repairing_once(text: str) -> None:
    """After repair there is nothing left to repair."""
    once = mended(text)
    assert once == mended(once)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_mark_of_the_program_is_left_in_any_text(text: str) -> None:
    """Whatever the source, its text holds no CR, no NUL and no U+FDD0 after repair."""
    assert not set(mended(text)) & {"\r", "\x00", MASK, "\u200b", "\xa0", "\u2028"}
