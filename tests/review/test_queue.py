import itertools
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaner.review import queue
from cleaner.review.choice import Choice, chosen
from cleaner.review.lookup import Lookup
from cleaner.store import schemas
from cleaner.store.tables import Writer


def test_has_every_drop_and_every_near_miss(judged: Path) -> None:
    """Each dropped speech is there with the one it yields to, each pair of kept speeches with its similarity."""
    speeches = queue.speeches(Lookup(judged))
    pairs = {
        (speeches.name(a), speeches.name(b))
        for a, b, near in zip(speeches.first, speeches.second, speeches.is_near, strict=True)
        if not near
    }
    dropped = pq.read_table(judged / "duplicates", columns=["id", "kept_id"]).to_pylist()
    assert {(row["kept_id"], row["id"]) for row in dropped} == pairs
    kept = set(pq.read_table(judged / "speeches", columns=["id"])["id"].to_pylist())
    near = speeches.is_near.sum()
    verified = pq.read_table(judged / "pairs").to_pylist()
    assert near == sum(row["level"] == "speech" and {row["a"], row["b"]} <= kept for row in verified) > 0


def test_what_yields_to_none_is_in_no_pair(judged: Path, tmp_path: Path) -> None:
    """A speech that only a decision dropped has no kept one beside it, and the rest of the queue is as it was."""
    before = queue.speeches(Lookup(judged))
    out = tmp_path / "out"
    shutil.copytree(judged, out)
    rows = pq.read_table(out / "duplicates")
    values = [None, *rows["kept_id"].to_pylist()[1:]]
    at = rows.schema.get_field_index("kept_id")
    for path in (out / "duplicates").iterdir():
        path.unlink()
    with Writer(out / "duplicates_new", schemas.DUPLICATES) as writer:
        writer.write(rows.set_column(at, rows.schema.field(at), pa.array(values, pa.string())))
    (out / "duplicates").rmdir()
    (out / "duplicates_new").rename(out / "duplicates")
    after = queue.speeches(Lookup(out))
    assert len(after) == len(before) - 1 and after.first.min() >= 0


def test_clusters_stand_together(judged: Path) -> None:
    """Pairs of one kept speech follow each other: the least alike copy first, then the near misses."""
    speeches = queue.speeches(Lookup(judged))
    firsts = speeches.first.tolist()
    assert len(set(firsts)) == 1 + sum(a != b for a, b in itertools.pairwise(firsts))
    assert sorted(speeches.sizes.tolist(), reverse=True) == speeches.sizes.tolist()
    own = speeches.cluster(0)
    assert sorted(speeches.similarity[own][~speeches.is_near[own]]) == list(
        speeches.similarity[own][~speeches.is_near[own]]
    )
    assert sorted(speeches.is_near[own]) == list(speeches.is_near[own])


def test_paragraphs(judged: Path) -> None:
    """Each repeated paragraph is beside its kept copy; one repeated to the character is not to be judged."""
    paragraphs = queue.paragraphs(Lookup(judged))
    repeats = pq.read_table(judged / "paragraphs", columns=["kept"])["kept"].to_pylist().count(False)
    assert repeats == len(paragraphs) > 0
    assert 0 < paragraphs.is_same_text.sum() < repeats


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"kind": "near"}, lambda q, i: q.is_near[i]),
        ({"kind": "dropped", "low": "0.975"}, lambda q, i: not q.is_near[i] and q.similarity[i] >= 0.975),
        ({"high": "0.6"}, lambda q, i: q.similarity[i] <= 0.6),
        ({"source": "丁站"}, lambda q, i: "丁站" in q.name(q.first[i]) + q.name(q.second[i])),
        ({"size": "3"}, lambda q, i: q.sizes[i] >= 3),
        ({"low": "nan", "size": "-1", "kind": "all' OR 1", "state": "", "order": "threshold"}, lambda q, i: True),
    ],
)
def test_filters(judged: Path, query: dict[str, str], holds: object) -> None:
    """A choice holds exactly the pairs that fit; what makes no sense in a query is not said."""
    speeches = queue.speeches(Lookup(judged))
    found = chosen(Choice.of(query), speeches, np.zeros(len(speeches), np.int64), 0.6)
    assert [i for i in range(len(speeches)) if holds(speeches, i)] == sorted(found.pairs.tolist())  # type: ignore[operator]


def test_next_and_previous(judged: Path) -> None:
    """Stepping through a choice visits its pairs once, in order, whether one starts inside it or not."""
    speeches = queue.speeches(Lookup(judged))
    found = chosen(
        Choice.of({"order": "threshold", "kind": "dropped"}), speeches, np.zeros(len(speeches), np.int64), 0.6
    )
    walked, at = [], found.pairs[0]
    while at is not None:
        walked.append(at)
        at = found.near(at, 1)
    assert found.pairs.tolist() == walked
    assert found.near(walked[0], -1) is None and found.near(walked[-1], 1) is None
    outside = int(np.flatnonzero(speeches.is_near)[0])
    after, before = found.near(outside, 1), found.near(outside, -1)
    assert {after, before} <= {*walked, None} and after != before
