"""Runs that are killed, interrupted, starved and locked out: complete or untouched, and the next run completes."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cleaner.store import manifest
from cleaner.verify import check
from tests.conftest import ROOT, SAMPLE
from tests.results import digests

Run = Callable[..., dict[str, Any]]
CLEANER = Path(sys.executable).parent / "cleaner"
MOMENTS = 200
"""At least the number of events of a commit; `test_no_event_is_left_out` holds it against the count."""
SOME_MOMENTS = (0, 5, 40, 60, 90)


class Scene:
    """A finished result of some raw files, the raw files as they are now, and the tables of both."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.raw, self.out = folder / "raw", folder / "out"
        for site in ("gongwen-wu", "wenmi-yuan"):
            shutil.copytree(SAMPLE / site, self.raw / site)
        run(self.raw, self.out)
        self.old = digests(self.out)
        shutil.rmtree(self.raw / "wenmi-yuan")
        shutil.copytree(SAMPLE / "xiezuo-bang", self.raw / "xiezuo-bang")
        run(self.raw, folder / "reference")
        self.new = digests(folder / "reference")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene"), run)


@pytest.fixture
def out(tmp_path: Path, scene: Scene) -> Path:
    """Return a copy of the old result that a run may be killed over."""
    return shutil.copytree(scene.out, tmp_path / "out")


def started(*words: object, **given: Any) -> "subprocess.Popen[str]":
    command = [str(word) for word in words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True, **given
    )


def holds(scene: Scene, out: Path, run: Run) -> None:
    """Hold what a dead run left: the old or the new result verifies; the next run gives the tables of the reference."""
    check(out)
    assert digests(out) in (scene.old, scene.new)
    run(scene.raw, out)
    assert digests(out) == scene.new
    assert {path.name for path in (out / ".work").iterdir()} <= {"lock", "cache"}


@dataclass(frozen=True, slots=True)
class Deaths:
    """What runs leave that die at a moment of their commit, by moment, and how many moments there are."""

    folder: Path
    n_moments: int


