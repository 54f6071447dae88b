"""What a network makes of an image in several of its layers, by one run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eyeshot.analyses.results import LayerField
from eyeshot.effects.images import Image
from eyeshot.effects.maps import Maps
from eyeshot.effects.pairs import Side
from eyeshot.effects.rules import Rule
from eyeshot.effects.views import feature_of, views_from

if TYPE_CHECKING:
    from eyeshot.effects.passes import Subject

__all__ = ["sides_of"]


def sides_of(subject: Subject, rows: Sequence[LayerField], image: Image, rules: Sequence[Rule]) -> list[Side]:
    """The strongest feature of the strongest channel of each layer, its patch, its map and its views.

    Parameters
    ----------
    subject : Subject
        The model, read at the image's size.
    rows : sequence of LayerField
        The layers.
    image : Image
        The image.
    rules : sequence of Rule
        What rectifiers let through, one view for each.

    Raises
    ------
    InputError
        If a layer has no map, or nothing comes back from it.
    """
    layers = {row.name: row.layer for row in rows}
    maps = {node: Maps(layer, subject.analysis.layout(node)) for node, layer in layers.items()}
    values = subject.values(list(layers), subject.tensor(image.numbers))
    sides = {}
    for node, layer in layers.items():
        # Of each value no more is kept than one map.
        feature = feature_of(values.pop(node), layer, maps[node], image.name)
        sides[node] = Side(views_from(subject, node, layer, image, feature, rules), feature.activation)
    return [sides[row.name] for row in rows]
