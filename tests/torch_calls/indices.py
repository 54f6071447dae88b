"""Elements picked by indices, sampling."""

import torch
from torch import tensor
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

from torch_calls.call import D, call, numbers

LONG = torch.int64

CALLS = {
    "picked": call(lambda x: x[tensor([[0, 1], [-1, 0]])], (3, 2)),
    "picked, a slice between": call(lambda x: x[tensor([0, -1]), :, tensor([1, 0])], (3, 2, 2)),
    "picked, broadcast indices": call(lambda x: x[:, tensor([0, -1]), :, tensor([[1], [0]])], (2, 2, 2, 2)),
    "picked by a mask": call(lambda x: x[:, tensor([[True, False], [True, True]])], (2, 2, 2)),
    "picked by data": call(lambda x, i: x[:, i % 2], (3, 2), ((2,), LONG), bounded=True),
    "picked of constants": call(lambda i: torch.arange(6.0).reshape(3, 2)[i % 3], ((2,), LONG)),
    "taken": call(lambda x: x.take(tensor([[0, -1]])), (3, 2)),
    "taken by data": call(lambda x, i: x.take(i), (3, 2), ((2,), LONG), bounded=True),
    "taken along": call(lambda x: x.take_along_dim(tensor([[0, 1], [1, 0]]), 1), (2, 3)),
    "gathered": call(lambda x: x.gather(0, tensor([[0, 1, 1]])), (2, 3)),
    "gathered by data": call(lambda x, i: x.gather(1, i % 3), (2, 3), ((1, 2), LONG), bounded=True),
    "selected lines": call(lambda x: x.index_select(-1, tensor([2, 0, 0])), (2, 3)),
    "selected lines by data": call(lambda x, i: x.index_select(-1, i % 3), (2, 3), ((2,), LONG), bounded=True),
    "selected by a mask": call(lambda x: x.masked_select(tensor([[True], [False]])), (3,)),
    "pairs": call(torch.combinations, (3,)),
    "embedded": call(lambda i: F.embedding(i, numbers(4, 2)), ((2, 3), LONG)),
    "embedded in a computed table": call(lambda t: F.embedding(tensor([[1, 0]]), t), (3, 2)),
    "embedded in bags": call(lambda i: F.embedding_bag(i, numbers(4, 2), mode="sum"), ((2, 3), LONG), bounded=True),
    "one hot": call(lambda i: F.one_hot(i, 4), ((2,), LONG)),
    "between borders": call(lambda x: torch.bucketize(x, tensor([-1.0, 0.0, 1.0], dtype=D)), (2, 3)),
    "between computed borders": call(lambda b, x: torch.searchsorted(b.sort(-1)[0], x), (2, 3), (2, 2), bounded=True),
    "where": call(lambda c, x, y: torch.where(c > 0, x, y), (2, 3), (3,), (2, 1)),
    "where a constant says": call(lambda x, y: torch.where(tensor([True, False, True]), x, y), (2, 3), (2, 1)),
    "where, numbers": call(lambda x: torch.where(x > 0, 1.0, 0.0), (2, 3)),
    "where, one number": call(lambda x: torch.where(tensor([True, False, True]), x, 0.0), (2, 3)),
    "where, the other number": call(lambda x: torch.where(tensor([True, False, True]), 0.0, x), (2, 3)),
    "masked": call(lambda x: x.masked_fill(tensor([[True], [False]]), 0), (2, 3)),
    "masked, a wider mask": call(lambda x: x.masked_fill(tensor([[True], [False]]), 0), (1, 3)),
    "masked by data": call(lambda x: x.masked_fill_(x > 0, 0), (2, 3)),
    "among": call(torch.isin, ((2, 2), LONG), ((2,), LONG)),
    "sampled": call(
        lambda x, g: F.grid_sample(x, torch.tanh(g), align_corners=False), (1, 1, 2, 3), (1, 2, 2, 2), bounded=True
    ),
    "affine grid": call(lambda t: F.affine_grid(t, [1, 1, 2, 2], align_corners=False), (1, 2, 3)),
    "affine grid of a volume": call(lambda t: F.affine_grid(t, [1, 1, 2, 2, 1], align_corners=True), (1, 3, 4)),
}
