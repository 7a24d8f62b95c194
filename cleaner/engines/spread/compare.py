"""How similar are pairs of scattered texts exactly?

In: pairs of texts of a level. Out: what `verify.verify` gives of them. The pairs are cut into batches, and the form of
each text is sent to the batches that it is in. What always holds: the pairs of a batch are compared in one place, and a
batch is bounded by the length of its texts and by its pairs, so that no task is much longer than the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaner.dedup.kernel import Ints
from cleaner.dedup.level import Here
from cleaner.dedup.portions import portions
from cleaner.dedup.verify import BATCH_CODES, Verified, verify
from cleaner.engines.spread.cluster import Batches, Rows, given
from cleaner.engines.spread.parts import Scattered
from cleaner.engines.spread.rows import batch_of, forms_of, positions, runs, shared
from cleaner.store.flat import Flat

BATCH_PAIRS = 1 << 13
"""Pairs that are compared in one place: many short texts that are all alike would else be one long task. Source:
650,000 pairs of 5,000 near copies in one batch took 26 s, the median task 1.6 s."""
TASK_CODES = 1 << 24
"""Codes of forms that one task takes out of a shuffle, on the average: 64 MB."""

_COLUMNS = tuple(field.name for field in fields(Verified))
_FLOATS = ("similarity", "jaccard", "containment", "plain_containment")
_SCHEMA = ", ".join(f"{name} {'double' if name in _FLOATS else 'long'}" for name in _COLUMNS)


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
    """(batch, text, codes), grouped by batch → the pairs that reach a threshold, as `Verified`.

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
            named = replace(found, a=texts[found.a], b=texts[found.b])
            yield batch_of(**{name: getattr(named, name) for name in _COLUMNS})


def compared(level: Scattered, a: Ints, b: Ints, k: int, floor: float, containment: float) -> Verified:
    """Return what `verify.verify` does of the pairs."""
    if not len(a):
        return Verified.concatenate([])
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
    table = level.collect("exact values", level.cluster.then(together, stage, _SCHEMA))
    found = Verified(**{name: table[name].to_numpy() for name in _COLUMNS})
    return found.take(_places(found.a * len(level) + found.b, a * len(level) + b))


def _places(found: Ints, asked: Ints) -> Ints:
    """Return for each key of `asked` that is in `found` where it stands there."""
    order = np.argsort(found)
    at = np.searchsorted(found[order], asked)
    is_there = np.append(found[order], -1)[at] == asked
    return np.asarray(order[at[is_there]])


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
        for batch in portions(lengths[texts], row[: len(a)], row[len(a) :], BATCH_CODES)
        for some in np.array_split(batch, -(-len(batch) // BATCH_PAIRS))
    ]


def _sent(level: Scattered, texts: Ints, wanted_by: Ints) -> Rows:
    """Return rows (batch, text, codes)."""
    return level.over(Send(level.save(texts), level.save(wanted_by)), "batch long, text long, codes binary")
