"""Tests of `cleaner.chars`: what is remembered is what was given, and not without end."""

import tomllib

from cleaner.chars import FEWEST_REMEMBERED, RARE_MASKS, remembered
from tests.conftest import ROOT


def test_signs_that_mask_are_those_of_the_rules() -> None:
    terms = tomllib.loads((ROOT / "rules" / "terms.toml").read_text("utf-8"))
    assert terms["mask-sign"] == [f"[{RARE_MASKS}]"]


def test_texts_are_remembered_by_their_characters() -> None:
    """The last texts are known up to so many characters, the last few whatever their length, and no others."""
    asked: list[str] = []

    @remembered(most_chars=100)
    def shouted(text: str) -> str:
        asked.append(text)
        return f"{text}！"

    short = [f"{n:05d}" for n in range(40)]
    assert [f"{text}！" for text in short] == [*map(shouted, short)]
    asked.clear()
    [*map(shouted, short[20:])]
    assert not asked
    long = ["修" * 200 + str(n) for n in range(FEWEST_REMEMBERED)]  # build
    assert [f"{text}！" for text in long] == [*map(shouted, long)]
    asked.clear()
    [*map(shouted, [*long, short[-1]])]
    assert [short[-1]] == asked
