"""Kinds of layers by name: the words that mean each, and the keys that each takes."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["KINDS", "PER_AXIS", "POINTWISE_WORDS", "Kind", "find_kind", "known_words"]

POINTWISE_WORDS = (
    "identity", "act", "activation", "bias", "scale", "affine",
    "relu", "relu6", "leakyrelu", "prelu", "rrelu", "elu", "selu", "celu", "gelu", "silu", "swish", "mish",
    "hardswish", "hardsigmoid", "hardtanh", "hardshrink", "softshrink", "tanhshrink", "softplus", "softsign",
    "sigmoid", "logsigmoid", "tanh", "threshold", "abs", "sqrt", "square", "exp", "log", "clip",
    "bn", "batchnorm", "syncbatchnorm", "frozenbatchnorm",
    "dropout", "alphadropout", "featurealphadropout", "droppath", "dropblock", "stochasticdepth",
)  # fmt: skip
"""Layers that move no index, each named on purpose. Batch normalisation stands here as it is at inference."""

PER_AXIS = frozenset(
    {
        "kernel",
        "stride",
        "dilation",
        "padding",
        "output_padding",
        "crop",
        "size",
        "scale",
        "factor",
        "start",
        "stop",
        "step",
    }
)
"""Keys whose value may be a list with one part per spatial axis."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of layer.

    Parameters
    ----------
    name : str
        Its name in eyeshot.
    keys : tuple of str
        What it takes besides ``name``, ``kind``, ``from`` and ``repeat``.
    words : tuple of str
        Other words for it, in lower case without ``_``, ``-`` and the ending ``1d``, ``2d`` or ``3d``.
    merges : bool
        Whether it joins two or more layers.
    spellings : tuple of (str, str)
        Other names of its own keys.
    """

    name: str
    keys: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    merges: bool = False
    spellings: tuple[tuple[str, str], ...] = ()

    def key(self, word: str) -> str | None:
        """The key that a word means; None if the kind has no such key."""
        key = dict(self.spellings).get(word) or _SPELLINGS.get(word, word)
        return key if key in self.keys else None


_SPELLINGS = {
    "kernel_size": "kernel",
    "strides": "stride",
    "dilation_rate": "dilation",
    "pad": "padding",
    "ceil_mode": "ceil",
    "out_channels": "channels",
    "filters": "channels",
    "features": "channels",
    "out_features": "channels",
    "padding_mode": "mode",
    "output_size": "size",
    "scale_factor": "scale",
    "upscale_factor": "factor",
    "downscale_factor": "factor",
    "depth_multiplier": "multiplier",
    "num_heads": "heads",
    "num_groups": "groups",
}

_WINDOW = ("kernel", "stride", "dilation", "padding")

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("conv", (*_WINDOW, "mode", "channels", "groups"), ("convolution",)),
        Kind("depthwise", (*_WINDOW, "mode", "multiplier"), ("dw", "dwconv", "depthwiseconv")),
        Kind("maxpool", (*_WINDOW, "ceil"), ("pool", "maxpooling")),
        Kind("avgpool", (*_WINDOW, "ceil"), ("averagepool", "avgpooling", "averagepooling")),
        Kind(
            "transposed",
            (*_WINDOW, "output_padding", "channels", "groups"),
            ("deconv", "convt", "convtranspose", "transposedconv", "conv2dtranspose", "upconv"),
        ),
        Kind(
            "upsample",
            ("scale", "size", "method", "align_corners"),
            ("resize", "upsampling", "interpolate"),
            spellings=(("mode", "method"), ("interpolation", "method")),
        ),
        Kind("pad", ("padding", "mode"), ("padding",)),
        Kind("crop", ("crop",), ("cropping",), spellings=(("amount", "crop"), ("padding", "crop"))),
        Kind("slice", ("start", "stop", "step", "axis")),
        Kind("adaptive", ("size",), ("adaptivepool", "adaptiveavgpool", "adaptivemaxpool")),
        Kind(
            "globalpool",
            words=("gap", "gmp", "globalavgpool", "globalmaxpool", "globalaveragepool", "globalaveragepooling",
                   "globalmaxpooling"),
        ),
        Kind("linear", ("channels",), ("fc", "dense", "fullyconnected", "innerproduct")),
        Kind("attention", ("heads", "channels"), ("selfattention", "mhsa", "multiheadattention")),
        Kind("shuffle", ("factor",), ("pixelshuffle", "depthtospace")),
        Kind("unshuffle", ("factor",), ("pixelunshuffle", "spacetodepth")),
        Kind("flatten"),
        Kind("pointwise", words=POINTWISE_WORDS),
        Kind("channelnorm", words=("layernorm2d", "rmsnorm2d", "lrn", "localresponsenorm", "softmax", "logsoftmax")),
        Kind("instancenorm"),
        Kind("groupnorm", ("groups",), ("gn",)),
        Kind("layernorm", words=("ln",)),
        Kind("se", ("reduction",), ("squeezeexcite", "squeezeexcitation", "squeezeandexcitation")),
        Kind("add", words=("sum", "plus"), merges=True),
        Kind("mul", words=("multiply", "product"), merges=True),
        Kind("concat", ("axis",), ("cat", "concatenate"), merges=True),
    )
}  # fmt: skip
"""Every kind by its name."""

_BY_WORD = {word: kind for kind in KINDS.values() for word in (kind.name, *kind.words)}


def find_kind(word: str) -> Kind | None:
    """The kind that a word means: ``MaxPool2d``, ``max_pool`` and ``pool`` are all `maxpool`.

    Examples
    --------
    >>> find_kind("ConvTranspose2d").name, find_kind("convolve")
    ('transposed', None)
    """
    plain = re.sub(r"[_-]", "", word[:100].lower())
    return _BY_WORD.get(plain) or _BY_WORD.get(re.sub(r"[123]d$", "", plain))


def known_words() -> tuple[str, ...]:
    """All words that mean a kind, to find the nearest of them."""
    return tuple(_BY_WORD)
