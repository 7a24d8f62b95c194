"""Tests of `cleaner.dedup.detect` and `cleaner.dedup.hot`; brute force over all pairs is the oracle."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.chars import MASK
from cleaner.dedup.anchors import anchor_pairs
from cleaner.dedup.comparison import form
from cleaner.dedup.detect import Detected, Settings, detect
from cleaner.dedup.exact import digests
from cleaner.dedup.hot import compare_hot
from cleaner.dedup.keep import Fates, keep_order, survivors
from cleaner.dedup.kernel import Ints
from cleaner.dedup.shingle import count_codes, flatten
from cleaner.dedup.sketch import signatures
from cleaner.dedup.verify import Verified, verify
from cleaner.dedup.visible import Visible
from cleaner.errors import ConfigError
from cleaner.store.flat import Arrays, Flat

SETTINGS = Settings(5, 128, 1, 0.6, 0.9, 0.8, 0.4, 0.999, 1000)


def corpus(seed: int, n_bases: int = 12, n_copies: int = 6) -> list[str]:
    """Return made-up texts in families: copies with edits and masks, excerpts, exact copies, and empty ones."""
    generator = np.random.RandomState(seed)
    alphabet = [chr(0x4E00 + i) for i in range(400)]
    texts = ["", "。", "谢谢"]
    for _ in range(n_bases):
        base = "".join(generator.choice(alphabet, generator.randint(40, 300)))
        for _ in range(n_copies):
            text = base
            for _ in range(generator.randint(0, 12)):
                at = generator.randint(0, len(text))
                new = generator.choice(alphabet) if generator.rand() < 0.7 else MASK
                text = text[:at] + new + text[at + generator.randint(0, 3) :]
            if generator.rand() < 0.2:
                text = text[: len(text) // 2]
            texts.append(text)
        texts += [base, base + "。"]
    return texts


def run(texts: list[str], names: list[str], settings: Settings = SETTINGS, **more: object) -> tuple[Detected, Fates]:
    """Return what is detected and who stays, in the default keep order."""
    forms = [form(text) for text in texts]
    codes, offsets = flatten([made.codes for made in forms])
    lengths, n_masks = count_codes(codes, offsets)
    order = keep_order(lengths, n_masks, names, np.zeros(len(texts), np.int64))
    found = detect(codes, offsets, settings, order, **more)  # type: ignore[arg-type]
    fates = survivors(
        order, found.pairs, lengths, settings.threshold, settings.containment, settings.length_ratio, found.first_of
    )
    return found, fates


def by_name(found: Detected, names: list[str]) -> list[tuple]:
    """Return the pairs with names for indices."""
    pairs = found.pairs
    return [
        (names[a], names[b], s, j, c)
        for a, b, s, j, c in zip(pairs.a, pairs.b, pairs.similarity, pairs.jaccard, pairs.containment, strict=True)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_pairs_are_those_of_brute_force(seed: int) -> None:
    """All pairs at τ by plain Jaccard are found, none is invented, and each has its exact values."""
    texts = corpus(seed)
    found, fates = run(texts, [f"{i:03}" for i in range(len(texts))])
    codes, offsets = flatten([form(text).codes for text in texts])
    firsts = np.flatnonzero(found.first_of == np.arange(len(texts)))
    a, b = (np.array(side) for side in zip(*combinations(firsts.tolist(), 2), strict=True))
    every = verify(codes, offsets, a, b, SETTINGS.k, SETTINGS.floor, SETTINGS.containment)
    value = {frozenset(pair): v for *pair, v in zip(every.a, every.b, every.similarity, strict=True)}
    given_pairs = {
        frozenset(pair): v for *pair, v in zip(found.pairs.a, found.pairs.b, found.pairs.similarity, strict=True)
    }
    assert given_pairs.items() <= value.items()
    needed = {
        frozenset(pair) for *pair, j in zip(every.a, every.b, every.jaccard, strict=True) if j >= SETTINGS.threshold
    }
    assert needed <= set(given_pairs)
    assert len(given_pairs) == len(found.pairs) == found.statistics.n_reached
    assert (fates.kept_of[:3] == [0, 1, 2]).all()


@given(st.integers(0, 3), st.randoms(), st.sampled_from([2, 4, 1000]))
def test_order_of_the_texts_changes_nothing(seed: int, random, bucket_cap: int) -> None:
    """The same texts in another order give the same pairs, counts and survivors, hot buckets or not."""
    texts = corpus(seed, 5)
    names = [f"{i:03}" for i in range(len(texts))]
    places = random.sample(range(len(texts)), len(texts))
    settings = replace(SETTINGS, bucket_cap=bucket_cap)
    found, fates = run(texts, names, settings)
    mixed_names = [names[i] for i in places]
    mixed, mixed_fates = run([texts[i] for i in places], mixed_names, settings)
    assert by_name(mixed, mixed_names) == by_name(found, names)
    assert mixed.statistics == found.statistics
    assert {mixed_names[i]: mixed_names[kept] for i, kept in enumerate(mixed_fates.kept_of)} == {
        names[i]: names[kept] for i, kept in enumerate(fates.kept_of)
    }


@pytest.mark.parametrize("wave", [1, 7, 256])
@pytest.mark.parametrize("seed", range(4))
def test_hot_buckets_keep_the_same_texts(seed: int, wave: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing with survivors only, as hot buckets are, keeps what comparing all pairs keeps, at less cost."""
    monkeypatch.setattr("cleaner.dedup.hot._WAVE", wave)
    monkeypatch.setattr("cleaner.dedup.stays._ROOM", wave)
    texts = corpus(seed, 4, 25)
    names = [f"{i:03}" for i in range(len(texts))]
    full, fates = run(texts, names)
    hot, hot_fates = run(texts, names, replace(SETTINGS, bucket_cap=3))
    assert full.statistics.n_hot_buckets == 0 < hot.statistics.n_hot_verified
    assert hot.statistics.n_verified < full.statistics.n_verified / 2
    assert (hot_fates.kept_of == np.arange(len(texts))).tolist() == (fates.kept_of == np.arange(len(texts))).tolist()
    assert set(by_name(hot, names)) <= set(by_name(full, names))


