"""Graphs with hand-checked answers: known-values §5, and the rest of §3."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from known_tables import graphs

import eyeshot
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.ops import Slice, Window

LAYER_LIST = {"name", "input", "layers", "blocks"}


def analyzed(graph: dict[str, Any], folder: Path) -> eyeshot.Fields:
    path = folder / "graph.json"
    path.write_text(json.dumps({key: value for key, value in graph.items() if key in LAYER_LIST}), encoding="utf-8")
    return eyeshot.analyze(str(path))


@pytest.mark.parametrize("graph", graphs("small_graphs.toml"), ids=lambda graph: graph["name"])
def test_layer_list(graph: dict[str, Any], tmp_path: Path) -> None:
    fields = analyzed(graph, tmp_path)
    for known in graph["fields"]:
        axes = fields[known["layer"]].axes
        for axis in axes if "axis" not in known else [axes[known["axis"]]]:
            for name in known.keys() - {"layer", "axis"}:
                assert getattr(axis, name) == Fraction(known[name]), name
    for known in graph.get("boxes", []):
        box = fields[known["layer"]].at(*known["at"]).box
        assert box == tuple(map(tuple, known["box"]))
    for known in graph.get("supports", []):
        region = fields[known["layer"]].at(*known["at"])
        assert region.pixels == tuple(map(tuple, known["pixels"]))
        assert region.holes == known["holes"]
        assert region.support().tolist() == [bool(read) for read in known["reads"]]


def test_one_convolution_called_three_times() -> None:
    build = GraphBuilder("thrice")
    value = build.input("input", (1, 1, 16, 16))
    for call in ("conv", "conv#2", "conv#3"):
        value = build.add(convolution(3), value, name=call, source="conv", layer="conv")
    fields = eyeshot.analyze(build.finish(value))
    assert [axis.size for axis in fields["conv#3"].axes] == [7, 7]


def test_slice_of_a_program() -> None:
    build = GraphBuilder("sliced")
    value = build.input("input", (1, 1, 16, 16))
    value = build.add(Slice(2, None, None, 2), value, name="x[::2]")
    value = build.add(convolution(3), value, name="conv")
    fields = eyeshot.analyze(build.finish(value))
    assert [axis.size for axis in fields["conv"].axes] == [5, 3]


def convolution(kernel: int) -> Window:
    return Window((kernel,) * 2, (1, 1), (1, 1), (0, 0), (0, 0), channels=1)
