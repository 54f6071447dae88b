"""What one feature looks for in an image: a way back from it to its pixels, by the rules of rectifiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.support import region_of
from eyeshot.counted import counted
from eyeshot.effects.crops import Crops, cut
from eyeshot.effects.images import Image
from eyeshot.effects.maps import Maps
from eyeshot.effects.rules import Rule
from eyeshot.effects.strongest import Strongest
from eyeshot.errors import FeatureError

if TYPE_CHECKING:
    from eyeshot.effects.passes import Subject

__all__ = ["RULES", "Feature", "View", "Views", "feature_of", "views_from", "views_of"]

Array = npt.NDArray[Any]
Box = tuple[tuple[int, int], ...]

RULES = (Rule.DECONV, Rule.GUIDED, Rule.GRADIENT)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    r"""What came back from a feature by one rule.

    Parameters
    ----------
    rule : Rule
        The rule.
    values : float32 array, shape (channels, \*box)
        Within the feature's field.
    met : int
        Rectifiers on the way.
    """

    rule: Rule
    values: Array
    met: int


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """One feature of one channel: its pixels, and what came back to them.

    Parameters
    ----------
    model, layer : str
        Where it is.
    image : Image
        The image.
    channel : int
        The channel.
    feature : tuple of int
        Index of the feature.
    value : float
        Its value.
    box : box
        Pixels of the image within its field.
    views : tuple of View
        One for each rule.
    is_chosen : bool
        Whether the channel or the feature was chosen because it is the strongest.
    is_whole : bool
        Whether the whole image was run, because no part of it surely gives the feature the same.
    """

    model: str
    layer: str
    image: Image
    channel: int
    feature: tuple[int, ...]
    value: float
    box: Box
    views: tuple[View, ...]
    is_chosen: bool = False
    is_whole: bool = False

    @property
    def patch(self) -> Array:
        """The pixels within the field, as they are shown."""
        found: Array = cut(self.image.pixels, self.box)
        return found

    def __repr__(self) -> str:
        sizes = "×".join(str(stop - start) for start, stop in self.box)
        rules = ", ".join(f"{view.rule.value} {view.met}" for view in self.views)
        where = f"channel {self.channel} at {', '.join(map(str, self.feature))}"
        return f"Views({self.model} · {self.layer} · {where} · {sizes} px · rectifiers met: {rules})"


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    r"""One feature of one channel.

    Parameters
    ----------
    channel : int
        The channel.
    index : tuple of int
        Index of the feature.
    value : float
        Its value.
    activation : float32 array, shape (\*features)
        The map of the channel.
    is_chosen : bool
        Whether the channel or the feature was chosen because it is the strongest.
    """

    channel: int
    index: tuple[int, ...]
    value: float
    activation: Array
    is_chosen: bool


def views_of(
    subject: Subject,
    node: str,
    layer: str,
    image: Image,
    *,
    channel: int | None = None,
    feature: Sequence[int] | None = None,
    rules: Sequence[Rule] = RULES,
) -> Views:
    """Go back from one feature to its pixels.

    Parameters
    ----------
    subject : Subject
        The model, read at the image's size.
    node, layer : str
        The value, and what it was asked for as.
    image : Image
        The image.
    channel : int, optional
        The channel; by default that of the strongest feature, of all or of the one that is named.
    feature : sequence of int, optional
        Index of the feature; the strongest of the channel by default.
    rules : sequence of Rule
        What rectifiers let through, one view for each.

    Raises
    ------
    InputError
        If the layer has no map, its values are not finite, or nothing comes back from it.
    FeatureError
        If there is no such channel or feature.
    """
    maps = Maps(layer, subject.analysis.layout(node))
    value = subject.value(node, subject.tensor(image.numbers))
    return views_from(subject, node, layer, image, feature_of(value, layer, maps, image.name, channel, feature), rules)


def feature_of(
    value: Any, layer: str, maps: Maps, image: str, channel: int | None = None, feature: Sequence[int] | None = None
) -> Feature:
    """A feature of a value, the strongest where channel or feature are not named; raises as `views_of` does."""
    values = maps.real(value)
    maps.finite(values, image)
    number, place = _chosen(values, layer, maps, channel, feature)
    own = values[number]
    activation = np.array(own.float().numpy(force=True))
    return Feature(number, place, float(own[place]), activation, is_chosen=feature is None)


def views_from(subject: Subject, node: str, layer: str, image: Image, feature: Feature, rules: Sequence[Rule]) -> Views:
    """Go back from a feature that is known; as `views_of`."""
    region = region_of(subject.analysis, node, feature.index, subject.graph.inputs[0])
    maps, box = Maps(layer, subject.analysis.layout(node)), region.pixels
    crop = Crops(subject, node).of(region.box, maps.element(feature.channel, feature.index))
    numbers = crop.subject.tensor(cut(image.numbers, crop.box))
    within = tuple((lo - start, hi - start) for (lo, hi), (start, _) in zip(box, crop.box, strict=True))
    found = []
    for rule in rules:
        back = crop.subject.back(node, crop.element, numbers, rule)
        values = back.values.reshape(len(image.numbers), *back.values.shape[-len(box) :])
        found.append(View(rule, cut(values, within), back.met))
    return Views(
        subject.graph.name,
        layer,
        image,
        feature.channel,
        feature.index,
        feature.value,
        box,
        tuple(found),
        is_chosen=feature.is_chosen,
        is_whole=crop.subject is subject,
    )


def _chosen(
    values: Any, layer: str, maps: Maps, channel: int | None, feature: Sequence[int] | None
) -> tuple[int, tuple[int, ...]]:
    """The channel and the feature, the strongest where they are not named."""
    if channel is not None and not -maps.channels <= channel < maps.channels:
        raise FeatureError(
            f"`{layer}` has {counted(maps.channels, 'channel')}, 0 … {maps.channels - 1}, but channel {channel} was "
            "asked for"
        )
    if feature is not None:
        from eyeshot.analyses.layout import checked_index

        place = checked_index(tuple(feature), maps.extents, maps.axes, f"layer `{layer}`")
        at = values[(slice(None), *place)]
        return (channel % maps.channels if channel is not None else int(at.argmax())), place
    search = Strongest(maps.channels, maps.extents, 1)
    search.take(0, search.look(values))
    best = channel % maps.channels if channel is not None else search.strongest_channels()[0]
    return best, search.hits(best)[0].feature
