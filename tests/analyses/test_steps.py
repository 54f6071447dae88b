"""What a layer reads step by step, and the equations, against plain index arithmetic."""

from __future__ import annotations

import itertools

import pytest

import eyeshot
from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.procedure import procedure_of
from eyeshot.analyses.steps import Steps, steps_of
from eyeshot.analyses.views import views_of
from eyeshot.analyses.windows import windows_of
from eyeshot.errors import InputError, LimitError


def steps(layers: str, shape: tuple[int, ...], axes: str | None = None) -> Steps:
    graph = eyeshot.load(layers, input_shape=shape, axes=axes)
    analysis = Analysis(graph)
    return steps_of(graph, graph.nodes[-1], analysis.theoretical)


@pytest.mark.parametrize(("k", "s", "p", "d"), list(itertools.product((1, 2, 3), (1, 2, 3), (0, 1, 2), (1, 2))))
def test_windows(k: int, s: int, p: int, d: int) -> None:
    (axis,) = steps(f"conv k{k} s{s} p{p} d{d}", (1, 1, 9), "t").axes
    assert axis.n_out == (9 + 2 * p - d * (k - 1) - 1) // s + 1
    for o, taps in enumerate(axis.taps):
        wanted = [s * o - p + d * t for t in range(k)]
        assert [tap.at for tap in taps] == wanted
        assert [tap.source for tap in taps] == [at if 0 <= at < 9 else -1 for at in wanted]
    read = {s * o - p + d * t for o in range(axis.n_out) for t in range(k)}
    assert axis.unread == tuple(i for i in range(9) if i not in read)


def test_padding_of_the_same_layer_is_taken_together_with_its_window() -> None:
    found = steps("conv k3 s2 p2 circular", (1, 1, 5, 5))
    assert (found.operand, found.padding) == ("input", "circular")
    for axis in found.axes:
        assert [[(tap.at, tap.source) for tap in taps] for taps in axis.taps] == [
            [(2 * o - 2 + t, (2 * o - 2 + t) % 5) for t in range(3)] for o in range(4)
        ]


def test_channels() -> None:
    assert steps("conv k1 g2", (1, 4, 3, 3)).groups == ((0, 1), (0, 1), (2, 3), (2, 3))
    assert steps("depthwise k1", (1, 3, 3, 3)).groups == ((0,), (1,), (2,))
    assert steps("conv k1", (1, 3, 3, 3)).groups == ()
    assert steps("depthwise k1", (1, 99, 3, 3)).groups == ()


def test_settings() -> None:
    axis = steps("conv k3x5 s1x2 p1:2", (1, 1, 9, 9)).axes[1]
    assert [axis.setting(name) for name in ("kernel", "stride", "pad_before", "pad_after")] == [5, 2, 1, 2]
    assert axis.setting("no such", 7) == 7
    assert not steps("upsample scale=2", (1, 1, 3, 3)).axes[0].has_kernel


def test_refusals() -> None:
    with pytest.raises(LimitError, match="100,001 outputs along t"):
        steps("conv k1", (1, 1, 100_001), "t")
    with pytest.raises(InputError, match="reads several values at once"):
        steps("attention", (1, 4, 3, 3))


def test_equations_hold_for_every_window_of_a_chain() -> None:
    found = procedure_of(Analysis(eyeshot.load("alexnet")), "input")
    assert [bool(step.equations) for step in found] == [True] * 10
    for step in found:
        for axis in step.equations:
            assert axis.hold()
            assert (axis.after.n, axis.after.size) == (step.field.axes[0].n, step.field.axes[0].size)


@pytest.mark.parametrize(
    ("layers", "holds"),
    [
        ("maxpool k3 s2 ceil", [True]),
        ("maxpool k2 s3 p1 ceil", [True]),
        ("transposed k2 s2 | conv k2", [False, False]),
        ("conv k3 p1 reflect", [True]),
        ("globalpool", [False]),
    ],
)
def test_equations_are_given_only_where_they_hold(layers: str, holds: list[bool]) -> None:
    found = procedure_of(Analysis(eyeshot.load(layers, input_shape=(1, 1, 20, 20))), "input")
    assert [bool(step.equations) for step in found] == holds


def test_windows_on_the_way_by_brute_force() -> None:
    graph = eyeshot.load("conv k3 s2 name=a | conv k3 p1 name=b | conv k1 from=a name=c | add from=b,c", input_shape=15)
    analysis = Analysis(graph)
    found = windows_of(graph, graph.nodes[-1], analysis.theoretical, (0, 3))
    assert found["b"] == found["c"] == ((0, 1), (3, 4))
    assert found["a"] == ((0, 2), (2, 5))
    assert windows_of(graph, graph.nodes[-1], analysis.theoretical, (0, 3), ["a"]) == {"a": ((0, 2), (2, 5))}


def test_views_of_every_layer_where_there_are_few() -> None:
    analysis = Analysis(eyeshot.load("conv k3 p1 | conv k3 p1 | conv k3 p1", input_shape=9))
    found = views_of(analysis, analysis.graph.inputs[0])
    assert [view.folded for view in found.layers] == [("conv1",), ("conv2",), ("conv3",)]
    assert [view.padding for view in found.layers] == [((1, 1), (1, 1))] * 3


@pytest.mark.parametrize(
    ("layers", "shape", "every"),
    [
        ("conv k1", (1, 1, 96, 96), (8, 8)),
        ("conv k1", (1, 1, 24, 96), (8, 8)),
        ("conv k1", (1, 1, 96, 9), (8, 8)),
        ("conv k1 s4x1", (1, 1, 96, 96), (2, 8)),
        ("conv k1 s1x4", (1, 1, 12, 48), (4, 1)),
    ],
)
def test_features_are_listed_as_far_apart_along_every_axis(
    layers: str, shape: tuple[int, ...], every: tuple[int, ...]
) -> None:
    analysis = Analysis(eyeshot.load(layers, input_shape=shape))
    (view,) = views_of(analysis, analysis.graph.inputs[0], most_spots=12).layers
    assert view.every == every
