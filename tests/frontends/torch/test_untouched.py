"""The user's model comes back as it was, whatever it does and however it is wrapped."""

import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

import eyeshot
from eyeshot.errors import InputError
from eyeshot.frontends.torch.capture import capture
from eyeshot.graph.core import Graph

SHAPE = (1, 3, 8, 8)


def small() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())


def names(graph: Graph) -> list[str]:
    return [node.name for node in graph.nodes]


def numbers(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def assert_same(model: nn.Module, before: dict[str, Tensor]) -> None:
    after = model.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())


class Remembers(nn.Module):
    """Keeps what it has seen in attributes of all kinds, and registers more of itself as it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.seen: list[Tensor] = []
        self.by_name: dict[str, Any] = {"kept": 1}
        self.shapes: set[Any] = set()
        self.old, self.new = None, None

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        self.seen.append(y)
        self.by_name["last"] = y
        self.shapes.add(tuple(y.shape))
        self.register_buffer("late", torch.ones(2), persistent=False)
        self.conv.register_forward_hook(lambda *_: None)
        # As many attributes as before, with the same values under other names.
        del self.old
        self.young = None
        return y


def test_what_attributes_hold_is_put_back() -> None:
    model = Remembers()
    capture(model, input_shape=SHAPE)
    assert (model.seen, model.by_name, model.shapes) == ([], {"kept": 1}, set())
    assert dict(model.named_buffers()) == {}
    assert model._non_persistent_buffers_set == set()
    assert not model.conv._forward_hooks
    assert hasattr(model, "old")
    assert not hasattr(model, "young")


class Clips(nn.Module):
    """Gives its weights other memory, twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        self.conv.weight.data = self.conv.weight.data.clamp(-0.01, 0.01)
        self.conv.weight.data = self.conv.weight.data * 2
        y: Tensor = self.conv(x)
        return y


def test_weights_with_other_memory_are_put_back() -> None:
    model = Clips()
    before, place = numbers(model), model.conv.weight.data_ptr()
    capture(model, input_shape=SHAPE)
    assert_same(model, before)
    assert model.conv.weight.data_ptr() == place


