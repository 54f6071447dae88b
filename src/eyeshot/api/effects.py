"""What features look like: kernels, activations, ways back, strongest patches, two networks side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from eyeshot.api.models import analyze
from eyeshot.api.shown import Shown
from eyeshot.effects.activations import Activations as _Activations
from eyeshot.effects.filters import Kernels
from eyeshot.effects.pairs import Comparison as _Comparison
from eyeshot.effects.patches import Patches as _Patches
from eyeshot.effects.views import Views
from eyeshot.errors import InputError, nearest
from eyeshot.frontends.torch.references import need

if TYPE_CHECKING:
    from eyeshot.effects.images import Image
    from eyeshot.effects.preprocessing import Preprocessing
    from eyeshot.effects.rules import Rule
    from eyeshot.present.scene.scene import Scene

__all__ = ["Activations", "Comparison", "Deconv", "Filters", "Patches"]
__all__ += ["activations", "compare", "deconv", "filters", "patches"]

Size = int | Sequence[int]
Kind = TypeVar("Kind")


# ---------------------------------------------------------------------- results


@dataclass(frozen=True, eq=False, repr=False)
class Filters(Kernels, Shown):
    """The kernels of a convolution; ``weights`` go by filter, channel and place."""

    def _scene(self, **named: Any) -> Scene:
        from eyeshot.present.drawings.kernels import kernels_scene

        return kernels_scene(self, **named)

    def _arrays(self) -> Mapping[str, Any]:
        return {"weights": self.weights, "order": self.order}

    def _rows(self) -> Sequence[Mapping[str, Any]]:
        import numpy as np

        norms = np.sqrt((self.weights.reshape(len(self.weights), -1).astype(float) ** 2).sum(1))
        return [{"filter": i, "norm": float(norms[i])} for i in self.order]


@dataclass(frozen=True, eq=False, repr=False)
class Activations(_Activations, Shown):
    """Every channel of a layer for one image; ``values`` go by channel and feature."""

    def _scene(self, *, overlay: int | None = None, **named: Any) -> Scene:
        from eyeshot.present.drawings.activations import activations_scene, overlay_scene

        return activations_scene(self, **named) if overlay is None else overlay_scene(self, overlay, **named)

    def _arrays(self) -> Mapping[str, Any]:
        return {"values": self.values, "centers": self.centers, "jump": self.jump, "pixels": self.image.pixels}

    def _rows(self) -> Sequence[Mapping[str, Any]]:
        dead = set(self.dead)
        return [
            {"channel": i, "least": float(m.min()), "mean": float(m.mean()), "most": float(m.max()), "dead": i in dead}
            for i, m in enumerate(self.values)
        ]


@dataclass(frozen=True, eq=False, repr=False)
class Deconv(Views, Shown):
    """One feature: its patch, and what came back to it by each rule."""

    def _scene(self) -> Scene:  # type: ignore[override]
        from eyeshot.present.drawings.views import views_scene

        return views_scene(self)

    def _arrays(self) -> Mapping[str, Any]:
        found = {view.rule.value: view.values for view in self.views}
        return {"patch": self.patch, "box": self.box, "feature": self.feature, "channel": self.channel, **found}

    def _rows(self) -> Sequence[Mapping[str, Any]]:
        return [
            {"rule": view.rule.value, "rectifiers": view.met, "most": float(abs(view.values).max())}
            for view in self.views
        ]


@dataclass(frozen=True, eq=False, repr=False)
class Patches(_Patches, Shown):
    """The strongest features of some channels, with the pixels that they see."""

    def _scene(self, **named: Any) -> Scene:
        from eyeshot.present.drawings.views import patches_scene

        return patches_scene(self, **named)

    def _arrays(self) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for channel in self.channels:
            for k, patch in enumerate(channel.patches):
                found[f"channel{channel.number}.{k}.patch"] = patch.pixels
                for view in patch.views:
                    found[f"channel{channel.number}.{k}.{view.rule.value}"] = view.values
        return found

    def _rows(self) -> Sequence[Mapping[str, Any]]:
        return [
            {
                "channel": channel.number,
                "rank": k,
                "image": patch.name,
                "feature": patch.hit.feature,
                "score": patch.hit.score,
                "ties": patch.hit.ties,
                "box": patch.box,
            }
            for channel in self.channels
            for k, patch in enumerate(channel.patches)
        ]


@dataclass(frozen=True, repr=False)
class Comparison(_Comparison):
    """Layers of two networks that see equally much."""


def _as(kind: type[Kind], found: Any) -> Kind:
    """A result as the public class of its kind."""
    return kind(**{one.name: getattr(found, one.name) for one in fields(found)})


# ---------------------------------------------------------------------- the model and its images


@dataclass(frozen=True, slots=True)
class _Model:
    """A module with its weights, and what is known of its images."""

    module: Any
    name: str
    own: Preprocessing
    default: Any


def _model(model: Any, arguments: Mapping[str, Any] | None) -> _Model:
    need("torch")
    from eyeshot.effects.preprocessing import carried_by
    from eyeshot.frontends.load import is_python
    from eyeshot.frontends.torch.references import build_reference, is_module

    if is_module(model):
        if arguments:
            raise InputError("arguments go with a reference that makes a model, but the model is made already")
        return _Model(model, type(model).__name__, carried_by(model), None)
    if not isinstance(model, str) or not is_python(model):
        raise InputError(
            "only a PyTorch model has weights, but this is a list of layers; name a module or a reference such as "
            "torchvision:alexnet"
        )
    built = build_reference(model, arguments=arguments, spared=False)
    weights = None
    library, _, name = model.partition(":")
    if library == "torchvision" and (arguments or {}).get("weights") is not None:
        enum = need("torchvision").models.get_model_weights(name)
        asked = arguments["weights"] if arguments is not None else None
        weights = asked if not isinstance(asked, str) else enum[asked.rpartition(".")[2]]
    return _Model(built.module, built.name, carried_by(built.module, weights), built.input_shape)


def _read(model: _Model, image: Any, preprocessing: Preprocessing, layer: str) -> tuple[Any, str, Image]:
    """The model read at an image's size, the value that a layer means, and the image."""
    from eyeshot.effects.images import image_of
    from eyeshot.effects.passes import Subject
    from eyeshot.frontends.torch.shapes import first_convolution

    first = first_convolution(model.module)
    channels, axes = (first.channels, first.axes) if first is not None else (3, 2)
    found = image_of(image, channels, axes, preprocessing)
    subject = Subject(model.module, (1, *found.numbers.shape), name=model.name)
    return subject, _node(subject, layer), found


