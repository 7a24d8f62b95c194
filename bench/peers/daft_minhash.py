"""Daft's minhash, whose tokens are words: a blank is put behind each character first. Bands by numpy."""

import sys

import daft
import numpy as np
from daft.functions import minhash, regexp_replace

from bench.peers.given import BANDS, ROWS, K, by_bands, write

text = regexp_replace(daft.col("text"), r"(?s)(.)", "$1 ")
sketch = minhash(text, num_hashes=BANDS * ROWS, ngram_size=K, hash_function="xxhash")
table = daft.read_parquet(sys.argv[1]).select("id", sketch.alias("sketch")).to_arrow()
values = table["sketch"].combine_chunks().flatten().to_numpy().reshape(-1, BANDS * ROWS)
write(table["id"], by_bands(np.asarray(values)))
