"""Tests of `cleaner.effects`: hits of rules, rivals, and two versions of the packs over one corpus."""

# ruff: noqa: SIM300 (the expected value stands first)

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cleaner import rulepack
from cleaner.cli import main
from cleaner.config import Config
from cleaner.edits import Edit
from cleaner.effects import diff, hits
from cleaner.engines.local import Local
from cleaner.errors import InputError
from cleaner.store import schemas, tables
from tests.conftest import SAMPLE

RULE = """[[rule]]
id = "{id}"
why = "A test."
pattern = '''{pattern}'''
removes = ["{removes}"]
keeps = ["今天天气很好"]
"""
TEXT = (
    "在水库工程动员会上的讲话\n同志们：\n今天我们在这里开会，要甲甲乙乙狠抓落实，把水库修好，把水送到田间地头，让群众满意。\n"
    "大家要齐心协力，按时完成任务，确保工程质量，经得起历史检验。\n谢谢大家！\n"
)


def packs(folder: Path, **patterns: tuple[str, str]) -> Path:
    """Write a pack folder with one inline rule for each (pattern, example) by id."""
    path = folder / "inline" / "probe.toml"
    path.parent.mkdir(parents=True)
    rules = (RULE.format(id=name, pattern=p, removes=example) for name, (p, example) in patterns.items())
    path.write_text("\n".join(rules), "utf-8")
    return folder


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text(TEXT, "utf-8")
    return tmp_path / "raw"


def test_gained_and_lost(tmp_path: Path, raw: Path) -> None:
    """A stretch that only the new version removes is gained, one that only the old removes is lost."""
    old = packs(tmp_path / "old", left=("甲甲乙", "⟦甲甲乙⟧"))
    new = packs(tmp_path / "new", right=("甲乙乙", "⟦甲乙乙⟧"))
    found = list(diff.compare(str(old), str(new), raw, Config(), Local(1)))
    assert [(False, "left", "甲", "甲乙乙"), (True, "right", "乙", "狠抓落")] == [
        (c.gained, c.rule, c.removed, c.after[:3]) for c in found
    ]
    assert all(TEXT[c.start : c.end] == c.removed for c in found)


def test_same_version_has_no_effect(raw: Path) -> None:
    """A version compared with itself changes nothing."""
    assert [] == list(diff.compare("shipped", str(rulepack.shipped()), raw, Config(), Local(1)))


def test_unknown_version(raw: Path) -> None:
    """A version that is neither `shipped` nor a path is an error that says what may stand there."""
    with pytest.raises(InputError, match="shipped"):
        list(diff.compare("shipped", "no-such-packs", raw, Config(), Local(1)))


EDITS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=6)


def edits_of(steps: list[tuple[int, int]], rule: str) -> list[Edit]:
    found, at = [], 0
    for gap, length in steps:
        found.append(Edit(at + gap, at + gap + length, "inline", rule))
        at += gap + length
    return found


@given(EDITS, EDITS)
def test_changes_are_the_difference(old: list[tuple[int, int]], new: list[tuple[int, int]]) -> None:
    """Gained are the characters that only the new edits remove, lost those that only the old ones do; none twice."""
    text = "字" * 60
    before, after = edits_of(old, "old"), edits_of(new, "new")
    found = list(diff.changes("a", text, before, after))
    sets = [{i for edit in edits for i in range(edit.start, edit.end)} for edits in (before, after)]
    for gained, expected in ((True, sets[1] - sets[0]), (False, sets[0] - sets[1])):
        places = [i for change in found if change.gained == gained for i in range(change.start, change.end)]
        assert sorted(expected) == places


def test_hits_of_raw_and_result_agree(sample_out: Path) -> None:
    """The hits counted from a result's audit are those counted from its raw files, and those of its table of edits."""
    of_raw, pack = hits.count(SAMPLE, Config(), Local(1))
    of_out, _ = hits.count(sample_out, Config(), Local(1))
    assert (of_raw.spans, of_raw.chars, of_raw.sources, of_raw.pairs) == (
        of_out.spans, of_out.chars, of_out.sources, of_out.pairs,
    )  # fmt: skip
    known = {rule.id for rule in pack.rules if rule.stage != "page"}
    rows = [r for r in tables.read_rows(sample_out / "edits", schemas.EDITS.schema, ("rule",)) if r["rule"] in known]
    assert len(rows) == sum(of_out.spans[name] for name in known)


def test_rivals(tmp_path: Path, raw: Path) -> None:
    """Two rules that claim parts of one span are a pair, the one that won first; rules that never fire are named."""
    folder = packs(
        tmp_path / "p", early=("甲甲乙", "⟦甲甲乙⟧"), late=("甲乙乙", "⟦甲乙乙⟧"), idle=("丙丙丙", "⟦丙丙丙⟧")
    )
    config = tmp_path / "cleaner.toml"
    config.write_text(f"[rules]\npacks = ['{folder}']\n", "utf-8")
    result = CliRunner().invoke(main, ["rules", "list", str(raw), "--config", str(config), "--json"])
    told = json.loads(result.stdout)
    assert {"rule": "early", "rival": "late", "spans": 1} in told["pairs"]
    assert {"idle", "late"} <= set(told["never"])
    assert [1] == [row["spans"] for row in told["rules"] if row["id"] == "early"]


def test_list_and_diff_on_a_terminal(tmp_path: Path, raw: Path) -> None:
    """`rules list CORPUS` and `rules diff OLD NEW RAW` say in lines what `--json` says in data."""
    new = tmp_path / "new"
    shutil.copytree(rulepack.shipped(), new)
    packs(tmp_path / "more", probe=("甲甲乙乙", "⟦甲甲乙乙⟧"))
    shutil.copy(tmp_path / "more/inline/probe.toml", new / "inline" / "probe.toml")
    runner = CliRunner()
    listed = runner.invoke(main, ["rules", "list", str(raw)])
    assert listed.exit_code == 0 and "never fire" in listed.stdout
    args = ["rules", "diff", "shipped", str(new), str(raw)]
    lines = runner.invoke(main, args).stdout
    assert "inline/probe  +1 -0" in lines and "⟦甲甲乙乙⟧狠抓落实" in lines
    told = json.loads(runner.invoke(main, [*args, "--json"]).stdout)
    assert ({"spans": 1, "chars": 4}, {"spans": 0, "chars": 0}) == (told["gained"], told["lost"])
    assert 2 == runner.invoke(main, ["rules", "diff", "shipped", "no-such", str(raw)]).exit_code
