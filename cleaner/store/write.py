"""How do cleaned shards and found duplicates become the tables?

In: the shards in order, and what duplicates what. Out: the eight tables below a folder, their digests, the counts. One
pass; in memory is one shard. What always holds: rows come in key order, and every speech of the shards is in
`speeches` or in `duplicates`.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cleaner.config import Config
from cleaner.dedup.corpus import Corpus, Found
from cleaner.dedup.keep import REASONS
from cleaner.dedup.kernel import Bools, Ints, Signatures
from cleaner.dedup.verify import Verified
from cleaner.lines import lines
from cleaner.store import schemas
from cleaner.store.counts import Counts
from cleaner.store.cut import cut_paragraphs
from cleaner.store.scratch import Shard
from cleaner.store.tables import Writer

_VALUES = ("similarity", "jaccard", "containment")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: sha256 by part by table, and the counts for the manifest."""

    digests: dict[str, dict[str, str]]
    counts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Clusters:
    """The duplicates by row instead of by pair.

    Args:
        ids: of all speeches, in table order.
        kept_of, n_duplicates: of each speech; the first is -1 if a decision drops it for none.
        paragraph: index of a compared paragraph by (speech, line).
        repeats: how many paragraphs yield to each compared paragraph.
    """

    ids: Sequence[str]
    kept_of: Sequence[int]
    n_duplicates: Sequence[int]
    paragraph: dict[tuple[int, int], int]
    repeats: Sequence[int]


def write_tables(
    folder: Path,
    shards: Sequence[Shard],
    speeches: Corpus,
    found: Found,
    config: Config,
    done: Callable[[int], object],
) -> Written:
    """Write all tables below `folder`; call `done` with the number of sources of each shard."""
    clusters = _clusters(speeches, found)
    counts = Counts()
    signatures = schemas.signatures(config.dedup.num_perm, config.dedup.seed, config.dedup.k)
    with ExitStack() as stack:
        writers = {
            table.name: stack.enter_context(Writer(folder / table.name, table))
            for table in (*schemas.TABLES, signatures)
        }
        first = 0
        for shard in shards:
            n = _write_shard(shard, first, writers, clusters, found, config, counts)
            rows = found.has_signature[first : first + n]
            writers["signatures"].write(
                _signatures(signatures.schema, clusters.ids[first : first + n], found.sketch[first : first + n], rows)
            )
            first += n
            done(shard.read("sources", ["source"]).num_rows)
        for batch in _pairs(clusters, found):
            writers["pairs"].write(batch)
    n_rows = {name: writer.n_rows for name, writer in writers.items()}
    return Written({name: writer.files for name, writer in writers.items()}, counts.summary(n_rows, found))


def _clusters(speeches: Corpus, found: Found) -> _Clusters:
    kept_of = found.fates.kept_of
    dropped = kept_of != np.arange(len(speeches))
    paragraphs = found.paragraphs
    yields = (paragraphs.kept_of >= 0) & (paragraphs.kept_of != np.arange(len(paragraphs.kept_of)))
    return _Clusters(
        ids=[
            f"{source}#{ordinal}" for source, ordinal in zip(speeches.sources, speeches.ordinals.tolist(), strict=True)
        ],
        kept_of=kept_of.tolist(),
        n_duplicates=np.bincount(kept_of[dropped & (kept_of >= 0)], minlength=len(speeches)).tolist(),
        paragraph={
            key: i for i, key in enumerate(zip(paragraphs.speech.tolist(), paragraphs.seq.tolist(), strict=True))
        },
        repeats=np.bincount(paragraphs.kept_of[yields], minlength=len(paragraphs.kept_of)).tolist(),
    )


