"""How are the questions of detection answered when the texts lie in shards of a cluster?

In: shards in a folder that driver and workers share, and the cluster's rows. Out: `corpus.Corpus`, `level.Level` and
`level.Sketches` as the local engine's, the driver holding ids, lengths, digests and pairs.

    shards ─ facts (lengths, digests) ─ driver: keep order, exact copies
    shards ─ signatures ─ shuffle on (band, bucket) ─ buckets of several ─ with signatures ─ shuffle ─ candidates
    shards ─ anchors ─ shuffle on the anchor ─ texts that share enough of them
    shards ─ forms of the texts of a batch of pairs ─ shuffle on the batch ─ exact values ─ driver: keep

What always holds: the answers are those of `level.Here`, whatever the number of tasks. What the driver knows and a
stage must (who is chosen, in which order, which pairs) lies in files of arrays that workers map. Of texts only the
forms of buckets over the cap come to the driver, into a mapped file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.dedup.anchors import ANCHOR_SHARE, DENSITY
from cleaner.dedup.batches import Allocate
from cleaner.dedup.kernel import Bools, Hashes, Ints, Signatures
from cleaner.dedup.level import Here
from cleaner.dedup.lsh import Bands, Candidates, bits_of
from cleaner.dedup.sketch import EMPTY
from cleaner.dedup.verify import Verified, batches
from cleaner.engines import stages
from cleaner.engines.stages import Part, Stage
from cleaner.store.flat import Flat

BATCH_PAIRS = 1 << 13
"""Pairs that are compared in one place: many short texts that are all alike would else be one long task. Source:
650,000 pairs of 5,000 near copies in one batch took 26 s, the median task 1.6 s."""
TASK_ROWS = 1 << 20
"""Rows of ids that one task takes out of a shuffle, on the average: 20 to 40 MB."""
TASK_SIGNATURES = 1 << 16
"""The same for signatures: 32 MB."""
TASK_CODES = 1 << 24
"""The same for codes of forms: 64 MB."""
WAVE = 1 << 18
"""Signatures that come to the driver at a time: 128 MB."""

_FACTS = "part long, length long, letters long, masks long, one long, other long"
SPEECH_FACTS = f"source string, ordinal int, n_placeholders int, {_FACTS}"
_PARAGRAPH_FACTS = f"speech long, seq long, {_FACTS}"
_FLOATS = ("similarity", "jaccard", "containment", "plain_containment")
_KIND_BY_VALUE = {name: np.float64 if name in _FLOATS else np.int64 for name in stages.VALUES}
_VALUES = ", ".join(["pair long", *(f"{name} {'double' if name in _FLOATS else 'long'}" for name in stages.VALUES)])
_PLACED = "position long, signature binary"
_BUCKET = ["band", "bucket"]

Rows = Any
"""A data frame of the cluster; only `engines/spark.py` imports its library."""


class Cluster(Protocol):
    """What runs stages; `spark.Spark` is one."""

    def over(self, given: Sequence[object], stage: Stage, schema: str) -> Rows:
        """Return what a stage makes of these parts."""
        ...

    def then(self, rows: Rows, stage: Stage, schema: str) -> Rows:
        """Return what a stage makes of rows."""
        ...

    def grouped(self, rows: Rows, n_tasks: int, by: Sequence[str], within: Sequence[str]) -> Rows:
        """Return rows shuffled to at least `n_tasks` tasks, those equal in `by` together, sorted by `within`."""
        ...

    def held(self, rows: Rows) -> Rows:
        """Return rows that are made once and then kept on the workers' disks."""
        ...

    def collect(self, what: str, rows: Rows) -> pa.Table:
        """Return rows to the driver; `what` names the job."""
        ...


