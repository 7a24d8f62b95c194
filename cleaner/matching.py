"""Where on a line does a rule stand?

In: rules and one line. Out: the spans they claim. What always holds: a pattern is run by RE2, in time linear in the
line, on at most `WINDOW` code points at a time (guarantee 7); it cannot match the empty string; offsets are those of
the line, because folding maps one code point to one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cleaner.chars import fold
from cleaner.gate import Gate
from cleaner.rule import Matcher, Rule, compiled

WINDOW = 4096
"""The longest stretch of text a pattern is run on, in code points (guarantee 7)."""
MARGIN = 256
"""How much of a long line a claim sees on each side: windows overlap by twice as much."""
LONGEST_LINE = 512
"""The longest line that rules for whole lines look at: no notice of a site is longer."""
REMEMBERED_LINES = 512
"""Of so many lines asked one by one a set remembers what it found: splitter, head and foot ask for the same ones."""


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

    def __init__(self, rules: Iterable[Rule], whole_line: bool, gate: Gate[Matcher] | None = None) -> None:
        self.rules = tuple(rules)
        self.whole_line = whole_line
        matchers = [compiled(rule, whole_line) for rule in self.rules]
        self._matchers = frozenset(matchers)
        self._gate = Gate((matcher, matcher.need) for matcher in matchers) if gate is None else gate
        self._claims = lru_cache(REMEMBERED_LINES)(self._found_claims)
        self._weights = lru_cache(REMEMBERED_LINES)(self._found_weights)

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

    def hits(self, line: str) -> Sequence[Hit]:
        """Return what the rules claim of a line as it stands."""
        return self.claims(fold(line))

    def weights(self, folded: str) -> Sequence[int]:
        """Return what each rule that finds something in a folded line weighs; of a long line its beginning is weighed.

        Two different finds of a family of common words (weight 1) weigh 2.
        """
        return self._weights(folded[:WINDOW])

    def _found_weights(self, text: str) -> list[int]:
        return _weights(text, self._acting(self._gate.rules(text)))

    def most(self, folded: str) -> int:
        """Return the most that a folded line may weigh; no rule is tried."""
        return sum(max(2, matcher.rule.weight) for matcher in self._acting(self._gate.rules(folded[:WINDOW])))

    def heavy(self, folded: Sequence[str], least: int) -> Iterator[int]:
        """Yield which of the folded lines may weigh so much; no rule is tried."""
        for i, matchers in self._gate.lines(folded):
            if sum(max(2, matcher.rule.weight) for matcher in self._acting(matchers)) >= least:
                yield i

    def weigh(self, folded: Sequence[str]) -> list[int]:
        """Return the sum of the weights of each of the folded lines, all looked at together."""
        texts = [line[:WINDOW] for line in folded]
        found = {i: sum(_weights(texts[i], self._acting(matchers))) for i, matchers in self._gate.lines(texts)}
        return [found.get(i, 0) for i in range(len(texts))]

    def claims(self, folded: str) -> Sequence[Hit]:
        """Return what the rules claim of a folded line, sorted, disjoint: of two that overlap the earlier or longer."""
        return self._claims(folded) if len(folded) <= LONGEST_LINE else self._found_claims(folded)

    def _found_claims(self, folded: str) -> list[Hit]:
        acting = self._acting(self._gate.rules(folded))
        return _disjoint(self._found(folded, acting)) if acting else []

    def rivals(self, folded: str) -> list[Hit]:
        """Return all that any rule claims of a folded line, though another claims it too."""
        return self._found(folded, self._acting(self._gate.rules(folded)))

    def _acting(self, matchers: Iterable[Matcher]) -> list[Matcher]:
        """Return those of the matchers that are of this set."""
        return [matcher for matcher in matchers if matcher in self._matchers]

    def _found(self, folded: str, matchers: Iterable[Matcher]) -> list[Hit]:
        """Return all that the matchers claim of a folded line; whole-line junk is never long."""
        if not folded or folded.isspace() or (self.whole_line and len(folded) > LONGEST_LINE):
            return []
        if len(folded) <= WINDOW:
            return [Hit(*span, matcher.rule) for matcher in matchers for span in matcher.spans(folded)]
        return [
            Hit(window.offset + start, window.offset + end, matcher.rule)
            for window in _windows(folded)
            for matcher in matchers
            for start, end in matcher.spans(window.text)
            if window.first <= start < window.last and window.is_seen(end)
        ]


class Claims:
    """What a set of rules claims of some folded lines, asked line by line and remembered."""

    def __init__(self, rules: RuleSet, folded: Sequence[str]) -> None:
        self._rules, self._folded = rules, folded
        self._known: dict[int, Sequence[Hit]] = {}

    def __getitem__(self, index: int) -> Sequence[Hit]:
        """Return the claims on one line."""
        if index not in self._known:
            self._known[index] = self._rules.claims(self._folded[index])
        return self._known[index]

    def opening(self) -> list[int]:
        """Return the lines that head a list; only those that a rule of such heads claims are asked for all claims."""
        return [i for i, _ in self._rules.opening.scan(self._folded) if self[i][-1].rule.opens]


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


def _windows(line: str) -> Iterator[_Window]:
    """Yield the stretches of a long line to match."""
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
