"""The near-duplicate half on any table of texts."""

import bz2
import gzip
import io
import json
import lzma
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import rulepack, texts
from cleaner.cli import main
from cleaner.config import Config, Output
from cleaner.dedup.shingle import flatten
from cleaner.dedup.verify import verify
from cleaner.dedupe import dedupe
from cleaner.engines.local import Local
from cleaner.errors import CleanerError, EngineError, InputError
from cleaner.gather import compared
from cleaner.progress import Progress
from cleaner.store import manifest
from cleaner.store.schemas import SCHEMA_VERSION
from tests.killed import Killed, killed_at_rename

# "This year the county's output grew by 8.5 %, revenue passed 620 million, …", "School has begun, …", "Invest here, …"
A = (
    "同志们：今年以来，全县上下深入贯彻新发展理念，生产总值增长百分之八点五，财政收入突破六点二亿元，"
    "各项事业都取得了新的进步。"
)
A_EDITED = A.replace("新的进步", "长足进步")  # "new progress" becomes "great progress"
A_MASKED = A.replace("八点五", "XX").replace("六点二", "××")
B = "老师们、同学们：秋风送爽，丹桂飘香，我们迎来了新的学期，希望大家珍惜时光，刻苦学习，用优异的成绩回报父母和学校。"
C = "各位来宾：欢迎大家来到美丽的滨海新城参加今天的招商推介会，这里区位优越，交通便利，投资兴业的条件一年比一年好。"
ROWS = [A, B, A_EDITED, A, A_MASKED, None, "……", C]
"""Row 1 and 7 stand alone, 2 to 4 yield to 0 or 2, 5 and 6 have nothing to compare."""

COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda data: pa.compress(data, codec="zstd", asbytes=True),
}


PACK = rulepack.load([rulepack.shipped()])


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test the same pack: to load it takes a second."""
    monkeypatch.setattr(rulepack, "load", lambda *_: PACK)


def invoke(*args: object) -> Result:
    return CliRunner().invoke(main, ["dedupe", *(str(arg) for arg in args)])


def mark(source: Path, out: Path, column: str = "text", **options: Any) -> dict[str, Any]:
    return dedupe(source, out, column, options.pop("config", Config()), Progress(shown=False), **options)


def rows(out: Path, name: str = "texts") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(out / name).to_pylist()
    return found


def table(path: Path, values: list[Any], **columns: Any) -> Path:
    pq.write_table(pa.table({"text": pa.array(values, pa.string())} | columns), path)
    return path


def encoded(kind: str, frame: pa.Table) -> bytes:
    sink = io.BytesIO()
    if kind == ".parquet":
        pq.write_table(frame, sink)
    elif kind in (".csv", ".tsv"):
        options = pyarrow.csv.WriteOptions(delimiter="\t" if kind == ".tsv" else ",")
        pyarrow.csv.write_csv(frame, sink, options)
    else:
        sink.write("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in frame.to_pylist()).encode())
    return sink.getvalue()


def one_line(result: Result) -> str:
    """Return the line on stderr of a command that was used wrongly."""
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("kind", [".parquet", ".jsonl", ".json", ".csv", ".tsv"])
def test_every_format_gives_the_same(tmp_path: Path, kind: str, compression: str) -> None:
    """The same texts have the same fates whatever file they come in."""
    frame = pa.table({"n": list("0123456"), "text": [text for text in ROWS if text is not None]})
    path = tmp_path / f"in{kind}{compression}"
    path.write_bytes(COMPRESSIONS[compression](encoded(kind, frame)))
    mark(path, tmp_path / "out")
    found = rows(tmp_path / "out")
    assert [row["n"] for row in found] == list("0123456")
    assert [row["text"] for row in found] == frame["text"].to_pylist()
    assert [row["kept"] for row in found] == [True, True, False, False, False, True, True]
    assert [row["row"] for row in found] == list(range(7))
    assert rows(tmp_path / "out", "kept") == [row for i, row in enumerate(frame.to_pylist()) if i in (0, 1, 5, 6)]


def test_columns_of_the_tables(tmp_path: Path) -> None:
    """A dropped row names the kept row and the similarity; its survivor's cluster is its own row; others have none."""
    counts = mark(table(tmp_path / "in.parquet", ROWS), tmp_path / "out")["counts"]
    found = rows(tmp_path / "out")
    assert [row["cluster_id"] for row in found] == [0, None, 0, 0, 0, None, None, None]
    assert [row["kept_row"] for row in found] == [None, None, 0, 0, 0, None, None, None]
    assert [row["similarity"] is None for row in found] == [row["kept"] for row in found]
    assert (found[3]["similarity"], found[4]["similarity"]) == (1.0, 1.0)
    assert 0.6 <= found[2]["similarity"] < 1.0
    pairs = rows(tmp_path / "out", "pairs")
    assert [(row["level"], row["a"], row["b"]) for row in pairs] == [
        ("text", 0, 2), ("text", 0, 3), ("text", 0, 4), ("text", 2, 4),
    ]  # fmt: skip
    assert pairs[2]["jaccard"] < pairs[2]["similarity"] == 1.0
    expected = {
        "rows": 8, "null": 1, "empty": 1, "masked": 1, "kept": 5, "dropped": 3, "exact": 1, "near-duplicate": 2,
        "contained": 0, "clusters": 1, "pairs": 4,
    }  # fmt: skip
    assert counts == expected


