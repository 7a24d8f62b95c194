"""Near-duplicates among 3,475 real Chinese laws, against brute force; what it costs is printed (pytest -s)."""

import csv
import gzip
import json
import time
from pathlib import Path

import numpy as np
import pytest

from cleaner.dedup.comparison import form
from cleaner.dedup.detect import Settings, detect
from cleaner.dedup.keep import keep_order, survivors
from cleaner.dedup.shingle import count_codes, flatten
from cleaner.dedup.verify import verify

LAWS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "laws"
SETTINGS = Settings(5, 128, 1, 0.6, 0.9, 0.8, 0.4, 0.999, 1000)

pytestmark = pytest.mark.skipif(not LAWS.exists(), reason="shared/data/laws is absent")


@pytest.fixture(scope="module")
def laws() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return ids and comparison forms, flat."""
    with gzip.open(LAWS / "laws.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    codes, offsets = flatten([form(row["text"]).codes for row in rows])
    return [row["id"] for row in rows], codes, offsets


def test_every_known_pair_is_found(laws: tuple[list[str], np.ndarray, np.ndarray]) -> None:
    """Each pair of the brute-force list with Jaccard ≥ τ under our comparison form is found, with that value."""
    ids, codes, offsets = laws
    with (LAWS / "oracle.tsv").open(encoding="utf-8", newline="") as table:
        known = [(row["a_id"], row["b_id"]) for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)]
    index = {name: i for i, name in enumerate(ids)}
    a, b = (np.array([index[pair[side]] for pair in known]) for side in (0, 1))
    expected = verify(codes, offsets, a, b, SETTINGS.k, 0.0, 2.0)

    lengths, n_masks = count_codes(codes, offsets)
    order = keep_order(lengths, n_masks, ids, np.zeros(len(ids), np.int64))
    detect(codes[:1000], np.array([0, 500, 1000]), SETTINGS, np.arange(2))  # compiles
    began = time.perf_counter()
    found = detect(codes, offsets, SETTINGS, order)
    seconds = time.perf_counter() - began
    fates = survivors(order, found.pairs, lengths, 0.6, 0.9, 0.8, found.first_of)

    value = {
        frozenset(pair): jaccard
        for *pair, jaccard in zip(found.pairs.a, found.pairs.b, found.pairs.jaccard, strict=True)
    }
    n_due = 0
    for x, y, jaccard in zip(a, b, expected.jaccard, strict=True):
        if jaccard < SETTINGS.threshold:
            continue
        n_due += 1
        first = frozenset((found.first_of[x], found.first_of[y]))
        assert len(first) == 1 or value[first] == jaccard, (ids[x], ids[y], jaccard)
    print(f"\n{seconds:.2f} s for {len(codes):,} characters, {n_due} pairs due, all found; {found.statistics}")
    print(f"dropped by reason: {np.bincount(fates.reason, minlength=4).tolist()}")
    assert n_due > 100
    assert found.statistics.n_candidates < 5_000  # of 6 million pairs
    assert seconds < 30


def test_all_pairs_at_the_threshold(laws: tuple[list[str], np.ndarray, np.ndarray]) -> None:
    """Another seed and bands that find all pairs from 0.45 up bring no further pair at τ."""
    ids, codes, offsets = laws
    order = np.arange(len(ids))
    found = detect(codes, offsets, SETTINGS, order).pairs
    wide = detect(codes, offsets, Settings(5, 256, 99, 0.45, 0.9, 0.8, 0.4, 0.9999, 1000), order).pairs
    due, given = (
        {(a, b) for a, b, s in zip(pairs.a, pairs.b, pairs.similarity, strict=True) if s >= SETTINGS.threshold}
        for pairs in (wide, found)
    )
    assert given == due
