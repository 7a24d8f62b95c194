"""What of earlier runs can be used again, and how is that known?

In: OUT/.work/cache, the recipe (program, rules, settings) and what lies in RAW now. Out: for a source its key and
whether its rows are there; for all sources the shards, wherever their rows lie. What always holds: a folder stands
under the recipe it was made by; it counts only if its seal says that every byte is as it was written; rows are used for
a source only if its key is theirs; so what is used again is what cleaning would give, and a run that was killed leaves
only what is true.

New rows lie apart and nothing known is copied, until a shard lies in many folders or in one most of whose rows nobody
uses: such a shard is scattered, and gathered into a folder of its own.
"""

import hashlib
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from itertools import accumulate, compress, pairwise
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import cleaner
from cleaner.config import Config
from cleaner.filters import own
from cleaner.ingest.read import Entry, key_of, read
from cleaner.store.scratch import Rows, Shard, Slice, read_rows, write_folder
from cleaner.store.tables import file_digest

FEW_FOLDERS, FEW_SOURCES = 8, 16
"""A shard that lies in more folders than the first and finds in each fewer sources than the second is gathered. With a
hundredth new in each run that is after some twelve runs, and costs less than the runs' look-ups by then."""

_SEAL = "seal"
_STAMPS = "stamps"
_ORIGINS = "origins"
_COUNTED = ("sources", "speeches", "edits", "rejected")
"""The tables of a folder that say whose a row is; `forms` has a row for each of `speeches`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a source was when it was read; without a stamp only reading tells that it is the same."""

    source: str
    key: str
    stamp: str | None


