"""What in a corpus duplicates what, speeches and paragraphs together?

In: the comparison forms of all speeches, with their lines. Out: the fate of every speech and of every paragraph of a
kept speech, the verified pairs, the signatures. Paragraphs are compared first, because a paragraph that two speeches
share is what leads to copies that their signatures do not show: excerpts, and copies masked at different places.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np

from cleaner.config import Config, Dedup
from cleaner.dedup.detect import Detected, Settings, Statistics, detect
from cleaner.dedup.exact import SENTINEL, digest, groups
from cleaner.dedup.keep import Fates, keep_order, paragraph_threshold, survivors
from cleaner.dedup.kernel import Bools, Codes, Floats, Ints, Signatures
from cleaner.dedup.shingle import count_codes
from cleaner.dedup.sketch import SCHEME, signatures
from cleaner.dedup.verify import Verified

EVIDENCE_CAP = 50
"""A paragraph in more speeches is a formula (thanks, a slogan) and no evidence that two of them are the same."""
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


def described(found: Found, config: Dedup, texts: str) -> dict[str, Any]:
    """Return what the manifest says of the search for pairs; `texts` is what it calls them."""
    named: dict[str, Any] = {"scheme": SCHEME, **{name: getattr(config, name) for name in ("seed", "k", "num_perm")}}
    for level, statistics in ((texts, found.speech_statistics), ("paragraphs", found.paragraph_statistics)):
        counts = asdict(statistics)
        bands = counts.pop("bands")
        named[level] = counts | {"bands": bands["b"], "rows": bands["r"]}
    return named


def find(speeches: Speeches, config: Config) -> Found:
    """Return the duplicates among `speeches` and among their paragraphs."""
    codes, offsets = speeches.codes, speeches.offsets
    settings, paragraph_tau = settings_of(config.dedup), config.paragraphs.threshold
    lengths, _ = count_codes(codes, offsets)
    order = keep_order(lengths, speeches.n_placeholders, speeches.sources, speeches.ordinals, config.dedup.keep)
    digests = [digest(codes[first:last]) for first, last in pairwise(offsets.tolist())]
    first_of = np.empty(len(speeches), np.int64)
    first_of[order] = order[groups([digests[i] for i in order.tolist()])]

    speech_of, seq, starts, ends = _paragraphs(speeches, config.paragraphs.min_chars)
    rank = np.empty(len(speeches), np.int64)
    rank[order] = np.arange(len(speeches))
    para_codes, para_offsets = _gather(codes, starts, ends)
    para_order = np.lexsort((seq, rank[speech_of])).astype(np.int64)
    # One edit in a short paragraph must still be found, so the bands aim at the lowest threshold any length has.
    sizes = np.maximum(np.diff(para_offsets) - settings.k + 1, 0)
    floor = min(settings.floor, paragraph_tau)
    limits = paragraph_threshold(sizes, paragraph_tau, settings.k, floor)
    lowest = max(floor, float(limits.min(initial=paragraph_tau)))
    aimed = replace(settings, threshold=lowest, floor=floor, containment=NO_CONTAINMENT)
    alike = detect(para_codes, para_offsets, aimed, para_order, thresholds=limits)
    extra = _shared(alike, speech_of, limits, first_of)

    sketch, has_signature = signatures(codes, offsets, settings.k, settings.num_perm, settings.seed)
    found = detect(codes, offsets, settings, order, extra, digests=digests, sketches=(sketch, has_signature))
    fates = survivors(
        order, found.pairs, lengths, settings.threshold, settings.containment, settings.length_ratio, found.first_of
    )

    kept_of, similarity = _paragraph_fates(alike, fates, speech_of, para_order, limits, np.diff(para_offsets))
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


def _gather(codes: Codes, starts: Ints, ends: Ints) -> tuple[Codes, Ints]:
    """Return the ranges of `codes` one after another, and their offsets."""
    lengths = ends - starts
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    index = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths) + np.repeat(starts, lengths)
    return codes[index], offsets


def _shared(alike: Detected, speech_of: Ints, limits: Floats, first_of: Ints) -> tuple[Ints, Ints]:
    """Return the pairs of speeches that have a paragraph in common, exact or near; frequent ones are no evidence."""
    groups: dict[int, set[int]] = {}
    for i, group in enumerate(alike.first_of.tolist()):
        groups.setdefault(group, set()).add(int(first_of[speech_of[i]]))
    pairs = alike.pairs
    near = pairs.similarity >= np.minimum(limits[pairs.a], limits[pairs.b])
    joined = [(group, group) for group, members in groups.items() if len(members) > 1]
    joined += zip(pairs.a[near].tolist(), pairs.b[near].tolist(), strict=True)
    found = {
        (min(x, y), max(x, y))
        for a, b in joined
        if len(groups[a]) <= EVIDENCE_CAP and len(groups[b]) <= EVIDENCE_CAP
        for x in groups[a]
        for y in groups[b]
        if x != y
    }
    ordered = np.array(sorted(found), np.int64).reshape(-1, 2)
    return ordered[:, 0].copy(), ordered[:, 1].copy()


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
