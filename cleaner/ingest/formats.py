"""Which format does a name say a file is in?

In: the name of a file or of a member of an archive. Out: a `Format`. The one place for suffixes.
"""

from dataclasses import dataclass

KIND_BY_SUFFIX = {
    ".txt": "text", ".md": "text",
    ".html": "page", ".htm": "page", ".shtml": "page", ".xhtml": "page",
}  # fmt: skip
"""What reads a file: `extract` has the reader of each kind."""


@dataclass(frozen=True, slots=True)
class Format:
    """What a name says of a file: the kind that reads it, None if nothing does, and the suffix that says so."""

    kind: str | None
    suffix: str


def format_of(name: str) -> Format:
    """Return the format that `name` tells.

    >>> format_of("讲话/第1页.HTML").kind, format_of("讲话.pdf").kind        # "speech/page 1", "speech"
    ('page', None)
    """
    stem, dot, last = name.rpartition("/")[2].rpartition(".")
    suffix = f".{last.lower()}" if stem and dot else ""
    return Format(KIND_BY_SUFFIX.get(suffix), suffix)
