"""What a width has broken is one paragraph; what stands beside it is not."""

from hypothesis import given
from hypothesis import strategies as st

from cleaner.lines import lines
from cleaner.paragraphs import paragraphs

BODY = (
    "今年以来，全县上下一心，抓项目、促投资、保民生，各项工作都有了新的起色，群众看在眼里，记在心里，\n"
    "纷纷说好，这是大家一起干出来的。下半年要做的事还多，防汛不能松，秋收要抓紧，学校的新楼要赶在冬\n"
    "天以前封顶，请各乡镇早作安排，把人手和机器都备好，遇到难处随时来说。我们一起想办法，一件一件地\n"
    "办，办一件成一件，让乡亲们过一个好年，也给明年开一个好头。前几天我到几个村里看了看，路修得不错\n"
    "，渠也通了，就是路灯还差几盏。\n"
)


def shown(text: str) -> list[str]:
    """Return what each paragraph says of the text."""
    return [text[row.start : row.end] for row in paragraphs(text)]


def test_lines_of_a_width_are_one() -> None:
    """The lines of a paragraph, to its last; a blank stands for each break, so places are as in the text."""
    row = paragraphs(BODY)[0]
    assert row.text == BODY.rstrip("\n").replace("\n", " ")
    assert "\n" not in row.bare
    assert row.bare.endswith("前几天我到几个村里看了看,路修得不错,渠也通了,就是路灯还差几盏。")


def test_what_stands_beside_is_not_of_it() -> None:
    """A heading, a salutation, an indented line, a title, a bar of the page."""
    for other in ("一、抓好秋收", "同志们：", "　　下面讲第二点。", "2023年5月6日"):
        assert shown(BODY + other)[1:] == [other]
        assert shown(f"{other}\n{BODY}")[0] == other
    bar = "楼主 | 青山不改 | 发表于 2018-3-12 09:05:47 | 只看该作者 | 倒序浏览 | 收藏本帖 | 举报 | 回复 | 打印预览"
    assert shown(f"{bar}\n在全县秋收工作会议上的讲话\n{BODY}")[:2] == [bar, "在全县秋收工作会议上的讲话"]


def test_long_paragraphs_show_no_width() -> None:
    """Where whole paragraphs are wider, lines of one length are so by chance."""
    whole = BODY.replace("\n", "") + "\n"
    notices = "本站文章来自会员上传和网络收集整理而成\n" * 5
    assert shown(whole * 3 + notices) == [row.text for row in lines(whole * 3 + notices)]


def test_one_long_line_shows_no_width() -> None:
    """Verse round it says nothing of a width, so it alone would."""
    text = "\n".join(
        ["长风破浪会有时"] * 4
        + ["今年以来，全县上下团结一心，各项工作取得了新的成绩，农民收入稳步"]
        + ["长风破浪会有时"] * 4
    )
    assert shown(text) == text.split("\n")


@given(st.lists(st.sampled_from([*BODY.split("\n"), "", "一、当前", "谢谢大家！", "返回顶部"]), max_size=30))
def test_nothing_is_lost_between_them(rows: list[str]) -> None:
    """The paragraphs are the text, with the breaks between them."""
    text = "\n".join(rows)
    assert "\n".join(shown(text)) == text


def test_what_a_page_puts_below_tells_nothing_of_the_width() -> None:
    """However many lines of half the width a bulletin board has."""
    said = (
        "请大家收好阳台上的花盆和晾衣架，备足两天的饮水和食物，手机充满电，需要帮助的请拨打热线，只要大家听劝就能平安度过。"
        * 5
    )
    rows = "\n".join(said[at : at + 30] for at in range(0, len(said), 30))
    board = "".join(f"发表于 2019-11-29 16:40:{n} 来自手机 | 只看该作者\n" for n in range(10, 18))
    assert shown(f"{rows}\n\n{board}")[0] == rows
