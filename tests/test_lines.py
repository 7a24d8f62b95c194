"""Tests of `cleaner.lines`, `salutation` and `dates`: what a line is, by its shape and the phrases of the genre.

Near misses are included.
"""

# ruff: noqa: RUF001 (full-width letters are the subject)

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import dates, salutation
from cleaner import lines as subject
from cleaner.chars import MASK
from cleaner.dates import find_date
from cleaner.lines import lines, title_goes_on
from cleaner.salutation import salutation_prefix

YES_NO: dict[str, tuple[list[str], list[str]]] = {
    "is_salutation": (
        [
            "同志们：",  # comrades
            "同志们",
            "各位代表：",  # delegates
            "尊敬的各位领导、各位来宾，女士们、先生们：",
            "尊敬的XX书记，各位领导，同志们:",
            f"尊敬的{MASK}书记，同志们：",
            "老师们、同学们，大家好！",
            "各位代表、同志们！",
            "亲爱的同学们：",
            "乡亲们，父老兄弟们：",
            "各位领导 各位来宾：",
            "尊敬的評委老師、各位同學：",  # traditional
            "各位领导、各位同事，大家上午好！",
            "女士们、先生们",
        ],
        [
            "各位代表要做到以下几点：",  # delegates should do the following
            "同志们，今天我们在这里开会。",
            "同志们提出了三点意见：",
            "各位代表，我的报告完了。",
            "大家认为：",
            "主任委员会讨论了以下问题：",
            "会议强调：",
            "时间：",
            "一、同志们要注意什么",
            "朋友圈里的谣言：",
            "全体起立",
            "",
            "好",
        ],
    ),
    "opens_with_salutation": (
        ["同志们：今天的会议很重要。", "各位代表：现在，我向大会报告工作。", "同志们："],
        ["同志们，今天的会议很重要。", "他说：今天的会议很重要。", "各位代表要注意：今天的会议很重要。"],
    ),
    "is_item": (
        [
            "一、提高认识",
            "（二）压实责任",
            "1.落实经费",
            "3．落实人员",
            "第一，要抓紧。",
            "第三章 总则",
            "一是抓好春耕",
            "二要敢于担当",
            "首先，我代表县委",
            "其二，思想要统一",
            "——坚持党的领导",
            "- 修好路",
            "①查摆问题",
            "# 讲话",
            "● 防汛",
        ],
        [
            "1.5万人参加了会议",
            "一九七八年的冬天",
            "今天讲三点",
            "3月12日是植树节",
            "一定要抓紧",
            "“一带一路”倡议",
            "同志们",
        ],
    ),
    "is_heading": (
        [
            "一、坚持建管并重",
            "（一）抓好春耕生产",
            "2.抓项目",
            "第二章 任务",
            "## 主要工作",
            "三、为什么要改革？",
            "一、工作回顾。",
        ],
        [
            "今天讲三点意见。",
            "一、今年干了什么。修了三条路；通了水。",
            "一、提高认识，",
            "第一，要抓紧。",
            "一、" + "抓" * 40,
            "- 修好路",
        ],
    ),
    "is_date": (
        [
            "2023年5月6日",
            "（2023年5月6日）",
            "二〇二三年五月六日",
            "二○二三年十二月三十一日",
            "2023.5.6",
            "2023-05-06",
            "时间：2023年5月6日",
            "2023年5月6日（星期六）",
            "2023年5月6日上午",
            "（20XX年X月X日）",
            f"（20{MASK}年{MASK}月{MASK}日）",
            "____年__月__日",
            "（202×年×月×日）",
            "2023 年 5 月 6 日",
        ],
        [
            "2023年",
            "5月6日",
            "2023年5月6日，大会召开。",
            "2023年5月6日 县委书记 张三",
            "12.5.6",
            "年年月月盼望",
            "某年某月的一天",
        ],
    ),
    "is_speaker": (
        ["县委书记 张三", "（县长 李四）", "XX市市长", f"中共{MASK}县委书记", "主讲人：王五", "张三同志"],
        [
            "哪个村做不到，就从哪个村的书记问起。",  # where a village fails, its secretary is asked first
            "书记在会上的讲话",
            "书记要带头，县长要带头",
            "各级党委书记是第一责任人，要亲自抓，负总责，不能当甩手掌柜",
        ],
    ),
    "is_prose": (
        ["今天的会议开得很好。", "我们要“说到做到。”", "你们准备好了吗？", "全" * 39 + "，", "大家辛苦了……"],
        ["", "谢谢！", "在春耕生产动员会上的讲话", "一、坚持建管并重", "全" * 60, "同志们：", "3.5"],
    ),
    "is_title": (
        [
            "在全县春耕生产动员会上的讲话",
            "# 在全县春耕生产动员会上的讲话",
            "新年致辞",
            "凝心聚力 奋勇争先",
            f"在{MASK}县委全会上的讲话",
            "让青春在奋斗中闪光",
            "深入学习贯彻《条例》",
        ],
        [
            "讲话",
            "今天的会议很重要。",
            "二、主要任务",
            "2023年5月6日",
            "同志们：",
            "县委书记 张三",
            "会议指出，",
            "修好路；通好水",
            "ABCDEF GHIJK",
            "1234567890",
            "全" * 61,
        ],
    ),
    "names_speech": (["书记讲话", "新春賀詞", "主持词"], ["防汛", "春耕生产"]),
    "ends_as_speech": (
        [
            "在全县防汛会议上的讲话",
            "在开学典礼上的致辞（节选）",
            "书记党课讲稿",
            "在动员会上的讲话——写在春天",
            "任职表态发言三",
            "新年贺词2024",
        ],
        ["讲话精神学习会", "关于讲话的通知", "在会上讲话的人很多", "一、讲话", "讲话。"],
    ),
    "starts_as_prose": (
        ["同志们，春天来了", "当前，形势很好", "各位代表，过去的一年", "下一步，我们要"],
        ["春耕生产", "当前形势", "同志们："],
    ),
    "is_closing": (
        [
            "谢谢大家！",
            "祝大会圆满成功！",
            "我的讲话完了。",
            "让我们携手前进，再创新的辉煌！",
            "为实现目标而努力奋斗！",
            "謝謝大家！",
        ],
        ["今年的任务很重。", "一、工作回顾", "他感到很高兴。"],
    ),
    "is_opening": (
        [
            "今天我们召开会议，主要任务是",
            "同志们：今天开个会。",
            "刚才，几位同志作了发言。",
            "受县委委托，我作报告。",
            "按照会议安排，我讲三点。",
        ],
        ["一、抓好春耕", "农业是基础。", "他昨天来过。"],
    ),
    "is_final": (
        ["谢谢大家！", "我的讲话完了，谢谢大家。", "现在散会。", "报告完毕", "謝謝大家！"],
        ["谢谢大家的支持，下面讲第二点。", "散会以后再谈。", "祝大家身体健康！"],
    ),
    "ends_sentence": (["好。", "好！”", "好？）", "好……"], ["好", "好，", "好：", "3.", ""]),
}

