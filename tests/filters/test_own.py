"""Filters of one's own: chosen by name, under the contract of edits."""

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import cleaner
from cleaner.chars import MASK
from cleaner.config import Config, Filters
from cleaner.edits import Edit
from cleaner.errors import FilterError
from cleaner.filters import own
from cleaner.verify import check
from tests.conftest import SAMPLE

TEXT = "同志们：\n我们要抓好落实。（县政府办公室供稿）"  # "let us get it done. (contributed by the county office)"


def signature(text: str) -> Iterator[Edit]:
    start = text.find("（县政府")
    if start >= 0:
        yield Edit(start, len(text), "own", "words")


def greeting(text: str) -> Iterator[Edit]:
    for word in ("同志们", "供稿"):
        start = text.find(word)
        if start >= 0:
            yield Edit(start, start + len(word), "own", "")


Offer = Callable[..., Config]


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Offer]:
    """Give the function that installs filters by name and returns the config that chooses them."""

    def offered(*chosen: str, **filters: Any) -> Config:
        entries = [EntryPoint(name, f"tests.filters.test_own:{name}", own.GROUP) for name in filters]
        for name, function in filters.items():
            monkeypatch.setitem(globals(), name, function)
        monkeypatch.setattr(EntryPoint, "load", lambda entry: filters[entry.name])
        monkeypatch.setattr(own, "entry_points", lambda group: entries)
        own._loaded.cache_clear()
        return Config(filters=Filters(chosen or tuple(filters)))

    yield offered
    own._loaded.cache_clear()


def test_the_program_of_a_filter_is_its_package(offer: Offer) -> None:
    """The files whose change does everything anew are those of the package that a chosen filter stands in."""
    assert own.programs(Config()) == []
    assert Path(__file__) in own.programs(offer(signature=signature))


def test_a_chosen_filter_acts(offer: Offer) -> None:
    """Its edits are of stage own; the rule names it and its reason."""
    config = offer(signature=signature)
    assert cleaner.clean_text(TEXT, config) == "同志们：\n我们要抓好落实。"
    rows = cleaner.explain(TEXT, config)
    assert rows[["stage", "rule", "removed"]].to_numpy().tolist() == [
        ["own", "signature/words", "（县政府办公室供稿）"]
    ]


def test_an_installed_filter_does_not_act_unless_chosen(offer: Offer) -> None:
    """What is installed changes nothing until the settings name it."""
    offer(signature=signature)
    assert cleaner.clean_text(TEXT) == TEXT


def test_the_first_of_two_has_the_span(offer: Offer) -> None:
    """Of edits that overlap those of the filter named first stay; the others of both act."""
    config = offer("signature", "greeting", signature=signature, greeting=greeting)
    rules = cleaner.explain(TEXT, config)["rule"].tolist()
    assert rules == ["greeting", "signature/words"]


@pytest.mark.parametrize(
    "given",
    [
        [Edit(5, 3, "own", "backwards")],
        [Edit(0, 10_000, "own", "beyond")],
        [Edit(4, 6, "own", "second"), Edit(0, 2, "own", "first")],
        [Edit(0, 4, "own", "a"), Edit(2, 6, "own", "b")],
        [Edit(2, 2, "own", "nothing")],
        [Edit(0, 1, "own", "mark", inserted=MASK)],
        [Edit(0, 1, "own", "kind", kind="number")],
        [(0, 1)],
        None,
    ],
)
def test_what_breaks_the_contract_is_named(offer: Offer, given: Any) -> None:
    """An edit that is none, lies outside, is out of order or makes a mark is an error that names the filter."""
    config = offer(bad=lambda text: given)
    with pytest.raises(FilterError, match=r"the filter bad: found .* expected sorted, disjoint Edits") as caught:
        cleaner.clean_text(TEXT, config)
    assert caught.value.exit_code == 2


def test_a_missing_filter_is_named(offer: Offer, tmp_path: Path) -> None:
    """A name that nothing offers stops the run before it begins."""
    config = offer("other", signature=signature)
    with pytest.raises(FilterError, match=r"'other': found no such filter installed; .*: signature; install"):
        cleaner.run(SAMPLE, tmp_path / "out", config)
    assert not (tmp_path / "out").exists()


def test_the_audit_holds(offer: Offer, tmp_path: Path) -> None:
    """A run with a filter verifies, its counts name the stage, and its version is part of the digest."""
    (tmp_path / "raw").mkdir()
    body = "我们要坚持问题导向，抓好各项工作落实，确保安全度汛，确保人民群众生命财产安全，确保全年目标任务如期完成。"
    (tmp_path / "raw" / "a.txt").write_text(f"在动员会上的讲话\n\n同志们：\n{body}（县政府办公室供稿）\n", "utf-8")
    config = offer(signature=signature)
    described = cleaner.run(tmp_path / "raw", tmp_path / "out", config, workers=1)
    assert described["filters"] == {"signature": "unknown"}
    assert described["digests"]["config"] not in (Config().digest(), config.digest())
    assert described["counts"]["stages"]["own"] == {"edits": 1, "removed": 11, "inserted": 0}
    assert check(tmp_path / "out").cleaned_again
    rules = pq.read_table(tmp_path / "out" / "edits", columns=["rule"]).column("rule").to_pylist()
    assert "signature/words" in rules
    offer(another=signature)
    assert not check(tmp_path / "out").cleaned_again
