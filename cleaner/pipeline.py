"""How does a folder of raw files become a corpus? The whole flow, top to bottom: read this file first.

    list     ─ what lies in RAW
    unpack   ─ each archive and each table in a worker: a source for each thing in it, the bytes to OUT/.work
    clean    ─ all sources cut into shards, each in a worker: read, decode, repair, split, filter; rows and comparison
               forms to OUT/.work
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
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from cleaner import __version__, rulepack
from cleaner.clean import clean_source
from cleaner.config import Config, Rules
from cleaner.decisions import Decisions
from cleaner.dedup import corpus
from cleaner.dedup.exact import form
from cleaner.engines.base import Engine
from cleaner.errors import AuditError, EngineError, InputError
from cleaner.filters import own
from cleaner.ingest.read import Entry, listing, read
from cleaner.ingest.unpack import unpacked
from cleaner.progress import Progress
from cleaner.records import Cleaned, Speech
from cleaner.review import report
from cleaner.store import manifest, tables, write
from cleaner.store.flat import Arrays, Flat
from cleaner.store.reviewed import described, reviewed
from cleaner.store.scratch import Forms, Shard

NO_DECISIONS = Decisions()

SHARD_SOURCES = 64
"""Mean number of sources a worker cleans at a time: about 300 kB of text."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to clean one shard; names only, no text."""

    raw: Path
    entries: tuple[Entry, ...]
    folder: Path
    rules_digest: str
    config: Config


def run(
    raw: Path,
    out: Path,
    config: Config,
    engine: Engine,
    progress: Progress,
    decisions: Decisions = NO_DECISIONS,
    sample: int | None = None,
) -> dict[str, Any]:
    """Clean RAW, or a sample of so many of its files, into OUT, human decisions honoured, and return the manifest.

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
        try:
            for name in ("spools", "shards", "flat"):
                shutil.rmtree(work / name, ignore_errors=True)
            with progress.stage("unpack"):
                entries = unpacked(raw, entries, work / "spools", config.input, engine.map)
            cut = tables.shards(entries, SHARD_SOURCES, key=lambda entry: entry.source)
            tasks = [
                Task(raw, tuple(run), work / "shards" / f"{i:06d}", rules.digest, config) for i, run in enumerate(cut)
            ]
            with progress.stage("clean", len(entries), "sources") as bar:
                for n in engine.map(clean_shard, tasks):
                    bar.update(n)
            shards = [Shard(task.folder) for task in tasks]
            with progress.stage("detect"):
                speeches = _speeches(shards, work / "flat")
                said, stale = reviewed(shards, decisions)
                found = corpus.find(speeches, config, said, Arrays(work / "flat"))
            with progress.stage("write", len(entries), "sources") as bar:
                written = write.write_tables(work / "new", shards, speeches, found, config, bar.update)
            _hold(written)
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
                "sources": {"reused": 0, "done_anew": len(entries)},
                "seconds": progress.seconds,
            }
            with progress.stage("report"):
                report.write(work / "new", summary, config)
            manifest.write(work / "new", summary)
            manifest.commit(out)
        except OSError as error:
            raise EngineError(
                out, str(error), "room and permission to write", "free the disk or give another OUT"
            ) from error
        finally:
            for name in ("spools", "shards", "flat"):
                shutil.rmtree(work / name, ignore_errors=True)
    return summary


def sampled(entries: list[Entry], n: int) -> list[Entry]:
    """Return `n` of the entries, in their order: those whose names have the least hashes.

    So a larger sample holds a smaller one, and another file in RAW moves at most one out.
    """
    chosen = sorted(entries, key=lambda entry: hashlib.blake2b(entry.source.encode(), digest_size=16).digest())[:n]
    return sorted(chosen, key=lambda entry: entry.source.encode())


def clean_shard(task: Task) -> int:
    """Clean the sources of one shard into its folder; return how many there were. Runs in a worker."""
    pack = _rules(task.config.rules, task.rules_digest)
    cleaned = [clean_source(read(task.raw, entry, task.config.input), pack, task.config) for entry in task.entries]
    Shard(task.folder).write(cleaned, _forms(cleaned, task.config.dedup.script))
    return len(cleaned)


@cache
def _rules(rules: Rules, digest: str) -> rulepack.RulePack:
    """Return the rule packs that have `digest`; each process loads them once."""
    pack = rulepack.chosen(rules)
    if pack.digest != digest:
        raise EngineError(
            "the rule packs", "that they changed during the run", "the same packs throughout", "run again"
        )
    return pack


def _forms(cleaned: list[Cleaned], script: str) -> Forms:
    """Return the comparison forms of the speeches of a shard."""
    speeches: list[Speech] = [speech for source in cleaned for speech in source.speeches]
    forms = [form(speech.masked_text, script) for speech in speeches]
    return Forms(
        codes=np.concatenate([np.empty(0, np.uint32), *(f.codes for f in forms)]),
        lengths=np.array([len(f.codes) for f in forms], np.int64),
        breaks=np.concatenate([np.empty(0, np.int64), *(f.breaks for f in forms)]),
        n_breaks=np.array([len(f.breaks) for f in forms], np.int64),
        seqs=np.array([seq for speech in speeches for seq in speech.seqs], np.int64),
        n_seqs=np.array([len(speech.seqs) for speech in speeches], np.int64),
    )


def _speeches(shards: list[Shard], folder: Path) -> corpus.Speeches:
    """Return the forms of all shards as one set of flat arrays, the codes in a file of `folder`."""
    names: list[str] = []
    parts: list[list[np.ndarray[Any, Any]]] = [[np.empty(0, np.int64)] for _ in range(5)]
    with Flat(folder / "codes", np.uint32) as codes:
        for shard in shards:
            rows, forms = shard.read("speeches", ["source", "ordinal", "n_placeholders"]), shard.forms()
            names += rows["source"].to_pylist()
            codes.append(forms.codes)
            counts = (rows[name].to_numpy().astype(np.int64) for name in ("ordinal", "n_placeholders"))
            for part, values in zip(parts, (*counts, forms.lengths, forms.breaks, forms.n_breaks), strict=True):
                part.append(values)
    ordinals, n_placeholders, lengths, breaks, n_breaks = map(np.concatenate, parts)
    return corpus.Speeches.of(
        sources=names, ordinals=ordinals, n_placeholders=n_placeholders, codes=codes.mapped(), lengths=lengths,
        breaks=breaks, n_breaks=n_breaks,
    )  # fmt: skip


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
