"""Runs that do only what has changed, and give what one run over everything gives."""

import json
import os
import random
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cleaner import api, shards
from cleaner.clean import clean_sources
from cleaner.config import Config, Dedup, Input, Output, Paragraphs, Placeholders, Reflow, Rules, Split
from cleaner.ingest import read
from cleaner.store import cache
from cleaner.store.scratch import read_rows
from cleaner.verify import check
from tests.conftest import SAMPLE
from tests.results import digests

Run = Callable[..., dict[str, Any]]

OWN_RULE = """[[rule]]
id = "own-{n}"
why = "a rule of the test"
pattern = '{word}'
removes = ["⟦{word}⟧"]
keeps = ["水库"]
"""
WORDS = ("会议", "安全", "同志们", "工作")  # "meeting", "safety", "comrades", "work"


class Corpus:
    """A folder of raw files that a seeded hand changes, and the settings of its next run."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.raw, self.pack = folder / "raw", folder / "pack"
        self.chance = random.Random(seed)
        self.texts = sorted(path for path in SAMPLE.rglob("*") if path.is_file())
        self.config = Config()
        self.raw.mkdir()
        for _ in range(8):
            self.add()

    def names(self) -> list[Path]:
        return sorted(path for path in self.raw.rglob("*") if path.is_file())

    def text(self) -> bytes:
        return self.chance.choice(self.texts).read_bytes()

    def add(self) -> None:
        path = self.raw / f"site-{self.chance.randrange(4)}" / f"{self.chance.randrange(1000):03d}"
        path.parent.mkdir(exist_ok=True)
        kind = self.chance.choice(("txt", "txt", "txt", "md", "bin", "zip", "jsonl", "txt.gz"))
        path = path.with_name(f"{path.name}.{kind}")
        if kind == "zip":
            with zipfile.ZipFile(path, "w") as archive:
                for i in range(self.chance.randrange(1, 5)):
                    archive.writestr(f"{i}.txt", self.text())
        elif kind == "jsonl":
            lines = (self.text().decode("utf-8", "replace") for _ in range(self.chance.randrange(1, 5)))
            path.write_text("".join(json.dumps({"text": line}) + "\n" for line in lines), "utf-8")
        else:
            path.write_bytes(self.text())  # a .gz that is none is a row of `rejected`

    def change(self) -> None:
        path = self.chance.choice(self.names())
        data = path.read_bytes()
        cut = self.chance.randrange(len(data) + 1)
        path.write_bytes(data[:cut] + self.chance.choice((b"", "水库安全".encode(), b"\xff", self.text())) + data[cut:])

    def change_unseen(self) -> None:
        """Change a byte and set the old time again: size and mtime stay as they were."""
        path = self.chance.choice(self.names())
        found, data = path.stat(), bytearray(path.read_bytes())
        for at in range(len(data)):
            if chr(data[at]) in "0123456789":
                data[at] ^= 1
        path.write_bytes(bytes(data))
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))

    def swap(self) -> None:
        first, second = self.chance.sample(self.names(), 2)
        between = self.raw / "between"
        first.rename(between)
        second.rename(first)
        between.rename(second)

    def delete(self) -> None:
        if len(names := self.names()) > 4:
            self.chance.choice(names).unlink()

    def touch(self) -> None:
        for path in self.names():
            path.touch()

    def own_rule(self) -> None:
        word = self.chance.choice(WORDS)
        (self.pack / "inline").mkdir(parents=True, exist_ok=True)
        (self.pack / "inline" / "own.toml").write_text(OWN_RULE.format(n=0, word=word), "utf-8")
        self.config = replace(self.config, rules=Rules(packs=(str(self.pack),)))

    def setting(self) -> None:
        self.config = replace(
            self.config,
            **self.chance.choice((
                {"split": Split(min_chars=self.chance.choice((0, 50, 500)))},
                {"placeholders": Placeholders(policy=self.chance.choice(("keep", "mask", "remove")))},
                {"reflow": Reflow(enabled=self.chance.random() < 0.5)},
                {"dedup": Dedup(script=self.chance.choice(("keep", "simplified")), threshold=0.5)},
                {"paragraphs": Paragraphs(action=self.chance.choice(("drop", "flag")), min_chars=10)},
                {"input": Input(max_bytes=self.chance.choice((4000, 100_000)))},
                {"rules": Rules(disabled=("icp-record",))},
            )),
        )  # fmt: skip

    def step(self) -> None:
        for _ in range(self.chance.randrange(3)):
            acts = (self.add, self.add, self.change, self.change_unseen, self.swap, self.delete, self.touch)
            self.chance.choice((*acts, self.own_rule, self.setting))()


@pytest.fixture(autouse=True)
def soon_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Believe the stamp of a file at once: the steps of a test lie further apart than the clock ticks."""
    monkeypatch.setattr(read, "SETTLED_SECONDS", 0)
    monkeypatch.setattr("cleaner.pipeline.TASK_SOURCES", 3)
    monkeypatch.setattr("cleaner.pipeline.SHARD_SOURCES", 3)
    monkeypatch.setattr(cache, "FEW_FOLDERS", 2)


