"""Which of the texts that decisions name are in this corpus?

In: the cleaned shards and the decisions. Out: what the decisions say of each speech and paragraph that is there, and
the named texts that are not, a text that changed told from one that is gone. What always holds: a text that is named
has its decisions wherever it stands; the others are in none.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cleaner.decisions import Decisions
from cleaner.dedup.corpus import Reviewed
from cleaner.dedup.link import Said
from cleaner.lines import lines
from cleaner.store.scratch import Shard

_RULED = {"speech": "speeches", "paragraph": "paragraphs"}
"""The attribute of `Decisions` for each level."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A text that a decision in force names and that is not in the corpus.

    Args:
        line: of the decision.
        id: that the text had; `now` is `changed` if another text has it, else `gone`.
    """

    line: int
    verdict: str
    level: str
    id: str
    now: str


def reviewed(shards: Sequence[Shard], decisions: Decisions) -> tuple[Reviewed, tuple[Stale, ...]]:
    """Return what is said of the speeches and paragraphs of `shards`, and what is said of none."""
    named = {
        level: {text for one in decisions.in_force if one.level == level for text in one.texts} for level in _RULED
    }
    if not any(named.values()):
        return Reviewed(), ()
    ids = {name for one in decisions.in_force for name in one.ids}
    present: dict[str, set[str]] = {level: set() for level in _RULED}
    standing: set[str] = set()
    speeches: dict[int, str] = {}
    paragraphs: dict[tuple[int, int], str] = {}
    for i, row, seqs in _speeches(shards, bool(named["paragraph"])):
        standing |= {row["id"]} & ids
        if row["raw_sha256"] in named["speech"]:
            present["speech"].add(row["raw_sha256"])
            speeches[i] = row["raw_sha256"]
        for seq, line in zip(seqs, (line.text for line in lines(row.get("text", "")) if line.bare), strict=True):
            standing |= {f"{row['id']}/{seq}"} & ids
            if (text := hashlib.sha256(line.encode()).hexdigest()) in named["paragraph"]:
                present["paragraph"].add(text)
                paragraphs[i, seq] = text
    stale = tuple(
        Stale(one.line, one.verdict, one.level, name, "changed" if name in standing else "gone")
        for one in decisions.in_force
        for text, name in zip(one.texts, one.ids, strict=True)
        if text not in present[one.level]
    )
    ruled = {level: getattr(decisions, attribute) for level, attribute in _RULED.items()}
    speeches = {i: text for i, text in speeches.items() if text in ruled["speech"].texts}
    paragraphs = {line: text for line, text in paragraphs.items() if text in ruled["paragraph"].texts}
    return Reviewed(Said(ruled["speech"], speeches), ruled["paragraph"], paragraphs), stale


def _speeches(shards: Sequence[Shard], with_lines: bool) -> Iterator[tuple[int, dict[str, Any], list[int]]]:
    """Yield each speech with its index and, if asked for, its text and the lines of its paragraphs."""
    first = 0
    for shard in shards:
        rows = shard.read("speeches", ["id", "raw_sha256", *(["text"] if with_lines else [])]).to_pylist()
        places, at = shard.paragraphs() if with_lines else None, 0
        for i, row in enumerate(rows):
            seqs: list[int] = []
            if places is not None:
                seqs = places.seqs[at : at + places.counts[i]].tolist()
                at += len(seqs)
            yield first + i, row, seqs
        first += len(rows)


def described(decisions: Decisions, stale: Sequence[Stale]) -> dict[str, Any]:
    """Return what the manifest says of the decisions of a run."""
    return {
        "lines": len(decisions.lines), "in_force": len(decisions.in_force),
        "stale": len({one.line for one in stale}), "stale_texts": [asdict(one) for one in stale],
    }  # fmt: skip
