"""How do cleaned sources wait for the duplicates to be found?

In: the `Cleaned` records of some sources. Out: a folder below OUT/.work with their rows in the final schemas, in key
order, and the comparison forms; and `Shard`, sources that stand one after another in the tables, whose rows may lie in
several folders, since they were cleaned in different runs. Texts stay here; only names, counts and forms go on. What
always holds: the rows of one source are what `clean_source` made of it, whichever others stand beside them; files are
mapped, so what is not looked at is not read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import ipc

from cleaner.dedup.comparison import form
from cleaner.edits import Edit
from cleaner.lines import lines
from cleaner.records import Cleaned, Rejected, Speech
from cleaner.store import schemas

_FORMS = pa.schema([
    ("codes", pa.large_list(pa.uint32())), ("breaks", pa.large_list(pa.int64())),
    ("seqs", pa.large_list(pa.int64())), ("rows", pa.large_list(pa.int64())),
])  # fmt: skip
_SCHEMAS = {
    "sources": schemas.SOURCES.schema,
    "speeches": schemas.SPEECHES.schema,
    "edits": schemas.EDITS.schema,
    "rejected": schemas.REJECTED.schema,
    "forms": _FORMS,
}
"""The columns of each table of a folder; those of `forms` are what `Forms` and `Paragraphs` say, a row a speech."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The comparison forms of a shard's n speeches.

    Args:
        codes: uint32, all forms one after another.
        lengths: int64, shape (n,), codes of each.
        breaks: int64, the line breaks of each form, counted from its own beginning.
        n_breaks: int64, shape (n,), how many each has.
    """

    codes: NDArray[np.uint32]
    lengths: NDArray[np.int64]
    breaks: NDArray[np.int64]
    n_breaks: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """The paragraphs of a shard's n speeches, one speech after another.

    Args:
        seqs: int64, for each its line in the masked text, from which its name comes.
        rows: int64, its line in the text.
        counts: int64, shape (n,), how many each speech has.
    """

    seqs: NDArray[np.int64]
    rows: NDArray[np.int64]
    counts: NDArray[np.int64]

    def texts(self, speeches: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return the text of each, out of the texts of the n speeches."""
        lines = pc.split_pattern(speeches, "\n")
        n_lines = pc.list_value_length(lines).to_numpy()
        begins = np.cumsum(n_lines) - n_lines
        return pc.list_flatten(lines).take(pa.array(np.repeat(begins, self.counts) + self.rows))


def edit_row(source: str, decoded: str, edit: Edit) -> dict[str, Any]:
    """Return the row of `edits` for one edit in coordinates of the source."""
    return {
        "source": source, "start": edit.start, "end": edit.end, "stage": edit.stage, "rule": edit.rule,
        "removed": decoded[edit.start : edit.end], "inserted": edit.inserted, "kind": edit.kind,
    }  # fmt: skip


def speech_row(speech: Speech) -> dict[str, Any]:
    """Return the row of `speeches` for one speech, its cluster not known yet."""
    return {
        "id": speech.id, "source": speech.source, "ordinal": speech.ordinal, "start": speech.start, "end": speech.end,
        "title": speech.title, "date": speech.date, "speaker": speech.speaker,
        "occasion": speech.occasion, "text": speech.text, "n_chars": len(speech.text),
        "n_placeholders": speech.n_placeholders, "placeholder_ratio": speech.placeholder_ratio,
        "encoding": speech.encoding, "raw_sha256": speech.raw_sha256, "cluster_id": None, "n_duplicates": 0,
        "n_repeated_paragraphs": 0, "flags": list(speech.flags),
    }  # fmt: skip


Rows = Mapping[str, pa.Table]
"""The tables of some sources by name, each in key order."""


