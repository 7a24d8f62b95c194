"""Tests of `cleaner.ingest.word`: the text of a document is what a reader of its pages sees, heads and feet aside."""

# ruff: noqa: SIM300 (the expected value stands first)

import io
import zipfile
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.config import Input
from cleaner.errors import DecodeError
from cleaner.ingest.extract import extract
from tests.ingest.packed import zip_bomb, zip_of

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def xml(text: str) -> Any:
    """Return an element of a document; its names are those of WordprocessingML."""
    first = text.index(">") - (text[text.index(">") - 1] == "/")
    return parse_xml(f'{text[:first]} xmlns:w="{W}"{text[first:]}')


def packed(document: Any) -> bytes:
    """Return a document as a file."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def text_of(document: Any) -> list[str]:
    """Return the lines of a document."""
    return extract("word", "a.docx", packed(document), Input()).text.split("\n")


def changed(data: bytes, name: str, old: str, new: str) -> bytes:
    """Return a document with a part of it changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {each: package.read(each) for each in package.namelist()}
    assert old.encode() in parts[name]
    parts[name] = parts[name].replace(old.encode(), new.encode(), 1)
    return zip_of(parts)


def test_paragraphs_runs_and_breaks() -> None:
    """Runs are joined as they stand; a line break and a page break end a line, a tab is a tab."""
    document = docx.Document()
    document.add_heading("在会议上的讲话", 0)  # a speech at a meeting
    paragraph = document.add_paragraph("今天")
    paragraph.add_run("开会").bold = True
    paragraph.add_run("。\t第一行").add_break()
    paragraph.add_run("第二行").add_break(docx.enum.text.WD_BREAK.PAGE)
    document.add_paragraph("")
    document.add_paragraph("谢谢")
    assert ["在会议上的讲话", "今天开会。\t第一行", "第二行", "", "", "谢谢"] == text_of(document)


