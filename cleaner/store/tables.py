"""How is a table written and read?

In: rows of a table, sorted by its key. Out: a folder of `part-NNNNN.parquet`. What always holds: the bytes depend on
the rows alone. Parts and row groups are cut after a source whose name's hash says so, so the cuts do not move when
another source is added; the number of workers, the batches and the engine play no part.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from cleaner.errors import SchemaError
from cleaner.store.schemas import Table, source_of

GROUP_SOURCES = 256
"""Mean number of sources in a row group: about 1 MB of text."""
PART_SOURCES = 16_384
"""The same in a part, a multiple of it: about 60 MB of text."""
SHARD_BYTES = 1 << 20
"""Bytes of sources after which a shard takes no other one in."""
MAX_PENDING_ROWS = 1 << 20
"""A row group is cut after so many rows even inside one source."""


class Writer:
    """Writes one table; use as a context manager. A row group is written by a thread while the next is put together."""

    def __init__(self, folder: Path, table: Table) -> None:
        self.folder, self.table = folder, table
        self.n_rows = 0
        self.files: dict[str, str] = {}
        self._pending: list[pa.Table] = []
        self._part: pq.ParquetWriter | None = None
        self._path: Path | None = None
        self._last: str | None = None
        self._thread = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None
        folder.mkdir(parents=True)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._thread:
            if kind is None:
                self._flush(end_part=True)
                self._wait()
                if not self.files:
                    self._open()
                    self._close()
        if self._part is not None:
            self._part.close()

    def write(self, rows: pa.Table) -> None:
        """Append rows; they follow those written before in key order."""
        if not rows.num_rows:
            return
        batch = rows.cast(self.table.schema) if rows.schema != self.table.schema else rows
        import pyarrow.compute as pc  # here, because what only reads tables starts in half the time without it

        runs = pc.run_end_encode(batch.column(self.table.cut_by).combine_chunks())
        begin = end = 0
        for value, run_end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            owner = source_of(value)
            if self._last is not None and owner != self._last and _cuts(self._last, GROUP_SOURCES):
                self._pending.append(batch.slice(begin, end - begin))
                begin = end
                self._flush(end_part=_cuts(self._last, PART_SOURCES))
            self._last, end = owner, run_end
        self._pending.append(batch.slice(begin))
        self.n_rows += batch.num_rows

    def _flush(self, end_part: bool) -> None:
        group = pa.concat_tables(self._pending) if self._pending else None
        self._pending = []
        self._wait()
        self._writing = self._thread.submit(self._write, group, end_part)

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()

    def _write(self, group: pa.Table | None, end_part: bool) -> None:
        if group is not None and group.num_rows:
            if self._part is None:
                self._open()
            assert self._part is not None
            self._part.write_table(group.combine_chunks(), row_group_size=MAX_PENDING_ROWS)
        if end_part:
            self._close()

    def _open(self) -> None:
        self._path = self.folder / f"part-{len(self.files):05d}.parquet"
        self._part = pq.ParquetWriter(self._path, self.table.schema, compression="zstd", compression_level=3)

    def _close(self) -> None:
        if self._part is not None and self._path is not None:
            self._part.close()
            self.files[self._path.name] = file_digest(self._path)
        self._part = None


@lru_cache(4096)
def _cuts(source: str, mean: int) -> bool:
    """Say whether a cut stands after `source`: one in `mean` does, by the hash of its name alone."""
    return int.from_bytes(hashlib.blake2b(source.encode(), digest_size=8).digest(), "big") % mean == 0


class Sized(Protocol):
    """A source by name, and how many bytes it has as far as is known."""

    @property
    def source(self) -> str: ...  # noqa: D102

    @property
    def size(self) -> int: ...  # noqa: D102


Item = TypeVar("Item", bound=Sized)


def shards(sources: Iterable[Item], mean: int, most_bytes: int = SHARD_BYTES) -> Iterator[list[Item]]:
    """Yield `sources` (sorted) in runs cut after one in `mean` of them, by the hash of its name, and where one is full.

    One that comes, goes or grows moves the cuts up to the next such hash and no other.

    >>> from cleaner.ingest.read import Entry
    >>> speeches = [Entry(f"讲话{i}.txt", size=10) for i in range(9)]                       # "speech"
    >>> [[len(run) for run in shards(speeches, 2, most_bytes)] for most_bytes in (100, 30)]
    [[6, 3], [3, 3, 3]]
    """
    run: list[Item] = []
    filled = 0
    for item in sources:
        run.append(item)
        filled += item.size
        if filled >= most_bytes or _cuts(item.source, mean):
            yield run
            run, filled = [], 0
    if run:
        yield run


def file_digest(path: Path) -> str:
    """Return the sha256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def parts(folder: Path) -> list[Path]:
    """Return the parts of a table in order."""
    return sorted(folder.glob("part-*.parquet"))


def read_batches(folder: Path, schema: pa.Schema, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a table in order, a row group at a time or less.

    Raises:
        SchemaError: a part is missing, is not Parquet or has other columns.
    """
    found = parts(folder)
    if not found:
        raise SchemaError(folder, "no part", "a table", "run cleaner again")
    for path in found:
        try:
            file = pq.ParquetFile(path)
            if not file.schema_arrow.equals(schema, check_metadata=False):
                raise SchemaError(
                    path, f"the columns {file.schema_arrow.names}", f"{schema.names}", "run cleaner again"
                )
            yield from file.iter_batches(batch_size=4096, columns=list(columns) if columns else None)
        except (pa.ArrowException, OSError) as error:
            raise SchemaError(path, str(error), "a Parquet file", "run cleaner again") from None


def read_rows(folder: Path, schema: pa.Schema, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table as dicts, in order."""
    for batch in read_batches(folder, schema, columns):
        yield from batch.to_pylist()
