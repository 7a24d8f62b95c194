"""The other tools, each run in an environment of its own: `python -m bench.peers.NAME INPUT OUTPUT`.

Each reads the Parquet file with `id` and `text` and writes one with `id` and `cluster`. Text, k = 5, 128 permutations
and τ = 0.8 are the same for all; where a tool asks for bands, 9 of 13 rows, datasketch's own optimum for these. What a
tool does not do by itself (bands and clusters from signatures) numpy does here, as fast as it can.
"""
