"""How does machine code come into a process?

In: a kernel that is called for the first time. Out: its address in memory. Code that was compiled is kept (`kept.py`);
where nothing can be, each process compiles for itself, 7 s in all (measured).

LLVM puts it into memory, whose library is 150 MB of code and tables. To set it up touches 40 MB of them, and all of it
would count as memory of the process to its end: what nobody may write to and nobody wrote to is given back to the
system. What is called again is read again from the file, which takes 1 ms a kernel; where the system does not say what
is mapped, nothing is given back.

What always holds: what is loaded was made of this very function by these compilers for this processor, and is whole.
"""

import ctypes
import mmap
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from pkgutil import get_data

import llvmlite
from llvmlite import binding

from cleaner.dedup.kept import kept
from cleaner.dedup.kernel import Kernel, Kind

LIBRARY = "libllvmlite.so"
_MAPPINGS = Path("/proc/self/smaps")


def address_of(kernel: Kernel, kinds: tuple[Kind, ...]) -> int:
    """Load the machine code of a kernel for arguments of these kinds and return its address."""
    made_of = "\n".join((*map(repr, kinds), *kernel.made_of(), *_made_by()))
    name = f"{kernel.function.__name__}-{sha256(made_of.encode()).hexdigest()[:16]}"
    code = kept(Path(kernel.function.__code__.co_filename), f"{name}.o", lambda: _compiled(kernel, kinds, name))
    engine = _engine()
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    address = int(engine.get_function_address(name))
    for begin, size in _mapped():
        ctypes.CDLL(None).madvise(ctypes.c_void_p(begin), ctypes.c_size_t(size), mmap.MADV_DONTNEED)
    return address


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


def _compiled(kernel: Kernel, kinds: tuple[Kind, ...], name: str) -> bytes:
    from cleaner.dedup.compiler import compiled  # brings numba: 0.5 s and 40 MB

    return compiled(kernel, kinds, name)


@cache
def _made_by() -> tuple[str, ...]:
    """Return what machine code depends on besides what it was made of."""
    way = sha256(get_data("cleaner.dedup", "compiler.py") or b"").hexdigest()
    processor = binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
    return metadata.version("numba"), llvmlite.__version__, way, *processor


@cache
def _engine() -> binding.ExecutionEngine:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    target = binding.Target.from_default_triple().create_target_machine()
    return binding.create_mcjit_compiler(binding.parse_assembly(""), target)


@cache
def _mapped() -> list[tuple[int, int]]:
    if not _MAPPINGS.exists():
        return []
    with _MAPPINGS.open(encoding="utf-8", errors="surrogateescape") as lines:
        return list(clean_mappings(lines, LIBRARY))
