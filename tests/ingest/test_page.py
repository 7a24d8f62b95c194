"""Tests of `cleaner.ingest.page` and of pages as sources: the article comes out whole, and the rules take the rest."""

# ruff: noqa: SIM300 (the expected value stands first; full-width letters are the subject)

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from cleaner import rulepack
from cleaner.clean import clean_source
from cleaner.config import Config
from cleaner.errors import DecodeError
from cleaner.ingest import page
from cleaner.ingest.extract import extract
from cleaner.ingest.formats import format_of
from cleaner.records import Cleaned, Raw

SHARED = Path(__file__).parents[3] / "shared" / "data"
ANNOTATED, EXPECTED, SITE = SHARED / "html" / "trafilatura", SHARED / "html" / "readability", SHARED / "sites" / "cctv"
with_pages = pytest.mark.skipif(not ANNOTATED.is_dir(), reason="../shared/data/html is absent")
with_site = pytest.mark.skipif(not SITE.is_dir(), reason="../shared/data/sites/cctv is absent")

TITLE = "在全县春耕生产动员会议上的讲话"
SPEECH = (
    "同志们：",
    "今天，我们在这里召开全县春耕生产动员会议，主要任务是认真贯彻落实上级部署，总结去年工作，安排今年任务。",
    "一、提高认识",
    "水库除险加固是一项重要的民生工程，事关人民群众的生命财产安全。",
    "（一）抓好落实。",
    "各乡镇要高度重视，加强领导，明确责任，狠抓落实，确保各项工作任务圆满完成。",
    "二、加强领导",
    "要把安全生产作为头等大事来抓，层层压实责任，形成工作合力。",
    "谢谢大家！",
)
"""A speech at a county's meeting on spring ploughing: address, two headings, an item, thanks."""
MENU = '<div class="nav"><a href="/">首页</a> &gt; <a href="/a">领导讲话</a> &gt; 正文</div>'
FOOT = '<div class="footer">版权所有：某县人民政府 备案号：京ICP备05000000号 <a href="/m">网站地图</a></div>'


def site(body: str, head: str = "") -> str:
    """Return a page as a county's site makes it: menu, title, source line, body, foot."""
    title = f"<h1>{TITLE}</h1><div>发布时间：2023-05-06 来源：县政府办</div>"
    return f"<html><head>{head}<title>{TITLE}_某县</title></head><body>{MENU}{title}{body}{FOOT}</body></html>"