def test_types_are_carried_through(tmp_path: Path) -> None:
    """Every column of Parquet keeps its name, type, place and values, in `texts` and in `kept`."""
    columns = {
        "label": pa.array(["a", "b", "a"]).dictionary_encode(),
        "small": pa.array([1, None, 3], pa.int8()),
        "when": pa.array([0, 1, None], pa.timestamp("ms", "Asia/Shanghai")),
        "nested": pa.array([{"x": [1]}, None, {"x": []}], pa.struct([("x", pa.list_(pa.int32()))])),
        "money": pa.array([1, 2, 3], pa.int64()).cast(pa.decimal128(21, 2)),
        "nothing": pa.nulls(3),
        "__index_level_0__": pa.array([7, 8, 9]),
    }
    path = table(tmp_path / "in.parquet", [A, B, C], **columns)
    mark(path, tmp_path / "out")
    before = pq.read_table(path)
    kept, marked = pq.read_table(tmp_path / "out" / "kept"), pq.read_table(tmp_path / "out" / "texts")
    assert kept.equals(before)
    assert marked.select(before.column_names).equals(before)
    added = [(field.name, str(field.type)) for field in marked.schema][len(before.column_names) :]
    assert added == [
        ("row", "int64"), ("cluster_id", "int64"), ("kept", "bool"), ("kept_row", "int64"), ("similarity", "double"),
    ]  # fmt: skip
    assert {b"schema_version"} <= set(kept.schema.metadata)


def test_pandas_reads_its_own_frame_back(tmp_path: Path) -> None:
    """What pandas wrote, its index included, pandas reads from `kept`."""
    frame = pd.DataFrame({"text": [A, A, B], "n": pd.array([1, None, 2], "Int64")}, index=["x", "y", "z"])
    frame.to_parquet(tmp_path / "in.parquet")
    mark(tmp_path / "in.parquet", tmp_path / "out")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "kept"), frame.loc[["x", "z"]])


def test_pandas_is_not_loaded(tmp_path: Path) -> None:
    """Neither pandas, which takes longer to load than 20,000 texts to compare, nor numba is imported."""
    given = table(tmp_path / "in.parquet", ROWS)
    mark(given, tmp_path / "first")  # compiles what is not compiled yet
    code = (
        "import sys; from cleaner.cli import main;"
        "main(['dedupe', *sys.argv[1:], '--text', 'text'], standalone_mode=False); print(*sys.modules, sep='\\n')"
    )
    command = [sys.executable, "-c", code, str(given), str(tmp_path / "out"), "--against", str(tmp_path / "first")]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "pyarrow.parquet" in loaded
    assert not {"numba", "pandas", "scipy"} & set(loaded)


def test_cells_of_a_csv_are_strings_as_they_stand(tmp_path: Path) -> None:
    """No cell becomes a number, a date or a null, and no blank or line end inside a cell is lost."""
    cells = ["007", "NA", "", "1e5", " 二 ", "2020-01-01", "true", "a\r\nb", 'say "hi"', "null"]
    lines = [
        "\ufefftext,cell",
        *(f'{text},"{cell.replace(chr(34), chr(34) * 2)}"' for text, cell in zip("abcdefghij", cells, strict=True)),
    ]
    (tmp_path / "in.csv").write_bytes("\r\n".join(lines).encode())
    mark(tmp_path / "in.csv", tmp_path / "out")
    assert [row["cell"] for row in rows(tmp_path / "out", "kept")] == cells