@pytest.mark.parametrize("n_copies", [1, 2, 3, 40])
@pytest.mark.parametrize("edit", ["", "国"])
def test_a_bucket_at_the_cap_and_above_it(n_copies: int, edit: str) -> None:
    """However many texts are one, or one but for a character each, the first stays; at the cap no bucket is hot."""
    text = "".join(chr(0x4E00 + i) for i in range(200))
    texts = ([text[:at] + edit + text[at:] for at in range(10, 190, 9)] * 2)[:n_copies]
    found, fates = run(texts, [f"{i:03}" for i in range(n_copies)], replace(SETTINGS, bucket_cap=3))
    assert (found.statistics.n_hot_buckets > 0) == (len(set(texts)) > 3)
    assert set(fates.kept_of.tolist()) == {0}


def test_unlike_members_of_hot_buckets_are_not_compared() -> None:
    """Texts that share a formula and little else are left alone, however many; their copies are found all the same."""
    generator = np.random.RandomState(0)
    alphabet = [chr(0x4E00 + i) for i in range(400)]
    formula = "".join(generator.choice(alphabet, 40))
    texts = [formula + "".join(generator.choice(alphabet, 60)) for _ in range(60)]
    texts += [text[:-1] for text in texts]
    found, fates = run(texts, [f"{i:03}" for i in range(len(texts))], replace(SETTINGS, bucket_cap=3))
    assert found.statistics.n_hot_buckets > 0
    assert found.statistics.n_hot_verified <= 60
    assert fates.kept_of.tolist() == [*range(60), *range(60)]


