"""What does a worker of a cluster do with the rows it is given?

In: Arrow batches of tasks, of texts or of what an earlier stage made. Out: Arrow batches. Each stage is a record with
what it must know, called with the batches of one partition; it reads the forms of a shard from its folder and asks the
kernels that the local engine asks. What always holds: a stage is a function of its record, its rows and the files they
name, so that a stage of a lost worker can be done again by another; which rows stand together in a partition changes
nothing unless the stage says that they come grouped.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.dedup.anchors import anchors, rare_anchors, sharing
from cleaner.dedup.corpus import Speeches
from cleaner.dedup.kernel import Codes, Ints, Signatures
from cleaner.dedup.level import Here
from cleaner.dedup.lsh import Bands, band_keys, bits_of, pair_buckets
from cleaner.dedup.shingle import flatten
from cleaner.dedup.verify import Verified, verify
from cleaner.store.scratch import Shard

Batches = Iterable[pa.RecordBatch]
Stage = Callable[[Batches], Iterator[pa.RecordBatch]]

VALUES = tuple(field.name for field in fields(Verified) if field.name not in ("a", "b", "is_reached"))
"""What comes back of a verified pair, besides its number."""
SMALL = 1 << 14
"""Rows of an Arrow batch that goes on: a MB or two of signatures."""


@dataclass(frozen=True, slots=True)
class Part:
    """The texts of a level that stand in one shard: its speeches, or its paragraphs of at least `min_chars` codes.

    Args:
        first: index of the first of them in the level.
    """

    folder: Path
    first: int
    min_chars: int | None = None

    def texts(self) -> Here:
        """Return them."""
        speeches = _speeches(Shard(self.folder))
        return speeches.level() if self.min_chars is None else speeches.paragraphs(self.min_chars)[2]


@dataclass(frozen=True, slots=True)
class Apply:
    """Tasks (i, given) → (i, made): a function of the pickled task, its result pickled."""

    function: Callable[[Any], Any]

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield a row a task."""
        for i, task in _given(batches):
            yield pa.record_batch({"i": pa.array([i]), "made": pa.array([pickle.dumps(self.function(task))])})


@dataclass(frozen=True, slots=True)
class SpeechFacts:
    """Parts → what the driver must know of each speech."""

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield the speeches of each part, in order."""
        for i, part in _given(batches):
            rows = Shard(part.folder).read("speeches", ["source", "ordinal", "n_placeholders"])
            yield _batch({name: rows[name].combine_chunks() for name in rows.column_names} | _facts(i, part.texts()))


@dataclass(frozen=True, slots=True)
class ParagraphFacts:
    """Parts → what the driver must know of each paragraph; `speech` is its place in the shard."""

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield the paragraphs of each part, in order."""
        for i, part in _given(batches):
            speech, seq, level = _speeches(Shard(part.folder)).paragraphs(part.min_chars)
            yield _batch({"speech": pa.array(speech), "seq": pa.array(seq)} | _facts(i, level))


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
        for texts, part, level in _levels(batches, self.chosen):
            signed = level.sketches(self.k, self.num_perm, self.seed, texts)
            made = _rows_of(signed.values)
            signatures = pa.array([one if has else None for one, has in zip(made, signed.has_signature, strict=True)])
            yield _batch({"text": pa.array(part.first + texts), "signature": signatures.cast(pa.binary())})


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
            if not banded.num_rows:
                continue
            yield _batch({"position": pa.array(places[places >= 0]), "signature": banded["signature"]})


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
                yield _batch({
                    "band": pa.array(np.full(len(buckets), band, np.int32)), "bucket": pa.array(buckets),
                    "position": pa.array(position),
                })  # fmt: skip


