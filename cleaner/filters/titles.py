"""Which lines are one title?

In: the lines above the body of one speech. Out: the edits that join a title that was set in several lines. What always
holds: a date, a speaker and a heading are joined to nothing, nor is a subtitle that begins with a dash.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from cleaner.dates import is_date
from cleaner.edits import Edit
from cleaner.lines import Line, ends_as_speech, is_heading, is_item, is_speaker, is_title, title_goes_on

STAGE = "reflow"

TITLE_LINES = 4
"""Most lines of a title whose beginning and end are one phrase."""


def edits(rows: Sequence[Line]) -> Iterator[Edit]:
    """Yield the edits that join a title wrapped over several lines: with one space, or nothing inside a phrase."""
    begun = False
    phrase = _phrase(rows)
    for n, (above, below) in enumerate(pairwise(rows)):
        begun = begun or ("——" in above.bare and not above.bare.startswith("——"))
        if is_date(below.bare) or is_speaker(below.bare) or is_date(above.bare) or is_speaker(above.bare):
            continue
        if is_heading(below.bare) or below.bare.startswith("—"):
            continue
        if n in phrase or title_goes_on(above.bare, below.bare):
            yield Edit(above.end, below.start + len(below.text) - len(below.text.lstrip()), STAGE, "wrapped-title")
        # The title has a part of its own on the next line: in its subtitle, or up to it.
        elif begun or (n == 0 and _is_title_of_two(rows)):
            yield Edit(above.end, below.start + len(below.text) - len(below.text.lstrip()), STAGE, "wrapped-title", " ")


def _phrase(rows: Sequence[Line]) -> range:
    """Return the rows of a title of three or four lines that go on below: 在, "at", begins it, 上的讲话 ends it."""
    for first, row in enumerate(rows):
        if not is_title(row.bare):
            continue
        for last in range(first + 1, min(first + TITLE_LINES, len(rows))):
            if not is_title(rows[last].bare) or is_item(rows[last].bare):
                break
            if title_goes_on(row.bare, rows[last].bare) and ends_as_speech(rows[last].bare):
                return range(first, last)
    return range(0)


def _is_title_of_two(rows: Sequence[Line]) -> bool:
    """Say whether the first two lines are a title that the third goes on with in a subtitle."""
    return len(rows) > 2 and rows[2].bare.startswith("——") and is_title(rows[0].bare) and is_title(rows[1].bare)
