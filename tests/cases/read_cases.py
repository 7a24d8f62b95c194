"""Reads the cases of this folder: `<stage>/<kind>.json`, lists of {label, note, input, output}.

Kinds: `in-the-wild` (made after kinds met on real sites, with made-up names), `negative` (ordinary text that must stay:
output left out means the input), `synthetic` (made to reach one branch), `known-failures` (strict xfail: a case that
starts to pass must move to another file).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from cleaner import rulepack
from cleaner.rulepack import RulePack

FOLDER = Path(__file__).parent
KINDS = ("in-the-wild", "negative", "synthetic", "known-failures")


def read(stage: str, *kinds: str) -> list[ParameterSet]:
    """Return the cases of one stage as parameters, each named by its kind and label."""
    out = []
    for kind in kinds or KINDS:
        path = FOLDER / stage / f"{kind}.json"
        if not path.exists():
            continue
        for case in json.loads(path.read_text("utf-8")):
            marks = [pytest.mark.xfail(strict=True, reason=case["note"])] if kind == "known-failures" else []
            out.append(pytest.param(case, id=f"{kind}: {case['label']}", marks=marks))
    return out


def lines(value: str | list[str]) -> str:
    """Return a text that the case file writes as one string or as a list of lines."""
    return value if isinstance(value, str) else "\n".join(value)


def before(case: dict[str, Any]) -> str:
    """Return the text that goes in."""
    return lines(case["input"])


def after(case: dict[str, Any]) -> Any:
    """Return what should come out; without `output`, what went in."""
    output = case.get("output", case["input"])
    return lines(output) if isinstance(output, str | list) else output


@cache
def shipped() -> RulePack:
    """Return the shipped rules, loaded once: they are frozen."""
    return rulepack.load([rulepack.shipped()])
