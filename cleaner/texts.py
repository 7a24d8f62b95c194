"""How is a table of texts read, whatever its format, and written again?

In: a Parquet file or a folder of them, JSON lines, CSV or TSV, each perhaps compressed. Out: its rows in order, in
batches, with all columns; and a folder of `part-NNNNN.parquet`. What always holds: a row's values and types are those
of the file (a CSV cell is a string, exactly as it stands); the bytes that are written depend on the rows alone; a file
that cannot be read to its end is an error, never a shorter table.

Memory: one batch of rows; a compressed Parquet file is held whole, since Parquet is
read from its end.
"""

import io
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from cleaner.errors import InputError, ReadError
from cleaner.ingest.compressed import decompressed
from cleaner.ingest.formats import COMPRESSIONS, format_of
from cleaner.ingest.rows import Record, delimited, json_lines
from cleaner.store.schemas import SCHEMA_VERSION
from cleaner.store.tables import file_digest

GROUP_ROWS = 1024
"""Rows in a row group and in a batch: 17 MB of law texts, the longest texts at hand."""
PART_ROWS = 128 * GROUP_ROWS
"""Rows in a part."""
READ_ROWS = 256
"""Rows of a Parquet file in a batch, which a few threads have in memory together: 4 MB of law texts."""
READ_BYTES = 1 << 20
"""Bytes of a Parquet file read at a time."""
MAX_ROW_CHARS = 1 << 27
"""The longest record of a table that is text."""

_FAULTS = (OSError, EOFError, zlib.error, lzma.LZMAError, UnicodeError, pa.ArrowException)


def files_of(path: Path) -> tuple[Path, ...]:
    """Return the files of the table at `path`, in byte order of their names.

    Of a folder they are the Parquet files directly in it, without those that Spark and macOS hide (`.…`, `_…`).

    Raises:
        InputError: there is none, or it is of another format.
    """
    if path.is_dir():
        try:
            seen = [file for file in path.iterdir() if file.is_file() and file.name[0] not in "._"]
        except OSError as error:
            raise InputError(path, str(error.strerror), "a folder that may be read", "give its permission") from None
        found = [file for file in seen if _format(file)[0] == ".parquet"]
        if not found:
            raise InputError(
                path, "no Parquet file in the folder", "its parts", "give a file, or the folder that holds the parts"
            )
        return tuple(sorted(found, key=lambda file: file.name.encode("utf-8", "surrogateescape")))
    if not path.is_file():
        raise InputError(path, "no such file", "a table of texts", "give its path")
    if _format(path)[0] not in _READERS:
        raise InputError(
            path, f"a name that ends in {path.suffix or 'nothing'}",
            f"{' '.join(_READERS)}, each perhaps with {' '.join(COMPRESSIONS)}",
            "give a table of texts or rename it",
        )  # fmt: skip
    return (path,)


def batches(files: Sequence[Path], schema: pa.Schema | None = None) -> Iterator[pa.Table]:
    """Yield the rows of all files in order; at least one table, perhaps without rows, for each file.

    Args:
        schema: what `joined` made of the schemas of an earlier reading; each table then has it. Without it a table of
            JSON lines has the columns and types that its own lines show.

    Raises:
        InputError: a file cannot be read to its end.
    """
    for path in files:
        kind, compression = _format(path)
        try:
            with path.open("rb") as file, decompressed(file, compression) as stream:
                for table in _READERS[kind](path, stream, schema):
                    yield table if schema is None or table.schema == schema else _fitted(table, schema)
        except _FAULTS as error:
            said = str(error) or type(error).__name__
            do = "write it as UTF-8" if isinstance(error, UnicodeError) or "UTF8" in said else "mend the file"
            raise InputError(path, said, f"a readable {kind} file", do) from None


def joined(known: pa.Schema | None, found: pa.Schema, path: Path) -> pa.Schema:
    """Return the schema that holds the columns of both; null and missing give way, of JSON also integer to decimal.

    Raises:
        InputError: a column has two types, or two columns one name.
    """
    if known is not None and known.equals(found):
        return known
    if twice := sorted({name for name in found.names if found.names.count(name) > 1}):
        raise InputError(path, f"two columns {twice[0]!r}", "a name for each column", "rename one")
    try:
        lenient = _format(path)[0] in (".jsonl", ".json")
        if known is None:
            return found
        both = pa.unify_schemas([known, found], promote_options="permissive" if lenient else "default")
        shared = {*known.names} & {*found.names}
        return pa.schema(
            [field if field.name in shared else field.with_nullable(True) for field in both], metadata=both.metadata
        )
    except pa.ArrowException as error:
        raise InputError(path, str(error), "one type for each column", "make them alike") from None


