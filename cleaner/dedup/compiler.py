"""What of the compiler stays in memory while no kernel is loaded? Only what it wrote itself.

numba loads even a kernel of its cache through LLVM, whose library is 150 MB of code and tables. To set it up touches
60 MB of them, to load one more kernel 8, and all of it would count as memory of the process to its end.

In: the word of numba that its compiler is done. Out: those pages given back to the system. What always holds: only what
nobody may write to and nobody wrote to is given back, so what is called again is read again from the file, which takes
1 ms a kernel (measured); where the system does not say what is mapped, nothing happens.
"""

import ctypes
import mmap
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from numba.core import event

LIBRARY = "libllvmlite.so"
_MAPPINGS = Path("/proc/self/smaps")


def release_when_done() -> None:
    """Give the pages of the compiler back whenever it is done, from now on."""
    event.register("numba:compiler_lock", _Done())  # type: ignore[no-untyped-call]


def clean_mappings(lines: Iterable[str], library: str) -> Iterator[tuple[int, int]]:
    """Yield address and size of each part of a library that may not be written to and never was.

    Tables of addresses, which the loader fills in, are protected only after it wrote to them: they are not among these.

    Source: proc_pid_smaps(5).

    >>> lines = ["7f00-7f08 r-xp 0000 fe:00 7  /lib/libllvmlite.so", "Anonymous:   0 kB",
    ...          "7f08-7f0a r--p 0008 fe:00 7  /lib/libllvmlite.so", "Anonymous:  12 kB"]
    >>> list(clean_mappings(lines, "libllvmlite.so"))
    [(32512, 8)]
    """
    first = last = 0
    for line in lines:
        name, *facts = line.split()
        if name == "Anonymous:" and facts[0] == "0" and first:
            yield first, last - first
        elif not name.endswith(":"):
            is_chosen = "w" not in facts[0] and facts[-1].endswith(f"/{library}")
            first, last = (int(address, 16) if is_chosen else 0 for address in name.split("-"))


class _Done(event.Listener):
    """Hears of the compiler's lock, which is held while a kernel is compiled or loaded."""

    def on_start(self, event: event.Event) -> None:
        """Let it work."""

    def on_end(self, event: event.Event) -> None:
        """Give its pages back."""
        for address, size in _mapped():
            ctypes.CDLL(None).madvise(ctypes.c_void_p(address), ctypes.c_size_t(size), mmap.MADV_DONTNEED)


@cache
def _mapped() -> list[tuple[int, int]]:
    if not _MAPPINGS.exists():
        return []
    with _MAPPINGS.open(encoding="utf-8", errors="surrogateescape") as lines:
        return list(clean_mappings(lines, LIBRARY))
