"""Which code points are what, and how is a line seen by a pattern?

In: text. Out: text of the same length (`fold`), or code-point tables. Everything here maps one code point to one
code point, so offsets never move; nothing here changes a text that is written.
"""

import unicodedata

MASK = "\ufdd0"
"""Stands for one placeholder inside the program. U+FDD0 is a noncharacter: Unicode reserves it for internal use and
`repair` removes it from sources, so it can never be confused with text. Source: Unicode 16, section 23.7."""

INDENTS = " \t\u3000\u00a0"
"""Blanks that pages put before a paragraph: space, tab, ideographic space, no-break space."""

SENTENCE_ENDS = "。！？!?…"
"""Marks that end a sentence. An ASCII full stop does not: it is a decimal point or a list number."""

CLOSERS = "”’\"'）)】》〉」』]"
"""Marks that may follow a sentence end and still belong to the sentence."""

HAN = r"\p{Han}"
"""RE2's class of Chinese characters; `〇` (U+3007) has the script property Han."""


FOLD = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    (0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " "
)
"""Full-width ASCII to ASCII and every blank (category Zs, tab) to a space. Source: Unicode 16, UnicodeData.txt."""


def fold(text: str) -> str:
    """Return `text` as patterns see it: full-width ASCII half-width, every blank a space; same length.

    >>> fold("备案号：鲁ＩＣＰ备　１号")        # "record number: Lu ICP No. 1"
    '备案号:鲁ICP备 1号'
    """
    return text.translate(FOLD)


def is_han(char: str) -> bool:
    """Say whether `char` is a Chinese character (CJK ideograph or `〇`).

    >>> is_han("汉"), is_han("〇"), is_han("A")
    (True, True, False)
    """
    return (
        "\u4e00" <= char <= "\u9fff"
        or char == "〇"
        or "\u3400" <= char <= "\u4dbf"
        or "\U00020000" <= char <= "\U000323af"
        or "\uf900" <= char <= "\ufaff"
    )


def display_width(text: str) -> int:
    """Return the width of `text` in half-width cells: 2 for a wide or full-width character, else 1.

    Source: Unicode Standard Annex 11; ambiguous characters such as “ count 2, as Chinese typesetting does.

    >>> display_width("汉字ab")
    6
    """
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)
