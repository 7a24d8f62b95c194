"""Which article does a page keep in a script, for the reader's browser to show?

In: the tree of a page. Out: the markup of the longest text in its scripts, with the title kept beside it, or nothing.
What always holds: no script is run; what is returned was written as one string of JSON.
"""

import json
import re
from typing import TYPE_CHECKING

from cleaner.chars import count_han
from cleaner.lines import as_line, ends_as_speech

if TYPE_CHECKING:
    from lxml.html import HtmlElement

ARTICLE_CHARS = 200
"""So many Chinese characters in one string are an article."""

_STRING = re.compile(r'"((?:[^"\\\n]|\\.){4,})"')


def article(tree: "HtmlElement") -> str:
    """Return the markup of the longest text of Chinese that a script of the page holds as one string, or nothing.

    >>> from lxml import html
    >>> said = "今天召开会议。" * 40                                                     # "a meeting is held today."
    >>> article(html.fromstring(f'<div><script>x={{"title":"a","content":"<p>{said}"}}</script></div>'))[:9]
    '<p>今天召开会议'
    """
    strings = [said for script in tree.iter("script") for said in _strings(script.text or "")]
    longest = max(strings, key=count_han, default="")
    if count_han(longest) < ARTICLE_CHARS:
        return ""
    title = next((said for said in strings if "<" not in said and ends_as_speech(as_line(said).bare)), "")
    return f"<h1>{title}</h1>{longest}" if title else longest


def _strings(script: str) -> list[str]:
    """Return the strings of a script that are strings of JSON and not ASCII alone."""
    found = []
    for match in _STRING.finditer(script):
        try:
            said = json.loads(match[0])
        except ValueError:
            continue
        if not said.isascii():
            found.append(said)
    return found
