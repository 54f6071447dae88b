"""Taps with their cells of the kernel: what meets what when a window slides, and when inputs are laid apart."""

from __future__ import annotations

from dataclasses import dataclass

from eyeshot.analyses.steps import AxisSteps, Steps, Tap

__all__ = ["Weighed", "laid_apart", "padding_of", "readers", "slid"]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A tap with its cell of the kernel."""

    at: int
    source: int
    weight: int | None


def slid(axis: AxisSteps, steps: Steps) -> list[list[Weighed]]:
    """What each output reads, with the kernel cell that meets it."""
    return [
        [Weighed(tap.at, tap.source, _weight(axis, steps, o, tap)) for tap in taps] for o, taps in enumerate(axis.taps)
    ]


def _weight(axis: AxisSteps, steps: Steps, o: int, tap: Tap) -> int | None:
    """The kernel cell between an output and a tap: ``at = s·o − p + d·t``, or with roles exchanged where transposed."""
    if not axis.has_kernel:
        return 0 if not axis.axis else None
    stride, dilation = axis.setting("stride", 1), axis.setting("dilation", 1)
    before, _ = padding_of(axis)
    if steps.op == "transposed":
        return (o + before - stride * tap.at) // dilation
    return (tap.at - stride * o + before) // dilation


def laid_apart(axis: AxisSteps, steps: Steps) -> list[list[Weighed]]:
    """What each output reads of inputs laid apart by the stride: ``o + p − d·t`` for every kernel cell ``t``."""
    if not axis.has_kernel:
        return slid(axis, steps)
    stride, dilation, kernel = axis.setting("stride", 1), axis.setting("dilation", 1), axis.setting("kernel")
    found = []
    for o in range(axis.n_out):
        places = ((o + axis.setting("pad_before") - dilation * t, t) for t in reversed(range(kernel)))
        found.append([Weighed(at, _apart_source(at, stride, axis.n_in), t) for at, t in places])
    return found


def _apart_source(at: int, stride: int, n: int) -> int:
    return at // stride if at % stride == 0 and 0 <= at // stride < n else -1


def readers(axis: AxisSteps, steps: Steps, outs: int) -> dict[int, list[tuple[int, int | None]]]:
    """For each input the outputs that read it, with the kernel cell between them."""
    found: dict[int, list[tuple[int, int | None]]] = {}
    for o, taps in enumerate(slid(axis, steps)[:outs]):
        for tap in taps:
            if tap.source >= 0:
                found.setdefault(tap.source, []).append((o, tap.weight))
    return found


def padding_of(axis: AxisSteps) -> tuple[int, int]:
    """Cells of padding before and behind, that of a layer in front of the window included."""
    return (
        axis.setting("pad_before") + axis.setting("before"),
        axis.setting("pad_after") + axis.setting("after"),
    )
