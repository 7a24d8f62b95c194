"""How do counts and chosen rows become one HTML file?

In: what was gathered, sampled and fetched. Out: the bytes of `index.html`. What always holds: nothing is loaded from
anywhere, the Content-Security-Policy names the hash of the one style sheet and the one script, everything foreign is
escaped by autoescape or `shown`, and the file stays under `MAX_BYTES`.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import accumulate
from typing import Any, TypeVar

from jinja2 import Environment
from markupsafe import Markup

from cleaner.config import Config
from cleaner.review import tallies
from cleaner.review.clusters import ClusterView, PairView, clusters, pair_view
from cleaner.review.environment import environment
from cleaner.review.fetch import Context, Told
from cleaner.review.gather import Gathered
from cleaner.review.sample import Sampled
from cleaner.review.shown import NAME_CHARS, clip, shown
from cleaner.store.schemas import REASONS

MAX_BYTES = 5_000_000
CLUSTER_BYTES = 2_600_000
NEAR_BYTES = 300_000
COPY_BYTES = 3000
"""What a copy takes beside its text: its facts and what was cleaned from it."""
RULE_BYTES = 700_000
LIST_BYTES = 200_000
"""Shares of it; what is left is for the lists whose rows are few."""
REMOVED_CHARS = 120

Item = TypeVar("Item")


def render(
    summary: dict[str, Any],
    config: Config,
    found: Gathered,
    sampled: Sampled,
    told: dict[str, Told],
    contexts: Iterable[Context],
    whys: dict[str, str],
) -> bytes:
    """Return the page.

    Args:
        told: the speeches of the chosen clusters and pairs, by id.
        contexts: the sampled edits with what stood around them.
        whys: why a rule is there, by its id; only of rules that are code if the packs are no longer those of the run.
    """
    page = environment()
    style = "".join(page.get_template(name).render() for name in ("base.css", "report.css"))
    script = page.get_template("report.js").render()
    chosen_rules = tallies.rules(summary, _fitting(contexts, RULE_BYTES, _example_bytes), whys)
    text = page.get_template("report.html.j2").render(
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        style=Markup(style),
        script=Markup(script),
        summary=summary,
        counts=summary["counts"],
        config=config,
        settings=tallies.settings(config),
        found=found,
        sampled=sampled,
        characters=tallies.characters(summary, found, sampled),
        speeches=tallies.speeches(summary, sampled),
        stages=tallies.ORDER,
        rules=chosen_rules,
        kinds=tallies.kinds(sampled.styles),
        styles=tallies.styles(sampled.styles),
        reasons=REASONS,
        rejected=_fitting(sampled.rejected, LIST_BYTES, _rejected_bytes),
        sizes=tallies.sizes(found.sizes),
        links=found.links.most_common(tallies.MAX_SITES),
        sites=tallies.sites(found),
        matrix=tallies.matrix(found),
        clusters=_clusters(page, clusters(found, told, config), len(found.clusters)),
        n_clusters=sum(n for size, n in found.sizes.items() if size > 1),
        near=_pairs(page, (pair_view(pair, told, config) for pair in found.near), NEAR_BYTES),
        both=_pairs(page, (pair_view(pair, told, config) for pair in found.both_kept), NEAR_BYTES // 2),
        repeated=_fitting(sampled.repeated, LIST_BYTES, _repeated_bytes),
    )
    return text.encode()


def _fitting(rows: Iterable[Item], budget: int, cost: Callable[[Item], int]) -> list[Item]:
    """Return the first of `rows` that fit into `budget` bytes."""
    out = []
    for row in rows:
        budget -= cost(row)
        if budget < 0:
            break
        out.append(row)
    return out


def _bytes(*texts: str | None) -> int:
    return sum(len(shown(text).encode()) for text in texts if text)


def _example_bytes(context: Context) -> int:
    edit = context.edit
    texts = (
        clip(edit["removed"], REMOVED_CHARS),
        clip(edit["inserted"], REMOVED_CHARS),
        clip(edit["source"], NAME_CHARS),
    )
    return 150 + 2 * _bytes(context.before, context.after, *texts)


def _rejected_bytes(row: dict[str, Any]) -> int:
    return 250 + _bytes(clip(row["source"], NAME_CHARS), clip(row["detail"] or "", 200), clip(row["text"] or "", 120))


def _repeated_bytes(row: dict[str, Any]) -> int:
    return 150 + _bytes(clip(row["text"], 240), *(clip(place, NAME_CHARS) for place in (row["id"], *row["places"])))


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _clusters(page: Environment, views: Iterator[ClusterView], n_views: int) -> list[Markup]:
    """Return the clusters that fit: each has its share of the bytes, and shows as many copies as that allows."""
    out: list[Markup] = []
    left = CLUSTER_BYTES
    for i, view in enumerate(views):
        share = left // (n_views - i)
        sizes = accumulate(COPY_BYTES + copy.compared.n_bytes for copy in view.copies)
        n_fitting = max(1, sum(size <= share for size in sizes))
        copies = [replace(copy, compared=copy.compared.within(share - COPY_BYTES)) for copy in view.copies[:n_fitting]]
        view = replace(view, copies=tuple(copies))
        part = page.get_template("cluster.html.j2").render(view=view, opened=not out)
        left -= len(part.encode())
        if left < 0:
            break
        out.append(Markup(part))
    return out


def _pairs(page: Environment, views: Iterator[PairView], budget: int) -> list[Markup]:
    out: list[Markup] = []
    for view in views:
        part = page.get_template("near.html.j2").render(view=view)
        budget -= len(part.encode())
        if budget < 0 and out:
            break
        out.append(Markup(part))
    return out
