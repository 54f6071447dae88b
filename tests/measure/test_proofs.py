"""Proofs of modules, of references and of layer lists: what is proven, and what is honestly not."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch_modules import MODULES

import eyeshot
from eyeshot.errors import InputError, ModelReferenceError
from eyeshot.graph.core import Graph
from eyeshot.measure.results import Verdict

FAMILIES = (
    "conv grouped", "conv 3d", "conv transposed wide", "max pool ceil", "adaptive", "nearest odd", "pixel shuffle",
    "channel shuffle", "pad circular", "instance norm", "cumsum back", "roll", "slices", "tokens", "windows shifted",
    "attention module", "squeeze excite", "u-net", "written slices", "written phases", "aliases", "causal", "scatter",
)  # fmt: skip
BY_CHANGE = ("bilinear corners", "linear 1d", "antialias")
BOUNDED = ("grid sample", "sorted", "fourier")


def proof_of(name: str, **more: Any) -> Any:
    torch.manual_seed(0)
    make, shape = MODULES[name]
    return eyeshot.verify(make().eval(), input_shape=shape, pixels=3, **more)


def image(*layers: nn.Module, **more: Any) -> Any:
    torch.manual_seed(0)
    return eyeshot.verify(nn.Sequential(*layers).eval(), input_shape=(1, 2, 8, 7), **more)


class Fn(nn.Module):
    def __init__(self, function: Any) -> None:
        super().__init__()
        self.conv, self.function = nn.Conv2d(2, 2, 3), function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.conv(x))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", FAMILIES)
def test_every_value_of_every_family_is_proven(name: str) -> None:
    proof = proof_of(name)
    assert proof.counts[Verdict.PROVEN] == len(proof.values) > 0
    assert proof.holds
    assert all(row.checked == row.of for one in proof.inputs for row in one.rows)
    assert proof.supports > 0


@pytest.mark.parametrize("name", BY_CHANGE)
def test_where_nan_tells_nothing_changes_do(name: str) -> None:
    proof = proof_of(name)
    assert proof.counts[Verdict.CHANGED] > 0
    assert proof.counts[Verdict.CHANGED] + proof.counts[Verdict.PROVEN] == len(proof.values)


@pytest.mark.parametrize("name", BOUNDED)
def test_what_looks_where_data_say_stays_within_its_bound(name: str) -> None:
    proof = proof_of(name)
    assert proof.values[-1].verdict is Verdict.BOUNDED
    assert proof.holds


def test_a_result_of_one_column_is_bounded_where_kernels_disagree() -> None:
    # Found by a random network: on the CPU every row is computed with the weights of the first.
    torch.manual_seed(0)
    for mode in ("bilinear", "bicubic"):
        shrunk = Fn(lambda x, m=mode: nn.functional.interpolate(x, size=(8, 1), mode=m, antialias=True))
        proof = eyeshot.verify(shrunk.eval(), input_shape=(1, 2, 8, 7))
        assert [value.verdict for value in proof.values] == [Verdict.PROVEN, Verdict.BOUNDED]
        assert proof.holds


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_positions_on_an_edge_are_rounded_as_the_type_rounds_them(dtype: torch.dtype) -> None:
    # Found by a random network: 34.5 / 2.3 is 15, but not to numbers of 32 bits.
    model = nn.Upsample(scale_factor=2.3, mode="nearest-exact")
    proof = eyeshot.verify(model.eval(), input_shape=torch.randn(1, 2, 17, dtype=dtype))
    assert proof.number == ("float32" if dtype is torch.float32 else "float64")
    assert proof.values[-1].verdict is (Verdict.PROVEN if dtype is torch.float32 else Verdict.BOUNDED)


@pytest.mark.parametrize("factor", [2.3, 1.1])
def test_a_factor_that_kernels_pass_over_is_bounded(factor: float) -> None:
    # Found by a random network: some kernels take 6 / 3 and 3 / 3 for the factor.
    proof = eyeshot.verify(nn.Upsample(scale_factor=(2.0, factor), mode="nearest"), input_shape=(1, 2, 8, 3))
    assert [value.verdict for value in proof.values] == [Verdict.BOUNDED]
    proof = eyeshot.verify(nn.Upsample(scale_factor=factor, mode="nearest"), input_shape=(1, 2, 3))
    assert proof.counts[Verdict.PROVEN] == 1


GIVEN = [
    (1, 2, 8, 7), "1x2x8x7", "1x2x8x7:float32", torch.randn(1, 2, 8, 7), ((1, 2, 8, 7), torch.float32),
    [(1, 2, 8, 7)], {"input": torch.randn(1, 2, 8, 7)},
]  # fmt: skip


@pytest.mark.parametrize("given", GIVEN)
def test_a_model_without_numbers_is_run_in_double_precision_too(given: Any) -> None:
    proof = eyeshot.verify(nn.MaxPool2d(2), input_shape=given)
    assert proof.holds
    assert proof.number == "float64"


def test_a_tap_of_weight_zero_is_no_reading_though_its_position_is_rounded() -> None:
    # Found by a random network: 0.6 times 12.5 is not 7.5 to numbers of 32 bits, and the next tap weighs 1e-8.
    class Insisting(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            shrunk = nn.functional.interpolate(x.float(), size=(11, 15), mode="bicubic", antialias=True)
            return shrunk.to(x.dtype)

    proof = eyeshot.verify(Insisting(), input_shape=(1, 2, 7, 9))
    assert proof.holds
    assert {value.verdict for value in proof.values} <= {Verdict.PROVEN, Verdict.CHANGED}


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (1, 4), (9, 2)])
def test_a_corner_alone_is_the_first(mode: str, antialias: bool, size: tuple[int, int]) -> None:
    # Found by a random network.
    torch.manual_seed(0)
    shrunk = Fn(lambda x: nn.functional.interpolate(x, size=size, mode=mode, antialias=antialias, align_corners=True))
    proof = eyeshot.verify(shrunk.eval(), input_shape=(1, 2, 8, 7))
    assert [value.verdict for value in proof.values] == [Verdict.PROVEN, Verdict.CHANGED]


def test_a_value_behind_a_comparison_is_never_proven_by_nan() -> None:
    proof = image(nn.Conv2d(2, 2, 3), Fn(lambda x: (x > 1e9).to(x.dtype)))
    assert [value.verdict for value in proof.values] == [Verdict.PROVEN, Verdict.PROVEN, Verdict.UNPROVABLE]
    assert "gt" in proof.values[-1].reason


def test_a_model_that_keeps_its_anchors_is_proven_behind_them() -> None:
    class Head(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.anchors = nn.Conv2d(2, 2, 3), None

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = self.conv(x)
            if self.anchors is None:
                self.anchors = y.new_full((1, 2, 1, 1), 0.5) + torch.zeros_like(y)
            return 2 * y + self.anchors

    proof = eyeshot.verify(Head().eval(), input_shape=(1, 2, 8, 7))
    assert [value.verdict for value in proof.values] == [Verdict.PROVEN] * 3


@pytest.mark.parametrize(
    "whole",
    [
        lambda x: (100 * x).round().byte() / 255.0,
        lambda x: (100 * x).to(torch.int32) / 2,
        lambda x: torch.zeros(x.shape, dtype=torch.int64).copy_(100 * x).double(),
    ],
    ids=["byte", "to int32", "copied into integers"],
)
def test_numbers_made_whole_hold_no_nan_and_are_judged_by_changes(whole: Any) -> None:
    proof = image(Fn(whole))
    assert proof.holds
    assert proof.values[0].verdict is Verdict.PROVEN
    assert proof.values[-1].verdict is Verdict.CHANGED


@pytest.mark.parametrize("low", [-1e9, float("-inf")])
def test_attention_with_an_added_mask_of_low_numbers_is_proven_by_changes(low: float) -> None:
    class Causal(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            mask = torch.zeros(5, 5).masked_fill(~torch.ones(5, 5, dtype=torch.bool).tril(), low)
            return nn.functional.scaled_dot_product_attention(x, x, x, attn_mask=mask)

    proof = eyeshot.verify(Causal().eval(), input_shape=(1, 5, 4), axes="NTC")
    assert proof.holds
    assert proof.values[-1].verdict is Verdict.CHANGED


@pytest.mark.parametrize(
    "counted",
    [
        lambda x: x * (x.histc(4, -1.0, 1.0).sum() + 1),
        lambda x: nn.functional.one_hot(x.argmax(1), 2).double().mean(-1) + x.mean(1),
    ],
    ids=["histogram", "one hot"],
)
def test_counts_of_data_end_nothing(counted: Any) -> None:
    proof = image(Fn(counted))
    assert proof.holds
    assert not [value for value in proof.values if "changes its operations" in value.reason]
    assert "The capture ended" not in " ".join(proof.notes)


def test_a_first_state_that_is_as_low_as_can_be_is_not_proven_by_nan() -> None:
    class Weighed(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            state = torch.zeros_like(x) - 1e38
            peak = torch.maximum(state, x)
            return torch.exp(state - peak) + torch.exp(x - peak)

    proof = eyeshot.verify(Weighed().eval(), input_shape=(1, 5, 4), axes="NTC")
    assert proof.holds


def test_what_a_mask_fills_is_judged_by_changes() -> None:
    mask = torch.zeros(6, 5, dtype=torch.bool)
    mask[2] = True
    proof = image(Fn(lambda x: x.masked_fill(mask, 0.0)))
    assert proof.values[-1].verdict is Verdict.CHANGED


def test_a_reading_that_a_mask_of_data_hides_is_not_provable() -> None:
    proof = image(Fn(lambda x: x.masked_fill(x < 1e9, 0.0)))
    assert proof.values[-1].verdict is Verdict.UNPROVABLE
    assert "masked_fill" in proof.values[-1].reason


def test_infinities_are_not_left_to_nan() -> None:
    proof = image(Fn(lambda x: (x - 1e9).exp2().log()))
    assert [value.verdict for value in proof.values[:-1]] == [Verdict.PROVEN] * 3
    assert proof.values[-1].verdict is Verdict.UNPROVABLE
    assert "infinite" in proof.values[-1].reason


def test_an_operation_without_a_rule_is_no_proof() -> None:
    library = torch.library.Library("eyeshot_proof", "DEF")
    library.define("odd(Tensor x) -> Tensor")
    library.impl("odd", lambda x: x.clone(), "CompositeExplicitAutograd")
    proof = image(Fn(torch.ops.eyeshot_proof.odd))
    assert proof.values[-1].verdict is Verdict.UNPROVABLE
    assert "no rule" in proof.values[-1].reason


def test_global_layers_are_seen_global() -> None:
    proof = image(nn.Conv2d(2, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
    assert proof.counts[Verdict.PROVEN] == 4
    assert [value.features for value in proof.values] == [30, 1, 1, 1]


def test_rows_may_be_fewer() -> None:
    proof = image(nn.Conv2d(2, 2, 3), rows=3, pixels=0)
    assert [(row.checked, row.of) for row in proof.inputs[0].rows] == [(3, 8), (3, 7)]
    assert proof.inputs[0].pixels == 0
    assert image(nn.Conv2d(2, 2, 3), rows=1).inputs[0].rows[0].checked == 1


def test_one_layer_alone() -> None:
    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Conv2d(2, 2, 3), nn.Sequential(nn.Conv2d(2, 2, 3), nn.ReLU())

        def forward(self, x: Tensor) -> Tensor:
            return self.second(self.first(x))  # type: ignore[no-any-return]

    proof = eyeshot.verify(Named(), input_shape=(1, 2, 8, 8), layer="second")
    assert [value.name for value in proof.values] == ["second.1"]
    proof = eyeshot.verify(Named(), input_shape=(1, 2, 8, 8), layer=["first", "second.0"])
    assert [value.name for value in proof.values] == ["first", "second.0"]
    with pytest.raises(ModelReferenceError, match="did you mean `first`"):
        eyeshot.verify(Named(), input_shape=(1, 2, 8, 8), layer="frist")


def test_equal_seeds_give_equal_proofs() -> None:
    assert image(nn.Conv2d(2, 2, 3), seed=3, rows=4) == image(nn.Conv2d(2, 2, 3), seed=3, rows=4)


def test_several_inputs_and_integers() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed, self.conv = nn.Embedding(7, 3), nn.Conv1d(3, 3, 3, padding=1)

        def forward(self, x: Tensor, ids: Tensor) -> Tensor:
            return self.conv(x) + self.embed(ids).transpose(1, 2)

    torch.manual_seed(0)
    proof = eyeshot.verify(Two(), input_shape=[(1, 3, 9), ((1, 9), "int64")])
    assert proof.holds
    assert [one.rows[0].checked for one in proof.inputs] == [9, 9]
    verdicts = {value.name: value.verdict for value in proof.values}
    assert verdicts["conv"] is Verdict.PROVEN
    assert verdicts["embed"] is Verdict.PROVEN
    assert verdicts["add"] is Verdict.PROVEN


def test_given_numbers_are_the_clean_input() -> None:
    given = torch.full((1, 2, 8, 7), 5.0)
    seen: list[Tensor] = []

    class Spy(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            seen.append(x.clone())
            return x * 2

    assert eyeshot.verify(Spy(), input_shape=given, rows=1, pixels=0).holds
    # While the model is read, a tensor without numbers claims to be one of the CPU.
    assert (next(x for x in seen if not x.is_meta) == 5).all()


@pytest.mark.parametrize(
    "layers",
    [
        "conv k3 s2 p1 | pool k3 s2 | conv k3 d2",
        "conv k4 s2 p1 | deconv k4 s2 p1 | conv k3 p1 groups=1",
    ],
)
def test_layer_lists_are_built_and_run(layers: str) -> None:
    proof = eyeshot.verify(layers, input_shape=24)
    assert proof.counts[Verdict.PROVEN] == len(proof.values) == layers.count("|") + 1


@pytest.mark.parametrize(("model", "size"), [("lenet5", None), ("tcn", None), ("unet_bilinear", 32)])
def test_built_in_networks(model: str, size: int | None) -> None:
    proof = eyeshot.verify(model, input_shape=size, rows=2, pixels=1)
    assert proof.holds


def test_a_reference_to_python(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text("import torch\ndef make(k=3):\n    return torch.nn.Conv2d(1, 2, k)\n")
    proof = eyeshot.verify(f"{path}:make", input_shape=(1, 1, 6, 6), arguments={"k": 5})
    assert proof.model == "make"
    assert proof.values[0].features == 4


def test_a_graph_is_run_too() -> None:
    graph = eyeshot.load("conv k3", input_shape=6)
    assert isinstance(graph, Graph)
    assert eyeshot.verify(graph).holds


def test_padding_goes_with_a_layer_list() -> None:
    with pytest.raises(InputError, match="padding goes with a layer list"):
        eyeshot.verify(nn.Conv2d(1, 1, 3), input_shape=8, padding="same")
