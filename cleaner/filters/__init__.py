"""In which order is a speech cleaned?

Each filter is a pure function of a text, the rule packs and the config, and returns the edits it wants. `STAGES` is the
one place for the order; `clean` runs it.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace

from cleaner.config import Config
from cleaner.edits import Draft, Edit
from cleaner.filters import footer, header, inline, normalise, own, placeholder, reflow
from cleaner.filters.header import REPEATED_TITLE
from cleaner.pagenames import Names
from cleaner.rulepack import RulePack

STAGES: tuple[tuple[str, Callable[[str, RulePack, Config], Iterable[Edit]]], ...] = (
    (header.STAGE, header.edits),
    (footer.STAGE, footer.edits),
    (inline.STAGE, inline.edits),
    (own.STAGE, own.edits),
    (placeholder.STAGE, placeholder.edits),
    (reflow.STAGE, reflow.edits),
    (normalise.STAGE, normalise.edits),
)
EDITS = dict(STAGES)
OUTER = (header.STAGE, footer.STAGE)
"""What looks at the head and foot of a speech; all other stages come after it."""
REST = tuple(stage for stage, _ in STAGES if stage not in (*OUTER, inline.STAGE))


def clean(sources: Iterable[Sequence[Draft]], pack: RulePack, config: Config) -> list[list[Draft]]:
    """Return the speeches of some sources after all stages, placeholders still marks (`placeholder.settle` ends them).

    By what names the page calls itself is learned from what the heads of all speeches of a source have lost, then their
    feet, which name it too; and then from its advertisements inside the sentences, so where these have a name they are
    sought again.
    A stage's edit is left out where it would cut into what an earlier stage wrote as one piece.
    """
    drafts = [[_through(header.STAGE, draft, pack, config) for draft in own] for own in sources]
    packs = [_naming(pack, _lost(own, (header.STAGE,))) for own in drafts]
    drafts = [
        [_through(footer.STAGE, draft, named, config) for draft in own]
        for own, named in zip(drafts, packs, strict=True)
    ]
    drafts = [_without_inline(own, pack, config) for own in drafts]
    for stage in REST:
        drafts = [[_through(stage, draft, pack, config) for draft in own] for own in drafts]
    return drafts


def _without_inline(drafts: list[Draft], pack: RulePack, config: Config) -> list[Draft]:
    """Return the speeches of one source after the stage that looks into their sentences, if need be twice."""
    chrome = _lost(drafts, OUTER)
    named = _naming(pack, chrome)
    drafts = [_through(inline.STAGE, draft, named, config) for draft in drafts]
    advertised = _lost(drafts, (inline.STAGE,))
    if advertised and (names := Names(chrome, advertised)).advertised:
        again = replace(pack, names=names)
        drafts = [_through(inline.STAGE, draft, again, config) for draft in drafts]
    return drafts


def _naming(pack: RulePack, chrome: list[str]) -> RulePack:
    """Return the rules with the names that a page has in what it has lost."""
    return replace(pack, names=Names(chrome)) if chrome else pack


def _lost(drafts: Iterable[Draft], stages: Container[str]) -> list[str]:
    """Return what the source has lost to some stages, but for titles, which name the speech and not the page."""
    rows = ((draft.source, edit) for draft in drafts for edit in draft.rows() if edit.stage in stages)
    return [source[edit.start : edit.end] for source, edit in rows if edit.rule != REPEATED_TITLE]


def _through(stage: str, draft: Draft, pack: RulePack, config: Config) -> Draft:
    found = EDITS[stage](draft.text, pack, config)
    if stage == placeholder.STAGE:
        found = [edit for edit in found if not draft.cuts_insertion(edit.start, edit.end)]
    return draft.apply(found)
