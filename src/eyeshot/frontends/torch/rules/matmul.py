"""Products of matrices: linear layers, attention, einsum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from eyeshot.frontends.torch.rules.arithmetic import totalled
from eyeshot.frontends.torch.rules.columns import beside_zeros
from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Contract, Expand

__all__ = ["contracted", "linear"]


def contracted(call: Call, parts: Sequence[tuple[Any, str]], output: str) -> Value:
    """A contraction of tensors by one-letter labels; those that depend on no input are left out."""
    sizes: dict[str, int] = {}
    operands: list[Value] = []
    labels: list[tuple[str, ...]] = []
    for tensor, letters in parts:
        for letter, n in zip(letters, tensor.shape, strict=True):
            sizes[letter] = max(n, sizes.get(letter, 1))
    for tensor, letters in parts:
        value = tensor if isinstance(tensor, Value) else call.value(tensor)
        if value is not None:
            shape = tuple(sizes[letter] for letter in letters)
            operands.append(value if value.shape == shape else call.add(Expand(shape), value))
            labels.append(tuple(letters))
    if len(operands) == 1:
        # Zeros beside weights are numbers like others.
        operands = [o.plain if o.known is not None and o.known.number == 0 else o for o in operands]
    if len(operands) == 2:
        sparse = _beside_zeros(call, operands, ["".join(letters) for letters in labels], output, sizes)
        if sparse is not None:
            return sparse
    known = {letter for letters in labels for letter in letters}
    new = tuple((letter, sizes[letter]) for letter in output if letter not in known)
    return call.add(Contract(tuple(labels), tuple(output), new), *operands)


def _beside_zeros(
    call: Call, operands: Sequence[Value], labels: Sequence[str], output: str, sizes: dict[str, int]
) -> Value | None:
    """The product of two values if it is known of one where it is zero, and it is a product of matrices."""
    summed = [letter for letter in labels[0] if letter in labels[1] and letter not in output]
    alone = [[c for c in mine if c not in others] for mine, others in (labels, reversed(labels))]
    if len(summed) != 1 or len(set(output)) != len({*labels[0], *labels[1]}) - 1:
        return None
    for i in (0, 1):
        ours, theirs = operands[i], operands[1 - i]
        if ours.known is not None and ours.known.number == 0 and theirs.known is None and len(alone[i]) == 1:
            shape = tuple(sizes[letter] for letter in output)
            return beside_zeros(call, ours, ours.known.where, theirs, (labels[i], labels[1 - i], output), shape)
    return None


@rule("mm", "_int_mm", "_scaled_mm")
def mm(call: Call) -> Value:
    """Rows with columns."""
    _ = call.out
    return contracted(call, [(call.args[0], "ik"), (call.args[1], "kj")], "ij")


@rule("bmm")
def bmm(call: Call) -> Value:
    """Rows with columns, in each matrix of a batch."""
    _ = call.out
    return contracted(call, [(call.args[0], "bik"), (call.args[1], "bkj")], "bij")


@rule("addmm", "_addmm_activation")
def addmm(call: Call) -> Value | None:
    """Rows with columns, and something added."""
    return _added(call, [(call.args[1], "ik"), (call.args[2], "kj")], "ij")


@rule("baddbmm")
def baddbmm(call: Call) -> Value | None:
    """Rows with columns in each matrix of a batch, and something added."""
    return _added(call, [(call.args[1], "bik"), (call.args[2], "bkj")], "bij")


@rule("addbmm")
def addbmm(call: Call) -> Value | None:
    """Rows with columns, summed over the batch, and something added."""
    return _added(call, [(call.args[1], "bik"), (call.args[2], "bkj")], "ij")


@rule("addmv")
def addmv(call: Call) -> Value | None:
    """Rows with a vector, and something added."""
    return _added(call, [(call.args[1], "ik"), (call.args[2], "k")], "i")


@rule("addr")
def addr(call: Call) -> Value | None:
    """Each element of a vector with each of another, and something added."""
    return _added(call, [(call.args[1], "i"), (call.args[2], "j")], "ij")


def _added(call: Call, parts: Sequence[tuple[Any, str]], output: str) -> Value | None:
    shape = call.shape
    values: list[tuple[Any, float]] = []
    # What is multiplied by zero is not even looked at.
    if float(call.arg("alpha", 1)) and any(call.value(t) for t, _ in parts):
        values.append((contracted(call, parts, output), 1.0))
    if float(call.arg("beta", 1)):
        values.append((call.args[0], float(call.arg("beta", 1))))
    if not any(isinstance(part, Value) or call.value(part) for part, _ in values):
        return None
    value = values[0][0] if len(values) == 1 else None
    return value if isinstance(value, Value) and value.shape == shape else totalled(call, values, shape)


@rule("mv")
def mv(call: Call) -> Value:
    """Rows with a vector."""
    _ = call.out
    return contracted(call, [(call.args[0], "ik"), (call.args[1], "k")], "i")


@rule("dot", "vdot", "inner")
def dot(call: Call) -> Value:
    """Everything with everything."""
    _ = call.out
    return contracted(call, [(call.args[0], "k"), (call.args[1], "k")], "")


@rule("_grouped_mm", "_scaled_grouped_mm")
def grouped_mm(call: Call) -> Value:
    """Rows with the matrix of their group; where groups end is left open, and of which matrix too."""
    rows, matrices = call.args[:2]
    shape = call.shape
    if rows.dim() == 3 and matrices.dim() == 3:
        return contracted(call, [(rows, "bik"), (matrices, "bkj")], "bij")
    if rows.dim() == 2 and matrices.dim() == 3:
        others = [call.bounded(call.whole(v)) for v in call.values([matrices, call.arg("offs")])]
        own = [contracted(call, [(rows, "ik"), (matrices[0], "kj")], "ij")] if call.value(rows) is not None else []
        return call.join([*own, *others], shape)
    return call.opaque(call.operands(), shape, bounded=True)


@rule("_weight_int8pack_mm")
def packed_mm(call: Call) -> Value:
    """Rows with the rows of packed weights."""
    _ = call.out
    return contracted(call, [(call.args[0], "ik"), (call.args[1], "jk")], "ij")


@rule("linear")
def linear(call: Call) -> Value:
    """The last dimension with the rows of a matrix."""
    x, weight = call.args[:2]
    bias = call.arg("bias")
    lead = "abcdefgh"[: x.dim() - 1]
    if x.shape[-1] == weight.shape[-1] and weight.dim() == 2:
        call.returns(torch.empty((*x.shape[:-1], weight.shape[0]), dtype=x.dtype, device="meta"))
    shape = call.shape
    values = []
    if call.value(x) or call.value(weight):
        out = "jk"[-weight.dim() :]
        values = [contracted(call, [(x, lead + "k"), (weight, out)], lead + out[:-1])]
    values += call.values([bias])
    return values[0] if len(values) == 1 and values[0].shape == shape else call.join(values, shape)


@rule("_trilinear")
def trilinear(call: Call) -> Value:
    """Three factors; what is summed over is read whole."""
    a, b, c, *rest = call.args
    shape = call.shape
    letters = "abcdefgh"[: len(a.shape) + len(rest[0])]

    def named(expanded: Sequence[int]) -> str:
        return "".join(letter for d, letter in enumerate(letters) if d not in expanded)

    summed = set(rest[3])
    output = "".join(letter for d, letter in enumerate(letters) if d not in summed)
    value = contracted(call, [(a, named(rest[0])), (b, named(rest[1])), (c, named(rest[2]))], output)
    return value if value.shape == shape else call.reshape(value, shape)