def digest(path: Path) -> str:
    """Return the sha256 of a file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return file_digest(path)
    except OSError as error:
        raise InputError(path, str(error.strerror), "a file that may be read", "give its permission") from None


class Writer:
    """Writes one table, cut by the number of rows alone; use as a context manager."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self.folder = folder
        self.schema = schema.with_metadata({**(schema.metadata or {}), b"schema_version": SCHEMA_VERSION.encode()})
        self.n_rows = 0
        self.files: dict[str, str] = {}
        self._pending: list[pa.Table] = []
        self._n_pending = self._n_part = 0
        self._part: pq.ParquetWriter | None = None
        self._path = folder
        folder.mkdir(parents=True)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._flush(self._n_pending)
            if self._part is None and not self.files:
                self._open()
        self._close()

    def write(self, rows: pa.Table) -> None:
        """Append rows, which have the columns of the schema in its order.

        Raises:
            InputError: a column has a type that Parquet cannot hold, such as a struct without fields.
        """
        self._pending.append(rows.replace_schema_metadata(self.schema.metadata))
        self._n_pending += rows.num_rows
        self.n_rows += rows.num_rows
        while self._n_pending >= GROUP_ROWS:
            self._flush(GROUP_ROWS)

    def _flush(self, n: int) -> None:
        """Write `n` of the pending rows as one row group."""
        if not n:
            return
        rows = pa.concat_tables(self._pending)
        self._pending, self._n_pending = [rows.slice(n)], rows.num_rows - n
        try:
            if self._part is None:
                self._open()
            assert self._part is not None
            self._part.write_table(rows.slice(0, n).combine_chunks(), row_group_size=GROUP_ROWS)
        except pa.ArrowNotImplementedError as error:
            raise InputError("a column", str(error), "a type that Parquet can hold", "change or drop it") from None
        self._n_part += n
        if self._n_part >= PART_ROWS:
            self._close()

    def _open(self) -> None:
        self._path, self._n_part = self.folder / f"part-{len(self.files):05d}.parquet", 0
        self._part = pq.ParquetWriter(self._path, self.schema, compression="zstd", compression_level=3)

    def _close(self) -> None:
        if self._part is not None:
            self._part.close()
            self.files[self._path.name] = file_digest(self._path)
        self._part = None


def _format(path: Path) -> tuple[str, str]:
    """Return the suffix of the format and that of the compression, which may be empty."""
    form = format_of(path.name)
    return form.suffix, form.compression


def _fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _parquet(path: Path, stream: IO[bytes], schema: pa.Schema | None) -> Iterator[pa.Table]:
    source = path if path.suffix.lower() == ".parquet" else pa.BufferReader(stream.read())
    # Not read ahead and by one thread: 0.08 s for 82 MB of text where the defaults take 0.20, in half of the memory.
    with pq.ParquetFile(source, pre_buffer=False, buffer_size=READ_BYTES) as file:
        # Not `empty_table`, which imports pandas (0.4 s).
        columns = pa.schema(map(_without_view, file.schema_arrow), metadata=file.schema_arrow.metadata)
        yield pa.Table.from_batches([], columns)
        for batch in file.iter_batches(batch_size=READ_ROWS, use_threads=False):
            table = pa.Table.from_batches([batch]).replace_schema_metadata(columns.metadata)
            yield table if table.schema == columns else _fitted(table, columns)


def _without_view(field: pa.Field) -> pa.Field:
    """Return a column of which Arrow can pick rows: of views it cannot, and Parquet holds both alike."""
    kinds = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}
    return field.with_type(kinds.get(field.type, field.type))


def _delimited(path: Path, stream: IO[bytes], schema: pa.Schema | None) -> Iterator[pa.Table]:
    with io.TextIOWrapper(stream, "utf-8", newline="") as text:
        try:
            names, records = delimited(text, "\t" if _format(path)[0] == ".tsv" else ",", MAX_ROW_CHARS)
        except ReadError as error:
            raise InputError(path, error.detail, "a name for each column", "mend the first line") from None
        if not names:
            raise InputError(path, "an empty file", "a line with the names of the columns", "write one")
        columns = pa.schema([(name, pa.string()) for name in names])
        yield columns.empty_table()
        yield from _tables(path, records, columns, f"a record of {len(names)} columns")


def _json_lines(path: Path, stream: IO[bytes], schema: pa.Schema | None) -> Iterator[pa.Table]:
    with io.TextIOWrapper(stream, "utf-8", "surrogateescape", newline="\n") as text:
        yield from _tables(path, json_lines(text, MAX_ROW_CHARS), schema, "a JSON object on each line")


def _tables(path: Path, records: Iterable[Record], schema: pa.Schema | None, expected: str) -> Iterator[pa.Table]:
    """Yield the records in batches; unlike in RAW, a broken one ends the reading."""
    rows: list[dict[str, Any]] = []
    first = line = 1
    for record in records:
        if record.fault:
            raise InputError(f"{path}:{record.line}", record.fault, expected, "mend the line")
        rows.append(record.values)
        line = record.line
        if len(rows) == GROUP_ROWS:
            yield _table(rows, schema, f"{path}:{first}-{line}")
            rows, first = [], line + 1
    yield _table(rows, schema, f"{path}:{first}-")


def _table(rows: list[dict[str, Any]], schema: pa.Schema | None, where: str) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row)) if schema is None else schema.names
    columns = []
    for name in names:
        kind = None if schema is None else schema.field(name).type
        try:
            columns.append(pa.array([row.get(name) for row in rows], kind))
        except (pa.ArrowException, OverflowError, UnicodeError) as error:
            raise InputError(
                where, f"column {name!r}: {error}", "one type in the column", "make its values alike"
            ) from None
    if schema is not None:
        return pa.Table.from_arrays(columns, schema=schema)
    return pa.Table.from_arrays(columns, names=names)


_READERS: dict[str, Callable[[Path, IO[bytes], pa.Schema | None], Iterator[pa.Table]]] = {
    ".parquet": _parquet,
    ".jsonl": _json_lines,
    ".json": _json_lines,
    ".csv": _delimited,
    ".tsv": _delimited,
}
