"""What does a reviewer need to see of a cluster and of a near miss?

In: chosen ids and the speeches as told. Out: views for the template. What always holds: why a copy stays is said in the
terms of the keep order and with both numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cleaner.config import Config
from cleaner.review.compare import IN_REPORT, Compared, Limits, compare
from cleaner.review.fetch import Told
from cleaner.review.gather import Gathered, Pair


@dataclass(frozen=True, slots=True)
class PairView:
    """A speech beside another: a dropped copy beside its kept speech, or two kept ones."""

    pair: Pair
    first: Told
    second: Told
    compared: Compared
    why_dropped: str
    why_kept: str


@dataclass(frozen=True, slots=True)
class ClusterView:
    """A kept speech and its copies, the least alike first; `near` are kept speeches that resemble it."""

    kept: Told
    n_copies: int
    copies: tuple[PairView, ...]
    near: tuple[Pair, ...]


def clusters(found: Gathered, told: dict[str, Told], config: Config) -> Iterator[ClusterView]:
    """Yield the chosen clusters, the largest first; a view is made when it is asked for."""
    for name, n_copies in found.clusters:
        views = tuple(pair_view(pair, told, config) for pair in found.copies[name])
        yield ClusterView(told[name], n_copies, views, tuple(found.near_of.get(name, ())))


def pair_view(pair: Pair, told: dict[str, Told], config: Config, limits: Limits = IN_REPORT) -> PairView:
    """Return the two speeches of `pair` side by side."""
    first, second = told[pair.a], told[pair.b]
    compared = compare(first.text, second.text, first.masks, second.masks, limits)
    is_decided = pair.reason == "decision"
    kept = "a decision" if is_decided else why_kept(first, second, config.dedup.keep)
    return PairView(pair, first, second, compared, why_dropped(pair, config), kept)


def why_dropped(pair: Pair, config: Config) -> str:
    """Return why the second of `pair` goes, with the value and the setting that decided; empty if both stay."""
    if pair.reason == "exact":
        return "the same text once spaces, punctuation and the style of placeholders are set aside"
    if pair.reason == "near-duplicate":
        return f"similarity {pair.similarity:.3f}, τ is {config.dedup.threshold:g}"
    if pair.reason == "contained":
        ratio = config.dedup.length_ratio
        return f"an excerpt: {pair.containment:.1%} of it stands in the other, and it is at most {ratio:g} as long"
    return "a decision says so" if pair.reason else ""


def why_kept(kept: Told, other: Told, keep: tuple[str, ...]) -> str:
    """Return the first criterion of the keep order that tells the two apart, with both numbers."""
    for criterion in keep:
        if criterion == "most-text":
            if kept.n_unmasked is None or other.n_unmasked is None:
                return "the first criterion of the keep order that tells them apart (too long to count here)"
            if kept.n_unmasked != other.n_unmasked:
                return f"more text: {kept.n_unmasked:,} letters and numbers against {other.n_unmasked:,}"
        elif criterion == "fewest-placeholders":
            if kept.row["n_placeholders"] != other.row["n_placeholders"]:
                return f"fewer placeholders: {kept.row['n_placeholders']:,} against {other.row['n_placeholders']:,}"
        else:
            break
    return "its place: equal by the other criteria, it is first in the order of files"


def wanted(found: Gathered) -> set[str]:
    """Return the ids of every speech that is shown with its text."""
    pairs = [*found.near, *found.both_kept, *(pair for rows in found.copies.values() for pair in rows)]
    return {name for name, _ in found.clusters} | {name for pair in pairs for name in pair[:2]}
