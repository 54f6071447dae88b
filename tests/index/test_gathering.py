"""Arrays of intervals gathered along one dimension against what each output index reads."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import index_maps

from eyeshot.index.explicit import NOTHING, Ints
from eyeshot.index.gathering import gathered
from eyeshot.index.intervals import Interval
from eyeshot.index.maps import IndexMap


def hull(pairs: list[Interval]) -> Interval:
    """In the convention of grids, where an empty interval disappears in minimum and maximum."""
    return (
        min((lo for lo, _ in pairs), default=NOTHING),
        max((hi for _, hi in pairs), default=-NOTHING),
    )


def expected(reading: IndexMap, row: list[Interval]) -> list[Interval]:
    """What a row along the dimension becomes; one interval stands for as many as the map reads."""
    wide = row * reading.n_in if len(row) == 1 else row
    return [hull([wide[i] for i in reading.reads(o)]) for o in range(reading.n_out)]


def pairs_of(lo: Ints, hi: Ints, row: int, n: int) -> list[Interval]:
    """One row of two arrays, laid out."""
    sides = (np.broadcast_to(side[row, :, 0], (n,)).tolist() for side in (lo, hi))
    return list(zip(*sides, strict=True))


@given(index_maps(), st.booleans(), st.data())
def test_gathered(reading: IndexMap, steady: bool, data: st.DataObject) -> None:
    n = 1 if steady else reading.n_in
    intervals = st.tuples(st.integers(-9, 9), st.integers(1, 4)).map(lambda p: (p[0], p[0] + p[1]))
    row = st.lists(intervals | st.just((NOTHING, -NOTHING)), min_size=n, max_size=n)
    rows = [data.draw(row) for _ in range(2)]
    lo, hi = (np.array([[[pair[k]] for pair in row] for row in rows], np.int64) for k in (0, 1))
    new_lo, new_hi = gathered(reading, lo, hi, 1)
    for number, listed in enumerate(rows):
        assert pairs_of(new_lo, new_hi, number, reading.n_out) == expected(reading, listed)
