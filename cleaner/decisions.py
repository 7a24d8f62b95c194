"""What have people decided, and does it hold together?

In: `review/decisions.jsonl`, one verdict a line, only ever appended to. Out: `Decisions`, what is in force and what it
says of each text, for detection; a new line at the end of the file. Texts are named by the sha256 of their raw span,
so that a verdict holds for every copy of a text and for no text that has changed.

What always holds: a broken line and two verdicts that cannot both be honoured are errors that name their lines; but for
`undo`, the order of the lines means nothing.
"""

import hashlib
import json
import os
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cleaner.errors import DecisionError, said

LEVELS = ("speech", "paragraph")
N_TEXTS = {"same": (2, 2), "different": (2, 2), "unsure": (2, 2), "keep": (2, None), "drop": (1, 1), "undo": (1, None)}
"""The verdicts, and how many texts each names, at least and at most."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One line.

    Args:
        line: its number in the file, from 1.
        when: ISO 8601 in UTC, to the second, with `Z`.
        verdict: same | different | keep | drop | unsure | undo.
        level: speech | paragraph.
        texts: sha256 of each text; for keep the one that stays, then those it was chosen over; for undo those of the
            line it withdraws.
        ids: the id each had when it was judged, for people and to tell a changed text from one that is gone.
    """

    line: int
    who: str
    when: str
    verdict: str
    level: str
    texts: tuple[str, ...]
    ids: tuple[str, ...]
    note: str = ""


_KEYS = tuple(name for name in Decision.__slots__ if name != "line")


@dataclass(frozen=True, slots=True)
class Rulings:
    """What the decisions in force say of the texts of one level.

    Args:
        group_of: the must-link group of each text that is in one: the least of its texts.
        apart: pairs of groups, or of texts in none, that are different speeches.
        kept, dropped: texts that stay, and that go though nothing need resemble them.
    """

    group_of: dict[str, str] = field(default_factory=dict)
    apart: frozenset[tuple[str, str]] = frozenset()
    kept: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()

    @property
    def texts(self) -> set[str]:
        """Every text that something is said of."""
        return {*self.group_of, *(text for pair in self.apart for text in pair), *self.kept, *self.dropped}


@dataclass(frozen=True, slots=True)
class Decisions:
    """All lines of a file.

    Args:
        lines: in their order, those withdrawn included.
        in_force: the lines that were not withdrawn, without the undoing ones.
        speeches, paragraphs: what is said of each level.
    """

    lines: tuple[Decision, ...] = ()
    in_force: tuple[Decision, ...] = ()
    speeches: Rulings = Rulings()
    paragraphs: Rulings = Rulings()

    @classmethod
    def of(cls, where: object, lines: Sequence[Decision]) -> "Decisions":
        """Return what `lines` say together.

        Raises:
            DecisionError: an undo withdraws nothing, or two lines contradict each other.
        """
        in_force = _in_force(where, lines)
        speeches, paragraphs = (_rulings(where, [one for one in in_force if one.level == level]) for level in LEVELS)
        return cls(tuple(lines), in_force, speeches, paragraphs)

    @property
    def rows(self) -> str:
        """The file that `append` would make of the lines."""
        return "".join(_row(one) for one in self.lines)

    @property
    def digest(self) -> str | None:
        """The sha256 of `rows`; None if there are none."""
        return hashlib.sha256(self.rows.encode()).hexdigest() if self.lines else None


