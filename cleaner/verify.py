"""Does a finished result keep its guarantees?

In: OUT. Out: what was checked, or an `AuditError` that names the first failure. Nothing of the tables is taken on trust:
the digests are compared, every source is rebuilt from its edits and texts, the comparison forms are made anew from the
edits, every signature is sketched and every pair compared again, and the keep rule is run again over the pairs. What a
result cannot show, a pair that was never found, is estimated: the bands are drawn again under another seed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from cleaner.clean import sha256, speech_date, speech_title
from cleaner.config import Config, as_config
from cleaner.dedup.corpus import NO_CONTAINMENT, settings_of
from cleaner.dedup.detect import detect
from cleaner.dedup.exact import Form, digest, form, groups
from cleaner.dedup.keep import REASONS, keep_order, paragraph_threshold, survivors
from cleaner.dedup.kernel import Codes, Ints
from cleaner.dedup.shingle import count_codes, flatten
from cleaner.dedup.sketch import signatures
from cleaner.dedup.verify import Verified, verify
from cleaner.errors import AuditError
from cleaner.lines import lines
from cleaner.store import manifest, schemas, tables
from cleaner.store.audit import Piece, edits_of, masked_text, rebuild

TOLERANCE = 1e-12
"""Two ways to divide the same counts may differ in the last bit; nothing else may."""
SAMPLE_SPEECHES = 5000
"""Speeches that are banded again to estimate the pairs never found."""

_VALUES = ("similarity", "jaccard", "containment")


@dataclass(slots=True)
class Checked:
    """What was checked: rows by table, and what can only be estimated."""

    rows: dict[str, int] = field(default_factory=dict)
    n_characters: int = 0
    estimated_recall: float = 1.0


@dataclass(slots=True)
class _Read:
    """What the second pass keeps of the speeches: names and forms, no texts."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    dropped: list[bool] = field(default_factory=list)


def check(out: Path) -> Checked:
    """Hold the result in OUT against its guarantees.

    Raises:
        InputError: there is no result in OUT.
        AuditError, SchemaError: the first guarantee that does not hold, with the table and row.
    """
    manifest.recover(out)
    described = manifest.read(out)
    config = as_config(described["config"])
    checked = Checked(rows=_check_files(out, described))
    speeches = _check_sources(out, config, checked)
    codes, offsets = flatten([one.codes for one in speeches.forms])
    _check_signatures(out, config, speeches, codes, offsets)
    _check_fates(out, config, speeches, codes, offsets, checked)
    _check_paragraphs(out, config, speeches)
    return checked


def _fail(where: object, found: str, expected: str) -> AuditError:
    return AuditError(where, found, expected, "run cleaner again")


def _schema(name: str, config: Config) -> pa.Schema:
    if name == "signatures":
        return schemas.signatures(config.dedup.num_perm, config.dedup.seed, config.dedup.k).schema
    return next(table.schema for table in schemas.TABLES if table.name == name)


def _check_files(out: Path, described: dict[str, Any]) -> dict[str, int]:
    """Hold the files of every table against the digests, and return the rows."""
    config = as_config(described["config"])
    counted = {}
    for name in schemas.NAMES:
        expected = described["digests"]["tables"][name]
        present = [path.name for path in tables.parts(out / name)]
        if present != sorted(expected):
            raise _fail(out / name, f"the parts {present}", f"{sorted(expected)}")
        for part, wanted in expected.items():
            if tables.file_digest(out / name / part) != wanted:
                raise _fail(out / name / part, "bytes that have changed since the run", f"sha256 {wanted[:12]}…")
        counted[name] = sum(batch.num_rows for batch in tables.read_batches(out / name, _schema(name, config), ()))
        if counted[name] != described["counts"]["rows"][name]:
            raise _fail(out / name, f"{counted[name]} rows", f"{described['counts']['rows'][name]}")
    return counted


