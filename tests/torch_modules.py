"""Small modules, at least one for each family of operations, which the oracle runs."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

IMAGE = (1, 4, 11, 13)
SMALL = (1, 4, 8, 8)
SIGNAL = (1, 4, 17)
VOLUME = (1, 2, 5, 6, 7)


class Fn(nn.Module):
    """A function of one tensor, with a convolution before it so that fields are not trivial."""

    def __init__(self, function: Callable[[Tensor], Tensor], before: nn.Module | None = None) -> None:
        super().__init__()
        self.function = function
        self.before = before if before is not None else nn.Conv2d(4, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.before(x))


def plain(function: Callable[[Tensor], Tensor]) -> Fn:
    return Fn(function, nn.Identity())


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block = nn.Conv2d(4, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.block(self.block(self.block(x)))


class SqueezeExcite(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.down, self.up = nn.Conv2d(4, 2, 1), nn.Conv2d(2, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        return x * torch.sigmoid(self.up(F.relu(self.down(x.mean((2, 3), keepdim=True)))))


class Tokens(nn.Module):
    """A small vision transformer with a class token."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(4, 8, 2, stride=2)
        self.cls = nn.Parameter(torch.randn(1, 1, 8))
        self.pos = nn.Parameter(torch.randn(1, 17, 8))
        self.norm = nn.LayerNorm(8)
        self.qkv = nn.Linear(8, 24)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], 1) + self.pos
        q, k, v = self.qkv(self.norm(x)).reshape(1, 17, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        x = x + F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(1, 17, 8)
        return self.head(x)


class Windows(nn.Module):
    """Shifted windows as in Swin."""

    def __init__(self, shift: int) -> None:
        super().__init__()
        self.shift = shift
        self.qkv = nn.Linear(4, 12)

    def forward(self, x: Tensor) -> Tensor:
        x = x.permute(0, 2, 3, 1)
        x = torch.roll(x, (-self.shift, -self.shift), (1, 2))
        x = x.view(1, 2, 4, 2, 4, 4).permute(0, 1, 3, 2, 4, 5).reshape(4, 16, 4)
        q, k, v = self.qkv(x).chunk(3, -1)
        x = (q @ k.transpose(-2, -1)).softmax(-1) @ v
        x = x.view(1, 2, 2, 4, 4, 4).permute(0, 1, 3, 2, 4, 5).reshape(1, 8, 8, 4)
        return torch.roll(x, (self.shift, self.shift), (1, 2)).permute(0, 3, 1, 2)


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(2).transpose(1, 2)
        return self.attn(tokens[:, :9], tokens, tokens)[0]


class Recurrent(nn.Module):
    def __init__(self, cell: nn.Module) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, x: Tensor) -> Tensor:
        return self.cell(x.transpose(1, 2))[0]


