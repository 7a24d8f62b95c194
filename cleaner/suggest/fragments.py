"""What was put into the sentences of a site's speeches?

In: the pages of one site and their rows that are no chrome. Out: `Fragment`s, stretches that stand inside many
sentences and do not belong to them. What always holds: a fragment is judged by its seams, never by its words alone:
its neighbours are ever-different, they do not go with it, and they go with each other as any two neighbours in the text
do. A phrase of the language fails this, because its neighbours go with it (`全面|建成小康社会`, "build | a moderately
prosperous society") and taking it out leaves a join that nobody writes.

One page a story is read, so that copies of one speech give one context.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from cleaner.suggest.evidence import Site
from cleaner.suggest.frames import Place
from cleaner.suggest.slots import ADDRESS, DATE, TEXT, literals, settled

GRAM = 5
"""The shortest stretch that is counted, and so the shortest fragment, in characters of a key."""
REACH = 4
"""How many characters on each side tell two contexts apart."""
JOIN = 0.8
SEAM = 0.26
"""The least join and the largest seam of a fragment. Source: measured (docs/decisions/0012): fragments put into laws,
work reports and speeches at random have a join of 0.88 to 1.2 and a seam of 0.00 to 0.19; of 8,000 phrases of these
texts none with a join over 0.75 has a seam under 0.34."""
DISTINCT = 0.5
"""How many neighbours a fragment must have on each side, as a share of its contexts or of twice the least stories."""
MOST_STORIES = 400
"""So many stories of a site are read: its chrome stands on each of them or on many."""
SAMPLE_STEP = 23
"""Every so many places of the text give the measure of what is ordinary."""
LONGEST_GAP = 40
"""Two stretches no further apart are one fragment with a value between them, if they mostly come together."""
TOGETHER = 0.8

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>|\*+[^*]*\*+")
_WORD = re.compile("[A-Za-z\u3400-\u9fff]")
MARKS = "。!?;:,、"
_BOUND = re.compile(f"[{MARKS}{DATE}-{TEXT}]")
"""What is no evidence as a neighbour: any text can stand beside a mark, and a value varies anyway."""


Span = tuple[Place, int, int]
"""A row, and a stretch of its key."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch inside lines.

    Args:
        key: with its slots, values that never change written out.
        values: what was seen in each slot.
        spans: where it stands, in code points of the rows' bare text.
        n_stories: in how many stories.
        join: how ordinary the text is without it; 1 is any place of the text.
        seam: how ordinary its neighbours are beside it, on the same scale.
    """

    key: str
    values: tuple[frozenset[str], ...]
    spans: tuple[Span, ...]
    n_stories: int
    join: float
    seam: float


class Text:
    """The rows of a site that may hold fragments, as keys, with how often each short stretch is written there."""

    def __init__(self, site: Site, least: int) -> None:
        self.names = site.names(least)
        self.keys: dict[Place, str] = {}
        stories: set[str] = set()
        for n, page in enumerate(site.pages):
            if page.story not in stories and len(stories) < MOST_STORIES:
                stories.add(page.story)
                self.keys |= {(n, i): row.key for i, row in enumerate(page.rows) if (n, i) not in site.chrome}

    @cached_property
    def written(self) -> Counter[str]:
        """How often each stretch of two to four characters is written."""
        counts: Counter[str] = Counter()
        for key in self.keys.values():
            for size in (2, 3, 4):
                counts.update(key[i : i + size] for i in range(len(key) - size + 1))
        return counts

    @cached_property
    def ordinary(self) -> float:
        """How well two neighbours in this text go together, on average, as the rest of it says."""
        found = []
        for key in self.keys.values():
            for i in range(GRAM, len(key) - GRAM + 1, SAMPLE_STEP):
                found.append(self.goes(key[:i], key[i:], Counter(across(key[:i], key[i:]))))
        return sum(found) / len(found) if found else 1.0

    def goes(self, left: str, right: str, own: Counter[str]) -> float:
        """Return the share of the stretches across a seam that are written more often than `own` says."""
        pieces = across(left, right)
        return sum(self.written[piece] > own[piece] for piece in pieces) / len(pieces)


def across(left: str, right: str) -> list[str]:
    """Return the stretches of two to four characters across the seam of two texts."""
    sizes = ((1, 1), (2, 1), (1, 2), (2, 2))
    return [left[-a:] + right[:b] for a, b in sizes if len(left) >= a and len(right) >= b]


def inserted(site: Site, text: Text, least: int) -> list[Fragment]:
    """Return the fragments in at least `least` stories of `site`, those with most text first."""
    found: list[Fragment] = []
    taken: dict[Place, list[tuple[int, int]]] = defaultdict(list)
    for key, at in _candidates(text, least):
        free = [(place, a, b) for place, a, b in at if all(b <= x or y <= a for x, y in taken[place])]
        evidence = _judged(site, text, key, free, least)
        if evidence is not None:
            spans = sorted({*free, *_everywhere(text, key)})
            found.append(_fragment(text, site, key, spans, evidence))
            for place, a, b in spans:
                taken[place].append((a, b))
    return found


def _everywhere(text: Text, key: str) -> Iterator[Span]:
    """Yield every place of a stretch, those too where it lies in a longer one by chance of its neighbours."""
    for place, line in text.keys.items():
        at = line.find(key)
        while at >= 0:
            yield place, at, at + len(key)
            at = line.find(key, at + len(key))


def _candidates(text: Text, least: int) -> list[tuple[str, list[Span]]]:
    """Return the stretches that stand in `least` stories with their spans, in order of judgement: most text first."""
    frequent = _frequent(text, least)
    runs: dict[str, list[Span]] = defaultdict(list)
    pairs: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for place, key in text.keys.items():
        spans = _runs(key, frequent)
        for start, end in spans:
            runs[key[start:end]].append((place, start, end))
        for (a, b), (c, d) in pairwise(spans):
            if 0 < c - b <= LONGEST_GAP and not _BOUND.search(key[b:c]):
                pairs[key[a:b], key[c:d]].append((place, a, d))
    for (left, right), at in sorted(pairs.items()):
        if len(at) >= max(least, TOGETHER * len(runs[left]), TOGETHER * len(runs[right])):
            runs[left + TEXT + right] = at
    enough = [(key, at) for key, at in runs.items() if len({place[0] for place, _, _ in at}) >= least]
    return sorted(enough, key=lambda pair: (-len(pair[1]) * len(pair[0]), pair[0]))


def _frequent(text: Text, least: int) -> set[str]:
    """Return the stretches of `GRAM` characters on at least `least` pages."""
    pages: Counter[str] = Counter()
    last: dict[str, int] = {}
    for (page, _), key in text.keys.items():
        for i in range(len(key) - GRAM + 1):
            gram = key[i : i + GRAM]
            if last.get(gram) != page:
                last[gram] = page
                pages[gram] += 1
    return {gram for gram, count in pages.items() if count >= least}


def _runs(key: str, frequent: set[str]) -> list[tuple[int, int]]:
    """Return the stretches of `key` all of whose grams are frequent, each as long as can be."""
    spans: list[tuple[int, int]] = []
    for i in range(len(key) - GRAM + 1):
        if key[i : i + GRAM] in frequent:
            if spans and spans[-1][1] == i + GRAM - 1:
                spans[-1] = spans[-1][0], i + GRAM
            else:
                spans.append((i, i + GRAM))
    return [(a, b) for a, b in (_trimmed(key, a, b) for a, b in spans) if a < b]


def _trimmed(key: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch without the marks at its ends, which are those of the sentences round it."""
    while start < end and key[start] in MARKS:
        start += 1
    while start < end and key[end - 1] in MARKS:
        end -= 1
    return start, end


