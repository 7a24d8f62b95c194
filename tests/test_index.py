"""Have I seen this speech?"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

import cleaner
from cleaner import rulepack
from cleaner.config import Config, Dedup, Placeholders
from cleaner.dedup.shingle import flatten, windows
from cleaner.dedup.verify import verify
from cleaner.errors import ConfigError, InputError, SchemaError
from cleaner.gather import compared

OTHER = (
    "老师们、同学们：秋风送爽，丹桂飘香，我们迎来了新的学期，希望大家珍惜时光，刻苦学习，用优异的成绩回报父母和学校。"
)
PACK = rulepack.load([rulepack.shipped()])


@pytest.fixture(scope="module")
def index(sample_out: Path) -> MinHashLSH:
    return cleaner.load_index(sample_out)


def kept(out: Path) -> dict[str, str]:
    return {row["id"]: row["text"] for row in pq.read_table(out / "speeches", columns=["id", "text"]).to_pylist()}


def jaccard(one: str, other: str) -> float:
    forms = [compared(text, PACK, Config())[0].codes for text in (one, other)]
    return float(verify(*flatten(forms), np.array([0]), np.array([1]), 5, 0.0, 2.0).jaccard[0])


def test_import_is_light() -> None:
    """`import cleaner` loads neither numba nor Arrow nor datasketch, and has no other names."""
    heavy = "{'numba', 'pyarrow', 'datasketch', 'numpy', 'pandas', 'click'}"
    code = f"import sys, cleaner; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    with pytest.raises(AttributeError):
        cleaner.nothing  # noqa: B018 - the access is what is tested


def test_every_kept_speech_finds_itself(sample_out: Path, index: MinHashLSH) -> None:
    """The index holds the kept speeches and no other, and the text of each, its placeholders gone, leads to it."""
    texts = kept(sample_out)
    assert set(index.keys.keys()) == set(texts)
    for name, text in texts.items():
        assert name in index.query(cleaner.signature(text, out=sample_out))


def test_variants_are_found(sample_out: Path, index: MinHashLSH) -> None:
    """A speech masked in a few places, or edited so that J ≥ 0.8, leads to the one it is a variant of."""
    tried = 0
    for name, text in kept(sample_out).items():
        step = max(60, len(text) // 12)
        for variant in (
            "".join("××" if i % step == step // 2 else char for i, char in enumerate(text)),
            "".join("" if i % step == step // 2 else char for i, char in enumerate(text)),
        ):
            if jaccard(text, variant) >= 0.8:
                tried += 1
                assert name in index.query(cleaner.signature(variant))
    assert tried >= 40


def test_an_unrelated_text_is_not(index: MinHashLSH) -> None:
    """A text that nobody has held leads nowhere; nor do texts without a shingle."""
    for text in (OTHER, "谢谢", "", "XX"):
        assert index.query(cleaner.signature(text)) == []


def test_the_query_is_that_of_the_run(tmp_path: Path, run: Callable[..., Any]) -> None:
    """Of a text that no rule changes, signature gives what stands in `signatures`, for whatever parameters."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text(f"在开学典礼上的讲话\n\n{OTHER}\n\n{OTHER[::-1]}\n", "utf-8")
    config = Config(
        dedup=Dedup(k=4, num_perm=64, seed=7, script="simplified"), placeholders=Placeholders(policy="keep")
    )
    run(tmp_path / "raw", tmp_path / "out", config)
    row = pq.read_table(tmp_path / "out" / "signatures").to_pylist()[0]
    text = kept(tmp_path / "out")[row["id"]]
    for query in (
        cleaner.signature(text, out=tmp_path / "out"),
        cleaner.signature(text, script="simplified", k=4, num_perm=64, seed=7),
    ):
        assert query.hashvalues.tolist() == row["signature"]
        assert cleaner.load_index(tmp_path / "out").query(query) == [row["id"]]
    with pytest.raises(ValueError, match="64"):
        cleaner.load_index(tmp_path / "out")._insert("x", cleaner.signature(text))


@settings(max_examples=40, deadline=None)
@given(
    text=st.text("同志们要坚持改革开放不动摇，。X×\n", min_size=5, max_size=80),
    k=st.integers(1, 8),
    num_perm=st.sampled_from([16, 128, 200]),
    seed=st.integers(0, 2**32 - 1),
)
def test_datasketch_gives_the_same(text: str, k: int, num_perm: int, seed: int) -> None:
    """Signature is datasketch's own MinHash of the same 32-bit shingle hashes, and can be updated as one."""
    form, _ = compared(text, PACK, Config())
    hashes = (windows(*flatten([form.codes]), k).hashes & np.uint64(0xFFFFFFFF)).tolist()
    own = MinHash(num_perm, seed, hashfunc=int, scheme="affine32")
    for value in hashes:
        own.update(value)
    found = cleaner.signature(text, k=k, num_perm=num_perm, seed=seed)
    assert found.hashvalues.tolist() == own.hashvalues.tolist()
    assert (found.scheme, found.seed, found.jaccard(own)) == ("affine32", seed, 1.0)
    for sketch in (found, own):
        sketch.update(12345)
    assert found == own


def test_parameters_are_checked(tmp_path: Path, sample_out: Path) -> None:
    """Signatures of other parameters than the manifest's are an error and not a wrong answer."""
    for key, value in (("scheme", "legacy"), ("seed", 2), ("k", 4), ("num_perm", 64)):
        out = tmp_path / key
        shutil.copytree(sample_out, out)
        described = json.loads((out / "manifest.json").read_text("utf-8"))
        described["sketch"][key] = value
        (out / "manifest.json").write_text(json.dumps(described), "utf-8")
        with pytest.raises(SchemaError):
            cleaner.load_index(out)
    shutil.rmtree(tmp_path / "k" / "signatures")
    with pytest.raises(SchemaError):
        cleaner.load_index(tmp_path / "k")
    with pytest.raises(ConfigError):
        cleaner.signature("讲话", k=0)
    with pytest.raises(ConfigError):
        cleaner.signature("讲话", script="traditional")


def test_no_result(tmp_path: Path) -> None:
    """A folder without a result is the caller's mistake."""
    with pytest.raises(InputError):
        cleaner.load_index(tmp_path)
    with pytest.raises(InputError):
        cleaner.signature("讲话", out=tmp_path)


def test_one_band(tmp_path: Path, run: Callable[..., Any]) -> None:
    """At τ = 1 the run has one band and datasketch wants two: the index still finds each speech."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text(f"在开学典礼上的讲话\n\n{OTHER}\n", "utf-8")
    described = run(tmp_path / "raw", tmp_path / "out", Config(dedup=Dedup(threshold=1.0)))
    assert described["sketch"]["speeches"]["bands"] == 1
    (name, text), *_ = kept(tmp_path / "out").items()
    assert cleaner.load_index(tmp_path / "out").query(cleaner.signature(text)) == [name]
