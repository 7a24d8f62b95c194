"""What stands at the foot of a speech that is not of it?

In: the text of one speech with all that stands after it. Out: edits that take away tag clouds, notices, copyright and
record lines, lists of links. What always holds: the zone is walked upwards and ends at the first line that salutes, or
says what only a speaker says, unless a rule, page words or the block of `tail.py` claim it; an unclaimed line goes only
when it hangs below a claimed one (short, or a reader's remark or an excerpt below a line that tells so) or above one,
set as no speech is.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import takewhile

from cleaner.config import Config
from cleaner.dates import is_date
from cleaner.edits import Edit
from cleaner.filters import tail
from cleaner.filters.setting import is_set
from cleaner.lines import (
    Line,
    ends_as_speech,
    is_closing,
    is_heading,
    is_prose,
    is_speaker,
    names_speech,
)
from cleaner.matching import Claims, Hit
from cleaner.pagewords import (
    CHARS_A_WEIGHT,
    CLAIMED_WEIGHT,
    NEED_INSIDE,
    NEED_PROSE,
    PAGE_WORDS,
    Ends,
    PageClaims,
)
from cleaner.pagewords import STAGE as PAGE
from cleaner.paragraphs import paragraphs
from cleaner.rulepack import RulePack
from cleaner.salutation import is_salutation

STAGE = "footer"
SET_AS_PAGE = "set-as-page"

HANGING_LINES = 4
"""How many unclaimed lines may hang below a claimed one."""
HANGING_CHARS = 30
TAG_CHARS = 6
LISTED_CHARS = 60
"""How long a line of a list of links may be, or one in a foot with `SURE_LINES` claimed lines below."""
SURE_LINES = 2
SAID_LINES, SAID_CHARS = 3, 100
"""How many sentences of readers may stand between two lines of the page, and how long each may be."""
REMARK_CHARS = 150
"""How much a reader says below one mark of his floor: more is the next part of what is posted there."""
SPEECH_CHARS = 300
"""How much prose must stand above them."""
_REMARK = re.compile(
    r"\d{1,2}[-/.月]\d{1,2}日? ?\d{1,2}:\d\d|\d ?[楼#]"
    r"|^(?:回复|引用|评论|网友|游客|用户|批注)|(?:回复|引用|评论|批注) ?(?:[0-9:(]|$)"
)
"""What stands above a reader's remark: when it was made, or on which floor."""
_SIGNED = re.compile(r"^[^:]{1,10}:[^:]*$|[0-9一二三四五六七八九十〇○]+ ?[年月日]?[)]?$")
"""What a speech may end with, too: one label, as 联系电话:12345, or a signature with its day."""
_CLAUSE = re.compile("[^,。;!?]+")
_THANKS = re.compile("(?:谢谢(?:大家|各位[^,。;:!?]{0,8}|你们)|散会)[。!]*")
_EXCERPT = re.compile(r"(?:…|\.{3}|\[?(?:详细|查看)?(?:全文|详情|更多)\]?)[ >»]*$")
"""How the beginning of another text ends in a list of links."""


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield the edits for the foot of `text`, sorted."""
    rows = paragraphs(text)
    foot = _Foot(rows, pack)
    zone = foot.zone()
    first = _first_to_go(rows, foot, zone)
    name = SET_AS_PAGE
    for i in zone[first:]:
        if hits := foot[i]:
            rule = hits[-1].rule
            name = f"{rule.id}-list" if rule.opens else name if name.endswith("-list") else "below-claimed-line"
            for hit in hits:
                yield from _by_lines(text, rows[i].start + hit.start, rows[i].start + hit.end, hit.rule.id)
        else:
            yield from _by_lines(text, rows[i].start, rows[i].end, name)


def _by_lines(text: str, start: int, end: int, rule: str) -> Iterator[Edit]:
    """Yield the edits that take a span away but for the line breaks in it."""
    for line in text[start:end].split("\n"):
        yield Edit(start, start + len(line), STAGE, rule)
        start += len(line) + 1


def _first_to_go(rows: Sequence[Line], foot: "_Foot", zone: Sequence[int]) -> int:
    """Return where in the zone the foot of the page begins: all below goes. The length of the zone if nowhere."""
    first = len(zone)
    hanging: list[str] = []
    quiet = takewhile(lambda i: foot[i] or not is_prose(rows[i].bare), reversed(zone))
    sure = sum(bool(foot[i]) for i in quiet) >= SURE_LINES
    for n in range(len(zone) - 1, -1, -1):
        hits = foot[zone[n]]
        in_head = bool(hits) and hits[-1].rule.stage == "header" and bool(hanging)
        # A head rule that fits above unclaimed lines may fit by chance, where page words do not tell: it goes with a
        # foot, and makes none.
        by_chance = in_head and foot.weight(rows[zone[n]].bare) < NEED_INSIDE
        if not hits or (by_chance and first == len(zone) and not sure):
            bare, weight = rows[zone[n]].bare, foot.weight(rows[zone[n]].bare)
            told = weight > ("," in bare) and (first < len(zone) or (is_set(bare) and not _SIGNED.search(bare)))
            if told and not _is_own(bare) and _may_hang(hanging, False, sure, bare):
                first, hanging = n, []
            elif hits or not (sure and foot.is_said_by_page(zone[n])):
                hanging.append(bare)
        elif _may_hang(hanging, hits[-1].rule.opens, sure, rows[zone[n]].bare):
            first, hanging = n, []
        elif by_chance:
            hanging.append(rows[zone[n]].bare)
        else:
            break
    return first


def _is_own(bare: str) -> bool:
    """Say whether a line at a foot may be the speech's, whatever words of the page it has."""
    return is_prose(bare) or is_heading(bare) or is_closing(bare) or tail.is_added(bare)


