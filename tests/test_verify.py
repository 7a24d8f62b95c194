"""What `verify` must find: nothing on a good result, the first thing that is wrong on any other."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaner.errors import AuditError, CleanerError, InputError
from cleaner.store import schemas, tables
from cleaner.verify import check

Change = Callable[[list[dict[str, Any]]], None]


@pytest.fixture
def out(tmp_path: Path, small_out: Path) -> Path:
    return shutil.copytree(small_out, tmp_path / "out")


def tamper(out: Path, name: str, change: Change) -> None:
    """Change rows of a table and make the digests and counts match."""
    path = out / name / "part-00000.parquet"
    schema = pq.read_schema(path)
    rows = pq.read_table(path).to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema), path, compression="zstd")
    described = json.loads((out / "manifest.json").read_text("utf-8"))
    described["digests"]["tables"][name]["part-00000.parquet"] = tables.file_digest(path)
    described["counts"]["rows"][name] = len(rows)
    (out / "manifest.json").write_text(json.dumps(described, ensure_ascii=False), "utf-8")


def test_a_good_result_passes(small_out: Path) -> None:
    """A result that nobody touched holds all guarantees."""
    assert check(small_out).rows["duplicates"] >= 5


@pytest.mark.parametrize("name", schemas.NAMES)
def test_one_changed_byte(out: Path, name: str) -> None:
    """One byte changed in any table is found, and the table named."""
    path = out / name / "part-00000.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(AuditError, match=f"{name}/part-00000"):
        check(out)


def first(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    return next(row for row in rows if all(row[key] == value for key, value in wanted.items()))


def set_to(column: str, value: Any, **wanted: Any) -> Change:
    def change(rows: list[dict[str, Any]]) -> None:
        row = first(rows, **wanted)
        row[column] = value(row[column]) if callable(value) else value

    return change


def other_kept(rows: list[dict[str, Any]]) -> None:
    row = first(rows, reason="near-duplicate")
    row["kept_id"] = row["cluster_id"] = next(r["kept_id"] for r in rows if r["kept_id"] != row["kept_id"])


def drop_supporting_pair(rows: list[dict[str, Any]]) -> None:
    rows.remove(
        max(
            (row for row in rows if row["level"] == "speech" and row["similarity"] < 1),
            key=lambda row: row["similarity"],
        )
    )


def turn_signature(rows: list[dict[str, Any]]) -> None:
    rows[0]["signature"] = [rows[0]["signature"][0] ^ 1, *rows[0]["signature"][1:]]


def swap_sources(rows: list[dict[str, Any]]) -> None:
    rows[0], rows[1] = rows[1], rows[0]


CHANGES: list[tuple[str, str, Change]] = [
    ("duplicates", "kept_id of another cluster", other_kept),
    ("duplicates", "similarity", set_to("similarity", lambda v: v - 0.01, reason="near-duplicate")),
    ("duplicates", "jaccard", set_to("jaccard", lambda v: v + 1e-9, reason="near-duplicate")),
    ("duplicates", "containment", set_to("containment", 0.5, reason="near-duplicate")),
    ("duplicates", "reason", set_to("reason", "contained", reason="near-duplicate")),
    ("duplicates", "text", set_to("text", lambda v: v + "水")),
    ("speeches", "text", set_to("text", lambda v: v.replace("，", ",", 1))),
    ("speeches", "title", set_to("title", None)),
    ("speeches", "raw_sha256", set_to("raw_sha256", "0" * 64)),
    ("speeches", "n_placeholders", set_to("n_placeholders", lambda v: v + 1)),
    ("speeches", "n_duplicates", set_to("n_duplicates", lambda v: v + 1)),
    ("speeches", "cluster_id", lambda rows: rows[0].update(cluster_id=rows[1]["id"])),
    ("speeches", "start", set_to("start", lambda v: v + 1)),
    ("edits", "inserted", set_to("inserted", "水", stage="placeholder")),
    ("edits", "removed", set_to("removed", "水", stage="placeholder")),
    ("edits", "rule", set_to("rule", "icp-record", stage="header")),
    ("edits", "kind", set_to("kind", "name", kind="number")),
    ("edits", "a row gone", lambda rows: rows.pop(5)),
    ("pairs", "similarity", set_to("similarity", 0.7, level="speech")),
    ("pairs", "jaccard", set_to("jaccard", lambda v: v - 1e-9, level="speech")),
    ("pairs", "a supporting pair gone", drop_supporting_pair),
    ("pairs", "an id", set_to("a", "nowhere.txt#0", level="speech")),
    ("paragraphs", "text", set_to("text", lambda v: v + "水")),
    ("paragraphs", "kept", set_to("kept", False)),
    ("paragraphs", "a row gone", lambda rows: rows.pop(3)),
    ("signatures", "a value", turn_signature),
    ("sources", "n_chars", set_to("n_chars", 1)),
    ("sources", "decoded_sha256", set_to("decoded_sha256", "0" * 64)),
    ("sources", "n_speeches", set_to("n_speeches", lambda v: v + 1)),
    ("sources", "order", swap_sources),
    ("rejected", "text", lambda rows: first(rows, reason="too-short").update(text="水库")),
]


@pytest.mark.parametrize(
    ("name", "change"), [(name, change) for name, _, change in CHANGES], ids=[f"{a}-{b}" for a, b, _ in CHANGES]
)
def test_a_changed_row(out: Path, name: str, change: Change) -> None:
    """A row that no longer says the truth is found although digests and counts were made to match."""
    tamper(out, name, change)
    with pytest.raises(CleanerError):
        check(out)


def test_a_dropped_speech_put_back(out: Path) -> None:
    """Two kept speeches that are a pair at τ are found."""
    moved: list[dict[str, Any]] = []
    tamper(out, "duplicates", lambda rows: moved.append(rows.pop(0)))
    row = {key: value for key, value in moved[0].items() if key in schemas.SPEECHES.schema.names}
    tamper(
        out,
        "speeches",
        lambda rows: (rows.append(row), rows.sort(key=lambda r: (r["source"].encode(), r["ordinal"])))[0],
    )
    with pytest.raises(AuditError, match="kept"):
        check(out)


def test_no_result_is_the_callers_mistake(tmp_path: Path) -> None:
    """A folder without a manifest is no result."""
    with pytest.raises(InputError, match="manifest"):
        check(tmp_path)


def test_a_missing_part(out: Path) -> None:
    """A part that is gone is named."""
    (out / "edits" / "part-00000.parquet").unlink()
    with pytest.raises(CleanerError, match="edits"):
        check(out)
