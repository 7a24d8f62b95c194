"""The wheel and the sdist, tried where nothing of the checkout is."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from cleaner import __version__
from tests.conftest import EVERYTHING, ROOT, SAMPLE, slow

pytestmark = slow
OLDEST, NEWEST = 11, 20


def pythons() -> list[str]:
    """Return the oldest and the newest supported Python of this machine; version managers keep them side by side."""
    found = []
    for minor in range(OLDEST, NEWEST):
        name = f"python3.{minor}"
        beside = map(str, Path(sys.base_prefix).parent.glob(f"*/bin/{name}"))
        for path in filter(None, [shutil.which(name), *beside]):
            command = [path, "-c", "import venv, ensurepip"]
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                found.append(path)
                break
    return list(dict.fromkeys([found[0], found[-1]])) if found else [sys.executable]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist and the wheel."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(out)], cwd=ROOT, check=True)
    return out


def test_what_is_in_the_wheel(dist: Path) -> None:
    """The wheel holds the program, its templates, the marker of its types and every rule, and nothing else."""
    (wheel,) = dist.glob("*.whl")
    assert wheel.name == f"cleaner-{__version__}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    kept = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "cleaner").rglob("*")
        if path.is_file() and path.suffix in (".py", ".j2", ".css", ".js", ".typed")
    }
    rules = {f"cleaner/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "rules").rglob("*.toml")}
    assert kept | rules <= names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "bench/", "data/"))]


def test_the_sdist_builds_the_same_wheel(dist: Path, tmp_path: Path) -> None:
    """A wheel built from the sdist holds what the wheel of the checkout holds, byte for byte."""
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = (path for path in tmp_path.iterdir() if path.is_dir())
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "again")]
    subprocess.run(build, cwd=source, check=True)
    first, second = (
        {name: archive.read(name) for name in archive.namelist() if not name.endswith("/RECORD")}
        for archive in map(zipfile.ZipFile, [*dist.glob("*.whl"), *(tmp_path / "again").glob("*.whl")])
    )
    assert first == second


@pytest.mark.parametrize("python", pythons() if EVERYTHING else [sys.executable])
def test_an_empty_environment(dist: Path, tmp_path: Path, python: str) -> None:
    """`pip install` of the wheel, outside the checkout: the rules are found, the sample runs, the result verifies."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def done(*args: object) -> str:
        result = subprocess.run(
            [str(arg) for arg in args], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    done(python, "-m", "venv", "env")
    bin_ = tmp_path / "env" / "bin"
    done(bin_ / "python", "-m", "pip", "install", "--quiet", *dist.glob("*.whl"))
    shutil.copytree(SAMPLE, tmp_path / "raw")
    assert done(bin_ / "cleaner", "--version").strip() == f"cleaner, version {__version__}"
    listed = json.loads(done(bin_ / "cleaner", "rules", "list", "--json"))
    assert len(listed) > 100
    assert all(Path(row["file"]).is_relative_to(tmp_path / "env") for row in listed)
    counts = json.loads(done(bin_ / "cleaner", "run", "raw", "out", "--json"))["counts"]
    golden = json.loads((ROOT / "tests" / "golden.json").read_text("utf-8"))["counts"]
    assert {name: counts[name] for name in golden} == golden
    assert "every guarantee" in done(bin_ / "cleaner", "verify", "out")
    done(bin_ / "cleaner", "init", "mine")
    done(bin_ / "cleaner", "rules", "test", "--config", "mine/cleaner.toml")
    code = "import cleaner; print(cleaner.__file__, cleaner.clean_text('要新建水库××座。'))"
    where, text = done(bin_ / "python", "-c", code).split()
    assert (Path(where).is_relative_to(tmp_path / "env"), text) == (True, "要新建水库座。")
    assert (Path(where).parent / "py.typed").is_file()


def test_the_types_of_the_library_are_seen(tmp_path: Path) -> None:
    """Mypy, strict, sees what each function takes and gives, and refuses what it does not take."""
    (tmp_path / "good.py").write_text(
        "import pandas as pd\nimport cleaner\n"
        "text: str = cleaner.clean_text('x')\n"
        "frame: pd.DataFrame = cleaner.explain(text)\n"
        "counts = cleaner.run('a', 'b', sample=3)['counts']\n",
        "utf-8",
    )
    (tmp_path / "bad.py").write_text("import cleaner\nn: int = cleaner.clean_text('x')\n", "utf-8")
    for name, code in (("good.py", 0), ("bad.py", 1)):
        command = [sys.executable, "-m", "mypy", "--strict", "--config-file", "", "--follow-imports=silent", name]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert result.returncode == code, result.stdout
