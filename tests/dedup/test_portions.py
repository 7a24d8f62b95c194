"""Tests of `cleaner.dedup.portions`: which pairs are compared together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cleaner.dedup.portions import heads, numbered, portions

PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60)


def sides(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the two sides of pairs."""
    a, b = np.array(pairs, np.int64).reshape(-1, 2).T.copy()
    return a, b


@given(PAIRS)
def test_numbers_are_places_among_the_texts(pairs: list[tuple[int, int]]) -> None:
    """The texts of pairs are given ascending, each once, and a pair by their places."""
    a, b = sides(pairs)
    texts, x, y = numbered(a, b)
    assert texts.tolist() == sorted({*a.tolist(), *b.tolist()})
    assert (texts[x].tolist(), texts[y].tolist()) == (a.tolist(), b.tolist())


@given(PAIRS, st.integers(1, 200))
def test_each_pair_stands_in_one_portion(pairs: list[tuple[int, int]], n_codes: int) -> None:
    """Portions hold all pairs, and none more than was asked for, unless it has but one pair."""
    texts, a, b = numbered(*sides(pairs))
    lengths = 1 + texts % 7
    cut = portions(lengths, a, b, n_codes)
    assert sorted(np.concatenate([[], *cut]).tolist()) == list(range(len(pairs)))
    for some in cut:
        used = np.unique(np.concatenate((a[some], b[some])))
        assert len(some) == 1 or lengths[used].sum() <= n_codes


@given(PAIRS)
def test_heads_by_definition(pairs: list[tuple[int, int]]) -> None:
    """From each text the way leads to the least text that it is paired with, and on, as long as that one is less."""
    a, b = sides(pairs)
    least = {i: min([i, *(min(pair) for pair in pairs if i in pair)]) for i in range(31)}
    expected = []
    for text in range(31):
        while least[text] != text:
            text = least[text]
        expected.append(text)
    assert heads(31, a, b).tolist() == expected


def test_texts_of_a_formula_stand_together() -> None:
    """Groups whose members are all alike, hung together by chance, are looked at group by group."""
    generator = np.random.default_rng(1)
    member_of = generator.permutation(np.repeat(np.arange(100), 10))
    a, b = (side.ravel() for side in np.indices((1000, 1000)))
    together = (member_of[a] == member_of[b]) & (a < b)
    chance = generator.integers(0, 1000, (2, 100))
    a, b = np.concatenate((a[together], chance.min(axis=0))), np.concatenate((b[together], chance.max(axis=0)))
    by_first = np.argsort(a, kind="stable")
    a, b = a[by_first], b[by_first]
    n_sets = sum(len(np.unique((a[some], b[some]))) for some in portions(np.ones(1000, np.int64), a, b, 50))
    assert n_sets < 2000
    straight = [np.arange(first, min(first + 50, len(a))) for first in range(0, len(a), 50)]
    assert sum(len(np.unique((a[some], b[some]))) for some in straight) > 4000
