"""Arguments of `forward` that are no inputs: numbers, texts, truth values, None, tensors of the caller's."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.errors import InputError

CALL = {"timestep": 2, "mode": "wide"}


class Timed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.wide = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 5)

    def forward(self, x: Tensor, timestep: int, mode: str = "narrow", scale: Any = None, flag: bool = False) -> Tensor:
        if not isinstance(timestep, int) or not isinstance(flag, bool):
            raise TypeError("a timestep is a whole number, a flag is true or false")
        y = self.wide(x) if mode == "wide" else self.conv(x)
        return (y if scale is None else y * scale)[..., timestep:]  # type: ignore[no-any-return]


def test_arguments_of_forward_are_passed_as_they_are() -> None:
    fields = eyeshot.analyze(Timed(), input_shape=32, call=CALL)
    assert (fields["wide"].axes[0].size, fields[-1].shape) == (5, (1, 4, 28, 26))
    assert [value.name for value in fields.inputs] == ["input"]
    assert eyeshot.load(Timed(), input_shape={"x": (1, 3, 32, 32)}, call={"timestep": 2}).nodes[-1].shape[3] == 28
    assert "wide" in eyeshot.explore(Timed(), input_shape=32, call=CALL).html()


@pytest.mark.parametrize("scale", [None, 0.5, torch.tensor(3.0), torch.ones(1, 4, 1, 1)])
def test_the_proof_calls_the_model_the_same_way(scale: Any) -> None:
    proof = eyeshot.verify(Timed(), input_shape=16, call={**CALL, "scale": scale}, rows=3, pixels=2)
    assert (proof.holds, proof.number) == (True, "float64")


def test_what_is_no_size_is_passed_within_a_list_or_dict() -> None:
    given = {"x": (1, 3, 32, 32), "timestep": 2, "scale": 0.5, "flag": True}
    with pytest.raises(InputError, match="a timestep is a whole number"):
        eyeshot.analyze(Timed(), input_shape=given)
    del given["timestep"]
    assert len(eyeshot.analyze(Timed(), input_shape=given, call={"timestep": 1}).inputs) == 1

    class Optional(nn.Module):
        def forward(self, x: Tensor, y: Tensor | None, scale: float, at: Tensor) -> Tensor:
            return (x if y is None else y)[..., int(at) :] * scale

    found = eyeshot.load(Optional(), input_shape=[(1, 3, 9), None, 0.5, torch.tensor(4)])
    assert found.nodes[-1].shape == (1, 3, 5)
    assert eyeshot.verify(Optional(), input_shape=[(1, 3, 9), None, 0.5, torch.tensor(4)]).holds


def test_a_tensor_of_the_callers_is_not_written_to() -> None:
    class Writes(nn.Module):
        def forward(self, x: Tensor, state: dict[str, Tensor]) -> Tensor:
            state["sum"] += 1
            return nn.functional.avg_pool1d(x + state["sum"], 3)

    state = {"sum": torch.zeros(())}
    assert eyeshot.verify(Writes(), input_shape=(1, 3, 9), call={"state": state}).holds
    assert float(state["sum"]) == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"input_shape": {"x": 32, "timestep": 2}, "call": CALL}, "`timestep` must be given once, but stands among"),
        ({"input_shape": {"x": (1, 3, 9, 9), "mode": "wide"}}, r"`mode`: the input size must be .*call=\{'mode'"),
        ({"input_shape": 32, "call": {"step": 3}}, "unexpected keyword argument 'step'"),
    ],
)
def test_wrong_arguments(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        eyeshot.analyze(Timed(), **given)


@pytest.mark.parametrize("model", ["alexnet", "conv k3", [[3, 1, 0]]])
def test_only_a_program_takes_arguments(model: Any) -> None:
    with pytest.raises(InputError, match=r"call \(step\) goes with a PyTorch model"):
        eyeshot.load(model, input_shape=32, call={"step": 3})
