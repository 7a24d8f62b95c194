"""What does detection learn of the texts of a level that lie in shards of a cluster?

In: N scattered texts and the facts of each. Out: the answers of `level.Level`. What always holds: they are those of
`level.Here`, whatever the number of tasks. Of texts only the forms of buckets over the cap come to the driver.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cleaner.dedup.batches import Allocate
from cleaner.dedup.kernel import Hashes, Ints
from cleaner.dedup.level import Here
from cleaner.dedup.verify import Verified
from cleaner.engines.spread.anchors import anchor_pairs
from cleaner.engines.spread.compare import compared, near
from cleaner.engines.spread.parts import Scattered
from cleaner.engines.spread.rows import ints
from cleaner.engines.spread.sketches import SpreadSketches


@dataclass(frozen=True, slots=True)
class SpreadLevel:
    """The texts of a level whose forms lie in shards."""

    texts: Scattered
    facts: pa.Table
    allocate: Allocate

    def lengths(self) -> Ints:
        """Return how many codes each text has."""
        return self.texts.lengths

    def counts(self) -> tuple[Ints, Ints]:
        """Return how many letters, marks and numbers, and how many sentinels each text has."""
        return ints(self.facts, "letters"), ints(self.facts, "masks")

    def digests(self) -> Hashes:
        """Return the digests of all texts."""
        keys = np.column_stack([ints(self.facts, name) for name in ("one", "other")])
        return np.ascontiguousarray(keys).view(np.uint64)

    def sketches(self, k: int, num_perm: int, seed: int, texts: Ints | None = None) -> SpreadSketches:
        """Return the signatures of `texts`, or of all."""
        texts = np.arange(len(self.texts), dtype=np.int64) if texts is None else texts
        return SpreadSketches.of_texts(self.texts, texts, k, num_perm, seed, self.allocate)

    def anchor_pairs(self, k: int, texts: Ints) -> tuple[Ints, Ints]:
        """Return the pairs of `texts` that share enough rare anchors."""
        return anchor_pairs(self.texts, k, texts)

    def verify(self, a: Ints, b: Ints, k: int, floor: float, containment: float) -> Verified:
        """Return the exact values of the pairs."""
        return compared(self.texts, a, b, k, floor, containment)

    def near(self, texts: Ints) -> Here:
        """Return `texts` in a mapped file of the driver."""
        return near(self.texts, texts)
