"""What has been decided of each pair, and how does one more decision come into the file?

In: the decisions file, a queue. Out: a state for each pair; new lines. What always holds: a line is written only if the
file with it is without contradiction; a pair judged anew first withdraws what was said of the same texts before.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cleaner import decisions
from cleaner.decisions import Decision, Decisions
from cleaner.review.queue import Ints, Queue, bools

UNDECIDED = "undecided"
STATES = (UNDECIDED, "same", "different", "keep", "drop", "unsure")


class Ledger:
    """The decisions file, read again when it has changed."""

    def __init__(self, path: Path, who: str) -> None:
        self._path, self._who = path, who
        self._stamp: tuple[int, int, int] | None = None
        self._read = Decisions()

    def read(self) -> Decisions:
        """Return what the file says now.

        Raises:
            DecisionError: the file is broken.
        """
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._read = None, Decisions()
            return self._read
        stamp = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        if stamp != self._stamp:
            self._read, self._stamp = decisions.load(self._path), stamp
        return self._read

    def give(self, level: str, verdict: str, texts: Sequence[str], ids: Sequence[str]) -> None:
        """Write a verdict on `texts`.

        Raises:
            DecisionError: it contradicts another, or the file cannot be read or written.
        """
        said = Decision(0, self._who, now(), verdict, level, tuple(texts), tuple(ids))
        before = [
            one for one in self.read().in_force if one.level == level and frozenset(one.texts) == frozenset(said.texts)
        ]
        self._write([*(_undoing(one, said.who) for one in before), said])

    def undo(self) -> Decision | None:
        """Withdraw the latest decision in force and return it; None if there is none.

        Raises:
            DecisionError: the file cannot be read or written.
        """
        latest = max(self.read().in_force, key=lambda one: one.line, default=None)
        if latest is not None:
            self._write([_undoing(latest, self._who)])
        return latest

    def _write(self, new: Sequence[Decision]) -> None:
        lines = self.read().lines
        numbered = [replace(one, line=len(lines) + i) for i, one in enumerate(new, start=1)]
        Decisions.of(self._path, [*lines, *numbered])
        for one in new:
            decisions.append(self._path, one)

    def states(self, queue: Queue) -> Ints:
        """Return for each pair the index in `STATES` of the latest decision about it."""
        of_level = [one for one in self.read().in_force if one.level == queue.level]
        about: dict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(of_level):
            for text in one.texts:
                about[text].append(place)
        out = np.zeros(len(queue), np.int64)
        is_named = bools(pc.is_in(queue.hashes, pa.array(sorted(about), pa.string())))
        for pair in np.flatnonzero(is_named[queue.first] | is_named[queue.second]).tolist():
            first, second = (about.get(queue.hash(text), ()) for text in (queue.first[pair], queue.second[pair]))
            places = {*first} & {*second}
            places |= {place for place in (*first, *second) if of_level[place].verdict == "drop"}
            if places:
                out[pair] = STATES.index(of_level[max(places)].verdict)
        return out


def _undoing(one: Decision, who: str) -> Decision:
    return Decision(0, who, now(), "undo", one.level, one.texts, one.ids)


def now() -> str:
    """Return this moment as the file writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
