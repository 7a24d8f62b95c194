"""What rule would take a template away, and what else would it take?

In: the templates and fragments of one site. Out: `Proposal`s: each a rule that passes its own examples, with counts.
What always holds: a rule that claims a line of speech anywhere in the corpus is not proposed; a whole line is given to
the stage that reaches it (head, foot), and to `inline`, anchored at both ends, where it stands between lines of speech.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cleaner.errors import RuleError
from cleaner.filters.footer import LISTED_CHARS
from cleaner.lines import is_prose
from cleaner.rule import Matcher, Rule
from cleaner.rulepack import WHOLE_LINE, check
from cleaner.suggest.evidence import NEARLY_ALL, Evidence, Site, has_shape, speaks
from cleaner.suggest.fragments import Fragment
from cleaner.suggest.frames import Place, Template
from cleaner.suggest.near import Near
from cleaner.suggest.pages import Page
from cleaner.suggest.slots import literals, pattern

EXAMPLES = 3
CONTEXT_CHARS = 8
SHORTEST_KEYWORD = 2
_WHERE = {"header": "above the speech", "footer": "below the speech", "inline": "between the lines of the speech"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule with what the corpus says of it.

    Args:
        rule: ready for a learned file.
        sites: where the template was learned.
        n_pages, n_stories, of_stories: pages and different speeches that hold it, and speeches of the site.
        n_spans, n_chars: what the rule would remove from the pages of the corpus.
        shipped: the share of its places that shipped rules claim already.
        note: what else speaks for it, for a reader.
    """

    rule: Rule
    sites: tuple[str, ...]
    n_pages: int
    n_stories: int
    of_stories: int
    n_spans: int
    n_chars: int
    shipped: float
    note: str


def is_refused(template: Template, near: Near) -> bool:
    """Say whether a rule for the template would claim lines of speech."""
    rule = Rule(id="", why="", pattern=_pattern(template), removes=(), keeps=(), stage="header")
    return near.claims(Matcher(rule, whole_line=True), whole=True)


def stages(site: Site, templates: Sequence[Template], lists: dict[int, set[Place]]) -> list[str]:
    """Return for each template the stage whose zone reaches all its places.

    A head ends at the first line of speech, a foot at the lowest line that no rule of head or foot claims; what
    `inline` takes is still there when they are judged.
    """
    inside: set[int] = set()
    while True:
        claimed = {place for k, template in enumerate(templates) if k not in inside for place in template.places}
        claimed |= {place for k, entries in lists.items() if k not in inside for place in entries}
        edges = [_edges(page, n, claimed) for n, page in enumerate(site.pages)]
        reached = [[edges[n][0] > i or edges[n][1] <= i for n, i in template.places] for template in templates]
        more = {k for k, found in enumerate(reached) if not all(found)}
        if more <= inside:
            break
        inside |= more
    found = []
    for k, template in enumerate(templates):
        heads = sum(i < edges[n][0] for n, i in template.places)
        found.append("inline" if k in inside else "header" if 2 * heads >= len(template.places) else "footer")
    return found


def lists_below(site: Site, templates: Sequence[Template]) -> dict[int, set[Place]]:
    """Return for each template that heads a list at the foot, by its index, the entries: short lines that vary.

    It does if such lines stand below nearly all its places, down to chrome or the end, and no speech after them.
    """
    claimed = {place for template in templates for place in template.places}
    found = {}
    for k, template in enumerate(templates):
        entries: set[Place] = set()
        heads = 0
        for n, i in template.places:
            rows = site.pages[n].rows
            end = next((j for j in range(i + 1, len(rows)) if (n, j) in claimed), len(rows))
            below = [j for j in range(i + 1, len(rows)) if (n, j) not in claimed]
            listed = set(below) == set(range(i + 1, end)) and all(_is_entry(rows[j].bare) for j in below)
            if below and listed and any(is_prose(row.bare) for row in rows[:i]):
                heads += 1
                entries |= {(n, j) for j in below}
        if heads >= NEARLY_ALL * len(template.places):
            found[k] = entries
    return found


def _is_entry(bare: str) -> bool:
    return len(bare) <= LISTED_CHARS and not is_prose(bare) and not has_shape(bare)


def _edges(page: Page, n: int, claimed: set[Place]) -> tuple[int, int]:
    """Return the first row of speech, and the row after the last that is not claimed."""
    left = [i for i in range(len(page.rows)) if (n, i) not in claimed]
    bares = ((i, page.rows[i].bare) for i in left)
    first = next((i for i, bare in bares if is_prose(bare) or speaks(bare)), len(page.rows))
    return first, left[-1] + 1 if left else 0


def _pattern(template: Template) -> str:
    return pattern(template.key, [set(values) for values in template.values])


