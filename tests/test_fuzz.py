"""Inputs that are damaged at random: no crash, no hang, and every decoded source is rebuilt from its audit.

`make fuzz` tries 100,000; a run of the suite tries as many as `--fuzz` says. What was found stands in
tests/cases/fuzz and is tried in every run.
"""

import contextlib
import faulthandler
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import config, decisions, rulepack
from cleaner.clean import clean_source
from cleaner.config import Config
from cleaner.errors import CleanerError, ConfigError, DecisionError, RuleError
from cleaner.ingest.read import listing, read
from cleaner.ingest.unpack import unpacked
from tests import fuzzed
from tests.cases.read_cases import shipped
from tests.test_clean import rebuilt

LIMIT_SECONDS = 20.0
"""CPU for one input, which takes some milliseconds; how long it waits for a core says nothing of the code."""
HANG_SECONDS = 900.0
"""On the clock, after which the process ends."""
CHUNKS = 20
KEPT = sorted((Path(__file__).parent / "cases" / "fuzz").glob("*"))
SUFFIXES = ("txt", "html", "docx", "zip", "tar", "jsonl", "json", "csv", "parquet", "txt.gz", "txt.zst", "txt.xz")


@contextlib.contextmanager
def timed() -> Iterator[None]:
    """Fail when the block takes too long; end the process, with where it stands, when it does not end."""
    faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
    begin = time.process_time()
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
    assert time.process_time() - begin < LIMIT_SECONDS


def hold(folder: Path, name: str, data: bytes) -> None:
    """Read and clean a file of this name: every source is rebuilt from its audit, or set aside with a reason."""
    path = folder / name
    path.write_bytes(data)
    with timed(), tempfile.TemporaryDirectory() as spools:
        for entry in unpacked(folder, listing(folder), Path(spools), Config().input, map):
            cleaned = clean_source(read(folder, entry, Config().input), shipped(), Config())
            if cleaned.decoded is None:
                assert [row.reason for row in cleaned.rejected] != []
            else:
                assert cleaned.decoded == rebuilt(cleaned)
    path.unlink()


def refused_or_loaded(folder: Path, data: bytes) -> None:
    """Read a rule pack: it loads, or a RuleError says what is wrong in one line."""
    place = folder / "pack" / "inline"
    place.mkdir(parents=True, exist_ok=True)
    (place / "own.toml").write_bytes(data)
    with timed():
        try:
            rulepack.load([folder / "pack"])
        except RuleError as error:
            assert "\n" not in str(error)


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """Return how many inputs a chunk tries."""
    return int(request.config.getoption("--fuzz")) // CHUNKS


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_spoiled_files(tmp_path: Path, chunk: int, count: int) -> None:
    """A real file with anything done to it is read and cleaned, and nothing of it is lost."""
    for seed in range(chunk * count, (chunk + 1) * count):
        name, data = fuzzed.source(seed)
        try:
            hold(tmp_path, name, data)
        except Exception as error:
            raise AssertionError(f"fuzzed.source({seed})") from error


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_spoiled_packs(tmp_path: Path, chunk: int, count: int) -> None:
    """A rule pack with anything done to it loads, or is refused as the caller's mistake."""
    for seed in range(chunk * count // 10, (chunk + 1) * count // 10):
        try:
            refused_or_loaded(tmp_path, fuzzed.pack(seed))
        except Exception as error:
            raise AssertionError(f"fuzzed.pack({seed})") from error


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)
def test_what_was_found_once(tmp_path: Path, path: Path) -> None:
    """What broke a reader or a filter once does so no more."""
    if path.suffix == ".toml":
        refused_or_loaded(tmp_path, path.read_bytes())
    else:
        hold(tmp_path, path.name, path.read_bytes())


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(SUFFIXES), st.binary(max_size=300))
def test_any_bytes(suffix: str, data: bytes) -> None:
    """Bytes of no meaning under any suffix are set aside or cleaned."""
    with tempfile.TemporaryDirectory() as folder:
        hold(Path(folder), f"a.{suffix}", data)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=200) | st.sampled_from(["[dedup]\nk = ", '{"level": "speech", "verdict": '])
       .flatmap(lambda head: st.text(max_size=20).map(lambda tail: head + tail)))  # fmt: skip
def test_any_settings_and_decisions(text: str) -> None:
    """A file of settings, of decisions or of rules with any text in it loads, or is refused in one line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_text(text, "utf-8", newline="")
        for load, kind in ((config.load, ConfigError), (decisions.load, DecisionError)):
            try:
                load(path)
            except CleanerError as error:
                assert type(error) is kind
                assert "\n" not in str(error)
        refused_or_loaded(Path(folder), text.encode())
