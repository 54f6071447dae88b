"""Reshapes by their finest groups, against a definition by prefix products and against single elements."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eyeshot.graph.access import Access, Link, Regroup, Shape, Status
from eyeshot.index.maps import IndexMap

Groups = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


@st.composite
def reshapes(draw: Callable[[st.SearchStrategy[list[int]]], list[int]]) -> tuple[Shape, Shape]:
    """The same factors merged in two ways, ones among them (an empty product is one, too)."""
    factors = draw(st.lists(st.sampled_from([1, 2, 2, 3, 5]), max_size=6))
    shapes = []
    for _ in range(2):
        cuts = draw(st.lists(st.integers(0, len(factors)), max_size=5))
        edges = [0, *sorted(cuts), len(factors)]
        shapes.append(tuple(math.prod(factors[a:b]) for a, b in itertools.pairwise(edges)))
    return shapes[0], shapes[1]


@st.composite
def shuffled(draw: Callable[[st.SearchStrategy[list[int]]], list[int]]) -> tuple[Shape, Shape]:
    """Two shapes with the same lengths in different orders."""
    lengths = draw(st.lists(st.integers(1, 4), max_size=5))
    return tuple(lengths), tuple(draw(st.permutations(lengths)))


def by_products(ins: Shape, outs: Shape) -> Groups:
    """The definition: cut wherever equally many elements lie before on both sides.

    Between two such cuts of different products lies one group. Dimensions of length 1 lie between cuts of the same
    product: they pair up from the front, and what is left over of either side stands alone.
    """
    before_in = [math.prod(ins[:i]) for i in range(len(ins) + 1)]
    before_out = [math.prod(outs[:o]) for o in range(len(outs) + 1)]
    found = []
    last_i = last_o = 0
    for product in sorted(set(before_in) & set(before_out)):
        at_in = [i for i, p in enumerate(before_in) if p == product]
        at_out = [o for o, p in enumerate(before_out) if p == product]
        if product > 1:
            found.append((tuple(range(last_i, at_in[0])), tuple(range(last_o, at_out[0]))))
        ones_in, ones_out = at_in[:-1], at_out[:-1]
        for one_in, one_out in itertools.zip_longest(ones_in, ones_out):
            found.append(((one_in,) if one_in is not None else (), (one_out,) if one_out is not None else ()))
        last_i, last_o = at_in[-1], at_out[-1]
    return tuple(found)


@given(reshapes() | shuffled())
def test_groups_are_those_of_the_definition(shapes: tuple[Shape, Shape]) -> None:
    assert Regroup(*shapes).groups() == by_products(*shapes)


@given(reshapes() | shuffled())
def test_groups_go_both_ways(shapes: tuple[Shape, Shape]) -> None:
    ins, outs = shapes
    there, back = Regroup(ins, outs).groups(), Regroup(outs, ins).groups()
    assert sorted((right, left) for left, right in there) == sorted(back)


@given(reshapes())
def test_each_group_is_a_reshape_of_its_own(shapes: tuple[Shape, Shape]) -> None:
    """The place of an element within a group's input dimensions says its place within the output dimensions."""
    ins, outs = shapes
    count = math.prod(ins)
    places_in = dict(enumerate(np.unravel_index(np.arange(count), ins))) if ins else {}
    places_out = dict(enumerate(np.unravel_index(np.arange(count), outs))) if outs else {}
    for group_in, group_out in Regroup(ins, outs).groups():
        number_in, number_out = np.zeros(count, int), np.zeros(count, int)
        for d in group_in:
            number_in = number_in * ins[d] + places_in[d]
        for d in group_out:
            number_out = number_out * outs[d] + places_out[d]
        assert number_in.tolist() == number_out.tolist()


@pytest.mark.parametrize(
    ("ins", "outs", "groups"),
    [
        ((), (), ()),
        ((2, 6, 5), (2, 2, 3, 5), (((0,), (0,)), ((1,), (1, 2)), ((2,), (3,)))),
        ((4, 6), (3, 8), (((0, 1), (0, 1)),)),
        ((1, 4), (4, 1), (((0,), ()), ((1,), (0,)), ((), (1,)))),
        ((1, 1, 3), (1, 3), (((0,), (0,)), ((1,), ()), ((2,), (1,)))),
        ((2, 1, 3), (6,), (((0, 1, 2), (0,)),)),
        ((2, 1, 3), (2, 3), (((0,), (0,)), ((1,), ()), ((2,), (1,)))),
        ((2, 6), (4, 1, 3), (((0, 1), (0, 1, 2)),)),
    ],
)
def test_groups_by_hand(ins: Shape, outs: Shape, groups: Groups) -> None:
    assert Regroup(ins, outs).groups() == groups


def test_many_dimensions_take_no_time() -> None:
    ones = (1,) * 50_000
    assert len(Regroup(ones, (*ones, 1)).groups()) == 50_001
    assert Regroup((2,) * 12, (2**12,)).groups() == ((tuple(range(12)), (0,)),)


# -------------------------------------------------------------------------------------- accesses and statuses


def test_everything_is_reduced() -> None:
    access = Access.everything((2, 3), Status.BOUNDED)
    assert access == Access((Link(None, None, True), Link(None, None, True)), Status.BOUNDED)
    assert not access.is_identity


def test_an_access_is_exact_unless_it_says_otherwise() -> None:
    assert Access(()).status is Status.EXACT
    assert Regroup((2,), (2,)).status is Status.EXACT


@pytest.mark.parametrize(
    ("links", "identity"),
    [
        ((), True),
        ((Link(0), Link(1)), True),
        ((Link(1), Link(0)), False),
        ((Link(1), Link(2)), False),
        ((Link(0), Link(None)), False),
        ((Link(0), Link(1, IndexMap.window(5, 3, 3))), False),
    ],
)
def test_identity(links: tuple[Link, ...], identity: bool) -> None:
    assert Access(links).is_identity == identity


@given(st.lists(st.sampled_from(Status)))
def test_the_worst_status_counts(statuses: list[Status]) -> None:
    worst = Status.worst(*statuses)
    assert worst in (statuses or [Status.EXACT])
    assert all(status.rank <= worst.rank for status in statuses)


def test_order_of_the_statuses() -> None:
    assert [status.rank for status in Status] == [0, 1, 2, 3]
    assert [status.value for status in Status] == ["exact", "bounded", "partial", "unsupported"]
