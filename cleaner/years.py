"""Does what a speech says contradict the year that stands over it?

In: the title, the date and the text of one speech. Out: a claim, which becomes the flag `doubtful-year`. What always
holds: nothing is corrected; a speech without a year of its own is doubted only where it contradicts itself.

Sites put the year of today over old texts, and into them. What they forget counts years by name: the five-year plans,
the congresses of the party, anniversaries. Source: the plans run from a year that ends in 1 or 6; the congresses met
every five years from 1977 on; the anniversaries count from the events named here.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from cleaner.chars import fold
from cleaner.dates import number

PLANS = {
    "八五": 1991,
    "九五": 1996,
    "十五": 2001,
    "十一五": 2006,
    "十二五": 2011,
    "十三五": 2016,
    "十四五": 2021,
    "十五五": 2026,
}
"""The first of the five years of each plan."""
CONGRESSES = {"十四": 1992, "十五": 1997, "十六": 2002, "十七": 2007, "十八": 2012, "十九": 2017, "二十": 2022}
EVENTS = {
    "五四运动": 1919,
    "中国共产党成立": 1921,
    "建党": 1921,
    "建军": 1927,
    "抗战胜利": 1945,
    "抗日战争胜利": 1945,
    "新中国成立": 1949,
    "中华人民共和国成立": 1949,
    "建国": 1949,
    "改革开放": 1978,
}
PLAN_YEARS, SAID_TWICE = 5, 2
SLACK = 2
"""How long after its end a plan is still summed up, without a word of the next."""

_YEAR = r"(?:19|20)[0-9]{2}"
_TITLE_YEAR = re.compile(rf"({_YEAR})年")
_SPAN = re.compile(rf"({_YEAR})年? ?(?:[-—–~]{{1,2}}|至|到) ?\1(?![0-9])")
_PLAN = re.compile(rf"“({'|'.join(PLANS)})”|({'|'.join(PLANS)})(?=时期|期间|规划|计划)")
_PLAN_EDGE = re.compile(
    rf"(?:({_YEAR})年是[^。,;]{{0,10}}?)?“?({'|'.join(PLANS)})”?(?:规划|时期|计划|期间)?的?(?:(开局|起步|开始|第一)|(收官|最后一|末|结束))(?:之年|年)"
)
_PLAN_SIGNS = ("五”", "五时期", "五期间", "五规划", "五计划")
"""One of them stands wherever a plan is named; a plain search for them is ten times as fast as the patterns."""
_CONGRESS = re.compile(rf"党的({'|'.join(CONGRESSES)})(?:大|届)")
_ANNIVERSARY = re.compile(
    rf"(?:今年是|适逢|正值|喜迎|迎来|热烈庆祝|隆重(?:庆祝|纪念)|(?:今天|我们)[^。;]{{0,8}}(?:庆祝|纪念))[^。,;]{{0,12}}?({'|'.join(EVENTS)})[^。,;0-9一二三四五六七八九十]{{0,4}}([0-9]{{2,3}}|[一二三四五六七八九]十[一二三四五六七八九]?)周年"
)


def is_doubtful(title: str | None, said: date | None, text: str) -> bool:
    """Say whether the year of a speech, or a span of years in it, cannot be what stood there.

    >>> is_doubtful("2024年工作会议上的讲话", None, "今年是“十三五”规划的开局之年。")          # 2016
    True
    >>> is_doubtful("2016年工作会议上的讲话", None, "今年是“十三五”规划的开局之年。")
    False
    >>> is_doubtful(None, None, "落实2024—2024年行动计划。")                          # "the plan for 2024–2024"
    True
    """
    folded = fold(text)
    if _SPAN.search(folded):
        return True
    year = _year_of(title, said)
    if any(abs(told - (own or year or told)) > 1 for told, own in _told(folded)):
        return True
    return year is not None and (_is_outside_plan(folded, year) or _is_before_congress(folded, year))


def _year_of(title: str | None, said: date | None) -> int | None:
    named = _TITLE_YEAR.search(fold(title or ""))
    return said.year if said is not None else int(named[1]) if named else None


def _told(folded: str) -> Iterator[tuple[int, int | None]]:
    """Yield each year that an edge of a plan or an anniversary tells, and the year that the same words name."""
    if _names_plan(folded):
        for edge in _PLAN_EDGE.finditer(folded):
            first = PLANS[edge[2]]
            yield first if edge[3] else first + PLAN_YEARS - 1, int(edge[1]) if edge[1] else None
    if "周年" in folded:
        for jubilee in _ANNIVERSARY.finditer(folded):
            yield EVENTS[jubilee[1]] + number(jubilee[2]), None


def _names_plan(folded: str) -> bool:
    return any(sign in folded for sign in _PLAN_SIGNS)


def _is_outside_plan(folded: str, year: int) -> bool:
    """Say whether the last plan that is spoken of, twice at least, is long over or far off in `year`."""
    plans = Counter(match[1] or match[2] for match in _PLAN.finditer(folded)) if _names_plan(folded) else None
    if not plans:
        return False
    last = max(plans, key=PLANS.__getitem__)
    first = PLANS[last]
    return plans[last] >= SAID_TWICE and not first - SLACK <= year < first + PLAN_YEARS + SLACK


def _is_before_congress(folded: str, year: int) -> bool:
    """Say whether a congress is spoken of that met more than a year after `year`."""
    return any(year < CONGRESSES[match[1]] - 1 for match in _CONGRESS.finditer(folded))
