"""What became of every character of a file, in its own order?

In: the rows of one source: its texts, what was set aside of it, its edits. Out: the decoded text as `Stretch`es, each
kept or removed by a rule. What always holds: the stretches of all windows together are the decoded text.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow.compute as pc

from cleaner.errors import InputError
from cleaner.review.lookup import Lookup
from cleaner.store import schemas
from cleaner.store.audit import Piece, rebuild

MAX_SOURCE_CHARS = 5_000_000
"""A longer source is not rebuilt: `cleaner restore` writes it to a file."""
WINDOW_CHARS = 20_000
N_COLOURS = 8

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the decoded text: kept, or taken out by `edit`.

    Args:
        begins: what begins here, such as a speech; else empty.
        colour: one for each rule, from 0; None if kept.
    """

    text: str
    edit: Row | None = None
    colour: int | None = None
    begins: str = ""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A source.

    Args:
        text: as decoded.
        edits: its rows, sorted.
        begins: what begins at which code point.
        colours: of each rule that took something out, by (stage, rule).
        counts: how often it did.
    """

    text: str
    edits: Sequence[Row]
    begins: dict[int, str]
    colours: dict[tuple[str, str], int]
    counts: Counter[tuple[str, str]]

    @property
    def n_windows(self) -> int:
        """How many windows it takes to show the text."""
        return max(1, -(-len(self.text) // WINDOW_CHARS))

    def begin_of(self, name: str) -> int:
        """Return where the speech of an id of a speech or paragraph begins; 0 if it is not there."""
        ordinal = name.rpartition("#")[2].partition("/")[0]
        return next((at for at, what in self.begins.items() if what.startswith(f"speech {ordinal},")), 0)

    def edit_at(self, start: int | None) -> Row | None:
        """Return the edit that took something out at `start`, if there is one."""
        return next((edit for edit in self.edits if edit["start"] == start < edit["end"]), None)

    def stretches(self, window: int) -> Iterator[Stretch]:
        """Yield the stretches of one window; what crosses its edge is cut there."""
        low, high = window * WINDOW_CHARS, min((window + 1) * WINDOW_CHARS, len(self.text))
        at = low
        for edit in self.edits:
            is_last = high == len(self.text)
            if edit["start"] < low >= edit["end"] or (
                edit["start"] >= high and not (is_last and edit["start"] == high)
            ):
                continue
            start, end = max(edit["start"], low), min(edit["end"], high)
            yield from self._kept(at, start)
            colour = self.colours[edit["stage"], edit["rule"]]
            yield Stretch(self.text[start:end], edit, colour, self.begins.get(start, ""))
            at = end
        yield from self._kept(at, high)

    def _kept(self, start: int, end: int) -> Iterator[Stretch]:
        cuts = [start, *(at for at in sorted(self.begins) if start < at < end), end]
        for low, high in pairwise(cuts):
            if low < high:
                yield Stretch(self.text[low:high], begins=self.begins.get(low, ""))


def rebuilt(tables: Lookup, source: str) -> Rebuilt:
    """Return a source of the result.

    Raises:
        InputError: it is too long to be shown.
    """
    sizes = [row["n_chars"] for batch in tables.rows(schemas.SOURCES, "source", [source], "n_chars")
             for row in batch.to_pylist()]  # fmt: skip
    if any(size > MAX_SOURCE_CHARS for size in sizes):
        found = f"{sizes[0]:,} characters"
        raise InputError(source, found, f"at most {MAX_SOURCE_CHARS:,} on one page", "use cleaner restore --source")
    pieces = list[Piece]()
    begins = dict[int, str]()
    for table, fate in ((schemas.SPEECHES, "kept"), (schemas.DUPLICATES, "dropped"), (schemas.REJECTED, "set aside")):
        for batch in tables.rows(table, "source", [source], "ordinal", "start", "end", "text"):
            for row in batch.filter(pc.is_valid(batch["start"])).to_pylist():
                pieces.append(Piece(row["start"], row["end"], row["text"], source))
                begins[row["start"]] = f"speech {row['ordinal']}, {fate}"
    pieces.sort(key=lambda piece: (piece.start, piece.end))
    columns = schemas.EDITS.schema.names
    edits = [row for batch in tables.rows(schemas.EDITS, "source", [source], *columns) for row in batch.to_pylist()]
    counts = Counter((edit["stage"], edit["rule"]) for edit in edits)
    colours = {rule: i % N_COLOURS for i, rule in enumerate(counts)}
    return Rebuilt(rebuild(source, edits, pieces), edits, begins, colours, counts)
