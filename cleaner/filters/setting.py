"""How is a line set that a page writes and no speaker says?

In: one line at the head or the foot of a text. Out: whether it is set as records are, in columns, or as a word to the
readers. What always holds: a date, a speaker and the title of a speech are set so by nobody.
"""

import re

from cleaner.dates import is_date, starts_with_date
from cleaner.lines import ends_as_speech, is_heading, is_prose, is_speaker

MOTTO_SHARE = 1.5
"""How much longer one part of a motto may be than another."""
SET_CHARS = 300
"""The longest line that is looked at: records are short."""
LINKS, LINK_CHARS = 5, 8
"""Fewest links of a bar, and the longest."""

_STROKES = re.compile(r"(?<=\S) ?(?:[|\u2016\u2223\u203a丨│┃▸►▶»〉>]|->) ?(?=\S)")
_SET = re.compile(
    r"^[^: ]{2,6}:[^: ]{1,16} +[^: ]{1,6}:"
    r"|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}"
    r"| (?:19|20)\d\d年\d{1,2}月|[A-Za-z]{1,4}-?\d{3,}"
    r"|^[\u2580-\u25ff\u2605\u2606]|^【[^】]{2,16}】[^】]|:.*:|《.*》$"
    r"|(?:^|[^第0-9.〔(\[])\d[\d.,]*[万wk+]?(?:$|[^0-9.,·万wk+年月日届次周号级季期世度大强个位〕])"
)


def is_set(bare: str) -> bool:
    """Say whether a line above a title is set as records are: columns, labelled fields, a count, a number of a file.

    >>> is_set("例文稿库 ‖ 讲话 ‖ 春耕"), is_set("编号 LW-0617 评分 4.6"), is_set("例文铺 2020年11月7日")
    (True, True, True)
    >>> is_set("同心协力 再谱新篇"), is_set("2020年第3次例会")          # "As one, a new chapter", "third meeting"
    (False, False)
    """
    if len(bare) > SET_CHARS or (bare.startswith("|") and bare.endswith("|")):
        return False
    if is_in_columns(bare):
        return True
    own = is_date(bare) or is_speaker(bare) or starts_with_date(bare) or ends_as_speech(bare)
    return not own and (_STROKES.search(bare) or _SET.search(bare)) is not None


def is_in_columns(bare: str) -> bool:
    """Say whether strokes or arrows part the line more than once, or blanks a bar of links, as no title is parted."""
    links = bare.split()
    return len(_STROKES.findall(bare)) > 1 or (
        len(links) >= LINKS and all(1 < len(link) <= LINK_CHARS for link in links)
    )


def is_remark(bare: str) -> bool:
    """Say whether the line goes on behind a comma without the balance of a motto: a page tells its readers something.

    >>> is_remark("资料每周日晚统一投放,错过不补"), is_remark("凝心聚力,再谱新篇")   # "files weekly, …", "as one, …"
    (True, False)
    """
    halves = bare.split(",")
    if len(halves) < 2 or is_prose(bare) or is_heading(bare):
        return False
    return max(map(len, halves)) > MOTTO_SHARE * min(map(len, halves))