def load(path: Path) -> Decisions:
    """Return the decisions of a file.

    Raises:
        DecisionError: the file cannot be read, a line is broken, or two contradict each other.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DecisionError(
            path, said(error), "decisions in UTF-8, one a line", "correct the file, or give another --decisions"
        ) from None
    rows = text.removesuffix("\n").split("\n") if text else []
    lines = [_parsed(f"{path}:{number}", number, row) for number, row in enumerate(rows, start=1)]
    return Decisions.of(path, lines)


def found(path: Path | None, usual: Path) -> Decisions:
    """Return the decisions of the file `path`, or if none is named of the `usual` one if it is there."""
    return load(path or usual) if path or usual.exists() else Decisions()


def append(path: Path, decision: Decision) -> None:
    """Add a line for `decision` to the file, which is made if need be; it is on the disk on return.

    Raises:
        DecisionError: the decision would be a broken line, or the file cannot be written.
    """
    row = _row(decision)
    _parsed(path, 0, row)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            size = os.fstat(handle).st_size
            is_torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            os.write(handle, ("\n" * is_torn + row).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise DecisionError(path, said(error), "a file that may be written", "give another --decisions") from None


def _row(decision: Decision) -> str:
    """Return the line of a decision."""
    return json.dumps({name: getattr(decision, name) for name in _KEYS}, ensure_ascii=False) + "\n"


def _parsed(where: object, number: int, row: str) -> Decision:
    """Return the decision of one line."""

    def broken(found: str, expected: str) -> DecisionError:
        return DecisionError(where, found, expected, "correct the line")

    try:
        given: Any = json.loads(row)
        json.dumps(given, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise broken(f"{row[:40]!r} ({error})", "one decision as JSON") from None
    if not isinstance(given, dict) or sorted(given) != sorted(_KEYS):
        found = f"the keys {', '.join(given)}" if isinstance(given, dict) else repr(row[:40])
        raise broken(found, f"an object with the keys {', '.join(_KEYS)}")
    for key, value in given.items():
        many = key in ("texts", "ids")
        if isinstance(value, list) != many or not all(isinstance(item, str) for item in (value if many else [value])):
            raise broken(f"{key} = {value!r}", "a list of strings" if many else "a string")
    one = Decision(**(given | {"line": number, "texts": tuple(given["texts"]), "ids": tuple(given["ids"])}))
    if one.verdict not in N_TEXTS or one.level not in LEVELS:
        raise broken(f"{one.verdict} of a {one.level}", f"{', '.join(N_TEXTS)} of a {' or '.join(LEVELS)}")
    if not _is_moment(one.when):
        raise broken(f"when = {one.when!r}", "a moment in UTC such as 2026-01-31T08:00:00Z")
    if strange := next((text for text in one.texts if not re.fullmatch("[0-9a-f]{64}", text)), None):
        raise broken(f"the text {strange!r}", "the sha256 of a text, in small letters")
    least, most = N_TEXTS[one.verdict]
    if not least <= len(one.texts) <= (most or len(one.texts)) or len(one.ids) != len(one.texts):
        found = f"{one.verdict} with {len(one.texts)} texts and {len(one.ids)} ids"
        raise broken(found, f"{least}{'' if most else ' or more'}, and an id for each")
    if one.verdict in ("different", "keep") and len(set(one.texts)) == 1:
        raise broken(f"{one.verdict} of copies that are one text to the character", "texts that differ somewhere")
    if one.verdict == "drop" and one.level == "paragraph":
        raise broken("drop of a paragraph", "same or keep: a paragraph goes only for a copy of it that stays")
    return one


def _is_moment(when: str) -> bool:
    try:
        return datetime.strptime(when, "%Y-%m-%dT%H:%M:%SZ").strftime("%Y-%m-%dT%H:%M:%SZ") == when
    except ValueError:
        return False


def _in_force(where: object, lines: Sequence[Decision]) -> tuple[Decision, ...]:
    """Return the lines that no later line withdraws."""
    standing: dict[int, Decision] = {}
    about: dict[tuple[str, frozenset[str]], list[int]] = defaultdict(list)
    for place, one in enumerate(lines):
        same_texts = about[one.level, frozenset(one.texts)]
        if one.verdict != "undo":
            standing[place] = one
            same_texts.append(place)
        elif same_texts:
            del standing[same_texts.pop()]
        else:
            raise DecisionError(
                f"{where}:{one.line}", f"an undo for {_named(one.ids)}", "an earlier line about the same texts",
                "take the line out",
            )  # fmt: skip
    return tuple(standing.values())


def _rulings(where: object, decisions: Sequence[Decision]) -> Rulings:
    """Return what `decisions`, all in force and of one level, say together."""
    links: dict[str, dict[str, Decision]] = defaultdict(dict)
    for one in decisions:
        if one.verdict in ("same", "keep"):
            for other in set(one.texts) - {one.texts[0]}:
                links[one.texts[0]].setdefault(other, one)
                links[other].setdefault(one.texts[0], one)
    group_of: dict[str, str] = {}
    for text in sorted(links):
        if text not in group_of:
            group_of |= dict.fromkeys(_paths(links, text), text)

    apart, kept, keeper = set[tuple[str, str]](), set[str](), dict[str, Decision]()
    dropped = {one.texts[0]: one for one in decisions if one.verdict == "drop"}
    for one in decisions:
        if one.verdict == "different":
            x, y = sorted(group_of.get(text, text) for text in one.texts)
            if x == y:
                raise _contradiction(where, [one], _paths(links, one.texts[0])[one.texts[1]])
            apart.add((x, y))
        elif one.verdict == "keep":
            text = one.texts[0]
            first = keeper.setdefault(group_of[text], one)
            if first.texts[0] != text:
                raise _contradiction(where, [first, one], _paths(links, first.texts[0])[text])
            if text in dropped:
                raise _contradiction(where, [one], [dropped[text]])
            kept.add(text)
    return Rulings(group_of, frozenset(apart), frozenset(kept), frozenset(dropped))


def _paths(links: dict[str, dict[str, Decision]], start: str) -> dict[str, list[Decision]]:
    """Return for each text linked with `start` the fewest decisions that link them."""
    paths: dict[str, list[Decision]] = {start: []}
    queue = deque([start])
    while queue:
        text = queue.popleft()
        for other, one in sorted(links.get(text, {}).items(), key=lambda item: (item[1].line, item[0])):
            if other not in paths:
                paths[other] = [*paths[text], one]
                queue.append(other)
    return paths


def _contradiction(where: object, one: Iterable[Decision], others: Iterable[Decision]) -> DecisionError:
    """Return the error for decisions that cannot all be honoured."""
    found = {each.line: each for each in (*one, *others)}
    said = [f"line {n}: {found[n].verdict} {_named(found[n].ids)}" for n in sorted(found)]
    return DecisionError(
        f"{where}:{max(found)}",
        "; ".join(said),
        "decisions that can all be honoured",
        "withdraw one of them by an undo",
    )


def _named(ids: Sequence[str]) -> str:
    return " and ".join(ids[:2]) + (f" and {len(ids) - 2} more" if len(ids) > 2 else "")
