"""What must an engine do?

An engine decides where kernels run and how their records move; it never decides what a shingle, a similarity or an
edit is. `map` is all the pipeline asks of it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class Engine(Protocol):
    """Runs a function over tasks and gives the results in the order of the tasks."""

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
        """Yield `function(task)` for each task, in order.

        Raises:
            EngineError: a worker died.
        """
        ...
