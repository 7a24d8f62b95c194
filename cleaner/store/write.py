"""How do cleaned shards and found duplicates become the tables?

In: the shards in order, and what duplicates what. Out: the eight tables below a folder, their digests, the counts. One
pass, column by column; in memory are two shards. What always holds: rows come in key order, and every speech of the
shards is in `speeches` or in `duplicates`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cleaner.config import Config
from cleaner.dedup.corpus import Corpus, Found
from cleaner.dedup.keep import REASONS
from cleaner.dedup.kernel import Bools, Ints
from cleaner.dedup.verify import Verified
from cleaner.store import schemas
from cleaner.store.counts import Counts
from cleaner.store.cut import cut_paragraphs
from cleaner.store.scratch import Paragraphs, Shard
from cleaner.store.tables import Writer

_VALUES = ("similarity", "jaccard", "containment")
_PAIRS = 1 << 16
"""Rows of `pairs` made at a time."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: sha256 by part by table, and the counts for the manifest."""

    digests: dict[str, dict[str, str]]
    counts: dict[str, Any]


class _Clusters:
    """The duplicates by row instead of by pair.

    Attributes:
        ids: of all speeches, in table order.
        n_duplicates: of each speech.
        n_repeats: how many paragraphs yield to each compared paragraph.
    """

    def __init__(self, speeches: Corpus, found: Found) -> None:
        self.found = found
        text = pa.large_string()  # the ids of a large corpus are more than 2 GB
        parts = pa.array(speeches.sources, text), pa.array(speeches.ordinals).cast(text)
        self.ids = pc.binary_join_element_wise(*parts, pa.scalar("#", text))
        self.n_duplicates = _yielding_to(found.fates.kept_of)
        self.n_repeats = _yielding_to(found.paragraphs.kept_of)

    def speech_ids(self, speeches: Ints, are_null: Bools | None = None) -> pa.Array:
        """Return the ids of these speeches, null where the mask says so."""
        return self.ids.take(pa.array(speeches, mask=are_null)).cast(pa.string())

    def paragraph_ids(self, paragraphs: Ints) -> pa.Array:
        """Return the ids of these compared paragraphs."""
        of = self.found.paragraphs
        return _paragraph_ids(self.speech_ids(of.speech[paragraphs]), of.seq[paragraphs])


def _yielding_to(kept_of: Ints) -> Ints:
    """Return how many others yield to each text."""
    yields = (kept_of >= 0) & (kept_of != np.arange(len(kept_of)))
    return np.bincount(kept_of[yields], minlength=len(kept_of))


def _paragraph_ids(speech_ids: pa.Array, seqs: Ints) -> pa.Array:
    return pc.binary_join_element_wise(speech_ids, pa.array(seqs).cast(pa.string()), "/")


def write_tables(
    folder: Path,
    shards: Sequence[Shard],
    speeches: Corpus,
    found: Found,
    config: Config,
    done: Callable[[int], object],
) -> Written:
    """Write all tables below `folder`; call `done` with the number of sources of each shard."""
    clusters = _Clusters(speeches, found)
    counts = Counts()
    signatures = schemas.signatures(config.dedup.num_perm, config.dedup.seed, config.dedup.k)
    with ExitStack() as stack:
        writers = {
            table.name: stack.enter_context(Writer(folder / table.name, table))
            for table in (*schemas.TABLES, signatures)
        }
        firsts = accumulate((shard.n_rows("speeches") for shard in shards), initial=0)
        for shard, first in zip(shards, firsts, strict=False):
            tables = _rows_of(shard, first, clusters, config)
            for name, rows in tables.items():
                writers[name].write(rows)
            counts.add(tables)
            done(len(tables["sources"]))
        for rows in _pairs(clusters):
            writers["pairs"].write(rows)
    n_rows = {name: writer.n_rows for name, writer in writers.items()}
    return Written({name: writer.files for name, writer in writers.items()}, counts.summary(n_rows, found))


def _rows_of(shard: Shard, first: int, clusters: _Clusters, config: Config) -> dict[str, pa.Table]:
    """Return the rows of one shard by table, but for pairs; `first` is the index of its first speech."""
    rows, edits = shard.read("speeches"), shard.read("edits")
    fates, own = clusters.found.fates, np.arange(first, first + len(rows))
    kept_of, n_duplicates = fates.kept_of[own], clusters.n_duplicates[own]
    is_kept = kept_of == own
    places = shard.paragraphs()
    paragraphs, repeats = _paragraphs(rows["text"], places, first, is_kept, clusters)
    n_repeated = np.bincount(repeats[0], minlength=len(rows))
    if config.paragraphs.action == "drop" and len(repeats[0]):
        rows, edits = cut_paragraphs(shard, rows, edits, places, repeats)
    rows = _with(rows, "cluster_id", clusters.speech_ids(kept_of, (kept_of < 0) | (is_kept & (n_duplicates == 0))))
    rows = _with(rows, "n_duplicates", n_duplicates)
    rows = _with(rows, "n_repeated_paragraphs", n_repeated)
    duplicates, gone, to = rows.filter(pa.array(~is_kept)), own[~is_kept], kept_of[~is_kept]
    for name, values in (
        ("kept_id", clusters.speech_ids(to, to < 0)),
        *((name, pa.array(getattr(fates, name)[gone], from_pandas=True)) for name in _VALUES),
        ("reason", pa.array(REASONS, pa.string()).take(pa.array(fates.reason[gone]))),
    ):
        duplicates = duplicates.append_column(schemas.DUPLICATES.schema.field(name), values)
    return {
        "sources": shard.read("sources"), "speeches": rows.filter(pa.array(is_kept)), "duplicates": duplicates,
        "paragraphs": paragraphs, "edits": edits, "rejected": shard.read("rejected"),
        "signatures": _signatures(own, clusters, config),
    }  # fmt: skip


