import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cleaner import decisions
from cleaner.errors import InputError
from cleaner.review import negatives
from cleaner.review.app import create_app, serve
from tests.review.conftest import make_judged, run

ORIGIN = "http://localhost"


class Browser:
    """A client that has loaded a page and knows its token."""

    def __init__(self, client: FlaskClient, path: Path) -> None:
        self.client, self.path = client, path
        self.token = re.search(r'name="token" value="([^"]+)"', client.get("/").text)[1]  # type: ignore[index]

    def post(self, url: str, **headers: str) -> TestResponse:
        """Send the form of a page; a verdict goes with the mark of the page that it stands on."""
        if url.startswith("/decide/"):
            page = unescape(self.client.get(re.sub(r"/decide/(\d+)/[a-z-]+", r"/pair/\1", url)).text)
            mark = re.search(r"&of=([0-9a-f-]+)", page)
            url += f"{'&' if '?' in url else '?'}of={mark[1] if mark else ''}"
        return self.client.post(url, data={"token": self.token}, headers={"Origin": ORIGIN, **headers})


@pytest.fixture
def browser(judged: Path, tmp_path: Path) -> Browser:
    path = tmp_path / "review" / "decisions.jsonl"
    return Browser(create_app(judged, path).test_client(), path)


def test_every_page_is_sealed(browser: Browser) -> None:
    """Every answer, an error too, forbids inline code, frames, other origins and the guessing of types."""
    for url in ("/", "/pair/0", "/pair/0?level=paragraph", "/raw/speech/0", "/review.js", "/pair/9999", "/none"):
        headers = browser.client.get(url).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""])
def test_a_foreign_host_gets_nothing(browser: Browser, host: str) -> None:
    """A name that was pointed at this machine is not answered, so no page of another site can read these."""
    answer = browser.client.get("/pair/0", headers={"Host": host})
    assert answer.status_code == 400 and "speech" not in answer.text


