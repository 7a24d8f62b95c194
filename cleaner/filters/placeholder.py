"""Which runs stand for something redacted, what did each stand for, and what becomes of it?

In: the text of one speech. Out: edits that put `chars.MASK` for each run, with its kind; later `settle` writes what the
policy wants. What always holds: everything between the two (reflow, the comparison form) sees the mark and not the
style, so the policy and the style of a run change the text and nothing else. The row of the audit is the record of a
placeholder under every policy, also under `keep`, where it inserts what it removes.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from cleaner.chars import MASK, fold
from cleaner.config import Config, Placeholders
from cleaner.edits import Draft, Edit, Segment
from cleaner.filters.kinds import CONTEXT_CHARS, kind
from cleaner.lines import Line, lines
from cleaner.matching import Hit, RuleSet
from cleaner.rulepack import RulePack

STAGE = "placeholder"
DEBRIS = "debris"


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield an edit for each placeholder, sorted, with its kind."""
    rows = lines(text)
    rules = pack.stage(STAGE)
    for row, hit in _acting(text, _standing(rows, rules.scan([row.folded for row in rows]), rules)):
        before = row.folded[max(0, hit.start - CONTEXT_CHARS) : hit.start]
        after = row.folded[hit.end : hit.end + CONTEXT_CHARS]
        what = kind(before, row.text[hit.start : hit.end], after)
        yield Edit(row.start + hit.start, row.start + hit.end, STAGE, hit.rule.id, MASK, what)


def masked(texts: Sequence[str], pack: RulePack) -> Iterator[tuple[str, int]]:
    """Yield each text with its placeholders marked, and how many there are: what `edits` make of it.

    The rules look at all of them at once, in three quarters of the time; most texts have none, and no lines are made.
    """
    folded = [fold(text).split("\n") for text in texts]
    rules = pack.stage(STAGE)
    claims = dict(rules.scan([line for own in folded for line in own]))
    first = 0
    for text, own in zip(texts, folded, strict=True):
        claimed = [(i, claims[first + i]) for i in range(len(own)) if first + i in claims]
        first += len(own)
        rows = lines(text) if claimed else ()
        found = _acting(text, _standing(rows, claimed, rules))
        parts, at = [], 0
        for row, hit in found:
            parts += [text[at : row.start + hit.start], MASK]
            at = row.start + hit.end
        yield "".join([*parts, text[at:]]), len(found)


def _standing(
    rows: Sequence[Line], claimed: Iterable[tuple[int, Sequence[Hit]]], rules: RuleSet
) -> list[tuple[Line, Hit]]:
    """Return the claims with their lines, but for one at the edge of a line that is none with what stands beside it.

    A width may cut X光, "X-rays", behind its first letter, and 1+X before its last.
    """
    found = []
    for i, hits in claimed:
        for hit in hits:
            folded = rows[i].folded
            above = rows[i - 1].bare[-CONTEXT_CHARS:] if i and hit.start == rows[i].indent_chars else ""
            above = above if above[-1:].isascii() and (above[-1:].isalnum() or above[-1:] == "+") else ""
            below = rows[i + 1].bare[:CONTEXT_CHARS] if hit.end == len(folded) and i + 1 < len(rows) else ""
            if above or below:
                whole = rules.claims(above + folded[hit.start if above else 0 :] + below)
                at = len(above) if above else hit.start
                if not any(one.start <= at < one.end for one in whole):
                    continue
            found.append((rows[i], hit))
    return found


def _acting(text: str, found: list[tuple[Line, Hit]]) -> list[tuple[Line, Hit]]:
    """Return those of the claims that the rest of the text does not speak against."""
    if not found:
        return found
    styles = Counter(row.text[hit.start] for row, hit in found if not hit.rule.needs)
    emphasised = _emphasised(dict.fromkeys(row for row, _ in found)) if is_markdown(text) else frozenset()
    return [
        (row, hit)
        for row, hit in found
        if styles[(first := row.text[hit.start])] >= hit.rule.needs
        and not (first in "*_" and row.start + hit.start in emphasised)
    ]


_MARKDOWN = re.compile(r"^(?:#{1,6} \S|[*+-] {1,3}\*\*\S|```)", re.MULTILINE)
_EMPHASIS = re.compile(r"(\*{1,3})(?=\S)[^*_]{2,}?(?<=\S)\1|(?<!\w)(_{1,3})(?=\S)[^*_]{2,}?(?<=\S)\2(?!\w)")
"""Source: CommonMark 0.31, section 6.2: underscores between letters emphasise nothing."""


