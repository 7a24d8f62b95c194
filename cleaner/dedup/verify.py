"""How similar are two texts exactly?

In: comparison forms, flat, and pairs of them. Out: for each pair the values that decide and are published.

Everything is over sets of 64-bit shingle hashes. `jaccard` and `plain_containment` are the plain values. `similarity`
and `containment` are the same over what remains when each text's words that lie opposite a mask of the other are left
out (`align.py`); they are defined only if half of each text's set remains, else they are the plain values. What always
holds: without masks both kinds are equal; two texts without a shingle have similarity 0; a pair that reaches neither
the floor nor the containment threshold is given as such and has 0 everywhere, since its comparison may stop early.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.align import compare_masked, index_texts
from cleaner.dedup.batches import copied, in_threads
from cleaner.dedup.components import components
from cleaner.dedup.kernel import Bools, Codes, Floats, Hashes, Ints, kernel
from cleaner.dedup.shingle import count_masks, shingle_sets

COPIED_CODES = 1 << 22
"""Code points of the texts that are copied out of a mapped file at a time: 16 MB."""
BATCH_CODES = 1 << 17
"""Code points of the texts whose sets a thread has in memory: 1 MB of hashes, 4 MB with an index."""
_NONE = np.empty(0, np.int64)


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
        is_reached: bool, whether similarity ≥ floor or containment ≥ the containment threshold.
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
    is_reached: Bools

    def __len__(self) -> int:
        return len(self.a)

    def take(self, chosen: Ints | Bools) -> "Verified":
        """Return the pairs at these indices, or where `chosen` is true."""
        return Verified(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @staticmethod
    def concatenate(parts: "list[Verified]") -> "Verified":
        """Return all pairs of `parts`, one after another."""
        parts = [*parts, _verified(_NONE, _NONE, np.empty((0, 8), np.int64), 1.0, 1.0)]
        return Verified(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Verified)))


def verify(codes: Codes, offsets: Ints, a: Ints, b: Ints, k: int, floor: float, containment: float) -> Verified:
    r"""Return the exact values of the pairs (a[i], b[i]), in their order.

    Args:
        floor, containment: a pair with similarity under the first and containment under the second is not worth
            publishing; its comparison stops as soon as that is certain. With floor 0 every pair is compared to the end.

    >>> from cleaner.dedup.comparison import form
    >>> from cleaner.dedup.shingle import flatten
    >>> texts = ["去年全县生产总值增长百分之\ufdd0，财政收入再创新高。",     # "Output grew by X %, …"
    ...          "去年全县生产总值增长百分之九点五，财政收入再创新高。"]        # "… by nine point five %, …"
    >>> pairs = verify(*flatten([form(text).codes for text in texts]), np.array([0]), np.array([1]), 5, 0.4, 0.9)
    >>> pairs.similarity.tolist(), pairs.jaccard.tolist(), pairs.masks_a.tolist(), pairs.masks_b.tolist()
    ([1.0], [0.65], [1], [0])
    """
    counts = np.zeros((len(a), 8), np.int64)
    texts, row_a, row_b = _numbered(a, b)
    for pairs in batches(offsets[texts + 1] - offsets[texts], row_a, row_b, COPIED_CODES):
        rows, own_a, own_b = _numbered(row_a[pairs], row_b[pairs])
        counts[pairs] = _counts(*copied(codes, offsets, texts[rows]), own_a, own_b, k, floor, containment)
    return _verified(a, b, counts, floor, containment)


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
                own, x, y = _numbered(a[chosen], b[chosen])
                counts[chosen] = compare_kind(codes, offsets, k, own, x, y, floor, containment)

    for _ in in_threads(compare, batches(np.diff(offsets), a, b, BATCH_CODES)):
        pass
    return counts


def _numbered(a: Ints, b: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the texts of some pairs, ascending, and the pairs by their places among these."""
    texts = np.unique(np.concatenate((a, b)))  # with its inverse it sorts all of them, which takes as long again
    return texts, np.searchsorted(texts, a), np.searchsorted(texts, b)


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


def _verified(a: Ints, b: Ints, counts: Ints, floor: float, containment: float) -> Verified:
    """Return the values that follow from the counts of `_compare_plain` and `compare_masked`."""
    # Nine of ten pairs of short texts stop early: they have zeros, which nobody writes and which take no memory.
    done = np.flatnonzero(counts.any(axis=1))
    plain, plain_a, plain_b, shared, size_a, size_b, masks_a, masks_b = counts[done].T.copy()

    def ratio(part: Ints, whole: Ints) -> Floats:
        return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)

    similarity = ratio(shared, size_a + size_b - shared)
    contained = ratio(shared, np.minimum(size_a, size_b))
    reached = (similarity >= floor) | (contained >= containment)

    def of_all(values: NDArray[Any]) -> NDArray[Any]:
        result = np.zeros(len(a), values.dtype)
        result[done[reached]] = values[reached]
        return result

    is_reached = np.full(len(a), floor <= 0.0)
    is_reached[done] = reached
    return Verified(
        a=a,
        b=b,
        similarity=of_all(similarity),
        jaccard=of_all(ratio(plain, plain_a + plain_b - plain)),
        containment=of_all(contained),
        plain_containment=of_all(ratio(plain, np.minimum(plain_a, plain_b))),
        masks_a=of_all(masks_a),
        masks_b=of_all(masks_b),
        size_a=of_all(size_a),
        size_b=of_all(size_b),
        plain_size_a=of_all(plain_a),
        plain_size_b=of_all(plain_b),
        is_reached=is_reached,
    )


def batches(lengths: Ints, a: Ints, b: Ints, n_codes: int) -> list[Ints]:
    """Cut the pairs into batches whose texts have about `n_codes` codes in all; each text is in a pair.

    Pairs of one connected component stand together, so that the set of a text is made once and not once a batch.
    """
    if int(lengths.sum()) <= n_codes:
        return [np.arange(len(a))] if len(a) else []
    order = np.argsort(components(np.arange(len(lengths)), a, b)[a], kind="stable")
    ends = np.zeros(len(order), np.bool_)
    _cut(lengths, a[order], b[order], n_codes, np.full(len(lengths), -1), ends)
    return np.split(order, np.flatnonzero(ends)[:-1] + 1)


@kernel
def _cut(lengths: Ints, a: Ints, b: Ints, budget: int, batch_of: Ints, ends: Bools) -> None:
    """Set `ends[i]` where a batch ends with pair i; `batch_of` holds the last batch of each text, at first -1."""
    batch, used = 0, 0
    for pair in range(len(a)):
        new = lengths[a[pair]] * (batch_of[a[pair]] != batch) + lengths[b[pair]] * (batch_of[b[pair]] != batch)
        if used and used + new > budget:
            ends[pair - 1] = True
            batch, used = batch + 1, 0
            new = lengths[a[pair]] + lengths[b[pair]]
        batch_of[a[pair]] = batch_of[b[pair]] = batch
        used += new
    ends[len(a) - 1] = True


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