def _rows(out: Path, name: str, config: Config) -> Iterator[dict[str, Any]]:
    return tables.read_rows(out / name, _schema(name, config))


class _BySource:
    """The rows of a table that is sorted by source, handed out source by source."""

    def __init__(self, out: Path, name: str, config: Config) -> None:
        self.where = out / name
        self._groups = groupby(_rows(out, name, config), key=lambda row: row["source"])
        self._next: tuple[str, list[dict[str, Any]]] | None = None
        self._last: bytes | None = None
        self._advance()

    def _advance(self) -> None:
        found = next(self._groups, None)
        self._next = None if found is None else (found[0], list(found[1]))
        if self._next is not None:
            key = self._next[0].encode()
            if self._last is not None and key <= self._last:
                raise _fail(self.where, f"{self._next[0]} after a later source", "rows sorted by source")
            self._last = key

    def take(self, source: str) -> list[dict[str, Any]]:
        """Return the rows of `source`; sources are asked for in order."""
        if self._next is None or self._next[0] != source:
            return []
        rows = self._next[1]
        self._advance()
        return rows

    def finish(self) -> None:
        """Fail if rows are left whose source is not in `sources`."""
        if self._next is not None:
            raise _fail(self.where, f"rows of {self._next[0]}", "only sources that the table sources names")


def _check_sources(out: Path, config: Config, checked: Checked) -> _Read:
    """Rebuild every source; return the speeches with their forms in table order."""
    read = _Read()
    streams = {name: _BySource(out, name, config) for name in ("speeches", "duplicates", "rejected", "edits")}
    last: bytes | None = None
    for source in _rows(out, "sources", config):
        name = source["source"]
        if last is not None and name.encode() <= last:
            raise _fail(out / "sources", f"{name} after a later source", "rows sorted by source")
        last = name.encode()
        taken = {table: stream.take(name) for table, stream in streams.items()}
        _check_source(out, config, source, taken, read)
        checked.n_characters += source["n_chars"] or 0
    for stream in streams.values():
        stream.finish()
    return read


def _check_source(out: Path, config: Config, source: dict[str, Any], taken: dict[str, list[dict[str, Any]]], read: _Read) -> None:
    name, edits = source["source"], taken["edits"]
    found = sorted([*taken["speeches"], *taken["duplicates"]], key=lambda row: row["ordinal"])
    if source["n_speeches"] != len(found) or source["status"] != ("clean" if found else "rejected"):
        raise _fail(out / "sources", f"{name} with {source['n_speeches']} speeches, {source['status']}", f"{len(found)} speeches")
    if not found and not taken["rejected"]:
        raise _fail(out / "rejected", f"no row for {name}", "a reason for every source without a speech")
    if source["decoded_sha256"] is None:
        if found or edits:
            raise _fail(out / "edits", f"rows of {name}", "none for a source that was not decoded")
        return
    aside = [row for row in taken["rejected"] if row["start"] is not None]
    pieces = [Piece(row["start"], row["end"], row["text"], f"{name}#{row['ordinal']}") for row in (*found, *aside)]
    pieces.sort(key=lambda piece: (piece.start, piece.end))
    decoded = rebuild(name, edits, pieces)
    if len(decoded) != source["n_chars"] or sha256(decoded) != source["decoded_sha256"]:
        raise _fail(out / "edits", f"that the texts and edits of {name} rebuild {len(decoded)} characters that differ", "the decoded source")
    audit = edits_of(edits)
    for edit, row in zip(audit, edits, strict=True):
        if decoded[edit.start : edit.end] != row["removed"]:
            raise _fail(out / "edits", f"{name} [{edit.start}, {edit.end}) removed {row['removed'][:20]!r}", "the source there")
    for row in found:
        table = "duplicates" if "kept_id" in row else "speeches"
        inside = [edit for edit in audit if row["start"] <= edit.start and edit.end <= row["end"]]
        runs = [edit for edit in inside if edit.stage == "placeholder" and edit.kind is not None]
        before = masked_text(decoded, inside, row["start"], row["end"])
        one = form(before, config.dedup.script)
        uncut = not any(edit.stage == "paragraph-dedup" for edit in inside)
        for column, value in {
            "id": f"{name}#{row['ordinal']}",
            "n_chars": len(row["text"]),
            "raw_sha256": sha256(decoded[row["start"] : row["end"]]),
            "n_placeholders": len(runs),
            "encoding": source["encoding"],
            **({"title": speech_title(row["text"]), "date": speech_date(row["text"])} if uncut else {}),
        }.items():
            if row[column] != value:
                raise _fail(out / table, f"{name}#{row['ordinal']} with {column} {row[column]!r}", f"{value!r}")
        read.rows.append({key: row.get(key) for key in ("id", "source", "ordinal", "n_placeholders", "cluster_id", "n_duplicates",
                          "n_repeated_paragraphs", "kept_id", "reason", *_VALUES)} | {"lines": [line.text for line in lines(row["text"]) if line.bare]})  # fmt: skip
        read.forms.append(one)
        read.dropped.append(table == "duplicates")


