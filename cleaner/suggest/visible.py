"""What does a reader of a web page see, chrome and all?

In: the bytes or the text of an HTML page. Out: all its visible text, unpruned, a line for each block. What always
holds: nothing that a browser would not show (scripts, styles, comments, what `display: none` hides by attribute) is in
it; a page that is no HTML gives an empty text, never an error.
"""

import re

from lxml import etree, html

_HIDDEN = frozenset(
    {"script", "style", "head", "noscript", "template", "iframe", "object", "svg", "textarea", "select"}
)
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img"}
    | {"ins", "kbd", "label", "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup"}
    | {"time", "tt", "u", "var", "wbr"}
)
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
DEEPEST = 2000
"""Elements below this depth are left out; no page is so deep."""


def visible_text(page: bytes | str) -> str:
    r"""Return the visible text of `page`, one line a block, without blank lines.

    >>> visible_text("<p>首页 &gt; <b>讲话</b></p><div>同志们：</div><script>x</script>")    # "home > speech"
    '首页 > 讲话\n同志们：'
    """
    if isinstance(page, str):
        page = page.encode("utf-8", "surrogatepass")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = html.document_fromstring(page, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    pieces: list[str] = []
    hidden: int | None = None
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        block = element.tag not in _INLINE
        if event == "start":
            depth += 1
            if hidden is None and (element.tag in _HIDDEN or "hidden" in element.attrib or depth > DEEPEST):
                hidden = depth
            if block and hidden is None:
                pieces.append("\n")
            if hidden is None:
                pieces.append(_BLANKS.sub(" ", element.text or ""))
        else:
            if hidden == depth:
                hidden = None
            depth -= 1
            if block and hidden is None:
                pieces.append("\n")
            if hidden is None:
                pieces.append(_BLANKS.sub(" ", element.tail or ""))
    rows = (row.strip() for row in "".join(pieces).split("\n"))
    return "\n".join(row for row in rows if row)