class Cells(nn.Module):
    """Recurrent layers one time after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.third = nn.LSTMCell(4, 3), nn.GRUCell(3, 3), nn.RNNCell(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        h = c = g = x.new_zeros(x.shape[0], 3)
        last, found = x.new_zeros(x.shape[0], 2), []
        for row in x.unbind(2):
            h, c = self.first(row, (h, c))
            g = self.second(h, g)
            last = self.third(g, last)
            found.append(torch.cat([h, c, g, last], 1))
        return torch.stack(found, 2)


class RecurrentStates(nn.Module):
    """Begins with states made of the input, and answers by the last states."""

    def __init__(self, cell: nn.Module, states: int, width: int, count: int) -> None:
        super().__init__()
        self.cell = cell
        self.first = nn.Conv1d(4, width, 2)
        self.states, self.count = states, count

    def forward(self, x: Tensor) -> Tensor:
        began = self.first(x)[:, :, : self.count].permute(2, 0, 1).contiguous()
        sequence = x.permute(2, 0, 1)
        if self.states == 1:
            out, last = self.cell(sequence[4:], began)
            return torch.cat([out.flatten(), last.flatten()])
        out, (h, c) = self.cell(sequence[4:], (began, began.repeat(1, 1, 2)))
        return torch.cat([out[1:3].flatten(), h.flatten(), c.flatten()])


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.up = nn.ConvTranspose2d(4, 4, 2, 2)
        self.out = nn.Conv2d(8, 2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        skip = self.a(x)
        return self.out(torch.cat([skip, self.up(self.b(F.max_pool2d(skip, 2)))], 1))


class DynamicWeights(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        kernel = x[:, :, 0:1, 2:3].reshape(1, 4, 1, 1)
        return F.conv2d(self.conv(x), kernel)


def written_slices(x: Tensor) -> Tensor:
    out = torch.zeros(1, 4, 16, x.shape[3], dtype=x.dtype, device=x.device)
    out[:, :, 0:3] = x[:, :, :3]
    out[:, :, 3:16:2] = x[:, :, 1:8]
    out[:, 1] += 1
    return out


def written_phases(x: Tensor) -> Tensor:
    n, c, h, w = x.shape
    out = x.new_zeros(n, c, 2 * h, 2 * w)
    out[:, :, 0::2, 0::2] = x
    out[:, :, 0::2, 1::2] = F.avg_pool2d(x, 3, 1, 1)
    out[:, :, 1::2, :] = 0.5
    out[:, :, 1::2, 1::2] = x * 2
    return out


def aliases(x: Tensor) -> Tensor:
    """Writes through views are seen by the base and by other views."""
    base = x.clone()
    flat = base.view(1, 4, -1)
    corner = base[:, :, :2, :2]
    corner.mul_(x[:, :, 5:7, 5:7])
    base[:, :, 3].add_(x[:, :, 7])
    base.transpose(2, 3)[:, :, 4].copy_(x[:, :, :, 0])
    base.data[:, :, 6, 6] = x[:, :, 0, 1]
    return flat.view(x.shape) + F.relu_(base[:, :, :, :])


def masked_write(x: Tensor) -> Tensor:
    out = x.clone()
    rows = torch.tensor([0, 3, 5])
    out[:, :, rows] = x[:, :, rows + 1]
    out[:, :, torch.arange(4), torch.arange(4)] = x[:, :, 5, 2:6]
    return out


def written_strides(x: Tensor) -> Tensor:
    out = x.clone()
    out[:, :, 2:].as_strided((1, 4, 3, 5), (256, 64, 8, 1), 0).mul_(x[:, :, 5:, 3:])
    return out


def relative_index(x: Tensor) -> Tensor:
    """Picks by a table made on the fly."""
    n = x.shape[-1]
    i = torch.arange(n, device=x.device)
    table = (i[None, :] - i[:, None] + n - 1) % n
    return x[:, :, :, table].sum(-1)


def listed_index(x: Tensor) -> Tensor:
    """Indices as lists, and as tensors made where the input lies."""
    rows = torch.tensor([6, 0, 3], device=x.device)
    return x[:, :, [4, 1, 1]] + x[:, :, rows]


def gathered(x: Tensor) -> Tensor:
    order = torch.linspace(0, x.shape[2] - 1, 5).round().long()
    picked = x.index_select(2, order)
    wide = torch.arange(5).flip(0).reshape(1, 1, 5, 1).expand(1, 4, 5, x.shape[3])
    return picked.gather(2, wide)


def scattered(x: Tensor) -> Tensor:
    order = torch.tensor([4, 0, 2]).reshape(1, 1, 3, 1).expand(1, 4, 3, x.shape[3])
    return torch.zeros_like(x).scatter(2, order, x[:, :, 1:4]) + x.index_add(3, torch.tensor([1, 0]), x[:, :, :, 4:6])


def rolled_pad(x: Tensor) -> Tensor:
    return F.pad(x, (2, 1, 1, 3), mode="circular")


def conv(*args: Any, **kwargs: Any) -> nn.Module:
    return nn.Conv2d(*args, **kwargs)


MODULES: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "conv": (lambda: conv(4, 3, (3, 5), stride=(2, 1), padding=(1, 2), dilation=(2, 1)), IMAGE),
    "conv grouped": (lambda: nn.Sequential(conv(4, 8, 3, groups=2), conv(8, 8, 3, groups=8)), IMAGE),
    "conv same": (lambda: conv(4, 3, 4, padding="same"), IMAGE),
    "conv circular": (lambda: conv(4, 3, 3, padding=1, padding_mode="circular"), IMAGE),
    "conv reflect": (lambda: conv(4, 3, 3, padding=2, padding_mode="reflect"), IMAGE),
    "conv 1d": (lambda: nn.Sequential(nn.Conv1d(4, 4, 3, dilation=2), nn.MaxPool1d(2), nn.Conv1d(4, 2, 2)), SIGNAL),
    "conv 3d": (lambda: nn.Sequential(nn.Conv3d(2, 4, (1, 3, 3)), nn.MaxPool3d(2), nn.BatchNorm3d(4)), VOLUME),
    "conv transposed": (lambda: nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1, output_padding=1), SMALL),
    "conv transposed wide": (
        lambda: nn.Sequential(conv(4, 4, 3), nn.ConvTranspose2d(4, 4, 2, stride=3, groups=2, dilation=2)),
        SMALL,
    ),
    "conv transposed 1d": (lambda: nn.ConvTranspose1d(4, 2, 4, stride=2), SIGNAL),
    "dynamic weights": (DynamicWeights, SMALL),
    "index copy": (lambda: plain(lambda x: x.index_copy(3, torch.tensor([0, 2]), x[..., 1:3])), SMALL),
    "index add": (lambda: plain(lambda x: x.index_add(3, torch.tensor([0, 2]), x[..., 1:3])), SMALL),
    "index put": (lambda: plain(lambda x: x.index_put((torch.tensor([0]),), x[:, :, :1])), SMALL),
    "slice scatter": (lambda: plain(lambda x: torch.slice_scatter(x, x[..., 1:3], 3, 0, 2)), SMALL),
    "select scatter": (lambda: plain(lambda x: torch.select_scatter(x, x[:, :, 0], 2, 1)), SMALL),
    "scatter one": (
        lambda: plain(lambda x: x.scatter(3, torch.zeros((*x.shape[:3], 1), dtype=torch.long), x[..., 1:2])),
        SMALL,
    ),
    "index select": (lambda: plain(lambda x: x.index_select(3, torch.tensor([2, 0, 1]))), SMALL),
    "index pairs": (lambda: plain(lambda x: x[:, :, torch.tensor([0, 1]), torch.tensor([1, 0])]), SMALL),
    "baddbmm": (lambda: plain(lambda x: torch.baddbmm(x[0, :, :1, :1], x[0], x[0].transpose(1, 2))), SMALL),
    "addbmm": (lambda: plain(lambda x: torch.addbmm(x[0, 0, :1, :1], x[0], x[0].transpose(1, 2))), SMALL),
    "mv": (lambda: plain(lambda x: torch.mv(x[0, 0], x[0, 0, 0])), SMALL),
    "addmv": (lambda: plain(lambda x: torch.addmv(x[0, 0, :, 0], x[0, 0], x[0, 0, 0])), SMALL),
    "addr": (lambda: plain(lambda x: torch.addr(x[0, 0, :1, :1], x[0, 0, 0], x[0, 0, 1])), SMALL),
    "dot": (lambda: plain(lambda x: torch.dot(x[0, 0, 0], x[0, 0, 1])), SMALL),
    "determinant": (lambda: plain(lambda x: torch.linalg.matrix_exp(x[..., :4, :4])), SMALL),
    "twice": (Twice, IMAGE),
    "max pool ceil": (lambda: nn.MaxPool2d(3, 2, ceil_mode=True), IMAGE),
    "max pool indices": (lambda: plain(lambda x: F.max_pool2d(x, 2, return_indices=True)[0]), IMAGE),
    "avg pool ceil": (lambda: nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False), IMAGE),
    "adaptive": (lambda: nn.Sequential(conv(4, 2, 3), nn.AdaptiveAvgPool2d((4, 3))), IMAGE),
    "adaptive max": (lambda: nn.AdaptiveMaxPool2d((1, 5)), IMAGE),
    "adaptive larger": (lambda: nn.AdaptiveAvgPool2d((15, 4)), IMAGE),
    "adaptive 1d": (lambda: nn.AdaptiveAvgPool1d(5), SIGNAL),
    "lp pool": (lambda: nn.LPPool2d(2, 3, 2), IMAGE),
    "nearest": (lambda: Fn(lambda x: F.interpolate(x, scale_factor=2)), IMAGE),
    "nearest odd": (lambda: Fn(lambda x: F.interpolate(x, size=(14, 7))), IMAGE),
    "nearest exact": (lambda: Fn(lambda x: F.interpolate(x, size=(14, 7), mode="nearest-exact")), IMAGE),
    "bilinear": (lambda: Fn(lambda x: F.interpolate(x, scale_factor=1.5, mode="bilinear")), IMAGE),
    "bilinear corners": (
        lambda: Fn(lambda x: F.interpolate(x, size=(17, 5), mode="bilinear", align_corners=True)),
        IMAGE,
    ),
    "bicubic": (lambda: Fn(lambda x: F.interpolate(x, size=(15, 6), mode="bicubic")), IMAGE),
    "linear 1d": (lambda: plain(lambda x: F.interpolate(x, scale_factor=2.0, mode="linear")), SIGNAL),
    "trilinear": (lambda: plain(lambda x: F.interpolate(x, size=(8, 5, 7), mode="trilinear")), VOLUME),
    "area": (lambda: Fn(lambda x: F.interpolate(x, size=(4, 5), mode="area")), IMAGE),
    "antialias": (lambda: Fn(lambda x: F.interpolate(x, size=(4, 15), mode="bilinear", antialias=True)), IMAGE),
    "antialias cubic": (lambda: Fn(lambda x: F.interpolate(x, size=(5, 5), mode="bicubic", antialias=True)), IMAGE),
    "pixel shuffle": (lambda: Fn(lambda x: F.pixel_shuffle(x, 2)), IMAGE),
    "pixel unshuffle": (lambda: nn.Sequential(nn.PixelUnshuffle(2), conv(16, 4, 3), nn.PixelShuffle(2)), SMALL),
    "channel shuffle": (lambda: Fn(lambda x: F.channel_shuffle(x, 2)), IMAGE),
    "pad": (lambda: Fn(lambda x: F.pad(x, (1, -2, 0, 3, 1, 1))), IMAGE),
    "pad replicate": (lambda: Fn(lambda x: F.pad(x, (1, 2, 0, 3), mode="replicate")), IMAGE),
    "pad circular": (lambda: Fn(rolled_pad), IMAGE),
    "batch norm": (lambda: nn.Sequential(conv(4, 4, 3), nn.BatchNorm2d(4)), IMAGE),
    "instance norm": (lambda: nn.Sequential(conv(4, 4, 3), nn.InstanceNorm2d(4, affine=True)), IMAGE),
    "group norm": (lambda: nn.Sequential(conv(4, 4, 3), nn.GroupNorm(2, 4)), IMAGE),
    "group norm alone": (lambda: nn.GroupNorm(4, 4), IMAGE),
    "layer norm channels": (lambda: plain(lambda x: F.layer_norm(x.permute(0, 2, 3, 1), (4,))), IMAGE),
    "layer norm rows": (lambda: Fn(lambda x: F.layer_norm(x, (11,))), IMAGE),
    "local response norm": (lambda: nn.Sequential(conv(4, 4, 3), nn.LocalResponseNorm(3)), IMAGE),
    "normalize": (lambda: Fn(lambda x: F.normalize(x, dim=2)), IMAGE),
    "softmax rows": (lambda: Fn(lambda x: x.softmax(3)), IMAGE),
    "log softmax": (lambda: Fn(lambda x: x.log_softmax(1)), IMAGE),
    "var mean": (lambda: Fn(lambda x: torch.var_mean(x, (2,), keepdim=True)[0] + x), IMAGE),
    "std": (lambda: Fn(lambda x: x.std(3) * x.mean(3)), IMAGE),
    "amax": (lambda: Fn(lambda x: x.amax(2, keepdim=True) - x), IMAGE),
    "max dim": (lambda: Fn(lambda x: x.max(2)[0]), IMAGE),
    "norm": (lambda: Fn(lambda x: x.norm(dim=3)), IMAGE),
    "logsumexp": (lambda: Fn(lambda x: x.logsumexp(2)), IMAGE),
    "cumsum": (lambda: Fn(lambda x: x.cumsum(2)), IMAGE),
    "cumsum back": (lambda: Fn(lambda x: x.flip(3).cumsum(3).flip(3)), IMAGE),
    "flip": (lambda: Fn(lambda x: x.flip(2)), IMAGE),
    "roll": (lambda: Fn(lambda x: torch.roll(x, (2, -1), (2, 3))), IMAGE),
    "rot90": (lambda: Fn(lambda x: torch.rot90(x, 1, (2, 3))), IMAGE),
    "slices": (lambda: Fn(lambda x: x[:, :, 1::3, :-2] + x[:, :, :7:3, 2:]), IMAGE),
    "focus": (
        lambda: nn.Sequential(
            plain(lambda x: torch.cat([x[..., i::2, j::2] for i in (0, 1) for j in (0, 1)], 1)), conv(16, 4, 3)
        ),
        SMALL,
    ),
    "select": (lambda: Fn(lambda x: x[:, :, 3] + x[:, :, -1]), IMAGE),
    "repeat": (lambda: Fn(lambda x: x.repeat(1, 1, 2, 3)), IMAGE),
    "repeat interleave": (lambda: Fn(lambda x: x.repeat_interleave(3, dim=2)), IMAGE),
    "stack": (lambda: Fn(lambda x: torch.stack([x, x.flip(2)], 2).flatten(1, 2)), IMAGE),
    "split": (lambda: Fn(lambda x: sum(x.split([2, 2], 1)) * x.chunk(2, 1)[0]), IMAGE),
    "unfold": (lambda: Fn(lambda x: x.unfold(2, 3, 2).unfold(3, 2, 2).sum(-1).mean(-1)), IMAGE),
    "unfold kept": (lambda: Fn(lambda x: x.unfold(3, 3, 2)), IMAGE),
    "im2col": (lambda: Fn(lambda x: F.unfold(x, (3, 2), dilation=2, padding=1, stride=2)), IMAGE),
    "fold": (
        lambda: plain(lambda x: F.fold(F.unfold(x, 3, padding=1, stride=2), (8, 8), 3, padding=1, stride=2)),
        SMALL,
    ),
    "as strided": (lambda: plain(lambda x: x.as_strided((1, 4, 3, 5), (32, 64, 8, 1), 9)), SMALL),
    "as strided before": (lambda: plain(lambda x: x[:, :, 2:].as_strided((1, 4, 3, 5), (256, 64, 8, 1), 0)), SMALL),
    "as strided apart": (
        lambda: plain(lambda x: x[:, :, ::2, 1::2].as_strided((1, 4, 3, 2), (256, 64, 16, 2), 1)),
        SMALL,
    ),
    "as strided again": (
        lambda: plain(lambda x: x.as_strided((1, 4, 3, 5), (256, 64, 8, 1), 9).as_strided((2, 3), (4, 1), 2)),
        SMALL,
    ),
    "as strided broadcast": (lambda: plain(lambda x: x.expand(1, 4, 8, 5).as_strided((4, 3), (8, 1), 1)), (1, 4, 8, 1)),
    "as strided written": (lambda: plain(written_strides), SMALL),
    "diag embed": (lambda: plain(lambda x: torch.diag_embed(x[:, :, 0], 1)), SMALL),
    "diagonal": (lambda: plain(lambda x: x.diagonal(1, 2, 3)), SMALL),
    "fourier": (lambda: Fn(lambda x: torch.fft.rfft2(x).real), IMAGE),
    "fourier filter": (lambda: plain(lambda x: torch.fft.irfft(torch.fft.rfft(x, dim=3) * 2, n=8, dim=3)), SMALL),
    "linear": (lambda: nn.Sequential(conv(4, 4, 3), nn.Linear(11, 5)), IMAGE),
    "flatten linear": (lambda: nn.Sequential(conv(4, 2, 3, stride=3), nn.Flatten(), nn.Linear(24, 5)), IMAGE),
    "mixer": (lambda: Fn(lambda x: x.flatten(2) @ torch.ones(99, 7, dtype=x.dtype)), IMAGE),
    "einsum": (lambda: Fn(lambda x: torch.einsum("bchw,bciw->bchi", x, x.sin())), IMAGE),
    "tokens": (Tokens, SMALL),
    "windows": (lambda: Windows(0), SMALL),
    "windows shifted": (lambda: Windows(2), SMALL),
    "attention module": (Attention, SMALL),
    "squeeze excite": (SqueezeExcite, IMAGE),
    "u-net": (UNet, SMALL),
    "glu": (lambda: Fn(lambda x: F.glu(x, 1)), IMAGE),
    "activations": (
        lambda: nn.Sequential(
            conv(4, 4, 3),
            nn.GELU(),
            nn.SiLU(),
            nn.PReLU(),
            nn.ELU(),
            nn.LeakyReLU(),
            nn.Sigmoid(),
            nn.Mish(),
            nn.Tanh(),
        ),
        IMAGE,
    ),
    "arithmetic": (lambda: Fn(lambda x: (1 - x) / 2 + torch.lerp(x, x * x, 0.3) ** 2 + x.clamp(-1, 1)), IMAGE),
    "broadcast": (lambda: Fn(lambda x: x[:, :, :1] + x[:, :, :, :1] * 2), IMAGE),
    "written slices": (lambda: plain(written_slices), IMAGE),
    "written phases": (lambda: Fn(written_phases), SMALL),
    "aliases": (lambda: plain(aliases), SMALL),
    "written places": (lambda: plain(masked_write), SMALL),
    "relative index": (lambda: Fn(relative_index), SMALL),
    "listed index": (lambda: Fn(listed_index), IMAGE),
    "gather": (lambda: Fn(gathered), IMAGE),
    "scatter": (lambda: Fn(scattered), IMAGE),
    "recurrent": (lambda: Recurrent(nn.LSTM(4, 3, batch_first=True)), SIGNAL),
    "recurrent both ways": (lambda: Recurrent(nn.GRU(4, 3, batch_first=True, bidirectional=True)), (1, 4, 6)),
    "recurrent layers": (
        lambda: Recurrent(nn.LSTM(4, 3, num_layers=2, batch_first=True, bidirectional=True)),
        (2, 4, 6),
    ),
    "recurrent states": (lambda: RecurrentStates(nn.GRU(4, 3, num_layers=2, bidirectional=True), 1, 3, 4), (2, 4, 9)),
    "recurrent projection": (lambda: RecurrentStates(nn.LSTM(4, 6, proj_size=3, num_layers=2), 2, 3, 2), (1, 4, 9)),
    "recurrent cells": (Cells, (2, 4, 6)),
    "recurrent plain": (lambda: Recurrent(nn.RNN(4, 3)), (3, 4, 6)),
    "causal": (
        lambda: nn.Sequential(
            *[layer for d in (1, 2, 4) for layer in (nn.ConstantPad1d((2 * d, 0), 0.0), nn.Conv1d(4, 4, 3, dilation=d))]
        ),
        SIGNAL,
    ),
    "bilinear product": (lambda: Fn(lambda x: F.cosine_similarity(x, x[:, :, :1], dim=1)), IMAGE),
    "distances": (lambda: Fn(lambda x: torch.cdist(x[0], x[0])), SMALL),
    "grid sample": (
        lambda: Fn(lambda x: F.grid_sample(x, x[:, :2].permute(0, 2, 3, 1).tanh(), align_corners=False)),
        SMALL,
    ),
    "sorted": (lambda: Fn(lambda x: x.sort(2)[0]), SMALL),
}
