"""Which records does a table that is text hold?

In: the characters of JSON lines, JSON, CSV or TSV. Out: a `Record` for each record in order, broken ones too. What
always holds: a line that cannot be read costs only itself; memory is one record.
"""

import csv
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TextIO

from cleaner.errors import ReadError

MAX_NESTING = 500
"""Depth of a JSON value. ijson writes out the path of each value: at a depth of a million that is terabytes."""
_ESCAPED = re.compile("[\udc80-\udcff]")
"""What the error handler `surrogateescape` makes of bytes that are no character."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a table, or why it is none (`fault`); `line` is where it begins, from 1."""

    line: int
    values: dict[str, Any]
    fault: str = ""


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


def is_lines(begins: str) -> bool:
    """Say whether a `.json` file is JSON lines: an object on its first line, and no array around it."""
    try:
        return isinstance(json.loads(begins.partition("\n")[0]), dict)
    except (ValueError, RecursionError):
        return False


def json_objects(text: TextIO, first: str) -> Iterator[Record]:
    """Yield the objects of a JSON array, or those that stand one after another; after a fault nothing is sure."""
    import ijson

    class Utf8:
        """The characters in the encoding that the parser wants."""

        def read(self, n: int) -> bytes:
            return text.read(n).removeprefix("\ufeff").encode("utf-8", "replace")

    prefix = "item" if first == "[" else ""
    events = _shallow(ijson.basic_parse(Utf8(), multiple_values=True, use_float=True))
    try:
        for value in ijson.items(ijson.parse(events), prefix):
            yield _object(1, value)
    except (ijson.JSONError, ValueError, RecursionError) as error:
        yield Record(1, {}, f"{error}; the rest of the file cannot be read")


def _shallow(events: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield the events of a JSON parser as long as they are not nested too deep."""
    depth = 0
    for event in events:
        depth += event[0].startswith("start_") - event[0].startswith("end_")
        if depth > MAX_NESTING:
            raise ValueError(f"values nested more than {MAX_NESTING} deep")
        yield event
