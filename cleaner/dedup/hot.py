"""What is done with a bucket that has too many members to pair them all?

In: hot buckets and what is verified already. Out: more verified pairs. Members are taken in keep order and compared
with the members kept so far, the most alike first, and no further once one of these drops them: a bucket of n copies
costs about n comparisons and looks at those that stay, not n².

What always holds: every member that is kept was compared with every earlier kept member whose estimate is not far
below the floor. What is kept here is what `keep.survivors` keeps given the same pairs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cleaner.dedup.kernel import Bools, Ints, Signatures
from cleaner.dedup.lsh import count_equal
from cleaner.dedup.verify import Verified

Compare = Callable[[Ints, Ints], Verified]
"""What compares pairs of texts exactly; an engine may spread the work, a cache may know the answer."""

_STEP = 16
"""Pairs compared at a time: the first few nearly always decide, and one call costs as much as a pair or two."""
_PARTS = 1 << 12
"""Results that are put together at a time: alone, each takes 3 kB."""


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
    n_texts = len(rank)
    sizes = [len(members) for members in buckets]
    members = np.concatenate([np.empty(0, np.int64), *buckets])
    buckets_of = _Lists.of(members, np.repeat(np.arange(len(buckets)), sizes), n_texts)
    is_member = np.diff(buckets_of.begins) > 0
    asked = is_member[done[1]]
    known = _Lists.of(done[1][asked], done[0][asked], n_texts)
    deciding = reached.take(is_dropping(reached))
    yields_to = _Lists.of(deciding.b, deciding.a, n_texts)

    is_kept = np.ones(n_texts, np.bool_)
    stays = [np.empty(size, np.int64) for size in sizes]
    n_stays = [0] * len(buckets)
    texts = np.flatnonzero(is_member | (np.diff(yields_to.begins) > 0))
    parts: list[Verified] = []
    n_compared = 0
    for text in texts[np.argsort(rank[texts])].tolist():
        is_kept[text] = not is_kept[yields_to[text]].any()
        own = buckets_of[text].tolist()
        if not own or not is_kept[text]:
            continue
        others = np.unique(np.concatenate([stays[bucket][: n_stays[bucket]] for bucket in own]))
        others = np.setdiff1d(others, known[text], assume_unique=True)
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
        if len(parts) >= _PARTS:
            parts = [Verified.concatenate(parts)]
        if is_kept[text]:
            for bucket in own:
                stays[bucket][n_stays[bucket]] = text
                n_stays[bucket] += 1
    return Verified.concatenate(parts), n_compared


def left_to_hot(buckets: list[Ints], a: Ints, b: Ints, sketch: Signatures, row_of: Ints, min_equal: int) -> Bools:
    """Say which pairs share a hot bucket and are alike enough for `compare_hot` to compare them if need be."""
    is_left = np.zeros(len(a), np.bool_)
    rest = np.flatnonzero((row_of[a] >= 0) & (row_of[b] >= 0))
    rest = rest[count_equal(sketch, row_of[a[rest]], row_of[b[rest]]) >= min_equal]
    is_member = np.zeros(len(row_of), np.bool_)
    for bucket in buckets:
        is_member[bucket] = True
        is_shared = is_member[a[rest]] & is_member[b[rest]]
        is_left[rest[is_shared]] = True
        rest = rest[~is_shared]
        is_member[bucket] = False
    return is_left


@dataclass(frozen=True, slots=True)
class _Lists:
    """A list of numbers for each text, in one array."""

    values: Ints
    begins: Ints

    @classmethod
    def of(cls, texts: Ints, values: Ints, n_texts: int) -> "_Lists":
        """Return for each of `n_texts` texts the values that stand beside it."""
        order = np.argsort(texts, kind="stable")
        return cls(values[order], np.searchsorted(texts[order], np.arange(n_texts + 1)))

    def __getitem__(self, text: int) -> Ints:
        return self.values[self.begins[text] : self.begins[text + 1]]
