"""What a person types and sees."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from cleaner import __version__
from cleaner.cli import main
from docs import generate
from tests.conftest import SAMPLE


def invoke(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def one_line(result: Result) -> str:
    """Return the line on stderr of a command that was used wrongly."""
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_a_missing_raw(tmp_path: Path) -> None:
    """RAW that is not there: exit 2, one line that says where, what, what else and what to do."""
    line = one_line(invoke("run", tmp_path / "none", tmp_path / "out"))
    said = "found nothing at RAW; expected a folder of raw files; give the folder that holds the files"
    assert line == f"cleaner: {tmp_path}/none: {said}\n"
    assert not (tmp_path / "out").exists()


def test_an_unknown_key(tmp_path: Path) -> None:
    """A key that does not exist is named with its line and the keys that do."""
    path = tmp_path / "cleaner.toml"
    path.write_text("[dedup]\nk = 5\ntreshold = 0.7\n", "utf-8")
    line = one_line(invoke("run", SAMPLE, tmp_path / "out", "--config", path))
    assert f"{path}:3: found the key dedup.treshold" in line
    assert "threshold" in line.split("expected")[1]


@pytest.mark.parametrize("pattern", ["(", "a*", "(?<=水)库", r"\bX\b", "^水|库$"])
def test_a_broken_pattern(tmp_path: Path, pattern: str) -> None:
    """A rule that cannot run is named with its file and id."""
    pack = tmp_path / "rules" / "footer"
    pack.mkdir(parents=True)
    (pack / "own.toml").write_text(
        f'[[rule]]\nid = "own"\nwhy = "x"\npattern = \'\'\'{pattern}\'\'\'\nremoves = ["水"]\nkeeps = ["土"]\n', "utf-8"
    )
    config = tmp_path / "cleaner.toml"
    config.write_text(f"[rules]\npacks = ['{tmp_path / 'rules'}']\n", "utf-8")
    line = one_line(invoke("run", SAMPLE, tmp_path / "out", "--config", config))
    assert "own.toml" in line
    assert "[own]" in line


def test_a_run_ends_in_a_screen(tmp_path: Path) -> None:
    """The summary fits a screen and names files, speeches, stages, duplicates and the report; stderr stays silent."""
    result = invoke("run", SAMPLE, tmp_path / "out", "--workers", 1)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 160
    for word in ("files", "placeholder", "speeches", "dropped", "report"):
        assert word in result.stdout
    assert (tmp_path / "out" / "report" / "index.html").is_file()
    assert invoke("verify", tmp_path / "out").exit_code == 0
    assert invoke("report", tmp_path / "out").exit_code == 0


def test_strict(tmp_path: Path) -> None:
    """With --strict a run that set something aside ends with 3, its result complete; --json prints the manifest."""
    result = invoke("run", SAMPLE, tmp_path / "out", "--strict", "--json", "--workers", 1)
    assert result.exit_code == 3
    assert (
        json.loads(result.stdout)["counts"]
        == json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["counts"]
    )


def test_restore_gives_back_every_source(tmp_path: Path, sample_out: Path) -> None:
    """Each decoded source comes back: UTF-8 without BOM, line ends as they were."""
    assert invoke("restore", sample_out, "--to", tmp_path).exit_code == 0
    decoded = {"gb18030": 0, "utf-8": 0}
    for path in sorted(SAMPLE.rglob("*.*")):
        name = path.relative_to(SAMPLE)
        for encoding in decoded:
            try:
                text = path.read_bytes().decode(encoding)
            except UnicodeDecodeError:
                continue
            if encoding == "utf-8" or "\u4e00" < text.strip()[0] < "\u9fff":
                same = (tmp_path / name).read_bytes() == text.removeprefix("\ufeff").encode()
                decoded[encoding] += same
    assert decoded["utf-8"] >= 30
    assert decoded["gb18030"] >= 1
    assert len(list(tmp_path.rglob("*.*"))) == len(list(SAMPLE.rglob("*.*")))


def test_restore_of_one_source(tmp_path: Path, sample_out: Path) -> None:
    """--source restores one file; a name that is not there is the caller's mistake."""
    assert invoke("restore", sample_out, "--source", "gongwen-wu/1187.txt", "--to", tmp_path).exit_code == 0
    assert [path.name for path in tmp_path.rglob("*.txt")] == ["1187.txt"]
    assert invoke("restore", sample_out, "--source", "none.txt", "--to", tmp_path).exit_code == 2


def test_explain(tmp_path: Path) -> None:
    """Explain shows each rule beside what it takes, and as JSON every edit of the audit."""
    path = SAMPLE / "gongwen-wu" / "1187.txt"
    shown = invoke("explain", path)
    assert shown.exit_code == 0
    assert "{placeholder/" in shown.stdout
    assert "{header/" in shown.stdout
    assert "⟦**⟧{placeholder/star-run number}处" in shown.stdout
    assert shown.stdout.splitlines()[-1].startswith("━━ speeches 1; characters 1,529 → ")
    said = json.loads(invoke("explain", path, "--json").stdout)
    assert {edit["stage"] for edit in said["edits"]} >= {"header", "footer", "placeholder", "reflow"}
    assert "found nothing there" in one_line(invoke("explain", tmp_path / "none"))
    assert "found a folder" in one_line(invoke("explain", tmp_path))


