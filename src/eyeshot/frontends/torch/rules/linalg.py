"""Decompositions, inverses and systems of equations: everything of a matrix, or one triangle of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from eyeshot.frontends.torch.rules.masks import chosen
from eyeshot.frontends.torch.rules.table import Call, rule, within
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.access import Shape
from eyeshot.graph.ops import Cumulative, Gather, Reduce, Roll

__all__: list[str] = []

_MAX_INVERTED = 256
"""Rows of the largest constant matrix that is inverted to see whether its inverse has zeros."""


@rule(
    "_linalg_det", "_linalg_slogdet", "linalg_inv_ex", "linalg_matrix_exp", "linalg_eig", "_linalg_eigvals",
    "linalg_eigvals", "linalg_pinv",
)  # fmt: skip
def dense(call: Call) -> list[Value | None]:
    """Everything of each matrix, for each element of every result; of factors along with them a bound."""
    results = _results(call)
    name = call.func._schema.name
    main = {"aten::_linalg_det": 1, "aten::_linalg_slogdet": 2, "aten::linalg_inv_ex": 1}.get(name, len(results))
    if call.arg("hermitian", False):
        main = 0
    whole = _whole(call, call.solid(call.args[0]))
    found = [_laid(call, [whole], call.args[0].dim() - 2, tuple(t.shape)) for t in results]
    return [v if v is None or k < main else call.bounded(v) for k, v in enumerate(found)]


@rule("_linalg_eigh", "_linalg_svd")
def spectral(call: Call) -> list[Value | None]:
    """Everything of each matrix, of a symmetric one the triangle that is looked at; vectors of one number read less."""
    x = call.solid(call.args[0])
    lead, shape = x.shape[:-2], x.shape[-2:]
    if "eigh" in call.func._schema.name:
        x = _triangle(call, x, is_upper=str(call.arg("UPLO", "L")).upper() == "U", diagonal=0)
    whole = _whole(call, x)
    found = [_laid(call, [whole], len(lead), tuple(t.shape)) for t in _results(call)]
    return [v if v is None or min(shape) > 1 else call.bounded(v) for v in found]


@rule(
    "cholesky", "cholesky_inverse", "cholesky_solve", "geqrf", "linalg_cholesky_ex", "linalg_householder_product",
    "linalg_ldl_factor_ex", "linalg_ldl_solve", "linalg_lu", "linalg_lu_factor_ex", "linalg_lu_solve", "lu_unpack",
    "ormqr", "triangular_solve", "linalg_lstsq",
)  # fmt: skip
def factored(call: Call) -> list[Value | None]:
    """Some of each matrix for each element of its factors, all at most: a bound."""
    _without_kernel(call)
    lead = call.args[0].dim() - 2
    whole = [
        call.add(Reduce(tuple(range(lead, len(v.shape))), keepdims=True), v) if len(v.shape) > lead else v
        for v in call.operands()
    ]
    found = [_laid(call, whole, lead, tuple(t.shape)) for t in _results(call)]
    return [None if v is None else call.bounded(v) for v in found]


@rule("linalg_qr")
def qr(call: Call) -> list[Value | None]:
    """Column j of both factors reads the columns up to j at most: a bound; columns that fill up read all."""
    x = call.solid(call.args[0])
    rank = len(x.shape)
    columns = call.add(Cumulative(rank - 1), call.add(Reduce((rank - 2,), keepdims=True), x))
    found: list[Value | None] = []
    for tensor in _results(call):
        width, picked = tensor.shape[-1], columns
        if 0 < width != x.shape[-1]:
            picked = call.add(Gather(rank - 1, tuple(min(j, x.shape[-1] - 1) for j in range(width))), columns)
        found.append(call.bounded(call.join([picked], tuple(tensor.shape))) if tensor.numel() else None)
    return found


@rule("_linalg_solve_ex")
def solve(call: Call) -> list[Value | None]:
    """All of the matrix, and the column (from the right: the row) of the other side; of the factors a bound."""
    a, b = call.args[:2]
    results = _results(call)
    lead, shape = a.dim() - 2, tuple(results[0].shape)
    is_vector = b.dim() == 1 or tuple(b.shape) == tuple(a.shape[:-1])
    matrix, right = call.value(a), call.value(b)
    whole = [] if matrix is None else [_whole(call, matrix)]
    parts = list(whole)
    if right is not None:
        dim = len(right.shape) - (1 if is_vector or not call.arg("left", True) else 2)
        parts.append(call.add(Reduce((dim,), keepdims=True), right))
    if is_vector and whole:
        parts[0] = call.reshape(whole[0], (*whole[0].shape[:-2], 1))
    found = call.join(parts, shape)
    if _has_zeros(call, a, b):
        found = call.bounded(found)
    factors = [_laid(call, whole, lead, tuple(t.shape)) if whole else None for t in results[1:]]
    return [found, *(None if v is None else call.bounded(v) for v in factors)]


@rule("linalg_solve_triangular")
def solve_triangular(call: Call) -> Value:
    """Row i of the unknowns reads the rows from i on (lower triangle: up to i) of the triangle and of the other side.

    From the right columns stand in the place of rows, and the order is the other one.
    """
    a, b = call.args[:2]
    shape = call.shape
    is_upper, is_left, is_unit = bool(call.arg("upper")), call.arg("left", True), call.arg("unitriangular", False)
    row, column = (len(shape) - 2, len(shape) - 1) if is_left else (len(shape) - 1, len(shape) - 2)
    order = Cumulative(row, reverse=is_upper == bool(is_left))
    parts = []
    right, matrix = call.value(b), call.value(a)
    if right is not None:
        parts.append(call.add(order, call.join([right], (*shape[:-2], *right.shape[-2:]))))
    if matrix is not None:
        triangle = _triangle(call, matrix, is_upper=is_upper, diagonal=int(bool(is_unit)))
        triangle = call.join([triangle], (*shape[:-2], *triangle.shape[-2:]))
        parts.append(call.add(order, call.add(Reduce((column,), keepdims=True), triangle)))
    found = call.join(parts, shape)
    side = "upper" if is_upper else "lower"
    return call.bounded(found) if _has_zeros(call, a, b, side, is_unit=bool(is_unit)) else found


@rule("linalg_cross", "cross")
def cross(call: Call) -> Value:
    """Each component reads the two others of both vectors."""
    shape = call.shape
    dim = within(call.arg("dim", -1), len(shape))
    wide = [call.join([v], shape) for v in call.operands()]
    return call.join([call.add(Roll((dim,), (shift,)), v) for v in wide for shift in (1, 2)], shape)


@rule("trace")
def trace(call: Call) -> Value:
    """The diagonal."""
    x = call.solid(call.args[0])
    n, m = x.shape
    row = call.reshape(x, (n * m,))
    return call.add(Reduce((0,)), call.add(Gather(0, tuple(i * (m + 1) for i in range(min(n, m)))), row))


@rule("_linalg_check_errors")
def checked(call: Call) -> None:
    """Nothing comes of it but an error."""


# ---------------------------------------------------------------------- what they share


def _results(call: Call) -> list[Any]:
    out = call.out
    return list(out) if isinstance(out, list | tuple) else [out]


def _without_kernel(call: Call) -> None:
    """Say what those return that the framework has no shapes for."""
    a, name = call.args[0], call.func._schema.name
    least = (*a.shape[:-2], min(a.shape[-2:]))
    if name == "aten::geqrf":
        call.returns((a.new_empty(a.shape, device="meta"), a.new_empty(least, device="meta")))
    elif name == "aten::linalg_lstsq":
        b = call.args[1]
        shape = (*b.shape[: -1 if b.dim() < a.dim() else -2], a.shape[-1], *b.shape[a.dim() - 1 :])
        sizes = (shape, (0,), a.shape[:-2], least)
        call.returns(tuple(a.new_empty(size, device="meta") for size in sizes))


def _whole(call: Call, value: Value) -> Value:
    rank = len(value.shape)
    return call.add(Reduce((rank - 2, rank - 1), keepdims=True), value)


def _laid(call: Call, whole: Sequence[Value], lead: int, shape: Shape) -> Value | None:
    """Matrices read whole, as a result of a shape that has their leading dimensions."""
    if 0 in shape:
        return None
    values = [call.reshape(v, (*v.shape[:lead], *(1,) * (len(shape) - lead))) for v in whole]
    return call.join(values, shape)


def _triangle(call: Call, value: Value, *, is_upper: bool, diagonal: int) -> Value:
    """One triangle of each matrix, from a diagonal away from its own one on; beyond it nothing is read."""
    ones = torch.ones(value.shape[-2:], dtype=torch.bool)
    kept = ones.triu(diagonal) if is_upper else ones.tril(-diagonal)
    return chosen(call, kept.numpy(), value, None, value.shape) or value


def _has_zeros(call: Call, a: Any, b: Any, side: str = "", *, is_unit: bool = False) -> bool:
    """Whether a constant matrix, by its inverse, or a constant other side leaves out what is claimed to be read."""
    if call.value(b) is None:
        numbers = call.real(b)
        return numbers is not None and bool((numbers == 0).any())
    numbers = call.real(a) if call.value(a) is None else None
    if numbers is None or numbers.shape[-1] > _MAX_INVERTED:
        return False
    read = torch.ones_like(numbers, dtype=torch.bool)
    if side:
        read = read.triu() if side == "upper" else read.tril()
        numbers = numbers * read
    if is_unit:
        numbers = torch.diagonal_scatter(numbers, torch.ones_like(numbers[..., 0]), dim1=-2, dim2=-1)
    return bool(((torch.linalg.inv_ex(numbers)[0] == 0) & read).any())
