"""Which texts of a table are near-duplicates of each other? The bare search, from a file to clusters, as a library.

In: a table of texts. Out: for each row the cluster it is in. What always holds: two rows are in one cluster if and
only if a chain of verified pairs joins them, pairs whose Jaccard similarity is at least τ; no text is held in memory.

This is the search without the verdict: `cleaner dedupe` says which row stays, takes masks for wildcards and never
follows a chain. To group is all that most tools do, so this is what `bench` holds against them.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa

from cleaner import texts
from cleaner.columns import as_column
from cleaner.config import Config, Dedup
from cleaner.dedup.components import components
from cleaner.dedup.corpus import NO_CONTAINMENT, settings_of
from cleaner.dedup.detect import detect
from cleaner.gather import gather
from cleaner.store.flat import Flat


def clusters(
    source: Path | str,
    column: str = "text",
    *,
    threshold: float = 0.6,
    k: int = 5,
    num_perm: int = 128,
    seed: int = 1,
    recall: float = 0.999,
    scratch: Path | str | None = None,
) -> pa.Table:
    """Return the clusters of near-duplicates among the texts of a table.

    Args:
        source: a Parquet file or a folder of them, JSON lines, CSV or TSV, each perhaps compressed.
        column: the column with the texts. Every character counts as it stands, a mask too.
        threshold: τ, the Jaccard similarity of shingles from which two texts are near-duplicates.
        k: code points in a shingle.
        num_perm: values in a signature.
        seed: of the permutations.
        recall: share of the pairs at τ to be found.
        scratch: a folder with room for 4 bytes a letter and 4 bytes for each value of the signatures; the system's
            folder for temporary files if it is not given.

    Returns:
        Columns `row` (int64, the place in the input) and `cluster` (int64, the first row of its cluster).

    Raises:
        CleanerError: the table cannot be read, or a setting is not allowed.
    """
    dedup = Dedup(
        threshold=threshold, floor=threshold, containment=NO_CONTAINMENT, k=k, num_perm=num_perm, seed=seed,
        recall=recall,
    )  # fmt: skip
    settings = settings_of(dedup)
    with (
        TemporaryDirectory(prefix="cleaner-", dir=scratch) as name,
        Flat(Path(name) / "codes", np.uint32) as codes,
        Flat(Path(name) / "sketches", np.uint32) as sketches,
    ):
        found = gather(texts.files_of(Path(source)), column, None, Config(dedup=dedup), codes, sketches)
        offsets = np.concatenate(([0], np.cumsum(found.lengths)))
        rows = np.arange(len(found))
        done = detect(
            codes.mapped(), offsets, settings, rows, counts=(found.lengths, found.n_masks), keys=found.keys,
            sketches=(sketches.mapped().reshape(-1, num_perm), found.has_signature),
        )  # fmt: skip
    cluster = components(done.first_of, done.pairs.a, done.pairs.b)
    return pa.Table.from_arrays([as_column(rows), as_column(cluster)], ["row", "cluster"])
