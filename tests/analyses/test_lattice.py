"""Boxes of many features at once are those of each feature by itself."""

from __future__ import annotations

import itertools

import pytest

import eyeshot
from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.lattice import boxes_on_lattice
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Graph
from eyeshot.graph.ops import Permute, Pointwise, Window


def crossed() -> Graph:
    """Rows of one branch meet columns of the other: no axis has a dimension of its own."""
    build = GraphBuilder("crossed")
    window = Window((3, 1), (1, 1), (1, 1), (1, 0), (1, 0), channels=1)
    value = build.add(window, build.input("input", (1, 1, 6, 6)), name="conv", source="conv")
    turned = build.add(Permute((0, 1, 3, 2)), value, name="turned", source="permute")
    return build.finish(build.add(Pointwise(), value, turned, name="add", source="add"))


NETWORKS = {
    "chain": "conv k3x5 s2x1 p1 | conv k3 d2 | pool k2 s2",
    "branches": "conv k3 s2 p1 name=a | conv k5 p2 name=b | conv k1 from=a name=c | add from=b,c",
    "gaps": "transposed k2 s3 | conv k2",
    "phases": "pool k2 s2 | upsample scale=2 | conv k3 p1",
    "concat": "conv k3 p1 c2 name=a | conv k1 c2 from=input name=b | concat from=a,b",
    "global": "conv k3 p1 name=a | globalpool name=g | mul from=a,g",
    "tokens": "conv k3 s2 | flatten",
}


@pytest.mark.parametrize("name", [*NETWORKS, "crossed"])
def test_the_same_boxes_as_at(name: str) -> None:
    graph = crossed() if name == "crossed" else eyeshot.load(NETWORKS[name], input_shape=(1, 1, 12, 14))
    fields = eyeshot.analyze(graph)
    analysis = Analysis(graph)
    for node in graph.nodes:
        layout = analysis.layout(node.name)
        field = analysis.theoretical.fields[node.name]
        lines = [range(n % 2, n, 2) if n > 3 else range(n) for n in layout.extents]
        found = dict(boxes_on_lattice(field, layout, lines, 2))
        assert list(found) == list(itertools.product(*lines))
        for index, box in found.items():
            assert box == fields[node.name].at(*index).box


def test_a_walk_with_borders_gives_the_pixels_that_are_read() -> None:
    graph = eyeshot.load(NETWORKS["chain"], input_shape=(1, 1, 12, 14))
    analysis, field = Analysis(graph), eyeshot.analyze(graph)[0]
    lines = [range(n) for n in analysis.layout("conv1").extents]
    for index, box in boxes_on_lattice(analysis.actual.fields["conv1"], analysis.layout("conv1"), lines, 2):
        assert box == field.at(*index).pixels


def test_cost_of_a_plain_map_goes_with_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """No feature of an ordinary map is asked by itself."""
    from eyeshot.analyses import lattice

    def asked(*_: object) -> None:
        raise AssertionError("a single feature was asked for its box")

    monkeypatch.setattr(lattice, "box_at", asked)
    eyeshot.analyze("resnet18").draw("fixed")
