"""How similar are two texts exactly?

In: comparison forms, flat, and pairs of them. Out: for each pair the values that decide and are published.

Everything is over sets of 64-bit shingle hashes. `jaccard` and `plain_containment` are the plain values. `similarity`
and `containment` are the same over what remains when each text's words that lie opposite a mask of the other are left
out (`align.py`); they are defined only if half of each text's set remains, else they are the plain values. What always
holds: without masks both kinds are equal; two texts without a shingle have similarity 0; a pair that reaches neither
the floor nor the containment threshold is left out, and its comparison may stop early.
"""

from dataclasses import dataclass, fields

import numpy as np

from cleaner.dedup.align import compare_masked, index_texts
from cleaner.dedup.batches import copied, in_threads
from cleaner.dedup.kernel import Bools, Codes, Floats, Hashes, Ints, kernel
from cleaner.dedup.portions import numbered, portions
from cleaner.dedup.shingle import count_masks, shingle_sets

COPIED_CODES = 1 << 22
"""Code points of the texts that are copied out of a mapped file at a time: 16 MB."""
BATCH_CODES = 1 << 17
"""Code points of the texts whose sets a thread has in memory: 1 MB of hashes, 4 MB with an index."""
_NONE, _NO_COUNTS = np.empty(0, np.int64), np.empty((0, 8), np.int64)


@dataclass(frozen=True, slots=True)
class Verified:
    """Exactly compared pairs; every array has shape (n,).

    Args:
        a, b: int64, indices of texts.
        similarity, jaccard, containment, plain_containment: float64, in [0, 1].
        masks_a: int64, how many masks of a lie opposite real words of b; `masks_b` the other way round. Masks with
            fewer than k characters between them count as one.
        size_a, size_b: int64, distinct shingles that `similarity` and `containment` are over.
        plain_size_a, plain_size_b: int64, distinct shingles of each text.
    """

    a: Ints
    b: Ints
    similarity: Floats
    jaccard: Floats
    containment: Floats
    plain_containment: Floats
    masks_a: Ints
    masks_b: Ints
    size_a: Ints
    size_b: Ints
    plain_size_a: Ints
    plain_size_b: Ints

    def __len__(self) -> int:
        return len(self.a)

    def take(self, chosen: Ints | Bools) -> "Verified":
        """Return the pairs at these indices, or where `chosen` is true."""
        return Verified(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @staticmethod
    def concatenate(parts: "list[Verified]") -> "Verified":
        """Return all pairs of `parts`, one after another."""
        parts = [*parts, _verified(_NONE, _NONE, _NO_COUNTS)]
        return Verified(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Verified)))


def verify(
    codes: Codes, offsets: Ints, a: Ints, b: Ints, k: int, floor: float, containment: float, rows: Ints | None = None
) -> Verified:
    r"""Return those of the pairs (a[i], b[i]) that reach a threshold, in their order, with their exact values.

    Args:
        floor, containment: a pair with similarity under the first and containment under the second is not worth
            publishing; its comparison stops as soon as that is certain. With floor 0 every pair is.
        rows: text i is `codes[offsets[rows[i]]:offsets[rows[i] + 1]]`; that of row i if they are not given.

    >>> from cleaner.dedup.comparison import form
    >>> from cleaner.dedup.shingle import flatten
    >>> texts = ["去年全县生产总值增长百分之\ufdd0，财政收入再创新高。",     # "Output grew by X %, …"
    ...          "去年全县生产总值增长百分之九点五，财政收入再创新高。"]        # "… by nine point five %, …"
    >>> pairs = verify(*flatten([form(text).codes for text in texts]), np.array([0]), np.array([1]), 5, 0.4, 0.9)
    >>> pairs.similarity.tolist(), pairs.jaccard.tolist(), pairs.masks_a.tolist(), pairs.masks_b.tolist()
    ([1.0], [0.65], [1], [0])
    """
    texts, row_a, row_b = numbered(a, b)
    own = texts if rows is None else rows[texts]
    places, counts = [_NONE], [_NO_COUNTS]
    for pairs in portions(offsets[own + 1] - offsets[own], row_a, row_b, COPIED_CODES):
        here, own_a, own_b = numbered(row_a[pairs], row_b[pairs])
        found = _counts(*copied(codes, offsets, own[here]), own_a, own_b, k, floor, containment)
        is_reached = (_similarity(found) >= floor) | (_containment(found) >= containment)
        places.append(pairs[is_reached])
        counts.append(found[is_reached])
    reached, values = np.concatenate(places), np.concatenate(counts)
    order = np.argsort(reached)
    return _verified(a[reached[order]], b[reached[order]], values[order])


