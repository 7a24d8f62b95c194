"""What are the texts of the chosen speeches, with their masks in place, and what stood around the chosen edits?

In: ids and rows chosen by `gather` and `sample`, or by a reviewer. Out: `Told` speeches and contexts. Only the row
groups of the chosen sources are read, and only their rows stay in memory. What always holds: a text told is the text of
the table with `chars.MASK` where a placeholder stood, whatever the policy left of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow.compute as pc

from cleaner.chars import MASK
from cleaner.dedup.comparison import form
from cleaner.review.gather import LARGE_SOURCE_CHARS
from cleaner.review.lookup import Lookup
from cleaner.store import schemas
from cleaner.store.audit import Piece, rebuild
from cleaner.store.schemas import source_of

CONTEXT_CHARS = 24
"""Shown on each side of an example."""
LONGEST_CLEANED = 8
"""Removed spans shown for one speech, the longest first."""
QUIET = frozenset({"placeholder", "reflow", "normalise", "paragraph-dedup"})
"""Stages whose edits are seen in the text itself, or are blanks."""


Row = dict[str, Any]


class Mask(NamedTuple):
    """What a placeholder looked like in the source, and what it stood for."""

    run: str
    kind: str


@dataclass(slots=True)
class Told:
    """A speech as a reviewer reads it.

    Args:
        text: the cleaned text with `chars.MASK` for each of `masks`.
        n_unmasked: letters and numbers that the keep order counts; None if the speech is too large to count.
        removed: characters taken out of the speech and around it, by stage.
        cleaned: the longest spans taken out, with their rule.
    """

    row: Row
    text: str
    masks: list[Mask]
    n_unmasked: int | None
    removed: Counter[str] = field(default_factory=Counter)
    cleaned: list[Row] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What the speech is called: its title, or its first line."""
        return str(self.row["title"] or self.text.strip().split("\n", 1)[0])


class Context(NamedTuple):
    """An edit with what stood before and after it in the decoded source."""

    edit: Row
    before: str
    after: str


def fetch(tables: Lookup, ids: set[str], examples: Iterable[Row], script: str) -> tuple[dict[str, Told], list[Context]]:
    """Return the speeches `ids` by id, and the rows of edits `examples` in their contexts.

    Args:
        examples: from sources small enough to be rebuilt.
        script: as the comparison form wants it.
    """
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in examples:
        by_source[row["source"]].append(row)
    wanted = {source_of(name) for name in ids} | set(by_source)
    rows, pieces = _texts(tables, wanted, ids, set(by_source))
    windows = {source: _windows(own, ids) for source, own in pieces.items()}
    edits = _edits(tables, wanted, windows, set(by_source))
    told = {}
    for name, row in rows.items():
        told[name] = _tell(row, windows[row["source"]][name], edits.get(row["source"], ()), script)
    contexts = []
    for source, chosen in by_source.items():
        own = sorted(pieces.get(source, ()), key=lambda piece: (piece.start, piece.end))
        text = rebuild(source, edits[source], own)
        for row in chosen:
            before = text[max(0, row["start"] - CONTEXT_CHARS) : row["start"]]
            contexts.append(Context(row, before, text[row["end"] : row["end"] + CONTEXT_CHARS]))
    return told, contexts


def _texts(
    tables: Lookup, wanted: set[str], ids: set[str], whole: set[str]
) -> tuple[dict[str, Row], dict[str, list[Piece]]]:
    """Return the rows of `ids`, and every piece of the wanted sources; their texts only where one is `whole`."""
    rows: dict[str, Row] = {}
    pieces: dict[str, list[Piece]] = defaultdict(list)
    columns = ("id", "source", "start", "end", "title", "date", "text", "n_chars", "n_placeholders")
    for table in (schemas.SPEECHES, schemas.DUPLICATES):
        for batch in tables.rows(table, "source", wanted, *columns):
            for row in batch.to_pylist():
                text = row["text"] if row["source"] in whole else ""
                pieces[row["source"]].append(Piece(row["start"], row["end"], text, row["id"]))
                if row["id"] in ids:
                    rows[row["id"]] = row
    for batch in tables.rows(schemas.REJECTED, "source", wanted, "source", "start", "end", "text"):
        for row in batch.filter(pc.is_valid(batch["start"])).to_pylist():
            text = row["text"] if row["source"] in whole else ""
            pieces[row["source"]].append(Piece(row["start"], row["end"], text, ""))
    return rows, pieces


