"""`cleaner.clusters`: the search of this project alone."""

import sys

import pyarrow.parquet as pq

from bench.peers.given import NUM_PERM, TAU, K
from cleaner import clusters

found = clusters(sys.argv[1], threshold=TAU, k=K, num_perm=NUM_PERM)
pq.write_table(found.rename_columns(["id", "cluster"]), sys.argv[2])
