"""Where on a line does a rule stand?

In: rules and one line. Out: the spans they claim. What always holds: a pattern is run by RE2, in time linear in the
line, on at most `WINDOW` code points at a time (guarantee 7); it cannot match the empty string; offsets are those of
the line, because folding maps one code point to one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import re2

from cleaner.chars import fold
from cleaner.errors import RuleError
from cleaner.gate import Gate, Need
from cleaner.literals import MOST_CHARS, edges, expected, needed

WINDOW = 4096
"""The longest stretch of text a pattern is run on, in code points (guarantee 7)."""
MARGIN = 256
"""How much of a long line a claim sees on each side: windows overlap by twice as much."""
LONGEST_LINE = 512
"""The longest line that rules for whole lines look at: no notice of a site is longer."""
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


@dataclass(frozen=True, slots=True)
class Hit:
    """A span [start, end) of a line that `rule` claims; code points of the line."""

    start: int
    end: int
    rule: Rule


class RuleSet:
    """Some rules, matched together.

    Args:
        rules: those that act.
        whole_line: whether they claim lines from end to end.
        gate: one that these rules have in common with others; their own if there is none.
    """

    def __init__(self, rules: Iterable[Rule], whole_line: bool, gate: "Gate[Matcher] | None" = None) -> None:
        self.rules = tuple(rules)
        self.whole_line = whole_line
        matchers = [compiled(rule, whole_line) for rule in self.rules]
        self._matchers = frozenset(matchers)
        self._gate = Gate((matcher, matcher.need) for matcher in matchers) if gate is None else gate

    @cached_property
    def opening(self) -> "RuleSet":
        """Those of the rules that open a list."""
        return RuleSet((rule for rule in self.rules if rule.opens), self.whole_line, self._gate)

    def scan(self, folded: Sequence[str]) -> Iterator[tuple[int, list[Hit]]]:
        """Yield (index, claims) for each of the folded lines that the rules claim something of."""
        for index, matchers in self._gate.lines(folded):
            acting = self._acting(matchers)
            if acting and (found := _disjoint(self._found(folded[index], acting))):
                yield index, found

    def hits(self, line: str) -> list[Hit]:
        """Return what the rules claim of a line as it stands."""
        return self.claims(fold(line))

    def weights(self, folded: str) -> list[int]:
        """Return what each rule that finds something in a folded line weighs; of a long line its beginning is weighed.

        Two different finds of a family of common words (weight 1) weigh 2.
        """
        text = folded[:WINDOW]
        return _weights(text, self._acting(self._gate.rules(text)))

    def most(self, folded: str) -> int:
        """Return the most that a folded line may weigh; no rule is tried."""
        return sum(max(2, matcher.rule.weight) for matcher in self._acting(self._gate.rules(folded[:WINDOW])))

    def weigh(self, folded: Sequence[str]) -> list[int]:
        """Return the sum of the weights of each of the folded lines, all looked at together."""
        texts = [line[:WINDOW] for line in folded]
        found = {i: sum(_weights(texts[i], self._acting(matchers))) for i, matchers in self._gate.lines(texts)}
        return [found.get(i, 0) for i in range(len(texts))]

    def claims(self, folded: str) -> list[Hit]:
        """Return what the rules claim of a folded line, sorted, disjoint: of two that overlap the earlier or longer."""
        return _disjoint(self.rivals(folded))

    def rivals(self, folded: str) -> list[Hit]:
        """Return all that any rule claims of a folded line, though another claims it too."""
        if self.whole_line and len(folded) > LONGEST_LINE:
            return []
        acting = self._acting(self._gate.rules(folded))
        return self._found(folded, acting) if acting else []

    def _acting(self, matchers: Iterable["Matcher"]) -> list["Matcher"]:
        """Return those of the matchers that are of this set."""
        return [matcher for matcher in matchers if matcher in self._matchers]

    def _found(self, folded: str, matchers: Iterable["Matcher"]) -> list[Hit]:
        """Return all that the matchers claim of a folded line."""
        if not folded or folded.isspace():
            return []
        return [
            Hit(window.offset + start, window.offset + end, matcher.rule)
            for window in _windows(folded, self.whole_line)
            for matcher in matchers
            for start, end in matcher.spans(window.text)
            if window.first <= start < window.last and window.is_seen(end)
        ]


class Claims:
    """What a set of rules claims of some folded lines, asked line by line and remembered."""

    def __init__(self, rules: RuleSet, folded: Sequence[str]) -> None:
        self._rules, self._folded = rules, folded
        self._known: dict[int, list[Hit]] = {}

    def __getitem__(self, index: int) -> list[Hit]:
        """Return the claims on one line."""
        if index not in self._known:
            self._known[index] = self._rules.claims(self._folded[index])
        return self._known[index]

    def opening(self) -> list[int]:
        """Return the lines that head a list; only those that a rule of such heads claims are asked for all claims."""
        return [i for i, _ in self._rules.opening.scan(self._folded) if self[i][-1].rule.opens]


class Matcher:
    """One rule, compiled."""

    def __init__(self, rule: Rule, whole_line: bool) -> None:
        self.rule = rule
        self._source, self._whole_line = _source(rule, rule.pattern, whole_line), whole_line
        self._pattern = _compile(rule, self._source)
        sources = [_source(rule, pattern, False) for pattern in rule.unless]
        self._unless = [_compile(rule, source) for source in sources]
        self._any_unless = _compile(rule, "|".join(f"(?:{source})" for source in sources)) if sources else None
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
                # Most lines hold none of them, which one pattern of all says.
                is_bare = self._any_unless is None or self._any_unless.search(said) is None
                unless = () if is_bare else self._unless
                void = [other.span() for pattern in unless for other in pattern.finditer(said)]
            if any(a < end and start < b for a, b in void):
                continue
            first = chars + len(said[at:start].decode())
            at, chars = end, first + len(said[start:end].decode())
            yield first, chars


@lru_cache(maxsize=4096)
def compiled(rule: Rule, whole_line: bool) -> Matcher:
    """Return the rule compiled: once for its check and for all sets that it is in."""
    return Matcher(rule, whole_line)


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of a line: what begins in [first, last) of `text` is judged here, with the rest as its context."""

    offset: int
    text: str
    first: int
    last: int

    def is_seen(self, end: int) -> bool:
        """Say whether a claim that ends here is seen whole: an inner edge of a window is no end of a line."""
        return end < len(self.text) or self.last == len(self.text)


