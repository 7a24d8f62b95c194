"""rensa's digests from a flat buffer of hashes, which numpy makes; bands by numpy: no packaged command does this."""

import sys

import numpy as np
import pyarrow.parquet as pq
from rensa import RMinHash

from bench.peers.given import NUM_PERM, K, by_bands, write

FACTOR = np.uint64(0x9E3779B97F4A7C15)
rows, ids = [], []
for batch in pq.ParquetFile(sys.argv[1]).iter_batches(2000):
    ids.append(batch.column("id").to_numpy())
    texts = batch.column("text").to_pylist()
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32).astype(np.uint64)
    hashes = np.zeros(len(codes) - K + 1, np.uint64)
    for at in range(K):
        hashes = (hashes ^ codes[at : at + len(hashes)]) * FACTOR
        hashes ^= hashes >> np.uint64(32)
    lengths = np.array([len(text) for text in texts])
    starts = np.cumsum(lengths) - lengths
    sizes = np.maximum(lengths - K + 1, 0)
    inside = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(starts, sizes)
    offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.uint64)
    digests = RMinHash.digest_matrix_from_flat_token_hashes(hashes[inside], offsets, NUM_PERM, 42)
    rows.append(np.array(digests.to_rows(), np.uint32))
write(np.concatenate(ids), by_bands(np.concatenate(rows)))
