"""What stands on the pages that templates are learned from?

In: (source, text) pairs. Out: `Page` records: the rows of each page that hold text, seen as rules see them (folded,
without outer blanks), each with its key; the page's site and its *story*. What always holds: pages that carry the same
speech are one story, so that a speech found on ten pages counts once; the result depends on the set of pairs alone.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from cleaner.edits import Draft
from cleaner.ingest.repair import repair
from cleaner.lines import Line, is_title, lines
from cleaner.suggest.slots import SHORTEST_TITLE, masked

SENTENCE_CHARS = 12
"""The shortest sentence that tells two pages to be one story; shorter ones are said in many speeches."""
SAME_STORY = 0.5
"""The share of the shorter page's sentences that another page has if they are one story: at least two."""
SAME_SENTENCE = 0.8
"""The share of both pages that a single common sentence makes if they are one story; less may be a notice."""
WIDESPREAD = 0.3
"""A sentence on more than this share of a site's pages is the site's and tells nothing of stories."""
FEW_PAGES = 20
"""The same for small sites: up to so many pages may hold it."""
MAX_TITLES = 4
"""So many title-like lines of a page are sought inside its other lines."""

_VARYING = re.compile(r"[0-9A-Za-z×*_〇○△□.%]+")
"""What copies of one speech differ in: numbers, and the masks that stand for them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line that holds text: as it stands, folded and bare, its key, the values of the key's slots in order."""

    text: str
    bare: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A source to learn from; `story` is the first source of its site that carries the same speech."""

    source: str
    site: str
    rows: tuple[Row, ...]
    story: str


def folder_of(source: str) -> str:
    """Return the first folder of a source's name, which is its site; `.` for a source in no folder.

    >>> folder_of("wenmi-yuan/2023/0001.txt"), folder_of("0001.txt")
    ('wenmi-yuan', '.')
    """
    first, slash, _ = source.partition("/")
    return first if slash else "."


def pages_of(pairs: Iterable[tuple[str, str]], site_of: Callable[[str], str] = folder_of) -> tuple[Page, ...]:
    """Return the pages of (source, text) pairs, in byte order of their sources."""
    read = sorted(((source, _rows(text)) for source, text in pairs), key=lambda pair: pair[0].encode())
    by_site: dict[str, list[tuple[str, tuple[Row, ...]]]] = defaultdict(list)
    for source, rows in read:
        by_site[site_of(source)].append((source, rows))
    found = []
    for site, members in by_site.items():
        for (source, rows), story in zip(members, _stories(members), strict=True):
            found.append(Page(source, site, rows, story))
    return tuple(found)


def _rows(text: str) -> tuple[Row, ...]:
    """Return the rows of a text, repaired as a run repairs it."""
    seen = [line for line in lines(repair(Draft.of(text))[0].text) if line.bare]
    titles = _titles([line.bare for line in seen])
    return tuple(Row(_bare(line), line.bare, *_keyed(line.bare, titles)) for line in seen)


def _bare(line: Line) -> str:
    """Return the line as it stands without its outer blanks: code point for code point its `bare`."""
    start = line.folded.index(line.bare)
    return line.text[start : start + len(line.bare)]


def _titles(bares: Sequence[str]) -> tuple[str, ...]:
    """Return the lines that other lines of the page repeat inside themselves, longest first: its title, mostly."""
    short = [bare for bare in dict.fromkeys(bares) if SHORTEST_TITLE <= len(bare) <= 60 and is_title(bare)]
    whole = "\n".join(dict.fromkeys(bares))
    said = [bare for bare in short if whole.count(bare) > 1]
    return tuple(sorted(said, key=lambda bare: (-len(bare), bare))[:MAX_TITLES])


@lru_cache(maxsize=100_000)
def _keyed(bare: str, titles: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    return masked(bare, titles)


def _stories(members: Sequence[tuple[str, Sequence[Row]]]) -> list[str]:
    """Return for each page of a site the first source with the same speech."""
    holders: dict[str, list[int]] = defaultdict(list)
    sentences = [_sentences(rows) for _, rows in members]
    for page, said in enumerate(sentences):
        for sentence in said:
            holders[sentence].append(page)
    cap = max(FEW_PAGES, WIDESPREAD * len(members))
    weight = [sum(len(s) for s in said if len(holders[s]) <= cap) for said in sentences]
    shared: Counter[tuple[int, int]] = Counter()
    times: Counter[tuple[int, int]] = Counter()
    for sentence, at in sorted(holders.items()):
        if len(at) <= cap:
            pairs = list(combinations(at, 2))
            times.update(pairs)
            shared.update(dict.fromkeys(pairs, len(sentence)))
    first = list(range(len(members)))

    def root(page: int) -> int:
        while first[page] != page:
            page = first[page]
        return page

    for (a, b), chars in sorted(shared.items()):
        low, high = sorted((weight[a], weight[b]))
        if chars >= (SAME_STORY * low if times[a, b] > 1 else SAME_SENTENCE * high):
            low, high = sorted((root(a), root(b)))
            first[high] = low
    return [members[root(page)][0] for page in range(len(members))]


def _sentences(rows: Sequence[Row]) -> set[str]:
    said = (row.bare for row in rows if re.search("[,。;]", row.bare))
    pieces = (_VARYING.sub("", piece) for bare in said for piece in re.split("[。!?;]", bare))
    return {piece for piece in pieces if len(piece) >= SENTENCE_CHARS}