def rows_of(cleaned: Sequence[Cleaned], script: str) -> Rows:
    """Return the rows of cleaned sources, with the comparison form of each speech."""
    edits = (edit_row(c.source.source, c.decoded or "", edit) for c in cleaned for edit in c.edits)
    given: dict[str, Iterable[dict[str, Any]]] = {
        "sources": ({**asdict(c.source), "flags": list(c.source.flags)} for c in cleaned),
        "speeches": (speech_row(speech) for c in cleaned for speech in c.speeches),
        "edits": edits,
        "rejected": (rejected_row(row) for c in cleaned for row in c.rejected),
    }
    speeches = [speech for c in cleaned for speech in c.speeches]
    forms = [form(speech.masked_text, script) for speech in speeches]
    columns = [
        _lists([one.codes for one in forms], np.uint32),
        _lists([one.breaks for one in forms], np.int64),
        _lists([np.array(speech.seqs, np.int64) for speech in speeches], np.int64),
        _lists([np.array(_paragraph_rows(speech.text), np.int64) for speech in speeches], np.int64),
    ]
    tables = {name: pa.Table.from_pylist(list(rows), _SCHEMAS[name]) for name, rows in given.items()}
    return tables | {"forms": pa.Table.from_arrays(columns, schema=_FORMS)}


def _paragraph_rows(text: str) -> list[int]:
    return [i for i, line in enumerate(lines(text)) if line.bare]


def write_folder(folder: Path, rows: Rows) -> None:
    """Write tables that only this program reads, each as Arrow holds it in memory."""
    folder.mkdir(parents=True)
    for name, table in rows.items():
        options = ipc.IpcWriteOptions(use_threads=False)
        with ipc.new_file(folder / f"{name}.arrow", table.schema, options=options) as file:
            file.write_table(table.combine_chunks())


def read_rows(path: Path) -> pa.Table:
    """Return a table that `write_folder` wrote, mapped."""
    with pa.memory_map(str(path)) as file, ipc.open_file(file) as rows:
        return rows.read_all()


def _lists(arrays: Sequence[NDArray[Any]], kind: type[np.generic]) -> pa.Array:
    offsets = np.cumsum([0, *map(len, arrays)], dtype=np.int64)
    return pa.LargeListArray.from_arrays(offsets, np.concatenate([np.empty(0, kind), *arrays]))


def _flat(column: pa.ChunkedArray) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the values of all lists one after another, and the length of each list."""
    lists = column.combine_chunks()
    return lists.flatten().to_numpy(), np.asarray(pc.list_value_length(lists).to_numpy(), np.int64)


@dataclass(frozen=True, slots=True)
class Slice:
    """Sources that stand one after another in a folder.

    Args:
        rows: of each table the first row and the one past the last.
    """

    folder: Path
    rows: Mapping[str, tuple[int, int]]

    def n_rows(self, name: str) -> int:
        """Return how many rows of a table they have."""
        begin, end = self.rows[name]
        return end - begin


@dataclass(frozen=True, slots=True)
class Shard:
    """Sources that stand one after another in the tables, in whatever folders their rows lie."""

    slices: tuple[Slice, ...]

    def n_rows(self, name: str) -> int:
        """Return how many rows of a table they have."""
        return sum(one.n_rows(name) for one in self.slices)

    def rows(self) -> Rows:
        """Return all tables of the shard."""
        return {name: self.read(name) for name in _SCHEMAS}

    def read(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return one table of the shard, or some of its columns."""
        folders = dict.fromkeys(one.folder for one in self.slices)
        tables = {folder: read_rows(folder / f"{name}.arrow") for folder in folders}
        rows = pa.concat_tables([tables[one.folder].slice(one.rows[name][0], one.n_rows(name)) for one in self.slices])
        return rows if columns is None else rows.select(list(columns))

    def forms(self) -> Forms:
        """Return the comparison forms of the shard's speeches."""
        table = self.read("forms", ["codes", "breaks"])
        (codes, lengths), (breaks, n_breaks) = _flat(table["codes"]), _flat(table["breaks"])
        return Forms(codes, lengths, breaks, n_breaks)

    def paragraphs(self) -> Paragraphs:
        """Return where the paragraphs of the shard's speeches stand."""
        table = self.read("forms", ["seqs", "rows"])
        (seqs, counts), (rows, _) = _flat(table["seqs"]), _flat(table["rows"])
        return Paragraphs(seqs, rows, counts)


def rejected_row(rejected: Rejected) -> dict[str, Any]:
    """Return the row of `rejected`."""
    return asdict(rejected)