class Cache:
    """The sealed folders of one recipe, and the stamps of the files that the last run saw."""

    def __init__(self, root: Path, recipe: str, believes_stamps: bool) -> None:
        self._root = root.resolve()
        self.folder = self._root / recipe
        self._folders: list[Path] = []
        self._ends: list[NDArray[np.int64]] = []
        self._held: dict[str, tuple[str, int]] = {}
        self._seen: dict[str, Origin] = {}
        self._n_sources = 0
        self.folder.mkdir(parents=True, exist_ok=True)
        found = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        with ThreadPoolExecutor() as pool:
            are_sealed = list(pool.map(_is_sealed, found))
        for path in compress(found, are_sealed):
            if path.name != _STAMPS:
                self.add(path)
            elif believes_stamps:
                columns = [column.to_pylist() for column in read_rows(path / f"{_STAMPS}.arrow").columns]
                self._seen = {one[0]: Origin(*one) for one in zip(*columns, strict=True)}

    def add(self, folder: Path) -> None:
        """Take in a folder that `seal` made; a source that stood in another is found in this one from now on."""
        origins = read_rows(folder / f"{_ORIGINS}.arrow")
        named = zip(origins["source"].to_pylist(), origins["key"].to_pylist(), strict=True)
        self._held |= {source: (key, i) for i, (source, key) in enumerate(named, start=self._n_sources)}
        self._ends.append(np.column_stack([origins[name].to_numpy() for name in _COUNTED]))
        self._folders.append(folder)
        self._n_sources += len(origins)

    def origin(self, raw: Path, entry: Entry, config: Config) -> Origin | None:
        """Return what `entry` is, if that can be told without reading it."""
        if entry.reason is not None:
            return Origin(entry.source, key_of(read(raw, entry, config.input)), None)
        if entry.key is not None:
            return Origin(entry.source, entry.key, None)
        seen = self._seen.get(entry.source)
        return seen if seen is not None and seen.stamp == entry.stamp else None

    def holds(self, origin: Origin) -> bool:
        """Say whether the rows of this source are here."""
        return self._held.get(origin.source, ("", 0))[0] == origin.key

    def keys(self, sources: Iterable[str]) -> dict[str, str]:
        """Return the keys of those of these sources of which rows are here."""
        return {source: self._held[source][0] for source in sources if source in self._held}

    def remember(self, origins: Iterable[Origin], drafts: Path) -> None:
        """Write down the stamps of all files of RAW."""
        seen = [one for one in origins if one.stamp is not None]
        columns = {name: _strings([getattr(one, name) for one in seen]) for name in Origin.__slots__}
        draft = drafts / uuid4().hex
        write_folder(draft, {_STAMPS: pa.table(columns)})
        _seal(draft, self.folder / _STAMPS)

    def shards(self, runs: Sequence[Sequence[str]]) -> list[Shard]:
        """Return runs of sources, the rows of all of which are here, as shards."""
        if not runs:
            return []
        sizes = [len(ends) for ends in self._ends]
        ends = np.concatenate(self._ends)
        begins = np.roll(ends, 1, axis=0)
        begins[np.cumsum(sizes) - sizes] = 0
        folder_of = np.repeat(np.arange(len(sizes)), sizes)
        at = np.array([self._held[source][1] for run in runs for source in run], np.int64)
        cuts = list(accumulate(map(len, runs)))
        goes_on = (np.diff(at) == 1) & (np.diff(folder_of[at]) == 0)
        firsts = np.union1d(np.flatnonzero(~goes_on) + 1, [0, *cuts[:-1]])
        slices: list[list[Slice]] = [[] for _ in runs]
        shard_of = np.searchsorted(cuts, firsts, side="right").tolist()
        for shard, (first, end) in zip(shard_of, pairwise([*firsts.tolist(), len(at)]), strict=True):
            spans = zip(begins[at[first]].tolist(), ends[at[end - 1]].tolist(), strict=True)
            rows = dict(zip(_COUNTED, spans, strict=True))
            slices[shard].append(Slice(self._folders[folder_of[at[first]]], rows | {"forms": rows["speeches"]}))
        return [Shard(tuple(one)) for one in slices]

    def scattered(self, shards: Sequence[Shard]) -> list[int]:
        """Return which of these shards, all there are, are to be gathered each into a folder of its own."""
        used = Counter[Path]()
        for shard in shards:
            for one in shard.slices:
                used[one.folder] += one.n_rows("sources")
        thin = {path for path, ends in zip(self._folders, self._ends, strict=True) if 0 < 2 * used[path] < len(ends)}
        folders = [{one.folder for one in shard.slices} for shard in shards]
        most = [max(FEW_FOLDERS, shard.n_rows("sources") // FEW_SOURCES) for shard in shards]
        return [i for i, own in enumerate(folders) if len(own) > most[i] or not own.isdisjoint(thin)]

    def keep(self, shards: Iterable[Shard]) -> None:
        """Remove all folders, of whatever recipe, but those that these shards lie in."""
        used = {one.folder for shard in shards for one in shard.slices}
        if used:
            used.add(self.folder / _STAMPS)
        for path in list(self._root.glob("*/*")):
            if path not in used:
                shutil.rmtree(path, ignore_errors=True)
        for path in list(self._root.iterdir()):
            with suppress(OSError):  # it is not empty: the one that stays
                path.rmdir()


def seal(rows: Rows, keys: Mapping[str, str], drafts: Path, cache: Path) -> Path:
    """Put the rows of these sources, in order, as a folder into `cache`; return where it stands.

    Args:
        keys: of the sources.
        drafts: where it is written; a task of a lost worker is done again, so each try has a name of its own.
    """
    ends = [_ends(rows[name], keys) for name in _COUNTED]
    columns = dict(zip(_COUNTED, ends, strict=True))
    origins = pa.table({"source": _strings(list(keys)), "key": _strings(list(keys.values())), **columns})
    draft = drafts / uuid4().hex
    write_folder(draft, {**rows, _ORIGINS: origins})
    return _seal(draft, cache / hashlib.blake2b("\0".join(keys.values()).encode(), digest_size=20).hexdigest())


def _ends(table: pa.Table, sources: Iterable[str]) -> NDArray[np.int64]:
    """Return for each of the sources the row behind its last."""
    counts = Counter(table["source"].to_pylist())
    return np.cumsum([counts[source] for source in sources], dtype=np.int64)


def _strings(values: list[str]) -> pa.Array:
    return pa.array(values, pa.string())


def recipe(rules_digest: str, config: Config) -> str:
    """Return a digest of all but the sources that cleaning depends on: program, libraries, rules and settings."""
    digest = hashlib.blake2b(digest_size=20)
    package = Path(cleaner.__file__).parent
    for path in (*sorted(package.rglob("*.py")), *own.programs(config)):
        digest.update(f"{path}\0{file_digest(path)}\0".encode())
    versions = sorted(f"{one.name} {one.version}" for one in metadata.distributions())
    digest.update("\0".join((sys.version, *versions, rules_digest, config.for_cleaning().digest())).encode())
    return digest.hexdigest()


def _seal(draft: Path, place: Path) -> Path:
    (draft / _SEAL).write_text(_digest(draft), "utf-8")
    shutil.rmtree(place, ignore_errors=True)
    return draft.replace(place)


def _is_sealed(folder: Path) -> bool:
    seal = folder / _SEAL
    return seal.is_file() and seal.read_bytes() == _digest(folder).encode()


def _digest(folder: Path) -> str:
    """Return a digest of the names and bytes of the files in `folder` but the seal."""
    files = sorted(path for path in folder.iterdir() if path.name != _SEAL)
    return hashlib.sha256("\0".join(f"{path.name} {file_digest(path)}" for path in files).encode()).hexdigest()
