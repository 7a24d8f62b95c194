"""Which parts of a line are values that change from page to page?

In: a folded line and the titles of its page. Out: its *key*, where each value (a date, a time, an address, a number, a
title) is one noncharacter, and the values in order; and, for a key and all its values, the RE2 pattern of a rule. What
always holds: a value that never changes is written as it stands, so a pattern is as narrow as what was seen; lines with
one key differ in their values only.
"""

import re
from collections.abc import Iterable, Sequence

DATE, TIME, ADDRESS, NUMBER, BOOK, TITLE, TEXT = map(chr, range(0xFDD1, 0xFDD8))
"""What stands in a key for a value. Noncharacters: `repair` removes them from sources, so no line holds one."""
SLOTS = re.compile(f"([{DATE}-{TEXT}])")

_NUMERALS = "[一二三四五六七八九十]{1,3}"
_SPELLED = f"二[〇○零一二三四五六七八九]{{3}}年{_NUMERALS}月{_NUMERALS}日"
_DAY = rf"(?:(?:19|20)\d\d *(?:年 *\d{{1,2}} *月 *\d{{1,2}} *日|[-/.]\d{{1,2}}[-/.]\d{{1,2}})|{_SPELLED})"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"
_DOMAIN = r"(?:[A-Za-z0-9-]+\.)+(?:com|cn|net|org|cc|info|top|vip)(?![A-Za-z])"
_SITE = rf"(?:https?://[!-~]{{4,}}|{_DOMAIN}(?:/[!-~]*)?)"
_VALUE = re.compile(
    rf"(?P<date>{_DAY})|(?P<time>{_CLOCK})|(?P<address>[A-Za-z0-9._-]+@{_SITE}|{_SITE})"
    r"|(?P<book>《[^《》]{1,80}》)|(?P<number>[0-9]+(?:[,.][0-9]+)*)"
)
_SLOT_BY_GROUP = {"date": DATE, "time": TIME, "address": ADDRESS, "book": BOOK, "number": NUMBER}
_PATTERN_BY_SLOT = {
    DATE: rf"(?:(?:19|20)\d\d *[年/.-] *\d{{1,2}} *[月/.-] *\d{{1,2}} *日?|{_SPELLED})",
    TIME: r"\d{1,2}:\d\d(?::\d\d)?",
    ADDRESS: r"[A-Za-z0-9./:?&=%#_~@+-]{4,120}",
    NUMBER: r"\d[\d,.]{0,14}",
    BOOK: r"《[^《》]{1,80}》",
}
SHORTEST_TITLE = 6
"""A title is sought in other lines from this length on; a shorter one occurs in prose by chance."""
LONGEST_VALUE = 80


def masked(line: str, titles: Sequence[str] = ()) -> tuple[str, tuple[str, ...]]:
    """Return the key of a folded line and its values.

    >>> key, values = masked("发布时间:2023-05-06 浏览:1234次")        # "published: 2023-05-06, read 1234 times"
    >>> key == f"发布时间:{DATE} 浏览:{NUMBER}次", values
    (True, ('2023-05-06', '1234'))
    """
    found: list[tuple[int, int, str]] = []
    for title in titles:
        at = line.find(title)
        if at >= 0 and len(title) < len(line) and all(at >= b or at + len(title) <= a for a, b, _ in found):
            found.append((at, at + len(title), TITLE))
    for match in _VALUE.finditer(line):
        if all(match.start() >= b or match.end() <= a for a, b, _ in found):
            found.append((*match.span(), _SLOT_BY_GROUP[match.lastgroup or ""]))
    out, values, at = [], [], 0
    for start, end, slot in sorted(found):
        out += [line[at:start], slot]
        values.append(line[start:end])
        at = end
    return "".join([*out, line[at:]]), tuple(values)


def literals(key: str) -> list[str]:
    """Return what of a key is the same on every page, piece by piece."""
    return [piece for piece in SLOTS.split(key)[::2] if piece.strip()]


def n_slots(key: str) -> int:
    """Return how many values a key has."""
    return len(SLOTS.findall(key))


def settled(key: str, seen: Iterable[Sequence[str]]) -> tuple[str, list[set[str]]]:
    """Return the key with every value that never changes written out, and the values of the slots that are left."""
    rows = list(seen)
    pieces = SLOTS.split(key)
    out, left = [pieces[0]], []
    for n, slot in enumerate(pieces[1::2]):
        values = {row[n] for row in rows}
        if len(values) == 1:
            out.append(values.copy().pop())
        else:
            out.append(slot)
            left.append(values)
        out.append(pieces[2 * n + 2])
    return "".join(out), left


def pattern(key: str, values: Sequence[set[str]]) -> str:
    r"""Return the RE2 pattern of a settled key.

    >>> pattern(f"责编:{TEXT}", [{"张三", "李四光"}])                       # "editor: …"
    '责编: *\\p{Han}{1,5}?'
    """
    pieces = SLOTS.split(key)
    out = [_literal(pieces[0])]
    for n, slot in enumerate(pieces[1::2]):
        gap = " *" if pieces[2 * n].endswith(":") else ""
        out += [gap, _PATTERN_BY_SLOT.get(slot) or _class(values[n]), _literal(pieces[2 * n + 2])]
    return "".join(out)


def _literal(text: str) -> str:
    r"""Return `text` for RE2: what has a meaning escaped, a run of blanks as one or more."""
    return re.sub(r" +", " +", re.sub(r"[\\.^$|?*+()\[\]{}]", lambda match: "\\" + match[0], text))


def _class(values: set[str]) -> str:
    """Return the narrowest class that holds the values, with room for one a little longer."""
    longest = max(map(len, values))
    if all(re.fullmatch(r"[\u3400-\u9fff〇·]+", value) for value in values) and longest <= 6:
        return rf"\p{{Han}}{{1,{longest + 2}}}?"
    inner = "." if any(re.search("[。!?;]", value) for value in values) else "[^。!?;]"
    return rf"{inner}{{1,{min(2 * longest, 2 * LONGEST_VALUE)}}}?"
