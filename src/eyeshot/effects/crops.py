"""The part of an image that a feature needs: run alone it gives the feature what the whole image gives it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from eyeshot.errors import EyeshotError
from eyeshot.plan.compare import compare
from eyeshot.plan.parts import collapsed
from eyeshot.plan.phases import MAX_ALIGNMENT, alignment

if TYPE_CHECKING:
    from eyeshot.effects.passes import Subject
    from eyeshot.frontends.entered import Entries
    from eyeshot.graph.core import Graph

__all__ = ["Crop", "Crops", "cut", "reduced"]

Box = tuple[tuple[int, int], ...]

_MOST_PIXELS = 160
"""Pixels along an axis of a whole image that is only to show where a part of it lies."""


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """A part of the image in which a feature is what it is in the whole.

    Parameters
    ----------
    subject : Subject
        The model, read at the size of the part.
    box : box
        The part, in pixels of the image.
    element : tuple of int
        The index of the feature's element in the part's value.
    """

    subject: Subject
    box: Box
    element: tuple[int, ...]


class Crops:
    """Finds such parts for the features of one value.

    Parameters
    ----------
    subject : Subject
        The model, read at the size of the image.
    node : str
        The value.
    """

    def __init__(self, subject: Subject, node: str) -> None:
        self._subject, self._node = subject, node
        self._read: dict[tuple[int, ...], tuple[Subject, tuple[Graph, Entries]] | None] = {}
        value = subject.graph.inputs[0]
        self._dims = tuple(axis.dim for axis in value.axes)
        self._extents = tuple(value.shape[d] for d in self._dims)
        walk = subject.analysis.theoretical
        terms = walk.fields[node]
        is_global = any(term.global_axes or term.running_axes for term in terms)
        self._grid = None if is_global else alignment(subject.graph, walk, [node])

    def of(self, box: Box, element: tuple[int, ...]) -> Crop:
        """The part for a feature with a theoretical box; the whole image where there is no smaller one.

        Parameters
        ----------
        box : box
            The feature's theoretical box.
        element : tuple of int
            The index of its element in the whole's value.
        """
        whole = self.whole(element)
        if self._grid is None or max(self._grid) > MAX_ALIGNMENT:
            return whole
        part = []
        for (lo, hi), step, n in zip(box, self._grid, self._extents, strict=True):
            start = max(0, lo // step * step)
            part.append((start, min(n, start - (start - hi) // step * step)))
        if any(stop <= start for start, stop in part) or tuple(part) == whole.box:
            return whole
        smaller = self._at(tuple(stop - start for start, stop in part))
        if smaller is None:
            return whole
        found = self._element(smaller[1], tuple(start for start, _ in part), element)
        return whole if found is None else Crop(smaller[0], tuple(part), found)

    def whole(self, element: tuple[int, ...]) -> Crop:
        """The whole image."""
        return Crop(self._subject, tuple((0, n) for n in self._extents), element)

    @cached_property
    def _whole(self) -> tuple[Graph, Entries]:
        return self._subject.entered()

    def _at(self, size: tuple[int, ...]) -> tuple[Subject, tuple[Graph, Entries]] | None:
        """The model read at a smaller size, with what enters its calls; None if it does not run there."""
        if size not in self._read:
            try:
                smaller = self._subject.resized(dict(zip(self._dims, size, strict=True)))
                self._read[size] = smaller, smaller.entered()
            except EyeshotError:
                # Too small for some layer that the feature does not need.
                self._read[size] = None
        return self._read[size]

    def _element(
        self, smaller: tuple[Graph, Entries], offset: tuple[int, ...], element: tuple[int, ...]
    ) -> tuple[int, ...] | None:
        """The same element of the smaller value; None if it is not surely the same, numbers of the calls included."""
        if self._node not in smaller[0].by_name:
            return None
        entries = self._whole[1], smaller[1]
        matches, obstacles = compare(self._whole[0], smaller[0], offset, [self._node], entries)
        dims = matches[self._node].dims
        if obstacles or dims is None:
            return None
        found = []
        for dim, index in zip(dims, element, strict=True):
            part = collapsed(dim)
            if part is None or part.shift is None:
                return None
            here = index - part.shift
            if not part.start <= here < part.stop:
                return None
            found.append(here)
        return tuple(found)


def cut(image: Any, box: Box) -> Any:
    """The part of an image, (channels, axes), that a box holds."""
    return image[(slice(None), *(slice(start, stop) for start, stop in box))]


def reduced(image: Any, box: Box) -> Any:
    r"""A whole image made small, to show where a box lies in it.

    Parameters
    ----------
    image : array, shape (channels, \*axes)
        The image; of a volume the slice through the box's middle counts.
    box : box
        The part.

    Returns
    -------
    array, shape (channels, \*axes)
        One or two axes with 160 pixels at most: blocks of pixels become their mean, those of a signal their
        smallest and largest number.
    """
    import numpy as np

    middle = tuple((start + stop - 1) // 2 for start, stop in box[:-2])
    image = image[(slice(None), *middle)]
    if image.ndim == 2:
        block = -(-image.shape[1] * 2 // _MOST_PIXELS) if image.shape[1] > _MOST_PIXELS else 0
        parts = [image[:, i : i + block] for i in range(0, image.shape[1], block)] if block else []
        ends = [end for part in parts for end in (part.min(1), part.max(1))]
        return np.stack(ends, 1) if block else image.copy()
    for axis in (1, 2):
        count = min(image.shape[axis], _MOST_PIXELS)
        begins = np.arange(count) * image.shape[axis] // count
        lengths = np.diff(np.append(begins, image.shape[axis]))
        lengths = lengths.reshape([-1 if d == axis else 1 for d in range(3)])
        image = np.add.reduceat(image, begins, axis) / lengths
    return image.astype(np.float32)
