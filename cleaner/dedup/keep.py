"""Which texts stay?

In: verified pairs and the keep order. Out: for each text the kept one it yields to, why, and their exact values.

One pass in keep order. What always holds: a text is dropped if and only if an earlier *kept* text is alike enough or
contains it; each dropped text is verified against the very text that stays, never through a chain; the result does
not depend on the order in which pairs are given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.kernel import Bools, Floats, Ints, kernel
from cleaner.dedup.verify import Verified
from cleaner.errors import ConfigError

CRITERIA = ("most-text", "fewest-placeholders", "first")

REASONS = ("kept", "exact", "near-duplicate", "contained", "decision")
"""What the numbers in `Fates.reason` mean."""

KEPT, EXACT, NEAR_DUPLICATE, CONTAINED, DECISION = range(5)


@dataclass(frozen=True, slots=True)
class Fates:
    """What becomes of each text; every array has shape (N,).

    Args:
        kept_of: int64, the kept text it yields to; its own index if it is kept, -1 if a decision drops it for none.
        reason: uint8, an index into `REASONS`.
        similarity, jaccard, containment: float64, of the text and `kept_of`; 0 if it is kept, NaN if that is -1.
    """

    kept_of: Ints
    reason: NDArray[np.uint8]
    similarity: Floats
    jaccard: Floats
    containment: Floats


def keep_order(
    n_unmasked: Ints,
    n_placeholders: Ints,
    sources: Sequence[str],
    ordinals: Ints,
    keep: Sequence[str] = CRITERIA,
) -> Ints:
    """Return the texts in keep order: who comes first stays. Where all of `keep` is equal, `first` decides.

    Args:
        n_unmasked: letters, marks and numbers of the comparison form, sentinels not counted; most first.
        n_placeholders: fewest first.
        sources, ordinals: `first` is by the source's UTF-8 bytes, then by the ordinal.

    Returns:
        A permutation of 0 … N-1, dtype int64.

    Raises:
        ConfigError: `keep` names an unknown criterion.

    >>> sources = ["甲.txt", "乙.txt", "乙.txt"]                    # "first" and "second", as files are called
    >>> keep_order(np.array([90, 120, 120]), np.array([0, 2, 0]), sources, np.array([0, 0, 1])).tolist()
    [2, 1, 0]
    """
    for criterion in keep:
        if criterion not in CRITERIA:
            raise ConfigError("dedup.keep", repr(criterion), ", ".join(CRITERIA), "choose among them")
    # Code points and UTF-8 bytes sort alike: RFC 3629, section 1.
    place_by_source = {source: place for place, source in enumerate(sorted(set(sources)))}
    places = np.array([place_by_source[source] for source in sources], np.int64)
    keys_by_criterion = {
        "most-text": [-np.asarray(n_unmasked)],
        "fewest-placeholders": [np.asarray(n_placeholders)],
        "first": [places, np.asarray(ordinals)],
    }
    keys = [key for criterion in (*keep, "first") for key in keys_by_criterion[criterion]]
    return np.lexsort(keys[::-1]).astype(np.int64)


def paragraph_threshold(n_shingles: Ints, threshold: float, k: int, floor: float = 0.0) -> Floats:
    """Return for texts of so many distinct shingles the similarity from which two of them are one.

    One changed character takes k of m shingles away and adds k: m-k of m+k are shared. Where that is less than
    `threshold` it is the threshold, so that one edit in a short paragraph still matches. It is never under `floor`,
    if `threshold` is not: with m near k two texts would match that share one shingle.

    Source: measured, one edit in 21 characters gives 0.55 at k = 5.

    >>> paragraph_threshold(np.array([17, 100]), 0.6, 5).round(2).tolist()
    [0.55, 0.6]
    """
    m = np.asarray(n_shingles, np.float64)
    return np.maximum(np.minimum(threshold, (m - k) / (m + k)), min(floor, threshold))


def verdicts(
    pairs: Verified,
    rank: Ints,
    lengths: Ints,
    threshold: float | Floats,
    containment: float,
    length_ratio: float,
) -> NDArray[np.uint8]:
    """Return for each pair as what its later text goes if the earlier one is kept: an index into `REASONS`, 0 for not.

    Args:
        rank: shape (N,), dtype int64, the place of each text in keep order.
        lengths: shape (N,), dtype int64, unmasked code points.
        threshold: τ, or one for each text; of a pair the larger counts.
        containment: τ_c, on sets of which the later text's is not the larger.
        length_ratio: a contained text is at most this share of the other's length.

    A value that only words left out opposite masks bring about counts only if the earlier text has no more masks
    opposite real words than the later: a masked form is no ground to merge two real speeches with different facts.
    """
    is_swapped = rank[pairs.a] > rank[pairs.b]

    def later(x: Ints, y: Ints) -> Ints:
        return np.where(is_swapped, x, y)

    def earlier(x: Ints, y: Ints) -> Ints:
        return np.where(is_swapped, y, x)

    per_text = np.broadcast_to(np.asarray(threshold, np.float64), lengths.shape)
    tau = np.maximum(per_text[pairs.a], per_text[pairs.b])
    may_mask = earlier(pairs.masks_a, pairs.masks_b) <= later(pairs.masks_a, pairs.masks_b)

    def contains(value: Floats, size_a: Ints, size_b: Ints) -> Bools:
        return (value >= containment) & (later(size_a, size_b) <= earlier(size_a, size_b))

    is_short = later(lengths[pairs.a], lengths[pairs.b]) <= length_ratio * earlier(lengths[pairs.a], lengths[pairs.b])
    by_plain = contains(pairs.plain_containment, pairs.plain_size_a, pairs.plain_size_b)
    is_near = (pairs.similarity >= tau) & ((pairs.jaccard >= tau) | may_mask)
    is_contained = contains(pairs.containment, pairs.size_a, pairs.size_b) & is_short & (by_plain | may_mask)
    is_near &= pairs.a != pairs.b
    is_contained &= pairs.a != pairs.b
    return np.where(is_near, NEAR_DUPLICATE, np.where(is_contained, CONTAINED, KEPT)).astype(np.uint8)


def least_similarity(
    earlier: Ints, later: Ints, lengths: Ints, threshold: float | Floats, containment: float, length_ratio: float
) -> Floats:
    """Return for each pair of texts without masks the Jaccard similarity under which the earlier cannot drop the later.

    Args:
        lengths, threshold, containment, length_ratio: as in `verdicts`; a length stands for the number of shingles.

    A contained text of s shingles shares at least τ_c s with one of l, so that the two are alike by τ_c s / (s + l -
    τ_c s); one that is too long to be dropped as contained has to be as near as τ.

    >>> earlier, later, lengths = np.array([0, 0]), np.array([1, 2]), np.array([200, 100, 180])
    >>> least_similarity(earlier, later, lengths, 0.6, 0.9, 0.8).round(2).tolist()
    [0.43, 0.6]
    """
    per_text = np.broadcast_to(np.asarray(threshold, np.float64), lengths.shape)
    tau = np.maximum(per_text[earlier], per_text[later])
    short, long = lengths[later], lengths[earlier]
    shared = containment * short
    may_contain = (short > 0) & (short <= length_ratio * long) & (containment <= 1.0)
    contained = np.divide(shared, short + long - shared, out=np.ones(len(tau)), where=may_contain)
    return np.asarray(np.minimum(tau, contained))


def survivors(
    order: Ints,
    pairs: Verified,
    lengths: Ints,
    threshold: float | Floats,
    containment: float,
    length_ratio: float,
    first_of: Ints | None = None,
) -> Fates:
    """Return the fate of each text.

    Args:
        order: shape (N,), dtype int64, the texts in keep order.
        pairs: verified pairs in any order; of exact copies only the representative is in pairs.
        lengths, threshold, containment, length_ratio: as in `verdicts`.
        first_of: shape (N,), dtype int64, the representative of each text's exact copies; None if there are none.

    Of several kept texts to yield to, a near-duplicate comes before one that contains it; then the one with the
    highest similarity (for a container: containment, then similarity); then the first in keep order.

    >>> from cleaner.dedup.comparison import form
    >>> from cleaner.dedup.shingle import flatten
    >>> from cleaner.dedup.verify import verify
    >>> texts = ["我们要坚持改革开放不动摇，坚定信心。", "我们要坚持改革开放不动摇，坚定信心！谢谢。"]
    >>> codes, offsets = flatten([form(text).codes for text in texts])     # "Hold to reform …", and "… Thank you."
    >>> pairs = verify(codes, offsets, np.array([0]), np.array([1]), 5, 0.4, 0.9)
    >>> fates = survivors(np.array([1, 0]), pairs, np.diff(offsets), 0.6, 0.9, 0.8)
    >>> fates.kept_of.tolist(), REASONS[fates.reason[0]], round(float(fates.similarity[0]), 2)
    ([1, 1], 'near-duplicate', 0.86)
    """
    n_texts = len(order)
    rank = np.empty(n_texts, np.int64)
    rank[order] = np.arange(n_texts)
    if first_of is None:
        first_of = np.arange(n_texts, dtype=np.int64)

    reasons = verdicts(pairs, rank, lengths, threshold, containment, length_ratio)
    chosen = np.flatnonzero(reasons != KEPT)
    a, b = pairs.a[chosen], pairs.b[chosen]
    is_swapped = rank[a] > rank[b]
    earlier, later = np.where(is_swapped, b, a), np.where(is_swapped, a, b)
    similarity, contained = pairs.similarity[chosen], pairs.containment[chosen]
    is_near = reasons[chosen] == NEAR_DUPLICATE
    # For each later text its best reason first: the pass then takes the first one whose other text is kept.
    best = np.lexsort(
        (rank[earlier], -similarity, np.where(is_near, 0.0, -contained), reasons[chosen] != NEAR_DUPLICATE, rank[later])
    )
    by = np.full(n_texts, -1, np.int64)
    _drop(earlier[best], later[best], by)

    kept_of = np.arange(n_texts, dtype=np.int64)
    reason = np.zeros(n_texts, np.uint8)
    values = np.zeros((3, n_texts))
    dropped = np.flatnonzero(by >= 0)
    through = best[by[dropped]]
    kept_of[dropped] = earlier[through]
    reason[dropped] = reasons[chosen][through]
    values[:, dropped] = np.stack((pairs.similarity, pairs.jaccard, pairs.containment))[:, chosen[through]]

    copies = np.flatnonzero(first_of != np.arange(n_texts))
    of = first_of[copies]
    stays = reason[of] == KEPT
    kept_of[copies] = kept_of[of]
    reason[copies] = np.where(stays, EXACT, reason[of])
    values[:, copies] = np.where(stays, 1.0, values[:, of])
    return Fates(kept_of, reason, values[0], values[1], values[2])


@kernel
def _drop(earlier: Ints, later: Ints, by: Ints) -> None:
    """Set `by[text]` to the first pair whose earlier text is kept; pairs are sorted by the rank of the later."""
    for pair in range(len(earlier)):
        if by[later[pair]] < 0 and by[earlier[pair]] < 0:
            by[later[pair]] = pair