def _judged(site: Site, text: Text, key: str, at: Sequence[Span], least: int) -> tuple[int, float, float] | None:
    """Return (stories, join, seam) if the seams say that the stretch is none of the text's own, else None."""
    contexts: dict[tuple[str, str], Span] = {}
    own: Counter[str] = Counter()
    for place, start, end in at:
        left, right = text.keys[place][:start], text.keys[place][end:]
        contexts.setdefault((left[-REACH:], right[:REACH]), (place, start, end))
        own.update([*across(left, key[:2]), *across(key[-2:], right)])
    n_stories = len({place[0] for place, _, _ in contexts.values()})
    if n_stories < least or not any(map(_WORD.search, literals(key))):
        return None
    inside = [(a, b) for a, b in contexts if a and b and not _BOUND.match(a[-1]) and not _BOUND.match(b[0])]
    if len(inside) < least:
        return (n_stories, 0.0, 0.0) if _says_page(site, key, text.names) else None
    join = sum(text.goes(a, b, Counter()) for a, b in inside) / len(inside) / text.ordinary
    seams = (text.goes(a, key[:2], own) + text.goes(key[-2:], b, own) for a, b in inside)
    seam = sum(seams) / 2 / len(inside) / text.ordinary
    firsts = (len({a[-1] for a, _ in inside}), len({b[0] for _, b in inside}))
    if join < JOIN or seam > SEAM or min(firsts) < DISTINCT * min(len(inside), 2 * least):
        return None
    return n_stories, join, seam


def _says_page(site: Site, key: str, names: set[str]) -> bool:
    """Say whether a stretch at the edge of sentences, where seams tell nothing, can only be the page's.

    It is if a bracket holds it and in it stands an address, a word that pages use of themselves or the site's name.
    """
    bare = key.strip(" ")
    if not _BRACKETED.fullmatch(bare):
        return False
    return ADDRESS in bare or site.weight(bare) > 0 or any(bare[i : i + 4] in names for i in range(len(bare) - 3))


def _fragment(text: Text, site: Site, key: str, at: Sequence[Span], evidence: tuple[int, float, float]) -> Fragment:
    """Return the fragment with what its slots held and where it stands in the bare lines."""
    values, spans = [], []
    for place, start, end in at:
        row = site.pages[place[0]].rows[place[1]]
        edges, seen = _offsets(row.key, row.values)
        inner = row.values[seen[start] : seen[end]]
        if TEXT in key:
            head, tail = key.split(TEXT)
            gap = edges[start + len(head)], edges[end - len(tail)]
            n, m = seen[start + len(head)], seen[end - len(tail)]
            inner = (*row.values[seen[start] : n], row.bare[slice(*gap)], *row.values[m : seen[end]])
        values.append(inner)
        spans.append((place, edges[start], edges[end]))
    bare, left = settled(key, values)
    return Fragment(bare, tuple(map(frozenset, left)), tuple(spans), *evidence)


def _offsets(key: str, values: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return for each place of a key, its end included, its code point in the line and how many slots stand before."""
    edges, seen = [0], [0]
    for char in key:
        slot = DATE <= char <= TEXT
        edges.append(edges[-1] + (len(values[seen[-1]]) if slot else 1))
        seen.append(seen[-1] + slot)
    return edges, seen