def _write_shard(
    shard: Shard,
    first: int,
    writers: dict[str, Writer],
    clusters: _Clusters,
    found: Found,
    config: Config,
    counts: Counts,
) -> int:
    """Write one shard's rows; return how many speeches it has. `first` is the index of its first speech."""
    rows, edits = shard.read("speeches"), shard.read("edits")
    n: int = rows.num_rows
    kept_of = clusters.kept_of[first : first + n]
    kept = [at == first + i for i, at in enumerate(kept_of)]
    forms = shard.forms()
    repeated: list[set[int]] = [set() for _ in range(n)]
    paragraphs: list[dict[str, Any]] = []
    at = 0
    for i, text in enumerate(rows["text"].to_pylist()):
        seqs = forms.seqs[at : at + forms.n_seqs[i]].tolist()
        at += len(seqs)
        if kept[i]:
            for row in _paragraphs(first + i, text, seqs, clusters, found):
                paragraphs.append(row)
                if not row["kept"]:
                    repeated[i].add(row["seq"])
    if config.paragraphs.action == "drop" and any(repeated):
        rows, edits = cut_paragraphs(shard, rows, edits, forms.seqs.tolist(), forms.n_seqs.tolist(), repeated)
    clustered = [
        clusters.ids[to] if to >= 0 and (not stays or clusters.n_duplicates[to]) else None
        for to, stays in zip(kept_of, kept, strict=True)
    ]
    rows = _with(rows, "cluster_id", clustered)
    rows = _with(rows, "n_duplicates", clusters.n_duplicates[first : first + n])
    rows = _with(rows, "n_repeated_paragraphs", [len(some) for some in repeated])
    mask = pa.array(kept, pa.bool_())
    writers["speeches"].write(rows.filter(mask))
    gone = [i for i, stays in enumerate(kept) if not stays]
    duplicates = rows.filter(pc.invert(mask))
    for name, values in (
        ("kept_id", [clusters.ids[kept_of[i]] if kept_of[i] >= 0 else None for i in gone]),
        ("similarity", found.fates.similarity[first : first + n][gone]),
        ("jaccard", found.fates.jaccard[first : first + n][gone]),
        ("containment", found.fates.containment[first : first + n][gone]),
        ("reason", [REASONS[found.fates.reason[first + i]] for i in gone]),
    ):
        field = schemas.DUPLICATES.schema.field(name)
        duplicates = duplicates.append_column(field, pa.array(values, field.type, from_pandas=True))
    writers["duplicates"].write(duplicates)
    writers["paragraphs"].write(paragraphs)
    writers["edits"].write(edits)
    sources, rejected = shard.read("sources"), shard.read("rejected")
    writers["sources"].write(sources)
    writers["rejected"].write(rejected)
    counts.add(sources, rows, edits, rejected)
    return n


def _paragraphs(speech: int, text: str, seqs: Sequence[int], clusters: _Clusters, found: Found) -> list[dict[str, Any]]:
    """Return the rows of `paragraphs` for one kept speech."""
    out = []
    for seq, line in zip(seqs, (row.text for row in lines(text) if row.bare), strict=True):
        index = clusters.paragraph.get((speech, seq), -1)
        to = int(found.paragraphs.kept_of[index]) if index >= 0 else -1
        kept = to in (-1, index)
        name = f"{clusters.ids[speech]}/{seq}"
        survivor = name if kept else _paragraph_id(clusters, found, to)
        out.append({
            "id": name, "speech_id": clusters.ids[speech], "seq": seq, "text": line, "n_chars": len(line),
            "cluster_id": survivor if not kept or (index >= 0 and clusters.repeats[index]) else None,
            "kept": kept, "kept_id": None if kept else survivor,
            "similarity": None if kept else float(found.paragraphs.similarity[index]),
        })  # fmt: skip
    return out


def _paragraph_id(clusters: _Clusters, found: Found, index: int) -> str:
    return f"{clusters.ids[int(found.paragraphs.speech[index])]}/{int(found.paragraphs.seq[index])}"


def _with(rows: pa.Table, name: str, values: Sequence[Any]) -> pa.Table:
    at = rows.schema.get_field_index(name)
    return rows.set_column(at, rows.schema.field(at), pa.array(values, rows.schema.field(at).type))


def _signatures(schema: pa.Schema, ids: Sequence[str], sketch: Signatures, has: Bools) -> pa.Table:
    chosen = np.flatnonzero(has)
    flat = pa.array(np.ascontiguousarray(sketch[chosen]).reshape(-1), pa.uint32())
    values = pa.FixedSizeListArray.from_arrays(flat, type=schema.field("signature").type)
    return pa.Table.from_arrays([pa.array([ids[i] for i in chosen.tolist()], pa.string()), values], schema=schema)


def _pairs(clusters: _Clusters, found: Found) -> list[pa.Table]:
    """Return the rows of `pairs`, one table a level, sorted; exact copies each with the first of their group."""
    paragraphs = found.paragraphs
    paragraph_ids = [_paragraph_id(clusters, found, i) for i in range(len(paragraphs.seq))]
    return [
        _level("paragraph", paragraphs.pairs, paragraphs.first_of, paragraph_ids),
        _level("speech", found.pairs, found.first_of, clusters.ids),
    ]


def _level(level: str, pairs: Verified, first_of: Ints, ids: Sequence[str]) -> pa.Table:
    copies = np.flatnonzero(first_of != np.arange(len(first_of)))
    columns = {
        "level": [level] * (len(pairs) + len(copies)),
        "a": [ids[i] for i in (*pairs.a.tolist(), *first_of[copies].tolist())],
        "b": [ids[i] for i in (*pairs.b.tolist(), *copies.tolist())],
    } | {name: np.concatenate((getattr(pairs, name), np.ones(len(copies)))) for name in _VALUES}
    return pa.Table.from_pydict(columns, schemas.PAIRS.schema).sort_by([("a", "ascending"), ("b", "ascending")])
