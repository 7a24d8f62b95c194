"""The whole flow on the sample, on hostile input and on the real files."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from cleaner import rulepack
from cleaner.clean import clean_source
from cleaner.config import Config, Dedup, Input, Paragraphs, Placeholders
from cleaner.errors import InputError
from cleaner.ingest.read import listing, read
from cleaner.store import tables
from cleaner.verify import check
from tests import goldscore
from tests.conftest import ROOT, SAMPLE, SHARED
from tests.results import digests

Run = Callable[..., dict[str, Any]]


def rows(out: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(out / name).to_pylist()
    return found


def test_runs_cannot_be_told_apart(tmp_path: Path, sample_out: Path, run: Run) -> None:
    """A second run gives byte-identical tables."""
    run(SAMPLE, tmp_path / "again")
    assert digests(sample_out) == digests(tmp_path / "again")


@pytest.mark.parametrize("workers", [1, 2])
def test_shards_and_workers_cannot_be_seen(
    tmp_path: Path, sample_out: Path, run: Run, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """Shards of one source each, in one process or two, give the tables of one shard."""
    monkeypatch.setattr("cleaner.pipeline.TASK_SOURCES", 1)
    monkeypatch.setattr("cleaner.pipeline.SHARD_SOURCES", 1)
    run(SAMPLE, tmp_path / "out", workers=workers)
    assert digests(sample_out) == digests(tmp_path / "out")


def test_the_sample_holds_its_guarantees(sample_out: Path) -> None:
    """`verify` passes on the sample and has cleaned it again."""
    checked = check(sample_out)
    assert (checked.cleaned_again, checked.estimated_recall) == (True, 1.0)


def test_golden(sample_out: Path, request: pytest.FixtureRequest) -> None:
    """The sample gives the speeches, duplicates and counts that were looked at and found right."""
    described = json.loads((sample_out / "manifest.json").read_text("utf-8"))
    found = {
        "counts": {
            name: described["counts"][name] for name in ("sources", "encodings", "rejected", "speeches", "stages")
        },
        "speeches": {
            row["id"]: [row["title"], row["n_chars"], row["n_duplicates"]] for row in rows(sample_out, "speeches")
        },
        "duplicates": {
            row["id"]: [row["kept_id"], row["reason"], round(row["similarity"], 4)]
            for row in rows(sample_out, "duplicates")
        },
    }
    path = ROOT / "tests" / "golden.json"
    if request.config.getoption("--update-golden"):
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert json.loads(path.read_text("utf-8")) == found


@pytest.fixture(scope="module")
def score() -> goldscore.Score:
    """Hold the sample against its gold."""
    pack = rulepack.load([rulepack.shipped()])
    entries = {entry.source: entry for entry in listing(SAMPLE)}
    total = goldscore.Score()
    for gold in goldscore.gold_files(ROOT / "tests" / "gold"):
        goldscore.add(total, gold, clean_source(read(SAMPLE, entries[gold["source"]], Input()), pack, Config()))
    return total


FLOORS = json.loads((ROOT / "tests" / "floors.json").read_text("utf-8"))["sample"]
"""What the scores on the gold of the sample may not fall under, and the digest of that data."""


def test_the_data_behind_the_floors() -> None:
    """The floors are those of this very sample and gold: a change of the data is seen in review beside its scores."""
    digest = hashlib.sha256()
    for folder in (SAMPLE, ROOT / "tests" / "gold"):
        for path in sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.as_posix()):
            digest.update(f"{path.relative_to(ROOT).as_posix()}\0{tables.file_digest(path)}\n".encode())
    assert FLOORS["sha256"] == digest.hexdigest(), (
        "the data changed: look at the scores, then set sha256 in floors.json"
    )


@pytest.mark.parametrize(("part", "whole", "floor"), FLOORS["ratios"])
def test_gold(score: goldscore.Score, part: str, whole: str, floor: float) -> None:
    """Precision and recall on the hand-made gold of the sample do not fall."""
    assert score.ratio(part, whole) >= floor, score.faults


def test_no_character_of_a_speech_is_lost(score: goldscore.Score) -> None:
    """Nothing of a body is removed, and no trap is taken for junk or a mask."""
    assert (score.counts["body lost"], score.counts["traps lost"]) == (0, 0), score.faults


def test_families(sample_out: Path) -> None:
    """Copies of one speech end in one cluster, excerpts with their whole, and no two different speeches in one."""
    known = json.loads((ROOT / "tests" / "gold" / "families.json").read_text("utf-8"))
    kept = {row["id"]: row["id"] for row in rows(sample_out, "speeches")}
    kept |= {row["id"]: row["kept_id"] for row in rows(sample_out, "duplicates")}
    name = lambda member: f"{member['source']}#{member['ordinal']}"  # noqa: E731
    for family, members in known["families"].items():
        assert len({kept[name(member)] for member in members}) == 1, family
    for excerpt in known["excerpts"]:
        wholes = {kept[name(whole)] for whole in known["families"][excerpt["excerpt_of"]]}
        assert kept[name(excerpt)] in wholes
    for a, b in known["different"]:
        assert kept[name(a)] != kept[name(b)]


@pytest.mark.parametrize("policy", ["mask", "keep"])
def test_policies_change_texts_and_nothing_else(tmp_path: Path, sample_out: Path, run: Run, policy: str) -> None:
    """Under every policy the same pairs are found and the same speeches stay, and the result verifies."""
    run(SAMPLE, tmp_path / "out", Config(placeholders=Placeholders(policy=policy)))
    check(tmp_path / "out")
    assert rows(sample_out, "pairs") == rows(tmp_path / "out", "pairs")
    same = ("id", "start", "end", "raw_sha256", "n_placeholders", "cluster_id")
    for name in ("speeches", "duplicates"):
        first, second = (
            [[row[key] for key in same] for row in rows(out, name)] for out in (sample_out, tmp_path / "out")
        )
        assert first == second
    assert rows(sample_out, "signatures") == rows(tmp_path / "out", "signatures")


def test_repeated_paragraphs_can_be_cut(tmp_path: Path, sample_out: Path, run: Run) -> None:
    """With action = drop a repeated paragraph leaves the later text, its copy stays, and the audit still holds."""
    short = Paragraphs(action="drop", threshold=0.5, min_chars=10)
    run(SAMPLE, tmp_path / "out", Config(paragraphs=short, dedup=replace(Dedup(), threshold=0.95, containment=1.0)))
    check(tmp_path / "out")
    edits = [row for row in rows(tmp_path / "out", "edits") if row["stage"] == "paragraph-dedup"]
    gone = [row for row in rows(tmp_path / "out", "paragraphs") if not row["kept"]]
    assert len(gone) > 10
    assert edits
    texts = {row["id"]: row["text"].split("\n") for row in rows(tmp_path / "out", "speeches")}
    counts = Counter(row["speech_id"] for row in rows(tmp_path / "out", "paragraphs") if row["kept"])
    assert {name: len(lines) for name, lines in texts.items() if counts[name]} == dict(counts)


def test_a_repeated_paragraph_is_cut_where_nothing_else_was(tmp_path: Path, run: Run) -> None:
    """A text that no rule touched and whose source no edit names loses its repeated paragraph like any other."""
    lines = [f"第{i}，要把水库安全摆在突出位置，严格落实责任，加强巡查值守。" for i in "一二三四五六"]  # "keep it safe"
    (tmp_path / "raw").mkdir()
    for name, own in (
        ("a", "春天的工作已经全面展开，各项准备基本就绪。"),
        ("b", "秋收之后我们还要抓好冬修水利这件大事。"),
    ):
        others = [f"{line}{own}{i}" for i, line in enumerate(lines)]
        (tmp_path / "raw" / f"{name}.txt").write_text("\n".join([lines[0], *others]), "utf-8")
    run(tmp_path / "raw", tmp_path / "out", Config(paragraphs=Paragraphs(action="drop", min_chars=10)))
    check(tmp_path / "out")
    assert {row["stage"] for row in rows(tmp_path / "out", "edits")} == {"paragraph-dedup"}


def hostile(folder: Path) -> None:
    """Put into `folder` what runs meet in the wild."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "noise.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "empty.txt").write_bytes(b"")
    (folder / "blank.txt").write_text("\n\u3000\n", "utf-8")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    (folder / "lost.txt").write_text("\ufffd" * 770 + "今天召开会议研究水库" * 23, "utf-8")
    (folder / "kun.txt").write_text("锟斤拷" * 300 + "水库", "utf-8")
    (folder / "huge.txt").write_text("水" * 17_000_000, "utf-8")
    (folder / "odd.bin").write_bytes(b"\x01\x02")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "out.txt").symlink_to("/etc/hostname")
    (folder / "self").symlink_to(".")
    os.mkfifo(folder / "pipe.txt")
    (Path(os.fsencode(folder).decode()) / os.fsdecode(b"\xff\xfe.txt")).write_text("水", "utf-8")


