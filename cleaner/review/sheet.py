"""How does a person judge duplicates in a spreadsheet?

In: the tables of OUT and the decisions so far; later a sheet with verdicts filled in. Out: a CSV file with every
duplicate beside its kept speech and every near miss; new lines of the decisions file. What always holds: no cell of
ours is a formula; nothing is written unless every row of a sheet is right, and a sheet taken twice adds nothing twice.
"""

import csv
import getpass
import os
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cleaner.decisions import Decision, Decisions, append
from cleaner.errors import DecisionError, InputError
from cleaner.store import schemas
from cleaner.store.tables import read_batches

COLUMNS = (
    "verdict", "note", "decided", "reason", "similarity", "jaccard", "containment", "a_id", "b_id", "a_title",
    "b_title", "a_chars", "b_chars", "a_begins", "b_begins", "a_sha256", "b_sha256",
)  # fmt: skip
NEEDED = ("verdict", "a_id", "b_id", "a_sha256", "b_sha256")
VERDICTS = {
    "same": "ab", "different": "ab", "unsure": "ab", "undo": "ab",
    "keep a": "ab", "keep b": "ba", "drop a": "a", "drop b": "b",
}  # fmt: skip
"""What may stand in the column `verdict`, and which texts the decision names, in its order."""
BEGINS_CHARS = 120
FAULTS_SHOWN = 20
_FORMULA = tuple("=+-@\t\r'")
"""A cell that begins with one is written behind an apostrophe. Source: OWASP, CSV Injection; the apostrophe itself is
among them so that it can be taken away again."""


