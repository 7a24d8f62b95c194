"""Which texts of any table are near-duplicates, of each other or of an earlier corpus? The near-duplicate half alone.

In: a table of texts (`texts.py`). Out: OUT with `texts`, `kept`, `pairs`, a report and the manifest, committed as a run
is. The table is read twice: once for the comparison forms, once to write its rows with their fates. What always holds:
a row is `kept`, or yields to a kept row or to a text of PRIOR with which its similarity is at least τ (or, where
`--containment` is given, in which it is contained); rows are in the order of the input and have all their columns.

One file past 300 lines, because it is the whole flow of one command: read it from `dedupe` down.

Memory: 4 bytes for each letter of the comparison forms, of PRIOR too, several times that while paragraphs are
compared (see `dedup/corpus.py`), 0.7 kB a text, and one batch of rows. Texts themselves are never held.
"""

import base64
import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cleaner import __version__, rulepack, texts
from cleaner.chars import MASK
from cleaner.config import Config
from cleaner.dedup import corpus
from cleaner.dedup.exact import Form, form
from cleaner.dedup.keep import REASONS, Fates, keep_order, survivors
from cleaner.dedup.kernel import Bools, Codes, Floats, Ints
from cleaner.dedup.shingle import count_codes
from cleaner.dedup.sketch import SCHEME
from cleaner.dedup.verify import Verified
from cleaner.edits import Draft
from cleaner.errors import EngineError, InputError
from cleaner.filters import placeholder
from cleaner.progress import Progress
from cleaner.review.diff import diff
from cleaner.rulepack import RulePack
from cleaner.store import manifest

