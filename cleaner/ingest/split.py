"""Where does one speech of a file end and the next begin?

In: the lines of a file and what the rule packs claim of them. Out: the first lines of the speeches. What always holds:
the first speech begins with the first line; the cuts lose no line; a file without clear evidence stays one speech,
because half a speech in two places is worse than two speeches in one row.

Evidence, strongest first: a separator line; a title that names a speech above a salutation; junk of a page foot or
head between two texts; a closing followed by a salutation and an opening.
"""

from collections.abc import Iterator, Sequence

from cleaner.edits import Edit
from cleaner.lines import (
    Line,
    ends_as_speech,
    is_closing,
    is_date,
    is_final,
    is_heading,
    is_opening,
    is_prose,
    is_salutation,
    is_speaker,
    is_title,
    names_speech,
    opens_with_salutation,
)
from cleaner.matching import Hit
from cleaner.rulepack import RulePack

STAGE = "split"

MIN_SIDE_CHARS = 120
"""Text that must stand on both sides of a cut. Source: the shortest real speech met (a welcome) has 180 characters."""
MIN_BARE_CHARS = 300
"""The same where only a closing and an opening tell, as in 004 of the seeds, whose third speech has no title."""
FRONT_LINES = 12
"""How far above a salutation its title may stand, blank lines not counted."""


def starts(lines: Sequence[Line], pack: RulePack) -> list[int]:
    """Return the indices of the lines that begin a speech; the first is 0."""
    return _Splitter(lines, pack).starts()


def separators(lines: Sequence[Line], pack: RulePack) -> Iterator[Edit]:
    """Yield the edits that take separator lines out."""
    for line in lines:
        for hit in pack.stage(STAGE).hits(line.text):
            yield Edit(line.start + hit.start, line.start + hit.end, STAGE, hit.rule.id)


class _Splitter:
    """The lines of one file with what is known of them."""

    def __init__(self, lines: Sequence[Line], pack: RulePack) -> None:
        self.lines = lines
        self.separator = [pack.stage(STAGE).hit(line.text) for line in lines]
        self.junk = [_whole(line, pack.stage("header", "footer").hit(line.text)) for line in lines]
        self.labelled = [_rest(line, pack.stage("header", "footer").hits(line.text)) for line in lines]
        self.prose_chars = [0]
        for line, junk in zip(lines, self.junk, strict=True):
            self.prose_chars.append(self.prose_chars[-1] + (len(line.bare) if not junk and is_prose(line.bare) else 0))

    def starts(self) -> list[int]:
        """Return the first lines of the speeches."""
        found = [0]
        for index in range(1, len(self.lines)):
            first = self._start_before(index)
            if (
                first is not None
                and first > found[-1]
                and self._has_text(found[-1], first)
                and self._has_text(first, len(self.lines))
            ):
                found.append(first)
        return found

    def _has_text(self, first: int, last: int, chars: int = MIN_SIDE_CHARS) -> bool:
        return self.prose_chars[last] - self.prose_chars[first] >= chars

    def _start_before(self, index: int) -> int | None:
        """Return the first line of the speech that line `index` gives away, or None."""
        if self.separator[index]:
            return index
        bare = self.labelled[index]
        if opens_with_salutation(bare):
            return self._front(index)
        if ends_as_speech(bare) and self._is_title_without_salutation(index):
            return index
        return None

    def _front(self, salutation: int) -> int | None:
        """Return the first line of the title block, junk included, above `salutation`; None if it begins no speech."""
        first, seen, titled, marked = salutation, 0, False, False
        index = salutation - 1
        while index >= 0 and seen < FRONT_LINES:
            bare = self.labelled[index]
            if self.separator[index]:
                return index
            if bare:
                seen += 1
                junk = self.junk[index]
                if junk and junk.rule.stage == "footer" and titled:
                    marked = True
                    break
                if junk:
                    marked = True
                    first = index
                elif is_title(bare):
                    titled |= names_speech(bare)
                    first = index
                elif not (is_date(bare) or is_speaker(bare)):
                    break
            index -= 1
        above = self._last_text(first)
        if above is None:
            return None
        closed = is_closing(above.bare) or above.bare.endswith("!")
        if titled or marked:
            return first
        if closed and first < salutation and self._has_text(0, first, MIN_BARE_CHARS):
            return first
        opened = is_final(above.bare) or any(is_opening(line.bare) for line in self.lines[salutation : salutation + 4])
        if (
            closed
            and opened
            and self._has_text(0, first, MIN_BARE_CHARS)
            and self._has_text(first, len(self.lines), MIN_BARE_CHARS)
        ):
            return first
        return None

    def _is_title_without_salutation(self, index: int) -> bool:
        """Say whether a title begins a speech without a salutation: a text ends above it, a date or prose follows."""
        above = self._last_text(index)
        if above is None or not is_prose(above.bare):
            return False
        between = range(self.lines.index(above) + 1, index)
        parted = any(self.junk[i] for i in between) or is_closing(above.bare)
        below = [line.bare for line in self.lines[index + 1 : index + 6] if line.bare][:3]
        dated = any(is_date(bare) or is_speaker(bare) for bare in below[:2])
        return (
            parted
            and (dated or (bool(below) and is_prose(below[0]) and is_opening(below[0])))
            and not any(is_salutation(bare) for bare in below)
        )

    def _last_text(self, before: int) -> Line | None:
        """Return the last line above `before` that is neither blank nor junk, or None."""
        for index in range(before - 1, -1, -1):
            line = self.lines[index]
            if line.bare and not self.junk[index] and not self.separator[index] and not is_heading(line.bare):
                return line
        return None


def _whole(line: Line, hit: Hit | None) -> Hit | None:
    """Return `hit` if it claims all of the line, else None."""
    return hit if hit and not (line.text[: hit.start] + line.text[hit.end :]).strip() else None


def _rest(line: Line, hits: Sequence[Hit]) -> str:
    """Return the bare line without the part that `hits` claim, so that a labelled title is seen as a title."""
    text, at = "", 0
    for hit in hits:
        text += line.text[at : hit.start]
        at = hit.end
    rest = Line(0, 0, text + line.text[at:]).bare
    return rest or line.bare
