"""What is put into a model: inputs with one row or pixel poisoned, or replaced by other numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from eyeshot.graph.core import Graph, Value
from eyeshot.measure.claims import Probe
from eyeshot.measure.clean import Tensors, batched
from eyeshot.running.lookups import nan_of

__all__ = ["Random", "holds_nan", "pixel_probes", "poisoned_inputs", "row_probes"]

_LOUDNESS = (1.0, 30.0, 1000.0, 1.0, 100.0, 0.1, 1000.0, 10.0)
"""How far the other numbers lie from the clean ones, in each try: quiet for what saturates, loud for maxima."""
_TRIES = 24
"""Most tries with other numbers."""


class Random:
    """All random choices of a proof, from one seed.

    Parameters
    ----------
    seed : int
        Where they begin.
    """

    def __init__(self, seed: int) -> None:
        self.choices = np.random.default_rng(seed)
        self.numbers = torch.Generator().manual_seed(seed)

    @property
    def tries(self) -> int:
        """How many times other numbers are tried at most."""
        return _TRIES

    def changed(self, clean: Tensors, probes: Sequence[Probe], number: int, *, below: int) -> Tensors:
        """A batch of inputs, in each the probe's elements replaced by other random numbers.

        Parameters
        ----------
        clean : dict of str to Tensor
            The clean input.
        probes : sequence of Probe
            What is replaced in each.
        number : int
            Which try.
        below : int
            Integers are drawn below this one.
        """
        tensors = batched(clean, len(probes))
        for sample, probe in zip(tensors[probes[0].input.name], probes, strict=True):
            part = sample[_index(probe)]
            sample[_index(probe)] = self.other(part, number, below)
        return tensors

    def other(self, part: Any, number: int, below: int) -> Any:
        """Other random numbers in place of some."""
        loudness = _LOUDNESS[number % len(_LOUDNESS)]
        if part.is_floating_point() or part.is_complex():
            noise = torch.randn(part.shape, generator=self.numbers, dtype=torch.float64)
            return part + (loudness * noise).to(part.dtype)
        if part.dtype is torch.bool:
            return ~part
        step = torch.randint(1, max(2, below), part.shape, generator=self.numbers)
        return ((part + step) % max(2, below)).to(part.dtype)


def holds_nan(tensor: Any) -> bool:
    """Whether a tensor's numbers can be NaN."""
    return bool(tensor.is_floating_point() or tensor.is_complex())


def poisoned_inputs(clean: Tensors, probes: Sequence[Probe]) -> Tensors:
    """A batch of inputs, in each the probe's elements NaN; the probes are of one input."""
    tensors = batched(clean, len(probes))
    for sample, probe in zip(tensors[probes[0].input.name], probes, strict=True):
        sample[_index(probe)] = nan_of(sample.dtype)
    return tensors


def _index(probe: Probe) -> tuple[slice, ...]:
    return tuple(slice(*inside.hull) for inside in probe.sets)


def row_probes(graph: Graph, most: int | None, random: Random) -> Iterator[tuple[Value, int, list[Probe]]]:
    """Rows along every axis of every input: all of them, or so many at random, the first and the last among them."""
    for value in graph.inputs:
        for axis, described in enumerate(value.axes):
            n = value.shape[described.dim]
            rows = range(n)
            if most is not None and most < n:
                inner = random.choices.permutation(np.arange(1, n - 1))[: max(0, most - 2)]
                rows = sorted({*inner.tolist(), *([0, n - 1][:most])})  # type: ignore[assignment]
            yield value, axis, [Probe(value, axis, (row,)) for row in rows]


def pixel_probes(graph: Graph, count: int, random: Random) -> Iterator[tuple[Value, list[Probe]]]:
    """So many pixels of every input at random, none twice."""
    for value in graph.inputs:
        sizes = tuple(value.shape[axis.dim] for axis in value.axes)
        total = math.prod(sizes)
        chosen = random.choices.choice(total, min(count, total), replace=False).tolist() if sizes else []
        places = (np.unravel_index(k, sizes) for k in chosen)
        yield value, [Probe(value, None, tuple(int(i) for i in place)) for place in places]
