"""Which code points are what, and how is a line seen by a pattern?

In: text. Out: text of the same length (`fold`), or code-point tables. Everything here maps one code point to one
code point, so offsets never move; nothing here changes a text that is written.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, wraps
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

MASK = "\ufdd0"
"""Stands for one placeholder inside the program. U+FDD0 is a noncharacter: Unicode reserves it for internal use and
`repair` removes it from sources, so it can never be confused with text. Source: Unicode 16, section 23.7."""

RARE_MASKS = "■█▇▓▪•◼◆◇◈◊❖☆★●◎⊙⊕⊗◉▲▽▼▫※〓❋✲✳"
"""Signs that a site may mask with besides X, ×, *, _, ○, △, □ and 某; `mask-sign` in the terms of the rules."""

INDENTS = " \t\u3000\u00a0"
"""Blanks that pages put before a paragraph: space, tab, ideographic space, no-break space."""

SENTENCE_ENDS = "。！？!?…"
"""Marks that end a sentence. An ASCII full stop does not: it is a decimal point or a list number."""

CLOSERS = "”’\"'）)】》〉」』]"
"""Marks that may follow a sentence end and still belong to the sentence."""

HAN = r"\p{Han}"
"""RE2's class of Chinese characters; `〇` (U+3007) has the script property Han."""


MIN_HAN_SHARE, MAX_FOREIGN_SHARE = 0.1, 0.2
"""A speech full of Latin names and figures has nine letters in ten Han; Japanese has half of its letters in kana."""

