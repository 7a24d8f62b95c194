"""Tests of `cleaner.ingest.decode`: the encoding is found by evidence, damage is told apart from text."""

# ruff: noqa: SIM300, RUF001 (the expected value stands first; full-width letters are the subject)

import codecs
import random
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cleaner.chars import is_chinese
from cleaner.errors import DecodeError
from cleaner.ingest.decode import decode

ENCODINGS = Path(__file__).parents[3] / "shared" / "data" / "encodings"
with_data = pytest.mark.skipif(not ENCODINGS.is_dir(), reason="../shared/data/encodings is absent")

SIMPLE = (
    "同志们 今天 我们 在这里 召开 全县 春耕生产 动员会议 主要任务 是 认真贯彻 落实 上级 "
    "部署 总结 去年工作 安排 今年任务 水库 除险加固 防汛抗旱 农业农村 乡村振兴 产业发展 干部群众 "
    "共同努力 取得 新的成绩 高质量发展 安全生产 责任 人民 生活 提高 认识 加强领导 谢谢大家"
)
FULL = (
    "各位來賓 今天 我們 在這裡 召開 會議 主要任務 是 認真 落實 總結 去年工作 安排 今年任務 "
    "水庫 防汛抗旱 農業 鄉村 產業發展 幹部群眾 共同努力 取得 新的成績 品質 安全生產 責任 人民 生活 提高 "
    "認識 加強領導 謝謝大家 學校 老師 同學"
)
SIMPLIFIED, TRADITIONAL = SIMPLE.split(), FULL.split()
"""Words of speeches, in Simplified and in Traditional characters."""


def texts(words: list[str], least: int = 12) -> st.SearchStrategy[str]:
    """Draw text of at least so many Chinese characters: words, punctuation, figures, line ends."""
    marks = ["，", "。", "：", "“", "”", "！", "\n", " ", "2023", "A", "《", "》"]
    pieces = st.sampled_from(words) | st.sampled_from(words) | st.sampled_from(marks)
    han = st.lists(pieces, min_size=least, max_size=60 + least).map("".join)
    return han.filter(lambda text: sum("\u4e00" <= char <= "\u9fff" for char in text) >= least)


def refusal(data: bytes, **limits: float) -> str:
    """Return the reason for which bytes are set aside."""
    with pytest.raises(DecodeError) as caught:
        decode("a.txt", data, **limits)
    assert caught.value.detail
    assert "\n" not in str(caught.value)
    return caught.value.reason


BOMS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


@pytest.mark.parametrize("encoding", BOMS)
@settings(deadline=None)
@given(text=texts(SIMPLIFIED, 1) | st.text("é水😀\ufeffa\n", min_size=1).filter(str.strip))
def test_a_bom_decides_and_is_dropped(encoding: str, text: str) -> None:
    """Bytes behind a BOM are read in its encoding, and the BOM is no part of the text."""
    assume(text.strip())
    decoded = decode("a.txt", BOMS[encoding] + text.encode(encoding))
    assert (text, encoding, "bom", ()) == (decoded.text, decoded.encoding, decoded.evidence, decoded.flags)


@settings(deadline=None)
@given(
    texts(SIMPLIFIED, 1)
    | texts(TRADITIONAL, 1)
    | st.text(min_size=1, alphabet=st.characters(min_codepoint=32, exclude_categories=["Cs"]))
)
def test_utf8_is_told_by_being_strict(text: str) -> None:
    """What is UTF-8 throughout is UTF-8, whatever else it could be."""
    assume(text.strip() and "\ufffd" not in text and "\x7f" not in text)
    assume(
        not text.encode().startswith((b"%PDF", b"PK", b"GIF8", b"BZh", b"Rar!", b"PAR1", b"{\\rtf", codecs.BOM_UTF8))
    )
    decoded = decode("a.txt", text.encode())
    assert (text, "utf-8", "strict", ()) == (decoded.text, decoded.encoding, decoded.evidence, decoded.flags)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "utf-16-be"])
@settings(deadline=None)
@given(text=texts(SIMPLIFIED))
def test_simplified_text_comes_back(encoding: str, text: str) -> None:
    """Twelve and more Simplified characters without a BOM come back from GB18030 and both UTF-16, and it is named."""
    decoded = decode("a.txt", text.encode(encoding))
    assert (text, encoding) == (decoded.text, decoded.encoding)


@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "utf-16-le", "utf-16-be"])
@settings(deadline=None)
@given(text=texts(TRADITIONAL))
def test_traditional_text_comes_back(encoding: str, text: str) -> None:
    """Twelve and more Traditional characters come back from Big5-HKSCS, GB18030 and both UTF-16, and it is named."""
    decoded = decode("a.txt", text.encode(encoding))
    assert (text, encoding) == (decoded.text, decoded.encoding)


