"""Rules of the operations of PyTorch, a file for each family, and the table of them all."""

from __future__ import annotations

from eyeshot.frontends.torch.rules import (
    attention,
    convolution,
    copies,
    factories,
    fourier,
    gradients,
    indexing,
    linalg,
    losses,
    masks,
    matmul,
    normalisation,
    numbers,
    padding,
    patches,
    pointwise,
    pooling,
    quantised,
    recurrent,
    reductions,
    resize,
    sampling,
    values,
    views,
    writes,
)
from eyeshot.frontends.torch.rules.table import TABLE

__all__ = ["TABLE"]

_FAMILIES = (
    attention, convolution, copies, factories, fourier, gradients, indexing, linalg, losses, masks, matmul,
    normalisation, numbers, padding, patches, pointwise, pooling, quantised, recurrent, reductions, resize, sampling,
    values, views, writes,
)  # fmt: skip