CASES = [
    pytest.param(name, line, expected, id=f"{name} {'yes' if expected else 'no'}: {line[:24]}")
    for name, sides in YES_NO.items()
    for expected, given_lines in zip((True, False), sides, strict=True)
    for line in given_lines
]


def named(name: str) -> Callable[[str], bool]:
    """Return the claim of that name, whichever module makes it."""
    return next(getattr(module, name) for module in (dates, salutation, subject) if hasattr(module, name))


@pytest.mark.parametrize(("name", "line", "expected"), CASES)
def test_what_a_line_is(name: str, line: str, expected: bool) -> None:
    """Each claim holds of its examples and does not of the near misses."""
    claim: Callable[[str], bool] = named(name)
    assert expected == claim(lines(line)[0].bare)


ONCE_TAKEN_WRONGLY = [
    ("is_heading", "1.5万人参加了活动", False),
    ("is_speaker", "（区委书记、区长 赵六）", True),
    ("is_speaker", "和书记面对面", False),
    ("is_title", "和书记面对面", True),
    ("is_speaker", "同志们", False),
]


@pytest.mark.parametrize(("name", "line", "expected"), ONCE_TAKEN_WRONGLY)
def test_what_a_line_is_although_it_looks_otherwise(name: str, line: str, expected: bool) -> None:
    """Near misses that were once taken for something else are not."""
    claim: Callable[[str], bool] = named(name)
    assert expected == claim(lines(line)[0].bare)


DATES = [
    ("2023年5月6日", date(2023, 5, 6)),
    ("（2023年05月06日）", date(2023, 5, 6)),
    ("2023-12-31", date(2023, 12, 31)),
    ("2023/5/6", date(2023, 5, 6)),
    ("二〇二三年五月六日", date(2023, 5, 6)),
    ("二○○五年十月十日", date(2005, 10, 10)),
    ("二零一九年十二月三十一日", date(2019, 12, 31)),
    ("一九七八年十二月二十二日", date(1978, 12, 22)),
    ("二〇二三年二月二十日", date(2023, 2, 20)),
    ("时间：2023年5月6日 上午", date(2023, 5, 6)),
    ("2023年5月6日号", None),
    ("2023年2月30日", None),
    ("20XX年5月6日", None),
    ("2023年5月", None),
    ("1823年5月6日", None),
    ("会议于2023年5月6日召开", None),
]


