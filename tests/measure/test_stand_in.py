"""Every use of every operation in the catalogue, against PyTorch: a second oracle beside the brute force on graphs."""

import pytest
from catalogue import CATALOGUE

import eyeshot
from eyeshot.errors import InputError
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.ops import OPS, Constant, Opaque, Resample, Window
from eyeshot.measure.effort import Effort
from eyeshot.measure.operations import WORK
from eyeshot.measure.results import Verdict
from eyeshot.measure.verify import verify_graph


def test_every_operation_can_be_run() -> None:
    assert set(OPS.values()) == {Constant, *WORK}


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_use_is_proven(name: str) -> None:
    graph = CATALOGUE[name]
    proof = verify_graph(graph, Effort(pixels=4))
    assert proof.holds, proof.mismatch
    walk = eyeshot.analyze(graph)
    for value in proof.values:
        status = walk[value.name].status
        is_unknown = any(isinstance(node.op, Opaque) and not node.op.bounded for node in graph.nodes)
        if status.value == "exact":
            assert value.verdict in (Verdict.PROVEN, Verdict.CHANGED)
        else:
            assert value.verdict is (Verdict.UNPROVABLE if is_unknown else Verdict.BOUNDED)


@pytest.mark.parametrize(
    ("op", "shape", "message"),
    [
        (Window((1,) * 4, (1,) * 4, (1,) * 4, (0,) * 4, (0,) * 4), (1, 1, 2, 2, 2, 2), "windows along 1, 2 or 3 axes"),
        (Resample((4, 4, 4), "cubic"), (1, 1, 2, 2, 2), "cubic interpolation along 1 or 2 axes"),
    ],
)
def test_what_pytorch_cannot_do_is_said(op: object, shape: tuple[int, ...], message: str) -> None:
    build = GraphBuilder("odd")
    graph = build.finish(build.add(op, build.input("x", shape, "NCABDE"[: len(shape)])))  # type: ignore[arg-type]
    with pytest.raises(InputError, match=message):
        verify_graph(graph, Effort())
