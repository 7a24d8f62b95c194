"""Which verdicts can be given, by which key, and which texts does each name?

What always holds: the texts of a verdict stand in the order that the decisions file wants: of `keep`, the copy that is
to stay first.
"""

from dataclasses import dataclass

from cleaner.review.ledger import STATES
from cleaner.review.queue import Ints, Queue


@dataclass(frozen=True, slots=True)
class Button:
    """A verdict on the pair at hand: what the file calls it, its key, what stands on it, what it means."""

    verdict: str
    key: str
    label: str
    meaning: str


_BOTH = {
    "same": Button("same", "s", "Same", "The two are one text: one of them goes."),
    "different": Button("different", "d", "Different", "The two are two texts: both stay."),
    "keep": Button("keep", "k", "Keep the right one", "The right one stays instead of the left one and its copies."),
}
_UNSURE = {"unsure": Button("unsure", "o", "Not sure", "Seen, and left as it is.")}
BUTTONS: dict[str, dict[str, Button]] = {
    "speech": {
        **_BOTH,
        "drop-right": Button("drop", "x", "Drop right", "The right speech goes, whatever it resembles."),
        "drop-left": Button("drop", "X", "Drop left", "The left speech goes, whatever it resembles."),
        **_UNSURE,
    },
    "paragraph": {**_BOTH, **_UNSURE},
}
"""The verdicts by level and by the name a request gives them. A paragraph goes only for a copy of it that stays."""


def named(queue: Queue, pair: int, verdict: str, states: Ints) -> tuple[list[str], list[str]]:
    """Return the hashes and the ids that a verdict on a pair names.

    Args:
        verdict: a key of `BUTTONS`.
        states: of each pair, an index in `STATES`.
    """
    first, second = int(queue.first[pair]), int(queue.second[pair])
    texts = {"drop-right": [second], "drop-left": [first]}.get(verdict, [first, second])
    if verdict == "keep":
        copies = [
            int(queue.second[other])
            for other in queue.cluster(pair)
            if not queue.is_near[other] and STATES[states[other]] != "different"
        ]
        texts = [second, first, *(copy for copy in copies if copy != second)]
    by_hash = dict[str, str]()
    for text in texts:
        by_hash.setdefault(queue.hash(text), queue.name(text))
    return list(by_hash), list(by_hash.values())
