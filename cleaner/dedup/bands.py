"""How many bands of signatures find the pairs at a threshold, and how alike must signatures be for a comparison?

In: thresholds and the number of permutations. Out: b bands of r rows, the probability that they find a pair, and how
many equal components a pair needs. What always holds: all of it follows from the settings, whatever the texts are.
"""

import math
from dataclasses import dataclass

import numpy as np

from cleaner.dedup.kernel import Floats, Ints
from cleaner.errors import ConfigError

PRUNE_SIGMAS = 4.0
"""How far under the floor an estimate must be. Source: binomial tail at num_perm 128: at 4 sigma a pair at the floor is
lost with probability 3·10^-5, one at τ = 0.6 with less than 10^-15."""


@dataclass(frozen=True, slots=True)
class Bands:
    """b bands of r rows, and the share of pairs at τ that they find."""

    b: int
    r: int
    expected_recall: float

    def recall(self, similarity: float) -> float:
        """Return the probability that a pair of this Jaccard similarity shares a bucket.

        Source: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, section 3.4.2.
        """
        return 1.0 - (1.0 - similarity**self.r) ** self.b


def choose_bands(threshold: float, recall: float, num_perm: int) -> Bands:
    """Return the bands with the most rows that find pairs at `threshold` with probability `recall`.

    The more rows, the fewer false candidates; of equal rows the fewest bands are taken. Where num_perm is too small
    for the recall asked for, the best there is comes back and its `expected_recall` says so.

    >>> choose_bands(0.6, 0.999, 128)
    Bands(b=29, r=3, expected_recall=0.9991386774492782)
    >>> choose_bands(0.3, 0.9999, 16).expected_recall < 0.9999
    True
    """
    if not 0.0 < threshold <= 1.0 or num_perm < 1:
        raise ConfigError(
            "dedup", f"threshold {threshold}, num_perm {num_perm}", "a threshold in (0, 1], num_perm ≥ 1", "change it"
        )
    best = Bands(num_perm, 1, Bands(num_perm, 1, 0.0).recall(threshold))
    for r in range(num_perm, 0, -1):
        if Bands(num_perm // r, r, 0.0).recall(threshold) >= recall:
            b = next(b for b in range(1, num_perm // r + 1) if Bands(b, r, 0.0).recall(threshold) >= recall)
            return Bands(b, r, Bands(b, r, 0.0).recall(threshold))
    return best


def fewest_equal(floor: float | Floats, num_perm: int) -> Ints:
    """Return how many equal components a pair needs to be compared exactly: floor - 4 sigma of them.

    Source: the number of equal components is binomial, with variance floor (1 - floor) / num_perm.

    >>> fewest_equal(np.array([0.4, 0.6]), 128).tolist()
    [30, 55]
    """
    given = np.asarray(floor, np.float64)
    sigma = np.sqrt(given * (1.0 - given) / num_perm)
    return np.maximum(np.ceil((given - PRUNE_SIGMAS * sigma) * num_perm), 0).astype(np.int64)


def prune_loss(similarity: float, floor: float, num_perm: int) -> float:
    """Return the probability that a pair of this Jaccard similarity is pruned by its estimate."""
    fewest = range(int(fewest_equal(floor, num_perm)))
    if not 0.0 < similarity < 1.0:
        return float(similarity == 0.0 and len(fewest) > 0)
    # In logarithms: of a thousand permutations the binomial is more than a float holds.
    whole, is_equal, differs = math.lgamma(num_perm + 1), math.log(similarity), math.log1p(-similarity)
    return sum(
        math.exp(whole - math.lgamma(n + 1) - math.lgamma(num_perm - n + 1) + n * is_equal + (num_perm - n) * differs)
        for n in fewest
    )
