"""Which lines of a site are one template with different values in it?

In: the pages of one site. Out: `Template`s of whole lines with the places where each stands. Two views are given: a
line as its key says (typed values are slots already), and a *frame*, in which a stretch after a label (`编辑：张三`,
"editor: …") or between separators (`首页 > 会议 > 正文`, "home > meetings > text") is a slot because it varies among
the lines that agree in the rest. What always holds: a place is a row of one page; a frame has constant text in it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cleaner.matching import LONGEST_LINE
from cleaner.suggest.pages import Page, Row
from cleaner.suggest.slots import DATE, LONGEST_VALUE, TEXT, literals, settled

VARIED = 3
"""From so many values on a stretch is a slot and not a choice between constants."""
LONGEST_LABEL = 10

_LABEL = re.compile(rf"((?:^| +)[^ :]{{1,{LONGEST_LABEL}}} *: *)")
_SEPARATORS = re.compile(r"( *(?:>>?|»|_|\||→|-{1,2}) *| +)")
_WORDS = re.compile(r"[A-Za-z\u3400-\u9fff]")

Place = tuple[int, int]
"""A page and a row of it."""


@dataclass(frozen=True, slots=True)
class Template:
    """Lines that are one but for their values.

    Args:
        key: the line with its slots, values that never change written out.
        values: what was seen in each slot.
        places: where it stands, in order.
    """

    key: str
    values: tuple[frozenset[str], ...]
    places: tuple[Place, ...]


def by_key(pages: Sequence[Page], taken: set[Place]) -> Iterator[Template]:
    """Yield the templates of rows that have one key; a key of slots alone is no template, its lines are."""
    groups: dict[str, list[Place]] = defaultdict(list)
    for place, row in _rows(pages, taken):
        groups[row.key if _WORDS.search("".join(literals(row.key))) or DATE in row.key else row.bare].append(place)
    for key, places in groups.items():
        rows = [_row(pages, place) for place in places]
        yield _template(key, [row.values if row.key == key else () for row in rows], places)


def by_frame(pages: Sequence[Page], taken: set[Place]) -> Iterator[Template]:
    """Yield the templates of rows that agree in labels, or in separators and their first or last word."""
    groups: dict[tuple[str, ...], list[tuple[Place, list[str]]]] = defaultdict(list)
    for place, row in _rows(pages, taken):
        for frame, pieces in _framed(row.key):
            groups[frame].append((place, pieces))
    for _, members in sorted(groups.items()):
        yield from _varied(pages, members)


def _rows(pages: Sequence[Page], taken: set[Place]) -> Iterator[tuple[Place, Row]]:
    for n, page in enumerate(pages):
        for i, row in enumerate(page.rows):
            if (n, i) not in taken and len(row.bare) <= LONGEST_LINE:
                yield (n, i), row


def _row(pages: Sequence[Page], place: Place) -> Row:
    return pages[place[0]].rows[place[1]]


def _template(key: str, values: Iterable[Sequence[str]], places: Iterable[Place]) -> Template:
    bare, left = settled(key, values)
    return Template(bare, tuple(map(frozenset, left)), tuple(places))


def _framed(key: str) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Yield (what must agree, the pieces) for each way to see `key` as a frame; even pieces may vary."""
    labelled = _LABEL.split(key)
    if len(labelled) > 1:
        yield (":", *(label.replace(" ", "") for label in labelled[1::2])), labelled
        return
    pieces = _SEPARATORS.split(key)
    if len(pieces) > 1:
        marks = tuple(mark.strip() for mark in pieces[1::2])
        yield ("first", *marks, pieces[0]), pieces
        yield ("last", *marks, pieces[-1]), pieces


def _varied(pages: Sequence[Page], members: Sequence[tuple[Place, list[str]]]) -> Iterator[Template]:
    """Yield the template of the members of a frame, if some piece of it varies."""
    seen = [Counter(pieces[n] for _, pieces in members) for n in range(len(members[0][1]))]
    slots = {n for n, values in enumerate(seen) if n % 2 == 0 and len(values) >= VARIED}
    if not slots:
        return
    usual = [values.most_common(1)[0][0] for values in seen]
    same = [
        (place, pieces)
        for place, pieces in members
        if all(n in slots or n % 2 or piece == usual[n] for n, piece in enumerate(pieces))
        and all(0 < len(pieces[n]) <= LONGEST_VALUE for n in slots)
    ]
    key = "".join(TEXT if n in slots else piece for n, piece in enumerate(usual))
    if same and _WORDS.search("".join(literals(key))):
        rows = [_values(_row(pages, place), pieces, slots) for place, pieces in same]
        yield _template(key, rows, (place for place, _ in same))


def _values(row: Row, pieces: Sequence[str], slots: set[int]) -> list[str]:
    """Return the values of a row in the order of its frame's slots: typed ones, and the pieces that vary."""
    typed = iter(row.values)
    found = []
    for n, piece in enumerate(pieces):
        whole = re.sub(f"[{DATE}-{TEXT}]", lambda _: next(typed), piece) if n in slots else ""
        found += [whole] if n in slots else [next(typed) for char in piece if DATE <= char <= TEXT]
    return found
