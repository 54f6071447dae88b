"""The maps of a layer for one image, and where in the image each value stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.lattice import boxes_on_lattice
from eyeshot.counted import counted
from eyeshot.effects.images import Image
from eyeshot.effects.maps import Maps

if TYPE_CHECKING:
    from eyeshot.effects.passes import Subject

__all__ = ["Activations", "activations_of", "centers_of"]

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Activations:
    r"""Every channel of a layer for one image.

    Parameters
    ----------
    model, layer : str
        Where they are.
    image : Image
        What the network was shown.
    values : float32 array, shape (channels, \*features)
        One map for each channel.
    axes : tuple of str
        What features are numbered by.
    centers : float64 array, shape (axes of the image, \*features)
        Where each feature stands, in pixels; NaN for one that reads nothing. Paths that read whole maps are left out:
        they stand nowhere.
    jump : tuple of float
        Distance of neighbouring features along each axis of the image.
    has_global : bool
        Whether such paths are left out of the centres.
    """

    model: str
    layer: str
    image: Image
    values: Array
    axes: tuple[str, ...]
    centers: Array
    jump: tuple[float, ...]
    has_global: bool = False

    @property
    def dead(self) -> tuple[int, ...]:
        """Channels that are zero everywhere."""
        flat = self.values.reshape(len(self.values), -1)
        return tuple(int(i) for i in np.flatnonzero((flat == 0).all(1)))

    def strongest(self) -> tuple[int, ...]:
        """Channels in the order of their largest value, the largest first."""
        return tuple(int(i) for i in np.argsort(-self.values.reshape(len(self.values), -1).max(1), kind="stable"))

    def cells(self, feature: tuple[int, ...]) -> tuple[tuple[float, float], ...]:
        """The part of the image that stands for a feature in an overlay: one jump wide around its centre."""
        where: tuple[Any, ...] = (slice(None), *feature)
        at = self.centers[where]
        return tuple((float(c) - j / 2, float(c) + j / 2) for c, j in zip(at, self.jump, strict=True))

    def __repr__(self) -> str:
        sizes = "×".join(map(str, self.values.shape[1:]))
        dead = f", {len(self.dead)} of them zero everywhere" if self.dead else ""
        return f"Activations({self.model} · {self.layer} · {counted(len(self.values), 'channel')} of {sizes}{dead})"


def activations_of(subject: Subject, node: str, layer: str, image: Image) -> Activations:
    """Run the model on an image up to a layer.

    Parameters
    ----------
    subject : Subject
        The model, read at the image's size.
    node, layer : str
        The value, and what it was asked for as.
    image : Image
        The image.

    Raises
    ------
    InputError
        If the layer has no map, or its values are no real numbers, or not all of them are finite.
    """
    maps = Maps(layer, subject.analysis.layout(node))
    found = maps.real(subject.value(node, subject.tensor(image.numbers)))
    maps.finite(found, image.name)
    values = np.asarray(found.float().numpy(force=True))
    centers, jump, has_global = centers_of(subject, node)
    return Activations(subject.graph.name, layer, image, values, maps.axes, centers, jump, has_global=has_global)


def centers_of(subject: Subject, node: str) -> tuple[Array, tuple[float, ...], bool]:
    """Centres of all features of a value, their distance along each axis, and whether global paths are left out."""
    analysis, axes = subject.analysis, len(subject.graph.inputs[0].axes)
    layout = analysis.layout(node)
    terms = analysis.theoretical.fields[node]
    local = tuple(term for term in terms if not term.global_axes and not term.running_axes)
    centers = np.full((axes, *layout.extents), np.nan)
    for feature, box in boxes_on_lattice(local or terms, layout, [range(n) for n in layout.extents], axes):
        if all(hi > lo for lo, hi in box):
            where: tuple[Any, ...] = (slice(None), *feature)
            centers[where] = [(lo + hi) / 2 for lo, hi in box]
    row = analysis.row(node)
    jumps = []
    for number, axis in enumerate(row.axes):
        # Where no single jump is told, one cell takes its share of the image.
        extent = subject.graph.inputs[0].shape[subject.graph.inputs[0].axes[number].dim]
        jumps.append(abs(float(axis.jump)) if axis.jump else extent / max(1, axis.n))
    return centers, tuple(jumps), len(local) < len(terms)