def test_numbers_that_word_counts_are_there() -> None:
    """一、 and （一）, which stand in no text, are counted as Word counts them; a bullet is none; 0 switches it off."""
    document = docx.Document()
    levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (form, text) in enumerate(
            [("chineseCounting", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3.")]
        )
    )
    numbering = document.part.numbering_part.element
    numbering.insert(0, xml(f'<w:abstractNum w:abstractNumId="99">{levels}</w:abstractNum>'))
    numbering.append(xml('<w:num w:numId="99"><w:abstractNumId w:val="99"/></w:num>'))
    for text, level in (("甲", 0), ("乙", 1), ("丙", 1), ("丁", 2), ("戊", 0), ("己", 1)):
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(xml(f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="99"/></w:numPr>'))
    document.add_paragraph("庚", style="List Bullet")
    document.add_paragraph("辛", style="List Number")
    off = document.add_paragraph("壬", style="List Number")
    off._p.get_or_add_pPr().append(xml('<w:numPr><w:numId w:val="0"/></w:numPr>'))
    assert ["一、甲", "（一）乙", "（二）丙", "1.丁", "二、戊", "（一）己", "庚", "1.辛", "壬"] == text_of(document)


def test_tables() -> None:
    """A row is a line, its cells parted by tabs; where a cell holds paragraphs, each is a line."""
    document = docx.Document()
    table = document.add_table(2, 2)
    for row in range(2):
        for column in range(2):
            table.cell(row, column).text = f"格{row}{column}"
    frame = document.add_table(1, 1)
    frame.cell(0, 0).text = "同志们"
    frame.cell(0, 0).add_paragraph("今天开会")
    assert ["格00\t格01", "格10\t格11", "同志们", "今天开会"] == text_of(document)


def test_what_a_reader_does_not_see_is_not_there() -> None:
    """Heads and feet of pages, deleted, moved and hidden text and field codes are not in the text; insertions, links
    and controls are.
    """
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.sections[0].footer.paragraphs[0].text = "页脚"
    paragraph = document.add_paragraph("前")
    run = "<w:r><w:t>{}</w:t></w:r>"
    for text in (
        f'<w:ins w:id="1" w:author="a">{run.format("插")}</w:ins>',
        '<w:del w:id="2" w:author="a"><w:r><w:delText>删</w:delText></w:r></w:del>',
        f'<w:moveFrom w:id="3" w:author="a">{run.format("移")}</w:moveFrom>',
        f"<w:hyperlink>{run.format('链')}</w:hyperlink>",
        f"<w:smartTag>{run.format('签')}</w:smartTag>",
        f"<w:sdt><w:sdtContent>{run.format('控')}</w:sdtContent></w:sdt>",
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>",
        "<w:r><w:instrText>PAGE</w:instrText></w:r>",
        f"<w:ruby><w:rt>{run.format('zhu')}</w:rt><w:rubyBase>{run.format('注')}</w:rubyBase></w:ruby>",
    ):
        paragraph._p.append(xml(text))
    document.element.body.insert(1, xml(f"<w:sdt><w:sdtContent><w:p>{run.format('块')}</w:p></w:sdtContent></w:sdt>"))
    assert ["前插链签控注", "块"] == text_of(document)


def test_a_text_box_stands_once_behind_its_paragraph() -> None:
    """Word writes a text box twice, for old readers too; it is read once."""
    document = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent>"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    choice = f'<mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>'
    document.add_paragraph("前")._p.append(
        xml(f'<w:r xmlns:mc="{mc}"><mc:AlternateContent>{choice}</mc:AlternateContent></w:r>')
    )
    document.add_paragraph("后")
    assert ["前", "框", "后"] == text_of(document)


def test_footnotes_stand_at_the_end() -> None:
    """Footnotes follow the body; the lines that part them from it on the page do not."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    document = docx.Document()
    document.add_paragraph("正文")
    note = "<w:footnote{}><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:footnote>"
    notes = note.format(' w:type="separator" w:id="0"', "线") + note.format(' w:id="1"', "脚注")
    blob = f'<w:footnotes xmlns:w="{W}">{notes}</w:footnotes>'.encode()
    part = Part(PackURI("/word/footnotes.xml"), "application/xml", blob, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    assert ["正文", "脚注"] == text_of(document)


def good() -> bytes:
    """Return a document of one paragraph."""
    document = docx.Document()
    document.add_paragraph("同志们，大家好。")  # comrades, good day
    return packed(document)


GOOD = good()
DTD = '<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
HEAD = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>"
REFUSED = {
    "Word 97": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old-word-format"),
    "password": (b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "RTF": (b"{\\rtf1 hello}", "not-a-docx"),
    "HTML": (b"<html>", "not-a-docx"),
    "nothing": (b"", "not-a-docx"),
    "another zip": (zip_of({"a.txt": b"x"}), "not-a-docx"),
    "cut": (GOOD[:-100], "broken-archive"),
    "bomb": (zip_bomb(name=b"word/document.xml"), "archive-bomb"),
    "entities": (changed(GOOD, "word/document.xml", HEAD, HEAD + DTD), "external-entities"),
    "entities in a part": (changed(GOOD, "word/styles.xml", HEAD, HEAD + DTD), "external-entities"),
    "broken XML": (changed(GOOD, "word/document.xml", "</w:body>", "</w:bod"), "broken-markup"),
    "too deep": (changed(GOOD, "word/document.xml", "<w:body>", "<w:body>" + "<w:p>" * 300), "broken-markup"),
    "no text": (packed(docx.Document()), "empty"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_document_is_set_aside(case: str) -> None:
    """Old, locked, broken and hostile documents are set aside for what they are; nothing is expanded or fetched."""
    data, reason = REFUSED[case]
    with pytest.raises(DecodeError) as caught:
        extract("word", "a.docx", data, Input())
    assert reason == caught.value.reason and caught.value.detail


def test_limits_hold_before_anything_is_unpacked() -> None:
    """A document of more than max_bytes unpacked is `too-large`."""
    with pytest.raises(DecodeError) as caught:
        extract("word", "a.docx", GOOD, Input(max_bytes=20_000))
    assert "too-large" == caught.value.reason


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=5))
def test_no_damage_raises(flips: list[tuple[int, int]]) -> None:
    """Whatever bytes of a document change, it is a text or a reason."""
    data = bytearray(GOOD)
    for place, value in flips:
        data[place] = value
    try:
        assert extract("word", "a.docx", bytes(data), Input()).text
    except DecodeError as error:
        assert error.detail
