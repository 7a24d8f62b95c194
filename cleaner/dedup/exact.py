"""When are two texts the same text?

In: comparison forms, one after another. Out: a digest of each; groups of equal digests. What always holds: an empty
form belongs to no group: two texts without a letter are not copies of each other.
"""

import numpy as np

from cleaner.dedup.batches import sweep
from cleaner.dedup.kernel import Codes, Hashes, Ints, kernel

_LANE_1, _LANE_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_FMIX_1, _FMIX_2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(33)


def digests(codes: Codes, offsets: Ints, texts: Ints | None = None) -> Hashes:
    """Return the digests of `texts`, or of all; equal forms, and only they, have equal digests.

    Returns:
        Shape (number of texts, 2), dtype uint64; of an empty form zeros.

    Source: the sum over all places of what MurmurHash3's 64-bit finaliser (Appleby 2011) makes of code and place, in
    two lanes. No place waits for the one before it, so that vector instructions take 8 at a time; a rearrangement of
    a text has other places, and another digest, as it might not with a polynomial modulo 2^64.

    >>> from cleaner.dedup.comparison import form
    >>> codes = np.concatenate([form("同志们：").codes, form("同志们").codes])           # "Comrades:" and "Comrades"
    >>> one, other = digests(codes, np.array([0, 3, 6]))
    >>> bool((one == other).all())
    True
    """
    if texts is None:
        texts = np.arange(len(offsets) - 1, dtype=np.int64)
    result = np.zeros((len(texts), 2), np.uint64)
    sweep(
        lambda first, last: _digest_texts(codes, offsets, texts[first:last], result[first:last]), codes, offsets, texts
    )
    return result


def groups(keys: Hashes) -> Ints:
    """Return for each text the index of the first one with the same digest, its own if there is none.

    Returns:
        Shape (N,), dtype int64. A text with an empty form has its own index.

    >>> from cleaner.dedup.comparison import form
    >>> forms = [form(text).codes for text in ("同志们：", "。", "谢谢", "同志们", "！")]     # "Comrades:" … "Thanks"
    >>> bounds = np.cumsum([0] + [len(codes) for codes in forms])
    >>> groups(digests(np.concatenate(forms), bounds)).tolist()
    [0, 1, 2, 0, 4]
    """
    first = np.arange(len(keys), dtype=np.int64)
    if not len(keys):
        return first
    order = np.lexsort((keys[:, 1], keys[:, 0]))  # stable: of equal digests the first index comes first
    ordered = keys[order]
    begins = np.concatenate(([True], (ordered[1:] != ordered[:-1]).any(axis=1)))
    first[order] = order[begins][np.cumsum(begins) - 1]
    return np.where((keys == 0).all(axis=1), np.arange(len(keys)), first)


@kernel
def _finish(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> _SHIFT)) * _FMIX_1
    value = (value ^ (value >> _SHIFT)) * _FMIX_2
    return value ^ (value >> _SHIFT)


@kernel
def _digest_texts(codes: Codes, offsets: Ints, texts: Ints, result: Hashes) -> None:
    """Fill `result`; 128 bits: the chance of one false pair among 10^9 texts is 10^-21 (birthday bound n²/2^129)."""
    for row in range(len(texts)):
        text = codes[offsets[texts[row]] : offsets[texts[row] + 1]]
        one, other = np.uint64(0), np.uint64(0)
        for at in range(len(text)):
            placed = np.uint64(at) << np.uint64(32) | np.uint64(text[at])
            one += _finish(placed ^ _LANE_1)
            other += _finish(placed ^ _LANE_2)
        result[row, 0], result[row, 1] = one, other
