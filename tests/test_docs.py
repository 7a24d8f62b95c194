"""Pages that say what is true now: what is generated is fresh, what is shown runs, what exists is named."""

import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click
import pytest

from cleaner import config, packfile
from cleaner.cli import main
from cleaner.dedupe.write import ADDED, PRIOR
from cleaner.store import manifest, schemas
from cleaner.summary import summary_lines
from docs import figures, generate
from tests.conftest import EVERYTHING, ROOT, SAMPLE, needed, needed_program, slow

DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("README*.md"), *DOCS.rglob("*.md")])
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
"""A program, and what it prints if that stands right below it."""
CLONE = "git clone URL cleaner"
MADE = "cleaner run data/raw data/clean"
"""What `make clean` does; `test_the_path_of_a_newcomer` types the three commands of README as they are."""
READERS = ("polars", "duckdb", "datasets", "pyspark")


def blocks(page: str) -> list[tuple[str, str, str]]:
    """Return the shell and Python blocks of a page: language, program, what it is said to print."""
    return BLOCK.findall((ROOT / page).read_text("utf-8"))


MARK = "\x1e"


def script(found: list[tuple[str, str, str]]) -> str:
    """Return the blocks as one script, each Python block a program of its own, each block begun in the same folder."""
    parts = ["set -euo pipefail", 'top="$PWD"']
    for language, code, _ in found:
        parts += ['cd "$top"', f"printf '{MARK}'", code if language == "sh" else f"python - <<'PYTHON'\n{code}PYTHON"]
    return "\n".join(parts)


def is_as_said(printed: str, said: str) -> bool:
    """Whether a program prints what the page says; `…` stands for anything, also for lines."""
    given, wanted = ("\n".join(line.rstrip() for line in text.strip().splitlines()) for text in (printed, said))
    return re.fullmatch(re.escape(wanted).replace("…", ".*"), given, re.DOTALL) is not None


@pytest.mark.parametrize("name", generate.PAGES)
def test_generated_pages(name: str) -> None:
    """The pages of settings, commands, tables and functions are those that the code gives."""
    assert (DOCS / name).read_text("utf-8") == generate.PAGES[name](), "run make docs"


@pytest.mark.parametrize("name", figures.FIGURES)
def test_figures(name: str) -> None:
    """The figures are those that the code and the sample give."""
    assert (DOCS / "figures" / name).read_text("utf-8") == figures.FIGURES[name](), "run make docs"


def test_rule_fields() -> None:
    """docs/reference/rules.md has every field of a rule."""
    assert generate.rule_fields() in (DOCS / "reference" / "rules.md").read_text("utf-8")


def test_cleaner_toml() -> None:
    """cleaner.toml has every key with its default and meaning."""
    assert (ROOT / "cleaner.toml").read_text("utf-8") == config.as_toml()


def named(page: str) -> set[str]:
    """Return what stands in code marks on a page of the reference."""
    return set(re.findall(r"`([^`\n]+)`", (DOCS / "reference" / page).read_text("utf-8")))


def test_everything_is_named() -> None:
    """Every option, setting, column, field of a rule and reason code stands on its page."""
    commands = "\n".join(named("commands.md"))
    for path, command in generate.commands("cleaner", main):
        assert path in commands
        for option in command.params:
            assert not isinstance(option, click.Option) or option.opts[-1] in commands
    settings = named("config.md")
    assert {key for table in config.as_config({}).__class__.__dataclass_fields__ for key in _keys(table)} <= settings
    tables = named("tables.md")
    every = (*schemas.TABLES, schemas.signatures(128, 1, 5))
    assert {name for table in every for name in table.schema.names} <= tables
    assert {name for name, _ in (*ADDED, PRIOR)} <= tables
    assert schemas.REASONS.keys() | schemas.FLAGS.keys() | schemas.CODED_RULES.keys() <= tables
    assert packfile.KEYS.keys() <= named("rules.md")


