"""A set of indices drawn for a terminal: an overview, a close-up where that shows more, and a legend.

Maps have two axes. Of more, the last two are drawn, in the slice that holds the middle of the set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eyeshot.analyses.results import Box, Interval, Product
from eyeshot.present.screen import Line, Screen, explained, wrapped
from eyeshot.present.sketch import HOLE, MOST_COLUMNS, MOST_ROWS, READ, STYLES, Sketch, sketch

__all__ = ["Drawable", "drawing"]

_CLOSER = 3
_FEW = 4


@dataclass(frozen=True, slots=True)
class Drawable:
    """What is to be drawn.

    Parameters
    ----------
    axes : tuple of str
        Names of the axes.
    extents : tuple of int
        Size of the index space.
    products : tuple of Product
        The set: a union of products of runs.
    box : tuple of (int, int)
        A box around it that may reach beyond the index space.
    unit : str
        What one index is: ``"pixel"`` or ``"feature"``.
    words : mapping of str to str
        Explanations of the signs of `Sketch`.
    holes : int
        Indices in the box, inside the image, that are not in the set.
    """

    axes: tuple[str, ...]
    extents: tuple[int, ...]
    products: tuple[Product, ...]
    box: Box
    unit: str
    words: Mapping[str, str]
    holes: int = 0


def drawing(what: Drawable, screen: Screen) -> Iterator[Line]:
    """Draw a set of indices, with everything that a reader of the drawing must know."""
    if not what.axes:
        return
    if len(what.axes) > 2:
        where, what = _slice(what)
        yield from wrapped(where, screen)
    window = tuple(_whole(bounds, n) for bounds, n in zip(what.box, what.extents, strict=True))
    overview = sketch(what.products, what.box, what.extents, window, screen.width)
    yield from overview.lines
    yield from wrapped(_scale(overview, what), screen)
    signs = overview.signs
    near = _near(what, window, screen.width)
    close = sketch(what.products, what.box, what.extents, near, screen.width)
    if _CLOSER * close.block[0] <= overview.block[0] and _is_coarse(what, overview):
        yield ()
        yield from wrapped(f"close-up of {_places(what.axes, near)}", screen)
        yield from close.lines
        yield from wrapped(_scale(close, what), screen)
        signs += close.signs
    yield ()
    found = sorted(set(signs), key=list(what.words).index)
    yield from explained(((sign, STYLES[sign], what.words[sign]) for sign in found), screen)
    if any(part != bounds for part, bounds in zip(map(_hull, what.box, window), window, strict=True)):
        yield from wrapped("The box goes on beyond the drawing.", screen)


def _whole(bounds: Interval, n: int) -> Interval:
    """The index space and what of the box lies around it, to half its size on either side."""
    room = n // 2 + 1
    return max(min(bounds[0], 0), -room), min(max(bounds[1], n), n + room)


def _hull(a: Interval, b: Interval) -> Interval:
    return min(a[0], b[0]), max(a[1], b[1])


def _is_coarse(what: Drawable, drawn: Sketch) -> bool:
    """Whether a drawing hides something: holes, or the form of a box of a few characters."""
    few = any((high - low) < _FEW * size for (low, high), size in zip(what.box, drawn.block, strict=True))
    return few or what.holes > 0


def _near(what: Drawable, window: Box, columns: int) -> Box:
    """What a close-up shows: the box with room around it; less room, or only a corner, if that shows single indices."""
    choices = [_around(what.box, window, share) for share in (4, 16, 0)]
    for near in choices:
        if set(sketch((), what.box, what.extents, near, columns).block) == {1}:
            return near
    if what.holes:
        corner = _corner(what, window, columns)
        if {READ, HOLE} <= set(sketch(what.products, what.box, what.extents, corner, columns).signs):
            return corner
    return choices[0]


def _corner(what: Drawable, window: Box, columns: int) -> Box:
    """As much of the set as single indices have room for, from its first index on."""
    wide = min(columns, MOST_COLUMNS) - 4
    rooms = (wide,) if len(what.extents) == 1 else (MOST_ROWS, wide // 2)
    found = []
    for axis, (room, (least, most)) in enumerate(zip(rooms, window, strict=True)):
        first = max(least, min(product[axis][0][0] for product in what.products) - 1)
        found.append((first, min(most, first + room)))
    return tuple(found)


def _around(box: Box, window: Box, share: int) -> Box:
    """The box with a share of its size around it; just the box with ``share=0``; the window if nothing is left."""
    found = []
    for (low, high), (least, most) in zip(box, window, strict=True):
        margin = (high - low) // share + 1 if share else 0
        found.append((max(least, low - margin), min(most, high + margin)))
    return tuple(found) if all(high > low for low, high in found) else window


def _slice(what: Drawable) -> tuple[str, Drawable]:
    """The slice along the last two axes that holds the middle of the set, and a sentence that says which."""
    count = len(what.axes) - 2
    at = _middle(what, count)
    products = tuple(
        product[count:]
        for product in what.products
        if all(any(a <= i < b for a, b in runs) for runs, i in zip(product, at, strict=False))
    )
    named = zip(what.axes, at, what.extents, strict=False)
    where = ", ".join(f"{axis} = {i} (of 0 to {n - 1})" for axis, i, n in named)
    flat = Drawable(
        what.axes[count:], what.extents[count:], products, what.box[count:], what.unit, what.words, what.holes
    )
    return f"The slice at {where}:", flat


def _middle(what: Drawable, count: int) -> tuple[int, ...]:
    """Indices along the first `count` axes: the run in the middle of the first product, and its middle."""
    if not what.products:
        return tuple(n // 2 for n in what.extents[:count])
    runs = [runs[len(runs) // 2] for runs in what.products[0][:count]]
    return tuple((start + stop - 1) // 2 for start, stop in runs)


def _scale(drawn: Sketch, what: Drawable) -> str:
    unit = what.unit
    if set(drawn.block) == {1}:
        return f"one {unit} is two characters wide" if drawn.repeat == 2 else f"one character is one {unit}"
    sizes = " × ".join(f"{size:,}" for size in drawn.block)
    return f"one character is {sizes} {unit}s{' (' + ' × '.join(what.axes) + ')' if len(what.axes) > 1 else ''}"


def _places(axes: Sequence[str], box: Box) -> str:
    return ", ".join(f"{axis} {low:,} to {high - 1:,}" for axis, (low, high) in zip(axes, box, strict=True))
