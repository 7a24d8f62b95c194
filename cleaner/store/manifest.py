"""What makes a result complete, and how does a new one take the place of the old?

A run writes under OUT/.work/new and commits by a journalled series of renames: the journal names what will move, the
old manifest goes first and the new one comes last. Killed at any moment, either nothing of OUT was touched or the
journal stands, and the next cleaner command moves the rest (`recover`).
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cleaner.errors import AuditError, InputError
from cleaner.store.schemas import NAMES, SCHEMA_VERSION

MANIFEST = "manifest.json"
DECISIONS = "decisions.jsonl"
WORK = ".work"
_JOURNAL = "commit.json"
ENTRIES = (*NAMES, DECISIONS, "report", "README.md", MANIFEST)
"""All that a result of `cleaner run` consists of, in the order in which it is moved into place."""
ENTRIES_BY_COMMAND = {"run": ENTRIES, "dedupe": ("texts", "kept", "pairs", "report", MANIFEST)}
"""The same for each command that writes a result; the manifest names the command unless it is `run`."""


@contextmanager
def work_area(out: Path, command: str = "run") -> Iterator[Path]:
    """Give OUT/.work, locked against other runs, with an unfinished commit completed.

    Raises:
        InputError: OUT cannot be written, holds something else, the result of another command included, or another run
            is at work on it.
    """
    work = out / WORK
    if out.exists() and not out.is_dir():
        raise InputError(out, "a file at OUT", "a folder, or nothing", "give another OUT")
    # Other programs have files of that name, too.
    foreign = out.is_dir() and not work.exists() and "schema_version" not in _described(out)
    if foreign and (taken := [name for name in ENTRIES_BY_COMMAND[command] if (out / name).exists()]):
        raise InputError(
            out, f"{taken[0]} that cleaner did not write", "an empty folder or an earlier result", "give another OUT"
        )
    try:
        work.mkdir(parents=True, exist_ok=True)
        lock = open(work / "lock", "w")  # noqa: SIM115 - held open as long as the lock is
    except OSError as error:
        raise InputError(
            out, str(error.strerror), "a folder that may be written", "give another OUT or its permission"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                out, "another run at work on OUT", "one run at a time", "wait for it or give another OUT"
            ) from None
        recover(out)
        if (found := command_of(out)) not in (command, None):
            raise InputError(
                out, f"the result of cleaner {found}", f"nothing, or one of cleaner {command}", "give another OUT"
            )
        shutil.rmtree(work / "new", ignore_errors=True)
        yield work


def command_of(out: Path) -> str | None:
    """Return the command whose result stands in OUT; None if there is none, or no telling."""
    manifest = _described(out)
    return str(manifest.get("command", "run")) if manifest else None


def _described(out: Path) -> dict[str, Any]:
    """Return what the manifest in OUT says, of whatever program it is; nothing if there is none that can be read."""
    try:
        manifest = json.loads((out / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def commit(out: Path, command: str = "run") -> None:
    """Put OUT/.work/new in the place of the result of `command` in OUT."""
    work = out / WORK
    new = work / "new"
    shutil.rmtree(work / "old", ignore_errors=True)
    for path in sorted(new.rglob("*")):
        _sync(path)
    draft = work / "commit.tmp"
    entries = ENTRIES_BY_COMMAND[command]
    journal = {"entries": entries, "coming": [name for name in entries if (new / name).exists()]}
    draft.write_text(json.dumps(journal), "utf-8")
    _sync(draft)
    draft.replace(work / _JOURNAL)
    _sync(work)
    recover(out)


def recover(out: Path) -> None:
    """Complete a commit that was begun; do nothing if none was."""
    work = out / WORK
    if not (work / _JOURNAL).exists():
        return
    old, new = work / "old", work / "new"
    old.mkdir(exist_ok=True)
    journal = json.loads((work / _JOURNAL).read_text("utf-8"))
    if (new / MANIFEST).exists() and (out / MANIFEST).exists():
        (out / MANIFEST).replace(old / MANIFEST)
    for name in journal["entries"]:
        if (out / name).exists() and ((new / name).exists() or name not in journal["coming"]):
            (out / name).replace(old / name)
        if (new / name).exists():
            (new / name).replace(out / name)
    _sync(out)
    (work / _JOURNAL).unlink()
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(new, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(folder: Path, manifest: dict[str, Any]) -> None:
    """Write `manifest` below `folder`."""
    text = json.dumps({"schema_version": SCHEMA_VERSION, **manifest}, ensure_ascii=False, indent=1)
    # Names of files may be no UTF-8; the escape of such a byte is one of JSON too.
    (folder / MANIFEST).write_text(text + "\n", "utf-8", "backslashreplace")


def read(out: Path, command: str = "run") -> dict[str, Any]:
    """Return the manifest of the result of `command` in OUT.

    Raises:
        InputError: there is no result, or one of another command.
        AuditError: the manifest is damaged or of another version.
    """
    path = out / MANIFEST
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(
            out, "no manifest.json", "the folder of a finished run", f"give the OUT of cleaner {command}"
        ) from None
    except (OSError, ValueError) as error:
        raise AuditError(path, str(error), "the manifest of a finished run", "run cleaner again") from None
    if not isinstance(manifest, dict) or manifest.get("schema_version") != SCHEMA_VERSION:
        found = manifest.get("schema_version") if isinstance(manifest, dict) else manifest
        raise AuditError(path, f"schema version {found}", SCHEMA_VERSION, "run cleaner again")
    if (wrote := manifest.get("command", "run")) != command:
        raise InputError(
            out, f"the result of cleaner {wrote}", f"one of cleaner {command}", f"give the OUT of cleaner {command}"
        )
    if lacking := [name for name in ("config", "counts", "digests") if not isinstance(manifest.get(name), dict)]:
        raise AuditError(path, f"no {lacking[0]}", "the manifest of a finished run", "run cleaner again")
    return manifest
