"""Tests of `cleaner.dedup.comparison`."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.chars import MASK
from cleaner.dedup.comparison import SENTINEL, form
from cleaner.errors import ConfigError
from tests.dedup.oracle import comparison_form

# Composed and decomposed accents, Hangul jamo and half-width kana (which compose with their neighbours), characters
# that NFKC turns into several, into none that stays, or into another one.
TRICKY = (
    "国家人民，。、 \n\u3000"
    + MASK * 3
    + "eE\u0301\u0338<가ᄀ\u1161\u11a8ｶﾞ㎡Ⅱ①½…％ＡÅ\u0345豈〇○𠀀﷼㈠か\u3099\u200d\ufe0f"
)


def text_of(masked_text: str, script: str = "keep") -> str:
    """Return the comparison form as text, □ for a sentinel."""
    return "".join(map(chr, form(masked_text, script).codes)).replace(MASK, "□")


@given(st.text(st.sampled_from(TRICKY), max_size=40) | st.text(max_size=40))
def test_form_is_nfkc_letters_marks_numbers(text: str) -> None:
    """The table look-ups give what normalising the whole text gives."""
    assert form(text).codes.tolist() == comparison_form(text)


def test_every_code_point_alone_and_between_letters() -> None:
    """No code point is treated otherwise than NFKC and its category demand."""
    for code in range(0x110000):
        char = chr(code)
        if code in (ord("\n"), SENTINEL):
            continue
        if code >> 16 not in (0, 1, 2, 3, 14):  # unassigned and private use
            assert unicodedata.category(char) in ("Cn", "Co")
            continue
        text = f"e{char}a"
        kept = [ord(c) for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c)[0] in "LMN"]
        if form(text).codes.tolist() != kept:
            pytest.fail(f"U+{code:04X}")


@given(st.text(st.sampled_from(TRICKY), max_size=40))
def test_breaks_cut_the_form_into_lines(text: str) -> None:
    """Line i is between its breaks, but for sentinels that an earlier line's stands for."""
    made = form(text)
    lines = text.split("\n")
    assert len(made.breaks) == len(lines) + 1
    assert made.breaks[0] == 0
    assert made.breaks[-1] == len(made.codes)
    assert (np.diff(made.breaks) >= 0).all()
    for i, line in enumerate(lines):
        inside = made.codes[made.breaks[i] : made.breaks[i + 1]].tolist()
        strip = [code for code in inside if code != SENTINEL]
        assert strip == [code for code in comparison_form(line) if code != SENTINEL]
        assert made.paragraph(i).tolist() == comparison_form(line)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("同志们：\n大家好！", "同志们大家好"),  # "Comrades: / Good day!"
        (f"{MASK}县{MASK}、{MASK}，\n{MASK}乡{MASK}", "县□乡"),  # masks of two lines, of both ends
        (f"一{MASK}\n\n{MASK}二", "一□二"),
        ("增长\uff19\uff0e\uff15％，GDP达12㎡", "增长95GDP达12m2"),  # "grew by 9.5 %, GDP …"
        (f"{MASK}，{MASK}", ""),
        ("二〇二四年 ○ △", "二〇二四年"),  # the numeral zero is a number, the circle a symbol
        ("", ""),
    ],
)
def test_form_of(text: str, expected: str) -> None:
    """Punctuation, blanks and outer masks go; letters and numbers stay, case and all."""
    assert text_of(text) == expected


def test_simplified() -> None:
    """Traditional becomes Simplified one for one, and only when asked to."""
    assert text_of("後來發展中國", "simplified") == "后来发展中国"  # "later developed China"
    assert text_of("後來發展中國") == "後來發展中國"
    assert text_of("后来发展中国", "simplified") == "后来发展中国"
    with pytest.raises(ConfigError, match="'keep' or 'simplified'"):
        form("国", "traditional")
