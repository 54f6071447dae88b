"""Ready-made animations: those of Dumoulin and Visin's guide [1]_, and a few more that explain a single idea.

References
----------
.. [1] V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285.
"""

from __future__ import annotations

from dataclasses import dataclass

from eyeshot.errors import InputError, nearest

__all__ = ["PRESETS", "Preset", "preset_named"]


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings of an animation; empty texts stand for what the kind of layer has by default.

    Parameters
    ----------
    kind : str
        Kind of layer.
    input, kernel, stride, pad, dilation, output_padding : str
        Numbers, as on the command line.
    padding_mode : str
        What stands in the padding.
    groups : int
        Groups of channels.
    dims : int
        Axes.
    ceil : bool
        Whether the number of outputs is rounded up.
    way : str
        How the layer is walked over.
    shows_values : bool
        Whether there are numbers in the cells.
    values, weights : tuple of tuple of int
        These numbers; those of the guide if empty.
    grey : bool
        Whether cells have the grey of their number.
    """

    kind: str
    input: str
    kernel: str = ""
    stride: str = ""
    pad: str = ""
    dilation: str = ""
    output_padding: str = ""
    padding_mode: str = ""
    groups: int = 1
    dims: int = 2
    ceil: bool = False
    way: str = ""
    shows_values: bool = False
    values: tuple[tuple[int, ...], ...] = ()
    weights: tuple[tuple[int, ...], ...] = ()
    grey: bool = False


_GREY_IMAGE = (
    (255, 255, 255, 255, 255),
    (255, 0, 0, 0, 255),
    (255, 0, 0, 0, 255),
    (255, 0, 0, 0, 255),
    (255, 255, 255, 255, 255),
)
_VERTICAL_EDGES = ((1, 0, -1), (1, 0, -1), (1, 0, -1))

PRESETS = {
    "no_padding_no_strides": Preset("conv", "4", "3"),
    "arbitrary_padding_no_strides": Preset("conv", "5", "4", pad="2"),
    "same_padding_no_strides": Preset("conv", "5", "3", pad="1"),
    "full_padding_no_strides": Preset("conv", "5", "3", pad="2"),
    "no_padding_strides": Preset("conv", "5", "3", "2"),
    "padding_strides": Preset("conv", "5", "3", "2", "1"),
    "padding_strides_odd": Preset("conv", "6", "3", "2", "1"),
    "dilation": Preset("conv", "7", "3", dilation="2"),
    "no_padding_no_strides_transposed": Preset("transposed", "2", "3", way="zeros"),
    "arbitrary_padding_no_strides_transposed": Preset("transposed", "6", "4", pad="2", way="zeros"),
    "same_padding_no_strides_transposed": Preset("transposed", "5", "3", pad="1", way="zeros"),
    "full_padding_no_strides_transposed": Preset("transposed", "7", "3", pad="2", way="zeros"),
    "no_padding_strides_transposed": Preset("transposed", "2", "3", "2", way="zeros"),
    "padding_strides_transposed": Preset("transposed", "3", "3", "2", "1", way="zeros"),
    "padding_strides_odd_transposed": Preset("transposed", "3", "3", "2", "1", output_padding="1", way="zeros"),
    "numerical_no_padding_no_strides": Preset("conv", "5", "3", shows_values=True),
    "numerical_padding_strides": Preset("conv", "5", "3", "2", "1", shows_values=True),
    "numerical_average_pooling": Preset("avgpool", "5", "3", "1", shows_values=True),
    "numerical_max_pooling": Preset("maxpool", "5", "3", "1", shows_values=True),
    "grey_image": Preset("conv", "5", "3", shows_values=True, values=_GREY_IMAGE, weights=_VERTICAL_EDGES, grey=True),
    "stamping": Preset("transposed", "3", "3", "2", way="stamp", shows_values=True),
    "checkerboard": Preset("transposed", "3", "3", "2", way="stamp"),
    "depthwise": Preset("depthwise", "5", "3", groups=3),
    "grouped": Preset("conv", "5", "3", groups=2),
    "unread_pixels": Preset("conv", "8", "2", "3"),
    "ceil_mode": Preset("maxpool", "6", "3", "2", ceil=True, shows_values=True),
    "reflect_padding": Preset("conv", "5", "3", pad="1", padding_mode="reflect", shows_values=True),
    "replicate_padding": Preset("conv", "5", "3", pad="1", padding_mode="replicate", shows_values=True),
    "circular_padding": Preset("conv", "5", "3", pad="1", padding_mode="circular", shows_values=True),
    "upsampling": Preset("upsample", "4"),
    "causal": Preset("conv", "9", "3", pad="4:0", dilation="2", dims=1),
}
"""By name; the first nineteen are the guide's."""


def preset_named(name: str) -> Preset:
    """The preset of that name."""
    if name not in PRESETS:
        hint = nearest(name, PRESETS) or f"; there are {', '.join(PRESETS)}"
        raise InputError(f"there is no preset {name!r}{hint}")
    return PRESETS[name]
