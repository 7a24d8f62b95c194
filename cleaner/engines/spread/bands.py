"""Which signatures share a bucket, if no machine has all of them?

In: rows (text, signature) in the hands of the workers, and which texts are banded. Out: what `lsh.candidates` gives.
Ids alone are shuffled on (band, bucket); where a bucket has several, their signatures follow to where it stands. What
always holds: a pair is made in one place, by the first band whose bucket holds both and is not hot, so none comes
twice; a bucket over the cap is counted and told, never paired.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaner.dedup.bands import Bands
from cleaner.dedup.kernel import Bools, Ints, Signatures
from cleaner.dedup.lsh import Candidates, band_keys, bits_of, pair_buckets
from cleaner.engines.spread.cluster import TASK_ROWS, Batches, Rows
from cleaner.engines.spread.parts import Scattered
from cleaner.engines.spread.rows import batch_of, ints, shared, signatures_of, table_of

TASK_SIGNATURES = 1 << 16
"""Signatures that one task takes out of a shuffle, on the average: 32 MB."""
SMALL = 1 << 14
"""Rows of an Arrow batch that goes on: a MB or two of signatures."""
PLACED = "position long, signature binary"
_BUCKET = ["band", "bucket"]


@dataclass(frozen=True, slots=True)
class Placed:
    """(text, signature) → (position, signature) of the texts that are banded.

    Args:
        position: file of an int64 a text of the level, its place in keep order among those that are banded, or -1.
    """

    position: Path

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield a row a banded text."""
        position = shared(self.position)
        for batch in batches:
            places = np.asarray(position[batch["text"].to_numpy()])
            banded = batch.filter(pa.array(places >= 0))
            if banded.num_rows:
                yield batch_of(position=places[places >= 0], signature=banded["signature"])


@dataclass(frozen=True, slots=True)
class Band:
    """(text, signature) → (band, bucket, position): a row for each band of each text that is banded.

    Args:
        placed: which texts are.
        n: how many these are.
    """

    placed: Placed
    bands: Bands
    n: int

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a batch band after band."""
        for batch in self.placed(batches):
            position, signatures = batch["position"].to_numpy(), signatures_of(batch["signature"])
            for band in range(self.bands.b):
                buckets = bucket_keys(signatures, band, self.bands.r, self.n)
                yield batch_of(band=np.full(len(buckets), band, np.int32), bucket=buckets, position=position)


@dataclass(frozen=True, slots=True)
class Share:
    """(band, bucket, position), grouped and sorted → the same and `hot`, of texts that do not have a bucket alone."""

    bucket_cap: int

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the buckets of more than one text; `hot` says that there are more than `bucket_cap`."""
        if (table := table_of(batches)) is None:
            return
        sizes = np.diff(edges_of(table["band"].to_numpy(), table["bucket"].to_numpy()))
        per_row = np.repeat(sizes, sizes)
        table = table.append_column("hot", pa.array(per_row > self.bucket_cap)).filter(pa.array(per_row > 1))
        yield from table.to_batches(SMALL)


