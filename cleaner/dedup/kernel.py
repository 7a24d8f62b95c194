"""How is a function over flat arrays compiled?

In: a function of arrays and numbers. Out: the same function as machine code, compiled at its first call and kept
beside its source, so that the next process only loads it. It releases the interpreter lock: threads may share work.

What must hold in every file that uses this: a kernel calls only kernels of its own file. numba's cache looks at the
time of that one file; a kernel of another file would be built in and its later changes not be seen.
"""

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])

Codes = NDArray[np.uint32]
Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Signatures = NDArray[np.uint32]


def kernel(function: Function) -> Function:
    """Return `function` compiled at its first call, cached on disk where a cache can be written.

    A read-only installation without a home directory has no place for a cache; numba then raises RuntimeError ("no
    locator available") and the function is compiled anew in each process, about 9 s in all (measured).
    """
    import numba  # 1 s and 80 MB; who needs only the types above does not load it

    _prepare()
    try:
        compiled = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        compiled = numba.njit(nogil=True)(function)
    return cast(Function, compiled)


@cache
def _prepare() -> None:
    from cleaner.dedup.compiler import release_when_done  # as numba

    release_when_done()
    _load_without_scipy()


def _load_without_scipy() -> None:
    """Load the part of numba that asks for scipy, and say that there is none.

    At the first call of any kernel it would import scipy.linalg (0.16 s of CPU, 17 MB), only to learn whether `np.cov`
    may call BLAS; where it may not, it has a loop of its own. No kernel has an inner product.
    """
    blas, modules = "scipy.linalg.cython_blas", cast(dict[str, object], sys.modules)
    if blas in modules:
        return
    modules[blas] = None  # what is None here cannot be imported
    try:
        import_module("numba.np.arraymath")
    finally:
        del modules[blas]
