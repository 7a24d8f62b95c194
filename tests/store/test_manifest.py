"""Results that are complete or untouched."""

from contextlib import suppress
from pathlib import Path

import pytest

from cleaner.errors import AuditError, InputError
from cleaner.store import manifest
from tests.killed import Killed, killed_at_rename


def result(folder: Path, name: str) -> None:
    """Write something that has the entries of a result, all with `name` in them."""
    folder.mkdir(parents=True, exist_ok=True)
    for entry in manifest.ENTRIES[:-2]:
        (folder / entry).mkdir()
        (folder / entry / "part").write_text(name)
    (folder / "README.md").write_text(name)
    manifest.write(folder, {"name": name, "config": {}, "counts": {}, "digests": {}})


def names(out: Path) -> set[str]:
    """Return the names that stand in the entries of a result."""
    found = {(out / entry / "part").read_text() for entry in manifest.ENTRIES[:-2]}
    return found | {(out / "README.md").read_text(), manifest.read(out)["name"]}


@pytest.mark.parametrize("moment", range(2 * len(manifest.ENTRIES) + 3))
def test_a_commit_killed_at_any_rename_is_completed(tmp_path: Path, moment: int) -> None:
    """Whatever rename a commit dies before, the next command finds the old result or completes the new one."""
    out = tmp_path / "out"
    result(out, "old")
    with manifest.work_area(out) as work:
        result(work / "new", "new")
        with suppress(Killed), killed_at_rename(moment) as renamed:
            manifest.commit(out)
    journal = (out / manifest.WORK / "commit.json").exists()
    manifest.recover(out)
    assert names(out) == ({"new"} if journal or len(renamed) <= moment else {"old"})


def test_a_second_run_is_refused(tmp_path: Path) -> None:
    """Two runs on one OUT: the second says so."""
    first, second = manifest.work_area(tmp_path / "out"), manifest.work_area(tmp_path / "out")
    with first, pytest.raises(InputError, match="another run"), second:
        pass


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """OUT that holds a `speeches` cleaner did not write is left alone."""
    (tmp_path / "out" / "speeches").mkdir(parents=True)
    with pytest.raises(InputError, match="did not write"), manifest.work_area(tmp_path / "out"):
        pass


def test_out_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """OUT that is a file is the caller's mistake."""
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="a file at OUT"), manifest.work_area(tmp_path / "out"):
        pass


def test_a_damaged_manifest_is_named(tmp_path: Path) -> None:
    """A manifest that is not JSON, or of another version, is an error that names it; none at all is the caller's."""
    with pytest.raises(InputError, match=r"no manifest\.json"):
        manifest.read(tmp_path)
    for text in ("{", '{"schema_version": "0"}', "[]"):
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(AuditError, match=r"manifest\.json"):
            manifest.read(tmp_path)
