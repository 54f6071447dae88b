"""Small modules that may compute otherwise at another size, at another time or on other data; drawn at random.

Each is a few local layers with a *move* among them: something that a model does with a number, and a way to come by
that number. Most numbers follow the size of the image, some do not, so that there are modules that tiles do right.
"""

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

Number = Callable[[Tensor], float]
Move = Callable[["Moving", Tensor, float], Tensor]

SAME: dict[str, Number] = {
    "a number": lambda x: 3.0,
    "channels": lambda x: x.shape[1],
    "dimensions": lambda x: x.dim(),
    "width, if small": lambda x: min(x.shape[-1], 3),
}
"""Numbers that do not follow the size."""
OTHER: dict[str, Number] = {
    "width": lambda x: x.shape[-1],
    "height": lambda x: float(x.shape[-2]),
    "inverse": lambda x: 100.0 / x.shape[-1],
    "root": lambda x: math.sqrt(x.shape[-1] * x.shape[-2]) / 10,
    "rest": lambda x: x.shape[-1] % 7 + 1,
    "elements": lambda x: x.numel() / 1000,
    "is large": lambda x: 1.5 if x.shape[-1] > 50 else 0.5,
}
"""Numbers that do."""


def _kernel(x: Tensor, k: float) -> Tensor:
    kernel = torch.ones(x.shape[1], 1, 1, 3, dtype=x.dtype)
    kernel[0] = k
    return F.conv2d(x, kernel / 3, padding=(0, 1), groups=x.shape[1])


def _written(x: Tensor, k: float) -> Tensor:
    made = torch.empty_like(x)
    made[..., ::2], made[..., 1::2] = x[..., ::2], x[..., 1::2] * k
    return made


def _column(x: Tensor, k: float, place: Any) -> Tensor:
    x = x.clone()
    x[(..., place)] = k
    return x


def _token_norm(x: Tensor, k: float) -> Tensor:
    return F.layer_norm(x.movedim(1, -1), (x.shape[1],), eps=abs(k)).movedim(-1, 1)


