"""What does a person see at the end of a run? One screen: what came in, what went, what stays, where the report is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cleaner.filters import STAGES

_STALE_SHOWN = 10
_ORDER = ("repair", "split", *(name for name, _ in STAGES), "paragraph-dedup")


def summary_lines(described: dict[str, Any], raw: Path | str, out: Path | str) -> Iterator[str]:
    """Yield the lines of the summary of a run."""
    counts = described["counts"]
    sources, speeches, characters = counts["sources"], counts["speeches"], counts["characters"]
    sample = described.get("sample")
    yield f"{raw} → {out}" + (f"   a sample of {sources['read']:,} of {sample['of']:,} files" if sample else "")
    yield f"  files       {sources['read']:>12,}   {sources['bytes']:,} bytes"
    if counts["rejected"]:
        reasons = ", ".join(f"{n} {reason}" for reason, n in counts["rejected"].items())
        yield f"    set aside {sum(counts['rejected'].values()):>12,}   {reasons}; see {out}/rejected"
    if reused := described["sources"]["reused"]:
        yield f"    reused  {reused:>14,}   {described['sources']['done_anew']:,} cleaned anew"
    encodings = ", ".join(f"{name} {n}" for name, n in counts["encodings"].items())
    yield f"  characters  {characters['decoded']:>12,}   decoded from {encodings or 'nothing'}"
    for stage in _ORDER:
        if found := counts["stages"].get(stage):
            net = found["removed"] - found["inserted"]
            yield f"    {stage:<15}{-net:>+13,}   in {found['edits']:,} edits"
    yield f"  characters  {characters['out']:>12,}   left"
    yield f"  speeches    {speeches['found']:>12,}   found"
    dropping = ("exact", "near-duplicate", "contained", *(["decision"] if speeches["decision"] else []))
    reasons = ", ".join(f"{speeches[reason]} {reason}" for reason in dropping)
    yield f"    dropped   {speeches['dropped']:>12,}   {reasons}"
    yield f"  corpus      {speeches['kept']:>12,}   speeches in {out}/speeches"
    if described["decisions"]["lines"]:
        yield from _decisions(described["decisions"])
    yield f"  seconds     {sum(described['seconds'].values()):>12.1f}   " + ", ".join(
        f"{k} {v:.1f}" for k, v in described["seconds"].items()
    )
    if described["config"]["output"]["report"]:
        yield f"  report      {out}/report/index.html"


def _decisions(described: dict[str, Any]) -> Iterator[str]:
    """Yield what became of the decisions: how many are in force, and which name texts that are not there."""
    texts = described["stale_texts"]
    said = f"in force; {described['stale']:,} of them stale" if texts else "in force"
    yield f"  decisions   {described['in_force']:>12,}   {said}"
    for one in texts[:_STALE_SHOWN]:
        now = "its text has changed" if one["now"] == "changed" else "its text is gone"
        yield f"    line {one['line']}: {one['verdict']} {one['id']}: {now}"
    if len(texts) > _STALE_SHOWN:
        yield f"    and {len(texts) - _STALE_SHOWN:,} more texts, listed in manifest.json"
