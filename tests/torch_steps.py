"""What random networks do beyond the layers of PyTorch itself: functions with settings, and small modules."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

__all__ = ["Call", "Recurrent", "SqueezeExcite", "WindowAttention", "functions"]


class Call(nn.Module):
    """A function of values, with settings that are printed."""

    def __init__(self, function: Callable[..., Tensor], **settings: Any) -> None:
        super().__init__()
        self.function, self.settings = function, settings

    def forward(self, *values: Tensor) -> Tensor:
        return self.function(*values, **self.settings)

    def __repr__(self) -> str:
        settings = "".join(f", {key}={value}" for key, value in self.settings.items())
        return f"{self.function.__name__}(x{settings})"


class SqueezeExcite(nn.Module):
    """Channels weighed by what all of the image holds."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.down, self.up = nn.Linear(channels, 2), nn.Linear(2, channels)

    def forward(self, x: Tensor) -> Tensor:
        axes = x.dim() - 2
        weights = torch.sigmoid(self.up(F.silu(self.down(x.mean(tuple(range(2, x.dim())))))))
        return x * weights.reshape(*weights.shape, *(1,) * axes)


class WindowAttention(nn.Module):
    """Attention within windows, shifted round, as in Swin; one window over all is attention over all."""

    def __init__(self, channels: int, windows: tuple[int, ...], shifts: tuple[int, ...], how: str) -> None:
        super().__init__()
        self.windows, self.shifts, self.how = windows, shifts, how
        self.qkv = nn.Linear(channels, 3 * channels)

    def extra_repr(self) -> str:
        return f"windows={self.windows}, shifts={self.shifts}, how={self.how}"

    def forward(self, x: Tensor) -> Tensor:
        axes = len(self.windows)
        dims = tuple(range(2, 2 + axes))
        if any(self.shifts):
            x = torch.roll(x, tuple(-s for s in self.shifts), dims)
        sizes = [n for size, w in zip(x.shape[2:], self.windows, strict=True) for n in (size // w, w)]
        apart = x.reshape(*x.shape[:2], *sizes)
        order = (0, *range(2, 2 + 2 * axes, 2), *range(3, 3 + 2 * axes, 2), 1)
        laid = apart.permute(order)
        tokens = laid.reshape(-1, int(torch.tensor(self.windows).prod()), x.shape[1])
        q, k, v = self.qkv(tokens).chunk(3, -1)
        if self.how == "softmax":
            tokens = (q @ k.transpose(-2, -1) / 4).softmax(-1) @ v
        else:
            tokens = F.scaled_dot_product_attention(q, k, v, is_causal=self.how == "causal")
        back = [order.index(d) for d in range(len(order))]
        x = tokens.reshape(laid.shape).permute(back).reshape(x.shape)
        return torch.roll(x, self.shifts, dims) if any(self.shifts) else x


class Recurrent(nn.Module):
    """A recurrent layer along the only axis."""

    def __init__(self, cell: nn.Module) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() != 3:
            raise ValueError("along one axis only")
        return self.cell(x.permute(2, 0, 1))[0].permute(1, 2, 0)  # type: ignore[no-any-return]


def unfolded(x: Tensor, dim: int, size: int, step: int) -> Tensor:
    return x.unfold(dim, size, step).mean(-1)


def depth_to_space(x: Tensor, factor: int) -> Tensor:
    axes = x.dim() - 2
    apart = x.reshape(x.shape[0], -1, *(factor,) * axes, *x.shape[2:])
    order = [0, 1, *(d for a in range(axes) for d in (2 + axes + a, 2 + a))]
    return apart.permute(order).reshape(x.shape[0], -1, *(factor * n for n in x.shape[2:]))


def space_to_depth(x: Tensor, factors: tuple[int, ...]) -> Tensor:
    axes = len(factors)
    apart = x.reshape(*x.shape[:2], *(m for n, f in zip(x.shape[2:], factors, strict=True) for m in (n // f, f)))
    order = (0, 1, *range(3, 3 + 2 * axes, 2), *range(2, 2 + 2 * axes, 2))
    return apart.permute(order).flatten(1, 1 + axes)


def part(x: Tensor, slices: tuple[slice, ...]) -> Tensor:
    return x[:, :, *slices]


def picked(x: Tensor, dim: int, places: tuple[int, ...]) -> Tensor:
    return x.movedim(dim, 0)[list(places)].movedim(0, dim)


def tiled(x: Tensor, times: tuple[int, ...]) -> Tensor:
    return x.repeat(1, 1, *times)


def channels_last_norm(x: Tensor) -> Tensor:
    return F.layer_norm(x.movedim(1, -1), (x.shape[1],)).movedim(-1, 1)


def halves_swapped(x: Tensor) -> Tensor:
    a, b = x.chunk(2, 1)
    return torch.cat([b, a * 0.5], 1)


def gated_along(x: Tensor, dim: int) -> Tensor:
    return x * torch.sigmoid(x.mean(dim, keepdim=True))


def normalised_globally(x: Tensor) -> Tensor:
    """As in ConvNeXt V2."""
    size = x.square().sum(tuple(range(2, x.dim())), keepdim=True).sqrt()
    return x + x * size / (size.mean(1, keepdim=True) + 1e-6)


def doubled_in(x: Tensor, slices: tuple[slice, ...]) -> Tensor:
    out = x.clone()
    out[:, :, *slices].mul_(2)
    out[:, :1, *slices] += x[:, :1, *slices].flip(2)
    return out


def average_written(x: Tensor, slices: tuple[slice, ...]) -> Tensor:
    """The mean of each of some lines, written to all of its elements; a part of that set to a number."""
    out = x.clone()
    out[:, :, *slices] = x[:, :, *slices].mean(-1, keepdim=True)
    out[:, 1:, ..., :1] = 0.5
    return out


def spread_out(x: Tensor, slices: tuple[slice, ...]) -> Tensor:
    """Every second element of something larger, and a part of the rest."""
    out = x.new_zeros(*x.shape[:2], *(2 * n for n in x.shape[2:]))
    out[:, :, *(slice(None, None, 2) for _ in slices)] = x
    out[:, :, *(slice(1, None, 2) for _ in slices)][:, :, *slices] = x[:, :, *slices]
    return out


def joined(x: Tensor, y: Tensor, how: str, *, centred: bool) -> Tensor:
    """Two values, cut to their common size."""
    sizes = [min(n, m) for n, m in zip(x.shape[2:], y.shape[2:], strict=True)]
    x, y = (_cut(value, sizes, centred) for value in (x, y))
    if how == "cat":
        return torch.cat([x, y], 1)
    count = min(x.shape[1], y.shape[1])
    x, y = x[:, :count], y[:, -count:]
    if how == "add":
        return x + y
    return x * y if how == "mul" else torch.maximum(x, y)


def _cut(x: Tensor, sizes: list[int], centred: bool) -> Tensor:
    for dim, n in enumerate(sizes, 2):
        x = x.narrow(dim, (x.shape[dim] - n) // 2 if centred else 0, n)
    return x


def written_from(x: Tensor, y: Tensor, slices: tuple[slice, ...], *, adds: bool) -> Tensor:
    """A part of one value written into the other."""
    out = x.clone()
    target = out[:, :, *slices]
    new = y.mean(1, keepdim=True)
    for dim, n in enumerate(target.shape[2:], 2):
        new = new.narrow(dim, 0, n)
    if adds:
        target += new
    else:
        target[:, ::2] = new
    return out.sin_()


def cross_attention(x: Tensor, y: Tensor, *, is_causal: bool) -> Tensor:
    """Queries from one value, keys and values from the other."""
    count = min(x.shape[1], y.shape[1])
    q, k = (value.flatten(2).transpose(1, 2)[..., :count] for value in (x, y))
    found = F.scaled_dot_product_attention(q, k, k.tanh(), is_causal=is_causal)
    return found.transpose(1, 2).reshape(x.shape[0], count, *x.shape[2:])


functions = SimpleNamespace(
    **{
        f.__name__: f
        for f in (
            average_written, channels_last_norm, cross_attention, depth_to_space, doubled_in, gated_along,
            halves_swapped, joined, normalised_globally, part, picked, space_to_depth, spread_out, tiled, unfolded,
            written_from,
        )
    }
)  # fmt: skip
