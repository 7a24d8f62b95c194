"""Which lines at a head say one title?

In: titles as lines show them. Out: which of them are copies of a later one, and which lines speak of one. What always
holds: titles that differ in a number are two, as those of two readings of one law or of two quarters of a year.
"""

import re
from collections.abc import Iterator, Sequence

LABELLED_CHARS = 6
"""The shortest title that is known behind a label."""
SAME_LENGTH = 0.6
"""A title inside another is the same title if it is at least this share of it."""
SAME_TITLE = 0.9
"""Share of character pairs (Dice) from which two titles are one. Source: different speeches of one meeting stay below
0.7, amendments of one law reach 0.85."""

_LABELS = re.compile("[|丨:]|—+")
_NUMBERS = re.compile(r"[0-9]+|[一二三四五六七八九十百零〇]+")
_DECORATION = re.compile(
    r"^(?:(?:19|20)[0-9]{2}年?(?:度|最新)?|[(\[【][^)\]】]{1,8}[)\]】]|最新|热门|精选)+|"
    r"(?:[(\[【](?:全文|范文|精选|精品|完整版|最新|推荐|摘要|节选|共?[0-9]+[篇字][^)\]】]{0,6})[)\]】]|范文|全文"
    r"| (?:现场)?(?:完整版|完整视频|全程|实录|高清)|-.{1,14}|_.{1,14}|\|.{1,14})+$"
)


def same_title(a: str, b: str) -> bool:
    """Say whether two titles are one but for what a site adds to them: a year, (全文), a category, its name.

    Titles that differ in a number are two: 第一次修订 and 第二次修订, 一季度 and 二季度.

    >>> same_title("2023年度春耕讲话(全文)", "春耕讲话"), same_title("一季度讲话", "二季度讲话")    # two quarters
    (True, False)
    """
    if any(_said_beside_label(*pair) for pair in ((a, b), (b, a))):
        return True
    a, b = (re.sub(r"[^\w]", "", _DECORATION.sub("", title)) for title in (a, b))
    if not a or not b or _NUMBERS.findall(a) != _NUMBERS.findall(b):
        return False
    shorter, longer = sorted((a, b), key=len)
    if shorter in longer and len(shorter) >= SAME_LENGTH * len(longer):
        return True
    pairs_a, pairs_b = ({x[i : i + 2] for i in range(len(x) - 1)} for x in (a, b))
    return 2 * len(pairs_a & pairs_b) >= SAME_TITLE * (len(pairs_a) + len(pairs_b)) > 0


def repeated(titles: Sequence[tuple[int, str]]) -> Iterator[int]:
    """Yield the titles that are said again further down; the last, which stands nearest to the speech, stays."""
    for n, (i, title) in enumerate(titles):
        if any(same_title(title, later) for _, later in titles[n + 1 :]):
            yield i


def speaks_of(bare: str, title: str) -> bool:
    """Say whether a line speaks of a title, as editors do who lead to a text.

    >>> speaks_of("小舟给各位准备了《点亮别人的蜡烛》,快来看看", "点亮别人的蜡烛")    # "for you: A candle"
    True
    """
    return len(title) >= LABELLED_CHARS and len(bare) > len(title) and title in bare


def _said_beside_label(labelled: str, title: str) -> bool:
    """Say whether a title is another behind a label or before a subtitle: 开学典礼|校长寄语:……, ……——2017年开学典礼."""
    parts = [part.strip() for part in _LABELS.split(labelled)]
    return len(parts) > 1 and len(title) >= LABELLED_CHARS and title.strip("《》 ") in (parts[0], parts[-1])