def test_who_goes_before_a_hot_bucket_drops_nobody() -> None:
    """A text that goes for one before it does not drop a member, which is then compared with the others."""

    def drops(a: Ints, b: Ints) -> Verified:
        ones, n = np.ones(len(a)), np.ones(len(a), np.int64)
        return Verified(a, b, ones, ones, ones, ones, 0 * n, 0 * n, n, n, n, n)

    known = drops(np.array([0, 1]), np.array([1, 2]))
    found, n_compared = compare_hot(
        [np.array([2, 3, 4])], (known.a, known.b), known, np.ones((5, 8), np.uint32), np.arange(5), 0.9,
        lambda a, b: np.full(len(a), 8), Visible.of(np.full(5, 60), np.zeros(5, np.int64), 5, 8), np.arange(5),
        lambda pairs: pairs.similarity > 0, drops,
    )  # fmt: skip
    assert (found.a.tolist(), found.b.tolist(), n_compared) == ([2, 2], [3, 4], 2)


def test_thresholds_of_texts_decide_in_hot_buckets() -> None:
    """A member of a hot bucket is compared until a text drops it by its own threshold, not by τ."""
    texts = corpus(0, 4, 25)
    names = [f"{i:03}" for i in range(len(texts))]
    settings = replace(SETTINGS, bucket_cap=3)
    plain, _ = run(texts, names, settings)
    same, _ = run(texts, names, settings, thresholds=np.full(len(texts), SETTINGS.threshold))
    strict, _ = run(texts, names, settings, thresholds=np.full(len(texts), 0.95))
    assert same.statistics == plain.statistics
    assert strict.statistics.n_hot_verified > plain.statistics.n_hot_verified


def test_given_values_are_used() -> None:
    """Digests and signatures known already, mapped from a file say, and another comparer give the same result."""
    texts = corpus(1)
    names = [f"{i:03}" for i in range(len(texts))]
    codes, offsets = flatten([form(text).codes for text in texts])
    asked = []

    def compare(a: np.ndarray, b: np.ndarray) -> object:
        asked.extend(zip(a.tolist(), b.tolist(), strict=True))
        return verify(codes, offsets, a, b, SETTINGS.k, SETTINGS.floor, SETTINGS.containment)

    expected, _ = run(texts, names)
    found, _ = run(
        texts,
        names,
        keys=digests(codes, offsets),
        sketches=signatures(codes, offsets, SETTINGS.k, SETTINGS.num_perm, SETTINGS.seed),
        compare=compare,
    )
    assert by_name(found, names) == by_name(expected, names)
    assert len(asked) == len(set(asked)) == found.statistics.n_verified


def test_extra_pairs_find_what_signatures_do_not() -> None:
    """An excerpt far shorter than its source is found through the anchors of what both hold."""
    generator = np.random.RandomState(5)
    lines = ["".join(map(chr, generator.randint(0x4E00, 0x5E00, 60))) for _ in range(40)]
    texts = ["\n".join(lines), lines[7], "\n".join(lines[20:22]), "".join(map(chr, range(0x6000, 0x6040)))]
    codes, offsets = flatten([form(text).codes for text in texts])
    a, b = anchor_pairs(codes, offsets, SETTINGS.k, np.arange(4))
    names = list("abcd")
    assert run(texts, names)[0].statistics.n_reached == 0
    found, fates = run(texts, names, extra_pairs=(b, a))
    assert fates.kept_of.tolist() == [0, 0, 0, 3]
    assert found.statistics.n_extra == 2
    assert found.pairs.containment.tolist() == [1.0, 1.0]


