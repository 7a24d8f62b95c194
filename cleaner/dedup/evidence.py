"""Which pairs are worth an exact comparison whatever their signatures say?

In: paragraphs that speeches have in common. Out: pairs of speeches. A signature shows how much of both texts is shared;
an excerpt shares little of the whole, and a copy masked at other places shares less than it says. Both share stretches
with their source that few other texts have: paragraphs, and shorter ones (`anchors.py`). What always holds: what many
texts have (thanks, a slogan, an address) is no evidence; the pairs depend on the set of texts alone.
"""

import numpy as np

from cleaner.dedup.kernel import Ints, kernel

CAP = 50
"""What more texts have is a formula."""


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
    holds = np.sort(first_of * n_speeches + speech_of)
    holds = holds[np.concatenate(([True], holds[1:] != holds[:-1]))[: len(holds)]]
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
