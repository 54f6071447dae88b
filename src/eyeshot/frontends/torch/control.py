"""Branches, loops and attention that a model hands to the framework as functions: `torch.cond`, `while_loop`, `map`.

The reader and the listener follow them alike, so that both see the same calls: a branch that is known is the only one
that runs, of one that the data choose both run, and a loop is what its body does again and again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.utils import _pytree as trees

from eyeshot.frontends.torch.failures import Ended

__all__ = ["FLEX_ATTENTION", "Truth", "follow", "mask_of"]

Truth = Callable[[Any], bool | None]
"""Whether a tensor of one truth value is true; None if it depends on an input."""

MAX_SCORES = 4_000_000
"""Most scores of an attention of which each is asked whether it counts."""

torch.library.define("eyeshot::either", "(Tensor condition, Tensor a, Tensor b) -> Tensor")
torch.library.impl("eyeshot::either", "CPU", torch.where)
torch.library.define(
    "eyeshot::flex_attention",
    "(Tensor query, Tensor key, Tensor value, Tensor? attn_mask) -> (Tensor, Tensor, Tensor)",
)

FLEX_ATTENTION = torch.ops.eyeshot.flex_attention.default


def follow(name: str, args: Sequence[Any], truth: Truth) -> Any:
    """What a function of functions returns; `NotImplemented` if it is none of those that are followed.

    Parameters
    ----------
    name : str
        Its name.
    args : sequence
        Its arguments.
    truth : callable
        Tells what a condition says.
    """
    way = _WAYS.get(name)
    return way(truth, *args) if way is not None else NotImplemented


def _cond(truth: Truth, pred: Any, if_true: Any, if_false: Any, operands: Sequence[Any]) -> Any:
    known = pred if isinstance(pred, bool) else truth(pred)
    if known is not None:
        return if_true(*operands) if known else if_false(*operands)
    first, spec = trees.tree_flatten(if_true(*operands))
    second, _ = trees.tree_flatten(if_false(*operands))
    either = torch.ops.eyeshot.either
    return trees.tree_unflatten(
        [either(pred, a, b) if isinstance(a, torch.Tensor) else a for a, b in zip(first, second, strict=True)], spec
    )


def _while(truth: Truth, condition: Any, body: Any, carried: Sequence[Any], more: Sequence[Any]) -> Any:
    while True:
        goes_on = condition(*carried, *more)
        known = goes_on if isinstance(goes_on, bool) else truth(goes_on)
        if known is None:
            raise Ended("while_loop")
        if not known:
            return tuple(carried)
        carried = body(*carried, *more)


def _map(_: Truth, function: Any, listed: Sequence[Any], more: Sequence[Any]) -> Any:
    results = [function(*(x[i] for x in listed), *more) for i in range(len(listed[0]))]
    return _stacked(results)


def _scan(_: Truth, combine: Any, carried: Sequence[Any], listed: Sequence[Any], more: Sequence[Any]) -> Any:
    count, results = len(carried), []
    for i in range(len(listed[0])):
        found = combine(*carried, *(x[i] for x in listed), *more)
        carried = found[:count]
        results.append(list(found[count:]))
    return (*carried, *_stacked(results))


def _stacked(results: Sequence[Any]) -> Any:
    """Results of one structure, each tensor of it stacked along a new first dimension."""
    leaves, specs = zip(*map(trees.tree_flatten, results), strict=True)
    columns = zip(*leaves, strict=True)
    return trees.tree_unflatten([torch.stack(c) if isinstance(c[0], torch.Tensor) else c[0] for c in columns], specs[0])


_WAYS: dict[str, Callable[..., Any]] = {"cond": _cond, "while_loop": _while, "map_impl": _map, "scan": _scan}


def mask_of(query: Any, key: Any, score_mod: Any, block_mask: Sequence[Any], *_: Any, **more: Any) -> Any:
    """What flexible attention adds to its scores, minus infinity where they do not count; None if it asks too many."""
    from torch._dynamo._trace_wrapped_higher_order_op import TransformGetItemToIndex
    from torch.nn.attention.flex_attention import _vmap_for_bhqkv

    shape = (query.shape[0], query.shape[1], query.shape[2], key.shape[2])
    if math.prod(shape) > MAX_SCORES:
        return None
    places = [torch.arange(n) for n in shape]
    change, allow = more.get("score_mod_other_buffers", ()), more.get("mask_mod_other_buffers", ())
    changed = _vmap_for_bhqkv(score_mod, prefix=(0,), suffix=(None,) * len(change))
    allowed = _vmap_for_bhqkv(block_mask[-1], prefix=(), suffix=(None,) * len(allow))
    with TransformGetItemToIndex():
        scores = changed(torch.zeros(shape, dtype=query.dtype), *places, *change)
        return torch.where(allowed(*places, *allow), scores, torch.tensor(-math.inf, dtype=query.dtype))
