"""Which scattered texts share enough rare anchors?

In: some texts of a level. Out: what `evidence.anchor_pairs` gives. Anchors are shuffled as words of 64 bits, anchor and
text in one; the pairs that share a rare one are shuffled again, to be counted. What always holds: an anchor is rare or
not by all texts that have it, since they stand together when it is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaner.dedup.anchors import ANCHOR_SHARE, DENSITY, anchors, rare_anchors, sharing
from cleaner.dedup.kernel import Ints
from cleaner.dedup.lsh import bits_of
from cleaner.engines.spread.cluster import TASK_ROWS, Batches, given
from cleaner.engines.spread.parts import Scattered
from cleaner.engines.spread.rows import batch_of, ints, shared


@dataclass(frozen=True, slots=True)
class Anchor:
    """Parts → (word): the anchors of the chosen texts, each with the position of its text.

    Args:
        position: file of an int64 a text of the level, its position, or -1.
        n: how many texts are chosen.
    """

    position: Path
    n: int
    k: int

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield the words of each part."""
        position = shared(self.position)
        for _, part in given(batches):
            level = part.texts()
            names = np.asarray(position[part.first : part.first + len(level.rows)])
            chosen = np.flatnonzero(names >= 0)
            stretches = anchors(level.codes, level.offsets, self.k, level.rows[chosen], names[chosen], bits_of(self.n))
            for words in stretches:
                yield batch_of(word=words.view(np.int64))


@dataclass(frozen=True, slots=True)
class ShareAnchors:
    """(word), grouped by anchor → (a, b, n): a and b share n rare anchors; with b = -1, a holds n of them."""

    n: int

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield the counts of a partition."""
        found = [batch["word"].to_numpy().view(np.uint64) for batch in batches]
        words, bits = np.concatenate([np.empty(0, np.uint64), *found]), bits_of(self.n)
        mask = (np.uint64(1) << bits) - np.uint64(1)
        texts, own = np.unique((words & mask).astype(np.int64), return_inverse=True)
        words = np.sort((words & ~mask) | own.astype(np.uint64))
        rare = rare_anchors([words], len(words), bits, len(texts), np.zeros)
        yield batch_of(a=texts, b=np.full(len(texts), -1), n=rare.n_rare)
        for pairs in sharing(rare, 0.0):
            yield batch_of(a=texts[pairs[:, 0]], b=texts[pairs[:, 1]], n=pairs[:, 2])


def anchor_pairs(level: Scattered, k: int, texts: Ints) -> tuple[Ints, Ints]:
    """Return the pairs of `texts` that share enough rare anchors: positions in `texts`."""
    n, cluster = len(texts), level.cluster
    words = level.over(Anchor(level.places(texts), n, k), "word long")
    words = words.selectExpr("word", f"shiftrightunsigned(word, {int(bits_of(n))}) as anchor")
    n_tasks = int(level.lengths[texts].sum() * DENSITY) // TASK_ROWS
    together = cluster.grouped(words, n_tasks, ["anchor"], ["word"])
    counted = cluster.then(together, ShareAnchors(n), "a long, b long, n long")
    counted = cluster.held(counted.groupBy("a", "b").agg({"n": "sum"}).withColumnRenamed("sum(n)", "n"))
    holders = counted.where("b = -1")
    found = (
        counted.where("b >= 0")
        .join(holders.selectExpr("a", "n as of_a"), "a")
        .join(holders.selectExpr("a as b", "n as of_b"), "b")
        .where(f"n >= {ANCHOR_SHARE}D * least(of_a, of_b)")
    )
    pairs = level.collect("anchors", found.select("a", "b")).sort_by([("a", "ascending"), ("b", "ascending")])
    counted.unpersist()
    return ints(pairs, "a"), ints(pairs, "b")
