"""What is one rule, and what does it claim of a text?

In: a rule as its pack writes it. Out: a `Matcher`: the pattern and its exceptions compiled by RE2, what a line must
have for it (`gate.Need`), and the spans of a text that it claims. What always holds: a pattern is run in time linear in
the text and cannot match the empty string; offsets are those of the text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import re2

from cleaner.chars import fold
from cleaner.errors import RuleError
from cleaner.gate import Need
from cleaner.literals import MOST_CHARS, edges, expected, needed

MAX_MEM_BYTES = 256 << 20
"""What RE2 may use for one pattern. Source: measured, 1,000 rules in a set needed at least 64 MiB."""

_ESCAPES = {"s": " ", "w": r"\p{L}\p{M}\p{N}_", "d": "0-9"}
_BEGINS_LINE, _ENDS_LINE = re.compile(r"\^(?![*?{])"), re.compile(r"(?<!\\)(?:\\\\)*\$$")
_OPEN_ANCHOR = "an anchor beside alternatives that no group holds"


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
        keywords: the pattern runs only on lines that hold one of them, besides what is read out of it; empty means all.
        status: `active` rules act; `trial` and `retired` ones are loaded and tested but do not act.
        opens: the line heads a list (of links, say): short lines after it go with it, until a line of prose.
        needs: a placeholder rule acts only in a text where the others claim at least so many runs of the same sign.
        weight: how much it says, in the stage `page`, that a line is a page's own.
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
    weight: int = 1
    seen_in: tuple[str, ...] = ()
    stage: str = ""
    file: str = ""

    @property
    def where(self) -> str:
        """File and rule, as messages name them."""
        return f"{self.file} [{self.id}]"


class Matcher:
    """One rule, compiled."""

    def __init__(self, rule: Rule, whole_line: bool) -> None:
        self.rule = rule
        self._source, self._whole_line = _source(rule, rule.pattern, whole_line), whole_line
        self._pattern = _compile(rule, self._source)
        sources = [_source(rule, pattern, False) for pattern in rule.unless]
        self._unless = [_compile(rule, source) for source in sources]
        self._which_unless = _together(sources)
        self._cut = self._pattern.groupindex.get(b"cut", 0)
        self._keywords = tuple(fold(word) for word in rule.keywords)

    @cached_property
    def need(self) -> Need:
        """What the gate asks of a line."""
        literals = needed(self._source), frozenset(word[:MOST_CHARS] for word in self._keywords)
        first, last = edges(self._source)
        return Need(
            min(filter(None, literals), key=expected, default=frozenset()),
            first if self._whole_line or _BEGINS_LINE.match(self.rule.pattern) else frozenset(),
            last if self._whole_line or _ENDS_LINE.search(self.rule.pattern) else frozenset(),
        )

    def spans(self, line: str) -> Iterator[tuple[int, int]]:
        """Yield what the rule claims of the folded `line`."""
        if self._keywords and not any(word in line for word in self._keywords):
            return
        said = line.encode()
        at, chars = 0, 0
        void: list[tuple[int, int]] | None = None
        for match in self._pattern.finditer(said):
            start, end = match.span(self._cut)
            if start == end:
                continue
            if void is None:
                # Of up to 26 patterns a line rarely holds more than one; which, all together tell as fast as one.
                told = (self._unless[n] for n in self._which_unless.Match(said) or ()) if self._unless else ()
                void = [other.span() for pattern in told for other in pattern.finditer(said)]
            if any(a < end and start < b for a, b in void):
                continue
            first = chars + len(said[at:start].decode())
            at, chars = end, first + len(said[start:end].decode())
            yield first, chars


@lru_cache(maxsize=4096)
def compiled(rule: Rule, whole_line: bool) -> Matcher:
    """Return the rule compiled: once for its check and for all sets that it is in."""
    return Matcher(rule, whole_line)


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEM_BYTES
    return options


def _compile(rule: Rule, source: str) -> Any:
    try:
        pattern = re2.compile(source.encode(), _options())
    except re2.error as error:
        detail = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise RuleError(
            rule.where,
            f"a pattern that RE2 cannot run ({detail})",
            "RE2 syntax",
            "see docs/reference/rules.md; RE2 has no look-around",
        ) from None
    if pattern.search("") is not None:
        raise RuleError(
            rule.where, "a pattern that matches the empty string", "one that always takes a character", "use + for *"
        )
    return pattern


def _together(sources: Sequence[str]) -> Any:
    """Return the patterns, which compile, as one set that tells which of them a text holds."""
    found = re2.Set.SearchSet(_options())
    for source in sources:
        found.Add(source.encode())
    found.Compile()
    return found


def _source(rule: Rule, pattern: str, whole_line: bool) -> str:
    r"""Return `pattern` for RE2: \d \w \s as a Chinese reader means them, anchored where the stage wants a line."""
    pattern = re.sub(r"[\u3400-\u9fff]+", lambda han: fold(han[0]), pattern)
    out, depth, in_class, opened, alternatives, i = [], 0, False, 0, False, 0
    while i < len(pattern):
        char = pattern[i]
        if char == "\\" and i + 1 < len(pattern):
            name = pattern[i + 1]
            if name in "bBAz" or (in_class and name in "SWD"):
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
            in_class = char != "]" or i == opened + 1 or (i == opened + 2 and pattern[opened + 1] == "^")
        elif char == "[":
            in_class, opened = True, i
        else:
            depth += (char == "(") - (char == ")")
            alternatives |= char == "|" and depth == 0
        out.append(char)
        i += 1
    if alternatives and (pattern.startswith("^") or _ENDS_LINE.search(pattern)):
        raise RuleError(rule.where, _OPEN_ANCHOR, "^(?:a|b)$", "put the alternatives in a group")
    text = "".join(out)
    return rf"^ *(?:{text}) *$" if whole_line else text
