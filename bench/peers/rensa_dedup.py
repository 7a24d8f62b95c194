"""rensa's deduplicator, as its README shows it; it marks, so a marked text is joined with what it is marked for."""

from rensa import RMinHash, RMinHashDeduplicator

from bench.peers.given import NUM_PERM, TAU, joined, read, shingles, write

ids, texts = read()
index = RMinHashDeduplicator(threshold=TAU, num_perm=NUM_PERM, use_lsh=True)
pairs = []
for i, text in enumerate(texts):
    sketch = RMinHash(NUM_PERM, 42)
    sketch.update(shingles(text))
    if not index.add(str(i), sketch):
        pairs += [(int(other), i) for other in index.get_duplicates(sketch) if int(other) != i]
write(ids, joined(len(ids), pairs))
