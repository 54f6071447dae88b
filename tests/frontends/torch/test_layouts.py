"""A result lies in memory as the running model's does, so that `view` raises here exactly where it raises there."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

import eyeshot

CALLS: dict[str, Callable[[Any], Any]] = {
    "layer norm": lambda x: F.layer_norm(x, x.shape[-1:]),
    "layer norm over two": lambda x: F.layer_norm(x, x.shape[-2:]),
    "rms norm": lambda x: F.rms_norm(x, x.shape[-1:]),
    "group norm": lambda x: F.group_norm(x, 2),
    "instance norm": F.instance_norm,
    "batch norm": lambda x: F.batch_norm(x, torch.zeros(x.shape[1]), torch.ones(x.shape[1])),
    "batch norm of the map": lambda x: F.batch_norm(x, None, None, training=True),
    "softmax": lambda x: x.softmax(-1),
    "softmax over channels": lambda x: x.softmax(1),
    "log softmax": lambda x: x.log_softmax(-1),
    "softmax in double": lambda x: x.softmax(-1, dtype=torch.float64),
    "running sum": lambda x: x.cumsum(-1),
    "running product": lambda x: x.cumprod(-1),
    "gelu": F.gelu,
    "silu": F.silu,
    "prelu": lambda x: F.prelu(x, torch.ones(1)),
    "glu": lambda x: F.glu(x, 1),
    "dropout": lambda x: F.dropout(x, training=False),
    "sum of two": lambda x: x + x.flip(-1),
    "sum with a row": lambda x: x + torch.ones(x.shape[-1]),
    "flip": lambda x: x.flip(-1),
    "roll": lambda x: x.roll(1, -1),
    "roll of all": lambda x: x.roll(3),
    "tril": lambda x: x.tril(),
    "masked fill": lambda x: x.masked_fill(torch.zeros(x.shape, dtype=torch.bool), 0.0),
    "where": lambda x: torch.where(torch.ones(x.shape, dtype=torch.bool), x, 0.0),
    "clone": lambda x: x.clone(),
    "clone, contiguous": lambda x: x.contiguous(),
    "scatter": lambda x: x.scatter(1, torch.zeros(x.shape, dtype=torch.int64), 1.0),
    "index add": lambda x: x.index_add(1, torch.tensor([0]), x[:, :1]),
    "index fill": lambda x: x.index_fill(1, torch.tensor([0]), 1.0),
    "slice scatter": lambda x: x.slice_scatter(x[:, :1], 1, 0, 1),
    "index": lambda x: x[:, [1, 0, 1]],
    "index select": lambda x: x.index_select(1, torch.tensor([1, 0, 1])),
    "cat": lambda x: torch.cat([x, x], 1),
    "stack": lambda x: torch.stack([x, x], 1),
    "mean": lambda x: x.mean(1, keepdim=True),
    "amax": lambda x: x.amax(1),
    "linear": lambda x: F.linear(x, torch.ones(5, x.shape[-1])),
    "product": lambda x: x @ x.transpose(-1, -2),
    "pad": lambda x: F.pad(x, (1, 2)),
    "scatter add": lambda x: x.scatter_add(1, torch.zeros(x.shape, dtype=torch.int64), x),
    "index put": lambda x: x.index_put((torch.tensor([0]),), torch.tensor(1.0)),
    "index copy": lambda x: x.index_copy(1, torch.tensor([0]), x[:, :1]),
    "select scatter": lambda x: x.select_scatter(x[:, 0], 1, 0),
    "cosine": lambda x: x.cos(),
    "gather": lambda x: x.gather(1, torch.zeros(x.shape, dtype=torch.int64)),
    "masked scatter": lambda x: x.masked_scatter(torch.ones(x.shape, dtype=torch.bool), x),
    "attention": lambda x: F.scaled_dot_product_attention(x, x, x),
    "sort": lambda x: x.sort(-1)[0],
    "unfold": lambda x: x.unfold(1, 2, 1),
    "einsum": lambda x: torch.einsum("bij,bkj->bik", x.flatten(2), x.flatten(2)),
    "difference": lambda x: x.diff(dim=1),
    "repeat": lambda x: x.repeat_interleave(2, 1),
}
LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "as it comes": lambda x: x,
    "channels last": lambda x: x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2),
    "transposed": lambda x: x.flatten(2).transpose(1, 2),
    "dimensions turned": lambda x: x.permute(0, 2, 3, 1),
    "sliced": lambda x: x[:, :, ::2],
}


class Laid(nn.Module):
    def __init__(self, layout: str, call: str, strides: list[tuple[int, ...]]) -> None:
        super().__init__()
        self.layout, self.call = LAYOUTS[layout], CALLS[call]
        self.note = strides.append

    def forward(self, x: Any) -> Any:
        out = self.call(self.layout(x))
        self.note(out.stride())
        return out


OWN_WAYS = {("group norm", "channels last")}
"""On a tensor that is on no CPU, PyTorch itself packs what it normalises by groups."""


@pytest.mark.parametrize(
    ("call", "layout"), [both for both in itertools.product(CALLS, LAYOUTS) if both not in OWN_WAYS]
)
def test_strides_are_those_of_the_running_model(call: str, layout: str) -> None:
    strides: list[tuple[int, ...]] = []
    model = Laid(layout, call, strides)
    model(torch.zeros(1, 8, 6, 4))
    eyeshot.analyze(model, input_shape=(1, 8, 6, 4))
    ran, *read = strides
    assert set(read) == {ran}


@pytest.mark.parametrize("norm", [nn.LayerNorm(8), nn.BatchNorm1d(24), nn.Softmax(-1)], ids=str)
def test_view_after_a_norm_of_transposed_tokens_is_read(norm: nn.Module) -> None:
    class Tokens(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = norm

        def forward(self, x: Any) -> Any:
            return self.norm(x.flatten(2).transpose(1, 2)).view(1, -1)

    assert eyeshot.verify(Tokens().eval(), input_shape=(1, 8, 6, 4)).holds
