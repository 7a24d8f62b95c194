"""What makes an earlier run of use: the same program, rules and settings."""

from pathlib import Path
from typing import Any

import pytest

from cleaner.config import Config, Dedup, Filters, Input, Normalise, Output, Paragraphs, Placeholders, Reflow, Split
from cleaner.filters import own
from cleaner.store.cache import recipe

SEEN = (
    Config(input=Input(max_damage=0.5)),
    Config(split=Split(min_chars=1)),
    Config(placeholders=Placeholders(policy="keep")),
    Config(reflow=Reflow(enabled=False)),
    Config(normalise=Normalise(indents=False)),
    Config(dedup=Dedup(script="simplified")),
)
UNSEEN = (
    Config(dedup=Dedup(threshold=0.9, seed=7)),
    Config(paragraphs=Paragraphs(action="drop")),
    Config(output=Output(report=False)),
)


@pytest.mark.parametrize("config", SEEN)
def test_a_setting_of_cleaning_is_another_recipe(config: Config) -> None:
    """What decides what becomes of one source does everything anew."""
    assert recipe("rules", config) != recipe("rules", Config())


@pytest.mark.parametrize("config", UNSEEN)
def test_a_setting_of_detection_is_the_same_recipe(config: Config) -> None:
    """A worker cannot see it: it is given the defaults."""
    assert recipe("rules", config) == recipe("rules", Config())
    assert config.for_cleaning() == Config()


def test_rules_and_programs_are_of_the_recipe(tmp_path: Path, monkeypatch: Any) -> None:
    """Other rules, another file of a filter of one's own, another library: another recipe."""
    config, program = Config(filters=Filters(("mine",))), tmp_path / "mine.py"
    monkeypatch.setattr(own, "programs", lambda config: [program])
    program.write_text("1")
    before = recipe("rules", config)
    assert recipe("other rules", config) != before
    program.write_text("2")
    assert recipe("rules", config) != before
    program.write_text("1")
    assert recipe("rules", config) == before
    monkeypatch.setattr("cleaner.store.cache.metadata.distributions", lambda: [])
    assert recipe("rules", config) != before
