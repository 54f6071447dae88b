"""Pooling, products of matrices, recurrent layers, attention."""

import torch
from torch import Tensor, nn, tensor
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

from torch_calls.call import Call, D, call, numbers

HEADS = tensor([[[True, False], [True, True]], [[False, True], [True, True]], [[True] * 2] * 2, [[True, False]] * 2])[
    None
]


def attended(q: int, heads: tuple[int, int], **more: object) -> Call:
    own, shared = heads
    return call(
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, **more),  # type: ignore[arg-type]
        (1, own, q, 2),
        (1, shared, 2, 2),
        (1, shared, 2, 2),
    )


def recurrent(cell: type[nn.Module], shape: tuple[int, ...], **more: object) -> Call:
    torch.manual_seed(0)
    layer = cell(2, 2, **more).double()

    def run(x: Tensor) -> list[Tensor]:
        sequence, last = layer(x)
        return [sequence, *(last if isinstance(last, tuple) else (last,))]

    return call(run, shape)


torch.manual_seed(0)
LSTM = nn.LSTM(2, 2).double()
BOTH = nn.LSTM(2, 2, bidirectional=True, batch_first=True).double()
GRU = nn.GRU(2, 2).double()
MANY = nn.MultiheadAttention(4, 2, batch_first=True).double().eval()