class NormalisesConstants(nn.Module):
    """In training, statistics of something that depends on no input, and is small enough to be computed."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)
        self.places: Tensor
        self.register_buffer("places", torch.randn(1, 4, 6, 6))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x) + self.norm(self.places)  # type: ignore[no-any-return]


@pytest.mark.parametrize("make", [small, NormalisesConstants])
def test_statistics_do_not_move_in_training(make: Callable[[], nn.Module]) -> None:
    model = make().train()
    before = numbers(model)
    capture(model, input_shape=SHAPE)
    assert_same(model, before)
    assert all(module.training for module in model.modules())


class LegacyNorm(nn.Module):
    """The operation that exported programs have, which writes statistics beside its results."""

    def __init__(self) -> None:
        super().__init__()
        self.mean: Tensor
        self.var: Tensor
        self.register_buffer("mean", torch.zeros(3))
        self.register_buffer("var", torch.ones(3))

    def forward(self, x: Tensor) -> Tensor:
        found = torch.ops.aten._native_batch_norm_legit(x, None, None, self.mean, self.var, True, 0.1, 1e-5)
        return found[0]  # type: ignore[no-any-return]


def test_an_operation_that_writes_beside_its_results() -> None:
    model = LegacyNorm()
    graph = capture(model, input_shape=SHAPE)
    assert [node.op.kind for node in graph.nodes] == ["reduce", "pointwise"]
    assert_same(model, {"mean": torch.zeros(3), "var": torch.ones(3)})


class Largest(nn.Module):
    """Writes two results into tensors that it has made before, and reads both."""

    def forward(self, x: Tensor) -> Tensor:
        best, where = x.new_empty(1, 3, 8), torch.empty(1, 3, 8, dtype=torch.long, device=x.device)
        torch.max(x, 3, out=(best, where))
        return where * 2


def test_every_written_result_counts() -> None:
    graph = capture(Largest(), input_shape=SHAPE)
    assert [node.op.kind for node in graph.nodes] == ["reduce", "pointwise"]


def test_hooks_run_because_they_are_a_part_of_the_model() -> None:
    model, heard = small().eval(), []
    model[0].register_forward_hook(lambda *call: heard.append(call[2].shape) or call[2][:, :, 1:])
    graph = capture(model, input_shape=SHAPE)
    assert heard == [(1, 4, 6, 6)]
    assert graph.nodes[-1].shape == (1, 4, 5, 6)
    assert len(model[0]._forward_hooks) == 1


@pytest.mark.parametrize("wrap", [parametrizations.weight_norm, parametrizations.spectral_norm])
def test_parametrized_weights(wrap: Callable[[nn.Module], Any]) -> None:
    model = small().train()
    wrap(model[0])
    before = numbers(model)
    graph = capture(model, input_shape=SHAPE)
    assert graph.nodes[0].op.kind == "window"
    assert_same(model, before)


def compiled_part() -> nn.Sequential:
    model = small().eval()
    model[0].compile(backend=_no_backend)
    return model


def _no_backend(*_: Any) -> Any:
    raise AssertionError("nothing is compiled while a model is watched")


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.DataParallel(small().eval()),
        lambda: torch.compile(small().eval(), backend=_no_backend),
        lambda: nn.DataParallel(torch.compile(small().eval(), backend=_no_backend)),
        compiled_part,
    ],
)
def test_wrappers_are_looked_through(make: Callable[[], nn.Module]) -> None:
    graph = capture(make(), input_shape=SHAPE)
    assert (graph.name, names(graph)) == ("Sequential", ["0", "1", "2"])


@pytest.mark.parametrize("make", [torch.jit.script, lambda model: torch.jit.trace(model, torch.zeros(SHAPE))])
def test_scripted_modules_are_watched_without_the_names_of_their_parts(make: Callable[[nn.Module], Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        model = make(small().eval())
    before = numbers(model)
    graph = capture(model, input_shape=SHAPE)
    assert names(graph) == ["convolution", "batch_norm", "relu"]
    assert_same(model, before)


def test_a_model_that_is_one_layer_has_a_name_for_it() -> None:
    graph = capture(nn.Conv2d(3, 4, 3), input_shape=SHAPE)
    assert [(node.name, node.layer) for node in graph.nodes] == [("convolution", "convolution")]


def test_lazy_modules_are_refused_and_stay_lazy() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.LazyConv2d(4, 3))
    with pytest.raises(InputError, match=r"`1` \(LazyConv2d\) must have its parameters.*call the model once"):
        capture(model, input_shape=SHAPE)
    assert model[1].has_uninitialized_params()
    assert isinstance(model[1], nn.LazyConv2d)


class NeedsGPU(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        return y.cuda()


@pytest.mark.skipif(torch.cuda.is_available(), reason="here the model has the GPU that it wants")
def test_a_model_that_wants_a_gpu_which_is_not_there() -> None:
    with pytest.raises(InputError) as caught:
        capture(NeedsGPU(), input_shape=SHAPE)
    assert "`NeedsGPU` must run with input (1, 3, 8, 8), but it raises" in str(caught.value)
    assert "\n" not in str(caught.value)


class Rearranges(nn.Module):
    """Changes what its tensors are to learn, and the framework's settings."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.frozen = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 1).requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        self.conv.weight.requires_grad_(False)
        self.frozen.weight.requires_grad = True
        self.conv.bias.grad = None
        self.frozen.bias.grad = torch.ones(4)
        self.train()
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(True)
        torch.set_autocast_enabled("cpu", True)
        torch.set_autocast_dtype("cpu", torch.float16)
        torch.use_deterministic_algorithms(True)
        y: Tensor = self.frozen(self.conv(x))
        torch.set_autocast_enabled("cpu", False)
        torch.set_default_device("meta")
        return y


def settings() -> list[object]:
    return [
        *(torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_default_device()),
        *(torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")),
        torch.are_deterministic_algorithms_enabled(),
    ]


@pytest.mark.parametrize("look", [capture, lambda model, **how: eyeshot.verify(model, rows=1, pixels=1, **how)])
def test_what_learns_and_the_settings_are_put_back(look: Callable[..., Any]) -> None:
    model = Rearranges().eval()
    gradient = model.conv.bias.grad = torch.full((4,), 3.0)
    before, learns = settings(), [p.requires_grad for p in model.parameters()]
    # A proof refuses a model of which no two runs are the same.
    with suppress(InputError):
        look(model, input_shape=SHAPE)
    assert settings() == before
    assert [p.requires_grad for p in model.parameters()] == learns == [True, True, False, False]
    assert model.conv.bias.grad is gradient
    assert model.frozen.bias.grad is None
    assert not any(module.training for module in model.modules())


def test_a_default_device_of_the_users_stays() -> None:
    class Changes(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            torch.set_default_device(None)
            return x[..., 1:]

    with torch.device("meta"):
        capture(Changes(), input_shape=SHAPE)
        assert torch.empty(1).is_meta
    torch.set_default_device("meta")
    try:
        capture(Changes(), input_shape=SHAPE)
        assert torch.get_default_device().type == "meta"
    finally:
        torch.set_default_device(None)


class Adapts(nn.Module):
    """Takes gradients of its own weights on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        with torch.enable_grad():
            y: Tensor = self.conv(x)
            y.sum().backward()
        return y.detach()


def test_gradients_of_the_way_are_no_gradients_of_the_users() -> None:
    model = Adapts().eval()
    gradient = model.conv.weight.grad = torch.ones_like(model.conv.weight)
    numbers = gradient.clone()
    with suppress(InputError):
        capture(model, input_shape=SHAPE)
    assert model.conv.weight.grad is gradient
    assert torch.equal(gradient, numbers)
    assert model.conv.bias.grad is None
