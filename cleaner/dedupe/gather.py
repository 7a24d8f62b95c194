"""What does one reading of a table leave in memory? The comparison forms of its texts, and the ids of its rows."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaner import texts
from cleaner.chars import MASK
from cleaner.config import Config
from cleaner.dedup.exact import Form, form
from cleaner.dedup.kernel import Codes, Ints
from cleaner.edits import Draft
from cleaner.errors import InputError
from cleaner.filters import placeholder
from cleaner.rulepack import RulePack


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one reading of a table of N texts leaves in memory.

    Args:
        schema: the columns of all files together.
        sha256_by_file: of the files as they were read.
        n_null: rows whose text is null; their form is empty.
        codes, lengths, breaks, n_breaks, n_placeholders: as in `corpus.Speeches`, lengths and breaks text by text.
        ids: of each text its `id`, null where there is none.
    """

    schema: pa.Schema
    sha256_by_file: dict[str, str]
    n_null: int
    codes: Codes
    lengths: Ints
    breaks: Ints
    n_breaks: Ints
    n_placeholders: Ints
    ids: pa.ChunkedArray

    def __len__(self) -> int:
        return len(self.lengths)


def compared(text: str, pack: RulePack, config: Config) -> tuple[Form, int]:
    r"""Return the comparison form of a text as a person wrote it, and how many placeholders the rules found in it.

    >>> from cleaner import rulepack
    >>> pack = rulepack.load([rulepack.shipped()])
    >>> found, n = compared("新建水库××座。\r\n谢谢！", pack, Config())           # "X reservoirs were built. / Thanks!"
    >>> "".join(map(chr, found.codes)).replace(MASK, "□"), n
    ('新建水库□座谢谢', 1)
    """
    text = text.replace(MASK, "").replace("\r\n", "\n").replace("\r", "\n")
    edits = list(placeholder.edits(text, pack, config))
    return form(Draft.of(text).apply(edits).text if edits else text, config.dedup.script), len(edits)


def name(path: Path) -> str:
    """Return the path as text that can be written, whatever its bytes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def gather(
    files: Sequence[Path],
    column: str,
    pack: RulePack,
    config: Config,
    added: Sequence[str],
    done: Callable[[int], object],
) -> Gathered:
    """Read a table for the comparison forms of its texts; `added` are names that its columns may not have."""
    schema: pa.Schema | None = None
    codes, breaks, ids = [np.empty(0, np.uint32)], [np.empty(0, np.int64)], []
    counts = [np.empty((0, 3), np.int64)]
    n_null, sha256_by_file = 0, {}
    for path in files:
        sha256_by_file[name(Path(path.name))] = texts.digest(path)
        for table in texts.batches([path]):
            schema = texts.joined(schema, table.schema, path)
            if taken := [name for name in added if name in table.column_names]:
                raise InputError(
                    path, f"a column {taken[0]!r}, which dedupe adds", "a name of its own",
                    f"rename it, for example to {taken[0]}_before",
                )  # fmt: skip
            given = _strings(table, column, path)
            n_null += given.null_count
            forms = [compared(text or "", pack, config) for text in given.to_pylist()]
            codes.append(np.concatenate([codes[0], *(one.codes for one, _ in forms)]))
            breaks.append(np.concatenate([breaks[0], *(one.breaks for one, _ in forms)]))
            sizes = [(len(one.codes), len(one.breaks), n) for one, n in forms]
            counts.append(np.array(sizes, np.int64).reshape(-1, 3))
            ids.append(_ids(table))
            done(table.num_rows)
    if schema is None or column not in schema.names:
        names = "none" if schema is None else ", ".join(schema.names)
        raise InputError(files[0], f"no column {column!r}", f"one of {names}", "give the column with --text")
    lengths, n_breaks, n_placeholders = np.concatenate(counts).T.copy()
    return Gathered(
        schema, sha256_by_file, n_null, np.concatenate(codes), lengths, np.concatenate(breaks), n_breaks,
        n_placeholders, pa.chunked_array(ids, pa.string()),
    )  # fmt: skip


def _strings(table: pa.Table, column: str, path: Path) -> pa.ChunkedArray:
    """Return the texts; all null if these rows do not have the column."""
    if column not in table.column_names:
        return pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
    values = table.column(column)
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_null(kind)
    ):
        raise InputError(path, f"column {column!r} of type {values.type}", "strings", "give the column with --text")
    return values.cast(kind)


def _ids(table: pa.Table) -> pa.Array:
    kind = table.schema.field("id").type if "id" in table.column_names else pa.null()
    if not (pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return pa.nulls(table.num_rows, pa.string())
    return table.column("id").cast(pa.string()).combine_chunks()
