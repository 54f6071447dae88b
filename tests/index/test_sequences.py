"""What holds for endless and finite sequences alike, against lists of intervals."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import periodic

from eyeshot.index.bordered import Bordered
from eyeshot.index.intervals import Interval, Periodic, hull
from eyeshot.index.maps import IndexMap
from eyeshot.index.sequences import constant, finite, reads_nothing, union

N = 12


def either() -> st.SearchStrategy[Periodic | Bordered]:
    """An endless sequence, or the first N features of one."""
    return periodic() | periodic().map(lambda seq: Bordered.sampled(seq, N))


def listed(seq: Periodic | Bordered) -> list[Interval]:
    return [hull([seq.interval(i)]) for i in range(N)]


@given(either())
def test_finite(seq: Periodic | Bordered) -> None:
    found = finite(seq, N)
    assert isinstance(found, Bordered)
    assert found.n == N
    assert listed(found) == listed(seq)


@given(either(), either())
def test_union(a: Periodic | Bordered, b: Periodic | Bordered) -> None:
    both = union(a, b, N)
    assert listed(both) == [hull(pair) for pair in zip(listed(a), listed(b), strict=True)]
    if isinstance(a, Periodic) and isinstance(b, Periodic) and a.jump == b.jump:
        assert isinstance(both, Periodic)


@given(either(), st.integers(0, 3), st.integers(1, 5), st.integers(1, 9))
def test_constant(seq: Periodic | Bordered, start: int, length: int, n_out: int) -> None:
    reading = IndexMap(N, n_out, 1, 0, (range(start, start + length),))
    found = constant(seq, reading)
    assert isinstance(found, type(seq))
    assert hull([found.interval(0)]) == hull(listed(seq)[start : start + length])


@given(either())
def test_a_sequence_that_reads_nothing_has_only_gaps(seq: Periodic | Bordered) -> None:
    period = seq.period if isinstance(seq, Periodic) else N
    assert reads_nothing(seq) == all(hull([seq.interval(i)]) == (0, 0) for i in range(period))


def test_reads_nothing_looks_beyond_the_first_feature() -> None:
    assert not reads_nothing(Periodic(2, 2, (0, 1), (0, 2)))
    assert reads_nothing(Bordered.listed(np.zeros(3, np.int64), np.zeros(3, np.int64)))
