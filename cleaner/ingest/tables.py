"""Which texts does a table hold?

In: a stream of JSON lines, JSON, CSV, TSV or Parquet, and the name of the column or none. Out: a `Cell` for each row,
in order; `row` counts the records of the file from 0, blank lines and the line with the names of the columns not
counted, broken records counted. What always holds: a broken record costs only itself, and a row says so; memory is one
batch of rows, whatever the size.
"""

import csv
import io
import json
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, Any, TextIO

from cleaner.chars import is_han
from cleaner.errors import DecodeError, ReadError
from cleaner.ingest.compressed import faults
from cleaner.ingest.decode import encoding_of

SAMPLE_ROWS = 100
"""Records from which the column is found."""
SAMPLE_BYTES = 80_000
"""Bytes from which the encoding of a table is judged."""
BATCH_ROWS = 64
"""Rows of Parquet held at a time."""
AMBIGUOUS_SHARE = 0.5
"""Two columns are rivals if the second has this share of the Chinese of the first: a summary of a speech has a tenth of
it, a cleaned copy nearly all."""
_ESCAPED = re.compile("[\udc80-\udcff]")
"""What the error handler `surrogateescape` makes of bytes that are no character."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a table, or why it is none (`fault`); `line` is where it begins, from 1."""

    line: int
    values: dict[str, Any]
    fault: str = ""


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


def json_lines(text: TextIO, max_chars: int) -> Iterator[Record]:
    """Yield the object on each line; a line that is none is a record with a fault."""
    for line in _lines(text, max_chars):
        bare = line.text.strip().removeprefix("\ufeff")
        if not line.is_whole:
            yield Record(line.number, {}, f"a line over {max_chars} characters")
        elif _ESCAPED.search(bare):
            yield Record(line.number, {}, "bytes that are no character")
        elif bare:
            try:
                value = json.loads(bare)
            except (ValueError, RecursionError) as error:
                yield Record(line.number, {}, str(error))
            else:
                yield _object(line.number, value)


def delimited(text: TextIO, delimiter: str, max_chars: int) -> tuple[list[str], Iterator[Record]]:
    """Return the names of the columns, none of an empty file, and the records below them.

    A record that cannot be read, or has another number of fields, costs its first line; reading goes on with the next.

    Raises:
        ReadError: reason `broken-table`: names that cannot be told apart.
    """
    csv.field_size_limit((1 << 31) - 1)  # the limit is ours, on the whole record
    source = _lines(text, max_chars)
    names: list[str] = []
    while not names:
        taken: list[_Line] = []
        names, fault = _record(source, delimiter, max_chars, taken)
        if fault:
            raise ReadError("broken-table", f"no names of columns: {fault}")
        if not taken:
            return [], iter(())
    names[0] = names[0].removeprefix("\ufeff")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ReadError("broken-table", f"two columns {twice[0]!r}")
    return names, _records(source, delimiter, max_chars, names)


def _records(source: "Iterator[_Line]", delimiter: str, max_chars: int, names: Sequence[str]) -> Iterator[Record]:
    waiting: deque[_Line] = deque()
    while True:
        taken: list[_Line] = []
        fields, fault = _record(chain(_drained(waiting), source), delimiter, max_chars, taken)
        if not taken:
            break
        if not fault and fields and len(fields) != len(names):
            fault = f"Expected {len(names)} columns, found {len(fields)}"
        if fault:
            waiting.extendleft(reversed(taken[1:]))
            yield Record(taken[0].number, {}, fault)
        elif fields:
            yield Record(taken[0].number, dict(zip(names, fields, strict=True)))


def _record(lines: "Iterator[_Line]", delimiter: str, max_chars: int, taken: "list[_Line]") -> tuple[list[str], str]:
    """Return the fields of the next record or why it is none; `taken` gets the lines that it took."""

    def pulled() -> Iterator[str]:
        n_chars = 0
        for line in lines:
            taken.append(line)
            n_chars += len(line.text)
            if not line.is_whole or n_chars > max_chars:
                raise csv.Error(f"a record over {max_chars} characters")
            yield line.text

    try:
        return next(csv.reader(pulled(), delimiter=delimiter, strict=True), []), ""
    except csv.Error as error:
        return [], str(error)


def _drained(waiting: "deque[_Line]") -> "Iterator[_Line]":
    while waiting:
        yield waiting.popleft()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with its end, and its number from 1; of one that is too long the beginning."""

    number: int
    text: str
    is_whole: bool


def _lines(text: TextIO, max_chars: int) -> Iterator[_Line]:
    number = 0
    while line := text.readline(max_chars):
        number += 1
        is_whole = len(line) < max_chars or line[-1] in "\r\n"
        rest = line
        while not is_whole and rest and rest[-1] not in "\r\n":
            rest = text.readline(max_chars)
        yield _Line(number, line, is_whole)


def _object(line: int, value: Any) -> Record:
    if isinstance(value, dict):
        return Record(line, value)
    return Record(line, {}, f"a JSON {type(value).__name__} where an object is expected")


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
        elif suffix == ".jsonl" or _is_lines(begins):
            records = json_lines(text, max_chars)
        else:
            records = _json(text, begins[:1])
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


def _is_lines(begins: str) -> bool:
    """Say whether a `.json` file is JSON lines: an object on its first line, and no array around it."""
    try:
        return isinstance(json.loads(begins.partition("\n")[0]), dict)
    except (ValueError, RecursionError):
        return False


def _json(text: TextIO, first: str) -> Iterator[Record]:
    """Yield the objects of a JSON array, or those that stand one after another; after a fault nothing is sure."""
    import ijson

    class Utf8:
        """The characters in the encoding that the parser wants."""

        def read(self, n: int) -> bytes:
            return text.read(n).removeprefix("\ufeff").encode("utf-8", "replace")

    prefix = "item" if first == "[" else ""
    try:
        for value in ijson.items(Utf8(), prefix, multiple_values=True, use_float=True):
            yield _object(1, value)
    except (ijson.JSONError, ValueError, RecursionError) as error:
        yield Record(1, {}, f"{error}; the rest of the file cannot be read")


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
                    for value in batch.column(0).to_pylist():
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
            return [row for batch in islice(batches, 1) for row in batch.to_pylist()]
        except (OSError, ValueError):
            continue
    return []


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
    if not isinstance(value, str):
        return Cell(row, None, "cell-not-text", f"a value of type {type(value).__name__}")
    # A lone surrogate, which JSON can write, is no character.
    return Cell(row, value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
