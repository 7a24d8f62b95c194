"""What the JSON Schemas say beside what the loaders do."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft4Validator

from cleaner import config, rulepack, schema
from cleaner.cli import main
from cleaner.errors import CleanerError
from tests import test_config, test_rulepack

CONFIG = Draft4Validator(schema.config_schema())
RULES = Draft4Validator(schema.rules_schema())

NO_TOML = {"broken TOML", "a key twice", "not UTF-8"}
"""An editor says so before it looks at a schema."""
MEANING = {
    "floor over threshold",  # two keys together
    "a broken pattern", "a broken unless", "a look-ahead", "a look-behind", "a back-reference",  # what RE2 can run
    r"\b", r"\B", r"\S in a class", "a pattern that can be empty", "an unless that can be empty", "a bare anchor",
    "alternatives beside an opening anchor", "alternatives beside a closing anchor",
    "alternatives beside an anchor in unless",
    "a removes that stays", "a removes that goes in part", "a removes that goes elsewhere", "a keeps that goes",
}  # fmt: skip
"""What only the loader can tell; docs/how-to/editor.md says so."""
BAD_CONFIGS = {name: text for name, text, _ in test_config.REFUSED}
BAD_RULES = {name: text for name, text, _ in test_rulepack.REFUSED}


def parsed(text: str | bytes) -> Any:
    return tomllib.loads(text.decode() if isinstance(text, bytes) else text)


def loaded(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cleaner.toml"
    path.write_text(text, "utf-8")
    config.load(path)


@pytest.mark.parametrize("name", sorted(BAD_CONFIGS.keys() - NO_TOML - MEANING))
def test_bad_settings(tmp_path: Path, name: str) -> None:
    """The schema refuses each file of settings that the loader refuses."""
    assert not CONFIG.is_valid(parsed(BAD_CONFIGS[name]))
    with pytest.raises(CleanerError):
        loaded(tmp_path, BAD_CONFIGS[name])


@pytest.mark.parametrize("name", sorted(BAD_RULES.keys() - NO_TOML - MEANING))
def test_bad_rules(tmp_path: Path, name: str) -> None:
    """The schema refuses each pack that the loader refuses for its form."""
    assert not RULES.is_valid(parsed(BAD_RULES[name]))
    with pytest.raises(CleanerError):
        test_rulepack.loaded(tmp_path, BAD_RULES[name])


def test_the_exceptions_are_real() -> None:
    """What is left to the loader is a form that the schema accepts, and is of the shared set."""
    assert BAD_CONFIGS.keys() | BAD_RULES.keys() >= MEANING
    for name in sorted(MEANING):
        text = BAD_CONFIGS.get(name) or BAD_RULES[name]
        assert (CONFIG if name in BAD_CONFIGS else RULES).is_valid(parsed(text)), name


@pytest.mark.parametrize(("section", "key", "end"), test_config.LIMITED)
def test_limits(section: str, key: Any, end: str) -> None:
    """Each end of a range is within the schema, and what lies past it is not."""
    limit = key.metadata[end]
    assert CONFIG.is_valid({section: {key.name: limit}})
    assert not CONFIG.is_valid({section: {key.name: limit - 1 if end == "low" else limit + 1}})


def test_what_is_right_is_let_through() -> None:
    """The defaults and every shipped pack are valid."""
    CONFIG.validate(parsed(config.as_toml()))
    for path in sorted(rulepack.shipped().glob("*/*.toml")):
        RULES.validate(parsed(path.read_bytes()))


def test_every_key_has_a_word() -> None:
    """An editor shows a meaning for each table, setting and key of a rule."""
    tables = schema.config_schema()["properties"]
    for table in tables.values():
        assert table["description"]
        assert all(key["description"] for key in table["properties"].values())
    rule = schema.rules_schema()["properties"]["rule"]["items"]
    assert all(key["description"] for key in rule["properties"].values())


@pytest.mark.parametrize("name", schema.SCHEMAS)
def test_the_command(name: str) -> None:
    """`cleaner schema` prints a schema that is one."""
    printed = json.loads(CliRunner().invoke(main, ["schema", name]).stdout)
    assert printed == schema.SCHEMAS[name]()
    Draft4Validator.check_schema(printed)
