"""Where does the block begin that a page has put below a speech, whatever readers say in it?

In: the lines of a text, what rules claim of them, page words. Out: the first line of the block, all of which goes. What
always holds: from its first line on the block weighs as a page does at every point, so a paragraph of the speech that
stands below an advertisement is never in it; no salutation, thanks or long sentence without a page word is.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from math import inf

from cleaner.dates import is_date
from cleaner.filters.setting import is_set
from cleaner.lines import Line, ends_as_speech, is_closing, is_final, is_heading, is_prose, is_speaker
from cleaner.matching import Claims
from cleaner.pagewords import CLAIMED_WEIGHT, NEED_INSIDE, NEED_PROSE, REMARK, Ends
from cleaner.salutation import greets, opens_with_salutation

HEAVIEST = 4
"""The most that one line weighs."""
CHARS_A_WEIGHT = 25
"""How much may be said for each weight above it: the remarks of readers have 10 to 60 characters, and a line above
each, of when or how often it was praised, that weighs 2 or more."""
SLACK_CHARS = 40
RUN_CHARS = 200
"""The most that is said with no line of the page between."""
SAID_CHARS, NAME_CHARS = 100, 20
"""The longest remark, and the longest line without a page word that may be the name of a reader or of a link."""
LOST_CHARS = 600
"""So much said beyond what the page weighs: nothing above it can be the first line."""
LISTED_CHARS = 60
"""How long a link of a list may be."""
BESIDE_LINES = 2
"""How near to a remark its time or praise stands."""
FLOOR_LINES = 12
"""How far above a remark another one's time or praise may stand."""
GAP_LINES = 3
"""So many blank lines part what a page adds from the speech. Source: the reports have two at most inside."""
ISLAND_CHARS, ISLAND_CHARS_A_WEIGHT, ISLAND_SAID_CHARS = 800, 50, 60
"""How long a block below such a gap may be, how much of it each weight carries, and how much may have no page word."""
_STAMP = re.compile(
    r"(?:赞|在看|回复|评论|转发|收藏|喜欢|阅读|楼|#) ?\d|\d ?[楼#]|\d ?人(?:赞同|点赞|喜欢)"
    r"|\d{1,2}[-/.月]\d{1,2}日? +\d{1,2}:\d\d"
    r"|来自.{2,12}客户端|作者回复"
)
"""What stands at a remark: its time, its floor, its praise."""
_COUNT = re.compile(r"[(]?\d[\d.,]*(?:%|[万wk]\+?)?[)]?")
"""A number alone: of votes, of readers."""
_REMARKS = re.compile(r"(?:精选|全部|热门|最新|网友|读者|写)?(?:留言|评论|跟帖)(?:区|列表)?(?: ?[(]?\d+[)]?条?)?")
"""The head of a list of remarks."""
_REMARKS_BEGIN = frozenset("精全热最网读写留评跟")
"""What it begins with."""
_ASKED = re.compile(r"[⊙·•○●◆◇▪►>»☆★-] ?[^。!?]{4,40}\?")
_APPARATUS = re.compile("^(?:附件|附 ?:|抄[送报]|[主报分]题?[词送]|联系人)|印发|共印|^[(]")
"""What stands below the text of an official document: what is added to it, who gets it, who printed it."""
_ROLL = re.compile("[\u4e00-\u9fff]{2,4}(?: {1,8}[\u4e00-\u9fff]{2,4}){2,}")
"""Names in a row: who was honoured, who has signed."""
_COUNTED = re.compile(r"[0-9]{1,3} +[^0-9 ]\S*(?: +[0-9]{1,3} +[^0-9 ]\S*)+")
"""A row of an annex that is counted in columns: 1 煤 18 锌, "1 coal, 18 zinc"."""

Weigh = Callable[[str], int]
"""What a bare line weighs by its page words."""


def begins(rows: Sequence[Line], hits: Claims, weigh: Weigh, ends: Ends) -> int:
    """Return the first line of the block; the number of lines if there is none."""
    weigh = cache(weigh)
    return min(_below_a_gap(rows, weigh), _dense(rows, hits, weigh, ends))


def _below_a_gap(rows: Sequence[Line], weigh: Weigh) -> int:
    """Return the first line below a gap or the end of a speech where all that follows is short and weighs as a page's
    own, sentences too.
    """
    found = first_below = len(rows)
    below: list[int] = []
    gap, size, speaks = 0, 0, False
    for i in range(len(rows) - 1, -1, -1):
        bare = rows[i].bare
        if not bare:
            gap += 1
            continue
        ends = not speaks and _ends(bare)
        if below and (gap >= GAP_LINES or ends) and _is_island([rows[n].bare for n in below], size, weigh):
            if gap >= GAP_LINES:
                found = first_below
            elif not any(is_added(rows[n].bare) or _may_be_said(rows[n].bare, weigh) for n in below):
                found = min(n for n in below if weigh(rows[n].bare) or is_set(rows[n].bare))
        gap, first_below, size = 0, i, size + len(bare)
        speaks = speaks or (len(bare) > SAID_CHARS and is_prose(bare))
        below.append(i)
        if size > ISLAND_CHARS or ends or opens_with_salutation(bare) or is_heading(bare) or ends_as_speech(bare):
            break
    return found


def _is_island(bares: Sequence[str], size: int, weigh: Weigh) -> bool:
    """Say whether lines of so many characters weigh as a page's own, with little among them that does not."""
    weights = [weigh(bare) + is_set(bare) for bare in bares]
    said = sum(len(bare) for bare, weight in zip(bares, weights, strict=True) if not weight)
    return said <= ISLAND_SAID_CHARS and sum(weights) >= NEED_INSIDE + size // ISLAND_CHARS_A_WEIGHT


