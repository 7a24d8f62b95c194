"""Which texts have short stretches in common that few others have?

In: comparison forms, flat. Out: pairs of texts that share enough of their rare anchors. What always holds: an anchor
that many texts have is a formula and says nothing; the pairs depend on the set of texts alone.

All anchors together take a byte a character and do not stay in memory: they are sorted a run at a time and laid aside,
merged a part at a time, and what is left of them, the texts that share each rare one, is laid aside again. What stays
is some numbers a text. Where `allocate` maps files, memory is the same however long the texts are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.batches import Allocate, in_threads, release, swept
from cleaner.dedup.evidence import CAP
from cleaner.dedup.kernel import Codes, Hashes, Ints, kernel
from cleaner.dedup.lsh import bits_of
from cleaner.dedup.shingle import shingles

WINDOW = 16
"""Shingles of which the one with the least hash is an anchor: texts that have k + 15 characters in a row in common
share an anchor, whatever stands around them, so that a mask in every 25 characters leaves one between two. About one
shingle in 8 is one: 8 bytes an anchor, 1 a character."""
DENSITY = 2 / (WINDOW + 1)
"""Share of the shingles that are anchors. Source: Schleimer, Wilkerson, Aiken 2003, section 3."""
ANCHOR_SHARE = 0.3
"""Share of the rare anchors of one text that the other must have. Source: a pair that reaches τ = 0.5 shares two thirds
of the shingles of each; of 20 anchors under 0.3 of them are then found with probability 0.001."""
_RUN_WORDS = 1 << 20
"""Anchors sorted at a time: 8 MB."""
_BLOCK_PLACES = 1 << 20
"""Places of a block of texts whose pairs are counted in one go."""
_ROOM = 1 << 16
"""Rows for which there is room at first."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that no two hashes become one. An anchor is the least of 16 hashes; times this it is anything."""
_LAST = np.uint32(1 << 31)
"""Marks the last text of an anchor; there are fewer texts than this."""

Holders = NDArray[np.uint32]


