"""Tests of `cleaner.pagenames`: how a page's name is compared, and what makes letters one."""

from cleaner import clean_text
from cleaner.pagenames import Names, letters
from tests.filters.frames import BODY

TRADE = ("首页 > 青禾范文网 > 讲话稿", "青禾范文网 海量公文模板，VIP会员免费下载", "清溪县水利局　主办")


def test_letters_are_compared_without_what_hides_them() -> None:
    """Width, script, case and whatever stands between letters make no other name."""
    assert letters("青 禾·範文網 ＡＢ") == "青禾范文网ab"  # noqa: RUF001
    assert Names().is_sure("青禾范文网") and not Names().is_sure("晚灯夜读")


def test_a_name_is_what_a_page_that_trades_in_texts_says_twice() -> None:
    """Said twice, and beside two words of the trade, letters are the page's name; an institution's never are."""
    assert list(Names(TRADE).declared) == ["青禾范文网"]
    assert list(Names(TRADE[:1]).declared) == []
    assert list(Names([line.replace("青禾范文网", "清溪县水利局") for line in TRADE]).declared) == []


def test_a_sentence_before_the_name_of_the_page_stays() -> None:
    """A page that names itself behind the last sentence, in its line, takes only what it says itself."""
    said = "群众把钱交给我们，我们没有资格大意。"
    rows = ["文阁范文大全 / 讲话稿 / 会议讲话", *BODY, said + "文阁范文大全wengefw.example"]
    assert clean_text("\n".join(rows)) == "\n".join([*BODY, said])


def test_a_remark_before_its_time_goes() -> None:
    """The sentence is a reader's, and what stands behind it no name of the page."""
    foot = [
        "网友评论：（只显示最新10条）",
        "初二家长：演练很有必要，支持学校！ 2022-11-10 20:14",
        "| 设为首页 | 加入收藏 |",
    ]
    assert clean_text("\n".join([*BODY, *foot])) == "\n".join(BODY)


def test_what_an_editor_speaks_of_and_what_labels_a_fact_are_no_names_of_the_page() -> None:
    """垃圾分类 began the lead-in and went from every sentence; 更新时间 stood before two colons."""
    said = "可能有同学要问，垃圾分类不是环卫工人的事吗？投放点的更新时间请看公告。"
    head = [
        "更新时间：2022-11-03 16:40:08　来源：文阁编辑部　浏览：5820次　字号：大 中 小",
        "　　垃圾分类，从我做起。下面是小编帮大家整理的垃圾分类国旗下讲话稿，欢迎大家分享。",
        "微信扫码关注“文阁写作助手”，海量范文免费看",
    ]
    foot = [
        "【垃圾分类国旗下讲话稿（通用4篇）】相关文章：",
        "1.节约用水国旗下讲话稿11-02",
        "Copyright © 2015-2023 文阁范文网 版权所有 渝ICP备00000000号",
    ]
    assert clean_text("\n".join([*head, *BODY, said, *foot])) == "\n".join([*BODY, said])
