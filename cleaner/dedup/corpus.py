"""What in a corpus duplicates what, speeches and paragraphs together?

In: the comparison forms of all speeches, with their lines. Out: the fate of every speech and of every paragraph of a
kept speech, the verified pairs, the signatures. Paragraphs are compared first, because a paragraph that two speeches
share is what leads to copies that their signatures do not show: excerpts, and copies masked at different places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import partial
from typing import Any, Protocol

import numpy as np

from cleaner.config import Config, Dedup
from cleaner.decisions import Rulings
from cleaner.dedup.batches import Allocate
from cleaner.dedup.comparison import SENTINEL
from cleaner.dedup.detect import Settings, Statistics, search
from cleaner.dedup.evidence import shared_paragraph_pairs
from cleaner.dedup.hot import Compare
from cleaner.dedup.keep import Fates, keep_order, paragraph_threshold, survivors
from cleaner.dedup.kernel import Bools, Codes, Floats, Ints, Signatures
from cleaner.dedup.level import Here, Level
from cleaner.dedup.link import Links, Said, complete, link
from cleaner.dedup.link import fates as fates_of
from cleaner.dedup.sketch import SCHEME
from cleaner.dedup.verify import Verified

NO_CONTAINMENT = 2.0
"""Above any containment: paragraphs are dropped by similarity only."""


class Corpus(Protocol):
    """N speeches in table order, wherever their comparison forms lie."""

    @property
    def sources(self) -> Sequence[str]:
        """The source of each."""
        ...

    @property
    def ordinals(self) -> Ints:
        """The place of each in its source."""
        ...

    @property
    def n_placeholders(self) -> Ints:
        """How many placeholders each has."""
        ...

    def __len__(self) -> int: ...

    def level(self, allocate: Allocate) -> Level:
        """Return the speeches as texts to compare; `allocate` gives the array for their signatures."""
        ...

    def paragraphs(self, min_chars: int, allocate: Allocate) -> tuple[Ints, Ints, Level]:
        """Return speech, line and text of each paragraph of at least `min_chars` codes, outer sentinels left out."""
        ...


@dataclass(frozen=True, slots=True)
class Speeches:
    """The comparison forms of N speeches, in flat arrays of this machine.

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

    def level(self, allocate: Allocate = np.zeros) -> Here:
        """Return the speeches as texts to compare."""
        return Here(self.codes, self.offsets, np.arange(len(self), dtype=np.int64), allocate)

    def paragraphs(self, min_chars: int, allocate: Allocate = np.zeros) -> tuple[Ints, Ints, Here]:
        """Return speech, line and text of each paragraph that is long enough, compared where it stands."""
        breaks, codes = self.breaks, self.codes
        inner = np.ones(max(len(breaks) - 1, 0), bool)
        inner[self.break_offsets[1:-1] - 1] = False
        at = np.flatnonzero(inner)
        starts, ends = breaks[at].copy(), breaks[at + 1].copy()
        some = starts < ends
        starts[some] += codes[starts[some]] == SENTINEL
        some = starts < ends
        ends[some] -= codes[ends[some] - 1] == SENTINEL
        speech = np.searchsorted(self.break_offsets, at, side="right") - 1
        seq = at - self.break_offsets[speech]
        long = ends - starts >= min_chars
        # Every other row of these bounds is a paragraph.
        bounds, rows = np.column_stack((starts[long], ends[long])).ravel(), 2 * np.arange(np.count_nonzero(long))
        return speech[long].astype(np.int64), seq[long].astype(np.int64), Here(codes, bounds, rows, allocate)


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


def described(config: Dedup, levels: dict[str, Statistics]) -> dict[str, Any]:
    """Return what the manifest says of the search for pairs, level by level."""
    named: dict[str, Any] = {"scheme": SCHEME, **{name: getattr(config, name) for name in ("seed", "k", "num_perm")}}
    for level, statistics in levels.items():
        counts = asdict(statistics)
        bands = counts.pop("bands")
        named[level] = counts | {"bands": bands["b"], "rows": bands["r"]}
    return named


