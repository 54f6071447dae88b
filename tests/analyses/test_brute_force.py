"""All fields of all features of small graphs, equal to what brute force finds.

Catalogue and random graphs, every op, one to three axes. The oracle executes the graph on sets of pixels for what is
really read, and recurs over single elements for what would be read of an unbounded input.
"""

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
import pytest
from catalogue import CATALOGUE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.actual import extents, pixels_of_input
from oracle.features import Brute, box_of, holds, hull_of, laid_out
from oracle.theory import Seen, unite
from strategies import graphs

import eyeshot
from eyeshot.analyses.analysis import Analysis
from eyeshot.graph.core import Graph

slow = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
)


def check(graph: Graph) -> None:
    brute = Brute(graph)
    fields = check_what_is_read(brute)
    for node in graph.nodes:
        check_theory(brute, fields, node.name)
        check_globals(brute, fields, node.name)
        check_rows(brute, fields, node.name)
        check_sizes(brute, fields, node.name)


def check_at_random(graph: Graph) -> None:
    """All that has one answer: what a split axis means beyond the edges of its factors is for the catalogue to say."""
    brute = Brute(graph)
    if brute.is_split:
        check_what_is_read(brute)
    else:
        check(graph)


def check_what_is_read(brute: Brute) -> eyeshot.Fields:
    fields = eyeshot.analyze(brute.graph)
    for node in brute.graph.nodes:
        check_numbering(brute, node.name)
        check_supports(brute, fields, node.name)
        check_actual(brute, fields, node.name)
    check_reaches(brute, fields)
    return fields


def check_numbering(brute: Brute, name: str) -> None:
    """Every element belongs to exactly one feature."""
    times = np.zeros(brute.graph.shapes[name], int)
    for feature in brute.features(name):
        for element in brute.elements(name, feature):
            times[element] += 1
    assert (times == 1).all(), name


def check_theory(brute: Brute, fields: eyeshot.Fields, name: str) -> None:
    """The box on an unbounded input."""
    for value in brute.graph.inputs:
        for feature in brute.features(name):
            box = fields[name].at(*feature, input=value.name).box
            where = f"{name}{list(feature)} of {value.name}"
            least, most = brute.theory(name, feature)
            if least == most:
                assert box == box_of(most, value), where
            else:
                assert holds(box, box_of(least, value)), where
                assert holds(box_of(most, value), box), where


def check_supports(brute: Brute, fields: eyeshot.Fields, name: str) -> None:
    """The pixels that are read, their number and the box around them."""
    for value in brute.graph.inputs:
        for feature in brute.features(name):
            region = fields[name].at(*feature, input=value.name)
            where = f"{name}{list(feature)} of {value.name}"
            support = brute.supports(name, value)[feature]
            assert region.pixels == hull_of(support), where
            assert region.read == support.sum(), where
            assert np.array_equal(laid_out(region.support(), region.pixels, extents(value)), support), where


def check_globals(brute: Brute, fields: eyeshot.Fields, name: str) -> None:
    """Axes along which some path of some feature has been reduced.

    A reduction of a single index does nothing: it may count as global or not. Where values are not periodic, it is
    not always known any more that a factor of a dimension was its leading one. Where every feature has come to read
    the whole axis, it is global without a reduction.
    """
    each = [brute.theory(name, feature)[1] for feature in brute.features(name)]
    seen = unite(each)
    extent = {(v.name, a): v.shape[axis.dim] for v in brute.graph.inputs for a, axis in enumerate(v.axes)}
    filled = {
        axis
        for axis, n in extent.items()
        if all(lo <= 0 and hi >= n for part in each if axis in part.hulls for lo, hi in [part.hulls[axis]])
    }
    numbers = {(v.name, axis.name): (v.name, a) for v in brute.graph.inputs for a, axis in enumerate(v.axes)}
    marked = {numbers[axis.input, axis.axis] for axis in fields[name].axes if axis.is_global}
    assert marked <= seen.perhaps | seen.running | filled or not seen.hulls, name
    # Reduced part by part, every second place by itself: no feature reads all that the others read.
    by_parts = {axis for axis, n in extent.items() if len(_within(each, axis, n)) > 1}
    assert marked >= seen.reduced - by_parts or not brute.is_regular, name


def _within(each: Iterable[Seen], axis: tuple[str, int], n: int) -> set[tuple[int, int]]:
    """What features read along an axis, by way of all paths, of an image."""
    return {(max(part.hulls[axis][0], 0), min(part.hulls[axis][1], n)) for part in each if axis in part.hulls}


def check_rows(brute: Brute, fields: eyeshot.Fields, name: str) -> None:
    """The numbers of the table, wherever features of one coordinate agree and repeat."""
    for row in fields[name].axes:
        along = brute.along(name, row.input, row.axis)
        if row.period is None or along is None:
            continue
        sizes = [hi - lo for (lo, hi), _ in along]
        local = [interval for _, interval in along]
        where = f"{name} {row.axis}"
        assert row.n == len(along), where
        value = next(value for value in brute.graph.inputs if value.name == row.input)
        number = (row.input, [axis.name for axis in value.axes].index(row.axis))
        if row.is_global and any(number in brute.theory(name, feature)[1].unsure for feature in brute.features(name)):
            continue
        assert row.local_size == max(hi - lo for lo, hi in local), where
        assert row.start == Fraction(sum(local[0]), 2), where
        assert row.padding == -local[0][0], where
        # Features that go to and fro on the spot have no distance, although they repeat.
        advance = row.jump * row.period if row.jump is not None else 0
        for k in range(row.n - row.period):
            assert local[k + row.period][0] - local[k][0] == advance, where
        if not row.is_global:
            assert (row.size, row.size_min) == (max(sizes), min(sizes)), where


