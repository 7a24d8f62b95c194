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
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import re2

from cleaner.chars import fold
from cleaner.errors import RuleError

STAGES = ("split", "header", "footer", "inline", "placeholder")
WHOLE_LINE = frozenset({"split", "header", "footer"})
STATUSES = ("trial", "active", "retired")

WINDOW = 4096
"""The longest stretch of text a pattern is run on, in code points (guarantee 7)."""
LONGEST_SPAN = 512
"""The longest match looked for across two windows: windows overlap by as much."""
MAX_MEM_BYTES = 256 << 20
"""What RE2 may use for one set. Source: measured, 1,000 rules need at least 64 MiB."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One family of junk.

    Args:
        id: kebab-case, unique over all packs; the audit names it.
        why: one sentence for the reader of the audit.
        pattern: RE2; on folded text.
        removes: at least one line that must go, whole or in the part marked `⟦…⟧`.
        keeps: at least one near miss that must stay whole.
        unless: RE2 patterns; a match is void where a match of one of them overlaps it.
        keywords: the pattern runs only on lines that hold one of them; empty means on all.
        status: `active` rules act, `trial` rules are only counted, `retired` rules are only kept as a record.
        opens: the line heads a list (of links, say): short lines after it go with it, until a line of prose.
        needs: a placeholder rule acts only in a text where the others claim at least so many runs of the same sign.
        seen_in: where the family was met.
        stage: the folder the pack lies in.
        file: the pack, for messages.
    """

    id: str
    why: str
    pattern: str
    removes: tuple[str, ...]
    keeps: tuple[str, ...]
    unless: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    status: str = "active"
    opens: bool = False
    needs: int = 0
    seen_in: tuple[str, ...] = ()
    stage: str = ""
    file: str = ""

    @property
    def where(self) -> str:
        """File and rule, as messages name them."""
        return f"{self.file} [{self.id}]"


@dataclass(frozen=True, slots=True)
class Hit:
    """A span [start, end) of a line that `rule` claims; code points of the line."""

    start: int
    end: int
    rule: Rule


class RuleSet:
    """The active rules of one stage, matched together."""

    def __init__(self, rules: Iterable[Rule], whole_line: bool) -> None:
        self.rules = tuple(rules)
        self.whole_line = whole_line
        self._patterns = [_Matcher(rule, whole_line) for rule in self.rules]

    @cached_property
    def _set(self) -> Any:
        chosen = re2.Set.SearchSet(_options())
        for matcher in self._patterns:
            chosen.Add(matcher.source)
        chosen.Compile()
        return chosen

    def hits(self, line: str) -> list[Hit]:
        """Return what the rules claim of `line`: sorted, disjoint (of two that overlap the earlier, then the longer)."""
        if not self.rules or not line.strip():
            return []
        found: list[Hit] = []
        folded = fold(line)
        for offset, window in _windows(folded, self.whole_line):
            for index in self._set.Match(window) or ():
                matcher = self._patterns[index]
                found.extend(
                    Hit(offset + start, offset + end, matcher.rule) for start, end in matcher.spans(window)
                )
        return _disjoint(found)

    def hit(self, line: str) -> Hit | None:
        """Return the first claim on `line`, or None."""
        return next(iter(self.hits(line)), None)


@dataclass(frozen=True)
class RulePack:
    """All rules of a run.

    Args:
        rules: every rule of every status, in order of stage, file and place.
        digest: sha256 of the pack files' names and bytes.
    """

    rules: tuple[Rule, ...]
    digest: str
    sets: dict[str, RuleSet] = field(default_factory=dict, repr=False, compare=False)

    def stage(self, *stages: str) -> RuleSet:
        """Return the active rules of `stages` as one set."""
        key = "+".join(stages)
        if key not in self.sets:
            self.sets[key] = RuleSet(
                (rule for rule in self.rules if rule.stage in stages and rule.status == "active"),
                whole_line=stages[0] in WHOLE_LINE,
            )
        return self.sets[key]


def shipped() -> Path:
    """Return the folder of the shipped packs: inside the package in a wheel, beside it in a checkout."""
    package = Path(str(files("cleaner")))
    inside = package / "rules"
    return inside if inside.is_dir() else package.parent / "rules"


