"""How do rows with their fates become the tables and the page of a result?"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cleaner import texts
from cleaner.columns import as_column
from cleaner.dedup.keep import DECISION, REASONS
from cleaner.dedupe.judge import PAIRS, Judged
from cleaner.errors import InputError
from cleaner.gather import Gathered
from cleaner.review.diff import diff

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


def write(
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
    shown = {row: "" for cluster in largest(judged) for row in cluster}
    at = 0
    with (
        texts.Writer(folder / "texts", schema) as all_rows,
        texts.Writer(folder / "kept", found.schema) as kept,
        texts.Writer(folder / "pairs", PAIRS) as pairs,
    ):
        for table in texts.batches(files, found.schema):
            end = at + table.num_rows
            if end > len(found):
                raise InputError(files[0], "more rows than before", "the same rows at each reading", "run again")
            here = [values.slice(at, end - at) for values in columns]
            all_rows.write(pa.Table.from_arrays([*table.columns, *here], schema=schema))
            kept.write(table.filter(as_column(judged.is_kept[at:end])))
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
        as_column(rows),
        as_column(judged.kept_of, alone),
        as_column(is_kept),
        as_column(judged.kept_of, is_kept | (judged.kept_of < 0)),
        as_column(judged.similarity, is_kept),
    ]
    if prior is not None:
        places = as_column(judged.prior_of, judged.prior_of < 0)
        columns.append(pc.coalesce(prior.ids.take(places).combine_chunks(), places.cast(pa.string())))
    return columns


def counts(found: Gathered, prior: Gathered | None, judged: Judged) -> dict[str, int]:
    """Return the counts for the manifest: rows = kept + dropped, dropped = exact + near-duplicate + contained."""
    n_kept = int(judged.is_kept.sum())
    by_reason = np.bincount(judged.reason, minlength=DECISION).tolist()
    counts = {
        "rows": len(found),
        "null": found.n_null,
        "empty": int((found.lengths == 0).sum()) - found.n_null,
        "masked": int((found.n_placeholders > 0).sum()),
        "kept": n_kept,
        "dropped": len(found) - n_kept,
        **dict(zip(REASONS[1:DECISION], by_reason[1:DECISION], strict=True)),
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


def largest(judged: Judged) -> list[list[int]]:
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


def page(summary: dict[str, Any], judged: Judged, shown: dict[int, str]) -> Iterator[str]:
    """Yield the pieces of the report: the counts, and the largest clusters with what differs from the kept text."""
    allowed = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'"
    yield '<!doctype html><html lang="en"><meta charset="utf-8"><title>cleaner dedupe</title>'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}"><style>{_STYLE}</style>'
    yield f"<h1>Near-duplicates in {escape(summary['parameters']['input'])}</h1><table>"
    for name, value in (summary["parameters"] | summary["counts"]).items():
        yield f"<tr><th>{escape(name)}<td>{escape(f'{value:,}' if isinstance(value, int) else str(value))}"
    yield "</table>"
    for row, *members in largest(judged):
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
