"""Which sources does a folder hold, and what are their bytes?

In: RAW. Out: an `Entry` for everything in it, in byte order, and for one entry its bytes or the reason why there are
none. What always holds: whatever lies in a folder of RAW is an entry; nothing outside RAW is read; no entry can make
the walk loop or stop.
"""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cleaner.errors import InputError
from cleaner.ingest.formats import KIND_BY_SUFFIX, format_of
from cleaner.records import Raw

NOT_UTF8 = " (not UTF-8)"
"""Stands behind the escaped name of such an entry, so that no name in UTF-8 can be the same source."""

_REASON_BY_ERRNO = {
    errno.EACCES: "no-permission",
    errno.EPERM: "no-permission",
    errno.ENOENT: "vanished",
    errno.ELOOP: "symlink-loop",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in RAW: its name below RAW, and why it is no source if it is none."""

    source: str
    reason: str | None = None
    detail: str = ""


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
    return sorted(_walk(os.path.realpath(raw), ""), key=lambda entry: entry.source.encode())


def read(raw: Path, entry: Entry, max_bytes: int) -> Raw:
    """Return the bytes of `entry`, or a `Raw` without bytes that says why."""
    if entry.reason is not None:
        return Raw(entry.source, None, 0, entry.reason, entry.detail)
    size = 0
    try:
        with open(raw / entry.source, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            data = file.read(max_bytes + 1) if size <= max_bytes else None
    except OSError as error:
        return Raw(entry.source, None, size, _reason(error), str(error.strerror))
    if data is None or len(data) > max_bytes:
        return Raw(entry.source, None, size, "too-large", f"{size} bytes; input.max_bytes is {max_bytes}")
    return Raw(entry.source, data, len(data))


def _reason(error: OSError) -> str:
    return _REASON_BY_ERRNO.get(error.errno or 0, "unreadable")


def _printable(name: str) -> str:
    data = name.encode("utf-8", "surrogateescape")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace") + NOT_UTF8


def _walk(root: str, below: str) -> Iterator[Entry]:
    """Yield the entries under `root`/`below`."""
    try:
        with os.scandir(os.path.join(root, below)) as found:
            children = list(found)
    except OSError as error:
        yield Entry(_printable(below), _reason(error), f"a folder that cannot be listed: {error.strerror}")
        return
    for child in children:
        name = f"{below}/{child.name}" if below else child.name
        entry = _judged(root, name, child)
        if entry is None:
            yield from _walk(root, name)
        else:
            yield entry


def _judged(root: str, name: str, child: "os.DirEntry[str]") -> Entry | None:
    """Return the entry, or None for a folder to enter."""
    if _printable(name) != name:
        return Entry(_printable(name), "name-not-utf8", "the name is not UTF-8")
    try:
        if child.is_symlink():
            target = os.path.realpath(os.path.join(root, name), strict=True)
            if os.path.commonpath([root, target]) != root:
                return Entry(name, "symlink-outside", "a link that leads out of RAW")
            if os.path.isdir(target):
                return Entry(name, "symlink-to-folder", "the folder it leads to is read at its own place")
        mode = child.stat().st_mode
    except OSError as error:
        return Entry(name, _reason(error), str(error.strerror))
    if stat.S_ISDIR(mode):
        return None
    if not stat.S_ISREG(mode):
        return Entry(name, "special-file", "not a regular file")
    if format_of(name).kind is None:
        return Entry(name, "unsupported-format", f"formats read: {' '.join(KIND_BY_SUFFIX)}")
    return Entry(name)