def test_json_lines_of_any_shape(tmp_path: Path) -> None:
    """Keys may come late, be absent, hold lists and objects; integers and decimals meet; blank lines do not count."""
    given = [{"text": A}, {"text": B, "n": 1}, {"n": 2.5, "text": C, "tags": []}, {"tags": ["新"], "meta": {"x": 1}}]
    filler = [{"text": str(i)} for i in range(texts.GROUP_ROWS)]
    last = [{"meta": {"y": "2020-01-01"}, "late": True, "text": None}]
    lines = [json.dumps(row, ensure_ascii=False) for row in given + filler + last]
    (tmp_path / "in.jsonl").write_text("\ufeff" + "\n\n".join(lines), "utf-8")
    mark(tmp_path / "in.jsonl", tmp_path / "out")
    found = rows(tmp_path / "out")
    assert [row["n"] for row in found[:4]] == [None, 1.0, 2.5, None]
    assert [row["tags"] for row in found[:4]] == [None, None, [], ["新"]]
    assert found[3]["meta"] == {"x": 1, "y": None}
    assert (found[-1]["meta"], found[-1]["late"]) == ({"x": None, "y": "2020-01-01"}, True)
    assert len(found) == texts.GROUP_ROWS + 5


def test_a_folder_is_one_table(tmp_path: Path) -> None:
    """The parts of a folder are read in order of their names; rows are numbered through."""
    (tmp_path / "in").mkdir()
    table(tmp_path / "in" / "part-1.parquet", [C, A])
    table(tmp_path / "in" / "part-0.parquet", [A, B])
    table(tmp_path / "in" / "_part-2.parquet", [B])
    mark(tmp_path / "in", tmp_path / "out")
    found = rows(tmp_path / "out")
    assert [(row["text"], row["kept"]) for row in found] == [(A, True), (B, True), (C, True), (A, False)]


def test_parts_and_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row groups and parts are cut by the number of rows, however the rows came; a second run gives the same bytes."""
    monkeypatch.setattr(texts, "GROUP_ROWS", 4)
    monkeypatch.setattr(texts, "PART_ROWS", 8)
    values = [f"第{i}号文件" for i in range(21)]  # "document no. i"
    table(tmp_path / "in.parquet", values)
    (tmp_path / "in").mkdir()
    for i, cut in enumerate((values[:1], values[1:12], values[12:])):
        table(tmp_path / "in" / f"{i}.parquet", cut)
    digests = [mark(tmp_path / name, tmp_path / name / "out")["digests"]["tables"] for name in ("in",)]
    digests += [mark(tmp_path / "in.parquet", tmp_path / f"out{i}")["digests"]["tables"] for i in range(2)]
    assert digests[0] == digests[1] == digests[2]
    files = [pq.ParquetFile(tmp_path / "out0" / "texts" / f"part-0000{i}.parquet") for i in range(3)]
    assert [[file.metadata.row_group(g).num_rows for g in range(file.num_row_groups)] for file in files] == [
        [4, 4], [4, 4], [4, 1],
    ]  # fmt: skip


def test_workers_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Placeholders that two processes find are those that this one finds: all tables are the same, byte for byte."""
    source = table(tmp_path / "in.parquet", ROWS * 3)
    monkeypatch.setattr(texts, "READ_ROWS", 1)
    here = mark(source, tmp_path / "here")
    there = mark(source, tmp_path / "there", engine=Local(2))
    assert here["counts"]["masked"] == 3
    assert there["counts"] == here["counts"]
    assert there["digests"] == here["digests"]


def test_no_row_at_all(tmp_path: Path) -> None:
    """A table without rows gives tables without rows."""
    mark(table(tmp_path / "in.parquet", []), tmp_path / "out")
    assert (rows(tmp_path / "out"), rows(tmp_path / "out", "kept"), rows(tmp_path / "out", "pairs")) == ([], [], [])


pieces = st.sampled_from([A, B, C, A_MASKED, A_EDITED, B.replace("珍惜", "××"), C[:30], "XX县", "", "！"])
corpora = st.lists(st.lists(pieces, min_size=1, max_size=3).map("".join), min_size=1, max_size=12)


