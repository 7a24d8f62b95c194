"""Which pairs are there to judge, and in what order?

In: the tables of a result, without texts. Out: a `Queue` of one level: every dropped text beside the one it yields to,
and every pair of kept speeches that are nearly one. In memory are ids, hashes and titles; numbers stand in arrays. What
always holds: a pair has the same number as long as the result stands, and pairs of one cluster follow each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaner.review.lookup import Lookup
from cleaner.store import schemas

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

TITLE_CHARS = 60
"""Kept of a title, or of the first words of a paragraph."""
NEAR = ""
"""The reason of a pair that was not dropped."""


@dataclass(frozen=True)
class Queue:
    """The pairs of one level, cluster by cluster, the largest first; in a cluster the least alike copy first.

    Args:
        names, hashes, titles: id, raw_sha256 and title of each text that is in a pair.
        first, second: the texts of each pair; the kept or earlier one first.
        reasons: why the second was dropped; `NEAR` if both were kept.
        sizes: how many texts were dropped for the first.
    """

    level: str
    names: pa.StringArray
    hashes: pa.StringArray
    titles: pa.StringArray
    first: Ints
    second: Ints
    similarity: Floats
    jaccard: Floats
    containment: Floats
    reasons: pa.StringArray
    sizes: Ints

    def __len__(self) -> int:
        return len(self.first)

    @cached_property
    def is_near(self) -> Bools:
        """Whether both texts of a pair were kept."""
        return bools(pc.equal(self.reasons, NEAR))

    @cached_property
    def is_same_text(self) -> Bools:
        """Whether a pair is one text twice, to the character: nothing to judge, and no decision could name it."""
        return bools(pc.equal(self.hashes.take(self.first), self.hashes.take(self.second)))

    def cluster(self, pair: int) -> Ints:
        """Return the pairs that have the same first text as `pair`, in order."""
        return np.flatnonzero(self.first == self.first[pair])

    def find(self, hashes: Sequence[str], ids: Sequence[str]) -> int | None:
        """Return the first pair that has most of these texts, those of these ids rather; None if there is none."""
        counts = np.zeros(len(self), np.int64)
        for column, values in ((self.hashes, hashes), (self.names, ids)):
            is_named = bools(pc.is_in(column, pa.array(values, pa.string())))
            counts += is_named[self.first].astype(np.int64) + is_named[self.second]
        return int(counts.argmax()) if counts.any() else None

    def mark(self, *texts: int) -> str:
        """Return what tells these texts from others: a page that was made of another result shows another mark."""
        return "-".join(self.hash(text)[:16] for text in texts)

    def name(self, text: int) -> str:
        """Return the id of a text."""
        return str(self.names[text].as_py())

    def hash(self, text: int) -> str:
        """Return the raw_sha256 of a text."""
        return str(self.hashes[text].as_py())


def bools(values: pa.Array) -> Bools:
    """Return an Arrow array of truth values as numpy's; null is false."""
    return np.asarray(values.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)


def speeches(tables: Lookup) -> Queue:
    """Return the queue of speeches."""
    texts = [_one(tables, table, "id", "raw_sha256", "title") for table in (schemas.SPEECHES, schemas.DUPLICATES)]
    n_kept = texts[0].num_rows
    together = pa.concat_tables(texts).combine_chunks()
    names = together["id"].combine_chunks()
    dropped = _one(tables, schemas.DUPLICATES, "id", "kept_id", "similarity", "jaccard", "containment", "reason")
    kept = names.slice(0, n_kept)
    near = [_near(batch, kept) for batch in tables.batches(schemas.PAIRS, *schemas.PAIRS.schema.names)]
    # A speech dropped by a decision alone yields to none: it is in no pair.
    dropped = dropped.filter(pc.is_valid(dropped["kept_id"])).rename_columns(["b", "a", *dropped.column_names[2:]])
    hashes, titles = together["raw_sha256"].combine_chunks(), _shortened(together["title"])
    return _ordered("speech", names, hashes, titles, pa.concat_tables([dropped, *near], promote_options="default"))


def paragraphs(tables: Lookup) -> Queue:
    """Return the queue of paragraphs: each that repeats one of another speech, beside that one."""
    names, hashes, titles, kept_ids, similarity = list[str](), list[str](), list[str](), list[Any](), list[Any]()
    for batch in tables.batches(schemas.PARAGRAPHS, "id", "text", "cluster_id", "kept_id", "similarity"):
        for row in batch.filter(pc.is_valid(batch["cluster_id"])).to_pylist():
            names.append(row["id"])
            hashes.append(sha256(row["text"].encode()).hexdigest())
            titles.append(row["text"][:TITLE_CHARS])
            kept_ids.append(row["kept_id"])
            similarity.append(row["similarity"])
    pairs = pa.table({"a": pa.array(kept_ids, pa.string()), "b": pa.array(names, pa.string()),
                      "similarity": pa.array(similarity, pa.float64())})  # fmt: skip
    pairs = pairs.filter(pc.is_valid(pairs["a"]))
    nothing = pa.nulls(len(pairs), pa.float64())
    for column in ("jaccard", "containment"):
        pairs = pairs.append_column(column, nothing)
    pairs = pairs.append_column("reason", pa.array(["near-duplicate"] * len(pairs), pa.string()))
    texts = [pa.array(column, pa.string()) for column in (names, hashes, titles)]
    return _ordered("paragraph", texts[0], texts[1], texts[2], pairs)


def _one(tables: Lookup, table: schemas.Table, *columns: str) -> pa.Table:
    schema = pa.schema([pa.field(name, table.schema.field(name).type) for name in columns])
    return pa.Table.from_batches(list(tables.batches(table, *columns)), schema)


def _near(batch: pa.RecordBatch, kept: pa.StringArray) -> pa.Table:
    """Return the pairs of speeches of a batch that were both kept."""
    rows = batch.filter(pc.equal(batch["level"], "speech"))
    rows = rows.filter(pc.and_(pc.is_in(rows["a"], kept), pc.is_in(rows["b"], kept)))
    found = pa.Table.from_batches([rows]).select(["b", "a", "similarity", "jaccard", "containment"])
    return found.append_column("reason", pa.array([NEAR] * rows.num_rows, pa.string()))


def _shortened(titles: pa.ChunkedArray) -> pa.StringArray:
    return pc.utf8_slice_codeunits(titles.combine_chunks(), 0, TITLE_CHARS).fill_null("")


def _ordered(
    level: str, names: pa.StringArray, hashes: pa.StringArray, titles: pa.StringArray, pairs: pa.Table
) -> Queue:
    first = pc.index_in(pairs["a"], names).to_numpy().astype(np.int64)
    second = pc.index_in(pairs["b"], names).to_numpy().astype(np.int64)
    similarity = pairs["similarity"].to_numpy()
    is_near = bools(pc.equal(pairs["reason"], NEAR).combine_chunks())
    sizes = np.bincount(first[~is_near], minlength=len(names))[first].astype(np.int64)
    # In a cluster: what was dropped, the least alike first; then what was not, the most alike first.
    order = np.lexsort((second, np.where(is_near, -similarity, similarity), is_near, first, -sizes))
    return Queue(
        level, names, hashes, titles, first[order], second[order], similarity[order],
        pairs["jaccard"].to_numpy()[order], pairs["containment"].to_numpy()[order],
        pairs["reason"].combine_chunks().take(order), sizes[order],
    )  # fmt: skip
