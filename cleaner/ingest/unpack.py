"""Which sources does a container hold?

In: an archive or a table of RAW. Out: an `Entry` for each thing in it, and one file, the spool, with their bytes one
after another. What always holds: no name of a member becomes the name of a file; memory is one source and the list of
names, whatever the size; a thing that cannot be read is an entry with a reason and costs nothing else; the entries
depend on the container and the limits alone.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO

from cleaner.config import Input
from cleaner.errors import ReadError
from cleaner.ingest.archives import Member, members
from cleaner.ingest.compressed import Budget, faults, opened, read_whole
from cleaner.ingest.formats import CONTAINERS, READ_FROM_END, Format, format_of, formats_read
from cleaner.ingest.names import inside, safe
from cleaner.ingest.read import Entry, hold_raw, key_of, listing, open_entry
from cleaner.ingest.tables import cells
from cleaner.records import Raw


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to unpack one container."""

    raw: Path
    entry: Entry
    spool: Path
    limits: Input


def unpacked(
    raw: Path,
    entries: Sequence[Entry],
    spools: Path,
    limits: Input,
    map: Callable[[Callable[[Task], list[Entry]], Sequence[Task]], Iterable[list[Entry]]],
) -> list[Entry]:
    """Return the entries with those in each container instead of it, in byte order of the sources.

    Args:
        spools: a folder for the bytes, which must stay until the entries are read.
        map: runs a function over tasks, in order; an engine's, or the built-in one.
    """
    containers = [entry for entry in entries if entry.kind in CONTAINERS and entry.reason is None]
    others = [entry for entry in entries if entry.kind not in CONTAINERS or entry.reason is not None]
    tasks = [Task(raw, entry, spools.absolute() / f"{i:06d}", limits) for i, entry in enumerate(containers)]
    return sorted(chain(others, *map(unpack, tasks)), key=lambda entry: entry.source.encode())


@contextmanager
def all_sources(raw: Path, limits: Input) -> Iterator[list[Entry]]:
    """Give every source below `raw`, those in containers too, as long as the block lasts.

    Raises:
        InputError: `raw` is not a folder that can be listed.
    """
    with tempfile.TemporaryDirectory() as spools:
        yield unpacked(raw, listing(raw), Path(spools), limits, map)


def unpack(task: Task) -> list[Entry]:
    """Return the entries of a container, their bytes in `task.spool`. Runs in a worker."""
    hold_raw(task.raw)
    task.spool.parent.mkdir(parents=True, exist_ok=True)
    with open(task.spool, "wb") as spool:
        found = _Unpacker(spool, task)
        try:
            with open_entry(task.raw, task.entry) as file:
                size = file.seek(0, 2)
                file.seek(0)
                found.budget = Budget(size, task.limits.max_ratio)
                return list(found.container(task.entry.source, file, format_of(task.entry.path), size, 1))
        except ReadError as error:
            return [Entry(task.entry.source, error.reason, error.detail)]


class _Unpacker:
    """One container being unpacked: where its bytes go and what is left of its budget."""

    budget: Budget

    def __init__(self, spool: IO[bytes], task: Task) -> None:
        self.spool, self.task, self.limits = spool, task, task.limits
        self.n_entries = 0

    def container(self, source: str, file: IO[bytes], form: Format, size: int, depth: int) -> Iterator[Entry]:
        """Yield the entries of the container in `file`; at least one, that of the container itself if it is empty."""
        n_before = self.n_entries
        try:
            if depth > self.limits.max_depth:
                raise ReadError("nested-too-deep", f"{depth} deep; input.max_depth is {self.limits.max_depth}")
            stream = opened(file, form.compression, self.budget)
            with self._at_random(stream, form, depth) as readable:
                yield from (self._table if form.kind == "table" else self._archive)(source, readable, form, depth)
            if self.n_entries == n_before:
                raise ReadError("empty", "nothing is in it")
        except ReadError as error:
            self.n_entries += 1
            yield Entry(source, error.reason, error.detail, size=size)

    def _archive(self, source: str, file: IO[bytes], form: Format, depth: int) -> Iterator[Entry]:
        seen = Counter[str]()
        for member in members(file, form.suffix, self.budget):
            if member.name is None:
                raise ReadError(member.reason or "broken-archive", member.detail)
            name = safe(member.name)
            seen[name] += 1
            form = format_of(member.name)
            yield from self._member(inside(source, name, seen[name]), form, member, seen[name], depth)
            self._hold()

    def _table(self, source: str, file: IO[bytes], form: Format, depth: int) -> Iterator[Entry]:
        for cell in cells(file, form.suffix, self.limits.text, self.limits.max_bytes):
            name = inside(source, str(cell.row))
            data = None if cell.text is None else cell.text.encode()
            self.n_entries += 1
            if data is None:
                yield Entry(name, cell.reason, cell.detail)
            elif len(data) > self.limits.max_bytes:
                yield Entry(name, "too-large", f"over {self.limits.max_bytes} bytes, which is input.max_bytes")
            else:
                self.budget.spend(len(data))
                yield self.add(name, "cell", data)
            self._hold()

    def _hold(self) -> None:
        """Hold what was taken so far against the limits of the whole file.

        Raises:
            ReadError: reason `too-many-members` or `archive-bomb`.
        """
        if self.n_entries > self.limits.max_members:
            raise ReadError("too-many-members", f"input.max_members is {self.limits.max_members}")
        self.budget.spend(0)

    def _member(self, source: str, form: Format, member: Member, nth: int, depth: int) -> Iterator[Entry]:
        if member.stream is not None and nth == 1 and form.kind in CONTAINERS:
            yield from self.container(source, member.stream, form, member.size_bytes, depth + 1)
            return
        self.n_entries += 1
        try:
            if member.stream is None:
                raise ReadError(member.reason or "broken-archive", member.detail)
            if nth > 1:
                raise ReadError("duplicate-member", "a member of this name stands before it")
            if form.kind is None:
                raise ReadError("unsupported-format", f"formats read: {formats_read()}")
            data = read_whole(opened(member.stream, form.compression, self.budget), self.limits.max_bytes)
        except ReadError as error:
            yield Entry(source, error.reason, error.detail, size=member.size_bytes)
        else:
            yield self.add(source, form.kind, data)

    def add(self, source: str, kind: str, data: bytes) -> Entry:
        """Return the entry of a source whose bytes are put into the spool."""
        place = self.spool.tell()
        self.spool.write(data)
        key = key_of(Raw(source, data, len(data), kind=kind))
        return Entry(source, kind=kind, path=str(self.task.spool), offset=place, size=len(data), key=key)

    @contextmanager
    def _at_random(self, stream: IO[bytes], form: Format, depth: int) -> Iterator[IO[bytes]]:
        """Give a stream that can be read from its end, where the format wants that: a nameless file by the spool."""
        if form.suffix not in READ_FROM_END or (depth == 1 and not form.compression):
            yield stream
            return
        with tempfile.TemporaryFile(dir=self.task.spool.parent) as file:
            with faults():
                shutil.copyfileobj(stream, file)
            file.seek(0)
            yield file
