"""Views, what is written through them, copies made like views."""

import torch
from torch import Tensor, tensor
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

from torch_calls.call import C, D, call


def phases(x: Tensor) -> Tensor:
    y = x.clone()
    y.view(-1)[::2] = 0
    return y


def column(x: Tensor, s: Tensor) -> Tensor:
    y = x.clone()
    y.t()[1] = s
    return y


def overlapping(x: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
    y = x.clone()
    y.diagonal().add_(1)
    y.unfold(0, 2, 1)[0] = s
    return y, y[0]


def within_windows(x: Tensor, s: Tensor) -> Tensor:
    y = x.clone()
    y[:, 1:].unfold(1, 2, 1)[:, 0].add_(s)
    return y


def broadcast_memory(x: Tensor, s: Tensor) -> Tensor:
    y = x.clone()
    y.expand(3, 2)[1] = s
    return y


def strided(x: Tensor, s: Tensor) -> Tensor:
    y = x.clone()
    y.as_strided((2, 2), (1, 1))[1] = s
    return y


def parts(x: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
    y = x.clone()
    a, b = y.split([1, 2], 1)
    b.copy_(s)
    return y, a


def reshaped(x: Tensor, s: Tensor) -> Tensor:
    y = x.clone()
    y.squeeze_(0)
    y.unsqueeze_(-1)
    y[1:] = s
    return y


def bits(x: Tensor) -> Tensor:
    y = x.clone()
    y.view(torch.int64)[0] = 5
    return y


CALLS = {
    "written phases": call(phases, (2, 3)),
    "written column": call(column, (2, 3), (2,)),
    "written window of overlapping ones": call(overlapping, (3, 3), (3, 2)),
    "written windows within a slice": call(within_windows, (2, 4), (2, 2)),
    "written broadcast memory": call(broadcast_memory, (1, 2), (2,)),
    "written overlapping strides": call(strided, (4,), (2,)),
    "written parts": call(parts, (2, 3), (2, 2)),
    "written after new dimensions": call(reshaped, (1, 3), (1, 1)),
    "written as other numbers": call(bits, (3,), nan=False),
    "seen as half as wide": call(lambda x: x.view(torch.float32), (2,), nan=False),
    "seen as half as wide and back": call(lambda x: x.view(torch.int32).view(D) * 2, (2,), nan=False),
    "seen as complex": call(lambda x: x.view(C).imag, (4,)),
    "complex seen as real": call(lambda x: (x.view(C) * 1j).view(D), (4,)),
    "strides": call(lambda x: x.t().as_strided((2, 2), (1, 2), 1), (3, 3)),
    "chunks": call(lambda x: torch.cat(x.chunk(2, 1)[::-1], 1), (2, 3)),
    "split": call(lambda x: x.tensor_split((1,), 1)[1], (2, 3)),
    "one of many": call(lambda x: x.unbind(1)[2], (2, 3)),
    "selected from the end": call(lambda x: x.select(-1, -1), (2, 3)),
    "narrowed": call(lambda x: x.narrow(1, -2, 2), (2, 3)),
    "expanded": call(lambda x: x.expand(2, -1, 3), (2, 1)),
    "squeezed": call(lambda x: x.squeeze(), (2, 1, 3)),
    "axes exchanged": call(lambda x: x.swapaxes(0, -1), (2, 3, 1)),
    "diagonal": call(lambda x: x.diagonal(-1, 1, 2), (2, 3, 2)),
    "diagonal, copied": call(lambda x: torch.diag(x, 1), (2, 3)),
    "views, copied": call(lambda x: torch.permute_copy(torch.transpose_copy(torch.t_copy(x), 0, 1), (1, 0)), (3, 2)),
    "shapes, copied": call(lambda x: torch.expand_copy(torch.squeeze_copy(torch.unsqueeze_copy(x, 0)), (2, 3)), (3,)),
    "parts, copied": call(
        lambda x: torch.slice_copy(torch.view_copy(x, (6,)), 0, 1, 5, 2) + torch.select_copy(x, 1, 0)[:2], (3, 2)
    ),
    "windows": call(lambda x: x.unfold(1, 2, 2), (2, 5)),
    "windows, copied": call(lambda x: torch.unfold_copy(x, 0, 2, 1), (3, 2)),
    "turned": call(lambda x: x.flip(0, -1), (2, 2, 3)),
    "shifted": call(lambda x: x.roll((1, -2), (0, -1)), (2, 3)),
    "shifted twice along one": call(lambda x: x.roll((1, 1), (1, 1)), (2, 3)),
    "shifted as a row": call(lambda x: x.roll(1), (2, 3)),
    **{f"{k} quarter turns": call(lambda x, k=k: torch.rot90(x, k, (1, -1)), (1, 2, 3)) for k in (-1, 0, 1, 2)},
    "joined beside nothing": call(lambda x, y: torch.cat([x, torch.zeros(0, dtype=D), y], -1), (2, 3), (2, 1)),
    "joined with a constant": call(lambda x: torch.cat([x, torch.ones(1, 3, dtype=D), x]), (2, 3)),
    "stacked": call(lambda x, y: torch.stack([x, y], -1), (2, 3), (2, 3)),
    "along a diagonal": call(torch.block_diag, (1, 2), (2, 1)),
    "repeated": call(lambda x: x.repeat(2, 1, 2), (2, 3)),
    "repeated in a row": call(lambda x: x.repeat_interleave(2, -1), (2, 3)),
    "repeated as often as listed": call(lambda x: x.repeat_interleave(tensor([1, 2]), 0), (2, 3)),
    "on a diagonal": call(lambda x: torch.diag_embed(x, 1, 0, -1), (2, 2)),
    "lower triangle": call(lambda x: x.tril(-1), (3, 3)),
    "upper triangle": call(lambda x: x.triu_(1), (2, 3)),
    "pixels shuffled": call(lambda x: F.pixel_shuffle(x, 2), (1, 4, 2, 1)),
    "pixels unshuffled": call(lambda x: F.pixel_unshuffle(x, 2), (1, 1, 2, 4)),
    "channels shuffled": call(lambda x: F.channel_shuffle(x, 2), (1, 4, 2, 1)),
    "patches": call(lambda x: F.unfold(x, 2, padding=1, stride=2), (1, 2, 3, 2)),
    "patches laid back": call(lambda x: F.fold(x, (3, 3), 2, stride=2, padding=1), (1, 4, 4)),
}
