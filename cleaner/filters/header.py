"""What stands at the head of a speech that is not of it?

In: the text of one speech with all that stands before it. Out: edits that take away spam blocks, breadcrumbs, bylines,
lead-ins, and every copy of the title but the last. What always holds: the zone ends at the first salutation, heading
or line of prose that no rule claims, so the body is never looked at; a line that no rule claims goes only when it
repeats the title, or stands between lines that go and a title still follows.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from cleaner.chars import count_han
from cleaner.config import Config
from cleaner.dates import is_date
from cleaner.edits import Edit
from cleaner.filters.copies import repeated, same_title, speaks_of
from cleaner.filters.setting import is_in_columns, is_remark, is_set
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
from cleaner.pagewords import CLAIMED_WEIGHT, FRONT_LINES, NEED_INSIDE, PageClaims, begins_below, without
from cleaner.rulepack import RulePack
from cleaner.salutation import is_salutation, opens_with_salutation

STAGE = "header"
REPEATED_TITLE = "repeated-title"

HEAD_LINES = 200
"""How far down a head may reach, blank lines counted."""
FRONT_CHARS = 80
"""How long an unclaimed line before a title may be. Prose paragraphs are longer."""
SAID_LINES, SAID_CHARS, SAID_CHARS_A_WEIGHT = 3, 160, 30
"""How many sentences of a reader or an editor a front may have, how long, and how much of them it must outweigh."""
SANDWICH_LINES = 3
"""How many unclaimed lines between two claimed ones go with them. Source: the blocks in the seeds have three."""
SANDWICH_CHARS = 30
UNDER_LINES = 8
"""How many unclaimed lines may stand between a title and its salutation for any of them to go."""
FOREIGN_BLANKS = 3
"""How many blanks the translation of a title has, at least; links in English have fewer."""
UNNAMED_CHARS = 7
"""The shortest line that is taken for a title though it names no speech; readers have shorter names."""

_SLOGAN = re.compile(r"([\u4e00-\u9fff]{4,10}) ([\u4e00-\u9fff]{4,10})")
_BUTTONS = {"关注", "已关注", "订阅", "举报", "收藏", "分享", "展开", "播报"}
"""Words that would pass for a name."""
_NAME = re.compile(r"\w{2,4}|\w ?\w{1,2}")


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield the edits for the head of `text`, sorted."""
    rows = lines(text)
    rows = rows[:HEAD_LINES]
    hits = PageClaims(rows, pack, "header", "footer", outside=lambda i: begins_below(rows, i))
    front = _front(rows, hits, pack)
    end = zone_end(rows, hits, front)
    removed = {i: hits[i][0].rule.id for i in range(end) if hits[i] and not without(rows[i], hits[i])}
    titles = [(i, without(rows[i], hits[i])) for i in range(end) if i not in removed]
    titles = [(i, title) for i, title in titles if is_title(title)]
    between = list(_sandwiched(rows[:end], removed, titles))
    for i in repeated(titles):
        removed[i] = REPEATED_TITLE
    for i in _before(rows, hits, front):
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


def _front(rows: Sequence[Line], hits: PageClaims, pack: RulePack) -> int:
    """Return how many lines stand before the title, or without one the salutation, if they are a page's own.

    They are if all are short and rules claim one of them at least, for a block of spam is rarely claimed whole, or one
    is set as records are; or if they weigh as a page does (`pagewords`), whatever a post or an editor says among them.
    """
    salutation = _begin(rows, hits)
    if salutation is None:
        return 0
    title = _title_above(rows, hits, salutation)
    if title is None:
        near = next((i for i in range(salutation - 1, -1, -1) if rows[i].bare and not is_speaker(rows[i].bare)), None)
        untitled = near is None or bool(hits[near]) or is_prose(rows[near].bare)
        first = _speaker_above(rows, salutation) if untitled else _block_begin(rows, hits, salutation)
        return first if _is_heavy(rows, hits, first) else 0
    above = [i for i in range(title) if rows[i].bare]
    inline = pack.stage("inline")
    named = without(rows[title], hits[title])
    claimed = any(
        hits[i]
        or inline.claims(rows[i].folded)
        or hits.weight(rows[i].bare)
        or is_set(rows[i].bare)
        or is_remark(rows[i].bare)
        or speaks_of(rows[i].bare, named)
        or same_title(without(rows[i], hits[i]), named)
        for i in above
    ) or (bool(above) and any(hits[i] for i in range(title, salutation)))
    short = len(above) <= FRONT_LINES and all(hits[i] or len(rows[i].bare) <= FRONT_CHARS for i in above)
    return title if (claimed and short) or _is_heavy(rows, hits, title) else 0


