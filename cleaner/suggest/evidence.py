"""Is a repeated line the site's, or is it said in speeches?

In: templates of one site and the pages they stand on. Out: those that are chrome, with what speaks for it. What always
holds: a line that has the shape of speech (salutation, heading, closing, date, speaker, the page's last title) is never
chrome; running text is chrome only if it speaks of the page itself or stands walled in between chrome; how often a
line stands is counted in stories, not in pages.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import median_low

from cleaner.chars import is_han
from cleaner.dates import is_date
from cleaner.lines import is_closing, is_final, is_heading, is_item, is_prose, is_speaker, is_title, names_speech
from cleaner.pagewords import NEED, STAGE
from cleaner.rulepack import RulePack
from cleaner.salutation import is_salutation, opens_with_salutation
from cleaner.suggest.frames import Place, Template
from cleaner.suggest.pages import Page

USUAL = 0.6
"""A plain line on so many of a site's stories is the site's wherever it stands: no sub-heading is so common."""
COMMON = 0.1
"""The same for a line outside the speech."""
NEARLY_ALL = 0.9
STRAY_PROSE = 0.2
"""A link that asks a question ends like prose: so many of a template's lines may."""
LINK_CHARS = 20
TAG_CHARS = 6
"""A line so short that names a genre is a link and no title."""
PROSE_BELOW = 3
"""A line with a title above it and less prose than this below is no title: no speech is so short."""
ROUNDS = 4
"""Chrome found in one round moves the edges of the speech for the next."""

_STOPS = "。,、;:!?…” "


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a template: counts of stories and pages, shares of its places, and what its words weigh.

    Words of one family are evidence beside repetition; to take running text they must weigh as much as they need alone.
    """

    n_stories: int
    n_pages: int
    of_stories: int
    outside: float
    enclosed: float
    weight: int
    shipped: float


@dataclass(slots=True)
class Site:
    """The pages of one site and, as rounds go on, which of their rows are chrome."""

    name: str
    pages: Sequence[Page]
    pack: RulePack
    chrome: set[Place] = field(default_factory=set)

    @property
    def n_stories(self) -> int:
        """How many different speeches the site has."""
        return len({page.story for page in self.pages})

    def spans(self) -> list[tuple[int, int]]:
        """Return for each page the rows [first, end) from its first to its last row of speech, no title being last."""
        found = []
        for n, page in enumerate(self.pages):
            said = [i for i, row in enumerate(page.rows) if (n, i) not in self.chrome and speaks(row.bare)]
            ends = [i for i in said if not is_speech_title(page.rows[i].bare)]
            found.append((said[0], ends[-1] + 1) if ends else (0, 0))
        return found

    def names(self, least: int) -> set[str]:
        """Return the stretches of four characters on the chrome of `least` pages: of the site's name, mostly."""
        pages: dict[str, set[int]] = defaultdict(set)
        for n, i in self.chrome:
            key = self.pages[n].rows[i].key
            for at in range(len(key) - 3):
                pages[key[at : at + 4]].add(n)
        return {piece for piece, held in pages.items() if len(held) >= least and all(map(is_han, piece))}

    def weight(self, bare: str) -> int:
        """Return what the words that pages use of themselves weigh in the line; see `cleaner.pagewords`."""
        return sum(self.pack.stage(STAGE).weights(bare))

    def claimed(self, bare: str) -> bool:
        """Say whether a shipped rule for heads and feet takes the whole line."""
        hits = self.pack.stage("header", "footer").hits(bare)
        return bool(hits) and hits[0].start == 0 and hits[-1].end == len(bare)


@lru_cache(maxsize=200_000)
def speaks(bare: str) -> bool:
    """Say whether the line has the shape of something a speech holds, its title included."""
    return (is_prose(bare) and not _is_link(bare)) or has_shape(bare) or is_speech_title(bare)


def _is_link(bare: str) -> bool:
    """Say whether a line that ends like prose may be the catchword of a link: short, and it asks or calls."""
    return len(bare) <= LINK_CHARS and "。" not in bare


@lru_cache(maxsize=200_000)
def has_shape(bare: str) -> bool:
    """Say whether the line is a part of a speech by its shape alone: salutation, heading, date, speaker, closing."""
    claims = (is_salutation, opens_with_salutation, is_heading, is_date, is_speaker, is_closing, is_final)
    return any(claim(bare) for claim in claims)


