"""How do kernels share the cores, and how do arrays on disk stay out of memory?

In: a function and the batches it is called with; arrays that may be mapped from files. Out: the results, in order.
What always holds: what is computed does not depend on the number of threads; no more batches are begun than are
needed to keep the threads at work, so memory is that of a few batches.
"""

import mmap
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice, pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.kernel import Codes, Ints, kernel

Batch = TypeVar("Batch")
Result = TypeVar("Result")

CHUNK_CODES = 1 << 17
"""Codes looked at at a time: their hashes (2 MB with positions) stay in the cache of a core."""
_RELEASE_CHUNKS = 64
"""Chunks after which mapped pages are given back: 32 MB of codes."""

Allocate = Callable[[tuple[int, ...], type[np.generic]], NDArray[Any]]
"""What gives an array of a shape and type: `numpy.empty`, or one that maps a file."""


def threads() -> int:
    """Return how many threads run kernels: as many as there are cores to run on, or as OMP_NUM_THREADS allows.

    Spark sets that to the cores of a task, so that the tasks of a machine do not share each core among them.
    """
    allowed = os.environ.get("OMP_NUM_THREADS", "")
    cores = len(os.sched_getaffinity(0))
    return min(cores, int(allowed)) if allowed.isdecimal() and int(allowed) else cores


_HERE = threading.local()
"""Whether this thread works on a batch."""


def in_threads(function: Callable[[Batch], Result], batches: Iterable[Batch]) -> Iterator[Result]:
    """Yield `function(batch)` for each batch, in order; kernels release the interpreter lock, so threads suffice.

    This thread makes the batches, and works on one itself whenever the others have enough to do: there are as many
    threads as cores. What calls this while it works on a batch works there alone: the cores are taken.

    >>> list(in_threads(len, ["甲乙", "丙", ""]))
    [2, 1, 0]
    """
    n_threads, rest = threads(), iter(batches)
    first = list(islice(rest, 2))
    if len(first) < 2 or n_threads == 1 or getattr(_HERE, "works", False):
        yield from map(function, chain(first, rest))  # to begin threads takes as long as a small batch
        return

    def work(batch: Batch) -> Result:
        _HERE.works = True
        try:
            return function(batch)
        finally:
            _HERE.works = False

    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(n_threads - 1) as pool:
        try:
            for batch in chain(first, rest):
                if sum(not future.done() for future in waiting) < n_threads:
                    waiting.append(pool.submit(work, batch))
                else:
                    waiting.append(Future())
                    waiting[-1].set_result(work(batch))
                while waiting and (waiting[0].done() or len(waiting) > 2 * n_threads):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def release(array: NDArray[Any]) -> None:
    """Give the pages of an array that is mapped from a file back to the system; they are read again when needed."""
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap):
        base.madvise(mmap.MADV_DONTNEED)


def sweep(
    function: Callable[[int, int], Result], codes: Codes, offsets: Ints, texts: Ints, *more: NDArray[Any]
) -> list[Result]:
    """Return what `swept` yields."""
    return list(swept(function, codes, offsets, texts, *more))


def swept(
    function: Callable[[int, int], Result], codes: Codes, offsets: Ints, texts: Ints, *more: NDArray[Any]
) -> Iterator[Result]:
    """Yield `function(first, last)` for stretches of `texts` that cover them all, in order.

    Args:
        codes: what the function looks at.
        more: arrays it writes to; these too may be mapped.
    """
    chunk = np.cumsum(offsets[texts + 1] - offsets[texts]) // CHUNK_CODES
    edges = [0, *(np.flatnonzero(np.diff(chunk)) + 1).tolist(), len(texts)]
    stretches = [(first, last) for first, last in pairwise(edges) if first < last]
    for done, result in enumerate(in_threads(lambda stretch: function(*stretch), stretches), start=1):
        yield result
        if done % _RELEASE_CHUNKS == 0 or done == len(stretches):
            for array in (codes, *more):
                release(array)


def copied(codes: Codes, offsets: Ints, texts: Ints) -> tuple[Codes, Ints]:
    """Return `texts`, which are ascending, one after another in memory, and the offsets of each.

    Texts that lie anywhere in a mapped file cost a page fault each, which maps fifteen pages around, whenever they are
    looked at; here each page is looked at once.
    """
    own_offsets = np.concatenate(([0], np.cumsum(offsets[texts + 1] - offsets[texts])))
    own = np.empty(int(own_offsets[-1]), np.uint32)

    def copy(first: int, last: int) -> None:
        _copy_texts(codes, offsets, texts[first:last], own[own_offsets[first] : own_offsets[last]])
        release(codes)

    sweep(copy, codes, offsets, texts)
    return own, own_offsets


@kernel
def _copy_texts(codes: Codes, offsets: Ints, texts: Ints, own: Codes) -> None:
    size = 0
    for text in texts:
        for code in codes[offsets[text] : offsets[text + 1]]:
            own[size] = code
            size += 1