def _ends(bare: str) -> bool:
    return is_final(bare) or (is_prose(bare) and is_closing(bare))


def _may_be_said(bare: str, weigh: Weigh) -> bool:
    """Say whether a sentence may be the speaker's: a word or two of the page's come by chance."""
    return is_prose(bare) and weigh(bare) < NEED_PROSE + len(bare) // SAID_CHARS and not REMARK.match(bare)


def is_added(bare: str) -> bool:
    """Say whether the line is what a document adds below a speech: who signs and when, annexes, who gets it, names.

    >>> is_added("附件：名单"), is_added("张三  李四  王五"), is_added("上一篇：名单")   # "annex", names, "previous"
    (True, True, False)
    """
    if is_date(bare) or is_speaker(bare) or _APPARATUS.search(bare):
        return True
    return any(row.fullmatch(bare) for row in (_ROLL, _COUNTED))


def _dense(rows: Sequence[Line], hits: Claims, weigh: Weigh, ends: Ends) -> int:
    """Return the first line from which on the page outweighs at every point what readers say."""
    found = len(rows)
    excess, weight, run, page_below, speaks = 0.0, 0, 0.0, False, False
    heads = cache(lambda: _below_heads(rows, hits))  # most feet end before a line that may stand below one
    for i in range(len(rows) - 1, -1, -1):
        bare = rows[i].bare
        if not bare:
            continue
        own = _weight(bare, bool(hits[i]) or (len(bare) <= LISTED_CHARS and i in heads()[0]), weigh)
        if not own and len(bare) > SAID_CHARS:
            break
        stamped = _is_stamped(rows, i)
        said = 0.0 if own > 1 else _said(bare, own, i in heads()[1] or _is_remark(rows, i), stamped)
        speaks = speaks or (said > 0 and is_prose(bare) and not (stamped or i in heads()[1]))
        run = 0.0 if not said else run + (0.0 if REMARK.match(bare) else said)
        excess = said - CHARS_A_WEIGHT * own + max(0.0, excess)
        weight += own
        if excess > LOST_CHARS or run > RUN_CHARS:
            break
        is_page = own > 1 and not is_prose(bare) and not is_heading(bare)
        if is_page and (page_below or ends.above(i)) and excess <= SLACK_CHARS and weight >= NEED_INSIDE:
            found = i
        page_below = is_page or (_STAMP.search(bare) is not None and REMARK.match(bare) is not None)
    else:
        # Nothing of a speech stands anywhere: what followed a line that parts speeches was all of the page.
        found = 0 if excess <= SLACK_CHARS and weight >= NEED_INSIDE and not speaks else found
    return found


def _weight(bare: str, is_claimed: bool, weigh: Weigh) -> int:
    """Return what a line weighs as a page's own."""
    if _REMARKS.fullmatch(bare):
        return HEAVIEST
    weight = CLAIMED_WEIGHT if is_claimed else weigh(bare)
    return min(HEAVIEST, max(weight, CLAIMED_WEIGHT if _STAMP.search(bare) else 0))


def _below_heads(rows: Sequence[Line], hits: Claims) -> tuple[frozenset[int], frozenset[int]]:
    """Return the lines of lists of links, and those of lists of remarks, each up to the next blank line."""
    listed: set[int] = set()
    remarks: set[int] = set()
    told = (i for i, row in enumerate(rows) if row.bare[:1] in _REMARKS_BEGIN and _REMARKS.fullmatch(row.bare))
    heads = {i: remarks for i in told if not hits[i]}
    heads |= dict.fromkeys(hits.opening(), listed)
    for head, into in heads.items():
        for i in range(head + 1, len(rows)):
            bare = rows[i].bare
            if not bare or i in heads:
                break
            if hits[i]:
                continue
            if into is listed and (len(bare) > LISTED_CHARS or (is_prose(bare) and not is_asked(bare))):
                break
            into.add(i)
    return frozenset(listed), frozenset(remarks)


def is_asked(bare: str) -> bool:
    """Say whether a line of a list is the question of another page: ⊙ 怎样写好一篇倡议书？"""
    return _ASKED.fullmatch(bare) is not None


def _said(bare: str, own: int, is_remark: bool, is_stamped: bool) -> float:
    """Return how many characters of a line somebody says; no end of them if it can only be the speaker."""
    counts = _COUNT.fullmatch(bare) is not None
    speaks = greets(bare) or is_date(bare) or (is_heading(bare) and not counts)
    speaks = speaks or (is_final(bare) and not is_stamped)
    long = len(bare) > (SAID_CHARS if is_remark or own else NAME_CHARS)
    return inf if speaks or long or (is_prose(bare) and not own and not is_remark) else float(len(bare))


def _is_stamped(rows: Sequence[Line], i: int) -> bool:
    """Say whether the time or praise of a remark stands right above a line."""
    return i > 0 and _STAMP.search(rows[i - 1].bare) is not None


def _is_remark(rows: Sequence[Line], i: int) -> bool:
    """Say whether a line is what a reader says: his name before it, or the time or praise of a remark beside it.

    Praise below a sentence, with none above, is of what was posted.
    """
    bare = rows[i].bare
    if REMARK.match(bare):
        return True
    above = [row.bare for row in reversed(rows[max(0, i - 6) : i]) if row.bare][:BESIDE_LINES]
    below = [row.bare for row in rows[i + 1 : i + 7] if row.bare][:BESIDE_LINES]
    if any(map(_STAMP.search, above)):
        return True
    posted = is_prose(bare) and not any(_STAMP.search(row.bare) for row in rows[max(0, i - FLOOR_LINES) : i])
    return not posted and any(map(_STAMP.search, below))