EXPECTED = {
    "blank.txt": "empty", "empty.txt": "empty", "huge.txt": "line-too-long", "kun.txt": "beyond-repair",
    "loop.txt": "symlink-loop", "lost.txt": "beyond-repair", "noise.txt": "binary", "odd.bin": "unsupported-format",
    "out.txt": "symlink-outside", "picture.txt": "binary", "pipe.txt": "special-file", "self": "symlink-to-folder",
    "\\xff\\xfe.txt (not UTF-8)": "name-not-utf8",
}  # fmt: skip


def test_hostile_input_costs_nothing_else(tmp_path: Path, run: Run) -> None:
    """Each bad file is a row of `rejected` with its reason; the rows of the good ones are those of a run without it."""
    shutil.copytree(SAMPLE / "gongwen-wu", tmp_path / "good" / "gongwen-wu")
    shutil.copytree(tmp_path / "good", tmp_path / "both")
    hostile(tmp_path / "both" / "bad")
    run(tmp_path / "good", tmp_path / "out1")
    run(tmp_path / "both", tmp_path / "out2")
    check(tmp_path / "out2")
    found = {row["source"].removeprefix("bad/"): row["reason"] for row in rows(tmp_path / "out2", "rejected")}
    assert {name: reason for name, reason in found.items() if name in EXPECTED} == EXPECTED
    for name in ("speeches", "duplicates", "paragraphs", "pairs", "edits", "signatures"):
        first, second = (
            [row for row in rows(out, name) if not str(row).startswith("{'source': 'bad/")]
            for out in (tmp_path / "out1", tmp_path / "out2")
        )
        assert first == second, name
    everything = {row["source"] for row in rows(tmp_path / "out2", "sources")}
    assert {f"bad/{name}" for name in EXPECTED} <= everything


