"""Is every dropped speech verified against its own kept one, and no kept pair at τ? (guarantees 2 and 3)"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from cleaner.config import Config
from cleaner.decisions import Rulings
from cleaner.dedup.batches import Allocate
from cleaner.dedup.corpus import settings_of
from cleaner.dedup.detect import detect
from cleaner.dedup.exact import digests
from cleaner.dedup.keep import REASONS, keep_order
from cleaner.dedup.kernel import Codes, Ints
from cleaner.dedup.link import Said, link
from cleaner.dedup.link import fates as fates_of
from cleaner.dedup.shingle import count_codes, flatten
from cleaner.dedup.sketch import signatures
from cleaner.dedup.verify import Verified, verify
from cleaner.store import tables
from cleaner.verify.result import TOLERANCE, VALUES, fail, rows, schema
from cleaner.verify.sources import Forms, Read

SAMPLE_SPEECHES = 5000
"""Speeches that are banded again to estimate the pairs never found."""


def check_signatures(out: Path, config: Config, read: Read, forms: Forms, allocate: Allocate) -> None:
    """Sketch every speech again and hold the table of signatures against it."""
    k, num_perm, seed = config.dedup.k, config.dedup.num_perm, config.dedup.seed
    sketch, has_signature = signatures(forms.codes, forms.offsets, k, num_perm, seed, allocate=allocate)
    expected = np.flatnonzero(has_signature)
    at = 0
    for batch in tables.read_batches(out / "signatures", schema("signatures", config)):
        ids = batch.column("id").to_pylist()
        values = batch.column("signature").flatten().to_numpy().reshape(len(ids), -1)
        for i, name in enumerate(ids):
            if (
                at >= len(expected)
                or name != read.rows[expected[at]]["id"]
                or not np.array_equal(values[i], sketch[expected[at]])
            ):
                raise fail(
                    out / "signatures", f"a row of {name}", "the signature of its text, in the order of the speeches"
                )
            at += 1
    if at != len(expected):
        raise fail(out / "signatures", f"{at} rows", f"{len(expected)}")


def check_pairs(
    out: Path, config: Config, level: str, index: dict[str, int], codes: Codes, offsets: Ints, first_of: Ints | None
) -> Verified:
    """Compare every pair of `level` again; return those that are not exact copies.

    `first_of`, where it is given, names the pairs of exact copies that must be there.
    """
    found = [row for row in rows(out, "pairs", config) if row["level"] == level]
    names = [(row["a"], row["b"]) for row in found]
    if names != sorted(set(names)):
        raise fail(out / "pairs", f"rows of level {level} out of order", "each pair once, sorted by a and b")
    if first_of is not None:
        strange = next((row for row in found if row["a"] not in index or row["b"] not in index), None)
        if strange:
            raise fail(out / "pairs", f"{strange['a']} and {strange['b']}", f"ids of a {level}")
    found = [row for row in found if row["a"] in index and row["b"] in index]
    a, b = (np.array([index[row[side]] for row in found], np.int64) for side in ("a", "b"))
    pairs = verify(codes, offsets, a, b, config.dedup.k, 0.0, config.dedup.containment)
    same = (
        first_of[a] == first_of[b]
        if first_of is not None
        else np.array([_form(codes, offsets, x) == _form(codes, offsets, y) for x, y in zip(a, b, strict=True)], bool)
    )
    for i, row in enumerate(found):
        for name in VALUES:
            value = 1.0 if same[i] else float(getattr(pairs, name)[i])
            if abs(row[name] - value) > TOLERANCE:
                raise fail(out / "pairs", f"{row['a']} and {row['b']} with {name} {row[name]}", f"{value}")
    if first_of is not None:
        copies = {(int(first), copy) for copy, first in enumerate(first_of) if first != copy}
        if copies != set(zip(a[same].tolist(), b[same].tolist(), strict=True)):
            raise fail(out / "pairs", "other pairs of exact copies", "each copy with the first of its group, once")
    return pairs.take(np.flatnonzero(~same))


def _form(codes: Codes, offsets: Ints, index: int) -> bytes:
    return codes[offsets[index] : offsets[index + 1]].tobytes()


def check_fates(out: Path, config: Config, read: Read, forms: Forms, rulings: Rulings) -> tuple[Ints, float]:
    """Run the keep rule again over the verified pairs, and the decisions, and hold every speech against them.

    Returns:
        The speeches in keep order, and the recall estimated.
    """
    settings, n = config.dedup, len(read.rows)
    codes, offsets = forms.codes, forms.offsets
    ids = [row["id"] for row in read.rows]
    lengths, _ = count_codes(codes, offsets)
    placeholders = np.array([row["n_placeholders"] for row in read.rows], np.int64)
    ordinals = np.array([row["ordinal"] for row in read.rows], np.int64)
    order = keep_order(lengths, placeholders, [row["source"] for row in read.rows], ordinals, settings.keep)
    names = {i: row["raw_sha256"] for i, row in enumerate(read.rows) if row["raw_sha256"] in rulings.texts}
    links = link(order, digests(codes, offsets), Said(rulings, names))
    order = links.order
    pairs = check_pairs(out, config, "speech", {name: i for i, name in enumerate(ids)}, codes, offsets, links.first_of)
    fates = fates_of(links, pairs, lengths, settings.threshold, settings.containment, settings.length_ratio)
    _check_reach(out, config, pairs, links.linked(fates))
    counts = np.bincount(fates.kept_of[(fates.kept_of != np.arange(n)) & (fates.kept_of >= 0)], minlength=n)
    for i, row in enumerate(read.rows):
        kept = bool(fates.kept_of[i] == i)
        where = out / ("duplicates" if read.dropped[i] else "speeches")
        if kept == read.dropped[i]:
            raise fail(
                where,
                f"{row['id']} {'dropped' if read.dropped[i] else 'kept'}",
                f"{'kept' if kept else 'dropped'}, by its pairs",
            )
        to = int(fates.kept_of[i])
        expected = {
            "cluster_id": ids[to] if to >= 0 and (not kept or counts[i]) else None,
            "n_duplicates": int(counts[i]),
        }
        if not kept:
            expected |= {"kept_id": ids[to] if to >= 0 else None, "reason": REASONS[fates.reason[i]]}
            expected |= {name: float(getattr(fates, name)[i]) if to >= 0 else None for name in VALUES}
        for column, value in expected.items():
            both = isinstance(value, float) and isinstance(row[column], float)
            if row[column] != value and not (both and abs(row[column] - value) <= TOLERANCE):
                raise fail(where, f"{row['id']} with {column} {row[column]!r}", f"{value!r}")
    return order, estimate_recall(config, codes, offsets, order, pairs)


def _check_reach(out: Path, config: Config, pairs: Verified, linked: tuple[Ints, Ints]) -> None:
    """Hold the pairs against the floor: those under it are what a decision links, and all of those are there."""
    links = set(zip(*(ends.tolist() for ends in linked), strict=True))
    found = list(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True))
    if not links <= {*found, *((b, a) for a, b in found)}:
        raise fail(out / "pairs", "no pair for a speech that a decision links", "one with its kept speech")
    low = (pairs.similarity < config.dedup.floor) & (pairs.containment < config.dedup.containment)
    for i in np.flatnonzero(low).tolist():
        if found[i] not in links and found[i][::-1] not in links:
            similarity, floor = float(pairs.similarity[i]), config.dedup.floor
            raise fail(out / "pairs", f"a pair of similarity {similarity}", f"at least the floor {floor}")


def estimate_recall(config: Config, codes: Codes, offsets: Ints, order: Ints, pairs: Verified) -> float:
    """Return the share of the pairs at τ, of those found under another seed in a sample, that the result has."""
    step = max(1, len(order) // SAMPLE_SPEECHES)
    sample = np.sort(order[::step])
    picked, bounds = flatten([codes[offsets[i] : offsets[i + 1]] for i in sample.tolist()])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    again = replace(settings_of(config.dedup), seed=(config.dedup.seed + 1) % 2**32)
    found = detect(picked, bounds, again, np.argsort(place[sample], kind="stable").astype(np.int64)).pairs
    high = found.take(found.similarity >= config.dedup.threshold)
    known = {frozenset(pair) for pair in zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)}
    if not len(high):
        return 1.0
    return sum(frozenset((int(sample[a]), int(sample[b]))) in known for a, b in zip(high.a, high.b, strict=True)) / len(
        high
    )
