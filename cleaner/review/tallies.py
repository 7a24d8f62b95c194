"""Which rows do the tables of the page have?

In: the manifest's counts, what was gathered and sampled. Out: rows in the order in which they are shown. What always
holds: the last step of each funnel is the corpus.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import log2
from typing import Any

from cleaner.config import Config
from cleaner.filters import STAGES
from cleaner.review.fetch import Context
from cleaner.review.gather import Gathered
from cleaner.review.sample import Sampled

MAX_SITES = 30
MAX_MATRIX = 12
N_SHADES = 5
MAX_STYLES = 24
ORDER = ("repair", "split", *(stage for stage, _ in STAGES), "paragraph-dedup")
_SIZES = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 10), (11, 20), (21, 50), (51, 100), (101, 0))


@dataclass(frozen=True, slots=True)
class Matrix:
    """Site against site: of each row, how many of its speeches were dropped for one of each column."""

    sites: list[str]
    rows: list[tuple[str, list[int]]]
    n_left_out: int
    most: int

    def shade(self, count: int) -> int:
        """Return 0 for none, else 1 to `N_SHADES`: each is a doubling below the most."""
        return max(1, N_SHADES - int(log2(self.most / count))) if count else 0


def characters(summary: dict[str, Any], found: Gathered, sampled: Sampled) -> list[tuple[str, int, int]]:
    """Return the steps of the funnel of characters: label, removed, left."""
    counts = summary["counts"]
    left = counts["characters"]["decoded"]
    steps = [("decoded", 0, left)]
    for stage in ORDER:
        if row := counts["stages"].get(stage):
            left -= row["removed"] - row["inserted"]
            steps.append((stage, row["removed"] - row["inserted"], left))
    for label, gone in (("set aside", sampled.rejected_characters), ("duplicates", found.characters["dropped"])):
        left -= gone
        steps.append((label, gone, left))
    return [*steps, ("corpus", 0, left)]


def speeches(summary: dict[str, Any], sampled: Sampled) -> list[tuple[str, int, int]]:
    """Return the steps of the funnel of speeches: label, removed, left."""
    counts = summary["counts"]
    aside = sampled.n_rejected_speeches
    left = counts["speeches"]["found"] + aside
    steps = [("found", 0, left)]
    reasons = (
        ("exact copies", "exact"),
        ("near-duplicates", "near-duplicate"),
        ("excerpts", "contained"),
        ("decisions", "decision"),
    )
    for label, gone in (("set aside", aside), *((label, counts["speeches"].get(key, 0)) for label, key in reasons)):
        if gone or label not in ("set aside", "decisions"):
            left -= gone
            steps.append((label, gone, left))
    return [*steps, ("corpus", 0, left)]


def rules(summary: dict[str, Any], contexts: Iterable[Context], whys: dict[str, str]) -> list[dict[str, Any]]:
    """Return the rules in order of stage, then of what they removed."""
    by_rule: dict[str, list[Context]] = {}
    for context in contexts:
        by_rule.setdefault(f"{context.edit['stage']}/{context.edit['rule']}", []).append(context)
    out = []
    for key, row in summary["counts"]["rules"].items():
        stage, rule = key.split("/", 1)
        examples = sorted(by_rule.get(key, ()), key=lambda context: (context.edit["source"], context.edit["start"]))
        out.append({"stage": stage, "rule": rule, "why": whys.get(rule, ""), "examples": examples, **row})
    return sorted(out, key=lambda row: (ORDER.index(row["stage"]), -row["removed"], row["rule"]))


def sizes(sizes: Counter[int]) -> list[tuple[str, int]]:
    """Return how many clusters there are by size, large sizes together, up to the largest there is."""
    largest = max(sizes, default=1)
    out = []
    for low, high in _SIZES:
        if low <= max(largest, 2):
            count = sum(n for size, n in sizes.items() if low <= size and (size <= high or not high))
            out.append((f"{low}" if low == high else f"{low}–{high}" if high else f"over {low - 1}", count))
    return out


def kinds(styles: Counter[tuple[str, str]]) -> list[tuple[str, int]]:
    """Return how many placeholders stood for what, most first."""
    by_kind = Counter[str]()
    for (_, kind), count in styles.items():
        by_kind[kind] += count
    return sorted(by_kind.items(), key=lambda item: (-item[1], item[0]))


def styles(styles: Counter[tuple[str, str]]) -> list[tuple[str, int, dict[str, int]]]:
    """Return sign, count, count by kind; the commonest signs."""
    by_sign: dict[str, dict[str, int]] = {}
    for (sign, kind), count in styles.items():
        by_sign.setdefault(sign, {})[kind] = count
    rows = [(sign, sum(kinds.values()), kinds) for sign, kinds in by_sign.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))[:MAX_STYLES]


def sites(found: Gathered) -> list[tuple[str, Counter[str]]]:
    """Return the sites with most speeches, and of each what was kept, dropped, and dropped elsewhere for its sake."""
    rows = sorted(found.sites.items(), key=lambda item: (-item[1]["kept"] - item[1]["dropped"], item[0]))
    return rows[:MAX_SITES]


def matrix(found: Gathered) -> Matrix:
    """Return the sites with most speeches dropped at them or for them, each against each."""
    weight = Counter[str]()
    for (copy, kept), count in found.links.items():
        weight[copy] += count
        weight[kept] += count
    sites = sorted(weight, key=lambda site: (-weight[site], site))[:MAX_MATRIX]
    rows = [(copy, [found.links[copy, kept] for kept in sites]) for copy in sites]
    drawn = sum(sum(counts) for _, counts in rows)
    return Matrix(sites, rows, found.links.total() - drawn, max((max(counts) for _, counts in rows), default=0))


def settings(config: Config) -> list[tuple[str, str, bool]]:
    """Return every setting with its value, and whether it is not the default."""
    default = Config()
    return [
        (f"{section.name}.{key.name}", str(getattr(getattr(config, section.name), key.name)),
         getattr(getattr(config, section.name), key.name) != getattr(getattr(default, section.name), key.name))
        for section in dataclasses.fields(config)
        for key in dataclasses.fields(getattr(config, section.name))
    ]  # fmt: skip