def _paragraphs(
    texts: pa.ChunkedArray, places: Paragraphs, first: int, is_kept: Bools, clusters: _Clusters
) -> tuple[pa.Table, tuple[Ints, Ints]]:
    """Return the rows of `paragraphs` of a shard's kept speeches, and speech and line of those that yield to others."""
    compared = clusters.found.paragraphs
    speech = np.repeat(np.arange(len(is_kept)), places.counts)
    low, high = np.searchsorted(compared.speech, (first, first + len(is_kept)))
    index = _joined(speech, places.seqs, compared.speech[low:high] - first, compared.seq[low:high])
    index[index >= 0] += low
    chosen = is_kept[speech]
    speech, seqs, index = speech[chosen], places.seqs[chosen], index[chosen]
    text = places.texts(texts).filter(pa.array(chosen))
    to = np.where(index >= 0, compared.kept_of[index] if len(compared.kept_of) else -1, -1)
    stays = (to < 0) | (to == index)
    own_ids = clusters.speech_ids(first + speech)
    names, survivors = _paragraph_ids(own_ids, seqs), clusters.paragraph_ids(to[~stays])
    is_alone = stays.copy()
    is_alone[stays & (index >= 0)] = clusters.n_repeats[index[stays & (index >= 0)]] == 0
    gone = pa.array(~stays)
    kept_ids = pc.replace_with_mask(pa.nulls(len(names), pa.string()), gone, survivors)
    similarity = np.full(len(names), np.nan)
    similarity[~stays] = compared.similarity[index[~stays]]
    columns = {
        "id": names, "speech_id": own_ids, "seq": pa.array(seqs, pa.int32()), "text": text,
        "n_chars": pc.utf8_length(text),
        "cluster_id": pc.if_else(pa.array(is_alone), None, pc.coalesce(kept_ids, names)),
        "kept": pa.array(stays), "kept_id": kept_ids, "similarity": pa.array(similarity, from_pandas=True),
    }  # fmt: skip
    return pa.table(columns, schemas.PARAGRAPHS.schema), (speech[~stays], seqs[~stays])


def _joined(speech: Ints, seq: Ints, other_speech: Ints, other_seq: Ints) -> Ints:
    """Return for each (speech, line) its place among the others, -1 if it is not there; both are sorted."""
    keys, others = (speech << 32) + seq, (other_speech << 32) + other_seq
    at = np.searchsorted(others, keys)
    at[at == len(others)] = -1
    return np.where(others[at] == keys, at, -1) if len(others) else np.full(len(keys), -1)


def _with(rows: pa.Table, name: str, values: Any) -> pa.Table:
    at = rows.schema.get_field_index(name)
    return rows.set_column(at, rows.schema.field(at), pa.array(values, rows.schema.field(at).type))


def _signatures(speeches: Ints, clusters: _Clusters, config: Config) -> pa.Table:
    schema = schemas.signatures(config.dedup.num_perm, config.dedup.seed, config.dedup.k).schema
    chosen = speeches[clusters.found.has_signature[speeches]]
    flat = pa.array(np.ascontiguousarray(clusters.found.sketch[chosen]).reshape(-1), pa.uint32())
    values = pa.FixedSizeListArray.from_arrays(flat, type=schema.field("signature").type)
    return pa.Table.from_arrays([clusters.speech_ids(chosen), values], schema=schema)


def _pairs(clusters: _Clusters) -> Iterator[pa.Table]:
    """Yield the rows of `pairs`, sorted; exact copies each with the first of their group."""
    found = clusters.found
    paragraphs = found.paragraphs
    yield from _level("paragraph", paragraphs.pairs, paragraphs.first_of, clusters.paragraph_ids)
    yield from _level("speech", found.pairs, found.first_of, clusters.speech_ids)


def _level(level: str, pairs: Verified, first_of: Ints, ids_of: Callable[[Ints], pa.Array]) -> Iterator[pa.Table]:
    copies = np.flatnonzero(first_of != np.arange(len(first_of)))
    a, b = np.concatenate((pairs.a, first_of[copies])), np.concatenate((pairs.b, copies))
    values = [np.concatenate((getattr(pairs, name), np.ones(len(copies)))) for name in _VALUES]
    named = np.unique(np.concatenate((a, b)))
    ids = ids_of(named)
    place = np.empty(len(named), np.int64)
    place[pc.sort_indices(ids).to_numpy()] = np.arange(len(named))
    a, b = np.searchsorted(named, a), np.searchsorted(named, b)
    order = np.lexsort((place[b], place[a]))
    for at in range(0, len(order), _PAIRS):
        some = order[at : at + _PAIRS]
        columns = [
            pa.array([level] * len(some)), ids.take(pa.array(a[some])), ids.take(pa.array(b[some])),
            *(pa.array(column[some]) for column in values),
        ]  # fmt: skip
        yield pa.Table.from_arrays(columns, schema=schemas.PAIRS.schema)
