"""Hold what eyeshot says of a hostile network against what the network does."""

from __future__ import annotations

import itertools
import math
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from hostile.net import Net, Plan, built
from hostile.oracle import Numbering, Truth, observed, pixels_of, values, watched

import eyeshot

__all__ = ["Fault", "Report", "judged"]

Bools = npt.NDArray[np.bool_]

TRIES = 24
"""Tries in all before a claim that no change shows is called too wide."""
MOST_FEATURES = 36
"""Features of a value that are asked for; of more, these many spread evenly."""
VALUES = 3
"""Values of a network that are compared: the result first, then those in its middle."""


@dataclass(frozen=True)
class Fault:
    """Something that eyeshot says and the network does not do.

    Parameters
    ----------
    sort : str
        ``narrow``, ``wide``, ``reach``, ``refused``, ``crash``, ``row: number``, or
        ``row and at: number``; as a note ``numbering``.
    value : str
        Key of the value.
    text : str
        What was said and what was seen.
    """

    sort: str
    value: str
    text: str


@dataclass
class Report:
    """What came out of one network."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)


def judged(plan: Plan) -> Report:
    """Hold the network of a plan against what is said of it."""
    report = Report()
    net = built(plan)
    if net is None:
        return report
    report.steps.update(step.kind for step in net.every())
    report.counts["networks"] += 1
    fields = analysed(net, report)
    if fields is None:
        return report
    try:
        _judge(net, fields, report)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        if not any("eyeshot/" in frame.filename for frame in frames):
            raise
        last = [frame for frame in frames if "eyeshot/" in frame.filename][-1]
        report.faults.append(Fault("crash", last.name, f"{type(error).__name__}: {error}"))
    return report


def _judge(net: Net, fields: Any, report: Report) -> None:
    """Sets, reaches and rows."""
    from hostile.rows import judge_rows

    places = watched(net)
    chosen = list(enumerate(places))[:VALUES]
    for number, value in enumerate(fields.graph.inputs):
        truths = observed(net, number, pixels_of(net, number))
        for place, one in chosen:
            _judge_value(net, fields, (one, place, number, value.name), truths[place], report)
    judge_rows(net, report)


def analysed(net: Net, report: Report) -> Any:
    """What eyeshot says, or None where it says that it cannot."""
    from eyeshot.errors import EyeshotError

    inputs = list(net.inputs())
    axes = "NTC" if net.plan.tokens else None
    try:
        if net.plan.tokens and len(inputs) > 1:
            axes = None
        return eyeshot.analyze(net, input_shape=inputs if len(inputs) > 1 else inputs[0], axes=axes)
    except EyeshotError as error:
        if "must depend on its input" in str(error) and not _depends(net):
            report.counts["reads nothing"] += 1
            return None
        report.faults.append(Fault("refused", "", f"{type(error).__name__}: {error}"))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault
        report.faults.append(Fault("crash", "", f"{type(error).__name__}: {error}"))
    return None


def _depends(net: Net) -> bool:
    """Whether another input makes another result."""
    with torch.no_grad():
        first, second = (values(net, net.inputs(seed=seed))[0] for seed in (0, 1))
    return not torch.equal(first, second)


def _judge_value(net: Net, fields: Any, where: tuple[Any, ...], truth: Truth, report: Report) -> None:
    """One value and one input."""
    one, _, number, name = where
    if one.key not in fields:
        # A result that is an input, or made of no input.
        report.counts["not named"] += 1
        return
    f = fields[one.key]
    status = f.status.value
    report.counts["values"] += 1
    report.counts[status] += 1
    shape = tuple(truth.changed.shape[1:])
    axes = tuple(axis.name for axis in fields.graph.inputs[0].axes)
    number_of = Numbering(one.labels, f.extents, axes)
    if not number_of.fits(shape) or not _same_places(fields, f, one.labels):
        report.counts["numbered otherwise"] += 1
        report.notes.append(Fault("numbering", one.key, f"{f.extents} of {shape}, labels {one.labels}"))
        number_of = _own(fields, f)
    changed, perhaps, poisoned = (number_of(read) for read in (truth.changed, truth.perhaps, truth.poisoned))
    extents = tuple(n for _, n in f.extents)
    claim, asked, boxes = _claims(f, extents, name, fields.graph.inputs[number])
    if len(asked) == math.prod(extents):
        _judge_boxes(f, name, boxes, extents, one.key, report)
    report.counts["features"] += len(asked)
    flat = [read.reshape(len(read), -1)[:, asked] for read in (changed, perhaps, poisoned)]
    missed = flat[0] & ~claim
    if missed.any():
        p, k = map(int, np.argwhere(missed)[0])
        index = tuple(map(int, np.unravel_index(asked[k], extents))) if extents else ()
        report.faults.append(
            Fault(
                "narrow", one.key, f"{status}: feature {index} reads place {p} of {name}: {int(missed.sum())} missing"
            )
        )
    if status == "exact" and net.overrules and not net.tells_by_nan:
        # Neither NaN nor numbers tell then what is read in vain.
        report.counts["not asked for too much"] += 1
    elif status == "exact":
        shown = flat[1] | flat[2] if net.tells_by_nan else flat[1]
        if (claim & ~shown).any():
            shown = shown | _again(net, where, number_of, asked)
        extra = claim & ~shown
        if not net.tells_by_nan:
            # A place that no window reaches is 0, and so is it behind a gate: it reads the gate, which never shows.
            live = number_of(truth.nonzero).any(0).reshape(-1)[asked]
            report.counts["always 0"] += int((extra.any(0) & ~live).sum())
            extra &= live
        if extra.any():
            p, k = map(int, np.argwhere(extra)[0])
            index = tuple(map(int, np.unravel_index(asked[k], extents))) if extents else ()
            text = f"feature {index} never reads place {p} of {name}: {int(extra.sum())} of {int(claim.sum())} too many"
            report.faults.append(Fault("wide", one.key, text))
    _judge_reach(f, fields.graph.inputs[number], claim, asked, one.key, report)


def _judge_boxes(f: Any, name: str, boxes: list[Any], extents: tuple[int, ...], key: str, report: Report) -> None:
    """Each row against the boxes of all features, along each axis by which they are numbered."""
    from hostile.rows import judge_boxes

    names = [axis for axis, _ in f.extents]
    mine = [row for row in f.row.axes if row.input == name]
    for a, row in enumerate(mine):
        if row.axis not in names:
            continue
        laid = np.array(boxes).reshape(*extents, len(mine), 2)[..., a, :]
        laid = np.moveaxis(laid, names.index(row.axis), 0).reshape(extents[names.index(row.axis)], -1, 2)
        if row.n != len(laid) and not row.is_global:
            report.faults.append(Fault("row and at: n", key, f"{row.axis} of {name}: n {row.n}, but {f.extents}"))
        if (laid == laid[:, :1]).all():
            judge_boxes(row, [(int(lo), int(hi)) for lo, hi in laid[:, 0]], f"{key}, {row.axis} of {name}", report)


def _claims(f: Any, extents: tuple[int, ...], name: str, value: Any) -> tuple[Bools, list[int], list[Any]]:
    """What eyeshot says, as (places, features asked for), the features' numbers, and their boxes."""
    whole = int(np.prod(extents)) if extents else 1
    asked = sorted({round(i) for i in np.linspace(0, whole - 1, min(whole, MOST_FEATURES))})
    sizes = tuple(value.shape[axis.dim] for axis in value.axes)
    claim, boxes = np.zeros((math.prod(sizes), len(asked)), np.bool_), []
    for k, flat in enumerate(asked):
        index = tuple(map(int, np.unravel_index(flat, extents))) if extents else ()
        region = f.at(*index, input=name)
        claim[:, k] = mask(region.products, sizes).reshape(-1)
        boxes.append(region.box)
    return claim, asked, boxes


