"""Which rules does one pack file hold, and which terms are shared by the patterns of a folder of packs?

In: the bytes of `<stage>/<family>.toml`, of a learned file, or of a folder's `terms.toml`. Out: its rules, their keys
checked and their terms filled in; the terms by name. What always holds: a key that no rule has, a value of the wrong
kind and a term that nobody has defined are errors that name the file and the rule.

A term is a pattern with a name, such as the ways to write a date. A pattern calls it `(?&name)`, as Perl calls a named
group. A term may call those above it; a later folder sees the terms of earlier ones, and its own take their place.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cleaner.errors import RuleError
from cleaner.rule import Rule

STAGES = ("split", "page", "header", "footer", "inline", "placeholder")
LEARNED_STAGES = ("header", "footer", "inline")
STATUSES = ("trial", "active", "retired")
TERMS = "terms.toml"
"""The file of terms in a folder of packs."""

_CALL = re.compile(r"\(\?&([^)]*)\)")


@dataclass(frozen=True, slots=True)
class PackFile:
    """The bytes of one pack; `stage` is None in a learned file, whose rules name theirs."""

    path: Path
    data: bytes
    stage: str | None


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
TERM_NAME = Key(str, "a kebab-case string", pattern=KEYS["id"].pattern)
TERM = Key(list, "a list of patterns, of which one matches", least=1)
REQUIRED = ("id", "why", "pattern", "removes", "keeps")


def read_rules(file: PackFile, terms: Mapping[str, str]) -> Iterator[Rule]:
    """Yield the rules of one pack file.

    Raises:
        RuleError: the file is no TOML or lies in no folder of a stage, a key is unknown, missing or of the wrong
            kind, a term is not among `terms`.
    """
    path, stage = file.path, file.stage
    keys = LEARNED_KEYS if stage is None else KEYS
    if stage not in (*STAGES, None):
        raise RuleError(path, f"a pack for the stage {stage!r}", f"a folder named {', '.join(STAGES)}", "move the file")
    table = _table(file)
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
        values["pattern"] = _filled(values["pattern"], terms, where)
        values["unless"] = tuple(_filled(pattern, terms, where) for pattern in values.get("unless", ()))
        rule = Rule(**({"stage": stage, "file": str(path)} | values))
        yield replace(rule, status="active") if stage is None and rule.status == "trial" else rule


def read_terms(file: PackFile, known: Mapping[str, str]) -> dict[str, str]:
    """Return the terms of `file`, filled in, after the `known` ones; raises what `read_rules` does."""
    terms = dict(known)
    for name, value in _table(file).items():
        where = f"{file.path} [{name}]"
        if not TERM_NAME.holds(name):
            raise RuleError(where, f"the name {name!r}", TERM_NAME.expected, "rename it")
        if not TERM.holds(value):
            raise RuleError(where, f"{name} = {value!r}", TERM.expected, "correct it")
        terms[name] = _filled("|".join(value), terms, where)
    return terms


def _filled(pattern: str, terms: Mapping[str, str], where: str) -> str:
    """Return `pattern` with each term that it calls in a group."""

    def term(call: re.Match[str]) -> str:
        if call[1] not in terms:
            raise RuleError(where, f"the term {call[0]}", "one that a terms.toml defines above", "define or correct it")
        return f"(?:{terms[call[1]]})"

    return _CALL.sub(term, pattern)


def _table(file: PackFile) -> dict[str, Any]:
    try:
        return tomllib.loads(file.data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError(file.path, f"{error}", "TOML in UTF-8", "correct the file") from None
