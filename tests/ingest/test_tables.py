"""Tests of `cleaner.ingest.tables`: each row is a source, whatever writes it; a broken one costs itself."""

# ruff: noqa: SIM300 (the expected value stands first)

import csv
import gzip
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.config import Input
from cleaner.ingest.tables import Cell, cells
from tests.ingest.packed import tar_of, zip_of
from tests.ingest.test_unpack import contents

TEXTS = ("同志们，大家好。", "各位代表：\n今天开会，\r\n“讨论”报告。", "谢谢大家！\t,\"'")
"""Comrades, good day. / Deputies: today we meet and discuss the report. / Thanks!"""
ROWS = [{"id": i, "title": "讲话", "content": text} for i, text in enumerate(TEXTS)]


def parquet(rows: list[dict[str, Any]], **options: Any) -> bytes:
    """Return rows as Parquet."""
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out, **options)
    return out.getvalue()


def lines(rows: list[Any]) -> bytes:
    """Return rows as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def delimited(rows: list[dict[str, Any]], delimiter: str = ",") -> bytes:
    """Return rows as CSV."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


TABLES = {
    "a.jsonl": lines(ROWS),
    "lines.json": lines(ROWS),
    "array.json": json.dumps(ROWS, ensure_ascii=False).encode(),
    "indented.json": json.dumps(ROWS, ensure_ascii=False, indent=1).encode(),
    "escaped.json": json.dumps(ROWS).encode(),
    "a.csv": delimited(ROWS),
    "a.tsv": delimited(ROWS, "\t"),
    "a.parquet": parquet(ROWS),
    "dictionary.parquet": parquet(ROWS, use_dictionary=True, row_group_size=2),
    "a.jsonl.gz": gzip.compress(lines(ROWS)),
    "a.parquet.gz": gzip.compress(parquet(ROWS)),
    "bom.csv": b"\xef\xbb\xbf" + delimited(ROWS),
    "gbk.csv": delimited(ROWS).decode().encode("gbk"),
    "gbk.jsonl": lines(ROWS).decode().encode("gb18030"),
    "utf-16.csv": delimited(ROWS).decode().encode("utf-16"),
    "utf-16.json": json.dumps(ROWS, ensure_ascii=False).encode("utf-16"),
    "big5.tsv": delimited([{"text": "各位來賓，今天我們在這裡召開會議。"}], "\t").decode().encode("big5"),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_gives_its_texts(tmp_path: Path, name: str) -> None:
    """The column with the most Chinese is found, and its cells are sources `path!row`, exactly as they stand."""
    expected = TEXTS if name != "big5.tsv" else ("各位來賓，今天我們在這裡召開會議。",)
    found = contents(tmp_path, {f"d/{name}": TABLES[name]})
    assert {f"d/{name}!{row}": text.encode() for row, text in enumerate(expected)} == found


def test_a_table_in_an_archive(tmp_path: Path) -> None:
    """A table in an archive gives sources `path!member!row`."""
    files = {
        "a.zip": zip_of({"t.parquet": parquet(ROWS[:1])}),
        "b.tgz": tar_of([("d/t.csv", delimited(ROWS[:1]))], "w:gz"),
    }
    text = TEXTS[0].encode()
    assert {"a.zip!t.parquet!0": text, "b.tgz!d/t.csv!0": text} == contents(tmp_path, files)


def test_rows_stand_in_byte_order_and_count_from_0(tmp_path: Path) -> None:
    """Row 10 of a table stands before row 2, as their names do; each holds its own text."""
    rows = [{"text": f"第{i}次会议"} for i in range(25)]
    found = contents(tmp_path, {"a.jsonl": lines(rows)})
    assert ["a.jsonl!0", "a.jsonl!1", "a.jsonl!10", "a.jsonl!11"] == list(found)[:4]
    assert {f"a.jsonl!{i}": row["text"].encode() for i, row in enumerate(rows)} == found


BROKEN = {
    "a.jsonl": (
        b'{"text": "\xe5\xa5\xbd"}\n\n{"text": \n["x"]\n{"text": null}\n{"n": 1}\n{"text": 7}\n{"text": "\\ud800"}\n'
        b'{"text": "\xff\xe5\xa5\xbd\xe7\x9a\x84"}\n{"text": "\xe5\xa5\xbd"}'
    ),
    "a.csv": ('\ufefftext,n\n好,1\n好\n"好,2\n好,3\n好,4,5\n\n"好"的,6\n"好\n的",7\n,8\n"好,9\n'.encode()),
}


def test_a_broken_row_costs_only_itself(tmp_path: Path) -> None:
    """Lines that are no object, missing and wrong values, open quotes and wrong fields are a row with a reason each."""
    good = "好".encode()
    assert [
        good, "broken-row", "broken-row", "null-cell", "null-cell", "cell-not-text", "\ufffd".encode(),
        "\ufffd好的".encode(), good,
    ] == list(contents(tmp_path, {"a.jsonl": BROKEN["a.jsonl"]}).values())  # fmt: skip
    found = contents(tmp_path / "csv", {"a.csv": BROKEN["a.csv"]})
    assert {
        0: good, 1: "broken-row", 2: "broken-row", 3: good, 4: "broken-row", 5: "broken-row", 6: "好\n的".encode(),
        7: b"", 8: "broken-row",
    } == {int(name.partition("!")[2]): value for name, value in found.items()}  # fmt: skip


def test_a_json_array_that_breaks_off(tmp_path: Path) -> None:
    """The objects before the break are read; one row says that the rest is not."""
    data = json.dumps(ROWS).encode()
    found = contents(tmp_path, {"a.json": data[: len(data) - 20], "b.json": b'[{"text": "\xe5\xa5\xbd"}, oops]'})
    assert [TEXTS[0].encode(), TEXTS[1].encode(), "broken-row", "好".encode(), "broken-row"] == list(found.values())


def test_deep_nesting_costs_no_more_than_its_bytes(tmp_path: Path) -> None:
    """A value nested a hundred thousand deep ends the reading of its file, in the memory of a small one."""
    depth = 100_000
    nested = b'{"text": ' + b"[" * depth + b"]" * depth + b"}"
    files = {"a.json": b"[" * depth, "b.json": b"[" + nested + b"]", "c.jsonl": nested, "d.jsonl": b"[" * depth}
    tracemalloc.start()
    assert ["broken-row"] * 4 == list(contents(tmp_path, files).values())
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


WITHOUT = {
    "no Chinese": (lines([{"a": "x", "b": 1}]), "no-text-column"),
    "rivals": (lines([{"raw": "同志们大家好", "clean": "同志们大家好"}]), "ambiguous-text-column"),
    "no rows": (b"", "empty"),
    "broken rows only": (b"{\n", "broken-row"),
}


@pytest.mark.parametrize("case", WITHOUT)
def test_a_table_without_a_clear_column(tmp_path: Path, case: str) -> None:
    """A table of which nobody can say where its text is, is one row that says what to do."""
    data, reason = WITHOUT[case]
    assert [reason] == list(contents(tmp_path, {"a.jsonl": data}).values())


def test_the_column_is_named(tmp_path: Path) -> None:
    """`input.text` settles it; a table without that column is a row."""
    data = lines([{"raw": "同志们大家好", "clean": "大家好"}])
    files = {
        "a.jsonl": data,
        "b.csv": delimited(ROWS),
        "c.parquet": parquet([{"clean": "好"}]),
        "d.parquet": parquet(ROWS),
    }
    found = contents(tmp_path, files, Input(text="clean"))
    good = {"a.jsonl!0": "大家好".encode(), "c.parquet!0": "好".encode()}
    assert good | {"b.csv": "no-text-column", "d.parquet": "no-text-column"} == found


def test_broken_parquet(tmp_path: Path) -> None:
    """A file that is no Parquet is `broken-table`; a row group that cannot be read costs its own rows."""
    whole = parquet(
        [{"text": text * 50} for text in TEXTS * 20], row_group_size=20, compression="NONE", use_dictionary=False
    )
    places = [pq.ParquetFile(io.BytesIO(whole)).metadata.row_group(i).column(0).data_page_offset for i in range(3)]
    hurt = bytearray(whole)
    hurt[places[1] : places[1] + 8] = b"\xff" * 8
    found = contents(tmp_path, {"a.parquet": bytes(hurt), "b.parquet": whole[:-9], "c.parquet": b"PAR1" * 9})
    assert ["broken-table"] * 2 == [found["b.parquet"], found["c.parquet"]]
    assert "broken-row" == found["a.parquet!20"]
    assert 41 == sum(name.startswith("a.parquet!") for name in found)


def test_a_cut_table_keeps_what_came_before(tmp_path: Path) -> None:
    """A compressed table that ends too early is its rows so far, and a row that says so."""
    packed = gzip.compress(lines([{"text": f"第{i}次会议{hash(str(i))}"} for i in range(3_000)]))
    found = contents(tmp_path, {"a.jsonl.gz": packed[: len(packed) // 2]})
    assert "truncated" == found.pop("a.jsonl.gz")
    assert 1_000 < len(found) < 2_000
    assert found["a.jsonl.gz!0"] == f"第0次会议{hash('0')}".encode()


def test_a_row_over_the_limit_costs_itself(tmp_path: Path) -> None:
    """A line or a cell over max_bytes is a row, and the rows beside it are read."""
    long = "好" * 200
    rows = [{"text": "好"}, {"text": long}, {"text": "的"}]
    limits = Input(max_bytes=300)
    for name, data in {"a.jsonl": lines(rows), "b.csv": delimited(rows), "c.parquet": parquet(rows)}.items():
        values = list(contents(tmp_path / name, {name: data}, limits).values())
        assert ["好".encode(), "too-large", "的".encode()] == values
    endless = lines([{"text": long * 9}]).rstrip(b"\n") + b"\n" + lines(rows[:1])
    assert ["broken-row", "好".encode()] == list(contents(tmp_path / "d", {"d.jsonl": endless}, limits).values())


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.text("好的,\"\n\r\t '", max_size=6), st.text('a好"\n', max_size=4)), min_size=1, max_size=8)
)
def test_what_csv_writes_is_read(rows: list[tuple[str, str]]) -> None:
    """Every text that a CSV can hold comes back, quotes, commas and line ends included."""
    data = delimited([{"text": text, "other": other} for text, other in rows])
    found = list(cells(io.BytesIO(data), ".csv", "text", 1_000))
    assert [Cell(i, text) for i, (text, _) in enumerate(rows)] == found


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([".csv", ".tsv", ".jsonl", ".json"]), st.sampled_from(["text", ""]))
def test_any_bytes_are_a_table_or_a_reason(data: bytes, suffix: str, column: str) -> None:
    """No bytes make a reader of tables raise anything but its own error."""
    from cleaner.errors import ReadError

    try:
        for cell in cells(io.BytesIO(b'{"text": "\xe5\xa5\xbd"}\n' + data), suffix, column, 100):
            assert (cell.text is None) == (cell.reason is not None)
    except ReadError as error:
        assert error.reason and error.detail
