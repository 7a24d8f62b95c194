"""Where does one speech of a file end and the next begin?

In: the lines of a file and what the rule packs claim of them. Out: the first lines of the speeches. What always holds:
the first speech begins with the first line; the cuts lose no line; a file without clear evidence stays one speech,
because half a speech in two places is worse than two speeches in one row.

Evidence, strongest first: a separator line; a title that names a speech above a salutation; junk of a page foot or
head between two texts; a closing followed by a salutation and an opening.
"""

import re
from collections import Counter
from functools import cached_property

from cleaner.dates import is_date, starts_with_date
from cleaner.ingest.prose import Prose
from cleaner.ingest.separators import Separators, numbered_title
from cleaner.lines import (
    ends_as_speech,
    ends_sentence,
    first_bare,
    is_closing,
    is_convening,
    is_end_mark,
    is_final,
    is_heading,
    is_opening,
    is_prose,
    is_speaker,
    is_title,
    names_speech,
)
from cleaner.matching import Claims
from cleaner.pagewords import STAGE as PAGE
from cleaner.pagewords import Ends, PageClaims, without
from cleaner.rule import Rule
from cleaner.rulepack import RulePack
from cleaner.salutation import greets, is_salutation

MIN_SIDE_CHARS = 120
"""Text that must stand on both sides of a cut. Source: the shortest real speech met (a welcome) has 180 characters."""
MIN_TOLD_CHARS = 60
"""The same where a separator or a numbered title tells."""
MIN_BARE_CHARS = 300
"""The same where only a closing and an opening tell, as in 004 of the seeds, whose third speech has no title."""
LABELLED_CHARS = 80
"""Longest line that can be a title with a label before it."""
SIGNED_CHARS = 12
"""Longest line below a title that may name who speaks."""
FRONT_LINES = 12
"""How far above a salutation its title may stand, blank lines not counted."""

_AFTERWORD = re.compile(
    r"[(\[【][^()]{0,8}(?:录音整理|记录整理|未经.{0,6}审阅|已经.{0,6}审[阅定]|讲话略|完|全文完)[^()]{0,16}[)\]】]"
)


def starts(found: Separators, pack: RulePack) -> list[int]:
    """Return the indices of the lines that begin a speech; the first is 0."""
    return _Splitter(found, pack).starts()


