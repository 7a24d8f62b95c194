"""What does junk look like, and where on a line does it stand?

In: TOML files `rules/<stage>/<family>.toml`, reviewed like code. Out: a `RulePack` with one `RuleSet` a stage, which
finds in one line the spans that rules claim. What always holds: every rule was compiled by RE2 (linear time), cannot
match the empty string, and has shown on load that it removes its `removes` and spares its `keeps`.

A pattern sees the line folded (`chars.fold`): full-width ASCII is half-width and every blank is a space, one code
point for one, so `:` also stands for `：`. Stages in `WHOLE_LINE` match the line without its outer blanks from end to
end; the others search inside it. A group named `cut` narrows what goes to that group. An example marks a part with
`⟦…⟧`.
"""

import hashlib
import re
import shutil
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from cleaner.chars import fold
from cleaner.config import Rules
from cleaner.errors import RuleError
from cleaner.gate import Gate
from cleaner.matching import RuleSet
from cleaner.pagenames import NO_NAMES, Names
from cleaner.rule import Matcher, Rule, compiled

STAGES = ("split", "page", "header", "footer", "inline", "placeholder")
WHOLE_LINE = frozenset({"split", "header", "footer"})
LEARNED_STAGES = ("header", "footer", "inline")
STATUSES = ("trial", "active", "retired")


@dataclass(frozen=True)
class RulePack:
    """All rules of a run.

    Args:
        rules: every rule of every status, in order of stage, file and place.
        digest: sha256 of the pack files' names and bytes.
        names: by which the page that is being cleaned calls itself.
    """

    rules: tuple[Rule, ...]
    digest: str
    names: Names = NO_NAMES
    sets: dict[str, RuleSet] = field(default_factory=dict, repr=False, compare=False)
    gates: list[Gate[Matcher]] = field(default_factory=list, repr=False, compare=False)

    def stage(self, *stages: str) -> RuleSet:
        """Return the active rules of `stages` as one set."""
        key = "+".join(stages)
        if key not in self.sets:
            rules = (rule for rule in self._active if rule.stage in stages)
            self.sets[key] = RuleSet(rules, stages[0] in WHOLE_LINE, self.gate)
        return self.sets[key]

    def only(self, *stages: str) -> "RulePack":
        """Return the rules of `stages` alone: behind a gate of their own, which fewer literals pass."""
        return RulePack(tuple(rule for rule in self.rules if rule.stage in stages), self.digest)

    @property
    def gate(self) -> Gate[Matcher]:
        """The one gate to the active rules of all stages."""
        if not self.gates:
            matchers = [compiled(rule, rule.stage in WHOLE_LINE) for rule in self._active]
            self.gates.append(Gate((matcher, matcher.need) for matcher in matchers))
        return self.gates[0]

    @property
    def _active(self) -> Iterator[Rule]:
        return (rule for rule in self.rules if rule.status == "active")


def shipped() -> Path:
    """Return the folder of the shipped packs: inside the package in a wheel, beside it in a checkout."""
    package = Path(str(files("cleaner")))
    inside = package / "rules"
    return inside if inside.is_dir() else package.parent / "rules"


def chosen(rules: Rules) -> RulePack:
    """Return the shipped rules and those that a config adds, without those it disables; raises what `load` does."""
    return load((shipped(), *map(Path, rules.packs)), rules.disabled, map(Path, rules.learned))


def carried(rules: Rules, folder: Path) -> Rules:
    """Return the same rules, what the config adds to the shipped ones copied below `folder`, for workers to read."""
    packs = [shutil.copytree(pack, folder / f"{i:03d}") for i, pack in enumerate(rules.packs)]
    learned = [folder / f"learned-{i:03d}" / Path(path).name for i, path in enumerate(rules.learned)]
    for path, copy in zip(rules.learned, learned, strict=True):
        copy.parent.mkdir(parents=True)
        shutil.copy(path, copy)
    return replace(rules, packs=tuple(map(str, packs)), learned=tuple(map(str, learned)))


