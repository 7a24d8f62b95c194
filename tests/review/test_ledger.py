from pathlib import Path

import numpy as np
import pytest

from cleaner import decisions
from cleaner.errors import DecisionError
from cleaner.review import queue
from cleaner.review.ledger import STATES, Ledger
from cleaner.review.lookup import Lookup
from cleaner.review.verdicts import BUTTONS, named


@pytest.fixture
def speeches(judged: Path) -> queue.Queue:
    return queue.speeches(Lookup(judged))


def states(ledger: Ledger, speeches: queue.Queue) -> list[str]:
    return [STATES[state] for state in ledger.states(speeches)]


def give(ledger: Ledger, speeches: queue.Queue, pair: int, name: str) -> None:
    texts, ids = named(speeches, pair, name, ledger.states(speeches))
    ledger.give("speech", BUTTONS["speech"][name].verdict, texts, ids)


def test_a_verdict_stands(speeches: queue.Queue, tmp_path: Path) -> None:
    """What was decided of a pair is there for another reader of the file, and of no other pair."""
    give(Ledger(tmp_path / "d.jsonl", "li"), speeches, 3, "different")
    assert states(Ledger(tmp_path / "d.jsonl", "wang"), speeches) == [
        "different" if pair == 3 else "undecided" for pair in range(len(speeches))
    ]


def test_judged_anew(speeches: queue.Queue, tmp_path: Path) -> None:
    """A second verdict on a pair withdraws the first, so the file never contradicts itself; undo leaves neither."""
    ledger = Ledger(tmp_path / "d.jsonl", "li")
    for verdict in ("same", "different", "unsure", "same"):
        give(ledger, speeches, 3, verdict)
        assert states(ledger, speeches)[3] == verdict
        assert len(decisions.load(tmp_path / "d.jsonl").in_force) == 1
    assert ledger.undo() is not None
    assert set(states(ledger, speeches)) == {"undecided"}
    assert ledger.undo() is None


def test_keep_names_the_cluster(speeches: queue.Queue, tmp_path: Path) -> None:
    """To keep a copy names it first, then the survivor and the other copies, but not what was judged different."""
    ledger = Ledger(tmp_path / "d.jsonl", "li")
    give(ledger, speeches, 1, "different")
    give(ledger, speeches, 2, "keep")
    said = ledger.read().in_force[-1]
    kept, first, other = (speeches.hash(speeches.second[2]), speeches.hash(speeches.first[2]), speeches.second[1])
    assert (kept, first) == said.texts[:2]
    assert speeches.hash(other) not in said.texts
    assert states(ledger, speeches)[2] == "keep"


def test_a_contradiction_is_refused(speeches: queue.Queue, tmp_path: Path) -> None:
    """A verdict that cannot be honoured with the others is an error and leaves the file as it was."""
    ledger = Ledger(tmp_path / "d.jsonl", "li")
    pairs = np.flatnonzero(~speeches.is_near)[:2]
    first, second = speeches.first[pairs[0]], speeches.second[pairs]
    give(ledger, speeches, int(pairs[0]), "same")
    give(ledger, speeches, int(pairs[1]), "same")
    before = (tmp_path / "d.jsonl").read_bytes()
    texts = [speeches.hash(text) for text in second if speeches.hash(text) != speeches.hash(first)]
    if len(set(texts)) == 1:
        texts = [texts[0], speeches.hash(first)]
    with pytest.raises(DecisionError, match="can all be honoured"):
        ledger.give("speech", "keep", [texts[0], speeches.hash(first)], ["a", "b"])
        ledger.give("speech", "keep", [speeches.hash(first), texts[0], "f" * 64], ["b", "a", "c"])
    assert (tmp_path / "d.jsonl").read_bytes().startswith(before)


def test_drop_judges_every_pair_of_the_speech(speeches: queue.Queue, tmp_path: Path) -> None:
    """A dropped speech needs no further verdict, whichever pair shows it."""
    ledger = Ledger(tmp_path / "d.jsonl", "li")
    give(ledger, speeches, 0, "drop-left")
    own = speeches.cluster(0).tolist()
    assert [pair in own for pair in range(len(speeches))] == [state == "drop" for state in states(ledger, speeches)]
