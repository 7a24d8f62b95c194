"""Which line breaks are not the writer's?

In: the text of one speech, placeholders as marks. Out: edits that take away breaks inside a sentence: page cuts, and
the breaks of a fixed width. What always holds: a heading, an item, a salutation, a date or a verse is never joined to
what follows; where the evidence is even, the break stays.

Two kinds are told apart. Text of a fixed width shows by its lines: many, and alike in width; there a full line goes on
unless the next is indented. Elsewhere a break is a page cut only if the line stops in the middle of a sentence.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from cleaner.chars import MASK, SENTENCE_ENDS, is_han
from cleaner.config import Config
from cleaner.dates import is_date
from cleaner.edits import Edit
from cleaner.filters import titles
from cleaner.lines import (
    INDENT_CELLS,
    Line,
    ends_sentence,
    is_heading,
    is_prose,
    lines,
    starts_as_prose,
)
from cleaner.paragraphs import begins_something, fixed_width, is_full
from cleaner.rulepack import RulePack
from cleaner.salutation import greets, is_salutation

STAGE = "reflow"

CLAUSE_CHARS = 26
"""Longest line of verse or of a toast."""
CLAUSE_SHARE = 0.3
"""So many of all lines end with a comma in a text that was broken after each."""
CLAUSE_SIGNPOSTS = 2
"""So many lines in it only introduce a sentence,"""
UNEVEN_CLAUSES, UNEVEN = 10, 3
"""or so many end with a comma, the longest so many times as long as the shortest."""
CUT_CHARS = 40
"""Shortest line with a comma that a page cut can end if no sentence ends inside it; a title has no comma, and headings
of the seeds have up to 39 characters."""

_STOPS = ":：；;"
_MARK = re.compile("[,。;!?]")
_RUNNING = re.compile(r"[。!?].|,[^,]{2,},[^,]{2,}")
"""What a line of a broken paragraph has, and a title rarely; the next one has a mark, too."""
_CONTINUES = re.compile(r"[“‘《「『(（0-9A-Za-z%％]")
_SIGNPOST = re.compile(
    "(?:同志们|朋友们|(?:老师|同学|乡亲|战友|代表)们|首先|其次|再次|最后|刚才|现在|今天|今年|去年|一年来|过去的一年|下面|下一步|同时|为此|因此"
    "|所以|但是|借此机会|在此|在这里|当前|目前|这次|近年来|会后|(?:我|他|她|大家)(?:常)?说|我认为|我想|我代表[^,]{2,8}|这句话|接下来|总之|特别是)[,，]"
)
"""What introduces a sentence and never is a line of verse: 首先, "firstly"; 借此机会, "on this occasion"."""
_VERSE = re.compile(r"[诗歌谣联唱][^。!?]{0,6}:$")
"""What introduces verse: 正如山歌里唱的:, "as the song has it"."""
_LATIN_END = re.compile(r"[A-Za-z]\.[\"')]*$")
_FRAMES = {("(", ")"), ("[", "]"), ("【", "】"), ("《", "》"), ("—", "—"), ("-", "-")}
_OPEN_PAIRS = {"《": "》", "“": "”", "（": "）", "(": ")", "【": "】", "「": "」"}
_FORM = re.compile(r"(?:^| )[^ :]{1,8}:[^。!?;]* [^ :]{1,8}:")
"""Names of fields on one line: 签名：____ 日期：____, "signed, dated"."""
_DANGLING = re.compile(r"[，,、的和与及暨以把被将从使让给]$|——$")


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield the edits for breaks that are not the writer's, sorted."""
    if not config.reflow.enabled:
        return
    rows = [row for row in lines(text) if row.bare]
    body = next(
        (
            i
            for i, row in enumerate(rows)
            if greets(row.bare)
            or is_prose(row.bare)
            or starts_as_prose(row.bare)
            or (i + 1 < len(rows) and _runs_on(row, rows[i + 1]))
        ),
        len(rows),
    )
    yield from titles.edits(rows[:body])
    rows = _unindented(rows[body:])
    width, measure = fixed_width(rows)
    indents = _has_indents(rows)
    gaps = not indents and _has_gaps(rows)
    by_clauses = _is_cut_by_clauses(rows)
    inside = verse = False
    for n, (above, below) in enumerate(pairwise(rows)):
        ended = ends_sentence(above.bare)
        verse = (above.bare[-1] == ":" and _VERSE.search(above.bare) is not None) or (verse and _is_verse(above, below))
        if verse or (ended and not width):
            continue
        if by_clauses and above.bare[-1] in ",、" and below.start - above.end == 1:
            yield _joined(above, below, "clause-cut")
            continue
        full = width > 0 and is_full(above, width, measure)
        # Where the text shows its paragraphs, what shows none goes on, whatever it begins with.
        same = (indents and below.indent < INDENT_CELLS) or (gaps and below.start - above.end == 1)
        # What goes on from a full line and ends no sentence goes on itself.
        runs = width > 0 and not ended and below.indent < INDENT_CELLS and (inside or (full and same))
        inside = False
        if _is_apart(above, below) or (is_heading(above.bare) and not (full and same)):
            continue
        if is_heading(below.bare) and not indents:
            continue
        going = (full and (same or _is_open(above.bare))) or (runs and same and not is_heading(below.bare))
        if begins_something(below) and not going:
            continue
        if (runs and above.bare[-1] not in _STOPS) or (full and _goes_on_at_width(rows, n, same, indents or gaps)):
            inside = True
            yield _joined(above, below, "fixed-width")
        elif _is_set_by_clauses(rows, n) or _is_among_clauses(rows, n):
            continue
        elif _is_page_cut(above, below):
            yield _joined(above, below, "page-cut")


