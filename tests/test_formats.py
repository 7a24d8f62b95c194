"""The whole flow on every format: what is packed is cleaned as if it lay open, whatever the workers."""

# ruff: noqa: SIM300 (the expected value stands first)

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from cleaner import pipeline
from cleaner.cli import main
from cleaner.config import Config
from cleaner.engines import local
from cleaner.engines.local import Local
from cleaner.progress import Progress
from cleaner.restore import restore
from cleaner.verify import check
from tests.ingest.packed import tar_of, write, zip_bomb, zip_of
from tests.ingest.test_page import SPEECH, TITLE, site
from tests.ingest.test_tables import delimited, lines, parquet


def speech(n: int) -> str:
    """Return a speech that is like no other: the numbers differ in every sentence."""
    body = [
        f"第{n}组第{i}项工作要在{n + i}月底前完成，投入资金{n * 7 + i}万元，惠及群众{i * n + 3}户。" for i in range(8)
    ]
    return "\n".join([TITLE, SPEECH[0], *body, SPEECH[-1]])


RAW = {
    "a.txt": speech(1).encode("gb18030"),
    "b.txt.gz": gzip.compress(speech(2).encode()),
    "c.html": site("".join(f"<p>{line}</p>" for line in speech(3).splitlines()[1:])).encode(),
    "d.zip": zip_of(
        {"甲/x.txt": speech(4).encode(), "y!.txt": speech(5).encode(), "t.csv": delimited([{"text": speech(6)}])}
    ),
    "e.tgz": tar_of([("x.zip", zip_of({"z.md": speech(7).encode()})), ("/abs.txt", b"x")], "w:gz"),
    "f.jsonl": lines([{"text": speech(i)} for i in range(10, 130)] + [{"text": None}]),
    "f.jsonl (copy).txt": speech(1).encode(),
    "g.parquet": parquet([{"text": speech(i)} for i in range(200, 240)]),
    "h.zip": zip_bomb(1 << 30, beside=speech(8).encode()),
}


def run(raw: Path, out: Path, workers: int = 1) -> dict[str, Any]:
    return pipeline.run(raw, out, Config(), Local(workers), Progress(shown=False))


def tables(out: Path) -> dict[str, bytes]:
    """Return the bytes of every part of every table."""
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.glob("*/part-*.parquet"))}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return RAW with every format and the result of a run."""
    folder = tmp_path_factory.mktemp("formats")
    raw = write(folder / "raw", RAW)
    run(raw, folder / "out")
    return raw, folder / "out"


def test_every_thing_is_a_source(done: tuple[Path, Path]) -> None:
    """Each file, member and row is one row of `sources`, in byte order; those that could not be read say why."""
    rows = pq.read_table(done[1] / "sources").to_pylist()
    names = [row["source"] for row in rows]
    assert sorted(names, key=str.encode) == names
    expected = {"a.txt", "b.txt.gz", "c.html", "d.zip!甲/x.txt", "d.zip!y%21.txt", "d.zip!t.csv!0", "e.tgz!x.zip!z.md"}
    expected |= {"e.tgz!%2Fabs.txt", "f.jsonl (copy).txt", "h.zip!good.txt", "h.zip!zeros.txt"}
    expected |= {f"f.jsonl!{i}" for i in range(121)} | {f"g.parquet!{i}" for i in range(40)}
    assert expected == set(names)
    rejected = {row["source"]: row["reason"] for row in pq.read_table(done[1] / "rejected").to_pylist()}
    assert {
        "e.tgz!%2Fabs.txt": "name-outside",
        "f.jsonl!120": "null-cell",
        "h.zip!zeros.txt": "archive-bomb",
    } == rejected
    texts = pq.read_table(done[1] / "speeches").to_pylist()
    assert speech(3) == next(row["text"] for row in texts if row["source"] == "c.html")
    assert speech(6) == next(row["text"] for row in texts if row["source"] == "d.zip!t.csv!0")


def test_the_tables_do_not_show_the_workers(
    done: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers give byte-identical tables."""
    monkeypatch.setattr(local, "WORTH_TASKS", 0)
    run(done[0], tmp_path / "out", workers=2)
    assert tables(done[1]) == tables(tmp_path / "out")


