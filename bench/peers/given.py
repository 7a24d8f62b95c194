"""What is the same for all tools: the settings, reading, grouping signatures by band, joining pairs, writing."""

import sys
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

K, NUM_PERM, TAU, BANDS, ROWS = 5, 128, 0.8, 9, 13


def read() -> tuple[list[int], list[str]]:
    """Return the ids and texts of the input."""
    table = pq.read_table(sys.argv[1])
    return table["id"].to_pylist(), table["text"].to_pylist()


def write(ids: object, labels: object) -> None:
    """Write the clusters."""
    pq.write_table(pa.table({"id": pa.array(ids, pa.int64()), "cluster": pa.array(labels, pa.int64())}), sys.argv[2])


def shingles(text: str) -> list[str]:
    """Return the k-grams of a text."""
    return [text[at : at + K] for at in range(len(text) - K + 1)]


def joined(n: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Return for each of n texts the least index of those that chains of pairs join it with."""
    root = list(range(n))

    def top(x: int) -> int:
        while root[x] != x:
            root[x] = x = root[root[x]]
        return x

    for a, b in pairs:
        x, y = top(a), top(b)
        root[max(x, y)] = min(x, y)
    return [top(x) for x in range(n)]


def by_bands(signatures: np.ndarray) -> list[int]:
    """Return the clusters of texts whose signatures, shape (n, ≥ BANDS * ROWS), agree in a band."""
    pairs: list[tuple[int, int]] = []
    for band in range(BANDS):
        rows = np.ascontiguousarray(signatures[:, band * ROWS : (band + 1) * ROWS])
        keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * ROWS))).ravel()
        pairs += by_key(keys)
    return joined(len(signatures), pairs)


def by_key(keys: np.ndarray) -> list[tuple[int, int]]:
    """Return each text with the one before it that has the same key."""
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
    return list(zip(order[same].tolist(), order[same + 1].tolist(), strict=True))