def _node(subject: Any, layer: str) -> str:
    """The value that a layer's name means, as `Fields` takes it."""
    from eyeshot.api.fields import Fields

    return Fields(subject.graph)[layer].name


def _rules(named: Sequence[str]) -> list[Rule]:
    from eyeshot.effects.rules import Rule

    known = {rule.value: rule for rule in Rule}
    for name in named:
        if name not in known:
            raise InputError(f"a rule must be one of {', '.join(known)}; found {name!r}{nearest(name, known)}")
    return [known[name] for name in named]


# ---------------------------------------------------------------------- what can be asked


def filters(
    model: Any,
    layer: str,
    *,
    order: str = "index",
    input_shape: Any = None,
    axes: str | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Filters:
    """The kernels of a convolution.

    Parameters
    ----------
    model : torch.nn.Module or str
        A module with its weights, or a reference such as ``"torchvision:alexnet"``.
    layer : str
        Path of the convolution.
    order : {"index", "norm", "hue"}
        As they are; the largest first; by the hue of their colour, where they read an image's three channels.
    input_shape, axes, arguments
        As for `eyeshot.analyze`; only the field in the caption depends on them.

    Returns
    -------
    Filters
        Draws and saves itself.

    Raises
    ------
    InputError
        If the layer is no convolution, or the model has no weights.

    Examples
    --------
    >>> import eyeshot, torch
    >>> net = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 5, stride=2))
    >>> eyeshot.filters(net, "0", input_shape=(1, 3, 32, 32)).caption
    '8 kernels of 5×5 on 3 channels · convolution, stride 2 · field 5×5 px'
    """
    from eyeshot.effects.filters import kernels_of

    known = _model(model, arguments)
    found = analyze(known.module, input_shape if input_shape is not None else known.default, axes=axes)
    node = found[layer].name if layer in found else None
    return _as(Filters, kernels_of(known.module, layer, node, found._whole, order=order))


def activations(
    model: Any,
    layer: str,
    image: Any,
    *,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    resize: Size | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Activations:
    """Every channel of a layer for one image.

    Parameters
    ----------
    model, arguments
        As for `filters`.
    layer : str
        A layer, as for ``fields[...]``.
    image : str, path or array
        A photo, a signal (``.wav``) or an array (``.npy`` or in memory), channels first.
    mean, std : sequence of float, optional
        Taken off and divided by, for each channel, where numbers are scaled to 0 … 1; by default what timm's or
        torchvision's own configuration says, else nothing.
    resize : int or two of them, optional
        Pixels of the shorter side, or height and width.

    Returns
    -------
    Activations
        Draws and saves itself; ``draw(overlay=3)`` draws channel 3 over the image.
    """
    from eyeshot.effects.activations import activations_of
    from eyeshot.effects.preprocessing import given

    known = _model(model, arguments)
    how = given(mean, std, resize, known.own)
    subject, node, found = _read(known, image, how, layer)
    return _as(Activations, activations_of(subject, node, layer, found))


def deconv(  # noqa: PLR0913 - one for each thing that can be chosen
    model: Any,
    layer: str,
    image: Any,
    *,
    channel: int | None = None,
    at: Sequence[int] | None = None,
    rules: Sequence[str] = ("deconvnet", "guided", "gradient"),
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    resize: Size | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Deconv:
    """From one feature down to its pixels, by the rules of deconvnets, guided backpropagation and gradients.

    Parameters
    ----------
    model, layer, image, mean, std, resize, arguments
        As for `activations`.
    channel : int, optional
        The channel; that of the strongest feature by default.
    at : sequence of int, optional
        Index of the feature; the strongest of the channel by default.
    rules : sequence of str
        Some of ``"deconvnet"``, ``"guided"`` and ``"gradient"``.

    Returns
    -------
    Deconv
        Draws and saves itself.
    """
    from eyeshot.effects.preprocessing import given
    from eyeshot.effects.views import views_of

    known, wanted = _model(model, arguments), _rules(rules)
    how = given(mean, std, resize, known.own)
    subject, node, found = _read(known, image, how, layer)
    views = views_of(subject, node, layer, found, channel=channel, feature=at, rules=wanted)
    return _as(Deconv, views)


def patches(  # noqa: PLR0913 - as for `deconv`
    model: Any,
    layer: str,
    images: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    channels: Sequence[int] | None = None,
    count: int = 9,
    most: int = 4,
    rules: Sequence[str] = ("deconvnet",),
    only_inside: bool = False,
    journal: str | os.PathLike[str] | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    resize: Size | None = None,
    progress: bool | Callable[[int, int], None] = False,
    arguments: Mapping[str, Any] | None = None,
) -> Patches:
    """The strongest features of channels over a set of images, each with the pixels of its exact field.

    Parameters
    ----------
    model, layer, mean, std, resize, arguments
        As for `activations`.
    images : str, path or sequence of them
        A folder, a pattern such as ``"photos/*.jpg"``, or files; all of one size once they are scaled.
    channels : sequence of int, optional
        Channels; those with the strongest features by default.
    count : int
        How many features of each.
    most : int
        How many channels, where none are named.
    rules : sequence of str
        Views that are made of each, as for `deconv`; none for patches alone.
    only_inside : bool
        Whether features whose field leaves the image are left out.
    journal : path, optional
        A file by which a search that is interrupted goes on; it is gone at the end.
    progress : bool or callable
        Whether to show a bar, or what is told how many of how many images are done.

    Returns
    -------
    Patches
        Draws and saves itself.
    """
    from eyeshot.effects.images import images_of
    from eyeshot.effects.patches import Search, patches_of
    from eyeshot.effects.preprocessing import given
    from eyeshot.present.progress import progress_bar

    known, wanted = _model(model, arguments), _rules(rules)
    how, listed = given(mean, std, resize, known.own), images_of(images)
    subject, node, _ = _read(known, listed.files[0], how, layer)
    search = Search(subject, node, layer, listed, how, count=count, only_inside=only_inside)
    with progress_bar("images", wanted=progress) as told:
        search.run(Path(journal) if journal is not None else None, told)
    return _as(Patches, patches_of(search, channels, most=most, rules=wanted))


def compare(
    first: Any, second: Any, *, input_shape: Any = None, arguments: Mapping[str, Any] | None = None
) -> Comparison:
    """Pair the layers of two networks by what they see.

    Parameters
    ----------
    first, second : as for `eyeshot.analyze`
        The networks; built-in ones and lists of layers need no weights.
    input_shape, arguments
        As for `eyeshot.analyze`, for both.

    Returns
    -------
    Comparison
        Each layer of the first network with the one of the second whose field is most nearly as large.

    Examples
    --------
    >>> import eyeshot
    >>> pair = eyeshot.compare("alexnet", "vgg16").pairs[7]
    >>> pair.first.layer, pair.second.layer, round(pair.apart, 3)
    ('pool5', 'conv5_3', 0.005)
    """
    from eyeshot.effects.pairs import compared

    tables = [analyze(model, input_shape, arguments=arguments).table for model in (first, second)]
    return _as(Comparison, compared(*tables))
