"""What in a corpus duplicates what, speeches and paragraphs together?

In: the comparison forms of all speeches, with their lines. Out: the fate of every speech and of every paragraph of a
kept speech, the verified pairs, the signatures. Paragraphs are compared first, because a paragraph that two speeches
share is what leads to copies that their signatures do not show: excerpts, and copies masked at different places.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np

from cleaner.config import Config, Dedup
from cleaner.dedup.batches import Allocate
from cleaner.dedup.detect import Detected, Settings, Statistics, detect
from cleaner.dedup.evidence import anchor_pairs, shared_paragraph_pairs
from cleaner.dedup.exact import SENTINEL, digests, groups
from cleaner.dedup.keep import Fates, keep_order, paragraph_threshold, survivors
from cleaner.dedup.kernel import Bools, Codes, Floats, Ints, Signatures
from cleaner.dedup.shingle import count_codes
from cleaner.dedup.sketch import SCHEME, signatures
from cleaner.dedup.verify import Verified

NO_CONTAINMENT = 2.0
"""Above any containment: paragraphs are dropped by similarity only."""


@dataclass(frozen=True, slots=True)
class Speeches:
    """The comparison forms of N speeches.

    Args:
        sources, ordinals, n_placeholders: N each.
        codes: uint32, all forms one after another.
        offsets: int64, shape (N + 1,).
        breaks: int64, for each speech its n_lines + 1 line breaks as indices into `codes`, one speech after another.
        break_offsets: int64, shape (N + 1,), into `breaks`.
    """

    sources: Sequence[str]
    ordinals: Ints
    n_placeholders: Ints
    codes: Codes
    offsets: Ints
    breaks: Ints
    break_offsets: Ints

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def of(
        cls,
        sources: Sequence[str],
        ordinals: Ints,
        n_placeholders: Ints,
        codes: Codes,
        lengths: Ints,
        breaks: Ints,
        n_breaks: Ints,
    ) -> "Speeches":
        """Return speeches that were looked at one by one: N lengths and counts of breaks, breaks from each start."""
        offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        break_offsets = np.concatenate(([0], np.cumsum(n_breaks))).astype(np.int64)
        breaks = breaks + np.repeat(offsets[:-1], n_breaks)
        return cls(sources, ordinals, n_placeholders, codes, offsets, breaks, break_offsets)


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """The compared paragraphs: those of at least `min_chars` letters and numbers.

    Args:
        speech, seq: int64, the speech and its line.
        first_of: int64, the first in keep order of the paragraphs with the same form.
        pairs: verified pairs of them, by index, `a` before `b` in keep order.
        kept_of: int64, the paragraph each yields to, itself if it stays; -1 for one of a dropped speech.
        similarity: float64, with the one it yields to.
    """

    speech: Ints
    seq: Ints
    first_of: Ints
    pairs: Verified
    kept_of: Ints
    similarity: Floats


@dataclass(frozen=True, slots=True)
class Found:
    """All that is known of the duplicates of a corpus.

    Args:
        order: the speeches in keep order.
        first_of: the first in keep order of the speeches with the same form.
        fates, pairs, sketch, has_signature: of the speeches.
    """

    order: Ints
    first_of: Ints
    fates: Fates
    pairs: Verified
    sketch: Signatures
    has_signature: Bools
    paragraphs: Paragraphs
    speech_statistics: Statistics
    paragraph_statistics: Statistics


def settings_of(config: Dedup) -> Settings:
    """Return the settings of the search for near-duplicate speeches."""
    return Settings(**{field.name: getattr(config, field.name) for field in fields(Settings)})


def described(config: Dedup, levels: dict[str, Statistics]) -> dict[str, Any]:
    """Return what the manifest says of the search for pairs, level by level."""
    named: dict[str, Any] = {"scheme": SCHEME, **{name: getattr(config, name) for name in ("seed", "k", "num_perm")}}
    for level, statistics in levels.items():
        counts = asdict(statistics)
        bands = counts.pop("bands")
        named[level] = counts | {"bands": bands["b"], "rows": bands["r"]}
    return named


def find(speeches: Speeches, config: Config, allocate: Allocate = np.zeros) -> Found:
    """Return the duplicates among `speeches` and among their paragraphs; `allocate` gives the arrays of signatures."""
    codes, offsets = speeches.codes, speeches.offsets
    settings, paragraph_tau = settings_of(config.dedup), config.paragraphs.threshold
    lengths, _ = count_codes(codes, offsets)
    order = keep_order(lengths, speeches.n_placeholders, speeches.sources, speeches.ordinals, config.dedup.keep)
    keys = digests(codes, offsets)
    first_of = np.empty(len(speeches), np.int64)
    first_of[order] = order[groups(keys[order])]

    speech_of, seq, starts, ends = _paragraphs(speeches, config.paragraphs.min_chars)
    rank = np.empty(len(speeches), np.int64)
    rank[order] = np.arange(len(speeches))
    para_order = np.lexsort((seq, rank[speech_of])).astype(np.int64)
    # One edit in a short paragraph must still be found, so the bands aim at the lowest threshold any length has.
    sizes = np.maximum(ends - starts - settings.k + 1, 0)
    floor = min(settings.floor, paragraph_tau)
    limits = paragraph_threshold(sizes, paragraph_tau, settings.k, floor)
    lowest = max(floor, float(limits.min(initial=paragraph_tau)))
    aimed = replace(settings, threshold=lowest, floor=floor, containment=NO_CONTAINMENT)
    alike = detect(
        codes, np.column_stack((starts, ends)).ravel(), aimed, para_order, rows=2 * np.arange(len(starts)),
        thresholds=limits, allocate=allocate,
    )  # fmt: skip
    near = alike.pairs.similarity >= np.minimum(limits[alike.pairs.a], limits[alike.pairs.b])
    shared = shared_paragraph_pairs(
        alike.first_of, first_of[speech_of], (alike.pairs.a[near], alike.pairs.b[near])
    )  # fmt: skip
    firsts = np.flatnonzero(first_of == np.arange(len(first_of)))
    x, y = anchor_pairs(codes, offsets, settings.k, firsts)
    extra = np.concatenate((shared[0], firsts[x])), np.concatenate((shared[1], firsts[y]))

    sketch, has_signature = signatures(
        codes, offsets, settings.k, settings.num_perm, settings.seed, allocate=allocate
    )  # fmt: skip
    found = detect(codes, offsets, settings, order, extra, keys=keys, sketches=(sketch, has_signature))
    fates = survivors(
        order, found.pairs, lengths, settings.threshold, settings.containment, settings.length_ratio, found.first_of
    )

    kept_of, similarity = _paragraph_fates(alike, fates, speech_of, para_order, limits, ends - starts)
    paragraphs = Paragraphs(speech_of, seq, alike.first_of, alike.pairs, kept_of, similarity)
    return Found(
        order, found.first_of, fates, found.pairs, sketch, has_signature, paragraphs, found.statistics, alike.statistics
    )


def _paragraphs(speeches: Speeches, min_chars: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Return speech, line and range of codes of each paragraph that is long enough, outer sentinels left out."""
    breaks, codes = speeches.breaks, speeches.codes
    inner = np.ones(max(len(breaks) - 1, 0), bool)
    inner[speeches.break_offsets[1:-1] - 1] = False
    at = np.flatnonzero(inner)
    starts, ends = breaks[at].copy(), breaks[at + 1].copy()
    some = starts < ends
    starts[some] += codes[starts[some]] == SENTINEL
    some = starts < ends
    ends[some] -= codes[ends[some] - 1] == SENTINEL
    speech = np.searchsorted(speeches.break_offsets, at, side="right") - 1
    seq = at - speeches.break_offsets[speech]
    long = ends - starts >= min_chars
    return speech[long].astype(np.int64), seq[long].astype(np.int64), starts[long], ends[long]


def _paragraph_fates(
    alike: Detected, fates: Fates, speech_of: Ints, order: Ints, limits: Floats, lengths: Ints
) -> tuple[Ints, Floats]:
    """Return the paragraph that each paragraph of a kept speech yields to, and its similarity with it.

    A paragraph yields only to one of another kept speech, and the copy it yields to stays.
    """
    n = len(speech_of)
    stays = fates.kept_of[speech_of] == speech_of if n else np.zeros(0, bool)
    first = np.full(n, -1, np.int64)
    first_of = np.arange(n, dtype=np.int64)
    for i in order.tolist():
        if stays[i]:
            group = alike.first_of[i]
            if first[group] < 0:
                first[group] = i
            elif speech_of[first[group]] != speech_of[i]:
                first_of[i] = first[group]
    pairs = alike.pairs
    a, b = first[pairs.a], first[pairs.b]
    usable = (a >= 0) & (b >= 0)
    usable[usable] = speech_of[a[usable]] != speech_of[b[usable]]
    renamed = replace(pairs.take(usable), a=a[usable], b=b[usable])
    result = survivors(order, renamed, lengths, limits, NO_CONTAINMENT, 1.0, first_of)
    return np.where(stays, result.kept_of, -1), result.similarity
