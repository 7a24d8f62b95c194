"""How do kernels run on one machine? In processes that read their own files and write their own shards.

Only names and counts travel between processes. Results come back in the order of the tasks, so nothing downstream can
see how many workers there were.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cleaner.engines.base import Result, Task
from cleaner.engines.worker import attend
from cleaner.errors import EngineError
from cleaner.store.flat import Flat

if TYPE_CHECKING:
    from cleaner.dedup.corpus import Speeches
    from cleaner.store.scratch import Shard

AHEAD = 4
"""Tasks handed out per worker beyond the one whose result is awaited."""

WORTH_TASKS = 30
"""Fewer tasks per worker are done in this process. Source: measured, a worker takes 2.4 s of CPU to load what it needs,
half of it to read the rules' literals and to check their examples, and 0.09 s for a task of 300 kB; one that only looks
for masks 1.1 s and 0.04 s. Two workers gain from some 60 tasks on."""


class Local:
    """Runs tasks in `workers` processes; in this one if there is one worker or little to do."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Yield `function(task)` for each task, in order."""
        rest = iter(tasks)
        first = list(islice(rest, WORTH_TASKS * self.workers))
        if self.workers == 1 or len(first) < WORTH_TASKS * self.workers:
            yield from map(function, chain(first, rest))
            return
        # Spawned, not forked: Arrow and numba hold threads and locks that a fork would copy in any state.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(self.workers, mp_context=context, initializer=attend) as pool:
            waiting: list[Future[Result]] = []
            try:
                for task in chain(first, rest):
                    waiting.append(pool.submit(function, task))
                    if len(waiting) >= AHEAD * self.workers:
                        yield waiting.pop(0).result()
                while waiting:
                    yield waiting.pop(0).result()
            except BrokenProcessPool:
                raise EngineError(
                    "a worker", "that it was killed", "that it finishes its shard", "free memory or lower --workers"
                ) from None
            finally:
                for future in waiting:
                    future.cancel()

    def corpus(self, shards: "Sequence[Shard]", folder: Path) -> "Speeches":
        """Return the forms of all shards as one set of flat arrays, the codes in a file of `folder`."""
        from cleaner.dedup.corpus import Speeches  # a worker loads this module and may have no use for kernels

        names: list[str] = []
        parts: list[list[np.ndarray[Any, Any]]] = [[np.empty(0, np.int64)] for _ in range(5)]
        with Flat(folder / "codes", np.uint32) as codes:
            for shard in shards:
                rows, forms = shard.read("speeches", ["source", "ordinal", "n_placeholders"]), shard.forms()
                names += rows["source"].to_pylist()
                codes.append(forms.codes)
                counts = (rows[name].to_numpy().astype(np.int64) for name in ("ordinal", "n_placeholders"))
                for part, values in zip(parts, (*counts, forms.lengths, forms.breaks, forms.n_breaks), strict=True):
                    part.append(values)
        ordinals, n_placeholders, lengths, breaks, n_breaks = map(np.concatenate, parts)
        return Speeches.of(
            sources=names, ordinals=ordinals, n_placeholders=n_placeholders, codes=codes.mapped(), lengths=lengths,
            breaks=breaks, n_breaks=n_breaks,
        )  # fmt: skip
