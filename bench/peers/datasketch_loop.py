"""datasketch as its documentation shows it: a MinHash a text, updated shingle by shingle, asked and inserted."""

from datasketch import MinHash, MinHashLSH

from bench.peers.given import NUM_PERM, TAU, joined, read, shingles, write

ids, texts = read()
index = MinHashLSH(threshold=TAU, num_perm=NUM_PERM)
pairs = []
for i, text in enumerate(texts):
    sketch = MinHash(num_perm=NUM_PERM)
    for shingle in set(shingles(text)):
        sketch.update(shingle.encode())
    pairs += [(other, i) for other in index.query(sketch)]
    index.insert(i, sketch)
write(ids, joined(len(ids), pairs))
