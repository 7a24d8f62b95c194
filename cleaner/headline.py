"""What do the title block and the dates of a speech say of it?

In: the cleaned text of one speech, whose title is joined. Out: its title, date, speaker and occasion, each a copy of
characters that stand in the text, or None. What always holds: nothing is guessed; who is not named with an office, and
what is not named as a meeting in the title, is left out.
"""

import re
from collections.abc import Sequence
from datetime import date
from itertools import takewhile

from cleaner.dates import find_date
from cleaner.lines import OFFICE, SPEECH_WORDS, Line, is_kind, is_prose, is_speaker, is_title, lines
from cleaner.salutation import opens_with_salutation

HEAD_LINES = 6
"""How many lines at the head are looked at: title, subtitle, date, name; and at the foot, for its date."""

_OCCASION = re.compile(rf"在(?P<occasion>[^。;!?]{{2,50}}?)(?:上|中|时)的?[^。;!?\s]{{0,4}}?(?:{SPEECH_WORDS})")
_SPEAKER = re.compile(rf"(?:[0-9]{{4}}年)?(?P<speaker>[^,。;:!?、()—\s]{{0,20}}{OFFICE}[^,。;:!?、()—\s]{{0,4}}?)在")


def speech_title(text: str) -> str | None:
    """Return the title line that `text` begins with, or None."""
    first = _head(text)[0]
    titled = is_kind(first.bare) or (is_title(first.bare) and not opens_with_salutation(first.bare))
    return first.text if titled else None


def speech_date(text: str) -> date | None:
    """Return the full date that a line near the head or the foot of `text` consists of, or None."""
    foot = lines("\n".join(text.rsplit("\n", HEAD_LINES)[-HEAD_LINES:]))
    found = (find_date(row.bare) for row in (*_head(text), *foot))
    return next((day for day in found if day), None)


def speech_speaker(text: str) -> str | None:
    r"""Return who speaks: a line of the title block that names an office, or the office before 在 in the title.

    >>> speech_speaker("在春耕会议上的讲话\n县委书记　高扬\n同志们：\n今天开会。")  # "county secretary Gao Yang"
    '县委书记　高扬'
    >>> speech_speaker("校长在开学典礼上的讲话\n同学们：")                        # "the headmaster's speech"
    '校长'
    """
    block = _block(text)
    named = next((row.text.strip("()（） \u3000") for row in block if is_speaker(row.bare)), None)
    before = _SPEAKER.match(block[0].text.strip()) if block else None
    return named or (before["speaker"] if before else None)


def speech_occasion(text: str) -> str | None:
    r"""Return the meeting that the title, or its subtitle, names.

    >>> speech_occasion("凝心聚力谋发展\n——在全县经济工作会议上的讲话\n同志们：")     # "the county's conference"
    '全县经济工作会议'
    """
    return next((match["occasion"] for row in _block(text) if (match := _OCCASION.search(row.text))), None)


def _block(text: str) -> list[Line]:
    """Return the lines of the title block: those above the first salutation and the first prose."""
    return list(takewhile(lambda row: not (opens_with_salutation(row.bare) or is_prose(row.bare)), _head(text)))


def _head(text: str) -> Sequence[Line]:
    """Return the lines at the head; the same ones are asked for again and again, and remembered."""
    return lines("\n".join(text.split("\n", HEAD_LINES)[:HEAD_LINES]))
