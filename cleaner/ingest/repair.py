"""Which characters are damage that can be undone?

In: a draft of the decoded source. Out: the draft with edits of stage `repair`: mojibake mended on the lines that show
it, references to characters resolved, line ends made LF, controls and characters of no width taken out, no-break spaces
made spaces. What always holds:
Chinese punctuation is never turned into ASCII; a line that shows no damage is not touched.
"""

import difflib
import html
import re
from collections.abc import Iterator
from functools import cache

import ftfy
import numpy as np
from numpy.typing import NDArray

from cleaner.chars import is_han, places, table
from cleaner.edits import Draft, Edit
from cleaner.ingest.decode import MIN_SCORE, everyday_share

STAGE = "repair"

FTFY = ftfy.TextFixerConfig(
    unescape_html=False,
    remove_terminal_escapes=False,
    fix_encoding=True,
    restore_byte_a0=True,
    replace_lossy_sequences=True,
    decode_inconsistent_utf8=True,
    fix_c1_controls=True,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    fix_surrogates=False,
    remove_control_chars=False,
    normalization=None,
    max_decode_length=1_000_000,
    explain=True,
)
"""Only its mending of encodings. Its defaults also make ，：（“ ASCII, which is damage in Chinese."""

_CP1252_TAIL = "\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122"
_LATIN_MOJIBAKE = re.compile(f"[\xe3-\xe9\xef][{_CP1252_TAIL} ][{_CP1252_TAIL} ]")
"""A three-byte UTF-8 character of the Chinese blocks (U+3000-U+9FFF, U+FF00-U+FFFF) read as Latin-1 or cp1252."""
_HIGH_LATIN = re.compile("[\xa1-\xff][\xa1-\xff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192]{3}")
"""GBK read as Latin-1 or cp1252: letters that no language sets in a row of four."""
DIFF_CHARS = 2000
"""The longest line whose edits are told apart; a longer one is one edit."""
_UNSEEN = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d"))
"""What is taken out of a mended line as it is of any other."""
MARKED_SHARE = 0.2
"""Share of a line's characters that must be `_gbk_marks`: one in three or two is where all of it was misread."""

_CHARACTERS = re.compile(
    "(?P<crlf>\r(?=\n))"
    "|(?P<line_end>[\r\x0b\x0c\x85\u2028\u2029])"
    "|(?P<no_break_space>[\xa0\u202f])"
    "|(?P<zero_width>[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb])"
    "|(?P<control>[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff])"
)
_REFERENCE = re.compile("&(?:amp;)?(#[0-9]{2,6}|#[xX][0-9A-Fa-f]{2,6}|[A-Za-z]{2,8}[0-9]?);")
_INSERTED_BY_RULE = {"line_end": "\n", "no_break_space": " "}


def repair(draft: Draft) -> tuple[Draft, tuple[str, ...]]:
    """Return the mended draft and the flags for its source (`mojibake-repaired` or none)."""
    mended = draft.apply(list(mojibake(draft.text)))
    flags = ("mojibake-repaired",) if mended is not draft else ()
    mended = mended.apply(list(references(mended.text)))
    return mended.apply(list(characters(mended.text))), flags


def references(text: str) -> Iterator[Edit]:
    """Yield the edits that put the character for an HTML reference to it; those to blanks are left to the rules.

    >>> [(e.start, e.end, e.inserted) for e in references("要&ldquo;抓实&rdquo;，A&B;")]       # "do it in earnest"
    [(1, 8, '“'), (10, 17, '”')]
    """
    for match in _REFERENCE.finditer(text) if "&" in text else ():
        char = html.unescape(f"&{match[1]};")
        if len(char) == 1 and char.isprintable() and not char.isspace() and char != "\ufffd":
            yield Edit(*match.span(), STAGE, "html-reference", char)


