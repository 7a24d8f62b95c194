"""What `import cleaner` gives."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import cleaner
from cleaner import api
from cleaner.config import Config
from cleaner.errors import ConfigError, InputError
from cleaner.store.schemas import NAMES
from tests.conftest import SAMPLE

PAGE = "来源：某某文秘网\n\n在水库加固动员会上的讲话\n\n同志们：\n今年要加固水库××座，投资X万元，确保安全度汛。\n"
SPEECH = "在水库加固动员会上的讲话\n同志们：\n今年要加固水库座，投资万元，确保安全度汛。"  # "reinforce X reservoirs"


def test_a_text_is_cleaned() -> None:
    """A header line and the placeholders go, the speech stays; nothing is set aside for being short."""
    assert cleaner.clean_text(PAGE) == SPEECH
    assert [cleaner.clean_text(text) for text in ("", "谢谢大家。")] == ["", "谢谢大家。"]


def test_texts_are_cleaned_as_files_are(sample_out: Path) -> None:
    """Of a file with one speech, clean_text gives the text of the run."""
    rows = pq.read_table(sample_out / "speeches", columns=["source", "text"]).to_pandas()
    counts = pq.read_table(sample_out / "sources", columns=["source", "n_speeches", "encoding"]).to_pandas()
    alone = counts[(counts["n_speeches"] == 1) & (counts["encoding"] == "utf-8")].merge(rows, on="source")
    assert len(alone) >= 10
    for row in alone.itertuples():
        assert cleaner.clean_text((SAMPLE / str(row.source)).read_bytes().decode("utf-8-sig")) == row.text


def test_a_series_gives_a_series() -> None:
    """Index, name and missing values stay; the rows are those of single texts."""
    texts = pd.Series([PAGE, None, "谢谢大家。"], index=["a", "a", "b"], name="text")
    cleaned = cleaner.clean_text(texts)
    assert cleaned.isna().tolist() == [False, True, False]
    assert (cleaned.name, cleaned.index.tolist(), cleaned.iloc[0]) == ("text", ["a", "a", "b"], SPEECH)


def test_explain_names_every_change() -> None:
    """The rows of a text rebuild its cleaning; of a Series each carries the label of its text."""
    rows = cleaner.explain(PAGE)
    assert list(rows.columns) == list(api.EDIT_COLUMNS)
    text = PAGE
    for row in rows.sort_values("start", ascending=False).itertuples():
        assert PAGE[row.start : row.end] == row.removed
        text = text[: row.start] + row.inserted + text[row.end :]
    assert text == SPEECH
    many = cleaner.explain(pd.Series([PAGE, None, PAGE], index=["a", "b", "a"]))
    assert many.index.tolist() == ["a"] * 2 * len(rows)
    assert cleaner.explain(pd.Series([], dtype=str)).columns.tolist() == list(api.EDIT_COLUMNS)


def test_explain_of_a_file(tmp_path: Path) -> None:
    """A path is read and decoded as a run would; one that is not there is the caller's mistake."""
    (tmp_path / "a.txt").write_bytes(PAGE.encode("gb18030"))
    pd.testing.assert_frame_equal(cleaner.explain(tmp_path / "a.txt"), cleaner.explain(PAGE))
    with pytest.raises(InputError):
        cleaner.explain(tmp_path / "none.txt")


def test_duplicates_stand_beside_their_texts() -> None:
    """The masked copy yields to the whole one; a text alone and a missing one stay; the index is the caller's."""
    whole = SPEECH * 3
    texts = pd.Series([whole.replace("水库座", "水库××座"), "谢谢大家。", None, whole], index=list("wxyz"))
    found = cleaner.find_duplicates(texts)
    assert (found.index.tolist(), list(found.columns)) == (list("wxyz"), list(api.DUPLICATE_COLUMNS))
    assert found["kept"].sum() == 3
    assert found["cluster_id"].isna().tolist() == [False, True, True, False]
    gone = found[~found["kept"]].iloc[0]
    assert gone["kept_row"] in (0, 3)
    assert gone["similarity"] >= 0.6
    assert texts[found["kept"]].notna().sum() == 2


def test_thresholds_are_those_of_dedupe() -> None:
    """τ decides; one out of its range and a value that is no text are errors."""
    texts = pd.Series(["今天召开动员会研究水库加固工作。", "今天召开动员会研究水库蓄水工作。"])  # two that share half
    assert cleaner.find_duplicates(texts)["kept"].tolist() == [True, True]
    assert cleaner.find_duplicates(texts, threshold=0.3)["kept"].sum() == 1
    with pytest.raises(ConfigError):
        cleaner.find_duplicates(texts, threshold=2.0)
    with pytest.raises(InputError, match="strings, or missing"):
        cleaner.find_duplicates(pd.Series([1, 2]))


def test_run_is_the_command(tmp_path: Path, sample_out: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Run writes what the command writes, returns the manifest and says nothing."""
    described = cleaner.run(SAMPLE, tmp_path / "out", workers=1)
    assert capfd.readouterr() == ("", "")
    assert described["counts"]["speeches"]["kept"] == len(pd.read_parquet(tmp_path / "out" / "speeches"))
    for name in NAMES:
        assert pq.read_table(tmp_path / "out" / name).equals(pq.read_table(sample_out / name))


def test_settings_come_from_a_file_or_a_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is read; a `cleaner.toml` that only lies in the working folder does not count."""
    (tmp_path / "cleaner.toml").write_text('[placeholders]\npolicy = "mask"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    assert cleaner.clean_text("水库××座", "cleaner.toml") == "水库□座"
    assert cleaner.clean_text("水库××座", Path("cleaner.toml")) == "水库□座"
    assert cleaner.clean_text("水库××座") == "水库座" == cleaner.clean_text("水库××座", Config())
    with pytest.raises(ConfigError):
        cleaner.clean_text("水库", "none.toml")
    with pytest.raises(InputError):
        cleaner.clean_text(pd.Series([3]))


def test_names_are_shown() -> None:
    """What can be imported is listed before it is."""
    assert set(cleaner.__all__) <= set(dir(cleaner))
    assert all(getattr(cleaner, name) for name in cleaner.__all__)
