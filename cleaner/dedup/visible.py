"""How much must the signatures of two texts have in common, if masks hide a part of what the two have in common?

In: how similar two texts would have to be, how long they are and how many masks they have. Out: how many components
of their signatures must be equal. What always holds: for texts without masks it is `bands.fewest_equal`, to a
thousandth of the similarity; the more masks, the fewer, down to what half of each text has in common, since similarity
is over at least that.
"""

from dataclasses import dataclass

import numpy as np

from cleaner.dedup.bands import fewest_equal
from cleaner.dedup.kernel import Floats, Ints, kernel

HIDDEN = 20
"""Shingles that a mask hides of the other text, on average at most: those over 16 characters. What gets masked is a
name, a number or a date; `align.REACH` is the longest single one."""
STEPS = 1000
"""Similarities are rounded down to one part in so many."""


@dataclass(frozen=True, slots=True)
class Visible:
    """What can be seen of the texts of a level through their masks.

    Args:
        sizes: shape (N,), dtype int64, shingles of each at least: a mask takes k - 1 of its own text.
        n_masks: shape (N,), dtype int64.
        fewest: shape (STEPS + 1,), dtype int64, `bands.fewest_equal` of each similarity.
    """

    sizes: Ints
    n_masks: Ints
    fewest: Ints

    @classmethod
    def of(cls, n_letters: Ints, n_masks: Ints, k: int, num_perm: int) -> "Visible":
        """Return that of texts of so many letters and masks, by signatures of so many components."""
        sizes = np.maximum(n_letters - (k - 1) * (n_masks + 1), 1)
        return cls(sizes, n_masks, fewest_equal(np.arange(STEPS + 1) / STEPS, num_perm))

    def fewest_equal(self, similarity: Floats, a: Ints, b: Ints) -> Ints:
        """Return how many equal components each pair needs to be so similar, shape (n,).

        >>> visible = Visible.of(np.array([150, 150, 150, 800]), np.array([0, 1, 9, 1]), 5, 128)
        >>> visible.fewest_equal(np.full(4, 0.6), np.array([0, 0, 0, 0]), np.array([0, 1, 2, 3])).tolist()
        [55, 46, 26, 52]
        """
        needed = np.empty(len(a), np.int64)
        _fewest_equal(similarity, a, b, self.sizes, self.n_masks, self.fewest, needed)
        return needed


@kernel
def fewest_of_pair(similarity: float, a: int, b: int, sizes: Ints, n_masks: Ints, fewest: Ints) -> int:
    """Return how many equal components the texts a and b need to be so similar."""
    step = int(similarity * STEPS)
    if n_masks[a] + n_masks[b] > 0:
        seen_a = max(sizes[a] / 2, sizes[a] - HIDDEN * n_masks[b])
        seen_b = max(sizes[b] / 2, sizes[b] - HIDDEN * n_masks[a])
        shared = similarity / (1.0 + similarity) * (seen_a + seen_b)
        step = int(shared / (sizes[a] + sizes[b] - shared) * STEPS)
    return int(fewest[step])


@kernel
def _fewest_equal(similarity: Floats, a: Ints, b: Ints, sizes: Ints, n_masks: Ints, fewest: Ints, needed: Ints) -> None:
    for pair in range(len(a)):
        needed[pair] = fewest_of_pair(similarity[pair], a[pair], b[pair], sizes, n_masks, fewest)
