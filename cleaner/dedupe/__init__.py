"""Which texts of any table are near-duplicates, of each other or of an earlier corpus? The near-duplicate half alone.

In: a table of texts (`texts.py`). Out: OUT with `texts`, `kept`, `pairs`, a report and the manifest, committed as a run
is. The table is read twice: once for the comparison forms, once to write its rows with their fates. What always holds:
a row is `kept`, or yields to a kept row or to a text of PRIOR with which its similarity is at least τ (or, where
`--containment` is given, in which it is contained); rows are in the order of the input and have all their columns.

Memory: some batches of rows, 0.3 kB a text, of PRIOR too, and 2 bytes a letter while excerpts are sought
(`dedup/evidence.py`). The comparison forms (4 bytes a letter) and the signatures (512 bytes a text) are mapped from
files below OUT/.work; texts themselves are never held.
"""

import dataclasses
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cleaner import __version__, rulepack, texts
from cleaner.config import Config
from cleaner.dedup import corpus
from cleaner.dedup.keep import DECISION, REASONS
from cleaner.dedupe.judge import judge
from cleaner.dedupe.write import ADDED, PRIOR, counts, page, write
from cleaner.engines.local import Local
from cleaner.errors import EngineError, InputError
from cleaner.gather import gather, name
from cleaner.progress import Progress
from cleaner.store import manifest
from cleaner.store.flat import Flat

COMMAND = "dedupe"


def dedupe(
    source: Path,
    out: Path,
    column: str,
    config: Config,
    progress: Progress,
    *,
    threshold: float | None = None,
    containment: float | None = None,
    against: Path | None = None,
    engine: Local | None = None,
) -> dict[str, Any]:
    """Mark the near-duplicates in the texts of `source`, write them to OUT and return the manifest.

    Args:
        column: the column with the texts.
        threshold: τ; None for that of the config.
        containment: τ_c; None to drop by similarity only.
        against: PRIOR, a table of the same kind or a finished result; rows that duplicate its texts are marked too.
        engine: what looks for placeholders, the most of the work; this process if it is not given.

    Raises:
        CleanerError: one of its subclasses; OUT is then as it was.
    """
    tau = config.dedup.threshold if threshold is None else threshold
    limit = corpus.NO_CONTAINMENT if containment is None else containment
    dedup = replace(config.dedup, threshold=tau, floor=min(config.dedup.floor, tau), containment=limit)
    corpus.settings_of(dedup)
    config = replace(config, dedup=dedup)
    files = texts.files_of(source)
    prior_files, prior_column = ((), column) if against is None else _prior(against, column)
    for path in (source, *(() if against is None else (against,))):
        if path.resolve().is_relative_to(out.resolve()):
            raise InputError(out, f"{path} inside OUT", "an OUT beside what is read", "give another OUT")
    added = [name for name, _ in (ADDED if against is None else (*ADDED, PRIOR))]
    pack = rulepack.chosen(config.rules)
    with manifest.work_area(out, COMMAND) as work:
        scratch = work / "forms"
        try:
            input_digests, prior_digests = _digests(files), _digests(prior_files)
            with (
                progress.stage("read", unit="rows") as bar,
                Flat(scratch / "codes", np.uint32) as codes,
                Flat(scratch / "sketches", np.uint32) as sketches,
            ):
                reading = (pack, config, codes, sketches)
                prior = None
                if prior_files:
                    prior = gather(prior_files, prior_column, *reading, (), bar.update, with_ids=True, engine=engine)
                found = gather(files, column, *reading, added, bar.update, engine=engine)
            with progress.stage("detect"):
                signatures = sketches.mapped().reshape(-1, dedup.num_perm)
                judged, sketch = judge(found, prior, codes.mapped(), signatures, config)
            with progress.stage("write", len(found), "rows") as bar:
                digests, shown = write(work / "new", files, column, found, judged, prior, bar.update)
            if changed := [path for path in files if _digests([path]).items() - input_digests.items()]:
                raise InputError(changed[0], "that it changed while it was read", "the same bytes", "run again")
            summary = {
                "cleaner": __version__,
                "command": COMMAND,
                "parameters": {
                    "input": name(source), "text": column, "threshold": tau, "containment": containment,
                    "against": None if against is None else name(against),
                },
                "config": json.loads(json.dumps(dataclasses.asdict(config))),
                "digests": {
                    "rules": pack.digest, "config": config.digest(), "input": input_digests,
                    "prior": prior_digests if prior_files else None, "tables": digests,
                },
                "counts": counts(found, prior, judged),
                "sketch": sketch,
                "seconds": progress.seconds,
            }  # fmt: skip
            if config.output.report:
                (work / "new" / "report").mkdir()
                (work / "new" / "report" / "index.html").write_text("".join(page(summary, judged, shown)), "utf-8")
            manifest.write(work / "new", summary)
            manifest.commit(out, COMMAND)
        except OSError as error:
            raise EngineError(
                out, str(error), "room and permission to write", "free the disk or give another OUT"
            ) from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return summary


def summary_lines(described: dict[str, Any], out: Path) -> Iterator[str]:
    """Yield what a person sees at the end."""
    counts, given = described["counts"], described["parameters"]
    bare = f"{counts['null']:,} null, {counts['empty']:,} without a letter; {counts['masked']:,} with placeholders"
    yield f"{given['input']} → {out}"
    yield f"  texts      {counts['rows']:>12,}   in column {given['text']}; {bare}"
    reasons = [f"{counts[reason]:,} {reason}" for reason in REASONS[1:DECISION]]
    if given["against"] is not None:
        reasons.append(f"{counts['prior']:,} of them in {given['against']} ({counts['prior_rows']:,} texts)")
    yield f"  dropped    {counts['dropped']:>12,}   {', '.join(reasons)}"
    yield f"  kept       {counts['kept']:>12,}   in {out}/kept; {counts['clusters']:,} of them with duplicates"
    recall = described["sketch"]["texts"]["expected_recall"]
    yield f"  pairs      {counts['pairs']:>12,}   τ = {given['threshold']:g}, expected recall {recall:.4f}"
    seconds = described["seconds"]
    yield f"  seconds    {sum(seconds.values()):>12.1f}   {', '.join(f'{k} {v:.1f}' for k, v in seconds.items())}"


def _digests(files: Sequence[Path]) -> dict[str, str]:
    """Return the sha256 of each file by its name."""
    return {name(Path(path.name)): texts.digest(path) for path in files}


def _prior(path: Path, column: str) -> tuple[tuple[Path, ...], str]:
    """Return the files of PRIOR and its column of texts; of a finished result these are known."""
    if manifest.command_of(path) == "run":
        return texts.files_of(path / "speeches"), "text"
    if manifest.command_of(path) == COMMAND:
        return texts.files_of(path / "kept"), manifest.read(path, COMMAND)["parameters"]["text"]
    return texts.files_of(path), column
