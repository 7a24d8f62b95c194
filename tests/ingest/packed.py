"""Archives and bombs for the tests, made byte by byte where no packer would."""

import io
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

GIGA = 1 << 30


def zip_of(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tar_of(members: list[tuple[str, bytes | tarfile.TarInfo]], mode: str = "w", **options: object) -> bytes:
    """Return a tar archive; a TarInfo in the place of bytes is a header without data."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, **options) as archive:  # type: ignore[call-overload]
        for name, data in members:
            info = data if isinstance(data, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.name = name
            if isinstance(data, bytes):
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data) if isinstance(data, bytes) else None)
    return out.getvalue()


def special(kind: bytes, target: str = "") -> tarfile.TarInfo:
    """Return the header of a link or a device."""
    info = tarfile.TarInfo("x")
    info.type, info.linkname = kind, target
    return info


def zip_with_names(names: list[tuple[bytes, bytes]], flags: int = 0) -> bytes:
    """Return a zip archive whose names are these bytes, with these flags on each member."""
    body, contents = b"", b""
    for name, data in names:
        fields = (zlib.crc32(data), len(data), len(data), len(name), 0)
        place = len(body)
        body += struct.pack("<4s5H3I2H", b"PK\3\4", 20, flags, 0, 0, 33, *fields) + name + data
        contents += struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, flags, 0, 0, 33, *fields, 0, 0, 0, 0, place) + name
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, len(names), len(names), len(contents), len(body), 0)
    return body + contents + end


def zeros(n: int, block: int = 1 << 26) -> bytes:
    """Return n zeros (a multiple of `block`) as a raw deflate stream; a block is packed once and repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packer.compress(bytes(block))
    packer.flush(zlib.Z_FULL_FLUSH)
    once = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    return once * (n // block) + last.flush()


def zip_bomb(size: int = 10 * GIGA, name: bytes = b"zeros.txt", beside: bytes = b"") -> bytes:
    """Return a zip archive with a member of `size` zeros and, with `beside`, a good one behind it."""
    data = zeros(size)
    extra = struct.pack("<2H2Q", 1, 16, size, len(data))
    huge = 0xFFFFFFFF
    head = struct.pack("<4s5H3I2H", b"PK\3\4", 45, 0, 8, 0, 33, 0, huge, huge, len(name), len(extra)) + name + extra
    entry = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 45, 45, 0, 8, 0, 33, 0, huge, huge, len(name), len(extra), 0, 0, 0, 0, 0
    )
    body, contents = head + data, entry + name + extra
    if beside:
        good = zip_with_names([(b"good.txt", beside)])
        at = good.index(b"PK\1\2")
        body += good[:at]
        row = bytearray(good[at : good.index(b"PK\5\6")])
        struct.pack_into("<I", row, 42, len(head) + len(data))
        contents += bytes(row)
    n = 2 if beside else 1
    return body + contents + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, n, n, len(contents), len(body), 0)


def gzip_bomb(size: int = 10 * GIGA) -> bytes:
    """Return `size` zeros as a gzip file; its checksum is wrong, but nobody should come that far."""
    return b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + zeros(size) + bytes(8)


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files below a folder and return it."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
