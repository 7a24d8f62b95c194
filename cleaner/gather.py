"""What does one reading of a table leave? All that detection asks of its texts, and the ids of its rows.

In: the files of a table. Out: comparison forms and signatures in files, the rest in memory. What always holds: a batch
is formed, summed up and let go while the next ones are read, so a text is touched once, and never are all in memory.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from cleaner import texts
from cleaner.columns import repeated
from cleaner.config import Config
from cleaner.dedup.batches import in_threads
from cleaner.dedup.comparison import Form, form
from cleaner.dedup.exact import digests
from cleaner.dedup.forms import Bytes, forms, is_utf8
from cleaner.dedup.kernel import Bools, Codes, Hashes, Ints, Signatures
from cleaner.dedup.sketch import signatures
from cleaner.errors import InputError
from cleaner.store.flat import Flat

if TYPE_CHECKING:
    from cleaner.engines.local import Local
    from cleaner.rulepack import RulePack


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one reading of a table of N texts leaves in memory; every array has N rows.

    Args:
        schema: the columns of all files together.
        n_null: rows whose text is null; their form is empty.
        ids: of each text its `id`, null where there is none; empty if ids are not wanted.
        lengths: int64, codes of each form.
        n_masks, n_placeholders: int64, sentinels in each form, and how many placeholders they stand for.
        keys: what `exact.digests` gives.
        has_signature: what `sketch.signatures` says.
    """

    schema: pa.Schema
    n_null: int
    ids: pa.ChunkedArray
    lengths: Ints
    n_masks: Ints
    n_placeholders: Ints
    keys: Hashes
    has_signature: Bools

    def __len__(self) -> int:
        return len(self.lengths)


def compared(text: str, pack: "RulePack", config: Config) -> tuple[Form, int]:
    r"""Return the comparison form of a text as a person wrote it, and how many placeholders the rules found in it.

    >>> from cleaner import rulepack
    >>> pack = rulepack.load([rulepack.shipped()])
    >>> found, n = compared("新建水库××座。\r\n谢谢！", pack, Config())           # "X reservoirs were built. / Thanks!"
    >>> "".join(map(chr, found.codes)).replace("\ufdd0", "□"), n
    ('新建水库□座谢谢', 1)
    """
    from cleaner.masking import masked_texts  # `clusters` has no use for rules

    said, n_placeholders = next(masked_texts([text], pack))
    return form(said, config.dedup.script), n_placeholders


def name(path: Path) -> str:
    """Return the path as text that can be written, whatever its bytes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def gather(
    files: Sequence[Path],
    column: str,
    pack: "RulePack | None",
    config: Config,
    codes: Flat,
    sketches: Flat,
    added: Sequence[str] = (),
    done: Callable[[int], object] = id,
    *,
    with_ids: bool = False,
    engine: "Local | None" = None,
) -> Gathered:
    """Read a table, write the comparison forms of its texts to `codes` and their signatures to `sketches`.

    Args:
        pack: whose placeholders count as such; None to take every character as it stands.
        added: names that the columns may not have.
        with_ids: whether ids are wanted.
        engine: what looks for placeholders; this process if it is not given.

    Raises:
        InputError: the table cannot be read, or has no such column of texts.
    """
    schema: pa.Schema | None = None
    ids: list[pa.Array] = []
    n_null = 0

    def columns() -> Iterator[pa.Array]:
        nonlocal schema, n_null
        for path in files:
            for table in texts.batches([path]):
                schema = texts.joined(schema, table.schema, path)
                if taken := [name for name in added if name in table.column_names]:
                    raise InputError(
                        path, f"a column {taken[0]!r}, which dedupe adds", "a name of its own",
                        f"rename it, for example to {taken[0]}_before",
                    )  # fmt: skip
                if with_ids:
                    ids.append(_ids(table))
                given = _strings(table, column, path)
                n_null += given.null_count
                yield given

    def masked() -> Iterable[tuple[pa.Array, Ints]]:
        if pack is None:
            return ((given, np.zeros(len(given), np.int64)) for given in columns())
        from cleaner.masking import Masking  # `clusters` has no use for rules

        mask = Masking(pack, config.rules)
        return map(mask, columns()) if engine is None else engine.map(mask, columns())

    def summed(batch: tuple[pa.Array, Ints]) -> tuple[Codes, Signatures, tuple[Any, ...]]:
        given, n_placeholders = batch
        made = forms(*_utf8(given), config.dedup.script, has_masks=pack is not None)
        offsets, settings = np.concatenate(([0], np.cumsum(made.lengths))), config.dedup
        keys = digests(made.codes, offsets)
        sketch, has_signature = signatures(made.codes, offsets, settings.k, settings.num_perm, settings.seed)
        return made.codes, sketch, (made.lengths, made.n_masks, n_placeholders, keys, has_signature)

    parts = []
    for form_codes, sketch, kept in in_threads(summed, masked()):
        codes.append(form_codes)
        sketches.append(sketch)
        parts.append(kept)
        done(len(sketch))
    pa.default_memory_pool().release_unused()
    if schema is None or column not in schema.names:
        names = "none" if schema is None else ", ".join(schema.names)
        raise InputError(files[0], f"no column {column!r}", f"one of {names}", "give the column with --text")
    return Gathered(schema, n_null, pa.chunked_array(ids, pa.string()), *map(np.concatenate, zip(*parts, strict=True)))


def _utf8(given: pa.Array) -> tuple[Bytes, Ints]:
    """Return the bytes of the texts and their offsets, as Arrow holds them; a null is an empty text."""
    if given.null_count:  # what lies under a null may be anything
        import pyarrow.compute as pc  # most columns have none; `fill_null` would import pandas besides (0.3 s)

        given = pc.coalesce(given, repeated("", len(given)).cast(given.type))
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
    given = _flat(values if values.type == plain else values.cast(kind).cast(plain))
    if not is_utf8(*_utf8(given)):
        raise InputError(path, f"column {column!r}: bytes that are no UTF-8", "texts in UTF-8", "write it as UTF-8")
    return given


def _flat(values: pa.ChunkedArray) -> pa.Array:
    """Return the chunks as one array; `combine_chunks` copies a single one, and for none it imports pandas (0.4 s)."""
    if values.num_chunks == 1:
        return values.chunk(0)
    return values.combine_chunks() if values.num_chunks else pa.nulls(0, values.type)


def _ids(table: pa.Table) -> pa.Array:
    kind = table.schema.field("id").type if "id" in table.column_names else pa.null()
    if not (pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return pa.nulls(table.num_rows, pa.string())
    return _flat(table.column("id").cast(pa.string()))
