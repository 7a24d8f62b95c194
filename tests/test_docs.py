"""Pages that say what is true now."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from cleaner import config
from cleaner.cli import main
from docs import generate
from tests.conftest import ROOT


@pytest.mark.parametrize("name", generate.PAGES)
def test_generated_pages(name: str) -> None:
    """The pages of settings and tables are those that the code gives."""
    assert (ROOT / "docs" / name).read_text("utf-8") == generate.PAGES[name]()


def test_rule_fields() -> None:
    """docs/reference/rules.md has every field of a rule."""
    assert generate.rule_fields() in (ROOT / "docs" / "reference" / "rules.md").read_text("utf-8")


def test_cleaner_toml() -> None:
    """cleaner.toml has every key with its default and meaning."""
    assert (ROOT / "cleaner.toml").read_text("utf-8") == config.as_toml()


def commands() -> list[str]:
    """Return the cleaner commands that README shows."""
    text = (ROOT / "README.md").read_text("utf-8")
    return [
        line
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
        if line.startswith("cleaner ")
    ]


@pytest.mark.parametrize("line", commands())
def test_commands_of_readme(line: str, sample_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cleaner command of README runs; paths of the result are those of a finished run."""
    monkeypatch.chdir(ROOT)
    words = shlex.split(line.split("#")[0])
    args = [str(sample_out) if word == "data/clean" else word for word in words[1:]]
    if args[0] == "run":
        args = ["run", "data/raw", str(tmp_path / "out")]
    if args[0] == "restore":
        args += ["--to", str(tmp_path / "restored")]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
