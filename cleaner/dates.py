"""Which lines are dates?

In: one line, folded and without its outer blanks. Out: the date it consists of, or a claim. What always holds: 〇, ○
and Ｏ are noughts in a year written in Chinese; a date that the calendar does not have is none.
"""

import re
from datetime import date

from cleaner.chars import MASK, RARE_MASKS

_CHINESE_DIGIT = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "Ｏ": 0}
_DATE = re.compile(
    r"[((\[【]?\s*+(?:(?:时间|日期)\s*+:\s*+)?"
    r"(?P<year>(?:19|20)[0-9]{2}|[一二][九零〇○][零〇○一二三四五六七八九]{2})\s*+(?:年|[-/.])\s*+"
    r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s*+(?:月|[-/.])\s*+"
    r"(?P<day>3[01]|[12][0-9]|0?[1-9]|三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九])\s*+[日号]?"
    r"\s*+(?:[((]?(?:星期|周)[一二三四五六日天][))]?)?\s*+(?:上午|下午|晚上)?\s*+[))\]】]?"
)
_HIDDEN = rf"Xx×*_○△□{RARE_MASKS}{MASK}"
_MASKED_DATE = re.compile(
    rf"[((\[【]?\s*+(?:(?:时间|日期)\s*+:\s*+)?(?:[0-9二〇零一九○]{{0,4}}[〇{_HIDDEN}]{{0,8}})\s*+年?\s*+[0-9{_HIDDEN}十一二三四五六七八九]{{0,4}}\s*+月?"
    rf"\s*+[0-9{_HIDDEN}十一二三四五六七八九]{{0,4}}\s*+[日号]?\s*+[))\]】]?"
)
NUMERAL = "(?:[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])"
"""A number from 1 to 99 in words, for `number`; 十十 is none."""


def find_date(bare: str) -> date | None:
    """Return the full date that the line consists of, or None.

    >>> find_date("(二〇二三年五月六日)")                                         # "6 May 2023"
    datetime.date(2023, 5, 6)
    """
    if not (match := _DATE.fullmatch(bare)):
        return None
    try:
        return date(number(match["year"]), number(match["month"]), number(match["day"]))
    except ValueError:
        return None


def number(text: str) -> int:
    """Return the number that digits or Chinese numerals up to 99, or the digits of a year, write.

    >>> number("12"), number("十二"), number("二〇一二")
    (12, 12, 2012)
    """
    if text.isascii():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return 10 * (_CHINESE_DIGIT[tens] if tens else 1) + (_CHINESE_DIGIT[ones] if ones else 0)
    return int("".join(str(_CHINESE_DIGIT[char]) for char in text))


def is_date(bare: str) -> bool:
    """Say whether the line is a date, complete or masked."""
    if _DATE.fullmatch(bare):
        return True
    return "年" in bare and "月" in bare and _MASKED_DATE.fullmatch(bare) is not None


def starts_with_date(bare: str) -> bool:
    """Say whether the line is a date or begins with a full one, as notes on adoption and amendment do."""
    return is_date(bare) or _DATE.match(bare) is not None
