"""Drawings by the name of their style."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.procedure import procedure_of
from eyeshot.analyses.results import Table
from eyeshot.analyses.selection import NONE_ASKED
from eyeshot.analyses.views import Feature, Views, views_of
from eyeshot.errors import InputError, nearest
from eyeshot.present.drawings.boxes import boxes_scene
from eyeshot.present.drawings.growth import growth_scene
from eyeshot.present.drawings.maps import common_scene, fixed_scene, pair_scene
from eyeshot.present.drawings.plane import extent
from eyeshot.present.drawings.procedure import procedure_scene
from eyeshot.present.scene.scene import Scene

__all__ = ["STYLES", "drawing_of"]

STYLES = ("pair", "common", "fixed", "procedure", "boxes", "growth")


def drawing_of(
    analysis: Analysis,
    style: str,
    *,
    layers: Mapping[str, str] = NONE_ASKED,
    features: Sequence[Feature] = (),
    input_name: str,
    image: str | os.PathLike[str] | None = None,
    beside: Sequence[Table] = (),
) -> Scene:
    """Draw a network.

    Parameters
    ----------
    analysis : Analysis
        Of the network.
    style : str
        One of `STYLES`; ``"pair"`` is *common* and *fixed* side by side.
    layers : mapping of str to str
        Names of nodes, each with the name by which it was asked for; without any, the drawing chooses.
    features : sequence of Feature
        Features that are singled out; without any, the central one, and in *boxes* the first, central and last.
    input_name : str
        The input that is looked at.
    image : path, optional
        A photo, for *boxes*.
    beside : sequence of Table
        More networks, for *growth*.

    Raises
    ------
    InputError
        If the style is unknown, or an argument does not go with it.
    """
    if style not in STYLES:
        raise InputError(f"style must be one of {', '.join(STYLES)}; found {style!r}{nearest(str(style), STYLES)}")
    _check(style, image=image, beside=beside, layers=layers, features=features)
    if style == "growth":
        return growth_scene([analysis.table, *beside], input_name)
    if style == "procedure":
        info = next(info for info in analysis.inputs if info.name == input_name)
        steps = procedure_of(analysis, input_name, layers)
        return procedure_scene(analysis.graph.name, info, steps, whole=bool(layers))
    value = next(value for value in analysis.graph.inputs if value.name == input_name)
    if style == "boxes":
        places = features or ("first", "center", "last")
        views = views_of(analysis, value, layers=layers, features=places, most_layers=1, fitting=True)
        return _boxes(views, image, is_chosen=not layers)
    views = views_of(analysis, value, layers=layers, features=features or ("center",))
    return {"pair": pair_scene, "common": common_scene, "fixed": fixed_scene}[style](views)


def _boxes(views: Views, image: str | os.PathLike[str] | None, *, is_chosen: bool) -> Scene:
    if image is None:
        return boxes_scene(views, is_chosen=is_chosen)
    if len(views.input.axes) == 1:
        raise InputError("an image goes with an input of two axes or more, but this one has one")
    from eyeshot.present.photo import read_photo

    return boxes_scene(views, read_photo(image, *extent(views.input.extents)), is_chosen=is_chosen)


def _check(
    style: str,
    *,
    image: object,
    beside: Sequence[Table],
    layers: Collection[str],
    features: Sequence[Feature],
) -> None:
    """What goes with which style."""
    if image is not None and style != "boxes":
        raise InputError(f"an image goes with the style boxes, but the style is {style}")
    if beside and style != "growth":
        raise InputError(f"several networks go with the style growth, but the style is {style}; draw one at a time")
    if len(features) > 1 and style != "boxes":
        raise InputError(f"several features go with the style boxes, but the style is {style}; name one")
    if features and style in {"procedure", "growth"}:
        raise InputError(f"the style {style} singles out no feature; leave out `at`")
    if layers and style == "growth":
        raise InputError("the style growth draws all layers; leave out `layers`")
