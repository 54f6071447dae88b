"""Tiles without seams: what is asked for, as a plan."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from typing import Any

from eyeshot.analyses.analysis import Analysis
from eyeshot.api.plan import Plan
from eyeshot.api.sized import SizedModel, SizedReader
from eyeshot.errors import InputError, ModelReferenceError, nearest
from eyeshot.graph.core import Graph
from eyeshot.plan.tiling import Planner

__all__ = ["tile"]


def tile(
    model: Any,
    image_shape: Any = None,
    *,
    tile: Any = None,
    memory: int | str | None = None,
    output: str | Sequence[str] | None = None,
    axes: str | None = None,
    padding: str | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Plan:
    """Plan how to run a model tile by tile so that the result is that of the whole image.

    Parameters
    ----------
    model : torch.nn.Module, str, path, list or dict
        As for `eyeshot.load`, except a graph, which has one size only.
    image_shape : int, str or sequence of int
        The image's size in pixels, ``"20000x20000"``, ``(3, 20000, 20000)``, with channels and batch or without.
    tile : int, str or sequence of int, optional
        Pixels of a tile, its margins included: one number, or one per axis. An axis as long as the tile, or shorter,
        is not cut; an image no larger than a tile is one tile, whatever the model does.
    memory : int or str, optional
        Instead of a size: bytes that a run on one tile may take, ``"8GB"``, weights and buffers included, on the CPU;
        the largest such tile is planned. Without either, the recommended size is, and `Plan.options` lists others.
    output : str or sequence of str, optional
        Layers, modules or nodes whose values are wanted, instead of the model's outputs.
    axes, padding, arguments
        As for `eyeshot.load`.

    Returns
    -------
    Plan
        Prints as a summary.

    Raises
    ------
    EyeshotError
        One line that says where, what must hold, what was found and what to do.

    Examples
    --------
    >>> import eyeshot
    >>> plan = eyeshot.tile("unet_bilinear", (1, 3, 4096, 4096), tile=1024)
    >>> plan.verdict.value, plan.halo, plan.alignment, plan.grid
    ('exact if aligned', ((110, 110), (110, 110)), (16, 16), (6, 6))
    """
    if tile is not None and memory is not None:
        raise InputError("a plan is made for a tile size or for an amount of memory; give one of them")
    source = SizedModel(model, axes, padding, arguments)
    whole = source.graph(image_shape)
    dims = tuple(axis.dim for axis in whole.inputs[0].axes)
    shape = whole.inputs[0].shape

    reader = SizedReader(source, shape, dims)
    planner = Planner(
        reader.graph,
        tuple(shape[d] for d in dims),
        wanted=_wanted(whole, output),
        item=source.item,
        reader=reader,
        weights=source.weights,
        foretold=None if not source.is_module else lambda extents: source.taken(reader.sized(extents)),
    )
    budget = None if memory is None else _bytes(memory)
    size = None if tile is None else _size(tile, planner.names)
    return Plan(planner.plan(size, memory=budget), planner)


def _wanted(graph: Graph, output: str | Sequence[str] | None) -> list[str]:
    """Nodes that names of layers, modules or nodes mean."""
    if output is None:
        return []
    ends, groups = Analysis(graph).layer_ends, dict(graph.groups)
    found = []
    for name in [output] if isinstance(output, str) else output:
        node = name if name in graph.by_name else groups.get(name) or ends.get(name)
        if node not in graph.by_name:
            raise ModelReferenceError(
                f"`{graph.name}` has no layer `{name}`{nearest(name, (*groups, *ends, *graph.by_name))}"
            )
        found.append(node)
    return found


def _size(given: Any, names: Sequence[str]) -> tuple[int, ...]:
    """Pixels of a tile per axis."""
    listed: list[Any] = re.split(r"[x×,]", given.strip().lower()) if isinstance(given, str) else _several(given)
    try:
        sizes = [int(n) if isinstance(n, str) else operator.index(n) for n in listed]
    except (TypeError, ValueError):
        raise InputError(f"a tile must be whole numbers of pixels such as 1024 or 512x1024, but is {given!r}") from None
    if len(sizes) == 1:
        sizes *= len(names)
    if len(sizes) != len(names):
        raise InputError(
            f"a tile must have one number, or one for each axis ({', '.join(names)}), but has {len(sizes)}: {given!r}"
        )
    if min(sizes) < 1:
        raise InputError(f"a tile must have at least 1 pixel along each axis, but is {given!r}")
    return tuple(sizes)


def _several(given: Any) -> list[Any]:
    return list(given) if isinstance(given, Sequence) else [given]


def _bytes(memory: int | str) -> int:
    from eyeshot.measure.sizes import parse_memory

    return parse_memory(memory)
