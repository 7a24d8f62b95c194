"""What do people's decisions change in who stays?

In: N texts in keep order, their digests, and what the decisions say of those that they name. Out: `Links`, the same
order and digests as the decisions leave them, and the groups of texts that share one fate; then their fates.

The keep rule itself (`keep.py`) knows nothing of decisions: they say beforehand which pairs may drop a text at all, and
a group goes through the pass as exact copies do, as its first text. What always holds: texts that must be linked have
one fate; no text goes for one that it is apart from, nor for a copy of that one; a text kept by decision stays; one
dropped by decision goes, and nothing goes for it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from cleaner.decisions import Rulings
from cleaner.dedup.exact import groups
from cleaner.dedup.keep import DECISION, KEPT, Fates, survivors, verdicts
from cleaner.dedup.kernel import Bools, Floats, Hashes, Ints
from cleaner.dedup.verify import Verified


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of some texts of a level: the rulings, and the sha256 of each text by which they know it."""

    rulings: Rulings = field(default_factory=Rulings)
    name_of: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Links:
    """Decisions on N texts; every array but `keys` and `apart` has shape (N,).

    Args:
        order: int64, the texts in keep order: those kept by decision first, those dropped last.
        keys: shape (N, 2), uint64, digests of the forms; copies that a decision tells apart have different ones.
        first_of: int64, the first in `order` of the texts with the same digest.
        group_of: int64, the first in `order` of the texts that share one fate, exact copies among them.
        stays, goes: bool, kept or dropped by decision.
        apart: int64, sorted, `first * N + second` for each two groups that may not go for each other.
    """

    order: Ints
    keys: Hashes
    first_of: Ints
    group_of: Ints
    stays: Bools
    goes: Bools
    apart: Ints

    def allows(self, pairs: Verified) -> Bools:
        """Say which pairs may drop one of their texts: those of the firsts of two groups that nothing keeps apart."""
        a, b = pairs.a, pairs.b
        are_firsts = (self.group_of[a] == a) & (self.group_of[b] == b)
        both = (self.stays[a] & self.stays[b]) | (self.goes[a] & self.goes[b])
        keys = np.minimum(a, b) * len(self.order) + np.maximum(a, b)
        return np.asarray(are_firsts & ~both & ~np.isin(keys, self.apart))

    def linked(self, fates: Fates) -> tuple[Ints, Ints]:
        """Return each pair, the kept text first, of which a decision says that the second goes for the first.

        Of exact copies only the first is named.
        """
        texts = np.flatnonzero((self.first_of == np.arange(len(self.order))) & (self.group_of != self.first_of))
        kept = fates.kept_of[self.group_of[texts]]
        return kept[kept >= 0], texts[kept >= 0]


def link(order: Ints, keys: Hashes, said: Said) -> Links:
    """Return what is said of the texts whose keep order and digests are given.

    A copy, the same form under another sha256, goes with the text it copies; where decisions keep copies of one form
    apart, with the first in keep order that it is not apart from.
    """
    n, rulings = len(order), said.rulings
    stays, goes = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    for text, name in said.name_of.items():
        stays[text], goes[text] = name in rulings.kept, name in rulings.dropped
    order = order[np.argsort(goes[order].astype(np.int8) - stays[order], kind="stable")]
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n)

    first_of = _firsts(order, keys)
    union = _Union(rank, stays, rulings, said.name_of)
    touched = np.isin(first_of, first_of[np.array(sorted(said.name_of), np.int64)])
    heads: dict[int, list[int]] = defaultdict(list)
    split = keys.copy()
    for text in order[touched[order]].tolist():
        parts = heads[int(first_of[text])]
        head = next((one for one in parts if union.join(one, text)), None)
        if head is None:
            parts.append(text)
            head = text
        if head != parts[0]:
            split[text] = 0, rank[head] + 1
    if heads:
        first_of = _firsts(order, split)
    group_of = first_of.copy()
    for text in np.flatnonzero(touched).tolist():
        group_of[text] = union.first(text)
    return Links(order, split, first_of, group_of, stays, goes, union.apart())


def _firsts(order: Ints, keys: Hashes) -> Ints:
    """Return for each text the first in `order` with the same digest."""
    first_of = np.empty(len(order), np.int64)
    first_of[order] = order[groups(keys[order])]
    return first_of


