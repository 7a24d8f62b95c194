"""The whole of `cleaner dedupe`: placeholders found, masks as wildcards, who stays, four tables and a report."""

if __name__ == "__main__":  # workers import this file, and load no more than those of the command
    import sys
    import tempfile
    from pathlib import Path

    import pyarrow.parquet as pq

    from bench.peers.given import TAU, write
    from cleaner.config import Config
    from cleaner.dedup.batches import threads
    from cleaner.dedupe import dedupe
    from cleaner.engines.local import Local
    from cleaner.progress import Progress

    with tempfile.TemporaryDirectory() as folder:
        out, engine = Path(folder) / "out", Local(threads())
        dedupe(Path(sys.argv[1]), out, "text", Config(), Progress(shown=False), threshold=TAU, engine=engine)
        found = pq.read_table(out / "texts", columns=["id", "row", "cluster_id"])
    rows, clusters = found["row"].to_pylist(), found["cluster_id"].to_pylist()
    write(found["id"], [row if to is None else to for row, to in zip(rows, clusters, strict=True)])
