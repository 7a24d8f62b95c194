"""Tests of `cleaner.dedup.kept`."""

from pathlib import Path

import pytest

from cleaner.dedup.kept import kept


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the user's folder for caches, below an empty folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "cleaner"


def never() -> bytes:
    """Make nothing: it was to be found."""
    raise AssertionError("made again")


def test_it_is_made_once(tmp_path: Path, home: Path) -> None:
    """What was made is found beside its source, and nothing is kept for the user then."""
    source = tmp_path / "source.py"
    source.touch()
    assert kept(source, "name", lambda: b"made") == b"made"
    assert kept(source, "name", never) == b"made"
    assert [path.name for path in (tmp_path / "__pycache__").iterdir()] == ["name"]
    assert not home.exists()


def test_what_has_no_source_is_kept_for_the_user(home: Path) -> None:
    """A member of an archive, or what was typed at a prompt, has no folder of its own."""
    assert kept(Path("<stdin>"), "name", lambda: b"made") == b"made"
    assert kept(Path("<stdin>"), "name", never) == b"made"
    assert [path.name for path in home.iterdir()] == ["name"]


@pytest.mark.parametrize("cut", [0, 10, 32, -1])
def test_what_is_not_whole_is_made_anew(home: Path, cut: int) -> None:
    """A file that ends early is not believed, and is replaced."""
    kept(Path("<stdin>"), "name", lambda: b"made")
    whole = (home / "name").read_bytes()
    (home / "name").write_bytes(whole[:cut])
    assert kept(Path("<stdin>"), "name", lambda: b"made") == b"made"
    assert (home / "name").read_bytes() == whole


def test_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made each time then."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    made = iter((b"first", b"second"))
    assert [kept(Path("<stdin>"), "name", lambda: next(made)) for _ in range(2)] == [b"first", b"second"]
