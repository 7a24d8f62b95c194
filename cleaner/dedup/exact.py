"""When are two texts the same text?

In: a masked text (`chars.MASK` for each placeholder). Out: its *comparison form*, an array of code points from which
white space, punctuation, symbols and compatibility variants are gone; a digest of it; groups of equal digests.

What always holds: the form is the NFKC form of the text without the code points outside the categories L, M and N; a
run of placeholders, whatever stood between them, is one sentinel; the form neither begins nor ends with one. An empty
form belongs to no group: two texts without a letter are not copies of each other.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

import numpy as np

from cleaner.chars import MASK, simplified
from cleaner.dedup.kernel import Codes, Ints
from cleaner.errors import ConfigError

SENTINEL = 0xFDD0
"""`chars.MASK` as a code: no shingle touches it."""

SCRIPTS = ("keep", "simplified")
"""What `form` may do with Traditional characters."""

DIGEST_BYTES = 16
"""128 bits: the chance of one false pair among 10^9 texts is 10^-21. Source: birthday bound n²/2^129."""

_DROPPED, _EXPANDS, _COMPOSES = 0, 1, 2
_PLANES = (0, 1, 2, 3, 14)


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
    direct, stable = _tables(script)
    points = _points(masked_text)
    mapped = direct[points]
    rare = np.unique(points[(mapped == _EXPANDS) | (mapped == _COMPOSES)])
    if rare.size:
        table = direct
        if (direct[rare] == _COMPOSES).any():
            masked_text, table = unicodedata.normalize("NFKC", masked_text), stable
        else:
            # NFKC of a whole text takes 86 ns a character, this 12 (measured on 19 M characters of laws); an expansion
            # that cannot compose with its neighbours may be done on its own.
            for char in map(chr, rare.tolist()):
                masked_text = masked_text.replace(char, unicodedata.normalize("NFKC", char))
        points = _points(masked_text)
        mapped = table[points]

    kept = mapped != _DROPPED
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


def digest(codes: Codes) -> bytes:
    """Return the 16-byte digest of a comparison form; equal forms, and only they, have equal digests.

    >>> digest(form("同志们：").codes) == digest(form("同志们").codes)          # "Comrades:" and "Comrades"
    True
    """
    return blake2b(np.ascontiguousarray(codes, dtype="<u4").tobytes(), digest_size=DIGEST_BYTES).digest()


def groups(digests: Sequence[bytes]) -> Ints:
    """Return for each text the index of the first one with the same digest, its own if there is none.

    Returns:
        Shape (N,), dtype int64. A text with an empty form has its own index.

    >>> forms = [form(text).codes for text in ("同志们：", "。", "谢谢", "同志们", "！")]     # "Comrades:" … "Thanks"
    >>> groups([digest(codes) for codes in forms]).tolist()
    [0, 1, 2, 0, 4]
    """
    first = np.arange(len(digests), dtype=np.int64)
    keys = np.frombuffer(b"".join(digests), dtype=np.uint64).reshape(-1, DIGEST_BYTES // 8)
    if not len(keys):
        return first
    order = np.lexsort((keys[:, 1], keys[:, 0]))  # stable: of equal digests the first index comes first
    ordered = keys[order]
    begins = np.concatenate(([True], (ordered[1:] != ordered[:-1]).any(axis=1)))
    first[order] = order[begins][np.cumsum(begins) - 1]
    empty = np.frombuffer(digest(np.empty(0, np.uint32)), dtype=np.uint64)
    return np.where((keys == empty).all(axis=1), np.arange(len(keys)), first)


def _points(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


@cache
def _tables(script: str) -> tuple[Codes, Codes]:
    """Return what each code point becomes in a raw text and in a normalised one, each of shape (0x110000,).

    Text that holds none of the second kind below is normalised by one look-up a character, since a character that
    cannot compose with the one before it is normalised on its own. Values: 0 where nothing stays; `_EXPANDS` where
    more than one character stays; `_COMPOSES` where the result may compose with what stands before it; else the code.
    Planes 4 to 13 are unassigned, 15 and 16 private use: nothing of them stays.

    Source: Unicode Standard Annex 15, section 9 (NFC_Quick_Check=Maybe).
    """
    assigned = [code for plane in _PLANES for code in range(plane << 16, (plane + 1) << 16)]
    composing = {chr(code) for code in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}
    for code in assigned:
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            composing.add(chr(int(parts[1], 16)))

    direct, stable = np.zeros(0x110000, np.uint32), np.zeros(0x110000, np.uint32)
    for code in assigned:
        char = chr(code)
        if unicodedata.category(char)[0] in "LMN":
            stable[code] = code
        normal = unicodedata.normalize("NFKC", char)
        if any(unicodedata.combining(part) or part in composing for part in normal):
            direct[code] = _COMPOSES
        else:
            rest = [part for part in normal if unicodedata.category(part)[0] in "LMN"]
            direct[code] = ord(rest[0]) if len(rest) == 1 else _EXPANDS if rest else _DROPPED
    direct[SENTINEL] = stable[SENTINEL] = ord(MASK)
    if script == "simplified":
        plain = simplified()
        stable, direct = plain[stable], plain[direct]
    return direct, stable
