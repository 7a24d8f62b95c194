"""How are the tables of a finished result read, and are they the files that the run wrote?"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from cleaner.config import Config
from cleaner.decisions import Decisions, load
from cleaner.errors import AuditError, DecisionError
from cleaner.store import manifest, schemas, tables

TOLERANCE = 1e-12
"""Two ways to divide the same counts may differ in the last bit; nothing else may."""
VALUES = ("similarity", "jaccard", "containment")


def fail(where: object, found: str, expected: str) -> AuditError:
    """Return the error for a guarantee that does not hold at `where`."""
    return AuditError(where, found, expected, "run cleaner again")


def schema(name: str, config: Config) -> pa.Schema:
    """Return the columns that the table `name` must have."""
    if name == "signatures":
        return schemas.signatures(config.dedup.num_perm, config.dedup.seed, config.dedup.k).schema
    return next(table.schema for table in schemas.TABLES if table.name == name)


def rows(out: Path, name: str, config: Config) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table."""
    return tables.read_rows(out / name, schema(name, config))


def check_files(out: Path, described: dict[str, Any], config: Config) -> dict[str, int]:
    """Hold the files of every table against the digests, and return the rows."""
    counted = {}
    for name in schemas.NAMES:
        expected = described["digests"]["tables"][name]
        present = [path.name for path in tables.parts(out / name)]
        if present != sorted(expected):
            raise fail(out / name, f"the parts {present}", f"{sorted(expected)}")
        for part, wanted in expected.items():
            if tables.file_digest(out / name / part) != wanted:
                raise fail(out / name / part, "bytes that have changed since the run", f"sha256 {wanted[:12]}…")
        counted[name] = sum(batch.num_rows for batch in tables.read_batches(out / name, schema(name, config), ()))
        if counted[name] != described["counts"]["rows"][name]:
            raise fail(out / name, f"{counted[name]} rows", f"{described['counts']['rows'][name]}")
    return counted


def check_decisions(out: Path, described: dict[str, Any]) -> Decisions:
    """Hold the copy of the decisions against its digest, and return them."""
    path, expected = out / manifest.DECISIONS, described["digests"]["decisions"]
    try:
        decisions = load(path) if path.exists() else Decisions()
    except DecisionError as error:
        raise fail(path, str(error), "the decisions of the run") from None
    if decisions.digest != expected:
        raise fail(path, f"decisions of sha256 {decisions.digest}", f"{expected}, those of the run")
    return decisions


class BySource:
    """The rows of a table that is sorted by source, handed out source by source."""

    def __init__(self, out: Path, name: str, config: Config) -> None:
        self.where = out / name
        self._groups = groupby(rows(out, name, config), key=lambda row: row["source"])
        self._next: tuple[str, list[dict[str, Any]]] | None = None
        self._last: bytes | None = None
        self._advance()

    def _advance(self) -> None:
        found = next(self._groups, None)
        self._next = None if found is None else (found[0], list(found[1]))
        if self._next is not None:
            key = self._next[0].encode()
            if self._last is not None and key <= self._last:
                raise fail(self.where, f"{self._next[0]} after a later source", "rows sorted by source")
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
            raise fail(self.where, f"rows of {self._next[0]}", "only sources that the table sources names")
