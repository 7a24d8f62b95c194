"""What can be set, what does each setting mean, and what is its default?

In: `cleaner.toml`. Out: a frozen `Config`. The one place for defaults: `cleaner.toml` in the repository and the table
in `docs/reference/config.md` are written from here, and a test compares them. A key that is not named here is an error.
"""

import dataclasses
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

from cleaner.errors import ConfigError, said


def _key(
    default: Any, meaning: str, *, among: tuple[str, ...] = (), low: float | None = None, high: float | None = None
) -> Any:
    """Return a field with its default, its line of meaning and the values it may take."""
    kept = {"meaning": meaning, "among": among, "low": low, "high": high}
    return field(default=default, metadata=kept)


@dataclass(frozen=True, slots=True)
class Input:
    """What is read; what is over a limit becomes a row of `rejected`."""

    text: str = _key("", "column of a table that holds the texts; empty: the one with the most Chinese")
    max_bytes: int = _key(
        100_000_000, "largest source read, in bytes; of what is compressed, those that come out", low=1, high=1 << 40
    )
    max_line_chars: int = _key(1_000_000, "longest line taken for text, in code points", low=1)
    max_members: int = _key(10_000_000, "most things taken from one archive or table, all that is nested in it", low=1)
    max_depth: int = _key(3, "how deep archives and tables may lie in one another", low=1)
    max_ratio: int = _key(200, "how many times its size a file may expand; of one stream 1 MiB is free", low=1)
    max_damage: float = _key(0.25, "largest share of characters that may be U+FFFD or 锟斤拷", low=0, high=1)


@dataclass(frozen=True, slots=True)
class Split:
    """How a file is cut into speeches."""

    min_chars: int = _key(50, "shortest speech, in characters; a shorter one is set aside as too-short", low=0)


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rule packs act."""

    packs: tuple[str, ...] = _key(
        (), "folders of your own packs, beside this file; a rule of theirs replaces the shipped one of its id"
    )
    disabled: tuple[str, ...] = _key((), "ids of rules that do not act")
    learned: tuple[str, ...] = _key(
        (), "files of rules that cleaner rules suggest wrote and you accepted, beside this file"
    )


@dataclass(frozen=True, slots=True)
class Filters:
    """Which filters act besides the shipped ones."""

    own: tuple[str, ...] = _key((), "filters of your own, by the names of their entry points, in order")


@dataclass(frozen=True, slots=True)
class Placeholders:
    """What becomes of a run that stands for something redacted."""

    policy: str = _key("remove", "remove | mask (one mark for each run) | keep", among=("remove", "mask", "keep"))
    mark: str = _key("□", "the mark of the policy mask")


@dataclass(frozen=True, slots=True)
class Reflow:
    """Whether lines that a page cut or a fixed width broke are joined."""

    enabled: bool = _key(True, "join hard-wrapped and page-cut lines")


@dataclass(frozen=True, slots=True)
class Normalise:
    """The white space of the text that is written."""

    indents: bool = _key(True, "take away blanks at the ends of lines")
    blank_lines: bool = _key(True, "leave one line break between paragraphs")


@dataclass(frozen=True, slots=True)
class Dedup:
    """Near-duplicate speeches; docs/how-to/choose-tau.md helps to choose."""

    threshold: float = _key(0.6, "τ: two speeches this similar are one", low=0.01, high=1)
    containment: float = _key(
        0.9, "τ_c: a speech with this share of itself in another is an excerpt of it", low=0.01, high=1
    )
    length_ratio: float = _key(0.8, "longest excerpt, as a share of the speech that holds it", low=0, high=1)
    floor: float = _key(0.4, "pairs from here up are kept as near misses", low=0.01, high=1)
    bucket_cap: int = _key(100, "a bucket with more texts is compared with its survivors only", low=2)
    k: int = _key(5, "code points in a shingle", low=1, high=64)
    num_perm: int = _key(128, "values in a signature", low=16, high=4096)
    seed: int = _key(1, "seed of the permutations", low=0, high=2**32 - 1)
    recall: float = _key(0.999, "share of the pairs at τ that the bands must find", low=0.5, high=0.999999)
    script: str = _key("keep", "keep | simplified (compare Traditional as Simplified)", among=("keep", "simplified"))
    keep: tuple[str, ...] = _key(
        ("most-text", "fewest-placeholders", "first"),
        "who stays: criteria in order",
        among=("most-text", "fewest-placeholders", "first"),
    )


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """Near-duplicate paragraphs."""

    action: str = _key("flag", "flag | drop (cut a repeated paragraph from the later speech)", among=("flag", "drop"))
    threshold: float = _key(
        0.8,
        "two paragraphs this similar are one; lower for short ones, so that one edit still matches",
        low=0.01,
        high=1,
    )
    min_chars: int = _key(40, "shortest paragraph compared, in characters", low=1)


@dataclass(frozen=True, slots=True)
class Output:
    """What is written."""

    report: bool = _key(True, "write report/index.html")
    cache: bool = _key(True, "keep what was cleaned in OUT/.work/cache, so that the next run does only what changed")


@dataclass(frozen=True, slots=True)
class Review:
    """Human decisions; docs/how-to/decide.md says what each means."""

    decisions: str = _key("review/decisions.jsonl", "file of the decisions that a run honours, if it is there")


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting of a run."""

    input: Input = Input()
    split: Split = Split()
    rules: Rules = Rules()
    filters: Filters = Filters()
    placeholders: Placeholders = Placeholders()
    reflow: Reflow = Reflow()
    normalise: Normalise = Normalise()
    dedup: Dedup = Dedup()
    paragraphs: Paragraphs = Paragraphs()
    output: Output = Output()
    review: Review = Review()

    def digest(self, versions: Mapping[str, str] | None = None) -> str:
        """Return the sha256 of all values, and of the versions of the filters of one's own if there are any."""
        values = dataclasses.asdict(self) | ({"versions": dict(versions)} if versions else {})
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()

    def for_cleaning(self) -> "Config":
        """Return the settings that decide what becomes of one source; all others have their defaults."""
        return Config(
            input=self.input,
            split=self.split,
            rules=self.rules,
            filters=self.filters,
            placeholders=self.placeholders,
            reflow=self.reflow,
            normalise=self.normalise,
            dedup=Dedup(script=self.dedup.script),
        )