@pytest.mark.torture("seed", range(30), range(2))
def test_any_sequence_of_changes_gives_what_a_fresh_run_gives(tmp_path: Path, run: Run, seed: int) -> None:
    """Whatever was added, changed, swapped, deleted or set, the tables are those of one run over everything."""
    corpus = Corpus(tmp_path, seed)
    reused = 0
    for step in range(6):
        reused += run(corpus.raw, tmp_path / "out", corpus.config)["sources"]["reused"]
        run(corpus.raw, tmp_path / f"fresh-{step}", corpus.config)
        assert digests(tmp_path / "out") == digests(tmp_path / f"fresh-{step}")
        corpus.step()
    assert reused
    check(tmp_path / "out")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a folder of a few raw files that can be changed."""
    shutil.copytree(SAMPLE / "gongwen-wu", tmp_path / "raw")
    return tmp_path / "raw"


def counted(monkeypatch: pytest.MonkeyPatch, name: str) -> list[str]:
    """Return the list of the sources for which `shards` calls its function `name`, filled as it runs."""
    called: list[str] = []
    function = getattr(shards, name)

    def counting(*given: Any) -> Any:
        called.append(next(one.source for one in given if hasattr(one, "source")))
        return function(*given)

    monkeypatch.setattr(shards, name, counting)
    return called


def counted_sources(monkeypatch: Any) -> list[str]:
    """Return the names of the sources that are cleaned from now on."""
    called: list[str] = []

    def counting(*given: Any) -> Any:
        for cleaned in clean_sources(*given):
            called.append(cleaned.source.source)
            yield cleaned

    monkeypatch.setattr(shards, "clean_sources", counting)
    return called


def test_only_what_changed_is_read_and_cleaned(tmp_path: Path, site: Path, run: Run, monkeypatch: Any) -> None:
    """A second run reads no file that stayed, cleans none whose bytes stayed, and says how many; --fresh reads all."""
    sources = sorted(path.name for path in site.iterdir())
    assert run(site, tmp_path / "out")["sources"] == {"reused": 0, "done_anew": len(sources)}
    was_read, was_cleaned = counted(monkeypatch, "read"), counted_sources(monkeypatch)
    assert run(site, tmp_path / "out")["sources"] == {"reused": len(sources), "done_anew": 0}
    assert (was_read, was_cleaned) == ([], [])
    (site / sources[0]).touch()
    (site / sources[1]).write_bytes((site / sources[1]).read_bytes() + "会议结束。".encode())
    assert run(site, tmp_path / "out")["sources"] == {"reused": len(sources) - 1, "done_anew": 1}
    assert (sorted(was_read), was_cleaned) == (sources[:2], [sources[1]])
    was_read.clear()
    again = api.run(site, tmp_path / "out", workers=1, fresh=True)
    assert again["sources"]["reused"] == len(sources)
    assert (sorted(was_read), len(was_cleaned)) == (sources, 1)


def test_a_young_file_is_read_again(tmp_path: Path, site: Path, run: Run, monkeypatch: Any) -> None:
    """A file that changed as the last run listed it has no stamp, since the next change could carry the same one."""
    monkeypatch.setattr(read, "SETTLED_SECONDS", 3600)
    run(site, tmp_path / "out")
    was_read = counted(monkeypatch, "read")
    assert run(site, tmp_path / "out")["sources"]["done_anew"] == 0
    assert sorted(was_read) == sorted(path.name for path in site.iterdir())


@pytest.mark.parametrize("file", ["speeches.arrow", "origins.arrow", "seal"])
@pytest.mark.parametrize("harm", ["flip", "cut", "remove"])
def test_a_damaged_folder_is_done_anew(tmp_path: Path, site: Path, run: Run, file: str, harm: str) -> None:
    """What is not as it was written is not used: the sources are cleaned again and the tables are the same."""
    run(site, tmp_path / "out")
    before = digests(tmp_path / "out")
    n_sources = len(list(site.iterdir()))
    for path in (tmp_path / "out" / ".work" / "cache").rglob(file):
        data = path.read_bytes()
        path.unlink()
        if harm != "remove":
            half = len(data) // 2
            path.write_bytes(data[:half] if harm == "cut" else data[:half] + bytes([data[half] ^ 1]) + data[half + 1 :])
    assert run(site, tmp_path / "out")["sources"] == {"reused": 0, "done_anew": n_sources}
    assert digests(tmp_path / "out") == before


def folders(out: Path) -> dict[str, set[str]]:
    """Return the sources of each folder in the cache of OUT."""
    found = (out / ".work" / "cache").glob("*/*/origins.arrow")
    return {path.parent.name: set(read_rows(path)["source"].to_pylist()) for path in found}


def test_what_is_known_is_not_copied(tmp_path: Path, site: Path, run: Run) -> None:
    """A new file is one more folder in the cache, with its rows alone; a touched one is none."""
    run(site, tmp_path / "out")
    before = folders(tmp_path / "out")
    name = next(path.name for path in site.iterdir())
    (site / f"new-{name}").write_bytes((site / name).read_bytes())
    (site / name).touch()
    run(site, tmp_path / "out")
    after = folders(tmp_path / "out")
    assert {name: after[name] for name in before} == before
    assert [sources for folder, sources in after.items() if folder not in before] == [{f"new-{name}"}]


def test_rows_stay_near_each_other(tmp_path: Path, site: Path, run: Run, monkeypatch: Any) -> None:
    """However many runs there were, a shard lies in few folders and half of what a folder holds is used, or soon is."""
    monkeypatch.setattr("cleaner.pipeline.SHARD_SOURCES", 1 << 30)
    names = sorted(path.name for path in site.iterdir())
    for i in range(8):
        (site / f"{names[i % 3]}-{i}.txt").write_bytes((site / names[i % len(names)]).read_bytes())
        run(site, tmp_path / "out")
        assert len(folders(tmp_path / "out")) <= cache.FEW_FOLDERS
    for name in names[: 2 * len(names) // 3]:
        (site / name).unlink()
    run(site, tmp_path / "out")
    here = {path.name for path in site.iterdir()}
    for sources in folders(tmp_path / "out").values():
        assert 2 * len(sources & here) >= len(sources)
    run(site, tmp_path / "fresh")
    assert digests(tmp_path / "out") == digests(tmp_path / "fresh")


def test_the_cache_holds_the_last_run_and_no_more(tmp_path: Path, site: Path, run: Run) -> None:
    """Folders of which nothing is used go with the commit, those of other settings too; without output.cache all do."""
    held = tmp_path / "out" / ".work" / "cache"
    run(site, tmp_path / "out", Config(split=Split(min_chars=10)))
    run(site, tmp_path / "out")
    assert len(list(held.iterdir())) == 1
    for path in sorted(site.iterdir())[1:]:
        path.unlink()
    run(site, tmp_path / "out")
    assert list(folders(tmp_path / "out").values()) == [{path.name for path in site.iterdir()}]
    run(site, tmp_path / "out", Config(output=Output(cache=False)))
    assert not list(held.iterdir())


def test_settings_that_cleaning_does_not_see_reuse_all(tmp_path: Path, site: Path, run: Run) -> None:
    """Another threshold cleans nothing again; another policy cleans everything."""
    run(site, tmp_path / "out")
    n_sources = len(list(site.iterdir()))
    found = run(site, tmp_path / "out", Config(dedup=Dedup(threshold=0.7)))
    assert found["sources"] == {"reused": n_sources, "done_anew": 0}
    found = run(site, tmp_path / "out", Config(placeholders=Placeholders(policy="keep")))
    assert found["sources"] == {"reused": 0, "done_anew": n_sources}


def test_without_stamps_all_is_read_and_nothing_cleaned(tmp_path: Path, site: Path, run: Run, monkeypatch: Any) -> None:
    """Damaged stamps, or those of a run that was killed before it wrote them, cost one reading of the files."""
    run(site, tmp_path / "out")
    for path in (tmp_path / "out" / ".work" / "cache").glob("*/stamps/stamps.arrow"):
        path.write_bytes(path.read_bytes()[:-1])
    was_read = counted(monkeypatch, "read")
    sources = sorted(path.name for path in site.iterdir())
    assert run(site, tmp_path / "out")["sources"] == {"reused": len(sources), "done_anew": 0}
    assert sorted(was_read) == sources
    run(site, tmp_path / "out")
    assert len(was_read) == len(sources)


def test_what_a_failed_run_cleaned_is_used_by_the_next(tmp_path: Path, site: Path, run: Run, monkeypatch: Any) -> None:
    """A run that stops after cleaning leaves it to the next, whose tables are those of a run that never stopped."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cleaner.pipeline.corpus.find", stop)
        with pytest.raises(KeyboardInterrupt):
            run(site, tmp_path / "out")
    n_sources = len(list(site.iterdir()))
    assert run(site, tmp_path / "out")["sources"] == {"reused": n_sources, "done_anew": 0}
    run(site, tmp_path / "fresh")
    assert digests(tmp_path / "out") == digests(tmp_path / "fresh")
