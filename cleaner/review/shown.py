"""How does foreign text get into a page without doing anything there?

In: text of speeches, names of files. Out: `Markup`, escaped, with every character that is not itself seen (controls,
bidi overrides, characters of no width, blanks where they are the point) as a small chip that names it. What always
holds: the markup holds no character that can turn the direction of what follows, and no tag but those written here.
"""

import re
from functools import cache

from markupsafe import Markup, escape

_INVISIBLE = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164"
    "\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Controls, format characters, selectors, fillers and noncharacters. Source: Unicode 16, DerivedCoreProperties
(Default_Ignorable_Code_Point), Bidi_Control and category Cc; line feed and tab are let through."""

_SIGNS = {" ": "␣", "\u3000": "□", "\xa0": "⍽", "\t": "⇥", "\n": "¶"}
"""What stands for a blank where it must be seen."""

BLANKS = "".join(_SIGNS)

NAME_CHARS = 120


def shown(text: str, visible: str = "") -> Markup:
    r"""Return `text` escaped, its invisible characters and the blanks named in `visible` as chips.

    >>> print(shown("讲话\u202e</b>"))                             # "speech"
    讲话<i class="u">U+202E</i>&lt;/b&gt;
    >>> print(shown("\u3000讲话\n", BLANKS))
    <i class="u" title="U+3000">□</i>讲话<i class="u" title="U+000A">¶</i>
    """
    out, at = [], 0
    for match in _pattern(visible).finditer(text):
        out += [escape(text[at : match.start()]), _chip(match[0])]
        at = match.end()
    return Markup("").join([*out, escape(text[at:])])


def marked(text: str) -> Markup:
    r"""Return `text` escaped, with a sign at each end of a line, as a file shows what was removed.

    >>> print(marked("讲话\n").replace("\n", "|"))                  # "speech"
    讲话<i class="u" title="U+000A">¶</i>|
    """
    sign = shown("\n", BLANKS)
    blanks = BLANKS if not text.strip() else ""
    return (sign + "\n").join(shown(line, blanks) for line in text.split("\n"))


@cache
def _pattern(visible: str) -> re.Pattern[str]:
    return re.compile(f"{_INVISIBLE}|[{visible}]" if visible else _INVISIBLE)


def _chip(char: str) -> Markup:
    if char in _SIGNS:
        return Markup('<i class="u" title="U+{:04X}">{}</i>').format(ord(char), _SIGNS[char])
    return Markup('<i class="u">U+{:04X}</i>').format(ord(char))


def clip(text: str, limit: int) -> str:
    """Return `text` with its middle left out if it is longer than `limit`.

    >>> clip("0123456789", 7)
    '012…789'
    """
    if len(text) <= limit:
        return text
    head = limit // 2
    return text[:head] + "…" + text[len(text) - (limit - head - 1) :]


def name(text: str) -> Markup:
    """Return the name of a file, speech or site: isolated from the text around it, at most `NAME_CHARS`."""
    return Markup('<bdi class="name">{}</bdi>').format(_breakable(clip(text, NAME_CHARS)))


def _breakable(text: str) -> Markup:
    return Markup("/<wbr>").join(shown(part) for part in text.split("/"))
