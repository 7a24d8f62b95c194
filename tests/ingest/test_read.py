"""Tests of `cleaner.ingest.read`: whatever lies in RAW is an entry, and nothing outside is read."""

# ruff: noqa: SIM300 (the expected value stands first)

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.config import Input
from cleaner.errors import InputError
from cleaner.ingest.read import Entry, listing, read
from cleaner.store import tables

LIMIT = Input(max_bytes=1_000)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Return an empty folder RAW."""
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


def seen(raw: Path) -> dict[str, str | None]:
    """Return what the listing says: the reason by the name."""
    return {entry.source: entry.reason for entry in listing(raw)}


def contents(raw: Path, limit: Input = LIMIT) -> dict[str, bytes | str | None]:
    """Return the bytes of each entry, or the reason why there are none."""
    found = [read(raw, entry, limit) for entry in listing(raw)]
    assert all((item.data is None) == (item.reason is not None) for item in found)
    return {item.source: item.reason if item.data is None else item.data for item in found}


def test_every_file_is_an_entry_at_any_depth(raw: Path) -> None:
    """Text files are sources, other formats are entries with a reason, empty folders are nothing."""
    (raw / "a" / "b" / "c").mkdir(parents=True)
    (raw / "empty").mkdir()
    (raw / "讲话.txt").write_bytes("同志们".encode())
    (raw / "a" / "b" / "c" / "深.MD").write_bytes(b"x")
    (raw / "a" / "x.pdf").write_bytes(b"%PDF")
    (raw / "无后缀").write_bytes(b"x")
    (raw / ".hidden.txt").write_bytes(b"h")
    (raw / "a" / "nothing.txt").write_bytes(b"")
    assert {
        "讲话.txt": "同志们".encode(),
        "a/b/c/深.MD": b"x",
        "a/x.pdf": "unsupported-format",
        "无后缀": "unsupported-format",
        ".hidden.txt": b"h",
        "a/nothing.txt": b"",
    } == contents(raw)


def test_sizes_are_those_of_the_files(raw: Path) -> None:
    """`size_bytes` is the size of the file, also of one that is too large."""
    (raw / "a.txt").write_bytes(b"1234567")
    (raw / "b.txt").write_bytes(b"1" * 2_000)
    assert [7, 2_000] == [read(raw, entry, LIMIT).size_bytes for entry in listing(raw)]


@settings(deadline=None, max_examples=30)
@given(st.sets(st.text("水库aB1-_. ~", min_size=1, max_size=5).filter(lambda name: name.strip(".")), max_size=6))
def test_names_stand_in_byte_order(tmp_path_factory: pytest.TempPathFactory, names: set[str]) -> None:
    """Entries are sorted by the bytes of the whole path, whatever the order in the folder."""
    raw = tmp_path_factory.mktemp("raw")
    for name in names:
        (raw / f"{name}.txt").write_bytes(b"x")
        (raw / f"d{name}").mkdir()
        (raw / f"d{name}" / "f.txt").write_bytes(b"x")
    given_names = [entry.source for entry in listing(raw)]
    assert sorted(given_names, key=os.fsencode) == given_names
    assert 2 * len(names) == len(given_names)


def test_a_folder_sorts_by_its_path_and_not_by_its_name(raw: Path) -> None:
    """`a-b.txt` stands before `a/b.txt`, because `-` is less than `/`."""
    (raw / "a").mkdir()
    for name in ("a/b.txt", "a-b.txt", "a0.txt", "B.txt", "水.txt"):
        (raw / name).write_bytes(b"x")
    assert ["B.txt", "a-b.txt", "a/b.txt", "a0.txt", "水.txt"] == [entry.source for entry in listing(raw)]


def test_the_listing_says_how_large_files_are(raw: Path) -> None:
    """Tasks are cut by bytes before anything is read, so that large files do not add up in a worker."""
    for i in range(5):
        (raw / f"{i}.txt").write_bytes(b"x" * (tables.SHARD_BYTES // 2))
    assert [2, 2, 1] == [len(run) for run in tables.shards(listing(raw), 1 << 40)]


def test_the_limit_on_size_is_exact(raw: Path) -> None:
    """A file of max_bytes is read, one byte more is `too-large`."""
    (raw / "a.txt").write_bytes(b"x" * 1_000)
    (raw / "b.txt").write_bytes(b"x" * 1_001)
    assert {"a.txt": b"x" * 1_000, "b.txt": "too-large"} == contents(raw)


def test_a_vanished_file_costs_nothing_else(raw: Path) -> None:
    """A file that goes between the listing and the reading is `vanished`, the next one is read."""
    for name in ("a.txt", "b.txt"):
        (raw / name).write_bytes(b"x")
    entries = listing(raw)
    (raw / "a.txt").unlink()
    assert [None, b"x"] == [read(raw, entry, LIMIT).data for entry in entries]
    assert "vanished" == read(raw, entries[0], LIMIT).reason


def test_a_file_that_became_a_folder_is_unreadable(raw: Path) -> None:
    """A path that is a folder by the time it is read gives a reason and no exception."""
    (raw / "a.txt").mkdir()
    assert "unreadable" == read(raw, Entry("a.txt", path="a.txt"), LIMIT).reason


def test_special_files_are_never_opened(raw: Path) -> None:
    """A pipe and a socket are `special-file`: opening a pipe would wait for ever."""
    os.mkfifo(raw / "pipe.txt")
    (raw / "device.txt").symlink_to("/dev/null")
    assert {"pipe.txt": "special-file", "device.txt": "symlink-outside"} == seen(raw)


def test_links(raw: Path, tmp_path: Path) -> None:
    """A link to a file in RAW is a source of its own; one out of RAW, to a folder, to itself or to nothing is not."""
    (tmp_path / "outside.txt").write_bytes(b"secret")
    (tmp_path / "elsewhere").mkdir()
    (raw / "d").mkdir()
    (raw / "d" / "a.txt").write_bytes(b"x")
    (raw / "inside.txt").symlink_to("d/a.txt")
    (raw / "absolute.txt").symlink_to(raw / "d" / "a.txt")
    (raw / "outside.txt").symlink_to("../outside.txt")
    (raw / "passwd.txt").symlink_to("/etc/passwd")
    (raw / "folder").symlink_to("d")
    (raw / "up").symlink_to(".")
    (raw / "d" / "parent").symlink_to("..")
    (raw / "elsewhere").symlink_to(tmp_path / "elsewhere")
    (raw / "self.txt").symlink_to("self.txt")
    (raw / "one.txt").symlink_to("two.txt")
    (raw / "two.txt").symlink_to("one.txt")
    (raw / "dangling.txt").symlink_to("none.txt")
    (raw / "pipe.txt").symlink_to("d/p")
    os.mkfifo(raw / "d" / "p")
    assert {
        "d/a.txt": b"x",
        "inside.txt": b"x",
        "absolute.txt": b"x",
        "outside.txt": "symlink-outside",
        "passwd.txt": "symlink-outside",
        "folder": "symlink-to-folder",
        "up": "symlink-to-folder",
        "d/parent": "symlink-to-folder",
        "elsewhere": "symlink-outside",
        "self.txt": "symlink-loop",
        "one.txt": "symlink-loop",
        "two.txt": "symlink-loop",
        "dangling.txt": "vanished",
        "pipe.txt": "special-file",
        "d/p": "special-file",
    } == contents(raw)


def test_a_sibling_whose_name_begins_like_raw_is_outside(raw: Path, tmp_path: Path) -> None:
    """RAW is told by whole names: `raw-secret` is not in `raw`."""
    (tmp_path / "raw-secret").mkdir()
    (tmp_path / "raw-secret" / "a.txt").write_bytes(b"x")
    (raw / "a.txt").symlink_to(tmp_path / "raw-secret" / "a.txt")
    assert {"a.txt": "symlink-outside"} == contents(raw)


def test_raw_may_be_a_link(raw: Path, tmp_path: Path) -> None:
    """RAW itself may be a link to the folder; names and bytes are the same."""
    (raw / "a.txt").write_bytes(b"x")
    (raw / "b.txt").symlink_to("a.txt")
    (tmp_path / "link").symlink_to("raw")
    assert contents(raw) == contents(tmp_path / "link") == {"a.txt": b"x", "b.txt": b"x"}


@pytest.mark.skipif(sys.platform != "linux", reason="names that are not UTF-8 are a Linux matter")
def test_names_that_are_not_utf8(raw: Path) -> None:
    """A file or folder whose name is not UTF-8 is one entry with a name that can be printed and stored."""
    for name in ("讲话.txt".encode("gb18030"), b"\xff.txt"):
        (raw / os.fsdecode(name)).write_bytes(b"x")
    folder = raw / os.fsdecode("材料".encode("gb18030"))
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"x")
    (raw / "b.txt").write_bytes(b"x")
    names = seen(raw)
    assert {"name-not-utf8": 3, None: 1} == {reason: list(names.values()).count(reason) for reason in names.values()}
    assert list(names) == [name.encode().decode() for name in names]
    assert "\\xff.txt (not UTF-8)" in names


def test_no_two_entries_have_one_name(raw: Path) -> None:
    r"""A file `\xff.txt` (a backslash) and one whose name is the byte FF have two names: `source` is a key."""
    (raw / "\\xff.txt").write_bytes(b"x")
    (raw / os.fsdecode(b"\xff.txt")).write_bytes(b"x")
    assert 2 == len({entry.source for entry in listing(raw)})


@pytest.mark.parametrize(("made", "found"), [("file", "a file at RAW"), ("nothing", "nothing at RAW")])
def test_raw_must_be_a_folder(tmp_path: Path, made: str, found: str) -> None:
    """A file or nothing at RAW is the caller's error, with the path, what was found and what to do."""
    path = tmp_path / "raw"
    if made == "file":
        path.write_bytes(b"x")
    with pytest.raises(InputError) as caught:
        listing(path)
    assert f"{path}: found {found}; expected a folder of raw files; give the folder that holds the files" == str(
        caught.value
    )


