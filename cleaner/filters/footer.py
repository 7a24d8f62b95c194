"""What stands at the foot of a speech that is not of it?

In: the text of one speech with all that stands after it. Out: edits that take away tag clouds, notices, copyright and
record lines, lists of links. What always holds: the zone is walked upwards and ends at the first line that ends a
sentence, salutes, is a heading or a date, unless a rule claims it; an unclaimed line goes only when it is short and
hangs below a claimed one.
"""

from collections.abc import Iterator

from cleaner.config import Config
from cleaner.edits import Edit
from cleaner.lines import is_closing, is_date, is_heading, is_prose, is_salutation, is_speaker, lines, names_speech
from cleaner.rulepack import RulePack

STAGE = "footer"

HANGING_LINES = 4
"""How many unclaimed lines may hang below a claimed one."""
HANGING_CHARS = 30
TAG_CHARS = 6
LISTED_LINES = 80
"""The same below a line that opens a list of links."""
LISTED_CHARS = 60


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield the edits for the foot of `text`, sorted."""
    rows = lines(text)
    rules, own = pack.stage("header", "footer"), pack.stage("footer")
    found: list[Edit] = []
    hanging: list[int] = []
    for i in range(len(rows) - 1, -1, -1):
        row = rows[i]
        if not row.bare:
            continue
        hits = own.claims(row.folded)
        if not (hits and hits[-1].rule.opens):
            hits = rules.claims(row.folded)
        if hits:
            lists = hits[-1].rule.opens
            if hits[-1].rule.stage != STAGE and hanging and not found:
                break
            if not _may_hang([rows[j].bare for j in hanging], lists):
                if hits[-1].rule.stage == STAGE or not found or len(hanging) >= LISTED_LINES:
                    break
                # A head rule fits it by chance: it is an entry of a list whose heading stands further up.
                hanging.append(i)
                continue
            found += [
                Edit(rows[j].start, rows[j].end, STAGE, hits[-1].rule.id + "-list" if lists else "below-claimed-line")
                for j in hanging
            ]
            hanging = []
            found += [Edit(row.start + hit.start, row.start + hit.end, STAGE, hit.rule.id) for hit in hits]
            if hits[0].start > len(row.text) - len(row.text.lstrip()):
                break
        elif is_prose(row.bare) or is_salutation(row.bare) or len(hanging) >= LISTED_LINES:
            break
        else:
            hanging.append(i)
    yield from sorted(found, key=lambda edit: edit.start)


def _titles_speech(bare: str) -> bool:
    """Say whether the line may be the title of a speech; the bare name of a genre is a tag."""
    return names_speech(bare) and len(bare) > TAG_CHARS


def _may_hang(bares: list[str], lists: bool) -> bool:
    """Say whether the unclaimed lines below a claimed one go with it."""
    if lists:
        return all(len(bare) <= LISTED_CHARS for bare in bares)
    return len(bares) <= HANGING_LINES and all(
        len(bare) <= HANGING_CHARS
        and not any(claim(bare) for claim in (is_date, is_speaker, is_closing, is_heading, _titles_speech))
        for bare in bares
    )
