"""What is done with a bucket that has too many members to pair them all?

In: hot buckets and what is verified already. Out: more verified pairs. Members are taken in keep order and compared
with the members kept so far, the most alike first, and no further once one of these drops them: a bucket of n copies
costs about n comparisons, not n².

What always holds: every member that is kept was compared with every earlier kept member whose estimate is not far
below the floor. What is kept here is what `keep.survivors` keeps given the same pairs.
"""

from collections.abc import Callable

import numpy as np

from cleaner.dedup.kernel import Bools, Ints, Signatures
from cleaner.dedup.lsh import count_equal
from cleaner.dedup.verify import Verified

Compare = Callable[[Ints, Ints], Verified]
"""What compares pairs of texts exactly; an engine may spread the work, a cache may know the answer."""

_STEP = 16
"""Pairs compared at a time: the first few nearly always decide, and one call costs as much as a pair or two."""


def compare_hot(
    buckets: list[Ints],
    done: tuple[Ints, Ints],
    reached: Verified,
    sketch: Signatures,
    row_of: Ints,
    min_equal: int,
    is_exempt: Bools,
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
        min_equal: a pair with fewer equal components is not compared, unless `is_exempt` holds for one of the two.
        rank: shape (N,), dtype int64, the place of each text in keep order.
        is_dropping: which pairs drop their later text if the earlier is kept.
    """
    parts: list[Verified] = []
    n_compared = 0
    buckets_of: dict[int, list[int]] = {}
    for bucket, members in enumerate(buckets):
        for member in members.tolist():
            buckets_of.setdefault(member, []).append(bucket)
    known: dict[int, list[int]] = {}
    yields_to: dict[int, list[int]] = {}
    if buckets:
        for earlier, later in zip(done[0].tolist(), done[1].tolist(), strict=True):
            if later in buckets_of:
                known.setdefault(later, []).append(earlier)
        deciding = reached.take(is_dropping(reached))
        for earlier, later in zip(deciding.a.tolist(), deciding.b.tolist(), strict=True):
            yields_to.setdefault(later, []).append(earlier)

    is_kept, is_past = np.ones(len(rank), np.bool_), np.zeros(len(rank), np.bool_)
    for text in sorted({*buckets_of, *yields_to} if buckets else (), key=rank.__getitem__):
        is_past[text] = True
        is_kept[text] = not any(is_kept[earlier] for earlier in yields_to.get(text, ()))
        if text not in buckets_of or not is_kept[text]:
            continue
        members = np.concatenate([buckets[bucket] for bucket in buckets_of[text]])
        others = np.unique(members[is_past[members] & is_kept[members] & (members != text)])
        others = np.setdiff1d(others, np.array(known.get(text, []), np.int64), assume_unique=True)
        equal = count_equal(sketch, row_of[others], np.full(len(others), row_of[text], np.int64))
        is_promising = (equal >= min_equal) | is_exempt[others] | is_exempt[text]
        others, equal = others[is_promising], equal[is_promising]
        others = others[np.lexsort((rank[others], -equal))]
        for at in range(0, len(others), _STEP):
            step = others[at : at + _STEP]
            verified = compare(step, np.full(len(step), text, np.int64))
            n_compared += len(step)
            parts.append(verified.take(verified.is_reached))
            if is_dropping(verified).any():
                is_kept[text] = False
                break
    return Verified.concatenate(parts), n_compared