def _runs_on(above: Line, below: Line) -> bool:
    """Say whether a line without the end of a sentence begins the body: no title has its marks or is indented so."""
    if not _MARK.search(below.bare):
        return False
    indented = above.indent >= INDENT_CELLS > below.indent and _MARK.search(above.bare) is not None
    return indented or _RUNNING.search(above.bare) is not None


def _unindented(rows: list[Line]) -> list[Line]:
    """Return the lines without the indent that all have, if a fixed width shows then; it tells no paragraph there."""
    common = min((row.indent_chars for row in rows), default=0)
    if not common:
        return rows
    # What stands between two lines is as long as before.
    plain = [
        Line(row.start + common, row.end + common, row.text[common:], row.folded[common:], row.bare) for row in rows
    ]
    return plain if fixed_width(plain)[0] else rows


def _has_gaps(rows: Sequence[Line]) -> bool:
    """Say whether blank lines part some paragraphs but not all lines."""
    gaps = sum(below.start - above.end > 1 for above, below in pairwise(rows))
    return 0 < gaps < 0.5 * len(rows)


def _is_apart(above: Line, below: Line) -> bool:
    """Say whether the two lines are different things, whatever their ends look like."""
    return any(is_salutation(row.bare) or is_date(row.bare) for row in (above, below))


def _has_indents(rows: Sequence[Line]) -> bool:
    """Say whether an indent begins some paragraphs but not all lines."""
    indented = sum(row.indent >= INDENT_CELLS for row in rows)
    return 0 < indented < 0.7 * len(rows)


def _goes_on_at_width(rows: Sequence[Line], n: int, same: bool, marked: bool) -> bool:
    """Say whether the full line n goes on; `marked`: the text shows its paragraphs, `same`: it shows none here."""
    above, below = rows[n], rows[n + 1]
    if below.indent >= INDENT_CELLS or (marked and below.start - above.end > 1 and not _is_open(above.bare)):
        return False
    if not ends_sentence(above.bare):
        return True
    # Full by chance: a heading that is not set like a paragraph stands above one.
    under = rows[n + 2] if n + 2 < len(rows) else None
    parted = under is not None and (under.indent >= INDENT_CELLS or under.start - below.end > 1)
    heading = parted and not ends_sentence(below.bare) and not below.bare.endswith(")")
    return same and not heading