def of_template(
    site: Site, template: Template, seen: Evidence, stage: str, near: Near, entries: set[Place] | None
) -> Proposal | None:
    """Return the proposal for whole lines, or None if no rule holds its examples.

    Args:
        entries: the lines of the list that the template heads, if it heads one.
    """
    written = _pattern(template) if stage in WHOLE_LINE else f"^ *(?:{_pattern(template)}) *$"
    rows = [site.pages[n].rows[i] for n, i in template.places]
    why = f"Stands {_WHERE[stage]} on {seen.n_stories} of {seen.of_stories} speeches of {site.name}."
    examples = _spread(dict.fromkeys(row.text for row in rows))
    rule = _rule(stage, written, template.key, why, site.name, examples, near)
    if rule is None:
        return None
    if entries and stage == "footer":
        rule = replace(rule, opens=True)
        rows += [site.pages[n].rows[i] for n, i in sorted(entries)]
    note = f"outside the speech {seen.outside:.0%}, between chrome {seen.enclosed:.0%}" + (
        ", speaks of the page" if seen.weight else ""
    )
    chars = sum(len(row.text) for row in rows)
    return Proposal(
        rule, (site.name,), seen.n_pages, seen.n_stories, seen.of_stories, len(rows), chars, seen.shipped, note
    )


def of_fragment(site: Site, fragment: Fragment, near: Near) -> Proposal | None:
    """Return the proposal for a stretch inside lines, or None if no rule holds its examples or spares the speeches."""
    written = pattern(fragment.key, [set(values) for values in fragment.values])
    why = f"Stands inside sentences of {fragment.n_stories} of {site.n_stories} speeches of {site.name}."
    examples = _spread(dict.fromkeys(_marked(site, place, start, end) for place, start, end in fragment.spans))
    rule = _rule("inline", written, fragment.key, why, site.name, examples, near)
    if rule is None or near.claims(Matcher(rule, whole_line=False), whole=False):
        return None
    inline, claimed = site.pack.stage("inline"), 0
    for (n, i), start, end in fragment.spans:
        hits = inline.claims(site.pages[n].rows[i].bare)
        claimed += any(hit.start < end and start < hit.end for hit in hits)
    note = (
        f"without it the sentence reads as any other ({fragment.join:.2f} of 1), its neighbours are not its own "
        f"({fragment.seam:.2f} of 1)"
        if fragment.join
        else "at the edge of sentences; speaks of the page"
    )
    chars = sum(end - start for _, start, end in fragment.spans)
    pages = len({place[0] for place, _, _ in fragment.spans})
    share = claimed / len(fragment.spans)
    return Proposal(
        rule, (site.name,), pages, fragment.n_stories, site.n_stories, len(fragment.spans), chars, share, note
    )


def _rule(stage: str, written: str, key: str, why: str, site: str, examples: Sequence[str], near: Near) -> Rule | None:
    """Return the rule with the examples and near misses that hold, or None if none hold."""
    digest = hashlib.sha256(f"{stage}\0{written}".encode()).hexdigest()[:10]
    # No keyword reaches over a blank: the pattern takes any number of them there, a keyword only its own.
    words = [word for literal in literals(key) for word in literal.split(" ")]
    longest = max(words, key=len, default="")
    rule = Rule(
        id=f"learned-{digest}", why=why, pattern=written, removes=(), keeps=(), status="trial", seen_in=(site,),
        keywords=(longest,) if len(longest) >= SHORTEST_KEYWORD else (), stage=stage,
    )  # fmt: skip
    try:
        matcher = Matcher(rule, stage in WHOLE_LINE)
        removes = tuple(example for example in examples if _holds(rule, example))[:EXAMPLES]
    except RuleError:
        return None
    if not removes:
        return None
    return Rule(
        id=rule.id, why=why, pattern=written, removes=removes, keeps=near.misses(key, matcher), status="trial",
        seen_in=(site,), keywords=rule.keywords, stage=stage,
    )  # fmt: skip


def _holds(rule: Rule, example: str) -> bool:
    """Say whether the loader would accept `example` as one that the rule removes."""
    probe = Rule(
        id=rule.id, why=rule.why, pattern=rule.pattern, removes=(example,), keeps=(), keywords=rule.keywords,
        stage=rule.stage,
    )  # fmt: skip
    try:
        check(probe)
    except RuleError:
        return False
    return True


def _spread(examples: Iterable[str]) -> list[str]:
    """Return the examples, the most different first: the shortest, the longest, then as they come."""
    seen = list(examples)
    ends = [min(seen, key=len), max(seen, key=len)]
    return list(dict.fromkeys([*ends, *seen]))[: 4 * EXAMPLES]


def _marked(site: Site, place: Place, start: int, end: int) -> str:
    """Return the fragment in its line, marked, with a little of the line on each side."""
    text = site.pages[place[0]].rows[place[1]].text
    left, right = text[max(0, start - CONTEXT_CHARS) : start], text[end : end + CONTEXT_CHARS]
    return f"{left}⟦{text[start:end]}⟧{right}"