def load(folders: Iterable[Path], disabled: Iterable[str] = (), learned: Iterable[Path] = ()) -> RulePack:
    """Return the rules of all packs below `folders` and in the files `learned`, checked.

    A rule in a later folder replaces the rule of the same id in an earlier one; ids in `disabled` are left out. A
    learned file is one more pack: its rules name their stage themselves, and those on trial act, because whoever names
    the file has accepted it.

    Raises:
        RuleError: a pack lies outside a folder of a stage or is not TOML, a rule has an unknown or missing key, a
            pattern does not run, can match nothing or has alternatives outside a group beside an anchor, an id stands
            twice in one folder, an example fails.
    """
    packs = []
    for folder in folders:
        if not folder.is_dir():
            raise RuleError(folder, "no such folder", "a folder of rule packs", "correct rules.packs")
        paths = sorted(_packs_of(folder), key=lambda path: path.as_posix().encode())
        packs.append(tuple(_File(path, path.read_bytes(), path.parent.name) for path in paths))
    for path in learned:
        if not path.is_file():
            raise RuleError(path, "no such file", "a file that `cleaner rules suggest` wrote", "correct rules.learned")
        packs.append((_File(path, path.read_bytes(), None),))
    return _checked(tuple(packs), tuple(disabled))


@dataclass(frozen=True, slots=True)
class _File:
    """The bytes of one pack; `stage` is None in a learned file, whose rules name theirs."""

    path: Path
    data: bytes
    stage: str | None


def _packs_of(folder: Path) -> Iterator[Path]:
    """Yield the pack files below `folder`; hidden files are none."""
    for path in folder.rglob("*.toml"):
        below = path.relative_to(folder).parts
        if any(name.startswith(".") for name in below):
            continue
        if len(below) != 2:
            raise RuleError(
                path, "a pack outside the folder of a stage", f"{folder}/<stage>/{path.name}",
                f"move it to a folder named {', '.join(STAGES[:-1])} or {STAGES[-1]}",
            )  # fmt: skip
        yield path


@lru_cache(maxsize=2)
def _checked(packs: tuple[tuple[_File, ...], ...], disabled: tuple[str, ...]) -> RulePack:
    """Return the rules of pack files, one tuple a folder. Remembered: a run asks for the same bytes more than once."""
    by_id: dict[str, Rule] = {}
    digest = hashlib.sha256()
    for pack in packs:
        seen: dict[str, Rule] = {}
        for file in pack:
            digest.update(f"{file.stage or ''}/{file.path.name}\0{len(file.data)}\0".encode() + file.data)
            for rule in _read(file):
                if rule.id in seen:
                    where = seen[rule.id].file
                    raise RuleError(rule.where, f"the id of a rule in {where}", "an id of its own", "rename one")
                seen[rule.id] = rule
        by_id |= seen
    for name in disabled:
        if name not in by_id:
            raise RuleError("rules.disabled", f"{name!r}", "the id of a rule", "see cleaner rules list")
        digest.update(f"disabled\0{name}\0".encode())
        del by_id[name]
    rules = sorted(by_id.values(), key=lambda rule: STAGES.index(rule.stage))
    for rule in rules:
        check(rule)
    return RulePack(tuple(rules), digest.hexdigest())


def check(rule: Rule) -> None:
    """Compile `rule` and hold it against its own examples.

    Raises:
        RuleError: as `load` says.
    """
    matcher = compiled(rule, rule.stage in WHOLE_LINE)
    for example in rule.removes:
        line, expected = _marked(example)
        if not expected or "⟦" in line or "⟧" in line:
            raise RuleError(
                rule.where, f"the `removes` example {example!r}", "whole marks ⟦…⟧ round text", "mend the marks"
            )
        given = list(matcher.spans(fold(line)))
        if given != expected:
            shown = [line[a:b] for a, b in given]
            raise RuleError(
                rule.where,
                f"that `removes` example {example!r} loses {shown}",
                f"{[line[a:b] for a, b in expected]}",
                "correct the pattern, the keywords or the example",
            )
    for example in rule.keeps:
        if given := list(matcher.spans(fold(example))):
            raise RuleError(
                rule.where,
                f"that `keeps` example {example!r} loses {[example[a:b] for a, b in given]}",
                "it whole",
                "narrow the pattern or add `unless`",
            )


