"""Which lines of a file are running text, and how much of it stands where?

In: the lines of a file and what tells a page's own lines. Out: counts of prose between two lines, and how the gaps
above its paragraphs compare. What always holds: a paragraph that a fixed width broke counts as one that nothing broke;
a salutation is no prose.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cached_property

from cleaner.chars import display_width
from cleaner.lines import Line, ends_sentence, is_prose
from cleaner.salutation import is_salutation

EVEN_CELLS = 6
"""By so many half-width cells lines of a fixed width differ: marks of punctuation do not begin a line."""
RARE_SHARE = 0.1
"""Share of the lines of prose that may have a gap above them that is as wide as one between two speeches."""


class Prose:
    """The running text of one file.

    Args:
        junk: says of the index of a line whether it is the page's own.
    """

    def __init__(self, lines: Sequence[Line], junk: Callable[[int], object]) -> None:
        self._lines, self._junk = lines, junk

    @cached_property
    def _at(self) -> list[int]:
        """The lines of prose: most files hold nothing that asks for them."""
        return prose_lines(self._lines)

    @cached_property
    def _gaps(self) -> list[int]:
        """The gaps above them, the narrowest first."""
        return sorted(self.gap_above(i) for i in self._at)

    def has(self, chars: int, first: int, last: int | None = None) -> bool:
        """Say whether the lines [first, last), to the end by default, hold so many characters of prose.

        They are counted until there are enough: a few lines tell.
        """
        end = len(self._at) if last is None else bisect_left(self._at, last)
        for n in range(bisect_left(self._at, first), end):
            index = self._at[n]
            if chars > 0 and not self._junk(index):
                chars -= len(self._lines[index].bare)
            if chars <= 0:
                break
        return chars <= 0

    def gap_above(self, index: int) -> int:
        """Return how many blank lines stand right above a line."""
        first = index
        while first and not self._lines[first - 1].bare:
            first -= 1
        return index - first

    def is_rare_gap(self, index: int) -> bool:
        """Say whether as many blank lines as above line `index` stand above hardly any line of prose."""
        gap = self.gap_above(index)
        return gap > 0 and len(self._gaps) - bisect_left(self._gaps, gap) <= RARE_SHARE * len(self._gaps)


def prose_lines(lines: Sequence[Line]) -> list[int]:
    r"""Return the lines of prose; where lines have one width, all lines of a paragraph.

    >>> from cleaner.lines import lines
    >>> prose_lines(lines("在春耕会议上的讲话\n同志们：\n一年来，全县上下团结一心，克服\n了旱情，粮食总产再创新高。"))
    [2, 3]

    ("Speech at the ploughing meeting | Comrades: | This year the county overcame | the drought; grain is up.")
    """
    found: list[int] = []
    run: list[int] = []
    for i, line in enumerate(lines):
        if not line.bare:
            continue
        if is_salutation(line.bare):
            run = []
            continue
        ends = ends_sentence(line.bare)
        if run and not _goes_on(lines[run[-1]], line, ends):
            run = []
        if is_prose(line.bare) or (run and ends):
            found += [*run, i]
            run = []
        else:
            run.append(i)
    return found


def _goes_on(above: Line, line: Line, ends: bool) -> bool:
    """Say whether a line is as wide as the one above it, as of a fixed width; where it ends a sentence, or shorter."""
    wider = display_width(line.text.rstrip()) - display_width(above.text.rstrip())
    return abs(wider) <= EVEN_CELLS or (ends and wider < 0)
