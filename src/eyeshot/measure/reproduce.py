"""The smallest example of something that was said wrongly: one feature and one pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from eyeshot.analyses.support import elements_read
from eyeshot.graph.core import Value
from eyeshot.index.sets import IndexSet
from eyeshot.measure.claims import Claims, Probe, box_mask
from eyeshot.measure.clean import Tensors, batched
from eyeshot.measure.flags import changed, noise_of_weights, poisoned
from eyeshot.measure.ledger import Entry
from eyeshot.measure.passage import Passage
from eyeshot.measure.probes import Random
from eyeshot.measure.results import Mismatch
from eyeshot.measure.runner import Runner
from eyeshot.running.lookups import nan_of

__all__ = ["Oracle", "reproduced"]

Bools = npt.NDArray[np.bool_]
Element = tuple[int, ...]


class Oracle:
    """Tells which elements of one value read a region of an input, by runs of a single input.

    Parameters
    ----------
    runner : Runner
        The network.
    clean : dict of str to Tensor
        The clean input.
    random : Random
        Source of other numbers.
    below : int
        Integers of an input lie below this one.
    entry : Entry
        The value, with the evidence: NaN, or other numbers.
    """

    def __init__(self, runner: Runner, clean: Tensors, random: Random, below: int, entry: Entry) -> None:
        self._runner, self._clean, self._random, self._below = runner, clean, random, below
        self._name = entry.node.name
        self._by_change = entry.evidence is not None and entry.evidence.by_change
        self._unchanged = self._value(batched(clean, 1)) if self._by_change else None
        invents = self._by_change and entry.passage & Passage.INVENTS
        self._noise = noise_of_weights(self._unchanged) if invents else 0.0

    def readers(self, value: Value, region: tuple[slice, ...]) -> Bools:
        """Which elements of the value read a region of an input."""
        found: Bools
        inputs = batched(self._clean, 1)
        part = inputs[value.name][0]
        if not self._by_change:
            part[region] = nan_of(part.dtype)
            found = poisoned(self._value(inputs)).numpy()
            return found
        flags = None
        for number in range(self._random.tries):
            part[region] = self._random.other(part[region], number, self._below)
            one = changed(self._value(inputs), self._unchanged, noise=self._noise)
            flags = one if flags is None else flags | one
        found = torch.as_tensor(flags).numpy()
        return found

    def _value(self, inputs: Tensors) -> Any:
        kept: list[Any] = []
        self._runner.run(inputs, lambda name, t: kept.append(t[0].clone()) if name == self._name else None)
        return kept[0]


def reproduced(claims: Claims, oracle: Oracle, entry: Entry) -> Mismatch | None:
    """The first feature about which the evidence is wrong, and a pixel of the row for which it is.

    None if the evidence does not come again in a run of its own.
    """
    evidence, node = entry.evidence, entry.node
    if evidence is None:
        return None
    probe = evidence.probe
    seen = oracle.readers(probe.input, _region(probe))
    element, expected = _first_wrong(claims, entry, probe, seen)
    if element is None:
        return None
    pixel = _pixel_seen(oracle, probe, element) if not expected else _pixel_said(claims, entry, probe, element)
    layout = claims.layout(node.name)
    (position,) = layout.positions(tuple(IndexSet.span(i, i + 1) for i in element))
    axes = tuple(axis.name for axis in probe.input.axes)
    if pixel is None:
        axes, pixel = (axes if probe.axis is None else (axes[probe.axis],)), probe.at
    return Mismatch(
        name=node.name,
        layer=node.layer,
        feature=tuple(inside.hull[0] for inside in position),
        feature_axes=layout.names,
        input=probe.input.name,
        axes=axes,
        pixel=pixel,
        expected=expected,
        seen=not expected,
    )


def _first_wrong(claims: Claims, entry: Entry, probe: Probe, seen: Bools) -> tuple[Element | None, bool]:
    """An element of which it is said wrongly that it reads the probe, or that it does not; and what is said."""
    shape, name = entry.node.shape, entry.node.name
    boxes = claims.reached(probe)
    may = must = box_mask(boxes.get(name, ()), shape, range(len(shape))) if boxes is not None else np.ones(shape, bool)
    if probe.axis is not None:
        lo, hi = claims.hull(name, probe.input, probe.axis)
        (row,) = probe.at
        inside, ends = (lo <= row) & (row < hi), (lo < hi) & ((lo == row) | (hi == row + 1))
        may = may & inside
        must = np.broadcast_to(ends, shape) if boxes is None else must | ends
    too_many, too_few = seen & ~may, must & ~seen
    if too_many.any():
        return _first(too_many), False
    if too_few.any() and entry.is_exact:
        return _first(too_few), True
    # The elements agree, so a support or a set of features must not.
    for watched in entry.watched:
        if bool(seen[np.ix_(*(list(inside) for inside in watched.sets))].any()) != watched.reads(probe):
            return tuple(inside.hull[0] for inside in watched.sets), watched.reads(probe)
    return None, False


def _first(flags: Bools) -> Element:
    return tuple(int(i) for i in np.argwhere(flags)[0])


def _region(probe: Probe) -> tuple[slice, ...]:
    return tuple(slice(*inside.hull) for inside in probe.sets)


def _pixel_seen(oracle: Oracle, probe: Probe, element: Element) -> Element | None:
    """A single pixel of a row that an element reads, found by halving."""
    region = list(_region(probe))
    dims = [axis.dim for axis in probe.input.axes]
    for d in dims:
        while region[d].stop - region[d].start > 1:
            middle = (region[d].start + region[d].stop) // 2
            halves = [slice(region[d].start, middle), slice(middle, region[d].stop)]
            for half in halves:
                tried = (*region[:d], half, *region[d + 1 :])
                if oracle.readers(probe.input, tried)[element]:
                    region[d] = half
                    break
            else:
                return None
    return tuple(region[d].start for d in dims)


def _pixel_said(claims: Claims, entry: Entry, probe: Probe, element: Element) -> Element | None:
    """A single pixel of a row that an element is said to read."""
    sets = tuple(IndexSet.span(i, i + 1) for i in element)
    for box in elements_read(claims.graph, entry.node, (sets,)).get(probe.input.name, ()):
        both = [mine & asked for mine, asked in zip(box, probe.sets, strict=True)]
        if all(both):
            return tuple(both[axis.dim].hull[0] for axis in probe.input.axes)
    return None
