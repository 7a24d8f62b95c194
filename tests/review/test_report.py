import base64
import hashlib
import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from cleaner.config import Config, Output, Placeholders
from cleaner.review import report
from cleaner.review.card import card
from cleaner.review.page import MAX_BYTES
from cleaner.review.shown import shown
from cleaner.store import schemas
from cleaner.store.schemas import SCHEMA_VERSION
from tests.review.conftest import HOSTILE, run, speech


class Page(HTMLParser):
    """What a browser would build of a page: tags with attributes, text by the tag that holds it."""

    VOID = frozenset({"meta", "br", "wbr", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.inside.setdefault(self.open[-1], []).append(data)


def html(out: Path) -> str:
    return (out / "report" / "index.html").read_text("utf-8")


@pytest.fixture(params=["sample", "hostile"])
def result(request: pytest.FixtureRequest) -> tuple[Path, dict[str, Any]]:
    found: tuple[Path, dict[str, Any]] = request.getfixturevalue(request.param)
    return found


def test_policy_matches_what_is_inline(result: tuple[Path, dict[str, Any]]) -> None:
    """The Content-Security-Policy allows the one style and the one script by their hashes, and nothing else."""
    page = Page(html(result[0]))
    policies = [a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    policy = policies[0] or ""
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    for tag in ("style", "script"):
        (text,) = ["".join(page.inside[tag])]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
        assert [name for name, _ in page.tags].count(tag) == 1


def test_loads_and_runs_nothing(result: tuple[Path, dict[str, Any]]) -> None:
    """No element loads anything, none has a handler or a style attribute, and every tag is one of the page's own."""
    page = Page(html(result[0]))
    for tag, attributes in page.tags:
        assert not {"src", "style", "action", "srcset", "data", "background"} & set(attributes), (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")]
        assert attributes.get("href", "#").startswith("#")  # type: ignore[union-attr]
        assert tag not in {"img", "link", "iframe", "object", "embed", "base", "form"}
    assert "url(" not in "".join(page.inside["style"]) and "@import" not in "".join(page.inside["style"])
    assert page.open == []


def test_hostile_text_is_seen_not_obeyed(hostile: tuple[Path, dict[str, Any]]) -> None:
    """Attacks stand on the page as text; no bidi control and no other invisible character is left in it."""
    text = html(hostile[0])
    assert "alert(1)" in text and "&lt;script&gt;" in text and "{{ 7 * 7 }}" in text and "U+202E" in text
    assert "49{%" not in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufdd0\ufeff]", text)


def test_hostile_result_shows_its_clusters(hostile: tuple[Path, dict[str, Any]]) -> None:
    """Every cluster of the hostile set is there with its differences and the mask in its place."""
    text = html(hostile[0])
    assert len(HOSTILE) == text.count('class="cluster" data-item data-size')
    assert "再见" in text and re.search(r'<mark title="\w+">XX</mark>', text)


def test_is_deterministic(sample: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """The same tables give the same bytes, whatever the run took and wherever they lie."""
    out, summary = sample
    again = tmp_path / "again"
    shutil.copytree(out, again)
    report.write(again, {**summary, "seconds": {"clean": 999.9}, "schema_version": SCHEMA_VERSION}, Config())
    for name in ("report/index.html", "README.md"):
        assert (out / name).read_bytes() == (again / name).read_bytes()


def test_sample_shows_what_the_tables_say(sample: tuple[Path, dict[str, Any]]) -> None:
    """Every rule, encoding, reason and cluster of the sample is on the page, and the funnels end in the corpus."""
    out, summary = sample
    text, counts = html(out), summary["counts"]
    for rule in counts["rules"]:
        assert f"<code>{rule.split('/')[1]}</code>" in text
    for name in (*counts["encodings"], *counts["rejected"]):
        assert name in text
    speeches = pq.read_table(out / "speeches", columns=["n_chars", "n_duplicates"]).to_pydict()
    assert f'<td class="r">{sum(speeches["n_chars"]):,}</td>' in text
    assert sum(n > 0 for n in speeches["n_duplicates"]) == text.count('class="cluster" data-item data-size')
    for row in pq.read_table(out / "duplicates", columns=["similarity", "reason"]).to_pylist():
        assert (
            f"similarity <b>{row['similarity']:.3f}</b>" in text and f'<span class="tag">{row["reason"]}</span>' in text
        )


def test_every_rule_says_why(sample: tuple[Path, dict[str, Any]]) -> None:
    """Each rule that changed the sample, of a pack or code, has its sentence on the page."""
    out, summary = sample
    whys = report.whys(summary, Config())
    text = html(out)
    for rule in set(pq.read_table(out / "edits", columns=["rule"]).column("rule").to_pylist()):
        assert str(shown(whys[rule])) in text, rule
    assert not re.search(r"\b1 edits", text)


@pytest.fixture(scope="module")
def close(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the page over two speeches that share half their paragraphs, and a third that has nothing of them."""
    raw = tmp_path_factory.mktemp("close")
    lines = speech(1).split("\n")
    (raw / "a.txt").write_text("\n".join(lines), "utf-8")
    (raw / "b.txt").write_text("\n".join([*lines[:22], *speech(2).split("\n")[22:]]), "utf-8")
    (raw / "c.txt").write_text(speech(3), "utf-8")
    run(raw, raw.parent / "close-out")
    return html(raw.parent / "close-out")


def test_near_misses_are_shown(close: str) -> None:
    """A pair of kept speeches between the floor and τ stands side by side among the near misses."""
    near = close[close.index('id="near"') : close.index('id="paragraphs"')]
    assert "1 of 1 shown" in near and near.count('class="cluster"') == 1 and "characters alike" in near
    assert "a.txt#0" in near and "b.txt#0" in near and "c.txt" not in near


def test_repeated_paragraphs_are_shown(close: str) -> None:
    """Paragraphs that stand in two kept speeches are listed with both places."""
    listed = close[close.index('id="paragraphs"') : close.index('id="settings"')]
    assert "20 paragraphs of kept speeches" in listed and listed.count("data-item") == 20
    assert re.search(r"kept in .*a\.txt#0/<wbr>2<.*again in .*b\.txt#0/<wbr>2<", listed)


@pytest.mark.parametrize("policy", ["mask", "keep"])
def test_masks_are_shown_under_every_policy(policy: str, tmp_path: Path) -> None:
    """A placeholder is a mark on the page as it stood in the file, whatever the policy left of it."""
    raw = tmp_path / "raw"
    raw.mkdir()
    text = speech(1)
    for name, said in (("a", "今年XX县增产。"), ("b", "今年禾塘县增产。")):  # "this year XX (Hetang) county grew more"
        (raw / f"{name}.txt").write_text(text.replace("谢谢", f"{said}\n谢谢"), "utf-8")
    run(raw, tmp_path / "out", replace(Config(), placeholders=Placeholders(policy=policy)))
    page = html(tmp_path / "out")
    assert '今年<ins><mark title="place">XX</mark></ins>县增产' in page and "今年<del>禾塘</del>县增产" in page


def test_stays_small_on_large_clusters(tmp_path: Path) -> None:
    """Hundreds of large clusters, long lines and names and many rejects stay under 5 MB; what is left out is said."""
    raw = tmp_path / "raw"
    for number in range(230):
        site = raw / f"站点{number % 40}{'长' * 50}"
        site.mkdir(parents=True, exist_ok=True)
        lines = speech(number, 90).split("\n")
        for copy in range(4 if number % 10 else 12):
            chance = random.Random(f"{number}/{copy}")
            changed = [line if chance.random() < 0.92 else line[::-1] for line in lines[1:]]
            text = "\n".join([lines[0], *changed]) if copy % 2 else lines[0] + "\n" + "".join(changed)
            (site / f"{number}-{copy}.txt").write_text(text, "utf-8")
        (site / f"{number}-short.txt").write_text("<短>" * 4, "utf-8")
    summary = run(raw, tmp_path / "out")
    assert summary["counts"]["speeches"]["dropped"] > 400
    size = (tmp_path / "out" / "report" / "index.html").stat().st_size
    assert 1_000_000 < size < MAX_BYTES == 5_000_000
    text = html(tmp_path / "out")
    (shown,) = re.findall(r"(\d+) of 2\d\d clusters shown", text)
    assert 190 <= int(shown) <= 200
    assert re.search(r"100 of 23\d shown", text)


def test_empty_corpus(tmp_path: Path) -> None:
    """A run over nothing has a report too."""
    (tmp_path / "raw").mkdir()
    run(tmp_path / "raw", tmp_path / "out")
    assert "No speech duplicates another." in html(tmp_path / "out")


def test_page_can_be_turned_off(sample: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """With output.report = false only the dataset card is written."""
    out, summary = sample
    for name in schemas.NAMES:
        shutil.copytree(out / name, tmp_path / name)
    report.write(tmp_path, summary, replace(Config(), output=Output(report=False)))
    assert (tmp_path / "README.md").exists() and not (tmp_path / "report").exists()


def front_matter(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield indent, key and value of each line of the front matter; its shape is simple enough to need no library."""
    lines = text.split("\n")
    assert lines[0] == "---"
    for line in lines[1 : lines.index("---", 1)]:
        match = re.fullmatch(r"(\s*)(?:- )?(?:([a-z_]+):)?\s*([^#:]*?)\s*(?:#.*)?", line)
        assert match, line
        yield len(match[1]), match[2] or "", match[3]


def test_card_names_every_table(sample: tuple[Path, dict[str, Any]]) -> None:
    """The front matter has a configuration for each table, speeches by default, and leaves the license to fill in."""
    out, summary = sample
    text = (out / "README.md").read_text("utf-8")
    assert text == card(summary, Config())
    rows = list(front_matter(text))
    assert set(schemas.NAMES) == {value for _, key, value in rows if key == "config_name"}
    assert {f"{name}/*.parquet" for name in schemas.NAMES} == {value for _, key, value in rows if key == "data_files"}
    assert [row for row in rows if row[1] in ("config_name", "data_files", "default")][:3] == [
        (0, "config_name", "speeches"),
        (2, "data_files", "speeches/*.parquet"),
        (2, "default", "true"),
    ]
    assert (0, "license", "other") in rows and (0, "", "zh") in rows and (0, "", "n<1K") in rows
    assert "fill in" in text
