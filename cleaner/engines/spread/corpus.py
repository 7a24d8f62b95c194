"""What does detection learn of a corpus whose speeches lie in shards of a cluster?

In: the shards, in a folder that driver and workers share. Out: `corpus.Corpus`: the speeches, and their paragraphs, as
levels. The driver holds names, lengths and digests, never a text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaner.dedup.batches import Allocate
from cleaner.dedup.kernel import Ints
from cleaner.engines.spread.cluster import Cluster
from cleaner.engines.spread.level import SpreadLevel
from cleaner.engines.spread.parts import Part, Scattered, paragraph_facts, placed, speech_facts
from cleaner.engines.spread.rows import ints
from cleaner.store.scratch import Shard


@dataclass(frozen=True, slots=True)
class SpreadSpeeches:
    """Speeches whose forms lie in shards.

    Args:
        parts: the speeches of each shard, in order.
        facts: a row a speech.
        folder: where arrays are saved that the workers map.
    """

    cluster: Cluster
    parts: Sequence[Part]
    facts: pa.Table
    folder: Path

    @classmethod
    def of_shards(cls, cluster: Cluster, shards: Sequence[Shard], folder: Path) -> "SpreadSpeeches":
        """Return the speeches of the shards, one after another."""
        folder.mkdir(parents=True, exist_ok=True)
        parts = [Part(shard, 0) for shard in shards]
        facts = speech_facts(cluster, parts)
        return cls(cluster, placed(parts, facts), facts, folder.resolve())

    def __len__(self) -> int:
        return int(self.facts.num_rows)

    @property
    def sources(self) -> list[str]:
        """The source of each speech."""
        return list(self.facts["source"].to_pylist())

    @property
    def ordinals(self) -> Ints:
        """The place of each in its source."""
        return ints(self.facts, "ordinal")

    @property
    def n_placeholders(self) -> Ints:
        """How many placeholders each has."""
        return ints(self.facts, "n_placeholders")

    def level(self, allocate: Allocate = np.zeros) -> SpreadLevel:
        """Return the speeches as texts to compare."""
        return self._level("speeches", self.parts, self.facts, allocate)

    def paragraphs(self, min_chars: int, allocate: Allocate = np.zeros) -> tuple[Ints, Ints, SpreadLevel]:
        """Return speech, line and text of each paragraph that is long enough."""
        parts = [replace(part, min_chars=min_chars) for part in self.parts]
        facts = paragraph_facts(self.cluster, parts)
        first = np.array([part.first for part in self.parts], np.int64)
        speech = ints(facts, "speech") + first[ints(facts, "part")]
        return speech, ints(facts, "seq"), self._level("paragraphs", placed(parts, facts), facts, allocate)

    def _level(self, name: str, parts: Sequence[Part], facts: pa.Table, allocate: Allocate) -> SpreadLevel:
        texts = Scattered(self.cluster, name, parts, ints(facts, "length"), self.folder)
        return SpreadLevel(texts, facts, allocate)
