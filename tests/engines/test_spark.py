"""Runs on a real cluster, a master and two workers, each a process: the tables of a local run, byte for byte."""

import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from cleaner.cli import main
from cleaner.decisions import Decision, append
from cleaner.engines import trust
from cleaner.engines.rehearsal import Rehearse, rehearsed
from cleaner.engines.spread.bands import Share
from cleaner.errors import EngineError, FilterError
from cleaner.store import manifest
from cleaner.verify import check
from tests.conftest import ROOT, SAMPLE, needed, needed_program
from tests.engines.cluster import CLEANER, Cluster, done_stages, kill, waited
from tests.results import digests

Run = Callable[..., dict[str, Any]]
OURS = {"lock", "cache"}
"""All that a finished run leaves in OUT/.work."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    needed("pyspark")
    needed_program("java")
    running = Cluster(tmp_path_factory.mktemp("cluster"))
    yield running
    running.stop()


def same(one: Path, other: Path) -> None:
    """Hold two results against each other: tables, counts and statistics."""
    assert digests(one) == digests(other)
    mine, its = manifest.read(one), manifest.read(other)
    for name in ("counts", "sketch", "decisions", "digests"):
        assert mine[name] == its[name], name


def test_the_sample(cluster: Cluster, sample_out: Path, tmp_path: Path) -> None:
    """The sample through two workers gives the tables of the local engine, and what was cleaned is used again."""
    code, errors = cluster.run(SAMPLE, tmp_path / "out")
    assert code == 0, errors
    same(tmp_path / "out", sample_out)
    check(tmp_path / "out")
    assert {path.name for path in (tmp_path / "out" / ".work").iterdir()} <= OURS


def test_the_seeds(cluster: Cluster, seeds: Path, tmp_path: Path, run: Run) -> None:
    """The real raw files give the tables of the local engine."""
    run(seeds / "raw", tmp_path / "local")
    code, errors = cluster.run(seeds / "raw", tmp_path / "out")
    assert code == 0, errors
    same(tmp_path / "out", tmp_path / "local")


def test_a_worker_killed_in_the_band_join(cluster: Cluster, sample_out: Path, tmp_path: Path) -> None:
    """SIGKILL of a worker, its executor too, when the bands are half shuffled: what it had is done again."""
    running = cluster.begin(SAMPLE, tmp_path / "out")
    try:
        waited(lambda: running.poll() is not None or done_stages(cluster.events(), "bands of paragraphs"))
        kill(cluster.processes[2])
        _, errors = running.communicate(timeout=300)
    finally:
        running.kill()
    assert running.returncode == 0, errors
    lost = [event for event in cluster.events() if event["Event"] == "SparkListenerExecutorRemoved"]
    assert lost, "the run was over before the worker was killed"
    cluster.processes[2] = cluster.worker()
    same(tmp_path / "out", sample_out)


RULE = """
[[rule]]
id = "{name}"
why = "a formula of this test"
pattern = '{words}'
status = "active"{stage}
seen_in = ["a test"]
removes = ["⟦{words}⟧我们开会。"]
keeps = ["我们开会。"]
"""
FILTER = """
from cleaner.edits import Edit

def thanks(text):
    start = text.find("谢谢")  # "thanks"
    return [Edit(start, start + 2, "own", "word")] if start >= 0 else []
