"""Which format does a name say a file is in?

In: the name of a file or of a member of an archive. Out: a `Format`. The one place for suffixes.
"""

from dataclasses import dataclass

KIND_BY_SUFFIX = {
    ".txt": "text", ".md": "text",
    ".html": "page", ".htm": "page", ".shtml": "page", ".xhtml": "page",
    ".docx": "word",
    ".zip": "archive", ".tar": "archive",
    ".jsonl": "table", ".json": "table", ".csv": "table", ".tsv": "table", ".parquet": "table",
}  # fmt: skip
"""What reads a file: `extract` has the reader of text, page and cell, `unpack` makes sources of the others."""
CONTAINERS = frozenset({"archive", "table"})
"""Kinds that hold sources and are none themselves."""
READ_FROM_END = frozenset({".zip", ".parquet"})
"""Formats that say at their end what is in them."""
COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")
_LONG_BY_SHORT = {".tgz": ".tar.gz", ".tbz2": ".tar.bz2", ".tbz": ".tar.bz2", ".txz": ".tar.xz", ".tzst": ".tar.zst"}


@dataclass(frozen=True, slots=True)
class Format:
    """What a name says of a file.

    Args:
        kind: what reads it; None if nothing does.
        suffix: of the format, lower case.
        compression: its suffix, lower case; empty if it is not compressed.
    """

    kind: str | None
    suffix: str
    compression: str


def format_of(name: str) -> Format:
    """Return the format that `name` tells.

    >>> format_of("讲话/第1页.HTML"), format_of("讲话.TGZ").compression        # "speech/page 1", "speech"
    (Format(kind='page', suffix='.html', compression=''), '.gz')
    """
    base = name.rpartition("/")[2].lower()
    for short, long in _LONG_BY_SHORT.items():
        if base.endswith(short):
            base = base.removesuffix(short) + long
    stem, suffix = _split(base)
    compression = ""
    if suffix in COMPRESSIONS:
        compression = suffix
        suffix = _split(stem)[1]
    return Format(KIND_BY_SUFFIX.get(suffix), suffix, compression)


def formats_read() -> str:
    """Return the suffixes that are read, for a sentence."""
    return f"{' '.join(KIND_BY_SUFFIX)}, each also with {' '.join(COMPRESSIONS)}"


def _split(name: str) -> tuple[str, str]:
    stem, dot, last = name.rpartition(".")
    return (stem, dot + last) if stem and dot else (name, "")
