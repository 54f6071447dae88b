"""What a running network really reads: change numbers of its input, or put NaN there, and see what differs.

Nothing here uses the package. A change that is seen proves a reading. That no change is seen in many tries, and no NaN
arrives either, says that nothing is read; NaN alone says too much behind a softmax whose weights are 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from hostile.net import Net, inside
from hostile.step import Label
from torch import Tensor

__all__ = ["Numbering", "Probe", "Truth", "Watched", "hulls", "observed", "pixels_of", "rows_of", "watched"]

Bools = npt.NDArray[np.bool_]

LOUD = (1.0, 3.0, 0.3, 10.0)
"""How large changes are, try after try."""
SEEN, UNSEEN = 1e-9, 1e-13
"""From this share of the largest number on a difference is a reading; up to that one it is none."""
MOST_NUMBERS = 4_000_000
"""Numbers of an input that are run at once."""


@dataclass(frozen=True)
class Watched:
    """A value of a network that is compared: its key for eyeshot, and the axes of its dimensions."""

    key: str
    labels: tuple[Label, ...]


Probe = tuple[object, ...]
"""Where an input is changed: an index of it, without the batch."""


@dataclass
class Truth:
    """What was seen of one value, for one input.

    Parameters
    ----------
    changed : bool array (probes, *shape)
        Elements that surely read what was changed there.
    perhaps : bool array of the same shape
        Those, and elements whose difference may be rounding.
    poisoned : bool array of the same shape
        Elements that NaN arrived at.
    nonzero : bool array of the same shape
        Elements that were anything but 0 in some run. What is always 0 shows nothing of what it is multiplied with.
    """

    changed: Bools
    perhaps: Bools
    poisoned: Bools
    nonzero: Bools


def watched(net: Net) -> list[Watched]:
    """Values that can be asked for, in the order of `values`."""
    maps: list[tuple[int, ...]] = []
    shown: list[tuple[Label, ...]] = []
    with torch.no_grad():
        x, *others = net.inputs()
        x = x.transpose(1, 2) if net.plan.tokens else x
        for i, step in enumerate(net.steps):
            x = step(x, *others) if "second" in step.traits else step(x)
            maps.append(tuple(x.shape))
            shown += [_turned(labels, net.labels(i)) for inner in inside(step) for _, labels in inner.seen]
    keys = [f"[{i}]" for i in range(1 + len(shown))]
    found = [Watched(key, labels) for key, labels in zip(keys[1:], shown, strict=True)]
    of_maps = [_of_map(shape, net.labels(i + 1)) for i, shape in enumerate(maps)]
    steps = [Watched(f"steps.{i}", labels) for i, labels in enumerate(of_maps[:-1])]
    # A result that is the only one has no name but that of the step that made it.
    return [Watched(f"steps.{len(maps) - 1}", of_maps[-1]), *found, *steps]


def _of_map(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[Label, ...]:
    return tuple(() if d < 2 else ((axes[d - 2], n),) for d, n in enumerate(shape))


def _turned(labels: tuple[Label, ...], axes: tuple[int, ...]) -> tuple[Label, ...]:
    """Labels within a step by the axes that the map has there."""
    return tuple(tuple((axes[axis], n) for axis, n in label) for label in labels)


def values(net: Net, inputs: tuple[Tensor, ...]) -> list[Tensor]:
    """The result, what steps show, and the map after each step but the last."""
    maps: list[Tensor] = []
    handles = [step.register_forward_hook(lambda _m, _a, y: maps.append(y.clone())) for step in list(net.steps)[:-1]]
    try:
        with torch.no_grad():
            found = [*net(*inputs)]
    finally:
        for handle in handles:
            handle.remove()
    return [*found, *maps]


# ---------------------------------------------------------------------- runs


def observed(net: Net, number: int, probes: list[Probe], *, tries: int = len(LOUD), seed: int = 0) -> list[Truth]:
    """What each value of a network reads where one input is changed: one `Truth` for each of `values`."""
    truths: list[Truth] = []
    for attempt in range(-1, tries):
        base = net.inputs(seed=seed + max(attempt, 0))
        for at, outcome in enumerate(_differences(net, base, number, probes, attempt, seed)):
            if attempt < 0:
                truths.append(Truth(*(np.zeros_like(outcome[0]) for _ in range(2)), outcome[0], outcome[2]))
            else:
                truths[at].changed |= outcome[0]
                truths[at].perhaps |= outcome[1]
                truths[at].nonzero |= outcome[2]
    return truths


def _differences(
    net: Net, base: tuple[Tensor, ...], number: int, probes: list[Probe], attempt: int, seed: int
) -> list[tuple[Bools, ...]]:
    """For every value whether each element differs surely, perhaps, and is not 0; for attempt −1 whether it is NaN."""
    clean = values(net, base)
    parts: list[list[tuple[Bools, ...]]] = [[] for _ in clean]
    size = max(1, MOST_NUMBERS // max(1, base[number].numel()))
    for first in range(0, len(probes), size):
        some = probes[first : first + size]
        x = _probed(base[number], some, attempt, seed)
        # Each in memory of its own: circular padding writes into what it is given.
        batch = [z.repeat(len(some), *[1] * (z.dim() - 1)) for z in base]
        batch[number] = x
        for part, before, after in zip(parts, clean, _batched(net, tuple(batch), clean), strict=True):
            part.append(_compared(before, after, attempt))
    return [tuple(map(np.concatenate, zip(*part, strict=True))) for part in parts]


def _probed(x: Tensor, probes: list[Probe], attempt: int, seed: int) -> Tensor:
    """An input for each probe, changed there."""
    random = torch.Generator().manual_seed(seed * 100 + attempt + 7)
    many = x.repeat(len(probes), *[1] * (x.dim() - 1))
    for row, probe in zip(many, probes, strict=True):
        piece = row[probe]
        if attempt < 0:
            row[probe] = math.nan
        else:
            change = torch.randn(piece.shape, dtype=x.dtype, generator=random)
            row[probe] = piece + LOUD[attempt % len(LOUD)] * (change + change.sign() * 0.2)
    return many


def _batched(net: Net, inputs: tuple[Tensor, ...], clean: list[Tensor]) -> list[Tensor]:
    """Values with the probes in front, (probes, *shape); run one by one where a batch is not independent runs."""
    many = len(inputs[0])
    together = [y.reshape(many, *z.shape) for y, z in zip(values(net, inputs), clean, strict=True)]
    if all(_are_alike(_alone(net, inputs, i), [y[i] for y in together]) for i in {0, many // 2, many - 1}):
        return together
    # Numbers in a batch may be added in another order, and what decides by them decide otherwise.
    runs = [_alone(net, inputs, i) for i in range(many)]
    return [torch.stack(parts) for parts in zip(*runs, strict=True)]


def _alone(net: Net, inputs: tuple[Tensor, ...], i: int) -> list[Tensor]:
    return values(net, tuple(x[i : i + 1] for x in inputs))


def _are_alike(alone: list[Tensor], together: list[Tensor]) -> bool:
    pairs = zip(alone, together, strict=True)
    return all(torch.allclose(a, b, rtol=1e-9, atol=1e-9, equal_nan=True) for a, b in pairs)


def _compared(before: Tensor, after: Tensor, attempt: int) -> tuple[Bools, ...]:
    after = torch.view_as_real(after).sum(-1) if after.is_complex() else after
    if attempt < 0:
        nan = torch.isnan(after).numpy()
        return nan, nan, np.zeros_like(nan)
    before = torch.view_as_real(before).sum(-1) if before.is_complex() else before
    scale = float(before.abs().max()) + 1e-3 if before.numel() else 1.0
    difference = (after - before[None]).abs().nan_to_num(nan=scale, posinf=scale).numpy()
    return difference > SEEN * scale, difference > UNSEEN * scale, ((after != 0) | (before[None] != 0)).numpy()


def pixels_of(net: Net, number: int) -> list[Probe]:
    """Every place of an input, in all channels."""
    places = net.plan.shape[1:] if number == 0 else net.plan.other
    return [_probe(net, number, index) for index in np.ndindex(*places)]


def rows_of(net: Net, number: int, axis: int) -> list[Probe]:
    """Every slice of an input along one axis."""
    places = net.plan.shape[1:] if number == 0 else net.plan.other
    return [
        _probe(net, number, tuple(i if a == axis else slice(None) for a in range(len(places))))
        for i in range(places[axis])
    ]


def _probe(net: Net, number: int, index: tuple[object, ...]) -> Probe:
    return (*index, slice(None)) if net.plan.tokens and number == 0 else (slice(None), *index)


# ---------------------------------------------------------------------- from elements to features


@dataclass(frozen=True)
class Numbering:
    """From elements of a value to its features.

    Parameters
    ----------
    labels : tuple of Label
        What each dimension of the value numbers.
    extents : tuple of (str, int)
        Names of axes, or of dimensions, with the number of features along each.
    axes : tuple of str
        Names of the axes that labels count.
    """

    labels: tuple[Label, ...]
    extents: tuple[tuple[str, int], ...]
    axes: tuple[str, ...]

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether the elements make as many features along each axis."""
        factors, chosen = self._chosen(shape)
        return [math.prod(factors[p][1] for p in ps) for ps in chosen] == [n for _, n in self.extents]

    def __call__(self, read: Bools) -> Bools:
        """From (probes, *shape) to (probes, *extents): whether any element of a feature reads."""
        factors, chosen = self._chosen(read.shape[1:])
        laid = read.reshape(len(read), *(size for _, size in factors))
        first = [p for ps in chosen for p in ps]
        rest = [p for p in range(len(factors)) if p not in first]
        moved = laid.transpose(0, *(1 + p for p in first + rest))
        return moved.reshape(len(read), *(n for _, n in self.extents), -1).any(-1)

    def _chosen(self, shape: tuple[int, ...]) -> tuple[list[tuple[int, int]], list[list[int]]]:
        """Factors of all dimensions as (axis, size), and those that make up each extent."""
        labels = self.labels
        if all(name.startswith("dim ") for name, _ in self.extents):
            labels = tuple(((d, n),) for d, n in enumerate(shape))
            wanted = [int(name.split()[1]) for name, _ in self.extents]
        else:
            wanted = [self.axes.index(name) for name, _ in self.extents]
        factors = [pair for label, n in zip(labels, shape, strict=True) for pair in (label or ((-1, n),))]
        return factors, [[p for p, (axis, _) in enumerate(factors) if axis == one] for one in wanted]


def hulls(seen: Bools) -> Iterator[tuple[int, int]]:
    """First index and one behind the last, of each row; (0, 0) of an empty one."""
    for row in seen:
        inside = np.flatnonzero(row)
        yield (int(inside[0]), int(inside[-1]) + 1) if inside.size else (0, 0)
