"""What were the decoded sources of a result?

In: OUT. Out: each decoded source rebuilt from `edits` and the texts, as a file DIR/<source> in UTF-8 without a BOM,
line ends as they were; each `!` of a source, which stands between a container and what lies in it, ends the name of a
folder: `a.zip!b/c.txt` is DIR/a.zip!/b/c.txt. A source whose hash does not come out is an error, never a file.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from cleaner.clean import sha256
from cleaner.errors import AuditError, InputError, said
from cleaner.store import manifest, schemas, tables
from cleaner.store.audit import Piece, rebuild


def restore(out: Path, to: Path, only: str | None = None) -> int:
    """Write the decoded sources of OUT, or the one named `only`, below `to`; return how many there were.

    Raises:
        InputError: OUT holds no result, or no decoded source named `only`.
        AuditError: a source cannot be rebuilt, or its name leads out of `to`.
    """
    manifest.recover(out)
    manifest.read(out)
    count = 0
    for source, text in sources(out, only):
        path = _place(to, source)
        if not path.resolve().is_relative_to(to.resolve()):
            raise AuditError(source, "a name that leads out of the folder", "a name below it", "do not use this result")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(
                path, said(error), "a place where the source can be written", "give another --to or --source"
            ) from None
        count += 1
    if only is not None and not count:
        raise InputError(
            only, "no decoded source of that name", "a source as the table sources names it", "see sources/"
        )
    return count


def _place(to: Path, source: str) -> Path:
    """Return where a source is written; `!!` ends the name of a folder that an archive also has a file of."""
    path = to
    *folders, name = source.replace("!", "!/").split("/")
    for folder in folders:
        path = path / folder if not (path / folder).is_file() else path / f"{folder}!!"
    return path / name


def sources(out: Path, only: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield each decoded source of OUT, or the one named `only`, with its text, in order."""
    pieces: dict[str, list[Piece]] = {}
    for table, columns in (
        (schemas.SPEECHES, ("source", "start", "end", "text")),
        (schemas.DUPLICATES, ("source", "start", "end", "text")),
        (schemas.REJECTED, ("source", "start", "end", "text")),
    ):
        for row in tables.read_rows(out / table.name, table.schema, columns):
            if row["start"] is not None and only in (None, row["source"]):
                piece = Piece(row["start"], row["end"], row["text"], f"{table.name} of {row['source']}")
                pieces.setdefault(row["source"], []).append(piece)
    edits = groupby(tables.read_rows(out / "edits", schemas.EDITS.schema), key=lambda row: row["source"])
    waiting = next(edits, None)
    for row in tables.read_rows(out / "sources", schemas.SOURCES.schema, ("source", "decoded_sha256")):
        source = row["source"]
        own: list[dict[str, Any]] = []
        if waiting is not None and waiting[0] == source:
            own = list(waiting[1])
            waiting = next(edits, None)
        if row["decoded_sha256"] is None or only not in (None, source):
            continue
        text = rebuild(source, own, sorted(pieces.pop(source, []), key=lambda piece: (piece.start, piece.end)))
        if sha256(text) != row["decoded_sha256"]:
            raise AuditError(source, "a rebuilt text with another hash", "the decoded source", "run cleaner again")
        yield source, text
