"""Which of the pairs does a reviewer want to see, and what comes next?

In: the query of a request, a queue, the verdicts so far. Out: the numbers of the pairs, in order. What always holds:
whatever a query says, it is a `Choice`: what makes no sense counts as not said.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from math import isfinite
from typing import Any, Self
from urllib.parse import urlencode

import numpy as np
import pyarrow.compute as pc

from cleaner.review.ledger import STATES, UNDECIDED
from cleaner.review.queue import Bools, Ints, Queue, bools

AMONG = {
    "level": ("speech", "paragraph"),
    "kind": ("all", "dropped", "near"),
    "state": ("all", *STATES),
    "order": ("size", "threshold"),
}
MAX_SOURCE_CHARS = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be seen.

    Args:
        kind: all | dropped | near (both kept).
        low, high: the band of similarities, both ends in it.
        source: what an id on either side holds.
        size: the fewest copies dropped in the cluster.
        state: all | undecided | the verdict.
        order: size (cluster by cluster, the largest first) | threshold (nearest to τ first).
    """

    level: str = "speech"
    kind: str = "all"
    low: float = 0.0
    high: float = 1.0
    source: str = ""
    size: int = 0
    state: str = "all"
    order: str = "size"

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Return what `query` says.

        >>> Choice.of({"low": "0.55", "high": "many", "state": "undecided", "path": "../.."}).query()
        'low=0.55&state=undecided'
        """
        said: dict[str, Any] = {}
        for key in fields(cls):
            value = query.get(key.name, "").strip()
            if key.name in AMONG:
                said |= {key.name: value} if value in AMONG[key.name] else {}
            elif key.name == "source":
                said["source"] = value[:MAX_SOURCE_CHARS]
            elif (number := _number(value)) is not None:
                said[key.name] = int(number) if key.name == "size" else number
        return cls(**said)

    @property
    def is_narrow(self) -> bool:
        """Whether some pairs of the level are left out."""
        return replace(self, order="size") != Choice(level=self.level)

    def query(self, **changes: Any) -> str:
        """Return the choice, or the choice with `changes`, as a query: only what is not the default."""
        default, changed = asdict(Choice()), asdict(replace(self, **changes))
        return urlencode({key: value for key, value in changed.items() if value != default[key]})


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return min(number, 1e9) if isfinite(number) and number >= 0 else None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The pairs of a choice.

    Args:
        pairs: their numbers, in order.
        ranks: the place of every pair of the queue in that order, chosen or not.
        n_open, n_all: of those that fit whatever their state, how many are undecided, and how many there are to judge.
    """

    pairs: Ints
    ranks: Ints
    n_open: int
    n_all: int

    def near(self, pair: int, step: int) -> int | None:
        """Return the chosen pair after `pair` (`step` 1) or before it (`step` -1), whether or not it is chosen."""
        ranks, rank = self.ranks[self.pairs], self.ranks[pair]
        at = int(np.searchsorted(ranks, rank, "right")) if step > 0 else int(np.searchsorted(ranks, rank, "left")) - 1
        return int(self.pairs[at]) if 0 <= at < len(self.pairs) else None

    def place(self, pair: int) -> int:
        """Return how many of the chosen pairs stand before `pair`."""
        return int(np.searchsorted(self.ranks[self.pairs], self.ranks[pair], "left"))


def chosen(choice: Choice, queue: Queue, states: Ints, threshold: float) -> Chosen:
    """Return the pairs of `queue` that `choice` names; `states` as `Ledger.states` gives them."""
    fits: Bools = (queue.similarity >= choice.low) & (queue.similarity <= choice.high) & (queue.sizes >= choice.size)
    if choice.kind != "all":
        fits &= queue.is_near == (choice.kind == "near")
    if choice.source:
        named = bools(pc.match_substring(queue.names, choice.source))
        fits &= named[queue.first] | named[queue.second]
    judged = fits & ~queue.is_same_text
    is_open = states == STATES.index(UNDECIDED)
    if choice.state != "all":
        fits = judged & (states == STATES.index(choice.state))
    order = np.arange(len(queue))
    if choice.order == "threshold":
        order = np.argsort(np.abs(queue.similarity - threshold), kind="stable")
    ranks = np.empty(len(queue), np.int64)
    ranks[order] = np.arange(len(queue))
    return Chosen(order[fits[order]], ranks, int((judged & is_open).sum()), int(judged.sum()))
