"""A run that kills itself: `python -m tests.dying RAW OUT MOMENT` dies before event MOMENT of its commit, or prints how
many events there were.

An event is what changes a folder or makes a change last: a rename, the removal of a file or folder, the making of a
folder, an fsync. Python's audit hook sees the first ones; fsync raises no audit event and is wrapped.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from cleaner import pipeline
from cleaner.config import Config
from cleaner.engines.local import Local
from cleaner.progress import Progress
from cleaner.store import manifest

EVENTS = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir"})


class Clock:
    """Counts the events from the beginning of the commit; at `moment` the process is gone."""

    def __init__(self, moment: int) -> None:
        self.moment, self.count, self.runs = moment, 0, False

    def tick(self) -> None:
        if self.runs:
            if self.count == self.moment:
                os.kill(os.getpid(), signal.SIGKILL)
            self.count += 1

    def hear(self, event: str, given: tuple[Any, ...]) -> None:
        if event in EVENTS:
            self.tick()


def main(raw: Path, out: Path, moment: int) -> None:
    clock = Clock(moment)
    fsync, commit = os.fsync, manifest.commit

    def counted(handle: int) -> None:
        clock.tick()
        fsync(handle)

    def begun(folder: Path) -> None:
        clock.runs = True
        commit(folder)

    os.fsync, manifest.commit = counted, begun
    sys.addaudithook(clock.hear)
    pipeline.run(raw, out, Config(), Local(1), Progress(shown=False))
    print(clock.count)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
