"""Which lines of a file are page numbers and running heads, and what of a line is a time code or a sign of quotation?

In: the lines of a whole file, before it is cut into speeches, because the count goes on over them. Out: the lines that
a printer or a converter put on each page, and the edits that take them out. What always holds: a number is one of a
page only if it counts up with others or cuts a sentence; what a speaker says is never a running head.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from cleaner.chars import is_han
from cleaner.dates import NUMERAL, number
from cleaner.edits import Edit
from cleaner.ingest.separators import lone_numbers
from cleaner.lines import (
    Line,
    ends_as_speech,
    ends_sentence,
    first_bare,
    is_closing,
    is_heading,
    is_item,
    is_prose,
    title_goes_on,
)
from cleaner.salutation import is_salutation

STAGE = "split"

MIN_PAGES = 3
"""Fewest bare numbers that count up; two are enough where dashes, dots or a word say that they are pages."""
CUT_CHARS = 20
"""How long a line above a page number must be for its sentence to be cut there: headings and cells are shorter."""
RUNNING_HEAD_CHARS = 40
"""Longest running head, blanks not counted: they set its parts at the two ends of the line."""

PAPER_CHARS = 3
"""The shortest name of a paper."""
QUOTED_SHARE = 0.5
"""Share of a file that must stand behind signs of quotation for the text to be what is quoted."""
MIN_TIMES = 3
"""Fewest time codes, of a film or a recording, that go up from the beginning."""

_PAGE_NUMBER = re.compile(
    r"(?:第 ?)?([0-9]{1,3})(?: ?页(?:[ ,/]{0,3}共 ?[0-9]{1,3} ?页(?: ?(?:跳转?|转到|GO|确定))?)?| ?/ ?[0-9]{1,3})?"
    r"|[-—–·] ?([0-9]{1,3}) ?[-—–·]"
    r"|[^。;!?]{0,60}[ :|]第 ?([0-9]{1,3}) ?页[ ,/]{0,3}共 ?[0-9]{1,3} ?页"
    r"|[^。;!?]{1,60} {4,}[-—–·] ?([0-9]{1,3}) ?[-—–·]|[-—–·] ?([0-9]{1,3}) ?[-—–·] {4,}[^。;!?]{1,60}"
)
"""The last two: a running head with the number at its outer end."""
_PAGE_OF = re.compile(r"(?:第 ?)?([0-9]{1,3}) ?/ ?([0-9]{1,3})")
_HEADED_NUMBER = re.compile(
    r"(?P<left>[^。;!?]{1,60}?) {4,}(?P<last>[0-9]{1,3})|(?P<first>[0-9]{1,3}) {4,}(?P<right>[^。;!?]{1,60})"
)
"""The same without marks at the number, which the entries of a table of contents have too: those differ."""
_PAGE_IN_WORDS = re.compile(rf"[-—–·(]? ?第 ?({NUMERAL}) ?页 ?[(,/]? ?(?:共 ?{NUMERAL} ?页)? ?[)]?[-—–·]?")
_TURNS = re.compile(r".*[上下]一?页.*|.*[(][0-9]{1,2}/[0-9]{1,2}[)]")
"""What stands beside such a number where a site parts a text into pages: the ways on and back, the title counted."""
_PAGE_BORDERS = frozenset("0123456789页-—–·第)跳转到GO确定")
"""What a line that `_PAGE_NUMBER` matches begins or ends with."""
_COLUMNS = re.compile("[ \u3000]{2,}|\t")
_FAR_APART = re.compile(" {4,}")
_QUOTED = re.compile(r" ?(?:[>|] ?){1,4}(?!.*\|)")
"""Signs of quotation; more bars on the line make it the row of a table."""
_TIME = re.compile(r"[\[(]?(?:([0-9]{1,2}):)?([0-9]{1,2}):([0-9]{2})(?:[.,][0-9]{1,3})?[\])]?(?: |$)")
_CUE = re.compile(r"(?:\d{1,2}:)?\d{1,2}:\d\d[.,]\d{3} *-{1,2}> *(?:\d{1,2}:)?\d{1,2}:\d\d[.,]\d{3}.{0,40}")
"""The line over a subtitle that says from when till when it is shown. Source: SubRip, WebVTT."""
_TIME_BEGINS = frozenset("0123456789[(")
"""What a line that `_TIME` matches begins with."""


def pages(lines: Sequence[Line]) -> Iterator[Edit]:
    """Yield the edits that take page numbers in sequence and running heads out of a whole file, sorted.

    The line break goes too: what was one sentence before the page ended must not look like two paragraphs.
    """
    furniture = dict.fromkeys(cues(lines), "subtitle-cue") | dict.fromkeys(mastheads(lines), "running-head")
    furniture |= page_furniture(lines)
    times, quoted = time_codes(lines), quotation_signs(lines)
    for i in sorted({*furniture, *times, *quoted}):
        if i in quoted:
            yield Edit(lines[i].start, lines[i].start + quoted[i], STAGE, "quotation-sign")
        elif i in furniture:
            yield Edit(lines[i].start, min(lines[i].end + 1, lines[-1].end), STAGE, furniture[i])
        else:
            start = lines[i].start + lines[i].indent_chars
            yield Edit(start, start + times[i], STAGE, "time-code")


def cues(lines: Sequence[Line]) -> Iterator[int]:
    r"""Yield the lines over subtitles: the numbers that count them and their times.

    >>> from cleaner.lines import lines
    >>> list(cues(lines("1\n00:01,000 --> 00:04,100\n同志们\n\n2\n00:04,500 --> 00:09,000\n今天")))     # "comrades"
    [0, 1, 4, 5]
    """
    for i, line in enumerate(lines):
        if "->" in line.bare and _CUE.fullmatch(line.bare):
            if i and lines[i - 1].bare.isdigit():
                yield i - 1
            yield i


def quotation_signs(lines: Sequence[Line]) -> dict[int, int]:
    r"""Return how many characters of each line say that a letter quotes it, where most of the file is quoted.

    >>> from cleaner.lines import lines
    >>> quotation_signs(lines("转给你。\n> 同志们：\n> 今天开会，讲三点意见。"))    # "for you: comrades, today …"
    {1: 2, 2: 2}
    """
    found = {
        i: match.end()
        for i, line in enumerate(lines)
        if line.bare[:1] in {">", "|"} and (match := _QUOTED.match(line.folded))
    }
    if not found:
        return {}
    quoted = sum(len(lines[i].bare) for i in found)
    return found if quoted > QUOTED_SHARE * sum(len(line.bare) for line in lines) else {}


def time_codes(lines: Sequence[Line]) -> dict[int, int]:
    r"""Return how many characters of each line are the time, from the beginning of a recording, at which it was said.

    >>> from cleaner.lines import lines
    >>> time_codes(lines("00:07 大家好\n01:15 今天\n02:48 散会"))               # "hello", "today", "that is all"
    {0: 6, 1: 6, 2: 6}
    >>> time_codes(lines("8:30 签到\n9:00 开会\n9:40 合影"))                   # a timetable
    {}
    """
    found: dict[int, int] = {}
    last = -1
    for i, line in enumerate(lines):
        if line.bare[:1] in _TIME_BEGINS and (match := _TIME.match(line.bare)):
            hours, minutes, seconds = (int(part or 0) for part in match.groups())
            now = 3600 * hours + 60 * minutes + seconds
            # A timetable begins at some hour of the day, a recording with its first minute.
            if now <= last or (not found and (hours or minutes)):
                return {}
            at = line.folded.find(match[0])  # behind the sign of a heading, which a bare line is without
            found[i], last = at + len(match[0]) - line.indent_chars, now
    return found if len(found) >= MIN_TIMES else {}


def mastheads(lines: Sequence[Line]) -> Iterator[int]:
    r"""Yield the lines that begin with the name of the paper as the first of the file does, in columns both.

    >>> from cleaner.lines import lines
    >>> list(mastheads(lines("春耕简报  第3期\n今天开会。\n春耕简报  第二版\n散会。")))    # "The Plough, no. 3"
    [0, 2]
    """
    first = next((line.text.strip() for line in lines if line.bare), "")
    name = _COLUMNS.split(first)[0]
    if name == first or len(name) < PAPER_CHARS:
        return
    said = [(i, line.text.strip()) for i, line in enumerate(lines)]
    headed = [i for i, text in said if text.startswith(name) and _COLUMNS.match(text, len(name))]
    if len(headed) > 1 and not any(_is_said(lines[i].bare) or _is_subtitled(lines, i) for i in headed):
        yield from headed


def _is_subtitled(lines: Sequence[Line], i: int) -> bool:
    """Say whether a subtitle follows: a title of two halves stands in columns too, and a page says it twice."""
    return first_bare(lines, range(i + 1, len(lines))).startswith("——")


def page_furniture(lines: Sequence[Line]) -> dict[int, str]:
    r"""Return the rule for each line that is a page number, counting up over the text, or a running head beside two.

    >>> from cleaner.lines import lines
    >>> sorted(page_furniture(lines("首先，要\n第1页\n抓落实。\n第2页\n其次，")))        # "first … | page 1 | …"
    [1, 3]
    """
    shown = [i for i, line in enumerate(lines) if line.bare]
    borders = [n for n, i in enumerate(shown) if _PAGE_BORDERS.intersection((lines[i].bare[0], lines[i].bare[-1]))]
    headed = {n: match for n in borders if (match := _HEADED_NUMBER.fullmatch(lines[shown[n]].bare))}
    headed = {n: match for n, match in headed.items() if not any(map(str.isdigit, _COLUMNS.split(_head(match))))}
    heads_of = Counter(map(_head, headed.values()))
    numbers = {
        n: int(match[match.lastindex or 0]) for n in borders if (match := _PAGE_NUMBER.fullmatch(lines[shown[n]].bare))
    }
    worded = ((n, match) for n in borders if (match := _PAGE_IN_WORDS.fullmatch(lines[shown[n]].bare)))
    numbers |= {n: number(match[1]) for n, match in worded}
    beside_head = {n: int(match["first"] or match["last"]) for n, match in headed.items()}
    known = {*numbers.values(), *(value for n, value in beside_head.items() if heads_of[_head(headed[n])] > 1)}
    numbers |= {
        n: value
        for n, value in beside_head.items()
        if heads_of[_head(headed[n])] > 1 or not known.isdisjoint({value - 1, value + 1})
    }
    numbers = dict(sorted(numbers.items()))
    if not numbers:
        return {}
    parts = lone_numbers(lines)
    numbers = {n: value for n, value in numbers.items() if shown[n] not in parts}
    runs: list[list[int]] = []
    for n, value in numbers.items():
        if runs and value == numbers[runs[-1][-1]] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    pages = [n for run in runs if len(run) >= _fewest_pages(lines, [shown[n] for n in run]) for n in run]
    if not pages:
        return {}
    near = {k for n in pages for k in (n - 1, n + 1) if 0 <= k < len(shown)}
    often = Counter(_unmirrored(line.bare) for line in lines)
    beside = {lines[shown[k]].bare for k in near}
    first = lines[shown[0]].bare
    heads = {
        _unmirrored(bare)
        for bare in beside
        if (often[_unmirrored(bare)] > 1 or (bare == first and "    " in bare) or _TURNS.fullmatch(bare))
        and len(bare.replace(" ", "")) <= RUNNING_HEAD_CHARS
        and not _is_said(bare)
    }
    found = {shown[n]: "page-number-in-sequence" for n in pages}
    running = [n for n, i in enumerate(shown) if _unmirrored(lines[i].bare) in heads]
    # A head that repeats the title of the speech stands beside the number on every page but the first.
    own = {n for n in running[:1] if n not in near and ends_as_speech(lines[shown[n]].bare)}
    # Two titles of a booklet may begin with the same line.
    own |= {n for n in running if _is_ended_below(lines, shown, n)}
    return {shown[n]: "running-head" for n in running if n not in own} | found


def _head(headed: re.Match[str]) -> str:
    """Return the running head beside a number."""
    return headed["left"] or headed["right"]


def _is_ended_below(lines: Sequence[Line], shown: Sequence[int], n: int) -> bool:
    """Say whether a line is the beginning of a title that the next line ends."""
    below = lines[shown[n + 1]].bare if n + 1 < len(shown) else ""
    return ends_as_speech(below) and title_goes_on(lines[shown[n]].bare, below)


def _unmirrored(bare: str) -> str:
    """Return the line with its parts sorted: left and right pages of a journal have their running heads mirrored."""
    return "    ".join(sorted(_FAR_APART.split(bare))) if "    " in bare else bare


def _is_said(bare: str) -> bool:
    """Say whether a speaker says the line: thanks and salutations stand at the same place on many pages too."""
    return is_prose(bare) or ends_sentence(bare) or is_closing(bare) or is_salutation(bare) or is_heading(bare)


def _fewest_pages(lines: Sequence[Line], run: Sequence[int]) -> int:
    """Return how many numbers that count up it takes for these lines to be page numbers.

    Numbers with a nought before them head the sections of an article, unless they cut sentences.
    """
    said = lines[run[0]].bare
    cut = sum(_cuts_sentence(lines, i) for i in run)
    if said.startswith("0") and not cut:
        return len(run) + 1
    one = "共" in said or cut == len(run) or (_is_of(said) and is_prose(first_bare(lines, range(run[0] - 1, -1, -1))))
    return 1 if one else 2 if not said.isdigit() or cut else MIN_PAGES


def _is_of(said: str) -> bool:
    """Say whether a number of so many is one of them: 2/3 is a page below a sentence, 9/3 a day."""
    match = _PAGE_OF.fullmatch(said)
    return match is not None and int(match[1]) <= int(match[2])


def _cuts_sentence(lines: Sequence[Line], i: int) -> bool:
    """Say whether a sentence stops at the line above line i and goes on below it."""
    above, below = first_bare(lines, range(i - 1, -1, -1)), first_bare(lines, range(i + 1, len(lines)))
    return len(above) >= CUT_CHARS and is_han(above[-1]) and len(below) > 1 and is_han(below[0]) and not is_item(below)
