"""Layers that read windows: convolution, pooling, transposed convolution, padding and cropping."""

from __future__ import annotations

from dataclasses import replace

from eyeshot.errors import nearest
from eyeshot.frontends.layers.document import BadValueError
from eyeshot.frontends.layers.kinds.site import Site
from eyeshot.frontends.layers.padding import RULES, gist, same, same_transposed
from eyeshot.frontends.layers.values import MAX_NUMBER, Pair
from eyeshot.frontends.layers.wording import listed, shown
from eyeshot.graph.ops import Pad, TransposedWindow, Window

__all__ = ["MAX_CHANNELS", "avgpool", "conv", "crop", "depthwise", "maxpool", "pad", "transposed"]

MAX_CHANNELS = 1_000_000
"""Most channels that a layer may say to have."""
_MAX_PHASES = 4096
_MODES = {
    "constant": "constant", "zeros": "constant", "zero": "constant",
    "reflect": "reflect", "replicate": "replicate", "edge": "replicate",
    "circular": "circular", "wrap": "circular",
}  # fmt: skip


def conv(site: Site) -> str:
    """A convolution; `channels` stay as they are unless given."""
    channels = site.options.number("channels", site.channels, at_most=MAX_CHANNELS)
    groups = site.options.number("groups", 1, at_most=MAX_CHANNELS)
    return _padded_window(site, replace(_bare_window(site), channels=channels, groups=groups))


def depthwise(site: Site) -> str:
    """A convolution with a group for each channel, which becomes `multiplier` channels."""
    multiplier = site.options.number("multiplier", 1, at_most=MAX_CHANNELS)
    channels = site.channels
    return _padded_window(site, replace(_bare_window(site), channels=channels * multiplier, groups=channels))


def maxpool(site: Site) -> str:
    """A pooling; its stride is its kernel unless given."""
    window = _bare_window(site, stride=site.options.per_axis("kernel"))
    return _padded_window(site, replace(window, ceil=site.options.flag("ceil")))


avgpool = maxpool


def transposed(site: Site) -> str:
    """A transposed convolution; with the rule `same` it has ``n·stride`` outputs."""
    options = site.options
    window = _bare_window(site, most_stride=_MAX_PHASES)
    rule, declared = _rule(site)
    more = options.per_axis("output_padding", (0,) * len(site.axes), at_least=0)
    parts = [(before, after, out) for (before, after), out in zip(declared, more, strict=True)]
    if rule in ("same", "same_lower"):
        lower = rule == "same_lower"
        parts = [same_transposed(r, s, lower=lower) for r, s in zip(_reach(window), window.stride, strict=True)]
    before, after, out = zip(*parts, strict=True)
    return site.result(
        TransposedWindow(
            window.kernel,
            window.stride,
            window.dilation,
            before,
            after,
            out,
            channels=options.number("channels", site.channels, at_most=MAX_CHANNELS),
            groups=options.number("groups", 1, at_most=MAX_CHANNELS),
        ),
        *site.inputs,
    )


def pad(site: Site) -> str:
    """Padding as a layer of its own."""
    site.space()
    before, after = _split(site.options.amounts("padding"))
    return site.result(Pad(before, after, _mode(site)), *site.inputs)


def crop(site: Site) -> str:
    """Pixels taken away at the borders."""
    site.space()
    before, after = _split(site.options.amounts("crop"))
    return site.result(Pad(tuple(-b for b in before), tuple(-a for a in after)), *site.inputs)


def _bare_window(site: Site, stride: tuple[int, ...] | None = None, most_stride: int = MAX_NUMBER) -> Window:
    """The window that a layer says, without padding."""
    site.space()
    options = site.options
    ones = (1,) * len(site.axes)
    return Window(
        options.per_axis("kernel"),
        options.per_axis("stride", stride or ones, at_most=most_stride),
        options.per_axis("dilation", ones),
        (0,) * len(site.axes),
        (0,) * len(site.axes),
    )


def _padded_window(site: Site, window: Window) -> str:
    """The nodes of a window under its padding rule: cropping and padding first, where the window cannot do it."""
    amounts, window = _ruled(site, window)
    (value,) = site.inputs
    if min(map(min, amounts)) < 0:
        before, after = _split([(min(b, 0), min(a, 0)) for b, a in amounts])
        value = site.helper("crop", Pad(before, after), value)
    before, after = _split([(max(b, 0), max(a, 0)) for b, a in amounts])
    mode = _mode(site)
    if mode != "constant" and any((*before, *after)):
        value = site.helper("pad", Pad(before, after, mode), value)
        return site.result(window, value)
    return site.result(replace(window, pad_before=before, pad_after=after), value)


def _ruled(site: Site, window: Window) -> tuple[list[Pair], Window]:
    """Amounts of padding by the rule that holds, negative ones meaning a crop, and the window then to be used."""
    rule, declared = _rule(site)
    per_axis = list(zip(site.space(), _reach(window), window.stride, strict=True))
    if rule in ("same", "same_lower"):
        amounts = [same(n, reach, stride, lower=rule == "same_lower") for n, reach, stride in per_axis]
        return amounts, replace(window, ceil=False)
    if rule == "gist":
        before, after = _split(declared)
        sizes = _sizes(site, replace(window, pad_before=before, pad_after=after))
        amounts = [gist(n, n_out, reach, s) for (n, reach, s), n_out in zip(per_axis, sizes, strict=True)]
        return amounts, replace(window, ceil=False)
    return list(declared), window


def _sizes(site: Site, window: Window) -> tuple[int, ...]:
    try:
        return window.infer_shape(site.shape)[2:]
    except ValueError as error:
        raise BadValueError(str(error)) from None


def _rule(site: Site) -> tuple[str, tuple[Pair, ...]]:
    """The padding rule that holds for a layer, and the amounts that it declares.

    A layer's own rule or numbers come first. The rule `gist` works on numbers, the others have none.
    """
    own = site.options.raw("padding")
    if isinstance(own, str):
        if own not in RULES:
            raise BadValueError(
                f"padding must be numbers or one of {listed(RULES)}, but is {shown(own)}{nearest(own[:100], RULES)}",
                "padding",
            )
        return own, ((0, 0),) * len(site.axes)
    if own is None:
        return site.rule, ((0, 0),) * len(site.axes)
    return "gist" if site.rule == "gist" else "declared", site.options.amounts("padding")


def _mode(site: Site) -> str:
    return _MODES[site.options.word("mode", _MODES, "constant")]


def _reach(window: Window) -> tuple[int, ...]:
    return tuple(d * (k - 1) + 1 for k, d in zip(window.kernel, window.dilation, strict=True))


def _split(pairs: tuple[Pair, ...] | list[Pair]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple(before for before, _ in pairs), tuple(after for _, after in pairs)
