from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cleaner.review.diff import Op, diff

# A small alphabet makes likenesses; 县 is county, 市 city, 增产 a rise of output.
TEXTS = st.text("县市增产一二，。\n", max_size=60) | st.lists(
    st.sampled_from(["同志们：\n", "今年粮食增产。", "去年大旱，", "谢谢大家！\n", "\n"]), max_size=200
).map("".join)


@given(TEXTS, TEXTS)
def test_reconstructs(left: str, right: str) -> None:
    """The left sides joined are the first text, the right sides the second; equal and changed ops alternate."""
    ops = diff(left, right)
    assert left == "".join(op.left for op in ops)
    assert right == "".join(op.right for op in ops)
    assert all(one.is_equal != other.is_equal for one, other in pairwise(ops))
    assert all(op.left or op.right for op in ops)


@given(TEXTS)
def test_same_text(text: str) -> None:
    """A text does not differ from itself."""
    assert ([Op(text, text)] if text else []) == diff(text, text)


def test_marks_only_what_changed() -> None:
    """One changed character in a long text of one line is one change of one character."""
    text = "".join(chr(0x4E00 + i * 7 % 5000) for i in range(4000))
    changed = text[:2000] + "X" + text[2001:]
    ops = diff(text, changed)
    assert [Op(text[2000], "X")] == [op for op in ops if not op.is_equal]


def test_joins_chance_likenesses() -> None:
    """A single shared 的 between two rewritten halves is part of the change."""
    ops = diff("我们县里的工作任务", "大家镇上的生产安排")  # "our county's tasks", "everyone's town production plan"
    assert [Op("我们县里的工作任务", "大家镇上的生产安排")] == ops


def test_repetition_is_not_compared() -> None:
    """Texts of one line over and over do not hang: beyond a bound they differ as a whole."""
    ops = diff("一\n" * 900, "二\n一\n" * 450)
    assert "".join(op.left for op in ops) == "一\n" * 900