@dataclass(frozen=True, slots=True)
class Share:
    """(band, bucket, position), grouped and sorted → the same and `hot`, of texts that do not have a bucket alone."""

    bucket_cap: int

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the buckets of more than one text; `hot` says that there are more than `bucket_cap`."""
        table = pa.Table.from_batches(batches) if (batches := list(batches)) else None
        if table is None or not table.num_rows:
            return
        edges = edges_of(table["band"].to_numpy(), table["bucket"].to_numpy())
        sizes = np.diff(edges)
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
        table = pa.Table.from_batches(batches) if (batches := list(batches)) else None
        if table is None or not table.num_rows:
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
        for _, part in _given(batches):
            level = part.texts()
            names = np.asarray(position[part.first : part.first + len(level.rows)])
            chosen = np.flatnonzero(names >= 0)
            stretches = anchors(level.codes, level.offsets, self.k, level.rows[chosen], names[chosen], bits_of(self.n))
            for words in stretches:
                yield _batch({"word": pa.array(words.view(np.int64))})


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
        yield _counted(texts, np.full(len(texts), -1), rare.n_rare)
        for pairs in sharing(rare, 0.0):
            yield _counted(texts[pairs[:, 0]], texts[pairs[:, 1]], pairs[:, 2])


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
        for _, part in _given(batches):
            level = part.texts()
            low, high = np.searchsorted(texts, (part.first, part.first + len(level.rows)))
            wanted = np.asarray(texts[low:high])
            rows = level.rows[wanted - part.first]
            forms = [level.codes[level.offsets[row] : level.offsets[row + 1]].tobytes() for row in rows.tolist()]
            yield _batch({
                "batch": pa.array(np.asarray(wanted_by[low:high])), "text": pa.array(wanted),
                "codes": pa.array(forms, pa.binary()),
            })  # fmt: skip


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
        for table in _runs(batches, "batch"):
            batch = table["batch"][0].as_py()
            texts, codes, offsets = forms_of(table)
            pairs = np.arange(bounds[batch], bounds[batch + 1])
            x, y = (np.searchsorted(texts, shared(path)[pairs]) for path in (self.a, self.b))
            found = verify(codes, offsets, x, y, self.k, self.floor, self.containment)
            reached = found.take(found.is_reached)
            values = {name: pa.array(getattr(reached, name)) for name in VALUES}
            yield _batch({"pair": pa.array(pairs[found.is_reached]), **values})


def bucket_keys(signatures: Signatures, band: int, r: int, n: int) -> Ints:
    """Return the bucket of each signature in a band of `n` texts, as `lsh.candidates` tells buckets apart."""
    keys = band_keys(signatures, np.arange(len(signatures)), band, r)
    return np.asarray((keys >> bits_of(n)).view(np.int64))


def forms_of(table: pa.Table) -> tuple[Ints, Codes, Ints]:
    """Return texts, ascending, and their comparison forms, flat, of rows (text, codes)."""
    texts = table["text"].to_numpy()
    order = np.argsort(texts)
    forms = [np.frombuffer(codes, np.uint32) for codes in table["codes"].take(pa.array(order)).to_pylist()]
    return texts[order], *flatten(forms)


def shared(path: Path) -> NDArray[Any]:
    """Return an array that the driver saved where all workers can read it."""
    return np.asarray(np.load(path, mmap_mode="r"))


def _given(batches: Batches) -> Iterator[tuple[int, Any]]:
    for batch in batches:
        for row in batch.to_pylist():
            yield row["i"], pickle.loads(row["given"])


def _levels(batches: Batches, chosen: Path) -> Iterator[tuple[Ints, Part, Here]]:
    """Yield for each part the chosen texts among its own, the part and its texts."""
    is_chosen = shared(chosen)
    for _, part in _given(batches):
        level = part.texts()
        yield np.flatnonzero(is_chosen[part.first : part.first + len(level.rows)]), part, level


def _speeches(shard: Shard) -> Speeches:
    """Return the forms of a shard; names are not asked for."""
    forms, none = shard.forms(), np.empty(0, np.int64)
    return Speeches.of([], none, none, forms.codes, forms.lengths, forms.breaks, forms.n_breaks)


def _facts(i: int, level: Here) -> dict[str, pa.Array]:
    """Return the columns that a speech and a paragraph have in common; `i` is their part."""
    (letters, masks), keys = level.counts(), level.digests().view(np.int64)
    columns = {"length": level.lengths(), "letters": letters, "masks": masks, "one": keys[:, 0], "other": keys[:, 1]}
    return {"part": pa.array(np.full(len(keys), i))} | {name: pa.array(values) for name, values in columns.items()}


def _batch(columns: dict[str, pa.Array]) -> pa.RecordBatch:
    return pa.record_batch(columns)


def _pairs(a: Ints, b: Ints, seen: int = 0, pruned: int = 0) -> pa.RecordBatch:
    counts = {"seen": pa.array(np.full(len(a), seen)), "pruned": pa.array(np.full(len(a), pruned))}
    return _batch({"a": pa.array(a), "b": pa.array(b), **counts})


def _counted(a: Ints, b: Ints, n: Ints) -> pa.RecordBatch:
    return _batch({"a": pa.array(a), "b": pa.array(b), "n": pa.array(n)})


def edges_of(band: Ints, bucket: Ints) -> Ints:
    """Return where the rows of each bucket begin and end, of rows that come sorted."""
    is_new = (band[1:] != band[:-1]) | (bucket[1:] != bucket[:-1])
    return np.concatenate(([0], np.flatnonzero(is_new) + 1, [len(band)])).astype(np.int64)


def _rows_of(values: Signatures) -> Sequence[bytes]:
    return [row.tobytes() for row in values]


def signatures_of(column: pa.Array) -> Signatures:
    """Return the signatures of a column, shape (n, num_perm); writable, as the kernels are compiled for."""
    found = column.to_pylist()
    return np.frombuffer(bytearray(b"".join(found)), np.uint32).reshape(len(found), -1)


def _runs(batches: Batches, name: str) -> Iterator[pa.Table]:
    """Yield the rows of each value of a column by which they come sorted."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        values = batch[name].to_numpy()
        cuts = [0, *(np.flatnonzero(values[1:] != values[:-1]) + 1).tolist(), len(values)]
        for first, last in pairwise(cuts):
            if held and last > first and held[-1][name][-1].as_py() != values[first]:
                yield pa.Table.from_batches(held)
                held = []
            held += [batch.slice(first, last - first)] if last > first else []
    if held:
        yield pa.Table.from_batches(held)
