"""Whom does a member of a hot bucket meet there?

In: hot buckets, and waves of their members in keep order. Out: the pairs of each wave with all that stayed before, in
any of their buckets, that may be alike. What always holds: a pair that is left out has fewer equal components than it
was asked for.

A bucket of n members is n²/2 looks at signatures. They go through the low bytes alone, which stand in the order in
which they are looked at: 3 ns a member, where whole signatures anywhere in memory take 100.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.kernel import Bools, Ints, Signatures, kernel
from cleaner.dedup.visible import Visible, fewest_of_pair

_ROOM = 1 << 16
"""Pairs of a wave for which there is room at first."""


@dataclass(frozen=True, slots=True)
class Stays:
    """Hot buckets, each with those of its members that were not dropped so far.

    Args:
        buckets, begins: text i is a member of the buckets `buckets[begins[i]:begins[i + 1]]`.
        texts, places: bucket i has room from `texts[places[i]]` on; its members stand there in keep order.
        ends, before: where those of each bucket end, and where those before the last wave do.
        low: shape (room of all, num_perm), the low bytes of their signatures.
    """

    buckets: Ints
    begins: Ints
    texts: Ints
    places: Ints
    ends: Ints
    before: Ints
    low: NDArray[np.uint8]

    @classmethod
    def of(cls, buckets: list[Ints], n_texts: int, num_perm: int) -> "Stays":
        """Return these buckets, of which no member was seen."""
        sizes, members = np.array([len(bucket) for bucket in buckets]), np.concatenate(buckets)
        order = np.argsort(members, kind="stable")
        begins = np.searchsorted(members[order], np.arange(n_texts + 1))
        places = np.cumsum(sizes) - sizes
        bucket_of = np.repeat(np.arange(len(buckets)), sizes)[order]
        low = np.empty((len(members), num_perm), np.uint8)
        return cls(bucket_of, begins, np.empty_like(members), places, places.copy(), places.copy(), low)

    def met(
        self, wave: Ints, sketch: Signatures, row_of: Ints, floor: float, visible: Visible
    ) -> tuple[Ints, Ints, Ints]:
        """Let texts into their buckets; return their pairs with earlier ones there.

        Returns:
            The earlier and the later text of each pair, each pair once, and how many equal components they have at
            most; a pair that has too few for the similarity `floor` is not among them.
        """
        self.before[:] = self.ends
        _enter(wave, self.buckets, self.begins, sketch, row_of, self.texts, self.low, self.ends)
        pairs, found = np.empty((0, 3), np.int64), _ROOM
        while found > len(pairs):
            pairs = np.empty((found, 3), np.int64)
            found = _meet(
                wave, self.buckets, self.begins, self.texts, self.low, self.places, row_of, floor, visible.sizes,
                visible.n_masks, visible.fewest, np.full(len(sketch), -1), pairs,
            )  # fmt: skip
        x, y, equal = pairs[:found].T.copy()
        return x, y, equal

    def leave(self, is_kept: Bools) -> None:
        """Take those of the last wave out that are not kept."""
        _leave(self.texts, self.low, self.before, self.ends, is_kept)


@kernel
def _enter(
    wave: Ints, buckets: Ints, begins: Ints, sketch: Signatures, row_of: Ints, texts: Ints, low: NDArray[np.uint8],
    ends: Ints,
) -> None:  # fmt: skip
    for text in wave:
        for bucket in buckets[begins[text] : begins[text + 1]]:
            at = ends[bucket]
            texts[at] = text
            for p in range(low.shape[1]):
                low[at, p] = sketch[row_of[text], p]
            ends[bucket] += 1


@kernel
def _equal_bytes(x: NDArray[np.uint8], y: NDArray[np.uint8]) -> int:
    equal = np.uint16(0)
    for p in range(len(x)):
        equal = np.uint16(equal + np.uint16(x[p] == y[p]))
    return int(equal)


@kernel
def _meet(
    wave: Ints, buckets: Ints, begins: Ints, texts: Ints, low: NDArray[np.uint8], places: Ints, row_of: Ints,
    floor: float, sizes: Ints, n_masks: Ints, fewest: Ints, last_met: Ints, pairs: Ints,
) -> int:  # fmt: skip
    """Write as many pairs (earlier, later, equal low bytes) as there is room for; return how many there are."""
    found = 0
    for text in wave:
        for bucket in buckets[begins[text] : begins[text + 1]]:
            own = places[bucket]
            while texts[own] != text:
                own += 1
            for at in range(places[bucket], own):
                other = texts[at]
                # Components that are equal have equal low bytes: most pairs are ruled out by these alone.
                most = _equal_bytes(low[at], low[own])
                is_met = last_met[row_of[other]] == text
                if is_met or most < fewest_of_pair(floor, other, text, sizes, n_masks, fewest):
                    continue
                last_met[row_of[other]] = text
                if found < len(pairs):
                    pairs[found, 0], pairs[found, 1], pairs[found, 2] = other, text, most
                found += 1
    return found


@kernel
def _leave(texts: Ints, low: NDArray[np.uint8], before: Ints, ends: Ints, is_kept: Bools) -> None:
    for bucket in range(len(ends)):
        end = before[bucket]
        for at in range(before[bucket], ends[bucket]):
            if is_kept[texts[at]]:
                texts[end] = texts[at]
                for p in range(low.shape[1]):
                    low[end, p] = low[at, p]
                end += 1
        ends[bucket] = end
