"""What a channel looks for: its strongest features over a set of images, each with the pixels of its exact field."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.support import region_of
from eyeshot.counted import counted
from eyeshot.effects.crops import cut, reduced
from eyeshot.effects.rules import Rule
from eyeshot.effects.search import Search
from eyeshot.effects.strongest import Hit
from eyeshot.effects.views import View, views_of
from eyeshot.errors import InputError

__all__ = ["Channel", "Patch", "Patches", "patches_of"]

Array = npt.NDArray[Any]
Box = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    r"""One of the strongest features, and what it sees.

    Parameters
    ----------
    hit : Hit
        Image, feature and value.
    name : str
        The image's file.
    box : box
        Pixels within the field, as far as they lie in the image.
    pixels : float32 array, shape (channels, \*box)
        Them, as they are shown.
    whole : float32 array, shape (channels, \*axes)
        The whole image made small, as it is shown; of a volume the slice through the box.
    extents : tuple of int
        Pixels of the image along each axis.
    views : tuple of View
        What came back from it, if that was asked for.
    """

    hit: Hit
    name: str
    box: Box
    pixels: Array
    whole: Array
    extents: tuple[int, ...]
    views: tuple[View, ...] = ()

    @property
    def spot(self) -> tuple[float, ...]:
        """Left, top, right and bottom of the box, as parts of the whole image's sides."""
        parts = [(start / n, stop / n) for (start, stop), n in zip(self.box, self.extents, strict=True)][-2:]
        (x0, x1), (y0, y1) = parts[-1], parts[-2] if len(parts) > 1 else (0.0, 1.0)
        return x0, y0, x1, y1


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """The strongest features of one channel.

    Parameters
    ----------
    number : int
        The channel.
    patches : tuple of Patch
        The strongest first.
    """

    number: int
    patches: tuple[Patch, ...]

    @property
    def ties(self) -> int:
        """How many other features have the value of the strongest: of many, which are shown means nothing."""
        return self.patches[0].hit.ties if self.patches else 0

    def likeness(self, rule: Rule) -> float | None:
        """Mean correlation of the views of different patches; None where there are no two of one size.

        Near 1 the views show the network and not the patches: without switches of poolings a deconvnet hardly looks at
        what it is given.
        """
        views = [view.values.ravel() for patch in self.patches for view in patch.views if view.rule is rule]
        pairs = [(a, b) for a, b in itertools.combinations(views, 2) if a.shape == b.shape and a.std() and b.std()]
        return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs])) if pairs else None


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """The strongest features of some channels of a layer.

    Parameters
    ----------
    model, layer : str
        Where they are.
    ranked : str
        The value by which they are ranked, where it is that before the activation; empty otherwise.
    channels : tuple of Channel
        The channels.
    of : int
        How many channels there are.
    images : int
        How many images were looked at.
    preprocessing : str
        What was done to them, in words.
    only_inside : bool
        Whether features whose field leaves the image were left out.
    """

    model: str
    layer: str
    ranked: str
    channels: tuple[Channel, ...]
    of: int
    images: int
    preprocessing: str
    only_inside: bool = False

    def __repr__(self) -> str:
        numbers = ", ".join(str(channel.number) for channel in self.channels)
        images = counted(self.images, "image")
        return f"Patches({self.model} · {self.layer} · {images} · channels {numbers} of {self.of})"


def patches_of(
    search: Search, channels: Sequence[int] | None = None, *, most: int = 4, rules: Sequence[Rule] = ()
) -> Patches:
    """Cut the patches of some channels out of their images, and look back from them.

    Parameters
    ----------
    search : Search
        One that has run.
    channels : sequence of int, optional
        Channels; by default those with the strongest features.
    most : int
        How many then.
    rules : sequence of Rule
        What rectifiers let through on the way back; none for no views.

    Raises
    ------
    FeatureError
        If there is no such channel.
    """
    count, subject = search.maps.channels, search.subject
    search.check(channels)
    if most < 1:
        raise InputError(f"at least 1 channel must be wanted, but {most} are")
    chosen = (
        [n % count for n in channels] if channels is not None else list(search.strongest.strongest_channels()[:most])
    )
    hits = {number: search.strongest.hits(number) for number in chosen}
    made: dict[tuple[int, int], Patch] = {}
    # Image by image, so that each is read once.
    wanted = sorted((hit.image, number, k) for number, listed in hits.items() for k, hit in enumerate(listed))
    for image_number, group in itertools.groupby(wanted, key=lambda one: one[0]):
        image = search.image(image_number)
        for _, number, k in group:
            hit = hits[number][k]
            box = region_of(subject.analysis, search.ranked, hit.feature, subject.graph.inputs[0]).pixels
            whole, extents = reduced(image.pixels, box), image.pixels.shape[1:]
            patch = Patch(hit, image.name, box, cut(image.pixels, box), whole, extents)
            if rules:
                found = views_of(
                    subject, search.ranked, search.layer, image, channel=number, feature=hit.feature, rules=rules
                )
                patch = replace(patch, views=found.views)
            made[number, k] = patch
    return Patches(
        subject.graph.name,
        search.layer,
        search.ranked if search.ranked != search.node else "",
        tuple(Channel(number, tuple(made[number, k] for k in range(len(hits[number])))) for number in chosen),
        count,
        len(search.images),
        search.image(0).prepared,
        search.only_inside,
    )
