"""What other people's tools read of a result: real libraries, the folders as they are."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

import cleaner
from cleaner.store.schemas import NAMES, TABLES
from tests.conftest import needed, needed_program

pytestmark = pytest.mark.filterwarnings("default")


def expected(out: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(out / name).to_pylist()
    return rows


KEYS = {"signatures": ("id",)} | {table.name: table.key for table in TABLES}


def keys(rows: Any, name: str) -> list[tuple[Any, ...]]:
    return sorted(tuple(str(row[key]) for key in KEYS[name]) for row in rows)


@pytest.mark.parametrize("name", NAMES)
def test_pandas(sample_out: Path, name: str) -> None:
    """With pandas each folder opens; every column and row is there."""
    frame = pd.read_parquet(sample_out / name)
    rows = expected(sample_out, name)
    assert (len(frame), list(frame.columns)) == (len(rows), list(rows[0]))
    if name == "speeches":
        assert frame["text"].tolist() == [row["text"] for row in rows]
        assert frame["n_duplicates"].sum() == len(expected(sample_out, "duplicates"))


@pytest.mark.parametrize("name", NAMES)
def test_polars(sample_out: Path, name: str) -> None:
    """Polars opens each folder, eagerly and lazily, and gives the same rows."""
    polars = needed("polars")
    rows = expected(sample_out, name)
    assert polars.read_parquet(sample_out / name / "*.parquet").to_dicts() == rows
    assert polars.scan_parquet(sample_out / name).select(polars.len()).collect().item() == len(rows)


@pytest.mark.parametrize("name", NAMES)
def test_duckdb(sample_out: Path, name: str) -> None:
    """DuckDB queries each folder; the audit of a speech is one join away."""
    duckdb = needed("duckdb")
    rows = expected(sample_out, name)
    with duckdb.connect() as connection:
        found = connection.sql(f"SELECT * FROM '{sample_out}/{name}/*.parquet'").to_arrow_table()
        assert found.to_pylist() == rows
        if name == "speeches":
            joined = connection.sql(
                f"SELECT count(*) FROM '{sample_out}/speeches/*.parquet' s JOIN '{sample_out}/duplicates/*.parquet' d "
                "ON d.kept_id = s.id WHERE d.similarity >= 0.6 OR d.containment >= 0.9"
            ).fetchall()
            assert joined == [(len(expected(sample_out, "duplicates")),)]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a Spark session on this machine."""
    sql = needed("pyspark.sql")
    needed_program("java")
    folder = str(tmp_path_factory.mktemp("spark"))
    builder = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.warehouse.dir", folder).config("spark.driver.bindAddress", "127.0.0.1")
    yield (running := session.config("spark.driver.host", "127.0.0.1").getOrCreate())
    running.stop()


@pytest.mark.parametrize("name", NAMES)
def test_spark(sample_out: Path, spark: Any, name: str) -> None:
    """Spark reads each folder with all columns and rows."""
    frame = spark.read.parquet(str(sample_out / name))
    rows = expected(sample_out, name)
    assert frame.columns == list(rows[0])
    assert keys(frame.collect(), name) == keys(rows, name)
    if name == "speeches":
        assert sorted(row.text for row in frame.select("text").collect()) == sorted(row["text"] for row in rows)


def test_datasets(sample_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`datasets.load_dataset(OUT, name)` gives each table by the dataset card; without a name, the speeches."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    datasets = needed("datasets")
    for name in NAMES:
        found = datasets.load_dataset(str(sample_out), name, split="train", cache_dir=str(tmp_path))
        rows = expected(sample_out, name)
        assert (found.num_rows, found.column_names) == (len(rows), list(rows[0]))
    by_default = datasets.load_dataset(str(sample_out), split="train", cache_dir=str(tmp_path))
    assert by_default["text"][:] == [row["text"] for row in expected(sample_out, "speeches")]


def test_datasketch(sample_out: Path) -> None:
    """`load_index` is a datasketch.MinHashLSH: each dropped copy leads to the speech that stays for it."""
    index = cleaner.load_index(sample_out)
    rows = [row for row in expected(sample_out, "duplicates") if row["jaccard"] >= 0.6]
    assert len(rows) >= 5
    for row in rows:
        assert row["kept_id"] in index.query(cleaner.signature(row["text"], out=sample_out))


def test_the_card_says_what_a_reader_must_know(sample_out: Path) -> None:
    """The dataset card has counts, the digest of the rules, the licence to fill in, and limits."""
    card = (sample_out / "README.md").read_text("utf-8")
    assert "license: other  # fill in" in card
    assert "Digest of the rules: `" in card
    assert "## Limits" in card
    assert f"**{len(expected(sample_out, 'speeches')):,}**" in card
    assert os.fspath(sample_out) not in card
