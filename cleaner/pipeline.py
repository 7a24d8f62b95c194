"""How does a folder of raw files become a corpus? The whole flow, top to bottom: read this file first.

    list     ─ what lies in RAW
    unpack   ─ each archive and each table in a worker: a source for each thing in it, the bytes to OUT/.work
    clean    ─ what is new or changed, shard by shard in workers: read, decode, repair, split, filter; rows and
               comparison forms to OUT/.work/cache; what earlier runs left there is not done again
    detect   ─ all forms together: exact copies, sketches, bands, candidates, verification, keep; paragraphs alike;
               as human decisions (`decisions.py`) leave them
    write    ─ shard by shard: the final tables, with clusters, and the audit
    report   ─ one HTML page and the dataset card over the tables
    commit   ─ the new result takes the place of the old

What a source becomes depends on it, the rules and the config alone (`clean.py`); what duplicates what is a function of
the whole set of forms (`dedup/corpus.py`). So neither the workers nor the shards can be seen in the tables.
"""

import dataclasses
import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cleaner import __version__, rulepack
from cleaner.clean import FAULT
from cleaner.config import Config
from cleaner.decisions import Decisions
from cleaner.dedup import corpus
from cleaner.engines.base import Engine
from cleaner.errors import AuditError, EngineError, InputError
from cleaner.filters import own
from cleaner.ingest.read import Entry, listing
from cleaner.ingest.unpack import unpacked
from cleaner.progress import Progress
from cleaner.review import report
from cleaner.shards import Gathering, Task, clean_shard, gather_shard
from cleaner.store import manifest, tables, write
from cleaner.store.cache import Cache, recipe
from cleaner.store.flat import Arrays
from cleaner.store.reviewed import described, reviewed
from cleaner.store.schemas import REJECTED
from cleaner.store.scratch import Shard

NO_DECISIONS = Decisions()

DRAFTS = "shards-"
"""Begins the name of the folder of unfinished shards, another in each run: a worker may outlive its run by a moment."""

TASK_SOURCES = 64
"""Mean number of sources a worker cleans at a time: about 300 kB of text."""

SHARD_SOURCES, SHARD_BYTES = tables.GROUP_SOURCES, 4 * tables.SHARD_BYTES
"""Mean number of sources whose rows are read and written together, and bytes after which a shard takes no other one."""


def run(
    raw: Path,
    out: Path,
    config: Config,
    engine: Engine,
    progress: Progress,
    decisions: Decisions = NO_DECISIONS,
    sample: int | None = None,
    fresh: bool = False,
) -> dict[str, Any]:
    """Clean RAW, or a sample of so many of its files, into OUT, human decisions honoured, and return the manifest.

    Sources that an earlier run cleaned by the same rules, settings and program are not cleaned again (`shards.py`).

    Args:
        fresh: read every file, also those that by their stamps have not changed since.

    Raises:
        CleanerError: one of its subclasses; OUT is then as it was.
    """
    rules, own_filters = rulepack.chosen(config.rules), own.versions(config)
    if out.resolve().is_relative_to(raw.resolve()):
        raise InputError(out, "OUT inside RAW", "a folder outside it", "give another OUT")
    with progress.stage("list"):
        listed = listing(raw)
        entries = listed if sample is None else sampled(listed, sample)
    with manifest.work_area(out) as work:
        if not listed and (out / manifest.MANIFEST).exists() and manifest.read(out)["counts"]["sources"]["read"]:
            raise InputError(
                raw, "no file at all, and in OUT the corpus of an earlier run", "files: an empty RAW is rather a disk "
                "that is not mounted", "give the right RAW, or delete OUT",
            )  # fmt: skip
        try:
            _sweep(work)
            with progress.stage("unpack"):
                entries = unpacked(raw, entries, work / "spools", config.input, engine.map)
            with progress.stage("clean", len(entries), "sources") as bar:
                cache = Cache(work / "cache", recipe(rules.digest, config), believes_stamps=not fresh)
                drafts = Path(tempfile.mkdtemp(dir=work, prefix=DRAFTS))
                given = config.for_cleaning()
                given = dataclasses.replace(given, rules=rulepack.carried(given.rules, work / "rules"))
                shards, n_cleaned = _cleaned(raw, entries, drafts, cache, rules.digest, given, engine, bar.update)
            with progress.stage("detect"):
                speeches = engine.corpus(shards, work / "flat")
                said, stale = reviewed(shards, decisions)
                found = corpus.find(speeches, config, said, Arrays(work / "flat"))
            with progress.stage("write", len(entries), "sources") as bar:
                written = write.write_tables(work / "new", shards, speeches, found, config, bar.update)
            _hold(written)
            _hold_faults(written, work / "new")
            if decisions.lines:
                (work / "new" / manifest.DECISIONS).write_text(decisions.rows, "utf-8")
            summary = {
                "cleaner": __version__,
                "config": json.loads(json.dumps(dataclasses.asdict(config))),
                "filters": own_filters,
                "digests": {
                    "rules": rules.digest,
                    "config": config.digest(own_filters),
                    "decisions": decisions.digest,
                    "tables": written.digests,
                },
                "counts": written.counts,
                "decisions": described(decisions, stale),
                "sketch": corpus.described(
                    config.dedup, {"speeches": found.speech_statistics, "paragraphs": found.paragraph_statistics}
                ),
                "sample": None if sample is None else {"asked": sample, "of": len(listed)},
                "sources": {"reused": len(entries) - n_cleaned, "done_anew": n_cleaned},
                "seconds": progress.seconds,
            }
            with progress.stage("report"):
                report.write(work / "new", summary, config)
            manifest.write(work / "new", summary)
            manifest.commit(out)
            cache.keep(shards if config.output.cache else [])
        except OSError as error:
            raise EngineError(
                out, str(error), "room and permission to write", "free the disk or give another OUT"
            ) from error
        finally:
            _sweep(work)
    return summary


