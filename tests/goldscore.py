"""How well does a run match gold annotations of the sample? Counts, from spans and speeches in code points."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cleaner.records import Cleaned

BOILERPLATE = {
    "spam_header",
    "breadcrumb",
    "byline",
    "lead_in",
    "meta_prefix",
    "inline_ad",
    "site_footer",
    "separator",
    "page_number",
    "repeated_title",
}
BREAKS = {"soft_break", "title_break"}
DEBRIS = set("%％‰ 、，,-—~～至")


@dataclass
class Score:
    """Counts over one or more sources, and a line for each fault."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def ratio(self, part: str, whole: str) -> float:
        """Return counts[part] / counts[whole], 1 where there is nothing."""
        return self.counts[part] / self.counts[whole] if self.counts[whole] else 1.0


def gold_files(folder: Path) -> list[dict[str, Any]]:
    """Return the gold annotations in `folder`, one a source."""
    paths = sorted(path for path in folder.glob("*.json") if path.name != "families.json")
    return [json.loads(path.read_text("utf-8")) for path in paths]


def add(score: Score, gold: dict[str, Any], cleaned: Cleaned) -> None:
    """Add what `cleaned` makes of one source to `score`."""
    text = cleaned.decoded
    assert text is not None and len(text) == gold["length"], (
        f"{gold['source']}: {text and len(text)} code points, gold has {gold['length']}"
    )
    source = gold["source"]
    label = {i: span["label"] for span in gold["spans"] for i in range(span["start"], span["end"])}
    gone: set[int] = set()
    masked: set[int] = set()
    joined: set[int] = set()
    for edit in cleaned.edits:
        span = range(edit.start, edit.end)
        if edit.stage == "placeholder":
            masked.update(span)
        elif not edit.inserted.strip():
            gone.update(span)
        if "\n" not in edit.inserted:
            joined.update(i for i in span if text[i] == "\n")

    for span in gold["spans"]:
        chars = [i for i in range(span["start"], span["end"]) if not text[i].isspace()]
        where = f"{source} {span['start']}: {span['label']} {text[span['start'] : span['end']][:60]!r}"
        if span["label"] in BOILERPLATE:
            left = [i for i in chars if i not in gone]
            score.counts["boilerplate"] += len(chars)
            score.counts["boilerplate removed"] += len(chars) - len(left)
            if left:
                score.faults.append(f"stays: {where}")
        elif span["label"] == "placeholder":
            hit = all(i in masked or i in gone for i in chars)
            score.counts["placeholders"] += 1
            score.counts["placeholders found"] += hit
            if not hit:
                score.faults.append(f"missed: {where}")
        elif span["label"] in BREAKS:
            newlines = [i for i in range(span["start"], span["end"]) if text[i] == "\n"]
            hit = all(i in joined for i in newlines)
            score.counts["breaks"] += 1
            score.counts["breaks joined"] += hit
            if not hit:
                score.faults.append(f"not joined: {source} {text[max(0, span['start'] - 12) : span['end'] + 8]!r}")
        elif span["label"] == "trap" and any(i in gone or i in masked for i in chars):
            score.faults.append(f"trap lost: {where}")
            score.counts["traps lost"] += 1

    runs = {i for i, name in label.items() if name == "placeholder"}
    near = {i + d for i in runs for d in (-1, 0, 1)}
    for speech in gold["speeches"]:
        for i in range(speech["start"], speech["end"]):
            if (
                text[i].isspace()
                or label.get(i) in BOILERPLATE | BREAKS | {"placeholder", "mojibake"}
                or i in gold.get("invisible", ())
            ):
                continue
            score.counts["body"] += 1
            if i in gone or (i in masked and not (text[i] in DEBRIS and i in near)):
                score.counts["body lost"] += 1
                score.faults.append(
                    f"lost: {source} {i} {text[max(0, i - 8) : i]!r} {text[i]!r} {text[i + 1 : i + 9]!r}"
                )
    inside = {i for s in gold["speeches"] for i in range(s["start"], s["end"])}
    allowed = {i for i, name in label.items() if name in BREAKS | BOILERPLATE}
    for run in re.finditer(r"\s+", text):  # the blank lines beside what stands in a cut go with it
        if not allowed.isdisjoint(range(run.start() - 1, run.end() + 1)):
            allowed.update(range(*run.span()))
    for edit in cleaned.edits:
        if edit.stage == "placeholder" and edit.kind is not None and set(range(edit.start, edit.end)) <= inside:
            right = all(i in runs or label.get(i) in BOILERPLATE for i in range(edit.start, edit.end))
            score.counts["masks given"] += 1
            score.counts["masks right"] += right
            if not right:
                score.faults.append(f"no mask: {source} {text[max(0, edit.start - 8) : edit.end + 8]!r}")
        if edit.stage == "reflow" and any(text[i] == "\n" and i in inside for i in range(edit.start, edit.end)):
            right = any(i in allowed for i in range(edit.start, edit.end))
            score.counts["joins given"] += 1
            score.counts["joins right"] += right
            if not right:
                score.faults.append(f"wrong join: {source} {text[max(0, edit.start - 14) : edit.end + 10]!r}")

    given = [{i for i in range(s.start, s.end) if not text[i].isspace()} for s in cleaned.speeches]
    for n, speech in enumerate(gold["speeches"]):
        chars = {i for i in range(speech["start"], speech["end"]) if not text[i].isspace()}
        found = [g for g in given if len(chars ^ g) <= max(12, 0.005 * len(chars))]
        score.counts["speeches"] += 1
        score.counts["speeches found"] += bool(found)
        if not found:
            spans = [(s.start, s.end) for s in cleaned.speeches]
            where = f"{speech['start']}–{speech['end']}"
            score.faults.append(f"speech {n} of {source} not found ({where}, given {spans})")
    score.counts["speeches given"] += len(given)
    score.counts["titles"] += len(gold["speeches"])
    titles = {s.start: s.title for s in cleaned.speeches}
    for speech in gold["speeches"]:
        if any(abs(start - speech["start"]) <= 12 and _same(title, speech["title"]) for start, title in titles.items()):
            score.counts["titles right"] += 1
        else:
            score.faults.append(f"title of {source} {speech['start']}: {list(titles.values())} for {speech['title']!r}")


def _same(given: str | None, wanted: str | None) -> bool:
    """Say whether two titles are equal, masks aside."""
    strip = lambda t: None if t is None else "".join(c for c in t if c.isalnum() and c not in "Xx×某〇○_*△□")  # noqa: E731
    return strip(given) == strip(wanted)