_FULL_WIDTH = range(0xFF01, 0xFF5F)
_BLANKS = (0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_LOOK_ALIKES = {
    "*": "\ufe61\u2217\u204e\u2731✻✽",
    "_": "\ufe4d\ufe4e\ufe4f",
    "¥": "\uffe5",
    "×": "✕✖\u2573☓\u2a2f⨉ㄨ〤㐅",
    "X": "\u0425\u03a7",
    "x": "\u0445χ",
    "○": "◯⚪",
    "△": "∆Δ▵",
    "□": "▢◻⬜",
    "-": "\u2010\u2011\u2012\u2212",
    "【": "〖",
    "】": "〗",
}
"""Signs that are typed for another one: small stars, wavy low lines, other hyphens, hollow brackets, what looks like a
cross, a circle, a triangle, a square or the Latin X (Cyrillic and Greek letters, Bopomofo and Suzhou numerals)."""
_HIGHEST = 0x110000
FEWEST_REMEMBERED = 4

T = TypeVar("T")


def remembered(most_chars: int) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """Return a decorator: what a function of a text gave for the last texts, of so many characters together, is known.

    The last few are known however long they are.
    """

    def wrapped(function: Callable[[str], T]) -> Callable[[str], T]:
        known: dict[str, T] = {}
        n_chars, changing = 0, Lock()

        @wraps(function)
        def call(text: str) -> T:
            nonlocal n_chars
            if (found := known.get(text)) is None:
                found = function(text)
                with changing:
                    n_chars += len(text) if known.setdefault(text, found) is found else 0
                    while n_chars > most_chars and len(known) > FEWEST_REMEMBERED:
                        n_chars -= len(oldest := next(iter(known)))
                        del known[oldest]
            return found

        return call

    return wrapped


@remembered(most_chars=1 << 18)
def codes(text: str) -> NDArray[np.uint32]:
    """Return the code points of `text`. The last texts are remembered: one step after another asks."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def table(chars: re.Pattern[str]) -> NDArray[np.bool_]:
    """Return for each code point whether the pattern, of one character below U+10000, matches it."""
    found = np.zeros(_HIGHEST, np.bool_)
    found[[match.start() for match in chars.finditer("".join(map(chr, range(0x10000))))]] = True
    return found


def places(text: str, members: NDArray[np.bool_]) -> list[int]:
    """Return where the characters of a table stand in `text`."""
    return np.flatnonzero(members.take(codes(text))).tolist()


def matches(pattern: re.Pattern[str], text: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    """Yield what `pattern.finditer` does, tried at the sorted `starts` only: nowhere else can a match begin."""
    end = 0
    for start in starts:
        if start >= end and (match := pattern.match(text, start)):
            end = match.end()
            yield match


@cache
def simplified() -> NDArray[np.uint32]:
    """Return the Simplified character for each code point, itself where OpenCC's `t2s` knows no single one."""
    from opencc import OpenCC

    table = np.arange(_HIGHEST, dtype=np.uint32)
    han = [chr(code) for code in range(0x3400, 0x323B0) if is_han(chr(code))]
    # One a line: phrases are then never seen, and a thing of several characters converts alone or not at all.
    for char, plain in zip(han, OpenCC("t2s").convert("\n".join(han)).split("\n"), strict=True):
        if len(plain) == 1:
            table[ord(char)] = ord(plain)
    return table


@cache
def _folded() -> NDArray[np.uint32]:
    """Return what each code point becomes: full-width ASCII is ASCII, blanks are spaces, Traditional is Simplified.

    Source: Unicode 16, UnicodeData.txt (category Zs; tab added); OpenCC.
    """
    table = simplified().copy()
    table[_FULL_WIDTH.start : _FULL_WIDTH.stop] = np.arange(0x21, 0x7F)
    table[list(_BLANKS)] = 0x20
    for sign, others in _LOOK_ALIKES.items():
        table[[*map(ord, others)]] = ord(sign)
    return table


def whole(text: str) -> str:
    r"""Return `text` with U+FFFD for each half of a surrogate pair, which is no character.

    >>> whole("\ud83d讲话")                     # "speech"
    '�讲话'
    """
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def fold(text: str) -> str:
    """Return `text` as patterns see it: full-width ASCII and blanks made ASCII, Traditional Simplified; same length.

    >>> fold("備案號：鲁ＩＣＰ备　１号")        # "record number: Lu ICP No. 1"
    '备案号:鲁ICP备 1号'
    """
    return _folded().take(codes(text)).tobytes().decode("utf-32-le", "surrogatepass")


def is_han(char: str) -> bool:
    """Say whether `char` is a Chinese character (CJK ideograph or `〇`).

    >>> is_han("汉"), is_han("〇"), is_han("A")
    (True, True, False)
    """
    return (
        "\u4e00" <= char <= "\u9fff"
        or char == "〇"
        or "\u3400" <= char <= "\u4dbf"
        or "\U00020000" <= char <= "\U000323af"
        or "\uf900" <= char <= "\ufaff"
    )


_HAN_RUN = re.compile("[\u4e00-\u9fff〇\u3400-\u4dbf\U00020000-\U000323af\uf900-\ufaff]+")


def count_han(text: str) -> int:
    """Return how many characters of `text` are Chinese."""
    return sum(map(len, _HAN_RUN.findall(text)))


def is_chinese(text: str) -> bool:
    """Say whether a text may be Chinese: a tenth of its letters are Han, and few are kana or Hangul.

    >>> is_chinese("学习PPP项目"), is_chinese("これは日本語です"), is_chinese("Hello")      # "study PPP projects"
    (True, False, False)
    """
    # At once for what plainly is, whichever of its other characters are letters.
    all_codes = codes(text)
    common = np.count_nonzero(all_codes - 0x4E00 <= 0x9FFF - 0x4E00)
    kana = np.count_nonzero(all_codes - 0x3041 <= 0x30FF - 0x3041)
    hangul = np.count_nonzero(all_codes - 0xAC00 <= 0xD7A3 - 0xAC00)
    if common >= MIN_HAN_SHARE * len(text) and kana + hangul <= MAX_FOREIGN_SHARE * common:
        return True
    letters = [char for char in _HAN_RUN.sub("", text) if char.isalpha()]
    han = count_han(text)
    foreign = sum("\u3041" <= char <= "\u30ff" or "\uac00" <= char <= "\ud7a3" for char in letters)
    n_letters = han + len(letters)
    return han >= MIN_HAN_SHARE * n_letters and foreign <= MAX_FOREIGN_SHARE * n_letters


def display_width(text: str) -> int:
    """Return the width of `text` in half-width cells: 2 for a wide or full-width character, else 1.

    Source: Unicode Standard Annex 11; ambiguous characters such as “ count 2, as Chinese typesetting does.

    >>> display_width("汉字ab")
    6
    """
    widths = "".join(map(unicodedata.east_asian_width, text))  # of the other classes, Na, N and H, none has W, F or A
    return len(text) + sum(map(widths.count, "WFA"))
