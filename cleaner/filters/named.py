"""Where does a line name its page?

In: a line of a speech, the names of the page that it came from, and what words of pages weigh. Out: the spans in which
the page names itself, with what leads to a name and what goes on from it. What always holds: no name, no span; what
the speech says of a site stays.
"""

import re
from collections.abc import Callable, Iterator

from cleaner.chars import is_han, matches
from cleaner.pagenames import DOMAIN, HAN_CHARS, LATIN_CHARS, NAMED, PARTER, SURE_CHARS, WOVEN, Names, letters
from cleaner.rule import Rule

LEAD_CHARS = 20
"""How far before a name an advertisement that ends in it may begin."""
HEAVY_CHARS = 4
"""The shortest beginning that page words tell; a shorter one must be a word that introduces a source."""

PAGE_NAME = Rule("page-name", "A name by which the page calls itself at its head or foot.", "", (), ())

_ADDRESS = re.compile(
    rf"(?:https?://)?(?:[A-Za-z0-9\u200b-]{{1,24}}[.。·]){{1,3}}(?:{DOMAIN.pattern})(?:\.cn)?(?![A-Za-z0-9])/?"
)
_SPEAKS_OF = re.compile(
    r"(?:在|到|从|于|登录|登陆|打开|进入|通过|访问|查阅|依托|利用|借助|运用|开通|开设|建立|建成|建设|创办|开办|设立"
    r"|上|的|和|与|及|、|是|叫|为|网址:?|网站:?|[《“「@])$"
)
_OF_IT = re.compile(r"[的上是和与及、为》”」]|平台|建设|公司|开通|上线|成立|网站|网络|系统|发布")
_LEAD = re.compile(
    r"(?:(?:想要?)?(?:了解)?更多|更全|海量|最新|免费|精品|欢迎|敬请|请(?:关注|收藏|搜索?|百度)|[本此该](?:文|篇|资料|文档|范文|稿)"
    r"|(?:文章|资料|内容|[原全范]文)(?=来|由|出|源|转|选|节选|摘)|关注|收藏|搜索|百度|转自|转载|来自|来源|出处|出自|节?选自|摘自|首发|尽在|就在|[@©])"
)
_BESIDE = re.compile(
    r"(?:本文|此文|文章|资料|内容|[原全范]文)?(?:由|来自于?|来源于?:?|出自|转自|转载自|摘自|节?选自|首发于?|尽在|就在|请?关注|下载|打开|安装|手机(?:看书|阅读)(?:就上|请上|上)|搜索:?|百度:?|[@©|·-])$"
)
_TAIL = re.compile(
    r"(?:[ |·:(\[,-]*(?:收集|整理|搜集|编辑|提供|首发|原创|独家|出品|试用版|会员|免费|下载|[Ww]ord版?|版权所有|欢迎您?"
    r"|(?:APP|App|app|客户端|小程序),?(?:免费)?(?:查?看|阅读|下载)(?:全文|全部|完整版)"
    r"|[-·|] ?[\u4e00-\u9fff ]{2,12}(?:频道|栏目|专区)"
    r"|[,]?(?:请?勿|谢绝|禁止|严禁)(?:转载?|复制|外传|传播)[!]?"
    r"|[,]?转载(?:请|须|时)?(?:注明|保留|标明)(?:此|本|原文|文章|出处|来源|链接|地址|作者|标记|信息|及|和|的)*[!]?"
    r"|(?:微信)?公众号 ?:? ?[A-Za-z0-9_-]{3,20}"
    r"|(?:https?://|[Ww] ?[Ww] ?[Ww] ?[.。])?(?:[A-Za-z]|[0-9]{6})"
    r"(?:[A-Za-z0-9 /-]|[.。·](?=[ A-Za-z])){3,40})[)\]-]*)+"
)
_LABEL = re.compile(
    r" ?(?:(?:百家|头条|搜狐|搜狗|网易|大鱼|企鹅|一点|抖音|快手|视频|微博|知乎|公众|订阅|服务|微信)号"
    r"|公众号|公号|[微薇威徽][信亻言]{1,2}|[Vv][信Xx]|[Qq][Qq]群?)(?:搜索?|关注)? ?[:：] ?"
)
_LABEL_END = re.compile("[号信亻言xXqQ群搜索注] ?:")
_PARTED = re.compile(PARTER)
_CLOSING = {"『": "』", "「": "」", "<": ">", "{": "}", "(": ")", "[": "]", "【": "】"}
"""What closes behind a name that opens with a sign which parts it, too."""
_DISGUISED = re.compile(r"(?<=[\u4e00-\u9fff])[ .*_~^|-]{1,2}(?=[\u4e00-\u9fff])")
"""What parts a name where it is to pass a filter."""
_SPELT = re.compile(r"(?: ?[A-Za-z.·/:]){2,40}")


def spans(folded: str, names: Names, weigh: Callable[[str], int]) -> Iterator[tuple[int, int]]:
    """Yield where a folded line names the page, kind by kind; `weigh` says what page words a text has."""
    if names:
        yield from _plain(folded, names, weigh)
        yield from _woven(folded, names, weigh)
        yield from _labelled(folded, names)


