"""What a page cannot hold, and that it says so."""

import itertools
from collections.abc import Callable

import pytest
from chromium import Watched
from explorer_boxes import box_from

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.support import region_of
from eyeshot.analyses.trace import MAX_LISTED_TAPS, trace_of
from eyeshot.errors import LimitError
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Graph
from eyeshot.graph.ops import Concat, Gather, Reduce, Window
from eyeshot.present.explorer.document import explorer_dict

Opener = Callable[..., Watched]
CONVOLUTION = Window((3,), (1,), (1,), (0,), (0,), channels=1)


def shuffled(n: int) -> Graph:
    """A convolution of values in an order without a law."""
    build = GraphBuilder("shuffled")
    value = build.input("x", (1, 1, n))
    value = build.add(Gather(2, tuple(i * 7919 % n for i in range(n))), value, name="pick")
    return build.finish(build.add(CONVOLUTION, value, name="conv"))


def test_irregular_reading_is_left_out_and_named(open_page: Opener) -> None:
    graph = shuffled(MAX_LISTED_TAPS + 1)
    assert trace_of(Analysis(graph)).nodes[0].readings == (None,)
    page = open_page(graph, layer="conv", at=(5,))
    assert page.answer()["unknown"] == ["pick"]
    assert "does not hold what pick reads" in page.page.locator(".ey-readout .ey-warning").inner_text()


def test_box_without_a_law_is_left_out_and_said(open_page: Opener) -> None:
    graph = shuffled(5000)
    assert trace_of(Analysis(graph)).nodes[-1].outlook is not None
    page = open_page(graph, layer="conv", at=(5,))
    told = page.answer()
    assert told["box"] is None
    assert told["read"] == 3
    assert told["unknown"] == []
    assert "is not held in this page" in page.page.locator(".ey-readout").inner_text()


def test_features_with_paths_of_their_own_have_boxes_of_their_own() -> None:
    build = GraphBuilder("statistics beside")
    value = build.input("x", (1, 1, 6, 5))
    mean = build.add(Reduce((2,), keepdims=True), value, name="mean")
    graph = build.finish(build.add(Concat(2), mean, value, name="both"))
    analysis = Analysis(graph)
    trace = trace_of(analysis)
    node = trace.nodes[-1]
    layout, (outlook,) = trace.layouts[node.layout], trace.outlooks[node.outlook]
    assert outlook is not None
    for feature in itertools.product(*map(range, layout.extents)):
        region = region_of(analysis, graph.nodes[-1].name, feature, graph.inputs[0])
        assert box_from(outlook, feature, layout.extents, 2) == list(region.box), feature


def test_numbers_beyond_those_of_a_browser_are_refused() -> None:
    build = GraphBuilder("wide")
    value = build.input("x", (1, 1, 9))
    for k in range(60):
        value = build.add(Window((2,), (2,), (1,), (8,), (8,), channels=1), value, name=f"conv{k}")
    with pytest.raises(LimitError, match="the explorer shows numbers below"):
        explorer_dict(trace_of(Analysis(build.finish(value))))
