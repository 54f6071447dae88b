"""Dimensions of values that hold nothing but channels and samples: what a feature has several elements along."""

from __future__ import annotations

import math

from eyeshot.graph.access import Access, Reading, Shape
from eyeshot.graph.core import Graph, Node

__all__ = ["places_of"]


def places_of(graph: Graph) -> dict[str, tuple[bool, ...]]:
    """For every value and dimension whether indices along it may be places, and not only channels or samples.

    Whoever mixes places (a matrix over rows, a transform) makes places of them again, whatever dimension they then
    stand in. Channels made of channels alone stay channels.
    """
    found = {v.name: tuple(d in {axis.dim for axis in v.axes} for d in range(len(v.shape))) for v in graph.inputs}
    for node in graph.nodes:
        found[node.name] = _places(graph, node, found)
    return found


def _places(graph: Graph, node: Node, known: dict[str, tuple[bool, ...]]) -> tuple[bool, ...]:
    here = [False] * len(node.shape)
    linked: set[int] = set()
    mixes = False
    for operand, reading in graph.readings(node):
        places = [place and n > 1 for place, n in zip(known[operand], graph.shapes[operand], strict=True)]
        mixes |= _carry(reading, places, here, linked)
    if mixes:
        here = [place or d not in linked for d, place in enumerate(here)]
    return tuple(place and n > 1 for place, n in zip(here, node.shape, strict=True))


def _carry(reading: Reading, places: list[bool], here: list[bool], linked: set[int]) -> bool:
    """Mark dimensions of the result that an operand's places go to; whether some of them are read as a whole."""
    if not isinstance(reading, Access):
        for ins, outs in reading.groups():
            linked.update(outs)
            for d in _holding(ins, outs, reading.in_shape, reading.out_shape, places):
                here[d] = True
        return False
    mixes = False
    for link, place in zip(reading.links, places, strict=True):
        if link.dim is None:
            mixes |= place
        else:
            linked.add(link.dim)
            here[link.dim] |= place
    return mixes


def _holding(ins: tuple[int, ...], outs: tuple[int, ...], old: Shape, new: Shape, places: list[bool]) -> set[int]:
    """Dimensions of a reshaped group in which something of its places stands."""
    whole = math.prod(new[d] for d in outs)
    spans = {}
    for dims, shape in ((ins, old), (outs, new)):
        inner = whole
        for d in dims:
            spans[d, shape is new] = (inner // shape[d], inner)
            inner //= shape[d]
    return {
        out
        for out in outs
        for d in ins
        if places[d] and spans[d, False][0] < spans[out, True][1] and spans[out, True][0] < spans[d, False][1]
    }
