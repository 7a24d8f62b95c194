"""What does junk look like, and where on a line does it stand?

In: TOML files `rules/<stage>/<family>.toml`, reviewed like code, and the terms they share (`packfile.py`). Out: a
`RulePack` with one `RuleSet` a stage, which finds in one line the spans that rules claim. What always holds: every rule
was compiled by RE2 (linear time), cannot match the empty string, and has shown on load that it removes its `removes`
and spares its `keeps`.

A pattern sees the line folded (`chars.fold`): full-width ASCII is half-width and every blank is a space, one code
point for one, so `:` also stands for `：`. Stages in `WHOLE_LINE` match the line without its outer blanks from end to
end; the others search inside it. A group named `cut` narrows what goes to that group. An example marks a part with
`⟦…⟧`.
"""

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from cleaner.chars import fold
from cleaner.config import Rules
from cleaner.errors import RuleError
from cleaner.gate import Gate
from cleaner.matching import RuleSet
from cleaner.packfile import STAGES, TERMS, PackFile, read_rules, read_terms
from cleaner.pagenames import NO_NAMES, Names
from cleaner.rule import Matcher, Rule, compiled

WHOLE_LINE = frozenset({"split", "header", "footer"})


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
    sets: dict[tuple[str, ...], RuleSet] = field(default_factory=dict, repr=False, compare=False)
    gates: list[Gate[Matcher]] = field(default_factory=list, repr=False, compare=False)

    def stage(self, *stages: str) -> RuleSet:
        """Return the active rules of `stages` as one set."""
        if stages not in self.sets:
            rules = (rule for rule in self._active if rule.stage in stages)
            self.sets[stages] = RuleSet(rules, stages[0] in WHOLE_LINE, self.gate)
        return self.sets[stages]

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
            pattern calls a term that nobody defined, does not run, can match nothing or has alternatives outside a
            group beside an anchor, an id stands twice in one folder, an example fails.
    """
    found = []
    for folder in folders:
        if not folder.is_dir():
            raise RuleError(folder, "no such folder", "a folder of rule packs", "correct rules.packs")
        paths = sorted(_packs_of(folder), key=lambda path: path.as_posix().encode())
        packs = tuple(PackFile(path, path.read_bytes(), path.parent.name) for path in paths)
        terms = folder / TERMS
        found.append(_Folder(packs, PackFile(terms, terms.read_bytes(), None) if terms.is_file() else None))
    for path in learned:
        if not path.is_file():
            raise RuleError(path, "no such file", "a file that `cleaner rules suggest` wrote", "correct rules.learned")
        found.append(_Folder((PackFile(path, path.read_bytes(), None),)))
    return _checked(tuple(found), tuple(disabled))


@dataclass(frozen=True, slots=True)
class _Folder:
    """The packs of one folder, or a learned file alone, and the terms beside them."""

    packs: tuple[PackFile, ...]
    terms: PackFile | None = None


def _packs_of(folder: Path) -> Iterator[Path]:
    """Yield the pack files below `folder`; hidden files and the terms are none."""
    for path in folder.rglob("*.toml"):
        below = path.relative_to(folder).parts
        if any(name.startswith(".") for name in below) or below == (TERMS,):
            continue
        if len(below) != 2:
            raise RuleError(
                path, "a pack outside the folder of a stage", f"{folder}/<stage>/{path.name}",
                f"move it to a folder named {', '.join(STAGES[:-1])} or {STAGES[-1]}",
            )  # fmt: skip
        yield path


@lru_cache(maxsize=2)
def _checked(folders: tuple[_Folder, ...], disabled: tuple[str, ...]) -> RulePack:
    """Return the rules of all folders. Remembered: a run asks for the same bytes more than once."""
    by_id: dict[str, Rule] = {}
    terms: dict[str, str] = {}
    digest = hashlib.sha256()
    for folder in folders:
        seen: dict[str, Rule] = {}
        if folder.terms:
            _add(digest, folder.terms)
            terms = read_terms(folder.terms, terms)
        for file in folder.packs:
            _add(digest, file)
            for rule in read_rules(file, terms):
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


def _add(digest: "hashlib._Hash", file: PackFile) -> None:
    digest.update(f"{file.stage or ''}/{file.path.name}\0{len(file.data)}\0".encode() + file.data)


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