@pytest.mark.parametrize(
    "change",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:81"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_foreign_page_cannot_write(browser: Browser, change: dict[str, str]) -> None:
    """A write from another origin is refused, even with the token."""
    for url in ("/decide/0/same", "/undo/0", "/wrong/speech/0/0"):
        assert browser.post(url, **change).status_code == 403
    assert not browser.path.exists()


@pytest.mark.parametrize("token", [None, "", "x", "é" * 43])
def test_a_write_needs_the_token(browser: Browser, token: str | None) -> None:
    """Without the token of this start of the server nothing is written."""
    data = {} if token is None else {"token": token}
    for url in ("/decide/0/same", "/undo/0", "/wrong/speech/0/0"):
        assert browser.client.post(url, data=data, headers={"Origin": ORIGIN}).status_code == 403
    assert browser.client.post("/decide/0/same", data={"token": browser.token}).status_code == 403
    assert not browser.path.exists()


def test_a_look_writes_nothing(browser: Browser) -> None:
    """What writes cannot be reached by a link."""
    for url in ("/decide/0/same", "/undo/0", "/wrong/speech/0/0"):
        assert browser.client.get(url).status_code == 405


@pytest.mark.parametrize(
    "url",
    [
        "/pair/-1", "/pair/../etc", "/pair/1e3", "/raw/speech/9999", "/raw/..%2f..%2fetc/0", "/raw/speech/%2e%2e",
        "/review.css/../../x", "/static/x", "/decide/0/rename", "/pair/99999999999999999999",
    ],
)  # fmt: skip
def test_no_path_reaches_the_disk(browser: Browser, url: str) -> None:
    """A request names things by number; anything else is not found."""
    assert browser.client.get(url).status_code in (404, 405)


def test_decides_and_moves_on(browser: Browser) -> None:
    """A verdict is on the disk before the next pair is shown, which is the next that fits: pair 1 is pair 0 again."""
    answer = browser.post("/decide/0/different?kind=dropped&state=undecided")
    assert answer.status_code == 303 and answer.location == "/pair/2?kind=dropped&state=undecided"
    assert browser.post("/decide/2/same?kind=dropped&state=undecided").location.startswith("/pair/4?")
    assert [one.verdict for one in decisions.load(browser.path).in_force] == ["different", "same"]
    assert "3 of 9 judged" in browser.client.get("/?kind=dropped").text


def test_undo_goes_back(browser: Browser) -> None:
    """Undo withdraws the latest verdict of whatever level and shows its pair."""
    paragraph = next(
        number for number in range(80) if "Same" in browser.client.get(f"/pair/{number}?level=paragraph").text
    )
    browser.post("/decide/4/same")
    browser.post(f"/decide/{paragraph}/different?level=paragraph")
    assert browser.post("/undo/7").location == f"/pair/{paragraph}?level=paragraph&said=undone"
    assert browser.post("/undo/7").location == "/pair/4?&said=undone"
    assert browser.post("/undo/7").location == "/pair/7?&said=nothing"


def test_a_contradiction_is_said(browser: Browser) -> None:
    """A verdict against what two others say together is refused, with the lines that it contradicts."""
    browser.post("/decide/4/keep")
    answer = browser.post("/decide/5/different")
    assert answer.status_code == 409 and "can all be honoured" in unescape(answer.text)
    assert len(decisions.load(browser.path).in_force) == 1


def test_a_wrong_removal_is_noted(browser: Browser, judged: Path) -> None:
    """The click writes rule, place and line; the page then says that it is noted; a blank is not to be clicked."""
    edits = pq.read_table(judged / "edits").to_pylist()
    edit = next(edit for edit in edits if edit["stage"] == "header" or edit["stage"] == "footer")
    number = next(
        i
        for i in range(40)
        if edit["source"] in unescape(browser.client.get(f"/raw/speech/{i}").text.replace("<wbr>", ""))
    )
    page = unescape(browser.client.get(f"/raw/speech/{number}?at={edit['start']}").text)
    action = re.search(rf"/wrong/speech/{number}/{edit['start']}\?[^\"]+", page)
    assert action is not None and browser.post(action[0]).status_code == 303
    (written,) = negatives.read(browser.path.parent / "negatives.toml")
    assert (edit["rule"], edit["source"], edit["start"]) == (written["rule"], written["source"], written["start"])
    assert written["keeps"] and all(line in edit["removed"] or edit["removed"] in line for line in written["keeps"])
    assert "noted as wrong" in browser.client.get(f"/raw/speech/{number}?at={edit['start']}").text
    assert browser.post(action[0].replace(f"/{edit['start']}?", "/999999?")).status_code == 404


def test_another_result_is_seen(tmp_path: Path) -> None:
    """When a run puts a new result in place, the pages are of that one, without a new start."""
    raw, out = tmp_path / "raw", tmp_path / "out"
    make_judged(raw)
    run(raw, out)
    browser = Browser(create_app(out, tmp_path / "d.jsonl").test_client(), tmp_path / "d.jsonl")
    assert "13 pairs" in browser.client.get("/").text
    (raw / "丁站" / "0.txt").unlink()  # site D
    run(raw, out)
    assert "12 pairs" in browser.client.get("/").text
    assert browser.client.get("/pair/11").status_code == 200
    (out / "manifest.json").rename(out / "gone")
    assert browser.client.get("/").status_code == 503


def test_a_page_of_another_result_cannot_judge(browser: Browser) -> None:
    """A verdict from a page whose pair has another number now is refused: it would judge what nobody has seen."""
    page = unescape(browser.client.get("/pair/3").text)
    action = re.search(r"/decide/3/same\?[^\"]+", page)
    assert action is not None
    moved = action[0].replace("/3/", "/4/")
    answer = browser.client.post(moved, data={"token": browser.token}, headers={"Origin": ORIGIN})
    assert answer.status_code == 409 and not browser.path.exists()


def pages(client: FlaskClient, n_pairs: int) -> Iterator[str]:
    yield client.get("/").text
    for level in ("speech", "paragraph"):
        for number in range(n_pairs):
            yield client.get(f"/pair/{number}?level={level}").text
            yield client.get(f"/raw/{level}/{number}").text


def test_hostile_text_is_escaped(hostile: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """Attacks in texts and names stand on no page as markup, handler, template or character that turns directions."""
    client = create_app(hostile[0], tmp_path / "d.jsonl").test_client()
    n_seen = 0
    for text in pages(client, 6):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufdd0\ufeff]", text)
        assert not re.search(r"<script(?! src=\"/review\.js\" defer>)|<img|<svg(?! class=\"bar\")|<!--|<b>\d[^.]", text)
        assert not re.search(r"<[^>]*\son\w+=", re.sub(r'"[^"]*"', '""', text))
        assert "49{%" not in text
        n_seen += "alert(" in text
    assert n_seen > 6


def test_needs_a_result(tmp_path: Path) -> None:
    """A folder without a result is the caller's error."""
    with pytest.raises(InputError, match="manifest"):
        serve(tmp_path, tmp_path / "d.jsonl", 0)
