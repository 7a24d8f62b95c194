"""What must a cluster do, and what is a stage of a job on it?

In: a stage, which is a record with what it must know, called with the Arrow batches of one partition; its rows. Out:
rows. What always holds: a stage is a function of its record, its rows and the files they name, so that a stage of a
lost worker can be done again by another; which rows stand together in a partition changes nothing unless the stage says
that they come grouped.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

Batches = Iterable[pa.RecordBatch]
Stage = Callable[[Batches], Iterator[pa.RecordBatch]]
Rows = Any
"""A data frame of the cluster; only `engines/spark.py` imports its library."""

TASK_ROWS = 1 << 20
"""Rows of ids that one task takes out of a shuffle, on the average: 20 to 40 MB."""


class Cluster(Protocol):
    """What runs stages; `spark.Spark` is one."""

    def over(self, given: Sequence[object], stage: Stage, schema: str) -> Rows:
        """Return what a stage makes of these parts."""
        ...

    def then(self, rows: Rows, stage: Stage, schema: str) -> Rows:
        """Return what a stage makes of rows."""
        ...

    def grouped(self, rows: Rows, n_tasks: int, by: Sequence[str], within: Sequence[str]) -> Rows:
        """Return rows shuffled to at least `n_tasks` tasks, those equal in `by` together, sorted by `within`."""
        ...

    def held(self, rows: Rows) -> Rows:
        """Return rows that are made once and then kept on the workers' disks."""
        ...

    def collect(self, what: str, rows: Rows) -> pa.Table:
        """Return rows to the driver; `what` names the job."""
        ...


@dataclass(frozen=True, slots=True)
class Apply:
    """Tasks (i, given) → (i, made): a function of the pickled task, its result pickled."""

    function: Callable[[Any], Any]

    def __call__(self, batches: Batches) -> Iterator[pa.RecordBatch]:
        """Yield a row a task."""
        for i, task in given(batches):
            yield pa.record_batch({"i": pa.array([i]), "made": pa.array([pickle.dumps(self.function(task))])})


def given(batches: Batches) -> Iterator[tuple[int, Any]]:
    """Yield the number of each task or part, and itself."""
    for batch in batches:
        for row in batch.to_pylist():
            yield row["i"], pickle.loads(row["given"])
