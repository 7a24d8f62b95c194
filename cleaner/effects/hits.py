"""How often does each rule fire, and which rules claim the same span?

In: a folder of raw files, cleaned here without a result being written, or a finished result, whose audit says it. Out:
for each rule its spans, characters and sources, and the pairs of rules that claim one span. What always holds: a span
is counted for the rule that the audit names; a rival is a rule of the same zone that would have taken a part of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path

from cleaner import rulepack
from cleaner.chars import fold
from cleaner.clean import clean_sources
from cleaner.config import Config
from cleaner.edits import Edit
from cleaner.engines.base import Engine
from cleaner.ingest.read import Entry, read
from cleaner.ingest.unpack import all_sources
from cleaner.matching import Hit
from cleaner.pagewords import PAGE_WORDS, STAGE
from cleaner.restore import sources
from cleaner.rulepack import RulePack
from cleaner.store import manifest, schemas, tables
from cleaner.store.audit import edits_of

SHARD_SOURCES = 64
_ZONES = {"header": ("header", "footer"), "footer": ("header", "footer")}


@dataclass(slots=True)
class Hits:
    """Counts by rule id: spans, characters and sources; and by pair of ids, the first having won: spans."""

    spans: Counter[str] = field(default_factory=Counter)
    chars: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, text: str, edits: Iterable[Edit], pack: RulePack) -> None:
        """Count the edits of one decoded source."""
        known = {rule.id for rule in pack.rules}
        seen: set[str] = set()
        for edit in edits:
            start = text.rfind("\n", 0, edit.start) + 1
            end = text.find("\n", edit.start)
            line = fold(text[start : end if end >= 0 else len(text)].rstrip("\r"))
            if edit.rule == PAGE_WORDS.id:
                names = sorted({hit.rule.id for hit in pack.stage(STAGE).rivals(line)})
            elif edit.rule in known:
                names = [edit.rule]
                rivals = pack.stage(*_ZONES.get(edit.stage, (edit.stage,))).rivals(line)
                at = (edit.start - start, edit.end - start)
                self.pairs.update(
                    {(edit.rule, hit.rule.id) for hit in rivals if hit.rule.id != edit.rule and _overlap(hit, at)}
                )
            else:
                continue
            seen.update(names)
            self.spans.update(names)
            self.chars.update(dict.fromkeys(names, edit.end - edit.start))
        self.sources.update(seen)

    def merge(self, other: "Hits") -> None:
        """Add the counts of other sources."""
        self.spans.update(other.spans)
        self.chars.update(other.chars)
        self.sources.update(other.sources)
        self.pairs.update(other.pairs)


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to clean and count some sources."""

    raw: Path
    entries: tuple[Entry, ...]
    config: Config


def count(corpus: Path, config: Config, engine: Engine) -> tuple[Hits, RulePack]:
    """Return the hits of the rules in `corpus`, a folder of raw files or a finished result, and those rules.

    Raises:
        InputError: `corpus` is neither.
        RuleError: the packs do not load.
    """
    pack, hits = rulepack.chosen(config.rules), Hits()
    if (corpus / manifest.MANIFEST).is_file():
        manifest.recover(corpus)
        for text, edits in _audited(corpus):
            hits.add(text, edits, pack)
        return hits, pack
    with all_sources(corpus, config.input) as entries:
        shards = tables.shards(entries, SHARD_SOURCES)
        for found in engine.map(_cleaned, [Task(corpus, tuple(shard), config) for shard in shards]):
            hits.merge(found)
    return hits, pack


def _audited(out: Path) -> Iterator[tuple[str, list[Edit]]]:
    """Yield each decoded source of a result with its edits."""
    rows = groupby(tables.read_rows(out / "edits", schemas.EDITS.schema), key=lambda row: row["source"])
    edits = {source: edits_of(list(own)) for source, own in rows}
    for source, text in sources(out):
        yield text, edits.get(source, [])


def _cleaned(task: Task) -> Hits:
    """Return the hits in the sources of a task. Runs in a worker."""
    pack, hits = _pack(task.config), Hits()
    raws = (read(task.raw, entry, task.config.input) for entry in task.entries)
    for cleaned in clean_sources(raws, pack, task.config):
        if cleaned.decoded is not None:
            hits.add(cleaned.decoded, cleaned.edits, pack)
    return hits


@cache
def _pack(config: Config) -> RulePack:
    return rulepack.chosen(config.rules)


def _overlap(hit: Hit, at: tuple[int, int]) -> bool:
    return hit.start < at[1] and at[0] < hit.end