def _counts(codes: Codes, offsets: Ints, a: Ints, b: Ints, k: int, floor: float, containment: float) -> Ints:
    """Return what `_compare_plain` and `compare_masked` count of pairs of texts in memory."""
    counts, has_mask = np.zeros((len(a), 8), np.int64), count_masks(codes, offsets, np.arange(len(offsets) - 1)) > 0
    is_masked = has_mask[a] | has_mask[b]

    def compare(pairs: Ints) -> None:
        for compare_kind, chosen in (
            (_compare_sets, pairs[~is_masked[pairs]]),
            (_compare_indices, pairs[is_masked[pairs]]),
        ):
            if len(chosen):
                own, x, y = numbered(a[chosen], b[chosen])
                counts[chosen] = compare_kind(codes, offsets, k, own, x, y, floor, containment)

    for _ in in_threads(compare, portions(np.diff(offsets), a, b, BATCH_CODES)):
        pass
    return counts


def _compare_sets(
    codes: Codes, offsets: Ints, k: int, texts: Ints, a: Ints, b: Ints, floor: float, containment: float
) -> Ints:
    result = np.zeros((len(a), 8), np.int64)
    values, bounds = shingle_sets(codes, offsets, k, texts)
    _compare_plain(values, bounds, a, b, floor, containment, result)
    return result


def _compare_indices(
    codes: Codes, offsets: Ints, k: int, texts: Ints, a: Ints, b: Ints, floor: float, containment: float
) -> Ints:
    result = np.zeros((len(a), 8), np.int64)
    compare_masked(codes, k, index_texts(codes, offsets, k, texts), a, b, floor, containment, result)
    return result


def _similarity(counts: Ints) -> Floats:
    return _ratio(counts[:, 3], counts[:, 4] + counts[:, 5] - counts[:, 3])


def _containment(counts: Ints) -> Floats:
    return _ratio(counts[:, 3], np.minimum(counts[:, 4], counts[:, 5]))


def _ratio(part: Ints, whole: Ints) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _verified(a: Ints, b: Ints, counts: Ints) -> Verified:
    """Return the values that follow from the counts of `_compare_plain` and `compare_masked`."""
    plain, plain_a, plain_b, _, size_a, size_b, masks_a, masks_b = counts.T.copy()
    return Verified(
        a=a,
        b=b,
        similarity=_similarity(counts),
        jaccard=_ratio(plain, plain_a + plain_b - plain),
        containment=_containment(counts),
        plain_containment=_ratio(plain, np.minimum(plain_a, plain_b)),
        masks_a=masks_a,
        masks_b=masks_b,
        size_a=size_a,
        size_b=size_b,
        plain_size_a=plain_a,
        plain_size_b=plain_b,
    )


@kernel
def _needed(size_a: int, size_b: int, floor: float, containment: float) -> int:
    """Return the least number of shared shingles with which the pair reaches a threshold, or more than there are."""
    smaller = min(size_a, size_b)
    if smaller == 0:
        return 0
    by_floor = max(0, int(floor / (1.0 + floor) * (size_a + size_b)) - 2)
    while by_floor <= smaller and by_floor / (size_a + size_b - by_floor) < floor:
        by_floor += 1
    by_containment = max(0, int(containment * smaller) - 2)
    while by_containment <= smaller and by_containment / smaller < containment:
        by_containment += 1
    return min(by_floor, by_containment)


@kernel
def _count_shared(x: Hashes, y: Hashes, needed: int) -> int:
    """Return how many values two ascending arrays share, or -1 once `needed` is out of reach."""
    shared, i, j = 0, np.uint64(0), np.uint64(0)  # unsigned, so that no look asks whether it counts from the end
    while True:
        # Each step passes a value of one side or of both: so many steps can run without a look at the ends.
        steps = int(min(len(x) - np.int64(i), len(y) - np.int64(j)))
        if shared + steps < needed:
            return -1
        if steps == 0:
            return shared
        for _ in range(min(steps, 256)):
            u, v = x[i], y[j]
            i += np.uint64(u <= v)
            j += np.uint64(v <= u)
            shared += u == v


@kernel
def _compare_plain(
    values: Hashes, bounds: Ints, row_a: Ints, row_b: Ints, floor: float, containment: float, result: Ints
) -> None:
    """Fill `result` with shared, size_a, size_b twice and no masks; with zeros where neither threshold is reached."""
    for pair in range(len(row_a)):
        first_a, end_a = bounds[row_a[pair]], bounds[row_a[pair] + 1]
        first_b, end_b = bounds[row_b[pair]], bounds[row_b[pair] + 1]
        size_a, size_b = end_a - first_a, end_b - first_b
        needed = _needed(size_a, size_b, floor, containment)
        shared = _count_shared(values[first_a:end_a], values[first_b:end_b], needed)
        if shared >= 0:
            result[pair, 0] = result[pair, 3] = shared
            result[pair, 1] = result[pair, 4] = size_a
            result[pair, 2] = result[pair, 5] = size_b
