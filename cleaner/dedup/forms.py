r"""What are the comparison forms of many texts at once?

In: texts as Arrow holds them, UTF-8 bytes and offsets, placeholders as `chars.MASK`. Out: what `comparison.form` gives
for each, flat. What always holds: one pass over the bytes, no object for a text; the same codes and breaks as there.
"""

import sys
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from pkgutil import get_data

import numpy as np
from numpy.typing import NDArray

from cleaner.chars import simplified
from cleaner.dedup.comparison import COMPOSES, DROPPED, EXPANDS, SENTINEL, normalised_table, table
from cleaner.dedup.kept import kept
from cleaner.dedup.kernel import Bools, Codes, Ints, kernel

Bytes = NDArray[np.uint8]

_0, _1, _2, _3, _4 = map(np.uint64, range(5))
"""Places in a text: a signed one might count from the end, and every look would ask whether it does (270 or 180 ms)."""
_MAKING = threading.Lock()

_BLOCK = 0x1000
"""Code points of which the table holds something or nothing: what nothing is written to takes no memory."""

LINE_END, MARK, COMPOSING, EXPANSION = range(1 << 31, (1 << 31) + 4)
"""What a table holds for characters that need more than a look; for an expansion its index is added."""
MOST_LETTERS = 6
"""The most letters that stay of one byte: U+FDFA has three and is a phrase of 15 letters."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The comparison forms of n texts.

    Args:
        codes: uint32, all forms one after another.
        lengths: int64, shape (n,), codes of each.
        breaks: int64, the line breaks of each form, counted from its own beginning.
        n_breaks: int64, shape (n,), how many each has.
        n_masks: int64, shape (n,), sentinels of each.
    """

    codes: Codes
    lengths: Ints
    breaks: Ints
    n_breaks: Ints
    n_masks: Ints


def forms(data: Bytes, offsets: Ints, script: str = "keep", has_masks: bool = True) -> Forms:
    r"""Return the comparison forms of texts; text i is the valid UTF-8 `data[offsets[i]:offsets[i + 1]]`.

    Args:
        script: as `comparison.form`.
        has_masks: whether `chars.MASK` stands for placeholders; if not it is dropped as any noncharacter is.

    >>> said = ["第一，ＧＤＰ增长\ufdd0、\ufdd0％。\n谢谢！".encode(), b""]        # "First, GDP grew X, X%. / Thanks!"
    >>> found = forms(np.frombuffer(b"".join(said), np.uint8), np.cumsum([0, *map(len, said)]))
    >>> "".join(map(chr, found.codes)).replace("\ufdd0", "□"), found.lengths.tolist(), found.breaks.tolist()
    ('第一GDP增长□谢谢', [10, 0], [0, 8, 10, 0, 0])
    """
    with _MAKING:  # threads that begin together need it once
        direct, letters, bounds = _expanded(script, has_masks)
    made, is_composed = _formed(data, offsets, direct, direct, letters, bounds, np.zeros(len(offsets) - 1, np.bool_))
    if is_composed.any():
        # Hangul letters and combining marks: the whole text is normalised, since neighbours become one character.
        said = [data[first:last].tobytes() for first, last in pairwise(offsets.tolist())]
        for i in np.flatnonzero(is_composed).tolist():
            said[i] = unicodedata.normalize("NFKC", said[i].decode()).encode()
        data = np.frombuffer(b"".join(said), np.uint8)
        offsets = np.concatenate(([0], np.cumsum([len(text) for text in said]))).astype(np.int64)
        made, _ = _formed(data, offsets, direct, _normalised(script, has_masks), letters, bounds, is_composed)
    return made


