"""What would be removed from one file, by which rule? A run over one source that writes nothing."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cleaner import rulepack
from cleaner.clean import clean_source
from cleaner.config import Config
from cleaner.errors import InputError
from cleaner.ingest.formats import format_of
from cleaner.ingest.names import escaped
from cleaner.ingest.read import Entry, read
from cleaner.ingest.unpack import unpacked
from cleaner.records import Cleaned
from cleaner.store.scratch import edit_row

_COLOUR_BY_STAGE = {
    "repair": "cyan", "split": "magenta", "header": "red", "footer": "red", "inline": "red",
    "own": "red", "placeholder": "yellow", "reflow": "blue", "normalise": "bright_black",
}  # fmt: skip


def clean_file(path: Path, config: Config) -> list[Cleaned]:
    """Return what a run would make of the file alone: of a container, of each thing in it.

    Args:
        path: a file, or FILE!member, FILE!row or FILE!member!row for what a container holds.

    Raises:
        InputError: there is no such file, or nothing of that name in it.
    """
    file, wanted = _place(path)
    pack = rulepack.chosen(config.rules)
    entry = Entry(escaped(file.name), kind=format_of(file.name).kind or "text", path=file.name)
    with tempfile.TemporaryDirectory() as spools:
        entries = unpacked(file.parent, [entry], Path(spools), config.input, map)
        chosen = [entry for entry in entries if f"{entry.source}!".startswith(f"{wanted}!")]
        if not chosen:
            names = ", ".join(entry.source for entry in entries[:5])
            raise InputError(
                path, "nothing of that name in the container", f"a source such as {names}", "give its name"
            )
        return [clean_source(read(file.parent, entry, config.input), pack, config) for entry in chosen]


def _place(path: Path) -> tuple[Path, str]:
    """Return the file that `path` names or begins with, and the source that is asked for."""
    given = str(path)
    ends = (len(given), *(i for i, char in enumerate(given) if char == "!"))
    for end in ends:
        file = Path(given[:end])
        if file.is_file():
            return file, escaped(file.name) + given[end:]
    found = "a folder" if path.is_dir() else "nothing there"
    raise InputError(path, found, "one raw file", "give the path of a file, or FILE!member")


def as_json(cleaned: Cleaned) -> dict[str, Any]:
    """Return the explanation as plain data: the source, its speeches, edits and what was set aside."""
    source = cleaned.source
    named = ("source", "status", "encoding", "evidence", "n_chars", "flags")
    said = ("ordinal", "start", "end", "title", "n_placeholders", "flags", "text")
    aside = ("ordinal", "stage", "reason", "detail")
    return {
        "source": {name: getattr(source, name) for name in named},
        "speeches": [
            {name: getattr(speech, name) for name in said} | {"date": speech.date.isoformat() if speech.date else None}
            for speech in cleaned.speeches
        ],
        "edits": [edit_row(source.source, cleaned.decoded or "", edit) for edit in cleaned.edits],
        "rejected": [{name: getattr(row, name) for name in aside} for row in cleaned.rejected],
    }


def as_text(cleaned: Cleaned) -> Iterator[str]:
    """Yield the decoded file piece by piece; what goes is struck out between ⟦ ⟧, its rule behind it in braces."""
    source, text = cleaned.source, cleaned.decoded
    yield click.style(
        f"{source.source}: {source.status}, {source.encoding or 'not decoded'} ({source.evidence or '-'})\n", bold=True
    )
    for row in cleaned.rejected:
        yield click.style(f"set aside at {row.stage}: {row.reason} ({row.detail})\n", fg="red")
    if text is None:
        return
    begins = {s.start: s for s in cleaned.speeches}
    at = 0
    for edit in cleaned.edits:
        yield from _kept(text, at, edit.start, begins)
        at = edit.end
        if not edit.inserted and not text[edit.start : edit.end].strip():
            yield text[edit.start : edit.end].replace(
                "\n", click.style("¶", dim=True) if edit.stage == "reflow" else "\n"
            )
            continue
        shown = f"⟦{text[edit.start : edit.end]}⟧".replace("\n", "¶")
        yield click.style(shown, fg=_COLOUR_BY_STAGE.get(edit.stage), strikethrough=True)
        label = f"{edit.stage}/{edit.rule}" + (f" {edit.kind}" if edit.kind else "")
        yield click.style("{" + label + (f" → {edit.inserted!r}" if edit.inserted else "") + "}", dim=True)
    yield from _kept(text, at, len(text), begins)
    n_out = sum(len(speech.text) for speech in cleaned.speeches)
    counts = Counter(edit.stage for edit in cleaned.edits)
    edits = ", ".join(f"{counts[stage]} {stage}" for stage in _COLOUR_BY_STAGE if counts[stage])
    yield click.style(
        f"\n━━ speeches {len(cleaned.speeches)}; characters {len(text):,} → {n_out:,}; edits: {edits or 'none'}",
        bold=True,
    )


def _kept(text: str, start: int, end: int, begins: dict[int, Any]) -> Iterator[str]:
    for place in sorted(place for place in begins if start <= place < end):
        yield text[start:place]
        speech = begins[place]
        yield click.style(f"\n━━ speech {speech.ordinal}: {speech.title or '(no title)'} ━━\n", bold=True, fg="green")
        start = place
    yield text[start:end]
