"""Index tables in models: rows and fields are those of the same network written with slices, windows and reshapes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

import eyeshot
from eyeshot.graph.access import Status

A = torch.arange
WINDOWS = A(7)[:, None] + A(2)
CELLS = A(64).reshape(4, 2, 4, 2).permute(1, 3, 0, 2).reshape(4, 4, 4)
TABLE = torch.tensor([3, 0, 0, 6, 2, 5])
Function = Callable[[Tensor], Tensor]


class Then(nn.Module):
    """A function between two convolutions."""

    def __init__(self, function: Function, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.last = nn.Conv2d(channels, 2, 3, padding=1)
        self.function = function

    def forward(self, x: Tensor) -> Any:
        return self.last(self.function(self.first(x)))


def windows_by_table(x: Tensor) -> Tensor:
    """4 × 4 windows of 2 × 2, laid into the channels."""
    table = A(4)[:, None] + A(2)
    parts = x[:, :, table][..., table]
    return parts.permute(0, 1, 3, 5, 2, 4).reshape(x.shape[0], -1, 4, 4)


def windows_by_unfold(x: Tensor) -> Tensor:
    return F.unfold(x[:, :, :5, :5], 2).reshape(x.shape[0], -1, 4, 4)


TWINS: dict[str, tuple[Function, Function, int]] = {
    "windows": (windows_by_table, windows_by_unfold, 16),
    "windows of tokens": (
        lambda x: x.flatten(2)[:, :, (A(7)[:, None, None, None] * 8 + A(2)[:, None] * 8) + WINDOWS[:, None]]
        .permute(0, 1, 4, 5, 2, 3)
        .reshape(1, -1, 7, 7),
        lambda x: F.unfold(x, 2).reshape(1, -1, 7, 7),
        16,
    ),
    "strided": (lambda x: x[:, :, A(0, 8, 2)][..., A(1, 8, 3)], lambda x: x[:, :, ::2, 1::3], 4),
    "selected": (
        lambda x: x.index_select(2, A(1, 8, 2)).index_select(3, A(7, -1, -1)),
        lambda x: x[:, :, 1::2].flip(3),
        4,
    ),
    "shuffled channels": (
        lambda x: x[:, A(4).reshape(2, 2).T.flatten()],
        lambda x: x.unflatten(1, (2, 2)).transpose(1, 2).flatten(1, 2),
        4,
    ),
    "unshuffled pixels": (
        lambda x: x.flatten(2)[:, :, CELLS].flatten(1, 2),
        lambda x: F.pixel_unshuffle(x, 2),
        16,
    ),
    "taken": (
        lambda x: torch.take(x, (A(4)[:, None, None] * 64 + CELLS[0])[None]),
        lambda x: x[:, :, ::2, ::2],
        4,
    ),
    "gathered": (
        lambda x: x.gather(3, (A(4) * 2).expand(1, 4, 8, 4)),
        lambda x: x[..., ::2],
        4,
    ),
    "repeated": (
        lambda x: x[:, :, A(16) // 2][..., A(16) // 2],
        lambda x: x.repeat_interleave(2, 2).repeat_interleave(2, 3),
        4,
    ),
    "reflected": (
        lambda x: x[..., 7 - (7 - (A(12) - 2).abs()).abs()],
        lambda x: F.pad(x, (2, 2, 0, 0), mode="reflect"),
        4,
    ),
    "strided memory": (
        lambda x: x.as_strided((1, 4, 2, 2, 7, 7), (256, 64, 8, 1, 8, 1)).reshape(1, -1, 7, 7),
        lambda x: F.unfold(x, 2).reshape(1, -1, 7, 7),
        16,
    ),
    "lists for both axes": (
        lambda x: x[:, :, TABLE[:, None], TABLE],
        lambda x: x[:, :, TABLE][..., TABLE],
        4,
    ),
}  # fmt: skip


def rows(fields: Any, name: str) -> list[Any]:
    row = fields[name].to_dict() if hasattr(fields[name], "to_dict") else fields[name]
    return [(axis.n, axis.size, axis.jump, axis.start) for axis in row.axes]


@pytest.mark.parametrize("name", TWINS)
def test_a_table_is_what_it_says_in_other_words(name: str) -> None:
    tabled, written, channels = TWINS[name]
    torch.manual_seed(0)
    first, second = (eyeshot.analyze(Then(f, channels), input_shape=(1, 3, 8, 8)) for f in (tabled, written))
    assert first.status is second.status is Status.EXACT
    assert rows(first, "last") == rows(second, "last")
    a, b = first["last"], second["last"]
    assert a.shape == b.shape
    for feature in np.ndindex(*a.shape[2:]):
        assert a.at(*feature).products == b.at(*feature).products, feature
    proof = eyeshot.verify(Then(tabled, channels), input_shape=(1, 3, 8, 8), pixels=20)
    assert proof.holds, proof.mismatch
    assert not proof.reasons


def test_windows_by_a_table_are_not_wider_than_any_of_them() -> None:
    fields = eyeshot.analyze(Then(windows_by_table, 16), input_shape=(1, 3, 8, 8))
    last = fields["last"]
    widest = max(hi - lo for feature in np.ndindex(4, 4) for lo, hi in last.at(*feature).box)
    assert max(axis.size for axis in last.axes) >= widest
    assert [axis.size for axis in last.axes] == [6, 6]


@pytest.mark.parametrize("seed", range(4))
def test_a_random_table_stays_a_list_with_the_right_sets(seed: int) -> None:
    torch.manual_seed(seed)
    table = torch.randint(0, 64, (4, 4))
    model = Then(lambda x: x.flatten(2)[:, :, table], 4)
    proof = eyeshot.verify(model, input_shape=(1, 3, 8, 8), pixels=64)
    assert proof.holds, proof.mismatch
    assert not proof.reasons


def test_an_index_outside_is_the_models_error() -> None:
    with pytest.raises(eyeshot.errors.InputError, match="out of bounds"):
        eyeshot.analyze(Then(lambda x: x[:, :, torch.tensor([0, 8])], 4), input_shape=(1, 3, 8, 8))


def test_a_list_of_nothing_is_read() -> None:
    model = Then(lambda x: x + x[:, :, torch.zeros(0, dtype=torch.int64)].sum(), 4)
    assert eyeshot.analyze(model, input_shape=(1, 3, 8, 8)).status is Status.EXACT
