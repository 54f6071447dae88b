"""The oracle is awake: rules broken on purpose, each of which the running model contradicts."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any
from unittest import mock

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import eyeshot
from eyeshot.analyses import walk
from eyeshot.analyses.terms import Term
from eyeshot.frontends.torch.operations import operation_of
from eyeshot.graph.access import Access, Link
from eyeshot.graph.core import Op
from eyeshot.graph.ops import Concat, Cumulative, Flip, Gather, Permute, Reduce, Roll, Window
from eyeshot.index.border import Border
from eyeshot.index.maps import IndexMap
from eyeshot.measure.results import Verdict

Model = Callable[[], nn.Module]
SHAPE = (1, 2, 12, 9)
IN_ORDER = Concat.accesses


class Net(nn.Module):
    """A function of one tensor, after a convolution."""

    def __init__(self, function: Callable[[Tensor], Tensor], conv: nn.Module | None = None) -> None:
        super().__init__()
        self.conv = conv or nn.Conv2d(2, 2, 3, padding=1)
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.conv(x))


def gate(x: Tensor) -> Tensor:
    return x * x.mean((2, 3), keepdim=True).sigmoid()


def changed_map(name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """Index maps of one kind made with other settings than the operation's."""
    made = getattr(IndexMap, name)
    return mock.patch.object(IndexMap, name, lambda *args, **named: made(*args, **change(named)))


def changed_reading(op: type[Op], change: Callable[[Any], Any]) -> Any:
    """An operation that reads what another one would."""
    asked = op.accesses
    return mock.patch.object(op, "accesses", lambda self, *shapes: asked(change(self), *shapes))


def positional(name: str, place: int, change: Callable[[Any], Any]) -> Any:
    """Index maps of one kind made with one argument changed."""
    made = getattr(IndexMap, name)

    def other(*args: Any, **named: Any) -> IndexMap:
        return made(*args[:place], change(args[place]), *args[place + 1 :], **named)  # type: ignore[no-any-return]

    return mock.patch.object(IndexMap, name, other)


def merged_by(change: Callable[[list[Any]], list[Any]]) -> Any:
    merge = walk.merge
    return mock.patch.object(walk, "merge", lambda terms, shape: merge(change(list(terms)), shape))


def widest(terms: list[Any]) -> list[Any]:
    """The larger branch alone, instead of the union of both."""

    def size(term: Any) -> int:
        lo, hi = term.seqs[0].interval(0) if hasattr(term.seqs[0], "interval") else term.seqs[0].intervals([5])
        return int(max(hi)) - int(min(lo)) if hasattr(hi, "__len__") else hi - lo

    return [max(terms, key=size)] if len(terms) > 1 and all(isinstance(t, Term) for t in terms) else terms


def without_reduction(self: Reduce, *shapes: tuple[int, ...]) -> tuple[Access, ...]:
    """A mean that reads the first element only."""
    (shape,) = shapes
    gone = {dim % len(shape) for dim in self.dims}
    first = IndexMap.strided
    links = [Link(d, first(n, 1, start=0) if d in gone else None) for d, n in enumerate(shape)]
    return (Access(tuple(links)),)


def without_statistics(name: str) -> Any:
    """A normalisation that forgets what it takes its statistics from."""
    operation = operation_of(getattr(torch.ops.aten, name).default)
    rule = operation.rule

    def forgetful(call: Any) -> Any:
        values = rule(call)
        return [call.join(call.values(call.args[:1]), values[0].shape), *[None] * (len(values) - 1)]

    return mock.patch.object(operation, "rule", forgetful)


def dilated() -> nn.Module:
    return Net(lambda x: x, nn.Conv2d(2, 2, 3, dilation=2))


def lopsided() -> nn.Module:
    return nn.Sequential(nn.ZeroPad2d((2, 0, 0, 1)), nn.Conv2d(2, 2, 3, stride=2))


