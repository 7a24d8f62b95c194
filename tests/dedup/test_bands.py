"""Tests of `cleaner.dedup.bands`."""

import numpy as np
import pytest

from cleaner.dedup.bands import Bands, choose_bands, fewest_equal, prune_loss
from cleaner.errors import ConfigError


@pytest.mark.parametrize("num_perm", [1, 16, 128, 200])
@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.8, 1.0])
@pytest.mark.parametrize("recall", [0.9, 0.999])
def test_choose_bands_is_the_best_there_is(threshold: float, recall: float, num_perm: int) -> None:
    """No choice with more rows, or as many rows and fewer bands, reaches the recall; the recall given is true."""
    chosen = choose_bands(threshold, recall, num_perm)
    assert chosen.b * chosen.r <= num_perm
    assert chosen.expected_recall == chosen.recall(threshold)
    possible = [
        (r, -b, Bands(b, r, 0).recall(threshold))
        for r in range(1, num_perm + 1)
        for b in range(1, num_perm // r + 1)
    ]  # fmt: skip
    enough = [way for way in possible if way[2] >= recall]
    if enough:
        assert (chosen.r, -chosen.b) == max(enough)[:2]
    else:
        assert chosen.expected_recall == max(way[2] for way in possible)


def test_impossible_settings_are_refused() -> None:
    """A threshold of 0 would make every pair a duplicate."""
    with pytest.raises(ConfigError, match=r"threshold 0\.0"):
        choose_bands(0.0, 0.9, 128)


@pytest.mark.parametrize("similarity", [0.4, 0.6])
def test_pruning_loses_what_it_says(similarity: float) -> None:
    """The share of pairs pruned is the binomial tail: nearly none at the floor, none at τ."""
    loss = prune_loss(similarity, 0.4, 128)
    equal = np.random.RandomState(0).binomial(128, similarity, 1_000_000)
    assert abs((equal < fewest_equal(0.4, 128)).mean() - loss) < 5e-5
    assert loss < 6e-5
    assert similarity == 0.4 or loss < 1e-15
