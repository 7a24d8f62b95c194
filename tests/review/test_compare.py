import re

from hypothesis import given
from hypothesis import strategies as st

from cleaner.chars import MASK
from cleaner.review.compare import compare
from cleaner.review.fetch import Mask

PIECES = (
    "同志们：\n",
    "今年粮食增产",
    MASK,
    "吨。",
    "去年大旱，",
    "\n",
    "好" * 70,
)  # comrades, output, tons, drought, good
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def masks_of(text: str) -> list[Mask]:
    return [Mask(f"X{i}", "number") for i in range(text.count(MASK))]


@given(TEXTS, TEXTS)
def test_masks_stand_in_their_places(left: str, right: str) -> None:
    """Every mask that is shown is the one of its place, whatever was folded before it."""
    compared = compare(left, right, masks_of(left), masks_of(right))
    for side in ("left", "right"):
        shown = "".join(str(getattr(line, side)) for line in compared.lines)
        numbers = [int(n) for n in re.findall(r'<mark title="number">X(\d+)</mark>', shown)]
        assert sorted(numbers) == numbers
        assert MASK not in shown


def test_mask_opposite_words() -> None:
    """A mask and the words it hides are one change, the mask marked inside it."""
    # "Speech at X school", "at Hetang school".
    compared = compare(f"在{MASK}中学讲话", "在禾塘中学讲话", [Mask("XX", "place")], [])
    (line,) = compared.lines
    assert line.left == '在<del><mark title="place">XX</mark></del>中学讲话'
    assert line.right == "在<ins>禾塘</ins>中学讲话"


def test_folds_what_is_alike() -> None:
    """Whole paragraphs alike are folded, with their number of characters."""
    alike = "粮食安全是头等大事。\n" * 20  # "Food security comes first."
    compared = compare(alike + "增产一成", alike + "增产三成", [], [])  # "up by 10 %", "up by 30 %"
    assert [len(alike), 0] == [line.n_alike for line in compared.lines]


def test_hostile_text_is_escaped() -> None:
    """Markup in a speech is text on the page."""
    compared = compare("<script>alert(1)</script>", "</ins><b>\u202e{{ 7 }}", [], [])
    shown = "".join(line.left + line.right for line in compared.lines)
    assert "<script" not in shown and "<b>" not in shown and "\u202e" not in shown


def test_size_is_bounded() -> None:
    """Two long texts that differ everywhere give a bounded table."""
    left, right = ("\n".join(f"{word}{i}段" for i in range(20_000)) for word in ("甲", "乙"))
    compared = compare(left, right, [], [])
    assert compared.n_compared
    assert sum(len(line.left) + len(line.right) for line in compared.lines) < 60_000
