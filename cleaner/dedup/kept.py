"""Where is kept what takes long to make and is the same in every process?

In: a name that says all it was made of, and what makes it. Out: its bytes. They are looked for beside the source that
makes them (`__pycache__`) and in the user's folder for caches; if they are in neither they are made, and kept in the
first of the two that can be written, or in none: then each process makes them for itself. What always holds: what is
given is what was made, and whole.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path


def kept(source: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """Return what is kept under `name` for the file `source`, else what `make` gives, which is then kept if it can be.

    Args:
        name: of a file; two things that differ never have the same.
    """
    folders = list(_folders(source))
    for folder in folders:
        with suppress(OSError), (folder / name).open("rb") as file:
            digest, found = file.read(32), file.read()
            if sha256(found).digest() == digest:
                return found
    made = make()
    for folder in folders:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            unfinished = folder / f"{name}.{os.getpid()}"
            unfinished.write_bytes(sha256(made).digest() + made)
            unfinished.replace(folder / name)
            break
    return made


def _folders(source: Path) -> Iterator[Path]:
    if source.is_file():  # it may be a member of an archive, or typed at a prompt
        yield source.parent / "__pycache__"
    if own := os.environ.get("XDG_CACHE_HOME"):
        yield Path(own) / "cleaner"
    elif home := os.environ.get("HOME"):
        yield Path(home) / ".cache/cleaner"
