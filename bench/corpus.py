"""Which texts are measured? A corpus made of the sample's sentences: any size, one seed, its families known.

In: a number of texts. Out: a Parquet file with `id` and `text`. What always holds: the same arguments give the same
texts; memory is one batch and the reservoir of texts that copies are made of, whatever the number.

A text is a row of sentences. Half of them are formulas out of a bank, the popular ones far more often than the
others; the rest are new, each character drawn by the one before it as in the sample. So unrelated texts share what
unrelated laws and reports share (see `bench/README.md`), and not nothing as random characters would.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cleaner import rulepack
from cleaner.clean import clean_sources
from cleaner.config import Config
from cleaner.ingest.read import listing, read

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "raw"

FORMULAS, FORMULA_SHARE = 8000, 0.5
"""Sentences in the bank, and their share of a text."""
COPIES, SIBLINGS, MASKED = 0.3, 0.05, 0.5
"""Shares of texts that are edited copies, that take two fifths of another text, that have masks."""
MOST_EDITED = 0.06
"""Largest share of characters replaced in a copy: its Jaccard similarity at k = 5 is then 0.58."""
MASK_EVERY = 120
"""Characters from one mask to the next, on average."""
MASKS = ("X", "XX", "×", "××", "**", "***", "__", "某某", "○○")
RESERVOIR = 2000
BATCH = 1000

Codes = NDArray[np.uint32]


@cache
def sentences() -> list[str]:
    """Return the sentences of the sample's speeches."""
    pack, config = rulepack.load([rulepack.shipped()]), Config()
    found = []
    for cleaned in clean_sources((read(SAMPLE, entry, config.input) for entry in listing(SAMPLE)), pack, config):
        for speech in cleaned.speeches:
            found += [part + "。" for part in speech.text.replace("\n", "。").split("。") if len(part) > 8]
    return sorted(set(found))


class Writer:
    """Writes texts of a seed: sentences, then copies, then masks."""

    def __init__(self, chars: int, seed: int) -> None:
        self.chars, self.random = chars, np.random.default_rng(seed)
        pool = _codes("".join(sentences()))
        order = np.argsort(pool[:-1], kind="stable")
        self._next = pool[1:][order]
        self._letters, self._begins, self._counts = np.unique(pool[:-1], return_index=True, return_counts=True)[0:3]
        self._begins = np.searchsorted(pool[:-1][order], self._letters)
        self._pool = pool
        bank = [_codes(sentence) for sentence in sentences()]
        self._bank = bank + self._invented(max(0, FORMULAS - len(bank)))
        popularity = 1.0 / (np.arange(len(self._bank)) + 10.0)
        self._popularity = np.cumsum(popularity / popularity.sum())
        self.random.shuffle(self._bank)
        self._reservoir: list[Codes] = []

    def batch(self, count: int) -> list[str]:
        """Return the next `count` texts."""
        made: list[Codes] = []
        draws = self.random.random(count)
        for text, draw in zip(self._new(count), draws.tolist(), strict=True):
            if self._reservoir and draw < COPIES + SIBLINGS:
                base = self._reservoir[self.random.integers(len(self._reservoir))]
                text = self._copy(base) if draw < COPIES else self._sibling(base, text)
            elif len(self._reservoir) < RESERVOIR:
                self._reservoir.append(text)
            else:
                self._reservoir[self.random.integers(RESERVOIR)] = text
            made.append(text)
        masked = self.random.random(count) < MASKED
        return [
            self._mask(text) if is_masked else text.tobytes().decode("utf-32-le")
            for text, is_masked in zip(made, masked.tolist(), strict=True)
        ]

    def _invented(self, count: int) -> list[Codes]:
        """Return new sentences of 12 to 40 characters, each character drawn by the one before it."""
        lengths = self.random.integers(12, 40, count)
        table = np.empty((count, 40), np.uint32)
        now = self._pool[self.random.integers(0, len(self._pool), count)]
        for at in range(40):
            place = np.minimum(np.searchsorted(self._letters, now), len(self._letters) - 1)
            now = self._next[self._begins[place] + (self.random.random(count) * self._counts[place]).astype(np.int64)]
            table[:, at] = now
        table[np.arange(count), lengths - 1] = ord("。")
        return [row[:length] for row, length in zip(table, lengths.tolist(), strict=True)]

    def _new(self, count: int) -> list[Codes]:
        """Return texts of sentences, half to one and a half times as long as asked for, in paragraphs of six."""
        sizes = self.random.integers(self.chars // 2, self.chars * 3 // 2 + 1, count) // 26 + 1
        is_formula = self.random.random(int(sizes.sum())) < FORMULA_SHARE
        picks = np.searchsorted(self._popularity, self.random.random(len(is_formula)))
        fresh = iter(self._invented(int((~is_formula).sum())))
        rows = [
            self._bank[pick] if formula else next(fresh)
            for pick, formula in zip(picks.tolist(), is_formula.tolist(), strict=True)
        ]
        line_feed, texts, at = _codes("\n"), [], 0
        for size in sizes.tolist():
            parts = rows[at : at + size]
            at += size
            for i in range(6, size, 7):
                parts.insert(i, line_feed)
            texts.append(np.concatenate(parts))
        return texts

    def _copy(self, base: Codes) -> Codes:
        """Return a copy: one in ten exact, the others with characters replaced, one in four with a stretch cut out."""
        text = base.copy()
        rate = max(0.0, self.random.uniform(-0.1, 1.0)) ** 2 * MOST_EDITED
        places = np.flatnonzero(self.random.random(len(text)) < rate)
        text[places] = self._pool[self.random.integers(0, len(self._pool), len(places))]
        if rate and self.random.random() < 0.25:
            first = int(self.random.integers(0, len(text)))
            text = np.concatenate((text[:first], text[first + len(text) // 20 :]))
        return text

    def _sibling(self, base: Codes, text: Codes) -> Codes:
        return np.concatenate((base[: len(base) * 2 // 5], text[len(text) * 2 // 5 :]))

    def _mask(self, text: Codes) -> str:
        """Return the text with stretches of one to four characters masked, in one style of its own."""
        style = MASKS[self.random.integers(len(MASKS))]
        said = text.tobytes().decode("utf-32-le")
        places = np.flatnonzero(self.random.random(len(text)) < 1 / MASK_EVERY).tolist()
        parts, at = [], 0
        for place, width in zip(places, self.random.integers(1, 5, len(places)).tolist(), strict=True):
            if place >= at and "\n" not in said[place : place + width]:
                parts += [said[at:place], style]
                at = place + width
        return "".join([*parts, said[at:]])


def texts(count: int, chars: int = 1400, seed: int = 1) -> Iterator[str]:
    """Yield `count` texts of about `chars` characters."""
    writer = Writer(chars, seed)
    for first in range(0, count, BATCH):
        yield from writer.batch(min(BATCH, count - first))


def write(path: Path, count: int, chars: int = 1400, seed: int = 1) -> None:
    """Write the corpus to a Parquet file, as any tool would be given it."""
    schema = pa.schema([("id", pa.int64()), ("text", pa.string())])
    writer = Writer(chars, seed)
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as file:
        for first in range(0, count, BATCH):
            ids = np.arange(first, min(first + BATCH, count))
            file.write_table(pa.table([pa.array(ids), pa.array(writer.batch(len(ids)), pa.string())], schema=schema))


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)