def test_short_utf16_is_no_gb18030_with_ascii() -> None:
    """The bytes of 今天 in UTF-16 are 蔔)Y in GB18030, one character more, and both are everyday ones."""
    assert decode("a.txt", ("今天" * 12).encode("utf-16-le")).encoding == "utf-16-le"


@settings(deadline=None)
@given(texts(SIMPLIFIED), st.sampled_from(["㐀", "𠀀", "€", "é", "ḿ", "😀"]))
def test_four_byte_characters_of_gb18030(text: str, rare: str) -> None:
    """Characters that only GB18030 holds, four bytes each, come back among ordinary ones."""
    decoded = decode("a.txt", (text + rare + text).encode("gb18030"))
    assert (text + rare + text, "gb18030") == (decoded.text, decoded.encoding)


@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "utf-8"])
@settings(deadline=None)
@given(text=texts(TRADITIONAL, 60), data=st.data())
def test_a_broken_byte_is_one_replacement_and_a_flag(encoding: str, text: str, data: st.DataObject) -> None:
    """A stray byte FF in good text becomes one U+FFFD, the rest stands, and the source is flagged `broken-bytes`."""
    at = data.draw(st.integers(1, len(text)))
    decoded = decode("a.txt", text[:at].encode(encoding) + b"\xff" + text[at:].encode(encoding))
    assert (f"{text[:at]}\ufffd{text[at:]}", encoding) == (decoded.text, decoded.encoding)
    assert "broken-bytes" in decoded.flags


def test_each_broken_byte_is_one_replacement() -> None:
    """Three bytes of a broken character are three U+FFFD, so that places can be told."""
    text = "".join(SIMPLIFIED)
    decoded = decode("a.txt", text.encode() + "水".encode()[:2] + b"\xff" + text.encode())
    assert f"{text}\ufffd\ufffd\ufffd{text}" == decoded.text


def test_a_cut_off_end_is_damage_and_no_other_encoding() -> None:
    """A file cut in the middle of its last character keeps its encoding."""
    text = "".join(SIMPLIFIED)
    for encoding in ("utf-8", "gb18030"):
        decoded = decode("a.txt", text.encode(encoding)[:-1])
        assert (text[:-1], encoding) == (decoded.text.rstrip("\ufffd"), decoded.encoding)


def test_evidence_is_taken_from_the_beginning_and_the_text_from_all() -> None:
    """A long file is read to its end, and a sample cut inside a character is no fault."""
    text = "，" + "".join(SIMPLIFIED) * 1_000
    for shift in ("", "a", "ab", "abc"):
        decoded = decode("a.txt", (shift + text).encode("gb18030"))
        assert (shift + text, "gb18030", ()) == (decoded.text, decoded.encoding, decoded.flags)


@pytest.mark.parametrize("share", [0.3, 0.77, 1.0])
def test_text_that_is_mostly_replacement_is_beyond_repair(share: float) -> None:
    """Text with more U+FFFD than max_damage is set aside, not repaired."""
    n = int(1_000 * share)
    assert "beyond-repair" == refusal(("\ufffd" * n + "水" * (1_000 - n)).encode())


def test_twice_wrong_text_is_beyond_repair() -> None:
    """锟斤拷, which U+FFFD in UTF-8 becomes when it is read as GBK, counts as damage in every encoding."""
    text = "".join(SIMPLIFIED) + "锟斤拷" * 20
    assert ["beyond-repair"] * 3 == [refusal(text.encode(encoding)) for encoding in ("utf-8", "gb18030", "utf-16")]


def test_nothing_but_twice_wrong_text_is_set_aside_in_any_case() -> None:
    """Where hardly anything else is left, the rare characters of 锟斤拷 are no evidence for GB18030 either."""
    assert refusal(("各位代表" + "锟斤拷" * 20).encode("gb18030")) in {"beyond-repair", "undecodable"}


def test_the_limit_of_damage_is_the_callers() -> None:
    """With max_damage = 1 damaged text is kept and flagged."""
    decoded = decode("a.txt", ("\ufffd" * 9 + "水").encode(), max_damage=1)
    assert ("damaged-characters",) == decoded.flags


def test_a_little_damage_is_flagged() -> None:
    """One 锟斤拷 in good text stays and is flagged."""
    text = "".join(SIMPLIFIED) + "锟斤拷"
    decoded = decode("a.txt", text.encode())
    assert (text, ("damaged-characters",)) == (decoded.text, decoded.flags)