def sampled(entries: list[Entry], n: int) -> list[Entry]:
    """Return `n` of the entries, in their order: those whose names have the least hashes.

    So a larger sample holds a smaller one, and another file in RAW moves at most one out.
    """
    chosen = sorted(entries, key=lambda entry: hashlib.blake2b(entry.source.encode(), digest_size=16).digest())[:n]
    return sorted(chosen, key=lambda entry: entry.source.encode())


def _sweep(work: Path) -> None:
    """Remove what a run leaves behind when it is killed, but for the cache."""
    for path in (work / "spools", work / "flat", work / "rules", *work.glob(f"{DRAFTS}*")):
        shutil.rmtree(path, ignore_errors=True)


def _cleaned(
    raw: Path,
    entries: list[Entry],
    drafts: Path,
    cache: Cache,
    rules_digest: str,
    config: Config,
    engine: Engine,
    update: Callable[[int], object],
) -> tuple[list[Shard], int]:
    """Return the shards of all sources in order, and how many sources had to be cleaned for them."""
    told = (cache.origin(raw, entry, config) for entry in entries)
    known = {origin.source: origin for origin in told if origin is not None}
    new = [entry for entry in entries if entry.source not in known or not cache.holds(known[entry.source])]
    update(len(entries) - len(new))
    runs = [tuple(run) for run in tables.shards(new, TASK_SOURCES)]
    held = (cache.keys(entry.source for entry in run) for run in runs)
    tasks = [
        Task(raw, run, keys, drafts, cache.folder, rules_digest, config) for run, keys in zip(runs, held, strict=True)
    ]
    n_cleaned = 0
    for done in engine.map(clean_shard, tasks):
        known |= {origin.source: origin for origin in done.origins}
        if done.folder is not None:
            cache.add(done.folder)
        n_cleaned += done.n_cleaned
        update(len(done.origins))
    cache.remember(known.values(), drafts)
    cut = [[entry.source for entry in run] for run in tables.shards(entries, SHARD_SOURCES, SHARD_BYTES)]
    shards = cache.shards(cut)
    if scattered := cache.scattered(shards):
        gathered = [Gathering(shards[i], cache.keys(cut[i]), drafts, cache.folder) for i in scattered]
        for folder in engine.map(gather_shard, gathered):
            cache.add(folder)
        shards = cache.shards(cut)
    return shards, n_cleaned


def _hold_faults(written: write.Written, new: Path) -> None:
    """Let no program that fails on whatever it reads put an empty corpus in the place of the last one.

    Raises:
        EngineError: it failed on a source, and no source has a speech.
    """
    counts = written.counts
    if counts["speeches"]["found"] or not (n_failed := counts["rejected"].get(FAULT, 0)):
        return
    batches = tables.read_batches(new / "rejected", REJECTED.schema, ["reason", "detail"])
    detail = next(row["detail"] for batch in batches for row in batch.to_pylist() if row["reason"] == FAULT)
    raise EngineError(
        "the program", f"a fault on {n_failed:,} sources ({detail})", "a speech in some source", "install it anew"
    )


def _hold(written: write.Written) -> None:
    """Hold the counts of the run against each other: in + inserted = out + removed, and every speech is in one table.

    Raises:
        AuditError: they do not add up.
    """
    counts: dict[str, Any] = written.counts
    stages = Counter[str]()
    for stage in counts["stages"].values():
        stages.update(stage)
    given = counts["characters"]["decoded"] + stages["inserted"]
    if given != counts["characters"]["out"] + stages["removed"]:
        raise AuditError(
            "the run",
            f"{given} characters in and {counts['characters']['out'] + stages['removed']} out",
            "as many",
            "report it",
        )
    if counts["speeches"]["found"] != counts["speeches"]["kept"] + counts["speeches"]["dropped"]:
        raise AuditError("the run", f"{counts['speeches']}", "found = kept + dropped", "report it")
