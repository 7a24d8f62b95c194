"""What does a page put over the title of a speech?

In: the lines at the head of a text, and what rules and page words claim of them. Out: how many lines stand before the
title, or without one before the first word of the speech, and which of them go. What always holds: there is no front
unless something tells it for a page's; a title, its subtitle, and the name and the day under it stay.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from cleaner.chars import count_han
from cleaner.dates import is_date
from cleaner.filters.copies import same_title, speaks_of
from cleaner.filters.setting import is_in_columns, is_remark, is_set
from cleaner.lines import (
    LEFT_CHARS,
    Line,
    ends_as_speech,
    ends_sentence,
    first_bare,
    is_heading,
    is_prose,
    is_speaker,
    is_title,
    names_speech,
    title_goes_on,
)
from cleaner.pagewords import CHARS_A_WEIGHT, CLAIMED_WEIGHT, FRONT_LINES, NEED_INSIDE, PageClaims, without
from cleaner.rulepack import RulePack
from cleaner.salutation import greets, opens_with_salutation

FRONT_CHARS = 80
"""How long an unclaimed line before a title may be. Prose paragraphs are longer."""
SAID_LINES, SAID_CHARS, SAID_CHARS_A_WEIGHT = 3, 160, 30
"""How many sentences of a reader or an editor a front may have, how long, and how much of them it must outweigh."""
BESIDE_CHARS = 30
"""How long a line between a title and its salutation may be."""
FOREIGN_BLANKS = 3
"""How many blanks the translation of a title has, at least; links in English have fewer."""
UNNAMED_CHARS = 7
"""The shortest line that is taken for a title though it names no speech; readers have shorter names."""

_SLOGAN = re.compile(r"([\u4e00-\u9fff]{4,10}) ([\u4e00-\u9fff]{4,10})")


class Front:
    """The lines that a page puts over a speech.

    Args:
        rows: the lines at the head of a text.
        hits: what is claimed of them.
        pack: the rules.
    """

    def __init__(self, rows: Sequence[Line], hits: PageClaims, pack: RulePack) -> None:
        self._rows, self._hits, self._pack = rows, hits, pack
        self._bare = ["" if self._is_gone(row) else row.bare for row in rows]
        self.n_lines = self._count()

    def _is_gone(self, row: Line) -> bool:
        """Say whether an inline rule takes the line whole: it stands there as a blank one does, unless it is titled."""
        return not is_title(row.bare) and not without(row, self._pack.stage("inline").claims(row.folded))

    def lines(self) -> Iterator[int]:
        """Yield the lines that go; those of a title stay where none follows the front."""
        own = self._titled() if self._is_untitled() else ()
        yield from (i for i in range(self.n_lines) if self._bare[i] and i not in own)

    def _is_untitled(self) -> bool:
        """Say whether below the front no title stands, but perhaps a subtitle."""
        below = self._bare[self.n_lines] if self.n_lines < len(self._bare) else None
        return below is not None and (not is_title(below) or below.startswith("——"))

    def _titled(self) -> Sequence[int]:
        """Return the lines of the front's title: one that names a speech, or is said twice, or looks like one."""
        said = Counter(filter(is_title, self._bare[: self.n_lines]))
        titles = [
            i
            for i, bare in enumerate(self._bare[: self.n_lines])
            if ends_as_speech(bare.partition(":")[0]) or said[bare] > 1
        ]
        if not titles:
            return self._own_lines()
        first = last = titles[-1]
        while first and title_goes_on(self._bare[first - 1], self._bare[first]):
            first -= 1
        begin = self._block_begin(first) if self._bare[first].startswith("——") else first
        return range(begin, self._block_end(last))

    def _count(self) -> int:
        """Return how many lines stand before the title, or without one the salutation, if they are a page's own.

        They are if all are short and rules claim one of them at least, for a block of spam is rarely claimed whole, or
        one is set as records are; or if they weigh as a page does, whatever a post or an editor says among them.
        """
        salutation = self._begin()
        if salutation is None:
            return 0
        title = self._title_above(salutation)
        if title is None:
            near = next(
                (i for i in range(salutation - 1, -1, -1) if self._bare[i] and not is_speaker(self._bare[i])),
                None,
            )
            untitled = near is None or bool(self._hits[near]) or is_prose(self._bare[near])
            first = self._speaker_above(salutation) if untitled else self._block_begin(salutation)
            return first if self._is_heavy(first) else 0
        above = [i for i in range(title) if self._bare[i]]
        inline = self._pack.stage("inline")
        named = self._own(title)
        claimed = any(
            self._hits[i]
            or inline.claims(self._rows[i].folded)
            or self._hits.weight(self._bare[i])
            or is_set(self._bare[i])
            or is_remark(self._bare[i])
            or speaks_of(self._bare[i], named)
            or same_title(self._own(i), named)
            for i in above
        ) or (bool(above) and any(self._hits[i] for i in range(title, salutation)))
        short = len(above) <= FRONT_LINES and all(self._hits[i] or len(self._bare[i]) <= FRONT_CHARS for i in above)
        return title if (claimed and short) or self._is_heavy(title) else 0

    def _begin(self) -> int | None:
        """Return the salutation, or the first sentence of a speech that greets nobody, or nobody at its beginning."""
        salutation = self._salutation()
        said = self._first_sentence(len(self._rows) if salutation is None else salutation)
        if salutation is None or said is None:
            return said if salutation is None else salutation
        above = {self._own(i) for i in range(said)}
        titles = filter(is_title, (self._own(i) for i in range(said + 1, salutation)))
        return salutation if any(names_speech(title) or title in above for title in titles) else said

    def _is_claimed(self, index: int) -> bool:
        """Say whether a sentence is the page's: a rule claims it, or more of the page's words than come by chance."""
        bare = self._bare[index]
        return bool(self._hits[index]) or self._hits.weight(bare) > len(bare) // CHARS_A_WEIGHT

    def _salutation(self) -> int | None:
        """Return the line in which the speech greets its audience: not that of a letter which only hands it on."""
        greeting = [i for i, row in enumerate(self._rows) if greets(row.bare) and not self._hits[i]]
        if len(greeting) > 1:
            letter = range(greeting[0] + 1, greeting[1])
            said = [i for i in letter if is_prose(self._bare[i])]
            if (
                said
                and all(self._hits[i] for i in said)
                and any(is_title(self._bare[i]) and not self._hits[i] for i in letter)
            ):
                return greeting[1]
        return greeting[0] if greeting else None

    def _first_sentence(self, end: int) -> int | None:
        """Return the first sentence above `end` that is not the page's, if the title of a speech stands above it."""
        own = (i for i, bare in enumerate(self._bare[:end]) if is_prose(bare) and not self._is_claimed(i))
        first = next(own, None)
        return first if first is not None and self._title_above(first) is not None else None

    def _title_above(self, salutation: int) -> int | None:
        """Return the first line of the title that names a speech and stands nearest above its salutation, or None."""
        title = subtitled = None
        below = ""
        for i in range(salutation - 1, -1, -1):
            bare = self._own(i)
            if is_title(bare) and not bare.startswith("—") and not is_in_columns(bare):
                # A subtitle that names the speech makes the line above it the title, if that stands alone.
                if below.startswith("——") and ends_as_speech(below):
                    subtitled = self._block_begin(i + 1)
                    if subtitled == i:
                        said_below = title is not None and same_title(bare, self._own(title))
                        return title if said_below else i
                if title is None or not names_speech(self._ended(title)):
                    title = i
            elif not _is_beside_title(bare):
                break
            below = bare + below if below and title_goes_on(bare, below) else bare or below
        if title is None or not names_speech(self._ended(title)):
            return subtitled
        while title and title_goes_on(self._own(title - 1), self._ended(title)):
            title -= 1
        if self._own(title).startswith("—"):  # a subtitle, over two lines: the line above it is the title
            main = next((i for i in range(title - 1, -1, -1) if self._bare[i]), title)
            return main if is_title(self._bare[main]) and not self._hits[main] else title
        # A slogan of two equal halves is the title, and what names the speech stands under it.
        return title - 1 if title and not self._hits[title - 1] and _is_slogan(self._bare[title - 1]) else title

    def _ended(self, index: int) -> str:
        """Return a line of a title, with the last word of it where a width has cut that: 致|辞."""
        own, below = self._own(index), self._own(index + 1) if index + 1 < len(self._rows) else ""
        return own + below if 0 < len(below) <= LEFT_CHARS and title_goes_on(own, below) else own

    def _speaker_above(self, salutation: int) -> int:
        """Return the first of the lines right above a salutation that name who speaks, if any do."""
        first = salutation
        while first and is_speaker(self._bare[first - 1]):
            first -= 1
        return first

    def _block_begin(self, end: int) -> int:
        """Return the first of the lines above `end` that none of the page parts from it: a title of any kind."""
        first = end
        for i in range(end - 1, -1, -1):
            bare, is_labelled = self._bare[i], bool(self._hits[i]) and bool(self._own(i))
            said = self._own(i) if is_labelled else bare
            if (
                (self._hits[i] and not is_labelled)
                or is_set(said)
                or is_prose(said)
                or speaks_of(said, first_bare(self._rows, range(first, end)))
            ):
                break
            first = i if bare else first
            if is_labelled:
                break
        return first

    def _block_end(self, title: int) -> int:
        """Return the line below a title and the name and the day that stand under it."""
        end = title + 1
        while end < len(self._rows) and (is_speaker(self._bare[end]) or is_date(self._bare[end])):
            end += 1
        return end

    def _own_lines(self) -> Sequence[int]:
        """Return the lines of a title that names no speech: the last ones that nothing tells for a page's."""
        plain = [
            i
            for i in range(self.n_lines)
            if is_title(self._bare[i]) and not self._hits[i] and not self._hits.weight(self._bare[i])
        ]
        plain = [i for i in plain if names_speech(self._bare[i])] or [i for i in plain if may_be_unnamed(self._bare[i])]
        return range(self._block_begin(plain[-1] + 1), plain[-1] + 1) if plain else ()

    def _is_heavy(self, end: int) -> bool:
        """Say whether the lines before `end` weigh as a page's own, with little among them that might be said."""
        weight = sum(
            CLAIMED_WEIGHT if self._hits[i] or is_set(self._bare[i]) else self._hits.weight(self._bare[i])
            for i in range(end)
        )
        said = [self._bare[i] for i in range(end) if not self._hits[i] and is_prose(self._bare[i])]
        if len(said) > SAID_LINES or any(len(bare) > SAID_CHARS or opens_with_salutation(bare) for bare in said):
            return False
        return weight >= NEED_INSIDE + sum(map(len, said)) // SAID_CHARS_A_WEIGHT

    def _own(self, index: int) -> str:
        """Return what a line has that no rule claims."""
        return without(self._rows[index], self._hits[index])


def may_be_unnamed(bare: str) -> bool:
    """Say whether the line may be the title of a speech though it names none."""
    return is_title(bare) and len(bare) >= UNNAMED_CHARS


def is_foreign(bare: str) -> bool:
    """Say whether the line says in another language what stands above it: words in Latin letters, none in Chinese.

    >>> is_foreign("Li Ming, Mayor of the City"), is_foreign("Home News")
    (True, False)
    """
    return bare.count(" ") >= FOREIGN_BLANKS and count_han(bare) == 0


def _is_beside_title(bare: str) -> bool:
    """Say whether a line may stand between a title and its salutation: short, or in another language, or a record."""
    if is_foreign(bare) or (is_set(bare) and not ends_sentence(bare)):
        return True
    return not is_prose(bare) and not is_heading(bare) and len(bare) <= BESIDE_CHARS


def _is_slogan(bare: str) -> bool:
    """Say whether the line is two halves alike in length: 同心协力 再谱新篇, "as one, a new chapter"."""
    halves = _SLOGAN.fullmatch(bare)
    return halves is not None and len(halves[1]) == len(halves[2])