def is_markdown(text: str) -> bool:
    r"""Say whether the text is written in Markdown, where a pair of stars is emphasis and no mask.

    >>> is_markdown("# 讲话\n要**抓实**"), is_markdown("要抓实**县")               # "speech, get it done", "county"
    (True, False)
    """
    return any(sign in text for sign in ("# ", "**", "```")) and _MARKDOWN.search(text) is not None


def _emphasised(rows: Iterable[Line]) -> frozenset[int]:
    """Return the places in the text that Markdown emphasises on some of its lines, the signs for it included."""
    spans = ((row.start, *match.span()) for row in rows for match in _EMPHASIS.finditer(row.text))
    return frozenset(start + at for start, first, last in spans for at in range(first, last))


def settle(draft: Draft, settings: Placeholders) -> Draft:
    """Return the draft with each mark replaced as the policy says; `remove` also takes the debris away."""
    if not any(segment.edit is not None and segment.edit.stage == STAGE for segment in draft.segments):
        return draft
    segments = []
    for segment in draft.segments:
        edit = segment.edit
        if edit is not None and edit.stage == STAGE:
            written = edit._replace(inserted=_written(draft.source, edit, settings))
            segment = Segment(segment.start, segment.end, written)
        segments.append(segment)
    settled = Draft(draft.source, tuple(segments))
    return settled.apply(_debris(draft.text)) if settings.policy == "remove" else settled


def _written(source: str, edit: Edit, settings: Placeholders) -> str:
    """Return what stands for a run, or for the rest of one that an earlier edit had cut (`kind` None)."""
    if settings.policy == "keep":
        return source[edit.start : edit.end]
    return settings.mark if settings.policy == "mask" and edit.kind is not None else ""


_ITEM = re.compile(rf"{MASK}(?P<sign>\s?[%％‰])?(?P<joint>\s?[、，,—–~～-]{{1,2}}\s?(?={MASK}))?")
_EMPTY_ITEM = re.compile(rf"、((?:{MASK}[%％‰]?[、，,—–~～-]?)*{MASK})(?=[、，,。；;！])")
_RUN = re.compile(rf"{MASK}[%％‰]?[、，,—–~～-]?(?:{MASK}[%％‰]?[、，,—–~～-]?)*+")
_OPENERS = "\n，,。；;：:（(“"


def _debris(text: str) -> list[Edit]:
    """Return the edits for what masks leave behind, in the coordinates of `text` without its masks.

    The sign of X%, the commas of X、X、X, the dash of X-X, one comma of A、X、B and of X、B.
    """
    spans = [
        span for match in _ITEM.finditer(text) for span in (match.span("sign"), match.span("joint")) if span[0] >= 0
    ]
    spans += [(match.end() - 1, match.end()) for match in _RUN.finditer(text) if _is_first_item(text, *match.span())]
    spans += [(match.start(), match.start() + 1) for match in _EMPTY_ITEM.finditer(text)]
    shift, at = 0, 0
    out: list[Edit] = []
    for start, end in sorted(set(spans)):
        if out and start - shift < out[-1].end:
            continue
        shift += text.count(MASK, at, start)
        at = start
        out.append(Edit(start - shift, end - shift, STAGE, DEBRIS))
    return out


def _is_first_item(text: str, start: int, end: int) -> bool:
    """Say whether a run of masks ends with a comma that would begin a list: the masks of X、B are its first item."""
    if not text.endswith(f"{MASK}、", start, end):
        return False
    opens = start == 0 or text[start - 1] in _OPENERS
    return opens or any(text.find(comma, start, end - 2) >= 0 for comma in "，,")


def masked_share(draft: Draft) -> tuple[int, float]:
    """Return how many marks `draft` shows and the share of its characters that stood there before masking.

    Args:
        draft: before `settle`, so that the policy plays no part.
    """
    runs = [segment.edit for segment in draft.segments if segment.edit is not None and segment.edit.stage == STAGE]
    count = sum(edit.kind is not None for edit in runs)
    masked = sum(edit.end - edit.start for edit in runs)
    return count, masked / (masked + len(draft.text) - count) if masked else 0.0
