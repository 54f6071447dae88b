"""What a model's modules, calls and inputs are called, and that every name gives what it says."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.errors import FeatureError, ModelReferenceError


class Shared(nn.Module):
    """Calls a block twice whose third part is called `2`, as the second call of the block once was."""

    def __init__(self) -> None:
        super().__init__()
        self.block = nn.Sequential(nn.Conv2d(3, 3, 3), nn.ReLU(), nn.Conv2d(3, 3, 5))

    def forward(self, x: Tensor) -> Tensor:
        return self.block(self.block(x))  # type: ignore[no-any-return]


def test_a_number_after_a_dot_is_the_child_and_after_a_hash_the_call() -> None:
    fields = eyeshot.analyze(Shared(), input_shape=(1, 3, 32, 32))
    sizes = {name: fields[name].axes[0].size for name in ("block", "block.2", "block#2", "block.2#2", "block.0#2")}
    assert sizes == {"block": 7, "block.2": 7, "block#2": 13, "block.2#2": 13, "block.0#2": 9}
    assert fields.names == ("block.0", "block.2", "block.0#2", "block.2#2")
    assert [row.name for row in fields.table_of(depth=1).rows] == ["block", "block#2"]


def test_a_module_with_the_sign_of_a_call_in_its_name() -> None:
    class Marked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = nn.ModuleDict({"a": nn.Conv2d(3, 3, 3), "a#2": nn.Conv2d(3, 3, 5)})

        def forward(self, x: Tensor) -> Tensor:
            a = self.parts["a"]
            return self.parts["a#2"](a(a(x)))  # type: ignore[no-any-return]

    fields = eyeshot.analyze(Marked(), input_shape=(1, 3, 32, 32))
    assert [fields[name].axes[0].size for name in ("parts.a", "parts.a##2", "parts.a#2")] == [3, 5, 9]


def test_a_block_keeps_its_name_beside_an_operation_of_that_name() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.add = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1))

        def forward(self, x: Tensor) -> Tensor:
            return self.add(x) + x[..., :]  # type: ignore[no-any-return]

    fields = eyeshot.analyze(Net(), input_shape=(1, 3, 32, 32))
    assert fields["add"].name == "add.1"
    assert fields["add.2"].row.source == "add"


class Twice(nn.Module):
    """Its wanted result is that of a second call, and not of the model."""

    def __init__(self) -> None:
        super().__init__()
        self.block, self.after = nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(3, 1, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.after(self.block(self.block(x)))  # type: ignore[no-any-return]


def test_tiles_give_the_second_call_of_a_module() -> None:
    model = Twice().eval()
    image = torch.rand(1, 3, 48, 48)
    found = eyeshot.tile(model, (3, 48, 48), tile=32, output="block#2").run(model, image.numpy())
    with torch.no_grad():
        assert np.allclose(found, model.block(model.block(image)).numpy(), atol=1e-5)


class Named(nn.Module):
    """Has modules that are called as inputs usually are."""

    def __init__(self) -> None:
        super().__init__()
        self.input, self.left = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3)

    def forward(self, left: Tensor) -> Tensor:
        return self.left(self.input(left))  # type: ignore[no-any-return]


def test_a_module_called_input_keeps_its_name() -> None:
    fields = eyeshot.analyze(Named(), input_shape=(1, 3, 16, 16))
    assert [field.name for field in fields] == ["input", "left"]
    assert fields["input"].axes[0].size == 3
    assert fields.table.inputs[0].name == "input (2)"
    assert [reach.layer for reach in fields.reached_by(3, 3)] == ["input", "left"]


def test_a_named_input_gives_way_to_a_module() -> None:
    fields = eyeshot.analyze(Named(), input_shape={"left": (1, 3, 16, 16)})
    assert [value.name for value in fields.inputs] == ["left (2)"]
    assert fields["left"].axes[0].size == 5
    assert fields["left"].at(0, 0, input="left").pixels == fields["left"].at(0, 0).pixels == ((0, 5), (0, 5))
    assert "left (2)" in repr(fields)


@pytest.mark.parametrize("given", [(1, 3, 16, 16), {"left": (1, 3, 16, 16)}])
def test_the_proof_of_a_model_whose_modules_are_called_as_its_inputs(given: Any) -> None:
    assert eyeshot.verify(Named(), input_shape=given, rows=3, pixels=2).holds


def test_inputs_are_found_by_name_and_by_position() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.input1 = nn.Conv2d(3, 4, 3)

        def forward(self, a: Tensor, b: Tensor) -> Tensor:
            return self.input1(a + b)  # type: ignore[no-any-return]

    fields = eyeshot.analyze(Two(), input_shape=[(1, 3, 16, 16), (1, 3, 16, 1)])
    inputs = fields.inputs
    assert (len(inputs), [value.name for value in inputs]) == (2, ["input", "input1 (2)"])
    assert inputs["input1"] is inputs["input1 (2)"] is inputs[1] is inputs[-1]
    assert inputs[1].shape == (1, 3, 16, 1)
    assert [axis.name for axis in inputs["input"].axes] == ["y", "x"]
    assert "input1" in inputs
    assert "b" not in inputs
    with pytest.raises(ModelReferenceError, match=r"`Two` has no input `left`; it has \['input', 'input1 \(2\)'\]$"):
        inputs["left"]
    with pytest.raises(FeatureError, match="`Two` has 2 inputs, but input 2 was asked for"):
        inputs[2]


def test_a_module_made_in_forward_is_no_input() -> None:
    class Makes(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return nn.ReLU()(nn.AvgPool2d(2)(x))  # type: ignore[no-any-return]

    class Takes(nn.Module):
        def forward(self, **named: Tensor) -> Tensor:
            return Makes()(named["Makes"])  # type: ignore[no-any-return]

    fields = eyeshot.analyze(Takes(), input_shape={"Makes": (1, 3, 8, 8)})
    assert fields.inputs[0].name == "Makes"
    assert fields["Makes#2"].axes[0].size == 2
