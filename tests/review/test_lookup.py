from pathlib import Path

import pyarrow as pa
import pytest

from cleaner.errors import SchemaError
from cleaner.review.lookup import Lookup
from cleaner.store import schemas
from cleaner.store.tables import Writer, read_rows


def test_gives_what_a_scan_gives(sample: tuple[Path, dict[str, object]]) -> None:
    """The rows of any source are those that a pass over the whole table finds, in the same order."""
    tables = Lookup(sample[0])
    edits = list(read_rows(sample[0] / "edits", schemas.EDITS.schema))
    for wanted in ({edits[0]["source"]}, {edits[-1]["source"], "no such file"}, {row["source"] for row in edits}):
        found = [
            row
            for batch in tables.rows(schemas.EDITS, "source", wanted, "source", "start")
            for row in batch.to_pylist()
        ]
        assert [(r["source"], r["start"]) for r in edits if r["source"] in wanted] == [
            (r["source"], r["start"]) for r in found
        ]


def test_reads_a_row_group_only_if_it_can_hold_the_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a table with many row groups, the few that can hold a source are read."""
    import pyarrow.parquet as pq

    row = dict.fromkeys(schemas.REJECTED.schema.names) | {"stage": "read", "reason": "empty", "detail": ""}
    names = sorted((f"{number}.txt" for number in range(3000)), key=str.encode)
    with Writer(tmp_path / "rejected", schemas.REJECTED) as writer:
        writer.write(pa.Table.from_pylist([row | {"source": name} for name in names], schemas.REJECTED.schema))
    read: list[int] = []
    whole = pq.ParquetFile.read_row_group
    monkeypatch.setattr(pq.ParquetFile, "read_row_group", lambda self, i, **kw: read.append(i) or whole(self, i, **kw))
    found = list(Lookup(tmp_path).rows(schemas.REJECTED, "source", {"1234.txt"}, "source"))
    assert [row for batch in found for row in batch.to_pylist()] == [{"source": "1234.txt"}]
    assert len(read) == 1 and pq.read_metadata(tmp_path / "rejected" / "part-00000.parquet").num_row_groups > 5


def test_says_when_the_files_are_others(tmp_path: Path) -> None:
    """A table without the columns that this program writes is an error that names it."""
    with Writer(tmp_path / "edits", schemas.SOURCES):
        pass
    with pytest.raises(SchemaError, match="other columns"):
        list(Lookup(tmp_path).rows(schemas.EDITS, "source", {"a"}, "source"))
