import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser

from cleaner import decisions
from cleaner.review import negatives
from tests.review.browser import SIZES, Watched, chromium, cleaner, server
from tests.review.conftest import make_judged, run


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """Give a page; nothing may have gone wrong on it when the test ends."""
    context = browser.new_context(viewport={"width": SIZES[0][0], "height": SIZES[0][1]})
    watched = Watched(context.new_page())
    yield watched
    context.close()
    assert watched.faults == []


def test_report_opens_from_disk(watched: Watched, sample: tuple[Path, dict[str, Any]]) -> None:
    """The report is one file that asks for nothing else; a cluster opens, a list is searched."""
    page, address = watched.page, (sample[0] / "report" / "index.html").as_uri()
    page.goto(address)
    second = page.locator("details.cluster[data-size]").nth(1)
    assert second.get_attribute("open") is None
    second.locator("summary").first.click()
    assert second.locator("ins").first.is_visible() and second.locator("del").first.is_visible()
    page.get_by_label("Find a rule").fill("placeholder X")
    assert page.locator(".rule:visible").count() < page.locator(".rule").count()
    assert [address] == watched.asked


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("result", ["sample", "hostile", "judged"])
def test_report_fits_every_screen(browser: Browser, result: str, scheme: Any, request: pytest.FixtureRequest) -> None:
    """Nothing sticks out of the report on a wide or a narrow screen, nothing runs in it, whatever the texts say."""
    found = request.getfixturevalue(result)
    out: Path = found if isinstance(found, Path) else found[0]
    for width, height in SIZES:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        watched = Watched(context.new_page())
        watched.page.goto((out / "report" / "index.html").as_uri())
        watched.page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        assert watched.fits() and watched.faults == []
        context.close()


# What the keys say of the undecided pairs in order; sites A 甲, B 乙, C 丙 (it has most text), D 丁 (near misses).
BEFORE = "dsokox"  # C0 A0 differ; C0 B0 same; C0 D0 not sure; A1 stays for C1 and B1; C1 D1 not sure; A2 goes
AFTER = "sddxs"  # C2 B2 same; C2 D2 differ; C3 A3 differ; B3 goes; C3 D3 same


def test_verdicts_by_keyboard(watched: Watched, tmp_path: Path) -> None:
    """Verdicts by keyboard stand when the server is killed and started again, and the next run is as they say."""
    raw, out, path = tmp_path / "raw", tmp_path / "out", tmp_path / "review" / "decisions.jsonl"
    make_judged(raw)
    run(raw, out)
    for keys in (BEFORE, AFTER):
        with server(out, path) as address:
            watched.page.goto(f"{address}?state=undecided")
            watched.key("Enter")
            for key in keys:
                watched.key(key)
    verdicts = {"s": "same", "d": "different", "o": "unsure", "k": "keep", "x": "drop"}
    assert [verdicts[key] for key in BEFORE + AFTER] == [one.verdict for one in decisions.load(path).in_force]
    done = subprocess.run(cleaner("run", raw, out, "--decisions", path), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    kept = {row["id"] for row in pq.read_table(out / "speeches").to_pylist()}
    dropped = {row["id"]: row["kept_id"] for row in pq.read_table(out / "duplicates").to_pylist()}
    assert "丙站/0.txt#0" in kept and len(kept & {"甲站/0.txt#0", "丁站/copy.txt#0"}) == 1
    assert dropped["乙站/0.txt#0"] == "丙站/0.txt#0"
    assert dropped["丙站/1.txt#0"] == dropped["乙站/1.txt#0"] == "甲站/1.txt#0"
    assert "甲站/2.txt#0" in dropped and {"丙站/2.txt#0", "丁站/2.txt#0"} <= kept
    assert {"丙站/3.txt#0", "甲站/3.txt#0"} <= kept and dropped["丁站/3.txt#0"] == "丙站/3.txt#0"
    assert "乙站/3.txt#0" in dropped


def test_next_previous_undo(watched: Watched, judged: Path, tmp_path: Path) -> None:
    """Next and previous step through the pairs and judge nothing; undo goes back to the pair it withdraws."""
    with server(judged, tmp_path / "d.jsonl") as address:
        watched.page.goto(f"{address}pair/0")
        for key in ("n", "ArrowRight", "p", "ArrowLeft"):
            watched.key(key)
        assert watched.page.url.endswith("/pair/0?") and not (tmp_path / "d.jsonl").exists()
        for key in "nsnu":
            watched.key(key)
        assert "/pair/1?" in watched.page.url and watched.page.get_by_text("is withdrawn").is_visible()
        assert not decisions.load(tmp_path / "d.jsonl").in_force


def test_a_wrong_removal(watched: Watched, sample: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """From a pair to its file, to a removed span, to a negative example: four keys, and back by a fifth."""
    path = tmp_path / "review" / "decisions.jsonl"
    with server(sample[0], path) as address:
        page = watched.page
        page.goto(f"{address}pair/1")
        for key in ("R", "n", "w"):
            watched.key(key)
        assert page.get_by_text("noted as wrong").is_visible()
        (written,) = negatives.read(path.parent / "negatives.toml")
        assert written["removed"].strip() in page.locator("a.cut.wrong").inner_text()
        watched.key("b")
        assert "/pair/" in page.url


def test_keys_do_not_judge_twice(watched: Watched, judged: Path, tmp_path: Path) -> None:
    """A key held down, a key while the answer is under way, and a letter typed into a field give no further verdict."""
    path = tmp_path / "d.jsonl"
    with server(judged, path) as address:
        page = watched.page
        page.goto(f"{address}pair/0")
        with page.expect_navigation():
            page.evaluate(
                "for (const repeat of [false, true, false]) "
                "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 's', repeat, bubbles: true}))"
            )
        assert len(path.read_text("utf-8").splitlines()) == 1
        watched.key("f")
        page.keyboard.press("/")
        page.keyboard.type("dsx")
        assert page.locator("input[name=source]").input_value() == "dsx"
        assert len(path.read_text("utf-8").splitlines()) == 1


def test_works_without_script(browser: Browser, judged: Path, tmp_path: Path) -> None:
    """The buttons are forms: a verdict can be given where no script runs."""
    with server(judged, tmp_path / "d.jsonl") as address:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{address}pair/0")
        page.get_by_role("button", name="Not sure").click()
        assert "/pair/" in page.url
        assert json.loads((tmp_path / "d.jsonl").read_text("utf-8"))["verdict"] == "unsure"
        context.close()


@pytest.mark.parametrize("result", ["sample", "hostile", "judged"])
def test_pages_fit_and_run_nothing(
    browser: Browser, result: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """No text of a speech runs, breaks the layout or stops the page, on a wide and on a narrow screen."""
    found = request.getfixturevalue(result)
    out: Path = found if isinstance(found, Path) else found[0]
    with server(out, tmp_path / "d.jsonl") as address:
        for width, height in SIZES:
            context = browser.new_context(viewport={"width": width, "height": height})
            watched = Watched(context.new_page())
            for url in ("", "pair/0", "pair/3", "raw/speech/0", "raw/speech/2", "raw/speech/7", "?level=paragraph"):
                watched.page.goto(address + url)
                assert watched.fits(), (url, width)
            assert watched.faults == []
            assert all(url.startswith((address, "data:")) for url in watched.asked)
            context.close()
