"""Tests of `cleaner.dedup.machine`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cleaner
from cleaner.dedup.machine import LIBRARY, clean_mappings

SMAPS = Path("/proc/self/smaps")

LOADS_TWO = """
import numpy as np
from cleaner.dedup.exact import digests
from cleaner.dedup.shingle import shingles
codes, offsets = np.arange(10, dtype=np.uint32), np.array([0, 10])
digests(codes, offsets)
found = open("/proc/self/smaps").read()
print(len(shingles(codes, offsets, 5)[0]))
print(found, end="")
"""


CALLS_ONE = """
import sys
import numpy as np
from cleaner.dedup.exact import digests
print(digests(np.arange(10, dtype=np.uint32), np.array([0, 10])).tolist(), "numba" in sys.modules)
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package, of which nothing is compiled."""
    shutil.copytree(Path(cleaner.__file__).parent, tmp_path / "cleaner", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def called(place: Path, **environment: str) -> list[str]:
    """Call a kernel of that package in a process of its own; return what it found, and whether it loaded numba."""
    known = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    command = [sys.executable, "-c", CALLS_ONE]
    run = subprocess.run(command, cwd=place, env=known | environment, capture_output=True, text=True, check=True)
    return run.stdout.rsplit(maxsplit=1)


def test_what_is_kept_needs_no_compiler(place: Path) -> None:
    """A kernel is compiled once and kept beside its source; what is kept is loaded without numba, and is the same."""
    expected, is_compiled = called(place)
    assert is_compiled == "True"
    assert [file.name.split("-")[0] for file in (place / "cleaner/dedup/__pycache__").glob("*.o")] == ["_digest_texts"]
    assert called(place) == [expected, "False"]


@pytest.mark.parametrize("cut", [0, 40, -1])
def test_what_is_damaged_is_compiled_anew(place: Path, cut: int) -> None:
    """Machine code that is not whole is never loaded."""
    expected, _ = called(place)
    (file,) = (place / "cleaner/dedup/__pycache__").glob("*.o")
    whole = file.read_bytes()
    file.write_bytes(whole[:cut])
    assert called(place) == [expected, "True"]
    assert file.read_bytes() == whole


def test_where_the_source_may_not_be_written_beside(place: Path) -> None:
    """The user's own folder keeps the code then; where there is none either, each process compiles for itself."""
    (place / "cleaner/dedup/__pycache__").write_bytes(b"")  # not even the superuser can write below a file
    expected, is_compiled = called(place)
    assert (is_compiled, called(place)) == ("True", [expected, "True"])
    for name, folder in (("HOME", ".cache/cleaner"), ("XDG_CACHE_HOME", "cleaner")):
        home = {"XDG_CACHE_HOME": ""} | {name: str(place / name)}
        assert called(place, **home) == [expected, "True"]
        assert len(list((place / name / folder).iterdir())) == 1
        assert called(place, **home) == [expected, "False"]


@pytest.mark.skipif(not SMAPS.exists(), reason="no /proc/self/smaps on this system")
def test_a_loaded_kernel_leaves_no_compiler_behind() -> None:
    """Once a kernel is loaded no clean page of the compiler is in memory, and the next kernel loads all the same."""
    run = subprocess.run([sys.executable, "-c", LOADS_TWO], capture_output=True, text=True, check=True)
    n_shingles, *lines = run.stdout.splitlines()
    assert n_shingles == "6"
    starts = [f"{address:012x}" for address, _ in clean_mappings(lines, LIBRARY)]
    parts = {line.split("-")[0].zfill(12): at for at, line in enumerate(lines) if not line.split()[0].endswith(":")}
    facts = [lines[parts[start] :][:8] for start in starts]
    resident = [line.split()[1] for part in facts for line in part if line.startswith("Rss:")]
    assert starts
    assert resident == ["0"] * len(starts)


def test_what_was_written_to_is_left_alone() -> None:
    """Tables that the loader filled in, what may be written to, and other libraries are not given back."""
    lines = [
        "7f00-7f08 r-xp 0000 fe:00 7  /a b/libllvmlite.so", "Rss: 4 kB", "Anonymous: 0 kB", "VmFlags: rd ex mr mw me",
        "7f08-7f0a r--p 0008 fe:00 7  /a b/libllvmlite.so", "Rss: 4 kB", "Anonymous: 4 kB", "VmFlags: rd mr mw me ac",
        "7f0a-7f0b rw-p 000a fe:00 7  /a b/libllvmlite.so", "Rss: 0 kB", "Anonymous: 0 kB", "VmFlags: rd wr mr mw me",
        "7f0b-7f0c r-xp 0000 fe:00 8  /a b/libother.so", "Rss: 4 kB", "Anonymous: 0 kB", "VmFlags: rd ex mr mw me",
        "7f0c-7f0d rw-p 0000 00:00 0 ", "Rss: 0 kB", "Anonymous: 0 kB", "VmFlags: rd wr mr mw me",
    ]  # fmt: skip
    assert list(clean_mappings(lines, LIBRARY)) == [(0x7F00, 8)]