def test_rules() -> None:
    """The packs can be listed and their examples run."""
    assert "examples hold" in invoke("rules", "test").stdout
    listed = json.loads(invoke("rules", "list", "--json").stdout)
    assert {row["stage"] for row in listed} == {"split", "page", "header", "footer", "inline", "placeholder"}


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """`rules suggest --to` below a folder that is not there is the caller's mistake, said in one line."""
    assert "give another --to" in one_line(invoke("rules", "suggest", SAMPLE, "--to", tmp_path / "none" / "x.toml"))


LONG = "x" * 300
"""No file system has such a name: a stand-in for what a system may refuse anywhere."""


@pytest.mark.parametrize(
    "args",
    [
        ("run", SAMPLE, LONG), ("run", SAMPLE, "out", "--learned", LONG), ("explain", LONG), ("verify", LONG),
        ("report", LONG), ("restore", LONG), ("review", LONG), ("diff", LONG, LONG), ("init", LONG),
        ("dedupe", LONG, LONG, "--text", "text"), ("rules", "list", LONG), ("rules", "diff", LONG, LONG),
        ("rules", "test", "--config", LONG),
    ],
    ids=lambda args: " ".join(map(str, args[:2])).replace(LONG, ""),
)  # fmt: skip
def test_a_fault_of_the_system_is_one_line(
    args: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a system refuses, no command answers with a traceback."""
    monkeypatch.chdir(tmp_path)
    result = invoke(*args)
    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit)
    assert re.fullmatch(r"cleaner: .*: found File name too long; expected .*\n", result.stderr)


def test_a_terminal_without_a_character() -> None:
    """On a terminal in GBK what it cannot show is escaped, and JSON is ASCII, which a program reads all the same."""
    command = [str(Path(sys.executable).parent / "cleaner"), "explain", str(SAMPLE / "gongwen-wu" / "1187.txt")]
    environment = {**os.environ, "PYTHONIOENCODING": "gbk"}
    shown, said = (
        subprocess.run([*command, *more], env=environment, capture_output=True, check=True).stdout
        for more in ([], ["--json"])
    )
    assert "\\u27e6**\\u27e7{placeholder/star-run place}水库" in shown.decode("gbk")
    assert json.loads(said.decode("ascii"))["speeches"][0]["text"].startswith("在水库")


def test_help_is_not_cut() -> None:
    """Each command is one whole sentence in the help of its group, and the main one comes first."""
    for group, first in (([], "run"), (["rules"], "list")):
        shown = invoke(*group, "--help").stdout.partition("Commands:\n")[2].splitlines()
        assert shown[0].split()[0] == first
        assert all(line.endswith(".") and not line.endswith("...") for line in shown)


def test_help_pays_for_nothing() -> None:
    """--help and --version load neither numba nor Arrow."""
    heavy = "{'numba', 'pyarrow', 'ftfy', 'pandas', 'datasketch', 'opencc'}"
    show = "main(['-h'], standalone_mode=False)"
    code = f"import sys; from cleaner.cli import main; {show}; print({heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
    assert invoke("--version").stdout == f"cleaner, version {__version__}\n"


def test_a_worker_pays_for_no_detection() -> None:
    """A process that cleans shards loads no compiler of kernels and what comes with it."""
    code = "import sys, cleaner.shards, cleaner.engines.worker; print({'numba', 'llvmlite', 'scipy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_sample(tmp_path: Path) -> None:
    """--sample N cleans N files, the same each time and some of any larger sample, and every table says so."""
    found = {}
    for n in (5, 5, 12, 99):
        out = tmp_path / f"{n}"
        assert invoke("run", SAMPLE, out, "--sample", n, "--workers", 1).exit_code == 0
        described = json.loads((out / "manifest.json").read_text("utf-8"))
        assert described["sample"] == {"asked": n, "of": 41}
        assert described["counts"]["sources"]["read"] == min(n, 41)
        names = pq.read_table(out / "sources", columns=["source"]).column("source").to_pylist()
        assert found.setdefault(n, names) == names
    assert set(found[5]) < set(found[12]) < set(found[99])
    assert "A sample: 5 were asked for of 41 files." in (tmp_path / "5" / "README.md").read_text("utf-8")
    assert invoke("verify", tmp_path / "5").exit_code == 0


def test_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CLEANER_RUN_SAMPLE stands for --sample; what is typed counts more."""
    monkeypatch.setenv("CLEANER_RUN_SAMPLE", "3")
    monkeypatch.setenv("CLEANER_RUN_JSON", "1")
    for args, n in (([], 3), (["--sample", 2], 2)):
        said = json.loads(invoke("run", SAMPLE, tmp_path / "out", "--workers", 1, *args).stdout)
        assert said["sample"]["asked"] == n


def test_every_option_has_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable of an option is CLEANER, the command and the option, as docs/reference/commands.md names it."""
    n = 0
    for path, command in generate.commands("cleaner", main):
        prefix = path.upper().replace(" ", "_")
        context = click.Context(command, auto_envvar_prefix=prefix)
        for option in command.params:
            if isinstance(option, click.Option):
                name = generate.variable(path, option)
                monkeypatch.setenv(name, "x")
                assert option.resolve_envvar_value(context) == "x"
                n += 1
    assert n >= 20


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each shell gets its completion script from click."""
    program = str(Path(sys.executable).parent / "cleaner")
    environment = {**os.environ, "_CLEANER_COMPLETE": f"{shell}_source"}
    done = subprocess.run([program], env=environment, capture_output=True, text=True, check=False)
    assert "_CLEANER_COMPLETE" in done.stdout
