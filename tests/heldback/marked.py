"""What should become of a file? Reads files that say so by marks in their text.

In: a marked text: `⟪label:text⟫` stands round what a label says, `⟪p:XX⟫` round a placeholder, `⟪speech:title⟫` and
`⟪end⟫`, each on a line of its own, round a speech, `⟪b⟫` at the end of a line that a page or a width has cut and `⟪tb⟫`
at that of a title's line. Out: the text as a site would show it, and its gold. What always holds: the marks are not in
the text, offsets are code points of it, and every character that is no blank is in a speech or in a span.
"""

import re
from pathlib import Path
from typing import Any

SHORT = {"p": "placeholder", "ad": "inline_ad", "foot": "site_footer", "spam": "spam_header", "title": "repeated_title"}
LABELS = {*SHORT.values(), "breadcrumb", "byline", "lead_in", "meta_prefix", "separator", "page_number"}
BREAKS = {"b": "soft_break", "tb": "title_break"}
MARK = re.compile(
    r"⟪speech:(?P<title>[^⟪⟫]*)⟫\n?|⟪(?P<end>end)⟫\n?|⟪(?P<cut>t?b)⟫(?=\n)|⟪(?P<label>[a-z_]+):(?P<inside>[^⟪⟫]*)⟫"
)


def read(source: str, marked: str) -> tuple[str, dict[str, Any]]:
    """Return the text of a marked file and its gold; ValueError where the marks do not fit."""
    text = ""
    spans: list[dict[str, Any]] = []
    speeches: list[dict[str, Any]] = []
    at, title, begin = 0, "", -1

    def wrong(what: str) -> ValueError:
        return ValueError(f"{source}:{text.count(chr(10)) + 1}: {what}")

    for mark in MARK.finditer(marked):
        text += marked[at : mark.start()]
        at = mark.end()
        if mark["title"] is not None:
            if begin >= 0:
                raise wrong("a speech begins inside a speech")
            title, begin = mark["title"].strip(), len(text)
        elif mark["end"]:
            if begin < 0:
                raise wrong("an end without a beginning")
            speeches.append({"start": begin, "end": len(text.rstrip()), "title": title or None})
            begin = -1
        else:
            label = BREAKS[mark["cut"]] if mark["cut"] else SHORT.get(mark["label"], mark["label"])
            if label not in LABELS and not mark["cut"]:
                raise wrong(f"no such label: {label}")
            inside = "\n" if mark["cut"] else mark["inside"]
            spans.append({"start": len(text), "end": len(text) + len(inside), "label": label, "text": inside})
            text += mark["inside"] or ""
    text += marked[at:]
    if begin >= 0 or "⟪" in text or "⟫" in text:
        raise wrong("a mark that is none, or a speech without an end")
    told = {i for part in (*spans, *speeches) for i in range(part["start"], part["end"])}
    stray = next((i for i, char in enumerate(text) if not char.isspace() and i not in told), len(text))
    if stray < len(text):
        raise ValueError(f"{source}: neither in a speech nor in a span: {text[stray : stray + 20]!r}")
    return text, {"source": source, "length": len(text), "spans": spans, "speeches": speeches}


def read_all(folder: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return what `read` does of each file below a folder, by its path there."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.txt"))
    return {name: read(name, (folder / name).read_bytes().decode("utf-8")) for name in names}