def _windows(line: str, whole_line: bool) -> Iterator[_Window]:
    """Yield the stretches to match; whole-line junk is never long."""
    if len(line) <= (LONGEST_LINE if whole_line else WINDOW):
        yield _Window(0, line, 0, len(line))
    elif not whole_line:
        step = WINDOW - 2 * MARGIN
        for offset in range(0, len(line) - 2 * MARGIN, step):
            text = line[offset : offset + WINDOW]
            first, last = (MARGIN if offset else 0), MARGIN + step
            yield _Window(offset, text, first, last if offset + WINDOW < len(line) else len(text))


def _weights(text: str, matchers: Iterable[Matcher]) -> list[int]:
    """Return what each of the matchers that finds something in a text weighs."""
    finds = ((matcher.rule.weight, {text[a:b] for a, b in matcher.spans(text)}) for matcher in matchers)
    return [2 if weight == 1 and len(said) > 1 else weight for weight, said in finds if said]


def _disjoint(hits: list[Hit]) -> list[Hit]:
    if len(hits) < 2:
        return hits
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


_ESCAPES = {"s": " ", "w": r"\p{L}\p{M}\p{N}_", "d": "0-9"}
_BEGINS_LINE, _ENDS_LINE = re.compile(r"\^(?![*?{])"), re.compile(r"(?<!\\)(?:\\\\)*\$$")
_OPEN_ANCHOR = "an anchor beside alternatives that no group holds"


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
