"""A standalone Spark cluster on the loopback address: a master and two workers, each a process, of the pip package.

`viewfs://lake/data` is another name of a folder of this machine, with a scheme and an authority as `hdfs:` and `s3a:`
have them.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from bench.events import events
from tests.conftest import ROOT, needed

CLEANER = Path(sys.executable).parent / "cleaner"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def waited(holds: Callable[[], Any], seconds: float = 600) -> Any:
    """Return what `holds` gives as soon as it gives something true."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)
    return found


class Cluster:
    """A master and two workers of one core each; `folder` has their logs, settings and event logs."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder, self.port, self.viewed = folder, free_port(), folder / "viewed"
        self.home = Path(needed("pyspark").__file__).parent
        self.master = f"spark://127.0.0.1:{self.port}"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "CLEANER_"))
        } | {
            "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_CONF_DIR": str(folder / "conf"), "SPARK_DAEMON_MEMORY": "256m",
            "PYSPARK_PYTHON": sys.executable,
        }  # fmt: skip
        (folder / "conf").mkdir(parents=True)
        (folder / "events").mkdir()
        self.viewed.mkdir()
        chosen = {
            "spark.default.parallelism": 4, "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false",
            "spark.executor.memory": "512m", "spark.eventLog.enabled": "true",
            "spark.eventLog.rolling.enabled": "false",
            "spark.eventLog.compress": "false", "spark.eventLog.dir": (folder / "events").as_uri(),
            "spark.shuffle.io.retryWait": "200ms",
            "spark.hadoop.fs.viewfs.mounttable.lake.link./data": self.viewed.as_uri(), **settings,
        }  # fmt: skip
        lines = [f"{name} {value}\n" for name, value in chosen.items()]
        (folder / "conf" / "spark-defaults.conf").write_text("".join(lines), "utf-8")
        self.processes = [self._start("Master", "--port", str(self.port), "--webui-port", "0")]
        waited(self._answers)
        self.processes += [self.worker() for _ in range(2)]

    def worker(self) -> "subprocess.Popen[bytes]":
        """Start a worker."""
        words = ("--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", str(self.folder / "work"))
        return self._start("Worker", *words, self.master)

    def _start(self, role: str, *words: str) -> "subprocess.Popen[bytes]":
        command = [self.home / "bin" / "spark-class", f"org.apache.spark.deploy.{role.lower()}.{role}"]
        with (self.folder / f"{role}-{time.monotonic_ns()}.log").open("wb") as log:
            return subprocess.Popen(
                [*command, "--host", "127.0.0.1", *words], env=self.environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def _answers(self) -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", self.port)) == 0

    def begin(self, *words: object, **environment: str) -> "subprocess.Popen[str]":
        """Begin `cleaner run` with these words on the cluster; `events` are then its own."""
        self.earlier = set((self.folder / "events").iterdir())
        command = [str(word) for word in (CLEANER, "run", *words, "--engine", "spark", "--master", self.master)]
        return subprocess.Popen(
            command, env=self.environment | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=ROOT,
        )  # fmt: skip

    def run(self, *words: object, **environment: str) -> tuple[int, str]:
        """Do `cleaner run` with these words on the cluster; return the exit code and what is on stderr."""
        begun = self.begin(*words, **environment)
        try:
            _, errors = begun.communicate(timeout=540)
        finally:
            begun.kill()
        return begun.returncode, errors

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield what the event log of the run that was begun last says so far."""
        for log in set((self.folder / "events").iterdir()) - self.earlier:
            yield from events(log)

    def stop(self) -> None:
        """End all processes that were started here."""
        for process in self.processes:
            kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """SIGKILL a worker or the master, and the executors that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def done_stages(found: Iterable[dict[str, Any]], job: str) -> int:
    """Return how many stages of the jobs of this description are completed."""
    mine: set[int] = set()
    completed: set[int] = set()
    for event in found:
        if event["Event"] == "SparkListenerJobStart" and event["Properties"].get("spark.job.description") == job:
            mine.update(event["Stage IDs"])
        if event["Event"] == "SparkListenerStageCompleted":
            completed.add(event["Stage Info"]["Stage ID"])
    return len(mine & completed)