@pytest.fixture(scope="module")
def deaths(scene: Scene, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Deaths:
    folder = tmp_path_factory.mktemp("deaths")
    shutil.copytree(scene.out, folder / "out")
    moments = range(MOMENTS) if pytestconfig.getoption("--torture") else SOME_MOMENTS
    living = started(sys.executable, "-m", "tests.dying", scene.raw, folder / "out", folder, *moments)
    printed, errors = living.communicate()
    assert living.returncode == 0, errors
    return Deaths(folder, int(printed.split()[-1]))


@pytest.mark.torture("moment", range(MOMENTS), SOME_MOMENTS)
def test_a_commit_killed_at_any_event(scene: Scene, deaths: Deaths, run: Run, moment: int) -> None:
    """SIGKILL before any rename, removal or fsync of a commit: the old or the new result stands, the next completes."""
    holds(scene, deaths.folder / str(moment), run)


def test_no_event_is_left_out(deaths: Deaths) -> None:
    """A commit has no more events than there are moments to die at."""
    assert 50 < deaths.n_moments <= MOMENTS


def children(pid: int) -> list[int]:
    """Return the processes that `pid` started and that run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def workers(pid: int) -> list[int]:
    """Return the workers of the run `pid`; multiprocessing's own tracker of resources is none."""
    return [
        child for child in children(pid) if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]  # fmt: skip


def waited(holds: Callable[[], Any], seconds: float = 180) -> Any:
    """Return what `holds` gives as soon as it gives something true."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)
    return found


@dataclass(frozen=True, slots=True)
class Large:
    """Raw files that keep two workers busy for some seconds, and the tables they give."""

    raw: Path
    new: dict[str, str]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Large:
    folder = tmp_path_factory.mktemp("large")
    texts = [path.read_text("utf-8") for path in sorted((SAMPLE / "gongwen-wu").glob("*.txt"))]
    (folder / "raw").mkdir()
    chance = random.Random(1)
    for i in range(400):
        lines = chance.choice(texts).split("\n")
        (folder / "raw" / f"{i:04d}.txt").write_text("\n".join(chance.sample(lines, len(lines))), "utf-8")
    run(folder / "raw", folder / "reference")
    return Large(folder / "raw", digests(folder / "reference"))


def two_workers(raw: Path, out: Path) -> "subprocess.Popen[str]":
    code = (
        "import signal, sys\n"
        "from cleaner import pipeline; from cleaner.engines import local; from cleaner.cli import main\n"
        "if __name__ == '__main__':\n"
        "    signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a suite in the background ignores it
        "    local.WORTH_TASKS, pipeline.TASK_SOURCES = 1, 4\n"
        "    sys.argv = ['cleaner', 'run', sys.argv[1], sys.argv[2], '--workers', '2']; main()\n"
    )
    script = out.parent / "two_workers.py"
    script.write_text(code, "utf-8")
    return started(sys.executable, script, raw, out)


def finished_shards(out: Path) -> list[Path]:
    return list((out / ".work" / "cache").glob("*/*/seal"))


@pytest.mark.torture("seed", range(50), range(2))
def test_a_run_killed_at_any_moment(large: Large, tmp_path: Path, run: Run, seed: int) -> None:
    """SIGKILL at a seeded moment of cleaning or detection: the workers go too, and the next run goes on from there."""
    out = tmp_path / "out"
    dying = two_workers(large.raw, out)
    try:
        waited(lambda: finished_shards(out))
        mine = workers(dying.pid)
        time.sleep(random.Random(seed).random() * 4)
    finally:
        dying.kill()
    dying.communicate()
    waited(lambda: not any(Path(f"/proc/{pid}").exists() for pid in mine))
    n_shards = len(finished_shards(out))
    described = run(large.raw, out)
    assert digests(out) == large.new
    assert n_shards == 0 or described["sources"]["reused"] > 0
    check(out)


def test_a_killed_worker_is_named(large: Large, tmp_path: Path, run: Run) -> None:
    """A worker that the system kills, for want of memory say, ends the run with one line; the next one completes."""
    out = tmp_path / "out"
    running = two_workers(large.raw, out)
    waited(lambda: finished_shards(out))
    os.kill(waited(lambda: workers(running.pid))[0], signal.SIGKILL)
    _, errors = running.communicate()
    assert (running.returncode, errors.count("\n")) == (1, 1), errors
    assert "a worker: found that it was killed" in errors
    assert not (out / manifest.MANIFEST).exists()
    assert run(large.raw, out)["sources"]["reused"] > 0
    assert digests(out) == large.new


def test_ctrl_c_is_one_line(large: Large, tmp_path: Path, run: Run) -> None:
    """Ctrl-C, which all processes of the terminal get, ends the run with one line and 130; the next one completes."""
    out = tmp_path / "out"
    running = two_workers(large.raw, out)
    waited(lambda: finished_shards(out))
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate()
    assert (running.returncode, errors.count("\n")) == (130, 1), errors
    assert "interrupted" in errors
    assert run(large.raw, out)["sources"]["reused"] > 0
    assert digests(out) == large.new


def test_a_second_run_is_told_so(large: Large, tmp_path: Path) -> None:
    """A run on an OUT where another is at work exits with 2 and says so, and the first one finishes."""
    out = tmp_path / "out"
    first = two_workers(large.raw, out)
    waited(lambda: finished_shards(out))
    second = started(CLEANER, "run", large.raw, out)
    _, errors = second.communicate()
    assert (second.returncode, errors.count("\n")) == (2, 1), errors
    assert "another run at work on OUT" in errors
    first.communicate()
    assert first.returncode == 0
    assert digests(out) == large.new


@pytest.mark.torture("megabytes", (720, 820, 920), ())
def test_a_run_without_memory_says_so(megabytes: int, scene: Scene, out: Path, run: Run) -> None:
    """A run that may take no more memory ends with one line, the old result stands and the next run completes.

    The limits are on addresses: Python and the libraries take 520 MB of them before any text is read. Not sampled:
    under one a run of several has hung in a thread pool of a library.
    """
    limited = (
        "import resource, sys\n"
        "import cleaner.pipeline, cleaner.cli\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({megabytes} * 2**20, {megabytes} * 2**20))\n"
        "cleaner.cli.main(['run', sys.argv[1], sys.argv[2], '--workers', '1'])\n"
    )
    (scene.raw / "large.txt").write_text("今天召开会议。\n" * 3_000_000, "utf-8")
    try:
        running = started(sys.executable, "-c", limited, scene.raw, out)
        _, errors = running.communicate(timeout=120)
    finally:
        running.kill()
        (scene.raw / "large.txt").unlink()
    assert running.returncode == 1, errors
    assert "Traceback" not in errors
    assert errors.endswith("cleaner: no memory left; free memory or lower --workers\n")
    assert digests(out) == scene.old
    holds(scene, out, run)


def in_namespace(script: str, *given: Path) -> dict[str, Any]:
    """Run Python in a mount namespace of its own, so that it may mount, and return the JSON it prints."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare is absent or not allowed: no file system of a set size")
    done = started("unshare", "-rm", sys.executable, "-c", MOUNTED + script, *given)
    printed, errors = done.communicate()
    assert done.returncode == 0, errors
    found: dict[str, Any] = json.loads(printed)
    return found


