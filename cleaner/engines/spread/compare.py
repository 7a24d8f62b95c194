"""How similar are pairs of scattered texts exactly?

In: pairs of texts of a level. Out: what `verify.verify` gives of them. The pairs are cut into batches, and the form of
each text is sent to the batches that it is in. What always holds: the pairs of a batch are compared in one place, and a
batch is bounded by the length of its texts and by its pairs, so that no task is much longer than the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.dedup.kernel import Ints
from cleaner.dedup.level import Here
from cleaner.dedup.verify import BATCH_CODES, Verified, batches, verify
from cleaner.engines.spread.cluster import Batches, Rows, given
from cleaner.engines.spread.parts import Scattered
from cleaner.engines.spread.rows import batch_of, forms_of, ints, positions, runs, shared
from cleaner.store.flat import Flat

BATCH_PAIRS = 1 << 13
"""Pairs that are compared in one place: many short texts that are all alike would else be one long task. Source:
650,000 pairs of 5,000 near copies in one batch took 26 s, the median task 1.6 s."""
TASK_CODES = 1 << 24
"""Codes of forms that one task takes out of a shuffle, on the average: 64 MB."""

VALUES = tuple(field.name for field in fields(Verified) if field.name not in ("a", "b", "is_reached"))
"""What comes back of a verified pair, besides its number."""
_FLOATS = ("similarity", "jaccard", "containment", "plain_containment")
_KIND_BY_VALUE = {name: np.float64 if name in _FLOATS else np.int64 for name in VALUES}
_SCHEMA = ", ".join(["pair long", *(f"{name} {'double' if name in _FLOATS else 'long'}" for name in VALUES)])


@dataclass(frozen=True, slots=True)
class Send:
    """Parts → (batch, text, codes): the forms of the texts of each batch of pairs.

    Args:
        texts, batches: files of an int64 each, sorted by text: who is wanted where.
    """

    texts: Path
    batches: Path

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield a row for each batch that a text is in."""
        texts, wanted_by = shared(self.texts), shared(self.batches)
        for _, part in given(batches):
            level = part.texts()
            low, high = np.searchsorted(texts, (part.first, part.first + len(level.rows)))
            wanted = np.asarray(texts[low:high])
            rows = level.rows[wanted - part.first]
            forms = [level.codes[level.offsets[row] : level.offsets[row + 1]].tobytes() for row in rows.tolist()]
            yield batch_of(
                batch=np.asarray(wanted_by[low:high]), text=wanted, codes=pa.array(forms, pa.binary())
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compare:
    """(batch, text, codes), grouped by batch → (pair, values) of the pairs that reach a threshold.

    Args:
        a, b: files of an int64 a pair, the pairs of a batch together.
        bounds: file of int64: batch i has the pairs from `bounds[i]` to `bounds[i + 1]`.
    """

    a: Path
    b: Path
    bounds: Path
    k: int
    floor: float
    containment: float

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield the pairs of a batch."""
        bounds = shared(self.bounds)
        for table in runs(batches, "batch"):
            batch = table["batch"][0].as_py()
            texts, codes, offsets = forms_of(table)
            pairs = np.arange(bounds[batch], bounds[batch + 1])
            x, y = (np.searchsorted(texts, shared(path)[pairs]) for path in (self.a, self.b))
            found = verify(codes, offsets, x, y, self.k, self.floor, self.containment)
            reached = found.take(found.is_reached)
            yield batch_of(pair=pairs[found.is_reached], **{name: getattr(reached, name) for name in VALUES})


def compared(level: Scattered, a: Ints, b: Ints, k: int, floor: float, containment: float) -> Verified:
    """Return the exact values of the pairs; of one that is not reached, zeros."""
    columns: dict[str, NDArray[Any]] = {name: np.zeros(len(a), kind) for name, kind in _KIND_BY_VALUE.items()}
    is_reached = np.zeros(len(a), np.bool_)
    if len(a):
        cut = _cut(level.lengths, a, b)
        order, sizes = np.concatenate(cut), np.array([len(batch) for batch in cut])
        batch = np.repeat(np.arange(len(cut)), sizes)
        words = np.unique(np.concatenate((a[order], b[order])) * len(cut) + np.tile(batch, 2))
        texts, wanted_by = np.divmod(words, len(cut))
        bounds = np.concatenate(([0], np.cumsum(sizes)))
        n_tasks = int(level.lengths[texts].sum()) // TASK_CODES
        sent = _sent(level, texts, wanted_by)
        together = level.cluster.grouped(sent, n_tasks, ["batch"], ["batch", "text"])
        stage = Compare(level.save(a[order]), level.save(b[order]), level.save(bounds), k, floor, containment)
        found = level.collect("exact values", level.cluster.then(together, stage, _SCHEMA))
        pair = order[ints(found, "pair")]
        is_reached[pair] = True
        for name, column in columns.items():
            column[pair] = found[name].to_numpy()
    return Verified(a=a, b=b, is_reached=is_reached, **columns)


def near(level: Scattered, texts: Ints) -> Here:
    """Return `texts` in a mapped file of the driver."""
    found = level.collect("hot buckets", _sent(level, np.sort(texts), np.zeros(len(texts), np.int64)))
    known, codes, offsets = forms_of(found)
    with Flat(level.path(), np.uint32) as file:
        file.append(codes)
    return Here(file.mapped(), offsets, positions(len(level), known))


def _cut(lengths: Ints, a: Ints, b: Ints) -> list[Ints]:
    """Return the pairs, by their places, in batches."""
    texts, row = np.unique(np.concatenate((a, b)), return_inverse=True)
    return [
        some
        for batch in batches(lengths[texts], row[: len(a)], row[len(a) :], BATCH_CODES)
        for some in np.array_split(batch, -(-len(batch) // BATCH_PAIRS))
    ]


def _sent(level: Scattered, texts: Ints, wanted_by: Ints) -> Rows:
    """Return rows (batch, text, codes)."""
    return level.over(Send(level.save(texts), level.save(wanted_by)), "batch long, text long, codes binary")