"""


def decided(result: Path, file: Path) -> Path:
    """Write decisions on a result: two near-duplicates are two, the two first speeches are one, the third goes."""
    kept, dropped = (pq.read_table(result / name).to_pylist() for name in ("speeches", "duplicates"))
    near = next(row for row in dropped if row["reason"] == "near-duplicate")
    survivor = next(row for row in kept if row["id"] == near["kept_id"])
    first, second, third = [row for row in kept if row["n_duplicates"] == 0][:3]
    for verdict, rows in ("different", (near, survivor)), ("same", (first, second)), ("drop", (third,)):
        texts, ids = tuple(row["raw_sha256"] for row in rows), tuple(row["id"] for row in rows)
        append(file, Decision(0, "a test", "2026-01-31T08:00:00Z", verdict, "speech", texts, ids))
    return file


def test_everything_that_must_travel(cluster: Cluster, sample_out: Path, tmp_path: Path) -> None:
    """Packs, learned rules, a filter of one's own, decisions; RAW and OUT of another file system: as a local run."""
    packs, site, out = tmp_path / "packs" / "inline", tmp_path / "site", cluster.viewed / "out"
    packs.mkdir(parents=True)
    (packs / "ours.toml").write_text(RULE.format(name="a-pack", words="同志们", stage=""), "utf-8")
    learned = RULE.format(name="a-learned-rule", words="会议", stage='\nstage = "inline"')
    (tmp_path / "learned.toml").write_text(learned, "utf-8")
    (site / "thanks-1.0.dist-info").mkdir(parents=True)
    (site / "thanks.py").write_text(FILTER, "utf-8")
    (site / "thanks-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: thanks\nVersion: 1.0\n")
    (site / "thanks-1.0.dist-info" / "entry_points.txt").write_text("[cleaner.filters]\nthanks = thanks:thanks\n")
    config = tmp_path / "cleaner.toml"
    config.write_text(
        '[rules]\npacks = ["packs"]\nlearned = ["learned.toml"]\n[filters]\nown = ["thanks"]\n'
        '[paragraphs]\naction = "drop"\n[dedup]\nbucket_cap = 2\n',
        "utf-8",
    )
    shutil.copytree(SAMPLE, cluster.viewed / "raw")
    chosen = ("--config", config, "--decisions", decided(sample_out, tmp_path / "decisions.jsonl"))
    words = ("viewfs://lake/data/raw", "viewfs://lake/data/out", *chosen, "--shared", tmp_path / "shared")
    (out / "speeches").mkdir(parents=True)
    (out / "speeches" / "part-00007.parquet").write_bytes(b"an older result")
    everywhere = f"--conf spark.executorEnv.PYTHONPATH={site} pyspark-shell"
    code, errors = cluster.run(*words, PYTHONPATH=str(site), PYSPARK_SUBMIT_ARGS=everywhere)
    assert code == 0, errors
    local = [CLEANER, "run", SAMPLE, tmp_path / "local", *chosen]
    environment = cluster.environment | {"PYTHONPATH": str(site)}
    subprocess.run(list(map(str, local)), env=environment, check=True, capture_output=True)
    same(out, tmp_path / "local")
    counts = manifest.read(out)
    assert counts["sketch"]["speeches"]["n_hot_buckets"] > 0, "no bucket was over the cap"
    assert counts["decisions"]["in_force"] == 3
    assert "decision" in pq.read_table(out / "duplicates")["reason"].to_pylist()
    rules = counts["counts"]["rules"]
    assert {"own/thanks/word", "inline/a-pack", "inline/a-learned-rule"} <= rules.keys()
    assert not list(out.rglob("*.crc"))


