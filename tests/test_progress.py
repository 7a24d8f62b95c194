"""What a person at a terminal sees of a run that goes on, and a log does not."""

import time

import pytest

from cleaner.progress import Progress


def test_a_terminal_sees_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """A counted stage shows its share, its count, its speed and the time left; another one shows its clock."""
    progress = Progress(shown=True)
    with progress.stage("clean", 3000, "sources") as bar:
        bar.update(1500)
        bar.refresh()
    with progress.stage("read", unit="rows") as bar:
        bar.update(2000)
    with progress.stage("detect"):
        pass
    shown = capsys.readouterr().err
    assert "clean    50% |" in shown
    assert "1,500 of 3,000 sources" in shown
    assert "left" in shown
    assert "read    00:00  2,000 rows" in shown
    assert "detect  00:00" in shown


def test_a_long_step_does_not_look_like_one_that_hangs(capsys: pytest.CaptureFixture[str]) -> None:
    """The clock of a stage goes on although nothing is counted."""
    with Progress(shown=True).stage("detect"):
        for _ in range(600):
            time.sleep(0.05)
            if "detect  00:01" in capsys.readouterr().err:
                return
    raise AssertionError("the clock stands still")


def test_a_log_sees_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Where stderr is no terminal nothing is shown; the seconds are kept all the same."""
    progress = Progress()
    with progress.stage("clean", 3, "sources") as bar:
        bar.update(3)
    assert capsys.readouterr().err == ""
    assert progress.seconds.keys() == {"clean"}