def characters(text: str) -> Iterator[Edit]:
    r"""Yield the edits for line ends, controls, characters of no width and no-break spaces.

    >>> [(e.rule, e.start) for e in characters("水\u200b库\r\n")]        # "reservoir"
    [('zero-width', 1), ('crlf', 3)]
    """
    for at in places(text, _repaired()):
        if match := _CHARACTERS.match(text, at):
            name = match.lastgroup or ""
            yield Edit(*match.span(), STAGE, name.replace("_", "-"), _INSERTED_BY_RULE.get(name, ""))


def mojibake(text: str) -> Iterator[Edit]:
    """Yield the edits that undo UTF-8 read as a single-byte encoding (by ftfy) or as GBK, on damaged lines only."""
    end = -1
    for at in places(text, _suspect()):
        if at > end:
            start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            end = len(text) if end < 0 else end
            rule, mended = _mended(text[start:end])
            yield from _difference(start, text[start:end], mended, rule)


@cache
def _repaired() -> NDArray[np.bool_]:
    """Return which characters `characters` may take out."""
    return table(re.compile(_CHARACTERS.pattern.replace("(?=\n)", "")))


@cache
def _suspect() -> NDArray[np.bool_]:
    """Return which characters every line with mojibake has: `_HIGH_LATIN`, `_LATIN_MOJIBAKE` and GBK marks."""
    return table(re.compile(f"[\xa1-\xff]|{_gbk_marks().pattern}"))


def _mended(line: str) -> tuple[str, str]:
    """Return the rule that mends a line and the line mended, or itself."""
    if _HIGH_LATIN.search(line) and (mended := _from_latin(line)) != line:
        return "mojibake-gbk-latin", mended
    if _LATIN_MOJIBAKE.search(line):
        return "mojibake-latin", ftfy.fix_text_segment(line, FTFY)
    if len(_gbk_marks().findall(line)) >= max(2, MARKED_SHARE * len(line)):
        return "mojibake-gbk", _from_gbk(line)
    return "", line


@cache
def _gbk_marks() -> re.Pattern[str]:
    """Return what GBK shows for the first two bytes of Chinese characters in UTF-8 (E4-E9, 80-BF); all are rare."""
    pairs = (bytes((lead, trail)) for lead in range(0xE4, 0xEA) for trail in range(0x80, 0xC0))
    return re.compile("[" + "".join(pair.decode("gb18030") for pair in pairs) + "]")


def _from_latin(line: str) -> str:
    """Return `line` with its Latin-1 or cp1252 bytes read as the GB18030 they were; unchanged if that is no text."""
    for encoding in ("latin-1", "cp1252"):
        try:
            mended = line.encode(encoding).decode("gb18030")
        except UnicodeError:
            continue
        if everyday_share(mended) >= MIN_SCORE:
            return mended
    return line


def _from_gbk(line: str) -> str:
    """Return `line` with its GBK bytes read as the UTF-8 they were; unchanged if they are not UTF-8 throughout."""
    try:
        return line.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return line


def _difference(start: int, line: str, mended: str, rule: str) -> Iterator[Edit]:
    """Yield the edits from `line` to `mended`, unless what they put in is not Chinese text."""
    if line == mended or line == (mended := mended.translate(_UNSEEN)):
        return
    blocks = (
        difflib.SequenceMatcher(None, line, mended, autojunk=False).get_opcodes() if len(line) <= DIFF_CHARS else ()
    )
    blocks = [block for block in blocks if block[0] != "equal"] or [("replace", 0, len(line), 0, len(mended))]
    if not all(_is_chinese_text(char) or char in line for _, _, _, c, d in blocks for char in mended[c:d]):
        return
    for _, a, b, c, d in blocks:
        if a < b:
            yield Edit(start + a, start + b, STAGE, rule, mended[c:d])
        elif a:  # an edit takes something out: what is put in goes with the character beside it
            yield Edit(start + a - 1, start + a, STAGE, rule, line[a - 1] + mended[c:d])
        else:
            yield Edit(start, start + 1, STAGE, rule, mended[c:d] + line[0])


def _is_chinese_text(char: str) -> bool:
    return (
        is_han(char)
        or char.isascii()
        or "\u2010" <= char <= "\u303f"
        or "\uff00" <= char <= "\uffef"
        or char in "·×\ufffd©®°±"
    )
