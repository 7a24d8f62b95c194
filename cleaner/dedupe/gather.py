"""What does one reading of a table leave? The comparison forms of its texts in a file, the ids of its rows."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaner import texts
from cleaner.chars import MASK
from cleaner.config import Config
from cleaner.dedup.batches import in_threads
from cleaner.dedup.exact import Form, form
from cleaner.dedup.forms import Bytes, Forms, forms
from cleaner.dedup.kernel import Ints
from cleaner.edits import Draft
from cleaner.errors import InputError
from cleaner.filters import placeholder
from cleaner.rulepack import RulePack
from cleaner.store.flat import Flat


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one reading of a table of N texts leaves in memory.

    Args:
        schema: the columns of all files together.
        sha256_by_file: of the files as they were read.
        n_null: rows whose text is null; their form is empty.
        lengths: int64, shape (N,), codes of each form.
        n_placeholders: int64, shape (N,).
        ids: of each text its `id`, null where there is none.
    """

    schema: pa.Schema
    sha256_by_file: dict[str, str]
    n_null: int
    lengths: Ints
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
    said, n_placeholders = masked_text(text, pack, config)
    return form(said, config.dedup.script), n_placeholders


def masked_text(text: str, pack: RulePack, config: Config) -> tuple[str, int]:
    """Return a text with a mark for each placeholder, and how many there are."""
    text = text.replace(MASK, "").replace("\r\n", "\n").replace("\r", "\n")
    edits = list(placeholder.edits(text, pack, config))
    return Draft.of(text).apply(edits).text if edits else text, len(edits)


def name(path: Path) -> str:
    """Return the path as text that can be written, whatever its bytes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def gather(
    files: Sequence[Path],
    column: str,
    pack: RulePack | None,
    config: Config,
    codes: Flat,
    added: Sequence[str] = (),
    done: Callable[[int], object] = id,
) -> Gathered:
    """Read a table and write the comparison forms of its texts to `codes`.

    Args:
        pack: whose placeholders count as such; None to take every character as it stands.
        added: names that the columns may not have.

    Raises:
        InputError: the table cannot be read, or has no such column of texts.
    """
    schema: pa.Schema | None = None
    sha256_by_file: dict[str, str] = {}
    ids: list[pa.Array] = []
    n_null = 0

    def columns() -> Iterator[pa.Array]:
        nonlocal schema, n_null
        for path in files:
            sha256_by_file[name(Path(path.name))] = texts.digest(path)
            for table in texts.batches([path]):
                schema = texts.joined(schema, table.schema, path)
                if taken := [name for name in added if name in table.column_names]:
                    raise InputError(
                        path, f"a column {taken[0]!r}, which dedupe adds", "a name of its own",
                        f"rename it, for example to {taken[0]}_before",
                    )  # fmt: skip
                ids.append(_ids(table))
                given = _strings(table, column, path)
                n_null += given.null_count
                yield given

    def formed(given: pa.Array) -> tuple[Forms, Ints]:
        if pack is None:
            return forms(*_utf8(given), config.dedup.script, has_masks=False), np.zeros(len(given), np.int64)
        masked, n_placeholders = _masked(given, pack, config)
        return forms(*_utf8(masked), config.dedup.script), n_placeholders

    counts = [np.empty((2, 0), np.int64)]
    for made, n_placeholders in in_threads(formed, columns()):
        codes.append(made.codes)
        counts.append(np.stack((made.lengths, n_placeholders)))
        done(len(n_placeholders))
    if schema is None or column not in schema.names:
        names = "none" if schema is None else ", ".join(schema.names)
        raise InputError(files[0], f"no column {column!r}", f"one of {names}", "give the column with --text")
    lengths, n_placeholders = np.concatenate(counts, axis=1)
    return Gathered(schema, sha256_by_file, n_null, lengths, n_placeholders, pa.chunked_array(ids, pa.string()))


def _masked(given: pa.Array, pack: RulePack, config: Config) -> tuple[pa.Array, Ints]:
    """Return the texts with a mark for each placeholder, and how many each has."""
    masked, counts = [], []
    for text in given.to_pylist():
        said, n_placeholders = masked_text(text or "", pack, config)
        masked.append(said)
        counts.append(n_placeholders)
    return pa.array(masked, pa.string()), np.array(counts, np.int64)


def _utf8(given: pa.Array) -> tuple[Bytes, Ints]:
    """Return the bytes of the texts and their offsets, as Arrow holds them; a null is an empty text."""
    given = given.fill_null("")
    kind = np.int64 if pa.types.is_large_string(given.type) else np.int32
    _, places, data = given.buffers()
    offsets = np.frombuffer(places, kind)[given.offset : given.offset + len(given) + 1].astype(np.int64)
    return np.frombuffer(data or b"", np.uint8), offsets


def _strings(table: pa.Table, column: str, path: Path) -> pa.Array:
    """Return the texts; all null if these rows do not have the column."""
    if column not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    values = table.column(column)
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_null(kind)
    ):
        raise InputError(path, f"column {column!r} of type {values.type}", "strings", "give the column with --text")
    plain = pa.large_string() if pa.types.is_large_string(kind) else pa.string()
    given = values.cast(kind).cast(plain).combine_chunks()
    try:
        given.validate(full=True)
    except pa.ArrowInvalid as error:
        raise InputError(path, str(error), "texts in UTF-8", "write it as UTF-8") from None
    return given


def _ids(table: pa.Table) -> pa.Array:
    kind = table.schema.field("id").type if "id" in table.column_names else pa.null()
    if not (pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return pa.nulls(table.num_rows, pa.string())
    return table.column("id").cast(pa.string()).combine_chunks()
