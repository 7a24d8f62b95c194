"""Tests of `cleaner.dedup.compiler`."""

import subprocess
import sys
from pathlib import Path

import pytest

from cleaner.dedup.compiler import LIBRARY, clean_mappings

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
