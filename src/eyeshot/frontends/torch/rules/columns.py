"""Products with matrices of which it is known where they are zero: each row reads only what stands beside its numbers.

Attention is such a product: of the values each query reads those of the keys that its mask leaves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from eyeshot.frontends.known import Bools
from eyeshot.frontends.torch.rules.masks import MOST_LISTED
from eyeshot.frontends.torch.rules.table import Call
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Concat, Cumulative, Expand, Permute, Reduce

__all__ = ["beside_zeros", "read_by_rows"]

Ints = npt.NDArray[np.int64]


def beside_zeros(
    call: Call, matrix: Value, zeros: Bools, other: Value, labels: tuple[str, str, str], shape: Shape
) -> Value:
    """A product of a matrix, some elements of which are zero and read nothing, with another value.

    Parameters
    ----------
    call : Call
        The call that it is the result of.
    matrix : Value
        The matrix.
    zeros : bool array
        Where it is zero; as many dimensions as the matrix, of size 1 along those where it is the same everywhere.
    other : Value
        What it is multiplied with.
    labels : tuple of str
        Letters of the dimensions of the matrix, of the other value and of the result, in the manner of einsum; one of
        them stands in both operands only.
    shape : tuple of int
        Shape of the result.
    """
    call.tape.hides.add(call.tape.call)
    ours, theirs, output = labels
    (summed,) = (letter for letter in ours if letter in theirs and letter not in output)
    rows = next(letter for letter in ours if letter not in theirs)
    lead = "".join(letter for letter in output if letter in ours and letter in theirs)
    rest = "".join(letter for letter in theirs if letter not in ours)
    allowed = ~zeros.transpose([ours.index(letter) for letter in (*lead, rows, summed)])
    turned = _ordered(call, other, [theirs.index(letter) for letter in (*lead, summed, *rest)])
    count = matrix.shape[ours.index(rows)]
    read = read_by_rows(call, allowed, turned, count)
    read = _ordered(call, read, [(*lead, rows, *rest).index(letter) for letter in output])
    weights = call.add(Reduce((ours.index(summed),)), matrix.plain)
    kept = ours.replace(summed, "")
    weights = _ordered(call, weights, [kept.index(letter) for letter in output if letter in kept])
    weights = call.reshape(weights, [n if letter in kept else 1 for letter, n in zip(output, shape, strict=True)])
    return call.join([weights, read], shape)


def _ordered(call: Call, value: Value, order: Sequence[int]) -> Value:
    return value if list(order) == sorted(order) else call.add(Permute(tuple(order)), value)


def read_by_rows(call: Call, allowed: Bools, part: Value, rows: int) -> Value:
    """What each row of a matrix reads of a value, of which it reads only some places.

    Parameters
    ----------
    call : Call
        The call that it is a part of.
    allowed : bool array
        Which places each row reads: (…, rows, places), of size 1 along dimensions where it is the same everywhere.
    part : Value
        The value: (…, places, features), or without features.
    rows : int
        Number of rows.

    Returns
    -------
    Value
        (…, rows, features), or without features.
    """
    dim = allowed.ndim - 2
    places = part.shape[dim]
    wide = np.broadcast_to(allowed, (*allowed.shape[:dim], rows, places))
    lead = [d for d in range(dim) if allowed.shape[d] > 1]
    if lead:
        return _listed(call, wide, part, lead[0])
    one = wide.reshape(rows, places)
    counts = one.sum(1)
    if one.all():
        return _for_all(call, part, dim, rows)
    for reverse in (False, True):
        line = one[:, ::-1] if reverse else one
        if bool((line[:, :-1] >= line[:, 1:]).all()):
            ends = places - counts if reverse else counts - 1
            running = call.add(Cumulative(dim, reverse), part)
            return _picked(call, running, dim, np.where(counts > 0, ends, places))
    return _listed(call, wide, part, dim)


def _for_all(call: Call, part: Value, dim: int, rows: int) -> Value:
    """The same for each row."""
    whole = call.add(Reduce((dim,), keepdims=True), part)
    return call.add(Expand((*part.shape[:dim], rows, *part.shape[dim + 1 :])), whole)


def _picked(call: Call, value: Value, dim: int, table: Ints) -> Value:
    """Places by number; the number behind the last one is a place where nothing is read."""
    n = value.shape[dim]
    if int(table.max()) == n:
        nothing = call.tape.constant((*value.shape[:dim], 1, *value.shape[dim + 1 :]))
        value = call.add(Concat(dim), value, nothing)
    return call.pick_numbers(value, table, dim)


def _listed(call: Call, allowed: Bools, part: Value, first: int) -> Value:
    """For each row the list of its places, all lists made as long as the longest by naming a place again.

    From the dimension `first` on the lists differ; before it they are the same.
    """
    dim = allowed.ndim - 2
    allowed = np.broadcast_to(allowed, (*(1,) * first, *part.shape[first:dim], *allowed.shape[dim:]))[(0,) * first]
    *inner, rows, places = allowed.shape
    counts = allowed.sum(-1)
    longest = max(int(counts.max()), 1)
    tail = part.shape[dim + 1 :]
    if rows * longest * math.prod(inner) > MOST_LISTED:
        somewhere = call.add(Reduce((dim,), keepdims=True), call.anywhere(part, dim, places))
        return call.add(Expand((*part.shape[:dim], rows, *tail)), somewhere)
    # Stable, so that the places of each row come first and in rising order.
    order = np.argsort(~allowed, axis=-1, kind="stable")[..., :longest]
    last = np.take_along_axis(order, np.maximum(counts, 1)[..., None] - 1, -1)
    listed = np.where(np.arange(longest) < counts[..., None], order, last)
    count = math.prod(inner) * places
    numbers = np.arange(math.prod(inner)).reshape(*inner, 1, 1) * places + listed
    numbers = np.where(counts[..., None] > 0, numbers, count)
    flat = call.reshape(part, (*part.shape[:first], count, *tail))
    return call.add(Reduce((dim + 1,)), _picked(call, flat, first, numbers))
