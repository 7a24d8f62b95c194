"""What are the signatures of scattered texts, and which of them share a bucket?

In: the texts of a level. Out: their signatures as `level.Sketches`. Workers make them once and keep them on their
disks; to the driver come those it asks for. What always holds: they are those of `sketch.signatures`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaner.dedup.bands import Bands
from cleaner.dedup.batches import Allocate
from cleaner.dedup.kernel import Bools, Ints, Signatures
from cleaner.dedup.lsh import Candidates
from cleaner.dedup.sketch import EMPTY
from cleaner.engines.spread.bands import PLACED, Placed, candidates
from cleaner.engines.spread.cluster import Batches, Rows
from cleaner.engines.spread.parts import Scattered, chosen_texts
from cleaner.engines.spread.rows import batch_of, bytes_of, ints, signatures_of

WAVE = 1 << 18
"""Signatures that come to the driver at a time: 128 MB."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """Parts → (text, signature) of the chosen texts; null if a text has none.

    Args:
        chosen: file of a bool a text of the level.
    """

    chosen: Path
    k: int
    num_perm: int
    seed: int

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield a row a text."""
        for texts, part, level in chosen_texts(batches, self.chosen):
            signed = level.sketches(self.k, self.num_perm, self.seed, texts)
            made = zip(bytes_of(signed.values), signed.has_signature, strict=True)
            yield batch_of(
                text=part.first + texts, signature=pa.array([one if has else None for one, has in made], pa.binary())
            )


@dataclass(frozen=True, slots=True)
class SpreadSketches:
    """The signatures of some texts of a level, in the hands of the workers: rows (text, signature)."""

    level: Scattered
    texts: Ints
    num_perm: int
    allocate: Allocate
    rows: Rows
    has_signature: Bools

    @classmethod
    def of_texts(
        cls, level: Scattered, texts: Ints, k: int, num_perm: int, seed: int, allocate: Allocate
    ) -> "SpreadSketches":
        """Return the signatures of these texts, made by the workers."""
        is_chosen = np.zeros(len(level), np.bool_)
        is_chosen[texts] = True
        stage = Sketch(level.save(is_chosen), k, num_perm, seed)
        rows = level.cluster.held(level.over(stage, "text long, signature binary"))
        found = level.collect("signatures", rows.selectExpr("text", "signature is not null as has"))
        has_signature = np.zeros(len(level), np.bool_)
        has_signature[ints(found, "text")] = found["has"].to_numpy()
        return cls(level, texts, num_perm, allocate, rows, has_signature[texts])

    def whole(self) -> Signatures:
        """Return all of them, in a mapped file of the driver."""
        result = self.allocate((len(self.texts), self.num_perm), np.uint32)
        result[:] = np.uint32(EMPTY)
        for first in range(0, len(self.texts), WAVE):
            places = np.arange(first, min(first + WAVE, len(self.texts)))
            chosen = places[self.has_signature[places]]
            if len(chosen):
                result[chosen] = self.of(chosen)
        return np.asarray(result)

    def of(self, places: Ints) -> Signatures:
        """Return those at `places`."""
        rows = self.level.cluster.then(self.rows, self._placed(places), PLACED)
        found = self.level.collect("signatures", rows)
        result = np.zeros((len(places), self.num_perm), np.uint32)
        result[ints(found, "position")] = signatures_of(found["signature"])
        return result

    def candidates(self, places: Ints, bands: Bands, bucket_cap: int, min_equal: int, is_exempt: Bools) -> Candidates:
        """Return the pairs that share a bucket."""
        stage = self._placed(places)
        return candidates(self.level, self.rows, stage, len(places), bands, bucket_cap, min_equal, is_exempt)

    def _placed(self, places: Ints) -> Placed:
        return Placed(self.level.places(self.texts[places]))
