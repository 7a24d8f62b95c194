"""Runs that kill themselves: `python -m tests.dying RAW OUT FOLDER MOMENT…` leaves in FOLDER/MOMENT what OUT is like
when a run dies before event MOMENT of its commit, and prints how many events there are.

An event is what changes a folder or makes a change last: a rename, the removal of a file or folder, the making of a
folder, an fsync. Python's audit hook sees the first ones; fsync raises no audit event and is wrapped. The run comes to
its commit once; from there each death is that of a fork, so that two hundred cost little more than one.
"""

import os
import shutil
import signal
import sys
from collections.abc import Sequence
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

    def __init__(self) -> None:
        self.moment, self.count, self.runs = -1, 0, False

    def tick(self) -> None:
        if self.runs:
            if self.count == self.moment:
                os.kill(os.getpid(), signal.SIGKILL)
            self.count += 1

    def hear(self, event: str, given: tuple[Any, ...]) -> None:
        if event in EVENTS:
            self.tick()


def dies(clock: Clock, out: Path, moment: int, left: Path) -> bool:
    """Let a fork run on until `moment`, with a copy of OUT in its place; say whether this process is the fork."""
    aside = out.with_name("aside")
    out.rename(aside)
    shutil.copytree(aside, out)
    if not (child := os.fork()):
        clock.moment, clock.runs = moment, True
        return True
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (-signal.SIGKILL, 0), "it failed, it did not die"
    out.rename(left)
    aside.rename(out)
    return False


def main(raw: Path, out: Path, folder: Path, moments: Sequence[int]) -> None:
    clock = Clock()
    fsync, commit = os.fsync, manifest.commit

    def counted(handle: int) -> None:
        clock.tick()
        fsync(handle)

    def begun(place: Path) -> None:
        if not any(dies(clock, place, moment, folder / str(moment)) for moment in moments):
            clock.runs = True
        commit(place)

    os.fsync, manifest.commit = counted, begun
    sys.addaudithook(clock.hear)
    pipeline.run(raw, out, Config(), Local(1), Progress(shown=False))
    if clock.moment == -1:
        print(clock.count)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), [int(moment) for moment in sys.argv[4:]])