def anchor_pairs(codes: Codes, offsets: Ints, k: int, texts: Ints, allocate: Allocate = np.zeros) -> tuple[Ints, Ints]:
    """Return the pairs of `texts` that share enough of the anchors which at most `CAP` texts have.

    Args:
        allocate: what gives the arrays that grow with the length of the texts.

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
    bits = bits_of(len(texts))
    runs = _sorted_runs(anchors(codes, offsets, k, texts, np.arange(len(texts), dtype=np.int64), bits), allocate)
    rare = rare_anchors(_merged(runs, bits), sum(map(len, runs)), bits, len(texts), allocate)
    pairs = np.concatenate([np.empty((0, 3), np.int64), *sharing(rare, ANCHOR_SHARE)])
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def anchors(codes: Codes, offsets: Ints, k: int, texts: Ints, names: Ints, bits: np.uint64) -> Iterator[Hashes]:
    """Yield the anchors of stretches of `texts`, each with the name of its text in its low `bits`.

    An anchor cut short, as the keys in `lsh.candidates`, only brings a false candidate.
    """
    mask = (np.uint64(1) << bits) - np.uint64(1)

    def chosen(first: int, last: int) -> Hashes:
        hashes, bounds = shingles(codes, offsets, k, texts[first:last])
        at = np.empty(len(hashes), np.int64)
        at = at[: _winnow(hashes, bounds, WINDOW, at)]
        text = first + np.searchsorted(bounds, at, side="right") - 1
        return np.asarray((hashes[at] * _SPREAD & ~mask) | names[text].astype(np.uint64))

    return swept(chosen, codes, offsets, texts)


def _sorted_runs(stretches: Iterable[Hashes], allocate: Allocate) -> list[Hashes]:
    """Return all words, in sorted runs of `_RUN_WORDS` or a stretch more."""
    runs: list[Hashes] = []
    waiting, n_words = [np.empty(0, np.uint64)], 0

    def lay_aside() -> None:
        words = np.concatenate(waiting)
        words.sort()
        runs.append(allocate(words.shape, np.uint64))
        runs[-1][:] = words
        release(runs[-1])

    for words in stretches:
        waiting.append(words)
        n_words += len(words)
        if n_words >= _RUN_WORDS:
            lay_aside()
            waiting, n_words = [], 0
    if waiting:
        lay_aside()
    return runs


def _merged(runs: list[Hashes], bits: np.uint64) -> Iterator[Hashes]:
    """Yield the words of all runs sorted, in as many parts as there are runs; all words of an anchor are in one."""
    edges = [((i << 64) // len(runs)) >> int(bits) << int(bits) for i in range(1, len(runs))]
    cuts = [[0, *np.searchsorted(run, np.array(edges, np.uint64)).tolist(), len(run)] for run in runs]
    for part in range(len(runs)):
        words = np.concatenate([run[cut[part] : cut[part + 1]] for run, cut in zip(runs, cuts, strict=True)])
        words.sort()
        yield words
        for run in runs:
            release(run)


@dataclass(frozen=True, slots=True)
class Rare:
    """The anchors of N texts that more than one has and at most `CAP`.

    Args:
        holders: uint32, the texts that have each, ascending, one anchor after another; the last of each marked `_LAST`.
        places: int64, where each text stands in `holders` as one that is not the last, text after text.
        begins: int64, shape (N + 1,); text i has `places[begins[i]:begins[i + 1]]`.
        n_rare: int64, shape (N,), how many anchors each has that at most `CAP` have, its own ones too.
    """

    holders: Holders
    places: Ints
    begins: Ints
    n_rare: Ints


def rare_anchors(parts: Iterable[Hashes], n_words: int, bits: np.uint64, n_texts: int, allocate: Allocate) -> Rare:
    """Return the rare ones of the anchors whose words are `parts`, sorted; `n_words` is not less than there are."""
    holders = allocate((n_words,), np.uint32)
    n_rare, n_places, found = np.zeros(n_texts, np.int64), np.zeros(n_texts, np.int64), 0
    for words in parts:
        found = _keep_shared(words, bits, CAP, n_rare, n_places, holders, found)
        release(holders)
    holders = holders[:found]
    begins = np.concatenate(([0], np.cumsum(n_places))).astype(np.int64)
    places = allocate((int(begins[-1]),), np.int64)
    _place(holders, begins[:-1].copy(), places)
    for array in (holders, places):
        release(array)
    return Rare(holders, places, begins, n_rare)


def sharing(rare: Rare, share: float) -> Iterator[Ints]:
    """Yield rows (a, b, n): texts a < b share n rare anchors, at least `share` of those of one of them; sorted."""
    block = rare.begins[1:] // _BLOCK_PLACES
    edges = [0, *(np.flatnonzero(np.diff(block)) + 1).tolist(), len(rare.n_rare)]

    def counted(texts: tuple[int, int]) -> Ints:
        rows, n_rows = np.empty((0, 3), np.int64), _ROOM
        counts, met = np.zeros(len(rare.n_rare), np.int64), np.empty(len(rare.n_rare), np.int64)
        while n_rows > len(rows):
            rows = np.empty((n_rows, 3), np.int64)
            n_rows = _count_together(
                rare.holders, rare.places, rare.begins, *texts, rare.n_rare, share, counts, met, rows
            )
        release(rare.holders)
        release(rare.places)
        rows = rows[:n_rows]
        return np.asarray(rows[np.lexsort((rows[:, 1], rows[:, 0]))])

    return in_threads(counted, pairwise(edges))


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
def _keep_shared(
    words: Hashes, bits: np.uint64, cap: int, n_rare: Ints, n_places: Ints, holders: Holders, found: int
) -> int:
    """Write the texts of each rare anchor that more than one text has from `found` on; return where they end."""
    mask = (np.uint64(1) << bits) - np.uint64(1)
    begin = 0
    while begin < len(words):
        end, n_holders = begin, 0
        while end < len(words) and words[end] >> bits == words[begin] >> bits:
            n_holders += end == begin or words[end] != words[end - 1]
            end += 1
        if n_holders <= cap:
            for at in range(begin, end):
                if at > begin and words[at] == words[at - 1]:
                    continue
                text = np.int64(words[at] & mask)
                n_rare[text] += 1
                if n_holders > 1:
                    n_places[text] += 1
                    holders[found] = text
                    found += 1
            if n_holders > 1:
                n_places[text] -= 1
                holders[found - 1] |= _LAST
        begin = end
    return found


@kernel
def _place(holders: Holders, cursor: Ints, places: Ints) -> None:
    """Write where each text stands; `cursor` says where its places go."""
    for at in range(len(holders)):
        if not holders[at] & _LAST:
            places[cursor[holders[at]]] = at
            cursor[holders[at]] += 1


@kernel
def _count_together(
    holders: Holders, places: Ints, begins: Ints, low: int, high: int, n_rare: Ints, share: float, counts: Ints,
    met: Ints, rows: Ints,
) -> int:  # fmt: skip
    """Write rows (a, b, n) of the texts from `low` to `high` with the later ones that they share anchors with.

    Args:
        counts: zeros, one for each text; they are zeros again afterwards.
        met: room for all texts.

    Returns:
        How many rows there are; as many are written as there is room for.
    """
    found = 0
    for a in range(low, high):
        n_met = 0
        for place in places[begins[a] : begins[a + 1]]:
            is_last = False
            while not is_last:
                place += 1
                is_last = holders[place] & _LAST != 0
                b = np.int64(holders[place] & ~_LAST)
                if counts[b] == 0:
                    met[n_met] = b
                    n_met += 1
                counts[b] += 1
        for b in met[:n_met]:
            if counts[b] >= share * min(n_rare[a], n_rare[b]):
                if found < len(rows):
                    rows[found, 0], rows[found, 1], rows[found, 2] = a, b, counts[b]
                found += 1
            counts[b] = 0
    return found
