"""How is a shard of sources cleaned, and how is one gathered?

In: entries of which no rows are known to be there, or a shard whose rows lie in many folders. Out: a folder in the
cache. What always holds: a source whose key is that of the rows held is not cleaned again, every other one is; the
folder is the one that cleaning its sources would give.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cleaner import rulepack
from cleaner.clean import clean_sources
from cleaner.config import Config, Rules
from cleaner.errors import EngineError
from cleaner.ingest.read import Entry, hold_raw, key_of, read
from cleaner.records import Raw
from cleaner.store.cache import Origin, seal
from cleaner.store.scratch import Shard, rows_of


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to clean some sources; names only, no text.

    Args:
        held: the keys of those of these sources of which the cache holds rows.
        drafts: where a folder is written, `cache` where it goes when it is whole.
        config: the settings that decide what becomes of one source (`Config.for_cleaning`).
    """

    raw: Path
    entries: tuple[Entry, ...]
    held: Mapping[str, str]
    drafts: Path
    cache: Path
    rules_digest: str
    config: Config


@dataclass(frozen=True, slots=True)
class Done:
    """What the sources of a task were, how many of them were cleaned, and into which folder; None if none was."""

    origins: tuple[Origin, ...]
    n_cleaned: int
    folder: Path | None


@dataclass(frozen=True, slots=True)
class Gathering:
    """What a worker needs to gather a shard; `keys` are of its sources, in order."""

    shard: Shard
    keys: Mapping[str, str]
    drafts: Path
    cache: Path


def clean_shard(task: Task) -> Done:
    """Read sources, clean those of which no rows are held, and put these into the cache. Runs in a worker."""
    hold_raw(task.raw)
    pack = _rules(task.config.rules, task.rules_digest)
    origins: list[Origin] = []
    keys: dict[str, str] = {}

    def unknown() -> Iterator[Raw]:
        for entry in task.entries:
            raw = read(task.raw, entry, task.config.input)
            key = key_of(raw)
            origins.append(Origin(entry.source, key, entry.stamp if raw.data is not None else None))
            if task.held.get(entry.source) != key:
                keys[raw.source] = key
                yield raw

    cleaned = list(clean_sources(unknown(), pack, task.config))
    if not cleaned:
        return Done(tuple(origins), 0, None)
    rows = rows_of(cleaned, task.config.dedup.script)
    return Done(tuple(origins), len(cleaned), seal(rows, keys, task.drafts, task.cache))


def gather_shard(task: Gathering) -> Path:
    """Put the rows of a shard into one folder of the cache. Runs in a worker."""
    return seal(task.shard.rows(), task.keys, task.drafts, task.cache)


@cache
def _rules(rules: Rules, digest: str) -> rulepack.RulePack:
    """Return the rule packs that have `digest`; each process loads them once."""
    pack = rulepack.chosen(rules)
    if pack.digest != digest:
        raise EngineError(
            "the rule packs", "that they changed during the run", "the same packs throughout", "run again"
        )
    return pack
