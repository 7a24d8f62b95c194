"""How is a function over flat arrays compiled?

In: a function of arrays and numbers. Out: the same function as machine code, compiled at its first call and kept
beside its source, so that the next process only loads it. It releases the interpreter lock: threads may share work.

What must hold in every file that uses this: a kernel calls only kernels of its own file. numba's cache looks at the
time of that one file; a kernel of another file would be built in and its later changes not be seen.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
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
    try:
        compiled = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        compiled = numba.njit(nogil=True)(function)
    return cast(Function, compiled)
