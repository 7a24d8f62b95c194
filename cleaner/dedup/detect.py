"""How are the duplicates of one level found? Read it from top to bottom.

In: the comparison forms of all speeches, or of all paragraphs, flat, and their keep order. Out: exact groups and the
verified pairs worth publishing; `keep.survivors` then says who stays.

What always holds: the pairs are a pure function of the set of texts and their keep order. Where `order` depends on the
texts alone, the order in which they are given changes nothing but their indices.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from cleaner.dedup.bands import Bands, choose_bands, fewest_equal, prune_loss
from cleaner.dedup.batches import Allocate
from cleaner.dedup.exact import groups
from cleaner.dedup.hot import Compare, compare_hot, left_to_hot
from cleaner.dedup.keep import KEPT, least_similarity, verdicts
from cleaner.dedup.kernel import Bools, Codes, Floats, Hashes, Ints, Signatures
from cleaner.dedup.level import Here, Level, Signed, Sketches
from cleaner.dedup.verify import Verified
from cleaner.dedup.visible import Visible
from cleaner.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Settings:
    """The parameters of one level; defaults stand in `config.py`.

    Args:
        k: code points in a shingle.
        num_perm, seed: of the signatures.
        threshold: τ, from which two texts are one.
        containment: τ_c, from which one contains the other.
        length_ratio: a contained text is at most this share of the length of the other.
        floor: from which a pair is published; at most `threshold`.
        recall: share of the pairs at τ that the bands should find.
        bucket_cap: members of a bucket that are all paired with each other.
    """

    k: int
    num_perm: int
    seed: int
    threshold: float
    containment: float
    length_ratio: float
    floor: float
    recall: float
    bucket_cap: int

    def __post_init__(self) -> None:
        for name, is_right, expected in (
            ("k", self.k >= 1, "at least 1"),
            ("num_perm", self.num_perm >= 1, "at least 1"),
            ("threshold", 0.0 < self.threshold <= 1.0, "a number in (0, 1]"),
            ("containment", self.containment > 0.0, "a number above 0; above 1 switches it off"),
            ("length_ratio", self.length_ratio >= 0.0, "a number from 0"),
            ("floor", 0.0 < self.floor <= self.threshold, "a number above 0, at most the threshold"),
            ("recall", 0.0 < self.recall < 1.0, "a number in (0, 1)"),
            ("bucket_cap", self.bucket_cap >= 2, "at least 2"),
        ):
            if not is_right:
                raise ConfigError(f"dedup.{name}", str(getattr(self, name)), expected, "change the setting")


@dataclass(frozen=True, slots=True)
class Statistics:
    """What was done; pairs are counted once each.

    Args:
        n_texts, n_representatives: before and after grouping exact copies.
        n_candidates, n_pruned: pairs that shared a bucket, and those that their estimate ruled out.
        n_extra: pairs given from outside that were not candidates already.
        n_verified, n_reached: pairs compared exactly, and those that are published.
        n_hot_buckets, n_hot_verified: distinct buckets over the cap, and the pairs compared because of them.
        bands: b, r and the recall of banding alone at τ.
        expected_recall: of pairs at τ without masks, below the cap: that of the bands less what pruning loses.
    """

    n_texts: int
    n_representatives: int
    n_candidates: int
    n_pruned: int
    n_extra: int
    n_verified: int
    n_reached: int
    n_hot_buckets: int
    n_hot_verified: int
    bands: Bands
    expected_recall: float


@dataclass(frozen=True, slots=True)
class Detected:
    """The duplicates of one level.

    Args:
        first_of: shape (N,), dtype int64; the representative of each text's exact copies, itself if there are none.
        pairs: verified pairs of representatives with similarity ≥ floor or containment ≥ τ_c; a comes before b in keep
            order; sorted by the ranks of a and b.
        statistics: counts for the manifest.
    """

    first_of: Ints
    pairs: Verified
    statistics: Statistics


def detect(
    codes: Codes,
    offsets: Ints,
    settings: Settings,
    order: Ints,
    extra_pairs: tuple[Ints, Ints] | None = None,
    has_masks: Bools | None = None,
    *,
    rows: Ints | None = None,
    counts: tuple[Ints, Ints] | None = None,
    keys: Hashes | None = None,
    sketches: tuple[Signatures, Bools] | None = None,
    compare: Compare | None = None,
    thresholds: Floats | None = None,
    may_drop: Callable[[Verified], Bools] | None = None,
    allocate: Allocate = np.zeros,
) -> Detected:
    """Return what `search` does of N texts in flat arrays of this machine.

    Args:
        codes, offsets, rows, allocate: as in `level.Here`; every row of the offsets is a text if `rows` is not given.
        counts, keys, sketches: what `shingle.count_codes`, `exact.digests` and `sketch.signatures` give for the N
            texts, if they are known.

    >>> from cleaner.dedup.comparison import form
    >>> from cleaner.dedup.shingle import flatten
    >>> texts = ["坚持人民至上，不断造福人民。", "坚持人民至上 不断造福人民", "坚持人民至上，不断造福全体人民！"]
    >>> codes, offsets = flatten([form(text).codes for text in texts])       # "Put the people first, …" three times
    >>> found = detect(codes, offsets, Settings(5, 128, 1, 0.5, 0.9, 0.8, 0.4, 0.999, 100), np.arange(3))
    >>> found.first_of.tolist(), found.pairs.a.tolist(), found.pairs.b.tolist(), found.pairs.similarity.tolist()
    ([0, 0, 2], [0], [2], [0.5])
    """
    if rows is None:
        rows = np.arange(len(offsets) - 1, dtype=np.int64)
    return search(
        Here(codes, offsets, rows, allocate), settings, order, extra_pairs, has_masks, counts=counts,
        keys=keys, sketches=None if sketches is None else Signed(*sketches), compare=compare, thresholds=thresholds,
        may_drop=may_drop,
    )  # fmt: skip


def search(
    level: Level,
    settings: Settings,
    order: Ints,
    extra_pairs: tuple[Ints, Ints] | None = None,
    has_masks: Bools | None = None,
    *,
    counts: tuple[Ints, Ints] | None = None,
    keys: Hashes | None = None,
    sketches: Sketches | None = None,
    compare: Compare | None = None,
    thresholds: Floats | None = None,
    may_drop: Callable[[Verified], Bools] | None = None,
) -> Detected:
    """Return the exact groups and the verified pairs of the N texts of a level.

    Args:
        order: shape (N,), dtype int64, the texts in keep order.
        extra_pairs: texts to compare whatever their signatures say, such as those of `evidence.py`.
        has_masks: shape (N,), dtype bool; texts whose pairs no estimate may rule out; None to look for sentinels.
        counts, keys, sketches: what the level would say of the N texts, if it is known.
        compare: what to use instead of `Level.verify`.
        thresholds: shape (N,), dtype float64, what `keep.survivors` will be given instead of τ, such as
            `keep.paragraph_threshold`; they say which member of a hot bucket need not be compared further.
        may_drop: which pairs may drop a text at all, such as `link.Links.allows`; None for all.
    """
    n_texts = len(order)
    rank = np.empty(n_texts, np.int64)
    rank[order] = np.arange(n_texts)
    n_letters, n_masks = counts or level.counts()
    is_exempt = n_masks > 0 if has_masks is None else has_masks

    if keys is None:
        keys = level.digests()
    first_of = np.empty(n_texts, np.int64)
    first_of[order] = order[groups(keys[order])]
    representatives = order[first_of[order] == order]

    if sketches is None:
        sketches = level.sketches(settings.k, settings.num_perm, settings.seed, representatives)
        texts, sketched = representatives[sketches.has_signature], np.flatnonzero(sketches.has_signature)
    else:
        texts = sketched = representatives[sketches.has_signature[representatives]]

    bands = choose_bands(settings.threshold, settings.recall, settings.num_perm)
    min_equal = int(fewest_equal(settings.floor, settings.num_perm))
    found = sketches.candidates(sketched, bands, settings.bucket_cap, min_equal, is_exempt[texts])
    buckets = list({bucket.tobytes(): texts[bucket] for bucket in found.hot_buckets}.values())
    sketch, row_of = np.empty((0, settings.num_perm), np.uint32), np.full(n_texts, -1, np.int64)
    if buckets:
        places = np.unique(np.concatenate(found.hot_buckets))
        sketch, row_of[texts[places]] = sketches.of(sketched[places]), np.arange(len(places))
    tau = settings.threshold if thresholds is None else thresholds
    visible = Visible.of(n_letters, n_masks, settings.k, settings.num_perm)

    def to_drop(earlier: Ints, later: Ints) -> Ints:
        least = least_similarity(earlier, later, n_letters, tau, settings.containment, settings.length_ratio)
        return visible.fewest_equal(np.maximum(least, settings.floor), earlier, later)

    x, y = _in_order(extra_pairs, first_of, rank)
    is_left = left_to_hot(buckets, x, y, sketch, row_of, to_drop)
    a, b, n_extra = _add_pairs(texts[found.a], texts[found.b], x[~is_left], y[~is_left], order, rank)

    def comparing(texts: Level) -> Compare:
        return partial(texts.verify, k=settings.k, floor=settings.floor, containment=settings.containment)

    reached = (compare or comparing(level))(a, b)

    def is_dropping(pairs: Verified) -> Bools:
        reasons = verdicts(pairs, rank, n_letters, tau, settings.containment, settings.length_ratio)
        return np.asarray(reasons != KEPT) & (True if may_drop is None else may_drop(pairs))

    hot, n_hot_verified = Verified.concatenate([]), 0
    if buckets:
        hot, n_hot_verified = compare_hot(
            buckets, (a, b), reached, sketch, row_of, settings.floor, to_drop, visible, rank, is_dropping,
            compare or comparing(level.near(texts[places])),
        )  # fmt: skip
    pairs = Verified.concatenate([reached, hot])
    pairs = pairs.take(np.lexsort((rank[pairs.b], rank[pairs.a])))
    loss = prune_loss(settings.threshold, settings.floor, settings.num_perm)
    return Detected(
        first_of,
        pairs,
        Statistics(
            n_texts, len(representatives), found.n_candidates, found.n_pruned, n_extra, len(a) + n_hot_verified,
            len(pairs), len(buckets), n_hot_verified, bands, max(0.0, bands.expected_recall - loss),
        ),
    )  # fmt: skip


def _in_order(extra: tuple[Ints, Ints] | None, first_of: Ints, rank: Ints) -> tuple[Ints, Ints]:
    """Return the representatives of the extra pairs, the earlier text first; none of a text with itself."""
    if extra is None:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    x, y = first_of[extra[0]], first_of[extra[1]]
    return np.where(rank[x] < rank[y], x, y)[x != y], np.where(rank[x] < rank[y], y, x)[x != y]


def _add_pairs(a: Ints, b: Ints, x: Ints, y: Ints, order: Ints, rank: Ints) -> tuple[Ints, Ints, int]:
    """Return the pairs (a, b) and (x, y), each once, and how many came."""
    if not len(x):
        return a, b, 0
    n = len(order)
    words = np.concatenate((rank[a] * n + rank[b], rank[x] * n + rank[y]))
    words.sort()
    words = words[np.append(True, words[1:] != words[:-1])]
    return order[words // n], order[words % n], len(words) - len(a)
