"""What features look like: kernels, activations, ways back and strongest patches."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eyeshot.api.feature_views import Activations, Deconv, Filters, Patches
from eyeshot.api.models import analyze
from eyeshot.api.shown import as_shown
from eyeshot.api.weighted import Size, read, rules_of, weighted
from eyeshot.errors import InputError

__all__ = ["activations", "deconv", "filters", "patches"]


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

    known = weighted(model, arguments)
    found = analyze(known.module, input_shape if input_shape is not None else known.default, axes=axes)
    node = found[layer].name if layer in found else None
    return as_shown(Filters, kernels_of(known.module, layer, node, found._whole, order=order, name=known.name))


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

    known = weighted(model, arguments)
    how = given(mean, std, resize, known.own)
    subject, node, found = read(known, image, how, layer)
    return as_shown(Activations, activations_of(subject, node, layer, found))


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

    known, wanted = weighted(model, arguments), rules_of(rules)
    how = given(mean, std, resize, known.own)
    subject, node, found = read(known, image, how, layer)
    views = views_of(subject, node, layer, found, channel=channel, feature=at, rules=wanted)
    return as_shown(Deconv, views)


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
    scheduler: Any = None,
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
    scheduler : str or distributed.Client, optional
        Where the set is large: what runs the search, as dask takes it, ``"threads"``, ``"processes"`` or the client of
        a cluster whose machines find the images under the same names. It keeps no journal.
    progress : bool or callable
        Whether to show a bar, or what is told how many of how many images are done.

    Returns
    -------
    Patches
        Draws and saves itself.
    """
    from eyeshot.effects.images import images_of
    from eyeshot.effects.patches import patches_of
    from eyeshot.effects.preprocessing import given
    from eyeshot.effects.search import Search
    from eyeshot.present.progress import progress_bar

    known, wanted = weighted(model, arguments), rules_of(rules)
    how, listed = given(mean, std, resize, known.own), images_of(images)
    subject, node, _ = read(known, listed.files[0], how, layer)
    search = Search(subject, node, layer, listed, how, count=count, only_inside=only_inside)
    search.check(channels, wanted)
    if scheduler is not None:
        if journal is not None:
            raise InputError("a search on dask keeps no journal, because tasks that are lost run again; leave one out")
        from eyeshot.effects.spread import spread

        spread(search, scheduler)
        return as_shown(Patches, patches_of(search, channels, most=most, rules=wanted))
    with progress_bar("images", wanted=progress) as told:
        search.run(Path(journal) if journal is not None else None, told)
    return as_shown(Patches, patches_of(search, channels, most=most, rules=wanted))
