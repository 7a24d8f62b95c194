"""What changed between two results."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from cleaner import changes
from cleaner.cli import main
from cleaner.config import Config, Dedup, Rules
from cleaner.errors import InputError
from tests.conftest import SAMPLE

Run = Callable[..., dict[str, Any]]


def texts(out: Path) -> dict[str, str]:
    return {row["id"]: row["text"] for row in pq.read_table(out / "speeches", columns=["id", "text"]).to_pylist()}


def spans(out: Path) -> set[tuple[Any, ...]]:
    return {tuple(row.values()) for row in pq.read_table(out / "edits").to_pylist()}


def agrees(first: Path, second: Path) -> changes.Changes:
    """Compare two results and hold the lists against the texts of the two corpora."""
    found = changes.compare(first, second)
    before, after = texts(first), texts(second)
    assert {entry["id"] for entry in found.gained} == after.keys() - before.keys()
    assert {entry["id"] for entry in found.lost} == before.keys() - after.keys()
    both = before.keys() & after.keys()
    assert {entry["id"] for entry in found.changed} == {name for name in both if before[name] != after[name]}
    assert found.kept == [len(before), len(after)]
    return found


def test_a_result_beside_itself(sample_out: Path) -> None:
    """Nothing changed."""
    found = agrees(sample_out, sample_out)
    assert (found.gained, found.lost, found.changed, found.rules, found.settings) == ([], [], [], {}, {})


def test_a_rule_less(tmp_path: Path, sample_out: Path, run: Run) -> None:
    """Without a rule its spans are lost, and each text that changed names the rule among those of its span."""
    run(SAMPLE, tmp_path / "out", Config(rules=Rules(disabled=("cross-run",))))
    found = agrees(sample_out, tmp_path / "out")
    old, new = spans(sample_out), spans(tmp_path / "out")
    counted = sum(count["spans_gained"] + count["spans_lost"] for count in found.rules.values())
    assert counted == len(old ^ new)
    name = "placeholder/cross-run"
    assert found.rules[name]["spans_lost"] == sum(row[3:5] == ("placeholder", "cross-run") for row in old) > 0
    assert found.changed
    assert all(entry["rules"] for entry in found.changed)
    assert any(name in entry["rules"] for entry in found.changed)
    assert set(found.settings) == {"digests.rules", "rules.disabled"}


def test_another_threshold(tmp_path: Path, sample_out: Path, run: Run) -> None:
    """At a higher τ speeches come back, each with the one it had yielded to; no text and no rule changed."""
    run(SAMPLE, tmp_path / "out", Config(dedup=Dedup(threshold=0.99, containment=1.0)))
    found = agrees(sample_out, tmp_path / "out")
    assert found.gained
    assert {entry["was"] for entry in found.gained} <= {"near-duplicate", "contained"}
    assert all(entry["yields_to"] for entry in found.gained)
    assert (found.changed, found.rules) == ([], {})
    back = agrees(tmp_path / "out", sample_out)
    assert [entry["id"] for entry in back.lost] == [entry["id"] for entry in found.gained]


def test_other_files(tmp_path: Path, run: Run) -> None:
    """A source that is new, gone or changed is counted, and no rule is blamed for it."""
    shutil.copytree(SAMPLE / "gongwen-wu", tmp_path / "raw")
    run(tmp_path / "raw", tmp_path / "out1")
    (tmp_path / "raw" / "1187.txt").unlink()
    path = tmp_path / "raw" / "1203.txt"
    path.write_bytes(path.read_bytes() + "\n\n同志们，最后再说一句：要抓好落实。\n".encode())  # "one last word"
    (tmp_path / "raw" / "new.txt").write_bytes((SAMPLE / "jianghua-ku" / "a30.txt").read_bytes())
    run(tmp_path / "raw", tmp_path / "out2")
    found = agrees(tmp_path / "out1", tmp_path / "out2")
    assert dict(found.sources) == {"only_first": 1, "only_second": 1, "changed": 1, "same": 1}
    assert found.rules == {}


def test_the_command(tmp_path: Path, sample_out: Path, run: Run) -> None:
    """`cleaner diff` prints a page, with --json all of it; a folder without a result is the caller's mistake."""
    run(SAMPLE, tmp_path / "out", Config(dedup=Dedup(threshold=0.99, containment=1.0)))
    args = ["diff", str(sample_out), str(tmp_path / "out")]
    shown = CliRunner().invoke(main, args)
    assert shown.exit_code == 0
    assert "setting   dedup.threshold: 0.6 → 0.99" in shown.stdout
    said = json.loads(CliRunner().invoke(main, [*args, "--json"]).stdout)
    assert said["speeches"]["after"] - said["speeches"]["before"] == len(said["gained"]) - len(said["lost"])
    assert CliRunner().invoke(main, ["diff", str(tmp_path), str(sample_out)]).exit_code == 2
    with pytest.raises(InputError):
        changes.compare(sample_out, tmp_path)
