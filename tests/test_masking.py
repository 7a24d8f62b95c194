"""Tests of `cleaner.masking`."""

import pickle
import subprocess
import sys

import pyarrow as pa
import pytest

from cleaner.config import Rules
from cleaner.errors import EngineError
from cleaner.masking import AT_ONCE, Masking, masked_texts
from tests.cases.read_cases import shipped

TEXTS = ["全县*个乡镇，第*届", "要向*学习\r\n谢谢", "\ufdd0同志们", "", "新建水库××座"] * AT_ONCE
"""So many townships; learn from X; comrades; X reservoirs."""


def test_texts_at_once_are_as_one_by_one() -> None:
    """What becomes of a text does not depend on the texts that are looked at with it."""
    alone = [found for text in TEXTS for found in masked_texts([text], shipped())]
    assert alone == list(masked_texts(TEXTS, shipped()))


def test_a_null_is_an_empty_text() -> None:
    """A null has no placeholder and gives an empty text; a mark in the input is none of ours."""
    said, counts = Masking(shipped(), Rules())(pa.array([None, "\ufdd0好", "第×届"]))
    assert said.to_pylist() == ["", "好", "第\ufdd0届"]
    assert counts.tolist() == [0, 0, 1]


def test_other_rules_in_a_worker_are_an_error() -> None:
    """A worker that finds other rule packs than the process that sent it the work says so."""
    assert isinstance(pickle.loads(pickle.dumps(Masking(shipped(), Rules()))), Masking)
    other = shipped().__class__(rules=(), digest="another")
    with pytest.raises(EngineError, match="changed during the run"):
        pickle.loads(pickle.dumps(Masking(other, Rules())))


def test_a_worker_loads_no_compiler() -> None:
    """To look for placeholders in a worker needs neither numba nor pandas."""
    program = "import sys, cleaner.masking, cleaner.engines.local; print({'numba', 'pandas'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
