"""Where in the tables do the rows of a few sources stand?

In: the folder of a result. Out: the rows that are asked for, without a pass over the tables: the footers of the Parquet
files say for each row group which values it spans, and a row group holds about 256 sources. What always holds: the rows
are those of the files whose footers were read; if another result has taken their place, a `SchemaError` says so.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cleaner.errors import SchemaError
from cleaner.store.schemas import Table
from cleaner.store.tables import parts, read_batches


class _Part(NamedTuple):
    path: Path
    metadata: pq.FileMetaData


class Lookup:
    """The tables of a result, read in place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: dict[str, list[_Part]] = {}

    def batches(self, table: Table, *columns: str) -> Iterator[pa.RecordBatch]:
        """Yield `columns` of a whole table."""
        return read_batches(self._folder / table.name, table.schema, columns)

    def rows(self, table: Table, by: str, values: Collection[str], *columns: str) -> Iterator[pa.RecordBatch]:
        """Yield `columns` of the rows whose `by` is one of `values`.

        Raises:
            SchemaError: the files are no longer those that were there at the first look.
        """
        wanted = pa.array(sorted(values), pa.string())
        read = [*columns, *({by} - {*columns})]
        for part in self._footers(table):
            groups = [i for i in range(part.metadata.num_row_groups) if _may_hold(part.metadata, i, by, values)]
            if not groups:
                continue
            try:
                with pq.ParquetFile(part.path, metadata=part.metadata) as file:
                    for group in groups:
                        rows = file.read_row_group(group, columns=read, use_threads=False)
                        yield from rows.filter(pc.is_in(rows[by], wanted)).select(list(columns)).to_batches()
            except (pa.ArrowException, OSError) as error:
                raise SchemaError(part.path, str(error), "the table of this result", "load the page again") from None

    def _footers(self, table: Table) -> list[_Part]:
        if table.name not in self._parts:
            try:
                found = [_Part(path, pq.read_metadata(path)) for path in parts(self._folder / table.name)]
            except (pa.ArrowException, OSError) as error:
                raise SchemaError(self._folder / table.name, str(error), "a table", "run cleaner again") from None
            for part in found:
                if not part.metadata.schema.to_arrow_schema().equals(table.schema, check_metadata=False):
                    raise SchemaError(part.path, "other columns", f"{table.schema.names}", "run cleaner again")
            self._parts[table.name] = found
        return self._parts[table.name]


def _may_hold(metadata: pq.FileMetaData, group: int, column: str, values: Collection[str]) -> bool:
    """Say whether a row group can hold one of `values`; a footer leaves out the span of very long values."""
    row_group = metadata.row_group(group)
    at = metadata.schema.names.index(column)
    statistics = row_group.column(at).statistics
    if statistics is None or not statistics.has_min_max:
        return bool(row_group.num_rows)
    low, high = str(statistics.min), str(statistics.max)
    return any(low <= value <= high for value in values)
