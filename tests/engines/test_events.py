"""Tests of `bench.events` and `bench.scale`: what is told of a run on Spark."""

import pytest

from bench.events import StageRun, stages
from bench.scale import Measured, line, power, report


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [([], 0.0), ([2.0, 2.0, 5.0], 2.5), ([0.1, 0.1, 0.4], 0.8), ([0.1, 0.1, 30.0], 60.0), ([3.0], 1.0)],
)
def test_one_long_task_is_seen(seconds: list[float], expected: float) -> None:
    """The longest task is held against the median one, or half a second: a minute beside short tasks does not hide."""
    assert expected == pytest.approx(StageRun("", seconds).skew)


def test_tasks_are_counted_by_stage() -> None:
    """A task counts for its stage if it succeeded; a stage has the name of its job."""
    task = {"Task Info": {"Launch Time": 0, "Finish Time": 1500}, "Task End Reason": {"Reason": "Success"}}
    metrics = {"Executor Run Time": 1000, "Shuffle Write Metrics": {"Shuffle Bytes Written": 7}}
    ended = {"Event": "SparkListenerTaskEnd", "Stage ID": 3, "Task Metrics": metrics} | task
    begun = {
        "Event": "SparkListenerStageSubmitted", "Stage Info": {"Stage ID": 3},
        "Properties": {"spark.job.description": "bands"},
    }  # fmt: skip
    lost = ended | {"Task End Reason": {"Reason": "ExecutorLostFailure"}}
    assert [StageRun("bands", [1.5, 1.5], 2.0, 14)] == stages([begun, ended, lost, ended])


def test_the_laws_go_through_what_was_measured() -> None:
    """Each law gives back one of its kind; the error is how far the largest size is missed."""
    sizes = [10, 100, 1000]
    assert power(sizes, [n**0.5 for n in sizes], 10**4) == pytest.approx(100.0)
    assert line(sizes, [(3 * n + 8) / n for n in sizes], 10**4) == pytest.approx(3.0008)
    runs = [Measured(n, n / 1e3, n / 1e3, {"bands": n / 1e3}, {"bands": n * 5}, 2.0) for n in sizes]
    assert "| … bands | 5 | 5 | 5 | 5 | +0 % |" in list(report(runs))
