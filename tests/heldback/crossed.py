"""How would another page show the same speech? Makes files of marked ones that nobody has written.

In: the marked files of a half. Out: marked files in which the head of one stands over the speeches of another and the
foot of a third below them, masks in another style, the lines cut at a width, with or without indents, and the pages
numbered. What always holds: the same seed gives the same files; a page's copies of a title say that of the speech they
stand beside.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from cleaner.chars import display_width
from tests.heldback.marked import MARK, read

WIDTHS = (36, 44, 50, 56, 60, 64, 70, 76, 80, 90)
"""Widths of lines, in half-width cells."""
PAGE_LINES = (12, 26)
HANGING = "，。、；：！？”’）》」』】…"
"""What a printer does not begin a line with, and many a program does."""
NUMBERS: tuple[Callable[[int, int], str], ...] = (
    lambda n, _: f"- {n} -",
    lambda n, _: f"{n}",
    lambda n, _: f"— {n} —",
    lambda n, _: f"第{n}页",
    lambda n, _: f"·{n}·",
    lambda n, of: f"第{n}页 共{of}页",
    lambda n, of: f"{n}/{of}",
    lambda n, of: f"Page {n} of {of}",
)
STYLES = dict.fromkeys("Xx×Ｘㄨ○〇△□", 1) | dict.fromkeys("*＊_＿某■※〓#", 2)
"""Characters of masks, and the fewest that anybody would take for one wherever they stand."""
_MASK = re.compile(r"⟪(?:p|placeholder):(?P<mask>(?P<sign>[^\w\s.·]|[XxＸ某_＿])(?:(?P=sign)|[.·](?=(?P=sign)))*)⟫")
_PIECE = re.compile(r"⟪[^⟪⟫]*⟫|.")
_COPY = re.compile(r"⟪(?:title|repeated_title):([^⟪⟫]*)⟫")
_BREAK = re.compile("\n(?![^⟪⟫]*⟫)")
"""A break of a line that stands in no mark."""
_TITLE = re.compile("⟪speech:([^⟪⟫]*)⟫")
_NOT_CUT = re.compile(r"⟪(?!p:|placeholder:)")


class Parts(NamedTuple):
    """A marked file: what stands over its speeches, they themselves, what stands below; the first one's title."""

    head: str
    speeches: str
    foot: str
    title: str


def crossed(half: Path, count: int, seed: int) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return texts with their gold, by a name that says which files they were made of."""
    draw = Random(seed)
    files = {path.relative_to(half).with_suffix("").as_posix(): _parts(path) for path in sorted(half.rglob("*.txt"))}
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    while len(found) < count:
        names = draw.choices([*files], k=3)
        head, own, foot = (files[name] for name in names)
        if not (own.title and (over := _retitled(head.head, head.title, own.title))):
            continue
        marked = (
            over
            + _set(restyled(own.speeches, draw.choice([*STYLES])), draw)
            + (_retitled(foot.foot, foot.title, own.title) or "")
        )
        # Each page a site of its own: what its files share would tell the names of the page.
        name = f"{len(found):04}/{' + '.join(names).replace('/', '.')}.txt"
        found[name] = read(name, marked)
    return found


def _parts(path: Path) -> Parts:
    marked = path.read_text("utf-8")
    first, last = marked.index("⟪speech:"), marked.rindex("⟪end⟫") + len("⟪end⟫\n")
    title = _TITLE.search(marked)
    assert title is not None
    return Parts(marked[:first], marked[first:last], marked[last:], title[1])


def _retitled(page: str, before: str, title: str) -> str | None:
    """Return a page with another title; None if it may have copies of the one before that cannot be told."""
    page = page.replace(before, title) if before else page
    return page if all(title in copy[1] for copy in _COPY.finditer(page)) else None


def restyled(speeches: str, sign: str) -> str:
    """Return the speeches with masks of another style; as they stand if a title shows a mask, or no style fits."""
    titles = " ".join(_TITLE.findall(speeches))
    if any(mask["mask"] in titles for mask in _MASK.finditer(speeches)) or (sign in "某〇" and "20⟪p" in speeches):
        return speeches
    return _MASK.sub(lambda mask: f"⟪p:{mask['mask'].replace(mask['sign'], sign).ljust(STYLES[sign], sign)}⟫", speeches)


def _set(speeches: str, draw: Random) -> str:
    """Return the speeches as a printer sets them; as they stand if they are cut already."""
    if "⟪b⟫" in speeches or "⟪tb⟫" in speeches:
        return speeches
    width, hangs, indent = draw.choice(WIDTHS), draw.random() < 0.6, draw.choice(["　　", "    ", ""])
    number, page = (draw.choice(NUMBERS), draw.randint(*PAGE_LINES)) if draw.random() < 0.6 else (None, 0)
    at = draw.randint(1, 30)
    rows: list[str] = []
    n_lines, is_title = 0, False
    for line in _BREAK.split(speeches):
        if (title := _TITLE.match(line)) or not line.strip() or line == "⟪end⟫":
            is_title = bool(title and title[1]) or (is_title and not line.strip())
            rows.append(line)
            continue
        ends = line.rstrip()[-1] in "。！？；"
        for piece in _cut(line, width, indent if ends else "", "⟪tb⟫" if is_title else "⟪b⟫", hangs):
            rows.append(piece)
            n_lines += 1
            if number and not is_title and n_lines % page == 0:
                rows.append(f"⟪page_number:{number(at, at + 9)}⟫")
                at += 1
        is_title = False
    return "\n".join(rows)


def _cut(line: str, width: int, indent: str, mark: str, hangs: bool) -> Iterator[str]:
    """Yield the pieces of a line, each but the last with the mark of a cut; all of one that a page has put in."""
    if _NOT_CUT.search(line):
        yield line
        return
    piece, cells = indent, display_width(indent)
    for shown in _PIECE.findall(line.strip()):
        wide = display_width(MARK.sub(lambda mark: mark["inside"] or "", shown))
        if cells + wide > width and piece.strip() and not (hangs and shown in HANGING):
            yield piece + mark
            piece, cells = "", 0
        piece, cells = piece + shown, cells + wide
    yield piece
