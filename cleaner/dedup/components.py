"""Which texts hang together through chains of pairs?

In: pairs of texts. Out: for each text the least index of its component. What always holds: a component groups work and
shows neighbourhoods; it never drops a text, which only a verified pair does.
"""

import numpy as np

from cleaner.dedup.kernel import Ints, kernel


def components(first_of: Ints, a: Ints, b: Ints) -> Ints:
    """Return for each text the least index of the texts that chains of pairs and exact copies join it with.

    >>> components(np.array([0, 1, 0, 3]), np.array([2]), np.array([3])).tolist()
    [0, 1, 0, 0]
    """
    root = np.arange(len(first_of))
    _join(np.arange(len(first_of)), first_of, root)
    _join(a, b, root)
    return root


@kernel
def _join(a: Ints, b: Ints, root: Ints) -> None:
    """Make `root[i]` the least index of the component of i."""
    for pair in range(len(a)):
        x, y = a[pair], b[pair]
        while root[x] != x:
            root[x] = root[root[x]]
            x = root[x]
        while root[y] != y:
            root[y] = root[root[y]]
            y = root[y]
        root[max(x, y)] = min(x, y)
    for i in range(len(root)):
        root[i] = root[root[i]]