class _Splitter:
    """The lines of one file with what is known of them."""

    def __init__(self, found: Separators, pack: RulePack) -> None:
        self.lines = lines = found.lines
        counted = (i for i, line in enumerate(lines) if line.bare in found.counted)
        self.separator = {*found.claimed, *found.numbers, *found.signs, *counted}
        plain = Claims(pack.stage("header", "footer"), [line.folded for line in lines])
        ends = Ends(lines, plain, pack.stage(PAGE))
        self._claims = PageClaims(
            lines, pack, "header", "footer",
            outside=lambda i: ends.above(i) or self._separated_below(i), plain=plain,
        )  # fmt: skip
        self._prose = Prose(lines, self.junk)
        self._last: dict[int, int | None] = {0: None}

    def junk(self, index: int) -> Rule | None:
        """Return the rule that claims all of a line, or None."""
        hits = self._claims[index]
        return hits[0].rule if hits and not without(self.lines[index], hits) else None

    def _separated_below(self, index: int) -> bool:
        """Say whether a separator of a compilation stands in one of the next lines."""
        return any(i in self.separator for i in range(index + 1, index + 1 + FRONT_LINES))

    def labelled(self, index: int) -> str:
        """Return the bare line without a label that a rule claims, so that a labelled title is seen as a title."""
        line = self.lines[index]
        return without(line, self._claims[index]) or line.bare

    def starts(self) -> list[int]:
        """Return the first lines of the speeches."""
        found = [0]
        for index in range(1, len(self.lines)):
            first = self._start_before(index)
            if first is None or first <= found[-1]:
                continue
            told = (
                first in self.separator or numbered_title(self.labelled(first)) is not None or self._is_thanked(first)
            )
            chars = MIN_TOLD_CHARS if told else MIN_SIDE_CHARS
            if self._prose.has(chars, found[-1], first) and self._prose.has(chars, first):
                found.append(first)
        return found

    def _is_thanked(self, first: int) -> bool:
        """Say whether a title that ends as one stands right below thanks: nothing is told more plainly."""
        last = self._last_text(first)
        return last is not None and is_final(self.lines[last].bare) and ends_as_speech(self.labelled(first))

    def _start_before(self, index: int) -> int | None:
        """Return the first line of the speech that line `index` gives away, or None."""
        bare = self.lines[index].bare
        if not bare:
            return None
        if index in self.separator and not is_end_mark(bare):
            return self._title_over_rule(index)
        if greets(bare):
            return self._front(index)
        if len(bare) <= LABELLED_CHARS and names_speech(bare):
            title = self.labelled(index)
            number = numbered_title(title)
            if (number is not None or bare[0].isalnum()) and ends_as_speech(number or title):
                return index if self._is_title_without_salutation(index) else None
        return None

    def _front(self, salutation: int) -> int | None:
        """Return the first line of the title block, junk included, above `salutation`; None if it begins no speech."""
        first, seen, titled, marked, spoken = salutation, 0, False, False, False
        index = salutation - 1
        while index >= 0 and seen < FRONT_LINES:
            bare = self.labelled(index)
            if index in self.separator:
                return index if titled else self._title_over_rule(index)
            if titled and (_AFTERWORD.fullmatch(bare) or self._is_signature(index, first)):
                break
            if bare:
                seen += 1
                junk = self.junk(index)
                if junk and junk.stage == "footer" and titled:
                    marked = True
                    break
                if junk:
                    marked = True
                    first = index
                elif numbered_title(bare) is not None:
                    titled, first = True, index
                    break
                elif is_title(bare):
                    titled |= names_speech(bare)
                    first = index
                elif titled and is_speaker(bare):
                    first = index
                elif is_speaker(bare) and first == salutation:
                    spoken = True
                elif not (is_speaker(bare) or (starts_with_date(bare) and not ends_sentence(bare))):
                    break
            index -= 1
        last = self._last_text(first)
        if last is None:
            return None
        if titled or marked:
            return first
        above = self.lines[last]
        # A headline that names no speech, and below it who speaks: 一把卡尺的分量, 教师代表 贺明.
        if spoken and first < salutation and ends_sentence(above.bare):
            return first
        closed = is_closing(above.bare) or above.bare.endswith("!")
        if closed and first < salutation and self._prose.has(MIN_BARE_CHARS, 0, first):
            return first
        return first if self._is_greeted_anew(first, salutation, above.bare, closed) else None

    def _title_over_rule(self, rule: int) -> int:
        """Return the line of the title that a drawn rule stands under, or else the separator itself.

        A rule parts texts unless a title stands above it, below the end of another text, and none below it.
        """
        if not rule or any(map(str.isalnum, self.lines[rule].bare)):
            return rule
        index = rule - 1
        while index > 0 and (not (bare := self.lines[index].bare) or is_date(bare) or is_speaker(bare)):
            index -= 1
        last = self._last_text(index)
        below = first_bare(self.lines, range(rule + 1, len(self.lines)))
        if last is None or not ends_as_speech(self.labelled(index)) or ends_as_speech(below):
            return rule
        return index if ends_sentence(self.lines[last].bare) else rule

    def _is_signature(self, index: int, title: int) -> bool:
        """Say whether line `index`, above a title, signs the speech before: a date, or a name nearer to that."""
        bare = self.lines[index].bare
        if is_date(bare):
            return True
        return bool(bare) and not names_speech(bare) and self._prose.gap_above(index) < self._prose.gap_above(title)

    def _is_greeted_anew(self, first: int, salutation: int, above: str, closed: bool) -> bool:
        """Say whether a salutation without a title begins a speech, and is not the second of the one before.

        After thanks, with a full greeting and an opening, or where another audience is greeted below a gap that hardly
        any paragraph has, nobody goes on: less text is then enough on both sides.
        """
        greeting = self.lines[salutation].bare
        full = is_salutation(greeting) and len(greeting) > len("同志们:")
        opened = is_final(above) or any(is_opening(line.bare) for line in self.lines[salutation : salutation + 4])
        if not (
            (closed and opened) or (ends_sentence(above) and self._is_said_anew(first, salutation, closed or opened))
        ):
            return False
        chars = MIN_SIDE_CHARS if is_final(above) or full else MIN_BARE_CHARS
        return self._prose.has(chars, 0, first) and self._prose.has(chars, first)

    def _is_said_anew(self, first: int, salutation: int, told: bool) -> bool:
        """Say whether a meeting is opened below a salutation, or another audience is greeted below a rare gap."""
        below = first_bare(self.lines, range(salutation + 1, len(self.lines)))
        greeting = self.lines[salutation].bare
        if is_convening(below if is_salutation(greeting) else greeting):
            return True
        return (
            told and is_salutation(greeting) and self._prose.is_rare_gap(first) and self._is_other_audience(salutation)
        )

    def _is_other_audience(self, salutation: int) -> bool:
        """Say whether a salutation names somebody whom the salutation above it does not."""
        above = next(
            (self.lines[i].bare for i in range(salutation - 1, -1, -1) if is_salutation(self.lines[i].bare)), ""
        )
        return not set(_named(self.lines[salutation].bare)) <= set(_named(above))

    def _is_title_without_salutation(self, index: int) -> bool:
        """Say whether a title begins a speech without a salutation: a text ends above it, a date or prose follows."""
        last = self._last_text(index)
        if last is None or not (is_prose(self.lines[last].bare) or is_final(self.lines[last].bare)):
            return False
        below = [line.bare for line in self.lines[index + 1 : index + 6] if line.bare][:3]
        if any(is_salutation(bare) for bare in below):
            return False
        if ends_sentence(self.lines[last].bare) and self._signed[self._right_below(index)] > 1:
            return True
        dated = any(is_date(bare) or is_speaker(bare) for bare in below[:2])
        if numbered_title(self.labelled(index)) is not None:
            return dated
        parted = is_closing(self.lines[last].bare) or any(self.junk(i) for i in range(last + 1, index))
        return parted and (dated or (bool(below) and is_prose(below[0]) and is_opening(below[0])))

    @cached_property
    def _signed(self) -> Counter[str]:
        """How often each short line stands right below the title of a speech: who speaks, in a collection of his."""
        below = [self._right_below(i) for i, line in enumerate(self.lines) if ends_as_speech(line.bare)]
        short = (bare for bare in below if 0 < len(bare) <= SIGNED_CHARS)
        return Counter(bare for bare in short if not (names_speech(bare) or is_prose(bare) or is_heading(bare)))

    def _right_below(self, title: int) -> str:
        """Return the line that stands below a title, with no more than a blank one between."""
        return first_bare(self.lines, range(title + 1, min(title + 3, len(self.lines))))

    def _last_text(self, before: int) -> int | None:
        """Return the index of the last line above `before` that is neither blank nor junk, or None.

        Each line is looked at once, however many ask.
        """
        index = before
        while index not in self._last:
            index -= 1
            bare = self.lines[index].bare
            if bare and index not in self.separator and not is_heading(bare) and not self.junk(index):
                self._last[index + 1] = index
                index += 1
        self._last.update(dict.fromkeys(range(index + 1, before + 1), self._last[index]))
        return self._last[before]


def _named(greeting: str) -> list[str]:
    """Return whom a salutation names."""
    return [name.removeprefix("各位") for name in re.split("[、,和:!]", greeting) if name]
