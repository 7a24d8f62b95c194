"""How is a shard of sources cleaned, and what of it was cleaned before?

In: the entries of a shard and where rows of an earlier run stand. Out: a folder in the cache with the rows of all of
them. What always holds: a source whose key is that of the rows held is not cleaned again, every other one is; the
folder is the one that cleaning all of them would give.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

from cleaner import rulepack
from cleaner.clean import clean_source
from cleaner.config import Config, Rules
from cleaner.errors import EngineError
from cleaner.ingest.read import Entry, hold_raw, key_of, read
from cleaner.records import Cleaned
from cleaner.store.cache import Held, Origin, seal
from cleaner.store.scratch import Shard, merged, rows_of


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to clean one shard; names only, no text.

    Args:
        draft: how the folder is called while it is written, `cache` where it goes when it is whole.
        held: what the cache holds of these sources.
        config: the settings that decide what becomes of one source (`Config.for_cleaning`).
    """

    raw: Path
    entries: tuple[Entry, ...]
    held: Mapping[str, Held]
    draft: Path
    cache: Path
    rules_digest: str
    config: Config


@dataclass(frozen=True, slots=True)
class Done:
    """The folder of a shard, and how many of its sources had been cleaned before."""

    folder: Path
    n_sources: int
    n_reused: int


def clean_shard(task: Task) -> Done:
    """Clean what is new or changed among the sources of a shard, and put it into the cache. Runs in a worker."""
    hold_raw(task.raw)
    pack = _rules(task.config.rules, task.rules_digest)
    cleaned: list[Cleaned] = []
    taken: dict[Path, set[str]] = {}
    origins: list[Origin] = []
    for entry in task.entries:
        held = task.held.get(entry.source)
        raw, key, stamp = None, entry.key, entry.stamp
        if key is None:
            raw = read(task.raw, entry, task.config.input)
            key = key_of(raw)
            stamp = stamp if raw.data is not None else None
        if held is not None and held.key == key:
            taken.setdefault(held.folder, set()).add(entry.source)
        else:
            cleaned.append(clean_source(raw or read(task.raw, entry, task.config.input), pack, task.config))
        origins.append(Origin(entry.source, key, stamp))
    parts = [(rows_of(cleaned, task.config.dedup.script), {one.source.source for one in cleaned})]
    parts += [(Shard(folder).rows(), sources) for folder, sources in taken.items()]
    draft = task.draft.with_name(f"{task.draft.name}-{uuid4().hex}")  # a task of a lost worker is done again
    Shard(draft).write(merged([entry.source for entry in task.entries], parts))
    return Done(seal(draft, task.cache, origins), len(task.entries), len(task.entries) - len(cleaned))


@cache
def _rules(rules: Rules, digest: str) -> rulepack.RulePack:
    """Return the rule packs that have `digest`; each process loads them once."""
    pack = rulepack.chosen(rules)
    if pack.digest != digest:
        raise EngineError(
            "the rule packs", "that they changed during the run", "the same packs throughout", "run again"
        )
    return pack
