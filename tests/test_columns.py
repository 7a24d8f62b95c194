"""Tests of `cleaner.columns`; `pyarrow.array` is the oracle."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from cleaner.columns import as_column, repeated

KINDS = st.sampled_from([np.int64, np.uint8, np.float64, np.bool_])


@given(KINDS, st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=40))
def test_columns_are_those_of_arrow(kind: type, rows: list[tuple[int, bool]]) -> None:
    """Numbers and booleans, some of them null or none, are what Arrow itself makes of them, from a slice too."""
    values = np.array([value for value, _ in rows]).astype(kind)
    is_null = np.array([null for _, null in rows], np.bool_)
    for some in (slice(None), slice(3, None), slice(None, None, 2)):
        for mask in (None, is_null[some]):
            made = as_column(values[some], mask)
            made.validate(full=True)
            assert made.equals(pa.array(values[some], mask=mask))


@given(st.text(max_size=5), st.integers(0, 9))
def test_a_text_is_repeated(text: str, n: int) -> None:
    """A column of one text is what Arrow makes of a list of it."""
    made = repeated(text, n)
    made.validate(full=True)
    assert made.equals(pa.array([text] * n, pa.string()))
