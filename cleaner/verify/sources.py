"""Can every source be rebuilt, and is every text what its edits make? (guarantees 1 and 6)"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cleaner.clean import clean_text, sha256, speech_date, speech_title
from cleaner.config import Config
from cleaner.dedup.exact import Form, form
from cleaner.edits import Edit
from cleaner.filters.placeholder import STAGE as PLACEHOLDER
from cleaner.lines import lines
from cleaner.records import Decoded
from cleaner.rulepack import RulePack
from cleaner.store.audit import Piece, edits_of, masked_text, rebuild
from cleaner.store.cut import STAGE as PARAGRAPH_DEDUP
from cleaner.verify.result import VALUES, BySource, fail, rows

_KEPT = (
    "id", "source", "ordinal", "raw_sha256", "n_placeholders", "cluster_id", "n_duplicates", "n_repeated_paragraphs",
    "kept_id", "reason",
)  # fmt: skip


@dataclass(slots=True)
class Read:
    """What is kept of the speeches: names and forms, no texts but the paragraphs' lines.

    Args:
        rows: the columns that later checks need, and `lines`, the paragraphs of the text.
        forms: the comparison form of each, made anew from the edits.
        dropped: whether it stands in `duplicates`.
        n_characters: of all decoded sources.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    dropped: list[bool] = field(default_factory=list)
    n_characters: int = 0


def check_sources(out: Path, config: Config, pack: RulePack | None) -> Read:
    """Rebuild every source; return the speeches with their forms in table order.

    With `pack`, the rules of the run, every source is also cleaned again and must give the same edits and texts.
    """
    read = Read()
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
        expected |= {"title": speech_title(row["text"]), "date": speech_date(row["text"])}
    for column, value in expected.items():
        if row[column] != value:
            raise fail(where, f"{expected['id']} with {column} {row[column]!r}", f"{value!r}")
    paragraphs = [line.text for line in lines(row["text"]) if line.bare]
    read.rows.append({name: row.get(name) for name in (*_KEPT, *VALUES)} | {"lines": paragraphs})
    read.forms.append(form(masked_text(decoded, inside, start, end), config.dedup.script))
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
