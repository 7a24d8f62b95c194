"""What do the report and the review pages look like? `make screenshots` writes docs/screenshots/*.png anew.

The sample corpus is cleaned into a scratch folder, the pages are opened in the system's Chromium; texts and sizes are
the same each time, so a change of a picture is a change of a page.
"""

import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser

from cleaner import pipeline
from cleaner.config import Config
from cleaner.engines.local import Local
from cleaner.progress import Progress
from tests.review.browser import chromium, server

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screenshots"


class Shot(NamedTuple):
    """One picture: its name, the page below the server or `report`, the size, light or dark, what is scrolled to."""

    name: str
    page: str
    width: int = 1280
    height: int = 900
    scheme: str = "light"
    to: str = ""


SHOTS = (
    Shot("report", "report", height=1000),
    Shot("report-similarity", "report", to="#similarity"),
    Shot("report-cluster-dark", "report", scheme="dark", to="#clusters"),
    Shot("review-list", ""),
    Shot("review-pair", "pair/0"),
    Shot("review-pair-dark", "pair/4", scheme="dark"),
    Shot("review-pair-narrow", "pair/0", width=380, height=800),
    Shot("review-file", "raw/speech/21", to="#at"),
)


def take(browser: Browser, shot: Shot, address: str) -> None:
    """Write one picture."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(address)
    if shot.to:
        page.locator(shot.to).first.evaluate("(element) => element.scrollIntoView()")
    page.screenshot(path=FOLDER / f"{shot.name}.png")
    context.close()


def main() -> None:
    """Write all pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        out = Path(folder) / "out"
        pipeline.run(ROOT / "data" / "raw", out, Config(), Local(1), Progress(shown=False))
        with server(out, Path(folder) / "decisions.jsonl") as address:
            for shot in SHOTS:
                page = (out / "report" / "index.html").as_uri() if shot.page == "report" else address + shot.page
                take(browser, shot, page)


if __name__ == "__main__":
    main()
