"""Which of many rules can match a line?

In: what each rule needs (`literals.needed`), and lines. Out: for each line the rules that may match it. What always
holds: a rule that matches is told; the cost hardly depends on how many rules there are, because one look at each pair
of neighbouring characters asks for all of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import add

import numpy as np
from numpy.typing import NDArray

from cleaner.chars import codes
from cleaner.literals import LINE, Strings, rate

BITS = 18
"""Size of the tables: 5,000 pairs, as 1,000 rules have, fill a fiftieth."""
FEW = 40
"""So many strings at most are looked for one by one."""
_SPREAD = np.uint32(0x9E3779B1)
"""Knuth's multiplier: 2^32 over the golden ratio."""
_MASK = np.uint32((1 << BITS) - 1)


class Gate:
    """Finds the literals of many rules in one pass.

    Args:
        needs: for each rule sets of strings of each of which its lines hold one; none if any line may match.
    """

    def __init__(self, needs: Iterable[Sequence[Strings]]) -> None:
        self._always, self._others = set[int](), list[list[list[str]]]()
        rules = dict[str, list[int]]()
        for rule, sets in enumerate(needs):
            self._others.append([sorted(need, key=rate, reverse=True) for need in sets[1:] if len(need) <= FEW])
            for literal in sets[0] if sets else ():
                rules.setdefault(literal, []).append(rule)
            if not sets:
                self._always.add(rule)
        self._begins = {literal[1:]: told for literal, told in rules.items() if literal[0] == LINE}
        """What a line begins with, and the rules that need it."""
        self._rules = {literal: told for literal, told in rules.items() if literal[0] != LINE}
        self._singles = frozenset(literal for literal in self._rules if len(literal) == 1)
        self._by_pair = dict[str, list[str]]()
        for literal in self._rules.keys() - self._singles:
            self._by_pair.setdefault(literal[:2], []).append(literal)
        self._pairs = frozenset(self._by_pair)
        self._table = np.zeros((3, 1 << BITS), np.bool_)
        """What begins a literal: one, two, three characters."""
        for literal in self._rules:
            self._table[len(literal) - 1, _places(codes(literal), len(literal))] = True
        self._begins_any = self._table[1].copy()
        self._begins_any[_places(codes("".join(sorted(self._by_pair))), 2)[::2]] = True

    def rules(self, folded: str) -> set[int]:
        """Return the rules that may match one folded line."""
        pairs = self._pairs.intersection(map(add, folded, folded[1:]))
        literals = [literal for pair in pairs for literal in self._by_pair[pair] if literal in folded]
        return self._told([*literals, *self._singles.intersection(folded)], folded)

    def lines(self, folded: Sequence[str]) -> Iterator[tuple[int, set[int]]]:
        """Yield the rules that may match each of the folded lines; lines that none may match are left out."""
        text = LINE.join(folded) + LINE
        shown = codes(text)
        pairs = _places(shown, 2)
        at = np.flatnonzero(self._begins_any[pairs])
        twos = at[self._table[1, pairs[at]]]
        at = at[at < len(shown) - 2]
        threes = at[self._table[2, _next(pairs[at], shown[at + 2])]]
        ones = np.flatnonzero(self._table[0, _places(shown, 1)]) if self._singles else at[:0]
        ends = np.cumsum(np.fromiter(map(len, folded), np.int64, len(folded)) + 1)
        by_line: dict[int, list[str]] = {i: [] for i in range(len(folded))} if self._always else {}
        for n, places in enumerate((ones, twos, threes), start=1):
            for line, place in zip(np.searchsorted(ends, places, side="right").tolist(), places.tolist(), strict=True):
                if (literal := text[place : place + n]) in self._rules:
                    by_line.setdefault(line, []).append(literal)
        for i, line in enumerate(folded):
            head = line.lstrip(" ")[:2]
            if head[:1] in self._begins or head in self._begins:
                by_line.setdefault(i, [])
        for i in sorted(by_line):
            if told := self._told(by_line[i], folded[i]):
                yield i, told

    def _told(self, literals: Iterable[str], folded: str) -> set[int]:
        """Return the rules that may match the line, which holds `literals`."""
        bare = folded.lstrip(" ")
        told = self._always.union(self._begins.get(bare[:1], ()), self._begins.get(bare[:2], ()))
        for literal in literals:
            told.update(self._rules[literal])
        line = LINE + folded if bare == folded else LINE + folded + LINE + bare
        return {rule for rule in told if all(any(map(line.__contains__, need)) for need in self._others[rule])}


def _places(shown: NDArray[np.uint32], n: int) -> NDArray[np.uint32]:
    """Return the places in a table of each n characters in a row."""
    places = shown & _MASK
    for i in range(1, n):
        places = _next(places[:-1], shown[i:])
    return places


def _next(places: NDArray[np.uint32], following: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the places of what is one character longer."""
    return (places * _SPREAD ^ following) & _MASK