def load(folders: Iterable[Path], disabled: Iterable[str] = ()) -> RulePack:
    """Return the rules of all packs below `folders`, checked.

    A rule in a later folder replaces the rule of the same id in an earlier one; ids in `disabled` are left out.

    Raises:
        RuleError: a pack is not TOML, a rule has an unknown or missing key, a pattern does not run, can match nothing
            or has alternatives outside a group beside an anchor, an id stands twice in one folder, an example fails.
    """
    by_id: dict[str, Rule] = {}
    digest = hashlib.sha256()
    for folder in folders:
        if not folder.is_dir():
            raise RuleError(folder, "no such folder", "a folder of rule packs", "correct rules.packs")
        seen: dict[str, Rule] = {}
        for path in sorted(folder.glob("*/*.toml"), key=lambda p: p.as_posix().encode()):
            name = path.relative_to(folder).as_posix()
            data = path.read_bytes()
            digest.update(f"{name}\0{len(data)}\0".encode() + data)
            for rule in _read(path, data):
                if rule.id in seen:
                    raise RuleError(rule.where, f"the id of a rule in {seen[rule.id].file}", "an id of its own", "rename one")
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
    matcher = _Matcher(rule, rule.stage in WHOLE_LINE)
    for example in rule.removes:
        line, expected = _marked(example)
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


class _Matcher:
    """One rule, compiled."""

    def __init__(self, rule: Rule, whole_line: bool) -> None:
        self.rule = rule
        self.source = _source(rule, rule.pattern, whole_line)
        self._pattern = _compile(rule, self.source)
        self._unless = [_compile(rule, _source(rule, pattern, False)) for pattern in rule.unless]
        self._cut = self._pattern.groupindex.get("cut", 0)
        self._keywords = tuple(fold(word) for word in rule.keywords)

    def spans(self, line: str) -> Iterator[tuple[int, int]]:
        """Yield what the rule claims of the folded `line`."""
        if self._keywords and not any(word in line for word in self._keywords):
            return
        void: list[tuple[int, int]] | None = None
        for match in self._pattern.finditer(line):
            start, end = match.span(self._cut)
            if start == end:
                continue
            if void is None:
                void = [other.span() for pattern in self._unless for other in pattern.finditer(line)]
            if any(a < end and start < b for a, b in void):
                continue
            yield start, end


def _windows(line: str, whole_line: bool) -> Iterator[tuple[int, str]]:
    """Yield the stretches to match with their offsets; a line longer than a window is no whole-line junk."""
    if whole_line:
        if len(line) <= WINDOW:
            yield 0, line
        return
    step = WINDOW - LONGEST_SPAN
    for offset in range(0, max(1, len(line) - LONGEST_SPAN), step):
        yield offset, line[offset : offset + WINDOW]


def _disjoint(hits: list[Hit]) -> list[Hit]:
    chosen: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end, h.rule.needs, h.rule.id)):
        if not chosen or hit.start >= chosen[-1].end:
            chosen.append(hit)
    return chosen


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEM_BYTES
    return options


def _compile(rule: Rule, source: str) -> Any:
    try:
        pattern = re2.compile(source, _options())
    except re2.error as error:
        detail = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise RuleError(
            rule.where, f"a pattern that RE2 cannot run ({detail})", "RE2 syntax", "see docs/rules.md; RE2 has no look-around"
        ) from None
    if pattern.search("") is not None:
        raise RuleError(rule.where, "a pattern that matches the empty string", "one that always takes a character", "use + for *")
    return pattern


_ESCAPES = {"s": " ", "w": r"\p{L}\p{M}\p{N}_", "d": "0-9"}
_OPEN_ANCHOR = "an anchor beside alternatives that no group holds"


