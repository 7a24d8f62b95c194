"""What becomes of one source, from its bytes to its speeches?

In: a `Raw`, the rule packs, the config. Out: a `Cleaned` record with everything the tables say of that source. A pure
function of the three: nothing of another source enters, though some sources go through the stages together. What always
holds: the edits, the texts of the speeches and the texts set aside rebuild the decoded source exactly.
"""

import hashlib
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from cleaner import filters
from cleaner.chars import is_chinese
from cleaner.config import Config
from cleaner.edits import Draft, Edit
from cleaner.errors import CleanerError, DecodeError
from cleaner.filters import normalise, placeholder
from cleaner.headline import speech_date, speech_occasion, speech_speaker, speech_title
from cleaner.ingest import furniture, separators, split
from cleaner.ingest.extract import extract
from cleaner.ingest.repair import repair
from cleaner.lines import lines
from cleaner.records import Cleaned, Decoded, Raw, Rejected, Source, Speech
from cleaner.rulepack import RulePack
from cleaner.years import is_doubtful

FAULT = "cleaner-fault"
"""The reason of a source that the program itself fails on."""
AT_ONCE, AT_ONCE_BYTES = 16, 1 << 17
"""So many sources, or so much of them, go through one stage before the next begins: its program and rules then lie near
the core. Source: measured, texts of 1,400 characters take 0.8 of the time by 16 that they take alone; by 64 too."""


def clean_sources(raws: Iterable[Raw], pack: RulePack, config: Config) -> Iterator[Cleaned]:
    """Yield all that the cleaning half makes of each of `raws`, in order; some are read ahead.

    A source that this program fails on is set aside as `FAULT`: it costs the others nothing.
    """
    for some in _batches(raws):
        yield from _netted(some, pack, config)


def _netted(some: Sequence[Raw], pack: RulePack, config: Config) -> list[Cleaned]:
    """Return what becomes of some sources; where the program fails on them together, each is cleaned alone."""
    try:
        return _together(some, pack, config)
    except (CleanerError, MemoryError):
        raise
    except Exception as error:
        if len(some) > 1:
            return [cleaned for raw in some for cleaned in _netted([raw], pack, config)]
        place = traceback.extract_tb(error.__traceback__)[-1]
        detail = f"{type(error).__name__}: {error}, in {Path(place.filename).name}:{place.lineno}; please report it"
        return [_set_aside(some[0], "clean", FAULT, detail)]


def _together(some: Sequence[Raw], pack: RulePack, config: Config) -> list[Cleaned]:
    """Return what becomes of some sources, which go through each stage at once."""
    opened = [_opened(raw, config) for raw in some]
    cleaned = iter(clean_texts([one for one in opened if isinstance(one, Decoded)], pack, config))
    whole = []
    for raw, one in zip(some, opened, strict=True):
        if isinstance(one, Decoded):
            done = next(cleaned)
            one = replace(done, source=replace(done.source, size_bytes=raw.size_bytes, sha256=_digest(raw)))
        whole.append(one)
    return whole


def clean_source(raw: Raw, pack: RulePack, config: Config) -> Cleaned:
    """Return all that the cleaning half makes of `raw`."""
    return next(clean_sources([raw], pack, config))


def clean_texts(decoded: Sequence[Decoded], pack: RulePack, config: Config) -> list[Cleaned]:
    """Return all that the cleaning half makes of each decoded source; what only its bytes tell is left open.

    All stand in memory: `clean_sources` makes them few.
    """
    mended = [repair(Draft.of(one.text)) for one in decoded]
    pack.gate.look([row.folded for draft, _ in mended for row in lines(draft.text)])
    speeches = filters.clean([parts(draft, pack) for draft, _ in mended], pack, config)
    return [
        _cleaned(one, draft, flags, own, pack, config)
        for one, (draft, flags), own in zip(decoded, mended, speeches, strict=True)
    ]


def clean_text(decoded: Decoded, pack: RulePack, config: Config) -> Cleaned:
    """Return what `clean_texts` does of one source."""
    return clean_texts([decoded], pack, config)[0]


def _batches(raws: Iterable[Raw]) -> Iterator[list[Raw]]:
    """Yield the sources in order, some at a time."""
    some, size_bytes = list[Raw](), 0
    for raw in raws:
        some.append(raw)
        size_bytes += raw.size_bytes
        if len(some) >= AT_ONCE or size_bytes >= AT_ONCE_BYTES:
            yield some
            some, size_bytes = [], 0
    if some:
        yield some


