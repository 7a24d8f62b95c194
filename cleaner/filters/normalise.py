"""What white space does the written text have?

In: the text of one speech. Out: edits after which no line begins or ends with a blank and one line break parts two
paragraphs. Blanks inside a line stay: they part slogans, names and Latin words.
"""

from collections.abc import Iterator

from cleaner.config import Config
from cleaner.edits import Edit
from cleaner.lines import lines
from cleaner.rulepack import RulePack

STAGE = "normalise"


def edits(text: str, pack: RulePack, config: Config) -> Iterator[Edit]:
    """Yield the edits that leave one break between paragraphs and no blank at the ends of lines, sorted."""
    begin = 0
    for row in lines(text):
        if config.normalise.blank_lines and not row.bare:
            continue
        if config.normalise.blank_lines and begin < row.start:
            yield Edit(begin, row.start, STAGE, "blank-line")
        if config.normalise.indents and row.folded not in ("", row.bare):
            said = row.folded.lstrip(" ")
            leading, trailing = len(row.folded) - len(said), len(said) - len(said.rstrip(" "))
            if leading:
                yield Edit(row.start, row.start + leading, STAGE, "indent")
            if trailing:
                yield Edit(row.end - trailing, row.end, STAGE, "trailing-blank")
        begin = row.end + 1
    if config.normalise.blank_lines and max(begin - 1, 0) < len(text):
        yield Edit(max(begin - 1, 0), len(text), STAGE, "blank-line")
