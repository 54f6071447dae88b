"""Operations whose result holds the same values: copies, conversions; and those that only data can answer."""

from __future__ import annotations

import math

import torch

from eyeshot.errors import InputError
from eyeshot.frontends.torch.failures import Ended
from eyeshot.frontends.torch.rules.numbers import as_numbers
from eyeshot.frontends.torch.rules.table import Call, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.frontends.torch.tensors import loses_fractions
from eyeshot.graph.ops import Pointwise

__all__: list[str] = []


@rule(
    "clone", "contiguous", "lift", "lift_fresh_copy", "alias_copy", "detach_copy", "_pin_memory",
    "_conj_copy", "prims::clone",
)  # fmt: skip
def same(call: Call) -> Value | None:
    """The value itself."""
    return call.value(call.args[0])


@rule("_to_copy", "prims::convert_element_type")
def converted(call: Call) -> Value | None:
    """The value itself, in a step of its own where its fractions are lost: whole numbers are no copy.

    A real number that becomes a complex one is its real part.
    """
    source, wanted = call.args[0], call.arg("dtype")
    value = call.value(source)
    if value is not None and wanted is not None and wanted.is_complex != source.is_complex():
        return as_numbers(call.tape, value, is_complex=wanted.is_complex)
    if value is None or not loses_fractions(source.dtype, wanted):
        return value
    call.tape.source = "to"
    return call.tape.add(Pointwise(), value, shape=value.shape)


@rule("copy")
def copy(call: Call) -> Value | None:
    """The second argument, broadcast to the first."""
    source = call.value(call.args[1])
    if source is None:
        return None
    whole = loses_fractions(call.args[1].dtype, call.args[0].dtype)
    if call.args[0].is_complex() != call.args[1].is_complex():
        source = as_numbers(call.tape, source, is_complex=call.args[0].is_complex())
    return source if source.shape == call.shape and not whole else call.join([source], call.shape)


@rule(
    "fill", "zero", "bernoulli", "uniform", "normal_", "normal_functional", "random", "exponential", "geometric",
    "log_normal", "cauchy",
)  # fmt: skip
def overwritten(call: Call) -> Value | None:
    """What was there does not count any more."""
    new = call.args[1] if len(call.args) > 1 else None
    value = call.value(new)
    return None if value is None else call.join([value], call.shape)


@rule("_sample_dirichlet")
def sampled(call: Call) -> Value:
    """Numbers drawn by all the weights."""
    return call.opaque(call.operands(), call.shape, bounded=True)


@rule(
    "_local_scalar_dense", "_unique", "_unique2", "allclose", "argwhere", "bincount", "equal",
    "is_nonzero", "item", "nonzero", "nonzero_numpy", "repeat_interleave.Tensor",
    "torchvision::nms", "torchvision::qnms", "unique_consecutive", "unique_dim",
)  # fmt: skip
def needs_numbers(call: Call) -> None:
    """Nothing without data: here the capture ends."""
    raise Ended(call.func._schema.name.removeprefix("aten::"), call.operands(), drawn=call.has_drawn())


@rule("masked_select")
def masked_select(call: Call) -> Value | None:
    """The elements at the places of a known mask; data that make the mask end the capture."""
    x, mask = call.args
    numbers = call.real(mask)
    if numbers is None:
        raise Ended("masked_select", call.operands())
    shape = torch.broadcast_shapes(x.shape, mask.shape)
    places = numbers.expand(shape).flatten().nonzero().flatten()
    call.returns(torch.empty((len(places),), dtype=x.dtype, device="meta"))
    if not len(places):
        return None
    return call.pick(call.reshape(call.join([call.solid(x)], shape), (math.prod(shape),)), places)


@rule("is_same_size")
def is_same_size(call: Call) -> None:
    """An answer that shapes give."""
    call.returns(call.args[0].shape == call.args[1].shape)


@rule("eyeshot::either")
def either(call: Call) -> Value:
    """The results of two branches, of which the data choose one."""
    call.like(call.args[1])
    return call.bounded(call.join(call.operands(), call.shape))


@rule("resize", "resize_", "resize_as", "resize_as_", "set.source_Tensor", "set_.source_Tensor")
def resized(call: Call) -> Value | None:
    """Memory of another size, or of another tensor: not followed, unless nothing changes."""
    x, given = call.args[:2]
    if (
        tuple(given.shape if isinstance(given, torch.Tensor) else given) == tuple(x.shape)
        and "set" not in call.tape.source
    ):
        return call.value(x)
    raise InputError(
        f"`{call.tape.source}_` must leave the size {tuple(x.shape)} as it is, for memory that changes its size is not "
        "followed; use a view, a slice or `torch.cat`"
    )