def _salutation(rows: Sequence[Line], hits: PageClaims) -> int | None:
    """Return the line in which the speech greets its audience: not that of a letter which only hands it on."""
    greets = [i for i, row in enumerate(rows) if opens_with_salutation(row.bare) or is_salutation(row.bare)]
    greets = [i for i in greets if not hits[i]]
    if len(greets) > 1:
        letter = range(greets[0] + 1, greets[1])
        said = [i for i in letter if is_prose(rows[i].bare)]
        if said and all(hits[i] for i in said) and any(is_title(rows[i].bare) and not hits[i] for i in letter):
            return greets[1]
    return greets[0] if greets else None


def _begin(rows: Sequence[Line], hits: PageClaims) -> int | None:
    """Return the salutation, or the first sentence of a speech that greets nobody, or nobody at its beginning."""
    salutation, said = _salutation(rows, hits), _first_sentence(rows, hits)
    if salutation is None or said is None or said > salutation:
        return said if salutation is None else salutation
    between = (without(rows[i], hits[i]) for i in range(said + 1, salutation))
    return salutation if any(is_title(bare) and names_speech(bare) for bare in between) else said


def _first_sentence(rows: Sequence[Line], hits: PageClaims) -> int | None:
    """Return the first sentence that is not the page's, if the title of a speech stands above it."""
    own = (i for i, row in enumerate(rows) if is_prose(row.bare) and not (hits[i] or hits.weight(row.bare)))
    first = next(own, None)
    return first if first is not None and _title_above(rows, hits, first) is not None else None


def _speaker_above(rows: Sequence[Line], salutation: int) -> int:
    """Return the first of the lines right above a salutation that name who speaks; the salutation if there is none."""
    first = salutation
    while first and is_speaker(rows[first - 1].bare):
        first -= 1
    return first


def _block_begin(rows: Sequence[Line], hits: PageClaims, end: int) -> int:
    """Return the first of the lines above `end` that none of the page parts from it: a title that names no speech."""
    first = end
    for i in range(end - 1, -1, -1):
        if hits[i] or is_set(rows[i].bare) or speaks_of(rows[i].bare, first_bare(rows, range(first, end))):
            break
        first = i if rows[i].bare else first
    return first


def _block_end(rows: Sequence[Line], subtitle: int) -> int:
    """Return the line below a subtitle and the name and the day that stand under it."""
    end = subtitle + 1
    while end < len(rows) and (is_speaker(rows[end].bare) or is_date(rows[end].bare)):
        end += 1
    return end


def _before(rows: Sequence[Line], hits: PageClaims, front: int) -> Iterator[int]:
    """Yield the lines of a front; where no title follows it, its own is the speech's and stays: one that names a
    speech, or is said twice, or else what looks like one.
    """
    untitled = front < len(rows) and (not is_title(rows[front].bare) or rows[front].bare.startswith("——"))
    said = Counter(row.bare for row in rows[:front] if is_title(row.bare))
    titles = (
        [i for i in range(front) if ends_as_speech(rows[i].bare.partition(":")[0]) or said[rows[i].bare] > 1]
        if untitled
        else []
    )
    own: Sequence[int] = titles[-1:]
    if own and rows[own[0]].bare.startswith("——"):
        own = range(_block_begin(rows, hits, own[0]), _block_end(rows, own[0]))
    elif untitled and not own:
        own = _own_lines(rows, hits, front)
    yield from (i for i in range(front) if rows[i].bare and i not in own)