@dataclass(frozen=True, slots=True)
class Pair:
    """(band, bucket, position, signature), grouped and sorted → candidate pairs (a, b), each in one place only.

    The last row, with a = -1, has how many pairs were seen and how many of them pruned.

    Args:
        hot: file of the hot buckets, rows (band, bucket).
        is_exempt: file of a bool a banded text.
    """

    bands: Bands
    n: int
    min_equal: int
    hot: Path
    is_exempt: Path

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield the pairs of a partition, and the counts."""
        if (table := table_of(batches)) is None:
            return
        band, bucket = table["band"].to_numpy(), table["bucket"].to_numpy()
        texts, first, member = np.unique(table["position"].to_numpy(), return_index=True, return_inverse=True)
        signatures = signatures_of(table["signature"].combine_chunks().take(pa.array(first)))
        hot = np.load(self.hot)
        is_hot = np.array([
            np.isin(bucket_keys(signatures, at, self.bands.r, self.n), hot[hot[:, 0] == at, 1])
            for at in range(self.bands.b)
        ])  # fmt: skip
        is_exempt = np.asarray(shared(self.is_exempt)[texts])
        edges = edges_of(band, bucket)
        seen = pruned = 0
        for at in np.unique(band).tolist():
            buckets = np.flatnonzero(band[edges[:-1]] == at)
            pairs, more, fewer = pair_buckets(
                signatures, np.arange(len(texts)), member, edges[buckets], edges[buckets + 1], at, self.bands.r, is_hot,
                self.min_equal, is_exempt,
            )  # fmt: skip
            seen, pruned = seen + more, pruned + fewer
            yield _pairs(texts[pairs[:, 0]], texts[pairs[:, 1]])
        yield _pairs(np.array([-1]), np.array([-1]), int(seen), int(pruned))


def candidates(
    level: Scattered, rows: Rows, placed: Placed, n: int, bands: Bands, bucket_cap: int, min_equal: int,
    is_exempt: Bools,
) -> Candidates:  # fmt: skip
    """Return the pairs that share a bucket, by a shuffle on (band, bucket).

    Args:
        rows: (text, signature).
        placed: which texts are banded; `n` is how many they are.
        is_exempt: as in `lsh.candidates`.
    """
    cluster, none = level.cluster, np.empty(0, np.int64)
    if not n:
        return Candidates(none, none, 0, 0, ())
    within = [*_BUCKET, "position"]
    buckets = cluster.then(rows, Band(placed, bands, n), "band int, bucket long, position long")
    together = cluster.grouped(buckets, n * bands.b // TASK_ROWS, _BUCKET, within)
    schema = "band int, bucket long, position long, hot boolean"
    several = cluster.held(cluster.then(together, Share(bucket_cap), schema))
    hot = level.collect("bands", several.where("hot").drop("hot"))
    hot = hot.sort_by([(name, "ascending") for name in within])
    keys = np.column_stack((ints(hot, "band"), ints(hot, "bucket")))
    members = several.where("not hot").join(cluster.then(rows, placed, PLACED), "position")
    n_members = level.collect("bands", several.groupBy().count())["count"][0].as_py()
    members = cluster.grouped(members, n_members // TASK_SIGNATURES, _BUCKET, within)
    stage = Pair(bands, n, min_equal, level.save(np.unique(keys, axis=0)), level.save(is_exempt))
    members = members.select("band", "bucket", "position", "signature")
    found = level.collect("candidates", cluster.then(members, stage, "a long, b long, seen long, pruned long"))
    several.unpersist()
    a, b, seen, pruned = (ints(found, name) for name in ("a", "b", "seen", "pruned"))
    order = np.lexsort((b, a))
    order = order[a[order] >= 0]
    hot_buckets = tuple(np.split(ints(hot, "position"), edges_of(*keys.T)[1:-1])) if len(keys) else ()
    return Candidates(a[order], b[order], int(seen.sum()), int(pruned.sum()), hot_buckets)


def bucket_keys(signatures: Signatures, band: int, r: int, n: int) -> Ints:
    """Return the bucket of each signature in a band of `n` texts, as `lsh.candidates` tells buckets apart."""
    keys = band_keys(signatures, np.arange(len(signatures)), range(band, band + 1), r)[0]
    return np.asarray((keys >> bits_of(n)).view(np.int64))


def edges_of(band: Ints, bucket: Ints) -> Ints:
    """Return where the rows of each bucket begin and end, of rows that come sorted."""
    is_new = (band[1:] != band[:-1]) | (bucket[1:] != bucket[:-1])
    return np.concatenate(([0], np.flatnonzero(is_new) + 1, [len(band)])).astype(np.int64)


def _pairs(a: Ints, b: Ints, seen: int = 0, pruned: int = 0) -> pa.RecordBatch:
    return batch_of(a=a, b=b, seen=np.full(len(a), seen), pruned=np.full(len(a), pruned))
