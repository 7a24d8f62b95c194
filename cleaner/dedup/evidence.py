"""Which pairs are worth an exact comparison whatever their signatures say?

In: paragraphs that speeches have in common, or the comparison forms themselves. Out: pairs of texts. A signature shows
how much of both texts is shared; an excerpt shares little of the whole, and a copy masked at other places shares less
than it says. Both share stretches with their source that few other texts have. What always holds: what many texts
have (thanks, a slogan, an address) is no evidence; the pairs depend on the set of texts alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cleaner.dedup.batches import sweep
from cleaner.dedup.kernel import Codes, Floats, Hashes, Ints, kernel
from cleaner.dedup.lsh import bits_of
from cleaner.dedup.shingle import shingles

CAP = 50
"""What more texts have is a formula."""
WINDOW = 16
"""Shingles of which the one with the least hash is an anchor: texts that have k + 15 characters in a row in common
share an anchor, whatever stands around them, so that a mask in every 25 characters leaves one between two. About one
shingle in 8 is one: 8 bytes an anchor, 1 a character."""
DENSITY = 2 / (WINDOW + 1)
"""Share of the shingles that are anchors. Source: Schleimer, Wilkerson, Aiken 2003, section 3."""
ANCHOR_SHARE = 0.3
"""Share of the rare anchors of one text that the other must have. Source: a pair that reaches τ = 0.5 shares two thirds
of the shingles of each; of 20 anchors under 0.3 of them are then found with probability 0.001."""
_BLOCK_PAIRS = 1 << 23
"""Pairs counted at a time: 64 MB."""


def shared_paragraph_pairs(first_of: Ints, speech_of: Ints, near: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Return the pairs of speeches that have a paragraph in common which at most `CAP` speeches hold.

    Args:
        first_of: shape (P,), dtype int64; the first of the paragraphs of each form.
        speech_of: shape (P,), dtype int64.
        near: pairs of such first paragraphs that are nearly alike.

    Returns:
        a and b, a < b, sorted, no pair twice.

    >>> a, b = shared_paragraph_pairs(np.array([0, 1, 0, 3]), np.array([5, 6, 7, 8]), (np.array([1]), np.array([3])))
    >>> a.tolist(), b.tolist()
    ([5, 6], [7, 8])
    """
    n_speeches = int(speech_of.max(initial=0)) + 1
    holds = np.unique(first_of * n_speeches + speech_of)
    group, speech = holds // n_speeches, holds % n_speeches
    groups, begins, sizes = np.unique(group, return_index=True, return_counts=True)
    few = sizes <= CAP
    alone = np.flatnonzero(few & (sizes > 1))
    x, y = (np.searchsorted(groups, side) for side in near)
    both = few[x] & few[y] if len(x) else np.zeros(0, np.bool_)
    x, y = np.concatenate((alone, x[both])), np.concatenate((alone, y[both]))
    pairs = np.empty((int((sizes[x] * sizes[y]).sum()), 2), np.int64)
    n_pairs = _pair_holders(speech, begins[x], begins[x] + sizes[x], begins[y], begins[y] + sizes[y], pairs)
    pairs = np.unique(pairs[:n_pairs], axis=0)
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def anchor_pairs(codes: Codes, offsets: Ints, k: int, texts: Ints) -> tuple[Ints, Ints]:
    """Return the pairs of `texts` that share enough of the anchors which at most `CAP` texts have.

    Returns:
        a and b, positions in `texts`, a < b, sorted, no pair twice.

    Source: Schleimer, Wilkerson, Aiken 2003, Winnowing, section 3.

    >>> from cleaner.dedup.comparison import form
    >>> from cleaner.dedup.shingle import flatten
    >>> whole = "".join(map(chr, range(0x4E00, 0x5200)))
    >>> codes, offsets = flatten([form(text).codes for text in (whole, "谢谢大家", whole[300:600])])   # "Thank you all"
    >>> a, b = anchor_pairs(codes, offsets, 5, np.arange(3))
    >>> a.tolist(), b.tolist()
    ([0], [2])
    """
    held = anchors(codes, offsets, k, texts, np.arange(len(texts), dtype=np.int64), bits_of(len(texts)))
    rare = rare_anchors(held, bits_of(len(texts)))
    n_rare = np.bincount(rare.holders, minlength=len(texts))
    found = [pairs[counts >= fewest_shared(n_rare, pairs, len(texts))] for pairs, counts in sharing(rare, len(texts))]
    both = np.concatenate([np.empty(0, np.int64), *found])
    return both // max(1, len(texts)), both % max(1, len(texts))