def load(path: Path | None) -> Config:
    """Return the settings of the file `path`, or the defaults if it is None. Paths of rules count from it.

    Raises:
        ConfigError: the file is missing or not TOML, or a key or value is not one that `Config` names.
    """
    if path is None:
        return Config()
    try:
        text = path.read_text("utf-8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            path, said(error), "a readable TOML file", "correct the file, or give another --config"
        ) from None
    sections = {f.name: f for f in dataclasses.fields(Config)}
    built = {}
    for name, table in tables.items():
        where = f"{path}:{_line(text, name)}"
        if name not in sections:
            raise ConfigError(where, f"the table [{name}]", f"one of {', '.join(sections)}", "correct or remove it")
        if not isinstance(table, dict):
            raise ConfigError(where, f"{name} = {table!r}", f"a table [{name}]", "put the key in a table")
        built[name] = _section(type(getattr(Config(), name)), name, table, path, text)
    config = Config(**built)
    if config.dedup.floor > config.dedup.threshold:
        raise ConfigError(
            f"{path}:{_line(text, 'dedup', 'floor')}", f"floor = {config.dedup.floor}",
            f"at most the threshold {config.dedup.threshold}", "lower floor or raise threshold",
        )  # fmt: skip
    packs, learned = (
        tuple((path.parent / name).as_posix() for name in names) for names in (config.rules.packs, config.rules.learned)
    )
    return replace(config, rules=replace(config.rules, packs=packs, learned=learned))


def with_learned(config: Config, files: Iterable[Path]) -> Config:
    """Return `config` with `files` of learned rules beside its own."""
    learned = (*config.rules.learned, *map(str, files))
    return replace(config, rules=replace(config.rules, learned=learned))


def as_config(tables: dict[str, Any]) -> Config:
    """Return the config that a manifest recorded.

    Raises:
        ConfigError: the manifest is of a version with other keys.
    """
    built = {}
    try:
        for name, table in tables.items():
            values = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
            built[name] = type(getattr(Config(), name))(**values)
        return Config(**built)
    except (AttributeError, TypeError) as error:
        raise ConfigError("manifest.json", f"a config with {error}", "the keys of this version", "run again") from None


def _section(kind: Any, name: str, table: dict[str, Any], path: Path, text: str) -> Any:
    known = {f.name: f for f in dataclasses.fields(kind)}
    values = {}
    for key, value in table.items():
        where = f"{path}:{_line(text, name, key)}"
        if key not in known:
            raise ConfigError(where, f"the key {name}.{key}", f"one of {', '.join(known)}", "correct or remove it")
        values[key] = _value(where, f"{name}.{key}", known[key], value)
    return kind(**values)


def _value(where: str, name: str, known: "dataclasses.Field[Any]", value: Any) -> Any:
    kind, limits = known.type, known.metadata
    assert not isinstance(kind, str | UnionType)
    many = get_origin(kind) is tuple
    items = value if many and isinstance(value, list) else [value]
    wanted = get_args(kind)[0] if many else kind
    for item in items:
        fits = isinstance(item, wanted) or (wanted is float and isinstance(item, int))
        if not fits or (isinstance(item, bool) and wanted is not bool) or (many and not isinstance(value, list)):
            expected = f"a list of {wanted.__name__}" if many else f"a value of type {wanted.__name__}"
            raise ConfigError(where, f"{name} = {value!r}", expected, "correct the value")
        if limits["among"] and item not in limits["among"]:
            raise ConfigError(where, f"{name} = {item!r}", f"one of {', '.join(limits['among'])}", "correct the value")
        if isinstance(item, str) and re.search("[\n\r\ufdd0]", item):
            raise ConfigError(where, f"{name} = {item!r}", "text on one line without U+FDD0", "correct the value")
        low, high = limits["low"], limits["high"]
        if item != item or (low is not None and item < low) or (high is not None and item > high):
            span = f"at least {low}" if high is None else f"{low} to {high}"
            raise ConfigError(where, f"{name} = {item!r}", span, "correct the value")
    return tuple(items) if many else wanted(value)


def _line(text: str, table: str, key: str | None = None) -> int:
    """Return the number of the line where `[table]`, or `key` below it, stands; 1 if it cannot be found."""
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([\w.\"-]+)\s*\]", line):
            inside = header[1].strip('"') == table
            if inside and key is None:
                return number
        elif re.match(rf"\s*(?:{re.escape(table)}\s*\.\s*)?{re.escape(key or table)}\s*=", line) and (
            inside or key is None or "." in line
        ):
            return number
    return 1


def as_toml() -> str:
    """Return the text of a `cleaner.toml` with every key, its default and its meaning."""
    out = ["# Every key with its default. Remove what you do not change.\n"]
    for section in dataclasses.fields(Config):
        defaults = getattr(Config(), section.name)
        out.append(f"\n[{section.name}]\n")
        for key in dataclasses.fields(defaults):
            out.append(f"{f'{key.name} = {shown(getattr(defaults, key.name))}':<32} # {key.metadata['meaning']}\n")
    return "".join(out)


def shown(value: Any) -> str:
    """Return a value of a setting as TOML."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 10_000:
        return f"{value:_}"
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
