"""What of earlier runs can be used again, and how is that known?

In: OUT/.work/cache, the recipe (program, rules, settings) and what lies in RAW now. Out: for a source whether its rows
are there, for a shard whether its whole folder is. What always holds: a folder stands under the recipe it was made by
and is named after the keys of its sources, in order; it counts only if its seal says that every byte is as it was
written; so what is used again is what cleaning would give, and a run that was killed leaves only what is true.
"""

import hashlib
import shutil
import sys
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path

import pyarrow as pa

import cleaner
from cleaner.config import Config
from cleaner.filters import own
from cleaner.ingest.read import Entry, key_of, read
from cleaner.store.scratch import read_rows, write_rows
from cleaner.store.tables import file_digest

_SEAL = "seal"
_ORIGINS = "origins.arrow"
_SCHEMA = pa.schema([("source", pa.string()), ("key", pa.string()), ("stamp", pa.string())])


@dataclass(frozen=True, slots=True)
class Held:
    """A source whose rows stand in a folder of the cache; without a stamp only reading tells that it is the same."""

    folder: Path
    key: str
    stamp: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """What a source of a folder was when it was read: as `Held` says."""

    source: str
    key: str
    stamp: str | None


class Cache:
    """The sealed folders of one recipe."""

    def __init__(self, root: Path, recipe: str, believes_stamps: bool) -> None:
        self.folder = root / recipe
        self._root = root
        self._believes_stamps = believes_stamps
        self._sealed: set[str] = set()
        self._held: dict[str, Held] = {}
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime_ns):
            if _is_sealed(path):
                self._sealed.add(path.name)
                for row in read_rows(path / _ORIGINS).to_pylist():
                    self._held[row["source"]] = Held(path, row["key"], row["stamp"])

    def known(self, raw: Path, entry: Entry, config: Config) -> Entry:
        """Return `entry` with its key, if that can be told without reading it."""
        if entry.reason is not None:
            return replace(entry, key=key_of(read(raw, entry, config.input)))
        held = self._held.get(entry.source)
        if self._believes_stamps and held is not None and entry.stamp is not None and held.stamp == entry.stamp:
            return replace(entry, key=held.key)
        return entry

    def held(self, entries: Iterable[Entry]) -> dict[str, Held]:
        """Return what is held of these sources, of whatever key."""
        return {entry.source: self._held[entry.source] for entry in entries if entry.source in self._held}

    def whole(self, entries: Sequence[Entry]) -> Path | None:
        """Return the folder that holds these sources as they are now and no others, or None."""
        keys = [entry.key for entry in entries if entry.key is not None]
        name = _name(keys)
        return self.folder / name if len(keys) == len(entries) and name in self._sealed else None

    def keep(self, folders: Collection[Path]) -> None:
        """Remove all folders, of whatever recipe, but these."""
        for path in list(self._root.glob("*/*")):
            if path not in folders:
                shutil.rmtree(path, ignore_errors=True)
        for path in list(self._root.iterdir()):
            with suppress(OSError):  # it is not empty: the one that stays
                path.rmdir()


def seal(draft: Path, cache: Path, origins: Sequence[Origin]) -> Path:
    """Put the folder `draft`, which has the rows of these sources in order, into `cache`; return where it stands."""
    write_rows(draft / _ORIGINS, pa.Table.from_pylist([asdict(origin) for origin in origins], _SCHEMA))
    (draft / _SEAL).write_text(_digest(draft), "utf-8")
    place = cache / _name([origin.key for origin in origins])
    shutil.rmtree(place, ignore_errors=True)
    return draft.replace(place)


def recipe(rules_digest: str, config: Config) -> str:
    """Return a digest of all but the sources that cleaning depends on: program, libraries, rules and settings."""
    digest = hashlib.blake2b(digest_size=20)
    package = Path(cleaner.__file__).parent
    for path in (*sorted(package.rglob("*.py")), *own.programs(config)):
        digest.update(f"{path}\0{file_digest(path)}\0".encode())
    versions = sorted(f"{one.name} {one.version}" for one in metadata.distributions())
    digest.update("\0".join((sys.version, *versions, rules_digest, config.for_cleaning().digest())).encode())
    return digest.hexdigest()


def _name(keys: Sequence[str]) -> str:
    return hashlib.blake2b("\0".join(keys).encode(), digest_size=20).hexdigest()


def _is_sealed(folder: Path) -> bool:
    seal = folder / _SEAL
    return seal.is_file() and seal.read_bytes() == _digest(folder).encode()


def _digest(folder: Path) -> str:
    """Return a digest of the names and bytes of the files in `folder` but the seal."""
    files = sorted(path for path in folder.iterdir() if path.name != _SEAL)
    return hashlib.sha256("\0".join(f"{path.name} {file_digest(path)}" for path in files).encode()).hexdigest()
