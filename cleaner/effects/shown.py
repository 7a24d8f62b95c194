"""How are the effects of rules told?

In: rules, hits, changes. Out: plain data for `--json`, and lines for a terminal. What always holds: the most frequent
come first, equals in order of their names, so that the same effects are told alike.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from cleaner.effects.diff import Change
from cleaner.effects.hits import Hits
from cleaner.rulepack import RulePack

EXAMPLES = 3
LONGEST_EXAMPLE = 60


def rows(pack: RulePack) -> list[dict[str, Any]]:
    """Return the rules as plain data."""
    return [{"stage": r.stage, "id": r.id, "status": r.status, "why": r.why, "file": r.file} for r in pack.rules]


def lines(listed: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each rule."""
    for row in listed:
        yield f"{row['stage']:<12} {row['id']:<28} {row['status']:<8} {row['why']}"


def told(hits: Hits, pack: RulePack) -> dict[str, Any]:
    """Return the rules with their hits, the active ones that never fire, and the pairs that claim one span."""
    counted = [
        row | {"spans": hits.spans[row["id"]], "chars": hits.chars[row["id"]], "sources": hits.sources[row["id"]]}
        for row in rows(pack)
    ]
    pairs = sorted(hits.pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "rules": counted,
        "never": [row["id"] for row in counted if row["status"] == "active" and not row["spans"]],
        "pairs": [{"rule": rule, "rival": rival, "spans": spans} for (rule, rival), spans in pairs],
    }


def hit_lines(found: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that say what `told` gives."""
    yield f"{'stage':<12} {'rule':<28} {'status':<8} {'spans':>8} {'chars':>9} {'sources':>8}"
    for row in found["rules"]:
        counts = f"{row['spans']:>8,} {row['chars']:>9,} {row['sources']:>8,}"
        yield f"{row['stage']:<12} {row['id']:<28} {row['status']:<8} {counts}"
    yield f"\n{len(found['never'])} active rules never fire"
    yield from (f"  {name}" for name in found["never"])
    yield f"\n{len(found['pairs'])} pairs of rules claim one span"
    yield from (f"  {pair['spans']:>6,}  {pair['rule']} before {pair['rival']}" for pair in found["pairs"])


def changes(found: Iterable[Change]) -> dict[str, Any]:
    """Return the changes as plain data, with their sums."""
    listed = [asdict(change) | {"effect": "gained" if change.gained else "lost"} for change in found]
    for change in listed:
        del change["gained"]
    sums = {
        effect: {
            "spans": sum(change["effect"] == effect for change in listed),
            "chars": sum(len(change["removed"]) for change in listed if change["effect"] == effect),
        }
        for effect in ("gained", "lost")
    }
    return sums | {"changes": listed}


def diff_lines(found: Iterable[Change]) -> Iterator[str]:
    """Yield a line for each rule with what it gained and lost, its first changes in context below it; the sums last."""
    by_rule: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in found:
        by_rule[change.stage, change.rule].append(change)
    gained = lost = 0
    for (stage, rule), own in sorted(by_rule.items(), key=lambda item: (-len(item[1]), item[0])):
        more = sum(change.gained for change in own)
        gained, lost = gained + more, lost + len(own) - more
        yield f"{stage}/{rule}  +{more:,} -{len(own) - more:,}"
        for change in own[:EXAMPLES]:
            sign = "+" if change.gained else "-"
            text = change.removed if len(change.removed) <= LONGEST_EXAMPLE else change.removed[:LONGEST_EXAMPLE] + "…"
            shown = f"{change.before}⟦{text}⟧{change.after}".replace("\n", "¶")
            yield f"  {sign} {change.source}:{change.start}  {shown}"
    yield f"spans gained {gained:,}, lost {lost:,}"
