"""From boxes along any number of axes to the plane of a drawing.

Of one axis a strip is drawn, of three or more the last two, in the slice of the feature that is singled out.
"""

from __future__ import annotations

from collections.abc import Sequence

from eyeshot.analyses.results import Box
from eyeshot.analyses.views import LayerView, Views
from eyeshot.present.escape import visible
from eyeshot.present.numerals import joined, numeral
from eyeshot.present.rows import jump_text

__all__ = ["Corners", "corners", "extent", "full_name", "numbers", "point", "size_text", "slice_text"]

Corners = tuple[float, float, float, float]


def corners(box: Box) -> Corners:
    """Left, top, right and bottom of a box.

    Examples
    --------
    >>> corners(((0, 2), (3, 7))), corners(((3, 7),))
    ((3, 0, 7, 2), (3, 0, 7, 1))
    """
    x0, x1 = box[-1]
    y0, y1 = box[-2] if len(box) > 1 else (0, 1)
    return x0, y0, x1, y1


def point(center: Sequence[float]) -> tuple[float, float]:
    """Where a feature's centre is drawn."""
    return center[-1], center[-2] if len(center) > 1 else 0.5


def extent(sizes: Sequence[int]) -> tuple[int, int]:
    """Width and height of a map."""
    return sizes[-1], sizes[-2] if len(sizes) > 1 else 1


def full_name(name: str, node: str) -> str:
    """A layer's name, with the node that it stands for where that is called otherwise.

    Examples
    --------
    >>> full_name("layer3", "layer3.1.add"), full_name("conv1", "conv1")
    ('layer3 (node layer3.1.add)', 'conv1')
    """
    return visible(name if name == node else f"{name} (node {node})")


def size_text(sizes: Sequence[int]) -> str:
    """The size of a map in words: ``3×3``."""
    return "×".join(map(str, sizes))


def slice_text(views: Views, view: LayerView | None = None) -> str:
    """Which slice of more than two axes is drawn: ``z = 5``; empty where all of it is."""
    index: Sequence[float] = view.focus.feature if view is not None else views.layers[-1].focus.center
    axes = [axis for axis, _ in views.input.axes]
    pairs = zip(axes[:-2], index, strict=False)
    return ", ".join(f"{visible(axis)} = {numeral(at)}" for axis, at in pairs)


def numbers(view: LayerView, input_name: str) -> str:
    """Jump, size and start of a layer in words."""
    axes = [axis for axis in view.field.axes if axis.input == input_name]
    sizes = [axis.local_size if axis.local_size is not None else axis.size for axis in axes]
    jump, start = joined(map(jump_text, axes)), joined(numeral(axis.start) for axis in axes)
    return f"j {jump} · r {joined(map(str, sizes))} · start {start}".replace("-", "−")
