"""A real Chromium, and a server in a process of its own, for tests that see what a person sees."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
SIZES = ((1280, 900), (380, 800))


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give the system's Chromium, headless; without one the test is skipped, in CI it fails."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        message = f"no browser: none of {', '.join(NAMES)} is installed (apt-get install chromium)"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    with sync_playwright() as playwright:
        # Chromium refuses to run its sandbox as root, as in a container.
        browser = playwright.chromium.launch(executable_path=path, chromium_sandbox=os.geteuid() != 0)
        yield browser
        browser.close()


class Watched:
    """A page that remembers what should not happen on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.faults.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: self.asked.append(request.url))

    def fits(self) -> bool:
        """Say whether nothing sticks out of the page to the right."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

    def key(self, key: str) -> None:
        """Press a key that leads to another page, and wait for it."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)


def cleaner(*args: object) -> list[str]:
    """Return the command line of cleaner in this environment."""
    return [sys.executable, "-c", "from cleaner.cli import main; main()", *map(str, args)]


@contextmanager
def server(out: Path, decisions: Path) -> Iterator[str]:
    """Run `cleaner review` and give its address; it is killed, not stopped, at the end."""
    command = cleaner("review", out, "--port", 0, "--decisions", decisions)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[0]
        finally:
            process.kill()
