"""How is a text's shingle set summed up in a few numbers?

In: comparison forms, flat. Out: MinHash signatures, bit-identical to `datasketch.MinHash(num_perm, seed,
scheme="affine32")` over the low 32 bits of the shingle hashes.

What always holds: the share of equal components of two signatures estimates the Jaccard similarity of the shingle
sets; a signature of a union is the element-wise minimum. A text without a shingle has `EMPTY` everywhere and is
flagged, because two of these would look alike.
"""

from functools import cache

import numpy as np

from cleaner.dedup.batches import Allocate, sweep
from cleaner.dedup.kernel import Bools, Codes, Hashes, Ints, Signatures, kernel
from cleaner.dedup.shingle import shingles

SCHEME = "affine32"
"""datasketch's name of the permutations; stands in the metadata beside seed, k and num_perm."""

EMPTY = 0xFFFFFFFF


@cache
def permutations(num_perm: int, seed: int) -> tuple[Signatures, Signatures]:
    """Return a and b of the maps h → a·h + b modulo 2^32, each of shape (num_perm,), dtype uint32; a is odd.

    Source: datasketch 2.0, `MinHash._init_permutations`, drawn in the same order from the same generator.
    """
    generator = np.random.RandomState(seed)
    a = generator.randint(0, 1 << 31, num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = generator.randint(0, 1 << 32, num_perm, dtype=np.uint32)
    return a, b


def signatures(
    codes: Codes, offsets: Ints, k: int, num_perm: int, seed: int, texts: Ints | None = None,
    allocate: Allocate = np.zeros,
) -> tuple[Signatures, Bools]:  # fmt: skip
    """Return the signatures of `texts`, or of all, and whether each has one.

    Args:
        allocate: what gives the array for the signatures; it may map a file.

    Returns:
        shape (N, num_perm), dtype uint32, and shape (N,), dtype bool.

    Source: Broder 1997, "On the resemblance and containment of documents"; datasketch 2.0 for the permutations.

    >>> from cleaner.dedup.comparison import form
    >>> from cleaner.dedup.shingle import flatten
    >>> texts = ["全面建设社会主义现代化国家", "全面建设社会主义现代化强国", "谢谢"]   # "Build a modern …"
    >>> sketch, has_signature = signatures(*flatten([form(text).codes for text in texts]), k=5, num_perm=128, seed=1)
    >>> float((sketch[0] == sketch[1]).mean()), has_signature.tolist()       # the Jaccard similarity is 7/11 = 0.64
    (0.625, [True, True, False])
    """
    if texts is None:
        texts = np.arange(len(offsets) - 1, dtype=np.int64)
    a, b = permutations(num_perm, seed)
    result = allocate((len(texts), num_perm), np.uint32)
    has_signature = np.zeros(len(texts), np.bool_)

    def sketch(first: int, last: int) -> None:
        hashes, bounds = shingles(codes, offsets, k, texts[first:last])
        premixed = np.empty(np.diff(bounds).max(initial=0), np.uint32)
        _sketch_texts(hashes, bounds, a, b, premixed, result[first:last])
        has_signature[first:last] = np.diff(bounds) > 0

    sweep(sketch, codes, offsets, texts, result)
    return result, has_signature


def count_equal(signatures: Signatures, rows_a: Ints, rows_b: Ints) -> Ints:
    """Return the number of equal components of each pair of rows, shape (n,); over num_perm it estimates Jaccard."""
    equal = np.zeros(len(rows_a), np.int64)
    _count_pairs(signatures, rows_a, rows_b, equal)
    return equal


@kernel
def _premix(value: np.uint64) -> np.uint32:
    # numba makes uint32 * uint32 a uint64: without the casts the high half stays and every minimum is wrong.
    h = np.uint32(value & np.uint64(0xFFFFFFFF))
    h = np.uint32(np.uint32(h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    h = np.uint32(np.uint32(h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@kernel
def _lower(premixed: Signatures, a: Signatures, b: Signatures, signature: Signatures) -> None:
    """Lower `signature` to the minimum with the permuted hashes."""
    at = 0
    while at + 8 <= len(premixed):  # eight a turn: a, b and the signature are then loaded once for eight shingles
        h0, h1, h2, h3 = premixed[at], premixed[at + 1], premixed[at + 2], premixed[at + 3]
        h4, h5, h6, h7 = premixed[at + 4], premixed[at + 5], premixed[at + 6], premixed[at + 7]
        for p in range(len(a)):
            least = min(signature[p], np.uint32(a[p] * h0 + b[p]))
            least = min(least, np.uint32(a[p] * h1 + b[p]))
            least = min(least, np.uint32(a[p] * h2 + b[p]))
            least = min(least, np.uint32(a[p] * h3 + b[p]))
            least = min(least, np.uint32(a[p] * h4 + b[p]))
            least = min(least, np.uint32(a[p] * h5 + b[p]))
            least = min(least, np.uint32(a[p] * h6 + b[p]))
            signature[p] = min(least, np.uint32(a[p] * h7 + b[p]))
        at += 8
    for h in premixed[at:]:
        for p in range(len(a)):
            signature[p] = min(signature[p], np.uint32(a[p] * h + b[p]))


@kernel
def _sketch_texts(
    hashes: Hashes, bounds: Ints, a: Signatures, b: Signatures, premixed: Signatures, result: Signatures
) -> None:
    for row in range(len(result)):
        own = hashes[bounds[row] : bounds[row + 1]]
        for i in range(len(own)):
            premixed[i] = _premix(own[i])
        result[row] = EMPTY
        _lower(premixed[: len(own)], a, b, result[row])


@kernel
def equal_components(x: Signatures, y: Signatures) -> int:
    """Return how many components of two signatures are equal."""
    equal = 0
    for p in range(len(x)):
        equal += x[p] == y[p]
    return equal


@kernel
def _count_pairs(signatures: Signatures, rows_a: Ints, rows_b: Ints, equal: Ints) -> None:
    for pair in range(len(rows_a)):
        equal[pair] = equal_components(signatures[rows_a[pair]], signatures[rows_b[pair]])