def _plain(folded: str, names: Names, weigh: Callable[[str], int]) -> Iterator[tuple[int, int]]:
    """Yield where a folded line names the page or its address with nothing to set it off.

    A name counts there if it ends as names of sites do, and either an advertisement leads to it or goes on from
    it, or it cuts into a sentence that does not speak of it.
    """
    done = -1
    for start, end, trades in sorted(
        (*_called(folded, names), *_addresses(folded, names)), key=lambda called: (called[0], -called[1])
    ):
        if start < done:
            continue
        before = folded[max(0, start - LEAD_CHARS) : start]
        tail = _TAIL.match(folded, end)
        lead, heavy = _lead(before, weigh)
        if _DISGUISED.search(folded, start, end):
            goes = True
        elif trades:
            goes = bool(lead or tail) or not (_SPEAKS_OF.search(before) or _OF_IT.match(folded, end))
        else:
            goes = bool(lead and (heavy or tail))
        if goes:
            first = start - lead
            first -= folded[:first].endswith(" ") and not folded[:first].isspace()
            # What stands between two parts of one advertisement goes with them.
            first = done if 0 <= first - done <= 1 else max(first, done)
            done = tail.end() if tail else end
            yield first, done


def _woven(folded: str, names: Names, weigh: Callable[[str], int]) -> Iterator[tuple[int, int]]:
    """Yield where the characters of a name stand apart, whatever parts them, with what leads to it and follows."""
    parted = (match.start() - 1 for match in _PARTED.finditer(folded) if match.start())
    for match in matches(WOVEN, folded, parted):
        start, end = match.span()
        # A blank may part the name from the sentence: then the last character is the first of a word.
        said = letters(folded[start:end])
        while is_han(folded[end : end + 1]) and names.have(folded[start : end + 1]):
            end += 1
        if is_han(folded[end : end + 1]) and not said.endswith("您") and not names.have(said[-HAN_CHARS:]):
            end = start + len(folded[start : end - 1].rstrip(" "))
        # Or the first is the last of the word that the name cuts off.
        if start and is_han(folded[start - 1]) and not names.have(said[:HAN_CHARS]):
            start += 1
        if any(names.named_in(folded[start:end])):
            spelt = _SPELT.match(folded, end)
            end = spelt.end() if spelt else end
            while start and is_han(folded[start - 1]) and names.have(letters(folded[start - 1 : end])[:HAN_CHARS]):
                start -= 1
            start -= _lead(folded[max(0, start - LEAD_CHARS) : start], weigh)[0]
            tail = _TAIL.match(folded, end)
            end = tail.end() if tail else end
            closes = _CLOSING.get(folded[start : start + 1], " ")
            yield start - folded[:start].endswith(" "), end + folded.startswith(closes, end)


def _labelled(folded: str, names: Names) -> Iterator[tuple[int, int]]:
    """Yield where a name follows the label of an account, as far as the head or the foot has its letters."""
    for match in _LABEL.finditer(folded) if _LABEL_END.search(folded) else ():
        end = match.end()
        while end < len(folded) and folded[end] != " " and names.have(folded[match.end() : end + 1]):
            end += 1
        if len(letters(folded[match.end() : end])) >= HAN_CHARS:
            yield match.start(), end


def _called(folded: str, names: Names) -> Iterator[tuple[int, int, bool]]:
    """Yield what ends as a name of a site and stands in the chrome, and whether such sites trade in texts."""
    for name in names.declared:
        for match in re.finditer(re.escape(name), folded):
            yield *match.span(), len(name) >= HAN_CHARS
    for pattern in names.cut if _DISGUISED.search(folded) else ():
        yield from ((*match.span(), True) for match in pattern.finditer(folded) if _DISGUISED.search(match[0]))
    for match in NAMED.finditer(folded):
        start, end = match.span()
        while start and folded[start - 1].isalnum() and names.have(folded[start - 1 : end]):
            start -= 1
        trades = match[0] != "网"
        long = end - start >= (SURE_CHARS if trades else HAN_CHARS)
        if long and names.have(folded[start:end]):
            yield start, end + folded.startswith("网", end), trades


def _addresses(folded: str, names: Names) -> Iterator[tuple[int, int, bool]]:
    """Yield the addresses that stand in the chrome too."""
    for match in _ADDRESS.finditer(folded) if DOMAIN.search(folded) else ():
        if any(names.have(part) for part in re.split("[.。·/]", match[0]) if len(part) >= LATIN_CHARS):
            yield *match.span(), True


def _lead(before: str, weigh: Callable[[str], int]) -> tuple[int, bool]:
    """Return how many characters before a name lead to it, back to a mark at most, and whether page words are among."""
    at = 1 + max(before.rstrip(" ").rfind(mark) for mark in " ,。;!?、([【")
    clause = 1 + max(before.rfind(mark) for mark in " 。;!?")
    # An advertisement may begin a clause earlier: for more of this kind, please follow …
    first = _LEAD.match(before, clause) or _LEAD.search(before, at)
    lead = before[first.start() :] if first else ""
    if len(lead) >= HEAVY_CHARS and weigh(lead):
        return len(lead), True
    beside = _BESIDE.search(before)
    return (len(beside[0]) if beside else 0), False
