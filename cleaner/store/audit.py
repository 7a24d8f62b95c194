"""Do the tables say the same thing, and can the sources be rebuilt from them?

In: the texts and the edits of one source. Out: its decoded text, and each text as its edits make it; or an
`AuditError` that names the first thing that does not hold. The checks of guarantees 1 and 6 are here and nowhere else:
a run is held against them before it commits, `verify` holds any result against them, `restore` uses them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cleaner.chars import MASK
from cleaner.edits import Draft, Edit
from cleaner.errors import AuditError


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that is accounted for: a speech, kept or dropped, or one set aside; [start, end) of the source."""

    start: int
    end: int
    text: str
    name: str


def edits_of(rows: Sequence[dict[str, Any]]) -> list[Edit]:
    """Return rows of the table `edits` as edits in coordinates of the source."""
    return [Edit(r["start"], r["end"], r["stage"], r["rule"], r["inserted"], r["kind"]) for r in rows]


def rebuild(source: str, rows: Sequence[dict[str, Any]], pieces: Sequence[Piece]) -> str:
    """Return the decoded text of `source`: what the edits removed and what the texts kept.

    Args:
        rows: its rows of `edits`, sorted.
        pieces: its texts, sorted by start.

    Raises:
        AuditError: an edit overlaps another or its span has not the length of what it removed; a text is not what its
            edits leave; a character is in no text and in no edit.
    """
    out: list[str] = []
    at, row = 0, 0
    for piece in (*pieces, None):
        end = piece.start if piece else None
        while row < len(rows) and (end is None or rows[row]["start"] < end):
            at = _removed(source, rows[row], at, out, end)
            row += 1
        if piece is None:
            break
        if at != piece.start:
            found = f"characters {at} to {piece.start} in no text and no edit"
            raise AuditError(piece.name, found, "every character in one", "run cleaner again")
        taken = 0
        while row < len(rows) and (rows[row]["start"] < piece.end or _ends(piece, taken, at, rows[row])):
            edit = rows[row]
            taken = _kept(piece, taken, edit["start"] - at, out)
            at = _removed(source, edit, edit["start"], out, piece.end)
            if piece.text[taken : taken + len(edit["inserted"])] != edit["inserted"]:
                raise _broken(piece, f"what the edit at {edit['start']} inserted is not in it")
            taken += len(edit["inserted"])
            row += 1
        taken = _kept(piece, taken, piece.end - at, out)
        if taken != len(piece.text):
            raise _broken(piece, f"{len(piece.text) - taken} characters that no edit inserted")
        at = piece.end
    return "".join(out)


def _ends(piece: Piece, taken: int, at: int, row: dict[str, Any]) -> bool:
    """Say whether an insertion at the very end of the piece is what its text still lacks."""
    inserts = row["start"] == row["end"] == piece.end and bool(row["inserted"])
    return inserts and taken + piece.end - at < len(piece.text)


def _removed(source: str, edit: dict[str, Any], at: int, out: list[str], limit: int | None) -> int:
    start, end = edit["start"], edit["end"]
    if start != at or end - start != len(edit["removed"]) or (limit is not None and end > limit):
        found = f"an edit [{start}, {end}) that removed {len(edit['removed'])} characters after {at}"
        expected = "edits that are disjoint, sorted and as long as what they removed"
        raise AuditError(f"edits of {source}", found, expected, "run cleaner again")
    out.append(edit["removed"])
    return int(end)


def _kept(piece: Piece, taken: int, length: int, out: list[str]) -> int:
    if length < 0 or taken + length > len(piece.text):
        raise _broken(piece, f"{taken + max(length, 0) - len(piece.text)} characters missing")
    out.append(piece.text[taken : taken + length])
    return taken + length


def _broken(piece: Piece, found: str) -> AuditError:
    return AuditError(piece.name, found, "the text that its edits make", "run cleaner again")


def masked_text(decoded: str, rows: Sequence[Edit], start: int, end: int) -> str:
    """Return the text of [start, end) with `chars.MASK` for each placeholder, as the comparison form wants it.

    What the policy took away beside a placeholder and what paragraph-dedup cut are there again.
    """
    shown = []
    for edit in rows:
        if not (start <= edit.start and edit.end <= end):
            continue
        if edit.stage == "placeholder" and edit.rule != "debris":
            # A run that an earlier edit had cut is several rows; the first has the kind, and the mark stands for all.
            shown.append(edit._replace(inserted=MASK if edit.kind is not None else ""))
        elif edit.stage not in ("placeholder", "paragraph-dedup"):
            shown.append(edit)
    return Draft.from_rows(decoded, shown, start, end).text