COMMAND = "dedupe"
ADDED = (
    ("row", pa.int64()),
    ("cluster_id", pa.int64()),
    ("kept", pa.bool_()),
    ("kept_row", pa.int64()),
    ("similarity", pa.float64()),
)
"""Columns that `texts` has beside those of the input."""
PRIOR = ("prior", pa.string())
"""One more, with `--against`."""
SHOWN_CLUSTERS, SHOWN_MEMBERS, SHOWN_CHARS = 20, 4, 2000
"""How much the report shows: the largest clusters, the first texts of each, the first characters of each."""
_VALUES = ("similarity", "jaccard", "containment")
_PAIRS = pa.schema(
    [("level", pa.string()), ("a", pa.int64()), ("b", pa.int64()), *((name, pa.float64()) for name in _VALUES)]
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one reading of a table of N texts leaves in memory.

    Args:
        schema: the columns of all files together.
        sha256_by_file: of the files as they were read.
        n_null: rows whose text is null; their form is empty.
        codes, lengths, breaks, n_breaks, n_placeholders: as in `corpus.Speeches`, lengths and breaks text by text.
        ids: of each text its `id`, null where there is none.
    """

    schema: pa.Schema
    sha256_by_file: dict[str, str]
    n_null: int
    codes: Codes
    lengths: Ints
    breaks: Ints
    n_breaks: Ints
    n_placeholders: Ints
    ids: pa.ChunkedArray

    def __len__(self) -> int:
        return len(self.lengths)


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of the n rows of the input; every array but those of pairs has shape (n,).

    Args:
        kept_of: int64, the kept row it yields to, itself if it is kept, -1 if it yields to a text of PRIOR.
        prior_of: int64, that text's row in PRIOR, else -1.
        reason: uint8, an index into `keep.REASONS`.
        similarity: float64, with the text it yields to.
        is_spared: bool, kept although its similarity with a text of PRIOR is at least τ, because that one has masks
            opposite its words (`keep.verdicts`).
        pairs: rows of the table `pairs`.
    """

    kept_of: Ints
    prior_of: Ints
    reason: Ints
    similarity: Floats
    is_spared: Bools
    pairs: pa.Table

    @property
    def is_kept(self) -> Bools:
        """Whether each row stays."""
        return np.asarray(self.kept_of == np.arange(len(self.kept_of)))

    @property
    def n_yielding(self) -> Ints:
        """How many rows yield to each row."""
        gone = self.kept_of[~self.is_kept & (self.kept_of >= 0)]
        return np.bincount(gone, minlength=len(self.kept_of)).astype(np.int64)


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
) -> dict[str, Any]:
    """Mark the near-duplicates in the texts of `source`, write them to OUT and return the manifest.

    Args:
        column: the column with the texts.
        threshold: τ; None for that of the config.
        containment: τ_c; None to drop by similarity only.
        against: PRIOR, a table of the same kind or a finished result; rows that duplicate its texts are marked too.

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
    pack = rulepack.load((rulepack.shipped(), *map(Path, config.rules.packs)), config.rules.disabled)
    with manifest.work_area(out, COMMAND) as work:
        try:
            with progress.stage("read", unit="rows") as bar:
                found = _gather(files, column, pack, config, added, bar.update)
                prior = _gather(prior_files, prior_column, pack, config, (), bar.update) if prior_files else None
            with progress.stage("detect"):
                judged, sketch = _judge(found, prior, config)
            with progress.stage("write", len(found), "rows") as bar:
                digests, shown = _write(work / "new", files, column, found, judged, prior, bar.update)
            changed = [path for path in files if texts.digest(path) != found.sha256_by_file[_name(Path(path.name))]]
            if changed:
                raise InputError(changed[0], "that it changed while it was read", "the same bytes", "run again")
            summary = {
                "cleaner": __version__,
                "command": COMMAND,
                "parameters": {
                    "input": _name(source), "text": column, "threshold": tau, "containment": containment,
                    "against": None if against is None else _name(against),
                },
                "config": json.loads(json.dumps(dataclasses.asdict(config))),
                "digests": {
                    "rules": pack.digest, "config": config.digest(), "input": found.sha256_by_file,
                    "prior": None if prior is None else prior.sha256_by_file, "tables": digests,
                },
                "counts": _counts(found, prior, judged),
                "sketch": sketch,
                "seconds": progress.seconds,
            }  # fmt: skip
            if config.output.report:
                (work / "new" / "report").mkdir()
                (work / "new" / "report" / "index.html").write_text("".join(_page(summary, judged, shown)), "utf-8")
            manifest.write(work / "new", summary)
            manifest.commit(out, COMMAND)
        except OSError as error:
            raise EngineError(
                out, str(error), "room and permission to write", "free the disk or give another OUT"
            ) from error
    return summary


def compared(text: str, pack: RulePack, config: Config) -> tuple[Form, int]:
    r"""Return the comparison form of a text as a person wrote it, and how many placeholders the rules found in it.

    >>> pack = rulepack.load([rulepack.shipped()])
    >>> found, n = compared("新建水库××座。\r\n谢谢！", pack, Config())           # "X reservoirs were built. / Thanks!"
    >>> "".join(map(chr, found.codes)).replace(MASK, "□"), n
    ('新建水库□座谢谢', 1)
    """
    text = text.replace(MASK, "").replace("\r\n", "\n").replace("\r", "\n")
    edits = list(placeholder.edits(text, pack, config))
    return form(Draft.of(text).apply(edits).text if edits else text, config.dedup.script), len(edits)


def summary_lines(described: dict[str, Any], out: Path) -> Iterator[str]:
    """Yield what a person sees at the end."""
    counts, given = described["counts"], described["parameters"]
    bare = f"{counts['null']:,} null, {counts['empty']:,} without a letter; {counts['masked']:,} with placeholders"
    yield f"{given['input']} → {out}"
    yield f"  texts      {counts['rows']:>12,}   in column {given['text']}; {bare}"
    reasons = [f"{counts[reason]:,} {reason}" for reason in REASONS[1:]]
    if given["against"] is not None:
        reasons.append(f"{counts['prior']:,} of them in {given['against']} ({counts['prior_rows']:,} texts)")
    yield f"  dropped    {counts['dropped']:>12,}   {', '.join(reasons)}"
    yield f"  kept       {counts['kept']:>12,}   in {out}/kept; {counts['clusters']:,} of them with duplicates"
    recall = described["sketch"]["texts"]["expected_recall"]
    yield f"  pairs      {counts['pairs']:>12,}   τ = {given['threshold']:g}, expected recall {recall:.4f}"
    seconds = described["seconds"]
    yield f"  seconds    {sum(seconds.values()):>12.1f}   {', '.join(f'{k} {v:.1f}' for k, v in seconds.items())}"


def _name(path: Path) -> str:
    """Return the path as text that can be written, whatever its bytes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _prior(path: Path, column: str) -> tuple[tuple[Path, ...], str]:
    """Return the files of PRIOR and its column of texts; of a finished result these are known."""
    if manifest.command_of(path) == "run":
        return texts.files_of(path / "speeches"), "text"
    if manifest.command_of(path) == COMMAND:
        return texts.files_of(path / "kept"), manifest.read(path, COMMAND)["parameters"]["text"]
    return texts.files_of(path), column