@pytest.mark.parametrize(("line", "expected"), DATES, ids=[line for line, _ in DATES])
def test_find_date(line: str, expected: date | None) -> None:
    """A line that is a full date gives it; a masked, partial, impossible or embedded one gives none."""
    assert expected == find_date(lines(line)[0].bare)


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_day_is_found_as_it_is_written(day: date) -> None:
    """A day written in figures, with hyphens or in Chinese numerals is found."""
    digits = "〇一二三四五六七八九"
    tens = ["", "十", "二十", "三十"]
    chinese = [(tens[n // 10] + (digits[n % 10] if n % 10 else "")) for n in (day.month, day.day)]
    year = "".join(digits[int(char)] for char in str(day.year))
    written = [
        f"{day.year}年{day.month}月{day.day}日",
        f"({day:%Y-%m-%d})",
        f"{year}年{chinese[0]}月{chinese[1]}日",
    ]
    assert [day] * 3 == [find_date(line) for line in written]


PREFIXES = [
    ("同志们：今天开会。", "同志们:"),
    ("各位代表、各位委员：现在报告。", "各位代表、各位委员:"),
    ("同志们：", None),
    ("他说：好。", None),
    ("各位代表要做到：一是讲政治。", None),
    ("没有冒号", None),
]


@pytest.mark.parametrize(("line", "expected"), PREFIXES, ids=[line for line, _ in PREFIXES])
def test_salutation_prefix(line: str, expected: str | None) -> None:
    """Prose that begins with a salutation gives it with its colon; other prose gives none."""
    assert expected == salutation_prefix(lines(line)[0].bare)


WRAPPED = [
    ("在全县版权保护宣传周", "启动仪式上的讲话", True),
    ("在全县农村工作会议暨春耕生产动员会", "上的讲话", True),
    ("在苗圃扩建工程开工仪式上", "的讲话", True),
    ("在全市档案规范化管理", "暨数字档案室建设推进会上的讲话", True),
    ("在技工学校毕业典礼上的讲话", "讲话人：校长　地点：礼堂", False),
    ("在全市《条例", "》宣讲会上的讲话", True),
    ("深入学习贯彻条例和", "意见的辅导报告", True),
    ("在全县防汛会议上的讲话", "一、提高认识", False),
    ("在全县防汛会议上的讲话", "同志们：", False),
    ("在全县防汛会议上的讲话", "坚决打赢防汛硬仗", False),
    ("今天开会。", "上的讲话", False),
]


@pytest.mark.parametrize(("above", "below", "expected"), WRAPPED, ids=[f"{a}|{b}" for a, b, _ in WRAPPED])
def test_title_goes_on(above: str, below: str, expected: bool) -> None:
    """A title goes on in the next line if it stops inside a phrase, and two whole lines are two."""
    assert expected == title_goes_on(above, below)


@settings(deadline=None)
@given(st.text("水库，。\n\r\u3000 \u2028\x0b1", max_size=60))
def test_lines_are_the_text(text: str) -> None:
    """Only a line feed parts lines; joined by it they are the text, and each stands where it says."""
    rows = lines(text)
    assert text == "\n".join(row.text for row in rows)
    assert [row.text for row in rows] == [text[row.start : row.end] for row in rows]


@settings(deadline=None)
@given(st.text(max_size=90))
def test_no_line_breaks_a_claim(text: str) -> None:
    """Every claim can be made of any line, an empty one and one of signs included."""
    bare = lines(text)[0].bare
    assert {bool} == {type(named(name)(bare)) for name in YES_NO}


INDENTS = [("防汛", 0), ("\u3000\u3000防汛", 4), ("  防汛", 2), ("\u3000 防汛", 3), ("", 0)]


@pytest.mark.parametrize(("line", "cells"), INDENTS)
def test_indent_is_in_half_width_cells(line: str, cells: int) -> None:
    """An ideographic space is two cells wide, any other blank one."""
    assert cells == lines(line)[0].indent


def test_no_row_of_numerals_or_blanks_hangs_a_claim() -> None:
    """What could be divided into numerals or blanks in many ways is not tried in all of them."""
    assert not subject.ends_as_speech("在会上的讲话" + "一" * 50 + "水")  # "speech", fifty times "one", "water"
    assert not dates.is_date("20XX" + " " * 500 + "水年月")
    assert dates.is_date("(20XX" + " " * 500 + "年X月" + " " * 500 + "X日)")


def test_a_line_set_wide_and_a_title_set_as_heading() -> None:
    """Neither the blanks between all characters of a line nor the sign of Markdown before a title hide what it is."""
    rows = lines(
        "同 志 们 ：\n## 在春训班上的讲话\n## 一、主要工作\n张 三"
    )  # "Comrades: | speech | 1. work | Zhang San"
    assert [row.bare for row in rows] == ["同志们:", "在春训班上的讲话", "## 一、主要工作", "张 三"]
