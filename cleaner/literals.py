"""Which literal does a line hold wherever a pattern matches, and with which characters does a match begin and end?

In: a pattern in RE2 syntax. Out: sets of strings, of each of which every line with a match holds one at least; the
characters at the edges of a match. What always holds: a line that holds none of a set has no match. What cannot be
told, such as a flag, is left open.

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

MOST_NEEDS = 3
"""How many sets are told."""
TELLING_RATE = 0.02
"""A further set tells something if prose holds its strings more rarely than this, in times a character."""
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
        needs: sets of strings of which each holds one at least, those that tell most first.
    """

    begins: Strings
    edges: tuple[Strings, Strings]
    needs: tuple[Strings, ...] = ()


def needed(pattern: str) -> tuple[Strings, ...]:
    """Return sets of strings one of which stands in every line that `pattern` matches in, those that tell most first.

    >>> [sorted(need) for need in needed("本站[^。]*(?:收集|整理)")]          # "this site ... collected"
    [['本站'], ['收集', '整理']]
    """
    part = _read(pattern)
    return tuple(dict.fromkeys(map(_least, part.needs))) if part else ()


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
        # Which set of a row stands beside which of another does not matter: every one of a row holds.
        most = max(len(row.needs) for row in rows) if all(row.needs for row in rows) else 0
        needs = (_union(row.needs[min(n, len(row.needs) - 1)] for row in rows) for n in range(most))
        edges = _union(row.edges[0] for row in rows), _union(row.edges[1] for row in rows)
        return _Part(_union(row.begins for row in rows), edges, _telling(needs))

    def _row(self) -> _Part:
        """Read parts that follow one another."""
        begins, run, first, last = _EMPTY, _EMPTY, _EMPTY, _EMPTY
        needs: list[Strings] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            part = self._repeated(self._one())
            begins = _joined(begins, part.begins) or _closed(begins)
            first, last = _beside(first, part.edges[0]), _beside(part.edges[1], last)
            longer = _joined(run, part.begins)
            needs += [*part.needs, _bare(longer)]
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
            return _Part(begins, part.edges, part.needs)
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


def _telling(needs: Iterable[Strings]) -> tuple[Strings, ...]:
    """Return the few sets that tell most; what holds a string of one, another of them does not repeat."""
    telling = {need for need in needs if need and "" not in need and LINE not in need}
    chosen: list[Strings] = []
    for need in sorted(telling, key=expected):
        if chosen and (len(chosen) == MOST_NEEDS or expected(need) >= TELLING_RATE):
            break
        if not any(_repeats(need, other) for other in chosen):
            chosen.append(need)
    return tuple(chosen)


def _repeats(need: Strings, other: Strings) -> bool:
    """Say whether each string of `other` holds one of `need`, which then tells nothing more."""
    return not any(need.isdisjoint({string, *_inside(string)}) for string in other)


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


def fewer(strings: Strings, most: int) -> Strings:
    """Return what the strings begin with, cut until they are at most so many: a line that holds one holds it.

    >>> sorted(fewer(frozenset({"篇一", "篇二", "范文一", "范文二"}), 2))      # "part 1", "part 2", "sample 1", …
    ['篇', '范']
    """
    for chars in range(MOST_CHARS, 1, -1):
        if len(strings) > most:
            strings = _least(frozenset(string[: chars - 1] for string in strings))
    return strings


def expected(strings: Strings) -> float:
    """Return how often prose holds one of the strings, very roughly, in times a character: rare ones tell more."""
    return sum(map(rate, strings))


@lru_cache(maxsize=1 << 15)
def rate(string: str) -> float:
    """Return how often prose holds a string, very roughly, in times a character."""
    return prod(map(_rate, string))


def _rate(char: str) -> float:
    """Return how often prose holds a character. Source: the reports of ../shared, in round numbers for each kind."""
    if is_han(char):
        return 0.002
    if char in '\n ,.:;()"、。':
        return 0.02
    return 0.005 if char.isdigit() else 0.0005
