"""Fixtures that several folders share: the sample, a finished run of it, the real files beside the checkout.

`make check` and CI set CI=true: then nothing is skipped because it is slow or because a library is absent.
"""

import os
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from cleaner import pipeline
from cleaner.config import Config
from cleaner.engines.local import Local
from cleaner.progress import Progress

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "raw"
SHARED = ROOT.parent / "shared"
EVERYTHING = os.environ.get("CI") == "true"
slow = pytest.mark.skipif(not EVERYTHING, reason="slow: run by `make check`")


# How long an example takes says more of the machine than of the code.
settings.register_profile("cleaner", deadline=None)
settings.load_profile("cleaner")


def needed(name: str) -> Any:
    """Return a library that only `make check` installs; skip by name without it, but fail in CI."""
    return import_module(name) if EVERYTHING else pytest.importorskip(name)


def needed_program(name: str) -> str:
    """Return the path of a program of the machine; skip by name without it, but fail in CI."""
    found = shutil.which(name)
    if found is None and not EVERYTHING:
        pytest.skip(f"{name} is absent")
    assert found, f"{name} is absent: .ci/run installs it"
    return found


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden.json anew")
    parser.addoption("--fuzz", type=int, default=600, help="how many damaged inputs are tried")
    parser.addoption("--torture", action="store_true", help="every seed and every kill, not a sample of them")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test marked `torture(name, all, sample)` each value of `sample`, or of `all` under --torture."""
    if mark := metafunc.definition.get_closest_marker("torture"):
        name, everything, sample = mark.args
        metafunc.parametrize(name, everything if metafunc.config.getoption("--torture") else sample)


def clean(raw: Path, out: Path, config: Config | None = None, workers: int = 1) -> dict[str, Any]:
    return pipeline.run(raw, out, config or Config(), Local(workers), Progress(shown=False))


@pytest.fixture(scope="session")
def run() -> Callable[..., dict[str, Any]]:
    """Give the function that cleans a folder into another, with a config and a number of workers."""
    return clean


@pytest.fixture(scope="session")
def sample_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the result of a run over the sample; to be read only."""
    out = tmp_path_factory.mktemp("sample") / "out"
    clean(SAMPLE, out)
    return out


@pytest.fixture(scope="session")
def small_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the result of a run over five sites of the sample, with near-duplicates and a reject."""
    folder = tmp_path_factory.mktemp("small")
    for site in ("wenmi-yuan", "gongwen-wu", "xiezuo-bang", "fanwen-qiao", "yanjiang-hui"):
        shutil.copytree(SAMPLE / site, folder / "raw" / site)
    clean(folder / "raw", folder / "out")
    return folder / "out"


@pytest.fixture(scope="session")
def seeds() -> Path:
    """Return the real raw files with their gold, beside the checkout."""
    if not (SHARED / "seeds" / "raw").is_dir():
        pytest.skip("../shared/seeds is absent")
    return SHARED / "seeds"
