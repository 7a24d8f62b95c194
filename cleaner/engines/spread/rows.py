"""How do arrays become rows of a cluster, and rows arrays again?

In: Arrow tables that come out of a shuffle, numpy arrays that go into one. Out: the other. What always holds: no copy
of a value is changed on its way; a file that the driver saved is mapped, so that the tasks of one machine share it.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaner.dedup.kernel import Codes, Ints, Signatures
from cleaner.dedup.shingle import flatten
from cleaner.engines.spread.cluster import Batches


def batch_of(**columns: pa.Array | NDArray[Any]) -> pa.RecordBatch:
    """Return one batch of these columns."""
    return pa.record_batch({name: pa.array(values) for name, values in columns.items()})


def ints(table: pa.Table, name: str) -> Ints:
    """Return a column of whole numbers."""
    return np.asarray(table[name].to_numpy(), np.int64)


def table_of(batches: Batches) -> pa.Table | None:
    """Return all rows of a partition, or None if there are none."""
    held = [batch for batch in batches if batch.num_rows]
    return pa.Table.from_batches(held) if held else None


def runs(batches: Batches, name: str) -> Iterator[pa.Table]:
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


def shared(path: Path) -> NDArray[Any]:
    """Return an array that the driver saved where all workers can read it."""
    return np.asarray(np.load(path, mmap_mode="r"))


def positions(n: int, texts: Ints) -> Ints:
    """Return for each of n texts its place in `texts`, or -1."""
    position = np.full(n, -1, np.int64)
    position[texts] = np.arange(len(texts))
    return position


def bytes_of(values: Signatures) -> Sequence[bytes]:
    """Return each row as a cell."""
    return [row.tobytes() for row in values]


def signatures_of(column: pa.Array) -> Signatures:
    """Return the signatures of a column, shape (n, num_perm); writable, as the kernels are compiled for."""
    found = column.to_pylist()
    return np.frombuffer(bytearray(b"".join(found)), np.uint32).reshape(len(found), -1)


def forms_of(table: pa.Table) -> tuple[Ints, Codes, Ints]:
    """Return texts, ascending, and their comparison forms, flat, of rows (text, codes)."""
    texts = table["text"].to_numpy()
    order = np.argsort(texts)
    forms = [np.frombuffer(codes, np.uint32) for codes in table["codes"].take(pa.array(order)).to_pylist()]
    return texts[order], *flatten(forms)