def _keys(table: str) -> list[str]:
    return list(type(getattr(config.Config(), table)).__dataclass_fields__)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with what a command of the docs expects: the sample, the settings, the environment."""
    shutil.copytree(SAMPLE, tmp_path / "work" / "data" / "raw")
    for name in ("cleaner.toml", "pyproject.toml", "README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path / "work" / name)
    for name in ("cleaner", "rules", ".venv"):
        (tmp_path / "work" / name).symlink_to(ROOT / name)
    return tmp_path / "work"


SHOWN = [pytest.param(page, marks=() if page == "README.md" else slow) for page in PAGES if blocks(page)]


@pytest.mark.parametrize("page", SHOWN)
def test_what_is_shown_runs(page: str, checkout: Path, tmp_path: Path) -> None:
    """Every program on a page runs, in the order of the page, in a fresh checkout, and prints what stands below it."""
    shown = [(language, MADE if CLONE in code else code, said) for language, code, said in blocks(page)]
    for name in READERS:
        if any(re.search(rf"^(?:import|from) {name}\b", code, re.MULTILINE) for _, code, _ in shown):
            needed(name)
    if "pyspark" in script(shown):
        needed_program("java")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CLEANER_")},
        "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(tmp_path / "hf"),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    done = subprocess.run(
        ["bash", "-c", script(shown)], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    for (_, code, said), printed in zip(shown, done.stdout.split(MARK)[1:], strict=True):
        assert not said or is_as_said(printed, said), f"{code}\nprints\n{printed}"


def test_every_block_is_run_or_shows_output() -> None:
    """A fenced block is a command, a program, data or plain text; none is left out for its language."""
    known = {"sh", "python", "toml", "json", "text", "", "{toctree}"}
    for page in PAGES:
        fences = re.findall(r"^```(.*)$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
        assert set(fences[::2]) <= known, page
        assert set(fences[1::2]) <= {""}, page


READMES = ("README.md", "README.zh.md")


@pytest.mark.parametrize("page", READMES)
def test_the_screen_of_readme(page: str, sample_out: Path) -> None:
    """The screen that README shows is the one that the sample ends with, but for the seconds."""
    text = (ROOT / page).read_text("utf-8")
    shown = text.partition("```\ndata/raw → data/clean\n")[2].partition("```")[0].splitlines()
    lines = list(summary_lines(manifest.read(sample_out), Path("data/raw"), Path("data/clean")))[1:]
    kept = [[line for line in part if not line.startswith("  seconds")] for part in (shown, lines)]
    assert kept[0] == kept[1]


def test_readmes_agree() -> None:
    """README says the same in both languages: sections, points, links, and programs but for their comments."""
    found = []
    for page in READMES:
        text = (ROOT / page).read_text("utf-8")
        programs = [re.sub(r" *# .*", "", code) for _, code, _ in blocks(page)]
        links = sorted(set(re.findall(r"\]\(([^)]+)\)", text)) - set(READMES))
        points = re.findall(
            r"^(#+|-|\d\.) ", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE
        )
        found.append((programs, links, points))
    assert found[0] == found[1]
    assert len(blocks(READMES[0])[0][1].splitlines()) == 3


class _Page(HTMLParser):
    """The links, anchors and loaded resources of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag in ("img", "script", "iframe", "source") and "src" in found:
            self.loaded.append(found["src"])
        elif tag == "link" and "href" in found:
            self.loaded.append(found["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built site."""
    out = tmp_path_factory.mktemp("site")
    command = [ROOT / ".venv" / "bin" / "python", "-m", "sphinx", "--quiet", "--fail-on-warning", "--nitpicky"]
    done = subprocess.run([*command, str(DOCS), str(out)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


def test_no_link_of_the_site_is_broken(site: Path) -> None:
    """Every link of every page leads to a page and anchor of the site, and nothing is loaded from elsewhere."""
    pages = {path: _Page(path) for path in site.rglob("*.html")}
    assert len(pages) >= 30
    checked = 0
    for path, page in pages.items():
        for link in [*page.links, *page.loaded]:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto"):
                assert link not in page.loaded, f"{path}: {link}"
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.exists(), f"{path}: {link}"
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].anchors, f"{path}: {link}"
            checked += 1
    assert checked > 1000


def test_the_site_opens_in_a_browser(site: Path) -> None:
    """A real browser shows the first page, its figure and its navigation, and reports no error."""
    browser = needed_program("chromium")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=4000"]
    for page, words in (("index.html", "flow.svg"), ("explanation/duplicates.html", "s-curve.svg")):
        done = subprocess.run(
            [browser, *options, "--dump-dom", (site / page).as_uri()],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        assert words in done.stdout
        assert "how-to/write-a-rule.html" in done.stdout or "write-a-rule.html" in done.stdout
        assert not re.findall(r"CONSOLE.*(?:Error|Refused|Failed)", done.stderr)


def test_links_of_readme() -> None:
    """Every file that README names is there."""
    for page in PAGES:
        text = (ROOT / page).read_text("utf-8")
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert ((ROOT / page).parent / link).exists(), f"{page}: {link}"


@slow
def test_the_path_of_a_newcomer(tmp_path: Path) -> None:
    """From an empty folder the three commands of README end with the report in a browser, without a question."""
    assert EVERYTHING
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    browser = needed_program("chromium")
    opener.write_text(
        f'#!/bin/sh\n"{browser}" --headless --no-sandbox --disable-gpu --dump-dom "file://$PWD/$1" > "{tmp_path}/dom"\n'
    )
    opener.chmod(0o755)
    code = blocks("README.md")[0][1].replace("URL", str(ROOT))
    environment = {**os.environ, "PATH": f"{opener.parent}:{os.environ['PATH']}"}
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        ["bash", "-euc", code], cwd=tmp_path, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    assert "data/clean/report/index.html" in done.stdout
    assert len((tmp_path / "dom").read_text("utf-8")) > 100_000
