"""What is done with a bucket that has too many members to pair them all?

In: hot buckets and what is verified already. Out: more verified pairs. Members are taken in keep order and compared
with the members kept so far, the most alike first, until one of these drops them: a bucket of n copies costs some n
comparisons and looks at those that stay, not n². A wave of members is looked at at a time, and the first pairs of each
are compared in one call; those that then stand undecided have another round.

What always holds: every member that is kept was compared with every earlier kept member whose estimate is not far
below what it would need to drop it (docs/decisions/0037). What is kept here is what `keep.survivors` keeps given the
same pairs.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from cleaner.dedup.kernel import Bools, Ints, Signatures
from cleaner.dedup.sketch import count_equal
from cleaner.dedup.stays import Stays
from cleaner.dedup.verify import Verified
from cleaner.dedup.visible import Visible

Compare = Callable[[Ints, Ints], Verified]
"""What compares pairs of texts exactly and returns those that reach a threshold, such as `Level.verify`; an engine may
spread the work, a cache may know the answer."""

Needed = Callable[[Ints, Ints], Ints]
"""How many components of their signatures two texts, the earlier in keep order first, need to have in common."""

_STEP = 16
"""Pairs of a text compared in the first round of a wave, twice as many in each that follows: the first few nearly
always decide, and where they do not, most of the others will not."""
_WAVE = 256
"""Members looked at at a time."""


def compare_hot(
    buckets: list[Ints],
    done: tuple[Ints, Ints],
    reached: Verified,
    sketch: Signatures,
    row_of: Ints,
    floor: float,
    needed: Needed,
    visible: Visible,
    rank: Ints,
    is_dropping: Callable[[Verified], Bools],
    compare: Compare,
) -> tuple[Verified, int]:
    """Return the pairs of hot buckets that reach a threshold, and how many were compared.

    Args:
        buckets: the members of each, as indices of texts.
        done: pairs compared already, the earlier in keep order first; they are not compared again.
        reached: those of them that reached a threshold: they too decide what is kept.
        sketch, row_of: text i has the signature `sketch[row_of[i]]`.
        floor, needed: a pair with fewer equal components than so similar texts have, or than this pair needs, is not
            compared.
        visible: what can be seen of the texts through their masks.
        rank: shape (N,), dtype int64, the place of each text in keep order.
        is_dropping: which pairs drop their later text if the earlier is kept.
    """
    n_texts = len(rank)
    stays = Stays.of(buckets, n_texts, sketch.shape[1])
    members = np.unique(np.concatenate(buckets))
    members = members[np.argsort(rank[members])]
    is_member = np.zeros(n_texts, np.bool_)
    is_member[members] = True
    asked = is_member[done[1]]
    known = np.append(np.sort(done[0][asked] * n_texts + done[1][asked]), n_texts * n_texts)
    deciding = reached.take(is_dropping(reached))
    by_rank = np.argsort(rank[deciding.b], kind="stable")
    a, b = deciding.a[by_rank], deciding.b[by_rank]

    is_kept, is_open = np.ones(n_texts, np.bool_), np.zeros(n_texts, np.bool_)
    parts: list[Verified] = []
    n_compared = 0
    begins = np.concatenate(([0], rank[members[_WAVE::_WAVE]], [n_texts]))  # of the ranks that each wave decides
    for at, (first, last) in enumerate(pairwise(np.searchsorted(rank[b], begins).tolist())):
        wave = members[at * _WAVE : (at + 1) * _WAVE]
        is_certain = is_kept[a[first:last]] & (rank[a[first:last]] < begins[at])
        is_kept[b[first:last][is_certain]] = False
        x, y, most = stays.met(wave[is_kept[wave]], sketch, row_of, floor, visible)
        least = needed(x, y)
        may_be_due = most >= least
        x, y, least = x[may_be_due], y[may_be_due], least[may_be_due]
        equal = count_equal(sketch, row_of[x], row_of[y])
        due = np.flatnonzero(equal >= least)
        keys = x[due] * n_texts + y[due]
        due = due[known[np.searchsorted(known, keys)] != keys]
        due = due[np.lexsort((rank[x[due]], -equal[due]))]
        x, y = np.append(a[first:last], x[due]), np.append(b[first:last], y[due])
        for n_due, verified in _decided(x, y, last - first, is_kept, is_open, is_dropping, compare):
            parts.append(verified)
            n_compared += n_due
        stays.leave(is_kept)
    return Verified.concatenate(parts), n_compared


def _decided(
    x: Ints, y: Ints, n_known: int, is_kept: Bools, is_open: Bools, is_dropping: Callable[[Verified], Bools],
    compare: Compare,
) -> Iterator[tuple[int, Verified]]:  # fmt: skip
    """Set `is_kept` of the texts `y`; yield how many pairs were compared to do so, and those that reach a threshold.

    Args:
        x, y: the earlier and the later texts of pairs, for each later text in the order in which they are compared.
        n_known: so many of the first pairs drop their later text if the earlier stays, which needs no comparison.
        is_open: false for all texts, before and after.
    """
    order = np.argsort(y, kind="stable")
    x, y, is_known = x[order], y[order], order < n_known
    step = _STEP
    while len(x := x[alive := is_kept[x] & is_kept[y]]):
        y, is_known = y[alive], is_known[alive]
        is_open[y] = True
        is_ready = ~is_open[x]  # the earlier text is kept for certain: it is in no pair as the later one
        is_open[y] = False
        begins = np.append(True, y[1:] != y[:-1])
        n_before: Ints = np.cumsum(is_ready) - is_ready
        is_due = is_ready & (n_before - np.maximum.accumulate(np.where(begins, n_before, 0)) < step)
        is_kept[y[is_due & is_known]] = False
        due = is_due & ~is_known & is_kept[y]
        verified = compare(x[due], y[due])
        is_kept[verified.b[is_dropping(verified)]] = False
        yield int(np.count_nonzero(due)), verified
        x, y, is_known = x[~is_due], y[~is_due], is_known[~is_due]
        step *= 2


def left_to_hot(buckets: list[Ints], a: Ints, b: Ints, sketch: Signatures, row_of: Ints, needed: Needed) -> Bools:
    """Say which pairs share a hot bucket and are alike enough for `compare_hot` to compare them if need be."""
    is_left = np.zeros(len(a), np.bool_)
    rest = np.flatnonzero((row_of[a] >= 0) & (row_of[b] >= 0))
    rest = rest[count_equal(sketch, row_of[a[rest]], row_of[b[rest]]) >= needed(a[rest], b[rest])]
    is_member = np.zeros(len(row_of), np.bool_)
    for bucket in buckets:
        is_member[bucket] = True
        is_shared = is_member[a[rest]] & is_member[b[rest]]
        is_left[rest[is_shared]] = True
        rest = rest[~is_shared]
        is_member[bucket] = False
    return is_left