def _own_lines(rows: Sequence[Line], hits: PageClaims, front: int) -> Sequence[int]:
    """Return the lines of a title that names no speech: the last ones of a front that nothing tells for a page's."""
    plain = [i for i in range(front) if is_title(rows[i].bare) and not hits[i] and not hits.weight(rows[i].bare)]
    plain = [i for i in plain if names_speech(rows[i].bare)] or [i for i in plain if _may_be_unnamed(rows[i].bare)]
    return range(_block_begin(rows, hits, plain[-1] + 1), plain[-1] + 1) if plain else ()


def _title_above(rows: Sequence[Line], hits: PageClaims, salutation: int) -> int | None:
    """Return the first line of the title that names a speech and stands nearest above its salutation, or None."""
    title = None
    below = ""
    for i in range(salutation - 1, -1, -1):
        bare = without(rows[i], hits[i])
        if is_title(bare) and not bare.startswith("—") and not is_in_columns(bare):
            # A subtitle that names the speech makes the line above it the title, if that stands alone.
            if below.startswith("——") and ends_as_speech(below) and _block_begin(rows, hits, i + 1) == i:
                said_below = title is not None and same_title(bare, without(rows[title], hits[title]))
                return title if said_below else i
            if title is None or not names_speech(without(rows[title], hits[title])):
                title = i
        elif not _is_foreign(bare) and (is_prose(bare) or is_heading(bare) or len(bare) > SANDWICH_CHARS):
            break
        below = bare or below
    if title is None or not names_speech(without(rows[title], hits[title])):
        return None
    while title and title_goes_on(without(rows[title - 1], hits[title - 1]), without(rows[title], hits[title])):
        title -= 1
    # A slogan of two equal halves is the title, and what names the speech stands under it.
    return title - 1 if title and not hits[title - 1] and _is_slogan(rows[title - 1].bare) else title


def _is_heavy(rows: Sequence[Line], hits: PageClaims, end: int) -> bool:
    """Say whether the lines before `end` weigh as a page's own, with little among them that might be said."""
    weight = sum(CLAIMED_WEIGHT if hits[i] or is_set(rows[i].bare) else hits.weight(rows[i].bare) for i in range(end))
    said = [rows[i].bare for i in range(end) if not hits[i] and is_prose(rows[i].bare)]
    if len(said) > SAID_LINES or any(len(bare) > SAID_CHARS or opens_with_salutation(bare) for bare in said):
        return False
    return weight >= NEED_INSIDE + sum(map(len, said)) // SAID_CHARS_A_WEIGHT


def zone_end(rows: Sequence[Line], hits: Claims, first: int = 0) -> int:
    """Return the first line of speech from `first` on: a salutation, a heading or prose that no rule claims."""
    for i in range(first, len(rows)):
        bare = rows[i].bare
        speaks = opens_with_salutation(bare) or is_salutation(bare) or is_heading(bare) or is_prose(bare)
        if speaks and not hits[i]:
            return i
    return len(rows)


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
    for i in between:
        bare = rows[i].bare
        own = (
            first_bare(rows, range(i + 1, salutation)).startswith("——")
            or any(row.bare == bare for row in rows[:kept])
            or is_heading(bare)
            or _is_foreign(bare)
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
        if later and all(_is_filler(rows[i].bare) and (named or not _may_be_unnamed(rows[i].bare)) for i in between):
            yield from between


def _may_be_unnamed(bare: str) -> bool:
    """Say whether the line may be a title that names no speech."""
    return is_title(bare) and len(bare) >= UNNAMED_CHARS


def _is_foreign(bare: str) -> bool:
    """Say whether the line says in another language what stands above it: words in Latin letters, none in Chinese."""
    return bare.count(" ") >= FOREIGN_BLANKS and count_han(bare) == 0


def _is_slogan(bare: str) -> bool:
    """Say whether the line is two halves alike in length: 同心协力 再谱新篇, "as one, a new chapter"."""
    halves = _SLOGAN.fullmatch(bare)
    return halves is not None and len(halves[1]) == len(halves[2])


def _is_filler(bare: str) -> bool:
    return len(bare) <= SANDWICH_CHARS and not names_speech(bare) and not is_date(bare) and not is_speaker(bare)