class _Foot:
    """What is claimed of the lines of a text seen from its end."""

    def __init__(self, rows: Sequence[Line], pack: RulePack) -> None:
        self._rows = rows
        self._title = next((row.bare for row in rows if row.bare), "")
        self._words, self._names = pack.stage(PAGE), pack.names
        self._plain = Claims(pack.stage("header", STAGE), [row.folded for row in rows])
        self._ends = Ends(rows, self._plain, self._words)
        self._tail = tail.begins(rows, self._plain, self._weigh, self._ends)
        self._own = PageClaims(rows, pack, STAGE, outside=self._is_outside)
        self._any = PageClaims(
            rows, pack, "header", STAGE, outside=self._is_outside, plain=self._plain, beside=self._own
        )

    def __getitem__(self, index: int) -> Sequence[Hit]:
        """Return the claims on one line; a rule that opens a list comes before one of a head, and a head rule
        that claims a part of it has nothing to say here.
        """
        own = self._own[index]
        hits = own if own and own[-1].rule.opens else self._any[index]
        if not hits and (index >= self._tail or self._speaks_of_title(index)):
            hits = [Hit(0, len(self._rows[index].folded), PAGE_WORDS)]
        in_part = hits and hits[-1].rule.stage == "header" and hits[0].start > self._rows[index].indent_chars
        return [] if in_part else hits

    def _speaks_of_title(self, index: int) -> bool:
        """Say whether a line names the speech by its title, as a page does that offers more of the kind.

        A sentence that does so must have a word of the page's, too: 《……讲话》已经印发, "the speech is printed".
        """
        bare = self._rows[index].bare
        if len(bare) <= len(self._title) or self._title not in bare or not ends_as_speech(self._title):
            return False
        return not is_prose(bare) or self.weight(bare) > 0

    def _weigh(self, bare: str) -> int:
        """Return what a line weighs by its page words and a name of the page."""
        return sum(self._words.weights(bare)) + CLAIMED_WEIGHT * self._names.signs(bare)

    def zone(self) -> list[int]:
        """Return the lines, blank ones left out, below the last that is of the speech for certain.

        A few sentences may be a reader's remarks; the line above them will tell.
        """
        found: list[int] = []
        said = 0
        for i in range(len(self._rows) - 1, -1, -1):
            bare, hits = self._rows[i].bare, self[i]
            if not bare:
                continue
            said = 0 if hits or self.weight(bare) else said + is_prose(bare)
            if not hits and (is_salutation(bare) or _ends_speech(bare) or said > SAID_LINES or not self._is_below(i)):
                break
            found.append(i)
            if hits and hits[0].start > self._rows[i].indent_chars:
                break
        return found[::-1]

    def _is_below(self, index: int) -> bool:
        """Say whether a line stands below more of a speech than a reader says; lines that are no sentence do."""
        return not is_prose(self._rows[index].bare) or index >= self._first_below

    @cached_property
    def _first_below(self) -> int:
        """The first line with more prose above it than a reader says."""
        chars = 0
        for i, row in enumerate(self._rows):
            if chars >= SPEECH_CHARS:
                return i
            chars += len(row.bare) if is_prose(row.bare) else 0
        return len(self._rows)

    def is_said_by_page(self, index: int) -> bool:
        """Say whether a sentence between two lines of the page needs no more to go with them: it is full of the page's
        words, which an advertisement in a sentence of the speech does not make it.
        """
        bare = self._rows[index].bare
        if not is_prose(bare) or self.weight(bare) < NEED_PROSE + len(bare) // CHARS_A_WEIGHT:
            return False
        told = [self.weight(clause) > 0 for clause in _CLAUSE.findall(bare)]
        return 2 * sum(told) >= len(told)

    def weight(self, bare: str) -> int:
        """Return what a line weighs by its page words."""
        return self._any.weight(bare)

    def _is_outside(self, index: int) -> bool:
        """Say whether the speech has ended above a line, or a foot shows: for a short line below it, else above it."""
        if self._ends.above(index):
            return True
        if not is_prose(self._rows[index].bare):
            return self._weighs_below(index)
        above = next((i for i in range(index - 1, -1, -1) if self._rows[i].bare), None)
        return above is not None and bool(self._plain[above])

    def _weighs_below(self, index: int) -> bool:
        """Say whether the line and the short ones below it weigh as much as a foot does."""
        weight = 0
        for i in range(index, len(self._rows)):
            bare = self._rows[i].bare
            if self._plain[i]:
                weight += CLAIMED_WEIGHT
            elif not is_prose(bare):
                weight += self.weight(bare)
            if weight >= NEED_INSIDE:
                return True
        return False