class _Window(NamedTuple):
    """A speech [start, end) with the gaps around it: from the end of the piece before to the start of the next."""

    low: int
    start: int
    end: int
    high: int | None

    def holds(self, edit: Row) -> bool:
        """Say whether `edit` is counted as the speech's: in a gap a footer goes with the speech before it."""
        if edit["start"] < self.start:
            return edit["start"] >= self.low and (edit["stage"] != "footer" or not self.low)
        if edit["start"] < self.end:
            return True
        return self.high is None or (edit["start"] < self.high and edit["stage"] == "footer")

    @property
    def limit(self) -> int:
        """The code point up to which edits are fetched."""
        return self.low + LARGE_SOURCE_CHARS


def _windows(pieces: Sequence[Piece], ids: set[str]) -> dict[str, _Window]:
    own = sorted(pieces, key=lambda piece: (piece.start, piece.end))
    ends = [0, *(piece.end for piece in own)]
    starts = [*(piece.start for piece in own[1:]), None]
    return {
        piece.name: _Window(low, piece.start, piece.end, high)
        for piece, low, high in zip(own, ends, starts, strict=False)
        if piece.name in ids
    }


def _edits(
    tables: Lookup, wanted: set[str], windows: dict[str, dict[str, _Window]], whole: set[str]
) -> dict[str, list[Row]]:
    """Return the rows of `edits` by source: all of a source in `whole`, else those of its windows."""
    out: dict[str, list[Row]] = defaultdict(list)
    for batch in tables.rows(schemas.EDITS, "source", wanted, *schemas.EDITS.schema.names):
        for row in batch.to_pylist():
            source = row["source"]
            near = (window for window in windows.get(source, {}).values() if row["start"] < window.limit)
            if source in whole or any(window.holds(row) for window in near):
                out[source].append(row)
    return out


def _tell(row: Row, window: _Window, edits: Sequence[Row], script: str) -> Told:
    """Walk through the edits of a speech; `text` is cut short where the edits of a very large one were not fetched."""
    text, out, full, masks, removed = row["text"], list[str](), list[str](), list[Mask](), Counter[str]()
    at, taken = window.start, 0
    near = [edit for edit in edits if window.holds(edit)]
    for edit in near:
        removed[edit["stage"]] += len(edit["removed"])
        if not window.start <= edit["start"] < window.end:
            continue
        length = edit["start"] - at
        kept = text[taken : taken + length].replace(MASK, "\N{REPLACEMENT CHARACTER}")
        taken += length + len(edit["inserted"])
        at = edit["end"]
        is_mask = edit["stage"] == "placeholder" and edit["kind"] is not None
        if is_mask:
            masks.append(Mask(edit["removed"], edit["kind"]))
        out += (kept, MASK if is_mask else edit["inserted"])
        full += (kept, MASK if is_mask else edit["removed"] if edit["stage"] == "paragraph-dedup" else edit["inserted"])
    rest = text[taken:].replace(MASK, "\N{REPLACEMENT CHARACTER}")
    is_large = window.end > window.limit
    if is_large:
        rest = rest[: max(0, window.limit - at)]
    spans = [edit for edit in near if edit["stage"] not in QUIET and edit["removed"].strip()]
    longest = sorted(spans, key=lambda edit: (-len(edit["removed"]), edit["start"]))[:LONGEST_CLEANED]
    return Told(
        row={key: value for key, value in row.items() if key != "text"},
        text="".join([*out, rest]),
        masks=masks,
        n_unmasked=None if is_large else form("".join([*full, rest]), script).n_unmasked,
        removed=Counter() if is_large else removed,
        cleaned=sorted(longest, key=lambda edit: edit["start"]),
    )