def _is_cut_by_clauses(rows: Sequence[Line]) -> bool:
    """Say whether a program broke the whole text after each comma: also after the words that introduce a sentence, or
    else after many clauses that differ in length as lines of verse do not.
    """
    clauses = [len(row.bare) for row in rows if row.bare[-1] in ",、"]
    if len(clauses) < CLAUSE_SHARE * len(rows):
        return False
    uneven = len(clauses) >= UNEVEN_CLAUSES and max(clauses) >= UNEVEN * min(clauses)
    return uneven or sum(_SIGNPOST.fullmatch(row.bare) is not None for row in rows) >= CLAUSE_SIGNPOSTS


def _is_verse(above: Line, below: Line) -> bool:
    """Say whether verse that was introduced goes on: a short line, and no gap below it."""
    return len(above.bare) <= CLAUSE_CHARS and below.start - above.end == 1


def _is_set_by_clauses(rows: Sequence[Line], n: int) -> bool:
    """Say whether line n and the next are clauses set one a line, as in a toast or verse: short, alike, a comma."""
    above, below = rows[n].bare, rows[n + 1].bare
    if above[-1] not in ",、" or max(len(above), len(below)) > CLAUSE_CHARS:
        return False
    before = rows[n - 1].bare if n else ""
    alike = before[-1:] in (",", "、") and len(before) <= CLAUSE_CHARS
    return before[-1:] == ":" or alike or above[0] == below[0]


def _is_among_clauses(rows: Sequence[Line], n: int) -> bool:
    """Say whether line n ends with a comma among lines that are all clauses, as where a page is set ragged."""
    near = [row.bare for row in rows[max(0, n - 1) : n + 2]]
    return rows[n].bare[-1] in "，,、" and len(near) >= 3 and all(len(bare) <= CLAUSE_CHARS for bare in near)


def _is_page_cut(above: Line, below: Line) -> bool:
    """Say whether the line stops inside a sentence that the next goes on with."""
    bare = above.bare.rstrip()
    if ends_sentence(bare) or bare[-1] in _STOPS or (below.indent >= INDENT_CELLS and below.indent >= above.indent > 0):
        return False
    if (bare[0], bare[-1]) in _FRAMES or _FORM.match(bare) or (_LATIN_END.search(bare) and not below.bare[0].isascii()):
        return False
    first = below.bare[0]
    if not (is_han(first) or first == MASK or _CONTINUES.match(first) or first in "，,、。；;！!？?”’》）)"):
        return False
    if first in "，,、。；;！!？?”’》）)":
        return True
    running = (
        re.search(rf"[{SENTENCE_ENDS}；;]", bare) or len(bare) >= CUT_CHARS or _is_open(bare) or starts_as_prose(bare)
    )
    goes_on = is_prose(below.bare) or re.search(rf"[{SENTENCE_ENDS}:；;]", below.bare) or _is_open(bare)
    return bool(running and goes_on)


def _is_open(bare: str) -> bool:
    """Say whether the line cannot end here: a comma, a particle, a quotation or bracket not closed."""
    return _DANGLING.search(bare) is not None or any(bare.count(a) > bare.count(b) for a, b in _OPEN_PAIRS.items())


def _joined(above: Line, below: Line, rule: str) -> Edit:
    """Return the edit that joins two lines, blanks at the seam gone; a space stays between two Latin words."""
    start = above.start + len(above.text.rstrip())
    end = below.start + len(below.text) - len(below.text.lstrip())
    latin = (
        above.bare[-1].isascii() and below.bare[0].isascii() and above.bare[-1].isalpha() and below.bare[0].isalpha()
    )
    return Edit(start, end, STAGE, rule, " " if latin else "")
