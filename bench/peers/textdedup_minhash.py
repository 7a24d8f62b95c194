"""text-dedup's command; it splits on what is no word, so a blank is put behind each character first."""

import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.peers.given import BANDS, NUM_PERM, ROWS, TAU, K, read, write

ids, texts = read()
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    (folder / "in").mkdir()
    pq.write_table(pa.table({"text": [" ".join(text) for text in texts]}), folder / "in" / "part.parquet")
    command = [
        sys.executable, "-m", "text_dedup.minhash", "--path", "parquet",
        "--data_files", str(folder / "in" / "part.parquet"),
        "--split", "train", "--column", "text", "--ngram", str(K), "--num_perm", str(NUM_PERM), "--threshold", str(TAU),
        "--b", str(BANDS), "--r", str(ROWS), "--output", str(folder / "out"), "--cache_dir", str(folder / "cache"),
        "--debug", "--num_proc", "2", "--min_length", "1",
    ]  # fmt: skip
    subprocess.run(command, check=True)
    parent = pickle.loads((folder / "out" / "uf.pkl").read_bytes()).parent
root = {row: row for row in range(len(ids))} | parent
write(ids, [root[row] for row in range(len(ids))])