CALLS = {
    "max pool": call(lambda x: F.max_pool1d(x, 3, 2, 1, ceil_mode=True), (1, 2, 6)),
    "max pool, places": call(lambda x: F.max_pool1d_with_indices(x, 3, 2, 1, ceil_mode=True), (1, 1, 6), bounded=(1,)),
    "max pool, places of single elements": call(
        lambda x: F.max_pool2d_with_indices(x, 1, 1), (1, 1, 2, 2), bounded=(1,)
    ),
    "max pool, places of several": call(lambda x: F.max_pool2d_with_indices(x, 2, 1), (1, 1, 3, 3)),
    "max pool, volume": call(lambda x: F.max_pool3d(x, 2, 2, 1), (1, 2, 2, 3)),
    "average pool": call(lambda x: F.avg_pool1d(x, 3, 2, 1, count_include_pad=False), (1, 2, 6)),
    "average pool, image": call(lambda x: F.avg_pool2d(x, (2, 3), (2, 1), (1, 0), ceil_mode=True), (1, 1, 5, 4)),
    "average pool, volume": call(lambda x: F.avg_pool3d(x, 2, 1, 1), (1, 2, 2, 2)),
    "adaptive pool": call(lambda x: F.adaptive_avg_pool1d(x, 3), (1, 2, 5)),
    "adaptive pool, larger": call(lambda x: F.adaptive_avg_pool1d(x, 5), (1, 1, 3)),
    "adaptive pool, one axis": call(lambda x: F.adaptive_avg_pool2d(x, (2, None)), (1, 1, 3, 2)),
    "adaptive pool, volume": call(lambda x: F.adaptive_avg_pool3d(x, (2, 1, 2)), (1, 1, 2, 2, 3)),
    "adaptive maximum": call(lambda x: F.adaptive_max_pool1d(x, 3, return_indices=True), (1, 1, 5)),
    "adaptive maximum, image": call(lambda x: F.adaptive_max_pool2d(x, (2, 1)), (1, 1, 3, 2)),
    "adaptive maximum, volume": call(lambda x: F.adaptive_max_pool3d(x, (2, 1, 2)), (1, 1, 2, 2, 3)),
    "max pool at fractions": call(
        lambda x: F.fractional_max_pool2d(x, 2, (2, 2), _random_samples=torch.full((1, 1, 2), 0.4, dtype=D)),
        (1, 1, 4, 5),
        bounded=True,
    ),
    "pool undone": call(
        lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2), (1, 1, 4, 4), bounded=True
    ),
    "product": call(lambda x, y: x @ y, (2, 3), (3, 2)),
    "product of batches": call(lambda x, y: x @ y, (2, 1, 2, 3), (2, 3, 1)),
    "product with a vector": call(lambda x, y: x @ y, (2, 3), (3,)),
    "product of vectors": call(lambda x, y: x @ y, (2,), (2,)),
    "inner product": call(torch.inner, (2, 3), (2, 3)),
    "sum and product": call(lambda b, x, y: torch.addmm(b, x, y, beta=0.5), (2,), (2, 3), (3, 2)),
    "product beside nothing": call(lambda b, x, y: torch.addmm(b, x, y, beta=0), (2,), (2, 3), (3, 2)),
    "sum beside no product": call(lambda b, x, y: torch.addmm(b, x, y, alpha=0), (2,), (2, 3), (3, 2)),
    "sum and batches": call(torch.baddbmm, (1, 2), (2, 2, 3), (2, 3, 2)),
    "sum over batches": call(torch.addbmm, (2, 2), (2, 2, 3), (2, 3, 2)),
    "sum and product with a vector": call(torch.addmv, (2,), (2, 3), (3,)),
    "sum and outer product": call(torch.addr, (2, 3), (2,), (3,)),
    "linear": call(F.linear, (2, 1, 3), (2, 3), (2,)),
    "linear, one feature": call(F.linear, (2, 3), (3,)),
    "bilinear form": call(lambda a, b: F.bilinear(a, b, numbers(2, 3, 2)), (2, 3), (2, 2)),
    "labelled product": call(lambda a, b: torch.einsum("bij,jk->bik", a, b), (2, 1, 2), (2, 2)),
    "labelled trace": call(lambda a: torch.einsum("ii", a), (2, 2)),
    **{
        f"{cell.__name__} {' '.join(how)}": recurrent(cell, (3, 2, 2), **how)
        for cell in (nn.LSTM, nn.GRU, nn.RNN)
        for how in ({"bidirectional": True}, {"num_layers": 2, "batch_first": True})
    },
    "RNN of relu": recurrent(nn.RNN, (3, 1, 2), nonlinearity="relu"),
    "LSTM of a state, sequence": call(lambda x, h, c: LSTM(x, (h, c))[0], (3, 2, 2), (1, 2, 2), (1, 2, 2)),
    "LSTM of a state, one time": call(lambda x, h, c: LSTM(x, (h, c))[0], (1, 1, 2), (1, 1, 2), (1, 1, 2)),
    "LSTM of a state, both ways": call(lambda x, h, c: BOTH(x, (h, c))[0], (1, 3, 2), (2, 1, 2), (2, 1, 2)),
    "GRU of a state": call(lambda x, h: GRU(x, h)[0], (3, 2, 2), (1, 2, 2)),
    "attention": attended(3, (2, 2)),
    "attention, causal": attended(2, (1, 1), is_causal=True),
    "attention, grouped heads": attended(2, (4, 2), enable_gqa=True),
    "attention, grouped heads, causal": attended(2, (4, 2), enable_gqa=True, is_causal=True),
    "attention, grouped heads masked apart": call(
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, attn_mask=HEADS, enable_gqa=True),
        (1, 4, 2, 2),
        (1, 2, 2, 2),
        (1, 2, 2, 2),
        bounded=True,
    ),
    "attention, batches broadcast": call(F.scaled_dot_product_attention, (1, 2, 2, 2), (2, 1, 2, 2), (1, 2, 2, 2)),
    "attention, a computed bias": call(
        lambda q, k, v, b: F.scaled_dot_product_attention(q, k, v, attn_mask=b),
        (1, 2, 2, 2),
        (1, 2, 3, 2),
        (1, 2, 3, 2),
        (2, 1, 3),
    ),
    "attention, constant values": call(
        lambda q, k: F.scaled_dot_product_attention(q, k, numbers(2, 3, 2)), (2, 2, 2), (2, 3, 2)
    ),
    "attention of many heads": call(lambda x: MANY(x, x, x), (1, 3, 4)),
    "mean of squares": call(F.mse_loss, (2, 3), (2, 3)),
    "cross entropy": call(lambda x: F.cross_entropy(x, tensor([0, 2]), reduction="none"), (2, 3), bounded=True),
    "entropy of two": call(lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction="none"), (2, 3), (2, 3)),
}
