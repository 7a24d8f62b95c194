"""How do cleaned sources wait for the duplicates to be found?

In: the `Cleaned` records of a shard of sources. Out: a folder below OUT/.work with the rows in their final schemas, in
key order, and the comparison forms as flat arrays. Texts stay here; only names, counts and forms go on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cleaner.edits import Edit
from cleaner.records import Cleaned, Rejected, Speech
from cleaner.store import schemas

_DECODED = pa.schema([("source", pa.string()), ("decoded", pa.string())])


@dataclass(frozen=True, slots=True)
class Forms:
    """The comparison forms of a shard's n speeches.

    Args:
        codes: uint32, all forms one after another.
        lengths: int64, shape (n,), codes of each.
        breaks: int64, the line breaks of each form, counted from its own beginning.
        n_breaks: int64, shape (n,), how many each has.
        seqs: int64, for each paragraph of each text its line in the masked text.
        n_seqs: int64, shape (n,).
    """

    codes: NDArray[np.uint32]
    lengths: NDArray[np.int64]
    breaks: NDArray[np.int64]
    n_breaks: NDArray[np.int64]
    seqs: NDArray[np.int64]
    n_seqs: NDArray[np.int64]


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
        "title": speech.title, "date": speech.date, "text": speech.text, "n_chars": len(speech.text),
        "n_placeholders": speech.n_placeholders, "placeholder_ratio": speech.placeholder_ratio,
        "encoding": speech.encoding, "raw_sha256": speech.raw_sha256, "cluster_id": None, "n_duplicates": 0,
        "n_repeated_paragraphs": 0, "flags": list(speech.flags),
    }  # fmt: skip


class Shard:
    """The folder of one shard."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, cleaned: Sequence[Cleaned], forms: Forms) -> None:
        """Write the records of the shard's sources, in order."""
        self.folder.mkdir(parents=True)
        self._write(
            "sources", schemas.SOURCES.schema, ({**asdict(c.source), "flags": list(c.source.flags)} for c in cleaned)
        )
        self._write("speeches", schemas.SPEECHES.schema, (speech_row(s) for c in cleaned for s in c.speeches))
        rows = (edit_row(c.source.source, c.decoded or "", e) for c in cleaned for e in c.edits)
        self._write("edits", schemas.EDITS.schema, rows)
        self._write("rejected", schemas.REJECTED.schema, (rejected_row(r) for c in cleaned for r in c.rejected))
        decoded = ({"source": c.source.source, "decoded": c.decoded} for c in cleaned if c.decoded is not None)
        self._write("decoded", _DECODED, decoded)
        np.savez(self.folder / "forms.npz", **{name: getattr(forms, name) for name in Forms.__slots__})

    def _write(self, name: str, schema: pa.Schema, rows: Iterable[dict[str, Any]]) -> None:
        table = pa.Table.from_pylist(list(rows), schema)
        pq.write_table(table, self.folder / f"{name}.parquet", compression="lz4")

    def read(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return one table of the shard."""
        return pq.read_table(self.folder / f"{name}.parquet", columns=list(columns) if columns else None)

    def forms(self) -> Forms:
        """Return the comparison forms of the shard's speeches."""
        with np.load(self.folder / "forms.npz") as arrays:
            return Forms(*(arrays[name] for name in Forms.__slots__))

    def decoded(self) -> dict[str, str]:
        """Return the decoded text by source."""
        table = self.read("decoded")
        return dict(zip(table["source"].to_pylist(), table["decoded"].to_pylist(), strict=True))


def rejected_row(rejected: Rejected) -> dict[str, Any]:
    """Return the row of `rejected`."""
    return asdict(rejected)
