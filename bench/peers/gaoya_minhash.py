"""gaoya's index: all texts inserted and then asked for, by its own threads."""

from gaoya.minhash import MinHashStringIndex

from bench.peers.given import BANDS, ROWS, TAU, K, joined, read, write

ids, texts = read()
index = MinHashStringIndex(
    hash_size=32, jaccard_threshold=TAU, num_bands=BANDS, band_size=ROWS, analyzer="char", ngram_range=(K, K)
)
index.par_bulk_insert_docs(ids, texts)
place = {name: i for i, name in enumerate(ids)}
found = index.par_bulk_query(texts)
write(ids, joined(len(ids), ((i, place[other]) for i, others in enumerate(found) for other in others)))