@lru_cache(maxsize=200_000)
def is_speech_title(bare: str) -> bool:
    """Say whether the line could be the title of a speech; the bare name of a genre is a link."""
    return len(bare) > TAG_CHARS and names_speech(bare) and is_title(bare)


def weighed(site: Site, template: Template, spans: Sequence[tuple[int, int]]) -> Evidence:
    """Return what speaks for `template`."""
    places, pages = template.places, site.pages
    outside = sum(not spans[n][0] <= i < spans[n][1] for n, i in places)
    enclosed = sum(_is_enclosed(site, place) for place in places)
    bares = [pages[n].rows[i].bare for n, i in places]
    shipped = sum(map(site.claimed, bares))
    return Evidence(
        n_stories=len({pages[n].story for n, _ in places}),
        n_pages=len({n for n, _ in places}),
        of_stories=site.n_stories,
        outside=outside / len(places),
        enclosed=enclosed / len(places),
        weight=median_low(map(site.weight, bares)),
        shipped=shipped / len(places),
    )


def is_chrome(site: Site, template: Template, seen: Evidence, spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether the template is the site's, by what was seen of it."""
    bares = [site.pages[n].rows[i].bare for n, i in template.places]
    if seen.shipped >= NEARLY_ALL:
        return True
    if not template.key.strip(_STOPS):
        return False
    if any(map(has_shape, bares)) or (seen.outside < NEARLY_ALL and any(map(is_item, bares))):
        return False
    if any(map(is_speech_title, bares)) and _titles_pages(site, template):
        return False
    if not seen.weight and template.values and _is_only_title(site, template, spans):
        return False
    share = seen.n_stories / seen.of_stories
    if sum(map(is_prose, bares)) > STRAY_PROSE * len(bares):
        return (seen.weight >= NEED and (seen.outside >= NEARLY_ALL or share >= COMMON)) or seen.enclosed >= NEARLY_ALL
    apart = (seen.outside >= NEARLY_ALL and share >= COMMON) or seen.enclosed >= NEARLY_ALL
    return seen.weight > 0 or apart or share >= USUAL


def _is_enclosed(site: Site, place: Place) -> bool:
    """Say whether the rows above and below are chrome or the page's edge."""
    n, i = place
    rows = site.pages[n].rows
    return (i == 0 or (n, i - 1) in site.chrome) and (i + 1 == len(rows) or (n, i + 1) in site.chrome)


def _titles_pages(site: Site, template: Template) -> bool:
    """Say whether the template may be the last title on some page: no title stands below it, above the speech."""
    for n, i in template.places:
        rows = site.pages[n].rows
        said = next((j for j, row in enumerate(rows) if j > i and is_prose(row.bare)), len(rows))
        above = any(is_speech_title(rows[j].bare) for j in range(i))
        if above and sum(is_prose(row.bare) for row in rows[i:]) < PROSE_BELOW:
            continue
        if said < len(rows) and not any(is_speech_title(rows[j].bare) for j in range(i + 1, said)):
            return True
        if said == len(rows) and not above:
            return True
    return False


def _is_only_title(site: Site, template: Template, spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether on some pages nothing else above the speech could be its title."""
    own = set(template.places)
    for n, i in template.places:
        above = range(spans[n][0]) if i < spans[n][0] else ()
        others = (j for j in above if (n, j) not in own and (n, j) not in site.chrome)
        if above and not any(is_title(site.pages[n].rows[j].bare) for j in others):
            first = site.pages[n].rows[spans[n][0]].bare
            if not is_title(first):
                return True
    return False


def learned(site: Site, templates: Iterable[Template], least: int) -> list[tuple[Template, Evidence]]:
    """Return the templates on at least `least` stories that are chrome; their places join the site's chrome."""
    by_key: dict[str, Template] = {}
    for template in templates:
        if template.key not in by_key or len(template.places) > len(by_key[template.key].places):
            by_key[template.key] = template
    waiting = [t for t in by_key.values() if len({site.pages[n].story for n, _ in t.places}) >= least]
    found: list[tuple[Template, Evidence]] = []
    for _ in range(ROUNDS):
        spans = site.spans()
        taken = []
        for template in waiting:
            seen = weighed(site, template, spans)
            if is_chrome(site, template, seen, spans):
                taken.append((template, seen))
        if not taken:
            break
        found += taken
        site.chrome |= {place for template, _ in taken for place in template.places}
        known = {template.key for template, _ in taken}
        waiting = [template for template in waiting if template.key not in known]
    return found
