"""What is the right answer? Every pair of texts at τ, exactly, and the clusters they form.

In: texts. Out: pairs with Jaccard similarity of at least τ over their sets of k code points. What always holds: none is
missing and none invented. It is brute force but for one exact shortcut, so that 100,000 texts are affordable: texts
that reach τ share one of the rarest (1 - τ)·n + 1 shingles of each (prefix filtering: Chaudhuri, Ganti, Kaushik 2006).
It uses nothing of the program but the comparison form, where that is asked for.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bench import corpus
from bench.peers.given import TAU, K
from cleaner.dedup.comparison import form

Ints = NDArray[np.int64]
Sets = tuple[Ints, Ints]
"""Shingles of all texts, numbered from the rarest to the most frequent, ascending in each text; and their bounds."""

_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def shingle_sets(texts: Sequence[str], k: int, *, letters_only: bool) -> Sets:
    """Return the set of shingles of each text: of the text as it stands, or of its letters and numbers."""
    parts, bounds = [], [0]
    for text in texts:
        codes = form(text).codes if letters_only else np.frombuffer(text.encode("utf-32-le"), np.uint32)
        wide = codes.astype(np.uint64) + np.uint64(1)
        hashes = np.zeros(max(0, len(codes) - k + 1), np.uint64)
        for at in range(k):
            hashes = (hashes ^ wide[at : at + len(hashes)]) * _FACTOR
            hashes ^= hashes >> np.uint64(29)
        parts.append(np.unique(hashes))
        bounds.append(bounds[-1] + len(parts[-1]))
    every = np.concatenate(parts)
    del parts
    values, counts = np.unique(every, return_counts=True)
    rank = np.empty(len(values), np.int64)
    rank[np.argsort(counts, kind="stable")] = np.arange(len(values))
    numbered = rank[np.searchsorted(values, every)]
    for first, last in pairwise(bounds):
        numbered[first:last].sort()
    return numbered, np.array(bounds, np.int64)


def similar_pairs(sets: Sets, threshold: float) -> tuple[Ints, NDArray[np.float64]]:
    """Return the pairs at the threshold, shape (n, 2), sorted, and their Jaccard similarities."""
    values, bounds = sets
    n_texts, sizes = len(bounds) - 1, np.diff(bounds)
    heads = np.minimum(sizes, np.floor((1 - threshold) * sizes + 1e-9).astype(np.int64) + 1)
    text = np.repeat(np.arange(n_texts), heads)
    places = np.arange(len(text)) - np.repeat(np.cumsum(heads) - heads, heads) + np.repeat(bounds[:-1], heads)
    order = np.lexsort((text, values[places]))
    shingle, text = values[places][order], text[order]
    candidates = [np.empty(0, np.int64)]
    at, distance = np.arange(len(text)), 1
    while at.size:  # each with the one `distance` places behind it, while that has the same shingle
        at = at[at + distance < len(text)]
        at = at[shingle[at] == shingle[at + distance]]
        a, b = text[at], text[at + distance]
        alike = np.minimum(sizes[a], sizes[b]) >= threshold * np.maximum(sizes[a], sizes[b])
        candidates.append(np.unique(a[alike] * n_texts + b[alike]))
        distance += 1
    found, jaccards = [], []
    for pair in np.unique(np.concatenate(candidates)).tolist():
        a, b = divmod(pair, n_texts)
        x, y = values[bounds[a] : bounds[a + 1]], values[bounds[b] : bounds[b + 1]]
        shared = len(np.intersect1d(x, y, assume_unique=True))
        if shared >= threshold * (len(x) + len(y) - shared):
            found.append((a, b))
            jaccards.append(shared / (len(x) + len(y) - shared))
    return np.array(found, np.int64).reshape(-1, 2), np.array(jaccards)


def prepared(given: Path, count: int, is_judged: bool) -> tuple[float, dict[bool, Ints]]:
    """Write the corpus if it is not there; return its MB and the true clusters, of texts as they stand and of letters.

    Runs in a process of its own.
    """
    if not given.exists():
        corpus.write(given, count)
    texts = pq.read_table(given)["text"].to_pylist()
    due = {}
    for letters in (False, True) if is_judged else ():
        sets = shingle_sets(texts, K, letters_only=letters)
        due[letters] = components(similar_pairs(sets, TAU)[0], count)
    return sum(len(text.encode()) for text in texts) / 1e6, due


def components(pairs: Ints, n_texts: int) -> Ints:
    """Return for each text the least index of those that chains of pairs join it with."""
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n_texts, n_texts))
    _, label = connected_components(graph, directed=False)
    first = np.full(n_texts, n_texts, np.int64)
    np.minimum.at(first, label, np.arange(n_texts))
    roots: Ints = first[label]
    return roots


def precision_and_recall(found: Ints, due: Ints) -> tuple[float, float]:
    """Return the precision and recall of pairs of texts in one cluster, each given by the cluster of each text."""

    def pairs(labels: Ints) -> int:
        counts = np.unique(labels, return_counts=True)[1]
        return int((counts * (counts - 1) // 2).sum())

    both = np.unique(np.stack((found, due)), axis=1, return_inverse=True)[1].ravel()
    return pairs(both) / max(1, pairs(found)), pairs(both) / max(1, pairs(due))
