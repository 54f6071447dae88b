"""Elements written to places: scatter, index_put and what is like them."""

import torch
from torch import Tensor, tensor

from torch_calls.call import D, call

LONG = torch.int64
PLACES = tensor([[0, 1, 0], [2, 2, 1]])
TWICE = tensor([0, 2, 2])
MASK = tensor([[True, False, True], [True, True, False]])


def put(x: Tensor, index: object, new: Tensor, *, adds: bool = False) -> Tensor:
    x = x.clone()
    x[index] = x[index] + new if adds else new  # type: ignore[index]
    return x


def zeros(*shape: int) -> Tensor:
    return torch.zeros(shape, dtype=D)


CALLS = {
    "scatter": call(lambda x, s: x.scatter(1, tensor([[4, 1], [0, 3]]), s), (2, 5), (2, 2)),
    "scatter, same place twice": call(lambda x, s: x.scatter(0, PLACES % 2, s), (4, 3), (2, 3), bounded=True),
    "scatter, a number": call(lambda x: x.scatter(-1, PLACES, 3.0), (4, 3)),
    "scatter, source larger than index": call(lambda x, s: x.scatter(1, tensor([[4, 1]]), s), (4, 5), (3, 5)),
    "scatter, whole lines": call(lambda x, s: x.scatter(1, tensor([2, 0]).expand(3, 2), s), (3, 4), (3, 2)),
    "scatter, no dimensions": call(lambda x, s: x.sum().scatter(0, tensor(0), s.sum()), (2,), (2,)),
    "scatter, one place": call(lambda x, s: x.scatter(0, tensor(1), s[0]), (3,), (2,)),
    "scatter, empty": call(lambda x, s: x.scatter(0, torch.zeros(0, 4, dtype=LONG), s), (3, 4), (3, 4)),
    "scatter, add": call(lambda x, s: x.scatter(0, PLACES, s, reduce="add"), (4, 3), (2, 3)),
    "scatter, multiply": call(lambda x, s: x.scatter(0, PLACES, s, reduce="multiply"), (4, 3), (2, 3)),
    "scatter, multiply by a number": call(lambda x: x.scatter(0, PLACES, 2.5, reduce="multiply"), (4, 3)),
    "scatter, in place": call(lambda x, s: x.scatter_(0, PLACES, s, reduce="add"), (4, 3), (2, 3)),
    "scatter, at computed places": call(
        lambda x, i, s: x.scatter(0, i % 4, s), (4, 3), ((2, 3), LONG), (2, 3), bounded=True
    ),
    "scatter_add, source larger than index": call(lambda x, s: x.scatter_add(0, PLACES, s), (4, 3), (3, 5)),
    "scatter_add, to zeros": call(lambda s: zeros(4, 3).scatter_add_(0, PLACES, s), (2, 3)),
    "scatter_add, a source of zeros": call(lambda x: x.scatter_add(0, PLACES, zeros(2, 3)), (4, 3)),
    "scatter_add, seventy on one": call(lambda s: zeros(2).scatter_add(0, tensor([0] * 70 + [1]), s), (71,)),
    **{
        f"scatter_reduce, {how}{', without old' if not old else ''}": call(
            lambda x, s, how=how, old=old: x.scatter_reduce(0, PLACES, s, how, include_self=old), (4, 3), (3, 3)
        )
        for how in ("sum", "prod", "mean", "amax", "amin")
        for old in (True, False)
    },
    "scatter_reduce, onto ones, without them": call(
        lambda s: (zeros(4, 3) + 1).scatter_reduce(0, PLACES, s, "prod", include_self=False), (3, 3)
    ),
    "scatter_reduce, of ones, without old": call(
        lambda x: x.scatter_reduce(0, PLACES, zeros(4, 3) + 1, "mean", include_self=False), (4, 3)
    ),
    "index_add": call(lambda x, s: x.index_add(0, TWICE, s), (4, 3), (3, 3)),
    "index_add, last dimension": call(lambda x, s: x.index_add(-1, TWICE, s, alpha=2), (4, 3), (4, 3)),
    "index_add, at computed places": call(
        lambda x, i, s: x.index_add(0, i, s), (4, 3), ((2,), LONG), (2, 3), bounded=True
    ),
    **{
        f"index_reduce, {how}{', without old' if not old else ''}": call(
            lambda x, s, how=how, old=old: x.index_reduce(0, TWICE, s, how, include_self=old), (4, 3), (3, 3)
        )
        for how in ("prod", "mean", "amax", "amin")
        for old in (True, False)
    },
    "index_copy": call(lambda x, s: x.index_copy(0, tensor([2, 0]), s), (4, 3), (2, 3)),
    "index_copy, same place twice": call(lambda x, s: x.index_copy(0, TWICE, s), (4, 3), (3, 3), bounded=True),
    "index_copy, no dimensions": call(lambda x, s: x.sum().index_copy(0, tensor([0]), s), (2,), (1,)),
    "index_copy, seventy on one": call(
        lambda s: zeros(1, 2).index_copy(1, tensor([0] * 70 + [1]), s), (1, 71), bounded=True
    ),
    "index_fill": call(lambda x: x.index_fill(0, TWICE, 2.0), (4, 3)),
    "index_fill, by a value": call(lambda x, v: x.index_fill(0, TWICE, v.sum()), (4, 3), (2,)),
    "index_put": call(lambda x, s: put(x, tensor([-1, 0]), s), (4, 3), (2, 3)),
    "index_put, same place twice": call(lambda x, s: put(x, TWICE, s), (4, 3), (3, 3), bounded=True),
    "index_put, one number to a place twice": call(lambda x, s: put(x, TWICE, s), (4, 3), (1,)),
    "index_put, accumulated": call(lambda x, s: x.index_put((TWICE,), s, accumulate=True), (4, 3), (3, 3)),
    "index_put, accumulated, broadcast": call(lambda x, s: x.index_put((TWICE,), s, accumulate=True), (4, 3), (3,)),
    "index_put, two indices": call(lambda x, s: put(x, (tensor([-1, 0]), tensor([[1], [2]])), s), (4, 3), (2,)),
    "index_put, a slice between": call(
        lambda x, s: put(x, (tensor([-1, 0]), slice(None), tensor([1, 2])), s), (4, 2, 3), (2, 2)
    ),
    "index_put, by a mask": call(lambda x, s: put(x, (slice(None), tensor([True, False, True])), s), (4, 3), (4, 2)),
    "index_put, by a mask of two dimensions": call(
        lambda x, s: put(x, (slice(None), tensor([[True, False], [True, True]])), s), (2, 2, 2), (2, 3)
    ),
    "index_put, nowhere": call(lambda x, s: put(x, tensor([False, False]), s), (2, 2), (1,)),
    "index_put, added to itself": call(lambda x, s: put(x, tensor([True, False, True]), s, adds=True), (3, 2), (2,)),
    "put, same place twice": call(lambda x, s: x.put(tensor([1, 5, 5]), s), (4, 3), (3,), bounded=True),
    "put": call(lambda x, s: x.clone().put_(tensor([1, 5, -3]), s), (4, 3), (3,)),
    "put, accumulated": call(lambda x, s: x.put(tensor([1, 5, 5]), s, accumulate=True), (4, 3), (3,)),
    "put, at computed places": call(lambda x, i, s: x.put(i, s), (4, 3), ((2,), LONG), (2,), bounded=True),
    "masked_scatter": call(lambda x, s: x.masked_scatter(MASK, s), (2, 3), (7,)),
    "masked_scatter, broadcast": call(lambda x, s: x.masked_scatter(MASK[0], s), (2, 3), (7,)),
    "masked_scatter, a wider mask": call(lambda x, s: x.masked_scatter(MASK, s), (1, 3), (7,)),
    "masked_scatter, by data": call(lambda x, s: x.masked_scatter(x > 0, s), (2, 3), (7,), bounded=True),
    "slice_scatter": call(lambda x, s: x.slice_scatter(s, 1, -2, 9, 1), (2, 5), (2, 2)),
    "slice_scatter, every second": call(lambda x, s: x.slice_scatter(s, 1, 1, None, 2), (2, 5), (2, 2)),
    "select_scatter": call(lambda x, s: x.select_scatter(s, -1, -2), (2, 5), (2,)),
    "diagonal_scatter": call(lambda x, s: x.diagonal_scatter(s, 1), (3, 4), (3,)),
}
