"""What becomes of each row? A pure function of the forms of a table, and of those of an earlier one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from cleaner.columns import as_column, repeated
from cleaner.config import Config
from cleaner.dedup import corpus
from cleaner.dedup.anchors import anchor_pairs
from cleaner.dedup.detect import detect
from cleaner.dedup.keep import Fates, keep_order, survivors
from cleaner.dedup.kernel import Bools, Codes, Floats, Ints, Signatures
from cleaner.dedup.verify import Verified
from cleaner.gather import Gathered

VALUES = ("similarity", "jaccard", "containment")
PAIRS = pa.schema(
    [("level", pa.string()), ("a", pa.int64()), ("b", pa.int64()), *((name, pa.float64()) for name in VALUES)]
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of the n rows of the input; every array but those of pairs has shape (n,).

    Args:
        kept_of: int64, the kept row it yields to, itself if it is kept, -1 if it yields to a text of PRIOR.
        prior_of: int64, that text's row in PRIOR, else -1.
        reason: uint8, an index into `keep.REASONS`.
        similarity: float64, with the text it yields to.
        is_spared: bool, kept although its similarity with a text of PRIOR is at least τ, because that one has masks
            opposite its words (`keep.verdicts`).
        pairs: rows of the table `pairs`.
    """

    kept_of: Ints
    prior_of: Ints
    reason: Ints
    similarity: Floats
    is_spared: Bools
    pairs: pa.Table

    @property
    def is_kept(self) -> Bools:
        """Whether each row stays."""
        return np.asarray(self.kept_of == np.arange(len(self.kept_of)))

    @property
    def n_yielding(self) -> Ints:
        """How many rows yield to each row."""
        gone = self.kept_of[~self.is_kept & (self.kept_of >= 0)]
        return np.bincount(gone, minlength=len(self.kept_of)).astype(np.int64)


def judge(
    found: Gathered, prior: Gathered | None, codes: Codes, sketches: Signatures, config: Config
) -> tuple[Judged, dict[str, Any]]:
    """Return what becomes of each row, and what the manifest says of the search.

    Args:
        codes, sketches: the comparison forms and the signatures, those of PRIOR first.

    The texts of PRIOR come first in keep order and none of them yields to another: whoever is like any of them is
    marked, before rows are held against rows. In a bucket over the cap that a text of PRIOR shares with one it is like
    itself, only the first of the two is looked at (`dedup/hot.py`).
    """
    both = [found] if prior is None else [prior, found]
    first = 0 if prior is None else len(prior)

    def joined(name: str) -> Any:
        return np.concatenate([getattr(one, name) for one in both])

    dedup, lengths = config.dedup, joined("lengths")
    n = len(lengths)
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    places, rank = np.arange(n), np.empty(n, np.int64)
    n_masks = joined("n_masks")
    n_letters = lengths - n_masks
    order = keep_order(n_letters, joined("n_placeholders"), [""] * n, places, dedup.keep)
    order = np.concatenate((order[order < first], order[order >= first]))
    rank[order] = places
    done = detect(
        codes,
        offsets,
        corpus.settings_of(dedup),
        order,
        anchor_pairs(codes, offsets, dedup.k, places),
        counts=(n_letters, n_masks),
        keys=joined("keys"),
        sketches=(sketches, joined("has_signature")),
    )
    pairs, first_of = done.pairs, done.first_of

    def fates(chosen: Bools) -> Fates:
        limits = (dedup.threshold, dedup.containment, dedup.length_ratio)
        return survivors(order, pairs.take(chosen), n_letters, *limits, first_of)

    with_prior = (pairs.a < first) != (pairs.b < first)
    by_prior = fates(with_prior)
    is_marked = by_prior.kept_of < first
    by_row = fates(~is_marked[pairs.a] & ~is_marked[pairs.b])
    is_marked, own, marked = is_marked[first:], by_row.kept_of[first:], by_prior.kept_of[first:]
    high = with_prior & (pairs.similarity >= dedup.threshold)
    judged = Judged(
        kept_of=np.where(is_marked, -1, own - first),
        prior_of=np.where(is_marked, marked, -1),
        reason=np.where(is_marked, by_prior.reason[first:], by_row.reason[first:]),
        similarity=np.where(is_marked, by_prior.similarity[first:], by_row.similarity[first:]),
        is_spared=np.isin(first_of[first:], np.maximum(pairs.a, pairs.b)[high]) & ~is_marked,
        pairs=_pairs(pairs, first_of, order, rank, first),
    )
    return judged, corpus.described(dedup, {"texts": done.statistics})


def _pairs(pairs: Verified, first_of: Ints, order: Ints, rank: Ints, first: int) -> pa.Table:
    """Return the rows of `pairs`, sorted: those of two rows of the input, of exact copies each with the first."""
    rows = order[order >= first]
    first_row = np.full(len(order), -1, np.int64)
    first_row[first_of[rows[::-1]]] = rows[::-1]  # the last to be written is the first in keep order
    a, b = first_row[pairs.a], first_row[pairs.b]
    inside = (a >= 0) & (b >= 0)
    a, b = a[inside], b[inside]
    a, b = np.where(rank[a] < rank[b], a, b), np.where(rank[a] < rank[b], b, a)
    copies = rows[first_row[first_of[rows]] != rows]
    a, b = np.concatenate((a, first_row[first_of[copies]])) - first, np.concatenate((b, copies)) - first
    order = np.lexsort((b, a))
    values = [np.concatenate((getattr(pairs, name)[inside], np.ones(len(copies))))[order] for name in VALUES]
    level = repeated("text", len(order))
    return pa.Table.from_arrays(
        [level, as_column(a[order]), as_column(b[order]), *map(as_column, values)], schema=PAIRS
    )
