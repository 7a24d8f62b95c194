"""datasketch with `update_batch`, its fastest call for one text."""

from datasketch import MinHash, MinHashLSH

from bench.peers.given import NUM_PERM, TAU, joined, read, shingles, write

ids, texts = read()
index = MinHashLSH(threshold=TAU, num_perm=NUM_PERM)
pairs = []
for i, text in enumerate(texts):
    sketch = MinHash(num_perm=NUM_PERM)
    sketch.update_batch([shingle.encode() for shingle in set(shingles(text))])
    pairs += [(other, i) for other in index.query(sketch)]
    index.insert(i, sketch)
write(ids, joined(len(ids), pairs))
