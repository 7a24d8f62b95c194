"""What does detection ask of the texts of one level, wherever their forms lie?

In: the N comparison forms of all speeches, or of all paragraphs. Out: what the kernels say of them. `Level` and
`Sketches` are all that `detect.py` and `corpus.py` know of the forms; `Here` and `Signed` answer from flat arrays of
this machine by today's kernels, an engine may answer from elsewhere by the same kernels. What always holds: two levels
of the same texts give the same answers, to the bit.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cleaner.dedup import anchors
from cleaner.dedup.bands import Bands
from cleaner.dedup.batches import Allocate, copied, release
from cleaner.dedup.exact import digests
from cleaner.dedup.kernel import Bools, Codes, Hashes, Ints, Signatures
from cleaner.dedup.lsh import Candidates, candidates
from cleaner.dedup.shingle import count_codes
from cleaner.dedup.sketch import signatures
from cleaner.dedup.verify import Verified, verify

NEAR_CODES = 1 << 25
"""Code points of texts that are looked at again and again, as far as they are held in memory: 128 MB."""


class Sketches(Protocol):
    """The signatures of n texts, by their places 0 … n-1."""

    @property
    def has_signature(self) -> Bools:
        """Whether each text has one, shape (n,)."""
        ...

    def whole(self) -> Signatures:
        """Return all of them, shape (n, num_perm); may be mapped from a file."""
        ...

    def of(self, places: Ints) -> Signatures:
        """Return those at `places`, in memory."""
        ...

    def candidates(self, places: Ints, bands: Bands, bucket_cap: int, min_equal: int, is_exempt: Bools) -> Candidates:
        """Return what `lsh.candidates` does."""
        ...


class Level(Protocol):
    """N texts by their indices."""

    def lengths(self) -> Ints:
        """Return how many codes each has, shape (N,)."""
        ...

    def counts(self) -> tuple[Ints, Ints]:
        """Return how many letters, marks and numbers, and how many sentinels each has."""
        ...

    def digests(self) -> Hashes:
        """Return what `exact.digests` does, shape (N, 2)."""
        ...

    def sketches(self, k: int, num_perm: int, seed: int, texts: Ints | None = None) -> Sketches:
        """Return the signatures of `texts`, or of all."""
        ...

    def anchor_pairs(self, k: int, texts: Ints) -> tuple[Ints, Ints]:
        """Return what `anchors.anchor_pairs` does: positions in `texts`."""
        ...

    def verify(self, a: Ints, b: Ints, k: int, floor: float, containment: float) -> Verified:
        """Return what `verify.verify` does: those of the pairs (a[i], b[i]) that reach a threshold, in their order."""
        ...

    def near(self, texts: Ints) -> "Level":
        """Return a level that answers quickly of a few pairs at a time, all of them of these texts."""
        ...


@dataclass(frozen=True, slots=True)
class Signed:
    """Signatures in an array of this machine."""

    values: Signatures
    has_signature: Bools

    def whole(self) -> Signatures:
        """Return the array."""
        return self.values

    def of(self, places: Ints) -> Signatures:
        """Return those at `places`, in memory."""
        return np.asarray(self.values[places])

    def candidates(self, places: Ints, bands: Bands, bucket_cap: int, min_equal: int, is_exempt: Bools) -> Candidates:
        """Return the pairs that share a bucket."""
        found = candidates(self.values, places, bands, bucket_cap, min_equal, is_exempt)
        release(self.values)
        return found


@dataclass(frozen=True, slots=True)
class Here:
    """Texts in flat arrays of this machine.

    Args:
        codes, offsets: the comparison forms, which may be mapped from a file.
        rows: shape (N,), dtype int64; text i is `codes[offsets[rows[i]]:offsets[rows[i] + 1]]`, so that stretches of
            texts can be compared where they stand.
        allocate: what gives the arrays for the signatures and the anchors.
    """

    codes: Codes
    offsets: Ints
    rows: Ints
    allocate: Allocate = np.zeros

    def lengths(self) -> Ints:
        """Return how many codes each text has."""
        return self.offsets[self.rows + 1] - self.offsets[self.rows]

    def counts(self) -> tuple[Ints, Ints]:
        """Return how many letters, marks and numbers, and how many sentinels each text has."""
        return count_codes(self.codes, self.offsets, self.rows)

    def digests(self) -> Hashes:
        """Return the digests of all texts."""
        return digests(self.codes, self.offsets, self.rows)

    def sketches(self, k: int, num_perm: int, seed: int, texts: Ints | None = None) -> Signed:
        """Return the signatures of `texts`, or of all."""
        rows = self.rows if texts is None else self.rows[texts]
        return Signed(*signatures(self.codes, self.offsets, k, num_perm, seed, rows, self.allocate))

    def anchor_pairs(self, k: int, texts: Ints) -> tuple[Ints, Ints]:
        """Return the pairs of `texts` that share enough rare anchors."""
        return anchors.anchor_pairs(self.codes, self.offsets, k, self.rows[texts], self.allocate)

    def verify(self, a: Ints, b: Ints, k: int, floor: float, containment: float) -> Verified:
        """Return the pairs that reach a threshold, with their exact values."""
        verified = verify(self.codes, self.offsets, a, b, k, floor, containment, self.rows)
        release(self.codes)
        return verified

    def near(self, texts: Ints) -> "Here":
        """Return a level with these texts in memory, or this level if that would take too much."""
        rows = np.sort(self.rows[texts])
        if int((self.offsets[rows + 1] - self.offsets[rows]).sum()) > NEAR_CODES:
            return self
        codes, offsets = copied(self.codes, self.offsets, rows)
        places = np.zeros_like(self.rows)
        places[texts] = np.searchsorted(rows, self.rows[texts])
        return Here(codes, offsets, places, self.allocate)
