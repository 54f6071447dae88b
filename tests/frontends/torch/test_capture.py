"""Names, structures of inputs and outputs, what comes back untouched, and what is said of models that fail."""

import random
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.errors import EyeshotError, InputError
from eyeshot.frontends.torch.capture import capture
from eyeshot.graph.access import Status


class Busy(nn.Module):
    """Changes all that a forward pass can change."""

    def __init__(self, *, fails: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.rnn = nn.GRU(4, 4)
        self.register_buffer("count", torch.zeros(3))
        self.seen: Any = None
        self.fails = fails

    def forward(self, x: Tensor) -> Tensor:
        self.count += 1
        self.count[0] = 7
        self.seen = x
        self.extra = torch.rand(4).sum() + random.random() + np.random.rand()  # noqa: NPY002, S311
        self.conv.weight.data.mul_(2)
        x = self.norm(self.conv(x))
        if self.fails:
            raise KeyError("nothing here")
        return self.rnn(x.flatten(2)[0].T)[0]


def state(model: nn.Module) -> Any:
    numbers = {k: v.clone() for k, v in model.state_dict().items()}
    attributes = {name: dict(vars(m)) for name, m in model.named_modules()}
    hooks = [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules()]
    return numbers, attributes, hooks, model.training, [p.grad for p in model.parameters()]


@pytest.mark.parametrize("fails", [False, True])
def test_the_model_comes_back_untouched(fails: bool) -> None:
    model = Busy(fails=fails)
    model.conv.weight.grad = torch.ones_like(model.conv.weight)
    numbers, attributes, hooks, training, grads = state(model)
    parameters = list(model.parameters())
    drawn = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index] # noqa: NPY002
    if fails:
        with pytest.raises(InputError, match="KeyError"):
            capture(model, input_shape=(1, 3, 8, 8))
    else:
        capture(model, input_shape=(1, 3, 8, 8))
    after = state(model)
    assert all(torch.equal(numbers[k], v) for k, v in after[0].items())
    assert all(after[1][m].keys() == attributes[m].keys() for m in attributes)
    assert all(after[1][m][k] is v for m in attributes for k, v in attributes[m].items())
    assert (after[2], after[3]) == (hooks, training)
    assert all(a is b for a, b in zip(after[4], grads, strict=True))
    assert all(a is b and a.device.type == "cpu" for a, b in zip(parameters, model.parameters(), strict=True))
    assert torch.equal(drawn[0], torch.get_rng_state())
    assert drawn[1] == random.getstate()
    assert drawn[2] == np.random.get_state()[1].tolist()  # type: ignore[index] # noqa: NPY002
    assert not torch.nn.modules.module._global_forward_hooks
    assert torch.is_grad_enabled()


class Parts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 5, padding=1)

    def forward(self, x: Tensor, *, mask: Tensor) -> dict[str, Any]:
        return {"low": self.a(x) * mask, "high": (self.b(x), [x.mean()])}


def test_names_inputs_and_outputs_of_any_structure() -> None:
    graph = capture(Parts(), input_shape={"x": (1, 3, 16, 16), "mask": (1, 1, 14, 14)})
    assert [value.name for value in graph.inputs] == ["x", "mask"]
    assert [node.name for node in graph.nodes] == ["a", "mul", "b", "mean"]
    assert graph.outputs == ("mul", "b", "mean")
    fields = eyeshot.analyze(graph)
    assert {axis.input for axis in fields["mul"].axes} == {"x", "mask"}


def test_numbers_of_words_and_types() -> None:
    model = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 2))
    graph = capture(model, input_shape=((1, 12), "int64"))
    (axis,) = eyeshot.analyze(graph)["1"].axes
    assert (axis.axis, axis.n, axis.size) == ("t", 12, 1)


def test_channels_last_and_channels_behind() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).to(memory_format=torch.channels_last)
    x = torch.rand(1, 3, 8, 8).to(memory_format=torch.channels_last)
    assert eyeshot.analyze(model, input_shape=x)["1"].axes[0].size == 3

    class Behind(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return nn.functional.avg_pool2d(x.permute(0, 3, 1, 2), 3)

    fields = eyeshot.analyze(Behind(), input_shape=(1, 9, 9, 3), axes="NHWC")
    assert [axis.size for axis in fields[0].axes] == [3, 3]


def test_a_model_on_the_meta_device() -> None:
    with torch.device("meta"):
        model = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.BatchNorm2d(4)).eval()
    assert eyeshot.analyze(model, input_shape=(1, 3, 16, 16))["1"].axes[0].size == 3


class Decides(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.head = nn.Conv2d(4, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.head(self.conv(x))
        return x[x > 0]


def test_where_numbers_are_needed_the_capture_ends() -> None:
    fields = eyeshot.analyze(Decides(), input_shape=(1, 3, 8, 8))
    assert fields["head"].axes[0].size == 3
    assert "ended in the model itself at the operation index" in fields.graph.notes[0]
    with pytest.raises(InputError, match="without `strict` all before that is analysed"):
        capture(Decides(), input_shape=(1, 3, 8, 8), strict=True)


def test_training_mode_is_said() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    fields = eyeshot.analyze(model, input_shape=(1, 3, 8, 8))
    assert (fields["1"].axes[0].is_global, fields["1"].axes[0].local_size) == (True, 3)
    assert "training mode" in fields.graph.notes[0]


@torch.library.custom_op("eyeshot_test::strange", mutates_args=())
def strange(x: Tensor) -> Tensor:
    return x.clone()


@strange.register_fake
def _(x: Tensor) -> Tensor:
    return torch.empty_like(x)


class Strange(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return strange(self.conv(x))


def test_an_operation_without_a_rule_is_named() -> None:
    fields = eyeshot.analyze(Strange(), input_shape=(1, 3, 8, 8))
    assert fields["conv"].status is Status.EXACT
    assert fields.status is Status.UNSUPPORTED
    assert "eyeshot_test::strange" in fields.graph.notes[0]
    with pytest.raises(InputError, match="no rule for the operation `eyeshot_test::strange`"):
        capture(Strange(), input_shape=(1, 3, 8, 8), strict=True)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (
            (1, 5, 8, 8),
            "`Sequential` must run with input (1, 5, 8, 8), but `0` raises RuntimeError: a convolution",
        ),
        ((1, 3, 2, 2), "but `0` raises RuntimeError: Calculated padded input size"),
        (None, "the size of the input must be given"),
        ((0, 3, 8, 8), "input sizes must be at least 1, but one is 0"),
        ("abc", "the input size must be such as 224 or 3x224x224, but is 'abc'"),
        ((1, 3, "8"), "an input size must be integers such as (1, 3, 224, 224), but is (1, 3, '8')"),
    ],
)
def test_wrong_inputs(shape: Any, said: str) -> None:
    with pytest.raises(EyeshotError) as caught:
        capture(nn.Sequential(nn.Conv2d(3, 4, 3)), input_shape=shape)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
