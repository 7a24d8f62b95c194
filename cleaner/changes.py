"""What changed between two results, and by which rule?

In: OUT of two runs, over the same files or not, with the same rules or not. Out: the speeches gained, lost and changed,
each with the edits that differ in its span, and for each rule the spans it gained and lost. What always holds: a speech
that is in neither list is in both corpora, word for word; a rule that is not named has the same spans in both, over the
sources that are in both and were decoded alike.

Memory: the rows of one source of each result, and what differs.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from cleaner.config import Config, as_config
from cleaner.store import manifest, tables
from cleaner.verify.result import BySource

SHOWN = 20
"""How many speeches of each kind the text names; --json names all."""
_TABLES = ("sources", "speeches", "duplicates", "rejected", "edits")
_Row = dict[str, Any]


@dataclass(slots=True)
class Changes:
    """What differs; every list is in order of source.

    Args:
        sources: counts of `same`, `only_first`, `only_second` and `changed` (decoded to another text).
        kept: number of speeches in the two corpora.
        gained, lost, changed: one entry a speech: id, title, `was` and `now` (`kept`, `absent`, or why it is not in the
            corpus), the id it yields to, and of each rule the spans [gained, lost] in its span.
        rules: of each `stage/rule` the spans and characters gained and lost.
        settings: keys whose values differ, with both.
    """

    sources: Counter[str] = field(default_factory=Counter)
    kept: list[int] = field(default_factory=lambda: [0, 0])
    gained: list[_Row] = field(default_factory=list)
    lost: list[_Row] = field(default_factory=list)
    changed: list[_Row] = field(default_factory=list)
    rules: dict[str, Counter[str]] = field(default_factory=dict)
    settings: dict[str, list[Any]] = field(default_factory=dict)


def compare(first: Path, second: Path) -> Changes:
    """Return what changed from the result `first` to the result `second`.

    Raises:
        InputError: one of them is no result of `cleaner run`.
        AuditError, SchemaError: one of them is damaged.
    """
    described = []
    for out in (first, second):
        manifest.recover(out)
        described.append(manifest.read(out))
    changes = Changes(settings=_settings(*described))
    sides = [_Side(out, as_config(one["config"])) for out, one in zip((first, second), described, strict=True)]
    for name in sorted(sides[0].names | sides[1].names, key=str.encode):
        before, after = (side.take(name) for side in sides)
        _compare_source(changes, before, after)
    changes.rules = dict(sorted(changes.rules.items()))
    return changes


class _Side:
    """One result, source by source."""

    def __init__(self, out: Path, config: Config) -> None:
        self.names = {name for part in tables.parts(out / "sources") for name in _names(part)}
        self._tables = {name: BySource(out, name, config) for name in _TABLES}

    def take(self, source: str) -> dict[str, list[_Row]]:
        """Return the rows of `source` by table; sources are asked for in order."""
        return {name: rows.take(source) for name, rows in self._tables.items()}


def _names(part: Path) -> list[str]:
    names: list[str] = pq.read_table(part, columns=["source"]).column("source").to_pylist()
    return names


def _compare_source(changes: Changes, before: dict[str, list[_Row]], after: dict[str, list[_Row]]) -> None:
    known = [{row["ordinal"]: row for row in _speeches(side)} for side in (before, after)]
    digests = [side["sources"][0]["decoded_sha256"] if side["sources"] else None for side in (before, after)]
    is_same = digests[0] == digests[1] and bool(before["sources"] and after["sources"])
    kind = "same" if is_same else "only_second" if not before["sources"] else "changed"
    changes.sources["only_first" if not after["sources"] else kind] += 1
    edits = _differing(before["edits"], after["edits"]) if is_same else []
    for sign, edit in edits:
        count = changes.rules.setdefault(f"{edit['stage']}/{edit['rule']}", Counter())
        count[f"spans_{sign}"] += 1
        count[f"characters_{sign}"] += len(edit["removed"])
    for ordinal in sorted(known[0].keys() | known[1].keys()):
        old, new = known[0].get(ordinal), known[1].get(ordinal)
        was, now = _state(old), _state(new)
        changes.kept[0] += was == "kept"
        changes.kept[1] += now == "kept"
        if "kept" not in (was, now) or (was == now and old and new and old["text"] == new["text"]):
            continue
        into = changes.changed if was == now else changes.gained if now == "kept" else changes.lost
        into.append(_entry(old, new, was, now, edits, is_same))


def _speeches(side: dict[str, list[_Row]]) -> Iterator[_Row]:
    aside = (row for row in side["rejected"] if row["ordinal"] is not None)
    return chain(side["speeches"], side["duplicates"], aside)


def _state(row: _Row | None) -> str:
    """Return `kept`, `absent`, or the reason why a speech is not in the corpus."""
    return "absent" if row is None else str(row.get("reason", "kept"))


def _entry(
    old: _Row | None, new: _Row | None, was: str, now: str, edits: list[tuple[str, _Row]], is_same: bool
) -> _Row:
    """Return the entry of one speech, with the differing edits that overlap its old or new span."""
    shown = [row for row in (old, new) if row is not None]
    rules: dict[str, list[int]] = {}
    for sign, edit in edits:
        if any(edit["start"] < max(row["end"], row["start"] + 1) and row["start"] <= edit["end"] for row in shown):
            rules.setdefault(f"{edit['stage']}/{edit['rule']}", [0, 0])[sign == "lost"] += 1
    last = shown[-1]
    return {
        "id": f"{last['source']}#{last['ordinal']}",
        "title": last.get("title"),
        "was": was,
        "now": now,
        "yields_to": (new or {}).get("kept_id") or (old or {}).get("kept_id"),
        "source": "same" if is_same else "changed or new",
        "rules": rules,
    }


def _differing(before: list[_Row], after: list[_Row]) -> list[tuple[str, _Row]]:
    """Return the edits that only one side has, in order, each with `gained` or `lost`."""
    old, new = ({tuple(edit.values()) for edit in side} for side in (before, after))
    lost = [("lost", edit) for edit in before if tuple(edit.values()) not in new]
    gained = [("gained", edit) for edit in after if tuple(edit.values()) not in old]
    return sorted(lost + gained, key=lambda item: (item[1]["start"], item[1]["end"]))


def _settings(first: dict[str, Any], second: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the keys whose values differ, and the digest of the rules and the version if they do."""
    flat = [
        {f"{section}.{key}": value for section, keys in one["config"].items() for key, value in keys.items()}
        | {
            "digests.rules": one["digests"]["rules"],
            "cleaner": one["cleaner"],
            "sample": one.get("sample"),
            "filters": one.get("filters"),
        }
        for one in (first, second)
    ]
    names = sorted(flat[0].keys() | flat[1].keys())
    return {name: [one.get(name) for one in flat] for name in names if flat[0].get(name) != flat[1].get(name)}


