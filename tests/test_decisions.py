"""Tests of `cleaner.decisions`: the file, line by line, and what the lines say together."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.decisions import Decision, Decisions, Rulings, append, load
from cleaner.errors import DecisionError

WHEN = "2026-01-31T08:00:00Z"


def sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def decide(verdict: str, names: str, line: int = 1, level: str = "speech", note: str = "") -> Decision:
    """Return a decision about texts called by one letter each."""
    return Decision(line, "李", WHEN, verdict, level, tuple(map(sha, names)), tuple(f"{n}.txt#0" for n in names), note)


def decisions(*said: str) -> Decisions:
    """Return what lines such as `same ab` say together."""
    return Decisions.of("f", [decide(*one.split(), line=n) for n, one in enumerate(said, start=1)])


def test_what_is_appended_is_read(tmp_path: Path) -> None:
    """Lines come back as they were given, numbered, whatever a note holds."""
    path = tmp_path / "review" / "decisions.jsonl"
    given_lines = [decide("same", "ab", note='同一篇\u2028 " \n'), decide("drop", "c"), decide("undo", "ba")]
    for one in given_lines:
        append(path, one)
    found = load(path)
    assert [(one.verdict, one.texts, one.ids, one.note) for one in found.lines] == [
        (one.verdict, one.texts, one.ids, one.note) for one in given_lines
    ]
    assert [one.line for one in found.lines] == [1, 2, 3]
    assert [one.line for one in found.in_force] == [2]
    assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_line_without_its_end_is_not_glued(tmp_path: Path) -> None:
    """A file whose last line feed is missing gets it before the next line."""
    path = tmp_path / "decisions.jsonl"
    append(path, decide("drop", "a"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().rstrip(b"\n"))
    append(path, decide("drop", "b"))
    assert load(path).speeches.dropped == {sha("a"), sha("b")}


GOOD = {"when": WHEN, "who": "李", "verdict": "same", "level": "speech", "texts": [sha("a"), sha("b")],
        "ids": ["a#0", "b#0"], "note": ""}  # fmt: skip

BROKEN = {
    "no JSON": "{",
    "a blank line": "",
    "a merge mark": "<<<<<<< HEAD",
    "a list": "[]",
    "deep": "[" * 100_000,
    "a key gone": {key: GOOD[key] for key in GOOD if key != "note"},
    "a key more": GOOD | {"why": "x"},
    "a verdict": GOOD | {"verdict": "equal"},
    "a level": GOOD | {"level": "word"},
    "a moment": GOOD | {"when": "2026-01-31"},
    "a day that is none": GOOD | {"when": "2026-02-31T08:00:00Z"},
    "one text": GOOD | {"texts": [sha("a")], "ids": ["a#0"]},
    "three texts": GOOD | {"texts": [sha("a"), sha("b"), sha("c")], "ids": ["a", "b", "c"]},
    "an id missing": GOOD | {"ids": ["a#0"]},
    "no digest": GOOD | {"texts": [sha("a"), "b"]},
    "a number": GOOD | {"who": 7},
    "a string for texts": GOOD | {"texts": sha("a")},
    "numbers for ids": GOOD | {"ids": [1, 2]},
    "half a character": json.dumps(GOOD | {"note": "\ud800"}),
    "copies told apart": GOOD | {"verdict": "different", "texts": [sha("a")] * 2},
    "one of two copies": GOOD | {"verdict": "keep", "texts": [sha("a")] * 2},
    "a paragraph dropped": GOOD | {"verdict": "drop", "level": "paragraph", "texts": [sha("a")], "ids": ["a#0/1"]},
}


@pytest.mark.parametrize("row", BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_named(tmp_path: Path, row: str | dict) -> None:
    """A line that is no decision is an error that names file and line."""
    path = tmp_path / "decisions.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n{row if isinstance(row, str) else json.dumps(row)}\n", "utf-8")
    with pytest.raises(DecisionError) as caught:
        load(path)
    assert caught.value.where == f"{path}:2"
    assert caught.value.exit_code == 2


def test_nothing_broken_is_appended(tmp_path: Path) -> None:
    """A decision that `load` would refuse is not written."""
    path = tmp_path / "decisions.jsonl"
    with pytest.raises(DecisionError):
        append(path, decide("different", "aa"))
    with pytest.raises(DecisionError, match="No such file"):
        load(path)


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        (("same ab", "different ba"), "12"),
        (("different ab", "drop z", "same ac", "same bd", "same cd"), "1345"),
        (("keep abc", "different bc"), "12"),
        (("keep ab", "keep ba"), "12"),
        (("keep ab", "same bc", "keep cd"), "123"),
        (("drop a", "keep ab"), "12"),
    ],
)
def test_contradictions_are_named(said: Sequence[str], lines: str) -> None:
    """Decisions that cannot all be honoured are an error that names each line it takes."""
    with pytest.raises(DecisionError) as caught:
        decisions(*said)
    assert [part.split(":")[0] for part in caught.value.found.split("; ")] == [f"line {n}" for n in lines]
    assert caught.value.where == f"f:{lines[-1]}"


def test_undo() -> None:
    """An undo takes back the latest line about the same texts that still stands, and nothing else."""
    assert decisions("same ab", "undo ba", "different ab").speeches.apart
    assert decisions("same ab", "same ab", "undo ab").speeches.group_of
    assert not decisions("same ab", "same ab", "undo ab", "undo ab").in_force
    with pytest.raises(DecisionError, match="an undo for"):
        decisions("same ab", "undo ab", "undo ab")
    with pytest.raises(DecisionError, match="f:2: found an undo"):
        decisions("keep abc", "undo ab")


def test_levels_know_nothing_of_each_other() -> None:
    """The same digests said of paragraphs say nothing of speeches."""
    both = [decide("same", "ab", 1), decide("different", "ab", 2, "paragraph")]
    found = Decisions.of("f", both)
    assert (len(found.speeches.group_of), len(found.paragraphs.apart)) == (2, 1)


VERDICTS = st.tuples(st.sampled_from(["same", "different", "keep", "drop", "unsure"]), st.permutations("abcdef"))


def worded(verdict: str, names: Sequence[str]) -> str:
    n = {"drop": 1, "keep": 3}.get(verdict, 2)
    return f"{verdict} {''.join(names[:n])}"


def resolved(said: Sequence[str]) -> Rulings | None:
    try:
        return decisions(*said).speeches
    except DecisionError:
        return None


def honoured_by(partition: dict[str, int], stays: dict[int, str], said: str) -> bool:
    """Say whether one verdict holds where each text is in a group and each group has one text that stays."""
    verdict, names = said.split()
    groups = {partition[name] for name in names}
    if verdict == "different":
        return len(groups) == 2
    if verdict == "keep":
        return len(groups) == 1 and stays[groups.pop()] == names[0]
    if verdict == "drop":
        return stays[groups.pop()] != names
    return verdict == "unsure" or len(groups) == 1


def partitions(names: str) -> list[dict[str, int]]:
    found: list[dict[str, int]] = [{}]
    for name in names:
        found = [one | {name: group} for one in found for group in range(len(set(one.values())) + 1)]
    return found


def can_be_honoured(said: Sequence[str]) -> bool:
    """Try every way to group the texts and to choose one, or none, of each group."""
    from itertools import product

    for partition in partitions("abcde"):
        members = [[n for n in partition if partition[n] == group] for group in sorted(set(partition.values()))]
        for chosen in product(*([*names, ""] for names in members)):
            if all(honoured_by(partition, dict(enumerate(chosen)), one) for one in said):
                return True
    return False


@given(st.lists(VERDICTS.map(lambda one: worded(one[0], [n for n in one[1] if n != "f"])), max_size=5))
def test_a_contradiction_is_what_no_grouping_honours(said: list[str]) -> None:
    """Decisions are refused exactly if there is no way at all to honour them together."""
    assert (resolved(said) is not None) == can_be_honoured(said)


@given(st.lists(VERDICTS.map(lambda one: worded(*one)), max_size=7), st.randoms())
def test_the_order_of_lines_means_nothing(said: list[str], random) -> None:
    """Without undo, lines in any order say the same or are refused alike; `unsure` and a line twice add nothing."""
    shuffled = [*random.sample(said, len(said)), *said[:1], "unsure ab"]
    assert resolved(said) == resolved(shuffled)
