"""Are the paragraphs those of the kept speeches, and does each repeated one have its kept copy?"""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from cleaner.clean import sha256
from cleaner.config import Config
from cleaner.decisions import Rulings
from cleaner.dedup.corpus import NO_CONTAINMENT
from cleaner.dedup.exact import digests
from cleaner.dedup.keep import paragraph_threshold
from cleaner.dedup.kernel import Hashes, Ints
from cleaner.dedup.link import Links, Said, link
from cleaner.dedup.verify import verify
from cleaner.verify.duplicates import check_pairs
from cleaner.verify.result import TOLERANCE, fail
from cleaner.verify.result import rows as rows_of
from cleaner.verify.sources import Forms, Read, lines_digest

_COLUMNS = ("id", "speech_id", "seq", "cluster_id", "kept", "kept_id", "similarity")


def check_paragraphs(out: Path, config: Config, read: Read, forms: Forms, order: Ints, rulings: Rulings) -> None:
    """Hold the paragraphs against the texts, and each repeated one against its kept copy; `order` is of speeches."""
    speech = {row["id"]: i for i, row in enumerate(read.rows) if not read.dropped[i]}
    rows = _read(out, config, read, forms, speech, rulings)
    by_id = {row["id"]: row for row in rows}
    # Paragraphs are compared where they stand: every other row of these bounds is one.
    codes, bounds = (
        forms.codes,
        forms.paragraphs(
            np.array([speech[row["speech_id"]] for row in rows], np.int64),
            np.array([row["seq"] for row in rows], np.int64),
        ),
    )
    index = {row["id"]: 2 * i for i, row in enumerate(rows)}
    check_pairs(out, config, "paragraph", index, codes, bounds, None)
    lengths = bounds[1::2] - bounds[::2]
    sizes = np.maximum(lengths - config.dedup.k + 1, 0)
    limits = paragraph_threshold(sizes, config.paragraphs.threshold, config.dedup.k, config.dedup.floor)
    gone = [row for row in rows if not row["kept"]]
    targets = [by_id.get(row["kept_id"]) for row in gone]
    for row, target in zip(gone, targets, strict=True):
        if (
            target is None
            or not target["kept"]
            or target["speech_id"] == row["speech_id"]
            or row["cluster_id"] != target["id"]
        ):
            raise fail(
                out / "paragraphs",
                f"{row['id']} with kept_id {row['kept_id']}",
                "a kept paragraph of another kept speech",
            )
    x = np.array([index[row["id"]] for row in gone], np.int64)
    y = np.array([index[row["kept_id"]] for row in gone], np.int64)
    again = verify(codes, bounds, x, y, config.dedup.k, 0.0, NO_CONTAINMENT)
    links = _links(rows, digests(codes, bounds, 2 * np.arange(len(rows))), speech, order, rulings)
    owed = _check_links(out, config, rows, lengths, links)
    for i, row in enumerate(gone):
        value = float(again.similarity[i])
        one, other = (codes[bounds[at] : bounds[at + 1]] for at in (x[i], y[i]))
        same = np.array_equal(one, other)
        value = 1.0 if same else value
        if (
            row["similarity"] is None
            or abs(row["similarity"] - value) > TOLERANCE
            or (value < max(limits[x[i] // 2], limits[y[i] // 2]) - TOLERANCE and owed.get(row["id"]) != row["kept_id"])
        ):
            raise fail(
                out / "paragraphs",
                f"{row['id']} with similarity {row['similarity']}",
                f"{value}, at least its threshold",
            )
    _check_apart(out, rows, links, x // 2, y // 2)
    named = {row["kept_id"] for row in gone}
    for row in rows:
        if row["kept"] and ((row["cluster_id"] is not None) != (row["id"] in named) or row["kept_id"] is not None):
            raise fail(
                out / "paragraphs",
                f"{row['id']} with cluster_id {row['cluster_id']}",
                "its own id if another yields to it, else null",
            )
    repeats = Counter(row["speech_id"] for row in gone)
    for i, row in enumerate(read.rows):
        if row["n_repeated_paragraphs"] != repeats[row["id"]]:
            found = f"{row['id']} with n_repeated_paragraphs {row['n_repeated_paragraphs']}"
            raise fail(out / ("duplicates" if read.dropped[i] else "speeches"), found, f"{repeats[row['id']]}")


def _read(
    out: Path, config: Config, read: Read, forms: Forms, speech: dict[str, int], rulings: Rulings
) -> list[dict[str, Any]]:
    """Hold the paragraphs against the texts of their speeches; return their rows, digests in the place of texts.

    `sha256` of the text is there if a decision names a paragraph.
    """
    drops = config.paragraphs.action == "drop"
    rows: list[dict[str, Any]] = []
    seen = []
    for name, group in groupby(rows_of(out, "paragraphs", config), key=lambda row: row["speech_id"]):
        own = list(group)
        seen.append(name)
        i = speech.get(name)
        for row in own:
            if i is None or row["id"] != f"{name}/{row['seq']}" or row["n_chars"] != len(row["text"]):
                raise fail(out / "paragraphs", f"the row {row['id']}", "a paragraph of a kept speech")
            if not 0 <= row["seq"] < forms.n_lines(i):
                raise fail(out / "paragraphs", f"the row {row['id']}", "a line of its speech")
            digest = {"sha256": sha256(row["text"])} if rulings.texts else {}
            rows.append({column: row[column] for column in _COLUMNS} | digest)
        texts = (row["text"] for row in own if not drops or row["kept"])
        if lines_digest(texts) != read.rows[speech[name]]["lines"]:
            raise fail(out / "paragraphs", f"the paragraphs of {name}", "the lines of its text, in order")
    if seen != list(speech):
        raise fail(
            out / "paragraphs",
            f"paragraphs of {len(seen)} speeches",
            f"those of the {len(speech)} kept ones, in their order",
        )
    return rows


def _links(
    rows: Sequence[dict[str, Any]], keys: Hashes, speech: dict[str, int], order: Ints, rulings: Rulings
) -> Links:
    """Return what the decisions say of the paragraphs."""
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    places = np.array([rank[speech[row["speech_id"]]] for row in rows], np.int64)
    by_rank = np.lexsort((np.array([row["seq"] for row in rows], np.int64), places)).astype(np.int64)
    names = enumerate(row.get("sha256", "") for row in rows)
    return link(by_rank, keys, Said(rulings, {i: n for i, n in names if n in rulings.texts}))


def _check_apart(out: Path, rows: Sequence[dict[str, Any]], links: Links, x: Ints, y: Ints) -> None:
    """Hold the repeated paragraphs x and their kept copies y against the decisions that keep some apart."""
    a, b = links.group_of[x], links.group_of[y]
    torn = np.flatnonzero(np.isin(np.minimum(a, b) * len(rows) + np.maximum(a, b), links.apart))
    if len(torn):
        row = rows[int(x[torn[0]])]
        raise fail(out / "paragraphs", f"{row['id']} with kept_id {row['kept_id']}", "one that no decision keeps apart")


def _check_links(
    out: Path, config: Config, rows: Sequence[dict[str, Any]], lengths: Ints, links: Links
) -> dict[str, str]:
    """Hold the paragraphs that decisions link against each other; return where each goes that a link alone may drop."""
    is_linked = np.isin(links.group_of, links.group_of[links.group_of != links.first_of])
    first_of_group: dict[int, dict[str, Any]] = {}
    owed: dict[str, str] = {}
    for i in links.order[is_linked[links.order]].tolist():
        row, group = rows[i], int(links.group_of[i])
        if lengths[i] < config.paragraphs.min_chars:
            continue
        first = first_of_group.setdefault(group, row)
        if first["kept"] and row["kept"] and first["speech_id"] != row["speech_id"]:
            raise fail(out / "paragraphs", f"{row['id']} kept", f"dropped for {first['id']}, by a decision")
        if first is not row:
            owed[row["id"]] = first["id"] if first["kept"] else first["kept_id"]
    return owed
