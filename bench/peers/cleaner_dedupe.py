"""The whole of `cleaner dedupe`: placeholders found, masks as wildcards, who stays, four tables and a report."""

import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from bench.peers.given import TAU, write
from cleaner.config import Config
from cleaner.dedupe import dedupe
from cleaner.progress import Progress

with tempfile.TemporaryDirectory() as folder:
    dedupe(Path(sys.argv[1]), Path(folder) / "out", "text", Config(), Progress(shown=False), threshold=TAU)
    found = pq.read_table(Path(folder) / "out" / "texts", columns=["id", "row", "cluster_id"])
rows = found["row"].to_pylist()
write(found["id"], [row if to is None else to for row, to in zip(rows, found["cluster_id"].to_pylist(), strict=True)])
