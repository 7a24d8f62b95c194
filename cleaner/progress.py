"""How far is the run? A bar per stage on a terminal, nothing when piped; results never pass through here."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from tqdm import tqdm


class Progress:
    """Shows the stages on stderr and keeps their seconds."""

    def __init__(self, shown: bool | None = None) -> None:
        self.shown = sys.stderr.isatty() if shown is None else shown
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, total: int = 0, unit: str = "") -> Iterator["tqdm[Any]"]:
        """Time a stage; yield its bar, to be moved by `update`."""
        begin = perf_counter()
        bar: tqdm[Any]
        with tqdm(
            desc=f"{name:<8}",
            total=total or None,
            unit=unit or "it",
            disable=not self.shown,
            unit_scale=True,
            leave=True,
        ) as bar:
            yield bar
        self.seconds[name] = round(self.seconds.get(name, 0.0) + perf_counter() - begin, 3)
