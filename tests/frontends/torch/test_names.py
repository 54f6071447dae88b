"""What a model's modules, calls and inputs are called, and that every name gives what it says."""

import numpy as np
import torch
from torch import Tensor, nn

import eyeshot


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
