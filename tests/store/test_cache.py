"""What makes an earlier run of use: the same program, rules and settings; and how what it left is put together."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.clean import clean_source
from cleaner.config import Config, Dedup, Filters, Input, Normalise, Output, Paragraphs, Placeholders, Reflow, Split
from cleaner.filters import own
from cleaner.ingest.read import key_of, read
from cleaner.ingest.unpack import all_sources
from cleaner.records import Cleaned
from cleaner.store import cache
from cleaner.store.cache import Cache, recipe, seal
from cleaner.store.scratch import Shard, rows_of
from tests.cases.read_cases import shipped
from tests.conftest import SAMPLE

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


@pytest.fixture(scope="module")
def cleaned() -> dict[str, tuple[str, Cleaned]]:
    """Return a few sources, clean and rejected ones, with their keys."""
    with all_sources(SAMPLE, Input()) as entries:
        raws = [read(SAMPLE, entry, Input()) for entry in entries[:12]]
    raws[3:3] = [replace(raws[0], source=f"{raws[2].source}.short", data=b"short")]
    return {raw.source: (key_of(raw), clean_source(raw, shipped(), Config())) for raw in raws}


def sealed(folder: Path, cleaned: dict[str, tuple[str, Cleaned]], sources: list[str]) -> Path:
    (folder / "r").mkdir(parents=True, exist_ok=True)
    keys = {source: cleaned[source][0] for source in sources}
    return seal(rows_of([cleaned[source][1] for source in sources], "keep"), keys, folder / "drafts", folder / "r")


@settings(max_examples=30)
@given(st.data())
def test_a_shard_is_its_sources_wherever_they_lie(
    tmp_path_factory: pytest.TempPathFactory, cleaned: dict[str, tuple[str, Cleaned]], data: st.DataObject
) -> None:
    """Rows lie in any folders, some twice, some unused: shards have those of their sources, as if cleaned together."""
    folder, sources = tmp_path_factory.mktemp("cache"), sorted(cleaned, key=str.encode)
    some = st.lists(st.sampled_from(sources), unique=True, min_size=1).map(lambda names: sorted(names, key=str.encode))
    for names in (*data.draw(st.lists(some, max_size=4)), sources[::2], sources[1::2]):
        sealed(folder, cleaned, names)
    wanted, cuts = data.draw(some), sorted(data.draw(st.sets(st.integers(1, 11), max_size=3)))
    runs = [run for a, b in pairwise([0, *cuts, 99]) if (run := wanted[a:b])]
    held = Cache(folder, "r", believes_stamps=True)
    for run, shard in zip(runs, held.shards(runs), strict=True):
        expected = rows_of([cleaned[source][1] for source in run], "keep")
        assert {name: rows.combine_chunks() for name, rows in shard.rows().items()} == expected
        assert shard.n_rows("speeches") == len(expected["speeches"])


def test_what_is_scattered_is_named(
    tmp_path: Path, cleaned: dict[str, tuple[str, Cleaned]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shard in many folders is to be gathered, and each that lies in a folder of which less than half is used."""
    monkeypatch.setattr(cache, "FEW_FOLDERS", 3)
    sources = sorted(cleaned, key=str.encode)

    def scattered(groups: list[list[str]], runs: list[list[str]]) -> list[int]:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        for names in groups:
            sealed(folder, cleaned, names)
        held = Cache(folder, "r", believes_stamps=True)
        shards: list[Shard] = held.shards(runs)
        return held.scattered(shards)

    assert scattered([sources], [sources[:5], sources[5:]]) == []
    assert scattered([sources], [sources[:2], sources[5:7]]) == [0, 1]
    assert scattered([sources[i::3] for i in range(3)], [sources[:8], sources[8:]]) == []
    assert scattered([sources[i::4] for i in range(4)], [sources[:8], sources[8:10], sources[10:]]) == [0]
