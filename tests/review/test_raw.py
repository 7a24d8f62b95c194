import tomllib
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from cleaner.errors import InputError
from cleaner.restore import sources
from cleaner.review import negatives, raw
from cleaner.review.lookup import Lookup


@pytest.mark.parametrize("window", [7, 64, 20_000])
def test_windows_are_the_text(
    sample: tuple[Path, dict[str, Any]], window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stretches of all windows together are the decoded source, whatever the size of a window."""
    monkeypatch.setattr(raw, "WINDOW_CHARS", window)
    tables = Lookup(sample[0])
    for source, text in list(sources(sample[0]))[:: 1 if window > 1000 else 9]:
        found = raw.rebuilt(tables, source)
        shown = [stretch for i in range(found.n_windows) for stretch in found.stretches(i)]
        assert text == "".join(stretch.text for stretch in shown)
        cut = [stretch.text for stretch in shown if stretch.edit is not None]
        assert "".join(edit["removed"] for edit in found.edits) == "".join(cut)
        assert [found.begins[at] for at in sorted(found.begins)] == [
            stretch.begins for stretch in shown if stretch.begins
        ]


def test_too_long_a_source_is_refused(sample: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A source over the limit is not rebuilt; the error says what to use instead."""
    monkeypatch.setattr(raw, "MAX_SOURCE_CHARS", 100)
    source = pq.read_table(sample[0] / "sources").to_pylist()[0]["source"]
    with pytest.raises(InputError, match="cleaner restore"):
        raw.rebuilt(Lookup(sample[0]), source)


def test_negatives_are_toml(tmp_path: Path) -> None:
    """Whatever stands in a line, the table that is written is read back as it was given."""
    nasty = "甲\"\\'''\x7f\u202e</script>{{ 7 }}\t丙"  # quotes, controls, markup
    text = f"头\n  {nasty}  \n尾\n"  # "head", "tail"
    start = text.index(nasty) - 2
    edit = {
        "rule": "r",
        "stage": "inline",
        "source": f"站/{nasty}.txt",
        "start": start,
        "end": start + 6,
        "removed": text[start:][:6],
    }
    path = tmp_path / "review" / "negatives.toml"
    for who in ("li", "王"):
        negatives.append(path, negatives.negative(edit, text, who, "2026-01-31T08:00:00Z"))
    assert [nasty] == negatives.read(path)[1]["keeps"]
    assert tomllib.loads(path.read_text("utf-8"))["negative"] == [
        negatives.negative(edit, text, who, "2026-01-31T08:00:00Z") for who in ("li", "王")
    ]


def test_a_removal_of_lines_keeps_each() -> None:
    """A removed block gives one example a line: a rule sees one line at a time."""
    text = "开头\n上一篇\n\n下一篇\n结尾"  # "start", "previous", "next", "end"
    edit = {"rule": "r", "stage": "footer", "source": "a", "start": 2, "end": 11, "removed": text[2:11]}
    assert negatives.negative(edit, text, "li", "")["keeps"] == ["上一篇", "下一篇"]
