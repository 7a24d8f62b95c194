"""Tests of `cleaner.ingest.unpack`: a container gives a source for each thing in it; a bad one costs only itself."""

# ruff: noqa: SIM300 (the expected value stands first)

import bz2
import gzip
import io
import lzma
import random
import resource
import tarfile
import warnings
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleaner.config import Input
from cleaner.ingest.names import inside, leads_outside, safe
from cleaner.ingest.read import listing, read
from cleaner.ingest.unpack import unpacked
from tests.ingest.packed import gzip_bomb, special, tar_of, write, zip_bomb, zip_of, zip_with_names

TEXT = "同志们：\n今天，我们在这里召开会议。\n".encode()
"""Comrades: today we meet here."""


def zstd(data: bytes) -> bytes:
    """Return data packed by zstd."""
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstd}


def contents(tmp_path: Path, files: dict[str, bytes], limits: Input | None = None) -> dict[str, bytes | str | None]:
    """Return of each source of a folder with these files its bytes, or the reason why there are none."""
    raw = write(tmp_path / "raw", files)
    limits = limits or Input()
    entries = unpacked(raw, listing(raw), tmp_path / "spools", limits, map)
    names = [entry.source for entry in entries]
    assert sorted(set(names), key=str.encode) == names
    found = [read(raw, entry, limits) for entry in entries]
    assert all(row.detail for row in found if row.reason)
    return {row.source: row.data if row.reason is None else row.reason for row in found}


def test_every_compression(tmp_path: Path) -> None:
    """A compressed text file is the text, whatever packed it and however its suffix is written."""
    files = {f"讲话.txt{suffix}": pack(TEXT) for suffix, pack in PACKERS.items()} | {"B.TXT.GZ": gzip.compress(TEXT)}
    assert dict.fromkeys(sorted(files, key=str.encode), TEXT) == contents(tmp_path, files)


def test_compressed_files_in_pieces(tmp_path: Path) -> None:
    """Two compressed files one after the other are their texts one after the other, as their own tools read them."""
    files = {f"a.txt{suffix}": pack(TEXT) * 2 for suffix, pack in PACKERS.items()}
    assert dict.fromkeys(sorted(files), TEXT * 2) == contents(tmp_path, files)


@pytest.mark.parametrize("suffix", PACKERS)
def test_broken_compressed_files(tmp_path: Path, suffix: str) -> None:
    """A file that is cut is `truncated`; one of something else is `broken-archive`."""
    data = PACKERS[suffix](random.Random(1).randbytes(5_000))
    files = {f"cut.txt{suffix}": data[:-300], f"other.txt{suffix}": TEXT * 20, f"z.txt{suffix}": PACKERS[suffix](TEXT)}
    assert ["truncated", "broken-archive", TEXT] == list(contents(tmp_path, files).values())


