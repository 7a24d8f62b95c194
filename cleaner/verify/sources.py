"""Can every source be rebuilt, and is every text what its edits make? (guarantees 1 and 6)"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cleaner.clean import clean_text, sha256
from cleaner.config import Config
from cleaner.dedup.comparison import SENTINEL, form
from cleaner.dedup.kernel import Codes, Ints
from cleaner.edits import Edit
from cleaner.filters.placeholder import STAGE as PLACEHOLDER
from cleaner.headline import speech_date, speech_occasion, speech_speaker, speech_title
from cleaner.lines import lines
from cleaner.records import Decoded
from cleaner.rulepack import RulePack
from cleaner.store.audit import Piece, edits_of, masked_text, rebuild
from cleaner.store.cut import STAGE as PARAGRAPH_DEDUP
from cleaner.store.flat import Flat
from cleaner.verify.result import VALUES, BySource, fail, rows

_KEPT = (
    "id", "source", "ordinal", "raw_sha256", "n_placeholders", "cluster_id", "n_duplicates", "n_repeated_paragraphs",
    "kept_id", "reason",
)  # fmt: skip


@dataclass(slots=True)
class Read:
    """What is kept of the speeches: names and digests; their forms lie in a file, their texts nowhere.

    Args:
        file: where the codes of the comparison forms go, which are made anew from the edits.
        rows: the columns that later checks need, and `lines`, the digest of the paragraphs of the text.
        dropped: whether it stands in `duplicates`.
        lengths: the codes of each form.
        breaks: the line breaks of each form, from its own beginning.
        n_characters: of all decoded sources.
    """

    file: Flat
    rows: list[dict[str, Any]] = field(default_factory=list)
    dropped: list[bool] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    breaks: list[Ints] = field(default_factory=list)
    n_characters: int = 0

    def forms(self) -> "Forms":
        """Return the forms of all speeches, when all are read."""
        offsets = np.cumsum([0, *self.lengths], dtype=np.int64)
        counts = np.cumsum([0, *map(len, self.breaks)], dtype=np.int64)
        breaks = [own + begin for own, begin in zip(self.breaks, offsets.tolist(), strict=False)]
        return Forms(self.file.mapped(), offsets, np.concatenate([np.empty(0, np.int64), *breaks]), counts)


@dataclass(frozen=True, slots=True)
class Forms:
    """The comparison forms of all speeches.

    Args:
        codes: uint32, all forms one after another, mapped from a file.
        offsets: int64, where each begins, and the end.
        breaks: int64, the line breaks of all forms as indices into `codes`.
        break_offsets: int64, where the breaks of each begin, and the end.
    """

    codes: Codes
    offsets: Ints
    breaks: Ints
    break_offsets: Ints

    def n_lines(self, speech: int) -> int:
        """Return how many lines a form has."""
        return int(self.break_offsets[speech + 1] - self.break_offsets[speech] - 1)

    def paragraphs(self, speeches: Ints, lines: Ints) -> Ints:
        """Return first and end of the codes of these lines, one after another, sentinels at their ends left out."""
        at = self.break_offsets[speeches] + lines
        starts, ends = self.breaks[at].copy(), self.breaks[at + 1].copy()
        some = starts < ends
        starts[some] += self.codes[starts[some]] == SENTINEL
        some = starts < ends
        ends[some] -= self.codes[ends[some] - 1] == SENTINEL
        return np.column_stack((starts, ends)).ravel()


def lines_digest(paragraphs: Iterable[str]) -> bytes:
    """Return a digest of the texts of paragraphs, in order."""
    return hashlib.blake2b("\n".join(paragraphs).encode(), digest_size=16).digest()


def check_sources(out: Path, config: Config, pack: RulePack | None, file: Flat) -> Read:
    """Rebuild every source; return the speeches with their forms in table order.

    With `pack`, the rules of the run, every source is also cleaned again and must give the same edits and texts.
    """
    read = Read(file)
    streams = {name: BySource(out, name, config) for name in ("speeches", "duplicates", "rejected", "edits")}
    last: bytes | None = None
    for source in rows(out, "sources", config):
        name = source["source"]
        if last is not None and name.encode() <= last:
            raise fail(out / "sources", f"{name} after a later source", "rows sorted by source")
        last = name.encode()
        taken = {table: stream.take(name) for table, stream in streams.items()}
        _check_source(out, config, source, taken, read, pack)
        read.n_characters += source["n_chars"] or 0
    for stream in streams.values():
        stream.finish()
    return read


_Rows = list[dict[str, Any]]


def _check_source(
    out: Path, config: Config, source: dict[str, Any], taken: dict[str, _Rows], read: Read, pack: RulePack | None
) -> None:
    name, edits = source["source"], taken["edits"]
    found = sorted([*taken["speeches"], *taken["duplicates"]], key=lambda row: row["ordinal"])
    if source["n_speeches"] != len(found) or source["status"] != ("clean" if found else "rejected"):
        said = f"{name} with {source['n_speeches']} speeches, {source['status']}"
        raise fail(out / "sources", said, f"{len(found)} speeches")
    if not found and not taken["rejected"]:
        raise fail(out / "rejected", f"no row for {name}", "a reason for every source without a speech")
    if source["decoded_sha256"] is None:
        if found or edits:
            raise fail(out / "edits", f"rows of {name}", "none for a source that was not decoded")
        return
    aside = [row for row in taken["rejected"] if row["start"] is not None]
    pieces = [Piece(row["start"], row["end"], row["text"], f"{name}#{row['ordinal']}") for row in (*found, *aside)]
    decoded = rebuild(name, edits, sorted(pieces, key=lambda piece: (piece.start, piece.end)))
    if len(decoded) != source["n_chars"] or sha256(decoded) != source["decoded_sha256"]:
        raise fail(out / "edits", f"that {name} is rebuilt as another text", "the decoded source")
    audit = edits_of(edits)
    for row in found:
        _check_speech(
            out / ("duplicates" if "kept_id" in row else "speeches"), config, source, row, decoded, audit, read
        )
    if pack is not None and not any(edit.stage == PARAGRAPH_DEDUP for edit in audit):
        _check_cleaning(out, config, source, found, decoded, audit, pack)


def _check_speech(
    where: Path,
    config: Config,
    source: dict[str, Any],
    row: dict[str, Any],
    decoded: str,
    audit: list[Edit],
    read: Read,
) -> None:
    """Hold one speech against what its edits make, and keep its form."""
    start, end = row["start"], row["end"]
    inside = [edit for edit in audit if start <= edit.start and edit.end <= end]
    cut = any(edit.stage == PARAGRAPH_DEDUP for edit in inside)
    expected: dict[str, Any] = {
        "id": f"{source['source']}#{row['ordinal']}",
        "n_chars": len(row["text"]),
        "raw_sha256": sha256(decoded[start:end]),
        "n_placeholders": sum(edit.stage == PLACEHOLDER and edit.kind is not None for edit in inside),
        "encoding": source["encoding"],
    }
    if not cut:
        facts = {"title": speech_title, "date": speech_date, "speaker": speech_speaker, "occasion": speech_occasion}
        expected |= {name: say(row["text"]) for name, say in facts.items()}
    for column, value in expected.items():
        if row[column] != value:
            raise fail(where, f"{expected['id']} with {column} {row[column]!r}", f"{value!r}")
    digest = lines_digest(line.text for line in lines(row["text"]) if line.bare)
    read.rows.append({name: row.get(name) for name in (*_KEPT, *VALUES)} | {"lines": digest})
    made = form(masked_text(decoded, inside, start, end), config.dedup.script)
    read.file.append(made.codes)
    read.lengths.append(len(made.codes))
    read.breaks.append(made.breaks)
    read.dropped.append("kept_id" in row)


def _check_cleaning(
    out: Path, config: Config, source: dict[str, Any], found: _Rows, decoded: str, audit: list[Edit], pack: RulePack
) -> None:
    """Clean the decoded source again and hold the tables against it."""
    evidence = Decoded(source["source"], decoded, source["encoding"], source["evidence"], tuple(source["flags"]))
    again = clean_text(evidence, pack, config)
    if list(again.edits) != audit:
        index = next((i for i, pair in enumerate(zip(again.edits, audit, strict=False)) if pair[0] != pair[1]), -1)
        edit = audit[index] if audit else None
        raise fail(out / "edits", f"{source['source']}: {edit}", "the edits that its rules make")
    for speech, row in zip(again.speeches, found, strict=True):
        if (speech.start, speech.end, speech.text) != (row["start"], row["end"], row["text"]):
            raise fail(
                out / "speeches", f"{row['id']} [{row['start']}, {row['end']})", "the speech that its rules leave"
            )
