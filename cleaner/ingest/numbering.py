"""Which number does Word show before a paragraph? It stands in no text: 一、 and （一） are counted, not written.

In: the numbering and the styles of a document as XML, and its paragraphs in order. Out: the label of each paragraph, as
a reader sees it; a bullet is none. Source: ECMA-376 part 1, 17.9.
"""

from collections.abc import Callable
from typing import Any

from docx.oxml.ns import qn

MOST_ROMAN, MOST_LETTERS = 3999, 780
"""The highest numbers that Roman numerals write, and Word with letters (30 of one); above them figures do."""
_DIGITS = "〇一二三四五六七八九"


def chinese(n: int) -> str:
    """Return a number as Chinese counts, to 999.

    >>> chinese(3), chinese(12), chinese(20), chinese(105)
    ('三', '十二', '二十', '一百零五')
    """
    hundreds, tens, ones = n // 100 % 10, n // 10 % 10, n % 10
    said = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        said += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        said += "零"
    return said + (_DIGITS[ones] if ones or not said else "")


def _roman(n: int) -> str:
    if n > MOST_ROMAN:
        return str(n)
    signs = ("M", 1000), ("CM", 900), ("D", 500), ("CD", 400), ("C", 100), ("XC", 90), ("L", 50), ("XL", 40)
    out = ""
    for sign, value in (*signs, ("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1)):
        out += sign * (n // value)
        n %= value
    return out


def _letter(n: int) -> str:
    return chr(ord("a") + (n - 1) % 26) * ((n - 1) // 26 + 1) if n <= MOST_LETTERS else str(n)


def _circled(n: int) -> str:
    return chr(0x2460 + n - 1) if 1 <= n <= 20 else str(n)


_FORMATS: dict[str, Callable[[int], str]] = {
    "chineseCounting": chinese, "chineseCountingThousand": chinese, "japaneseCounting": chinese,
    "taiwaneseCounting": chinese, "taiwaneseCountingThousand": chinese, "ideographDigital": chinese,
    "decimalEnclosedCircle": _circled, "decimalEnclosedCircleChinese": _circled,
    "upperRoman": _roman, "lowerRoman": lambda n: _roman(n).lower(),
    "upperLetter": lambda n: _letter(n).upper(), "lowerLetter": _letter,
    "decimalZero": lambda n: f"{n:02}", "none": lambda n: "",
}  # fmt: skip


class Numbering:
    """The lists of one document while its paragraphs are read, top to bottom."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        self._levels: dict[str, dict[int, Any]] = {}
        self._style: dict[str, Any] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._list_of: dict[str, str] = {}
        abstract = (
            {} if numbering is None else {a.get(qn("w:abstractNumId")): a for a in numbering.iter(qn("w:abstractNum"))}
        )
        for num in () if numbering is None else numbering.iter(qn("w:num")):
            key, base = num.get(qn("w:numId")), _value(num, "w:abstractNumId")
            found = abstract.get(base)
            self._levels[key] = (
                {} if found is None else {_int(lvl.get(qn("w:ilvl"))): lvl for lvl in found.iter(qn("w:lvl"))}
            )
            # Lists of one definition count on, unless this one says where it starts.
            own = num.find(f".//{qn('w:startOverride')}") is not None
            self._list_of[key] = key if own else f"of {base}"
        for style in () if styles is None else styles.iter(qn("w:style")):
            if (found := style.find(f"{qn('w:pPr')}/{qn('w:numPr')}")) is not None:
                self._style[style.get(qn("w:styleId"))] = found

    def label(self, paragraph: Any) -> str:
        """Return the label of the next paragraph; empty if it has none."""
        properties = paragraph.find(qn("w:pPr"))
        if properties is None:
            return ""
        own = properties.find(qn("w:numPr"))
        style = self._style.get(_value(properties, "w:pStyle"))
        key = _value(own, "w:numId") or _value(style, "w:numId")
        level = _int(_value(own, "w:ilvl") or _value(style, "w:ilvl"))
        levels = self._levels.get(key, {})
        if key == "0" or level not in levels:
            return ""
        counts = self._counts.setdefault(self._list_of[key], {})
        counts[level] = counts.get(level, _start(levels[level]) - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        if _value(levels[level], "w:numFmt") == "bullet":
            return ""
        text = _value(levels[level], "w:lvlText")
        for other, one in levels.items():
            n = counts.get(other, _start(one))
            text = text.replace(f"%{other + 1}", _FORMATS.get(_value(one, "w:numFmt"), str)(n))
        return text


def _value(element: Any, name: str) -> str:
    found = None if element is None else element.find(qn(name))
    return "" if found is None else found.get(qn("w:val")) or ""


def _int(value: str | None) -> int:
    return int(value) if value and value.isdecimal() else 0


def _start(level: Any) -> int:
    return _int(_value(level, "w:start") or "1")