@dataclass(frozen=True, slots=True)
class SpreadSpeeches:
    """Speeches whose forms lie in shards."""

    cluster: Cluster
    parts: list[Part]
    facts: pa.Table
    folder: Path

    def __len__(self) -> int:
        return int(self.facts.num_rows)

    @property
    def sources(self) -> list[str]:
        """The source of each speech."""
        return list(self.facts["source"].to_pylist())

    @property
    def ordinals(self) -> Ints:
        """The place of each in its source."""
        return _ints(self.facts, "ordinal")

    @property
    def n_placeholders(self) -> Ints:
        """How many placeholders each has."""
        return _ints(self.facts, "n_placeholders")

    def level(self, allocate: Allocate = np.zeros) -> "SpreadLevel":
        """Return the speeches as texts to compare."""
        return SpreadLevel(self.cluster, "speeches", _placed(self.parts, self.facts), self.facts, self.folder, allocate)

    def paragraphs(self, min_chars: int, allocate: Allocate = np.zeros) -> tuple[Ints, Ints, "SpreadLevel"]:
        """Return speech, line and text of each paragraph that is long enough."""
        parts = [Part(part.folder, 0, min_chars) for part in self.parts]
        rows = self.cluster.over(parts, stages.ParagraphFacts(), _PARAGRAPH_FACTS)
        facts = in_order(self.cluster.collect("facts of paragraphs", rows))
        first = np.array([part.first for part in _placed(self.parts, self.facts)], np.int64)
        speech = _ints(facts, "speech") + first[_ints(facts, "part")]
        level = SpreadLevel(self.cluster, "paragraphs", _placed(parts, facts), facts, self.folder, allocate)
        return speech, _ints(facts, "seq"), level