def as_json(changes: Changes) -> dict[str, Any]:
    """Return the changes as plain data."""
    return {
        "sources": dict(changes.sources),
        "speeches": {"before": changes.kept[0], "after": changes.kept[1]},
        "gained": changes.gained,
        "lost": changes.lost,
        "changed": changes.changed,
        "rules": {name: dict(count) for name, count in changes.rules.items()},
        "settings": changes.settings,
    }


def as_lines(changes: Changes) -> Iterator[str]:
    """Yield what a person reads: settings, speeches, rules."""
    for name, (old, new) in changes.settings.items():
        yield f"setting   {name}: {_short(old)} → {_short(new)}"
    counted = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in sorted(changes.sources.items()))
    yield f"sources   {counted or 'none'}"
    yield f"speeches  {changes.kept[0]:,} → {changes.kept[1]:,}"
    for kind, entries in (("gained", changes.gained), ("lost", changes.lost), ("changed", changes.changed)):
        yield f"  {kind:<8}{len(entries):>8,}"
        for entry in entries[:SHOWN]:
            yield f"    {entry['id']}  {entry['title'] or '(no title)'}  {_why(entry)}"
        if len(entries) > SHOWN:
            yield f"    … and {len(entries) - SHOWN:,} more: see --json"
    for name, count in changes.rules.items():
        yield (
            f"rule      {name:<40} spans +{count['spans_gained']:,} -{count['spans_lost']:,}"
            f"   characters +{count['characters_gained']:,} -{count['characters_lost']:,}"
        )


def _why(entry: _Row) -> str:
    other = entry["was"] if entry["now"] == "kept" else entry["now"]
    said = [] if entry["was"] == entry["now"] else [f"{'was' if entry['now'] == 'kept' else 'now'} {other}"]
    if entry["yields_to"]:
        said.append(f"of {entry['yields_to']}")
    said += [f"{name} +{gained} -{lost}" for name, (gained, lost) in entry["rules"].items()]
    return " ".join(said) or f"source {entry['source']}"


def _short(value: Any) -> str:
    return f"{value[:12]}…" if isinstance(value, str) and len(value) == 64 else str(value)
