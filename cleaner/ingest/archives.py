"""Which members does an archive hold?

In: a stream of a `.zip` or `.tar`. Out: its members in the order they stand, each with a stream to read before the
next is asked for, or with the reason why there is none. What always holds: no member is written anywhere; a broken
member costs only itself; what cannot be read is a member with a reason or, at the end, one nameless member that says
what is wrong with the archive.
"""

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO

from cleaner.errors import ReadError
from cleaner.ingest.compressed import Budget, Expanded, faults
from cleaner.ingest.names import leads_outside, member_name, printable

MAX_HEADER_BYTES = 1 << 20
"""Longest extended header of a tar: it holds a name."""
MAX_OCTAL_BYTES = 1 << 33
"""The largest member that an octal field of a header can tell; larger ones are told otherwise, and hardly exist."""
MAX_BROKEN_BLOCKS = 1 << 16
"""So many blocks (32 MB) without a header are passed over in search of the next member of a broken tar."""
_ENCRYPTED, _UTF8 = 0x1, 0x800
"""Bits of a zip member's flags. Source: PKWARE APPNOTE 4.4.4."""


@dataclass(frozen=True, slots=True)
class Member:
    """Something in an archive; a name of None is the archive itself, and `reason` says what is wrong with it."""

    name: str | None
    size_bytes: int
    stream: IO[bytes] | None
    reason: str | None = None
    detail: str = ""


def members(file: IO[bytes], suffix: str, budget: Budget) -> Iterator[Member]:
    """Yield the members of an archive; `file` of a zip is one that can seek."""
    try:
        yield from _READERS[suffix](file, budget)
    except ReadError as error:
        yield Member(None, 0, None, error.reason, error.detail)


def _zip(file: IO[bytes], budget: Budget) -> Iterator[Member]:
    try:
        with faults():
            archive = zipfile.ZipFile(file)
    except ReadError as error:
        if isinstance(error.__context__, UnicodeDecodeError):  # zipfile reads none of the names then
            raise ReadError("name-not-utf8", "a member's name that its flag calls UTF-8, and is not") from None
        file.seek(0)
        if file.read(4) == b"PK\x03\x04":
            raise ReadError("truncated", "its table of contents, which stands at the end, is missing") from None
        raise
    for info in archive.infolist():
        if info.filename.endswith("/"):  # `is_dir` fails on a name that begins with NUL and so is empty
            continue
        name = _zip_name(info)
        reason, detail = _name_fault(name)
        if reason is None and info.flag_bits & _ENCRYPTED:
            reason, detail = "encrypted", "the member has a password"
        if reason is None and (info.external_attr >> 16) & 0o170000 == 0o120000:
            reason, detail = "link", "a symbolic link"
        if reason is not None:
            yield Member(name, info.file_size, None, reason, detail)
            continue
        try:
            budget.bears(info.file_size, info.compress_size)  # zipfile lets no more out than it declares
            with faults():
                stream = archive.open(info)
            with stream:
                expanded = Expanded(stream, partial(int, info.compress_size), budget)
                yield Member(name, info.file_size, io.BufferedReader(expanded))
        except ReadError as error:
            yield Member(name, info.file_size, None, error.reason, error.detail)


def _zip_name(info: zipfile.ZipInfo) -> str:
    name: str = info.orig_filename
    if not info.flag_bits & _UTF8:
        name = member_name(name.encode("cp437")) or name
    # Packers of old Windows wrote \\ between folders.
    return name if "/" in name else name.replace("\\", "/")


def _tar(file: IO[bytes], budget: Budget) -> Iterator[Member]:
    seen = _Blocks()
    with faults():
        archive = tarfile.open(  # noqa: SIM115 (the stream is the caller's)
            fileobj=file,
            mode="r|",
            tarinfo=seen.header(),
            ignore_zeros=True,
            encoding="utf-8",
            errors="surrogateescape",
        )
    while True:
        with faults():
            info = archive.next()
        if info is None:
            break
        archive.members.clear()  # type: ignore[attr-defined]  # it would keep every header
        if info.isdir():
            continue
        data = info.name.encode("utf-8", "surrogateescape")
        found = member_name(data)
        name = found if found is not None else printable(data)
        reason, detail = _name_fault(name) if found is not None else ("name-not-utf8", "nor is it GB18030 or Big5")
        if reason is None and (info.issym() or info.islnk()):
            reason, detail = "link", f"a link to {info.linkname.encode('utf-8', 'replace').decode()}"
        elif reason is None and info.issparse():  # its holes come out of nothing, past every budget
            reason, detail = "special-file", "a sparse file"
        elif reason is None and not info.isreg():
            reason, detail = "special-file", "neither a file nor a folder"
        yield Member(name, info.size, archive.extractfile(info) if reason is None else None, reason, detail)
    if seen.n_broken:
        raise ReadError("broken-archive", f"{seen.n_broken} blocks of 512 bytes between its members are no header")
    if not seen.n_zeros:
        raise ReadError("truncated", "it has no end")


class _Blocks:
    """What a tar holds where a header should be: tarfile passes over it without a word."""

    def __init__(self) -> None:
        self.n_broken = self.n_zeros = 0

    def header(self) -> type[tarfile.TarInfo]:
        """Return a class of headers that counts here what is none."""
        seen = self

        class Header(tarfile.TarInfo):
            @classmethod
            def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "Header":
                try:
                    found = super().frombuf(buf, encoding, errors)
                except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
                    seen.n_zeros += 1
                    raise
                except tarfile.InvalidHeaderError:  # type: ignore[attr-defined]
                    seen.n_broken += 1
                    if seen.n_broken > MAX_BROKEN_BLOCKS:
                        raise ReadError("broken-archive", "no header of a member for 32 MB") from None
                    raise
                if found.type not in (*tarfile.REGULAR_TYPES, tarfile.DIRTYPE) and found.size > MAX_HEADER_BYTES:
                    raise ReadError("broken-archive", f"a header of {found.size} bytes")
                if found.size > MAX_OCTAL_BYTES:  # past the end tarfile would look for them, block by block
                    raise ReadError("broken-archive", f"a member of {found.size} bytes")
                return found

        return Header


def _name_fault(name: str) -> tuple[str | None, str]:
    if leads_outside(name):
        return "name-outside", "a name that leads out of the archive"
    return None, ""


_READERS: dict[str, Callable[[IO[bytes], Budget], Iterator[Member]]] = {".zip": _zip, ".tar": _tar}
