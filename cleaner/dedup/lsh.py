"""Which pairs are worth an exact comparison?

In: signatures. Out: candidate pairs, each once, and hot buckets: those with too many members to pair them all.

A band is r components of the signature; texts whose components agree in a band share a bucket. What always holds: a
pair that shares a bucket of at most `bucket_cap` members in any band is either a candidate or was pruned because its
estimate is far below the floor; the result depends on the set of texts alone, not on how buckets were sorted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cleaner.dedup.bands import Bands
from cleaner.dedup.batches import in_threads, release
from cleaner.dedup.hashsort import hash_sorted
from cleaner.dedup.kernel import Bools, Hashes, Ints, Signatures, kernel
from cleaner.dedup.sketch import equal_components

_STRETCH = 1 << 12
"""Signatures looked at before their pages are given back: 2 MB of 128 values each."""
_SHARE = 8
"""One part in so many of all signatures is copied at a time: each part costs a look at all pages, 3 ms for 50 MB."""
_LEAST = 1 << 16
"""But not less than so many signatures, 32 MB of 128 values each."""
_KEYS = 1 << 23
"""Keys in memory at a time: 64 MB, which are 8 bands of a million texts; for each look all signatures are read."""
_ROOM = 1 << 16
"""Pairs for which there is room at first."""
_FMIX_1 = np.uint64(0xFF51AFD7ED558CCD)
_FMIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(33)


_Band = tuple[int, Ints, Ints]
"""A band, the members of its buckets, and their edges: bucket i has `members[edges[i]:edges[i + 1]]`."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to compare, as positions in the `rows` that were banded.

    Args:
        a, b: shape (n,), dtype int64, a < b, sorted, no pair twice.
        n_candidates: distinct pairs that shared a bucket, pruned ones included.
        n_pruned: how many of these an estimate ruled out.
        hot_buckets: members of each bucket over the cap, ascending.
    """

    a: Ints
    b: Ints
    n_candidates: int
    n_pruned: int
    hot_buckets: tuple[Ints, ...]


def band_keys(signatures: Signatures, rows: Ints, bands: range, r: int) -> Hashes:
    """Return a 64-bit key of each band for each of `rows`, shape (bands, rows); equal components have equal keys."""
    keys = np.empty((len(bands), len(rows)), np.uint64)

    def mix(first: int) -> None:
        _mix_bands(signatures, rows[first : first + _STRETCH], bands.start, r, first, keys)
        release(signatures)

    for _ in in_threads(mix, range(0, len(rows), _STRETCH)):
        pass
    return keys


def candidates(
    signatures: Signatures, rows: Ints, bands: Bands, bucket_cap: int, min_equal: int, is_exempt: Bools
) -> Candidates:
    """Return the pairs of `rows` that share a bucket in any band, a few bands in memory at a time.

    Args:
        signatures: shape (N, num_perm), dtype uint32; may be mapped from a file.
        rows: shape (R,), dtype int64; the texts to pair, in keep order; each has a signature.
        bucket_cap: a bucket with more members is not paired but returned.
        min_equal: a pair with fewer equal components is not returned.
        is_exempt: shape (R,), dtype bool; pairs with such a text are returned whatever their estimate.

    >>> sketch = np.array([[1, 2, 3, 4], [1, 2, 9, 9], [7, 7, 3, 4], [1, 2, 3, 4]], np.uint32)
    >>> found = candidates(sketch, np.arange(4), Bands(2, 2, 0.9), 100, 0, np.zeros(4, np.bool_))
    >>> list(zip(found.a.tolist(), found.b.tolist(), strict=True)), found.n_candidates
    ([(0, 1), (0, 2), (0, 3), (1, 3), (2, 3)], 5)
    """
    n_candidates = n_pruned = 0
    pairs: list[Ints] = [np.empty((0, 2), np.int64)]
    hot_buckets: list[Ints] = []
    is_hot, place = np.zeros((bands.b, len(rows)), np.bool_), np.empty(len(rows), np.int64)
    at_once = max(1, _KEYS // max(1, len(rows)))
    for first_band in range(0, bands.b, at_once):
        chosen = range(first_band, min(first_band + at_once, bands.b))
        keys = band_keys(signatures, rows, chosen, bands.r)
        found = list(in_threads(lambda own: _buckets(own, bucket_cap), keys))
        for band, (_, _, hot) in zip(chosen, found, strict=True):
            for bucket in hot:
                is_hot[band, bucket] = True
            hot_buckets += hot
        parts = zip(chosen, (members for members, _, _ in found), (edges for _, edges, _ in found), strict=True)
        for here, some in _portions(list(parts), len(rows)):
            place[here] = np.arange(len(here))
            copied = _copied(signatures, rows[here])
            for band, members, edges in some:
                new, seen, pruned = pair_buckets(
                    copied, place, members, edges[:-1], edges[1:], band, bands.r, is_hot, min_equal, is_exempt
                )
                pairs.append(new)
                n_candidates += seen
                n_pruned += pruned
    words = np.concatenate([some[:, 0] * len(rows) + some[:, 1] for some in pairs])
    words.sort()
    a, b = np.divmod(words, len(rows)) if len(words) else (words, words)
    return Candidates(a, b, n_candidates, n_pruned, tuple(hot_buckets))


def _buckets(keys: Hashes, bucket_cap: int) -> tuple[Ints, Ints, list[Ints]]:
    """Return the members of the buckets to pair, one bucket after another, their edges, and the hot buckets."""
    # Key and member in one word: a plain sort then brings buckets together and orders their members. Keys cut short
    # only let strangers into a bucket, and components are compared anyway.
    member_bits = bits_of(len(keys))
    member_mask = (np.uint64(1) << member_bits) - np.uint64(1)
    packed = hash_sorted((keys & ~member_mask) | np.arange(len(keys), dtype=np.uint64))
    members = (packed & member_mask).astype(np.int64)
    shared = packed >> member_bits
    edges = np.concatenate(([0], np.flatnonzero(shared[1:] != shared[:-1]) + 1, [len(keys)]))
    sizes = np.diff(edges)
    hot = [members[edges[bucket] : edges[bucket + 1]].copy() for bucket in np.flatnonzero(sizes > bucket_cap)]
    small = (sizes > 1) & (sizes <= bucket_cap)
    return members[np.repeat(small, sizes)], np.concatenate(([0], np.cumsum(sizes[small]))), hot


def _portions(bands: list[_Band], n: int) -> Iterator[tuple[Ints, list[_Band]]]:
    """Yield buckets whose members are a share of the `n` texts, and before them these members, ascending.

    All bands at once if their members are so few; else stretches of the buckets of one band after another.
    """
    size = max(n // _SHARE, _LEAST)
    is_member = np.zeros(n, np.bool_)
    for _, members, _ in bands:
        is_member[members] = True
    every = np.flatnonzero(is_member)
    if len(every) <= size:
        yield every, bands
        return
    for band, members, edges in bands:
        cuts = np.searchsorted(edges, np.append(np.arange(0, edges[-1], size), edges[-1]))
        for first, last in pairwise(np.unique(cuts).tolist()):
            yield np.sort(members[edges[first] : edges[last]]), [(band, members, edges[first : last + 1])]


def _copied(signatures: Signatures, rows: Ints) -> Signatures:
    """Return the signatures of ascending `rows`, in memory.

    The members of a bucket lie anywhere in the file; around each page that is looked at the system maps fifteen others,
    so that looking them up one by one would keep the whole file in memory.
    """
    copied = np.empty((len(rows), signatures.shape[1]), np.uint32)
    cuts = np.searchsorted(rows, np.arange(0, len(signatures) + _STRETCH, _STRETCH))
    for first, last in pairwise(cuts.tolist()):
        copied[first:last] = signatures[rows[first:last]]
        release(signatures)
    return copied


def pair_buckets(
    signatures: Signatures, rows: Ints, members: Ints, begins: Ints, ends: Ints, band: int, r: int, is_hot: Bools,
    min_equal: int, is_exempt: Bools,
) -> tuple[Ints, int, int]:  # fmt: skip
    """Return the pairs of one band's buckets that no earlier band gave, and how many were seen and pruned.

    Args:
        members, begins, ends: bucket i has `members[begins[i]:ends[i]]`; member m has the signature
            `signatures[rows[m]]`.
        is_hot: shape (bands, number of members), whether each is in a bucket over the cap of each band.
    """
    counts, pairs, found = np.zeros(2, np.int64), np.empty((0, 2), np.int64), _ROOM
    while found > len(pairs):
        pairs = np.empty((found, 2), np.int64)
        found = _pair_buckets(
            signatures, rows, members, begins, ends, band, r, is_hot, min_equal, is_exempt, pairs, counts
        )
    return pairs[:found].copy(), int(counts[0]), int(counts[1])


def bits_of(n_members: int) -> np.uint64:
    """Return how many low bits of a key make room for a member: buckets are told apart by the others."""
    return np.uint64(max(1, (n_members - 1).bit_length()))


@kernel
def _mix_bands(signatures: Signatures, rows: Ints, band: int, r: int, first: int, keys: Hashes) -> None:
    """Write the keys of `rows` for the bands from `band` on, from column `first` on."""
    for row in range(len(rows)):
        signature = signatures[rows[row]]
        for own in range(len(keys)):
            key = np.uint64(r)
            for value in signature[(band + own) * r : (band + own + 1) * r]:
                key ^= np.uint64(value)
                key = (key ^ (key >> _SHIFT)) * _FMIX_1
                key = (key ^ (key >> _SHIFT)) * _FMIX_2
                key ^= key >> _SHIFT
            keys[own, first + row] = key


@kernel
def _agrees(x: Signatures, y: Signatures, band: int, r: int) -> bool:
    for p in range(band * r, band * r + r):  # noqa: SIM110  a generator is no kernel's
        if x[p] != y[p]:
            return False
    return True


@kernel
def _pair_buckets(
    signatures: Signatures, rows: Ints, members: Ints, begins: Ints, ends: Ints, band: int, r: int, is_hot: Bools,
    min_equal: int, is_exempt: Bools, pairs: Ints, counts: Ints,
) -> int:  # fmt: skip
    """Write as many pairs as there is room for, and how many were seen and pruned; return how many there are."""
    found, seen, pruned = 0, 0, 0
    for bucket in range(len(begins)):
        for i in range(begins[bucket], ends[bucket]):
            first = members[i]
            x = signatures[rows[first]]
            for j in range(i + 1, ends[bucket]):
                second = members[j]
                y = signatures[rows[second]]
                if not _agrees(x, y, band, r):
                    continue
                is_known = False
                for earlier in range(band):
                    if _agrees(x, y, earlier, r) and not is_hot[earlier, first]:
                        is_known = True
                        break
                if is_known:
                    continue
                seen += 1
                if not (is_exempt[first] or is_exempt[second]) and equal_components(x, y) < min_equal:
                    pruned += 1
                    continue
                if found < len(pairs):
                    pairs[found, 0], pairs[found, 1] = first, second
                found += 1
    counts[0], counts[1] = seen, pruned
    return found