def _check_signatures(out: Path, config: Config, read: _Read, codes: Codes, offsets: Ints) -> None:
    sketch, has_signature = signatures(codes, offsets, config.dedup.k, config.dedup.num_perm, config.dedup.seed)
    expected = np.flatnonzero(has_signature)
    at = 0
    for batch in tables.read_batches(out / "signatures", _schema("signatures", config)):
        ids = batch.column("id").to_pylist()
        values = batch.column("signature").flatten().to_numpy().reshape(len(ids), -1)
        for i, name in enumerate(ids):
            if at >= len(expected) or name != read.rows[expected[at]]["id"] or not np.array_equal(values[i], sketch[expected[at]]):
                raise _fail(out / "signatures", f"a row of {name}", "the signature of its text, in the order of the speeches")
            at += 1
    if at != len(expected):
        raise _fail(out / "signatures", f"{at} rows", f"{len(expected)}")


def _check_pairs(
    out: Path, config: Config, level: str, index: dict[str, int], codes: Codes, offsets: Ints, first_of: Ints | None
) -> Verified:
    """Compare every pair of `level` again; return those that are not exact copies.

    `first_of`, where it is given, names the pairs of exact copies that must be there.
    """
    rows = [row for row in _rows(out, "pairs", config) if row["level"] == level]
    names = [(row["a"], row["b"]) for row in rows]
    if names != sorted(set(names)):
        raise _fail(out / "pairs", f"rows of level {level} out of order", "each pair once, sorted by a and b")
    if first_of is not None:
        strange = next((row for row in rows if row["a"] not in index or row["b"] not in index), None)
        if strange:
            raise _fail(out / "pairs", f"{strange['a']} and {strange['b']}", f"ids of a {level}")
    rows = [row for row in rows if row["a"] in index and row["b"] in index]
    a, b = (np.array([index[row[side]] for row in rows], np.int64) for side in ("a", "b"))
    pairs = verify(codes, offsets, a, b, config.dedup.k, 0.0, config.dedup.containment)
    same = np.array([_form(codes, offsets, x) == _form(codes, offsets, y) for x, y in zip(a.tolist(), b.tolist(), strict=True)], bool)
    for i, row in enumerate(rows):
        for name in _VALUES:
            value = 1.0 if same[i] else float(getattr(pairs, name)[i])
            if abs(row[name] - value) > TOLERANCE:
                raise _fail(out / "pairs", f"{row['a']} and {row['b']} with {name} {row[name]}", f"{value}")
    if first_of is not None:
        copies = {(int(first), copy) for copy, first in enumerate(first_of) if first != copy}
        if copies != set(zip(a[same].tolist(), b[same].tolist(), strict=True)):
            raise _fail(out / "pairs", "other pairs of exact copies", "each copy with the first of its group, once")
    return pairs.take(np.flatnonzero(~same))


