"""What is held back is read as it is marked, and cleaned as well as it was when the floors were set."""

from pathlib import Path

import pytest

from tests.heldback.marked import read, read_all
from tests.heldback.measure import HALVES, measure

# Under what docs/explanation/quality.md says of 2026-11-23; one that falls is a finding, in `aside` all the more.
FLOORS = {
    "dev": {"boilerplate": 0.97, "masks": 0.97, "breaks": 0.95, "speeches": 0.94, "lost": 0.0005},
    "aside": {"boilerplate": 0.95, "masks": 0.97, "breaks": 0.95, "speeches": 0.78, "lost": 0.001},
}


def test_marks_say_where_things_stand() -> None:
    """Offsets are code points of the text without its marks."""
    marked = "⟪foot:某网⟫\n⟪speech:讲话⟫\n讲话\n今年⟪p:XX⟫个县要⟪b⟫\n抓实。\n⟪end⟫\n⟪foot:下载\n本文⟫\n"
    text, gold = read("a.txt", marked)
    assert text == "某网\n讲话\n今年XX个县要\n抓实。\n下载\n本文\n"
    assert [(text[s["start"] : s["end"]], s["label"]) for s in gold["spans"]] == [
        ("某网", "site_footer"), ("XX", "placeholder"), ("\n", "soft_break"), ("下载\n本文", "site_footer"),
    ]  # fmt: skip
    assert [(text[s["start"] : s["end"]], s["title"]) for s in gold["speeches"]] == [
        ("讲话\n今年XX个县要\n抓实。", "讲话")
    ]


@pytest.mark.parametrize(
    "marked",
    ["今天开会。", "⟪speech:⟫\n今天", "⟪end⟫\n", "⟪spam:a", "⟪speech:⟫\n⟪speech:⟫\n⟪end⟫\n", "⟪frob:a⟫", "⟪b⟫甲"],
)
def test_marks_that_do_not_fit_are_named(marked: str) -> None:
    with pytest.raises(ValueError, match=r"a\.txt"):
        read("a.txt", marked)


def test_there_is_enough_of_it() -> None:
    """At least 120 files from 40 sites, a quarter of the sites aside, and no site in both halves."""
    dev, aside = ({path.name for path in half.iterdir()} for half in HALVES)
    assert not dev & aside
    assert len(aside) >= (len(dev) + len(aside)) / 4
    assert len(dev) + len(aside) >= 40
    assert sum(len(read_all(half)) for half in HALVES) >= 120


@pytest.mark.parametrize("half", HALVES, ids=lambda half: half.name)
def test_held_back_files_are_cleaned(half: Path) -> None:
    counts, floors = measure(half).counts, FLOORS[half.name]
    rates = {
        (name, part): counts[part] / max(1, counts[whole])  # nothing of the files is shown where one falls
        for name, part, whole in (
            ("boilerplate", "boilerplate removed", "boilerplate"),
            ("masks", "masks right", "masks given"),
            ("masks", "placeholders found", "placeholders"),
            ("breaks", "joins right", "joins given"),
            ("breaks", "breaks joined", "breaks"),
            ("speeches", "speeches found", "speeches"),
        )
    }
    assert {key: rate for key, rate in rates.items() if rate < floors[key[0]]} == {}
    assert counts["body lost"] <= floors["lost"] * counts["body"]