CHILD = """
import json, sys
from pathlib import Path
from cleaner.config import Input
from cleaner.errors import CleanerError
from cleaner.ingest.read import listing, read
raw = Path(sys.argv[1])
try:
    found = [read(raw, entry, Input(max_bytes=1000)) for entry in listing(raw)]
    print(json.dumps([[r.source, r.reason, r.data and r.data.decode()] for r in found]))
except CleanerError as error:
    print(json.dumps(str(error)))
"""


def as_one_who_may_not_read(raw: Path) -> object:
    """Return what a child process lists and reads that is bound by permissions, which root is not."""
    command = [sys.executable, "-c", CHILD, str(raw)]
    if os.geteuid() == 0:
        if not (setpriv := shutil.which("setpriv")):
            pytest.skip("setpriv (util-linux) is missing, and root may read everything")
        command = [
            setpriv,
            "--bounding-set=-dac_override,-dac_read_search",
            "--inh-caps=-dac_override,-dac_read_search",
            *command,
        ]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False, timeout=60)
    assert "" == done.stderr
    return json.loads(done.stdout)


def test_without_permission(raw: Path) -> None:
    """An unreadable file and an unlistable folder are one `no-permission` each; the others are read."""
    (raw / "shut").mkdir()
    (raw / "shut" / "a.txt").write_bytes(b"x")
    (raw / "blind").mkdir()
    (raw / "blind" / "b.txt").write_bytes(b"x")
    (raw / "a.txt").write_bytes(b"x")
    (raw / "open.txt").write_bytes(b"y")
    try:
        (raw / "a.txt").chmod(0)
        (raw / "shut").chmod(0)
        (raw / "blind").chmod(0o444)  # may be listed, not entered
        assert [
            ["a.txt", "no-permission", None],
            ["blind/b.txt", "no-permission", None],
            ["open.txt", None, "y"],
            ["shut", "no-permission", None],
        ] == as_one_who_may_not_read(raw)
    finally:
        (raw / "shut").chmod(0o755)
        (raw / "blind").chmod(0o755)


def test_raw_without_permission_is_the_callers_error(raw: Path) -> None:
    """RAW that may not be listed is an error in one line."""
    try:
        raw.chmod(0)
        message = as_one_who_may_not_read(raw)
        assert isinstance(message, str)
        assert (
            f"{raw}: found Permission denied; expected a folder that may be listed;"
            == message[: message.rindex(";") + 1]
        )
    finally:
        raw.chmod(0o755)


def test_raw_below_a_shut_folder_is_the_callers_error(raw: Path) -> None:
    """RAW below a folder that may not be entered is an error in one line and no traceback."""
    try:
        raw.parent.chmod(0)
        assert isinstance(as_one_who_may_not_read(raw), str)
    finally:
        raw.parent.chmod(0o755)