def _marked(example: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the line of an example and the spans it marks; without marks, the whole line."""
    if "⟦" not in example:
        return example, [(0, len(example))]
    line, spans = "", []
    for before, inside in re.findall(r"([^⟦]*|⟦[^⟧]*$)(?:⟦([^⟧]*)⟧)?", example):
        line += before
        if inside:
            spans.append((len(line), len(line) + len(inside)))
            line += inside
    return line, spans


@dataclass(frozen=True, slots=True)
class Key:
    """What one key of a rule may hold; `schema.py` says the same as JSON Schema.

    Args:
        kind: type of the value; a list is one of strings that are not empty, and so is a string itself.
        expected: the same in words, for messages.
        pattern: what the whole string matches.
        among: the only values.
        least: fewest items of a list, or least value of a number.
    """

    kind: type
    expected: str
    pattern: str = r"(.|\n)+"
    among: tuple[str, ...] = ()
    least: int = 0

    def holds(self, value: Any) -> bool:
        """Say whether the key may hold `value`."""
        if not isinstance(value, self.kind) or (isinstance(value, bool) and self.kind is not bool):
            return False
        if isinstance(value, list):
            return len(value) >= self.least and all(isinstance(item, str) and item for item in value)
        if isinstance(value, str):
            return re.fullmatch(self.pattern, value) is not None and value in (self.among or (value,))
        return not isinstance(value, int) or value >= self.least


KEYS = {
    "id": Key(str, "a kebab-case string", pattern="[a-z0-9]+(-[a-z0-9]+)*"),
    "why": Key(str, "a sentence"),
    "pattern": Key(str, "a pattern"),
    "unless": Key(list, "a list of patterns"),
    "status": Key(str, f"one of {', '.join(STATUSES)}", among=STATUSES),
    "opens": Key(bool, "true or false"),
    "needs": Key(int, "a count"),
    "weight": Key(int, "1 or more", least=1),
    "keywords": Key(list, "a list of strings"),
    "seen_in": Key(list, "a list of strings"),
    "removes": Key(list, "at least one line", least=1),
    "keeps": Key(list, "at least one line", least=1),
}
"""Every key that a rule may have; `unless` may also be one string."""
LEARNED_KEYS = KEYS | {"stage": Key(str, f"one of {', '.join(LEARNED_STAGES)}", among=LEARNED_STAGES)}
"""Every key that a rule of a learned file may have."""
REQUIRED = ("id", "why", "pattern", "removes", "keeps")


def _read(file: _File) -> Iterator[Rule]:
    """Yield the rules of one pack file, their keys checked."""
    path, data, stage = file.path, file.data, file.stage
    keys = LEARNED_KEYS if stage is None else KEYS
    if stage not in (*STAGES, None):
        raise RuleError(path, f"a pack for the stage {stage!r}", f"a folder named {', '.join(STAGES)}", "move the file")
    try:
        table = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError(path, f"{error}", "TOML in UTF-8", "correct the file") from None
    if set(table) - {"rule"} or not isinstance(table.get("rule", []), list):
        raise RuleError(path, f"the key {sorted(set(table) - {'rule'})}", "only [[rule]] tables", "correct the file")
    for number, raw in enumerate(table.get("rule", []), start=1):
        if not isinstance(raw, dict):
            raise RuleError(path, f"rule {number} = {raw!r}", "a [[rule]] table", "correct the file")
        if isinstance(raw.get("unless"), str):
            raw["unless"] = [raw["unless"]]
        where = f"{path} rule {number}" + (f" [{raw['id']}]" if isinstance(raw.get("id"), str) else "")
        for key, value in raw.items():
            if key not in keys:
                raise RuleError(where, f"the key {key!r}", f"one of {', '.join(keys)}", "correct or remove it")
            if not keys[key].holds(value):
                raise RuleError(where, f"{key} = {value!r}", keys[key].expected, "correct it")
        required = (*REQUIRED, "stage") if stage is None else REQUIRED
        for key in required:
            if key not in raw:
                raise RuleError(where, f"no {key}", f"the keys {', '.join(required)}", "add it")
        values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in raw.items()}
        rule = Rule(**({"stage": stage, "file": str(path)} | values))
        yield replace(rule, status="active") if stage is None and rule.status == "trial" else rule
