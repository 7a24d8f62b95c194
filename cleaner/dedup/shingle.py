"""Which shingles does a text have?

In: comparison forms, flat (`codes`, `offsets`). Out: a 64-bit hash for each window of k code points that touches no
sentinel, in order of position, or sorted and distinct for each text.

What always holds: the hash depends on the k code points alone, never on place, text or machine; its low 32 bits are
the shingle hash that MinHash takes. A text shorter than k has no shingle.
"""

from dataclasses import dataclass

import numpy as np

from cleaner.dedup.batches import sweep
from cleaner.dedup.comparison import SENTINEL
from cleaner.dedup.hashsort import places_for, put_in_order
from cleaner.dedup.kernel import Codes, Hashes, Ints, kernel

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio, odd: Knuth, TAOCP 3, section 6.4
_FMIX_1 = np.uint64(0xFF51AFD7ED558CCD)
_FMIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(33)


@dataclass(frozen=True, slots=True)
class Windows:
    """The shingle occurrences of some texts, in order of position.

    Args:
        hashes: shape (n,), dtype uint64.
        starts: shape (n,), dtype int64; where each begins in the flat `codes`.
        bounds: shape (number of texts + 1,), dtype int64; text i has `hashes[bounds[i]:bounds[i + 1]]`.
    """

    hashes: Hashes
    starts: Ints
    bounds: Ints


def flatten(forms: list[Codes]) -> tuple[Codes, Ints]:
    """Return comparison forms as one array and the offsets of each: text i is `codes[offsets[i]:offsets[i + 1]]`.

    Returns:
        codes of dtype uint32, and offsets of shape (N + 1,), dtype int64, from 0 to the length of codes.
    """
    offsets = np.zeros(len(forms) + 1, np.int64)
    np.cumsum([len(codes) for codes in forms], out=offsets[1:])
    return np.concatenate([np.empty(0, np.uint32), *forms]).astype(np.uint32, copy=False), offsets


def windows(codes: Codes, offsets: Ints, k: int, texts: Ints | None = None) -> Windows:
    r"""Return the shingle occurrences of `texts`, or of all.

    >>> from cleaner.dedup.comparison import form
    >>> codes, offsets = flatten([form("奋斗\ufdd0人民群众").codes, form("人民群").codes])     # "strive … the masses"
    >>> found = windows(codes, offsets, 3)
    >>> found.starts.tolist(), found.bounds.tolist(), bool(found.hashes[0] == found.hashes[2])
    ([3, 4, 7], [0, 2, 3], True)
    """
    if texts is None:
        texts = np.arange(len(offsets) - 1, dtype=np.int64)
    hashes, bounds = shingles(codes, offsets, k, texts)
    starts = np.empty(len(hashes), np.int64)
    _place_windows(codes, offsets, texts, k, starts)
    return Windows(hashes, starts, bounds)


def shingles(codes: Codes, offsets: Ints, k: int, texts: Ints | None = None) -> tuple[Hashes, Ints]:
    """Return the hashes and the bounds of `windows` alone, without the places.

    Source: a polynomial over the code points, each through MurmurHash3's 64-bit finaliser (Appleby 2011), the sum
    through it again.

    >>> from cleaner.dedup.comparison import form
    >>> hashes, bounds = shingles(*flatten([form("前进前进前进").codes]), k=2)        # "forward, forward, forward"
    >>> bool(hashes[0] == hashes[2] == hashes[4]), bounds.tolist()
    (True, [0, 5])
    """
    if texts is None:
        texts = np.arange(len(offsets) - 1, dtype=np.int64)
    sizes = offsets[texts + 1] - offsets[texts]
    hashes, bounds = np.empty(int(sizes.sum()), np.uint64), np.zeros(len(texts) + 1, np.int64)
    _hash_windows(codes, offsets, texts, k, np.empty(sizes.max(initial=0), np.uint64), hashes, bounds)
    return hashes[: bounds[-1]], bounds


def shingle_sets(codes: Codes, offsets: Ints, k: int, texts: Ints | None = None) -> tuple[Hashes, Ints]:
    """Return the distinct shingle hashes of `texts`, or of all, each text's ascending, and their bounds.

    Returns:
        values of dtype uint64 and bounds of shape (number of texts + 1,), dtype int64.

    >>> from cleaner.dedup.comparison import form
    >>> _, bounds = shingle_sets(*flatten([form("前进前进前进").codes]), k=2)       # "forward, forward, forward"
    >>> bounds.tolist()
    [0, 2]
    """
    hashes, ends = shingles(codes, offsets, k, texts)
    largest, bounds = int(np.diff(ends).max(initial=0)), np.zeros_like(ends)
    _distinct(hashes, ends, places_for(largest), np.empty(largest, np.uint64), bounds)
    return hashes[: bounds[-1]], bounds


