"""What does a reviewer have on the desk: which result, which pair, what is beside it?

In: OUT and the ledger. Out: the queues of the result, and what a page shows of a pair. What always holds: all that is
given belongs to one result; when a run has put another in its place, everything is read anew.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from cleaner.config import Config, as_config
from cleaner.errors import SchemaError
from cleaner.review import queue
from cleaner.review.clusters import PairView, pair_view
from cleaner.review.compare import IN_REVIEW, compare
from cleaner.review.fetch import Told, fetch
from cleaner.review.gather import Pair
from cleaner.review.lookup import Lookup
from cleaner.review.queue import Queue
from cleaner.review.report import whys
from cleaner.store import manifest, schemas

MAX_BESIDE = 200
"""Pairs of one cluster listed beside the one at hand."""


@dataclass(frozen=True)
class Result:
    """One result, opened."""

    tables: Lookup
    config: Config
    summary: dict[str, Any]

    @cached_property
    def speeches(self) -> Queue:
        """The pairs of speeches."""
        return _slim(queue.speeches(self.tables))

    @cached_property
    def paragraphs(self) -> Queue:
        """The pairs of paragraphs."""
        return _slim(queue.paragraphs(self.tables))

    @cached_property
    def whys(self) -> dict[str, str]:
        """Why each rule is there, by id; nothing if the packs at hand are not those of the run."""
        return whys(self.summary, self.config)

    def warm(self) -> None:
        """Read what the first pages need, so that nobody waits for it."""
        _ = self.whys
        if len(self.speeches):
            self.pair("speech", 0)

    def queue(self, level: str) -> Queue:
        """Return the pairs of a level."""
        return self.speeches if level == "speech" else self.paragraphs

    def threshold(self, level: str) -> float:
        """Return τ of a level."""
        return self.config.dedup.threshold if level == "speech" else self.config.paragraphs.threshold

    def pair(self, level: str, number: int) -> PairView:
        """Return a pair side by side.

        Raises:
            SchemaError: the tables are no longer those of this result.
        """
        own = self.queue(level)
        a, b = own.name(own.first[number]), own.name(own.second[number])
        pair = Pair(
            a, b, float(own.similarity[number]), float(own.jaccard[number]), float(own.containment[number]),
            str(own.reasons[number]),
        )  # fmt: skip
        if level == "paragraph":
            return self._paragraphs(pair)
        told, _ = fetch(self.tables, {a, b}, (), self.config.dedup.script)
        return pair_view(pair, told, self.config, IN_REVIEW)

    def _paragraphs(self, pair: Pair) -> PairView:
        columns = ("id", "text", "n_chars")
        rows = self.tables.rows(schemas.PARAGRAPHS, "id", {pair.a, pair.b}, *columns)
        told = {row["id"]: _told(row) for batch in rows for row in batch.to_pylist()}
        for batch in self.tables.rows(schemas.PAIRS, "a", {pair.a}, "b", "jaccard", "containment"):
            for row in batch.to_pylist():
                if row["b"] == pair.b:
                    pair = pair._replace(jaccard=row["jaccard"], containment=row["containment"])
        first, second = told[pair.a], told[pair.b]
        dropped = f"similarity {pair.similarity:.3f}; for long paragraphs τ is {self.config.paragraphs.threshold:g}"
        kept = "its place: its speech comes first in the keep order"
        return PairView(pair, first, second, compare(first.text, second.text, (), (), IN_REVIEW), dropped, kept)


def _told(row: dict[str, Any]) -> Told:
    facts = {"start": None, "end": None, "n_placeholders": 0, "date": None, "title": None}
    return Told({**facts, "id": row["id"], "n_chars": row["n_chars"]}, row["text"], [], None)


def _slim(made: Queue) -> Queue:
    """Return a queue when what it took to make it has gone back to the system: half the memory of the server."""
    pa.default_memory_pool().release_unused()
    return made


class Desk:
    """Opens the result in OUT, and opens it again when another has come."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._stamp: tuple[int, int] | None = None
        self._result: Result | None = None

    def result(self) -> Result:
        """Return the result that stands in OUT.

        Raises:
            CleanerError: there is none, or a run is putting one there at this moment.
        """
        try:
            stat = (self._out / manifest.MANIFEST).stat()
        except OSError as error:
            raise SchemaError(self._out, str(error), "a finished result", "wait for the run, then load again") from None
        stamp = (stat.st_ino, stat.st_mtime_ns)
        if self._result is None or stamp != self._stamp:
            summary = manifest.read(self._out)
            self._result, self._stamp = Result(Lookup(self._out), as_config(summary["config"]), summary), stamp
        return self._result
