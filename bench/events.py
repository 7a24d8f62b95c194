"""What did Spark do, stage by stage? Read from the event log that it writes (`spark.eventLog.enabled`, not rolling)."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

SHORT_SECONDS = 0.5
"""A shorter median counts as this: a task of a second beside others of a tenth says more of the machine than of the
data, one of a minute does not."""


@dataclass(slots=True)
class StageRun:
    """One stage of a job.

    Args:
        job: the description of the job.
        seconds: of each task, from its launch to its end.
        run_seconds: of all tasks together, Java's and Python's.
        shuffled_bytes: written by the stage for the next one.
    """

    job: str
    seconds: list[float] = field(default_factory=list)
    run_seconds: float = 0.0
    shuffled_bytes: int = 0

    @property
    def skew(self) -> float:
        """The longest task over the median one, or over half a second where the median is shorter."""
        return max(self.seconds, default=0.0) / max(median(self.seconds or [0.0]), SHORT_SECONDS)


def events(log: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of a log, of one that is still written those that are whole."""
    for line in log.read_text("utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            return


def stages(found: Iterable[dict[str, Any]]) -> list[StageRun]:
    """Return the stages that ran, in order."""
    runs: dict[int, StageRun] = defaultdict(lambda: StageRun(""))
    for event in found:
        if event["Event"] == "SparkListenerStageSubmitted":
            runs[event["Stage Info"]["Stage ID"]].job = event["Properties"].get("spark.job.description", "")
        elif event["Event"] == "SparkListenerTaskEnd" and event["Task End Reason"]["Reason"] == "Success":
            run, info, metrics = runs[event["Stage ID"]], event["Task Info"], event["Task Metrics"]
            run.seconds.append((info["Finish Time"] - info["Launch Time"]) / 1000)
            run.run_seconds += metrics["Executor Run Time"] / 1000
            run.shuffled_bytes += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
    return [runs[stage] for stage in sorted(runs)]
