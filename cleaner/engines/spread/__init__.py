"""The questions of detection, answered on a cluster by shuffles of ids, signatures and forms.

What stands in `dedup/` as a kernel over arrays of this machine stands here as the two halves of a job, beside each
other: what the workers do (a record that is called with rows) and what the driver asks of them.

    parts    ─ shards → lengths, counts, digests of their texts; driver: keep order, exact copies
    sketches ─ shards → signatures, which stay with the workers
    bands    ─ signatures ─ shuffle on (band, bucket) ─ buckets of several ─ with signatures ─ shuffle ─ candidates
    anchors  ─ shards → anchors ─ shuffle on the anchor ─ texts that share enough of them
    compare  ─ forms of the texts of a batch of pairs ─ shuffle on the batch ─ exact values; driver: keep

`corpus.py` and `level.py` put them together as `dedup/corpus.py` and `dedup/level.py` ask for them.
"""