@dataclass(frozen=True, slots=True)
class SpreadLevel:
    """The texts of a level whose forms lie in shards."""

    cluster: Cluster
    name: str
    parts: list[Part]
    facts: pa.Table
    folder: Path
    allocate: Allocate

    def lengths(self) -> Ints:
        """Return how many codes each text has."""
        return _ints(self.facts, "length")

    def counts(self) -> tuple[Ints, Ints]:
        """Return how many letters, marks and numbers, and how many sentinels each text has."""
        return _ints(self.facts, "letters"), _ints(self.facts, "masks")

    def digests(self) -> Hashes:
        """Return the digests of all texts."""
        keys = np.column_stack([_ints(self.facts, name) for name in ("one", "other")])
        return np.ascontiguousarray(keys).view(np.uint64)

    def sketches(self, k: int, num_perm: int, seed: int, texts: Ints | None = None) -> "SpreadSketches":
        """Return the signatures of `texts`, or of all."""
        n = self.facts.num_rows
        texts = np.arange(n, dtype=np.int64) if texts is None else texts
        stage = stages.Sketch(self.save(_positions(n, texts) >= 0), k, num_perm, seed)
        rows = self.cluster.held(self.cluster.over(self.parts, stage, "text long, signature binary"))
        has = rows.selectExpr("text", "signature is not null as has")
        found = self.cluster.collect(f"signatures of {self.name}", has)
        has_signature = np.zeros(n, np.bool_)
        has_signature[_ints(found, "text")] = found["has"].to_numpy()
        return SpreadSketches(self, texts, num_perm, rows, has_signature[texts])

    def anchor_pairs(self, k: int, texts: Ints) -> tuple[Ints, Ints]:
        """Return the pairs of `texts` that share enough rare anchors."""
        n, cluster = len(texts), self.cluster
        position = self.save(_positions(self.facts.num_rows, texts))
        words = cluster.over(self.parts, stages.Anchor(position, n, k), "word long")
        n_tasks = int(self.lengths()[texts].sum() * DENSITY) // TASK_ROWS
        words = words.selectExpr("word", f"shiftrightunsigned(word, {int(bits_of(n))}) as anchor")
        together = cluster.grouped(words, n_tasks, ["anchor"], ["word"])
        counted = cluster.then(together, stages.ShareAnchors(n), "a long, b long, n long")
        counted = cluster.held(counted.groupBy("a", "b").agg({"n": "sum"}).withColumnRenamed("sum(n)", "n"))
        holders = counted.where("b = -1")
        found = (
            counted.where("b >= 0")
            .join(holders.selectExpr("a", "n as of_a"), "a")
            .join(holders.selectExpr("a as b", "n as of_b"), "b")
            .where(f"n >= {ANCHOR_SHARE}D * least(of_a, of_b)")
        )
        pairs = cluster.collect(f"anchors of {self.name}", found.select("a", "b"))
        pairs = pairs.sort_by([("a", "ascending"), ("b", "ascending")])
        counted.unpersist()
        return _ints(pairs, "a"), _ints(pairs, "b")

    def verify(self, a: Ints, b: Ints, k: int, floor: float, containment: float) -> Verified:
        """Return the exact values of the pairs; of one that is not reached, zeros."""
        columns: dict[str, NDArray[Any]] = {name: np.zeros(len(a), kind) for name, kind in _KIND_BY_VALUE.items()}
        is_reached = np.zeros(len(a), np.bool_)
        if len(a):
            lengths, (texts, row) = self.lengths(), np.unique(np.concatenate((a, b)), return_inverse=True)
            cut = [
                some
                for batch in batches(lengths[texts], row[: len(a)], row[len(a) :])
                for some in np.array_split(batch, -(-len(batch) // BATCH_PAIRS))
            ]
            order, sizes = np.concatenate(cut), np.array([len(batch) for batch in cut])
            batch = np.repeat(np.arange(len(cut)), sizes)
            wanted = np.unique(np.column_stack((np.tile(batch, 2), np.concatenate((a[order], b[order])))), axis=0)
            wanted = wanted[np.lexsort((wanted[:, 0], wanted[:, 1]))]
            bounds = np.concatenate(([0], np.cumsum(sizes)))
            sent = self._sent(wanted[:, 1], wanted[:, 0])
            n_tasks = int(lengths[wanted[:, 1]].sum()) // TASK_CODES
            together = self.cluster.grouped(sent, n_tasks, ["batch"], ["batch", "text"])
            first, second = self.save(a[order]), self.save(b[order])
            stage = stages.Compare(first, second, self.save(bounds), k, floor, containment)
            found = self.cluster.collect(f"exact values of {self.name}", self.cluster.then(together, stage, _VALUES))
            pair = order[_ints(found, "pair")]
            is_reached[pair] = True
            for name, column in columns.items():
                column[pair] = found[name].to_numpy()
        return Verified(a=a, b=b, is_reached=is_reached, **columns)

    def near(self, texts: Ints) -> Here:
        """Return `texts` in a mapped file of the driver."""
        sent = self._sent(np.sort(texts), np.zeros(len(texts), np.int64))
        found = self.cluster.collect(f"hot buckets of {self.name}", sent)
        known, codes, offsets = stages.forms_of(found)
        with Flat(self._path(), np.uint32) as file:
            file.append(codes)
        return Here(file.mapped(), offsets, _positions(self.facts.num_rows, known))

    def save(self, values: NDArray[Any]) -> Path:
        """Put an array where all workers can read it."""
        path = self._path()
        np.save(path, values)
        return path

    def _sent(self, texts: Ints, wanted_by: Ints) -> Rows:
        """Return rows (batch, text, codes)."""
        stage = stages.Send(self.save(texts), self.save(wanted_by))
        return self.cluster.over(self.parts, stage, "batch long, text long, codes binary")

    def _path(self) -> Path:
        taken = (self.folder / f"{self.name}-{i:04d}.npy" for i in count())
        return next(path for path in taken if not path.exists())


@dataclass(frozen=True, slots=True)
class SpreadSketches:
    """The signatures of some texts of a level, in the hands of the workers: rows (text, signature)."""

    level: SpreadLevel
    texts: Ints
    num_perm: int
    rows: Rows
    has_signature: Bools

    def whole(self) -> Signatures:
        """Return all of them, in a mapped file of the driver."""
        result = self.level.allocate((len(self.texts), self.num_perm), np.uint32)
        result[:] = np.uint32(EMPTY)
        for first in range(0, len(self.texts), WAVE):
            places = np.arange(first, min(first + WAVE, len(self.texts)))
            chosen = places[self.has_signature[places]]
            if len(chosen):
                result[chosen] = self.of(chosen)
        return np.asarray(result)

    def of(self, places: Ints) -> Signatures:
        """Return those at `places`."""
        position = self.level.save(_positions(self.level.facts.num_rows, self.texts[places]))
        rows = self.level.cluster.then(self.rows, stages.Placed(position), _PLACED)
        found = self.level.cluster.collect(f"signatures of {self.level.name}", rows)
        result = np.zeros((len(places), self.num_perm), np.uint32)
        result[_ints(found, "position")] = stages.signatures_of(found["signature"])
        return result

    def candidates(self, places: Ints, bands: Bands, bucket_cap: int, min_equal: int, is_exempt: Bools) -> Candidates:
        """Return the pairs that share a bucket, by a shuffle on (band, bucket)."""
        n, cluster, level = len(places), self.level.cluster, self.level
        none = np.empty(0, np.int64)
        if not n:
            return Candidates(none, none, 0, 0, ())
        position = level.save(_positions(level.facts.num_rows, self.texts[places]))
        placed = stages.Placed(position)
        buckets = cluster.then(self.rows, stages.Band(placed, bands, n), "band int, bucket long, position long")
        within = [*_BUCKET, "position"]
        together = cluster.grouped(buckets, n * bands.b // TASK_ROWS, _BUCKET, within)
        schema = "band int, bucket long, position long, hot boolean"
        shared = cluster.held(cluster.then(together, stages.Share(bucket_cap), schema))
        hot = cluster.collect(f"bands of {level.name}", shared.where("hot").drop("hot"))
        hot = hot.sort_by([(name, "ascending") for name in within])
        members = shared.where("not hot").join(cluster.then(self.rows, placed, _PLACED), "position")
        n_members = cluster.collect(f"bands of {level.name}", shared.groupBy().count())["count"][0].as_py()
        members = cluster.grouped(members, n_members // TASK_SIGNATURES, _BUCKET, within)
        keys = np.column_stack((_ints(hot, "band"), _ints(hot, "bucket")))
        stage = stages.Pair(bands, n, min_equal, level.save(np.unique(keys, axis=0)), level.save(is_exempt))
        rows = members.select("band", "bucket", "position", "signature")
        found = cluster.collect(
            f"candidates of {level.name}", cluster.then(rows, stage, "a long, b long, seen long, pruned long")
        )
        shared.unpersist()
        a, b, seen, pruned = (_ints(found, name) for name in ("a", "b", "seen", "pruned"))
        order = np.lexsort((b, a))
        order = order[a[order] >= 0]
        edges = stages.edges_of(*keys.T) if len(keys) else none
        hot_buckets = tuple(np.split(_ints(hot, "position"), edges[1:-1])) if len(keys) else ()
        return Candidates(a[order], b[order], int(seen.sum()), int(pruned.sum()), hot_buckets)


def in_order(facts: pa.Table) -> pa.Table:
    """Return facts in the order of their parts; those of one part come in order."""
    return facts.take(pa.array(np.argsort(facts["part"].to_numpy(), kind="stable")))


def _placed(parts: Sequence[Part], facts: pa.Table) -> list[Part]:
    """Return the parts, each with the index of its first text."""
    sizes = np.bincount(_ints(facts, "part"), minlength=len(parts))
    return [replace(part, first=int(first)) for part, first in zip(parts, np.cumsum(sizes) - sizes, strict=True)]


def _positions(n: int, texts: Ints) -> Ints:
    """Return for each of n texts its place in `texts`, or -1."""
    position = np.full(n, -1, np.int64)
    position[texts] = np.arange(len(texts))
    return position


def _ints(table: pa.Table, name: str) -> Ints:
    return np.asarray(table[name].to_numpy(), np.int64)
