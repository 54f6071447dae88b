"""The union of grids: as few of them as exactness allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from eyeshot.analyses.grids import GridTerm
from eyeshot.analyses.term_union import merge
from eyeshot.analyses.terms import Field, Term
from eyeshot.graph.access import Shape

__all__ = ["merge_grids"]


def merge_grids(terms: Sequence[Term | GridTerm], shape: Shape) -> Field:
    """One grid for each input, set of global axes and dimensions that carry the axes.

    Grids know each index, so their hull is always exact. Those carried along other dimensions (queries and keys of
    an attention matrix) stay apart, because a reduction may be global for one and not for the other.
    """
    merged: dict[tuple[object, ...], GridTerm] = {}
    laid_out = {term.input for term in terms if isinstance(term, GridTerm)}
    products = [term for term in terms if term.input not in laid_out]
    for term in terms:
        if term.input not in laid_out:
            continue
        grid = GridTerm.of(term, shape) if isinstance(term, Term) else term
        key = (grid.input, grid.global_axes, grid.running_axes, grid.carried, grid.masks)
        known = merged.get(key)
        if known is None:
            merged[key] = grid
            continue
        merged[key] = GridTerm(
            grid.input,
            np.minimum(known.lo, grid.lo),
            np.maximum(known.hi, grid.hi),
            grid.carried,
            grid.global_axes,
            grid.masks,
            grid.running_axes,
        )
    found = _without_masks(merged.values(), shape)
    if len(found) < len(merged):
        return merge_grids([*products, *found], shape)
    return (*merge(products, shape), *found)


def _without_masks(grids: Iterable[GridTerm], shape: Shape) -> list[GridTerm]:
    """Grids that differ in the indices of one mask only, made one."""
    joined: dict[object, GridTerm] = {}
    for grid in grids:
        if len(grid.masks) != 1:
            joined[id(grid)] = grid
            continue
        ((d, mask),) = grid.masks
        arrays = (grid.lo.shape, grid.lo.tobytes(), grid.hi.tobytes())
        key = (grid.input, grid.global_axes, grid.running_axes, grid.carried, d, *arrays)
        known = joined.get(key)
        joined[key] = replace(grid, masks=((d, mask | known.masks[0][1]),)) if known is not None else grid
    return [
        replace(grid, masks=tuple((d, mask) for d, mask in grid.masks if not mask.is_span(shape[d])))
        for grid in joined.values()
    ]
