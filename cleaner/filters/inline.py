"""What was put into the middle of a speech?

In: the text of one speech. Out: edits that take injected spans away and join the sentence again with nothing between.
What always holds: only inline rules look inside the body; what a speaker quotes, quotation marks closing exactly round
it, stays; a bracket that would be left with little in it goes with its claim.
"""

from collections.abc import Iterator

from cleaner.config import Config
from cleaner.edits import Edit
from cleaner.lines import lines
from cleaner.rulepack import RulePack

STAGE = "inline"

BRACKET_CHARS = 30
"""How much unclaimed text may stand in a bracket that goes with the claim inside it."""

_QUOTES = {"“": "”", "‘": "’", "「": "」", "『": "』", '"': '"'}
_BRACKETS = {"（": "）", "(": ")", "【": "】", "[": "]", "〔": "〕"}
_BOUNDS = "".join(_BRACKETS.values()) + "。；;"


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield the edits for spans that inline rules claim, sorted."""
    rows = lines(text)
    for i, hits in pack.stage(STAGE).scan([row.folded for row in rows]):
        row, done = rows[i], 0
        for hit in hits:
            start, end = _with_bracket(row.text, hit.start, hit.end)
            if start >= done and not _is_quoted(row.text, hit.start, hit.end):
                done = end
                yield Edit(row.start + start, row.start + end, STAGE, hit.rule.id)


def _is_quoted(text: str, start: int, end: int) -> bool:
    """Say whether quotation marks close round the span."""
    return start > 0 and end < len(text) and _QUOTES.get(text[start - 1]) == text[end]


def _with_bracket(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the whole bracket that [start, end) stands in, if little else stands there, else the span itself."""
    for left in range(start, max(-1, start - BRACKET_CHARS - 1), -1):
        if left < len(text) and text[left] in _BRACKETS:
            right = text.find(_BRACKETS[text[left]], left)
            spare = start - left + max(0, right - end)
            whole = right >= end - 1 if left < start else right >= 0
            if not whole or spare > BRACKET_CHARS or "。" in text[end:right] or text.count(text[left], left, right) > 1:
                return start, end
            return left, max(end, right + 1)
        if left < start and text[left] in _BOUNDS:
            break
    return start, end