@settings(deadline=None)
@given(st.integers(0, 10**9), st.integers(64, 4_000))
def test_random_bytes_are_rejected(seed: int, n: int) -> None:
    """Noise is no text in any encoding."""
    data = random.Random(seed).randbytes(n)
    assume(not any(data.startswith(bom) for bom in BOMS.values()))
    assert refusal(data) in {"undecodable", "binary", "beyond-repair"}


REFUSED = [
    ("nothing", b"", "empty"),
    ("blanks", " \t\r\n\u3000".encode(), "empty"),
    ("a BOM alone", codecs.BOM_UTF8, "empty"),
    ("a UTF-16 BOM alone", codecs.BOM_UTF16_LE, "empty"),
    ("NULs", b"\0" * 100, "binary"),
    ("text with NULs throughout", b"a\0\0b\0" * 100, "binary"),
    ("controls in UTF-8", b"\x01\x02abc" * 100, "binary"),
    ("a PDF", b"%PDF-1.7\n" + b"text " * 100, "binary"),
    ("a ZIP", b"PK\x03\x04" + bytes(100), "binary"),
    ("an OLE file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "binary"),
    ("RTF", b"{\\rtf1\\ansi hello}", "binary"),
    ("a PNG", b"\x89PNG\r\n\x1a\n" + bytes(100), "binary"),
    ("gzip", b"\x1f\x8b\x08\x00" + bytes(100), "binary"),
    ("a program", b"\x7fELF\x02" + bytes(100), "binary"),
    ("EUC-JP", "これは日本語の文章です。今日はとても良い天気ですね。".encode("euc_jp"), "unsupported-encoding"),
]


@pytest.mark.parametrize(("data", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_no_text_is_set_aside(data: bytes, reason: str) -> None:
    """Bytes that are no Chinese text have a reason."""
    assert reason == refusal(data)


@pytest.mark.parametrize(
    "encoding",
    [
        "koi8-r",
        "cp1251",
        "euc_kr",
        "shift_jis",
        "iso8859-7",
    ],
)
def test_other_languages_are_not_read_as_chinese(encoding: str) -> None:
    """Russian, Greek, Korean and Japanese in their own encodings do not become Chinese text."""
    text = {
        "koi8-r": "Сегодня мы собрались здесь, чтобы обсудить важные вопросы развития нашего города.",
        "cp1251": "Сегодня мы собрались здесь, чтобы обсудить важные вопросы развития нашего города.",
        "euc_kr": "오늘 우리는 이 자리에 모여 우리 도시의 발전에 관한 중요한 문제를 논의합니다.",
        "shift_jis": "これは日本語の文章です。今日はとても良い天気ですね。散歩に行きましょう。",
        "iso8859-7": "Σήμερα συγκεντρωθήκαμε εδώ για να συζητήσουμε σημαντικά θέματα της πόλης μας.",
    }[encoding]
    assert refusal(text.encode(encoding)) in {"undecodable", "unsupported-encoding", "binary"}


def test_a_long_line_is_set_aside() -> None:
    """A line over max_line_chars is `line-too-long`; a line of just so many is text, whatever the file's length."""
    assert "line-too-long" == refusal(("水" * 101 + "\n短").encode(), max_line_chars=100)
    assert 303 == len(decode("a.txt", ("水" * 100 + "\n").encode() * 3, max_line_chars=100).text)


@pytest.mark.parametrize("end", ["\r", "\u2028"])
def test_lines_of_an_old_mac_are_lines(end: str) -> None:
    """A file whose lines end in a lone CR has short lines."""
    assert decode("a.txt", (("水" * 60 + end) * 3).encode(), max_line_chars=100).text


def test_line_ends_stay() -> None:
    """The decoded text has the line ends of the file, so that it can be restored."""
    assert "一\r\n二\r三\n" == decode("a.txt", "一\r\n二\r三\n".encode()).text


def test_an_uncertain_encoding_is_flagged() -> None:
    """Bytes that are good text in two encodings are flagged; the evidence names the candidates and their scores."""
    decoded = decode("a.txt", "大家好".encode("gb18030"))
    assert "uncertain-encoding" in decoded.flags
    sure = decode("a.txt", "".join(SIMPLIFIED).encode("gb18030"))
    assert () == sure.flags
    assert "gb18030=" in sure.evidence and "big5hkscs=" in sure.evidence


NAMES = {"Big5": "big5hkscs", "GB2312": "gb18030", "utf-8": "utf-8", "utf-8-sig": "utf-8"}
CHARDET = sorted((f, p) for f in NAMES for p in (ENCODINGS / "chardet" / f).glob("*"))
MISSED: dict[str, str] = {}
"""Files that are still read in another encoding, and why."""


@with_data
@pytest.mark.parametrize(("folder", "path"), CHARDET, ids=[f"{f}/{p.name}" for f, p in CHARDET])
def test_chardets_files(folder: str, path: Path, request: pytest.FixtureRequest) -> None:
    """Every Chinese file and every UTF-8 file of chardet's collection is read in the encoding that its folder names."""
    if path.name in MISSED:
        request.applymarker(pytest.mark.xfail(strict=True, reason=MISSED[path.name]))
    data = path.read_bytes()
    decoded = decode(path.name, data)
    assert NAMES[folder] == decoded.encoding
    if "broken-bytes" not in decoded.flags:
        assert decoded.text == data.removeprefix(codecs.BOM_UTF8).decode(decoded.encoding)
    assert decoded.text.count("\ufffd") < 0.01 * len(decoded.text)


WIDE = sorted((ENCODINGS / "chardet").glob("UTF-*/*"))


@with_data
@pytest.mark.parametrize("path", WIDE, ids=[f"{p.parent.name}/{p.name}" for p in WIDE])
def test_chardets_wide_files(path: Path) -> None:
    """UTF-16 and UTF-32, with a BOM or without, are read in the width and order that they are in."""
    decoded = decode(path.name, path.read_bytes())
    width, order = (
        path.parent.name[:6].lower(),
        path.stem[-2:] if "bom" in path.stem[:3] else path.parent.name[-2:].lower(),
    )
    assert f"{width}-{order}" == decoded.encoding
    assert decoded.text.isprintable() or decoded.text.count("\n") > 5


OTHER = {
    "chardet/EUC-TW/_ude_euc-tw1.txt": "undecodable",  # Python has no codec for it
    "mnbvc/10.txt": "gb18030",
    "mnbvc/11.txt": "utf-8",
    "mnbvc/18.txt": "utf-8",
    "mnbvc/test.txt": "utf-8",
    "mnbvc/test2.txt": "utf-8",
    "mnbvc/test3.txt": "utf-8",
    "mnbvc/test4.txt": "gb18030",  # 13 bytes, good in Big5 and EUC-JP too
    "mnbvc/test5.txt": "beyond-repair",
    "mnbvc/test_ft.txt": "utf-8",
    "mnbvc/test_jp.txt": "utf-8",
    "mnbvc/test_sample_big5.txt": "undecodable",  # its high bytes were lost on the way
    "mnbvc/test_sample_euc-jp.txt": "unsupported-encoding",
    "mnbvc/test_sample_gbk_with_cp936_1.txt": "utf-8",  # GBK read as cp1252 and saved as UTF-8
    "mnbvc/test_sample_gbk_锟斤铐.txt": "beyond-repair",
    "uchardet/big5.txt": "big5hkscs",
    "uchardet/euc-tw.txt": "undecodable",
    "uchardet/gb18030.txt": "gb18030",
    "uchardet/utf-8.txt": "utf-8",
}


@with_data
@pytest.mark.parametrize("name", OTHER)
def test_files_of_other_collections(name: str) -> None:
    """Each file is read in the encoding that it is in, or set aside for what it is."""
    try:
        found = decode(name, (ENCODINGS / name).read_bytes()).encoding
    except DecodeError as error:
        found = error.reason
    assert OTHER[name] == found


@with_data
def test_no_file_is_forgotten() -> None:
    """Every file of the collections is in one of the tests."""
    named = {*(path for _, path in CHARDET), *WIDE, *(ENCODINGS / name for name in OTHER)}
    found = {path for path in ENCODINGS.rglob("*") if path.is_file() and path.name != "LICENSE"}
    assert found == named


CHINESE = {"_ude_5.txt", "_chromium_UTF-8_with_no_encoding_specified.html"}


@with_data
def test_other_languages_are_flagged() -> None:
    """UTF-8 in Korean, Japanese, Greek, Hebrew, Russian and Hungarian is read as it is and is not Chinese."""
    found = {path.name: decode(path.name, path.read_bytes()).text for folder, path in CHARDET if folder == "utf-8"}
    assert CHINESE == {name for name, text in found.items() if is_chinese(text)}
    assert not is_chinese(decode("x", (ENCODINGS / "mnbvc" / "test_jp.txt").read_bytes()).text)


@settings(deadline=None)
@given(texts(SIMPLIFIED, 1), st.sampled_from(["utf-32-le", "utf-32-be"]))
def test_utf32_without_a_bom(text: str, encoding: str) -> None:
    """UTF-32 is told by its NULs, however short the text."""
    decoded = decode("a.txt", text.encode(encoding))
    assert (text, encoding, "nuls") == (decoded.text, decoded.encoding, decoded.evidence)
