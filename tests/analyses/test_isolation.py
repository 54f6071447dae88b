"""Maps on factors of an axis, which split a term, against the sets of pixels that are really read."""

import itertools

import pytest

from eyeshot.analyses.support import actual_intervals, elements_read
from eyeshot.analyses.terms import Term
from eyeshot.analyses.walk import Extent, forward
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Graph
from eyeshot.graph.ops import Permute, Reshape, Slice, Window
from eyeshot.index.sets import IndexSet


def outer_factor() -> Graph:
    """Windows of four pixels, of which a convolution along the windows reads three neighbours."""
    build = GraphBuilder("outer")
    x = build.input("image", (1, 1, 24))
    windows = build.add(Reshape((1, 6, 4)), x)
    stacked = build.add(Permute((0, 2, 1)), windows)
    return build.finish(build.add(Window((3,), (1,), (1,), (1,), (1,), channels=None), stacked, name="last"))


def tokens_of_windows() -> Graph:
    """Windows of three by four pixels as tokens, of which some are taken."""
    build = GraphBuilder("tokens")
    x = build.input("image", (1, 1, 6, 8))
    split = build.add(Reshape((2, 3, 2, 4)), x)
    windows = build.add(Permute((0, 2, 1, 3)), split)
    tokens = build.add(Reshape((2, 2, 12)), windows)
    return build.finish(build.add(Slice(2, 2, 9), tokens, name="last"))


@pytest.mark.parametrize("graph", [outer_factor(), tokens_of_windows()], ids=lambda graph: graph.name)
def test_split_terms_say_what_is_read(graph: Graph) -> None:
    (value,), node = graph.inputs, graph.by_name["last"]
    walk = forward(graph, Extent.FINITE)
    assert len(walk.fields["last"]) > 1
    assert all(isinstance(term, Term) for term in walk.fields["last"])
    for number, axis in enumerate(value.axes):
        lo, hi = actual_intervals(graph, walk, "last", value, axis.name)
        for index in itertools.product(*map(range, node.shape)):
            read = elements_read(graph, node, (tuple(IndexSet.of([i]) for i in index),))[value.name]
            hulls = [box[value.axes[number].dim].hull for box in read]
            at = tuple(i if n > 1 else 0 for i, n in zip(index, lo.shape, strict=True))
            assert (lo[at], hi[at]) == (min(a for a, _ in hulls), max(b for _, b in hulls))
