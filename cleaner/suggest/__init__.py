"""Which rules would clean a corpus, learned from the corpus itself?

    pages      ─ (source, text) pairs become rows with keys; pages with one speech are one story
    frames     ─ rows of a site that are one but for their values become templates
    evidence   ─ a template is chrome or speech, by shape, place, neighbours and how many stories hold it
    fragments  ─ stretches inside sentences are judged by their seams
    propose    ─ what is chrome becomes a rule with examples and near misses, held against the speech of all sites
    toml       ─ the rules become a file that a person reviews and `--learned` reads

Nothing here acts on a corpus: statistics enter a run only as a file that a person accepted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cleaner.rulepack import RulePack
from cleaner.suggest.evidence import Evidence, Site, learned
from cleaner.suggest.fragments import Fragment, Text, inserted
from cleaner.suggest.frames import Template, by_frame, by_key
from cleaner.suggest.near import Near
from cleaner.suggest.pages import Page, Row
from cleaner.suggest.propose import Proposal, is_refused, lists_below, of_fragment, of_template, stages
from cleaner.suggest.toml import as_json, as_toml

__all__ = ["as_json", "as_toml", "suggest"]

LEAST_STORIES = 5
"""A template stands in at least so many different speeches."""
ROUNDS = 3
"""What one round takes for chrome lets the next see more of it."""


def suggest(pages: Iterable[Page], pack: RulePack, least: int = LEAST_STORIES) -> tuple[Proposal, ...]:
    """Return the rules that the pages propose, merged where sites agree.

    Args:
        pack: the rules that act already; what they claim is evidence.
        least: in how many different speeches of a site a template stands at least.
    """
    by_site: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        by_site[page.site].append(page)
    sites = [Site(name, members, pack) for name, members in sorted(by_site.items())]
    whole = [_templates(site, least) for site in sites]
    texts = [Text(site, least) for site in sites]
    inside = [inserted(site, text, least) for site, text in zip(sites, texts, strict=True)]
    near = Near(_speech(sites, texts, inside))
    found: list[Proposal | None] = []
    for site, templates, stretches in zip(sites, whole, inside, strict=True):
        found += _whole(site, templates, near, least)
        found += [of_fragment(site, fragment, near) for fragment in stretches]
    return _merged(proposal for proposal in found if proposal is not None)


def _templates(site: Site, least: int) -> list[tuple[Template, Evidence]]:
    """Return the templates of whole lines that are chrome of `site`: general ones first, then those of exact lines."""
    found: list[tuple[Template, Evidence]] = []
    for _ in range(ROUNDS):
        before = len(site.chrome)
        for view in (by_frame, by_key):
            found += learned(site, view(site.pages, site.chrome), least)
        if len(site.chrome) == before:
            break
    return found


def _whole(site: Site, found: Sequence[tuple[Template, Evidence]], near: Near, least: int) -> Iterator[Proposal | None]:
    """Yield the proposals for whole lines; where a template would claim speech, its lines stand for themselves."""
    kept = [pair for pair in found if not is_refused(pair[0], near)]
    site.chrome.clear()
    site.chrome.update(place for template, _ in kept for place in template.places)
    exact = learned(site, by_key(site.pages, site.chrome), least)
    kept += [pair for pair in exact if not is_refused(pair[0], near)]
    templates = [template for template, _ in kept]
    lists = lists_below(site, templates)
    for k, stage in enumerate(stages(site, templates, lists)):
        yield of_template(site, *kept[k], stage, near, lists.get(k))


def _speech(sites: Sequence[Site], texts: Sequence[Text], inside: Sequence[Sequence[Fragment]]) -> list[Row]:
    """Return the rows of all sites that are no chrome and hold no fragment."""
    rows = []
    for site, text, stretches in zip(sites, texts, inside, strict=True):
        held = {place for fragment in stretches for place, _, _ in fragment.spans}
        rows += [site.pages[n].rows[i] for n, i in text.keys if (n, i) not in held]
    return rows


def _merged(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """Return the proposals, one for each rule: what several sites propose alike is one with their counts added."""
    by_id: dict[str, Proposal] = {}
    for new in proposals:
        old = by_id.get(new.rule.id)
        if old is None:
            by_id[new.rule.id] = new
            continue
        sites = tuple(sorted({*old.sites, *new.sites}))
        by_id[new.rule.id] = replace(
            old,
            rule=replace(old.rule, seen_in=sites, why=f"Stands on the pages of {len(sites)} sites."),
            sites=sites,
            n_pages=old.n_pages + new.n_pages,
            n_stories=old.n_stories + new.n_stories,
            of_stories=old.of_stories + new.of_stories,
            n_spans=old.n_spans + new.n_spans,
            n_chars=old.n_chars + new.n_chars,
            shipped=(old.shipped * old.n_spans + new.shipped * new.n_spans) / (old.n_spans + new.n_spans),
        )
    return tuple(by_id.values())
