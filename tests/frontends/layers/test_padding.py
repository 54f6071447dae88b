"""Padding rules against TensorFlow's formula, the gist's program, and one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eyeshot.errors import LayerListError
from eyeshot.frontends.layers.padding import RULES, gist, same, same_transposed
from eyeshot.frontends.load import load
from eyeshot.graph.core import Graph
from eyeshot.graph.ops import Pad, TransposedWindow, Window

sizes = st.integers(1, 300)
small = st.integers(1, 15)

GIST = [[11, 4, 0], [3, 2, 0], [5, 1, 2], [3, 2, 0], [3, 1, 1], [3, 1, 1], [3, 1, 1], [3, 2, 0], [6, 1, 0], [1, 1, 0]]
"""AlexNet as in Dang Ha The Hien's guide to receptive field arithmetic."""


def starts(graph: Graph) -> dict[str, float]:
    """Centre of the first feature of every layer, by the formula for chains, worked out anew here."""
    start, jump, found = 0.5, 1, {}
    for node in graph.nodes:
        op = node.op
        if isinstance(op, Pad):
            start -= op.before[0] * jump
        elif isinstance(op, Window):
            start += (op.dilation[0] * (op.kernel[0] - 1) / 2 - op.pad_before[0]) * jump
            jump *= op.stride[0]
        found[node.name] = start
    return {name: value for name, value in found.items() if name.startswith("layer") and "." not in name}


