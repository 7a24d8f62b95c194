"""What stands at the head of a speech that is not of it?

In: the text of one speech with all that stands before it. Out: edits that take away spam blocks, breadcrumbs, bylines,
lead-ins, and every copy of the title but the last. What always holds: the zone ends at the first salutation, heading
or line of prose that no rule claims, so the body is never looked at; a line that no rule claims goes only when it
repeats the title, or stands between lines that go and a title still follows.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from cleaner.config import Config
from cleaner.dates import is_date
from cleaner.edits import Edit
from cleaner.filters.copies import repeated
from cleaner.filters.front import Front, is_foreign, may_be_unnamed
from cleaner.lines import (
    HEADED,
    Line,
    ends_as_speech,
    first_bare,
    is_heading,
    is_prose,
    is_speaker,
    is_title,
    lines,
    names_speech,
    title_goes_on,
)
from cleaner.matching import Claims
from cleaner.pagewords import NEED_INSIDE, PAGE_WORDS, PageClaims, begins_below, without
from cleaner.paragraphs import paragraphs
from cleaner.rulepack import RulePack
from cleaner.salutation import greets, opens_with_salutation

STAGE = "header"
REPEATED_TITLE = "repeated-title"

HEAD_LINES = 200
"""How far down a head may reach, blank lines counted."""
SANDWICH_LINES = 3
"""How many unclaimed lines between two claimed ones go with them. Source: the blocks in the seeds have three."""
SANDWICH_CHARS = 30
UNDER_LINES = 8
"""How many unclaimed lines may stand between a title and its salutation for any of them to go."""

_BUTTONS = {"关注", "已关注", "订阅", "举报", "收藏", "分享", "展开", "播报"}
"""Words that would pass for a name."""
_NO_FIELD = re.compile(r"[^\d:|>/\\]{1,20}")
"""A short line without the signs and figures that parts of a page have."""
_NAME = re.compile(r"\w{2,4}|\w ?\w{1,2}")


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield the edits for the head of `text`, sorted."""
    rows = _told_whole(text)[:HEAD_LINES]
    hits = PageClaims(rows, pack, "header", "footer", outside=lambda i: begins_below(rows, i))
    front = Front(rows, hits, pack)
    end = zone_end(rows, hits, front.n_lines)
    removed = {i: hits[i][0].rule.id for i in range(end) if hits[i] and not without(rows[i], hits[i])}
    for i in _may_speak(rows[:end], hits):
        del removed[i]
    titles = [(i, without(rows[i], hits[i])) for i in range(end) if i not in removed]
    titles = [(i, title) for i, title in titles if is_title(title)]
    between = list(_sandwiched(rows[:end], removed, titles))
    for i in repeated(titles):
        removed[i] = REPEATED_TITLE
    for i in front.lines():
        removed.setdefault(i, "before-title")
    for i in _under_title(rows, hits, removed, titles):
        removed[i] = "under-title"
    for i in between:
        removed.setdefault(i, "between-claimed-lines")
    for i in range(end):
        if i in removed:
            yield Edit(rows[i].start, rows[i].end, STAGE, removed[i])
        elif (sign := HEADED.match(rows[i].folded.lstrip(" "))) and not hits[i]:
            start = rows[i].start + rows[i].indent_chars
            yield Edit(start, start + sign.end(), STAGE, "heading-sign")
        else:
            for hit in hits[i]:
                yield Edit(rows[i].start + hit.start, rows[i].start + hit.end, STAGE, hit.rule.id)


def _told_whole(text: str) -> Sequence[Line]:
    """Return the lines, the first of each paragraph that a width has broken with all that it says as its bare line."""
    rows, whole = lines(text), {row.start: row.bare for row in paragraphs(text)}
    return rows if len(whole) == len(rows) else [row._replace(bare=whole.get(row.start, row.bare)) for row in rows]


def zone_end(rows: Sequence[Line], hits: Claims, first: int = 0) -> int:
    """Return the first line of speech from `first` on: a salutation, a heading or prose that no rule claims."""
    for i in range(first, len(rows)):
        bare = rows[i].bare
        speaks = greets(bare) or is_heading(bare) or is_prose(bare)
        if speaks and not hits[i]:
            return i
    return len(rows)


def _may_speak(rows: Sequence[Line], hits: PageClaims) -> Iterator[int]:
    """Yield the lines right under the title of a speech that only few page words claim: there it says who speaks."""
    titled = False
    for i, row in enumerate(rows):
        claims = hits[i]
        by_words = bool(claims) and claims[0].rule is PAGE_WORDS
        if titled and by_words and _NO_FIELD.fullmatch(row.bare) and hits.weight(row.bare) < NEED_INSIDE:
            yield i
        elif row.bare:
            titled = ends_as_speech(row.bare) and not claims


def _under_title(
    rows: Sequence[Line], hits: Claims, removed: dict[int, str], titles: Sequence[tuple[int, str]]
) -> Iterator[int]:
    """Yield the unclaimed short lines between the title that stays and the salutation, if others there are claimed."""
    kept = next((i for i, title in titles if i not in removed and names_speech(title)), None)
    if kept is None:
        return
    salutation = next((i for i, row in enumerate(rows) if opens_with_salutation(row.bare)), None)
    if salutation is None or kept >= salutation:
        return
    between = [i for i in range(kept + 1, salutation) if rows[i].bare]
    if sum(i not in removed for i in between) > UNDER_LINES or not any(i in removed for i in between):
        return
    for i in between[: max((n for n, i in enumerate(between) if i in removed), default=0)]:
        bare = rows[i].bare
        own = (
            first_bare(rows, range(i + 1, salutation)).startswith("——")
            or any(row.bare == bare for row in rows[:kept])
            or is_heading(bare)
            or is_foreign(bare)
            or bare.startswith(("—", "("))
            or ":" in bare
            or title_goes_on(rows[kept].bare, bare)
        )
        if (
            i not in removed
            and not hits[i]
            and _is_filler(bare)
            and not is_prose(bare)
            and not own
            and (bare in _BUTTONS or not _NAME.fullmatch(bare))
        ):
            yield i


def _sandwiched(rows: Sequence[Line], removed: dict[int, str], titles: Sequence[tuple[int, str]]) -> Iterator[int]:
    """Yield the unclaimed lines that stand between claimed ones, if a later title stays."""
    claimed = sorted(removed)
    for above, below in pairwise(claimed):
        between = [i for i in range(above + 1, below) if rows[i].bare]
        if not 0 < len(between) <= SANDWICH_LINES:
            continue
        later = [title for i, title in titles if i > below]
        named = any(names_speech(title) and not title.startswith("—") for title in later)
        if later and all(_is_filler(rows[i].bare) and (named or not may_be_unnamed(rows[i].bare)) for i in between):
            yield from between


def _is_filler(bare: str) -> bool:
    return len(bare) <= SANDWICH_CHARS and not names_speech(bare) and not is_date(bare) and not is_speaker(bare)
