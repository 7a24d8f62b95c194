"""Data-Juicer's document deduplicator over characters, its two steps called as its own tests call them."""

from data_juicer.core.data import NestedDataset
from data_juicer.ops.deduplicator.document_minhash_deduplicator import DocumentMinhashDeduplicator

from bench.peers.given import BANDS, NUM_PERM, ROWS, TAU, K, joined, read, write

ids, texts = read()
step = DocumentMinhashDeduplicator(
    tokenization="character", window_size=K, lowercase=False, num_permutations=NUM_PERM, jaccard_threshold=TAU,
    num_bands=BANDS, num_rows_per_band=ROWS,
)  # fmt: skip
data = NestedDataset.from_dict({"row": list(range(len(ids))), "text": texts}).map(step.compute_hash, num_proc=2)
bands = next(column for column in data.column_names if column not in ("row", "text"))
pairs, seen = [], {}
for row, keys in zip(data["row"], data[bands], strict=True):
    for band, key in enumerate(keys):
        pairs.append((seen.setdefault((band, bytes(key)), row), row))
step.process(data)
write(ids, joined(len(ids), pairs))
