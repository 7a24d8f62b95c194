"""What the JSON Schemas say beside what the loaders do."""

import datetime
import json
import math
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from cleaner import config, packfile, rulepack, schema
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


# What a hand may write where something else is wanted.
ODD = [
    "", "remove", "keep", "first", "own", "Own_1", "active", "实", "一\n二", "a\ufdd0", 0, 1, -1, 2, 64, 65, 4097,
    2**32, 10**30, 0.0, 0.5, 1.0, 1.5, -0.1, 1e308, math.inf, -math.inf, True, False, [], [""], ["a"],
    ["first", "first"], ["a", 3], [True], [["a"]], [0.5], {}, {"a": 1}, datetime.date(2024, 1, 1), datetime.time(1, 2),
]  # fmt: skip
VALUES = st.sampled_from(ODD)


def as_toml(value: Any) -> str:
    """Return a value as TOML writes it in one line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(key)} = {as_toml(one)}' for key, one in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else repr(value)


def is_taken(load: Any, *args: Any) -> bool:
    """Whether a loader takes what it is given; its refusal is an error of the tree, never another one."""
    try:
        load(*args)
    except CleanerError:
        return False
    return True


SETTINGS = [(section, key.name) for section, key in test_config.KEYS] + [("dedup", "treshold"), ("rules", "min_chars")]
TABLES = st.dictionaries(st.sampled_from(SETTINGS), VALUES, max_size=3)


@given(TABLES, st.dictionaries(st.sampled_from(["splitt", "threshold", "split"]), VALUES, max_size=1))
def test_settings_of_any_kind(settings: dict[tuple[str, str], Any], roots: dict[str, Any]) -> None:
    """Schema and loader say the same of settings with any keys and values, but for a floor over the threshold."""
    tables: dict[str, Any] = {**roots}
    for (section, key), value in settings.items():
        if isinstance(tables.setdefault(section, {}), dict):
            tables[section][key] = value
    text = "".join(f"{name} = {as_toml(value)}\n" for name, value in tables.items())
    assert parsed(text) == tables
    dedup = tables.get("dedup", {})
    is_valid = CONFIG.is_valid(tables)
    if is_valid and dedup.get("floor", 0.4) > dedup.get("threshold", 0.6):
        is_valid = False
    with TemporaryDirectory() as folder:
        assert is_valid == is_taken(loaded, Path(folder), text)


RULE = {"id": "own", "why": "w", "pattern": "水库", "removes": ["⟦水库⟧边"], "keeps": ["大坝"]}  # "reservoir", "dam"
HARMLESS = st.sampled_from([{"unless": "坝"}, {"unless": ["坝"]}, {"keywords": ["水"]}, {"needs": 3}, {"weight": 2}])


@given(
    HARMLESS,
    st.dictionaries(st.sampled_from([*packfile.KEYS, "colour", "stage"]), VALUES, max_size=2),
    st.sets(st.sampled_from([*packfile.REQUIRED, "unless"]), max_size=1),
    st.sampled_from(["rule", "rules"]),
)
def test_packs_of_any_kind(more: dict[str, Any], odd: dict[str, Any], missing: set[str], name: str) -> None:
    """Schema and loader say the same of the form of a rule with any keys and values; what it means is the loader's."""
    rule = {key: value for key, value in (RULE | more | odd).items() if key not in missing}
    text = f"{name} = [{as_toml(rule)}]\n"
    is_valid = RULES.is_valid(parsed(text))
    with TemporaryDirectory() as folder:
        is_ours = is_taken(test_rulepack.loaded, Path(folder), text)
    means_other = odd.keys() & {"pattern", "unless", "removes", "keeps", "keywords"}
    assert is_valid == is_ours or (is_valid and means_other)
