"""Which literal does a line hold wherever a pattern matches, and with which characters does a match begin and end?

In: a pattern in RE2 syntax. Out: strings of which every line with a match holds one at least; the characters at the
edges of a match. What always holds: a line that holds none of them has no match. What cannot be told, such as a flag,
is left open.

A line is looked at with `LINE` before it and without the blanks that it begins with.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod

from cleaner.chars import is_han

LINE = "\n"
"""Stands before a line, where `^` matches."""
MOST_STRINGS = 200
"""How many strings are followed at once, and of how many members a class may be: of more nothing is known."""
MOST_CHARS = 3
"""A string this long tells enough."""

_REST = "\0"
"""Ends a string that anything may follow."""
_MORE = "\1"
"""Ends a character that more of the same class, and then the rest of the row, may follow."""

MANY = 1000
"""Stands for any number of times."""

_PLAIN = re.compile(r"[^\\\[\](){}|*+?.^$]+(?![*+?{])")

Strings = frozenset[str]
_EMPTY: Strings = frozenset({""})
_ANY: Strings = frozenset({_REST})
_NONE: Strings = frozenset()
_OPEN: Strings = _EMPTY | _ANY


class _Unknown(Exception):
    """The pattern has a part that is not understood here."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What is known of the matches of a part of a pattern.

    Args:
        begins: strings with one of which each begins; a whole match where it does not end with `_REST` or `_MORE`.
        edges: with what one begins and ends, blanks aside; "" where it may have nothing else, `_REST` if not known.
        need: strings of which each holds one at least; none where they cannot be told.
    """

    begins: Strings
    edges: tuple[Strings, Strings]
    need: Strings = frozenset()


def needed(pattern: str) -> Strings:
    """Return strings one of which stands in every line that `pattern` matches in; none where they cannot be told.

    >>> sorted(needed("本站?[^。]*(?:收集|整理)"))          # "this (site) ... collected"
    ['收集', '整理']
    """
    part = _read(pattern)
    return _least(part.need) if part else _NONE


def edges(pattern: str) -> tuple[Strings, Strings]:
    """Return the characters that a match begins and ends with, blanks aside; none where they cannot be told.

    >>> [sorted(chars) for chars in edges("[【(]? *第[0-9]+(?:页|张) *")]          # "(page 12"
    [['(', '【', '第'], ['张', '页']]
    """
    part = _read(pattern)
    first, last = part.edges if part else (_ANY, _ANY)
    return first if first.isdisjoint(_OPEN) else _NONE, last if last.isdisjoint(_OPEN) else _NONE


@lru_cache(maxsize=4096)
def _read(pattern: str) -> "_Part | None":
    """Return what is known of the matches of a pattern, or None."""
    try:
        reader = _Reader(pattern)
        part = reader.alternatives()
    except (_Unknown, ValueError):
        return None
    return part if reader.at == len(pattern) else None


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at = pattern, 0

    def alternatives(self) -> _Part:
        """Read what stands between two brackets."""
        rows = [self._row()]
        while self._take("|"):
            rows.append(self._row())
        need = _union(row.need for row in rows) if all(row.need for row in rows) else _NONE
        edges = _union(row.edges[0] for row in rows), _union(row.edges[1] for row in rows)
        return _Part(_union(row.begins for row in rows), edges, need)

    def _row(self) -> _Part:
        """Read parts that follow one another."""
        begins, run, first, last = _EMPTY, _EMPTY, _EMPTY, _EMPTY
        needs: list[Strings] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            part = self._repeated(self._one())
            begins = _joined(begins, part.begins) or _closed(begins)
            first, last = _beside(first, part.edges[0]), _beside(part.edges[1], last)
            longer = _joined(run, part.begins)
            needs += [part.need, _bare(longer)]
            # Where it is open what came before, a run that begins here may tell more.
            is_open = "" in run or any(map(_is_closed, run))
            run = part.begins if not longer or (is_open and "" not in part.begins) else longer
            needs.append(_bare(run))
            run = _EMPTY if all(map(_is_closed, run)) else run
        return _Part(begins, (first, last), _telling(needs))

    def _one(self) -> _Part:
        """Read plain characters, or one character, class or group."""
        if plain := _PLAIN.match(self.pattern, self.at):
            self.at = plain.end()
            said = plain[0].replace(" ", "")
            return _Part(_joined(_EMPTY, frozenset({plain[0]})), (frozenset({said[:1]}), frozenset({said[-1:]})))
        char = self._next()
        if char == "(":
            if self._take("?P<"):
                self.at = self.pattern.index(">", self.at) + 1
            elif self._take("?") and not self._take(":"):
                raise _Unknown
            part = self.alternatives()
            if not self._take(")"):
                raise _Unknown
            return part
        if char == "[":
            return _single(self._class())
        if char == "\\":
            return _single(self._escape())
        if char in "^$":
            return _Part(frozenset({LINE}) if char == "^" else _EMPTY, (_EMPTY, _EMPTY))
        return _single(_ANY if char == "." else frozenset({char}))

    def _class(self) -> Strings:
        """Read a class behind its bracket."""
        is_open, members = not self._take("^"), self._member()
        while not self._take("]"):
            members |= self._member()
        return members if is_open and _REST not in members and len(members) <= MOST_STRINGS else _ANY

    def _member(self) -> Strings:
        """Read one character or one range of a class."""
        first = self._character()
        if not self.pattern.startswith("-", self.at) or self.pattern.startswith("-]", self.at):
            return first
        self.at += 1
        low, high = (ord(min(string)) for string in (first, self._character()))
        return frozenset(map(chr, range(low, high + 1))) if high - low < MOST_STRINGS else _ANY

    def _character(self) -> Strings:
        """Read one character, escaped or not."""
        char = self._next()
        return self._escape() if char == "\\" else frozenset({char})

    def _escape(self) -> Strings:
        """Read an escape behind its backslash."""
        name = self._next()
        if name in "pP":
            self.at = self.pattern.index("}", self.at) + 1 if self._take("{") else self.at + 1
            return _ANY
        if name == "x":
            end = self.pattern.index("}", self.at) + 1 if self._take("{") else self.at + 2
            code, self.at = self.pattern[self.at : end].rstrip("}"), end
            return frozenset({chr(int(code, 16))})
        if name.isalnum():
            raise _Unknown
        return frozenset({name})

    def _repeated(self, part: _Part) -> _Part:
        """Read the count behind a part."""
        least, most = 1, 1
        char = self.pattern[self.at : self.at + 1]
        if char and char in "*+?":
            self.at += 1
            least, most = {"*": (0, MANY), "+": (1, MANY), "?": (0, 1)}[char]
        elif char == "{" and self.pattern[self.at + 1 : self.at + 2].isdigit():
            end = self.pattern.index("}", self.at)
            low, comma, high = self.pattern[self.at + 1 : end].partition(",")
            least, most = int(low), int(high or MANY) if comma else int(low)
            self.at = end + 1
        self._take("?")
        if most == 0:
            return _Part(_EMPTY, (_EMPTY, _EMPTY))
        begins = part.begins if most == 1 else _powers(part.begins, least, most)
        if least:
            return _Part(begins, part.edges, part.need)
        return _Part(begins | _EMPTY, (part.edges[0] | _EMPTY, part.edges[1] | _EMPTY))

    def _next(self) -> str:
        if self.at >= len(self.pattern):
            raise _Unknown
        self.at += 1
        return self.pattern[self.at - 1]

    def _take(self, text: str) -> bool:
        """Say whether `text` comes next, and pass over it if it does."""
        found = self.pattern.startswith(text, self.at)
        self.at += len(text) * found
        return found


def _single(chars: Strings) -> _Part:
    """Return what is known of one character out of a class; a blank is nothing at the edge of a line."""
    said = frozenset(char.strip(" ") for char in chars)
    return _Part(chars, (said, said))


def _beside(outer: Strings, inner: Strings) -> Strings:
    """Return the characters at an edge: those of the outer part, and of what stands next to it if that may be empty."""
    return (outer - _EMPTY) | inner if "" in outer else outer


def _telling(needs: Iterable[Strings]) -> Strings:
    """Return the one of the sets that tells most; none if no set tells anything."""
    telling = (need for need in needs if need and "" not in need and LINE not in need)
    return min(telling, key=expected, default=_NONE)


def _least(need: Strings) -> Strings:
    """Return the strings of a set that hold no shorter one of it: these tell as much."""
    return frozenset(string for string in need if need.isdisjoint(_inside(string)))


def _inside(string: str) -> Iterable[str]:
    return {string[i : i + n] for n in range(1, len(string)) for i in range(len(string) - n + 1)}


def _union(sets: Iterable[Strings]) -> Strings:
    return frozenset().union(*sets)


def _powers(strings: Strings, least: int, most: int) -> Strings:
    """Return with what between `least` and `most` of the strings in a row begin."""
    is_open = LINE not in strings and not any(map(_is_closed, strings))
    if is_open and most <= MOST_CHARS and len(strings) ** most <= MOST_STRINGS:
        return frozenset("".join(row) for n in range(max(1, least), most + 1) for row in product(strings, repeat=n))
    is_star = least == 0 and all(len(string) == 1 and string != _REST for string in strings)
    told = max((n for n in range(1, min(least, MOST_CHARS) + 1) if len(strings) ** n <= MOST_STRINGS), default=1)
    if is_open and told > 1:
        return _closed(frozenset(map("".join, product(strings, repeat=told))))
    return _closed(strings, _MORE if is_star else _REST)


def _is_closed(string: str) -> bool:
    return string[-1:] in (_REST, _MORE)


def _closed(strings: Strings, end: str = _REST) -> Strings:
    return frozenset(string if _is_closed(string) else string + end for string in strings)


def _bare(strings: Strings) -> Strings:
    return frozenset(string.rstrip(_REST + _MORE) for string in strings)


def _joined(before: Strings, after: Strings) -> Strings:
    """Return each string of `before` with each of `after`; none at all if they are too many.

    Blanks that begin a line are left out.
    """
    closed = {string for string in before if _is_closed(string)}
    if len(closed) + (len(before) - len(closed)) * len(after) > 2 * MOST_STRINGS:
        return frozenset()
    found = closed
    for a in before - closed:
        if a == LINE:
            found = found | {a + b.lstrip(" " + LINE) for b in after if b != " " + _MORE}
        else:
            found = found | {a + b for b in after}
    found = {whole if len(whole) <= MOST_CHARS else whole[:MOST_CHARS] + _REST for whole in found}
    return frozenset(found) if len(found) <= MOST_STRINGS else frozenset()


def expected(strings: Strings) -> float:
    """Return how often prose holds one of the strings, very roughly, in times a character: rare ones tell more."""
    return sum(prod(map(_rate, string)) for string in strings)


def _rate(char: str) -> float:
    """Return how often prose holds a character. Source: the reports of ../shared, in round numbers for each kind."""
    if is_han(char):
        return 0.002
    if char in '\n ,.:;()"、。':
        return 0.02
    return 0.005 if char.isdigit() else 0.0005