@settings(max_examples=15, deadline=None, derandomize=True)  # the bands find 999 of 1,000, not all
@given(given_texts=corpora, prior=st.none() | corpora)
def test_the_rule_holds_by_brute_force(
    tmp_path_factory: pytest.TempPathFactory, given_texts: list[str], prior: list[str] | None
) -> None:
    """Each dropped row is verified against its own kept text; no kept row is at τ with another one or with PRIOR."""
    folder = tmp_path_factory.mktemp("brute")
    against = None if prior is None else table(folder / "prior.parquet", prior)
    counts = mark(table(folder / "in.parquet", given_texts), folder / "out", against=against)["counts"]
    found = rows(folder / "out")
    every = [*given_texts, *(prior or [])]
    forms = [compared(text, PACK, Config())[0].codes for text in every]
    codes, offsets = flatten(forms)
    a, b = np.triu_indices(len(every), 1)
    pairs = verify(codes, offsets, a.astype(np.int64), b.astype(np.int64), 5, 0.0, 2.0)
    value, plain = {}, {}
    for i in range(len(a)):
        same = len(forms[a[i]]) and forms[a[i]].tobytes() == forms[b[i]].tobytes()
        key = (int(a[i]), int(b[i]))
        value[key] = value[key[::-1]] = 1.0 if same else float(pairs.similarity[i])
        plain[key] = plain[key[::-1]] = 1.0 if same else float(pairs.jaccard[i])
    n = len(given_texts)
    for row in found:
        if row["kept"]:
            assert row["kept_row"] is None
        else:
            to = row["kept_row"] if row["kept_row"] is not None else n + int(row["prior"])
            assert value[row["row"], to] == pytest.approx(row["similarity"])
            assert row["similarity"] >= 0.6
            assert to >= n or found[to]["kept"]
    stays = [row["row"] for row in found if row["kept"]]
    for x in stays:
        assert all(min(value[x, y], plain[x, y]) < 0.6 for y in (*stays, *range(n, len(every))) if x != y)
    assert counts["kept"] == len(stays)


def test_containment_only_when_asked_for(tmp_path: Path) -> None:
    """An excerpt stays unless --containment is given."""
    path = table(tmp_path / "in.parquet", [A + "\n" + B + "\n" + C, B])
    assert mark(path, tmp_path / "out")["counts"]["dropped"] == 0
    assert mark(path, tmp_path / "out2", containment=0.9)["counts"]["contained"] == 1


def test_threshold(tmp_path: Path) -> None:
    """τ decides; under the floor it takes the floor with it; no other value than one in (0, 1] is taken."""
    path = table(tmp_path / "in.parquet", [A, A_EDITED])
    assert mark(path, tmp_path / "out", threshold=0.99)["counts"]["dropped"] == 0
    described = mark(path, tmp_path / "out", threshold=0.2)
    assert described["counts"]["dropped"] == 1
    assert described["config"]["dedup"]["floor"] == 0.2
    for wrong in ("0", "1.1", "nan"):
        assert "dedup.threshold" in one_line(invoke(path, tmp_path / "out", "--text", "text", "--threshold", wrong))


def test_against_a_table(tmp_path: Path) -> None:
    """A row like any text of PRIOR is marked with it, before rows are held against rows; PRIOR has no row here."""
    prior = table(tmp_path / "prior.parquet", [B, A_EDITED, A], id=["b", None, "a"])
    described = mark(table(tmp_path / "in.parquet", [C, A, A_MASKED, C, None]), tmp_path / "out", against=prior)
    found = rows(tmp_path / "out")
    assert [row["prior"] for row in found] == [None, "a", "a", None, None]
    assert [row["kept"] for row in found] == [True, False, False, False, True]
    assert [row["kept_row"] for row in found] == [None, None, None, 0, None]
    assert [row["cluster_id"] for row in found] == [0, None, None, 0, None]
    assert [row["similarity"] for row in found] == [None, 1.0, 1.0, 1.0, None]
    assert (described["counts"]["prior"], described["counts"]["prior_rows"], described["counts"]["rows"]) == (2, 3, 5)
    assert [(row["a"], row["b"]) for row in rows(tmp_path / "out", "pairs")] == [(0, 3), (1, 2)]


def test_against_a_prior_whose_texts_are_alike(tmp_path: Path) -> None:
    """A text of PRIOR that another one of PRIOR would drop still marks what is like it."""
    chain = [A, A.replace("深入贯彻新发展理念", "紧紧围绕中心工作任务"), ""]
    chain[2] = chain[1].replace("各项事业都取得了新的进步", "人民群众生活又有了较大改善")
    mark(table(tmp_path / "one.parquet", [chain[0], chain[2]]), tmp_path / "apart", threshold=0.5)
    assert all(row["kept"] for row in rows(tmp_path / "apart"))
    prior = table(tmp_path / "prior.parquet", chain[:2])
    mark(table(tmp_path / "in.parquet", [chain[2]]), tmp_path / "out", threshold=0.5, against=prior)
    assert [row["prior"] for row in rows(tmp_path / "out")] == ["1"]