def test_nothing_is_left_of_the_spools(done: tuple[Path, Path]) -> None:
    """After a run the scratch folder holds no bytes of a container."""
    assert [] == [path.name for path in (done[1] / ".work").iterdir() if path.name not in ("lock", "old", "cache")]


def test_the_result_verifies_and_restores(done: tuple[Path, Path], tmp_path: Path) -> None:
    """Every guarantee holds, and each source is rebuilt below DIR, a folder for each `!`."""
    check(done[1])
    n = restore(done[1], tmp_path / "dir")
    files = {str(path.relative_to(tmp_path / "dir")) for path in (tmp_path / "dir").rglob("*") if path.is_file()}
    assert n == len(files) == 169
    assert {"d.zip!/甲/x.txt", "d.zip!/t.csv!/0", "e.tgz!/x.zip!/z.md", "f.jsonl!/119", "a.txt"} <= files
    assert speech(4) == (tmp_path / "dir" / "d.zip!" / "甲" / "x.txt").read_text("utf-8")


def explained(name: Path | str) -> Any:
    result = CliRunner().invoke(main, ["explain", str(name), "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_explain_takes_what_a_container_holds(done: tuple[Path, Path]) -> None:
    """FILE is any format, FILE!member one member, FILE!row one row; a container alone is all of it."""
    raw = done[0]
    for inner in ("b.txt.gz", "c.html", "d.zip!甲/x.txt", "d.zip!t.csv!0", "d.zip!t.csv", "f.jsonl!7", "g.parquet!39"):
        source = explained(f"{raw}/{inner}")["source"]
        assert source["source"].startswith(inner) and source["status"] == "clean"
    assert ["d.zip!t.csv!0", "d.zip!y%21.txt", "d.zip!甲/x.txt"] == [
        one["source"]["source"] for one in explained(raw / "d.zip")
    ]
    result = CliRunner().invoke(main, ["explain", f"{raw}/d.zip!none.txt"])
    assert 2 == result.exit_code
    assert "nothing of that name in the container" in result.stderr


def test_a_large_table_is_never_held_whole(tmp_path: Path) -> None:
    """A table of 300 MB is cut into entries by a process that takes little more memory than for one of 3 MB."""
    import subprocess
    import sys

    program = """
import resource, sys
from pathlib import Path
from cleaner.config import Input
from cleaner.ingest.read import listing
from cleaner.ingest.unpack import unpacked
raw = Path(sys.argv[1])
entries = unpacked(raw, listing(raw), raw.parent / "spools", Input(), map)
print(len(entries), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    found = []
    for name, n in (("small", 1), ("large", 100)):
        raw = tmp_path / name / "raw"
        raw.mkdir(parents=True)
        row = lines([{"text": "好" * 100_000}])
        with open(raw / "a.jsonl", "wb") as file:
            for _ in range(10 * n):
                file.write(row)
        done = subprocess.run([sys.executable, "-c", program, str(raw)], capture_output=True, text=True, check=True)
        found.append(tuple(map(int, done.stdout.split())))
    assert [10, 1_000] == [n for n, _ in found]
    assert found[1][1] - found[0][1] < 50_000  # kB


def test_a_file_and_a_folder_of_one_name(tmp_path: Path) -> None:
    """An archive may hold a.txt and a.txt/b.txt; both are restored."""
    raw = write(tmp_path / "raw", {"a.zip": zip_of({"a.txt": speech(1).encode(), "a.txt/b.txt": speech(2).encode()})})
    run(raw, tmp_path / "out")
    assert 2 == restore(tmp_path / "out", tmp_path / "dir")
    assert speech(1) == (tmp_path / "dir" / "a.zip!" / "a.txt").read_text("utf-8")
    assert speech(2) == (tmp_path / "dir" / "a.zip!" / "a.txt!!" / "b.txt").read_text("utf-8")
