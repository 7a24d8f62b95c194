"""Tests of `cleaner.filters.named`: a page's name goes from its speech, what a speech says of a site stays."""

from dataclasses import replace

import pytest

from cleaner.config import Config
from cleaner.edits import apply
from cleaner.filters import inline
from cleaner.pagenames import Names
from tests.cases.read_cases import shipped

CHROME = (
    "首页 > 青禾范文网 > 讲话稿",
    "版权所有 青禾范文网 www.qinghefw.com",
    "来源：清溪县水利网　作者：县水利局",
    "关注“晚灯夜读”公众号",
)
"""What the head and foot of a page have lost."""

GOES = [
    ("要压实责任⟦青禾范文网⟧，层层落实。", "bare, and cut into a sentence"),
    ("要压实⟦ 更多讲话尽在青禾范文网(www.qinghefw.com)⟧责任。", "behind words of the trade"),
    ("全县上下⟦青禾范文网收集整理⟧团结一心。", "before words of the trade"),
    ("要把工作⟦www.qinghefw.com⟧做实。", "the address alone"),
    ("要把工作⟦青 禾 范 文 网⟧做实。", "blanks woven in"),
    ("要把工作⟦青〥禾〥范〥文〥网⟧做实。", "signs woven in"),
    ("要把工作⟦青ゞ禾ゞ范文网⟧做实。", "signs woven into a part of it"),
    ("要把工作⟦【晚灯夜读】⟧做实。", "a name of any kind, in a bracket between two letters"),
    ("年年都有人⟦ 青　禾　范　文 ⟧不当回事。", "blanks woven in, behind a word of the sentence"),
    ("只够一辆三轮⟦『青　禾　范　文　网』⟧车走。", "the sign that opens it closes it"),
    ("货车能⟦本文来自青 禾-范文网，勿转⟧会车了。", "parted twice, with an order behind it"),
    ("全力抓好⟦{青禾範文網www.qinghefw.com}⟧落实。", "in the other script"),
]
STAYS = [
    "我们在青禾范文网上发布了征稿启事。",
    "清溪县水利网开通三年来，点击超过百万次。",
    "县水利局（清溪县水利局）要牵头抓总。",
    "据清溪县水利网报道，工程已经完工。",
    "请登录www.qinghefw.com报名。",
    "会上放映了《晚灯夜读》纪录片。",
    "【晚灯夜读】活动办了三年。",
    "要建好用好青禾范文网平台。",
    "春 夏 秋 冬，四季都要抓。",
]


def cleaned(text: str, chrome: tuple[str, ...] = CHROME) -> str:
    """Return `text` as the stage leaves it where a page has lost `chrome`."""
    pack = replace(shipped(), names=Names(chrome))
    return apply(text, inline.edits(text, pack, Config()))


def test_the_longest_name_goes() -> None:
    """A page that calls itself by two names, of which one begins the other, leaves no rest of the longer."""
    chrome = ("竹茗阁 > 讲话稿 > 正文", "竹茗阁范文网 开通VIP 免费下载海量材料", "版权所有 竹茗阁范文网")
    assert cleaned("听了三个发言，竹茗阁范文网整理大家心里应该有数。", chrome) == "听了三个发言，大家心里应该有数。"


@pytest.mark.parametrize(("marked", "why"), GOES, ids=[why for _, why in GOES])
def test_a_name_of_the_page_goes(marked: str, why: str) -> None:
    """What a page puts into a sentence goes, and nothing beside it."""
    before, _, rest = marked.partition("⟦")
    junk, _, after = rest.partition("⟧")
    assert cleaned(before + junk + after) == before + after


@pytest.mark.parametrize("text", STAYS)
def test_what_a_speech_says_of_a_site_stays(text: str) -> None:
    """A sentence that speaks of the site, of its makers or of something with the same name is whole."""
    assert cleaned(text) == text


@pytest.mark.parametrize(("marked", "why"), [pair for pair in GOES if "trade" not in pair[1]])
def test_without_chrome_there_is_no_name(marked: str, why: str) -> None:
    """The same letters where the page never named itself are not called a name of it."""
    text = marked.replace("⟦", "").replace("⟧", "")
    assert "page-name" not in {edit.rule for edit in inline.edits(text, shipped(), Config())}


def test_a_name_that_the_sentences_use_is_none() -> None:
    """What stands in a bracket and in a sentence of the same speech too is a thing the speech is about."""
    text = "要把工作【晚灯夜读】做实。\n今年的晚灯夜读活动办得好。"
    assert cleaned(text) == text
