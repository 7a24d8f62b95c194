"""The year over a speech against the years that it tells by name."""

from datetime import date

import pytest

from cleaner.years import is_doubtful


@pytest.mark.parametrize(
    ("title", "said", "text", "doubtful"),
    [
        ("2024年全县工作会议上的讲话", None, "“十三五”时期，我们……“十三五”规划确定的目标全部完成。", True),
        (
            "2024年全县工作会议上的讲话",
            None,
            "“十三五”时期打下了基础，“十三五”规划完成了；“十四五”以来进展顺利。",
            False,
        ),
        ("2020年全县工作会议上的讲话", None, "今年是“十三五”规划收官之年，“十三五”规划要画上句号。", False),
        ("2023年全县工作会议上的讲话", None, "今年是“十三五”规划收官之年。", True),
        (None, None, "2024年是“十三五”开局之年。", True),
        (None, None, "2016年是“十三五”开局之年。", False),
        (None, date(2010, 5, 6), "全面贯彻党的十九大精神。", True),
        (None, date(2017, 5, 6), "以优异成绩迎接党的十九大胜利召开。", False),
        (None, date(2021, 6, 30), "我们在这里庆祝中国共产党成立100周年。", False),
        (None, date(2024, 6, 30), "今天，我们庆祝中国共产党成立九十五周年。", True),
        (None, None, "落实2024—2024年三年行动计划。", True),
        (None, None, "落实2022—2024年三年行动计划，从2023年到2024年，投入20亿元。", False),
        (None, None, "“十三五”时期完成了，“十三五”规划落实了。", False),
        ("20XX年全县工作会议上的讲话", None, "“十三五”时期完成了，“十三五”规划落实了。", False),
        (
            "2024年工作会议上的讲话",
            None,
            "全面贯彻党的十八大、十九大和二十大精神，纪念建国五十周年时修的桥还在。",
            False,
        ),
    ],
)
def test_what_is_doubted(title: str | None, said: date | None, text: str, doubtful: bool) -> None:
    """A year is doubted where what is counted by name lies elsewhere, and where a span has one year twice."""
    assert doubtful == is_doubtful(title, said, text)