def test_a_masked_prior_spares_real_words(tmp_path: Path) -> None:
    """A masked text of PRIOR does not take a real one away; the count says so."""
    masked = A_MASKED.replace("新发展", "×××")  # plain Jaccard 0.59
    prior = table(tmp_path / "prior.parquet", [masked])
    counts = mark(table(tmp_path / "in.parquet", [A, A]), tmp_path / "out", against=prior)["counts"]
    assert (counts["prior"], counts["spared_by_masks"], counts["kept"]) == (0, 2, 1)
    counts = mark(prior, tmp_path / "out", against=table(tmp_path / "real.parquet", [A]))["counts"]
    assert (counts["prior"], counts["spared_by_masks"], counts["kept"]) == (1, 0, 0)


def test_against_a_finished_result(tmp_path: Path, sample_out: Path) -> None:
    """The result of a run stands for its kept speeches, that of dedupe for its kept rows."""
    speeches = pq.read_table(sample_out / "speeches", columns=["id", "text"]).to_pylist()
    path = table(tmp_path / "in.parquet", [speeches[0]["text"], C, speeches[5]["text"] + "谢谢"])
    mark(path, tmp_path / "out", against=sample_out)
    assert [row["prior"] for row in rows(tmp_path / "out")] == [speeches[0]["id"], None, speeches[5]["id"]]
    pq.write_table(pa.table({"words": [B, C]}), tmp_path / "other.parquet")
    mark(tmp_path / "other.parquet", tmp_path / "before", "words")
    mark(path, tmp_path / "out", against=tmp_path / "before")
    assert [row["prior"] for row in rows(tmp_path / "out")] == [None, "1", None]


