"""What in the corpus looks like a template and is speech?

In: the rows that no template took. Out: for a rule, whether it claims speech, and the near misses that it must spare.
What always holds: both are facts of the corpus; near misses are in order of likeness, then of length, then of text.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from cleaner.chars import SENTENCE_ENDS, fold
from cleaner.rule import Matcher
from cleaner.suggest.evidence import speaks
from cleaner.suggest.pages import Row
from cleaner.suggest.slots import literals

MISSES = 2
LONGEST_MISS = 80
MARKS = "⟦⟧"
"""The marks of examples: a line that holds one cannot be an example."""
SALUTATION = "同志们："
"""Spared where the corpus has nothing alike: "Comrades:", the line that opens speeches."""

_PIECE = re.compile(f"[^{SENTENCE_ENDS}]+[{SENTENCE_ENDS}]*")


class Near:
    """The speech of a corpus: whole rows to try a rule on, sentences of them as near misses."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = sorted({row.bare for row in rows})
        self._speech = [bare for bare in self._rows if speaks(bare)]
        self._pieces: list[str] = []
        self._holders: dict[str, list[int]] = defaultdict(list)
        pieces = {piece.strip() for row in set(rows) for piece in _PIECE.findall(row.text)}
        for n, piece in enumerate(sorted(p for p in pieces if 1 < len(p) <= LONGEST_MISS and not set(p) & set(MARKS))):
            self._pieces.append(piece)
            for pair in _pairs(fold(piece)):
                self._holders[pair].append(n)

    def claims(self, matcher: Matcher, whole: bool) -> bool:
        """Say whether the rule claims speech: a line that has its shape if it is for whole lines, else any stretch."""
        rows = self._speech if whole else self._rows
        return any(next(matcher.spans(bare), None) is not None for bare in rows)

    def misses(self, key: str, matcher: Matcher) -> tuple[str, ...]:
        """Return the sentences most like what is constant in `key` that the rule spares; at least one."""
        shared: Counter[int] = Counter()
        for pair in sorted({pair for piece in literals(key) for pair in _pairs(piece)}):
            shared.update(self._holders.get(pair, ()))
        found: list[str] = []
        for n in sorted(shared, key=lambda n: (-shared[n], len(self._pieces[n]), self._pieces[n])):
            if next(matcher.spans(fold(self._pieces[n])), None) is None:
                found.append(self._pieces[n])
            if len(found) == MISSES:
                break
        return tuple(found) or (SALUTATION,)


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
