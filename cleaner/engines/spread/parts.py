"""How do the texts of a level lie in shards, and what must the driver know of each?

In: folders of shards that driver and workers share. Out: facts (length, letters, masks, digest) by text, and
`Scattered`, with which every other question begins: N texts whose forms only workers read. What the driver knows and a
stage must (who is chosen, in which order, which pairs) lies beside them in files of arrays that workers map.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.dedup.corpus import Speeches
from cleaner.dedup.kernel import Ints
from cleaner.dedup.level import Here
from cleaner.engines.spread.cluster import Batches, Cluster, Rows, Stage, given
from cleaner.engines.spread.rows import batch_of, ints, positions, shared
from cleaner.store.scratch import Shard

_FACTS = "part long, length long, letters long, masks long, one long, other long"
_SPEECH_FACTS = f"source string, ordinal int, n_placeholders int, {_FACTS}"
_PARAGRAPH_FACTS = f"speech long, seq long, {_FACTS}"


@dataclass(frozen=True, slots=True)
class Part:
    """The texts of a level that stand in one shard: its speeches, or its paragraphs of at least `min_chars` codes.

    Args:
        first: index of the first of them in the level.
    """

    shard: Shard
    first: int
    min_chars: int | None = None

    def texts(self) -> Here:
        """Return them."""
        speeches = _speeches(self.shard)
        return speeches.level() if self.min_chars is None else speeches.paragraphs(self.min_chars)[2]


@dataclass(frozen=True, slots=True)
class SpeechFacts:
    """Parts → what the driver must know of each speech."""

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield the speeches of each part, in order."""
        for i, part in given(batches):
            rows = part.shard.read("speeches", ["source", "ordinal", "n_placeholders"])
            columns = {name: rows[name].combine_chunks() for name in rows.column_names}
            yield batch_of(**columns, **_facts(i, part.texts()))


@dataclass(frozen=True, slots=True)
class ParagraphFacts:
    """Parts → what the driver must know of each paragraph; `speech` is its place in the shard."""

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield the paragraphs of each part, in order."""
        for i, part in given(batches):
            speech, seq, level = _speeches(part.shard).paragraphs(part.min_chars)
            yield batch_of(speech=speech, seq=seq, **_facts(i, level))


@dataclass(frozen=True, slots=True)
class Scattered:
    """N texts of a level that lie in shards of a cluster.

    Args:
        name: of the level, as jobs and files are called.
        folder: where arrays are saved that the workers map.
    """

    cluster: Cluster
    name: str
    parts: Sequence[Part]
    lengths: Ints
    folder: Path

    def __len__(self) -> int:
        return len(self.lengths)

    def over(self, stage: Stage, schema: str) -> Rows:
        """Return what a stage makes of the parts."""
        return self.cluster.over(self.parts, stage, schema)

    def collect(self, what: str, rows: Rows) -> pa.Table:
        """Return rows to the driver."""
        return self.cluster.collect(f"{what} of {self.name}", rows)

    def places(self, texts: Ints) -> Path:
        """Save for each text of the level its place in `texts`, or -1."""
        return self.save(positions(len(self), texts))

    def save(self, values: NDArray[Any]) -> Path:
        """Put an array where all workers can read it."""
        path = self.path()
        np.save(path, values)
        return path

    def path(self) -> Path:
        """Return a name that no array has."""
        taken = (self.folder / f"{self.name}-{i:04d}.npy" for i in count())
        return next(path for path in taken if not path.exists())


def speech_facts(cluster: Cluster, parts: Sequence[Part]) -> pa.Table:
    """Return what must be known of each speech, in order."""
    return _in_order(cluster.collect("facts of speeches", cluster.over(parts, SpeechFacts(), _SPEECH_FACTS)))


def paragraph_facts(cluster: Cluster, parts: Sequence[Part]) -> pa.Table:
    """Return what must be known of each paragraph, in order."""
    return _in_order(cluster.collect("facts of paragraphs", cluster.over(parts, ParagraphFacts(), _PARAGRAPH_FACTS)))


def placed(parts: Sequence[Part], facts: pa.Table) -> list[Part]:
    """Return the parts, each with the index of its first text."""
    sizes = np.bincount(ints(facts, "part"), minlength=len(parts))
    return [replace(part, first=int(first)) for part, first in zip(parts, np.cumsum(sizes) - sizes, strict=True)]


def chosen_texts(batches: Batches, chosen: Path) -> Iterator[tuple[Ints, Part, Here]]:
    """Yield for each part the chosen texts among its own, the part and its texts; a file says whether each is."""
    is_chosen = shared(chosen)
    for _, part in given(batches):
        level = part.texts()
        yield np.flatnonzero(is_chosen[part.first : part.first + len(level.rows)]), part, level


def _in_order(facts: pa.Table) -> pa.Table:
    """Return facts in the order of their parts; those of one part come in order."""
    return facts.take(pa.array(np.argsort(facts["part"].to_numpy(), kind="stable")))


def _speeches(shard: Shard) -> Speeches:
    """Return the forms of a shard; names are not asked for."""
    forms, none = shard.forms(), np.empty(0, np.int64)
    return Speeches.of([], none, none, forms.codes, forms.lengths, forms.breaks, forms.n_breaks)


def _facts(i: int, level: Here) -> dict[str, NDArray[Any]]:
    """Return the columns that a speech and a paragraph have in common; `i` is their part."""
    (letters, masks), keys = level.counts(), level.digests().view(np.int64)
    columns = {"length": level.lengths(), "letters": letters, "masks": masks, "one": keys[:, 0], "other": keys[:, 1]}
    return {"part": np.full(len(keys), i)} | columns