def _windows(x: Tensor, scale: float) -> Tensor:
    n, c, h, w = x.shape
    if h % 4 or w % 4:
        return F.avg_pool2d(x, 3, 1, 1)
    tokens = x.reshape(n, c, h // 4, 4, w // 4, 4).permute(0, 2, 4, 3, 5, 1).reshape(-1, 16, c)
    tokens = F.scaled_dot_product_attention(tokens, tokens, tokens, scale=scale)
    return tokens.reshape(n, h // 4, w // 4, 4, 4, c).permute(0, 5, 1, 3, 2, 4).reshape(n, c, h, w)


NUMBERS: dict[str, Move] = {
    "times": lambda m, x, k: x * k,
    "plus": lambda m, x, k: x + k,
    "minus": lambda m, x, k: k - x,
    "divided": lambda m, x, k: x / k,
    "divides": lambda m, x, k: k / (x.abs() + 1),
    "power": lambda m, x, k: x.abs().pow(min(k, 3)),
    "rest of a division": lambda m, x, k: x % k,
    "fmod": lambda m, x, k: x.fmod(k),
    "floor of a division": lambda m, x, k: (x * 9) // k,
    "greater": lambda m, x, k: x * (x * 9 > k),
    "less or equal": lambda m, x, k: x * (x * 9 <= k),
    "where, one side": lambda m, x, k: torch.where(x > 0, x, k),
    "where, other side": lambda m, x, k: torch.where(x > 0, k, x),
    "clamp": lambda m, x, k: (x * 9).clamp(max=k),
    "clamp, both": lambda m, x, k: (x * 9).clamp(-k, k),
    "leaky relu": lambda m, x, k: F.leaky_relu(x, k),
    "elu": lambda m, x, k: F.elu(x, k),
    "celu": lambda m, x, k: F.celu(x, k),
    "softplus": lambda m, x, k: F.softplus(x, k),
    "softplus, threshold": lambda m, x, k: F.softplus(x, 1, k / 9),
    "threshold": lambda m, x, k: F.threshold(x, k / 9, k),
    "hardtanh": lambda m, x, k: F.hardtanh(x * 9, -k, k),
    "softshrink": lambda m, x, k: F.softshrink(x * 9, k),
    "hardshrink": lambda m, x, k: F.hardshrink(x * 9, k),
    "lerp": lambda m, x, k: torch.lerp(x, x.relu(), k),
    "addcmul": lambda m, x, k: torch.addcmul(x, x, x, value=k),
    "alpha": lambda m, x, k: torch.add(x, x.relu(), alpha=k),
    "in place": lambda m, x, k: x.clone().mul_(k),
    "masked fill": lambda m, x, k: x.masked_fill(x > 0, k),
    "padding": lambda m, x, k: F.conv2d(F.pad(x, (1, 1, 1, 1), value=k), m.conv.weight),
    "nan to num": lambda m, x, k: (x / x.sign().relu()).nan_to_num(k, k, -k),
    "gelu of": lambda m, x, k: F.gelu(x * k),
    "softmax": lambda m, x, k: (x * k).softmax(1),
    "norm over channels": lambda m, x, k: _token_norm(x, k),
    "batch norm": lambda m, x, k: F.batch_norm(x, m.mean, m.mean + 1, eps=abs(k)),
    "divisor": lambda m, x, k: F.avg_pool2d(x, 3, 1, 1, divisor_override=max(1, int(k))),
    "attention in windows": lambda m, x, k: _windows(x, k),
    "tensor": lambda m, x, k: x * torch.tensor(k, dtype=x.dtype),
    "scalar tensor": lambda m, x, k: x + torch.scalar_tensor(k, dtype=x.dtype),
    "new tensor": lambda m, x, k: x * x.new_tensor([k]),
    "as tensor": lambda m, x, k: x * torch.as_tensor(np.array([k])).to(x),
    "full": lambda m, x, k: x + torch.full((1, x.shape[1], 1, 1), k, dtype=x.dtype),
    "full like": lambda m, x, k: x * torch.full_like(x, k),
    "new full": lambda m, x, k: x + x.new_full(x.shape[-2:], k),
    "ones times": lambda m, x, k: x * (torch.ones_like(x) * k),
    "zeros filled": lambda m, x, k: x * torch.zeros(x.shape[-2:], dtype=x.dtype).fill_(k),
    "linspace": lambda m, x, k: x * torch.linspace(0, k, 4, dtype=x.dtype)[1],
    "arange": lambda m, x, k: x * torch.arange(int(k) + 1)[-1],
    "sum of arange": lambda m, x, k: x * torch.arange(int(k) + 1).sum(),
    "kernel": lambda m, x, k: _kernel(x, k),
    "weight scaled": lambda m, x, k: F.conv2d(x, m.conv.weight * k, padding=1),
    "large weight scaled": lambda m, x, k: F.conv2d(x, (m.large @ m.large)[: x.shape[1], : x.shape[1], None, None] * k),
    "parameter of a list": lambda m, x, k: x * m.scales[int(k) % 5],
    "embedding": lambda m, x, k: x + m.embedding(torch.tensor(int(k) % 9))[:, None, None],
    "embedding, functional": lambda m, x, k: x * F.embedding(torch.tensor([int(k) % 9]), m.embedding.weight).mean(),
    "layer of a list": lambda m, x, k: m.layers[int(k) % 3](x),
    "row of a weight": lambda m, x, k: x * m.large[int(k) % 9, 0],
    "one hot": lambda m, x, k: x * (F.one_hot(torch.tensor(int(k) % 5), 5) * m.table).sum(),
    "written through a view": lambda m, x, k: _written(x, k),
    "item of a constant": lambda m, x, k: x * torch.tensor(k).item(),
    "branch": lambda m, x, k: x.relu() if k > 1 else x.tanh(),
    "branch by a constant": lambda m, x, k: x.relu() if torch.tensor(k).sum() > 1 else x.tanh(),
    "times round": lambda m, x, k: _times(m, x, int(k) % 4),
    "type": lambda m, x, k: x.to(torch.float16 if k > 1 else torch.bfloat16).to(x.dtype),
    "rounded": lambda m, x, k: x.round(decimals=int(k) % 3),
    "channels turned": lambda m, x, k: x.roll(int(k) % 2, 1),
    "channel picked": lambda m, x, k: x[:, [int(k) % 2, 0]].mean(1, keepdim=True) + x,
}  # fmt: skip
"""What a module does with a number."""


def _times(m: "Moving", x: Tensor, count: int) -> Tensor:
    for _ in range(count):
        x = m.conv(x)
    return x


def _first(m: "Moving", x: Tensor, key: Any) -> Tensor:
    if key not in m.kept:
        m.kept[key] = torch.full((1,), float(x.shape[-1]), dtype=x.dtype)
    return x * m.kept[key]


def _counted(m: "Moving", x: Tensor) -> Tensor:
    m.count += 1
    return x * m.count


def _listed(m: "Moving", x: Tensor) -> Tensor:
    m.seen.append(x.shape[-1])
    return x * len(m.seen)


def _buffer(m: "Moving", x: Tensor) -> Tensor:
    m.steps.add_(1)
    return x * m.steps


def _assigned(m: "Moving", x: Tensor) -> Tensor:
    m.factor = m.factor + 1
    return x * m.factor


def _remembered(m: "Moving", x: Tensor) -> Tensor:
    y = x + m.memory
    m.memory.copy_(x.detach().mean().reshape(1))
    return y


def _unused(m: "Moving", x: Tensor) -> Tensor:
    m.count, m.size = m.count + 1, x.shape[-1]
    return x


def _bounded(m: "Moving", x: Tensor) -> Tensor:
    mask = torch.ones(x.shape[-2:], dtype=x.dtype)
    mask[0], mask[:, 0] = 0, 0
    return x * mask


def _grid(m: "Moving", x: Tensor) -> Tensor:
    theta = torch.eye(2, 3, dtype=x.dtype)[None] * 0.9
    return F.grid_sample(x, F.affine_grid(theta, list(x.shape), align_corners=False), align_corners=False)


def _mesh(m: "Moving", x: Tensor) -> Tensor:
    y, z = torch.meshgrid(torch.arange(x.shape[-2]), torch.arange(x.shape[-1]), indexing="ij")
    return x + (y + z).to(x.dtype) / 100


WITHOUT: dict[str, Callable[["Moving", Tensor], Tensor]] = {
    "counter": _counted,
    "list that grows": _listed,
    "buffer that counts": _buffer,
    "attribute that counts": _assigned,
    "memory of the last image": _remembered,
    "kept from the first image": lambda m, x: _first(m, x, "once"),
    "kept for each size": lambda m, x: _first(m, x, x.shape[-1]),
    "kept and not used": _unused,
    "counter outside": lambda m, x: x * m.outside(),
    "rand like": lambda m, x: x + torch.rand_like(x),
    "randn": lambda m, x: x + torch.randn(1, dtype=x.dtype),
    "dropout": lambda m, x: F.dropout(x, 0.3, training=True),
    "dropout of channels": lambda m, x: F.dropout2d(x, 0.3, training=True),
    "drop path": lambda m, x: x * x.new_empty(1, 1, 1, 1).bernoulli_(0.5),
    "drawn and not used": lambda m, x: x + 0 * len(torch.rand(3)),
    "random of Python": lambda m, x: x * random.random(),
    "random of numpy": lambda m, x: x * float(np.random.rand()),  # noqa: NPY002 - as models do
    "branch by data": lambda m, x: x * 2 if x.mean() > 0 else x,
    "item": lambda m, x: x * x.max().item(),
    "mean": lambda m, x: x - x.mean(),
    "largest of each channel": lambda m, x: x / x.abs().amax((2, 3), keepdim=True),
    "sorted": lambda m, x: x.sort(-1)[0],
    "coordinates": lambda m, x: x + torch.arange(x.shape[-1]) / 100,
    "coordinates up to one": lambda m, x: x + torch.linspace(-1, 1, x.shape[-1], dtype=x.dtype),
    "coordinates of both axes": _mesh,
    "sum so far": lambda m, x: x.cumsum(-1) / 100,
    "ones summed": lambda m, x: x + torch.ones(x.shape[-2:], dtype=x.dtype).cumsum(-1) / 100,
    "triangle": lambda m, x: x.tril(),
    "diagonal": lambda m, x: x + torch.eye(x.shape[-2], x.shape[-1], dtype=x.dtype),
    "every second": lambda m, x: x * (torch.arange(x.shape[-1]) % 2),
    "every fourth row": lambda m, x: x * (torch.arange(x.shape[-2]) % 4 == 0)[:, None],
    "first column": lambda m, x: _column(x, 5.0, 0),
    "last columns": lambda m, x: _column(x, 5.0, slice(-3, None)),
    "border": _bounded,
    "column filled": lambda m, x: x.index_fill(-1, torch.tensor([0]), 5.0),
    "column added": lambda m, x: x.index_add(-1, torch.tensor([1]), x[..., :1]),
    "rolled": lambda m, x: x.roll(3, -1),
    "flipped": lambda m, x: x + x.flip(-1),
    "position, cut to size": lambda m, x: x + m.position[..., : x.shape[-2], : x.shape[-1]],
    "position, resized": lambda m, x: x + F.interpolate(m.position[..., :8, :8], size=x.shape[-2:]),
    "grid": _grid,
    "zeros beside": lambda m, x: torch.cat([x, torch.zeros_like(x)], 1)[:, : x.shape[1]],
    "resized by the size": lambda m, x: F.interpolate(
        F.interpolate(x, size=(24, 24)), size=x.shape[-2:]
    ),
    "resized to even": lambda m, x: F.interpolate(F.avg_pool2d(x, 2), scale_factor=2)[..., : x.shape[-2], :]
    if x.shape[-1] % 2 == x.shape[-2] % 2 == 0
    else x,
    "padded to a multiple": lambda m, x: m.conv(F.pad(x, (0, -x.shape[-1] % 4, 0, -x.shape[-2] % 4)))[
        ..., : x.shape[-2], : x.shape[-1]
    ],
    "other in training": lambda m, x: x * 2 if m.training else x,
}  # fmt: skip
"""What needs no number: state, chance, data and places."""


class Moving(nn.Module):
    """Local layers with a move among them.

    Parameters
    ----------
    seed : int
        Which.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        draw = random.Random(seed)
        torch.manual_seed(seed)
        c = 2
        self.conv = nn.Conv2d(c, c, 3, padding=1)
        self.layers = nn.ModuleList([nn.Conv2d(c, c, 1), nn.ReLU(), nn.Tanh()])
        self.scales = nn.ParameterList([nn.Parameter(torch.randn(1)) for _ in range(5)])
        self.embedding = nn.Embedding(9, c)
        self.large = nn.Parameter(torch.randn(80, 80))
        self.position = nn.Parameter(torch.randn(1, c, 160, 160))
        for name in ("mean", "table", "steps", "memory", "factor"):
            self.register_buffer(name, torch.rand({"mean": c, "table": 5}.get(name, 1)))
        self.kept: dict[Any, Tensor] = {}
        self.seen: list[int] = []
        self.count, self.size, calls = 0, 0, []
        self.outside = lambda: calls.append(1) or len(calls)
        self.before = draw.choice(["nothing", "conv", "stride"])
        self.after = draw.choice(["nothing", "conv", "pool"])
        self.name, self.way = draw.choice(list(WITHOUT)), ""
        if draw.random() < 0.65:
            self.name, self.way = draw.choice(list(NUMBERS)), draw.choice([*SAME, *SAME, *OTHER])
        self.train(draw.random() < 0.1)

    @property
    def label(self) -> str:
        """What it does, in words."""
        return f"{self.name} of {self.way}" if self.way else self.name

    def move(self, x: Tensor) -> Tensor:
        """What may not be the same at another size."""
        if not self.way:
            return WITHOUT[self.name](self, x)
        return NUMBERS[self.name](self, x, (SAME | OTHER)[self.way](x))

    def forward(self, x: Tensor) -> Tensor:
        if self.before != "nothing":
            x = self.conv(x)
        if self.before == "stride":
            x = F.max_pool2d(x, 2)
        x = self.move(x)
        if self.after == "pool":
            x = F.max_pool2d(x, 3, 1, 1)
        return self.conv(x) if self.after == "conv" else x