def is_utf8(data: Bytes, offsets: Ints) -> bool:
    """Say whether each text is valid UTF-8.

    Twenty times as fast as Arrow's own check, which takes as long as all forms: no byte is branched on, so that vector
    instructions take 64 at a time.

    Source: Unicode Standard, table 3-7, Well-Formed UTF-8 Byte Sequences.

    >>> said = "同志们".encode()                                                          # "Comrades"
    >>> [is_utf8(np.frombuffer(said, np.uint8), np.array(cuts)) for cuts in ([0, 9], [0, 3, 9], [0, 4, 9], [0, 8])]
    [True, True, False, False]
    """
    begins = data[offsets[:-1][offsets[:-1] < offsets[1:]]]
    given, nothing = data[offsets[0] : offsets[-1]], np.zeros(3, np.uint8)
    head, tail = np.append(nothing, given[:3]), np.append(np.append(nothing, given[-3:])[-3:], nothing)
    return not ((begins & 0xC0) == 0x80).any() and not any(map(_is_broken, (head, given, tail)))


@cache
def _expanded(script: str, has_masks: bool) -> tuple[Codes, Codes, Ints]:
    """Return `comparison.table` with an index for what expands, and the letters that stay of each and their bounds.

    To ask what each code point is takes 45 ms; what was kept is read in 5.
    """
    made_of = sha256(unicodedata.unidata_version.encode())
    for source in ("comparison.py", "forms.py"):
        made_of.update(get_data("cleaner.dedup", source) or b"")
    if script == "simplified":
        made_of.update(simplified().data)
    name = f"forms-{script}-{has_masks}-{made_of.hexdigest()[:16]}.u32"
    words = np.frombuffer(kept(Path(__file__), name, lambda: _written(script, has_masks)), np.uint32)
    used, letters, bounds, blocks = np.split(words[3:], np.cumsum(words[:3]))
    direct = np.zeros(((sys.maxunicode + 1) // _BLOCK, _BLOCK), np.uint32)
    direct[used] = blocks.reshape(-1, _BLOCK)
    return direct.ravel(), letters, bounds.astype(np.int64)


def _written(script: str, has_masks: bool) -> bytes:
    """Return the three arrays of `_expanded`, of the first the blocks that hold anything; before them the sizes."""
    direct = table(script)
    letters, bounds = list[int](), [0]
    for index, code in enumerate(np.flatnonzero(direct == EXPANDS).tolist()):
        stays = direct[[ord(char) for char in unicodedata.normalize("NFKC", chr(code))]]
        letters += stays[stays != DROPPED].tolist()
        bounds.append(len(letters))
        direct[code] = EXPANSION + index
    direct[direct == COMPOSES] = COMPOSING
    blocks = _marked(direct, has_masks).reshape(-1, _BLOCK)
    used = np.flatnonzero(blocks.any(axis=1))
    sizes = [len(used), len(letters), len(bounds)]
    return np.concatenate((sizes, used, letters, bounds, blocks[used].ravel())).astype(np.uint32).tobytes()


@cache
def _normalised(script: str, has_masks: bool) -> Codes:
    return _marked(normalised_table(script), has_masks)


def _marked(codes: Codes, has_masks: bool) -> Codes:
    codes[SENTINEL] = MARK if has_masks else DROPPED
    codes[ord("\n")] = LINE_END
    return codes


def _formed(
    data: Bytes, offsets: Ints, direct: Codes, normalised: Codes, letters: Codes, bounds: Ints, is_composed: Bools
) -> tuple[Forms, Bools]:
    """Return the forms, and which texts hold a code point that may compose."""
    sizes = np.diff(offsets)
    n_bytes, n_texts, longest = int(sizes.sum()), len(sizes), int(sizes.max(initial=0))
    lengths, n_breaks, n_masks = np.empty((3, n_texts), np.int64)
    composes = np.empty(n_texts, np.bool_)
    # A Chinese letter is three bytes; where the first room is not enough, because a text is not Chinese, the most is.
    for room in (n_bytes // 2, MOST_LETTERS * n_bytes):
        codes = np.empty(room + MOST_LETTERS * longest, np.uint32)
        breaks = np.empty(room // 6 + longest + 2 * n_texts, np.int64)
        if _form_texts(
            data, offsets, direct, normalised, letters, bounds, is_composed, codes, lengths, breaks, n_breaks, n_masks,
            composes,
        ):  # fmt: skip
            break
    return Forms(codes[: lengths.sum()], lengths, breaks[: n_breaks.sum()], n_breaks, n_masks), composes


@kernel
def _is_broken(data: Bytes) -> int:
    """Say whether any byte but the first three is none that may stand behind the three before it."""
    is_broken = False
    last_3, last_2, last, now = data[:-3], data[1:-2], data[2:-1], data[3:]
    for i in range(len(now)):
        is_due = (last[i] >= 0xC0) | (last_2[i] >= 0xE0) | (last_3[i] >= 0xF0)
        is_broken |= ((now[i] & 0xC0) == 0x80) != is_due
        is_broken |= (now[i] == 0xC0) | (now[i] == 0xC1) | (now[i] > 0xF4)
        is_broken |= (last[i] == 0xE0) & (now[i] < 0xA0) | (last[i] == 0xF0) & (now[i] < 0x90)  # longer than need be
        is_broken |= (last[i] == 0xED) & (now[i] > 0x9F) | (last[i] == 0xF4) & (now[i] > 0x8F)  # surrogates; too high
    return int(is_broken)


@kernel
def _form_text(
    data: Bytes, table: Codes, letters: Codes, bounds: Ints, codes: Codes, breaks: Ints
) -> tuple[np.uint64, int, int, bool]:
    """Write the form of one text to the front of `codes` and `breaks`; return its codes, breaks, masks, and doubt."""
    size, n_lines, n_masks, composes = _0, 1, 0, False
    breaks[0] = 0
    at, end = _0, np.uint64(len(data))
    while at < end:
        lead = np.uint32(data[at])
        if lead >= 0xE0 and lead < 0xF0:
            code = np.uint32((lead & 0x0F) << 12 | np.uint32(data[at + _1] & 0x3F) << 6 | (data[at + _2] & 0x3F))
            at += _3
        elif lead < 0x80:
            code = lead
            at += _1
        elif lead < 0xE0:
            code = np.uint32((lead & 0x1F) << 6 | (data[at + _1] & 0x3F))
            at += _2
        else:
            code = np.uint32(
                (lead & 0x07) << 18 | np.uint32(data[at + _1] & 0x3F) << 12 | np.uint32(data[at + _2] & 0x3F) << 6
                | (data[at + _3] & 0x3F)
            )  # fmt: skip
            at += _4
        value = table[code]
        if value < LINE_END:
            # What is dropped is written too, and then over: no branch that punctuation would make a guess of.
            codes[size] = value
            size += np.uint64(value != DROPPED)
        elif value >= EXPANSION:
            index = np.int64(value - EXPANSION)
            for letter in range(bounds[index], bounds[index + 1]):
                codes[size] = letters[letter]
                size += _1
        elif value == LINE_END:
            breaks[n_lines] = size
            n_lines += 1
        elif value == COMPOSING:
            composes = True
        elif size and codes[size - _1] != SENTINEL:
            codes[size] = SENTINEL
            size += _1
            n_masks += 1
    if size and codes[size - _1] == SENTINEL:
        size -= _1
        n_masks -= 1
    breaks[n_lines] = size
    line = n_lines - 1
    while breaks[line] > size:  # a sentinel at the end, which the breaks after it still count
        breaks[line] = size
        line -= 1
    return size, n_lines + 1, n_masks, composes


@kernel
def _form_texts(
    data: Bytes, offsets: Ints, direct: Codes, normalised: Codes, letters: Codes, bounds: Ints, is_composed: Bools,
    codes: Codes, lengths: Ints, breaks: Ints, n_breaks: Ints, n_masks: Ints, composes: Bools,
) -> int:  # fmt: skip
    """Write the forms of all texts; return 0 if there is not room for another, else 1."""
    size, n_lines = 0, 0
    for text in range(len(offsets) - 1):
        n_bytes = offsets[text + 1] - offsets[text]
        if size + MOST_LETTERS * n_bytes > len(codes) or n_lines + n_bytes + 2 > len(breaks):
            return 0
        lengths[text], n_breaks[text], n_masks[text], composes[text] = _form_text(
            data[offsets[text] : offsets[text + 1]], normalised if is_composed[text] else direct, letters, bounds,
            codes[size:], breaks[n_lines:],
        )  # fmt: skip
        size += lengths[text]
        n_lines += n_breaks[text]
    return 1
