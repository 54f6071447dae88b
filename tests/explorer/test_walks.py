"""What the page computes by itself, pinned: `web/test/walks.test.ts` reads the same file."""

import itertools
import json
import math
from pathlib import Path
from typing import Any

import golden
import pytest
from explorer_boxes import box_from
from explorer_networks import NETWORKS, some

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.support import region_of
from eyeshot.analyses.trace import trace_of
from eyeshot.api import Fields
from eyeshot.graph.core import Graph
from eyeshot.present.explorer.document import explorer_dict

FILE = Path(__file__).parent / "golden" / "walks.json"


def answers(graph: Graph) -> dict[str, Any]:
    fields = Fields(graph)
    first = len(graph.inputs)
    nodes = list(enumerate(graph.nodes, first))[-4:]
    regions = []
    for (number, node), (position, value) in itertools.product(nodes, enumerate(graph.inputs)):
        if not value.axes:
            continue
        for feature in some(tuple(n for _, n in fields[node.name].extents)):
            region = fields[node.name].at(*feature, input=value.name)
            cells = math.prod(hi - lo for lo, hi in region.pixels)
            mask = "".join("01"[cell] for cell in region.support().ravel().tolist()) if cells <= 60 else None
            regions.append([number, feature, position, region.box, region.pixels, region.read, mask])
    reaches = []
    for position, value in enumerate(graph.inputs):
        for pixel in some(tuple(value.shape[axis.dim] for axis in value.axes)) if value.axes else []:
            found = [fields[node.name].reached_by(*pixel, input=value.name) for _, node in nodes]
            counted = [[number, reach.features, reach.count] for (number, _), reach in zip(nodes, found, strict=True)]
            reaches.append([position, pixel, counted])
    return {"document": explorer_dict(trace_of(Analysis(graph))), "regions": regions, "reaches": reaches}


def test_golden_file(refresh: bool) -> None:
    lines = [f"{json.dumps(name)}: {json.dumps(answers(g), separators=(',', ':'))}" for name, g in NETWORKS.items()]
    golden.check(FILE, "{\n" + ",\n".join(lines) + "\n}\n", refresh=refresh)


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_outlooks_tell_every_box(name: str) -> None:
    graph = NETWORKS[name]
    analysis = Analysis(graph)
    trace = trace_of(analysis)
    for node, traced in zip(graph.nodes, trace.nodes, strict=True):
        layout, outlooks = trace.layouts[traced.layout], trace.outlooks[traced.outlook]
        for value, outlook in zip(graph.inputs, outlooks, strict=True):
            assert outlook is not None, node.name
            for feature in some(layout.extents):
                region = region_of(analysis, node.name, feature, value)
                found = box_from(outlook, feature, layout.extents, len(value.axes))
                assert found == list(region.box), (node.name, feature)
