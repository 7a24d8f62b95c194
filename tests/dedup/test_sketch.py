"""Tests of `cleaner.dedup.sketch`; datasketch is the oracle."""

import datasketch
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.dedup.shingle import windows
from cleaner.dedup.sketch import EMPTY, SCHEME, permutations, signatures
from tests.dedup.test_shingle import CODES, flat


def by_datasketch(hashes: np.ndarray, num_perm: int, seed: int) -> np.ndarray:
    """Return datasketch's signature over the low halves of the hashes."""
    sketch = datasketch.MinHash(num_perm=num_perm, seed=seed, scheme=SCHEME, hashfunc=lambda value: value)
    sketch.update_batch([int(value) & 0xFFFFFFFF for value in hashes])
    return sketch.hashvalues


@pytest.mark.parametrize(("num_perm", "seed"), [(128, 1), (1, 7), (13, 42), (256, 2**31), (64, 0)])
def test_signatures_are_datasketchs(num_perm: int, seed: int) -> None:
    """Signatures are bit-identical to datasketch's, for any seed and number of permutations."""
    generator = np.random.RandomState(seed % 1000)
    texts = [(0x4E00 + generator.randint(0, 300, n)).tolist() for n in (0, 3, 5, 6, 7, 8, 9, 40, 1000)]
    codes, offsets = flat(texts)
    sketch, has_signature = signatures(codes, offsets, 5, num_perm, seed)
    found = windows(codes, offsets, 5)
    for i in range(len(texts)):
        hashes = found.hashes[found.bounds[i] : found.bounds[i + 1]]
        assert has_signature[i] == (len(hashes) > 0)
        np.testing.assert_array_equal(sketch[i], by_datasketch(hashes, num_perm, seed))
    a, b = permutations(num_perm, seed)
    assert np.array_equal(datasketch.MinHash(num_perm, seed, scheme=SCHEME).permutations, [a, b])


@given(st.lists(CODES, min_size=1, max_size=6), st.integers(1, 6))
def test_signatures_of_masked_texts(texts: list[list[int]], k: int) -> None:
    """Windows over a sentinel are not in the sketch; a text without a window has none and says so."""
    codes, offsets = flat(texts)
    sketch, has_signature = signatures(codes, offsets, k, 16, 1)
    found = windows(codes, offsets, k)
    for i in range(len(texts)):
        hashes = found.hashes[found.bounds[i] : found.bounds[i + 1]]
        assert has_signature[i] == (len(hashes) > 0)
        assert sketch[i].tolist() == (by_datasketch(hashes, 16, 1).tolist() if len(hashes) else [EMPTY] * 16)


def test_estimates_have_no_bias() -> None:
    """The share of equal components is the Jaccard similarity on average; unwrapped products would add 0.5."""
    generator = np.random.RandomState(3)
    texts, jaccards = [], []
    for _ in range(60):
        common, own_a, own_b = ((0x4E00 + generator.randint(0, 8000, n)).tolist() for n in (300, 150, 150))
        texts += [common + own_a, common + own_b]
        jaccards.append(296 / (296 + 2 * 150))
    sketch, _ = signatures(*flat(texts), 5, 256, 1)
    errors = (sketch[0::2] == sketch[1::2]).mean(axis=1) - jaccards
    assert abs(errors.mean()) < 4 * 0.5 / np.sqrt(60 * 256)
    assert errors.std() < 0.05


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the flat array is cut for the cache does not show."""
    generator = np.random.RandomState(0)
    codes, offsets = flat([(0x4E00 + generator.randint(0, 50, n)).tolist() for n in (30, 0, 50, 7, 200, 3, 90)])
    whole = signatures(codes, offsets, 5, 16, 1)
    monkeypatch.setattr("cleaner.dedup.batches.CHUNK_CODES", 40)
    for x, y in zip(whole, signatures(codes, offsets, 5, 16, 1), strict=True):
        np.testing.assert_array_equal(x, y)