def find(speeches: Corpus, config: Config, reviewed: Reviewed | None = None, allocate: Allocate = np.zeros) -> Found:
    """Return the duplicates among `speeches` and among their paragraphs, decisions honoured.

    Args:
        allocate: what gives the arrays for the signatures.
    """
    level = speeches.level(allocate)
    settings, paragraph_tau = settings_of(config.dedup), config.paragraphs.threshold
    reviewed = reviewed or Reviewed()
    n_letters, _ = level.counts()
    order = keep_order(n_letters, speeches.n_placeholders, speeches.sources, speeches.ordinals, config.dedup.keep)
    links = link(order, level.digests(), reviewed.speeches)

    speech_of, seq, para_level = speeches.paragraphs(config.paragraphs.min_chars, allocate)
    rank = np.empty(len(speeches), np.int64)
    rank[links.order] = np.arange(len(speeches))
    para_order = np.lexsort((seq, rank[speech_of])).astype(np.int64)
    para_links = link(para_order, para_level.digests(), reviewed.of_paragraphs(speech_of, seq))
    # One edit in a short paragraph must still be found, so the bands aim at the lowest threshold any length has.
    para_lengths = para_level.lengths()
    floor = min(settings.floor, paragraph_tau)
    limits = paragraph_threshold(np.maximum(para_lengths - settings.k + 1, 0), paragraph_tau, settings.k, floor)
    lowest = max(floor, float(limits.min(initial=paragraph_tau)))
    aimed = replace(settings, threshold=lowest, floor=floor, containment=NO_CONTAINMENT)
    alike = search(
        para_level, aimed, para_links.order, keys=para_links.keys, thresholds=limits, may_drop=para_links.allows
    )
    near = alike.pairs.similarity >= np.minimum(limits[alike.pairs.a], limits[alike.pairs.b])
    x, y = shared_paragraph_pairs(
        alike.first_of, links.first_of[speech_of], (alike.pairs.a[near], alike.pairs.b[near])
    )  # fmt: skip
    firsts = np.flatnonzero(links.first_of == np.arange(len(speeches)))
    u, v = level.anchor_pairs(settings.k, firsts)
    extra = np.concatenate((x, firsts[u])), np.concatenate((y, firsts[v]))

    sketches = level.sketches(settings.k, settings.num_perm, settings.seed)
    found = search(level, settings, links.order, extra, keys=links.keys, sketches=sketches, may_drop=links.allows)
    tau = (settings.threshold, settings.containment, settings.length_ratio)
    fates = fates_of(links, found.pairs, n_letters, *tau)
    a, b = links.linked(fates)
    to_the_end = partial(level.verify, k=settings.k, floor=0.0, containment=settings.containment)
    pairs = complete(links, found.pairs, a, b, to_the_end)
    if len(pairs) > len(found.pairs):
        fates = fates_of(links, pairs, n_letters, *tau)
    kept_of, similarity, para_pairs = _paragraph_fates(
        para_links, alike.pairs, fates, speech_of, limits, para_lengths,
        partial(para_level.verify, k=settings.k, floor=0.0, containment=NO_CONTAINMENT),
    )  # fmt: skip
    paragraphs = Paragraphs(speech_of, seq, alike.first_of, para_pairs, kept_of, similarity)
    return Found(
        links.order, found.first_of, fates, pairs, sketches.whole(), sketches.has_signature, paragraphs,
        found.statistics, alike.statistics,
    )  # fmt: skip


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
    own = first[links.group_of]
    # Where a speech says twice what goes, both go to the same.
    copies = np.flatnonzero(stays & (speech_of[own] == speech_of))
    copies = copies[kept_of[own[copies]] != own[copies]]
    kept_of[copies], similarity[copies] = kept_of[own[copies]], similarity[own[copies]]
    return np.where(stays, kept_of, -1), similarity, pairs
