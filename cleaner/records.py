"""What travels between the steps? Frozen records; offsets are half-open code points of the decoded source."""

from dataclasses import dataclass
from datetime import date

from cleaner.edits import Edit


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of one source, or why there are none (`reason`, `detail`); `kind` says what reads them."""

    source: str
    data: bytes | None
    size_bytes: int
    reason: str | None = None
    detail: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A source as text, with the evidence for its encoding; of a page also the share of the visible text that it is."""

    source: str
    text: str
    encoding: str
    evidence: str
    flags: tuple[str, ...] = ()
    kept_share: float | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something set aside: a whole source (`ordinal` None) or one speech of it."""

    source: str
    ordinal: int | None
    start: int | None
    end: int | None
    stage: str
    reason: str
    detail: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Speech:
    """One cleaned speech.

    `masked_text` is the text with `chars.MASK` for each placeholder, whatever the policy: the comparison form is made
    of it. `seqs` names for each paragraph of the text its line in `masked_text`.
    """

    source: str
    ordinal: int
    start: int
    end: int
    title: str | None
    date: date | None
    speaker: str | None
    occasion: str | None
    text: str
    masked_text: str
    seqs: tuple[int, ...]
    n_placeholders: int
    placeholder_ratio: float
    encoding: str
    raw_sha256: str
    flags: tuple[str, ...]

    @property
    def id(self) -> str:
        """`<source>#<ordinal>`."""
        return f"{self.source}#{self.ordinal}"


@dataclass(frozen=True, slots=True)
class Source:
    """One row of the table `sources`."""

    source: str
    size_bytes: int
    sha256: str | None
    encoding: str | None
    evidence: str | None
    decoded_sha256: str | None
    n_chars: int | None
    kept_share: float | None
    n_speeches: int
    status: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """All that the cleaning half makes of one source; `edits` are in source coordinates, disjoint and sorted."""

    source: Source
    speeches: tuple[Speech, ...]
    edits: tuple[Edit, ...]
    rejected: tuple[Rejected, ...]
    decoded: str | None