MOUNTED = f"""
import json, subprocess, sys
from pathlib import Path
from tests.results import digests
raw, out = map(Path, sys.argv[1:3])
def mount(*options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(out)], check=True)
def cleaner(*words):
    done = subprocess.run([{str(CLEANER)!r}, *map(str, words)], capture_output=True, text=True)
    return [done.returncode, done.stderr]
"""


def test_a_full_disk_is_said_and_costs_nothing(scene: Scene, tmp_path: Path) -> None:
    """OUT is a mount point whose disk is full: one line, the old result verifies; with room again the run completes."""
    (tmp_path / "out").mkdir()
    shutil.copytree(scene.out, tmp_path / "old")
    found = in_namespace(
        """
mount("size=64m")
subprocess.run(["cp", "-a", f"{sys.argv[3]}/.", str(out)], check=True)
used = int(subprocess.run(["du", "-sk", str(out)], capture_output=True, text=True).stdout.split()[0])
runs = []
for spare in (0, 8, 64, 200, 400):
    mount("remount", f"size={used + spare}k")
    runs.append((cleaner("run", raw, out), cleaner("verify", out)[0], digests(out)))
mount("remount", "size=64m")
print(json.dumps([runs, cleaner("run", raw, out), digests(out)]))
""",
        scene.raw, tmp_path / "out", tmp_path / "old",
    )  # fmt: skip
    runs, last, tables = found
    full = [run for run in runs if run[0][0] != 0]
    assert len(full) >= 3
    for (code, errors), verified, left in full:
        assert (code in (1, 2), errors.count("\n"), verified) == (True, 1, 0), errors
        assert "No space left" in errors
        assert left == scene.old
    assert (last, tables) == ([0, ""], scene.new)


def test_a_read_only_out_is_the_callers_mistake(scene: Scene, tmp_path: Path) -> None:
    """OUT on a file system that may not be written: one line and 2, and the result there can still be read."""
    (tmp_path / "out").mkdir()
    shutil.copytree(scene.out, tmp_path / "old")
    found = in_namespace(
        """
mount("size=64m")
subprocess.run(["cp", "-a", f"{sys.argv[3]}/.", str(out)], check=True)
mount("remount", "ro")
print(json.dumps([cleaner("run", raw, out), cleaner("verify", out)[0], digests(out)]))
""",
        scene.raw, tmp_path / "out", tmp_path / "old",
    )  # fmt: skip
    (code, errors), verified, tables = found
    assert (code, errors.count("\n"), verified, tables) == (2, 1, 0, scene.old), errors
    assert "Read-only file system" in errors


def test_an_out_without_permission_is_the_callers_mistake(scene: Scene, out: Path) -> None:
    """OUT that the user may not write, tried as a user whom permissions bind: one line and 2, the result untouched."""
    command: list[object] = [CLEANER, "run", scene.raw, out]
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("setpriv is absent: root may write everything")
        caps = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={caps}", f"--inh-caps={caps}", *command]
    (out / ".work" / "lock").chmod(0o400)
    (out / ".work").chmod(0o500)
    running = started(*command)
    _, errors = running.communicate()
    (out / ".work").chmod(0o700)
    assert (running.returncode, errors.count("\n")) == (2, 1), errors
    assert "Permission denied" in errors
    assert digests(out) == scene.old
