"""How do kernels run on Apache Spark?

In: the address of a cluster. Out: an engine. OUT must lie in a folder that the driver and all workers share: shards
wait in OUT/.work as with the local engine. Spark moves tasks, ids, signatures and forms between stages, spills what
does not fit, and does again what a lost worker had done. The only file that imports pyspark.

What always holds: a stage runs the very program of the driver (`trust.py`) and asks the kernels that the local engine
asks; which questions are asked of the texts is the business of `spread/`.
"""

import os
import pickle
import re
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.storagelevel import StorageLevel

from cleaner.config import Config
from cleaner.engines.base import Result, Task
from cleaner.engines.hadoop import Remote
from cleaner.engines.rehearsal import Rehearse, rehearsed
from cleaner.engines.spread.cluster import Apply, Stage
from cleaner.engines.spread.corpus import SpreadSpeeches
from cleaner.engines.trust import Identity, Trusted, first_line, told
from cleaner.errors import ConfigError
from cleaner.store.scratch import Shard

JAVA = 17
"""The oldest Java that pyspark 4 runs on."""
TASKS_PER_CORE = 4
"""Tasks of a stage for each core of the cluster, so that the last ones to end leave no core idle for long."""
SETTINGS = {
    "spark.speculation": "false",  # a task writes its shard; two at once would be in each other's way
    "spark.driver.maxResultSize": "0",  # what comes back is what the driver must hold anyway
    "spark.ui.showConsoleProgress": "false",  # stderr has the bars of this program
    "spark.log.level": "FATAL",  # what goes wrong is told in one line here, at length in the logs of the workers
}
IDLE_SECONDS = 45
"""After so long without a task the cores rehearse again: Spark ends Python that was idle for 60 s, and while the driver
compares hot buckets it is. Source: measured, the first task after such a pause took 16.5 s, the median one 2.4 s."""
REACHED_SECONDS = 10
"""How long a master may take to answer."""


@contextmanager
def connected(master: str | None, config: Config) -> Iterator["Spark"]:
    """Give an engine on the cluster at `master`, or on the one that spark-submit or Spark's own settings name.

    Raises:
        ConfigError: there is no Java, it is too old, or the master cannot be reached.
    """
    _hold_java()
    if master is not None:
        _hold_master(master)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # Spark's own default is any python3 of the worker
    builder = SparkSession.builder.appName("cleaner")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    try:
        session = (builder if master is None else builder.master(master)).getOrCreate()
    except Exception as error:
        raise ConfigError(
            "--master", f"{master}: {first_line(error)}", "the address of a Spark cluster", "start it or correct it"
        ) from None
    try:
        engine = Spark(session, Identity.here(config.filters.own))
        engine.rehearse()
        yield engine
    finally:
        session.stop()


class Spark:
    """Runs stages on a cluster."""

    def __init__(self, session: SparkSession, identity: Identity) -> None:
        self._session, self._identity = session, identity
        chosen = session.sparkContext.getConf().get("spark.default.parallelism")
        self._chosen = int(chosen) if chosen else None
        self._ended = monotonic()
        self._set_tasks(1)

    def rehearse(self) -> None:
        """Hold every core against the driver, and let it load what stages need; cores come while the first one does.

        Raises:
            EngineError: one runs another program, or finds other duplicates in the same texts.
        """
        stage, called = Rehearse(rehearsed()), 0
        while called < (cores := max(1, self._cores())):
            self._set_tasks(cores)
            self._collect("rehearsal", self.over(range(cores), stage, "i long"))
            called = cores
        self._set_tasks(self._chosen or TASKS_PER_CORE * called)

    def _cores(self) -> int:
        """Return how many tasks the executors that have come can run at once."""
        context = self._session.sparkContext._jsc.sc()
        return int(context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile()))

    def _set_tasks(self, n: int) -> None:
        """Set how many tasks a stage has at least."""
        self._n_tasks = n
        for name in ("spark.sql.leafNodeDefaultParallelism", "spark.sql.shuffle.partitions"):
            self._session.conf.set(name, n)

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
        """Yield `function(task)` for each task, in order."""
        if tasks:
            rows = self.over(tasks, Apply(function), "i long, made binary")
            for made in self.collect(getattr(function, "__name__", "map"), rows).sort_by("i")["made"]:
                yield pickle.loads(made.as_py())

    def corpus(self, shards: Sequence[Shard], folder: Path) -> SpreadSpeeches:
        """Return the speeches of the shards; what workers and driver share goes into `folder`."""
        return SpreadSpeeches.of_shards(self, shards, folder)

    def remote(self, uri: str) -> Remote:
        """Return a folder of a file system that the cluster reaches."""
        return Remote(self._session, uri)

    def over(self, given: Sequence[object], stage: Stage, schema: str) -> DataFrame:
        """Return what a stage makes of these tasks or parts."""
        rows = pa.table({
            "i": pa.array(np.arange(len(given))), "given": pa.array(map(pickle.dumps, given), pa.binary()),
        })  # fmt: skip
        return self.then(self._session.createDataFrame(rows), stage, schema)

    def then(self, rows: DataFrame, stage: Stage, schema: str) -> DataFrame:
        """Return what a stage makes of rows."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of the newest pandas, which no stage uses
            return rows.mapInArrow(Trusted(self._identity, stage), schema)

    def grouped(self, rows: DataFrame, n_tasks: int, by: Sequence[str], within: Sequence[str]) -> DataFrame:
        """Return rows shuffled to at least `n_tasks` tasks, those equal in `by` together, sorted by `within`."""
        return rows.repartition(self._chosen or max(self._n_tasks, n_tasks), *by).sortWithinPartitions(*within)

    def held(self, rows: DataFrame) -> DataFrame:
        """Return rows that are made once and then kept on the workers' disks."""
        return rows.persist(StorageLevel.DISK_ONLY)

    def collect(self, what: str, rows: DataFrame) -> pa.Table:
        """Return rows to the driver; `what` is what the pages of Spark call the job.

        Raises:
            CleanerError: one that a worker raised, or that Spark gave up.
        """
        if monotonic() - self._ended > IDLE_SECONDS:
            self.rehearse()
        return self._collect(what, rows)

    def _collect(self, what: str, rows: DataFrame) -> pa.Table:
        self._session.sparkContext.setJobDescription(what)
        try:
            return rows.toArrow()
        except Exception as error:
            raise told(error) from None
        finally:
            self._ended = monotonic()


def _hold_java() -> None:
    """Hold the Java of this machine against what pyspark needs."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr if java else ""
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < JAVA:
        found = f"Java {version[1]}" if version else "no Java"
        raise ConfigError("--engine spark", found, f"Java {JAVA} or newer", "install it, or use --engine local")


def _hold_master(master: str) -> None:
    """Hold the address of a standalone master, which Spark would try for a minute, against who answers there."""
    if not (found := re.fullmatch(r"spark://(.+)", master)):
        return
    for place in found[1].split(","):
        host, _, port = place.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=REACHED_SECONDS).close()
        except (OSError, ValueError) as error:
            said = str(error)
        else:
            return
    raise ConfigError("--master", f"nobody at {master}: {said}", "a running Spark master", "start it or correct it")
