"""What is compared of a result: the bytes of its tables."""

from pathlib import Path

from cleaner.store import schemas, tables


def digests(out: Path) -> dict[str, str]:
    """Return the sha256 of every part of every table of OUT."""
    return {
        str(path.relative_to(out)): tables.file_digest(path)
        for name in schemas.NAMES
        for path in tables.parts(out / name)
    }