def _form(codes: Codes, offsets: Ints, index: int) -> bytes:
    return codes[offsets[index] : offsets[index + 1]].tobytes()


def _check_fates(out: Path, config: Config, read: _Read, codes: Codes, offsets: Ints, checked: Checked) -> None:
    """Run the keep rule again over the verified pairs and hold every speech against it."""
    settings, n = config.dedup, len(read.rows)
    ids = [row["id"] for row in read.rows]
    lengths, _ = count_codes(codes, offsets)
    placeholders = np.array([row["n_placeholders"] for row in read.rows], np.int64)
    ordinals = np.array([row["ordinal"] for row in read.rows], np.int64)
    order = keep_order(lengths, placeholders, [row["source"] for row in read.rows], ordinals, settings.keep)
    digests = [digest(one.codes) for one in read.forms]
    first_of = np.empty(n, np.int64)
    first_of[order] = order[groups([digests[i] for i in order.tolist()])]
    pairs = _check_pairs(out, config, "speech", {name: i for i, name in enumerate(ids)}, codes, offsets, first_of)
    low = (pairs.similarity < settings.floor) & (pairs.containment < settings.containment)
    if low.any():
        raise _fail(out / "pairs", f"a pair of similarity {float(pairs.similarity[low][0])}", f"at least the floor {settings.floor}")
    fates = survivors(order, pairs, lengths, settings.threshold, settings.containment, settings.length_ratio, first_of)
    counts = np.bincount(fates.kept_of[fates.kept_of != np.arange(n)], minlength=n)
    for i, row in enumerate(read.rows):
        kept = bool(fates.kept_of[i] == i)
        where = out / ("duplicates" if read.dropped[i] else "speeches")
        if kept == read.dropped[i]:
            raise _fail(where, f"{row['id']} {'dropped' if read.dropped[i] else 'kept'}", f"{'kept' if kept else 'dropped'}, by its pairs")
        expected = {"cluster_id": ids[int(fates.kept_of[i])] if not kept or counts[i] else None, "n_duplicates": int(counts[i])}
        if not kept:
            expected |= {"kept_id": ids[int(fates.kept_of[i])], "reason": REASONS[fates.reason[i]]}
            expected |= {name: float(getattr(fates, name)[i]) for name in _VALUES}
        for column, value in expected.items():
            if row[column] != value and not (isinstance(value, float) and abs(row[column] - value) <= TOLERANCE):
                raise _fail(where, f"{row['id']} with {column} {row[column]!r}", f"{value!r}")
    checked.estimated_recall = _estimate_recall(config, codes, offsets, order, pairs)


def _estimate_recall(config: Config, codes: Codes, offsets: Ints, order: Ints, pairs: Verified) -> float:
    """Return the share of the pairs at τ, of those found under another seed in a sample, that the result has."""
    step = max(1, len(order) // SAMPLE_SPEECHES)
    sample = np.sort(order[::step])
    picked, bounds = flatten([codes[offsets[i] : offsets[i + 1]] for i in sample.tolist()])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    again = replace(settings_of(config.dedup), seed=(config.dedup.seed + 1) % 2**32)
    found = detect(picked, bounds, again, np.argsort(place[sample], kind="stable").astype(np.int64)).pairs
    high = found.take(found.similarity >= config.dedup.threshold)
    known = {frozenset(pair) for pair in zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)}
    if not len(high):
        return 1.0
    return sum(frozenset((int(sample[a]), int(sample[b]))) in known for a, b in zip(high.a, high.b, strict=True)) / len(high)


