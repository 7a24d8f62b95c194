"""Tables whose bytes depend on their rows alone."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.errors import SchemaError
from cleaner.store import schemas, tables

ROWS = [
    {"source": f"站点/{i:04d}.txt", "ordinal": None, "start": None, "end": None, "stage": "read", "reason": "empty",
     "detail": "水" * (i % 7), "text": None}
    for i in range(3000)
]  # fmt: skip


def written(folder: Path, batches: list[list[dict[str, Any]]]) -> dict[str, str]:
    with tables.Writer(folder, schemas.REJECTED) as writer:
        for batch in batches:
            writer.write(pa.Table.from_pylist(batch, schemas.REJECTED.schema))
    return writer.files


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, len(ROWS)), max_size=6))
def test_batches_cannot_be_seen(tmp_path_factory: pytest.TempPathFactory, cuts: list[int]) -> None:
    """However the rows are handed over, the files have the same bytes."""
    folder = tmp_path_factory.mktemp("tables")
    places = [0, *sorted(cuts), len(ROWS)]
    assert written(folder / "whole", [ROWS]) == written(folder / "cut", [ROWS[a:b] for a, b in pairwise(places)])


def test_a_new_source_leaves_other_parts_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding a source changes the part it falls into and no other."""
    monkeypatch.setattr(tables, "PART_SOURCES", 2 * tables.GROUP_SOURCES)
    before = written(tmp_path / "before", [ROWS[:100], ROWS[101:]])
    after = written(tmp_path / "after", [ROWS])
    assert len(before) == len(after) > 2
    assert sum(before[name] != after[name] for name in before) == 1


def test_rows_come_back_in_order(tmp_path: Path) -> None:
    """What is written is read, in the same order, over several row groups."""
    written(tmp_path / "t", [ROWS])
    assert pq.ParquetFile(tmp_path / "t" / "part-00000.parquet").num_row_groups > 1
    assert list(tables.read_rows(tmp_path / "t", schemas.REJECTED.schema)) == ROWS


def test_an_empty_table_has_its_columns(tmp_path: Path) -> None:
    """A table without rows is one part with the schema."""
    assert list(written(tmp_path / "t", [])) == ["part-00000.parquet"]
    assert pq.read_table(tmp_path / "t").schema.names == schemas.REJECTED.schema.names


def test_other_columns_are_an_error(tmp_path: Path) -> None:
    """Reading a table as another names the file and the columns."""
    written(tmp_path / "t", [ROWS[:3]])
    with pytest.raises(SchemaError, match="part-00000"):
        list(tables.read_rows(tmp_path / "t", schemas.EDITS.schema))


@given(st.text(min_size=1), st.integers(0, 99), st.integers(0, 99))
def test_ids_give_their_source(source: str, ordinal: int, seq: int) -> None:
    """The source of an id is found even if its name has a # in it."""
    assert schemas.source_of(f"{source}#{ordinal}") == source
    assert schemas.source_of(f"{source}#{ordinal}/{seq}") == source
