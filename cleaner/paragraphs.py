"""Which lines are one paragraph that was broken at a fixed width?

In: the lines of a text. Out: the width, and the lines with those of a paragraph as one. What always holds: nothing is
joined to the end of a sentence, nor an indented line, a heading, an item, a date or a salutation to what stands above;
a paragraph has the place and the length of its lines, a blank where each was broken.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from cleaner.chars import MASK, SENTENCE_ENDS, display_width, remembered
from cleaner.dates import is_date, starts_with_date
from cleaner.lines import INDENT_CELLS, Line, ends_sentence, is_heading, is_item, is_speaker, lines
from cleaner.salutation import is_salutation

WIDTH_LINES = 6
"""Fewest lines that can show a fixed width; `FEW_LINES` can if all of them have it."""
FEW_LINES = 4
WIDTH_SHARE = 0.6
"""Share of the lines that end no paragraph that must have it."""
LONGER_SHARE = 0.2
"""So many lines may be wider for each that has it: some breaks were lost on the way."""
WHOLE_SHARE = 2
"""So many lines must have it for each paragraph that is wider."""
WIDTH_CELLS = (40, 160)
"""Narrowest and widest fixed width, in half-width cells. Narrower is verse, wider is a paragraph."""
COLUMN_LINES, COLUMN_CELLS = 12, (28, 160)
"""So many lines show a column of a newspaper too: no verse is that long and ends so few sentences."""
WIDTH_SLACK = 4
"""A line may be shorter by so many cells: a mark of punctuation that may not begin a line."""
MASK_CELLS = 5
"""How much wider than its mark a run may have been when the line was broken."""
_MARK = re.compile("[,。;!?、]")

Measure = Callable[[Line], int]
"""What says how wide a line is, in half-width cells."""


@remembered(most_chars=1 << 18)
def paragraphs(text: str) -> Sequence[Line]:
    r"""Return the lines of `text`, those of a paragraph that was broken at a width as one.

    >>> said = "今年以来，全县上下一心，抓项目、促投资、保\n民生，各项工作都有了起色，群众看在眼里，\n" * 2 + "在心里。"
    >>> [(row.start, row.end) for row in paragraphs(said)]         # "All pulled together …, people's | lives …"
    [(0, 90)]
    """
    rows = lines(text)
    if sum(map(_may_go_on, rows)) < FEW_LINES:
        return rows
    width, measure = fixed_width([row for row in rows if row.bare])
    if not width:
        return rows
    found: list[list[Line]] = []
    goes_on = False
    for row in rows:
        cells = measure(row)
        begins = row.indent >= INDENT_CELLS or _is_apart(row.bare) or begins_something(row)
        if goes_on and cells <= width + WIDTH_SLACK and not begins and _reads_on(found[-1][-1].bare, row.bare):
            found[-1].append(row)
        else:
            found.append([row])
        goes_on = is_full(row, width, measure) and not _ends_paragraph(row.bare)
    return [_as_one(piece) if len(piece) > 1 else piece[0] for piece in found]


@remembered(most_chars=1 << 18)
def pieces(text: str) -> set[int]:
    """Return where the lines begin that are but a part of a broken paragraph."""
    whole = {(row.start, row.end) for row in paragraphs(text)}
    return {row.start for row in lines(text) if (row.start, row.end) not in whole}


def is_full(row: Line, width: int, measure: Measure) -> bool:
    """Say whether a line fills the width, whatever a mask in it stands for."""
    return measure(row) + MASK_CELLS * row.text.count(MASK) >= width - WIDTH_SLACK


def _reads_on(above: str, below: str) -> bool:
    """Say whether two lines may be of one paragraph: there is a mark of a sentence in one of them, as in no title."""
    return bool(below) and (_MARK.search(above) or _MARK.search(below)) is not None


def _as_one(rows: Sequence[Line]) -> Line:
    return Line(
        rows[0].start,
        rows[-1].end,
        " ".join(row.text for row in rows),
        " ".join(row.folded for row in rows),
        "".join(row.bare for row in rows),
    )


def _may_go_on(row: Line) -> bool:
    return 2 * len(row.bare) >= COLUMN_CELLS[0] and row.bare[-1] not in SENTENCE_ENDS


def fixed_width(rows: Sequence[Line]) -> tuple[int, Measure]:
    """Return the width, in half-width cells, that the lines were broken at, and what measures it; 0 if they were not.

    Printers break by cells, programs often after so many characters, wide or not: what fits more lines is believed.
    Lines that end a paragraph, by what they are or because an indented or parted line or an item follows, say nothing.
    """
    broken = [
        above
        for above, below in pairwise(rows)
        if below.start - above.end == 1
        and below.indent < INDENT_CELLS
        and not (_ends_paragraph(above.bare) or begins_something(below))
    ]
    if len(broken) < FEW_LINES:
        return 0, _cells
    found = [(*_width(rows, broken, measure), measure) for measure in (_cells, _characters)]
    _, width, measure = max(found, key=lambda one: one[0])
    return width, measure


def _width(rows: Sequence[Line], broken: Sequence[Line], measure: Measure) -> tuple[int, int]:
    """Return how many lines that end no paragraph have the width that most have, and that width; 0 if it is none."""
    count, best = _commonest(broken, measure)
    if count < FEW_LINES:
        return 0, 0
    # What a page has put above and below lines of prose tells nothing of them.
    full = [i for i, row in enumerate(broken) if 0 <= best - measure(row) <= WIDTH_SLACK]
    between = broken[full[0] : full[-1] + 1]
    if 2 * sum(_MARK.search(row.bare) is not None for row in between) >= len(between):
        broken = between
        rows = [row for row in rows if broken[0].start <= row.start <= broken[-1].start]
    if len(broken) < WIDTH_LINES and count < len(broken):
        return 0, 0
    # What was broken at a width has no whole paragraph that is wider.
    whole = sum(ends_sentence(row.bare) and measure(row) > best + WIDTH_SLACK for row in rows)
    # Beside full lines, those of less than half the width are verse or the entries of a list.
    told = [row for row in broken if 2 * measure(row) > best or _MARK.search(row.bare)]
    long = [row for row in told if 2 * measure(row) > best] if 2 * count > len(told) else broken
    shows = count > WHOLE_SHARE * whole and count >= WIDTH_SHARE * len(long)
    return (count, best) if shows else (0, 0)


def _commonest(broken: Sequence[Line], measure: Measure) -> tuple[int, int]:
    """Return how many of the lines have the width that most have, and that width."""
    low, high = COLUMN_CELLS if len(broken) >= COLUMN_LINES else WIDTH_CELLS
    spans = [(measure(row), measure(row) + MASK_CELLS * row.text.count(MASK)) for row in broken]
    best, count = 0, 0
    for widest in sorted({least for least, _ in spans if low <= least <= high}, reverse=True):
        near = sum(least <= widest <= most + WIDTH_SLACK for least, most in spans)
        longer = sum(least > widest for least, _ in spans)
        if near > count and longer <= LONGER_SHARE * near:
            best, count = widest, near
    return count, best


def _ends_paragraph(bare: str) -> bool:
    return ends_sentence(bare) or is_speaker(bare) or _is_apart(bare)


def _is_apart(bare: str) -> bool:
    return is_salutation(bare) or is_date(bare) or is_heading(bare)


def _cells(row: Line) -> int:
    return display_width(row.text.rstrip().replace(MASK, "X"))


def _characters(row: Line) -> int:
    return 2 * len(row.text.rstrip())


def begins_something(below: Line) -> bool:
    """Say whether the line begins something, unless it is seen to go on: an item, a day, a name, a new point."""
    return (
        is_item(below.bare) or starts_with_date(below.bare) or is_speaker(below.bare) or below.bare.startswith("同志们")
    )
