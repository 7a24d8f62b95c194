"""How is a function over flat arrays called as machine code?

In: a function of arrays and numbers, in the part of Python that numba understands. Out: the same function as machine
code, made at its first call and kept on disk, so that the next process only loads it and needs no numba to do so. The
interpreter lock is released while it runs: threads may share work.

What always holds: machine code is found by what it was made of, the function, the kernels and values that it names and
what compiled it, so that it is never older than its source; each array is contiguous, and none is made by a kernel:
what it fills is given to it. It gives back a whole number or nothing, and raises nothing.
"""

import ctypes
import threading
from collections.abc import Callable, Iterator
from functools import update_wrapper
from types import FunctionType, ModuleType
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

Kind = tuple[str, int]
"""The type of a number or of what an array holds, as numpy writes it, and the dimensions, of a number 0."""

_NUMBERS = {int: np.dtype(np.int64).str, float: np.dtype(np.float64).str}
_LOADING = threading.Lock()


def kernel(function: Function) -> Function:
    """Return `function` as machine code from its first call on; other kernels may call it too.

    >>> @kernel
    ... def count(values: Ints, least: int) -> int:
    ...     found = 0
    ...     for value in values:
    ...         found += value >= least
    ...     return found
    >>> count(np.arange(5), 3)
    2
    """
    return cast(Function, Kernel(cast(FunctionType, function)))


class Kernel:
    """A function over flat arrays, which says what it gives back; its machine code by the kinds of its arguments."""

    def __init__(self, function: FunctionType) -> None:
        update_wrapper(self, function)
        self.function = function
        self._gives_nothing = function.__annotations__["return"] is None
        self._loaded: dict[tuple[Kind, ...], Callable[..., int]] = {}

    def __call__(self, *given: Any) -> int | None:
        """Run it, on arrays that are contiguous; those that it only reads may be read-only."""
        kinds, flat = list[Kind](), list[Any]()
        for value in given:
            if isinstance(value, np.ndarray):
                known = value.__array_interface__  # all at once: one by one they take twice as long
                if known["strides"] is not None:
                    raise TypeError(f"kernel {self.function.__name__}: an array that is not contiguous")
                kinds.append((known["typestr"], value.ndim))
                flat += (known["data"][0], *known["shape"])
            else:
                kinds.append((_NUMBERS.get(type(value)) or value.dtype.str, 0))
                flat.append(value)
        result = (self._loaded.get(tuple(kinds)) or self._load(tuple(kinds)))(*flat)
        return None if self._gives_nothing else result

    def parts(self) -> Iterator[tuple[str, Any]]:
        """Yield each name of its module that it uses, with what it stands for."""
        known = self.function.__globals__
        return ((name, known[name]) for name in self.function.__code__.co_names if name in known)

    def made_of(self) -> Iterator[str]:
        """Yield all that its machine code depends on but for what compiles it."""
        code = self.function.__code__
        yield from map(repr, (code.co_code, code.co_consts, code.co_names, code.co_varnames))
        for _, part in self.parts():
            if isinstance(part, Kernel):
                yield from part.made_of()
            else:
                yield part.__name__ if isinstance(part, ModuleType) else repr(part)

    def _load(self, kinds: tuple[Kind, ...]) -> Callable[..., int]:
        from cleaner.dedup.machine import address_of  # brings LLVM: who only imports kernels does without

        with _LOADING:
            if kinds not in self._loaded:
                self._loaded[kinds] = _prototype(kinds)(address_of(self, kinds))
        return self._loaded[kinds]


def _prototype(kinds: tuple[Kind, ...]) -> Callable[[int], Callable[..., int]]:
    """Return what makes a function of an address: of an array it takes the address and the shape."""
    types = list[Any]()
    for name, dimensions in kinds:
        number = np.ctypeslib.as_ctypes_type(name)
        types += [ctypes.c_void_p, *[ctypes.c_int64] * dimensions] if dimensions else [number]
    return ctypes.CFUNCTYPE(ctypes.c_int64, *types)
