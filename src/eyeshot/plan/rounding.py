"""What PyTorch rounds in tiles otherwise than in the whole: the places at which it resamples.

It computes them in float32, from the beginning of what it is given. Far from the beginning of a large image they are
off by more than in a tile, which begins anew. Only factors that binary numbers hold leave them exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from eyeshot.analyses.terms import Term
from eyeshot.analyses.walk import Walk
from eyeshot.graph.core import Graph, Node
from eyeshot.graph.ops import Resample
from eyeshot.plan.results import AxisCut, Rounding

__all__ = ["roundings"]

_BITS = 24
"""Binary digits of a number in float32."""


def roundings(graph: Graph, walk: Walk, cuts: Sequence[AxisCut], needed: set[str]) -> tuple[Rounding, ...]:
    """Nodes that resample at places which float32 does not hold, along axes that are cut.

    Parameters
    ----------
    graph : Graph
        The network at the size of the image.
    walk : Walk
        The theoretical walk over it.
    cuts : sequence of AxisCut
        The cuts along each axis of the image.
    needed : set of str
        Nodes that the wanted values are made of.
    """
    found = []
    for node in graph.nodes:
        if node.name in needed and isinstance(node.op, Resample):
            shape = graph.shapes[node.inputs[0]]
            by_axis = _rounded_axes(node, node.op, shape, walk, cuts)
            if by_axis:
                names = tuple(cuts[axis].axis for axis in by_axis)
                pixels = tuple(n * 2.0 ** (1 - _BITS) for n in by_axis.values())
                found.append(Rounding(node.name, node.source, names, pixels))
    return tuple(found)


def _rounded_axes(
    node: Node, op: Resample, shape: tuple[int, ...], walk: Walk, cuts: Sequence[AxisCut]
) -> dict[int, int]:
    """Axes of the image that are cut and along which places are rounded, each with the side of what is resampled."""
    first = len(shape) - len(op.sizes)
    found: dict[int, int] = {}
    for d, (n, ratio) in enumerate(zip(shape[first:], op.ratios(shape), strict=True)):
        if op.is_nearest or _is_held(ratio, op.sizes[d]):
            continue
        for axis in _axes_of(node, first + d, walk, len(cuts)):
            if len(cuts[axis].reads) > 1:
                found[axis] = max(n, found.get(axis, 0))
    return dict(sorted(found.items()))


def _axes_of(node: Node, d: int, walk: Walk, axes: int) -> set[int]:
    """Axes of the image that a dimension of a value follows; all of them where that is not known."""
    found: set[int] = set()
    for term in walk.fields.get(node.name, ()):
        if not isinstance(term, Term):
            return set(range(axes))
        found |= {part.axis for part in term.dims[d] if part.stride}
    return found


def _is_held(ratio: Fraction, n: int) -> bool:
    """Whether float32 holds every place ``ratio · (o + ½)``, and what it is made of, exactly."""
    is_dyadic = not ratio.denominator & (ratio.denominator - 1)
    return is_dyadic and 2 * n * ratio.numerator < 2**_BITS
