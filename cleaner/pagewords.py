"""Does a line at the head or foot read as a page's own, though no rule knows it?

In: the lines of one speech with what stands round it, and the rule packs. Out: what is claimed of each line: by the
rules of head and foot, or whole by `page-words`, where the families of words that pages use of themselves (stage
`page`) and a name of the page at its beginning weigh enough for its length. What always holds: words alone never claim
a salutation, a heading, a date, a speaker or the title of a speech, nor a sentence unless it stands outside the speech.
"""

import re
from collections.abc import Callable, Sequence

from cleaner.chars import is_han
from cleaner.dates import is_date
from cleaner.lines import (
    INDENT_CELLS,
    Line,
    ends_as_speech,
    first_bare,
    is_closing,
    is_end_mark,
    is_final,
    is_heading,
    is_prose,
    is_speaker,
    names_speech,
    title_goes_on,
)
from cleaner.matching import Claims, Hit, RuleSet
from cleaner.rule import Rule
from cleaner.rulepack import RulePack
from cleaner.salutation import greets, is_salutation, opens_with_salutation

STAGE = "page"

NEED = 2
"""What a short line must weigh to be a page's own."""
NEED_INSIDE = 4
"""The same where nothing shows that the line stands outside the speech."""
CLAIMED_WEIGHT = 2
"""What a line weighs that a rule claims, where lines are weighed together."""
NEED_PROSE = 3
"""What a sentence must weigh; a family that hardly any speech uses (weight above 1) must be among it."""
CHARS_A_WEIGHT = 80
"""A line must weigh one more for so many characters: a long paragraph holds some of the words by chance."""

NAME_CHARS = 6
"""How much may stand beside an advertisement in a line without a page word for the line to be of the page."""
BETWEEN_CHARS = 60
"""How long a line between the end of a speech and the foot of its page may be."""
SAID_CHARS = 12
"""The shortest sentences before the words of a page in one line that are the speech's own."""
_SENTENCES = re.compile(r".*[。!?][”’」』)]*")
REMARK = re.compile(
    r"(?:[\[【(]?\d+ ?楼[\]】)]? ?)?[^\s,。;:!?、]{1,12}(?: (?:回复|作者|博主|楼主) ?[^\s,。;:!?]{0,12})?:\S"
)
"""A remark behind the name of its reader."""
FRONT_LINES = 40
"""How far below a line the speech may begin for the line to be seen to stand before it."""

PAGE_WORDS = Rule(
    "page-words", "Words that pages use of themselves weigh enough for a line of this length.", "", (), ()
)


