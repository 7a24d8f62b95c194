"""Decisions in a whole run: honoured, stored, reported when stale, and held against the result by `verify`."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from cleaner import pipeline
from cleaner.clean import sha256
from cleaner.cli import main
from cleaner.config import Config, Dedup, Paragraphs
from cleaner.decisions import Decision, Decisions, append, load
from cleaner.engines.local import Local
from cleaner.errors import AuditError
from cleaner.progress import Progress
from cleaner.verify import check
from tests.test_pipeline import digests
from tests.test_verify import tamper

Rows = dict[str, dict[str, Any]]
WHEN = "2026-01-31T08:00:00Z"


def prose(seed: int, n_sentences: int = 6) -> list[str]:
    """Return paragraphs of made-up words, no two of one corpus alike."""
    words = random.Random(seed)
    chars = "改革发展水库农业工作会议精神落实群众服务项目建设安全生产教育医疗道路"
    return ["".join(words.choices(chars, k=words.randint(24, 40))) + "。" for _ in range(n_sentences)]


BASE, NEAR, OTHER, THIRD = prose(1), [*prose(1)[:5], prose(2)[0]], prose(3), prose(4)
FILES = {
    "a.txt": BASE,  # the survivor of a and b
    "b.txt": NEAR,
    "c.txt": OTHER,
    "d.txt": THIRD,
    "e.txt": [line.replace("。", "！") for line in OTHER],  # c with other punctuation
}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    for name, paragraphs in FILES.items():
        (folder / name).write_text("\n".join(paragraphs) + "\n", "utf-8")
    return folder


def name_of(text: str) -> str:
    """Return the sha256 by which a speech of the files is known."""
    return sha256("\n".join(FILES[f"{text}.txt"]))


def decide(verdict: str, texts: str, line: int = 1) -> Decision:
    return Decision(line, "李", WHEN, verdict, "speech", tuple(map(name_of, texts)), tuple(f"{t}.txt#0" for t in texts))


def run(raw: Path, out: Path, *lines: Decision, config: Config | None = None) -> tuple[Rows, dict[str, Any]]:
    """Run, verify, and return the speeches, kept and dropped, and the manifest."""
    described = pipeline.run(
        raw, out, config or Config(), Local(1), Progress(shown=False), Decisions.of("decisions", lines)
    )
    check(out)
    found = {row["id"]: row for name in ("speeches", "duplicates") for row in rows(out, name)}
    return found, described


def rows(out: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(out / name).to_pylist()
    return found


def fates(found: Rows) -> dict[str, tuple[str | None, str] | None]:
    return {name[0]: (row["kept_id"], row["reason"]) if "kept_id" in row else None for name, row in found.items()}


BARE = {"a": None, "b": ("a.txt#0", "near-duplicate"), "c": None, "d": None, "e": ("c.txt#0", "exact")}


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("", {}),
        ("unsure cd", {}),
        ("same cd", {"c": ("d.txt#0", "decision"), "d": None, "e": ("d.txt#0", "decision")}),
        ("same ab", {}),
        ("different ab", {"b": None}),
        ("different ce", {"e": None}),
        ("keep ba", {"a": ("b.txt#0", "near-duplicate"), "b": None}),
        ("keep cd", {"d": ("c.txt#0", "decision")}),
        ("drop d", {"d": (None, "decision")}),
        ("drop a", {"a": ("b.txt#0", "near-duplicate"), "b": None}),
        ("drop c", {"c": ("e.txt#0", "exact"), "e": None}),
    ],
)
def test_each_verdict_is_honoured(raw: Path, tmp_path: Path, said: str, changed: dict[str, Any]) -> None:
    """A run does what the verdict says and nothing else, and the result verifies."""
    found, described = run(raw, tmp_path / "out", *([decide(*said.split())] if said else []))
    longest = max("cd", key=lambda t: len("".join(FILES[f"{t}.txt"])))
    if said == "same cd" and longest == "c":
        changed = {"c": None, "d": ("c.txt#0", "decision"), "e": ("c.txt#0", "exact")}
    assert fates(found) == BARE | changed
    counts = described["counts"]["speeches"]
    assert counts["found"] == 5 == counts["kept"] + counts["dropped"]
    assert counts["decision"] == sum(fate is not None and fate[1] == "decision" for fate in fates(found).values())
    assert described["decisions"]["stale"] == 0


def test_a_linked_speech_has_exact_values_under_the_floor(raw: Path, tmp_path: Path) -> None:
    """The values of a speech that goes by a link are exact, and its pair is published."""
    found, _ = run(raw, tmp_path / "out", decide("keep", "cd"))
    row = found["d.txt#0"]
    assert row["similarity"] == row["jaccard"] < 0.4
    pair = next(pair for pair in rows(tmp_path / "out", "pairs") if {pair["a"], pair["b"]} == {"c.txt#0", "d.txt#0"})
    assert [pair[name] for name in ("similarity", "jaccard", "containment")] == [
        row[name] for name in ("similarity", "jaccard", "containment")
    ]


def test_a_speech_dropped_for_none_is_in_duplicates(raw: Path, tmp_path: Path) -> None:
    """It has no kept speech, no cluster and no values, and the source can still be rebuilt."""
    found, _ = run(raw, tmp_path / "out", decide("drop", "d"))
    columns = ("kept_id", "cluster_id", "similarity", "jaccard", "containment")
    assert [found["d.txt#0"][column] for column in columns] == [None] * 5
    assert "d.txt#0" not in {row["speech_id"] for row in rows(tmp_path / "out", "paragraphs")}


def test_copies_to_the_character_share_a_decision(raw: Path, tmp_path: Path) -> None:
    """A decision concerns every speech that has the text, in whichever source."""
    (raw / "z.txt").write_bytes((raw / "d.txt").read_bytes())
    found, _ = run(raw, tmp_path / "out", decide("drop", "d"))
    assert [found[f"{name}.txt#0"]["reason"] for name in "dz"] == ["decision"] * 2
    found, _ = run(raw, tmp_path / "out", decide("keep", "cd"))
    assert [found[f"{name}.txt#0"]["kept_id"] for name in "dz"] == ["c.txt#0"] * 2


def test_stale_decisions_are_told(raw: Path, tmp_path: Path) -> None:
    """Decisions on texts that changed or are gone change nothing, and are told apart and listed."""
    lines = [decide("different", "ab", 1), decide("keep", "cd", 2), decide("drop", "d", 3)]
    (raw / "b.txt").write_text("\n".join(BASE[:5]) + "\n", "utf-8")
    (raw / "d.txt").unlink()
    _, described = run(raw, tmp_path / "out", *lines[:2])
    assert described["decisions"]["stale"] == 2
    assert [(one["line"], one["id"], one["now"]) for one in described["decisions"]["stale_texts"]] == [
        (1, "b.txt#0", "changed"), (2, "d.txt#0", "gone"),
    ]  # fmt: skip
    plain, _ = run(raw, tmp_path / "plain")
    again, _ = run(raw, tmp_path / "out", lines[0], lines[2])
    assert again == plain


def test_unrelated_decisions_change_no_table(raw: Path, tmp_path: Path) -> None:
    """With decisions on other corpora, and in any order of lines, the tables are the same to the byte."""
    lines = [decide("different", "ab", 1), decide("keep", "cd", 2)]
    other = [
        Decision(n, "", WHEN, v, "speech", (f"{n:064x}", "f" * 64), ("x", "y")) for n, v in ((3, "same"), (4, "keep"))
    ]
    run(raw, tmp_path / "one", *lines)
    run(raw, tmp_path / "two", *other, *lines[::-1])
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


RESERVOIR = "各乡镇要在本月底以前把水库除险加固的工程资料全部整理完毕并且送交县水利局审查备案存档，"
"""Every township hands in the papers on its reservoir repairs by the end of the month."""
PARAGRAPHS = {
    "p.txt": [*prose(11, 5), RESERVOIR + "不得延误。"],
    "q.txt": [*prose(12, 5), RESERVOIR + "不得拖延。"],
    "r.txt": [*prose(13, 5), "县医院要把门诊楼的改造工程抓紧抓实，方便群众就近看病，减轻基层的压力，提高服务的水平。"],
}


@pytest.mark.parametrize(
    ("verdict", "texts", "gone"),
    [
        ("unsure", "pq", {"q": "p"}),
        ("different", "pq", {}),
        ("keep", "qp", {"p": "q"}),
        ("same", "pr", {"q": "p", "r": "p"}),
        ("same", "qr", {"q": "p", "r": "p"}),
    ],
)
def test_paragraphs(tmp_path: Path, verdict: str, texts: str, gone: dict[str, str]) -> None:
    """Verdicts on paragraphs decide which of them are marked as repeated, and are verified."""
    (tmp_path / "raw").mkdir()
    for name, paragraphs in PARAGRAPHS.items():
        (tmp_path / "raw" / name).write_text("\n".join(paragraphs) + "\n", "utf-8")
    last = {name[0]: paragraphs[-1] for name, paragraphs in PARAGRAPHS.items()}
    one = Decision(
        1, "", WHEN, verdict, "paragraph", tuple(sha256(last[t]) for t in texts), tuple(f"{t}.txt#0/5" for t in texts)
    )
    config = Config(dedup=Dedup(keep=("first",)), paragraphs=Paragraphs(min_chars=30))
    _, described = run(tmp_path / "raw", tmp_path / "out", one, config=config)
    found = {row["id"][0]: row["kept_id"][0] for row in rows(tmp_path / "out", "paragraphs") if not row["kept"]}
    assert found == gone
    assert described["decisions"]["stale"] == 0


CHANGES: dict[str, tuple[str, Callable[[list[dict[str, Any]]], None]]] = {
    "a decided drop without a reason": ("duplicates", lambda rows: rows[-1].update(reason="near-duplicate")),
    "another kept speech": ("duplicates", lambda rows: rows[-1].update(kept_id="a.txt#0", cluster_id="a.txt#0")),
    "values that are not exact": ("duplicates", lambda rows: rows[-1].update(similarity=0.7)),
    "the pair gone": ("pairs", lambda rows: rows.remove(min(rows, key=lambda row: row["similarity"]))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_verify_sees_a_changed_fate(raw: Path, tmp_path: Path, change: str) -> None:
    """A row that says something else than the decisions and values do fails."""
    run(raw, tmp_path / "out", decide("keep", "cd"), decide("different", "ce", 2))
    name, how = CHANGES[change]
    if name == "duplicates":
        assert rows(tmp_path / "out", name)[-1]["id"] == "d.txt#0"
    tamper(tmp_path / "out", name, how)
    with pytest.raises(AuditError, match=name):
        check(tmp_path / "out")


def test_verify_sees_changed_decisions(raw: Path, tmp_path: Path) -> None:
    """The decisions of a result are part of it: a line taken out fails, with its digest made to match too."""
    out = tmp_path / "out"
    run(raw, out, decide("keep", "cd"), decide("different", "ab", 2))
    path = out / "decisions.jsonl"
    path.write_text(path.read_text("utf-8").splitlines(keepends=True)[0], "utf-8")
    with pytest.raises(AuditError, match=r"decisions\.jsonl: found decisions of"):
        check(out)
    described = json.loads((out / "manifest.json").read_text("utf-8"))
    described["digests"]["decisions"] = load(path).digest
    (out / "manifest.json").write_text(json.dumps(described), "utf-8")
    with pytest.raises(AuditError, match=r"a\.txt#0 with cluster_id None"):
        check(out)
    path.unlink()
    with pytest.raises(AuditError, match="sha256 None"):
        check(out)


def test_the_file_below_the_working_folder_is_taken(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --decisions a run honours review/decisions.jsonl if there is one; a file named must be there."""
    monkeypatch.chdir(tmp_path)
    append(Path("review/decisions.jsonl"), decide("drop", "d"))
    append(Path("other.jsonl"), decide("drop", "c"))
    invoke = lambda *args: CliRunner().invoke(main, ["run", "raw", "out", *args])  # noqa: E731
    result = invoke()
    assert "decisions              1   in force" in result.stdout
    assert "1 decision" in result.stdout
    said = json.loads(invoke("--decisions", "other.jsonl", "--json").stdout)
    assert said["digests"]["decisions"] == load(Path("other.jsonl")).digest
    result = invoke("--decisions", "none.jsonl")
    assert (result.exit_code, "none.jsonl: found" in result.stderr) == (2, True)
    (tmp_path / "review" / "decisions.jsonl").unlink()
    assert "decisions" not in invoke().stdout
    assert not (tmp_path / "out" / "decisions.jsonl").exists()
    (tmp_path / "raw" / "d.txt").unlink()
    append(Path("review/decisions.jsonl"), decide("drop", "d"))
    assert "line 1: drop d.txt#0: its text is gone" in invoke().stdout
