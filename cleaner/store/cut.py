"""How is a repeated paragraph cut from a text, so that the audit still rebuilds the source?

In: the speeches and edits of a shard, and which paragraphs of which speech go. Out: the same with those lines cut, each
with one line break, as edits of stage `paragraph-dedup`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from cleaner.dedup.kernel import Ints
from cleaner.edits import Draft, Edit
from cleaner.lines import lines
from cleaner.store.audit import Piece, edits_of, rebuild
from cleaner.store.scratch import Paragraphs, Shard, edit_row

STAGE = "paragraph-dedup"
RULE = "repeated-paragraph"


def cut_paragraphs(
    shard: Shard,
    rows: pa.Table,
    edits: pa.Table,
    places: Paragraphs,
    repeats: tuple[Ints, Ints],
) -> tuple[pa.Table, pa.Table]:
    """Return the speeches and edits of a shard with the paragraphs cut that `repeats` names, by speech and line."""
    repeated: dict[int, set[int]] = {}
    for speech_at, seq in zip(*(part.tolist() for part in repeats), strict=True):
        repeated.setdefault(speech_at, set()).add(seq)
    ends = np.cumsum(places.counts)
    by_source: dict[str, list[dict[str, Any]]] = {}
    for row in edits.to_pylist():
        by_source.setdefault(row["source"], []).append(row)
    speeches = rows.to_pylist()
    names = {speeches[i]["source"] for i in repeated}
    pieces = _pieces(names, [*speeches, *shard.read("rejected").to_pylist()])
    decoded = {name: rebuild(name, by_source.setdefault(name, []), pieces[name]) for name in names}
    for i, cut_seqs in repeated.items():
        speech, own = speeches[i], places.seqs[ends[i] - places.counts[i] : ends[i]].tolist()
        source, start, end = speech["source"], speech["start"], speech["end"]
        inside = [
            row for row in by_source[source] if start <= row["start"] and row["end"] <= end and row["start"] < end
        ]
        draft = Draft.from_rows(decoded[source], edits_of(inside), start, end)
        cut = draft.apply(_lines_cut(draft.text, own, cut_seqs))
        speech["text"], speech["n_chars"] = cut.text, len(cut.text)
        others = [
            row for row in by_source[source] if not (start <= row["start"] and row["end"] <= end and row["start"] < end)
        ]
        mended = [*others, *(edit_row(source, decoded[source], edit) for edit in cut.rows())]
        by_source[source] = sorted(mended, key=lambda row: (row["start"], row["end"]))
    flat = [row for name in sorted(by_source, key=str.encode) for row in by_source[name]]
    return pa.Table.from_pylist(speeches, rows.schema), pa.Table.from_pylist(flat, edits.schema)


def _pieces(sources: Iterable[str], rows: Sequence[dict[str, Any]]) -> dict[str, list[Piece]]:
    """Return the texts of each of `sources`, in order, as the audit counts them."""
    pieces: dict[str, list[Piece]] = {name: [] for name in sources}
    for row in sorted((row for row in rows if row["start"] is not None), key=lambda row: (row["start"], row["end"])):
        if row["source"] in pieces:
            pieces[row["source"]].append(Piece(row["start"], row["end"], row["text"], f"a text of {row['source']}"))
    return pieces


def _lines_cut(text: str, seqs: Sequence[int], repeated: set[int]) -> list[Edit]:
    """Return the edits that take the repeated lines out of `text`, each with one line break."""
    shown = [row for row in lines(text) if row.bare]
    out: list[Edit] = []
    stays = False
    for row, seq in zip(shown, seqs, strict=True):
        if seq not in repeated:
            stays = True
        elif stays:
            out.append(Edit(row.start - 1, row.end, STAGE, RULE))
        else:
            out.append(Edit(row.start, min(row.end + 1, len(text)), STAGE, RULE))
    return out
