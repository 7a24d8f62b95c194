"""Which of many rules can match a line?

In: what each rule needs (`literals`), and lines. Out: for each line the rules that may match it. What always holds: a
rule that matches is told; the cost hardly depends on how many rules there are, because one look at each pair of
neighbouring characters asks for all of them, and prose without any costs nothing more.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from cleaner.chars import codes
from cleaner.literals import LINE, MOST_CHARS, Strings

BITS = 18
"""Size of the tables: 10,000 literals, as the packs have, fill a twentieth."""
_SPREAD = np.uint32(0x9E3779B1)
"""Knuth's multiplier: 2^32 over the golden ratio."""
_MASK = np.uint32((1 << BITS) - 1)
_CODE_BITS = 21
"""A code point has so many bits, so `MOST_CHARS` of them make one number."""
_BLANK = np.uint32(ord(" "))

R = TypeVar("R")


class Need(NamedTuple):
    """What a line must have for a rule to match it; an empty set asks for nothing.

    Args:
        literals: strings of which the line holds one.
        first: characters with one of which it begins, blanks aside.
        last: characters with one of which it ends, blanks aside.
    """

    literals: Strings
    first: Strings = frozenset()
    last: Strings = frozenset()


class Gate(Generic[R]):
    """Finds the literals of many rules in one pass.

    Args:
        needs: rules and what each needs.
    """

    def __init__(self, needs: Iterable[tuple[R, Need]]) -> None:
        found = list(needs)
        self._rules = np.fromiter((rule for rule, _ in found), object, len(found))
        self._always = _numbers(n for n, (_, need) in enumerate(found) if not need.literals)
        pairs = sorted((_key(literal), n) for n, (_, need) in enumerate(found) for literal in need.literals)
        by_key = {key: _numbers(n for _, n in group) for key, group in groupby(pairs, key=lambda pair: pair[0])}
        self._keys = np.array([*by_key, np.iinfo(np.int64).max])
        """Each literal as a number; the last is none and stands behind all."""
        self._counts = _numbers(map(len, by_key.values()))
        self._begins = np.cumsum(self._counts) - self._counts
        self._members = np.concatenate([_numbers(()), *by_key.values()])
        """The rules that each literal tells, one literal after another, and where those of each begin."""
        self._table = np.zeros((MOST_CHARS, 1 << BITS), np.bool_)
        """What a literal of one, of two, of three characters is."""
        self._leads = np.zeros(1 << BITS, np.bool_)
        """What one of two or three begins with."""
        for literal in {literal for _, need in found for literal in need.literals}:
            self._table[len(literal) - 1, _places(codes(literal), len(literal))] = True
            if len(literal) > 1:
                self._leads[_places(codes(literal[:2]), 2)] = True
        self._has_singles = bool(self._table[0].any())
        self._first = _Edge([need.first for _, need in found])
        self._last = _Edge([need.last for _, need in found])
        self._seen = dict[str, Sequence[R]]()

    def look(self, folded: Sequence[str]) -> None:
        """Remember, until the next look, what may match these lines, and them without their outer blanks."""
        seen: dict[str, Sequence[R]] = dict.fromkeys(folded, ())
        seen.update((folded[i], rules) for i, rules in self._told(folded))
        # What may match a line may match it bare: a literal is not lost, and the edges are the same.
        self._seen = {line.strip(" "): rules for line, rules in seen.items()} | seen

    def rules(self, folded: str) -> Sequence[R]:
        """Return the rules that may match one folded line, in their order."""
        known = self._seen.get(folded)
        return known if known is not None else dict(self._told([folded])).get(0, ())

    def lines(self, folded: Sequence[str]) -> list[tuple[int, Sequence[R]]]:
        """Return the rules that may match each of the folded lines; lines that none may match are left out."""
        known = list(map(self._seen.get, folded))
        missing = [i for i, rules in enumerate(known) if rules is None]
        for n, rules in self._told([folded[i] for i in missing]):
            known[missing[n]] = rules
        return [(i, rules) for i, rules in enumerate(known) if rules]

    def _told(self, folded: Sequence[str]) -> Iterator[tuple[int, list[R]]]:
        """Yield what `lines` does, of lines nothing is known of."""
        if not folded:
            return
        said, firsts = _laid_out(folded)
        shown = codes(LINE + LINE.join(said) + LINE * MOST_CHARS)
        sizes = np.fromiter(map(len, said), np.int64, len(said)) + 1
        starts = np.cumsum(sizes) - sizes
        lasts = starts + sizes - 1
        for i in np.flatnonzero(shown[lasts] == _BLANK).tolist():
            lasts[i] -= len(said[i]) - len(said[i].rstrip(" "))
        at, literals = self._found(shown)
        counts = self._counts[literals]
        ends = np.cumsum(counts)
        rules = self._members[np.repeat(self._begins[literals] - ends + counts, counts) + np.arange(counts.sum())]
        lines = np.repeat(np.searchsorted(starts, at, side="right") - 1, counts)
        if len(self._always):
            rules = np.concatenate([rules, np.tile(self._always, len(folded))])
            lines = np.concatenate([lines, np.repeat(np.arange(len(folded)), len(self._always))])
        first, last = shown[starts + 1 + firsts], shown[lasts]
        fits = self._first.fits(rules, first[lines]) & self._last.fits(rules, last[lines])
        pairs = np.sort(lines[fits] * len(self._rules) + rules[fits])
        lines, rules = np.divmod(pairs[_changes(pairs)], max(1, len(self._rules)))
        told = self._rules[rules].tolist()
        cuts = [*_changes(lines).tolist(), len(told)]
        for begin, end in pairwise(cuts):
            yield int(lines[begin]), told[begin:end]

    def _found(self, shown: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where literals begin in a text, and which; the text goes on behind the last by two characters."""
        pairs = _places(shown[:-1], 2)
        leads = np.flatnonzero(self._leads[pairs])
        twos = leads[self._table[1, pairs[leads]]]
        threes = leads[self._table[2, _next(pairs[leads], shown[leads + 2])]]
        ones = np.flatnonzero(self._table[0, shown & _MASK]) if self._has_singles else leads[:0]
        keys = [shown[places].astype(np.int64) for places in (ones, twos, threes)]
        for n in (1, 2):
            keys[n] |= shown[(twos, threes)[n - 1] + 1].astype(np.int64) << _CODE_BITS
        keys[2] |= shown[threes + 2].astype(np.int64) << 2 * _CODE_BITS
        at, key = np.concatenate([ones, twos, threes]), np.concatenate(keys)
        literals = np.searchsorted(self._keys, key)
        known = self._keys[literals] == key
        return at[known], literals[known]


class _Edge:
    """With which characters the lines that each rule matches begin, or end."""

    def __init__(self, chars: Sequence[Strings]) -> None:
        alphabet = sorted(set().union(*chars))
        self._column = np.zeros(1 << BITS, np.intp)
        self._column[[ord(char) & int(_MASK) for char in alphabet]] = range(1, len(alphabet) + 1)
        self._fits = np.zeros((len(chars), len(alphabet) + 1), np.bool_)
        for n, allowed in enumerate(chars):
            self._fits[n, self._column[[ord(char) & int(_MASK) for char in allowed]] if allowed else slice(None)] = True

    def fits(self, rules: NDArray[np.int64], shown: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Say of each rule and character beside it whether they fit."""
        found: NDArray[np.bool_] = self._fits[rules, self._column[shown & _MASK]]
        return found


def _laid_out(folded: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the lines, an indented one again behind `LINE` without its indent; and where in each the bare one begins.

    Of the indented line itself as much is left as literals that begin with the indent can hold.
    """
    said, firsts = list(folded), np.zeros(len(folded), np.int64)
    for i in [i for i, line in enumerate(folded) if line.startswith(" ")]:
        bare = said[i].lstrip(" ")
        head = said[i][: len(said[i]) - len(bare) + MOST_CHARS - 1] + LINE
        said[i], firsts[i] = head + bare, len(head)
    return said, firsts


def _numbers(values: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(values, np.int64)


def _changes(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where a value stands that is not the one before it."""
    changed = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=changed[1:])
    return np.flatnonzero(changed)


def _key(literal: str) -> int:
    """Return the characters of a literal as one number."""
    return sum(ord(char) << i * _CODE_BITS for i, char in enumerate(literal))


def _places(shown: NDArray[np.uint32], n: int) -> NDArray[np.uint32]:
    """Return the places in a table of each n characters in a row."""
    places = shown & _MASK
    for i in range(1, n):
        places = _next(places[:-1], shown[i:])
    return places


def _next(places: NDArray[np.uint32], following: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the places of what is one character longer."""
    return (places * _SPREAD ^ following) & _MASK