def test_columns_that_are_taken(tmp_path: Path) -> None:
    """A column that dedupe adds, or no column of texts: an error that says what to do."""
    path = table(tmp_path / "in.parquet", [A], kept=[True])
    assert "rename it, for example to kept_before" in one_line(invoke(path, tmp_path / "out", "--text", "text"))
    path = table(tmp_path / "in.parquet", [A], prior=["x"], n=[1])
    assert invoke(path, tmp_path / "out", "--text", "text").exit_code == 0
    line = one_line(invoke(path, tmp_path / "out2", "--text", "text", "--against", path))
    assert "prior_before" in line
    assert "one of text, prior, n" in one_line(invoke(path, tmp_path / "out2", "--text", "txet"))
    assert "of type int64; expected strings" in one_line(invoke(path, tmp_path / "out2", "--text", "n"))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("in.jsonl", b'{"text": "a"}\n{"text": \n', "in.jsonl:2: found"),
        ("in.jsonl", b'[{"text": "a"}]', "in.jsonl:1: found a JSON list"),
        ("in.jsonl", b'{"text": "\xc4\xe3"}', "in.jsonl:1: found"),
        ("in.jsonl", b'{"text": "a", "n": 1}\n{"n": "x"}', "column 'n'"),
        ("in.jsonl", b'{"text": "\\ud800"}', "column 'text'"),
        ("in.jsonl", b"", "no column 'text'"),
        ("in.csv", "text\n你好".encode("gb18030"), "UTF-8"),
        ("in.csv", b"text,n\na\n", "Expected 2 columns"),
        ("in.csv", b"text,text\na,b\n", "two columns 'text'"),
        ("in.csv", b"", "an empty file"),
        ("in.csv.gz", gzip.compress(b"text\n" + A.encode() * 99)[:-9], "in.csv.gz: found"),
        ("in.jsonl.zst", b"nonsense", "in.jsonl.zst: found"),
        ("in.jsonl.xz", lzma.compress(b'{"text": "a"}')[:-8], "in.jsonl.xz: found"),
        ("in.parquet", b"PAR1", "in.parquet: found"),
        ("in.docx", b"", ".parquet .jsonl .json .csv .tsv"),
        ("in", b"", "ends in nothing"),
    ],
)
def test_input_that_cannot_be_read(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    """One line that names the file and the fault; nothing is written in its place."""
    (tmp_path / name).write_bytes(data)
    assert said in one_line(invoke(tmp_path / name, tmp_path / "out", "--text", "text"))
    assert not (tmp_path / "out" / "texts").exists()


def test_input_that_is_not_there(tmp_path: Path) -> None:
    """No file, an empty folder, PRIOR that is not there: OUT is not even made."""
    path = table(tmp_path / "in.parquet", [A])
    (tmp_path / "empty").mkdir()
    for args in ([tmp_path / "none", tmp_path / "out"], [tmp_path / "empty", tmp_path / "out"]):
        one_line(invoke(*args, "--text", "text"))
    one_line(invoke(path, tmp_path / "out", "--text", "text", "--against", tmp_path / "none"))
    assert not (tmp_path / "out").exists()


def test_results_are_not_mixed(tmp_path: Path, sample_out: Path, run: Callable[..., Any]) -> None:
    """A result of one command is not overwritten by another, nor read as one of another."""
    path = table(tmp_path / "in.parquet", [A, B])
    assert "the result of cleaner run" in one_line(invoke(path, sample_out, "--text", "text"))
    mark(path, tmp_path / "out")
    (tmp_path / "raw").mkdir()
    with pytest.raises(InputError, match="the result of cleaner dedupe"):
        run(tmp_path / "raw", tmp_path / "out")
    with pytest.raises(InputError, match="the result of cleaner dedupe"):
        manifest.read(tmp_path / "out")
    assert "inside OUT" in one_line(invoke(tmp_path / "out" / "kept", tmp_path / "out", "--text", "text"))


def test_a_failed_run_leaves_the_old_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Input that changes while it is read, or a full disk: the last result stays."""
    path = table(tmp_path / "in.parquet", [A, B])
    mark(path, tmp_path / "out")
    before = (tmp_path / "out" / "manifest.json").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(EngineError, match="No space left"):
        patched.setattr(texts.Writer, "write", full)
        mark(path, tmp_path / "out")
    read = texts.batches

    def changing(files: Any, schema: Any = None) -> Any:
        if schema is not None:
            table(path, [B, A])
        return read(files, schema)

    monkeypatch.setattr(texts, "batches", changing)
    with pytest.raises(InputError, match="changed while it was read"):
        mark(path, tmp_path / "out")
    assert (tmp_path / "out" / "manifest.json").read_bytes() == before
    assert len(rows(tmp_path / "out")) == 2


@pytest.mark.parametrize("moment", range(12))
def test_a_commit_killed_at_any_rename(tmp_path: Path, moment: int) -> None:
    """Whatever rename it dies before, the next command finds the old result or completes the new one."""
    path = table(tmp_path / "in.parquet", [A, B])
    mark(path, tmp_path / "out")
    table(path, [A, B, C])
    with pytest.raises(Killed) if moment < 11 else nullcontext(), killed_at_rename(moment):
        mark(path, tmp_path / "out")
    manifest.recover(tmp_path / "out")
    n = manifest.read(tmp_path / "out", "dedupe")["counts"]["rows"]
    assert n == (2 if moment == 0 else 3)
    assert (len(rows(tmp_path / "out")), len(rows(tmp_path / "out", "kept"))) == (n, n)


def test_the_page_is_safe(tmp_path: Path) -> None:
    """Texts, names and parameters are escaped; the page loads nothing and can be left out."""
    path = table(tmp_path / "<b>.parquet", ["<script>alert(1)</script>" + A, "<script>alert(2)</script>" + A])
    mark(path, tmp_path / "out")
    page = (tmp_path / "out" / "report" / "index.html").read_text("utf-8")
    assert "<script" not in page
    assert "<b>" not in page
    assert "<del>1</del><ins>2</ins>" in page
    assert not re.search(r"https?://|src=", page)
    mark(path, tmp_path / "bare", config=Config(output=Output(report=False)))
    assert not (tmp_path / "bare" / "report").exists()


def test_the_command(tmp_path: Path) -> None:
    """The summary is six lines; --json prints the manifest; settings come from --config."""
    path = table(tmp_path / "in.parquet", ROWS)
    result = invoke(path, tmp_path / "out", "--text", "text", "--against", path)
    assert (result.exit_code, result.stderr, len(result.stdout.splitlines())) == (0, "", 6)
    assert max(map(len, result.stdout.splitlines())) <= 200
    (tmp_path / "own.toml").write_text("[dedup]\nthreshold = 0.99\n", "utf-8")
    result = invoke(path, tmp_path / "out", "--text", "text", "--config", tmp_path / "own.toml", "--json")
    described = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert json.loads(result.stdout) | {"schema_version": SCHEMA_VERSION} == described
    assert described["counts"]["dropped"] == 2
    with pytest.raises(CleanerError):
        mark(path, tmp_path / "in.parquet")
