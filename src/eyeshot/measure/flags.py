"""Truth values for every element of a value, taken together where elements are said to be alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from eyeshot.analyses.layout import Layout
from eyeshot.index.sets import IndexSet

__all__ = ["any_and_all", "any_at", "any_of_features", "changed", "noise_of_weights", "poisoned"]

Bools = npt.NDArray[np.bool_]

_NOISE = 1e-9
"""Least change, as a part of the largest number, that is no rounding: numbers of 64 bits carry 16 digits."""
_ROUNDED_WEIGHT = 1024
"""Weights that are zero in exact arithmetic come out of a computed position as so many units of rounding at most."""


def poisoned(tensor: Any) -> Any:
    """Which elements are NaN."""
    return tensor.isnan()


def changed(tensor: Any, clean: Any, *, noise: float = _NOISE) -> Any:
    """Which elements are other than in the clean run, by more than rounding."""
    if tensor.dtype is torch.bool or not (tensor.is_floating_point() or tensor.is_complex()):
        return tensor != clean
    scale = max(float(t.abs().nan_to_num(0.0, 0.0, 0.0).max()) for t in (tensor, clean)) * noise
    # Infinity less infinity is NaN, and equal all the same; NaN is never in the clean run.
    return ((tensor - clean).abs() > scale) | ((tensor != clean) & ~(tensor - clean).isfinite())


def noise_of_weights(tensor: Any) -> float:
    """What a weight that should be zero leaves, as a part of the largest number; 0 for numbers without fractions."""
    return _ROUNDED_WEIGHT * torch.finfo(tensor.dtype).eps if tensor.is_floating_point() else 0.0


def any_and_all(flags: Any, keep: Sequence[int]) -> tuple[Bools, Bools]:
    """Whether any and whether all of the elements that differ only in the other dimensions are set.

    Parameters
    ----------
    flags : bool tensor
        With one more dimension in front, which is kept.
    keep : sequence of int
        Dimensions, without that one, that are kept.

    Returns
    -------
    any, all : bool arrays
    """
    some = every = flags.contiguous().view(torch.uint8)
    # The outermost dimension first: then the inner ones lie side by side for the processor's vectors.
    gone = [d + 1 for d in range(flags.dim() - 1) if d not in keep]
    for already, d in enumerate(gone):
        some, every = some.amax(d - already), every.amin(d - already)
    return some.numpy().astype(np.bool_), every.numpy().astype(np.bool_)


def any_of_features(flags: Any, layout: Layout) -> Bools:
    """Whether any element of each feature is set; with one more dimension in front, which is kept."""
    factors = [(size, axis, d) for d, parts in enumerate(layout.dims) for size, axis in parts]
    apart = flags.reshape(flags.shape[0], *(size for size, _, _ in factors))
    some, _ = any_and_all(apart, [i for i, (_, axis, _) in enumerate(factors) if axis >= 0])
    axes = [axis for _, axis, _ in factors if axis >= 0]
    # Stable: the factors of one axis stay in the order in which they make up its number.
    order = sorted(range(len(axes)), key=axes.__getitem__)
    return some.transpose(0, *(1 + i for i in order)).reshape(flags.shape[0], *layout.extents)


def any_at(flags: Any, sets: Sequence[IndexSet]) -> Bools:
    """Whether any of some elements is set, for each index of the first dimension."""
    for d, inside in enumerate(sets, 1):
        if inside.is_span(flags.shape[d]):
            continue
        if len(inside.runs) == 1:
            ((start, stop),) = inside.runs
            flags = flags.narrow(d, start, stop - start)
        else:
            flags = flags.index_select(d, torch.tensor(list(inside)))
    found: Bools = flags.reshape(flags.shape[0], -1).any(1).numpy()
    return found
