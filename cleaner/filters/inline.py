"""What was put into the middle of a speech?

In: the text of one speech. Out: edits that take injected spans away and join the sentence again with nothing between.
A line that is empty afterwards goes with its line break. Only inline rules look inside the body.
"""

from collections.abc import Iterator

from cleaner.config import Config
from cleaner.edits import Edit
from cleaner.lines import lines
from cleaner.rulepack import RulePack

STAGE = "inline"


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield the edits for spans that inline rules claim, sorted."""
    rules = pack.stage(STAGE)
    for row in lines(text):
        for hit in rules.hits(row.text):
            yield Edit(row.start + hit.start, row.start + hit.end, STAGE, hit.rule.id)