def skip() -> nn.Module:
    class Skip(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wide, self.narrow = nn.Conv2d(2, 2, (5, 1), padding=(2, 0)), nn.Conv2d(2, 2, (1, 3), padding=(0, 1))

        def forward(self, x: Tensor) -> Tensor:
            return self.wide(x) + self.narrow(x)

    return Skip()


MUTATIONS: dict[str, tuple[Any, Model]] = {
    "dilation ignored": (lambda: changed_map("window", lambda n: n | {"dilation": 1}), dilated),
    "padding forgotten": (
        lambda: changed_map("window", lambda n: n | {"pad": 0}), lambda: nn.Conv2d(2, 2, 3, padding=1),
    ),
    "padding on the other side": (lambda: changed_map("placed", lambda n: n | {"at": 0}), lopsided),
    "stride one too small": (
        lambda: changed_map("window", lambda n: n | {"stride": 1}), lambda: nn.Conv2d(2, 2, 3, stride=2),
    ),
    "kernel one too small": (lambda: positional("window", 2, lambda k: k - 1), lambda: nn.Conv2d(2, 2, 3)),
    "kernel one too large": (lambda: positional("window", 2, lambda k: k + 1), lambda: nn.Conv2d(2, 2, 3)),
    "transposed convolution shifted": (
        lambda: changed_map("transposed", lambda n: n | {"pad": n["pad"] + 1}),
        lambda: nn.ConvTranspose2d(2, 2, 3, stride=2, padding=0),
    ),
    "a branch dropped": (lambda: merged_by(lambda terms: terms[:1]), skip),
    "the larger branch instead of the union": (lambda: merged_by(widest), skip),
    "a gate left out": (
        lambda: mock.patch.object(Reduce, "accesses", without_reduction), lambda: Net(gate),
    ),
    "statistics of a normalisation left out": (
        lambda: without_statistics("native_layer_norm"), lambda: Net(lambda x: x, nn.LayerNorm([12, 9])),
    ),
    "groups statistics left out": (
        lambda: without_statistics("native_group_norm"), lambda: Net(lambda x: x, nn.GroupNorm(1, 2)),
    ),
    "reflection taken for zeros": (
        lambda: changed_map("placed", lambda n: n | {"border": Border.NOTHING}),
        lambda: Net(lambda x: functional.pad(x, (2, 2, 2, 2), mode="reflect")),
    ),
    "circular padding taken for reflection": (
        lambda: changed_map("placed", lambda n: n | {"border": Border.REFLECT}),
        lambda: Net(lambda x: functional.pad(x, (2, 2, 2, 2), mode="circular")),
    ),
    "a flip not flipped": (
        lambda: changed_reading(Flip, lambda op: replace(op, dims=())), lambda: Net(lambda x: x.flip(2)),
    ),
    "a roll the wrong way": (
        lambda: changed_reading(Roll, lambda op: replace(op, shifts=tuple(-s for s in op.shifts))),
        lambda: Net(lambda x: x.roll(2, 3)),
    ),
    "a slice one too late": (
        lambda: changed_map("strided", lambda n: n | {"start": max(0, n.get("start", 0) - 1)}),
        lambda: Net(lambda x: x[:, :, 3:9]),
    ),
    "a gather off by one": (
        lambda: changed_reading(Gather, lambda op: replace(op, indices=tuple(max(0, i - 1) for i in op.indices))),
        lambda: Net(lambda x: x[:, :, [5, 1, 7]]),
    ),
    "interpolation half a pixel off": (
        lambda: positional("resampled", 3, lambda offset: offset + Fraction(1, 2)),
        lambda: Net(lambda x: functional.interpolate(x, scale_factor=2, mode="nearest")),
    ),
    "bilinear interpolation taken for nearest": (
        lambda: positional("resampled", 4, lambda _: 0),
        lambda: Net(lambda x: functional.interpolate(x, scale_factor=2, mode="bilinear")),
    ),
    "adaptive pooling by floor only": (
        lambda: mock.patch.object(
            IndexMap, "adaptive", lambda n_in, n_out: IndexMap.window(n_in, n_out, n_in // n_out, stride=n_in // n_out)
        ),
        lambda: Net(lambda x: functional.adaptive_avg_pool2d(x, 5)),
    ),
    "a running sum the wrong way": (
        lambda: changed_reading(Cumulative, lambda op: replace(op, reverse=not op.reverse)),
        lambda: Net(lambda x: x.cumsum(2)),
    ),
    "branches concatenated in the wrong order": (
        lambda: mock.patch.object(
            Concat, "accesses", lambda self, *shapes: IN_ORDER(self, *shapes)[::-1]
        ),
        lambda: Net(lambda x: torch.cat([x[:, :, :6], x[:, :, 6:]], 2)),
    ),
    "height and width swapped": (
        lambda: changed_reading(Permute, lambda op: replace(op, order=(0, 1, *op.order[:1:-1]))),
        lambda: Net(lambda x: functional.conv2d(x[:, :, :9].transpose(2, 3), torch.ones(1, 2, 1, 3, dtype=x.dtype))),
    ),
    "a pooling of every second row": (
        lambda: changed_reading(Window, lambda op: replace(op, kernel=(1, *op.kernel[1:]))),
        lambda: nn.MaxPool2d(2),
    ),
}  # fmt: skip


def proof_of(model: Model, shape: tuple[int, ...] = SHAPE) -> Any:
    torch.manual_seed(0)
    return eyeshot.verify(model().eval(), input_shape=shape, pixels=2)


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_broken_rule_is_caught(name: str) -> None:
    mutated, model = MUTATIONS[name]
    right = proof_of(model)
    assert right.counts[Verdict.PROVEN] + right.counts[Verdict.CHANGED] == len(right.values)
    with mutated():
        proof = proof_of(model)
    assert not proof.holds
    assert proof.mismatch is not None
    assert proof.mismatch.expected is not proof.mismatch.seen