def _check_paragraphs(out: Path, config: Config, read: _Read) -> None:
    """Hold the paragraphs against the texts, and each repeated one against its kept copy."""
    speech = {row["id"]: i for i, row in enumerate(read.rows) if not read.dropped[i]}
    rows = list(_rows(out, "paragraphs", config))
    by_id = {row["id"]: row for row in rows}
    forms: list[Codes] = []
    for row in rows:
        i = speech.get(row["speech_id"])
        if i is None or row["id"] != f"{row['speech_id']}/{row['seq']}" or row["n_chars"] != len(row["text"]):
            raise _fail(out / "paragraphs", f"the row {row['id']}", "a paragraph of a kept speech")
        if not 0 <= row["seq"] < len(read.forms[i].breaks) - 1:
            raise _fail(out / "paragraphs", f"the row {row['id']}", "a line of its speech")
        forms.append(read.forms[i].paragraph(row["seq"]))
    _check_lines(out, config, rows, read, speech)
    codes, offsets = flatten(forms)
    index = {row["id"]: i for i, row in enumerate(rows)}
    _check_pairs(out, config, "paragraph", index, codes, offsets, None)
    sizes = np.maximum(np.diff(offsets) - config.dedup.k + 1, 0)
    limits = paragraph_threshold(sizes, config.paragraphs.threshold, config.dedup.k, config.dedup.floor)
    gone = [row for row in rows if not row["kept"]]
    targets = [by_id.get(row["kept_id"]) for row in gone]
    for row, target in zip(gone, targets, strict=True):
        if target is None or not target["kept"] or target["speech_id"] == row["speech_id"] or row["cluster_id"] != target["id"]:
            raise _fail(out / "paragraphs", f"{row['id']} with kept_id {row['kept_id']}", "a kept paragraph of another kept speech")
    x = np.array([index[row["id"]] for row in gone], np.int64)
    y = np.array([index[row["kept_id"]] for row in gone], np.int64)
    again = verify(codes, offsets, x, y, config.dedup.k, 0.0, NO_CONTAINMENT)
    for i, row in enumerate(gone):
        value = float(again.similarity[i])
        same = np.array_equal(forms[x[i]], forms[y[i]])
        value = 1.0 if same else value
        if row["similarity"] is None or abs(row["similarity"] - value) > TOLERANCE or value < max(limits[x[i]], limits[y[i]]) - TOLERANCE:
            raise _fail(out / "paragraphs", f"{row['id']} with similarity {row['similarity']}", f"{value}, at least its threshold")
    named = {row["kept_id"] for row in gone}
    for row in rows:
        if row["kept"] and ((row["cluster_id"] is not None) != (row["id"] in named) or row["kept_id"] is not None):
            raise _fail(out / "paragraphs", f"{row['id']} with cluster_id {row['cluster_id']}", "its own id if another yields to it, else null")
    repeats: dict[str, int] = {}
    for row in gone:
        repeats[row["speech_id"]] = repeats.get(row["speech_id"], 0) + 1
    for i, row in enumerate(read.rows):
        if row["n_repeated_paragraphs"] != repeats.get(row["id"], 0):
            raise _fail(out / ("duplicates" if read.dropped[i] else "speeches"), f"{row['id']} with n_repeated_paragraphs "
                        f"{row['n_repeated_paragraphs']}", f"{repeats.get(row['id'], 0)}")  # fmt: skip


def _check_lines(out: Path, config: Config, rows: Sequence[dict[str, Any]], read: _Read, speech: dict[str, int]) -> None:
    """Hold the texts of the paragraphs against the texts of their speeches."""
    drops = config.paragraphs.action == "drop"
    seen = []
    for name, group in groupby(rows, key=lambda row: row["speech_id"]):
        own = list(group)
        seen.append(name)
        if [row["text"] for row in own if not drops or row["kept"]] != read.rows[speech[name]]["lines"]:
            raise _fail(out / "paragraphs", f"the paragraphs of {name}", "the lines of its text, in order")
    if seen != list(speech):
        raise _fail(out / "paragraphs", f"paragraphs of {len(seen)} speeches", f"those of the {len(speech)} kept ones, in their order")