def test_libraries_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker with another version of a library that cleaner needs, or that such a one needs, is another program."""
    mine = trust.Identity.here(())
    versions = trust.metadata.distribution
    for name in ("ftfy", "lxml"):  # the second through trafilatura
        other = lambda asked, name=name: versions("pytest" if asked == name else asked)  # noqa: E731
        monkeypatch.setattr(trust.metadata, "distribution", other)
        trust._program.cache_clear()
        assert trust.Identity.here(()).digest != mine.digest
    monkeypatch.undo()
    trust._program.cache_clear()
    assert trust.Identity.here(()) == mine


def test_a_worker_with_another_program(cluster: Cluster, tmp_path: Path) -> None:
    """A worker that has another version of cleaner ends the run with one line that names both, and writes nothing."""
    shutil.copytree(ROOT / "cleaner", tmp_path / "site" / "cleaner", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "rules", tmp_path / "site" / "cleaner" / "rules")
    init = tmp_path / "site" / "cleaner" / "__init__.py"
    init.write_text(init.read_text("utf-8").replace('__version__ = "', '__version__ = "9.'), "utf-8")
    others = f"--conf spark.executorEnv.PYTHONPATH={tmp_path / 'site'} --conf spark.task.maxFailures=1 pyspark-shell"
    code, errors = cluster.run(SAMPLE, tmp_path / "out", PYSPARK_SUBMIT_ARGS=others)
    told = errors.splitlines()[-1]
    assert code == 1, errors
    assert re.match(r"cleaner: the worker on .*: found cleaner 9\..* expected that of the driver, 0\.", told), errors
    assert not (tmp_path / "out" / manifest.MANIFEST).exists()


@pytest.mark.parametrize(
    ("hidden", "words", "told"),
    [
        ("pyspark", (), "pip install 'cleaner[spark]'"),
        ("java", (), "found no Java; expected Java 17"),
        ("", ("--master", "spark://127.0.0.1:1"), "nobody at spark://127.0.0.1:1"),
        ("", ("--engine", "local", "--master", "local[2]"), "give --engine spark"),
    ],
)
def test_what_is_absent_is_named(
    hidden: str, words: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without pyspark, Java or the master a run ends at once with one line and 2."""
    if hidden != "pyspark":
        needed("pyspark")
    if hidden == "java":
        monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    elif hidden != "pyspark" and "local" not in words:
        needed_program("java")
    if hidden == "pyspark":
        for name in [name for name in sys.modules if name.startswith("pyspark.")] + ["pyspark"]:
            monkeypatch.setitem(sys.modules, name, None)
        monkeypatch.delitem(sys.modules, "cleaner.engines.spark", raising=False)
        monkeypatch.delattr("cleaner.engines.spark", raising=False)
    done = CliRunner().invoke(main, ["run", str(SAMPLE), str(tmp_path / "out"), "--engine", "spark", *words])
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1), done.stderr
    assert told in done.stderr


@pytest.mark.parametrize("words", [("file:/x", "out"), ("raw", "s3a://bucket/out")])
def test_a_uri_needs_a_shared_folder(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """RAW or OUT as a URI without --shared, or without Spark, is the caller's mistake."""
    for more in (("--engine", "spark"), ("--engine", "local")):
        done = CliRunner().invoke(main, ["run", *words, *more])
        assert done.exit_code == 2
        assert "give" in done.stderr


def given_tasks(n: int) -> list[pa.RecordBatch]:
    """Return the rows of n tasks that have nothing to do with each other."""
    return [pa.record_batch({"i": pa.array([i]), "given": pa.array([pickle.dumps(None)])}) for i in range(n)]


def test_errors_come_home() -> None:
    """An error that a worker raises is the driver's, whatever Java wraps it in: another program, other duplicates."""
    mine = trust.Identity.here(())
    assert list(trust.Trusted(mine, Share(9))([])) == []
    ready = given_tasks(2)
    assert [one["i"].to_pylist() for one in trust.Trusted(mine, Rehearse(rehearsed()))(ready)] == [[0], [1]]
    with pytest.raises(RuntimeError) as unlike:
        list(trust.Trusted(mine, Rehearse("other"))(ready))
    assert "the same libraries" in str(trust.told(unlike.value))
    for wrong, kind in ((replace(mine, digest="0"), EngineError), (replace(mine, filters=("absent",)), FilterError)):
        with pytest.raises(RuntimeError) as raised:
            list(trust.Trusted(wrong, Share(9))([]))
        assert isinstance(trust.told(Exception(f"org.apache.spark.SparkException: {raised.value}\n\tat x")), kind)
    assert "numba" in str(trust.told(Exception("ModuleNotFoundError: No module named 'numba'")))
