"""Grids that hold where they read as masks say the same as grids laid out."""

import numpy as np
import pytest
from catalogue import CATALOGUE

import eyeshot
from eyeshot.analyses import features, grids
from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.results import LayerField
from eyeshot.analyses.walk import Extent, forward
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Graph
from eyeshot.graph.ops import Concat, Contract, Pointwise, Reshape, Slice


def written_attention(height: int = 3, width: int = 4) -> Graph:
    """An attention matrix of tokens behind a class token, to whose inner part the queries are added once more."""
    build = GraphBuilder("written")
    x = build.input("image", (1, 1, height, width))
    tokens = build.add(Reshape((1, height * width)), x)
    one = build.add(Slice(1, 0, 1), tokens)
    q = build.add(Concat(1), one, tokens)
    matrix = build.add(Contract((("b", "i"), ("b", "j")), ("b", "i", "j")), q, q, name="matrix")
    inner = build.add(Slice(1, 1), build.add(Slice(2, 1), matrix))
    column = build.add(Slice(2, 0, 1), build.add(Slice(1, 1), matrix))
    written = build.add(Pointwise(), inner, build.add(Reshape((1, height * width, 1)), tokens))
    below = build.add(Concat(2), column, written)
    whole = build.add(Concat(1), build.add(Slice(1, 0, 1), matrix), below, name="whole")
    seen = build.add(Contract((("b", "i", "j"), ("b", "j")), ("b", "i")), whole, q, name="seen")
    picked = build.add(Slice(2, 3, 4), whole)
    apart = build.add(Reshape((height * width + 1,) * 2), whole)
    return build.finish(seen, picked, apart)


GRAPHS = {**CATALOGUE, "written attention matrix": written_attention()}


def intervals(graph: Graph) -> dict[tuple[str, str, str], list[list[int]]]:
    fields = eyeshot.analyze(graph)
    found = {}
    for node in graph.nodes:
        for value in graph.inputs:
            for axis in value.axes:
                pair = fields[node.name].actual(axis.name, input=value.name)
                found[node.name, value.name, axis.name] = [np.broadcast_to(a, node.shape).tolist() for a in pair]
    return found


def rows_of(graph: Graph) -> list[LayerField]:
    analysis = Analysis(graph)
    return [analysis.row(node.name) for node in graph.nodes]


@pytest.mark.parametrize("name", GRAPHS)
def test_masks_change_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out = intervals(GRAPHS[name])
    monkeypatch.setattr(grids, "MAX_CELLS", 0)
    assert intervals(GRAPHS[name]) == laid_out


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("most", [0, 200_000])
def test_rows_are_the_same_by_masks(name: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "_MOST_LISTED", most)
    rows = rows_of(GRAPHS[name])
    monkeypatch.setattr(grids, "MAX_CELLS", 0)
    assert rows_of(GRAPHS[name]) == rows


def test_the_row_of_a_matrix_that_would_not_fit_into_memory() -> None:
    small, large = (Analysis(written_attention(h, h)).row("whole") for h in (20, 60))
    for few, many in zip(small.axes, large.axes, strict=True):
        assert (few.n, many.n) == (401**2, 3601**2)
        assert (few.size, many.size) == (20, 60)
        assert (few.size_min, few.jump, few.reach) == (many.size_min, many.jump, many.reach)


def test_a_matrix_is_held_by_rows_and_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "MAX_CELLS", 0)
    walk = forward(written_attention(), Extent.FINITE)
    assert all(term.lo.size <= 2 * 13 for term in walk.fields["whole"])
