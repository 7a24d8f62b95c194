"""What white space does the written text have?

In: the text of one speech. Out: edits after which no line begins or ends with a blank and one line break parts two
paragraphs. Blanks inside a line stay: they part slogans, names and Latin words.
"""

import re
from collections.abc import Iterator

from cleaner.config import Config
from cleaner.edits import Edit
from cleaner.rulepack import RulePack

STAGE = "normalise"

_BLANK = r"[ \t\u3000\u00a0\u2000-\u200a]"
_OUTER = re.compile(rf"\A(?:{_BLANK}*\n)+|(?:\n{_BLANK}*)+\Z")
_LINES = re.compile(rf"\n(?P<extra>(?:{_BLANK}*\n)+)")
_INDENT = re.compile(rf"(?:(?<=\n)|\A){_BLANK}+(?=[^\s])")
_TRAILING = re.compile(rf"(?<=[^\s]){_BLANK}+(?=\n|\Z)")


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield the edits that leave one break between paragraphs and no blank at the ends of lines, sorted."""
    found = []
    if config.normalise.blank_lines:
        found += [("blank-line", match.span()) for match in _OUTER.finditer(text)]
        found += [("blank-line", match.span("extra")) for match in _LINES.finditer(text)]
    if config.normalise.indents:
        found += [("indent", match.span()) for match in _INDENT.finditer(text)]
        found += [("trailing-blank", match.span()) for match in _TRAILING.finditer(text)]
    end = 0
    for rule, (start, stop) in sorted(found, key=lambda item: item[1]):
        if start >= end and start < stop:
            yield Edit(start, stop, STAGE, rule)
            end = stop
