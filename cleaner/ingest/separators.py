"""Which lines part the speeches of a file, and are of none of them?

In: the lines of one speech, or of a file. Out: the edits that take away separator lines, numbers, the title over a
compilation and the stamps of pages. What always holds: a number goes only from above the title or the salutation of a
speech, so a speech keeps its own headings.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from cleaner.edits import Edit
from cleaner.lines import Line, ends_as_speech, first_bare, is_title, names_speech, opens_with_salutation
from cleaner.rulepack import RulePack

STAGE = "split"

STAMP_COPIES, STAMP_CHARS = 3, 8
"""How often and how long a line that a head or foot rule claims must stand to be the stamp of every page."""

_LONE_NUMBER = re.compile(r"[★☆◆●■【\[(〔]{0,2} ?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3}) ?[★☆◆●■】\])〕、.]{0,2}")
_NUMBERED = re.compile(r"(?:[0-9]{1,2}\s*[.、]|[一二三四五六七八九十]{1,3}、|[(][0-9一二三四五六七八九十]{1,3}[)])\s*")


def edits(lines: Sequence[Line], pack: RulePack, first_of_many: bool = False) -> Iterator[Edit]:
    """Yield the edits that take separator lines and the stamps of pages out of one speech, sorted.

    Above the first separator of a compilation stands the title of the compilation, which goes too.
    """
    stamps = _stamps(lines, pack)
    claimed = dict(pack.stage(STAGE).scan([line.folded for line in lines]))
    numbers = lone_numbers(lines)
    over = _titles_over(lines, min((*claimed, *numbers), default=0)) if first_of_many else ()
    for i, line in enumerate(lines):
        if line.bare in stamps:
            yield Edit(line.start, line.end, STAGE, "repeated-stamp")
        elif i in numbers:
            yield Edit(line.start, line.end, STAGE, "part-number")
        elif i in over:
            yield Edit(line.start, line.end, STAGE, "compilation-title")
        elif number := _part_number(lines, i):
            yield Edit(line.start, line.start + number, STAGE, "part-number")
        else:
            for hit in claimed.get(i, ()):
                yield Edit(line.start + hit.start, line.start + hit.end, STAGE, hit.rule.id)


def _titles_over(lines: Sequence[Line], separator: int) -> set[int]:
    """Return the titles above the first separator of a compilation; none if a speech has begun there."""
    above = [i for i in range(separator) if lines[i].bare]
    if any(opens_with_salutation(lines[i].bare) for i in above):
        return set()
    return {i for i in above if is_title(lines[i].bare) and names_speech(lines[i].bare)}


def _stamps(lines: Sequence[Line], pack: RulePack) -> set[str]:
    """Return the lines that stand three times or more and that a rule for heads or feet claims whole."""
    rules = pack.stage("header", "footer")
    often = {
        bare
        for bare, n in Counter(line.bare for line in lines).items()
        if n >= STAMP_COPIES and len(bare) >= STAMP_CHARS
    }
    return {bare for bare in often if (hits := rules.claims(bare)) and hits[-1].end - hits[0].start == len(bare)}


def _part_number(lines: Sequence[Line], i: int) -> int:
    """Return how many characters of line i number a title that stands above a salutation; 0 if it is no such line."""
    if (title := numbered_title(lines[i].bare)) is None:
        return 0
    below = first_bare(lines, range(i + 1, len(lines)))
    return len(lines[i].text.rstrip()) - len(title) if opens_with_salutation(below) else 0


def lone_numbers(lines: Sequence[Line]) -> set[int]:
    r"""Return the lines that hold but a number and stand right above a salutation or the title of a speech.

    >>> from cleaner.lines import lines
    >>> lone_numbers(lines("（一）\n同志们：\n今天开会。\n（二）\n修路"))        # "(1) | Comrades: | … | (2) | Roads"
    {0}
    """
    shown = [line for line in enumerate(lines) if line[1].bare]
    below = [line.bare for _, line in shown[1:]] + [""]
    numbers = {
        i: opens_with_salutation(next_bare) or ends_as_speech(next_bare)
        for (i, line), next_bare in zip(shown, below[: len(shown)], strict=True)
        if _LONE_NUMBER.fullmatch(line.bare)
    }
    # Bare digits are numbers of pages if one of them stands anywhere else.
    pages = any(not above for i, above in numbers.items() if lines[i].bare.isdigit())
    return {i for i, above in numbers.items() if above and not (pages and lines[i].bare.isdigit())}


def numbered_title(bare: str) -> str | None:
    """Return the title of a speech that stands behind its number in a compilation, or None.

    >>> numbered_title("3. 在全县春耕会议上的讲话"), numbered_title("三、抓好春耕")     # "3. Speech", "3. Plough"
    ('在全县春耕会议上的讲话', None)
    """
    match = _NUMBERED.match(bare)
    return bare[match.end() :] if match and ends_as_speech(bare[match.end() :]) else None
