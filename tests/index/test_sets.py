"""Index sets against Python's sets."""

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eyeshot.errors import LimitError
from eyeshot.index.sets import MAX_RUNS, IndexSet

plain_sets = st.sets(st.integers(-3, 20))


def is_tidy(found: IndexSet) -> bool:
    """Rising runs that neither touch nor are empty."""
    return all(a < b for a, b in found.runs) and all(p[1] < q[0] for p, q in itertools.pairwise(found.runs))


# -------------------------------------------------------------------------------------- one set


@given(plain_sets)
def test_a_set_holds_what_it_is_made_of(plain: set[int]) -> None:
    made = IndexSet.of(plain)
    assert is_tidy(made)
    assert set(made) == plain
    assert list(made) == sorted(plain)
    assert len(made) == len(plain)
    assert bool(made) == bool(plain)
    assert all((i in made) == (i in plain) for i in range(-5, 25))
    assert made.hull == ((min(plain), max(plain) + 1) if plain else (0, 0))


@given(st.lists(st.tuples(st.integers(-9, 20), st.integers(-9, 20))))
def test_from_runs(runs: list[tuple[int, int]]) -> None:
    made = IndexSet.from_runs(runs)
    assert is_tidy(made)
    assert set(made) == {i for start, stop in runs for i in range(start, stop)}


@given(plain_sets, st.integers(-6, 22), st.integers(0, 20))
def test_mask(plain: set[int], start: int, length: int) -> None:
    mask = IndexSet.of(plain).mask(start, start + length)
    assert mask.tolist() == [i in plain for i in range(start, start + length)]


@given(st.lists(st.booleans()), st.integers(-5, 5))
def test_from_mask(mask: list[bool], start: int) -> None:
    made = IndexSet.from_mask(np.array(mask, np.bool_), start)
    assert is_tidy(made)
    assert set(made) == {start + i for i, inside in enumerate(mask) if inside}


@given(st.integers(-5, 5), st.integers(-5, 9))
def test_span(start: int, stop: int) -> None:
    assert list(IndexSet.span(start, stop)) == list(range(start, stop))


@given(plain_sets, st.integers(0, 6))
def test_is_span(plain: set[int], n: int) -> None:
    assert IndexSet.of(range(n)).is_span(n) == (n > 0)
    assert IndexSet.of(plain).is_span(n) == (plain == set(range(n)) and n > 0)


# -------------------------------------------------------------------------------------- algebra


@given(plain_sets, plain_sets)
def test_union_intersection_and_inclusion(a: set[int], b: set[int]) -> None:
    one, other = IndexSet.of(a), IndexSet.of(b)
    assert is_tidy(one | other)
    assert set(one | other) == a | b
    assert is_tidy(one & other)
    assert set(one & other) == a & b
    assert (one <= other) == (a <= b)


def test_holes_are_bounded() -> None:
    holes = np.zeros(2 * MAX_RUNS + 2, np.bool_)
    holes[::2] = True
    with pytest.raises(LimitError, match="at most 1,000,000 separate runs, but this one has 1,000,001"):
        IndexSet.from_mask(holes)


def test_what_a_table_needs_loads_no_numpy() -> None:
    """It would take longer to load than the rest together."""
    code = "import sys, eyeshot.analyses.analysis; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
