"""What does a change of the rules do to a corpus?

In: two versions of the packs and a folder of raw files. Out: the stretches that only one of them removes, with the rule
that does, and what stands round them. What always holds: both versions clean every source whole, so an effect that
reaches beyond the rule that changed is seen; a stretch that both remove is no change, whatever rules name it.

A version is `shipped`, a folder of packs that stands for itself, or a learned file, read after the shipped packs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from cleaner import rulepack
from cleaner.clean import clean_sources
from cleaner.config import Config
from cleaner.edits import Edit
from cleaner.engines.base import Engine
from cleaner.errors import InputError
from cleaner.ingest.read import Entry, read
from cleaner.ingest.unpack import all_sources
from cleaner.rulepack import RulePack
from cleaner.store import tables

SHARD_SOURCES = 64
CONTEXT_CHARS = 12
SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch [start, end) of a decoded source that only one version removes (`gained`: the new one)."""

    gained: bool
    source: str
    start: int
    end: int
    stage: str
    rule: str
    removed: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to compare two versions on some sources."""

    raw: Path
    entries: tuple[Entry, ...]
    old: str
    new: str
    config: Config


def load(version: str) -> RulePack:
    """Return the rules of a version.

    Raises:
        InputError: it is neither `shipped` nor a folder nor a file.
        RuleError: its packs do not load.
    """
    if version == SHIPPED:
        return rulepack.load([rulepack.shipped()])
    path = Path(version)
    if path.is_dir():
        return rulepack.load([path])
    if path.is_file():
        return rulepack.load([rulepack.shipped()], learned=[path])
    raise InputError(version, "no such packs", "`shipped`, a folder of packs or a learned file", "give one of them")


def compare(old: str, new: str, raw: Path, config: Config, engine: Engine) -> Iterator[Change]:
    """Yield what only one of two versions removes from the files below `raw`, by source and place.

    Raises:
        InputError: `raw` or a version is not there.
        RuleError: a version does not load.
    """
    if load(old).digest == load(new).digest:
        return
    with all_sources(raw, config.input) as entries:
        shards = tables.shards(entries, SHARD_SOURCES)
        tasks = [Task(raw, tuple(shard), old, new, config) for shard in shards]
        yield from chain.from_iterable(engine.map(_compared, tasks))


def changes(source: str, text: str, old: Sequence[Edit], new: Sequence[Edit]) -> Iterator[Change]:
    """Yield what only one of two lists of edits (sorted, disjoint) removes from a source, in order."""
    found = [*_pieces(old, new, gained=False), *_pieces(new, old, gained=True)]
    for gained, start, end, edit in sorted(found, key=lambda piece: (piece[1], piece[0])):
        if text[start:end].strip():
            before, after = text[max(0, start - CONTEXT_CHARS) : start], text[end : end + CONTEXT_CHARS]
            yield Change(gained, source, start, end, edit.stage, edit.rule, text[start:end], before, after)


def _pieces(own: Sequence[Edit], other: Sequence[Edit], gained: bool) -> Iterator[tuple[bool, int, int, Edit]]:
    """Yield the stretches of `own` that `other` leaves: (gained, start, end, the edit of `own`)."""
    first = 0
    for edit in own:
        at = edit.start
        while first < len(other) and other[first].end <= at:
            first += 1
        for rival in other[first:]:
            if rival.start >= edit.end:
                break
            if at < rival.start:
                yield gained, at, rival.start, edit
            at = max(at, rival.end)
        if at < edit.end:
            yield gained, at, edit.end, edit


def _compared(task: Task) -> list[Change]:
    """Return the changes in the sources of a task. Runs in a worker."""
    found: list[Change] = []
    versions = (
        clean_sources((read(task.raw, entry, task.config.input) for entry in task.entries), _load(version), task.config)
        for version in (task.old, task.new)
    )
    for entry, old, new in zip(task.entries, *versions, strict=True):
        if old.decoded is not None:
            found += changes(entry.source, old.decoded, old.edits, new.edits)
    return found


@cache
def _load(version: str) -> RulePack:
    return load(version)
