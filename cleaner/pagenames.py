"""By which names does a page call itself, and where does it put them into a speech?

In: what the head and the foot of a source have lost, what its sentences have, and a line of what is left. Out: the
spans of the line in which the page names itself. What always holds: only letters that the same source has lost make a
name, so a source without chrome and advertisements has none.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

from cleaner.chars import fold, is_han, matches
from cleaner.lines import names_speech
from cleaner.rule import Rule

PIECES, PIECE_CHARS = 200, 200
"""How many pieces of the chrome are looked at, and how much of each: a name stands in the first."""
HAN_CHARS, NAME_CHARS = 3, 10
"""The shortest name in Chinese characters, and the longest."""
TRADES, DECLARED_PIECES = 2, 2
"""How many words of the trade a page must have, and in how many of its pieces its name must stand."""
SURE_CHARS = 4
"""The shortest that is known for a name by its end, however the sentences use its letters."""
HEADING_CHARS = 2
"""The shortest that heads the page and begins a line of its foot."""
LATIN_CHARS = 5
"""The shortest in letters and digits, an address say."""
LEAD_CHARS = 20
"""How far before a name an advertisement that ends in it may begin."""
HEAVY_CHARS = 4
"""The shortest beginning that page words tell; a shorter one must be a word that introduces a source."""

PAGE_NAME = Rule("page-name", "A name by which the page calls itself at its head or foot.", "", (), ())

_SILENT = re.compile("[^0-9A-Za-z\u4e00-\u9fff]+")
_TRADE = "范文|模板|公文|文秘|讲话|讲稿|资料|材料|写作|文档|秘书|作文|文稿|稿件|稿|素材|文章|文书|论文|演讲|文"
_ENDINGS = (
    "网|库|吧|屋|馆|坊|铺|站|台|社|斋|阁|轩|客|圈|汇|萃|苑|港|园|堂|窝|仓|集|摘"
    "|酷|邦|之家|之窗|大全|天下|在线|中心|驿站|部落|超市|联盟"
)
# One alternative for each word: `re` looks for their first characters before it tries any.
_NAMED = re.compile(
    "|".join([*(f"{word}(?:{_ENDINGS})" for word in _TRADE.split("|")), "转换器|扫描王|识别王|电子书|网"])
)
_DOMAIN = re.compile(r"com|cn|net|org|cc|top|vip|info|xyz|site|club|online|shop|tech|link|ren|hk|tw|example")
_ADDRESS = re.compile(
    rf"(?:https?://)?(?:[A-Za-z0-9\u200b-]{{1,24}}[.。·]){{1,3}}(?:{_DOMAIN.pattern})(?:\.cn)?(?![A-Za-z0-9])/?"
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
_NAME = r"(?P<name>[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9]{1,9}?)"
_DECLARED = [
    re.compile(pattern)
    for pattern in (
        # The first crumb, or the line that heads the page.
        rf"^(?:(?:您现在的|当前)位置 ?:? ?)?[^0-9A-Za-z\u4e00-\u9fff]{{0,6}}{_NAME}(?:首页|写作圈)?[\]】◆☆★◎]?"
        r"(?: ?[>→»\u203a〉▸►\u2016丨/_|,·※★☆◆~=—-]| |:(?=[^:]+:)|$)",
        rf"来源 ?: ?{_NAME}(?: |$)",
        rf"(?:版权所有|[Cc]opyright|©)[^\u4e00-\u9fff]{{0,40}}{_NAME}(?: |$|版权)",
        rf"{_NAME} ?(?:版权所有|所有资源|小编|TXT|电子书|写作圈|更新速度)",
        rf"{_NAME} ?[(]?(?:https?://)?(?:www\.)?[A-Za-z0-9-]{{3,24}}\.(?:{_DOMAIN.pattern})",
        rf"(?:加入|关注|记住|欢迎来到|欢迎访问|订阅)[“「]?{_NAME}(?:[”」,。!]| |$)",
    )
]
"""How a page says what it is called."""
_ADVERTISED = [
    re.compile(pattern)
    for pattern in (
        rf"^(?:更多|本文来自)?{_NAME} ?[(]?(?:https?://)?(?:www[.。点])?"
        rf"[A-Za-z0-9-]{{3,24}} ?[.。,点] ?(?:{_DOMAIN.pattern})",
        rf"(?:由|来自|来源:|源于|出自|尽在|搜索?|请?关注|公众号:?|首发于|@)[“「\"]?{_NAME}"
        r"(?:首发|原创|独家|整理|收集|提供|每日|[”」\",。!)※★☆]|$)",
        rf"^[★☆◆◇※♦♥{{]{_NAME}[★☆◆◇※♦♥}}]$",
    )
]
"""How an advertisement inside a sentence says whose it is."""
_SIGNED = re.compile("[【〔\\[「]([\u4e00-\u9fff]{2,6})[】〕\\]」]")
"""A line of the page that begins with its name in brackets."""
_STREWN = re.compile("[^\u4e00-\u9fff]?[\u4e00-\u9fff][^\u4e00-\u9fff]?")
"""One character of a name whose others stand elsewhere on the page."""
_TRADES = re.compile(
    r"范文|文库|公文(?:写作|大全|网)|代写|写稿|文秘|笔友|素材|VIP|积分|下载券|电子书|TXT|无弹窗|写作圈|讲话稿网|写材料|文稿|模板|实用文|文档编号|上传人|海量|我要投稿"
)
"""Of what pages speak that trade in texts; the sites of institutions hardly do."""
_ORGAN = re.compile(
    r"(?:学校?|[小中]学|[一二三四五六七八九十]中|院|局|[县市区镇乡村省州]|委|公司|集团|协会|政府|党校|所|厂|站|办|会|部|厅|处|科|报|社|教育|政协|人大)$"
)
"""How institutions are called, of which speeches speak."""
_PLAIN_WORDS = re.compile(
    r"(?:首页|正文|当前|位置|文章|新闻|资讯|栏目|下载|文档|资料|公文|写作|网络|互联网|网友|未知|原创|转载|投稿|佚名|本站|本网|整理|实用|精品|大全)+"
)
_PARTER = r"[^0-9A-Za-z\u4e00-\u9fff,。、;:!?“”‘’()《》]"
_PARTED = re.compile(_PARTER)
_WOVEN = re.compile(rf"(?:[\u4e00-\u9fff]{_PARTER}{{1,2}}){{2,11}}[\u4e00-\u9fff]")
_CLOSING = {"『": "』", "「": "」", "<": ">", "{": "}", "(": ")", "[": "]", "【": "】"}
"""What closes behind a name that opens with a sign which parts it, too."""
_DISGUISED = re.compile(r"(?<=[\u4e00-\u9fff])[ .*_~^|-]{1,2}(?=[\u4e00-\u9fff])")
"""What parts a name where it is to pass a filter."""
_SPELT = re.compile(r"(?: ?[A-Za-z.·/:]){2,40}")


class Names:
    """The letters of a page's head and foot.

    Args:
        chrome: what the head and the foot have lost, piece by piece.
        advertised: what advertisements inside its sentences were, piece by piece.
    """

    def __init__(self, chrome: Iterable[str] = (), advertised: Iterable[str] = ()) -> None:
        self._pieces = [fold(piece).strip()[:PIECE_CHARS] for piece in islice(chrome, PIECES)]
        self.advertised = _advertised([fold(piece).strip()[:PIECE_CHARS] for piece in islice(advertised, PIECES)])
        self._chrome = "\n".join([*map(letters, self._pieces), *self.advertised])

    def __bool__(self) -> bool:
        return bool(self._chrome)

    @cached_property
    def _declared(self) -> Sequence[str]:
        """The names that advertisements have, or a page gives itself that trades in texts; the longest first.

        A page must have its name more than once.
        """
        names = set(self.advertised)
        if len({match[0] for match in _TRADES.finditer("\n".join(self._pieces))}) >= TRADES:
            named = {match["name"] for piece in self._pieces for row in _DECLARED for match in row.finditer(piece)}
            names.update(
                name
                for name in named
                if _is_name(name) and sum(name in piece for piece in self._pieces) >= DECLARED_PIECES
            )
        return sorted(names, key=lambda name: (-len(name), name))

    @cached_property
    def _heading(self) -> Sequence[str]:
        """The names that stand first in a line of the chrome, whatever the page trades in."""
        found = {match["name"] for piece in self._pieces if (match := _DECLARED[0].match(piece))}
        return sorted(name for name in found if len(name) >= HEADING_CHARS and _is_name(name))

    @cached_property
    def _certain(self) -> Sequence[str]:
        """The names of either kind that are long enough to be known anywhere in a line."""
        return sorted({name for name in (*self._declared, *self._heading) if len(name) >= SURE_CHARS})

    @cached_property
    def _cut(self) -> Sequence[re.Pattern[str]]:
        """The patterns of these names, a sign or two between their characters."""
        return [re.compile("[ .*_~^|-]{0,2}".join(map(re.escape, name))) for name in self._certain]

    def signs(self, bare: str) -> bool:
        """Say whether a line has a name that heads the page, begins with a short one or with its start in brackets."""
        if not self._pieces:
            return False
        short = _SIGNED.match(bare)
        if any(name in bare for name in self._certain):
            return True
        return any(bare.startswith(name) or (short is not None and name.startswith(short[1])) for name in self._heading)

    def is_sure(self, piece: str) -> bool:
        """Say whether letters of the chrome are a name of the page, and not just a word of a headline."""
        if any(name.lower() in piece for name in self._declared):
            return True
        ends = any(match.end() == len(piece) for match in _NAMED.finditer(piece))
        return len(piece) >= SURE_CHARS and (piece.isascii() or ends)

    def named_in(self, span: str) -> Iterator[str]:
        """Yield the letters of `span` that the head or the foot has too, each piece as long as can be."""
        said = letters(span)
        at = 0
        while at < len(said):
            end = at
            while end < len(said) and said[at : end + 1] in self._chrome:
                end += 1
            piece = said[at:end]
            if len(piece) >= (LATIN_CHARS if piece.isascii() else HAN_CHARS) and not piece.isdigit():
                yield piece
            at = max(at + 1, end)

    def plain(self, folded: str, weigh: Callable[[str], int]) -> Iterator[tuple[int, int]]:
        """Yield where a folded line names the page or its address with nothing to set it off.

        A name counts there if it ends as names of sites do, and either an advertisement leads to it or goes on from
        it, or it cuts into a sentence that does not speak of it.
        """
        done = -1
        for start, end, trades in sorted((*self._names(folded), *self._addresses(folded))):
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

    def woven(self, folded: str, weigh: Callable[[str], int]) -> Iterator[tuple[int, int]]:
        """Yield where the characters of a name stand apart, whatever parts them, with what leads to it and follows."""
        parted = (match.start() - 1 for match in _PARTED.finditer(folded) if match.start())
        for match in matches(_WOVEN, folded, parted):
            start, end = match.span()
            # A blank may part the name from the sentence: then the last character is the first of a word.
            said = letters(folded[start:end])
            while is_han(folded[end : end + 1]) and letters(folded[start : end + 1]) in self._chrome:
                end += 1
            if is_han(folded[end : end + 1]) and not said.endswith("您") and said[-HAN_CHARS:] not in self._chrome:
                end = start + len(folded[start : end - 1].rstrip(" "))
            # Or the first is the last of the word that the name cuts off.
            if start and is_han(folded[start - 1]) and said[:HAN_CHARS] not in self._chrome:
                start += 1
            if any(self.named_in(folded[start:end])):
                spelt = _SPELT.match(folded, end)
                end = spelt.end() if spelt else end
                while (
                    start and is_han(folded[start - 1]) and letters(folded[start - 1 : end])[:HAN_CHARS] in self._chrome
                ):
                    start -= 1
                start -= _lead(folded[max(0, start - LEAD_CHARS) : start], weigh)[0]
                tail = _TAIL.match(folded, end)
                end = tail.end() if tail else end
                closes = _CLOSING.get(folded[start : start + 1], " ")
                yield start - folded[:start].endswith(" "), end + folded.startswith(closes, end)

    def labelled(self, folded: str) -> Iterator[tuple[int, int]]:
        """Yield where a name follows the label of an account, as far as the head or the foot has its letters."""
        for match in _LABEL.finditer(folded) if _LABEL_END.search(folded) else ():
            end = match.end()
            while end < len(folded) and folded[end] != " " and letters(folded[match.end() : end + 1]) in self._chrome:
                end += 1
            if len(letters(folded[match.end() : end])) >= HAN_CHARS:
                yield match.start(), end

    def _names(self, folded: str) -> Iterator[tuple[int, int, bool]]:
        """Yield what ends as a name of a site and stands in the chrome, and whether such sites trade in texts."""
        for name in self._declared:
            for match in re.finditer(re.escape(name), folded):
                yield *match.span(), len(name) >= HAN_CHARS
        for pattern in self._cut if _DISGUISED.search(folded) else ():
            yield from ((*match.span(), True) for match in pattern.finditer(folded) if _DISGUISED.search(match[0]))
        for match in _NAMED.finditer(folded):
            start, end = match.span()
            while start and folded[start - 1].isalnum() and letters(folded[start - 1 : end]) in self._chrome:
                start -= 1
            trades = match[0] != "网"
            long = end - start >= (SURE_CHARS if trades else HAN_CHARS)
            if long and letters(folded[start:end]) in self._chrome:
                yield start, end + folded.startswith("网", end), trades

    def _addresses(self, folded: str) -> Iterator[tuple[int, int, bool]]:
        """Yield the addresses that stand in the chrome too."""
        for match in _ADDRESS.finditer(folded) if _DOMAIN.search(folded) else ():
            if any(letters(part) in self._chrome for part in re.split("[.。·/]", match[0]) if len(part) >= LATIN_CHARS):
                yield *match.span(), True


def _advertised(pieces: Sequence[str]) -> frozenset[str]:
    """Return the names that advertisements inside sentences give, those too whose characters they strew over a page."""
    named = {
        letters(name)
        for piece in pieces
        for pattern in _ADVERTISED
        for match in pattern.finditer(piece)
        for name in match.groups()
        if name
    }
    named |= {letters(piece) for piece in pieces if _WOVEN.fullmatch(piece)}
    named.add("".join(letters(piece) for piece in pieces if _STREWN.fullmatch(piece)))
    return frozenset(name for name in named if HAN_CHARS <= len(name) <= NAME_CHARS and _is_name(name))


def _is_name(name: str) -> bool:
    """Say whether letters may be the name of a site: not that of an institution, a heading or a kind of text."""
    return not (_ORGAN.search(name) or _PLAIN_WORDS.fullmatch(name) or names_speech(name))


def letters(text: str) -> str:
    """Return the letters and digits of `text`, as names are compared: folded, small, nothing between them."""
    return _SILENT.sub("", fold(text)).lower()


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


NO_NAMES = Names()
