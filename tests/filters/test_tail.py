"""Tests of `cleaner.filters.tail`: what a page puts below a speech goes, remarks of readers too, and no speech does."""

import pytest

from cleaner.filters import footer
from tests.filters.frames import BODY, after, filled

REMARKS = [
    "评论（共3条）",
    "山里人　2016-05-12 19:20",
    "我们村去年也开过这样的会，讲得没有这么实在，路倒是真的修通了。",
    "匿名　2016-05-12 20:41",
    "什么时候把停车场修一修？每次来办事转半个小时找不到车位。",
    "上一篇：护理技能大赛",
    "【打印本页】 【关闭窗口】",
]
NAMED = [
    "点赞 61　评论 7　收藏 118",
    "展开全部",
    "青山：明天就要用，真是及时雨，第二部分换成了我们镇的例子。",
    "老墨：对话体那一段很妙，不过念出来要看人下菜碟。",
    "不二：打卡第211天。",
]
ENDING = ["谢谢大家！"]


@pytest.mark.parametrize("foot", [REMARKS, NAMED], ids=["under their time", "behind their names"])
def test_remarks_go_with_the_page(foot: list[str]) -> None:
    """Below a speech, sentences of readers go with the lines that tell when they were made or by whom."""
    assert filled(after(footer.edits, "\n".join([*BODY, *ENDING, *foot]))) == [*BODY, *ENDING]


@pytest.mark.parametrize(
    "said",
    [
        ["一、修路的事", "路要修到每个村民小组，资金由县里统筹，工期不得超过三个月。"],
        ["各位代表：", "下面我讲第二个问题。"],
        ["这条路通了，三个村的果子就能当天进城，今年年底以前必须完工，资金不够的由县财政垫付，谁也不许拖。"],
    ],
    ids=["a heading", "a salutation", "a sentence"],
)
def test_a_speech_goes_on_below_what_a_page_puts_in(said: list[str]) -> None:
    """Lines of the page in the middle of a speech are no beginning of its end, however heavy the foot below is."""
    text = "\n".join([*BODY, "【打印本页】 【关闭窗口】", "点赞 61　评论 7　收藏 118", *said, *ENDING, *REMARKS])
    assert [line for line in filled(after(footer.edits, text)) if line in said] == said


def test_a_whole_page_of_short_lines_is_not_taken_for_a_foot() -> None:
    """What stands between the head and the foot of a page is kept although both weigh."""
    head = ["首页 > 讲话 > 正文", "发布时间：2016-05-12 19:20　浏览：300"]
    text = "\n".join([*head, *BODY, *ENDING, *REMARKS])
    left = filled(after(footer.edits, text))
    assert [line for line in left if line in (*BODY, *ENDING)] == [*BODY, *ENDING]


def test_a_licence_below_a_gap_goes_whole() -> None:
    """Sentences and broken lines of a licence go with it where blank lines part it from the speech."""
    licence = [
        "本作品是一篇公开的演讲，",
        "属于",
        "公有领域",
        "。",
        "本模板不包括按其性质不应公开的内容。",
        "Public domain",
    ]
    text = "\n".join([*BODY, *ENDING, "", "", "", *licence])
    assert filled(after(footer.edits, text)) == [*BODY, *ENDING]


def test_praise_below_a_post_makes_its_last_paragraphs_no_remarks() -> None:
    """Though an advertisement stands above them and a bulletin board below."""
    said = [
        "关于名。市场监管局已经给潘师傅登记了集体商标，版权登记也办了下来，冒牌的店，查到一家下架一家。",
        "手艺是手上的，更是心上的。愿大家的手一直巧下去，心一直热下去。",
    ]
    board = [
        "收藏 1  支持 5  反对 0",
        "回复  举报",
        "机关老张  发表于 2017-3-14 16:48:51  沙发",
        "写得接地气，就是结尾可以再有力一点。",
        "回复  支持  举报",
        "返回列表",
        "高级模式  您需要登录后才可以回帖 登录 | 立即注册",
    ]
    rows = [*BODY, "23/32", "—— 字库工：写材料，就找木木和阿远 ——", *said, *board]
    left = filled(after(footer.edits, "\n".join(rows)))
    assert left[-2:] == said
