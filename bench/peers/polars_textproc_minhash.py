"""polars-textproc's minhash over characters; each band is 32 characters of its result."""

import sys

import numpy as np
import polars as pl
from polars_textproc import minhash

from bench.peers.given import BANDS, ROWS, K, by_key, joined, write

sketch = minhash(pl.col("text"), tokenizer_pattern=r"(?s).", buckets=BANDS, bsize=ROWS, window=K)
bands = [pl.col("sketch").str.slice(32 * band, 32).hash().alias(str(band)) for band in range(BANDS)]
lazy = pl.scan_parquet(sys.argv[1]).select("id", sketch.alias("sketch")).select("id", *bands)
table = lazy.collect(engine="streaming")
pairs = [pair for band in range(BANDS) for pair in by_key(np.asarray(table[str(band)]))]
write(table["id"].to_list(), joined(table.height, pairs))
