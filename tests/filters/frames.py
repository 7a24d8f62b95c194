"""What the cases of the filters stand in: a salutation and a paragraph for @body, and how a stage's result is read."""

from collections.abc import Callable, Iterable

from cleaner.config import Config
from cleaner.edits import Edit, apply
from cleaner.rulepack import RulePack
from tests.cases.read_cases import shipped

BODY = (
    "同志们：",
    "今天，我们在这里召开全县教育工作会议，主要任务是总结去年的工作，安排今年的任务。一年来，全县教师爱岗敬业，教学质量稳步提升，群众对教育的满意度明显提高。",
)
"""A speech's salutation and a paragraph of it."""

Stage = Callable[[str, RulePack, Config], Iterable[Edit]]


def spread(given: str | list[str]) -> str:
    """Return the text of a case, @body spelled out."""
    rows = [given] if isinstance(given, str) else given
    return "\n".join("\n".join(BODY) if row == "@body" else row for row in rows)


def after(stage: Stage, text: str, config: Config | None = None) -> str:
    """Return `text` after one stage with the shipped rules."""
    return apply(text, stage(text, shipped(), config or Config()))


def filled(text: str) -> list[str]:
    """Return the lines that hold more than blanks."""
    return [line for line in text.split("\n") if line.strip()]
