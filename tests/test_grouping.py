"""Clusters of any table, as a library."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.corpus import write
from bench.truth import components, shingle_sets, similar_pairs
from cleaner import clusters, texts
from cleaner.dedup import batches
from cleaner.errors import ConfigError, InputError

SHORT, MANY = 300, 600


def test_clusters_are_the_components_of_brute_force(tmp_path: Path) -> None:
    """Rows are in one cluster if and only if a chain of pairs at τ joins them; its name is its first row."""
    write(tmp_path / "in.parquet", MANY, SHORT)
    given = pq.read_table(tmp_path / "in.parquet")["text"].to_pylist()
    for threshold in (0.5, 0.8):
        expected = components(similar_pairs(shingle_sets(given, 5, letters_only=True), threshold)[0], MANY)
        found = clusters(tmp_path / "in.parquet", threshold=threshold, scratch=tmp_path)
        assert found["row"].to_pylist() == list(range(MANY))
        assert found["cluster"].to_pylist() == expected.tolist()
        assert 20 < len(np.unique(expected)) < MANY - 20
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_a_mask_is_a_character_like_any_other(tmp_path: Path) -> None:
    """No placeholder is looked for: X and U+FDD0 count for what they are, and nulls are alike to nothing."""
    given = ["一二三四五六七XX八九十" * 2, "一二三四五六七\ufdd0八九十" * 2, "一二三四五六七八九十" * 2, None, None, ""]
    pq.write_table(pa.table({"t": given}), tmp_path / "in.parquet")
    assert clusters(tmp_path / "in.parquet", "t", threshold=0.9)["cluster"].to_pylist() == [0, 1, 1, 3, 4, 5]


def test_neither_threads_nor_parts_change_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clusters are the same for one thread and for three, for one file and for parts, for batches of any size."""
    write(tmp_path / "in.parquet", MANY, SHORT)
    expected = clusters(tmp_path / "in.parquet", threshold=0.6)
    table = pq.read_table(tmp_path / "in.parquet")
    (tmp_path / "parts").mkdir()
    for part, (first, last) in enumerate(((0, 0), (0, 7), (7, 400), (400, MANY))):
        pq.write_table(table.slice(first, last - first), tmp_path / "parts" / f"{part}.parquet", row_group_size=50)
    for n_threads, read_rows, chunk_codes in ((1, 256, 1 << 17), (3, 10, 1 << 17), (2, 1, 1 << 8)):
        monkeypatch.setattr(batches, "threads", lambda n_threads=n_threads: n_threads)
        monkeypatch.setattr(batches, "CHUNK_CODES", chunk_codes)
        monkeypatch.setattr(texts, "READ_ROWS", read_rows)
        for source in (tmp_path / "in.parquet", tmp_path / "parts"):
            assert clusters(source, threshold=0.6).equals(expected)


def test_it_loads_only_what_it_needs(tmp_path: Path) -> None:
    """Neither numba, pandas, filters nor rules are imported: together they take longer than 20,000 texts."""
    write(tmp_path / "in.parquet", 20, SHORT)
    code = "import sys; from cleaner import clusters; clusters(sys.argv[1]); print(*sys.modules, sep='\\n')"
    command = [sys.executable, "-c", code, str(tmp_path / "in.parquet")]
    clusters(tmp_path / "in.parquet")  # compiles what is not compiled yet
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "llvmlite" in loaded
    assert not {"numba", "pandas", "scipy", "pyarrow.compute", "cleaner.filters", "cleaner.rulepack"} & set(loaded)


def test_bytes_that_are_no_utf8_are_told(tmp_path: Path) -> None:
    """A column of strings that holds other bytes is an error, never a crash or a guess."""
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 4], np.int32)), pa.py_buffer(b"\xe4\xba\xba\xe4")]
    )
    pq.write_table(pa.table({"text": broken}), tmp_path / "in.parquet")
    with pytest.raises(InputError, match="UTF-8"):
        clusters(tmp_path / "in.parquet")


def test_wrong_use_is_told(tmp_path: Path) -> None:
    """A missing column and an impossible threshold are errors of the tree."""
    pq.write_table(pa.table({"t": ["一"]}), tmp_path / "in.parquet")
    with pytest.raises(InputError, match="no column 'text'"):
        clusters(tmp_path / "in.parquet")
    with pytest.raises(ConfigError, match="threshold"):
        clusters(tmp_path / "in.parquet", "t", threshold=0)