class PageClaims(Claims):
    """What the rules of `stages`, or else page words, claim of the lines of a zone.

    Args:
        outside: says of the index of a line whether it is seen to stand outside the speech.
        plain: what the same rules claim of the same lines, where others ask for it too.
        beside: the claims of other stages on the same lines; page words are weighed once for both.
    """

    def __init__(
        self,
        rows: Sequence[Line],
        pack: RulePack,
        *stages: str,
        outside: Callable[[int], bool],
        plain: Claims | None = None,
        beside: "PageClaims | None" = None,
    ) -> None:
        super().__init__(pack.stage(*stages), [row.folded for row in rows])
        self._rows, self._outside, self._plain = rows, outside, plain
        self._pages: dict[int, bool] = {} if beside is None else beside._pages
        self._words, self._inline, self._names = pack.stage(STAGE), pack.stage("inline"), pack.names

    def __getitem__(self, index: int) -> Sequence[Hit]:
        """Return the claims on one line."""
        if index not in self._known:
            self._known[index] = super().__getitem__(index) if self._plain is None else self._plain[index]
            if not self._known[index] and self._is_page(index):
                folded = self._rows[index].folded
                self._known[index] = [Hit(self._said_before(folded), len(folded), PAGE_WORDS)]
        return self._known[index]

    def _said_before(self, folded: str) -> int:
        """Return where in its line a page begins to speak: behind sentences that have not one word of a page's."""
        said = _SENTENCES.match(folded)
        if said is None or len(said[0]) < SAID_CHARS or any(self._words.weights(said[0])):
            return 0
        # A reader's remark, and its time.
        if REMARK.match(said[0].lstrip(" ")) or not any(map(is_han, folded[said.end() :])):
            return 0
        return 0 if self._names.signs(said[0].strip(" ")) or self._inline.claims(said[0]) else said.end()

    def _is_page(self, index: int) -> bool:
        """Say whether page words make the line a page's own."""
        if index not in self._pages:
            self._pages[index] = self._reads_as_page(index)
        return self._pages[index]

    def _reads_as_page(self, index: int) -> bool:
        advertised = self._inline.claims(self._rows[index].folded)
        bare = without(self._rows[index], advertised)
        need = len(bare) // CHARS_A_WEIGHT
        signed = self._names.signs(bare)
        most = self._words.most(bare) + CLAIMED_WEIGHT * (bool(advertised) + signed)
        if not bare or most < NEED + need or _is_speech(bare) or self._goes_on(index) or self._is_cut(index):
            return False
        weights = list(self._words.weights(bare))
        if advertised and (weights or len(bare) <= NAME_CHARS) and not (is_prose(bare) or is_closing(bare)):
            weights.append(CLAIMED_WEIGHT)
        if signed:
            weights.append(CLAIMED_WEIGHT)
        if is_prose(bare):
            return sum(weights) >= NEED_PROSE + need and max(weights) > 1 and self._outside(index)
        return sum(weights) >= NEED + need and (sum(weights) >= NEED_INSIDE + need or self._outside(index))

    def weight(self, bare: str) -> int:
        """Return the sum of the weights of the families of page words in a line."""
        return sum(self._words.weights(bare))

    def _is_cut(self, index: int) -> bool:
        """Say whether the line, indented and in the middle of a sentence, begins a paragraph that a width has cut."""
        row, below = self._rows[index], self._rows[index + 1 : index + 2]
        cut = row.indent >= INDENT_CELLS and "," in row.bare and is_han(row.bare[-1])
        return cut and bool(below) and bool(below[0].bare) and below[0].indent < INDENT_CELLS

    def _goes_on(self, index: int) -> bool:
        """Say whether the line is the beginning of a title that the next line ends."""
        below = first_bare(self._rows, range(index + 1, len(self._rows)))
        return names_speech(below) and title_goes_on(self._rows[index].bare, below)


class Ends:
    """Above which lines has a speech ended? Each line is looked at once, however many ask.

    Args:
        hits: what rules claim of `rows`; claimed lines stand between and tell nothing, but for the head of a page's
            list, below which no speech goes on.
        words: the families of page words; a sentence full of them tells nothing either.
    """

    def __init__(self, rows: Sequence[Line], hits: Claims, words: RuleSet) -> None:
        self._rows, self._hits, self._words = rows, hits, words
        self._above = {0: False}

    def above(self, index: int) -> bool:
        """Say whether thanks, a wish, a date, an end mark or a list's head stand above a line, no sentence between."""
        first, told = index, None
        while told is None and first not in self._above:
            first -= 1
            told = self._told(first)
        found = self._above[first] if told is None else told
        self._above.update(dict.fromkeys(range(first + 1, index + 1), found))
        return found

    def _told(self, index: int) -> bool | None:
        """Say whether a line ends a speech or goes on in it; None if it does neither."""
        bare = self._rows[index].bare
        if not bare:
            return None
        if hits := self._hits[index]:
            return True if hits[-1].rule.opens else None
        if is_final(bare) or is_date(bare) or is_end_mark(bare) or (is_prose(bare) and is_closing(bare)):
            return True
        if is_heading(bare) or is_salutation(bare):
            return False
        if is_prose(bare) or len(bare) > BETWEEN_CHARS:
            need = NEED_PROSE + len(bare) // CHARS_A_WEIGHT
            return None if self._words.most(bare) >= need and sum(self._words.weights(bare)) >= need else False
        return None


def begins_below(rows: Sequence[Line], index: int) -> bool:
    """Say whether a speech begins in one of the next lines: with its title or its salutation."""
    below = (row.bare for row in rows[index + 1 : index + 1 + FRONT_LINES])
    return any(opens_with_salutation(bare) or ends_as_speech(bare) for bare in below)


def without(row: Line, hits: Sequence[Hit]) -> str:
    """Return the bare line without what `hits` claim."""
    if not hits:
        return row.bare
    kept, at = [], 0
    for hit in hits:
        kept.append(row.folded[at : hit.start])
        at = hit.end
    return "".join([*kept, row.folded[at:]]).strip(" ")


def _is_speech(bare: str) -> bool:
    """Say whether the line is of a kind that only a speech has, whatever its words."""
    return greets(bare) or is_heading(bare) or is_date(bare) or is_speaker(bare) or ends_as_speech(bare)
