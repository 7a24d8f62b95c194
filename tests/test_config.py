"""Tests of `cleaner.config`: every wrong key, type and value is named with its line; defaults are in one place."""

import dataclasses
import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import config
from cleaner.config import Config
from cleaner.errors import ConfigError

KEYS = [
    (section.name, key)
    for section in dataclasses.fields(Config)
    for key in dataclasses.fields(getattr(Config(), section.name))
]
NAMES = [f"{section}.{key.name}" for section, key in KEYS]


def written(folder: Path, text: str) -> Path:
    """Write a config file."""
    path = folder / "cleaner.toml"
    path.write_text(text, "utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    """Return the message with which a config is refused."""
    with pytest.raises(ConfigError) as caught:
        config.load(written(folder, text))
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(str(folder) + "/")


REFUSED = [
    (
        "an unknown table",
        "\n[splitt]\nmin_chars = 3",
        "cleaner.toml:2: found the table [splitt]; expected one of input, split",
    ),
    ("a key at the root", "# a\nthreshold = 0.5", "cleaner.toml:2: found the table [threshold]; expected one of input"),
    ("a table that is a value", "split = 3", "cleaner.toml:1: found split = 3; expected a table [split]"),
    (
        "an unknown key",
        "[split]\n\nminchars = 3",
        "cleaner.toml:3: found the key split.minchars; expected one of min_chars",
    ),
    ("a key of another table", "[dedup]\nk = 5\n[split]\nk = 5", "cleaner.toml:4: found the key split.k"),
    (
        "text for a number",
        "[split]\nmin_chars = '50'",
        "cleaner.toml:2: found split.min_chars = '50'; expected a value of type int",
    ),
    (
        "a float for a count",
        "[split]\nmin_chars = 50.0",
        "cleaner.toml:2: found split.min_chars = 50.0; expected a value of type int",
    ),
    ("true for a count", "[dedup]\nk = true", "cleaner.toml:2: found dedup.k = True; expected a value of type int"),
    (
        "true for a share",
        "[dedup]\nthreshold = true",
        "cleaner.toml:2: found dedup.threshold = True; expected a value of type float",
    ),
    (
        "a number for true",
        "[reflow]\nenabled = 1",
        "cleaner.toml:2: found reflow.enabled = 1; expected a value of type bool",
    ),
    (
        "a string for a list",
        "[rules]\npacks = 'mine'",
        "cleaner.toml:2: found rules.packs = 'mine'; expected a list of str",
    ),
    (
        "a list for a string",
        "[placeholders]\nmark = ['a']",
        "cleaner.toml:2: found placeholders.mark = ['a']; expected a value of type str",
    ),
    (
        "a list of numbers",
        "[rules]\ndisabled = [3]",
        "cleaner.toml:2: found rules.disabled = [3]; expected a list of str",
    ),
    ("a date", "[split]\nmin_chars = 2024-01-01", "cleaner.toml:2: found split.min_chars = datetime.date(2024, 1, 1)"),
    ("under the range", "[dedup]\nk = 0", "cleaner.toml:2: found dedup.k = 0; expected 1 to 64"),
    ("over the range", "[dedup]\nthreshold = 1.5", "cleaner.toml:2: found dedup.threshold = 1.5; expected 0.01 to 1"),
    ("infinite", "[dedup]\nthreshold = inf", "cleaner.toml:2: found dedup.threshold = inf; expected 0.01 to 1"),
    ("under a low end", "[split]\nmin_chars = -1", "cleaner.toml:2: found split.min_chars = -1; expected at least 0"),
    (
        "not among",
        "[placeholders]\npolicy = 'drop'",
        "cleaner.toml:2: found placeholders.policy = 'drop'; expected one of remove, mask, keep",
    ),
    (
        "one of a list not among",
        "[dedup]\nkeep = ['first', 'best']",
        "cleaner.toml:2: found dedup.keep = 'best'; expected one of most-text",
    ),
    (
        "floor over threshold",
        "[dedup]\nthreshold = 0.3\n\nfloor = 0.4",
        "cleaner.toml:4: found floor = 0.4; expected at most the threshold 0.3",
    ),
    ("dotted key", "split.minchars = 3", "cleaner.toml:1: found the key split.minchars"),
    ("broken TOML", "[split]\nmin_chars =", "cleaner.toml: found Invalid value (at "),
    ("a key twice", "[split]\nmin_chars = 1\nmin_chars = 2", "cleaner.toml: found Cannot overwrite a value (at "),
]


@pytest.mark.parametrize(("text", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    """The message begins with file and line, then what was found and what was expected, on one line."""
    assert message == refusal(tmp_path, text)[: len(message)]


@pytest.mark.parametrize(("section", "key"), KEYS, ids=NAMES)
def test_every_key_refuses_another_type(tmp_path: Path, section: str, key: "dataclasses.Field[object]") -> None:
    """No key takes a table; the message names the key and its line."""
    message = refusal(tmp_path, f"# first line\n[{section}]\n{key.name} = {{ a = 1 }}")
    assert f"cleaner.toml:3: found {section}.{key.name} = " == message.partition("{")[0]


LIMITED = [(s, k, end) for s, k in KEYS for end in ("low", "high") if k.metadata[end] is not None]


@pytest.mark.parametrize(("section", "key", "end"), LIMITED, ids=[f"{s}.{k.name} {end}" for s, k, end in LIMITED])
def test_every_range_is_kept(tmp_path: Path, section: str, key: "dataclasses.Field[object]", end: str) -> None:
    """A value past either end of its range is refused and the range is named; the end itself is taken."""
    limit = key.metadata[end]
    beyond = limit - 1 if end == "low" else limit + 1
    assert f"found {section}.{key.name} = {beyond}; expected " in refusal(
        tmp_path, f"[{section}]\n{key.name} = {beyond}"
    )
    other = "" if key.name != "threshold" or section != "dedup" else "floor = 0.01\n"
    other = "threshold = 1\n" if key.name == "floor" else other
    kept = config.load(written(tmp_path, f"[{section}]\n{other}{key.name} = {limit}"))
    assert limit == getattr(getattr(kept, section), key.name)


def test_nothing_to_load_is_the_defaults(tmp_path: Path) -> None:
    """No file, an empty file and the shipped file all give the defaults."""
    assert (
        Config()
        == config.load(None)
        == config.load(written(tmp_path, ""))
        == config.load(written(tmp_path, config.as_toml()))
    )


def test_the_file_in_the_repository_is_the_defaults() -> None:
    """`cleaner.toml` is what `as_toml` writes: every key, its default and its meaning."""
    path = Path(__file__).parent.parent / "cleaner.toml"
    assert config.as_toml() == path.read_text("utf-8")


@pytest.mark.parametrize(("section", "key"), KEYS, ids=NAMES)
def test_every_key_has_a_meaning_and_a_default_within_its_limits(
    section: str, key: "dataclasses.Field[object]"
) -> None:
    """Each key says in one line what it means, and its default is one that it would take itself."""
    assert key.metadata["meaning"]
    text = f"[{section}]\n" + next(
        line
        for line in config.as_toml().partition(f"[{section}]\n")[2].splitlines()
        if line.startswith(f"{key.name} =")
    )
    assert {key.name} == set(tomllib.loads(text)[section])


def test_an_int_will_do_for_a_share(tmp_path: Path) -> None:
    """`threshold = 1` is 1.0: the type of the value in use is that of the key."""
    value = config.load(written(tmp_path, "[dedup]\nthreshold = 1")).dedup.threshold
    assert (1.0, float) == (value, type(value))


@pytest.mark.parametrize("key", ["dedup.threshold", "input.max_damage", "dedup.recall"])
def test_nan_is_no_share(tmp_path: Path, key: str) -> None:
    """`nan` lies in no range and is refused."""
    with pytest.raises(ConfigError):
        config.load(written(tmp_path, f"{key} = nan"))


@pytest.mark.parametrize("mark", ["\\n", "一\\n二", "\\ufdd0"])
def test_a_mark_is_one_line_and_not_the_programs_own(tmp_path: Path, mark: str) -> None:
    """`placeholders.mark` may hold neither a line break nor U+FDD0."""
    with pytest.raises(ConfigError):
        config.load(written(tmp_path, f'placeholders.mark = "{mark}"'))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A config that is not there is an error and not the defaults."""
    with pytest.raises(ConfigError, match=r"none\.toml.*No such file"):
        config.load(tmp_path / "none.toml")


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """A config in another encoding is an error with the file's name."""
    path = tmp_path / "cleaner.toml"
    path.write_bytes("[placeholders]\nmark = '口'".encode("gb18030"))
    with pytest.raises(ConfigError, match=r"cleaner\.toml.*utf-8"):
        config.load(path)


@st.composite
def configs(draw: st.DrawFn) -> Config:
    """Draw a config with some keys changed, each within its limits."""
    values: dict[str, dict[str, object]] = {}
    for section, key in KEYS:
        if not draw(st.booleans()):
            continue
        low, high, among = (key.metadata[name] for name in ("low", "high", "among"))
        default = getattr(getattr(Config(), section), key.name)
        value: st.SearchStrategy[object]
        if isinstance(default, bool):
            value = st.booleans()
        elif isinstance(default, int):
            value = st.integers(low, high)
        elif isinstance(default, float):
            value = st.floats(low, high)
        elif isinstance(default, tuple):
            value = st.lists(st.sampled_from(among) if among else st.text(max_size=4), max_size=3).map(tuple)
        else:
            value = st.sampled_from(among) if among else st.text(max_size=4)
        values.setdefault(section, {})[key.name] = draw(value)
    return Config(**{s: dataclasses.replace(getattr(Config(), s), **v) for s, v in values.items()})


@settings(deadline=None)
@given(configs())
def test_a_config_comes_back_from_a_manifest(settings: Config) -> None:
    """A config written to JSON and read again is the same, digest and all."""
    again = config.as_config(json.loads(json.dumps(dataclasses.asdict(settings))))
    assert settings == again
    assert settings.digest() == again.digest()


@settings(deadline=None)
@given(configs(), configs())
def test_the_digest_tells_two_configs_apart(one: Config, other: Config) -> None:
    """Two configs have one digest if and only if they are equal."""
    assert (one == other) == (one.digest() == other.digest())


@pytest.mark.parametrize("tables", [{"splitt": {}}, {"split": {"minchars": 1}}], ids=["table", "key"])
def test_a_manifest_of_another_version_is_refused(tables: dict[str, dict[str, int]]) -> None:
    """A manifest with a table or key that this version does not know is an error that says to run again."""
    with pytest.raises(ConfigError, match=r"manifest\.json.*the keys of this version"):
        config.as_config(tables)
