"""Input made to break a run: it costs the run no more CPU and memory than stands here, and takes nothing along.

The full sizes are tried by `make torture`; `make test` tries hundredths of what takes minutes.
"""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from cleaner.store import schemas, tables
from cleaner.verify import check
from tests.conftest import ROOT

CLEANER = Path(sys.executable).parent / "cleaner"
SPEECH = "\n".join(
    f"第{i}项工作，要认真学习领会会议精神，结合本地实际抓好贯彻落实，确保取得实效。" for i in range(9)
)  # "Item n: study the spirit of the meeting with care, carry it out as local conditions ask, see that it works."
FULL, SAMPLE = 100_000, 1_000
SLACK_MB = 150
"""By how much the peaks of two equal runs differ."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took: CPU of all its processes, and the memory of the largest one."""

    seconds: float
    megabytes: float


def cost(raw: Path, out: Path) -> Cost:
    """Clean RAW, with one good speech put into it, in a process of its own; it must succeed and verify."""
    (raw / "good.txt").write_text(SPEECH, "utf-8")
    # What a process held when it began another counts as the other's: here a small one begins it.
    command = (sys.executable, "-S", "-m", "bench.alone", CLEANER, "run", raw, out, "--workers", "1")
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    _, seconds, megabytes = map(float, done.stdout.split()[-3:])
    check(out)
    sources = {row["source"]: row["status"] for row in tables.read_rows(out / "sources", schemas.SOURCES.schema)}
    assert sources["good.txt"] == "clean"
    return Cost(seconds, megabytes)


def reasons(out: Path) -> Counter[str]:
    return Counter(row["reason"] for row in tables.read_rows(out / "rejected", schemas.REJECTED.schema))


def counts(out: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((out / "manifest.json").read_text("utf-8"))["counts"]["speeches"]
    return found


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Cost:
    """Return what a run over the good speech alone takes, once its kernels are compiled."""
    folder = tmp_path_factory.mktemp("plain")
    (folder / "raw").mkdir()
    cost(folder / "raw", folder / "first")
    return cost(folder / "raw", folder / "out")


def test_a_sparse_file_of_ten_gigabytes(raw: Path, tmp_path: Path, plain: Cost) -> None:
    """It is `too-large` by its size, and not read."""
    (raw / "sparse.txt").touch()
    os.truncate(raw / "sparse.txt", 10 * 2**30)
    found = cost(raw, tmp_path / "out")
    assert reasons(tmp_path / "out") == {"too-large": 1}
    assert (found.seconds < plain.seconds + 2, found.megabytes < plain.megabytes + SLACK_MB) == (True, True), found


def test_a_line_of_a_hundred_megabytes(raw: Path, tmp_path: Path, plain: Cost) -> None:
    """It is `line-too-long`, after it was read once."""
    (raw / "line.txt").write_bytes("水".encode() * (100_000_000 // 3))
    found = cost(raw, tmp_path / "out")
    assert reasons(tmp_path / "out") == {"line-too-long": 1}
    assert (found.seconds < plain.seconds + 10, found.megabytes < plain.megabytes + 1000) == (True, True), found


@pytest.mark.torture("n_files", (FULL,), (SAMPLE,))
def test_empty_files(raw: Path, tmp_path: Path, plain: Cost, n_files: int) -> None:
    """Each is a row of `rejected`, and takes at most a millisecond and 2 kB."""
    for i in range(n_files):
        path = raw / f"{i // 1000:03d}" / f"{i:06d}.txt"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = cost(raw, tmp_path / "out")
    assert reasons(tmp_path / "out") == {"empty": n_files}
    assert found.seconds < plain.seconds + n_files / 1000 + 2, found
    assert found.megabytes < plain.megabytes + n_files * 2 / 1024 + SLACK_MB, found


@pytest.mark.torture("n_files", (FULL,), (SAMPLE,))
def test_copies_of_one_file(raw: Path, tmp_path: Path, plain: Cost, n_files: int) -> None:
    """One stays, each other one is its exact copy, and none is compared with another."""
    for i in range(n_files):
        path = raw / f"{i // 1000:03d}" / f"{i:06d}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(SPEECH, "utf-8")
    found = cost(raw, tmp_path / "out")
    kept_and_dropped = counts(tmp_path / "out")
    assert (kept_and_dropped["kept"], kept_and_dropped["dropped"]) == (1, n_files)
    assert found.seconds < plain.seconds + n_files / 100 + 2, found
    assert found.megabytes < plain.megabytes + n_files * 10 / 1024 + 100, found


MARKS = {
    "one letter": "水" + "\u0301" * 500_000,
    "in turn": "\u0301\u0323" * 250_000,
    "Hangul": "가\u1161\u11a8" * 150_000,
    "accents": "e\u0301\u0323" * 150_000,
    "expanding": "\ufdfa" * 200_000,
}


@pytest.mark.parametrize("text", MARKS.values(), ids=MARKS)
def test_combining_marks(raw: Path, tmp_path: Path, plain: Cost, text: str) -> None:
    """A megabyte of marks on one letter, on none, or of letters that marks turn into others, costs seconds at most."""
    (raw / "marks.txt").write_text(SPEECH + "\n" + text + "\n", "utf-8")
    found = cost(raw, tmp_path / "out")
    assert found.seconds < plain.seconds + 15, found
    assert found.megabytes < plain.megabytes + 500, found


def test_what_is_no_character(raw: Path, tmp_path: Path, plain: Cost) -> None:
    """Surrogates, in bytes and in JSON, and U+0000 stop nothing; what of them is text is rebuilt from the audit."""
    (raw / "surrogates.txt").write_bytes(SPEECH.encode() + b"\xed\xa0\x80\xed\xb0\x80" + SPEECH.encode())
    (raw / "cells.jsonl").write_text(
        "".join(
            '{"text": "' + SPEECH.replace("\n", "\\n") + sign + '"}\n' for sign in ("\\ud800", "\\u0000", "\\udc00x")
        ),
        "utf-8",
    )
    (raw / "null.txt").write_text(SPEECH.replace("，", "\0"), "utf-8")
    (raw / "null-16.txt").write_bytes(("\ufeff" + SPEECH + "\0").encode("utf-16-le"))
    found = cost(raw, tmp_path / "out")
    assert found.seconds < plain.seconds + 3, found
    sources = [row["source"] for row in tables.read_rows(tmp_path / "out" / "sources", schemas.SOURCES.schema)]
    assert len(sources) == 7


def near_copies(folder: Path, n: int) -> None:
    """Write n copies of one speech of 600 characters, each with three characters changed."""
    chance = random.Random(1)
    alphabet = [chr(code) for code in range(0x4E00, 0x8000)]
    speech = ["".join(chance.choices(alphabet, k=100)) for _ in range(6)]
    for i in range(n):
        text = list("。\n".join(speech))
        for _ in range(3):
            text[chance.randrange(len(text))] = chance.choice(alphabet)
        (folder / f"{i:06d}.txt").write_text("".join(text), "utf-8")


@pytest.mark.torture("n", (20_000,), (600,))
def test_one_bucket_that_holds_everything(raw: Path, tmp_path: Path, plain: Cost, n: int) -> None:
    """Near copies of one text are compared with those that stay, not each with each."""
    near_copies(raw, n)
    found = cost(raw, tmp_path / "out")
    sketch = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["sketch"]
    assert counts(tmp_path / "out")["kept"] < 1 + n / 100
    assert sketch["speeches"]["n_verified"] < 120 * n
    assert found.seconds < plain.seconds + n / 20, (found, sketch)
    assert found.megabytes < plain.megabytes + n * 100 / 1024 + 200, found
