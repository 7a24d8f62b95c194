"""Tests of `cleaner.dedup.verify` and `cleaner.dedup.align`; `oracle.py` is the oracle."""

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from cleaner.chars import MASK
from cleaner.dedup.comparison import form
from cleaner.dedup.shingle import flatten
from cleaner.dedup.verify import Verified, verify
from tests.dedup import oracle

K = 3


@st.composite
def related_texts(draw: st.DrawFn) -> list[str]:
    """Return texts made from one by masking, cutting, doubling or replacing; of few characters, so that they repeat."""
    alphabet = draw(st.sampled_from(["国家", "国家人民", "国家人民大会代表团体改革开放"]))
    base = draw(st.text(st.sampled_from(alphabet), min_size=5, max_size=60))
    texts = []
    for _ in range(3):
        text = base
        for _ in range(draw(st.integers(0, 4))):
            at = draw(st.integers(0, max(0, len(text) - 1)))
            end = min(len(text), at + draw(st.integers(0, 6)))
            new = draw(
                st.sampled_from([MASK, MASK, MASK, "", text[at:end] * 2, alphabet[::-1][:3], MASK + "人" + MASK])
            )
            text = text[:at] + new + text[end:]
        texts.append(text)
    return texts


def verified(texts: list[str], k: int, floor: float, containment: float) -> tuple[Verified, list[oracle.Values]]:
    """Return the values of every text with every text, and what the oracle says."""
    codes, offsets = flatten([form(text).codes for text in texts])
    a, b = (side.ravel() for side in np.indices((len(texts), len(texts))))
    lists = [form(text).codes.tolist() for text in texts]
    expected = [oracle.values(lists[i], lists[j], k) for i, j in zip(a, b, strict=True)]
    return verify(codes, offsets, a, b, k, floor, containment), expected


@settings(max_examples=400)
@given(related_texts(), st.integers(1, 5))
def test_values_are_the_definitions(texts: list[str], k: int) -> None:
    """Every value of every pair is what sets of k-tuples give; with floor 0 none is left out."""
    found, expected = verified(texts, k, 0.0, 2.0)
    for pair, values in enumerate(expected):
        assert found.similarity[pair] == values.similarity
        assert found.jaccard[pair] == values.jaccard
        assert found.containment[pair] == values.containment
        assert found.plain_containment[pair] == values.plain_containment
        assert found.masks_a[pair] == values.masks_a
        assert found.masks_b[pair] == values.masks_b
        event(f"masks matter: {values.similarity != values.jaccard}")


@settings(max_examples=200)
@given(related_texts(), st.sampled_from([0.1, 0.4, 0.6, 1.0]), st.sampled_from([0.5, 0.9, 1.0, 1.5]))
def test_early_exit_changes_nothing(texts: list[str], floor: float, containment: float) -> None:
    """A pair is returned if and only if its exact values say so, and then all of them are exact."""
    found, expected = verified(texts, K, floor, containment)
    every, _ = verified(texts, K, 0.0, 2.0)
    reached = [values.similarity >= floor or values.containment >= containment for values in expected]
    for name in Verified.__slots__:
        np.testing.assert_array_equal(getattr(found, name), getattr(every.take(np.array(reached)), name))


def test_early_exit_waits_for_masked_pairs() -> None:
    """A pair whose plain Jaccard is little over half of the floor still reaches it when masks are heeded."""
    generator = np.random.RandomState(1)
    base = "".join(map(chr, 0x4E00 + generator.permutation(960)))
    masked = "".join(MASK if i % 24 in range(10, 17) else char for i, char in enumerate(base))
    found, expected = verified([base, masked], 5, 0.95, 9.0)
    assert expected[1].jaccard < 0.56
    at = np.flatnonzero((found.a == 0) & (found.b == 1))
    assert found.similarity[at].tolist() == [expected[1].similarity]
    assert expected[1].similarity >= 0.95


@given(related_texts())
def test_swapping_the_texts_swaps_the_values(texts: list[str]) -> None:
    """Similarity is symmetric, masks and sizes change sides."""
    found, _ = verified(texts, K, 0.0, 2.0)
    n = len(texts)
    swapped = found.take(np.arange(n * n).reshape(n, n).T.ravel())
    np.testing.assert_array_equal(found.similarity, swapped.similarity)
    np.testing.assert_array_equal(found.masks_a, swapped.masks_b)
    np.testing.assert_array_equal(found.size_a, swapped.size_b)