ARCHIVES = {
    "a.zip": lambda members: zip_of(dict(members)),
    "stored.zip": lambda members: zip_of(dict(members), zipfile.ZIP_STORED),
    "lzma.zip": lambda members: zip_of(dict(members), zipfile.ZIP_LZMA),
    "a.tar": tar_of,
    "ustar.tar": lambda members: tar_of(members, format=tarfile.USTAR_FORMAT),
    "gnu.tar": lambda members: tar_of(members, format=tarfile.GNU_FORMAT),
    "a.tgz": lambda members: tar_of(members, "w:gz"),
    "a.tar.gz": lambda members: gzip.compress(tar_of(members)),
    "a.tar.bz2": lambda members: bz2.compress(tar_of(members)),
    "a.txz": lambda members: lzma.compress(tar_of(members)),
    "a.tar.zst": lambda members: zstd(tar_of(members)),
    "a.zip.gz": lambda members: gzip.compress(zip_of(dict(members))),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_every_archive(tmp_path: Path, name: str) -> None:
    """Members are sources `path!member`, in byte order; a compressed member is what it holds; folders are nothing."""
    members = [("讲话/b.txt", TEXT), ("a.html", b"<p>x"), ("讲话/c.txt.gz", gzip.compress(TEXT)), ("x.pdf", b"%PDF")]
    found = contents(tmp_path, {f"d/{name}": ARCHIVES[name](members)})
    expected = {"a.html": b"<p>x", "x.pdf": "unsupported-format", "讲话/b.txt": TEXT, "讲话/c.txt.gz": TEXT}
    assert {f"d/{name}!{member}": data for member, data in expected.items()} == found


def test_archives_in_archives(tmp_path: Path) -> None:
    """An archive in an archive is unpacked to max_depth, whichever is in which."""
    inner = tar_of([("a.txt", TEXT)], "w:gz")
    middle = zip_of({"b.txt": TEXT, "in/c.tgz": inner})
    files = {"top.tar": tar_of([("m.zip", middle), ("d.txt", TEXT)])}
    assert {
        "top.tar!d.txt": TEXT,
        "top.tar!m.zip!b.txt": TEXT,
        "top.tar!m.zip!in/c.tgz!a.txt": TEXT,
    } == contents(tmp_path, files)
    assert {
        "top.tar!d.txt": TEXT,
        "top.tar!m.zip!b.txt": TEXT,
        "top.tar!m.zip!in/c.tgz": "nested-too-deep",
    } == contents(tmp_path / "again", files, Input(max_depth=2))


def test_a_bomb_of_ten_gigabytes_costs_little_and_nothing_else(tmp_path: Path) -> None:
    """10 GB of zeros, packed to 10 MB, are `archive-bomb` in no time and little memory; the member beside is read."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bomb = zip_bomb(beside=TEXT)
    assert len(bomb) < 12_000_000
    files = {
        "a.zip": bomb,
        "b.txt.gz": gzip_bomb(),
        "c.tar.gz": gzip_bomb(),
        "d.zip": zip_of({"n.zip": bomb}, zipfile.ZIP_STORED),
    }
    assert {
        "a.zip!good.txt": TEXT,
        "a.zip!zeros.txt": "archive-bomb",
        "b.txt.gz": "archive-bomb",
        "c.tar.gz": "archive-bomb",
        "d.zip!n.zip!good.txt": TEXT,
        "d.zip!n.zip!zeros.txt": "archive-bomb",
    } == contents(tmp_path, files)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kB
    assert sum(path.stat().st_size for path in (tmp_path / "spools").iterdir()) < 1_000_000


def test_a_bomb_of_bombs(tmp_path: Path) -> None:
    """Archives in archives, each of which is within the ratio, stop when all together are over it; the row says so."""
    layer = zip_of({f"{i}.txt": bytes(1_000_000) for i in range(40)})
    files = {"a.zip": zip_of({f"{i}.zip": layer for i in range(40)}), "b.txt": TEXT}
    found = contents(tmp_path, files)
    assert "archive-bomb" == found["a.zip"]
    assert TEXT == found["b.txt"]
    assert sum(len(data) for data in found.values() if isinstance(data, bytes)) < 70_000_000


def test_other_compressions_of_zeros(tmp_path: Path) -> None:
    """Formats that pack zeros harder than deflate stop as early."""
    files = {f"{suffix[1:]}.txt{suffix}": pack(bytes(50_000_000)) for suffix, pack in PACKERS.items()}
    assert {"archive-bomb"} == set(contents(tmp_path, files).values())


def test_names_that_lead_out(tmp_path: Path) -> None:
    """Absolute names, drives and `..` are `name-outside`, named so that no path can be made of them; nothing is
    written but the spool.
    """
    names = ["../up.txt", "a/../../up.txt", "/etc/passwd.txt", "C:/boot.txt", "..\\win.txt", "ok/..hidden.txt"]
    files = {"a.zip": zip_of(dict.fromkeys(names, TEXT)), "b.tar": tar_of([(name, TEXT) for name in names])}
    found = contents(tmp_path, files)
    for archive in ("a.zip", "b.tar"):
        assert TEXT == found[f"{archive}!ok/..hidden.txt"]
        assert "name-outside" == found[f"{archive}!%2E%2E/up.txt"] == found[f"{archive}!%2Fetc/passwd.txt"]
        assert "name-outside" == found[f"{archive}!a/%2E%2E/%2E%2E/up.txt"] == found[f"{archive}!C:/boot.txt"]
    assert "name-outside" == found["a.zip!%2E%2E/win.txt"]
    assert {"raw", "spools"} == {path.name for path in tmp_path.iterdir()}


def test_links_and_devices(tmp_path: Path) -> None:
    """Links, pipes and devices in an archive are rows with their reasons."""
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = 0o120777 << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    members = [
        ("sym.txt", special(tarfile.SYMTYPE, "/etc/passwd")),
        ("hard.txt", special(tarfile.LNKTYPE, "a.txt")),
        ("dev.txt", special(tarfile.CHRTYPE)),
        ("disk.txt", special(tarfile.BLKTYPE)),
        ("pipe.txt", special(tarfile.FIFOTYPE)),
        ("a.txt", TEXT),
    ]
    assert {
        "a.tar!a.txt": TEXT,
        "a.tar!dev.txt": "special-file",
        "a.tar!disk.txt": "special-file",
        "a.tar!hard.txt": "link",
        "a.tar!pipe.txt": "special-file",
        "a.tar!sym.txt": "link",
        "b.zip!link.txt": "link",
    } == contents(tmp_path, {"a.tar": tar_of(members), "b.zip": packed.getvalue()})


def test_encrypted_and_strange_members(tmp_path: Path) -> None:
    """A member with a password, one packed by an unknown method and one whose bytes changed cost only themselves."""
    locked = zip_with_names([(b"locked.txt", TEXT)], flags=1)
    strange = bytearray(zip_of({"a.txt": TEXT, "b.txt": TEXT}))
    strange[8:10] = strange[strange.index(b"PK\1\2") + 10 :][:2] = b"\x61\0"
    at = bytes(strange).index(b"PK\1\2") + 10
    strange[at : at + 2] = b"\x61\0"
    changed = bytearray(zip_of({"a.txt": TEXT, "b.txt": TEXT}, zipfile.ZIP_STORED))
    changed[40] ^= 1
    assert {
        "c.zip!a.txt": "broken-archive",
        "c.zip!b.txt": TEXT,
        "l.zip!locked.txt": "encrypted",
        "s.zip!a.txt": "unsupported-compression",
        "s.zip!b.txt": TEXT,
    } == contents(tmp_path, {"l.zip": locked, "s.zip": bytes(strange), "c.zip": bytes(changed)})


def test_names_in_other_encodings(tmp_path: Path) -> None:
    """Names that packers on Chinese Windows wrote in GBK are read; of what is no text the bytes are shown."""
    names = [("材料/领导讲话稿.txt".encode("gbk"), TEXT), ("好的\\会议.txt".encode("gbk"), TEXT)]
    packed = tar_of([("领导讲话.txt", TEXT)], encoding="gbk", format=tarfile.GNU_FORMAT)
    broken = tar_of([("\udcff\udcfe.txt", TEXT)], format=tarfile.GNU_FORMAT, errors="surrogateescape")
    assert {
        "a.zip!好的/会议.txt": TEXT,
        "a.zip!材料/领导讲话稿.txt": TEXT,
        "b.tar!领导讲话.txt": TEXT,
        "c.tar!\\xff\\xfe.txt (not UTF-8)": "name-not-utf8",
    } == contents(tmp_path, {"a.zip": zip_with_names(names), "b.tar": packed, "c.tar": broken})


def test_members_of_one_name(tmp_path: Path) -> None:
    """The first of two members of one name is read; the second is a row of its own."""
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w") as archive:
        warnings.simplefilter("ignore")
        for data in (TEXT, TEXT * 2, TEXT * 3):
            archive.writestr("a.txt", data)
    assert {
        "a.zip!a.txt": TEXT,
        "a.zip!a.txt!!2": "duplicate-member",
        "a.zip!a.txt!!3": "duplicate-member",
        "b.tar!a.txt": TEXT,
        "b.tar!a.txt!!2": "duplicate-member",
    } == contents(tmp_path, {"a.zip": packed.getvalue(), "b.tar": tar_of([("a.txt", TEXT), ("a.txt", TEXT * 2)])})


def test_broken_tars(tmp_path: Path) -> None:
    """What stands before and behind the damage is read, and a row says that there is damage."""
    members = [(f"{name}.txt", TEXT * 40) for name in "abc"]
    whole = tar_of(members)
    second = 512 + -(-len(TEXT * 40) // 512) * 512
    hurt = bytearray(whole)
    hurt[second : second + 20] = b"\xff" * 20
    text = TEXT * 40
    files = {
        "a.tar": bytes(hurt),
        "b.tar": whole[: second + 700],
        "c.tar": whole[: 2 * second],
        "d.tar": whole + tar_of([("a.txt", text), ("d.txt", text)]),
        "e.tar": TEXT * 100,
        "f.tar": b"",
        "g.tar": tar_of([]),
        "h.zip": zip_of({}),
        "i.zip": zip_of({"a.txt": TEXT})[:-20],
        "j.zip": TEXT * 100,
    }
    assert {
        "a.tar": "broken-archive", "a.tar!a.txt": text, "a.tar!c.txt": text,
        "b.tar": "truncated", "b.tar!a.txt": text, "b.tar!b.txt": "truncated",
        "c.tar": "truncated", "c.tar!a.txt": text, "c.tar!b.txt": text,
        "d.tar!a.txt": text, "d.tar!a.txt!!2": "duplicate-member", "d.tar!b.txt": text,
        "d.tar!c.txt": text, "d.tar!d.txt": text,
        "e.tar": "broken-archive", "f.tar": "broken-archive", "g.tar": "empty", "h.zip": "empty",
        "i.zip": "truncated", "j.zip": "broken-archive",
    } == contents(tmp_path, files)  # fmt: skip


def test_limits(tmp_path: Path) -> None:
    """max_bytes holds for what comes out of a member, max_members for what is taken from a container."""
    files = {"a.zip": zip_of({f"{i}.txt": b"x" * (10 * i) for i in range(5)})}
    found = contents(tmp_path, files, Input(max_bytes=20, max_members=3))
    assert {
        "a.zip": "too-many-members",
        "a.zip!0.txt": b"",
        "a.zip!1.txt": b"x" * 10,
        "a.zip!2.txt": b"x" * 20,
        "a.zip!3.txt": "too-large",
    } == found


def test_a_sign_in_a_name_is_no_separator(tmp_path: Path) -> None:
    """A file whose name looks like a member, or like an escape of it, is another source."""
    files = {
        "a.zip": zip_of({"b.txt": TEXT, "c!d.txt": TEXT, "c%21d.txt": TEXT}),
        "a.zip!b.txt": TEXT * 2,
        "a.zip%21b.txt": TEXT * 3,
        "好！100%.txt": TEXT,
    }
    assert {
        "a.zip!b.txt": TEXT,
        "a.zip!c%21d.txt": TEXT,
        "a.zip!c%2521d.txt": TEXT,
        "a.zip%21b.txt": TEXT * 2,
        "a.zip%2521b.txt": TEXT * 3,
        "好！100%.txt": TEXT,
    } == contents(tmp_path, files)


NAMES = st.text("ab!%215EF./\\:C", max_size=8)


@given(NAMES, NAMES, NAMES, NAMES)
def test_different_names_are_different_sources(a: str, b: str, c: str, d: str) -> None:
    """No two pairs of container and member have one source, and no name leads out of a folder."""
    assert (safe(a) == safe(b)) == (a == b)
    assert (inside(safe(a), safe(b)) == inside(safe(c), safe(d))) == ((a, b) == (c, d))
    assert not leads_outside(safe(a)) or safe(a)[1:2] == ":"
    assert "!" not in safe(a) and safe(a)


def test_a_zip_member_whose_name_begins_with_nul(tmp_path: Path) -> None:
    """A name that damage has made empty costs its member and no other."""
    data = zip_of({"a.txt": TEXT, "b.txt": TEXT}).replace(b"b.txt", b"\0.txt")
    found = contents(tmp_path, {"a.zip": data})
    assert found["a.zip!a.txt"] == TEXT and len(found) == 2


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["a.zip", "a.tar", "a.tgz", "a.txz", "a.zip.zst", "a.tar.bz2"]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6),
    st.integers(0, 10**6),
)
def test_no_damage_raises(
    tmp_path_factory: pytest.TempPathFactory, name: str, flips: list[tuple[int, int]], cut: int
) -> None:
    """Whatever bytes of an archive change or are missing, every member is a source or a row, and something is said."""
    members = [("a.txt", TEXT * 30), ("b/c.txt", TEXT), ("d.zip", zip_of({"e.txt": TEXT}))]
    data = bytearray(zip_of(dict(members)) if "zip" in name else tar_of(members))
    kind = next((suffix for suffix in PACKERS if name.endswith(suffix)), {"tgz": ".gz", "txz": ".xz"}.get(name[-3:]))
    data = bytearray(PACKERS[kind](bytes(data))) if kind else data
    for place, value in flips:
        data[place % len(data)] = value
    if cut % 3 == 0:
        del data[cut % len(data) :]
    assert contents(tmp_path_factory.mktemp("fuzz"), {name: bytes(data)})
