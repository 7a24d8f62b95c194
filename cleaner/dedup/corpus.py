"""What in a corpus duplicates what, speeches and paragraphs together?

In: the comparison forms of all speeches, with their lines. Out: the fate of every speech and of every paragraph of a
kept speech, the verified pairs, the signatures. Paragraphs are compared first, because a paragraph that two speeches
share is what leads to copies that their signatures do not show: excerpts, and copies masked at different places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np

from cleaner.config import Config, Dedup
from cleaner.decisions import Rulings
from cleaner.dedup.detect import Detected, Settings, Statistics, detect
from cleaner.dedup.exact import SENTINEL, digest
from cleaner.dedup.hot import Compare
from cleaner.dedup.keep import Fates, keep_order, paragraph_threshold, survivors
from cleaner.dedup.kernel import Bools, Codes, Floats, Ints, Signatures
from cleaner.dedup.link import Links, Said, complete, link
from cleaner.dedup.link import fates as fates_of
from cleaner.dedup.shingle import count_codes
from cleaner.dedup.sketch import SCHEME, signatures
from cleaner.dedup.verify import Verified, verify

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
class Reviewed:
    """What decisions say of a corpus: of its speeches, and of its paragraphs by (speech, line), those named only."""

    speeches: Said = field(default_factory=Said)
    paragraphs: Rulings = field(default_factory=Rulings)
    name_of_line: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def of_paragraphs(self, speech_of: Ints, seq: Ints) -> Said:
        """Return what is said of the paragraphs that stand in these lines."""
        lines = enumerate(zip(speech_of.tolist(), seq.tolist(), strict=True)) if self.name_of_line else ()
        return Said(self.paragraphs, {i: self.name_of_line[line] for i, line in lines if line in self.name_of_line})


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


def find(speeches: Speeches, config: Config, reviewed: Reviewed | None = None) -> Found:
    """Return the duplicates among `speeches` and among their paragraphs, decisions honoured."""
    codes, offsets = speeches.codes, speeches.offsets
    settings, paragraph_tau = settings_of(config.dedup), config.paragraphs.threshold
    reviewed = reviewed or Reviewed()
    lengths, _ = count_codes(codes, offsets)
    order = keep_order(lengths, speeches.n_placeholders, speeches.sources, speeches.ordinals, config.dedup.keep)
    links = link(order, _digests(codes, offsets), reviewed.speeches)

    speech_of, seq, starts, ends = _paragraphs(speeches, config.paragraphs.min_chars)
    rank = np.empty(len(speeches), np.int64)
    rank[links.order] = np.arange(len(speeches))
    para_codes, para_offsets = _gather(codes, starts, ends)
    para_order = np.lexsort((seq, rank[speech_of])).astype(np.int64)
    para_links = link(para_order, _digests(para_codes, para_offsets), reviewed.of_paragraphs(speech_of, seq))
    # One edit in a short paragraph must still be found, so the bands aim at the lowest threshold any length has.
    sizes = np.maximum(np.diff(para_offsets) - settings.k + 1, 0)
    floor = min(settings.floor, paragraph_tau)
    limits = paragraph_threshold(sizes, paragraph_tau, settings.k, floor)
    lowest = max(floor, float(limits.min(initial=paragraph_tau)))
    aimed = replace(settings, threshold=lowest, floor=floor, containment=NO_CONTAINMENT)
    alike = detect(
        para_codes, para_offsets, aimed, para_links.order,
        digests=para_links.digests, thresholds=limits, may_drop=para_links.allows,
    )  # fmt: skip
    extra = _shared(alike, speech_of, limits, links.first_of)

    sketch, has_signature = signatures(codes, offsets, settings.k, settings.num_perm, settings.seed)
    found = detect(
        codes, offsets, settings, links.order, extra,
        digests=links.digests, sketches=(sketch, has_signature), may_drop=links.allows,
    )  # fmt: skip
    tau = (settings.threshold, settings.containment, settings.length_ratio)
    fates = fates_of(links, found.pairs, lengths, *tau)
    a, b = links.linked(fates)
    pairs = complete(
        links, found.pairs, a, b, lambda x, y: verify(codes, offsets, x, y, settings.k, 0.0, settings.containment)
    )
    if len(pairs) > len(found.pairs):
        fates = fates_of(links, pairs, lengths, *tau)

    kept_of, similarity, para_pairs = _paragraph_fates(
        para_links, alike.pairs, fates, speech_of, limits, np.diff(para_offsets),
        lambda x, y: verify(para_codes, para_offsets, x, y, settings.k, 0.0, NO_CONTAINMENT),
    )  # fmt: skip
    paragraphs = Paragraphs(speech_of, seq, alike.first_of, para_pairs, kept_of, similarity)
    return Found(
        links.order, found.first_of, fates, pairs, sketch, has_signature, paragraphs,
        found.statistics, alike.statistics,
    )  # fmt: skip


def _digests(codes: Codes, offsets: Ints) -> list[bytes]:
    return [digest(codes[first:last]) for first, last in pairwise(offsets.tolist())]


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
    links: Links, pairs: Verified, fates: Fates, speech_of: Ints, limits: Floats, lengths: Ints, compare: Compare
) -> tuple[Ints, Floats, Verified]:
    """Return the paragraph that each paragraph of a kept speech yields to, its similarity with it, and the pairs.

    A paragraph yields only to one of another kept speech, and the copy it yields to stays.
    """
    n = len(speech_of)
    stays = fates.kept_of[speech_of] == speech_of if n else np.zeros(0, bool)
    first = np.full(n, -1, np.int64)
    first_of = np.arange(n, dtype=np.int64)
    for i in links.order.tolist():
        if stays[i]:
            group = links.group_of[i]
            if first[group] < 0:
                first[group] = i
            elif speech_of[first[group]] != speech_of[i]:
                first_of[i] = first[group]
    allowed = pairs.take(links.allows(pairs))
    a, b = first[allowed.a], first[allowed.b]
    usable = (a >= 0) & (b >= 0)
    usable[usable] = speech_of[a[usable]] != speech_of[b[usable]]
    renamed = replace(allowed.take(usable), a=a[usable], b=b[usable])
    result = survivors(links.order, renamed, lengths, limits, NO_CONTAINMENT, 1.0, first_of)
    # Only a keep decision, which turns the order round, can lead a copy back into its own speech.
    kept_of = np.where(speech_of[result.kept_of] == speech_of, np.arange(n), result.kept_of)
    similarity = np.where(kept_of == np.arange(n), 0.0, result.similarity)
    linked = np.flatnonzero((links.first_of[first_of] != links.first_of) & (kept_of != np.arange(n)))
    if len(linked):
        kept, gone = links.first_of[kept_of[linked]], links.first_of[linked]
        pairs = complete(links, pairs, kept, gone, compare)
        similarity[linked] = compare(kept, gone).similarity
    return np.where(stays, kept_of, -1), similarity, pairs
