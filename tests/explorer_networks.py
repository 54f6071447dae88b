"""Networks on which the page's own arithmetic is pinned to eyeshot's."""

import math

from catalogue import CATALOGUE

import eyeshot

NETWORKS = {
    **CATALOGUE,
    **{name: eyeshot.load(name) for name in ("alexnet", "unet", "tcn", "unet3d", "wavenet", "inception_v3")},
    **{name: eyeshot.load(name) for name in ("unet_bilinear", "resnet18")},
    "gates": eyeshot.load(
        "conv k3 s2 p1 c8 name=stem | conv k3 p1 g8 c8 name=deep | se name=gate | conv k5 p2 c8 name=left from=stem |"
        " concat name=both from=gate,left | maxpool k3 s2 p1 name=pool | conv k1 c4 | globalpool | linear c10",
        input_shape=(3, 32, 40),
    ),
    "non-square": eyeshot.load("conv k5x3 s2x1 p2x1 d1x2 | maxpool k3 s2 ceil | deconv k3 s2", input_shape=(1, 21, 34)),
}
MOST_FEATURES = 3


def some(extents: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The first, a middle and the last feature."""
    count = math.prod(extents)
    chosen = sorted({0, count * 2 // 5, count - 1})[:MOST_FEATURES]
    return [tuple(int(i) for i in _unravelled(number, extents)) for number in chosen if count]


def _unravelled(number: int, extents: tuple[int, ...]) -> list[int]:
    index = []
    for n in reversed(extents):
        number, i = divmod(number, n)
        index.append(i)
    return index[::-1]
