"""In which order is a speech cleaned?

Each filter is a pure function of a text, the rule packs and the config, and returns the edits it wants. `STAGES` is the
one place for the order; `clean` runs it.
"""

from collections.abc import Callable, Iterable

from cleaner.config import Config
from cleaner.edits import Draft, Edit
from cleaner.filters import footer, header, inline, normalise, own, placeholder, reflow
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


def clean(draft: Draft, pack: RulePack, config: Config) -> Draft:
    """Return `draft` after all stages, placeholders still marks; `placeholder.settle` writes what the policy wants.

    A stage's edit is left out where it would cut into what an earlier stage wrote as one piece.
    """
    for stage, edits in STAGES:
        found = edits(draft.text, pack, config)
        if stage == placeholder.STAGE:
            found = [edit for edit in found if not draft.cuts_insertion(edit.start, edit.end)]
        draft = draft.apply(found)
    return draft