def anchors(codes: Codes, offsets: Ints, k: int, texts: Ints, names: Ints, bits: np.uint64) -> Hashes:
    """Return the anchors of `texts`, each with the name of its text in its low `bits`.

    An anchor cut short, as the keys in `lsh.candidates`, only brings a false candidate.
    """
    mask = (np.uint64(1) << bits) - np.uint64(1)

    def chosen(first: int, last: int) -> Hashes:
        hashes, bounds = shingles(codes, offsets, k, texts[first:last])
        at = np.empty(len(hashes), np.int64)
        at = at[: _winnow(hashes, bounds, WINDOW, at)]
        text = first + np.searchsorted(bounds, at, side="right") - 1
        return np.asarray((hashes[at] & ~mask) | names[text].astype(np.uint64))

    return np.concatenate([np.empty(0, np.uint64), *sweep(chosen, codes, offsets, texts)])


@dataclass(frozen=True, slots=True)
class Rare:
    """Which texts hold each anchor that at most `CAP` have: those of anchor i are `holders[edges[i]:edges[i + 1]]`."""

    holders: Ints
    edges: Ints


def rare_anchors(held: Hashes, bits: np.uint64) -> Rare:
    """Return the rare ones among all words of `anchors` that have these anchors; `held` is sorted in place."""
    held.sort()
    held = held[np.concatenate(([True], held[1:] != held[:-1]))[: len(held)]]
    holders, anchor = (held & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64), held >> bits
    edges = np.concatenate(([0], np.flatnonzero(anchor[1:] != anchor[:-1]) + 1, [len(held)]))
    sizes = np.diff(edges)
    few = sizes <= CAP
    return Rare(holders[np.repeat(few, sizes)], np.concatenate(([0], np.cumsum(sizes[few]))).astype(np.int64))


def sharing(rare: Rare, n_texts: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield the pairs of `n_texts` texts that share an anchor, as first * n_texts + second, and how many they share."""
    shared = np.flatnonzero(np.diff(rare.edges) > 1)
    begins, ends = rare.edges[shared], rare.edges[shared + 1]
    n_later = np.zeros(n_texts, np.int64)
    _count_later(rare.holders, begins, ends, n_later)
    block = np.cumsum(n_later) // _BLOCK_PAIRS
    cuts = [0, *(np.flatnonzero(np.diff(block)) + 1).tolist(), n_texts]
    for low, high in pairwise(cuts):
        pairs = np.empty(int(n_later[low:high].sum()), np.int64)
        _pair_texts(rare.holders, begins, ends, low, high, n_texts, pairs)
        yield np.unique(pairs, return_counts=True)


def fewest_shared(n_rare: Ints, pairs: Ints, n_texts: int) -> Floats:
    """Return how many anchors each pair of `sharing` must share at least; `n_rare` is how many each text holds."""
    return np.asarray(ANCHOR_SHARE * np.minimum(n_rare[pairs // n_texts], n_rare[pairs % n_texts]))


@kernel
def _winnow(hashes: Hashes, bounds: Ints, window: int, chosen: Ints) -> int:
    """Write the places of the least hash of each stretch of `window` hashes of a text; return how many there are."""
    found = 0
    for row in range(len(bounds) - 1):
        first, end = bounds[row], bounds[row + 1]
        least = -1
        for last in range(max(first, min(first + window, end) - 1), end):
            begin = max(first, last - window + 1)
            if least >= begin:
                if hashes[last] > hashes[least]:
                    continue
                least = last
            else:
                least = begin
                for at in range(begin + 1, last + 1):
                    if hashes[at] <= hashes[least]:
                        least = at
            chosen[found] = least
            found += 1
    return found


@kernel
def _pair_holders(speeches: Ints, begin_x: Ints, end_x: Ints, begin_y: Ints, end_y: Ints, pairs: Ints) -> int:
    """Write the pairs of different speeches of two groups, the lesser first; return how many."""
    found = 0
    for row in range(len(begin_x)):
        for i in range(begin_x[row], end_x[row]):
            for j in range(begin_y[row], end_y[row]):
                if speeches[i] != speeches[j]:
                    pairs[found, 0] = min(speeches[i], speeches[j])
                    pairs[found, 1] = max(speeches[i], speeches[j])
                    found += 1
    return found


@kernel
def _count_later(holder: Ints, begins: Ints, ends: Ints, n_later: Ints) -> None:
    """Count for each text how often another one stands behind it in a group."""
    for row in range(len(begins)):
        for i in range(begins[row], ends[row]):
            n_later[holder[i]] += ends[row] - i - 1


@kernel
def _pair_texts(holder: Ints, begins: Ints, ends: Ints, low: int, high: int, n_texts: int, pairs: Ints) -> None:
    """Write the pairs of each group whose first text is in [low, high) as one number each."""
    found = 0
    for row in range(len(begins)):
        for i in range(begins[row], ends[row]):
            if low <= holder[i] < high:
                for j in range(i + 1, ends[row]):
                    pairs[found] = holder[i] * n_texts + holder[j]
                    found += 1
