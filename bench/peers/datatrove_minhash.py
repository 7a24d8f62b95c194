"""datatrove's four stages over characters (its tokenizer is told to take each as a word), two workers."""

import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupSignature, minhash
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.readers import ParquetReader
from datatrove.utils.hashing import HashConfig
from datatrove.utils.word_tokenizers import WordTokenizer

from bench.peers.given import BANDS, ROWS, K, joined, write


class Characters(WordTokenizer):
    def word_tokenize(self, text):
        return list(text)

    def sent_tokenize(self, text):
        return [text]

    def span_tokenize(self, text):
        return [(0, len(text))]


if __name__ == "__main__":
    minhash.load_word_tokenizer = lambda language: Characters()
    ids = pq.read_table(sys.argv[1], columns=["id"])["id"].to_pylist()
    settings = MinhashConfig(n_grams=K, num_buckets=BANDS, hashes_per_bucket=ROWS, hash_config=HashConfig(precision=64))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        table = pq.read_table(sys.argv[1])
        half = (table.num_rows + 1) // 2
        for part in range(2):
            rows = table.slice(part * half, half)
            rows = rows.set_column(0, "id", rows["id"].cast("string"))
            pq.write_table(rows, folder / "in" / f"{part:05d}.parquet")
        stages = [
            ([ParquetReader(str(folder / "in")), MinhashDedupSignature(str(folder / "s"), settings)], 2),
            ([MinhashDedupBuckets(str(folder / "s"), str(folder / "b"), config=settings)], BANDS),
            ([MinhashDedupCluster(str(folder / "b"), str(folder / "c"), config=settings, save_cluster_id=True)], 1),
        ]
        for i, (stage, tasks) in enumerate(stages):
            LocalPipelineExecutor(stage, tasks=tasks, workers=2, logging_dir=str(folder / f"log{i}")).run()
        pairs, first = [], {}
        import struct

        for part in range(2):
            data = (folder / "c" / f"{part:06d}.clusters").read_bytes()
            for doc, cluster in struct.iter_unpack("<II", data):
                row = part * half + doc
                pairs.append((first.setdefault(cluster, row), row))
    write(ids, joined(len(ids), pairs))
