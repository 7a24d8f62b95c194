"""What do the tables say as a whole, and which rows are worth showing?

In: the tables of a result, streamed, without the texts. Out: `Gathered`, counts and the names of what `fetch` will get.
In memory are ids, never texts. What always holds: the choice depends on the rows alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import nlargest, nsmallest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cleaner.config import Config
from cleaner.store import schemas
from cleaner.store.schemas import Table
from cleaner.store.tables import read_batches

MAX_CLUSTERS = 200
"""Clusters shown: half the largest, half those whose weakest copy is nearest to τ."""
MAX_DIFFS = 600
COPIES = (2, 8)
"""Fewest and most copies shown with their differences for one cluster; between them `MAX_DIFFS` is shared out."""
MAX_NEAR, MAX_BOTH_KEPT, MAX_NEAR_EACH = 24, 12, 5
LARGE_SOURCE_CHARS = 300_000
"""A source over this is never rebuilt for an example: a page must not need the memory of a book."""
BINS = 50
"""Bars of a histogram from 0 to 1."""


class Pair(NamedTuple):
    """One row of `pairs` or `duplicates`: the kept or earlier one first."""

    a: str
    b: str
    similarity: float
    jaccard: float
    containment: float
    reason: str = ""


@dataclass(slots=True)
class Level:
    """The pairs of one level: histogram below 1, how many are alike throughout, how many lie under the floor."""

    bins: list[int] = field(default_factory=lambda: [0] * BINS)
    n_pairs: int = 0
    n_alike: int = 0
    n_under_floor: int = 0


@dataclass(slots=True)
class Gathered:
    """What the page counts, and the names of what it shows."""

    characters: Counter[str] = field(default_factory=Counter)
    source_flags: Counter[str] = field(default_factory=Counter)
    speech_flags: Counter[str] = field(default_factory=Counter)
    large: set[str] = field(default_factory=set)
    sizes: Counter[int] = field(default_factory=Counter)
    sites: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    links: Counter[tuple[str, str]] = field(default_factory=Counter)
    n_masked_speeches: int = 0
    clusters: list[tuple[str, int]] = field(default_factory=list)
    copies: dict[str, list[Pair]] = field(default_factory=dict)
    speeches: Level = field(default_factory=Level)
    paragraphs: Level = field(default_factory=Level)
    taus: list[tuple[float, int, int]] = field(default_factory=list)
    near: list[Pair] = field(default_factory=list)
    n_near: int = 0
    both_kept: list[Pair] = field(default_factory=list)
    n_both_kept: int = 0
    near_of: dict[str, list[Pair]] = field(default_factory=dict)


def gather(folder: Path, config: Config) -> Gathered:
    """Return what the tables below `folder` hold."""
    found = Gathered()
    _sources(folder, found)
    dropped = _speeches(folder, config, found)
    _pairs(folder, config, dropped, found)
    return found


def site_of(name: str) -> str:
    """Return the first folder of a source or id; `.` for a file that lies in none.

    >>> site_of("范文桥/20391.txt#0"), site_of("讲话.txt#0")               # a site, "speech"
    ('范文桥', '.')
    """
    return name.split("/", 1)[0] if "/" in name else "."


def batches(folder: Path, table: Table, *columns: str) -> Iterator[pa.RecordBatch]:
    """Yield `columns` of a table below `folder`."""
    return read_batches(folder / table.name, table.schema, columns)


def _sources(folder: Path, found: Gathered) -> None:
    for batch in batches(folder, schemas.SOURCES, "source", "n_chars", "flags"):
        found.source_flags.update(pc.list_flatten(batch["flags"]).to_pylist())
        found.large.update(batch["source"].filter(pc.greater(batch["n_chars"], LARGE_SOURCE_CHARS)).to_pylist())


def _speeches(folder: Path, config: Config, found: Gathered) -> set[str]:
    """Count the speeches, choose the clusters; return the ids of what was dropped."""
    count: Counter[str] = Counter()
    weakest: dict[str, float] = {}
    dropped: set[str] = set()
    columns = ("id", "n_chars", "n_placeholders", "flags", "kept_id", "similarity", "jaccard", "containment", "reason")
    for batch in batches(folder, schemas.DUPLICATES, *columns):
        _count_texts(batch, "dropped", found)
        for row in batch.select(["id", "kept_id", "similarity", "reason"]).to_pylist():
            name, kept = row["id"], row["kept_id"]
            dropped.add(name)
            if kept is None:
                continue
            count[kept] += 1
            found.links[site_of(name), site_of(kept)] += 1
            found.sites[site_of(kept)]["copied"] += 1
            if row["reason"] == "near-duplicate":
                weakest[kept] = min(weakest.get(kept, 1.0), row["similarity"])
    for batch in batches(folder, schemas.SPEECHES, "id", "n_chars", "n_placeholders", "flags", "n_duplicates"):
        _count_texts(batch, "kept", found)
        found.sizes.update(n + 1 for n in batch["n_duplicates"].to_pylist())
    n_largest = MAX_CLUSTERS if len(count) <= MAX_CLUSTERS else MAX_CLUSTERS // 2
    largest = nsmallest(n_largest, count, key=lambda name: (-count[name], name))
    chosen = set(largest)
    rest = (name for name in weakest if name not in chosen)
    chosen.update(nsmallest(MAX_CLUSTERS - len(chosen), rest, key=lambda name: (weakest[name], name)))
    found.clusters = sorted(((name, count[name]) for name in chosen), key=lambda item: (-item[1], item[0]))
    _copies(folder, found)
    return dropped


def _count_texts(batch: pa.RecordBatch, fate: str, found: Gathered) -> None:
    found.characters[fate] += pc.sum(batch["n_chars"]).as_py() or 0
    found.n_masked_speeches += pc.sum(pc.greater(batch["n_placeholders"], 0)).as_py() or 0
    found.speech_flags.update(pc.list_flatten(batch["flags"]).to_pylist())
    for name in batch["id"].to_pylist():
        found.sites[site_of(name)][fate] += 1


def _copies(folder: Path, found: Gathered) -> None:
    """Choose for each cluster the copies least alike."""
    wanted = pa.array([name for name, _ in found.clusters], pa.string())
    n_shown = max(COPIES[0], min(COPIES[1], MAX_DIFFS // max(1, len(found.clusters))))
    copies: dict[str, list[Pair]] = {name: [] for name, _ in found.clusters}
    for batch in batches(folder, schemas.DUPLICATES, "id", "kept_id", "similarity", "jaccard", "containment", "reason"):
        for row in batch.filter(pc.is_in(batch["kept_id"], wanted)).to_pylist():
            copies[row["kept_id"]].append(Pair(row["kept_id"], row["id"], *(row[name] for name in Pair._fields[2:])))
        for name, rows in copies.items():
            copies[name] = nsmallest(n_shown, rows, key=lambda pair: (pair.similarity, pair.b))
    found.copies = copies


def _pairs(folder: Path, config: Config, dropped: set[str], found: Gathered) -> None:
    tau = config.dedup.threshold
    best: dict[str, float] = {}
    taus = sorted({tau, *(step / 100 for step in range(5, 100, 5) if step / 100 >= config.dedup.floor)})
    n_pairs = np.zeros(len(taus), np.int64)
    chosen = {name for name, _ in found.clusters}
    for batch in batches(folder, schemas.PAIRS, *schemas.PAIRS.schema.names):
        for level, into in (("speech", found.speeches), ("paragraph", found.paragraphs)):
            rows = batch.filter(pc.equal(batch["level"], level))
            values = rows["similarity"].to_numpy(zero_copy_only=False)
            _count_level(values, config.dedup.floor, into)
            if level == "speech" and len(values):
                n_pairs += (values[:, None] >= np.array(taus)).sum(axis=0)
                _weigh(rows, tau, dropped, chosen, best, found)
    later = np.array(list(best.values()) or [0.0])
    found.taus = [(at, int(n), int((later >= at).sum())) for at, n in zip(taus, n_pairs, strict=True)]


def _count_level(values: Any, floor: float, into: Level) -> None:
    into.n_pairs += len(values)
    into.n_alike += int((values >= 1).sum())
    into.n_under_floor += int((values < floor).sum())
    inside = values[values < 1]
    # A value that ends a bar belongs to the next one, and 0.58 * 50 is 28.999…: hence the rounding.
    bins = np.floor(np.round(inside * BINS, 9)).astype(np.int64)
    into.bins = (np.array(into.bins) + np.bincount(bins, minlength=BINS)[:BINS]).tolist()


def _weigh(
    rows: pa.RecordBatch, tau: float, dropped: set[str], chosen: set[str], best: dict[str, float], found: Gathered
) -> None:
    """Take the pairs of speeches of one batch into account: who comes later, and who both stayed."""
    near: list[Pair] = []
    both: list[Pair] = []
    for row in rows.select(list(Pair._fields[:5])).to_pylist():
        pair = Pair(**row)
        best[pair.b] = max(best.get(pair.b, 0.0), pair.similarity)
        if pair.a in dropped or pair.b in dropped:
            continue
        (both if pair.similarity >= tau else near).append(pair)
        for name in {pair.a, pair.b} & chosen:
            found.near_of[name] = nlargest(MAX_NEAR_EACH, [*found.near_of.get(name, ()), pair], key=_closeness)
    found.n_near += len(near)
    found.n_both_kept += len(both)
    found.near = nlargest(MAX_NEAR, [*found.near, *near], key=_closeness)
    found.both_kept = nlargest(MAX_BOTH_KEPT, [*found.both_kept, *both], key=_closeness)


def _closeness(pair: Pair) -> tuple[float, str, str]:
    return pair.similarity, pair.a, pair.b