def check_sizes(brute: Brute, fields: eyeshot.Fields, name: str) -> None:
    """Sizes, number and scope of every row, over all features that can be asked."""
    layout = brute.layout(name)
    for row in fields[name].axes:
        value = next(value for value in brute.graph.inputs if value.name == row.input)
        axis = (row.input, [a.name for a in value.axes].index(row.axis))
        theories = {feature: brute.theory(name, feature) for feature in brute.features(name)}
        if any(least != most for least, most in theories.values()):
            continue
        hulls = {feature: most.hulls[axis] for feature, (_, most) in theories.items() if axis in most.hulls}
        local = {feature: most.local[axis] for feature, (_, most) in theories.items() if axis in most.local}
        where = f"{name} {row.axis}"
        assert (row.size, row.size_min) == _most_and_least(hulls.values()), where
        if row.local_size is not None and all(axis not in most.running for _, most in theories.values()):
            most = _most_and_least(local.values())[0]
            extent = extents(value)[axis[1]]
            # Paths that have seen all of a small image may count as global.
            seen = all(lo <= 0 and hi >= extent for lo, hi in local.values())
            seen |= any(axis in found.unsure for _, found in theories.values())
            assert row.local_size <= most if row.is_global and seen else row.local_size == most, where
        if row.axis in layout.names:
            assert row.n == layout.extents[layout.names.index(row.axis)], where
        if row.reach in {"causal", "anticausal"}:
            fixed, moving = (0, 1) if row.reach == "causal" else (1, 0)
            assert len({interval[fixed] for interval in hulls.values()}) == 1, where
            assert len({interval[moving] for interval in hulls.values()}) > 1, where


def _most_and_least(intervals: Iterable[tuple[int, int]]) -> tuple[int, int]:
    sizes = [hi - lo for lo, hi in intervals] or [0]
    return max(sizes), min(sizes)


def check_reaches(brute: Brute, fields: eyeshot.Fields) -> None:
    """Projective fields of every pixel in every value."""
    for value in brute.graph.inputs:
        for pixel in np.ndindex(*extents(value)):
            for reach in fields.reached_by(*pixel, input=value.name, every=True):
                readers = brute.supports(reach.layer, value)[(..., *pixel)]
                where = f"{value.name}{list(pixel)} in {reach.layer}"
                assert reach.features == hull_of(readers), where
                assert reach.count == readers.sum(), where
                assert np.array_equal(laid_out(reach.mask(), reach.features, readers.shape), readers), where


def check_actual(brute: Brute, fields: eyeshot.Fields, name: str) -> None:
    """Actual intervals of every single element along every axis."""
    shape = brute.graph.shapes[name]
    for value in brute.graph.inputs:
        bits = pixels_of_input(brute.graph, value.name, brute.bits[name])
        for a, axis in enumerate(value.axes):
            lo, hi = (np.broadcast_to(ends, shape) for ends in fields[name].actual(axis.name, input=value.name))
            for element in np.ndindex(*shape):
                assert (lo[element], hi[element]) == hull_of(bits[element])[a], f"{name}{list(element)} {axis.name}"


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_catalogue(name: str) -> None:
    check(CATALOGUE[name])


def test_parts_of_tokens_are_values_like_any_other() -> None:
    parts = Analysis(CATALOGUE["vision transformer"]).by_parts.graph
    assert {node.name for node in parts.nodes} >= {"concat[tokens]", "concat[grid]"}
    check(parts)


_ENDING = {"axes flattened in the other order", "branches with other jumps", "shifted window attention"}
"""Entries with values that are not periodic and are taken to end at their edges."""


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_laws_go_on_beyond_the_edges(name: str) -> None:
    """The theoretical box is what the laws of the ops say, not only within what they allow."""
    brute, fields = Brute(CATALOGUE[name]), eyeshot.analyze(CATALOGUE[name])
    lawful = all(
        fields[node.name].at(*feature, input=value.name).box == box_of(brute.theory(node.name, feature)[1], value)
        for node in brute.graph.nodes
        for feature in brute.features(node.name)
        for value in brute.graph.inputs
    )
    assert lawful == (name not in _ENDING)


@settings(slow, max_examples=300)
@given(graphs())
def test_random_graphs(graph: Graph) -> None:
    check_at_random(graph)


@settings(slow, max_examples=200)
@given(graphs(st.just(1), max_nodes=12))
def test_random_deep_graphs_of_one_axis(graph: Graph) -> None:
    check_at_random(graph)


@settings(slow, max_examples=50)
@given(graphs(st.just(3), max_nodes=5))
def test_random_graphs_of_three_axes(graph: Graph) -> None:
    check_at_random(graph)


@pytest.mark.sweep
@settings(slow)
@given(graphs(max_nodes=14))
def test_many_random_graphs(graph: Graph) -> None:
    check_at_random(graph)
