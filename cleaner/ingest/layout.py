"""What of a page's markup is layout and not text?

In: the tree of a page. Out: the same tree, changed, in which a paragraph is a paragraph to the extractor: tables that
only set columns are blocks, blocks that hold but a run of text are paragraphs, lines that only the markup broke are
joined, and what no reader sees is gone. What always holds: no character that a reader sees goes, and none is added.
"""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement

CELL_CHARS = 120
"""A longer cell holds text, and its table sets columns."""

_WIDE = "[\u2014\u2018-\u201d\u2026\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]"
_BROKEN_LINE = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n]\s*(?={_WIDE})")
_HIDDEN = re.compile(
    r"(?:^|;)\s*(?:font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$|!)|(?:max-)?height\s*:\s*0(?:px|pt)?\s*(?:;|$|!)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,})",
    re.IGNORECASE,
)
"""How a page hides what it puts into copies: in no size, in no height, outside the window. What `display` and
`visibility` hide a script may show, and the extractor knows the former."""
_JUNK_CLASSES = frozenset({"jammer"})
"""What forums call the noise that they hide between paragraphs. Source: Discuz! 6 to X3."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th"})
_TABLE_PARTS = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"})
_VERBATIM = frozenset({"pre", "textarea"})
_BLOCKS = frozenset(
    {"address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form"}
    | {"header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
    | _HEADINGS
)
"""What begins a line. Source: HTML Standard, 15.3."""


def settle(tree: "HtmlElement") -> None:
    """Change the tree of a page so that what a reader takes for a paragraph is one."""
    _drop_hidden(tree)
    _name_blocks(tree)
    for element in tree.iter():
        if isinstance(element.tag, str):
            _join_lines(element)


def _drop_hidden(tree: "HtmlElement") -> None:
    hidden = [
        element
        for element in tree.iter()
        if isinstance(element.tag, str)
        and element.getparent() is not None
        and (_HIDDEN.search(element.get("style", "")) or element.get("class", "") in _JUNK_CLASSES)
    ]
    for element in hidden:
        element.drop_tree()


def _name_blocks(tree: "HtmlElement") -> None:
    """Make blocks of tables that set columns, paragraphs of sections of one run, and text of a box that holds text.

    A table sets columns if a cell has a table or paragraphs in it, or is long. Blocks and characters are counted in one
    walk: what an element has inside is what was counted between its two ends.
    """
    from lxml import etree

    blocks = chars = 0
    begun: list[tuple[int, int]] = []
    tables: list[HtmlElement] = []
    parts: list[tuple[HtmlElement, HtmlElement]] = []
    columns: set[HtmlElement] = set()
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag
        if event == "start":
            tables += [element] if tag == "table" else []
            blocks += tag in _BLOCKS or tag == "br"
            begun.append((blocks, chars))
            chars += size(element.text)
            continue
        blocks_before, chars_before = begun.pop()
        if tag in _TABLE_PARTS and tables:
            parts.append((element, tables[-1]))
        if tag in _CELLS and tables and (blocks - blocks_before > 1 or chars - chars_before > CELL_CHARS):
            columns.add(tables[-1])
        elif tag == "table":
            tables.pop()
        elif tag == "textarea" and chars - chars_before > CELL_CHARS:
            element.tag = "pre"
        elif (tag == "section" and blocks == blocks_before) or (tag in _HEADINGS and _is_among_paragraphs(element)):
            element.tag = "p"
        chars += size(element.tail)
    for element, table in parts:
        if table in columns:
            element.tag = "div"


def _is_among_paragraphs(heading: "HtmlElement") -> bool:
    """Say whether a heading stands beside a paragraph: the extractor takes short ones (一、提高认识) for a menu's."""
    parent = heading.getparent()
    return parent is not None and parent.find("p") is not None


def size(text: str | None) -> int:
    """Return how many characters a text has, blanks left out."""
    return sum(map(len, text.split())) if text else 0


def _join_lines(element: "HtmlElement") -> None:
    """Join the lines that only the markup broke; between Latin words a line break is a blank and stays."""
    parent: Any = element.getparent()
    if element.text and element.tag not in _VERBATIM:
        element.text = _BROKEN_LINE.sub("", element.text)
    if element.tail and (parent is None or parent.tag not in _VERBATIM):
        element.tail = _BROKEN_LINE.sub("", element.tail)
