"""What taps outside a dimension mean, one by one and many at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eyeshot.index.border import Border


@pytest.mark.parametrize(
    ("border", "expected"),
    [
        (Border.NOTHING, [-1, -1, -1, -1, 0, 1, 2, -1, -1, -1, -1]),
        (Border.CLAMP, [0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2]),
        (Border.REFLECT, [0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2]),
        (Border.WRAP, [2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0]),
    ],
)
def test_fold(border: Border, expected: list[int]) -> None:
    assert [border.fold(tap, 3) for tap in range(-4, 7)] == expected


@given(st.sampled_from(Border), st.integers(-9, 9))
def test_fold_onto_one_index(border: Border, tap: int) -> None:
    assert border.fold(tap, 1) == (-1 if border is Border.NOTHING and tap != 0 else 0)


@given(st.sampled_from(Border), st.integers(1, 8), st.lists(st.tuples(st.integers(-20, 30), st.booleans())))
def test_fold_all_folds_each(border: Border, n: int, taps: list[tuple[int, bool]]) -> None:
    given_there = np.array([there for _, there in taps], np.bool_)
    indices, there = border.fold_all(np.array([tap for tap, _ in taps], np.int64), given_there, n)
    for (tap, asked), index, meant in zip(taps, indices.tolist(), there.tolist(), strict=True):
        assert meant == (asked and border.fold(tap, n) >= 0)
        assert 0 <= index < n
        if meant:
            assert index == border.fold(tap, n)
    assert given_there.tolist() == [there for _, there in taps]
