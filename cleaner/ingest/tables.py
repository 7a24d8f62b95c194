"""Which texts does a table hold?

In: a stream of JSON lines, JSON, CSV, TSV or Parquet, and the name of the column or none. Out: a `Cell` for each row,
in order; `row` counts the records of the file from 0, blank lines and the line with the names of the columns not
counted, broken records counted. What always holds: a broken record costs only itself, and a row says so; memory is one
batch of rows, whatever the size.
"""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, Any

from cleaner.chars import is_han, whole
from cleaner.errors import DecodeError, ReadError
from cleaner.ingest.compressed import faults
from cleaner.ingest.decode import encoding_of
from cleaner.ingest.rows import delimited, is_lines, json_lines, json_objects

SAMPLE_ROWS = 100
"""Records from which the column is found."""
SAMPLE_BYTES = 80_000
"""Bytes from which the encoding of a table is judged."""
BATCH_ROWS = 64
"""Rows of Parquet held at a time."""
AMBIGUOUS_SHARE = 0.5
"""Two columns are rivals if the second has this share of the Chinese of the first: a summary of a speech has a tenth of
it, a cleaned copy nearly all."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The text in one row of a table, or why there is none."""

    row: int
    text: str | None
    reason: str | None = None
    detail: str = ""


def cells(stream: IO[bytes], suffix: str, column: str, max_chars: int) -> Iterator[Cell]:
    """Yield the texts of a table; of Parquet, `stream` is one that can seek.

    Raises:
        ReadError: reason `no-text-column`, `ambiguous-text-column`, `undecodable`, `broken-table` or one of the stream.
    """
    with faults("broken-table"):
        yield from _parquet(stream, column) if suffix == ".parquet" else _written(stream, suffix, column, max_chars)


def _written(stream: IO[bytes], suffix: str, column: str, max_chars: int) -> Iterator[Cell]:
    """Yield the cells of a table that is text."""
    buffered = io.BufferedReader(_Forward(stream), SAMPLE_BYTES)
    sample = buffered.peek(SAMPLE_BYTES)
    try:
        encoding = encoding_of(sample)
    except DecodeError as error:
        raise ReadError(error.reason, error.detail) from None
    newline = "" if suffix in (".csv", ".tsv") else "\n"
    with io.TextIOWrapper(buffered, encoding, "replace", newline=newline) as text:
        begins = sample.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
        if not newline:
            records = delimited(text, "\t" if suffix == ".tsv" else ",", max_chars)[1]
        elif suffix == ".jsonl" or is_lines(begins):
            records = json_lines(text, max_chars)
        else:
            records = json_objects(text, begins[:1])
        head = list(islice(records, SAMPLE_ROWS))
        read = [record.values for record in head if not record.fault]
        name = column or (_found(read) if read else "")
        if read and not any(name in values for values in read):
            raise ReadError("no-text-column", f"no column {name!r} in the first {len(head)} rows")
        for row, record in enumerate(chain(head, records)):
            yield Cell(row, None, "broken-row", record.fault) if record.fault else _cell(row, record.values.get(name))


class _Forward(io.RawIOBase):
    """A stream that never seeks and gives all it can before a fault."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream: Any = stream
        self._fault: ReadError | None = None

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` and return how many bytes there were."""
        n = 0
        while n < len(buffer) and self._fault is None:
            try:
                data = self._stream.read1(len(buffer) - n)
            except ReadError as error:
                self._fault = error
                break
            if not data:
                break
            buffer[n : n + len(data)] = data
            n += len(data)
        if not n and self._fault is not None:
            raise self._fault
        return n


def _parquet(stream: IO[bytes], column: str) -> Iterator[Cell]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(stream) as file:
        strings = [field.name for field in file.schema_arrow if _holds_text(field.type)]
        if column and column not in file.schema_arrow.names:
            raise ReadError("no-text-column", f"no column {column!r}; it has {', '.join(file.schema_arrow.names)}")
        name = column or _found(_head(file, strings))
        row = 0
        for group in range(file.num_row_groups):
            end = row + file.metadata.row_group(group).num_rows
            try:
                for batch in file.iter_batches(BATCH_ROWS, row_groups=[group], columns=[name]):
                    for value in _values(batch.column(0)):
                        yield _cell(row, value)
                        row += 1
            except (OSError, ValueError) as error:
                yield Cell(row, None, "broken-row", f"rows {row} to {end - 1}: {error}")
                row = end


def _head(file: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return the first rows of a Parquet file that can be read."""
    for group in range(file.num_row_groups):
        try:
            batches = file.iter_batches(SAMPLE_ROWS, row_groups=[group], columns=columns)
            for batch in islice(batches, 1):
                values = {name: _values(batch.column(name)) for name in columns}
                return [{name: values[name][row] for name in columns} for row in range(batch.num_rows)]
        except (OSError, ValueError):
            continue
    return []


def _values(column: Any) -> list[Any]:
    """Return the values of an Arrow array; of one that is no UTF-8 the error."""
    try:
        values: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        return [_value(scalar) for scalar in column]
    return values


def _value(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError as error:
        return error


def _holds_text(kind: Any) -> bool:
    import pyarrow.types as types

    plain = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(plain) or types.is_large_string(plain) or types.is_string_view(plain))


def _found(rows: Sequence[dict[str, Any]]) -> str:
    """Return the name of the column with the most Chinese.

    Raises:
        ReadError: there is none, or two have much.
    """
    n_han = Counter[str]()
    for row in rows:
        for name, value in row.items():
            if isinstance(value, str):
                n_han[name] += sum(map(is_han, value))
    (name, most), (rival, second), *_ = [*n_han.most_common(2), ("", 0), ("", 0)]
    if not most:
        raise ReadError("no-text-column", f"no Chinese in the first {len(rows)} rows; name the column in input.text")
    if second >= AMBIGUOUS_SHARE * most:
        raise ReadError("ambiguous-text-column", f"{name!r} or {rival!r}; name the column in input.text")
    return name


def _cell(row: int, value: Any) -> Cell:
    if value is None:
        return Cell(row, None, "null-cell", "no value in the column")
    if isinstance(value, UnicodeError):
        return Cell(row, None, "broken-row", f"row {row}: {value}")
    if not isinstance(value, str):
        return Cell(row, None, "cell-not-text", f"a value of type {type(value).__name__}")
    return Cell(row, whole(value))  # JSON can write half a pair
