"""Which edits, repeated paragraphs and rejected texts are shown as examples?

In: the tables `edits`, `paragraphs` and `rejected`, streamed. Out: `Sampled`. What always holds: the choice depends on
the rows alone, and examples of a rule come from different sites where there are any.
"""

from collections import Counter
from dataclasses import dataclass, field
from heapq import nsmallest
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cleaner.review.gather import batches, site_of
from cleaner.review.lookup import Lookup
from cleaner.store import schemas

MAX_EXAMPLES = 3
LOOKED_AT = 2000
"""Edits of one rule looked at for examples from different sites."""
MAX_RULES = 400
"""Rules with examples; of a larger pack the first in order of name."""
MAX_REPEATED = 40
MAX_PLACES = 6
"""Places named for one repeated paragraph."""
MAX_REJECTED = 100


@dataclass(slots=True)
class Sampled:
    """Rows worth showing, and what was counted on the way.

    Args:
        styles: how many placeholders, by the sign they are written with and what they stood for.
        examples: rows of `edits` by (stage, rule).
        repeated: rows of `paragraphs` that others repeat, with `n_repeats` and `places` (ids of the repeats).
        rejected: rows of `rejected`.
    """

    styles: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    repeated: list[dict[str, Any]] = field(default_factory=list)
    n_clusters: int = 0
    n_repeats: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    n_rejected: int = 0
    n_rejected_speeches: int = 0
    rejected_characters: int = 0


def sample(folder: Path, rules: list[tuple[str, str]], large: set[str]) -> Sampled:
    """Return what is shown of the tables below `folder`.

    Args:
        rules: (stage, rule) of the edits that there are.
        large: sources too large to be rebuilt for an example.
    """
    found = Sampled()
    _edits(folder, rules[:MAX_RULES], large, found)
    _paragraphs(folder, found)
    _rejected(folder, found)
    return found


def _edits(folder: Path, rules: list[tuple[str, str]], large: set[str], found: Sampled) -> None:
    looked: Counter[tuple[str, str]] = Counter()
    open_rules = set(rules)
    found.examples = {rule: [] for rule in rules}
    for batch in batches(folder, schemas.EDITS, *schemas.EDITS.schema.names):
        _count_styles(batch, found)
        names = pa.array(sorted({rule for _, rule in open_rules}), pa.string())
        for row in batch.filter(pc.is_in(batch["rule"], names)).to_pylist():
            key = (row["stage"], row["rule"])
            if key not in open_rules or row["source"] in large:
                continue
            looked[key] += 1
            chosen = found.examples[key]
            is_varied = False
            if _adds(row, chosen):
                chosen.append(row)
                is_varied = _is_varied(chosen)
            if looked[key] >= LOOKED_AT or is_varied:
                open_rules.discard(key)
    for key, rows in found.examples.items():
        found.examples[key] = _spread(rows)


def _count_styles(batch: pa.RecordBatch, found: Sampled) -> None:
    masks = batch.filter(pc.and_(pc.equal(batch["stage"], "placeholder"), pc.is_valid(batch["kind"])))
    signs = pc.utf8_slice_codeunits(masks["removed"], 0, 1)
    grouped = pa.table({"sign": signs, "kind": masks["kind"]}).group_by(["sign", "kind"]).aggregate([([], "count_all")])
    for row in grouped.to_pylist():
        found.styles[row["sign"], row["kind"]] += row["count_all"]


def _adds(row: dict[str, Any], chosen: list[dict[str, Any]]) -> bool:
    """Say whether `row` shows something new: another wording, and a site of which there is not enough yet."""
    is_new = all(row["removed"] != other["removed"] for other in chosen)
    if not is_new and len(chosen) >= MAX_EXAMPLES:
        return False
    site = site_of(row["source"])
    n_there = sum(site_of(other["source"]) == site for other in chosen)
    return n_there < MAX_EXAMPLES if is_new else not n_there


def _is_varied(chosen: list[dict[str, Any]]) -> bool:
    sites, wordings = {site_of(row["source"]) for row in chosen}, {row["removed"] for row in chosen}
    return min(len(sites), len(wordings)) >= MAX_EXAMPLES


def _spread(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return up to `MAX_EXAMPLES` of `rows`: first new wordings from new sites, then new wordings, then the rest."""
    wordings: Counter[str] = Counter()
    sites: Counter[str] = Counter()
    ranked = []
    for i, row in enumerate(rows):
        site = site_of(row["source"])
        ranked.append((wordings[row["removed"]] + sites[site], wordings[row["removed"]], i))
        wordings[row["removed"]] += 1
        sites[site] += 1
    return [rows[i] for _, _, i in nsmallest(MAX_EXAMPLES, ranked)]


def _paragraphs(folder: Path, found: Sampled) -> None:
    count: Counter[str] = Counter()
    for batch in batches(folder, schemas.PARAGRAPHS, "kept", "kept_id"):
        count.update(batch["kept_id"].filter(pc.invert(batch["kept"])).to_pylist())
    found.n_clusters, found.n_repeats = len(count), count.total()
    chosen = nsmallest(MAX_REPEATED, count, key=lambda name: (-count[name], name))
    wanted = pa.array(chosen, pa.string())
    rows: dict[str, dict[str, Any]] = {}
    places: dict[str, list[str]] = {name: [] for name in chosen}
    if not chosen:
        return
    for batch in Lookup(folder).rows(schemas.PARAGRAPHS, "id", chosen, "id", "text", "n_chars", "kept", "kept_id"):
        rows |= {row["id"]: row for row in batch.to_pylist()}
    for batch in batches(folder, schemas.PARAGRAPHS, "id", "kept_id"):
        repeats = batch.filter(pc.is_in(batch["kept_id"], wanted))
        for name, kept in zip(repeats["id"].to_pylist(), repeats["kept_id"].to_pylist(), strict=True):
            if len(places[kept]) < MAX_PLACES:
                places[kept].append(name)
    found.repeated = [
        {**rows[name], "n_repeats": count[name], "places": places[name]} for name in chosen if name in rows
    ]


def _rejected(folder: Path, found: Sampled) -> None:
    for batch in batches(folder, schemas.REJECTED, *schemas.REJECTED.schema.names):
        found.n_rejected += batch.num_rows
        found.n_rejected_speeches += batch.num_rows - batch["ordinal"].null_count
        found.rejected_characters += pc.sum(pc.utf8_length(batch["text"])).as_py() or 0
        found.rejected += batch.slice(0, MAX_REJECTED - len(found.rejected)).to_pylist()
