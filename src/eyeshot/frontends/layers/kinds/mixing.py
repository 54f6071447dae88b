"""Layers that mix more than a window: linear, attention, global pooling, normalisation, gates, merges."""

from __future__ import annotations

from eyeshot.frontends.layers.document import BadValueError
from eyeshot.frontends.layers.kinds.site import Site
from eyeshot.frontends.layers.kinds.windows import MAX_CHANNELS
from eyeshot.graph.ops import Concat, Contract, Pointwise, Reduce, Reshape, Window

__all__ = [
    "attention", "channelnorm", "concat", "globalpool", "groupnorm", "instancenorm", "layernorm", "linear", "merge",
    "pointwise", "squeeze_excite",
]  # fmt: skip


def pointwise(site: Site) -> str:
    """A function of each element."""
    return site.result(Pointwise(), *site.inputs)


def linear(site: Site) -> str:
    """Every feature from everything: flattened, then multiplied by a matrix."""
    labels = ("batch", "channel", *site.axes)[: len(site.shape)]
    features = site.options.number("channels", site.channels, at_most=MAX_CHANNELS)
    return site.result(Contract((labels,), ("batch", "feature"), (("feature", features),)), *site.inputs)


def attention(site: Site) -> str:
    """Self-attention over all positions: queries are local, keys and values global."""
    site.space()
    site.options.number("heads", 1, at_most=MAX_CHANNELS)
    features = site.options.number("channels", site.channels, at_most=MAX_CHANNELS)
    queries = ("batch", "channel", *site.axes)
    keys = ("batch", "key channel", *(f"key {axis}" for axis in site.axes))
    op = Contract((queries, keys), ("batch", "feature", *site.axes), (("feature", features),))
    return site.result(op, *site.inputs * 2)


def globalpool(site: Site) -> str:
    """Mean or maximum over all positions; the axes stay, with one feature each."""
    return site.result(Reduce(site.dims, keepdims=True), *site.inputs)


def channelnorm(site: Site) -> str:
    """Normalisation over channels at each position, taken as reading all of them."""
    if len(site.shape) == 2:
        return linear(site)
    return site.result(_all_channels(site, site.channels), *site.inputs)


def instancenorm(site: Site) -> str:
    """Normalisation of each channel by its mean and variance over all positions."""
    return _normalised(site, site.dims)


def layernorm(site: Site) -> str:
    """Normalisation by mean and variance over all channels and positions."""
    return _normalised(site, tuple(range(1, len(site.shape))))


def _normalised(site: Site, dims: tuple[int, ...]) -> str:
    (value,) = site.inputs
    statistics = site.helper("reduce", Reduce(dims, keepdims=True), value)
    return site.result(Pointwise(), value, statistics)


def groupnorm(site: Site) -> str:
    """Normalisation by mean and variance over the channels of a group and all positions."""
    space = site.space()
    groups = site.options.number("groups")
    if site.channels % groups:
        raise BadValueError(
            f"{site.channels} channels must divide evenly into groups, but there are {groups}", "groups"
        )
    grouped = Reshape((site.shape[0], groups, site.channels // groups, *space))
    value = site.helper("split", grouped, *site.inputs)
    statistics = site.helper("reduce", Reduce(tuple(range(2, 3 + len(space))), keepdims=True), value)
    normed = site.helper("norm", Pointwise(), value, statistics)
    return site.result(Reshape(site.shape), normed)


def squeeze_excite(site: Site) -> str:
    """A squeeze-and-excitation gate: each channel multiplied by a number made from all of the input."""
    (value,) = site.inputs
    site.options.number("reduction", 1)
    pooled = site.helper("reduce", Reduce(site.dims, keepdims=True), value)
    gate = site.helper("excite", _all_channels(site, site.channels), pooled)
    return site.result(Pointwise(), value, gate)


def merge(site: Site) -> str:
    """Sum or product of layers; a size of 1 fits every size."""
    ranks = {len(site.build.shape(value)) for value in site.inputs}
    if len(ranks) > 1:
        raise BadValueError(f"operands must all have their spatial axes or all be flat, but are {_shapes(site)}")
    return site.result(Pointwise(), *site.inputs)


def concat(site: Site) -> str:
    """Layers laid one after the other, along channels or along an axis."""
    axis = site.options.word("axis", ("channels", *site.axes), "channels")
    dim = 1 if axis == "channels" else site.dims[site.axes.index(axis)]
    ranks = {len(site.build.shape(value)) for value in site.inputs}
    sizes = {(*shape[:dim], *shape[dim + 1 :]) for shape in map(site.build.shape, site.inputs)}
    if len(ranks) > 1 or len(sizes) > 1:
        raise BadValueError(f"operands must have equal shapes except along {axis}, but are {_shapes(site)}")
    return site.result(Concat(dim), *site.inputs)


def _all_channels(site: Site, channels: int) -> Window:
    """A 1×1 convolution over all channels."""
    ones, zeros = (1,) * len(site.axes), (0,) * len(site.axes)
    return Window(ones, ones, ones, zeros, zeros, channels=channels)


def _shapes(site: Site) -> str:
    return ", ".join(f"`{value}` {'×'.join(map(str, site.build.shape(value)))}" for value in site.inputs[:8])
