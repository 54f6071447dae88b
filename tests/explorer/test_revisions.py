"""The editor's arithmetic on branches, pinned: `web/test/revisions.test.ts` reads the same file."""

import json
import random
from pathlib import Path
from typing import Any

import golden
import pytest
from explorer_networks import NETWORKS, some
from revised_graphs import Change, revised

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.trace import trace_of
from eyeshot.api import Fields
from eyeshot.graph.core import Graph
from eyeshot.graph.ops import Window
from eyeshot.present.explorer.document import explorer_dict

FILE = Path(__file__).parent / "golden" / "revisions.json"

CASES: list[tuple[str, Change]] = [
    ("unet", Change(edits={"down1.conv1": "conv k5 p2 c64", "bottom.conv2": "conv k3 p2 d2 c1024"})),
    ("unet", Change(edits={"down2.conv1": "conv k3 s2 p1 c128"})),
    ("unet", Change(edits={"down1.conv2": "conv k3 c64"})),
    ("unet", Change(edits={"pool4": "maxpool k99"})),
    ("unet", Change(edits={"up1": "deconv k4 s2 p1 c512", "pool1": "maxpool k3 s2 p1"})),
    ("unet", Change(size=(96, 160))),
    ("unet", Change(out=["down3.conv2", "bottom.conv1"], added=[("pool2", "conv k7 p3 name=wide")])),
    ("unet", Change(added=[("down4.conv2", "conv k3 p1 name=one"), ("one", "conv k3 p2 d2 name=two")])),
    ("unet_bilinear", Change(edits={"pool1": "maxpool k4", "bottom.conv1": "conv k5x3 p2x1 c1024"})),
    ("unet_bilinear", Change(size=(64, 48))),
    ("inception_v3", Change(edits={"Conv2d_1a_3x3": "conv k5 s2 c32", "Mixed_5b.b1_5x5": "conv k7 p3 c64"})),
    ("inception_v3", Change(size=(267, 331))),
    ("resnet18", Change(edits={"layer2.0.conv1": "conv k3 s1 p1 c128"})),
    ("resnet18", Change(edits={"layer2.0.conv1": "conv k5 s2 p2 c128"}, out=["maxpool"])),
    ("gates", Change(edits={"stem": "conv k3 s1 p1 c8"})),
    ("gates", Change(edits={"deep": "conv k3 p2 d2 g8 c8", "pool": "maxpool k2 s2"})),
    ("gates", Change(edits={"left": "conv k3 p1 g8 c8"}, out=["deep"])),
    ("unet3d", Change(edits={"pool1": "maxpool k1x2x2"})),
    ("wavenet", Change(size=(20000,))),
]
KEYS = ("axis", "n", "jump", "size", "size_min", "start", "padding", "period", "global", "local_size", "misaligned")


def drawn() -> list[tuple[str, Change]]:
    """Random changes, the same in every run."""
    draw = random.Random(6)  # noqa: S311
    found = []
    for name in ("gates", "unet", "resnet18", "inception_v3"):
        windows = [node for node in NETWORKS[name].nodes if isinstance(node.op, Window) and node.op.channels]
        # Where part of a layer is lost, Python's table shows another part in its place.
        nodes = [node for node in windows if node.name == node.layer]
        for _ in range(6 if name != "inception_v3" else 2):
            edits = {}
            for node in draw.sample(nodes, min(len(nodes), 2)):
                k = draw.choice([k for k in (1, 2, 3, 5) if k != node.op.kernel[0]])
                d, s = draw.choice((1, 1, 2)), draw.choice((1, 1, 2))
                text = f"conv k{k} s{s} p{draw.choice((0, d * (k - 1) // 2))} d{d}"
                edits[node.name] = f"{text} g{node.op.groups} c{node.op.channels}"
            found.append((name, Change(edits=edits)))
    return found


def rows_of(graph: Graph) -> dict[str, list[Any]]:
    """By name of every node its shape, its level and its numbers."""
    document = explorer_dict(trace_of(Analysis(graph)))
    numbers = [[axis[key] for key in KEYS] for axis in document["numbers"]]
    return {node[0]: [node[2], node[10], [numbers[k] for k in node[8]]] for node in document["nodes"]}


def regions_of(graph: Graph) -> list[Any]:
    fields = Fields(graph)
    found = []
    for node in (graph.nodes[len(graph.nodes) // 2], graph.nodes[-1]):
        for feature in some(tuple(n for _, n in fields[node.name].extents)):
            region = fields[node.name].at(*feature)
            found.append([node.name, feature, region.box, region.pixels, region.read])
    return found


def answer(name: str, change: Change) -> dict[str, Any]:
    before, (graph, why) = rows_of(NETWORKS[name]), revised(NETWORKS[name], change)
    after = rows_of(graph)
    return {
        "network": name,
        "words": change.words(),
        "names": list(after) if change.added or change.out else None,
        "lost": sorted(why),
        "rows": {key: row for key, row in after.items() if before.get(key) != row},
        "regions": regions_of(graph),
    }


def test_golden_file(refresh: bool) -> None:
    lines = [json.dumps(answer(*case), separators=(",", ":")) for case in (*CASES, *drawn())]
    golden.check(FILE, "[\n" + ",\n".join(lines) + "\n]\n", refresh=refresh)


@pytest.mark.parametrize(("name", "change"), [*CASES, *drawn()])
def test_changes_change_something(name: str, change: Change) -> None:
    found = answer(name, change)
    assert found["rows"] or found["lost"]
