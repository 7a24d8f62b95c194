"""What must an engine do?

An engine decides where kernels run and how their records move; it never decides what a shingle, a similarity or an
edit is. Two things are all the pipeline asks of it: to run a function over tasks, and to give the comparison forms of
cleaned shards as a corpus that detection can put its questions to (`dedup/level.py`).
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from cleaner.dedup.corpus import Corpus
    from cleaner.store.scratch import Shard

Task = TypeVar("Task")
Result = TypeVar("Result")


class Engine(Protocol):
    """Runs functions over tasks, and puts questions to the texts of a corpus."""

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
        """Yield `function(task)` for each task, in order.

        Raises:
            EngineError: a worker died.
        """
        ...

    def corpus(self, shards: "Sequence[Shard]", folder: Path) -> "Corpus":
        """Return the speeches of `shards`, one after another; what does not fit into memory goes into `folder`."""
        ...