def count_codes(codes: Codes, offsets: Ints, texts: Ints | None = None) -> tuple[Ints, Ints]:
    r"""Return how many letters, marks and numbers, and how many sentinels, each of `texts` has, or each text of all.

    >>> from cleaner.dedup.comparison import form
    >>> texts = ["共\ufdd0人", "谢谢"]                            # "X persons in all", "Thanks"
    >>> [count.tolist() for count in count_codes(*flatten([form(text).codes for text in texts]))]
    [[2, 2], [1, 0]]
    """
    if texts is None:
        texts = np.arange(len(offsets) - 1, dtype=np.int64)
    counts = sweep(lambda first, last: count_masks(codes, offsets, texts[first:last]), codes, offsets, texts)
    masks = np.concatenate([np.empty(0, np.int64), *counts])
    return offsets[texts + 1] - offsets[texts] - masks, masks


def count_masks(codes: Codes, offsets: Ints, texts: Ints) -> Ints:
    """Return how many sentinels each of a few texts has."""
    masks = np.empty(len(texts), np.int64)
    _count_sentinels(codes, offsets, texts, masks)
    return masks


@kernel
def _mix(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> _SHIFT)) * _FMIX_1
    value = (value ^ (value >> _SHIFT)) * _FMIX_2
    return value ^ (value >> _SHIFT)


@kernel
def _hash_run(codes: Codes, k: int, mixed: Hashes, hashes: Hashes) -> int:
    """Write the hashes of all windows of `codes`, which hold no sentinel; return how many there are.

    Horner's rule, one step for all windows at a time: 5 steps of 8 windows an instruction take 1.2 ns a window where
    rolling on from one window to the next, which no vector instruction can, takes 4.3.
    """
    n = len(codes) - k + 1
    if n <= 0:
        return 0
    for i in range(len(codes)):
        mixed[i] = _mix(np.uint64(codes[i]))
    for i in range(n):
        hashes[i] = mixed[i]
    for step in range(1, k):
        here = mixed[step:]
        for i in range(n):
            hashes[i] = hashes[i] * _MULTIPLIER + here[i]
    for i in range(n):
        hashes[i] = _mix(hashes[i])
    return n


@kernel
def _hash_windows(
    codes: Codes, offsets: Ints, texts: Ints, k: int, mixed: Hashes, hashes: Hashes, bounds: Ints
) -> None:
    found = 0
    for row in range(len(texts)):
        at, end = offsets[texts[row]], offsets[texts[row] + 1]
        while at < end:
            first = at
            while at < end and codes[at] != SENTINEL:
                at += 1
            found += _hash_run(codes[first:at], k, mixed, hashes[found:])
            at += 1
        bounds[row + 1] = found


@kernel
def _place_windows(codes: Codes, offsets: Ints, texts: Ints, k: int, starts: Ints) -> None:
    found = 0
    for text in texts:
        run = 0
        for at in range(offsets[text], offsets[text + 1]):
            run = 0 if codes[at] == SENTINEL else run + 1
            if run >= k:
                starts[found] = at - k + 1
                found += 1


@kernel
def _distinct(hashes: Hashes, ends: Ints, places: Codes, ordered: Hashes, bounds: Ints) -> None:
    """Sort each text's hashes, close them up without repeats, all to the front; `bounds` receives the new bounds."""
    kept = 0
    for row in range(len(ends) - 1):
        size = ends[row + 1] - ends[row]
        put_in_order(hashes[ends[row] : ends[row + 1]], places, ordered)
        for i in range(size):  # each is written, and written over if it was a repeat: no branch
            hashes[kept] = ordered[i]
            kept += i + 1 == size or ordered[i] != ordered[i + 1]
        bounds[row + 1] = kept


@kernel
def _count_sentinels(codes: Codes, offsets: Ints, texts: Ints, masks: Ints) -> None:
    for row in range(len(texts)):
        n_masks = 0
        for code in codes[offsets[texts[row]] : offsets[texts[row] + 1]]:
            n_masks += code == SENTINEL
        masks[row] = n_masks
