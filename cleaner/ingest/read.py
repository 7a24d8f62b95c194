"""Which sources does a folder hold, and what are their bytes?

In: RAW. Out: an `Entry` for everything in it, in byte order, and for one entry its bytes or the reason why there are
none. What always holds: whatever lies in a folder of RAW is an entry; nothing outside RAW is read; no entry can make
the walk loop or stop.
"""

import errno
import hashlib
import os
import socket
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cleaner.config import Input
from cleaner.errors import InputError, ReadError
from cleaner.ingest.compressed import Budget, opened, read_whole
from cleaner.ingest.formats import format_of, formats_read
from cleaner.ingest.names import escaped, printable
from cleaner.records import Raw

_REASON_BY_ERRNO = {
    errno.EACCES: "no-permission",
    errno.EPERM: "no-permission",
    errno.ENOENT: "vanished",
    errno.ELOOP: "symlink-loop",
}


SETTLED_SECONDS = 2
"""A file touched later than this before it is listed has no stamp. Source: FAT, the coarsest clock of file systems in
use, counts in steps of two seconds."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing in RAW and where its bytes are, or why it is no source.

    Args:
        source: its name, see `names`.
        kind: what reads it, see `formats`.
        path: of the file with its bytes; a relative one is below RAW.
        offset: where they begin in a spool; None for a file of its own.
        size: how many there are, as far as is known without reading.
        stamp: what the file system says of a file (size, mtime_ns, ctime_ns, inode); None if the file is so young that
            it could change once more without a change of its stamp.
        key: see `key_of`; None as long as nobody has read it.
    """

    source: str
    reason: str | None = None
    detail: str = ""
    kind: str = "text"
    path: str = ""
    offset: int | None = None
    size: int = 0
    stamp: str | None = None
    key: str | None = None


def listing(raw: Path) -> list[Entry]:
    """Return everything below `raw` that is not a plain folder, in byte order of the names.

    Raises:
        InputError: `raw` is not a folder that can be listed.
    """
    if not os.path.isdir(raw):
        found = "a file" if os.path.lexists(raw) else "nothing"
        raise InputError(raw, f"{found} at RAW", "a folder of raw files", "give the folder that holds the files")
    try:
        os.listdir(raw)
    except OSError as error:
        raise InputError(
            raw, str(error.strerror), "a folder that may be listed", "give another or its permission"
        ) from None
    settled = time.time_ns() - SETTLED_SECONDS * 10**9
    return sorted(_walk(os.path.realpath(raw), settled), key=lambda entry: entry.source.encode())


def hold_raw(raw: Path) -> None:
    """Hold RAW against what this process sees: a worker elsewhere without it would find that every file has vanished.

    Raises:
        InputError: there is no such folder here.
    """
    if not raw.is_dir():
        raise InputError(raw, f"nothing on {socket.gethostname()}", "RAW", "share it with all workers")


def read(raw: Path, entry: Entry, limits: Input) -> Raw:
    """Return the bytes of `entry`, decompressed, or a `Raw` without bytes that says why."""
    if entry.reason is not None:
        return Raw(entry.source, None, entry.size, entry.reason, entry.detail)
    size = 0 if entry.offset is None else entry.size
    try:
        with open_entry(raw, entry) as file:
            if entry.offset is not None:
                file.seek(entry.offset)
                data = file.read(size)
            else:
                size = os.fstat(file.fileno()).st_size
                compression = format_of(entry.path).compression
                data = read_whole(opened(file, compression, Budget(size, limits.max_ratio)), limits.max_bytes)
    except ReadError as error:
        return Raw(entry.source, None, size, error.reason, error.detail)
    return Raw(entry.source, data, len(data), kind=entry.kind)


def key_of(raw: Raw) -> str:
    """Return a digest of all that cleaning sees of a source: its name, its kind, its bytes or why there are none."""
    given = (raw.source, raw.kind) if raw.data is not None else (raw.source, raw.reason, raw.detail, raw.size_bytes)
    digest = hashlib.blake2b(repr(given).encode(), digest_size=20)
    digest.update(raw.data or b"")
    return digest.hexdigest()


def open_entry(raw: Path, entry: Entry) -> BinaryIO:
    """Return the file with the bytes of `entry`.

    Raises:
        ReadError: it cannot be opened.
    """
    try:
        return open(os.path.join(raw, entry.path), "rb")
    except OSError as error:
        raise ReadError(_reason(error), str(error.strerror)) from None


def _reason(error: OSError) -> str:
    return _REASON_BY_ERRNO.get(error.errno or 0, "unreadable")


def _walk(root: str, settled: int) -> Iterator[Entry]:
    """Yield the entries under `root`; `settled` is the latest time, in ns, of a file with a stamp."""
    folders = [""]
    while folders:
        below = folders.pop()
        try:
            with os.scandir(os.path.join(root, below)) as found:
                children = list(found)
        except OSError as error:
            yield Entry(_named(below), _reason(error), f"a folder that cannot be listed: {error.strerror}")
            continue
        for child in children:
            name = f"{below}/{child.name}" if below else child.name
            entry = _judged(root, name, child, settled)
            if entry is None:
                folders.append(name)
            else:
                yield entry


def _judged(root: str, name: str, child: "os.DirEntry[str]", settled: int) -> Entry | None:
    """Return the entry, or None for a folder to enter."""
    source = _named(name)
    if source != escaped(name):
        return Entry(source, "name-not-utf8", "the name is not UTF-8")
    try:
        if child.is_symlink():
            target = os.path.realpath(os.path.join(root, name), strict=True)
            if os.path.commonpath([root, target]) != root:
                return Entry(source, "symlink-outside", "a link that leads out of RAW")
            if os.path.isdir(target):
                return Entry(source, "symlink-to-folder", "the folder it leads to is read at its own place")
        found = child.stat()
    except OSError as error:
        return Entry(source, _reason(error), str(error.strerror))
    if stat.S_ISDIR(found.st_mode):
        return None
    if not stat.S_ISREG(found.st_mode):
        return Entry(source, "special-file", "not a regular file")
    kind = format_of(name).kind
    if kind is None:
        return Entry(source, "unsupported-format", f"formats read: {formats_read()}")
    stamp = f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"
    young = max(found.st_mtime_ns, found.st_ctime_ns) > settled
    return Entry(source, kind=kind, path=name, size=found.st_size, stamp=None if young else stamp)


def _named(name: str) -> str:
    return escaped(printable(os.fsencode(name)))