def _gather(
    files: Sequence[Path],
    column: str,
    pack: RulePack,
    config: Config,
    added: Sequence[str],
    done: Callable[[int], object],
) -> Gathered:
    """Read a table for the comparison forms of its texts; `added` are names that its columns may not have."""
    schema: pa.Schema | None = None
    codes, breaks, ids = [np.empty(0, np.uint32)], [np.empty(0, np.int64)], []
    counts = [np.empty((0, 3), np.int64)]
    n_null, sha256_by_file = 0, {}
    for path in files:
        sha256_by_file[_name(Path(path.name))] = texts.digest(path)
        for table in texts.batches([path]):
            schema = texts.joined(schema, table.schema, path)
            if taken := [name for name in added if name in table.column_names]:
                raise InputError(
                    path, f"a column {taken[0]!r}, which dedupe adds", "a name of its own",
                    f"rename it, for example to {taken[0]}_before",
                )  # fmt: skip
            given = _strings(table, column, path)
            n_null += given.null_count
            forms = [compared(text or "", pack, config) for text in given.to_pylist()]
            codes.append(np.concatenate([codes[0], *(one.codes for one, _ in forms)]))
            breaks.append(np.concatenate([breaks[0], *(one.breaks for one, _ in forms)]))
            sizes = [(len(one.codes), len(one.breaks), n) for one, n in forms]
            counts.append(np.array(sizes, np.int64).reshape(-1, 3))
            ids.append(_ids(table))
            done(table.num_rows)
    if schema is None or column not in schema.names:
        names = "none" if schema is None else ", ".join(schema.names)
        raise InputError(files[0], f"no column {column!r}", f"one of {names}", "give the column with --text")
    lengths, n_breaks, n_placeholders = np.concatenate(counts).T.copy()
    return Gathered(
        schema, sha256_by_file, n_null, np.concatenate(codes), lengths, np.concatenate(breaks), n_breaks,
        n_placeholders, pa.chunked_array(ids, pa.string()),
    )  # fmt: skip


def _strings(table: pa.Table, column: str, path: Path) -> pa.ChunkedArray:
    """Return the texts; all null if these rows do not have the column."""
    if column not in table.column_names:
        return pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
    values = table.column(column)
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_null(kind)
    ):
        raise InputError(path, f"column {column!r} of type {values.type}", "strings", "give the column with --text")
    return values.cast(kind)