BODIES = {
    "paragraphs": "".join(f"<p>　　{line}</p>" for line in SPEECH),
    "breaks": "<div>" + "<br><br>".join(SPEECH) + "</div>",
    "one cell": "<table><tr><td>" + "<br>\n".join(f"&nbsp;{line}" for line in SPEECH) + "</td></tr></table>",
    "divs": "".join(f"<div><span><font>{line}</font></span></div>" for line in SPEECH),
    "spans": "".join(f"<p><span>{line[:4]}</span><b>{line[4:]}</b></p>" for line in SPEECH),
    "wrapped lines": "".join(f"<p>{line[:20]}\r\n   {line[20:40]}\n{line[40:]}</p>" for line in SPEECH),
    "headings": "<div>" + "".join(f"<h2>{x}</h2>" if len(x) < 9 else f"<p>{x}</p>" for x in SPEECH) + "</div>",
    "a list": f"<p>{SPEECH[0]}</p><ul>" + "".join(f"<li>{line}</li>" for line in SPEECH[1:]) + "</ul>",
    "preformatted": "<pre>" + "\n".join(SPEECH) + "</pre>",
    "links": "".join(f"<p>{line}</p>".replace("认真", '<a href="/x">认真</a>') for line in SPEECH),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_every_paragraph_comes_out_whole_and_in_order(body: str) -> None:
    """Whatever a site makes its paragraphs of, each is one line of the text, headings, address and thanks included."""
    lines = page.extract("a.html", site(body))[0].splitlines()
    assert list(SPEECH) == [line for line in lines if line in SPEECH]
    assert TITLE in lines


def cleaned(name: str, data: bytes) -> Cleaned:
    """Return what a run makes of a page."""
    return clean_source(
        Raw(name, data, len(data), kind=str(format_of(name).kind)), rulepack.load([rulepack.shipped()]), Config()
    )


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_page_becomes_its_speech(body: str) -> None:
    """After the rules the text is the title and the speech, and nothing of the site."""
    (speech,) = cleaned("a.html", site(body).encode()).speeches
    assert [TITLE, *SPEECH] == speech.text.splitlines()


def test_a_repeated_paragraph_is_kept() -> None:
    """A refrain is said twice and stands twice."""
    refrain = "我们必须坚定信心、迎难而上，奋力夺取全年粮食丰收！"
    body = f"<p>{SPEECH[1]}</p><p>{refrain}</p><p>{SPEECH[3]}</p><p>{refrain}</p>"
    assert 2 == page.extract("a.html", site(body))[0].count(refrain)


def test_a_line_break_between_latin_words_is_a_blank() -> None:
    """Only between Chinese characters is a broken line joined without a blank."""
    text = page.extract("a.html", "<body><p>学习 Python\nand Rust\n的同志</p></body>")[0]
    assert "学习 Python and Rust 的同志" == text


DECLARED = [
    ("true", "gb2312", "gb18030", "gb18030"),
    ("gbk by its old name", "gb2312", "gbk", "gb18030"),
    ("wrong: it is UTF-8", "gb2312", "utf-8", "utf-8"),
    ("wrong: it is GBK", "utf-8", "gbk", "gb18030"),
    ("wrong: it is Big5", "gb2312", "big5", "big5hkscs"),
    ("none", "", "gbk", "gb18030"),
    ("unknown", "x-none-such", "gbk", "gb18030"),
]


@pytest.mark.parametrize(("said", "true", "found"), [case[1:] for case in DECLARED], ids=[case[0] for case in DECLARED])
def test_the_encoding_is_decided_by_evidence(said: str, true: str, found: str) -> None:
    """A declaration is one piece of evidence, whether it is right, wrong, absent or unheard of, and it is recorded."""
    body = "".join(f"<p>{line}</p>" for line in SPEECH)
    if true == "big5":
        body = "<p>各位來賓，今天我們在這裡召開會議，主要任務是認真落實總結去年工作，安排今年任務。謝謝大家！</p>"
    markup = f'<html><head><meta charset="{said}"></head><body>{body}</body></html>'
    source = cleaned("a.html", markup.encode(true)).source
    assert found == source.encoding
    assert source.evidence is not None
    assert bool(said) == source.evidence.endswith(f" declared={said}")


def test_an_xml_declaration_counts_and_is_no_text() -> None:
    """XHTML says its encoding in another place; the declaration is not part of the text."""
    markup = f'<?xml version="1.0" encoding="gb2312"?>\n<html><body><p>{SPEECH[1]}</p></body></html>'
    assert "gb2312" == page.declared(markup.encode("gbk"))
    assert SPEECH[1] == page.extract("a.xhtml", markup)[0]


REFUSED = {
    "": "empty",
    "<html></html>": "no-visible-text",
    "<html><head><title>讲话</title></head><body><script>var a = '同志们';</script></body></html>": "no-visible-text",
    "<html><frameset><frame src=a></frameset></html>": "no-visible-text",
    "<div>" * 300 + "同志们": "broken-markup",
}


@pytest.mark.parametrize("markup", REFUSED, ids=REFUSED.values())
def test_a_page_without_text_is_set_aside(markup: str) -> None:
    """A page that shows nothing, or that no tree can be made of, is one row with its reason."""
    found = cleaned("a.html", markup.encode())
    assert [REFUSED[markup]] == [row.reason.replace("no-visible-text", REFUSED[markup]) for row in found.rejected]
    assert "rejected" == found.source.status


def test_hostile_markup_costs_little() -> None:
    """Long text, long attributes, open brackets and control characters are read or set aside; none hangs or raises."""
    long = "同志们，" * 300_000
    assert len(long) == len(page.extract("a.html", f"<p>{long}</p>")[0])
    assert "<" * 100_000 == page.extract("a.html", "<" * 100_000)[0]
    assert "好的" == page.extract("a.html", "<p>好\0\x01&#1;&#x1f;\ufffe的</p>")[0]
    with pytest.raises(DecodeError):
        page.extract("a.html", '<a href="' + "x" * 1_000_000)


def test_a_low_share_is_flagged() -> None:
    """A page whose text is a small part of what it shows is flagged, and the share stands in the row."""
    menu = "".join(f'<li><a href="/{i}">{i}号文件汇编目录索引</a></li>' for i in range(400))
    found = cleaned("a.html", site(f"<ul>{menu}</ul><article>{BODIES['paragraphs']}</article>").encode())
    assert found.source.kept_share is not None and found.source.kept_share < page.LOW_SHARE
    assert ("low-extraction",) == found.source.flags
    assert cleaned("a.html", site(BODIES["paragraphs"]).encode()).source.flags == ()
    assert cleaned("a.txt", "".join(SPEECH).encode()).source.kept_share is None


def grams(text: str) -> Counter[str]:
    """Return the 5-grams of a text without its white space."""
    bare = re.sub(r"\s|<[^>]*>", "", text)
    return Counter(bare[i : i + 5] for i in range(len(bare) - 4))


def shares(found: str, gold: str) -> tuple[float, float]:
    """Return precision and recall of `found` over 5-grams."""
    ours, theirs = grams(found), grams(gold)
    both = (ours & theirs).total()
    return both / max(ours.total(), 1), both / max(theirs.total(), 1)


def f1(found: str, gold: str) -> float:
    precision, recall = shares(found, gold)
    return 2 * precision * recall / (precision + recall or 1)


def alone(data: bytes) -> str:
    """Return what the extractor gives by itself, as its documentation shows it."""
    import trafilatura

    return trafilatura.extract(data, include_comments=False) or ""


def text_of(found: Cleaned) -> str:
    return "\n".join(speech.text for speech in found.speeches) + "\n".join(row.text or "" for row in found.rejected)


LOST = {("baike.baidu.com.tanya.html", "1975年1月28日出生")}
"""Phrases that stand between two notes in the markup; the extractor alone does not give them either."""


@with_pages
def test_annotated_pages() -> None:
    """Of the pages that the extractor's own tests annotate, what must come out does and what must not does not."""
    for name, wanted in json.loads((ANNOTATED / "annotations.json").read_text("utf-8")).items():
        decoded = cleaned(name, (ANNOTATED / name).read_bytes()).decoded
        assert decoded is not None
        missing = {(name, phrase) for phrase in wanted["with"] if phrase not in decoded}
        assert missing <= LOST
        assert [] == [phrase for phrase in wanted["without"] if phrase in decoded]


@with_pages
@pytest.mark.parametrize("name", ["gmw", "pixnet", "qq", "youth"])
def test_pages_with_expected_text(name: str) -> None:
    """The decoded text holds all that the extractor alone finds of the article, and besides it only the title."""
    data, gold = (EXPECTED / f"{name}.html").read_bytes(), (EXPECTED / f"{name}.txt").read_text("utf-8")
    decoded = cleaned(f"{name}.html", data).decoded
    assert decoded is not None
    title, _, rest = decoded.partition("\n")
    assert shares(decoded, gold)[1] >= shares(alone(data), gold)[1]
    assert shares(rest, gold)[0] >= 0.98 * shares(alone(data), gold)[0]
    assert len(title) < 60


@with_site
def test_a_whole_site() -> None:
    """On 160 pages of one site every paragraph comes out, and the result is closer to gold than the extractor alone."""
    ours, theirs = [], []
    for row in map(json.loads, (SITE / "gold.jsonl").read_text("utf-8").splitlines()):
        data = (SITE / row["html"]).read_bytes()
        body = re.sub("<!--.*?-->", "", row["gold_text"])
        found = text_of(cleaned(row["html"], data))
        assert [] == [line for line in body.splitlines() if "".join(line.split()) not in "".join(found.split())]
        gold = f"{row['title']}\n{body}"
        ours.append(f1(found, gold))
        theirs.append(f1(alone(data), gold))
    assert len(ours) == 160
    assert sum(ours) > sum(theirs) + 160 * 0.02
    assert all(a >= b - 0.1 for a, b in zip(ours, theirs, strict=True))


LAYOUTS = {
    "a table that sets columns": "<table><tr><td>菜单<br>首页</td><td>{0}</td></tr></table>",
    "a table in a table": "<TABLE><TR><TD><TABLE><TR><TD><FONT>{0}</FONT></TD></TR></TABLE></TD></TR></TABLE>",
}


@pytest.mark.parametrize("frame", LAYOUTS.values(), ids=LAYOUTS)
def test_a_table_that_sets_columns_keeps_its_paragraphs(frame: str) -> None:
    """Paragraphs that only <br> parts, in a cell, come out a line each, with no stroke of a table between them."""
    body = "<br><br>".join(f"\u3000\u3000{line}" for line in SPEECH)
    found = page.extract("a.html", f"<html><body>{frame.format(body)}</body></html>")[0].splitlines()
    assert [line.strip() for line in found if line.strip() in SPEECH] == [*SPEECH]
    assert not any("|" in line for line in found)


def test_a_table_of_figures_stays_one() -> None:
    """Short cells are data: a row is a line, as the extractor sets it."""
    rows = "".join(f"<tr><td>{name}</td><td>{n}</td></tr>" for name, n in (("小麦", 12), ("玉米", 7)))
    text = page.extract("a.html", site("".join(f"<p>{line}</p>" for line in SPEECH) + f"<table>{rows}</table>"))[0]
    assert "| 小麦 | 12 |" in text  # "wheat"


def test_sections_of_a_public_account_are_paragraphs() -> None:
    """WeChat's editors put each paragraph into sections and spans; every other has no <p> at all."""
    odd = "<section><section><span>{0}</span></section></section>"
    even = "<section><p><span>{0}</span></p></section>"
    body = "".join((odd if n % 2 else even).format(line) for n, line in enumerate(SPEECH))
    text = page.extract("a.html", f"<html><body><div><section>{body}</section></div></body></html>")[0]
    assert text.splitlines() == [*SPEECH]


def test_what_a_page_hides_in_copies_is_no_text() -> None:
    """Text of no size, of no height, outside the window, or of the class that forums give to noise."""
    junk = [
        '<span style="font-size:0px;color:#fff">本文来自甲</span>',
        '<p style="position:absolute; left:-9999px">本文来自乙</p>',
        '<div style="height:0;overflow:hidden">本文来自丙</div>',
        '<font class="jammer">; R7 g( ~0</font>',
    ]
    body = "".join(f"<p>{line}{hidden}</p>" for line, hidden in zip(SPEECH * 2, junk, strict=False))
    text = page.extract("a.html", f"<html><body>{body}</body></html>")[0]
    assert "本文来自" not in text and "R7" not in text
    assert "一点" in page.extract("a.html", '<p style="font-size:0.8em">小一点的字也是字。</p>')[0]


def test_the_title_that_names_a_speech_is_taken() -> None:
    """The first heading is the blog's name, the window's title has columns behind, a lead-in has it inside."""
    head = "<title>在春耕会议上的讲话-领导讲话-某县之窗</title>"
    lead = "<p>以下是小编整理的在春耕会议上的讲话，欢迎阅读。</p>"
    body = "".join(f"<p>{line}</p>" for line in SPEECH[1:])
    text = page.extract("a.html", f"<html>{head}<body><h1>老李的博客</h1>{lead}{body}</body></html>")[0]
    assert text.splitlines()[0] == "在春耕会议上的讲话"


def test_a_page_is_read_as_one_whatever_its_name_says() -> None:
    """A page saved as .txt, or whole in a cell of a table, gives what it gives as .html; a fragment is text."""
    markup = site("".join(f"<p>{line}</p>" for line in SPEECH))
    wanted = extract("page", "a", markup.encode(), Config().input).text
    assert SPEECH[1] in wanted
    assert wanted == extract("text", "a", ("\n<!-- 甲 -->" + markup).encode("gb18030"), Config().input).text
    assert wanted == extract("cell", "a", markup.encode(), Config().input).text
    assert "<b>" in extract("text", "a", "<b>同志们</b>".encode(), Config().input).text


def test_a_box_of_text_is_text() -> None:
    """A page that offers a text for copying keeps it in a box; a short one is a field of a form."""
    body = "\n".join(SPEECH)
    text = page.extract("a.html", f"<html><body><form><textarea>\n{body}</textarea></form></body></html>")[0]
    assert text.splitlines() == [*SPEECH]


STORED = {
    "json": '<script type="application/json">{{"props":{{"title":"{title}","content":{body}}}}}</script>',
    "a variable": '<script>window.__STATE__={{"site":"某县","title":"{title}","content":{body}}};</script>',
}


@pytest.mark.parametrize("script", STORED.values(), ids=STORED)
def test_an_article_that_only_a_script_holds(script: str) -> None:
    """The longest Chinese string of a page that shows next to nothing is its article, the title beside it the title."""
    body = json.dumps("".join(f"<p>{line}</p>" for line in SPEECH * 3)).replace("<", "\\u003c").replace("/", "\\/")
    markup = f"<html><body><div id=app>加载中</div>{script.format(title=TITLE, body=body)}</body></html>"
    assert page.extract("a.html", markup)[0].splitlines() == [TITLE, *SPEECH * 3]


def test_an_article_that_is_shown_comes_from_the_page() -> None:
    """What a script holds besides is not taken where the page shows as much."""
    body = "".join(f"<p>{line}</p>" for line in SPEECH)
    script = f"<script>var x = {json.dumps('<p>' + '别的文章。' * 60 + '</p>', ensure_ascii=False)};</script>"
    text = page.extract("a.html", f"<html><body>{body}{body}{body}{script}</body></html>")[0]
    assert SPEECH[1] in text and "别的文章" not in text


def test_a_title_in_no_heading() -> None:
    """Old pages set the title in bold above the article, and call each window by the column."""
    body = "<br><br>".join(SPEECH)
    top = "<center><b>在全县春耕会议上的讲话</b></center><a href=x>在别处的讲话</a>"
    text = page.extract("a.html", f"<title>领导讲话</title><body><table><tr><td>{top}<td>{body}</table>")[0]
    assert text.splitlines()[0] == "在全县春耕会议上的讲话"


def test_a_title_over_two_lines_is_not_put_on_top_again() -> None:
    """Nor one that the window sets wide."""
    rows = "".join(f"<p>{line}</p>" for line in ("在全县春耕生产", "工作会议上的讲话", *SPEECH[1:]))
    for title in ("在全县春耕生产工作会议上的讲话", "在全县春耕生产工作会议上的讲　话_某县之窗"):
        text = page.extract("a.html", f"<html><title>{title}</title><body><div>{rows}</div></body></html>")[0]
        assert text.splitlines()[:2] == ["在全县春耕生产", "工作会议上的讲话"]


def test_the_number_of_a_page_is_no_item() -> None:
    """The extractor sets - before the items of a list; what a page sets between dashes is its number."""
    body = "".join(f"<p>{line}</p>" for line in (*SPEECH, "- 3 -", *SPEECH[1:]))
    text = page.extract("a.html", f"<html><body><div>{body}</div></body></html>")[0]
    assert "- 3 -" in text.splitlines()
