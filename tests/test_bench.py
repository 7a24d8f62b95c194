"""The floors of the bench: a step that became slower is told. Nothing is timed here."""

import json
from pathlib import Path

import pytest

from bench import floors

FLOORS = {"sha256": floors.digest(["水库", "大坝"]), "ratios": {"sketch": 3.0, "read": 0.5}}  # "reservoir", "dam"


@pytest.mark.parametrize(
    ("texts", "ratios", "told"),
    [
        (["水库", "大坝"], {"sketch": 3.0, "read": 0.6}, []),
        (["水库", "大坝"], {"sketch": 2.9, "read": 0.6}, ["sketch: found 2.90; expected at least 3.0"]),
        (["水库", "大坝"], {"sketch": 3.1}, ["read: found no such step"]),
        (["水库", "大坝"], {"sketch": 3.1, "read": 0.6, "write": 1.0}, ["write: found no floor"]),
        (["水库大", "坝"], {"sketch": 9.0, "read": 9.0}, ["the texts are not those"]),
    ],
    ids=["as fast", "slower", "a step gone", "a new step", "other texts"],
)
def test_what_is_told(texts: list[str], ratios: dict[str, float], told: list[str]) -> None:
    """A ratio under its floor, a step without one and other texts are a line each; what is as fast is none."""
    found = list(floors.faults(floors.digest(texts), ratios, FLOORS))
    assert len(found) == len(told)
    assert all(line.startswith(begin) for line, begin in zip(found, told, strict=True))


def test_floors_are_set_below_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run that set the floors passes them, and each is a share of what it measured."""
    monkeypatch.setattr(floors, "PATH", tmp_path / "floors.json")
    floors.write("0", {"sketch": 10.0})
    assert floors.read() == {"sha256": "0", "ratios": {"sketch": 5.0}}
    assert not list(floors.faults("0", {"sketch": 10.0}, floors.read()))


def test_the_floors_are_whole() -> None:
    """The floors of the repository have a digest and are ratios."""
    kept = json.loads(floors.PATH.read_text("utf-8"))
    assert len(bytes.fromhex(kept["sha256"])) == 32
    assert min(kept["ratios"].values()) > 0