def test_a_user_who_may_not_read(tmp_path: Path) -> None:
    """A file and a folder without permission are rejected, tried as a user whom permissions bind."""
    shutil.copytree(SAMPLE / "gongwen-wu", tmp_path / "raw" / "site")
    (tmp_path / "raw" / "secret.txt").write_text("水库", "utf-8")
    (tmp_path / "raw" / "secret.txt").chmod(0)
    (tmp_path / "raw" / "closed").mkdir(mode=0)
    command = [str(Path(sys.executable).parent / "cleaner"), "run", str(tmp_path / "raw"), str(tmp_path / "out")]
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("setpriv is absent: root may read everything")
        caps = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={caps}", f"--inh-caps={caps}", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (tmp_path / "raw" / "closed").chmod(0o700)
    assert (done.returncode, done.stderr) == (0, "")
    reasons = {row["source"]: row["reason"] for row in rows(tmp_path / "out", "rejected")}
    assert reasons == {"closed": "no-permission", "secret.txt": "no-permission"}


def test_an_empty_folder_is_an_empty_corpus(tmp_path: Path, run: Run) -> None:
    """A folder without files gives empty tables that verify."""
    (tmp_path / "raw").mkdir()
    run(tmp_path / "raw", tmp_path / "out")
    assert set(check(tmp_path / "out").rows.values()) == {0}


def test_an_empty_folder_replaces_no_corpus(tmp_path: Path, run: Run) -> None:
    """RAW without a file, as a disk that is not mounted has none, is refused where a corpus stands in OUT."""
    shutil.copytree(SAMPLE / "gongwen-wu", tmp_path / "raw")
    run(tmp_path / "raw", tmp_path / "out")
    before = digests(tmp_path / "out")
    shutil.rmtree(tmp_path / "raw")
    (tmp_path / "raw").mkdir()
    with pytest.raises(InputError, match="no file at all"):
        run(tmp_path / "raw", tmp_path / "out")
    assert digests(tmp_path / "out") == before


def test_out_inside_raw_is_refused(tmp_path: Path, run: Run) -> None:
    """OUT below RAW would be read by the next run."""
    (tmp_path / "raw").mkdir()
    with pytest.raises(InputError, match="OUT inside RAW"):
        run(tmp_path / "raw", tmp_path / "raw" / "out")


def test_a_failed_run_leaves_the_old_result(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that dies while it writes leaves the last result as it was, and the next one completes."""
    shutil.copytree(SAMPLE / "gongwen-wu", tmp_path / "raw")
    run(tmp_path / "raw", tmp_path / "out")
    before = digests(tmp_path / "out")
    (tmp_path / "raw" / "1187.txt").unlink()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("cleaner.pipeline.report.write", full)
        with pytest.raises(Exception, match="No space left"):
            run(tmp_path / "raw", tmp_path / "out")
    assert before == digests(tmp_path / "out")
    run(tmp_path / "raw", tmp_path / "out")
    assert before != digests(tmp_path / "out")


def test_the_real_files_are_clean(tmp_path: Path, seeds: Path, run: Run) -> None:
    """On the real files the audit holds and precision and recall are what they were."""
    run(seeds / "raw", tmp_path / "out")
    check(tmp_path / "out")
    tool = [sys.executable, str(SHARED / "tools" / "score.py")]
    done = subprocess.run(
        [*tool, str(tmp_path / "out"), str(seeds / "raw"), str(seeds / "gold"), "--json"],
        capture_output=True,
        check=True,
    )
    total = json.loads(done.stdout)["total"]
    ratios = {
        name: total[name][0] / max(1, total[name][1])
        for name in ("boilerplate", "ph_recall", "ph_precision", "br_recall", "br_precision")
    }
    assert ratios == dict.fromkeys(ratios, 1.0)
    assert (total["body_loss"][0], total["titles_left"], total["speeches"], total["speeches_given"]) == (
        0,
        1.0,
        [7, 7],
        7,
    )
