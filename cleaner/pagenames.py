"""By which names does a page call itself?

In: what the head and the foot of a source have lost, and what its sentences have. Out: its names, and whether letters
are of them. What always holds: only letters that the same source has lost make a name, so a source without chrome and
advertisements has none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cached_property
from itertools import islice

from cleaner.chars import fold
from cleaner.lines import names_speech

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

_SILENT = re.compile("[^0-9A-Za-z\u4e00-\u9fff]+")
_TRADE = "范文|模板|公文|文秘|讲话|讲稿|资料|材料|写作|文档|秘书|作文|文稿|稿件|稿|素材|文章|文书|论文|演讲|文"
_ENDINGS = (
    "网|库|吧|屋|馆|坊|铺|站|台|社|斋|阁|轩|客|圈|汇|萃|苑|港|园|堂|窝|仓|集|摘"
    "|酷|邦|之家|之窗|大全|天下|在线|中心|驿站|部落|超市|联盟"
)
# One alternative for each word: `re` looks for their first characters before it tries any.
NAMED = re.compile(
    "|".join([*(f"{word}(?:{_ENDINGS})" for word in _TRADE.split("|")), "转换器|扫描王|识别王|电子书|网"])
)
"""How the names of sites end that trade in texts; with 网, those of any site."""
DOMAIN = re.compile(r"com|cn|net|org|cc|top|vip|info|xyz|site|club|online|shop|tech|link|ren|hk|tw|example")
"""How addresses end."""
_NAME = r"(?P<name>[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9]{1,9}?)"
_FIRST = re.compile(
    rf"(?:(?:您现在的|当前)位置 ?:? ?)?[^0-9A-Za-z\u4e00-\u9fff]{{0,6}}{_NAME}(?:首页|写作圈)?[\]】◆☆★◎]?"
    r"(?: ?[>→»\u203a〉▸►\u2016丨/_|,·※★☆◆~=—-]| |:(?=[^:]+:)|$)"
)
"""The first crumb, or the line that heads the page."""
_DECLARED = [
    re.compile(pattern)
    for pattern in (
        rf"来源 ?: ?{_NAME}(?: |$)",
        rf"(?:版权所有|[Cc]opyright|©)[^\u4e00-\u9fff]{{0,40}}{_NAME}(?: |$|版权)",
        rf"{_NAME} ?(?:版权所有|所有资源|小编|TXT|电子书|写作圈|更新速度)",
        rf"{_NAME} ?[(]?(?:https?://)?(?:www\.)?[A-Za-z0-9-]{{3,24}}\.(?:{DOMAIN.pattern})",
        rf"(?:加入|关注|记住|欢迎来到|欢迎访问|订阅)[“「]?{_NAME}(?:[”」,。!]| |$)",
    )
]
"""How a page says what it is called."""
_ADVERTISED = [
    re.compile(pattern)
    for pattern in (
        rf"^(?:更多|本文来自)?{_NAME} ?[(]?(?:https?://)?(?:www[.。点])?"
        rf"[A-Za-z0-9-]{{3,24}} ?[.。,点] ?(?:{DOMAIN.pattern})",
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
    r"范文|文库|公文(?:写作|大全|网)|代写|写稿|文秘|笔友|素材|VIP|积分|下载券|电子书|TXT|无弹窗|写作圈|讲话稿网|写材料|文稿|模板|实用文|文档编号|上传人|海量|我要投稿|会员下载|立即下载|相关文档|文档分享|用户(?:上传|分享)"
)
"""Of what pages speak that trade in texts; the sites of institutions hardly do."""
_LABEL = re.compile(r"(?:时间|日期|来源|作者|编辑|浏览|阅读|点击|字号|字体|标题|标签|关键词|大小|类型|格式|位置)$")
"""What stands before a fact about the text."""
_ORGAN = re.compile(
    r"(?:学校?|[小中]学|[一二三四五六七八九十]中|院|局|[县市区镇乡村省州]|委|公司|集团|协会|政府|党校|所|厂|站|办|会|部|厅|处|科|报|社|教育|政协|人大)$"
)
"""How institutions are called, of which speeches speak."""
_PLAIN_WORDS = re.compile(
    r"(?:首页|正文|当前|位置|文章|新闻|资讯|栏目|下载|文档|资料|公文|写作|网络|互联网|网友|未知|原创|转载|投稿|佚名|本站|本网|整理|实用|精品|大全)+"
)
PARTER = r"[^0-9A-Za-z\u4e00-\u9fff,。、;:!?“”‘’()《》]"
"""What parts the characters of a name: no letter, and no mark of a sentence."""
WOVEN = re.compile(rf"(?:[\u4e00-\u9fff]{PARTER}{{1,2}}){{2,11}}[\u4e00-\u9fff]")
"""Characters that stand apart."""


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

    def have(self, text: str) -> bool:
        """Say whether the letters of `text` stand in the chrome, side by side."""
        return letters(text) in self._chrome

    @cached_property
    def declared(self) -> Sequence[str]:
        """The names that advertisements have, or a page gives itself that trades in texts; the longest first.

        A page must have its name more than once.
        """
        names = set(self.advertised)
        if len({match[0] for match in _TRADES.finditer("\n".join(self._pieces))}) >= TRADES:
            named = {match["name"] for piece in self._pieces for row in _DECLARED for match in row.finditer(piece)}
            names.update(
                name
                for name in named | self._first
                if _is_name(name) and sum(name in piece for piece in self._pieces) >= DECLARED_PIECES
            )
        return sorted(names, key=lambda name: (-len(name), name))

    @cached_property
    def _first(self) -> Set[str]:
        """What the pieces of the chrome begin with that may be a name."""
        return {name for piece in self._pieces for name in _first_in(piece)}

    @cached_property
    def _heading(self) -> Sequence[str]:
        """The names that stand first in a line of the chrome, whatever the page trades in."""
        return sorted(name for name in self._first if len(name) >= HEADING_CHARS and _is_name(name))

    @cached_property
    def _certain(self) -> Sequence[str]:
        """The names of either kind that are long enough to be known anywhere in a line."""
        return sorted({name for name in (*self.declared, *self._heading) if len(name) >= SURE_CHARS})

    @cached_property
    def cut(self) -> Sequence[re.Pattern[str]]:
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
        if any(name.lower() in piece for name in self.declared):
            return True
        ends = any(match.end() == len(piece) for match in NAMED.finditer(piece))
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


def _first_in(piece: str) -> Iterator[str]:
    """Yield the name that a piece of the chrome begins with; a sentence begins with what it speaks of.

    >>> [*_first_in("文阁范文网 > 讲话稿")], [*_first_in("垃圾分类,从我做起。")], [*_first_in("更新时间:08:40")]
    (['文阁范文网'], [], [])
    """
    if "。" not in piece and (match := _FIRST.match(piece)) and not _LABEL.search(match["name"]):
        yield match["name"]


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
    named |= {letters(piece) for piece in pieces if WOVEN.fullmatch(piece)}
    named.add("".join(letters(piece) for piece in pieces if _STREWN.fullmatch(piece)))
    return frozenset(name for name in named if HAN_CHARS <= len(name) <= NAME_CHARS and _is_name(name))


def _is_name(name: str) -> bool:
    """Say whether letters may be the name of a site: not that of an institution, a heading or a kind of text."""
    return not (_ORGAN.search(name) or _PLAIN_WORDS.fullmatch(name) or names_speech(name))


def letters(text: str) -> str:
    """Return the letters and digits of `text`, as names are compared: folded, small, nothing between them."""
    return _SILENT.sub("", fold(text)).lower()


NO_NAMES = Names()
