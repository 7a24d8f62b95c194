"""How is a text's shingle set summed up in a few numbers?

In: comparison forms, flat. Out: MinHash signatures, bit-identical to `datasketch.MinHash(num_perm, seed,
scheme="affine32")` over the low 32 bits of the shingle hashes.

What always holds: the share of equal components of two signatures estimates the Jaccard similarity of the shingle
sets; a signature of a union is the element-wise minimum. A text without a shingle has `EMPTY` everywhere and is
flagged, because two of these would look alike.
"""

from itertools import pairwise

import numpy as np

from cleaner.dedup.kernel import Bools, Codes, Hashes, Ints, Signatures, kernel
from cleaner.dedup.shingle import windows

SCHEME = "affine32"
"""datasketch's name of the permutations; stands in the metadata beside seed, k and num_perm."""

EMPTY = 0xFFFFFFFF

_CHUNK_CODES = 1 << 17
"""Codes hashed at a time: their hashes (2 MB with positions) stay in the cache of a core."""


def permutations(num_perm: int, seed: int) -> tuple[Signatures, Signatures]:
    """Return a and b of the maps h → a·h + b modulo 2^32, each of shape (num_perm,), dtype uint32; a is odd.

    Source: datasketch 2.0, `MinHash._init_permutations`, drawn in the same order from the same generator.
    """
    generator = np.random.RandomState(seed)
    a = generator.randint(0, 1 << 31, num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = generator.randint(0, 1 << 32, num_perm, dtype=np.uint32)
    return a, b


def signatures(
    codes: Codes, offsets: Ints, k: int, num_perm: int, seed: int, texts: Ints | None = None
) -> tuple[Signatures, Bools]:
    """Return the signatures of `texts`, or of all, and whether each has one.

    Returns:
        shape (N, num_perm), dtype uint32, and shape (N,), dtype bool.

    Source: Broder 1997, "On the resemblance and containment of documents"; datasketch 2.0 for the permutations.

    >>> from cleaner.dedup.exact import form
    >>> from cleaner.dedup.shingle import flatten
    >>> texts = ["全面建设社会主义现代化国家", "全面建设社会主义现代化强国", "谢谢"]   # "Build a modern …"
    >>> sketch, has_signature = signatures(*flatten([form(text).codes for text in texts]), k=5, num_perm=128, seed=1)
    >>> float((sketch[0] == sketch[1]).mean()), has_signature.tolist()       # the Jaccard similarity is 7/11 = 0.64
    (0.625, [True, True, False])
    """
    if texts is None:
        texts = np.arange(len(offsets) - 1, dtype=np.int64)
    a, b = permutations(num_perm, seed)
    result = np.full((len(texts), num_perm), EMPTY, np.uint32)
    has_signature = np.zeros(len(texts), np.bool_)
    for first, last in _chunks(offsets[texts + 1] - offsets[texts]):
        found = windows(codes, offsets, k, texts[first:last])
        _sketch_texts(found.hashes, found.bounds, a, b, result[first:last])
        has_signature[first:last] = np.diff(found.bounds) > 0
    return result, has_signature


def paragraph_signatures(
    codes: Codes, offsets: Ints, breaks: Ints, k: int, num_perm: int, seed: int
) -> tuple[Signatures, Bools, Signatures, Bools]:
    """Return the signatures of whole texts and of their paragraphs; each shingle is hashed and permuted once.

    Args:
        breaks: shape (P + 1,), dtype int64, not decreasing, ends with `len(codes)`; paragraph i is
            `codes[breaks[i]:breaks[i + 1]]`. Every text begins at one of them.

    Returns:
        What `signatures` returns for the texts, then the same for the P paragraphs: a text's signature is the minimum
        of its paragraphs' and of the shingles that cross a boundary.
    """
    a, b = permutations(num_perm, seed)
    n_texts, n_paragraphs = len(offsets) - 1, len(breaks) - 1
    whole = np.full((n_texts, num_perm), EMPTY, np.uint32)
    parts = np.full((n_paragraphs, num_perm), EMPTY, np.uint32)
    has_whole, has_part = np.zeros(n_texts, np.bool_), np.zeros(n_paragraphs, np.bool_)
    row_of = np.searchsorted(breaks, offsets, side="left")
    row_of[-1] = n_paragraphs
    for first, last in _chunks(np.diff(offsets)):
        found = windows(codes, offsets, k, np.arange(first, last))
        _sketch_paragraphs(
            found.hashes, found.starts, found.bounds, k, a, b, breaks, row_of[first : last + 1],
            whole[first:last], parts, has_part,
        )  # fmt: skip
        has_whole[first:last] = np.diff(found.bounds) > 0
    return whole, has_whole, parts, has_part


def _chunks(lengths: Ints) -> list[tuple[int, int]]:
    """Cut the rows into stretches of about `_CHUNK_CODES` codes, at least one row each."""
    chunk = np.cumsum(lengths) // _CHUNK_CODES
    cuts = np.flatnonzero(np.diff(chunk)) + 1
    edges = [0, *cuts.tolist(), len(lengths)]
    return [(first, last) for first, last in pairwise(edges) if first < last]


@kernel
def _premix(value: np.uint64) -> np.uint32:
    # numba makes uint32 * uint32 a uint64: without the casts the high half stays and every minimum is wrong.
    h = np.uint32(value & np.uint64(0xFFFFFFFF))
    h = np.uint32(np.uint32(h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    h = np.uint32(np.uint32(h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@kernel
def _lower(hashes: Hashes, first: int, last: int, a: Signatures, b: Signatures, signature: Signatures) -> None:
    """Lower `signature` to the minimum with the permuted hashes from `first` to `last`."""
    at = first
    while at + 4 <= last:  # four a turn: the permutations are then loaded once for four shingles
        h0, h1 = _premix(hashes[at]), _premix(hashes[at + 1])
        h2, h3 = _premix(hashes[at + 2]), _premix(hashes[at + 3])
        for p in range(len(a)):
            v0, v1 = np.uint32(a[p] * h0 + b[p]), np.uint32(a[p] * h1 + b[p])
            v2, v3 = np.uint32(a[p] * h2 + b[p]), np.uint32(a[p] * h3 + b[p])
            signature[p] = min(signature[p], min(min(v0, v1), min(v2, v3)))
        at += 4
    for rest in range(at, last):
        h0 = _premix(hashes[rest])
        for p in range(len(a)):
            signature[p] = min(signature[p], np.uint32(a[p] * h0 + b[p]))


@kernel
def _sketch_texts(hashes: Hashes, bounds: Ints, a: Signatures, b: Signatures, result: Signatures) -> None:
    for row in range(len(result)):
        _lower(hashes, bounds[row], bounds[row + 1], a, b, result[row])


@kernel
def _sketch_paragraphs(
    hashes: Hashes, starts: Ints, bounds: Ints, k: int, a: Signatures, b: Signatures, breaks: Ints, row_of: Ints,
    whole: Signatures, parts: Signatures, has_part: Bools,
) -> None:  # fmt: skip
    for text in range(len(whole)):
        at, last = bounds[text], bounds[text + 1]
        for row in range(row_of[text], row_of[text + 1]):
            inside = at
            while inside < last and starts[inside] + k <= breaks[row + 1]:
                inside += 1
            across = inside
            while across < last and starts[across] < breaks[row + 1]:
                across += 1
            if inside > at:
                _lower(hashes, at, inside, a, b, parts[row])
                has_part[row] = True
                for p in range(len(a)):
                    whole[text, p] = min(whole[text, p], parts[row, p])
            _lower(hashes, inside, across, a, b, whole[text])
            at = across
