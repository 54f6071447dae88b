"""Branches, loops and parts that a model hands to the framework: followed as they run, and proven."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._higher_order_ops.map import map as mapped
from torch._higher_order_ops.scan import scan
from torch._higher_order_ops.while_loop import while_loop
from torch_modules import SMALL, Fn

import eyeshot
from eyeshot.errors import InputError
from eyeshot.graph.access import Status
from eyeshot.measure.results import Verdict

pytestmark = pytest.mark.filterwarnings(
    "ignore:Using `torch.compile",
    "ignore:`torch.jit",
    "ignore:Pred is a Python constant",
    "ignore:.*trace might not generalize",
    "ignore::FutureWarning",
)


class Parts(nn.Module):
    """Two convolutions, and a way to use them."""

    def __init__(self, way: Callable[[Any, Tensor], Tensor]) -> None:
        super().__init__()
        self.small, self.large = nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 5, padding=2)
        self.way = way

    def forward(self, x: Tensor) -> Tensor:
        return self.way(self, x)


def branch(condition: Callable[[Tensor], Any]) -> Callable[[Any, Tensor], Tensor]:
    return lambda m, x: torch.cond(condition(x), m.small, lambda t: m.large(t) + 1, (x,))


def counted(m: Any, x: Tensor) -> Tensor:
    return while_loop(lambda i, _: i < 3, lambda i, t: (i + 1, m.small(t)), (torch.tensor(0), x))[1]


def running(_: Any, x: Tensor) -> Tensor:
    return scan(lambda carry, row: (carry + row, carry.sin()), x[0, :, 0] * 0, x[0].transpose(0, 1))[1]


FOLLOWED: dict[str, tuple[Callable[[Any, Tensor], Tensor], int]] = {
    "known branch": (branch(lambda _: torch.tensor(True)), 3),
    "other branch": (branch(lambda x: torch.tensor(x.shape[0] > 1)), 5),
    "branch of Python": (branch(lambda x: x.shape[0] == 1), 3),
    "counted loop": (counted, 7),
    "map": (lambda m, x: mapped(lambda t: m.large(t[None])[0], x), 5),
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_control_flow_that_is_known(name: str) -> None:
    way, size = FOLLOWED[name]
    fields = eyeshot.analyze(Parts(way), input_shape=SMALL, strict=True)
    assert fields.status is Status.EXACT
    assert [axis.size for axis in fields[-1].axes] == [size, size]
    proof = eyeshot.verify(Parts(way), input_shape=SMALL)
    assert proof.holds
    assert not proof.counts[Verdict.UNPROVABLE]


def test_a_scan_reads_what_came_before() -> None:
    fields = eyeshot.analyze(Parts(running), input_shape=SMALL, strict=True)
    assert eyeshot.verify(Parts(running), input_shape=SMALL).holds
    assert fields.status is Status.EXACT


def test_of_a_branch_that_the_data_choose_both_are_followed() -> None:
    model = Parts(branch(lambda x: x.sum() > 0))
    fields = eyeshot.analyze(model, input_shape=SMALL, strict=True)
    assert {"small", "large"} <= {node.layer for node in fields.graph.nodes}
    assert fields["small"].status is Status.EXACT
    assert fields[-1].status is Status.BOUNDED
    assert eyeshot.verify(model, input_shape=SMALL).holds


def test_a_loop_that_the_data_end_is_read_up_to_there() -> None:
    model = Parts(lambda m, x: while_loop(lambda t: t.sum() > 0, lambda t: (m.small(t),), (m.large(x),))[0])
    fields = eyeshot.analyze(model, input_shape=SMALL)
    assert fields["large"].axes[0].size == 5
    assert "at the operation while_loop" in fields.graph.notes[0]
    assert eyeshot.verify(model, input_shape=SMALL).holds


class Doubled(torch.autograd.Function):
    """A function with a gradient of its own."""

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x * x

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:  # noqa: ARG004 - the form of the framework
        ctx.save_for_backward(inputs[0])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return 2 * gradient * ctx.saved_tensors[0]


def test_functions_with_gradients_of_their_own() -> None:
    model = Parts(lambda m, x: torch.func.grad(lambda t: Doubled.apply(m.small(t)).sum())(x))
    assert eyeshot.analyze(model, input_shape=SMALL, strict=True)[-1].axes[0].size == 5
    assert eyeshot.verify(model, input_shape=SMALL).holds


LAZY = """
import torch, eyeshot

class Net(torch.nn.Module):
    def forward(self, x):
        return torch.cond(torch.tensor(True), lambda t: t.sin(), lambda t: t.cos(), (x,))