def mask(products: Any, sizes: tuple[int, ...]) -> Bools:
    """A set of places as a mask, from the runs that are said along each axis."""
    found = np.zeros(sizes, np.bool_)
    for product in products:
        for choice in itertools.product(*product):
            found[tuple(slice(lo, hi) for lo, hi in choice)] = True
    return found


def _again(net: Net, where: tuple[Any, ...], number_of: Any, asked: list[int]) -> Bools:
    """More tries for what no change has shown."""
    _, place, number, _ = where
    shown = []
    for seed in range(1, 1 + TRIES // 4):
        truth = observed(net, number, pixels_of(net, number), seed=10 * seed)[place]
        read = number_of(truth.perhaps)
        shown.append(read.reshape(len(read), -1)[:, asked])
    return np.logical_or.reduce(shown)


def _same_places(fields: Any, f: Any, labels: tuple[Any, ...]) -> bool:
    """Whether eyeshot numbers features along the dimensions that the map's own axes have, and not along channels."""
    if all(name.startswith("dim ") for name, _ in f.extents):
        return True
    layout = fields._analysis.layout(f.name)
    sizes = fields.graph.by_name[f.name].shape
    numbered = {d for d, parts in enumerate(layout.dims) if any(axis >= 0 and size > 1 for size, axis in parts)}
    return numbered <= {d for d, label in enumerate(labels) if label and sizes[d] > 1}


def _own(fields: Any, f: Any) -> Any:
    """The numbering that eyeshot itself uses, where it is none of the map's own axes."""
    layout = fields._analysis.layout(f.name)

    def gathered(read: Bools) -> Bools:
        found = np.zeros((len(read), *layout.extents), np.bool_)
        for index in np.ndindex(*layout.extents):
            inside = [list(part) for part in layout.locate(index)]
            found[(slice(None), *index)] = read[np.ix_(range(len(read)), *inside)].reshape(len(read), -1).any(-1)
        return found

    return gathered


def _judge_reach(f: Any, value: Any, claim: Bools, asked: list[int], key: str, report: Report) -> None:
    """What two places reach is what the features say that they read."""
    sizes = tuple(value.shape[axis.dim] for axis in value.axes)
    for p in {0, len(claim) * 2 // 3}:
        place = tuple(map(int, np.unravel_index(p, sizes)))
        reach = f.reached_by(*place, input=value.name)
        found = mask(reach.products, reach.extents).reshape(-1)[asked]
        report.counts["reaches"] += 1
        if (found != claim[p]).any():
            report.faults.append(Fault("reach", key, f"{place} reaches {found.sum()}, but {claim[p].sum()} read it"))
