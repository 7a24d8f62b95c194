"""Where the work begins."""

import dataclasses
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft4Validator

from cleaner import config, rulepack, scaffold, schema
from cleaner.cli import main
from cleaner.config import Config

STAGES = ("footer", "inline")


def init(folder: Path) -> Result:
    return CliRunner().invoke(main, ["init", str(folder)])


def test_what_init_writes_changes_nothing(tmp_path: Path) -> None:
    """Untouched, the new settings are the defaults and the new packs hold no rule."""
    assert init(tmp_path / "new").exit_code == 0
    found = config.load(tmp_path / "new" / "cleaner.toml")
    assert found.rules.packs == ((tmp_path / "new" / "rules").as_posix(),)
    assert dataclasses.replace(found, rules=config.Rules()) == Config()
    assert rulepack.chosen(found.rules).rules == rulepack.chosen(config.Rules()).rules


def uncommented(path: Path) -> str:
    """Return the text of a file as it is after `# ` was taken from every line that is TOML behind it."""
    lines = path.read_text("utf-8").splitlines()
    rule = "# [[rule]]" if "# [[rule]]" in lines else "[input]"
    return "\n".join(line.removeprefix("# ") for line in lines[lines.index(rule) :])


def test_a_setting_counts_once_its_mark_is_gone(tmp_path: Path) -> None:
    """With every `# ` taken away, the file is every key at its default, and valid."""
    init(tmp_path)
    tables = tomllib.loads(uncommented(tmp_path / "cleaner.toml"))
    Draft4Validator(schema.config_schema()).validate(tables)
    expected = tomllib.loads(config.as_toml())
    expected["rules"]["packs"] = ["rules"]
    assert tables == expected


@pytest.mark.parametrize("stage", STAGES)
def test_an_example_of_a_rule_holds(tmp_path: Path, stage: str) -> None:
    """The example in each pack is a rule that loads and acts, once its marks are gone."""
    init(tmp_path)
    path = tmp_path / "rules" / stage / "own.toml"
    path.write_text(uncommented(path), "utf-8")
    own = {rule.id for rule in rulepack.load([tmp_path / "rules"]).rules}
    assert len(own) == 1
    assert own < {rule.id for rule in rulepack.chosen(config.load(tmp_path / "cleaner.toml").rules).rules}


def test_an_own_rule_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    """A rule of the same id replaces, a retired one switches off, and `rules.disabled` leaves out."""
    init(tmp_path)
    shipped = next(rule for rule in rulepack.chosen(config.Rules()).rules if rule.stage == "footer")
    (tmp_path / "rules" / "footer" / "own.toml").write_text(
        f'[[rule]]\nid = "{shipped.id}"\nwhy = "Off."\npattern = "水库"\nstatus = "retired"\n'
        'removes = ["水库"]\nkeeps = ["水"]\n',
        "utf-8",
    )
    found = rulepack.chosen(config.load(tmp_path / "cleaner.toml").rules)
    assert [rule.why for rule in found.rules if rule.id == shipped.id] == ["Off."]
    assert shipped.id not in {rule.id for rule in found.stage("footer").rules}


@pytest.mark.parametrize("taken", ["cleaner.toml", "rules"])
def test_nothing_is_overwritten(tmp_path: Path, taken: str) -> None:
    """A folder where the work has begun is left alone: exit 2, one line."""
    (tmp_path / taken).mkdir()
    result = init(tmp_path)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert [path.name for path in tmp_path.iterdir()] == [taken]


def test_the_files_name_their_schemas(tmp_path: Path) -> None:
    """The `#:schema` line of each file leads to a schema that was written."""
    init(tmp_path)
    for path in [tmp_path / "cleaner.toml", *sorted((tmp_path / "rules").glob("*/*.toml"))]:
        first = path.read_text("utf-8").splitlines()[0]
        target = path.parent / first.removeprefix("#:schema ")
        assert target.read_text("utf-8") in {schema.as_text(kind) for kind in schema.SCHEMAS}


def test_packs_lie_beside_their_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path in `rules.packs` counts from the file that names it, not from the working folder."""
    scaffold.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert config.load(Path("cleaner.toml")).rules.packs == ("rules",)
    monkeypatch.chdir("/")
    assert CliRunner().invoke(main, ["rules", "test", "--config", str(tmp_path / "cleaner.toml")]).exit_code == 0