LEFT, RIGHT = (
    "去年全市生产总值达到了",
    "亿元比上年增长很快超过预期",
)  # "the city's output reached …", "… billion, growing fast"


@pytest.mark.parametrize(
    ("between", "is_opposite", "masks"),
    [
        ("五百", True, 1),
        ("", True, 0),  # nothing stands where the mask is: no word is opposite it
        (MASK, True, 0),
        ("五" + MASK + "百", True, 1),
        ("一二三四五六七八九十" * 6 + "一二三四", True, 1),  # 64 apart
        ("一二三四五六七八九十" * 6 + "一二三四五", False, 0),  # 65 apart
    ],
)
def test_words_opposite_a_mask(between: str, is_opposite: bool, masks: int) -> None:
    """What stands opposite a mask, up to 64 characters, is no difference."""
    rest = "".join(map(chr, range(0x4E00, 0x4E40)))  # long enough for half of each text to remain
    found, expected = verified([LEFT + MASK + RIGHT + rest, LEFT + between + RIGHT + rest], 5, 0.0, 2.0)
    assert (found.similarity[1] == 1.0) == is_opposite
    assert found.masks_a[1] == masks
    assert found.similarity[1] == expected[1].similarity


def test_masks_close_together_are_one() -> None:
    """Three masks with a character or two between them lie opposite the whole stretch."""
    masked = f"{LEFT}{MASK}亿{MASK}万{MASK}{RIGHT}"
    found, _ = verified([masked, f"{LEFT}三亿四千万零五{RIGHT}"], 5, 0.0, 2.0)
    assert (found.similarity[1], found.masks_a[1]) == (1.0, 1)


def test_a_mask_at_the_edge_is_no_wildcard() -> None:
    """Without k characters on both sides nothing says what a mask stands for."""
    found, _ = verified([f"去年{MASK}{RIGHT}", f"去年全市{RIGHT}"], 5, 0.0, 2.0)
    assert found.similarity[1] == found.jaccard[1] < 1
    assert found.masks_a[1] == 0


def test_mostly_opposite_masks_is_not_similar() -> None:
    """Where less than half of a text remains, the plain value stands."""
    masked = MASK.join(["第一第二第三", "第四第五第六", "第七第八第九"])  # "first, second, third, …"
    other = "第一第二第三甲乙丙丁戊己庚辛壬癸子丑第四第五第六寅卯辰巳午未申酉戌亥天地第七第八第九"
    found, _ = verified([masked, other], 5, 0.0, 2.0)
    assert found.masks_a[1] == 2
    assert found.similarity[1] == found.jaccard[1]


@pytest.mark.parametrize("texts", [["", ""], ["谢谢", "谢谢"], [MASK, MASK], ["", LEFT]])
def test_texts_without_shingles_are_not_similar(texts: list[str]) -> None:
    """Two texts without a shingle have similarity 0, never 1."""
    found, _ = verified(texts, 5, 0.0, 2.0)
    assert found.similarity[1] == found.containment[1] == 0


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little fits in memory at a time, each pair has its values, in the order given."""
    generator = np.random.RandomState(0)
    texts = ["".join(generator.choice(list("国家人民" + MASK), generator.randint(0, 80))) for _ in range(12)]
    whole, _ = verified(texts, K, 0.0, 2.0)
    monkeypatch.setattr("cleaner.dedup.verify.COPIED_CODES", 300)
    monkeypatch.setattr("cleaner.dedup.verify.BATCH_CODES", 100)
    parts, _ = verified(texts, K, 0.0, 2.0)
    for name in Verified.__slots__:
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


def test_no_pairs() -> None:
    """No pairs give no values."""
    empty = np.empty(0, np.int64)
    codes, offsets = flatten([form(LEFT).codes])
    assert len(verify(codes, offsets, empty, empty, 5, 0.4, 0.9)) == 0
    assert len(Verified.concatenate([])) == 0