def _ids(table: pa.Table) -> pa.Array:
    kind = table.schema.field("id").type if "id" in table.column_names else pa.null()
    if not (pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return pa.nulls(table.num_rows, pa.string())
    return table.column("id").cast(pa.string()).combine_chunks()


def _judge(found: Gathered, prior: Gathered | None, config: Config) -> tuple[Judged, dict[str, Any]]:
    """Return what becomes of each row, and what the manifest says of the search.

    The texts of PRIOR come first in keep order and none of them yields to another: whoever is like any of them is
    marked, before rows are held against rows. In a bucket over the cap that a text of PRIOR shares with one it is like
    itself, only the first of the two is looked at (`dedup/hot.py`).
    """
    both = [found] if prior is None else [prior, found]
    first = 0 if prior is None else len(prior)

    def joined(name: str) -> Any:
        return np.concatenate([getattr(one, name) for one in both])

    offsets = np.concatenate(([0], np.cumsum(joined("lengths")))).astype(np.int64)
    n_breaks, dedup, n = joined("n_breaks"), config.dedup, len(offsets) - 1
    codes, names, places = joined("codes"), [""] * n, np.arange(n)
    n_letters, _ = count_codes(codes, offsets)
    order = keep_order(n_letters, joined("n_placeholders"), names, places, dedup.keep)
    order = np.concatenate((order[order < first], order[order >= first]))
    rank = np.empty(n, np.int64)
    rank[order] = places
    texts_of = corpus.Speeches(
        sources=names,
        ordinals=rank,
        n_placeholders=np.zeros(n, np.int64),
        codes=codes,
        offsets=offsets,
        breaks=joined("breaks") + np.repeat(offsets[:-1], n_breaks),
        break_offsets=np.concatenate(([0], np.cumsum(n_breaks))).astype(np.int64),
    )
    # The order is settled above, PRIOR first: for `find` a text's place in it is all there is.
    done = corpus.find(texts_of, replace(config, dedup=replace(dedup, keep=("first",))))
    pairs, first_of = done.pairs, done.first_of

    def fates(chosen: Bools) -> Fates:
        limits = (dedup.threshold, dedup.containment, dedup.length_ratio)
        return survivors(order, pairs.take(chosen), n_letters, *limits, first_of)

    with_prior = (pairs.a < first) != (pairs.b < first)
    by_prior = fates(with_prior)
    is_marked = by_prior.kept_of < first
    by_row = fates(~is_marked[pairs.a] & ~is_marked[pairs.b])
    is_marked, own, marked = is_marked[first:], by_row.kept_of[first:], by_prior.kept_of[first:]
    high = with_prior & (pairs.similarity >= dedup.threshold)
    judged = Judged(
        kept_of=np.where(is_marked, -1, own - first),
        prior_of=np.where(is_marked, marked, -1),
        reason=np.where(is_marked, by_prior.reason[first:], by_row.reason[first:]),
        similarity=np.where(is_marked, by_prior.similarity[first:], by_row.similarity[first:]),
        is_spared=np.isin(first_of[first:], np.maximum(pairs.a, pairs.b)[high]) & ~is_marked,
        pairs=_pairs(pairs, first_of, order, rank, first),
    )
    named = {"scheme": SCHEME, **{name: getattr(dedup, name) for name in ("seed", "k", "num_perm")}}
    levels = {"texts": done.speech_statistics, "paragraphs": done.paragraph_statistics}
    for level, statistics in levels.items():
        values = dataclasses.asdict(statistics)
        bands = values.pop("bands")
        named[level] = values | {"bands": bands["b"], "rows": bands["r"]}
    return judged, named


def _pairs(pairs: Verified, first_of: Ints, order: Ints, rank: Ints, first: int) -> pa.Table:
    """Return the rows of `pairs`, sorted: those of two rows of the input, of exact copies each with the first."""
    rows = order[order >= first]
    first_row = np.full(len(order), -1, np.int64)
    first_row[first_of[rows[::-1]]] = rows[::-1]  # the last to be written is the first in keep order
    a, b = first_row[pairs.a], first_row[pairs.b]
    inside = (a >= 0) & (b >= 0)
    a, b = a[inside], b[inside]
    a, b = np.where(rank[a] < rank[b], a, b), np.where(rank[a] < rank[b], b, a)
    copies = rows[first_row[first_of[rows]] != rows]
    columns = {
        "level": ["text"] * (len(a) + len(copies)),
        "a": np.concatenate((a, first_row[first_of[copies]])) - first,
        "b": np.concatenate((b, copies)) - first,
    } | {name: np.concatenate((getattr(pairs, name)[inside], np.ones(len(copies)))) for name in _VALUES}
    return pa.Table.from_pydict(columns, _PAIRS).sort_by([("a", "ascending"), ("b", "ascending")])


def _write(
    folder: Path,
    files: Sequence[Path],
    column: str,
    found: Gathered,
    judged: Judged,
    prior: Gathered | None,
    done: Callable[[int], object],
) -> tuple[dict[str, dict[str, str]], dict[int, str]]:
    """Write the tables; return their digests and the texts of the clusters that the report shows."""
    added = ADDED if prior is None else (*ADDED, PRIOR)
    schema = pa.schema([*found.schema, *(pa.field(name, kind) for name, kind in added)])
    columns = _columns(judged, prior)
    shown = {row: "" for cluster in _largest(judged) for row in cluster}
    at = 0
    with (
        texts.Writer(folder / "texts", schema) as all_rows,
        texts.Writer(folder / "kept", found.schema) as kept,
        texts.Writer(folder / "pairs", _PAIRS) as pairs,
    ):
        for table in texts.batches(files, found.schema):
            end = at + table.num_rows
            if end > len(found):
                raise InputError(files[0], "more rows than before", "the same rows at each reading", "run again")
            here = [values.slice(at, end - at) for values in columns]
            all_rows.write(pa.Table.from_arrays([*table.columns, *here], schema=schema))
            kept.write(table.filter(pa.array(judged.is_kept[at:end])))
            for row in shown.keys() & set(range(at, end)):
                shown[row] = str(table.column(column)[row - at].as_py() or "")[:SHOWN_CHARS]
            at = end
            done(table.num_rows)
        if at < len(found):
            raise InputError(files[0], "fewer rows than before", "the same rows at each reading", "run again")
        pairs.write(judged.pairs)
    digests = {"texts": all_rows.files, "kept": kept.files, "pairs": pairs.files}
    return digests, shown


def _columns(judged: Judged, prior: Gathered | None) -> list[pa.Array]:
    """Return the columns that are added, in the order of `ADDED` and `PRIOR`."""
    rows, is_kept = np.arange(len(judged.kept_of)), judged.is_kept
    alone = (judged.kept_of < 0) | (is_kept & (judged.n_yielding == 0))
    columns = [
        pa.array(rows),
        pa.array(judged.kept_of, mask=alone),
        pa.array(is_kept),
        pa.array(judged.kept_of, mask=is_kept | (judged.kept_of < 0)),
        pa.array(judged.similarity, mask=is_kept),
    ]
    if prior is not None:
        places = pa.array(judged.prior_of, mask=judged.prior_of < 0)
        columns.append(pc.coalesce(prior.ids.take(places).combine_chunks(), places.cast(pa.string())))
    return columns


def _counts(found: Gathered, prior: Gathered | None, judged: Judged) -> dict[str, int]:
    """Return the counts for the manifest: rows = kept + dropped, dropped = exact + near-duplicate + contained."""
    n_kept = int(judged.is_kept.sum())
    by_reason = np.bincount(judged.reason, minlength=len(REASONS)).tolist()
    counts = {
        "rows": len(found),
        "null": found.n_null,
        "empty": int((found.lengths == 0).sum()) - found.n_null,
        "masked": int((found.n_placeholders > 0).sum()),
        "kept": n_kept,
        "dropped": len(found) - n_kept,
        **dict(zip(REASONS[1:], by_reason[1:], strict=True)),
        "clusters": int((judged.n_yielding > 0).sum()),
        "pairs": judged.pairs.num_rows,
    }
    if prior is not None:
        counts |= {
            "prior_rows": len(prior),
            "prior": int((judged.prior_of >= 0).sum()),
            "spared_by_masks": int(judged.is_spared.sum()),
        }
    return counts


def _largest(judged: Judged) -> list[list[int]]:
    """Return the rows of the largest clusters, in each the kept one first."""
    sizes = judged.n_yielding
    survivors_first = np.argsort(-sizes, kind="stable")[:SHOWN_CLUSTERS]
    return [
        [row, *[member for member in np.flatnonzero(judged.kept_of == row).tolist() if member != row][:SHOWN_MEMBERS]]
        for row in survivors_first[sizes[survivors_first] > 0].tolist()
    ]


_STYLE = (
    "body{font:16px/1.6 sans-serif;margin:2rem}td,th{text-align:left;vertical-align:top;padding:.2rem .8rem}"
    "section{display:flex;gap:1rem;overflow-x:auto}article{flex:1 0 24rem;white-space:pre-wrap}"
    "ins{background:#cfc}del{background:#fcc}"
)


def _page(summary: dict[str, Any], judged: Judged, shown: dict[int, str]) -> Iterator[str]:
    """Yield the pieces of the report: the counts, and the largest clusters with what differs from the kept text."""
    allowed = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'"
    yield '<!doctype html><html lang="en"><meta charset="utf-8"><title>cleaner dedupe</title>'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}"><style>{_STYLE}</style>'
    yield f"<h1>Near-duplicates in {escape(summary['parameters']['input'])}</h1><table>"
    for name, value in (summary["parameters"] | summary["counts"]).items():
        yield f"<tr><th>{escape(name)}<td>{escape(f'{value:,}' if isinstance(value, int) else str(value))}"
    yield "</table>"
    for row, *members in _largest(judged):
        yield f"<h2>Row {row} and {int(judged.n_yielding[row]):,} that yield to it</h2><section>"
        yield f"<article><h3>Row {row}, kept</h3>{escape(shown[row])}</article>"
        for member in members:
            yield f"<article><h3>Row {member}, similarity {judged.similarity[member]:.3f}</h3>"
            for op in diff(shown[row], shown[member]):
                left, right = escape(op.left), escape(op.right)
                yield (
                    left
                    if op.is_equal
                    else (f"<del>{left}</del>" if left else "") + (f"<ins>{right}</ins>" if right else "")
                )
            yield "</article>"
        yield "</section>"
