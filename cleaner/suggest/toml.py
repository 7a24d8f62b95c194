"""How does a person review what was learned?

In: proposals. Out: the text of a learned file: TOML that `--learned` reads, sorted, with the counts of each rule in a
comment above it. What always holds: the same proposals give the same bytes; the loader takes every rule of it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby

from cleaner.packfile import STAGES
from cleaner.suggest.propose import Proposal

_HEAD = """\
# Learned rules: what repeats on the pages of a site and is not said in its speeches.
# Read them. Strike what you do not want, or set its status to "retired". Then: cleaner run RAW OUT --learned THIS_FILE
#
# {rules:,} rules from {sites:,} sites; they remove {spans:,} spans, {chars:,} characters of the pages learned from.
"""


def as_json(proposals: Sequence[Proposal]) -> str:
    """Return the proposals as JSON, in the order of the learned file."""
    return json.dumps([asdict(proposal) for proposal in _ordered(proposals)], ensure_ascii=False, indent=1) + "\n"


def as_toml(proposals: Sequence[Proposal]) -> str:
    """Return the learned file of the proposals."""
    ordered = _ordered(proposals)
    counts = {
        "rules": len(ordered),
        "sites": len({site for p in ordered for site in p.sites}),
        "spans": sum(p.n_spans for p in ordered),
        "chars": sum(p.n_chars for p in ordered),
    }
    out = [_HEAD.format(**counts)]
    for sites, members in groupby(ordered, key=lambda p: p.sites):
        out.append(f"\n# ━━ {', '.join(map(_comment, sites))} ━━\n")
        for proposal in members:
            out += ["\n", *(f"{line}\n" for line in _rule(proposal))]
    return "".join(out)


def _ordered(proposals: Sequence[Proposal]) -> list[Proposal]:
    return sorted(
        proposals, key=lambda p: (p.sites, STAGES.index(p.rule.stage), -p.n_stories, p.rule.pattern, p.rule.id)
    )


def _rule(proposal: Proposal) -> Iterator[str]:
    rule = proposal.rule
    yield (
        f"# {proposal.n_stories:,} of {proposal.of_stories:,} speeches, {proposal.n_pages:,} pages; removes "
        f"{proposal.n_spans:,} spans, {proposal.n_chars:,} characters"
    )
    yield f"# {proposal.note}"
    if proposal.shipped:
        yield f"# shipped rules claim {proposal.shipped:.0%} of it already"
    yield "[[rule]]"
    yield f"id = {_string(rule.id)}"
    yield f"stage = {_string(rule.stage)}"
    yield f"why = {_string(rule.why)}"
    yield f"pattern = {_literal(rule.pattern)}"
    if rule.keywords:
        yield f"keywords = {_strings(rule.keywords)}"
    if rule.opens:
        yield "opens = true"
    yield f"status = {_string(rule.status)}"
    yield f"seen_in = {_strings(rule.seen_in)}"
    yield f"removes = {_strings(rule.removes)}"
    yield f"keeps = {_strings(rule.keeps)}"


def _string(text: str) -> str:
    """Return a TOML basic string: JSON's escapes are TOML's, but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _strings(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_string, texts))}]"


def _literal(text: str) -> str:
    """Return a TOML literal string, or a basic one where a literal cannot hold the text."""
    return _string(text) if "'''" in text or text.endswith("'") or not text.isprintable() else f"'''{text}'''"


def _comment(text: str) -> str:
    """Return a name that stays in its comment."""
    return "".join(char if char.isprintable() else "�" for char in text)
