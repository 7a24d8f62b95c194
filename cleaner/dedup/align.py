"""Which words of one text lie opposite a mask of the other?

In: comparison forms, flat, and pairs of which at least one text has a sentinel. Out: the counts that `verify.py` turns
into values: shared and distinct shingles, plain and with the words opposite masks left out.

A mask's context is the k code points before it and the k after it. It lies opposite the stretch of the other text
between the leftmost occurrence of the first that has an occurrence of the second at most `REACH` behind it, and the
nearest such. Shingle occurrences that overlap the stretch (for an empty stretch: that span its point) are left out.

Masks with fewer than k code points between them are one mask from the first to the last: a context with a sentinel in
it can occur in no other text, so that is the only way in which they can be placed at all. A mask within k of an end of
the text has no context and is opposite nothing.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cleaner.dedup.comparison import SENTINEL
from cleaner.dedup.kernel import Bools, Codes, Hashes, Ints, kernel
from cleaner.dedup.shingle import count_masks, windows

REACH = 64
"""The longest stretch that may lie opposite one mask, in code points of the comparison form. Source: design, section
8; what gets masked is a name, a number or a date."""


@dataclass(frozen=True, slots=True)
class Index:
    """The shingle occurrences of some texts by position and by hash, and the contexts of their masks.

    Args:
        hashes, starts, bounds: as `shingle.Windows`, in order of position.
        order: indices into `hashes`; each text's by hash, then by position.
        ordered: `hashes[order]`.
        before, after: shape (number of masks with a context,), dtype uint64; hashes of the contexts.
        mask_bounds: text i has `before[mask_bounds[i]:mask_bounds[i + 1]]`.
    """

    hashes: Hashes
    starts: Ints
    bounds: Ints
    order: Ints
    ordered: Hashes
    before: Hashes
    after: Hashes
    mask_bounds: Ints


def index_texts(codes: Codes, offsets: Ints, k: int, texts: Ints) -> Index:
    """Return the index of `texts`."""
    found = windows(codes, offsets, k, texts)
    order = np.empty(len(found.hashes), np.int64)
    for first, last in pairwise(found.bounds.tolist()):
        # The quick sort does not keep ties in order of position; a stable one takes five times as long, so runs of
        # ties are put in order afterwards.
        order[first:last] = first + np.argsort(found.hashes[first:last])
    ordered = found.hashes[order]
    _order_ties(ordered, order, found.bounds, np.empty_like(order), np.empty_like(order))
    n_masks = int(count_masks(codes, offsets, texts).sum())
    before, after, mask_bounds = np.empty(n_masks, np.uint64), np.empty(n_masks, np.uint64), np.zeros_like(found.bounds)
    n = _find_contexts(codes, offsets, texts, k, found.hashes, found.starts, found.bounds, before, after, mask_bounds)
    return Index(found.hashes, found.starts, found.bounds, order, ordered, before[:n], after[:n], mask_bounds)


def compare_masked(
    codes: Codes, k: int, index: Index, row_a: Ints, row_b: Ints, floor: float, containment: float, result: Ints
) -> None:
    """Fill `result`, shape (n, 8), dtype int64, for the pairs (row_a[i], row_b[i]) of rows of `index`.

    Columns: shared, size_a, size_b of the plain sets; the same of the sets that decide; masks of a opposite real words
    of b; masks of b opposite real words of a. A row stays 0 where neither threshold can be reached.
    """
    longest = np.diff(index.bounds).max(initial=0)
    _compare(
        codes, k, index.starts, index.bounds, index.order, index.ordered, index.before, index.after,
        index.mask_bounds, row_a, row_b, floor, containment, np.empty((2, longest), np.uint64),
        np.empty((2, longest), np.bool_), result,
    )  # fmt: skip


@kernel
def _order_ties(ordered: Hashes, order: Ints, bounds: Ints, run: Ints, cursor: Ints) -> None:
    """Put runs of equal hashes in order; `run` receives where that of each occurrence begins."""
    begin = 0
    for row in range(len(bounds) - 1):
        for at in range(bounds[row], bounds[row + 1]):
            if at == bounds[row] or ordered[at] != ordered[at - 1]:
                begin = at
                cursor[begin] = begin
            run[order[at]] = begin
        for place in range(bounds[row], bounds[row + 1]):
            order[cursor[run[place]]] = place
            cursor[run[place]] += 1


@kernel
def _find_contexts(
    codes: Codes, offsets: Ints, texts: Ints, k: int, hashes: Hashes, starts: Ints, bounds: Ints, before: Hashes,
    after: Hashes, mask_bounds: Ints,
) -> int:  # fmt: skip
    """Write the contexts of all masks that have them, and where those of each text end; return how many there are."""
    found = 0
    for row in range(len(texts)):
        begin, end = offsets[texts[row]], offsets[texts[row] + 1]
        at = begin
        while at < end:
            if codes[at] == SENTINEL:
                first = last = at
                while at < end and at - last <= k:
                    if codes[at] == SENTINEL:
                        last = at
                    at += 1
                if first - begin >= k and end - last > k:
                    here = starts[bounds[row] : bounds[row + 1]]
                    before[found] = hashes[bounds[row] + np.searchsorted(here, first - k)]
                    after[found] = hashes[bounds[row] + np.searchsorted(here, last + 1)]
                    found += 1
                at = last
            at += 1
        mask_bounds[row + 1] = found
    return found


@kernel
def _leave_out(
    codes: Codes, k: int, starts: Ints, order: Ints, ordered: Hashes, first: int, end: int, before: Hashes,
    after: Hashes, is_left_out: Bools,
) -> tuple[int, int]:  # fmt: skip
    """Mark the occurrences from `first` to `end` that touch a stretch opposite a mask with these contexts.

    Returns how many occurrences were marked, and how many stretches hold a real word.
    """
    n_marked, n_opposite = 0, 0
    here, places = ordered[first:end], starts[first:end]
    for mask in range(len(before)):
        left = first + np.searchsorted(here, before[mask])
        right = first + np.searchsorted(here, after[mask])
        while left < end and ordered[left] == before[mask]:
            begin = starts[order[left]] + k
            while right < end and ordered[right] == after[mask] and starts[order[right]] < begin:
                right += 1
            if right == end or ordered[right] != after[mask]:
                break
            stop = starts[order[right]]
            if stop - begin <= REACH:
                at = first + np.searchsorted(places, begin - k + 1)
                while at < end and starts[at] < stop:
                    n_marked += not is_left_out[at - first]
                    is_left_out[at - first] = True
                    at += 1
                for place in range(begin, stop):
                    if codes[place] != SENTINEL:
                        n_opposite += 1
                        break
                break
            left += 1
    return n_marked, n_opposite


@kernel
def _collect(order: Ints, ordered: Hashes, first: int, end: int, is_left_out: Bools, rest: Hashes) -> int:
    """Write the distinct hashes of the occurrences not left out to `rest`, ascending; return how many."""
    size = 0
    for at in range(first, end):
        if not is_left_out[order[at] - first] and (size == 0 or rest[size - 1] != ordered[at]):
            rest[size] = ordered[at]
            size += 1
    return size


@kernel
def _count_shared(x: Hashes, y: Hashes) -> int:
    i, j, shared = 0, 0, 0
    while i < len(x) and j < len(y):
        u, v = x[i], y[j]
        i += u <= v
        j += v <= u
        shared += u == v
    return shared


@kernel
def _is_reachable(shared: int, size_a: int, size_b: int, floor: float, containment: float) -> bool:
    """Say whether a pair with these plain counts can still reach a threshold when words are left out.

    Leaving out never adds a shared shingle and never halves a set, or is not done: so shared ≥ floor (size_a + size_b)
    / 2 (1 + floor), or shared ≥ containment · min(size_a, size_b) / 2. One shingle of slack covers rounding.
    """
    return (
        shared + 1.0 >= floor * (size_a + size_b) / (2.0 * (1.0 + floor))
        or shared + 1.0 >= containment * min(size_a, size_b) / 2.0
    )


@kernel
def _compare(
    codes: Codes, k: int, starts: Ints, bounds: Ints, order: Ints, ordered: Hashes, before: Hashes, after: Hashes,
    mask_bounds: Ints, row_a: Ints, row_b: Ints, floor: float, containment: float, rest: Hashes, is_left_out: Bools,
    result: Ints,
) -> None:  # fmt: skip
    """Fill `result`; `rest` and `is_left_out` have room for what is said of the two texts of a pair."""
    rest_a, rest_b, out_a, out_b = rest[0], rest[1], is_left_out[0], is_left_out[1]
    for pair in range(len(row_a)):
        a, b = row_a[pair], row_b[pair]
        first_a, end_a, first_b, end_b = bounds[a], bounds[a + 1], bounds[b], bounds[b + 1]
        out_a[: end_a - first_a] = False
        out_b[: end_b - first_b] = False
        plain_a = _collect(order, ordered, first_a, end_a, out_a, rest_a)
        plain_b = _collect(order, ordered, first_b, end_b, out_b, rest_b)
        plain = _count_shared(rest_a[:plain_a], rest_b[:plain_b])
        if not _is_reachable(plain, plain_a, plain_b, floor, containment):
            continue
        marked_b, masks_a = _leave_out(
            codes, k, starts, order, ordered, first_b, end_b, before[mask_bounds[a] : mask_bounds[a + 1]],
            after[mask_bounds[a] : mask_bounds[a + 1]], out_b,
        )  # fmt: skip
        marked_a, masks_b = _leave_out(
            codes, k, starts, order, ordered, first_a, end_a, before[mask_bounds[b] : mask_bounds[b + 1]],
            after[mask_bounds[b] : mask_bounds[b + 1]], out_a,
        )  # fmt: skip
        shared, size_a, size_b = plain, plain_a, plain_b
        if marked_a or marked_b:
            left_a = _collect(order, ordered, first_a, end_a, out_a, rest_a)
            left_b = _collect(order, ordered, first_b, end_b, out_b, rest_b)
            if 2 * left_a >= plain_a and 2 * left_b >= plain_b:
                size_a, size_b = left_a, left_b
                shared = _count_shared(rest_a[:size_a], rest_b[:size_b])
        result[pair, 0], result[pair, 1], result[pair, 2] = plain, plain_a, plain_b
        result[pair, 3], result[pair, 4], result[pair, 5] = shared, size_a, size_b
        result[pair, 6], result[pair, 7] = masks_a, masks_b
