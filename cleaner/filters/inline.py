"""What was put into the middle of a speech?

In: the text of one speech. Out: edits that take injected spans away and join the sentence again with nothing between.
What always holds: only inline rules and asides of page words look inside the body; what a speaker quotes, quotation
marks closing exactly round it, stays; a bracket that would be left with little in it goes with its claim.
"""

import re
from collections.abc import Iterator

from cleaner.config import Config
from cleaner.edits import Edit
from cleaner.lines import Line, is_heading, lines
from cleaner.matching import Hit
from cleaner.pagewords import PAGE_WORDS
from cleaner.pagewords import STAGE as PAGE
from cleaner.rulepack import RulePack

STAGE = "inline"

BRACKET_CHARS = 30
"""How much unclaimed text may stand in a bracket that goes with the claim inside it."""
NEED_MARKED = 2
"""What an aside must weigh (see `pagewords`) between signs that speeches do not use inside a sentence."""
NEED_BRACKETED = 3
"""The same between round brackets, in which speeches add things, or between blanks."""

_QUOTES = {"“": "”", "‘": "’", "「": "」", "『": "』", '"': '"'}
_BRACKETS = {"（": "）", "(": ")", "【": "】", "[": "]", "〔": "〕"}
_BOUNDS = "".join(_BRACKETS.values()) + "。；;"
_MARKED = re.compile(
    r"[【〖〔\[][^【〖〔\[\]】〗〕。]{4,60}[】〗〕\]]|(?P<sign>[※◇◆★☆●◎▲△▼■□])[^※◇◆★☆●◎▲△▼■□。]{4,60}(?:(?P=sign)[^※◇◆★☆●◎▲△▼■□。]{2,60})?(?P=sign)"
    r"|[>》]{2}[^<>《》。]{4,60}[<《]{2}|^ *[—\-=~▶►→◇◆★●※▲]{1,4} ?[^—。]{4,60}? ?[—\-=~◀◄←↗↑◇◆★●※▲]{0,4} *$"
)
_PARTED = re.compile(r"(?<=[\u4e00-\u9fff]) [^ ,。;!?]{6,40} (?=[\u4e00-\u9fff])")
_BRACKETED = re.compile(r"\([^()。]{4,60}\)")
_ASIDES = (
    (re.compile(r"[【〖〔\[※◇◆★☆●◎▲△▼■□>》▶►→—=~-]"), _MARKED, NEED_MARKED),
    (re.compile(" [^ ]* "), _PARTED, NEED_BRACKETED),
    (re.compile(r"\("), _BRACKETED, NEED_BRACKETED),
)
"""What a line must have for an aside of a kind to be looked for, the aside, and what it must weigh."""


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield the edits for spans that inline rules or page words claim, sorted."""
    rows = lines(text)
    claimed = dict(pack.stage(STAGE).scan([row.folded for row in rows]))
    for i, row in enumerate(rows):
        hits = sorted([*claimed.get(i, ()), *_asides(row, pack)], key=lambda hit: (hit.start, -hit.end))
        done = 0
        for hit in hits:
            start, end = _with_bracket(row.text, hit.start, hit.end)
            if start >= done and not _is_quoted(row.text, hit.start, hit.end):
                done = end
                yield Edit(row.start + start, row.start + end, STAGE, hit.rule.id)


def _asides(row: Line, pack: RulePack) -> Iterator[Hit]:
    """Yield the spans set off by brackets or signs in which a page speaks of itself."""
    for sign, aside, need in _ASIDES:
        if not sign.search(row.folded) or is_heading(row.bare):
            continue
        for match in aside.finditer(row.folded):
            if sum(pack.stage(PAGE).weights(match[0])) >= need:
                yield Hit(*match.span(), PAGE_WORDS)


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
