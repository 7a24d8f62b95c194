"""Have I seen this speech? A finished result as a datasketch index, and a text as a query for it.

In: OUT of `cleaner run`, or a text as a person wrote it. Out: a `datasketch.MinHashLSH` of the kept speeches by id, and
a `datasketch.MinHash`. What always holds: both sides are of one scheme, seed, k and num_perm, or there is an error;
the values are those that a run computes, and those that datasketch would over the same shingle hashes.

An answer is a candidate: it shares a band. `lsh.query` finds a pair at τ with the recall that the manifest states.
"""

from functools import lru_cache
from operator import index as identity
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from datasketch import LeanMinHash, MinHash, MinHashLSH

from cleaner import rulepack
from cleaner.config import Config, Dedup, Rules, as_config
from cleaner.dedup.corpus import settings_of
from cleaner.dedup.shingle import flatten
from cleaner.dedup.sketch import SCHEME, signatures
from cleaner.errors import SchemaError
from cleaner.gather import compared
from cleaner.rulepack import RulePack
from cleaner.store import manifest, schemas, tables


def signature(
    text: str, *, script: str = "keep", k: int = 5, num_perm: int = 128, seed: int = 1, out: Path | str | None = None
) -> MinHash:
    """Return the MinHash of a text: its placeholders stand for anything, its punctuation and layout do not count.

    Args:
        script: `keep`, or `simplified` to read Traditional characters as Simplified.
        k: code points in a shingle.
        num_perm: values of the signature.
        seed: of the permutations.
        out: a finished result, whose parameters and rule packs then count and no other; a result made with the
            defaults needs none.

    Returns:
        A MinHash of scheme affine32; `update` takes the low 32 bits of a hash of `shingle.windows`. A text shorter
        than k has the signature of the empty set, which is like nothing in an index.

    Raises:
        CleanerError: `out` is no result, or a parameter is not allowed.

    >>> one, other = signature("全面建设社会主义现代化国家"), signature("全面建设社会主义现代化强国！")      # "Build …"
    >>> one.jaccard(other)                                                     # the Jaccard similarity is 7/11 = 0.64
    0.625
    """
    if out is None:
        config = Config(dedup=Dedup(script=script, k=k, num_perm=num_perm, seed=seed))
        settings_of(config.dedup)
    else:
        config = _config_of(Path(out))
    given = config.dedup
    form, _ = compared(text, _pack(config.rules), config)
    sketch, _ = signatures(*flatten([form.codes]), given.k, given.num_perm, given.seed)
    return MinHash(given.num_perm, given.seed, hashfunc=identity, hashvalues=sketch[0], scheme=SCHEME)


def load_index(out: Path | str) -> MinHashLSH:
    """Return an index of the kept speeches of the result in OUT; its keys are their ids.

    Bands and rows are those of the run, so that it finds what the run would have found; at τ = 1, where the run has one
    band, two of half the rows, since datasketch takes no fewer than two. A speech shorter than k is not in it.

    Memory and time: 9.3 kB and 64 µs a speech with 29 bands (measured), nearly all of it datasketch's buckets.

    Raises:
        InputError: there is no result.
        SchemaError: the signatures are not of the parameters that the manifest states.
    """
    out = Path(out)
    manifest.recover(out)
    described = manifest.read(out)
    stated = _stated(out, described)
    num_perm, seed = int(stated["num_perm"]), int(stated["seed"])
    for path in tables.parts(out / "signatures"):
        _hold(path, stated)
    b, r = described["sketch"]["speeches"]["bands"], described["sketch"]["speeches"]["rows"]
    if b < 2:
        b, r = 2, min(r, num_perm // 2)
    index = MinHashLSH(described["config"]["dedup"]["threshold"], num_perm, params=(b, r))
    kept: set[str] = set()
    for batch in tables.read_batches(out / "speeches", schemas.SPEECHES.schema, ["id"]):
        kept.update(batch.column("id").to_pylist())
    expected = schemas.signatures(num_perm, seed, int(stated["k"])).schema
    for batch in tables.read_batches(out / "signatures", expected):
        values = batch.column("signature").flatten().to_numpy().reshape(-1, num_perm)
        for name, row in zip(batch.column("id").to_pylist(), values, strict=True):
            if name in kept:
                minhash = LeanMinHash(seed=seed, hashvalues=row, scheme=SCHEME)
                index.insert(name, minhash, check_duplication=False)
    return index


_SKETCH = ("scheme", "seed", "k", "num_perm")


def _stated(out: Path, described: dict[str, Any]) -> dict[str, str]:
    """Return the parameters of the sketch that the manifest states."""
    stated = {name: str(described["sketch"][name]) for name in _SKETCH}
    if stated["scheme"] != SCHEME:
        raise SchemaError(out / manifest.MANIFEST, f"scheme {stated['scheme']}", SCHEME, "run cleaner again")
    return stated


def _hold(path: Path, stated: dict[str, str]) -> None:
    """Hold what a part of `signatures` says of its parameters against the manifest."""
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (pa.ArrowException, OSError) as error:
        raise SchemaError(path, str(error), "a Parquet file", "run cleaner again") from None
    found = {name: metadata.get(name.encode(), b"none").decode() for name in _SKETCH}
    if found != stated:
        raise SchemaError(path, f"signatures of {found}", f"{stated}, as in the manifest", "run cleaner again")


def _config_of(out: Path) -> Config:
    """Return the config of a result, its sketch as the manifest states it; read again only if it is another."""
    try:
        written_ns = (out / manifest.MANIFEST).stat().st_mtime_ns
    except OSError:
        written_ns = 0  # `manifest.read` says what is missing
    return _config(out.resolve(), written_ns)


@lru_cache(maxsize=4)
def _config(out: Path, written_ns: int) -> Config:
    described = manifest.read(out)
    _stated(out, described)
    return as_config(described["config"])


@lru_cache(maxsize=4)
def _pack(rules: Rules) -> RulePack:
    return rulepack.chosen(rules)