@given(sizes, small, small, st.booleans())
def test_same_is_tensorflows_formula(n: int, reach: int, stride: int, lower: bool) -> None:
    before, after = same(n, reach, stride, lower=lower)
    total = max((-(-n // stride) - 1) * stride + reach - n, 0)
    assert before + after == total
    assert (before if lower else after) - (after if lower else before) == total % 2
    assert (n + total - reach) // stride + 1 == -(-n // stride)


@pytest.mark.parametrize(
    ("n", "reach", "stride", "padding"),
    [(224, 7, 2, (2, 3)), (225, 7, 2, (3, 3)), (224, 3, 2, (0, 1)), (224, 3, 1, (1, 1)), (5, 1, 2, (0, 0))],
)
def test_same_as_published(n: int, reach: int, stride: int, padding: tuple[int, int]) -> None:
    assert same(n, reach, stride) == padding
    assert same(n, reach, stride, lower=True) == padding[::-1]


@given(st.integers(1, 50), small, small, st.sampled_from(["same", "same_lower"]))
def test_same_of_a_transposed_convolution_turns_the_convolution_round(
    n: int, kernel: int, stride: int, rule: str
) -> None:
    (node,) = load(f"transposed k{kernel} s{stride} {rule}", input_shape=(1, 1, n)).nodes
    assert isinstance(node.op, TransposedWindow)
    assert node.shape[-1] == n * stride
    assert (node.op.pad_before[0], node.op.pad_after[0]) == same(n * stride, kernel, stride, lower=rule == "same_lower")
    assert same_transposed(kernel, stride)[2] == node.op.output_padding[0]


@given(sizes, small, small, st.integers(0, 4))
def test_gist_moves_features_by_its_rule(n: int, kernel: int, stride: int, padding: int) -> None:
    if n + 2 * padding < kernel:
        return
    graph = load([[kernel, stride, padding]], input_shape=(1, 1, n), padding="gist")
    n_out = (n - kernel + 2 * padding) // stride + 1
    # As in computeReceptiveField.py.
    p_left = ((n_out - 1) * stride - n + kernel) // 2
    assert graph.nodes[-1].shape[-1] == n_out
    assert starts(graph) == {"layer1": 0.5 + ((kernel - 1) / 2 - p_left)}


def test_gist_at_284_as_in_the_gist() -> None:
    graph = load(GIST, input_shape=284, padding="gist")
    assert [graph.shapes[f"layer{i}"][-1] for i in range(1, 11)] == [69, 34, 34, 16, 16, 16, 16, 7, 2, 2]
    expected = [6.5, 10.5, 10.5, 26.5, 26.5, 26.5, 26.5, 58.5, 138.5, 138.5]
    assert list(starts(graph).values()) == expected


def test_gist_at_284_with_declared_padding() -> None:
    graph = load(GIST, input_shape=284)
    assert [graph.shapes[f"layer{i}"][-1] for i in range(1, 11)] == [69, 34, 34, 16, 16, 16, 16, 7, 2, 2]
    assert starts(graph)["layer1"] == 5.5


def test_gist_and_declared_agree_at_227() -> None:
    declared, moved = load(GIST, input_shape=227), load(GIST, input_shape=227, padding="gist")
    assert starts(declared) == starts(moved)
    assert list(starts(moved).values()) == [5.5, 9.5, 9.5, 17.5, 17.5, 17.5, 17.5, 33.5, 113.5, 113.5]


@pytest.mark.parametrize(
    ("n", "n_out", "reach", "stride", "padding"),
    [(227, 55, 11, 4, (0, 0)), (284, 69, 11, 4, (-1, 0)), (5, 3, 3, 2, (1, 1))],
)
def test_gist_padding(n: int, n_out: int, reach: int, stride: int, padding: tuple[int, int]) -> None:
    assert gist(n, n_out, reach, stride) == padding


def window(text: str, **options: str) -> Window:
    op = load(text, input_shape=(1, 1, 7, 8), padding=options.get("padding")).nodes[-1].op
    assert isinstance(op, Window)
    return op


@pytest.mark.parametrize(
    ("text", "rule", "before", "after"),
    [
        ("conv k3 s2", None, (0, 0), (0, 0)),
        ("conv k3 s2", "same", (1, 0), (1, 1)),
        ("conv k3 s2", "same_lower", (1, 1), (1, 0)),
        ("conv k3 s2", "valid", (0, 0), (0, 0)),
        ("conv k3 s2 p1", "same", (1, 1), (1, 1)),
        ("conv k3 s2 valid", "same", (0, 0), (0, 0)),
        ("conv k3 s2 same", "valid", (1, 0), (1, 1)),
        ("conv k3 s2 same", "gist", (1, 0), (1, 1)),
        ("conv k3 s2 declared", "same", (0, 0), (0, 0)),
        ("conv k3 d2 p1:3x0:2", None, (1, 0), (3, 2)),
        ("pool k3 s2", "same", (1, 0), (1, 1)),
        ("pool k3 s2 ceil", "same", (1, 0), (1, 1)),
        ("conv k3 s2 p1", "gist", (1, 0), (1, 1)),
    ],
)
def test_own_padding_comes_before_the_rule(
    text: str, rule: str | None, before: tuple[int, int], after: tuple[int, int]
) -> None:
    op = window(text, **({"padding": rule} if rule else {}))
    assert (op.pad_before, op.pad_after) == (before, after)


def test_rule_of_a_caller_comes_before_that_of_the_list() -> None:
    layers = [{"kind": "conv", "kernel": 3}, {"kind": "conv", "kernel": 3, "padding": "valid"}]
    document = {"input": [1, 9, 9], "padding": "same", "layers": layers}
    assert load(document).shapes["conv2"] == (1, 1, 7, 7)
    assert load(document, padding="declared").shapes["conv2"] == (1, 1, 5, 5)


def test_rule_that_changes_nothing_is_told() -> None:
    note = "The padding rule 'same' changes nothing: every layer says its own padding."
    assert load("conv k3 p1 | relu", input_shape=9, padding="same").notes == (note,)
    assert load("conv k3 p1 | conv k3", input_shape=9, padding="same").notes == ()


def test_gist_needs_a_window_that_fits() -> None:
    with pytest.raises(LayerListError, match="layer `layer1`: the window must fit its padded input"):
        load([[9, 1, 0]], input_shape=5, padding="gist")


def test_there_are_five_rules() -> None:
    assert RULES == ("declared", "same", "same_lower", "valid", "gist")