print(eyeshot.analyze(Net(), input_shape=(1, 2, 8)).status.value)
"""


def test_a_model_that_loads_the_compiler_itself() -> None:
    ran = subprocess.run([sys.executable, "-c", LAZY], capture_output=True, text=True, check=True)
    assert ran.stdout == "exact\n"


class Plain(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x * 2
        if y.shape[0] > 0:
            y = torch.relu(y)
        return y


def scripted() -> nn.Module:
    return torch.jit.script(nn.Sequential(nn.Conv2d(4, 4, 3), Plain()))


PARTS: dict[str, Callable[[], nn.Module]] = {
    "scripted": scripted,
    "scripted part": lambda: nn.Sequential(nn.Conv2d(4, 4, 1), scripted()),
    "traced": lambda: torch.jit.trace(nn.Sequential(nn.Conv2d(4, 4, 3), Plain()), torch.rand(SMALL)),
    "compiled part": lambda: nn.Sequential(nn.Conv2d(4, 4, 1), torch.compile(nn.Conv2d(4, 4, 3))),
    "compiled function": lambda: Fn(torch.compile(lambda x: x * 2)),
}


@pytest.mark.parametrize("name", PARTS)
def test_compiled_parts_are_read_and_proven_and_stay_as_they_were(name: str) -> None:
    model = PARTS[name]().eval()
    before = {key: (tensor, tensor.clone()) for key, tensor in model.state_dict(keep_vars=True).items()}
    assert eyeshot.analyze(model, input_shape=SMALL, strict=True)[-1].axes[0].size == 3
    proof = eyeshot.verify(model, input_shape=SMALL)
    assert proof.holds
    assert not proof.counts[Verdict.UNPROVABLE]
    after = model.state_dict(keep_vars=True)
    assert all(torch.equal(after[key], numbers) for key, (_, numbers) in before.items())
    assert all(after[key].dtype is tensor.dtype for key, (tensor, _) in before.items())


class Sequence(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(4, 3, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(x)[0]


def test_a_scripted_recurrent_layer_is_read_and_stays_as_it_was() -> None:
    model: Any = torch.jit.script(Sequence())
    x = torch.rand(1, 7, 4)
    before = model(x)
    field = eyeshot.analyze(model, input_shape=(1, 7, 4), axes="NTC", strict=True)[-1]
    assert [field.at(t).read for t in range(7)] == [1, 2, 3, 4, 5, 6, 7]
    assert eyeshot.verify(model, input_shape=(1, 7, 4), axes="NTC").holds
    assert torch.equal(model(x), before)


def test_what_a_traced_model_raises_is_said_not_where() -> None:
    model = torch.jit.trace(Sequence(), torch.rand(1, 7, 4))
    with pytest.raises(InputError, match="raises RuntimeError: Input and hidden tensors are not at the same device"):
        eyeshot.analyze(model, input_shape=(1, 7, 4))


class Packed(nn.Module):
    """A recurrent layer over sequences of known lengths."""

    def __init__(self, cell: nn.Module, lengths: Any, sorts: bool = True) -> None:
        super().__init__()
        self.cell, self.lengths, self.sorts = cell, lengths, sorts

    def forward(self, x: Tensor) -> Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(x, self.lengths, batch_first=True, enforce_sorted=self.sorts)
        return nn.utils.rnn.pad_packed_sequence(self.cell(packed)[0], batch_first=True)[0]


CELLS: dict[str, tuple[Callable[[], nn.Module], Any, bool]] = {
    "lstm": (lambda: nn.LSTM(4, 3), torch.tensor([7, 5, 2]), True),
    "both ways": (lambda: nn.GRU(4, 3, bidirectional=True), [7, 5, 2], True),
    "layers": (lambda: nn.LSTM(4, 3, num_layers=2, bidirectional=True), [6, 4, 4], True),
    "unsorted": (lambda: nn.RNN(4, 3, num_layers=2), torch.tensor([2, 7, 5]), False),
    "projected": (lambda: nn.LSTM(4, 5, proj_size=2), [7, 7, 7], True),
}


@pytest.mark.parametrize("name", CELLS)
def test_packed_sequences_of_known_lengths(name: str) -> None:
    make, lengths, sorts = CELLS[name]
    torch.manual_seed(0)
    model = Packed(make(), lengths, sorts)
    assert eyeshot.analyze(model, input_shape=(3, 7, 4), axes="NTC", strict=True).status is Status.EXACT
    proof = eyeshot.verify(model, input_shape=(3, 7, 4), axes="NTC")
    assert proof.holds
    assert not proof.counts[Verdict.UNPROVABLE]


def test_a_packed_sequence_is_read_up_to_each_time() -> None:
    model = Packed(nn.LSTM(4, 3), [7, 7])
    field = eyeshot.analyze(model, input_shape=(2, 7, 4), axes="NTC")[-1]
    assert [field.at(t).read for t in range(7)] == [1, 2, 3, 4, 5, 6, 7]


def test_the_last_states_of_packed_sequences() -> None:
    class Last(Packed):
        def forward(self, x: Tensor) -> Tensor:
            packed = nn.utils.rnn.pack_padded_sequence(x, self.lengths, batch_first=True)
            return self.cell(packed)[1]

    torch.manual_seed(0)
    proof = eyeshot.verify(Last(nn.GRU(4, 3, num_layers=2, bidirectional=True), [7, 3]), input_shape=(2, 7, 4))
    assert proof.holds
    assert not proof.counts[Verdict.UNPROVABLE]


def test_sequences_whose_lengths_the_data_say_are_read_up_to_there() -> None:
    class ByData(Packed):
        def forward(self, x: Tensor) -> Tensor:
            self.lengths = (x[:, :, 0] > 0).sum(1).clamp(1).cpu()
            return super().forward(x)

    fields = eyeshot.analyze(ByData(nn.LSTM(4, 3), None, False), input_shape=(3, 7, 4))
    assert "lengths that the data say" in fields.graph.notes[0]


def test_lengths_that_do_not_fit_are_the_models_error() -> None:
    with pytest.raises(InputError, match=r"len\(lengths\)"):
        eyeshot.analyze(Packed(nn.LSTM(4, 3), [7, 5]), input_shape=(3, 7, 4))
