"""The definitions of design section 8, slowly: sets of tuples of code points, no hashes, no arrays.

Written from the definition and not from the program; what both agree on is right or wrong twice.
"""

import unicodedata
from dataclasses import dataclass
from fractions import Fraction

MASK = 0xFDD0


def comparison_form(masked_text: str) -> list[int]:
    """Return NFKC, categories L, M and N, one sentinel for a run of masks, none at the ends."""
    codes: list[int] = []
    for char in unicodedata.normalize("NFKC", masked_text):
        if ord(char) == MASK:
            if codes and codes[-1] != MASK:
                codes.append(MASK)
        elif unicodedata.category(char)[0] in ("L", "M", "N"):
            codes.append(ord(char))
    return codes[:-1] if codes and codes[-1] == MASK else codes


def occurrences(codes: list[int], k: int) -> dict[int, tuple[int, ...]]:
    """Return each shingle by its place."""
    found = {at: tuple(codes[at : at + k]) for at in range(len(codes) - k + 1)}
    return {at: shingle for at, shingle in found.items() if MASK not in shingle}


def contexts(codes: list[int], k: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return the k codes before and after each mask; masks less than k codes apart are one."""
    clusters: list[list[int]] = []
    for at in (at for at, code in enumerate(codes) if code == MASK):
        if clusters and at - clusters[-1][-1] - 1 < k:
            clusters[-1].append(at)
        else:
            clusters.append([at])
    found = []
    for cluster in clusters:
        before = tuple(codes[max(0, cluster[0] - k) : cluster[0]])
        after = tuple(codes[cluster[-1] + 1 : cluster[-1] + 1 + k])
        if len(before) == k and len(after) == k and MASK not in before + after:
            found.append((before, after))
    return found


def opposite(masked: list[int], other: list[int], k: int) -> list[tuple[int, int]]:
    """Return the stretches of `other` that lie opposite masks of `masked`."""
    places = occurrences(other, k)
    stretches = []
    for before, after in contexts(masked, k):
        ways = [
            (at, then)
            for at, left in places.items()
            if left == before
            for then, right in places.items()
            if right == after and 0 <= then - (at + k) <= 64
        ]
        if ways:
            at, then = min(ways)
            stretches.append((at + k, then))
    return stretches


def rest(codes: list[int], stretches: list[tuple[int, int]], k: int) -> set[tuple[int, ...]]:
    """Return the shingles with an occurrence that touches no stretch."""
    touched = set()
    for at in occurrences(codes, k):
        for begin, end in stretches:
            covers = set(range(at, at + k)) & set(range(begin, end))
            spans = begin == end and at < begin < at + k
            if covers or spans:
                touched.add(at)
    return {shingle for at, shingle in occurrences(codes, k).items() if at not in touched}


def share(part: int, whole: int) -> float:
    """Return the fraction as a float, 0 of nothing."""
    return float(Fraction(part, whole)) if whole else 0.0


@dataclass(frozen=True)
class Values:
    """What a pair is worth."""

    similarity: float
    jaccard: float
    containment: float
    plain_containment: float
    masks_a: int
    masks_b: int


def values(a: list[int], b: list[int], k: int) -> Values:
    """Return all values of one pair."""
    all_a, all_b = set(occurrences(a, k).values()), set(occurrences(b, k).values())
    in_b, in_a = opposite(a, b, k), opposite(b, a, k)
    rest_a, rest_b = rest(a, in_a, k), rest(b, in_b, k)
    if 2 * len(rest_a) < len(all_a) or 2 * len(rest_b) < len(all_b):
        rest_a, rest_b = all_a, all_b

    def jaccard(x: set[tuple[int, ...]], y: set[tuple[int, ...]]) -> float:
        return share(len(x & y), len(x | y))

    def containment(x: set[tuple[int, ...]], y: set[tuple[int, ...]]) -> float:
        return share(len(x & y), min(len(x), len(y)))

    def real(codes: list[int], stretches: list[tuple[int, int]]) -> int:
        return sum(any(code != MASK for code in codes[begin:end]) for begin, end in stretches)

    return Values(
        jaccard(rest_a, rest_b),
        jaccard(all_a, all_b),
        containment(rest_a, rest_b),
        containment(all_a, all_b),
        real(b, in_b),
        real(a, in_a),
    )