def test_extra_pairs_of_copies() -> None:
    """Extra pairs are brought to the representatives: copies of one text are no pair, nor is a pair given twice."""
    base = "".join(map(chr, range(0x4E00, 0x4E40)))
    texts = [base, base + "。", base[:50], base[:50] + "！", ""]
    a, b = np.array([0, 0, 1, 3, 2, 4]), np.array([1, 2, 3, 0, 2, 4])
    found, fates = run(texts, list("abcde"), extra_pairs=(a, b))
    assert (found.pairs.a.tolist(), found.pairs.b.tolist()) == ([0], [2])
    assert fates.kept_of.tolist() == [0, 0, 0, 0, 4]


def test_masked_pairs_are_not_pruned() -> None:
    """A masked copy whose plain Jaccard is far below the floor is compared all the same if a bucket finds it."""
    generator = np.random.RandomState(2)
    texts = []
    for _ in range(30):
        base = "".join(map(chr, generator.randint(0x4E00, 0x5E00, 240)))
        masked = "".join(MASK if i % 12 in (10, 11) else char for i, char in enumerate(base))
        texts += [base, masked]
    found, _ = run(texts, [f"{i:02}" for i in range(60)])
    assert found.statistics.n_pruned < found.statistics.n_candidates
    assert (found.pairs.similarity > found.pairs.jaccard).any()


@pytest.mark.parametrize("n_texts", [0, 1, 2])
def test_few_texts(n_texts: int) -> None:
    """No text, one, and two empty ones make no pair."""
    found, fates = run([""] * n_texts, ["a"] * n_texts)
    assert len(found.pairs) == 0
    assert fates.kept_of.tolist() == list(range(n_texts))


@pytest.mark.parametrize(
    ("name", "value"), [("k", 0), ("floor", 0.7), ("threshold", 0), ("recall", 1.0), ("bucket_cap", 1), ("num_perm", 0)]
)
def test_wrong_settings_say_which(name: str, value: float) -> None:
    """A setting that makes no sense is named before any work is done."""
    with pytest.raises(ConfigError, match=rf"dedup\.{name}: found {value}"):
        replace(SETTINGS, **{name: value})


def test_stretches_are_compared_where_they_stand() -> None:
    """Rows of the offsets that are stretches of longer texts give what the same stretches give on their own."""
    texts = [text for text in corpus(3, 4) if len(text) > 30]
    codes, offsets = flatten([form(text).codes for text in texts])
    starts, ends = offsets[:-1] + 3, offsets[1:] - 7
    alone, bounds = flatten([codes[first:last] for first, last in zip(starts, ends, strict=True)])
    order = np.arange(len(texts))
    found = detect(codes, np.column_stack((starts, ends)).ravel(), SETTINGS, order, rows=2 * order)
    expected = detect(alone, bounds, SETTINGS, order)
    assert found.statistics == expected.statistics
    assert by_name(found, texts) == by_name(expected, texts)


def test_mapped_arrays_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms and signatures in files, looked at in small chunks and by any number of threads, give the same."""
    texts = corpus(2)
    codes, offsets = flatten([form(text).codes for text in texts])
    order = np.arange(len(texts))
    expected = detect(codes, offsets, SETTINGS, order, anchor_pairs(codes, offsets, 5, order))
    with Flat(tmp_path / "codes", np.uint32) as file:
        file.append(codes[:1000])
        file.append(codes[1000:])
    mapped = file.mapped()
    monkeypatch.setattr("cleaner.dedup.batches.CHUNK_CODES", 500)
    monkeypatch.setattr("cleaner.dedup.verify.COPIED_CODES", 1500)
    monkeypatch.setattr("cleaner.dedup.verify.BATCH_CODES", 500)
    for n_threads in (1, 3):
        monkeypatch.setattr("cleaner.dedup.batches.threads", lambda n=n_threads: n)
        arrays = Arrays(tmp_path / str(n_threads))
        found = detect(mapped, offsets, SETTINGS, order, anchor_pairs(mapped, offsets, 5, order), allocate=arrays)
        assert found.statistics == expected.statistics
        assert by_name(found, texts) == by_name(expected, texts)