def _titles_speech(bare: str) -> bool:
    """Say whether the line may be the title of a speech; the bare name of a genre is a tag."""
    return names_speech(bare) and len(bare) > TAG_CHARS


def _ends_speech(bare: str) -> bool:
    """Say whether a sentence cannot be a reader's remark: it is long, or thanks, wishes and calls as speakers do."""
    return is_prose(bare) and (len(bare) > SAID_CHARS or is_closing(bare))


def _is_link(bare: str) -> bool:
    """Say whether what ends as a sentence may be a link of a list: it is short, and asks or exclaims."""
    return tail.is_asked(bare) or (len(bare) <= HANGING_CHARS and bare.endswith(("?", "!")))


def _may_hang(bares: list[str], lists: bool, sure: bool, above: str) -> bool:
    """Say whether the unclaimed lines below a claimed one go with it."""
    if said := [bare for bare in bares if is_prose(bare) and not (lists and _is_link(bare))]:
        told = _REMARK.search(above) is not None or (lists and all(map(_EXCERPT.search, said)))
        return told and all(len(bare) <= SAID_CHARS for bare in bares) and sum(map(len, said)) <= REMARK_CHARS
    if lists:
        return all(len(bare) <= LISTED_CHARS for bare in bares)
    if sure:
        own = any(is_date(bare) or is_heading(bare) or _THANKS.fullmatch(bare) for bare in bares)
        return not own and all(len(bare) <= LISTED_CHARS for bare in bares)
    return len(bares) <= HANGING_LINES and all(
        len(bare) <= HANGING_CHARS
        and not any(
            claim(bare) for claim in (is_date, is_speaker, is_closing, is_heading, _titles_speech, _THANKS.fullmatch)
        )
        for bare in bares
    )
