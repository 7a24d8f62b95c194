"""Where on a line does a rule stand?

In: rules and one line. Out: the spans they claim. What always holds: a pattern is run by RE2, in time linear in the
line, on at most `WINDOW` code points at a time (guarantee 7); it cannot match the empty string; offsets are those of
the line, because folding maps one code point to one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from cleaner.chars import fold
from cleaner.errors import RuleError

WINDOW = 4096
"""The longest stretch of text a pattern is run on, in code points (guarantee 7)."""
LONGEST_SPAN = 512
"""The longest match looked for across two windows: windows overlap by as much."""
MAX_MEM_BYTES = 256 << 20
"""What RE2 may use for one set. Source: measured, 1,000 rules need at least 64 MiB."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One family of junk.

    Args:
        id: kebab-case, unique over all packs; the audit names it.
        why: one sentence for the reader of the audit.
        pattern: RE2; on folded text.
        removes: at least one line that must go, whole or in the part marked `⟦…⟧`.
        keeps: at least one near miss that must stay whole.
        unless: RE2 patterns; a match is void where a match of one of them overlaps it.
        keywords: the pattern runs only on lines that hold one of them; empty means on all.
        status: `active` rules act, `trial` rules are only counted, `retired` rules are only kept as a record.
        opens: the line heads a list (of links, say): short lines after it go with it, until a line of prose.
        needs: a placeholder rule acts only in a text where the others claim at least so many runs of the same sign.
        seen_in: where the family was met.
        stage: the folder the pack lies in.
        file: the pack, for messages.
    """

    id: str
    why: str
    pattern: str
    removes: tuple[str, ...]
    keeps: tuple[str, ...]
    unless: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    status: str = "active"
    opens: bool = False
    needs: int = 0
    seen_in: tuple[str, ...] = ()
    stage: str = ""
    file: str = ""

    @property
    def where(self) -> str:
        """File and rule, as messages name them."""
        return f"{self.file} [{self.id}]"


@dataclass(frozen=True, slots=True)
class Hit:
    """A span [start, end) of a line that `rule` claims; code points of the line."""

    start: int
    end: int
    rule: Rule


class RuleSet:
    """The active rules of one stage, matched together."""

    def __init__(self, rules: Iterable[Rule], whole_line: bool) -> None:
        self.rules = tuple(rules)
        self.whole_line = whole_line
        self._patterns = [Matcher(rule, whole_line) for rule in self.rules]

    @cached_property
    def _set(self) -> Any:
        chosen = re2.Set.SearchSet(_options())
        for matcher in self._patterns:
            chosen.Add(matcher.source)
        chosen.Compile()
        return chosen

    def hits(self, line: str) -> list[Hit]:
        """Return what the rules claim of `line`, sorted and disjoint: of two that overlap the earlier or longer."""
        if not self.rules or not line.strip():
            return []
        found: list[Hit] = []
        folded = fold(line)
        for offset, window in _windows(folded, self.whole_line):
            for index in self._set.Match(window) or ():
                matcher = self._patterns[index]
                found.extend(Hit(offset + start, offset + end, matcher.rule) for start, end in matcher.spans(window))
        return _disjoint(found)

    def hit(self, line: str) -> Hit | None:
        """Return the first claim on `line`, or None."""
        return next(iter(self.hits(line)), None)


class Matcher:
    """One rule, compiled."""

    def __init__(self, rule: Rule, whole_line: bool) -> None:
        self.rule = rule
        self.source = _source(rule, rule.pattern, whole_line)
        self._pattern = _compile(rule, self.source)
        self._unless = [_compile(rule, _source(rule, pattern, False)) for pattern in rule.unless]
        self._cut = self._pattern.groupindex.get("cut", 0)
        self._keywords = tuple(fold(word) for word in rule.keywords)

    def spans(self, line: str) -> Iterator[tuple[int, int]]:
        """Yield what the rule claims of the folded `line`."""
        if self._keywords and not any(word in line for word in self._keywords):
            return
        void: list[tuple[int, int]] | None = None
        for match in self._pattern.finditer(line):
            start, end = match.span(self._cut)
            if start == end:
                continue
            if void is None:
                void = [other.span() for pattern in self._unless for other in pattern.finditer(line)]
            if any(a < end and start < b for a, b in void):
                continue
            yield start, end


def _windows(line: str, whole_line: bool) -> Iterator[tuple[int, str]]:
    """Yield the stretches to match with their offsets; a line longer than a window is no whole-line junk."""
    if whole_line:
        if len(line) <= WINDOW:
            yield 0, line
        return
    step = WINDOW - LONGEST_SPAN
    for offset in range(0, max(1, len(line) - LONGEST_SPAN), step):
        yield offset, line[offset : offset + WINDOW]


def _disjoint(hits: list[Hit]) -> list[Hit]:
    chosen: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end, h.rule.needs, h.rule.id)):
        if not chosen or hit.start >= chosen[-1].end:
            chosen.append(hit)
    return chosen


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEM_BYTES
    return options


def _compile(rule: Rule, source: str) -> Any:
    try:
        pattern = re2.compile(source, _options())
    except re2.error as error:
        detail = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise RuleError(
            rule.where,
            f"a pattern that RE2 cannot run ({detail})",
            "RE2 syntax",
            "see docs/rules.md; RE2 has no look-around",
        ) from None
    if pattern.search("") is not None:
        raise RuleError(
            rule.where, "a pattern that matches the empty string", "one that always takes a character", "use + for *"
        )
    return pattern


_ESCAPES = {"s": " ", "w": r"\p{L}\p{M}\p{N}_", "d": "0-9"}
_OPEN_ANCHOR = "an anchor beside alternatives that no group holds"


def _source(rule: Rule, pattern: str, whole_line: bool) -> str:
    r"""Return `pattern` for RE2: \d \w \s as a Chinese reader means them, anchored where the stage wants a line."""
    out, depth, in_class, alternatives, i = [], 0, False, False, 0
    while i < len(pattern):
        char = pattern[i]
        if char == "\\" and i + 1 < len(pattern):
            name = pattern[i + 1]
            if name in "bB" or (in_class and name in "SWD"):
                raise RuleError(
                    rule.where, f"\\{name}", "an escape that means something in Chinese text", "write the class out"
                )
            if name.lower() in _ESCAPES:
                members = _ESCAPES[name.lower()]
                out.append(members if in_class else f"[{'^' if name.isupper() else ''}{members}]")
            else:
                out.append(char + name)
            i += 2
            continue
        if in_class:
            in_class = char != "]" or pattern[i - 1] == "[" or pattern[i - 2 : i] == "[^"
        elif char == "[":
            in_class = True
        else:
            depth += (char == "(") - (char == ")")
            alternatives |= char == "|" and depth == 0
        out.append(char)
        i += 1
    if alternatives and (pattern.startswith("^") or pattern.endswith("$")):
        raise RuleError(rule.where, _OPEN_ANCHOR, "^(?:a|b)$", "put the alternatives in a group")
    text = "".join(out)
    return rf"^ *(?:{text}) *$" if whole_line else text