def _opened(raw: Raw, config: Config) -> Decoded | Cleaned:
    """Return the text of a source, or why there is none."""
    if raw.data is None:
        return _set_aside(raw, "read", raw.reason or "unreadable", raw.detail)
    try:
        return extract(raw.kind, raw.source, raw.data, config.input)
    except DecodeError as error:
        return _set_aside(raw, "decode", error.reason, error.detail)


def _cleaned(
    decoded: Decoded,
    mended: Draft,
    flags: tuple[str, ...],
    masked_speeches: Iterable[Draft],
    pack: RulePack,
    config: Config,
) -> Cleaned:
    """Return the rows of one source, whose speeches have gone through all filters."""
    source, text = decoded.source, decoded.text
    speeches: list[Speech] = []
    rejected: list[Rejected] = []
    edits: list[Edit] = []
    foreign = () if is_chinese(mended.text) else ("not-chinese",)
    flags = tuple(dict.fromkeys(decoded.flags + flags + foreign))
    for ordinal, masked in enumerate(masked_speeches):
        settled = placeholder.settle(masked, config.placeholders)
        seqs = tuple(i for i, row in enumerate(lines(settled.text)) if row.bare)
        settled = settled.apply(normalise.edits(settled.text, pack, config))
        edits.extend(settled.rows())
        span = settled.span()
        if span is None:
            continue
        if len(settled.text) < config.split.min_chars:
            detail = f"{len(settled.text)} characters; split.min_chars is {config.split.min_chars}"
            rejected.append(Rejected(source, ordinal, *span, separators.STAGE, "too-short", detail, settled.text))
        else:
            speeches.append(_speech(decoded, ordinal, span, masked, settled, seqs, flags))
    if not speeches and not rejected:
        detail = "every line was claimed by a rule"
        rejected.append(Rejected(source, None, None, None, separators.STAGE, "no-text-left", detail, None))
    status = "clean" if speeches else "rejected"
    row = Source(
        source, 0, None, decoded.encoding, decoded.evidence, sha256(text), len(text), decoded.kept_share, len(speeches),
        status, flags,
    )  # fmt: skip
    return Cleaned(row, tuple(speeches), tuple(edits), tuple(rejected), text)


def parts(draft: Draft, pack: RulePack) -> Sequence[Draft]:
    """Return the draft cut into speeches, page numbers, running heads and separator lines taken out."""
    draft = draft.apply(furniture.pages(lines(draft.text)))
    found = separators.Separators(lines(draft.text), pack)
    cuts = [found.lines[i].start for i in split.starts(found, pack)[1:]]
    drafts = draft.parts(cuts)
    own = [separators.Separators(lines(part.text), pack) for part in drafts] if cuts else [found]
    return [
        part.apply(separators.edits(its, pack, whole=found if cuts else None))
        for part, its in zip(drafts, own, strict=True)
    ]


def sha256(text: str) -> str:
    """Return the digest of `text` in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _speech(
    decoded: Decoded,
    ordinal: int,
    span: tuple[int, int],
    masked: Draft,
    settled: Draft,
    seqs: tuple[int, ...],
    flags: tuple[str, ...],
) -> Speech:
    start, end = span
    count, ratio = placeholder.masked_share(masked)
    title, said = speech_title(settled.text), speech_date(settled.text)
    own = {"no-title": not title, "doubtful-year": is_doubtful(title, said, settled.text)}
    return Speech(
        source=decoded.source,
        ordinal=ordinal,
        start=start,
        end=end,
        title=title,
        date=said,
        speaker=speech_speaker(settled.text),
        occasion=speech_occasion(settled.text),
        text=settled.text,
        masked_text=masked.text,
        seqs=seqs,
        n_placeholders=count,
        placeholder_ratio=ratio,
        encoding=decoded.encoding,
        raw_sha256=sha256(decoded.text[start:end]),
        flags=(*flags, *(flag for flag, holds in own.items() if holds)),
    )


def _digest(raw: Raw) -> str | None:
    return None if raw.data is None else hashlib.sha256(raw.data).hexdigest()


def _set_aside(raw: Raw, stage: str, reason: str, detail: str) -> Cleaned:
    source = Source(raw.source, raw.size_bytes, _digest(raw), None, None, None, None, None, 0, "rejected", ())
    return Cleaned(source, (), (), (Rejected(raw.source, None, None, None, stage, reason, detail, None),), None)
