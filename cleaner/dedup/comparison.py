"""What of a text is compared?

In: a masked text (`chars.MASK` for each placeholder). Out: its *comparison form*, an array of code points from which
white space, punctuation, symbols and compatibility variants are gone. `forms.py` makes the same of many texts at once.

What always holds: the form is the NFKC form of the text without the code points outside the categories L, M and N; a
run of placeholders, whatever stood between them, is one sentinel; the form neither begins nor ends with one.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleaner.chars import MASK, simplified
from cleaner.dedup.kernel import Codes, Ints
from cleaner.errors import ConfigError

SENTINEL = 0xFDD0
"""`chars.MASK` as a code: no shingle touches it."""

SCRIPTS = ("keep", "simplified")
"""What `form` may do with Traditional characters."""

DROPPED, EXPANDS, COMPOSES = 0, 1, 2
_BLOCKS = tuple(
    range(at, at + 0x1000) for plane in (0, 1, 2, 3, 14) for at in range(plane << 16, plane + 1 << 16, 0x1000)
)
"""Where a table of code points holds anything: planes 4 to 13 are unassigned, 15 and 16 private use. The rest takes no
memory as long as nothing is written there."""


@dataclass(frozen=True, slots=True)
class Form:
    """The comparison form of one text.

    Args:
        codes: shape (n,), dtype uint32; `SENTINEL` for a run of placeholders.
        breaks: shape (n_lines + 1,), dtype int64, not decreasing; line i of the masked text, cut at line feeds, is
            `codes[breaks[i]:breaks[i + 1]]`. A sentinel that stands for placeholders of two lines is in the first.
    """

    codes: Codes
    breaks: Ints

    @property
    def n_unmasked(self) -> int:
        """The number of letters, marks and numbers, sentinels not counted."""
        return int(np.count_nonzero(self.codes != SENTINEL))

    def paragraph(self, index: int) -> Codes:
        """Return the form of line `index` on its own: as in the text, without sentinels at its ends."""
        first, last = int(self.breaks[index]), int(self.breaks[index + 1])
        first += bool(first < last and self.codes[first] == SENTINEL)
        last -= bool(first < last and self.codes[last - 1] == SENTINEL)
        return self.codes[first:last]


def form(masked_text: str, script: str = "keep") -> Form:
    r"""Return the comparison form of a masked text.

    Args:
        masked_text: lines are cut at line feeds only.
        script: `keep`, or `simplified` to turn Traditional characters into Simplified ones, one for one.

    Raises:
        ConfigError: `script` is neither.

    Source: Unicode Standard Annex 15 (NFKC); categories as `unicodedata` of this Python gives them.

    >>> kept = form("第一，ＧＤＰ增长\ufdd0、\ufdd0％。\n谢谢！")       # "First, GDP grew X, X%. / Thank you!"
    >>> "".join(map(chr, kept.codes)).replace("\ufdd0", "□"), kept.breaks.tolist()
    ('第一GDP增长□谢谢', [0, 8, 10])
    """
    if script not in SCRIPTS:
        raise ConfigError("dedup.script", repr(script), " or ".join(map(repr, SCRIPTS)), "choose one of them")
    letters = _table(script)
    points = _points(masked_text)
    mapped = letters[points]
    rare = np.unique(points[(mapped == EXPANDS) | (mapped == COMPOSES)])
    if rare.size:
        if (letters[rare] == COMPOSES).any():
            masked_text, letters = unicodedata.normalize("NFKC", masked_text), _normalised_table(script)
        else:
            # NFKC of a whole text takes 86 ns a character, this 12 (measured on 19 M characters of laws); an expansion
            # that cannot compose with its neighbours may be done on its own.
            for char in map(chr, rare.tolist()):
                masked_text = masked_text.replace(char, unicodedata.normalize("NFKC", char))
        points = _points(masked_text)
        mapped = letters[points]

    kept = mapped != DROPPED
    codes = mapped[kept]
    line_ends = np.flatnonzero(points == ord("\n"))
    breaks = np.concatenate(([0], np.cumsum(kept)[line_ends], [codes.size])).astype(np.int64)

    masks = codes == SENTINEL
    if masks.any():
        extra = masks.copy()
        extra[1:] &= masks[:-1]
        extra[0] = masks[0]
        rest = np.flatnonzero(~extra)
        if rest.size and masks[rest[-1]]:
            extra[rest[-1]] = True
        breaks = np.concatenate(([0], np.cumsum(~extra)))[breaks]
        codes = codes[~extra]
    return Form(codes, breaks)


def _points(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def table(script: str) -> Codes:
    """Return what each code point becomes, shape (0x110000,).

    Text that holds none of the second kind below is normalised by one look-up a character, since a character that
    cannot compose with the one before it is normalised on its own. Values: 0 where nothing stays; `EXPANDS` where
    more than one character stays; `COMPOSES` where the result may compose with what stands before it; else the code.

    Source: Unicode Standard Annex 15, section 9 (NFC_Quick_Check=Maybe).
    """
    direct = _letters()
    decomposed, combining = dict[str, str](), list[str]()
    for here in _BLOCKS:
        chars = list(map(chr, (here.start + np.flatnonzero(_categories(here) != ord("C"))).tolist()))
        combining += filter(unicodedata.combining, chars)
        made = zip(chars, map(unicodedata.decomposition, chars), strict=True)
        decomposed |= {char: parts for char, parts in made if parts}
    composing = {chr(code) for code in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}
    for parts in [made.split() for made in decomposed.values()]:
        if len(parts) == 2 and not parts[0].startswith("<"):
            composing.add(chr(int(parts[1], 16)))
    # Every other character is its own normal form and combines with nothing.
    for char in {*decomposed, *composing, *combining}:
        normal = unicodedata.normalize("NFKC", char)
        if any(unicodedata.combining(part) or part in composing for part in normal):
            direct[ord(char)] = COMPOSES
        else:
            rest = [part for part in normal if unicodedata.category(part)[0] in "LMN"]
            direct[ord(char)] = ord(rest[0]) if len(rest) == 1 else EXPANDS if rest else DROPPED
    return _written(direct, script)


def normalised_table(script: str) -> Codes:
    """Return what each code point of a text becomes that is normalised already, as `table`: itself or nothing."""
    return _written(_letters(), script)


def _letters() -> Codes:
    """Return each code point of the categories L, M and N, 0 for the others."""
    kept = np.zeros(0x110000, np.uint32)
    for here in _BLOCKS:
        is_kept = np.isin(_categories(here), list(b"LMN"))
        kept[here.start : here.stop] = np.where(is_kept, np.arange(here.start, here.stop), DROPPED)
    return kept


@cache
def _categories(here: range) -> NDArray[np.uint8]:
    """Return the first letter of the category of each code point of a block; C is of no character that is seen."""
    said = "".join(map(unicodedata.category, map(chr, here)))
    return np.frombuffer(said.encode(), np.uint8)[::2]


def _written(codes: Codes, script: str) -> Codes:
    codes[SENTINEL] = ord(MASK)
    return simplified()[codes] if script == "simplified" else codes


_table, _normalised_table = cache(table), cache(normalised_table)
