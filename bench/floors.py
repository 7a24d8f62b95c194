"""How slow may a step be beside its like? The floors in `floors.json` of the ratios that `bench.steps` measures.

In: the ratios of a run, where more is faster, and the digest of the texts they are of. Out: a line for each that is
under its floor. What always holds: a floor counts only for the very texts it was set by, and stands in a file that is
reviewed: a slower step fails `make bench`, and a lower floor is a line of a diff.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "floors.json"
SHARE = 0.5
"""Of a measured ratio, its floor. Source: measured, two runs of the same code on two shared cores gave 33.6
and 23.5 for the search, 12.1 and 18.1 for the rules."""


def digest(texts: Iterable[str]) -> str:
    """Return the sha256 of the texts that are measured."""
    found = hashlib.sha256()
    for text in texts:
        found.update(f"{len(text)}\0{text}".encode())
    return found.hexdigest()


def read() -> dict[str, Any]:
    """Return the floors: the digest of the texts and the least ratio of each step."""
    floors: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
    return floors


def write(data: str, ratios: Mapping[str, float]) -> None:
    """Set the floors by the ratios of a run."""
    floors = {"sha256": data, "ratios": {name: round(SHARE * ratio, 3) for name, ratio in ratios.items()}}
    PATH.write_text(json.dumps(floors, ensure_ascii=False, indent=1) + "\n", "utf-8")


def faults(data: str, ratios: Mapping[str, float], floors: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each ratio under its floor, and for what cannot be held against one."""
    if data != floors["sha256"]:
        yield "the texts are not those that the floors are of: look at the ratios, then run with --set-floors"
        return
    least = floors["ratios"]
    for name in sorted(ratios.keys() ^ least.keys()):
        yield f"{name}: found {'no floor' if name in ratios else 'no such step'}; run with --set-floors"
    for name in ratios.keys() & least.keys():
        if ratios[name] < least[name]:
            yield f"{name}: found {ratios[name]:.2f}; expected at least {least[name]}; find what became slower"