def export(out: Path, path: Path, decisions: Decisions) -> int:
    """Write every duplicate and near miss of OUT to the CSV file `path`; return how many there are.

    Raises:
        InputError: the file cannot be written.
    """
    pairs = sorted(_pairs(out), key=lambda pair: (pair["a"], pair["b"]))
    told = _told(out, {pair[side] for pair in pairs for side in "ab"})
    decided = {frozenset(one.texts): one.verdict for one in decisions.in_force if one.level == "speech"}
    try:
        with open(path, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for pair in pairs:
                a, b = told[pair["a"]], told[pair["b"]]
                both = frozenset((a["raw_sha256"], b["raw_sha256"]))
                row = {"decided": decided.get(both, ""), "reason": pair["reason"]}
                row |= {name: f"{pair[name]:.4f}" for name in ("similarity", "jaccard", "containment")}
                for side, one in (("a", a), ("b", b)):
                    row |= {
                        f"{side}_id": one["id"], f"{side}_title": one["title"] or "", f"{side}_chars": one["n_chars"],
                        f"{side}_begins": one["text"].replace("\n", " "), f"{side}_sha256": one["raw_sha256"],
                    }  # fmt: skip
                writer.writerow([_cell(str(row.get(name, ""))) for name in COLUMNS])
    except OSError as error:
        raise InputError(path, str(error.strerror), "a file that may be written", "give another --export") from None
    return len(pairs)


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _pairs(out: Path) -> Iterator[dict[str, Any]]:
    """Yield each dropped speech b with its kept one a, then each verified pair of kept ones."""
    values = ("similarity", "jaccard", "containment")
    dropped = set()
    for batch in read_batches(out / "duplicates", schemas.DUPLICATES.schema, ("id", "kept_id", "reason", *values)):
        for row in batch.to_pylist():
            dropped.add(row["id"])
            if row["kept_id"] is not None:
                yield row | {"a": row["kept_id"], "b": row["id"]}
    for batch in read_batches(out / "pairs", schemas.PAIRS.schema):
        for row in batch.filter(pc.equal(batch["level"], "speech")).to_pylist():
            if row["a"] not in dropped and row["b"] not in dropped:
                yield row | {"reason": "near-miss"}


def _told(out: Path, ids: set[str]) -> dict[str, dict[str, Any]]:
    """Return what the sheet shows of these speeches, by id."""
    wanted, told = pa.array(sorted(ids), pa.string()), {}
    for table in (schemas.SPEECHES, schemas.DUPLICATES):
        columns = ("id", "title", "n_chars", "raw_sha256", "text")
        for batch in read_batches(out / table.name, table.schema, columns):
            rows = batch.filter(pc.is_in(batch["id"], wanted))
            begins = pc.utf8_slice_codeunits(rows["text"], 0, BEGINS_CHARS).to_pylist()
            for row, text in zip(rows.drop_columns(["text"]).to_pylist(), begins, strict=True):
                told[row["id"]] = row | {"text": text}
    return told


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the rows with a verdict."""

    n_new: int
    n_known: int

    def __str__(self) -> str:
        return f"{self.n_new:,} verdicts taken" + (f", {self.n_known:,} were known" if self.n_known else "")


def take(out: Path, sheet: Path, path: Path, decisions: Decisions) -> Taken:
    """Append the verdicts of a filled-in sheet to the decisions file `path`, which holds `decisions`.

    A verdict on two texts withdraws what was decided of the same two before; one that is in force already is left.

    Raises:
        DecisionError: a row is wrong, or contradicts another or a decision; rows are numbered as a spreadsheet does.
    """
    who, when = user(), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    known = {
        row["raw_sha256"]
        for table in (schemas.SPEECHES, schemas.DUPLICATES)
        for batch in read_batches(out / table.name, table.schema, ("raw_sha256",))
        for row in batch.to_pylist()
    }
    in_force: dict[frozenset[str], list[Decision]] = {}
    for one in decisions.in_force:
        if one.level == "speech":
            in_force.setdefault(frozenset(one.texts), []).append(one)
    rows: list[tuple[int, list[Decision]]] = []
    faults: list[str] = []
    first: dict[frozenset[str], tuple[int, Decision]] = {}
    n_known = 0
    for number, row in _rows(sheet):
        try:
            said = _said(row, known, who, when)
        except ValueError as error:
            faults.append(f"row {number}: {error}")
            continue
        texts = frozenset(said.texts)
        earlier, of_earlier = first.setdefault(texts, (number, said))
        before = in_force.get(texts, [])
        if not _are_one(said, of_earlier):
            faults.append(f"row {number}: {said.verdict}, and row {earlier} says otherwise of the same")
        elif said.verdict == "undo" and not before:
            faults.append(f"row {number}: undo, and nothing is decided of the two")
        elif earlier != number or any(_are_one(said, one) for one in before):
            n_known += 1
        else:
            undone = [replace(said, verdict="undo", note="") for _ in before]
            rows.append((number, undone if said.verdict == "undo" else [*undone, said]))
    if faults:
        more = f"; and {len(faults) - FAULTS_SHOWN} more" if len(faults) > FAULTS_SHOWN else ""
        raise _wrong(sheet, "; ".join(faults[:FAULTS_SHOWN]) + more)
    _hold(sheet, path, decisions, rows)
    for _, new in rows:
        for one in new:
            append(path, one)
    return Taken(len(rows), n_known)


def user() -> str:
    """Return who is at work; in a container a user may have a number only."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _are_one(one: Decision, other: Decision) -> bool:
    """Say whether two decisions on the same texts say the same; of `keep`, which one stays."""
    return one.verdict == other.verdict and (one.verdict != "keep" or one.texts[0] == other.texts[0])


def _rows(sheet: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows with a verdict and their numbers; the header is row 1.

    The sheet is UTF-8, or GB18030 as a Chinese Excel saves it; what divides its cells is seen from the header.
    """
    try:
        data = sheet.read_bytes()
    except OSError as error:
        raise InputError(sheet, str(error.strerror), "a filled-in sheet", "give another --import") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    divider = max(",;\t", key=text.partition("\n")[0].count)
    try:
        header, *cells_of_rows = csv.reader(StringIO(text, newline=""), delimiter=divider) if text else [[]]
    except csv.Error as error:
        raise _wrong(sheet, str(error)) from None
    if missing := [name for name in NEEDED if name not in header]:
        found = f"no column {', '.join(missing)}"
        raise DecisionError(sheet, found, "the columns of cleaner review OUT --export", "fill in an exported sheet")
    for number, cells in enumerate(cells_of_rows, start=2):
        row = dict.fromkeys(COLUMNS, "") | dict(zip(header, map(str.strip, cells), strict=False))
        if row["verdict"]:
            yield number, {name: cell.removeprefix("'") for name, cell in row.items()}


def _said(row: dict[str, str], known: set[str], who: str, when: str) -> Decision:
    """Return the decision of one row, or raise ValueError with what is wrong."""
    verdict = " ".join(row["verdict"].casefold().split())
    if verdict not in VERDICTS:
        raise ValueError(f"the verdict {row['verdict']!r}, not one of {', '.join(VERDICTS)}")
    texts = tuple(row[f"{side}_sha256"] for side in VERDICTS[verdict])
    if strange := next((side for side, text in zip(VERDICTS[verdict], texts, strict=True) if text not in known), None):
        raise ValueError(f"{strange}_sha256 is of no text of this result")
    name = verdict.split()[0]
    if name in ("different", "keep") and len(set(texts)) == 1:
        raise ValueError(f"{verdict} of copies that are one text to the character")
    ids = tuple(row[f"{side}_id"] for side in VERDICTS[verdict])
    return Decision(0, who, when, name, "speech", texts, ids, row["note"])


def _hold(sheet: Path, path: Path, decisions: Decisions, rows: Sequence[tuple[int, list[Decision]]]) -> None:
    """Raise for the first row that contradicts a decision or an earlier row; rows and lines are named."""
    row_of_line: dict[int, int] = {}
    n_lines = len(decisions.lines)

    def fault(n_rows: int) -> DecisionError | None:
        lines = list(decisions.lines)
        for number, new in rows[:n_rows]:
            for one in new:
                lines.append(replace(one, line=len(lines) + 1))
                row_of_line[len(lines)] = number
        try:
            Decisions.of(path, lines)
        except DecisionError as error:
            return error
        return None

    if fault(len(rows)) is None:
        return
    # More rows never undo a contradiction, so the first that brings one in can be searched for by halves.
    at = bisect_left(range(len(rows) + 1), True, key=lambda n: fault(n) is not None)
    error = fault(at)
    assert error is not None

    def renamed(match: re.Match[str]) -> str:
        line = int(match[1])
        return f"line {line} of {path}" if line <= n_lines else f"row {row_of_line[line]}"

    raise _wrong(sheet, f"row {rows[at - 1][0]}: " + re.sub(r"\bline (\d+)", renamed, error.found))


def _wrong(sheet: Path, found: str) -> DecisionError:
    return DecisionError(sheet, found, "rows that can all be honoured", "correct the rows; nothing was taken")