def _source(rule: Rule, pattern: str, whole_line: bool) -> str:
    """Return `pattern` for RE2: \\d \\w \\s as a Chinese reader means them, anchored where the stage wants a line."""
    out, depth, in_class, alternatives, i = [], 0, False, False, 0
    while i < len(pattern):
        char = pattern[i]
        if char == "\\" and i + 1 < len(pattern):
            name = pattern[i + 1]
            if name in "bB" or (in_class and name in "SWD"):
                raise RuleError(rule.where, f"\\{name}", "an escape that means something in Chinese text", "write the class out")
            if name.lower() in _ESCAPES:
                members = _ESCAPES[name.lower()]
                out.append(members if in_class else f"[{'^' if name.isupper() else ''}{members}]")
            else:
                out.append(char + name)
            i += 2
            continue
        if in_class:
            in_class = char != "]" or pattern[i - 1] == "[" or pattern[i - 2 : i] == "[^"
        elif char == "[":
            in_class = True
        else:
            depth += (char == "(") - (char == ")")
            alternatives |= char == "|" and depth == 0
        out.append(char)
        i += 1
    if alternatives and (pattern.startswith("^") or pattern.endswith("$")):
        raise RuleError(rule.where, _OPEN_ANCHOR, "^(?:a|b)$", "put the alternatives in a group")
    text = "".join(out)
    return rf"^ *(?:{text}) *$" if whole_line else text


def _marked(example: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the line of an example and the spans it marks; without marks, the whole line."""
    if "⟦" not in example:
        return example, [(0, len(example))]
    line, spans = "", []
    for before, inside in re.findall(r"([^⟦]*)(?:⟦([^⟧]*)⟧)?", example):
        line += before
        if inside:
            spans.append((len(line), len(line) + len(inside)))
            line += inside
    return line, spans


_KEYS: dict[str, tuple[type, Callable[[Any], bool], str]] = {
    "id": (str, lambda v: re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", v) is not None, "a kebab-case string"),
    "why": (str, bool, "a sentence"),
    "pattern": (str, bool, "a pattern"),
    "unless": (list, lambda v: all(isinstance(x, str) and x for x in v), "a list of patterns"),
    "status": (str, lambda v: v in STATUSES, f"one of {', '.join(STATUSES)}"),
    "opens": (bool, lambda v: True, "true or false"),
    "needs": (int, lambda v: v >= 0, "a count"),
    "keywords": (list, lambda v: all(isinstance(x, str) and x for x in v), "a list of strings"),
    "seen_in": (list, lambda v: all(isinstance(x, str) and x for x in v), "a list of strings"),
    "removes": (list, lambda v: bool(v) and all(isinstance(x, str) and x for x in v), "at least one line"),
    "keeps": (list, lambda v: bool(v) and all(isinstance(x, str) and x for x in v), "at least one line"),
}
_REQUIRED = ("id", "why", "pattern", "removes", "keeps")


def _read(path: Path, data: bytes) -> Iterator[Rule]:
    """Yield the rules of one pack file, their keys checked."""
    stage = path.parent.name
    if stage not in STAGES:
        raise RuleError(path, f"a pack for the stage {stage!r}", f"a folder named {', '.join(STAGES)}", "move the file")
    try:
        table = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError(path, f"{error}", "TOML in UTF-8", "correct the file") from None
    if set(table) - {"rule"} or not isinstance(table.get("rule", []), list):
        raise RuleError(path, f"the key {sorted(set(table) - {'rule'})}", "only [[rule]] tables", "correct the file")
    for number, raw in enumerate(table.get("rule", []), start=1):
        if isinstance(raw.get("unless"), str):
            raw["unless"] = [raw["unless"]]
        where = f"{path} rule {number}" + (f" [{raw['id']}]" if isinstance(raw.get("id"), str) else "")
        for key, value in raw.items():
            if key not in _KEYS:
                raise RuleError(where, f"the key {key!r}", f"one of {', '.join(_KEYS)}", "correct or remove it")
            kind, holds, expected = _KEYS[key]
            if not isinstance(value, kind) or not holds(value):
                raise RuleError(where, f"{key} = {value!r}", expected, "correct it")
        for key in _REQUIRED:
            if key not in raw:
                raise RuleError(where, f"no {key}", f"the keys {', '.join(_REQUIRED)}", "add it")
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
        yield Rule(**values, stage=stage, file=str(path))


