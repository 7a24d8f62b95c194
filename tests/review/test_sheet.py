"""Tests of `cleaner.review.sheet`: out to a spreadsheet and back."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from cleaner.cli import main
from cleaner.decisions import load
from cleaner.review.sheet import COLUMNS, _cell
from tests.test_pipeline import rows

Row = dict[str, str]
Change = Callable[[list[Row]], object]


@pytest.fixture
def sheet(tmp_path: Path, small_out: Path) -> Path:
    """Export the small result."""
    result = review(small_out, tmp_path, "--export", tmp_path / "sheet.csv")
    assert result.exit_code == 0, result.output
    return tmp_path / "sheet.csv"


def review(out: Path, folder: Path, *args: object) -> Result:
    given_args = ["review", out, "--decisions", folder / "decisions.jsonl", *args]
    return CliRunner().invoke(main, [str(arg) for arg in given_args])


def read(path: Path) -> list[Row]:
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def fill(
    path: Path, change: Callable[[list[Row]], object], encoding: str = "utf-8-sig", divider: str = ","
) -> list[Row]:
    """Change the rows of a sheet as a person does, and save it."""
    found = read(path)
    change(found)
    with open(path, "w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=divider)
        writer.writeheader()
        writer.writerows(found)
    return found


def put(*verdicts: tuple[int, str]) -> Callable[[list[Row]], None]:
    """Fill in verdicts by the row numbers of a spreadsheet."""

    def change(found: list[Row]) -> None:
        for number, verdict in verdicts:
            found[number - 2]["verdict"] = verdict

    return change


def test_every_duplicate_and_near_miss_is_there(sheet: Path, small_out: Path) -> None:
    """Each dropped speech stands beside its kept one, then each pair of kept ones; Excel sees UTF-8."""
    assert sheet.read_bytes().startswith(b"\xef\xbb\xbf")
    found = read(sheet)
    gone = {(row["kept_id"], row["id"], row["reason"]) for row in rows(small_out, "duplicates")}
    dropped = {row[1] for row in gone}
    near = {
        (row["a"], row["b"], "near-miss")
        for row in rows(small_out, "pairs")
        if row["level"] == "speech" and not {row["a"], row["b"]} & dropped
    }
    assert {(row["a_id"], row["b_id"], row["reason"]) for row in found} == gone | near
    texts = {row["id"]: row for name in ("speeches", "duplicates") for row in rows(small_out, name)}
    for row in found:
        assert texts[row["b_id"]]["text"].replace("\n", " ").startswith(row["b_begins"])
        assert row["a_sha256"] == texts[row["a_id"]]["raw_sha256"]
        assert row["verdict"] == row["decided"] == ""


@given(st.text(st.sampled_from("=+-@'\t\r水库1"), max_size=6))
def test_no_cell_is_a_formula(text: str) -> None:
    """No cell begins with what a spreadsheet takes for a formula, and what was put before it can be taken away."""
    cell = _cell(text)
    assert not cell.startswith(tuple("=+-@\t\r"))
    assert (cell.removeprefix("'") if cell != text else text) == text


@pytest.mark.parametrize(
    ("encoding", "divider"), [("utf-8-sig", ","), ("utf-8", ";"), ("gb18030", ","), ("gb18030", "\t")]
)
def test_verdicts_come_back(sheet: Path, tmp_path: Path, small_out: Path, encoding: str, divider: str) -> None:
    """Verdicts filled in are appended, whatever Excel saved; taken again they add nothing; another one replaces."""
    found = fill(sheet, put((2, "Same"), (3, " keep  B "), (4, "drop a")), encoding, divider)
    result = review(small_out, tmp_path, "--import", sheet)
    assert result.stdout == f"3 verdicts taken; {tmp_path}/decisions.jsonl\n"
    lines = load(tmp_path / "decisions.jsonl").in_force
    assert [one.verdict for one in lines] == ["same", "keep", "drop"]
    assert lines[1].texts == (found[1]["b_sha256"], found[1]["a_sha256"])
    assert lines[1].ids == (found[1]["b_id"], found[1]["a_id"])
    again = review(small_out, tmp_path, "--import", sheet)
    assert "0 verdicts taken, 3 were known" in again.stdout
    review(small_out, tmp_path, "--export", sheet)
    assert read(sheet)[0]["decided"] == "same"
    fill(sheet, put((2, "unsure"), (3, "undo")))
    review(small_out, tmp_path, "--import", sheet)
    assert [one.verdict for one in load(tmp_path / "decisions.jsonl").in_force] == ["drop", "unsure"]


FAULTS: dict[str, tuple[Change, str]] = {
    "a word": (put((3, "yes"), (2, "same")), "row 3: the verdict 'yes'"),
    "a digest": (lambda found: found[0].update(verdict="same", a_sha256="1.2E+09"), "row 2: a_sha256 is of no text"),
    "two rows": (put((2, "maybe"), (4, "perhaps")), "'maybe', not one of same, different, unsure, undo, keep a"),
    "nothing to undo": (put((2, "undo")), "row 2: undo, and nothing is decided"),
    "said twice": (lambda found: found.extend([found[0] | {"verdict": "same"}, found[0] | {"verdict": "different"}]),
                   "says otherwise of the same"),

}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_name_their_rows(sheet: Path, tmp_path: Path, small_out: Path, fault: str) -> None:
    """One wrong row and nothing is taken; the error names the row."""
    change, said = FAULTS[fault]
    fill(sheet, change)
    result = review(small_out, tmp_path, "--import", sheet)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "decisions.jsonl").exists()


def test_contradictions_name_their_rows_and_lines(sheet: Path, tmp_path: Path, small_out: Path) -> None:
    """A row that contradicts a decision or another row is named with it."""
    fill(sheet, put((2, "keep a")))
    review(small_out, tmp_path, "--import", sheet)
    before = (tmp_path / "decisions.jsonl").read_bytes()
    fill(sheet, put((2, ""), (3, "unsure"), (4, "unsure")))
    rows_of = read(sheet)
    fill(sheet, lambda found: found.append(rows_of[0] | {"verdict": "drop a"}))
    result = review(small_out, tmp_path, "--import", sheet)
    assert result.exit_code == 2
    last = len(rows_of) + 2
    assert f"row {last}: line 1 of {tmp_path}/decisions.jsonl: keep" in result.stderr
    assert f"; row {last}: drop" in result.stderr
    assert (tmp_path / "decisions.jsonl").read_bytes() == before


@pytest.mark.parametrize("text", ["", "verdict,a_id\nsame,x\n", "\x00", '"' * 3, "水" * 200_000])
def test_what_is_no_sheet(tmp_path: Path, small_out: Path, text: str) -> None:
    """A file that is no sheet of ours is one line and exit code 2."""
    (tmp_path / "sheet.csv").write_text(text, "utf-8")
    result = review(small_out, tmp_path, "--import", tmp_path / "sheet.csv")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_wrong_use(tmp_path: Path, small_out: Path) -> None:
    """No result, no file and both options are errors of the caller."""
    assert review(tmp_path, tmp_path, "--export", tmp_path / "x.csv").exit_code == 2
    assert review(small_out, tmp_path, "--import", tmp_path / "none.csv").exit_code == 2
    assert review(small_out, tmp_path, "--export", tmp_path / "none" / "x.csv").exit_code == 2
    assert review(small_out, tmp_path, "--export", tmp_path / "x", "--import", tmp_path / "x").exit_code == 2