class _Union:
    """Groups of texts that grow together unless they are apart; the first of each in keep order stands for it."""

    def __init__(self, rank: Ints, stays: Bools, rulings: Rulings, name_of: Mapping[int, str]) -> None:
        self._rank = rank
        self._parent: dict[int, int] = {}
        self._foes: dict[int, set[int]] = defaultdict(set)
        self._keeps = {text for text in name_of if stays[text]}
        by_name: dict[str, int] = {}
        for text in sorted(name_of, key=lambda text: int(rank[text])):
            first = by_name.setdefault(rulings.group_of.get(name_of[text], name_of[text]), text)
            self._parent[text] = first
        for x, y in rulings.apart:
            if x in by_name and y in by_name:
                self._foes[by_name[x]].add(by_name[y])
                self._foes[by_name[y]].add(by_name[x])

    def first(self, text: int) -> int:
        """Return the text that stands for the group of `text`."""
        while (above := self._parent.get(text, text)) != text:
            text = above
        return text

    def join(self, a: int, b: int) -> bool:
        """Make the groups of two texts one; say no if they are apart."""
        a, b = sorted((self.first(a), self.first(b)), key=lambda text: int(self._rank[text]))
        if b in self._foes[a] or (a != b and a in self._keeps and b in self._keeps):
            return False
        if a != b:
            self._parent[b] = a
            for foe in self._foes.pop(b, set()):
                self._foes[foe] = (self._foes[foe] - {b}) | {a}
                self._foes[a].add(foe)
        return True

    def apart(self) -> Ints:
        """Return the pairs of groups that are apart, as `Links` holds them."""
        n = len(self._rank)
        return np.array(sorted(a * n + b for a, foes in self._foes.items() for b in foes if a < b), np.int64)


def fates(
    links: Links, pairs: Verified, lengths: Ints, threshold: float | Floats, containment: float, length_ratio: float
) -> Fates:
    """Return the fate of each text, decisions honoured.

    A text that goes by decision alone has the reason `decision`, and `kept_of` -1 and no values if it is for no other;
    one that goes by a link has the values that `pairs` holds for it and its kept text, and the reason `decision`
    unless they are reason enough. The other arguments are as in `keep.survivors`.
    """
    n = len(links.order)
    rank = np.empty(n, np.int64)
    rank[links.order] = np.arange(n)
    found = survivors(
        links.order, pairs.take(links.allows(pairs)), lengths, threshold, containment, length_ratio, links.group_of
    )
    kept_of, reason = found.kept_of.copy(), found.reason.copy()
    values = np.stack((found.similarity, found.jaccard, found.containment))

    for_none = links.goes[kept_of]
    kept_of[for_none], reason[for_none], values[:, for_none] = -1, DECISION, np.nan

    kept, texts = links.linked(replace(found, kept_of=kept_of))
    at = _places(pairs, kept, texts, n)
    known, is_known = pairs.take(at[at >= 0]), at >= 0
    values[:, texts] = 0.0
    values[:, texts[is_known]] = known.similarity, known.jaccard, known.containment
    reason[texts] = DECISION
    reasons = verdicts(known, rank, lengths, threshold, containment, length_ratio)
    reason[texts[is_known]] = np.where(reasons == KEPT, DECISION, reasons)
    copies = np.flatnonzero(np.isin(links.first_of, texts))
    reason[copies], values[:, copies] = reason[links.first_of[copies]], values[:, links.first_of[copies]]
    return Fates(kept_of, reason, *values)


def _places(pairs: Verified, a: Ints, b: Ints, n: int) -> Ints:
    """Return where in `pairs` each pair of texts stands, either way round; -1 if it does not."""
    keys = np.minimum(pairs.a, pairs.b) * n + np.maximum(pairs.a, pairs.b)
    by_key = np.argsort(keys, kind="stable")
    wanted = np.minimum(a, b) * n + np.maximum(a, b)
    found = np.searchsorted(keys[by_key], wanted)
    found = np.append(by_key, -1)[np.minimum(found, len(by_key))]
    return np.where(np.append(keys, -1)[found] == wanted, found, -1).astype(np.int64)


def complete(links: Links, pairs: Verified, a: Ints, b: Ints, compare: Callable[[Ints, Ints], Verified]) -> Verified:
    """Return `pairs` and those of (a[i], b[i]) that they lack, compared to the end; in the order of `detect`."""
    n = len(links.order)
    rank = np.empty(n, np.int64)
    rank[links.order] = np.arange(n)
    a, b = np.where(rank[a] < rank[b], a, b), np.where(rank[a] < rank[b], b, a)
    missing = np.unique((a * n + b)[_places(pairs, a, b, n) < 0])
    if not len(missing):
        return pairs
    both = Verified.concatenate([pairs, compare(*np.divmod(missing, n))])
    return both.take(np.lexsort((rank[both.b], rank[both.a])))
