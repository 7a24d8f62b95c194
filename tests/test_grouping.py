"""Clusters of any table, as a library."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.corpus import write
from bench.truth import components, shingle_sets, similar_pairs
from cleaner import clusters
from cleaner.errors import ConfigError, InputError

SHORT, MANY = 300, 600


def test_clusters_are_the_components_of_brute_force(tmp_path: Path) -> None:
    """Rows are in one cluster if and only if a chain of pairs at τ joins them; its name is its first row."""
    write(tmp_path / "in.parquet", MANY, SHORT)
    texts = pq.read_table(tmp_path / "in.parquet")["text"].to_pylist()
    for threshold in (0.5, 0.8):
        expected = components(similar_pairs(shingle_sets(texts, 5, letters_only=True), threshold)[0], MANY)
        found = clusters(tmp_path / "in.parquet", threshold=threshold, scratch=tmp_path)
        assert found["row"].to_pylist() == list(range(MANY))
        assert found["cluster"].to_pylist() == expected.tolist()
        assert 20 < len(np.unique(expected)) < MANY - 20
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_a_mask_is_a_character_like_any_other(tmp_path: Path) -> None:
    """No placeholder is looked for: X and U+FDD0 count for what they are, and nulls are alike to nothing."""
    texts = ["一二三四五六七XX八九十" * 2, "一二三四五六七\ufdd0八九十" * 2, "一二三四五六七八九十" * 2, None, None, ""]
    pq.write_table(pa.table({"t": texts}), tmp_path / "in.parquet")
    assert clusters(tmp_path / "in.parquet", "t", threshold=0.9)["cluster"].to_pylist() == [0, 1, 1, 3, 4, 5]


def test_wrong_use_is_told(tmp_path: Path) -> None:
    """A missing column and an impossible threshold are errors of the tree."""
    pq.write_table(pa.table({"t": ["一"]}), tmp_path / "in.parquet")
    with pytest.raises(InputError, match="no column 'text'"):
        clusters(tmp_path / "in.parquet")
    with pytest.raises(ConfigError, match="threshold"):
        clusters(tmp_path / "in.parquet", "t", threshold=0)
