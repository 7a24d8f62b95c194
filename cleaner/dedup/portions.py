"""In which order are pairs compared, and how many at a time?

In: pairs of texts, and how long these are. Out: portions of the pairs, whose texts are in memory together. What always
holds: each pair stands in one portion; which one changes no value.

Making the set of a text costs more than comparing it, so that a portion should have few texts for its pairs. Texts that
are alike by chance hang together in one component, in whose midst a pair is new to both; but those that share a formula
are each paired with the least of them.
"""

import numpy as np

from cleaner.dedup.kernel import Bools, Hashes, Ints, kernel

_PLACE_BITS, _PLACE_MASK = np.uint64(32), np.uint64(0xFFFFFFFF)


def portions(lengths: Ints, a: Ints, b: Ints, n_codes: int) -> list[Ints]:
    """Cut the pairs into portions whose texts have about `n_codes` codes in all; each text is in a pair.

    >>> lengths, a, b = np.full(4, 9), np.array([0, 1, 0]), np.array([2, 3, 2])
    >>> [pairs.tolist() for pairs in portions(lengths, a, b, 18)]
    [[0, 2], [1]]
    """
    if int(lengths.sum()) <= n_codes:
        return [np.arange(len(a))] if len(a) else []
    order = np.argsort(heads(len(lengths), a, b)[np.minimum(a, b)], kind="stable")
    ends = np.zeros(len(order), np.bool_)
    _cut(lengths, a[order], b[order], n_codes, np.full(len(lengths), -1), ends)
    return np.split(order, np.flatnonzero(ends)[:-1] + 1)


def heads(n_texts: int, a: Ints, b: Ints) -> Ints:
    """Return for each text the end of the way from it to the least text before it that it is paired with, and on.

    >>> heads(5, np.array([0, 1, 3, 1]), np.array([3, 3, 4, 2])).tolist()
    [0, 1, 1, 0, 0]
    """
    head = np.arange(n_texts)
    _follow(a, b, head)
    return head


def numbered(a: Ints, b: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the texts of some pairs, ascending, and the pairs by their places among these."""
    # Text and place in one word, as in `lsh.candidates`: numpy's `unique` and `searchsorted` take ten times as long.
    words = np.concatenate((a, b)).astype(np.uint64) << _PLACE_BITS | np.arange(2 * len(a), dtype=np.uint64)
    words.sort()
    texts, numbers = np.empty(len(words), np.int64), np.empty(len(words), np.int64)
    found = _number(words, texts, numbers)
    return texts[:found].copy(), numbers[: len(a)], numbers[len(a) :]


@kernel
def _follow(a: Ints, b: Ints, head: Ints) -> None:
    for pair in range(len(a)):
        low, high = min(a[pair], b[pair]), max(a[pair], b[pair])
        head[high] = min(head[high], low)
    for text in range(len(head)):
        head[text] = head[head[text]]


@kernel
def _number(words: Hashes, texts: Ints, numbers: Ints) -> int:
    """Write the texts of sorted words of text and place, and to each place the number of its text; return how many."""
    found = 0
    for word in words:
        text = np.int64(word >> _PLACE_BITS)
        if found == 0 or texts[found - 1] != text:
            texts[found] = text
            found += 1
        numbers[np.int64(word & _PLACE_MASK)] = found - 1
    return found


@kernel
def _cut(lengths: Ints, a: Ints, b: Ints, budget: int, portion_of: Ints, ends: Bools) -> None:
    """Set `ends[i]` where a portion ends with pair i; `portion_of` holds the last portion of each text, at first -1."""
    portion, used = 0, 0
    for pair in range(len(a)):
        x, y = a[pair], b[pair]
        new = lengths[x] * (portion_of[x] != portion) + lengths[y] * (portion_of[y] != portion)
        if used and used + new > budget:
            ends[pair - 1] = True
            portion, used = portion + 1, 0
            new = lengths[x] + lengths[y]
        portion_of[x] = portion_of[y] = portion
        used += new
    ends[len(a) - 1] = True
