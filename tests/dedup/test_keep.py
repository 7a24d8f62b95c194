"""Tests of `cleaner.dedup.keep`; the keep rule, read word by word, is the oracle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.dedup.keep import (
    CONTAINED,
    EXACT,
    KEPT,
    NEAR_DUPLICATE,
    keep_order,
    least_similarity,
    paragraph_threshold,
    survivors,
    verdicts,
)
from cleaner.dedup.verify import Verified
from cleaner.errors import ConfigError

N = 8
TAU, TAU_C, RATIO = 0.6, 0.9, 0.8


def make(rows: list[dict]) -> Verified:
    """Return pairs given as rows."""
    columns = {name: [row[name] for row in rows] for name in Verified.__slots__}
    floats = {"similarity", "jaccard", "containment", "plain_containment"}
    arrays = {name: np.array(v, np.float64 if name in floats else np.int64) for name, v in columns.items()}
    return Verified(**arrays)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[int], list[dict], list[int]]:
    """Keep order, pairs with any values (few, so that ties are common), lengths."""
    order = draw(st.permutations(range(N)))
    ends = draw(st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)), max_size=16, unique_by=frozenset))
    level = st.sampled_from([0.5, 0.6, 0.7, 0.9, 1.0])
    size = st.sampled_from([3, 4, 5])
    masks = st.sampled_from([0, 1, 2])
    pairs = [
        {
            "a": a, "b": b, "similarity": draw(level), "jaccard": draw(level), "containment": draw(level),
            "plain_containment": draw(level), "masks_a": draw(masks), "masks_b": draw(masks), "size_a": draw(size),
            "size_b": draw(size), "plain_size_a": draw(size), "plain_size_b": draw(size),
        }
        for a, b in ends
        if a != b
    ]  # fmt: skip
    return order, pairs, draw(st.lists(st.sampled_from([10, 12, 20]), min_size=N, max_size=N))


def turned(pair: dict) -> dict:
    """Return the same pair with its sides exchanged."""
    other = {"a": "b", "b": "a"}
    return {
        (name[:-1] + other[name[-1]] if name[-2:] in ("_a", "_b") else other.get(name, name)): v
        for name, v in pair.items()
    }


def reason_to_drop(pair: dict, lengths: list[int]) -> int:
    """Return as what b goes if a is kept."""
    may_mask = pair["masks_a"] <= pair["masks_b"]
    if pair["similarity"] >= TAU and (pair["jaccard"] >= TAU or may_mask):
        return NEAR_DUPLICATE
    contains = pair["containment"] >= TAU_C and pair["size_b"] <= pair["size_a"]
    plainly = pair["plain_containment"] >= TAU_C and pair["plain_size_b"] <= pair["plain_size_a"]
    if contains and lengths[pair["b"]] <= RATIO * lengths[pair["a"]] and (plainly or may_mask):
        return CONTAINED
    return KEPT


def by_the_rule(order: list[int], pairs: list[dict], lengths: list[int]) -> dict[int, tuple]:
    """Return the kept text, reason and values of each dropped text."""
    fates: dict[int, tuple] = {}
    for place, text in enumerate(order):
        ways = []
        for pair in [*pairs, *map(turned, pairs)]:
            if pair["b"] == text and pair["a"] in order[:place] and pair["a"] not in fates:
                reason = reason_to_drop(pair, lengths)
                near = reason == NEAR_DUPLICATE
                merit = (near, pair["similarity"] if near else (pair["containment"], pair["similarity"]))
                if reason:
                    ways.append((merit, -order.index(pair["a"]), reason, pair))
        if ways:
            *_, reason, pair = max(ways, key=lambda way: way[:2])
            fates[text] = (pair["a"], reason, pair["similarity"], pair["jaccard"], pair["containment"])
    return fates


@settings(max_examples=500)
@given(worlds(), st.randoms())
def test_survivors_by_the_rule(world: tuple[list[int], list[dict], list[int]], random) -> None:
    """Who goes, for whom, why and with which values is what the rule says, in whatever order pairs are given."""
    order, pairs, lengths = world
    expected = by_the_rule(order, pairs, lengths)
    shuffled = [turned(pair) if random.random() < 0.5 else pair for pair in random.sample(pairs, len(pairs))]
    for given_pairs in (pairs, shuffled):
        fates = survivors(np.array(order), make(given_pairs), np.array(lengths), TAU, TAU_C, RATIO)
        for text in range(N):
            found = (
                fates.kept_of[text], fates.reason[text], fates.similarity[text], fates.jaccard[text],
                fates.containment[text],
            )  # fmt: skip
            assert found == expected.get(text, (text, KEPT, 0, 0, 0))


@given(worlds())
def test_no_chain_and_no_pair_left(world: tuple[list[int], list[dict], list[int]]) -> None:
    """A dropped text has its own kept one; two kept ones are alike only where the rule on masked forms says so."""
    order, pairs, lengths = world
    fates = survivors(np.array(order), make(pairs), np.array(lengths), TAU, TAU_C, RATIO)
    is_kept = fates.kept_of == np.arange(N)
    assert is_kept[fates.kept_of].all()
    linked = {frozenset((pair["a"], pair["b"])): pair for pair in pairs}
    for text in np.flatnonzero(~is_kept).tolist():
        pair = linked[frozenset((text, int(fates.kept_of[text])))]
        assert pair["similarity"] >= TAU or pair["containment"] >= TAU_C
        assert order.index(fates.kept_of[text]) < order.index(text)
    for pair in pairs:
        if is_kept[pair["a"]] and is_kept[pair["b"]] and pair["similarity"] >= TAU:
            first = pair if order.index(pair["a"]) < order.index(pair["b"]) else turned(pair)
            assert first["jaccard"] < TAU
            assert first["masks_a"] > first["masks_b"]


def test_exact_copies_share_a_fate() -> None:
    """Copies of a kept text go for it as exact; copies of a dropped one go where it goes, with its values."""
    pair = {
        "a": 0, "b": 1, "similarity": 0.7, "jaccard": 0.7, "containment": 0.8, "plain_containment": 0.8, "masks_a": 0,
        "masks_b": 0, "size_a": 4, "size_b": 4, "plain_size_a": 4, "plain_size_b": 4,
    }  # fmt: skip
    fates = survivors(np.arange(4), make([pair]), np.full(4, 9), TAU, TAU_C, RATIO, np.array([0, 1, 0, 1]))
    assert fates.kept_of.tolist() == [0, 0, 0, 0]
    assert fates.reason.tolist() == [KEPT, NEAR_DUPLICATE, EXACT, NEAR_DUPLICATE]
    assert fates.similarity.tolist() == [0, 0.7, 1, 0.7]
    assert fates.containment.tolist() == [0, 0.8, 1, 0.8]


def test_a_threshold_for_each_text() -> None:
    """Of two texts with different thresholds the higher one counts."""
    pair = {
        "a": 0, "b": 1, "similarity": 0.5, "jaccard": 0.5, "containment": 0.7, "plain_containment": 0.7, "masks_a": 0,
        "masks_b": 0, "size_a": 4, "size_b": 4, "plain_size_a": 4, "plain_size_b": 4,
    }  # fmt: skip
    for thresholds, kept_of in (([0.5, 0.5], [0, 0]), ([0.5, 0.6], [0, 1])):
        fates = survivors(np.arange(2), make([pair]), np.full(2, 9), np.array(thresholds), TAU_C, RATIO)
        assert fates.kept_of.tolist() == kept_of


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 60), st.sampled_from([0.5, 0.9, 1.0, 2.0]))
def test_what_drops_a_text_is_no_less_alike_than_it_has_to_be(
    size_a: int, size_b: int, shared: int, tau_c: float
) -> None:
    """A pair without masks that drops its later text has at least the similarity that its lengths ask for."""
    shared = min(shared, size_a, size_b)
    jaccard, contained = shared / (size_a + size_b - shared), shared / min(size_a, size_b)
    pair = {
        "a": 0, "b": 1, "similarity": jaccard, "jaccard": jaccard, "containment": contained,
        "plain_containment": contained, "masks_a": 0, "masks_b": 0, "size_a": size_a, "size_b": size_b,
        "plain_size_a": size_a, "plain_size_b": size_b,
    }  # fmt: skip
    lengths, rule = np.array([size_a, size_b]), (TAU, tau_c, RATIO)
    least = least_similarity(np.array([0]), np.array([1]), lengths, *rule)[0]
    assert verdicts(make([pair]), np.array([0, 1]), lengths, *rule)[0] == KEPT or jaccard >= least - 1e-12


@pytest.mark.parametrize("k", [1, 5, 8])
def test_one_edit_in_a_short_paragraph_still_matches(k: int) -> None:
    """One changed, lost or added character in a text of any length from 2 k on reaches its threshold."""
    for length in range(2 * k, 60):
        text = list(range(length))
        at = length // 2
        shingles = [
            {tuple(codes[i : i + k]) for i in range(len(codes) - k + 1)}
            for codes in (
                text,
                [*text[:at], -1, *text[at + 1 :]],
                text[:at] + text[at + 1 :],
                [*text[:at], -1, *text[at:]],
            )
        ]
        for other in shingles[1:]:
            similarity = len(shingles[0] & other) / len(shingles[0] | other)
            tau = max(paragraph_threshold(np.array([len(shingles[0]), len(other)]), 0.6, k))
            assert similarity >= min(tau, 0.6) or similarity == pytest.approx(tau)
    assert paragraph_threshold(np.array([k]), 0.6, k, 0.4).tolist() == [0.4]


def test_keep_order() -> None:
    """Most text, then fewest placeholders, then the source by its UTF-8 bytes, then the ordinal as a number."""
    sources = ["b.txt", "b.txt", "a.txt", "乙.txt", "a.txt", "\U00020000.txt", "\uffee.txt"]
    ordinals = np.array([10, 9, 0, 0, 1, 0, 0])
    n_unmasked = np.array([5, 5, 5, 9, 5, 5, 5])
    n_placeholders = np.array([0, 0, 1, 3, 0, 0, 0])
    assert keep_order(n_unmasked, n_placeholders, sources, ordinals).tolist() == [3, 4, 1, 0, 6, 5, 2]
    assert keep_order(n_unmasked, n_placeholders, sources, ordinals, ("first",)).tolist() == [2, 4, 1, 0, 3, 6, 5]
    assert sorted(sources, key=str.encode) == sorted(sources)
    with pytest.raises(ConfigError, match="'longest'"):
        keep_order(n_unmasked, n_placeholders, sources, ordinals, ("longest",))
