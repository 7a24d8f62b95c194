"""How far is the run? A bar per stage on a terminal, nothing when piped; results never pass through here."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import perf_counter
from typing import Any

from tqdm import tqdm

COUNTED = "{desc:<8}{percentage:3.0f}% |{bar:24}| {n:,} of {total:,}{unit}  {rate_fmt}  {elapsed}, {remaining} left"
NOT_COUNTED = "{desc:<8}{elapsed}"


class Progress:
    """Shows the stages on stderr and keeps their seconds."""

    def __init__(self, shown: bool | None = None) -> None:
        self.shown = sys.stderr.isatty() if shown is None else shown
        self.seconds: dict[str, float] = {}
        tqdm.monitor_interval = 0  # its thread would only do what `_ticking` does

    @contextmanager
    def stage(self, name: str, total: int = 0, unit: str = "") -> Iterator["tqdm[Any]"]:
        """Time a stage; yield its bar, to be moved by `update`."""
        begin = perf_counter()
        bar: tqdm[Any]
        form = COUNTED if total else f"{NOT_COUNTED}  {{n:,}}{{unit}}" if unit else NOT_COUNTED
        with (
            tqdm(desc=name, total=total or None, unit=f" {unit}", disable=not self.shown, bar_format=form) as bar,
            _ticking(bar, self.shown),
        ):
            yield bar
        self.seconds[name] = round(self.seconds.get(name, 0.0) + perf_counter() - begin, 3)


@contextmanager
def _ticking(bar: "tqdm[Any]", shown: bool) -> Iterator[None]:
    """Draw the bar each second, so that a long step does not look like one that hangs."""
    over = Event()

    def tick() -> None:
        while not over.wait(1):
            bar.refresh()

    if shown:
        Thread(target=tick, daemon=True).start()
    try:
        yield
    finally:
        over.set()
