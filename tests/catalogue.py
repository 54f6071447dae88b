"""One small graph for each use of each op; every suite that loops over ops loops over these.

A new op has an entry here, or `test_every_op_is_in_the_catalogue` fails.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Graph, Op
from eyeshot.graph.ops import (
    AdaptivePool,
    Concat,
    Constant,
    Contract,
    Cumulative,
    Expand,
    Flip,
    Gather,
    Opaque,
    Pad,
    Permute,
    Pointwise,
    Reduce,
    Resample,
    Reshape,
    Roll,
    Slice,
    TransposedWindow,
    Window,
)

__all__ = ["CATALOGUE"]

CATALOGUE: dict[str, Graph] = {}

Shape = tuple[int, ...]


def entry(name: str, shape: Shape) -> Callable[[Callable[[GraphBuilder, str], str]], None]:
    """Put the graph that a function builds on an input of a shape into the catalogue."""

    def add(make: Callable[[GraphBuilder, str], str]) -> None:
        build = GraphBuilder(name)
        CATALOGUE[name] = build.finish(make(build, build.input("x", shape)))

    return add


def chain(name: str, shape: Shape, *ops: Op) -> None:
    """Put a chain of ops into the catalogue."""

    @entry(name, shape)
    def _(build: GraphBuilder, value: str) -> str:
        for op in ops:
            value = build.add(op, value)
        return value


def window(
    kernel: Shape,
    stride: Shape | None = None,
    pad: Shape | None = None,
    after: Shape | None = None,
    *,
    dilation: Shape | None = None,
    channels: int | None = 2,
    groups: int = 1,
    ceil: bool = False,
) -> Window:
    one, none = (1,) * len(kernel), (0,) * len(kernel)
    before = pad or none
    return Window(kernel, stride or one, dilation or one, before, after or before, channels, groups, ceil)


def transposed(kernel: Shape, stride: Shape, pad: Shape, extra: Shape, *, dilation: int = 1) -> TransposedWindow:
    return TransposedWindow(kernel, stride, (dilation,) * len(kernel), pad, pad, extra, channels=2)


CONV = window((3,), pad=(1,))
CONV_2D = window((3, 3), pad=(1, 1))

# Windows
chain("conv 1-D", (1, 2, 7), window((3,), (2,), (1,)))
chain("conv 2-D, all different per axis", (1, 2, 7, 6), window((3, 2), (2, 1), (1, 0), (0, 1), dilation=(1, 2)))
chain("conv 3-D, flat kernel", (1, 1, 3, 4, 4), window((1, 3, 3), pad=(0, 1, 1)))
chain("stack of convs", (1, 1, 9), CONV, window((3,), (2,), (1,)), CONV)
chain("even kernel", (1, 1, 8), window((4,), (2,), (1,)), window((2,)))
chain("stride above kernel, then conv", (1, 1, 9), window((1,), (2,)), window((3,)))
chain("padding wider than the kernel", (1, 1, 4), window((2,), (1,), (3,), (4,)), CONV)
chain("causal, dilated", (1, 1, 9), *(window((3,), pad=(2 * d,), after=(0,), dilation=(d,)) for d in (1, 2)))
chain("padding lost by a stride", (1, 1, 7), window((2,), (2,)), window((3,), pad=(1,)))
chain("valid, then padded", (1, 1, 8), window((4,)), window((5,), pad=(2,)), window((3,), pad=(3,)))
chain("max pool with ceil", (1, 2, 6), window((3,), (2,), channels=None, ceil=True))
chain("ceil drops a window", (1, 1, 5), window((2,), (3,), (1,), channels=None, ceil=True))
chain("grouped conv", (1, 4, 5), window((3,), channels=6, groups=2))
chain("depthwise conv", (1, 3, 5), window((3,), channels=3, groups=3))
chain("image smaller than the field", (1, 1, 2, 3), CONV_2D, CONV_2D, window((3, 3), (2, 2), (1, 1)))

# Transposed windows
chain("transposed", (1, 2, 4), transposed((3,), (2,), (1,), (1,)))
chain("transposed with gaps", (1, 1, 4), transposed((1,), (2,), (0,), (1,)), CONV)
chain("transposed with gaps in 2-D", (1, 1, 3, 3), transposed((1, 2), (2, 3), (0, 0), (0, 1)), window((2, 2)))
chain("transposed, dilated", (1, 1, 4), transposed((3,), (2,), (1,), (0,), dilation=3))
chain("transposed there and back", (1, 1, 8), window((2,), (2,)), transposed((2,), (2,), (0,), (0,)), CONV)
chain("transposed 3-D", (1, 1, 2, 2, 2), transposed((2, 1, 3), (2, 1, 1), (0, 0, 1), (0, 0, 0)))

# Resampling
for method in ("nearest", "nearest_exact", "linear", "cubic"):
    chain(f"{method} up", (1, 1, 4), Resample((8,), method), CONV)
    chain(f"{method} by 3/2 and 2/3", (1, 1, 6, 4), Resample((4, 6), method), CONV_2D)
    chain(f"{method} down", (1, 1, 9), Resample((3,), method))
    chain(f"{method} by a scale of its own", (1, 1, 5), Resample((7,), method, scales=(Fraction(3, 2),)))
for method in ("linear", "cubic"):
    chain(f"{method}, corners aligned", (1, 1, 4), Resample((7,), method, align_corners=True), CONV)
    chain(f"{method} to one, corners aligned", (1, 1, 4), Resample((1,), method, align_corners=True))
chain("adaptive pooling", (1, 2, 7, 5), AdaptivePool((3, 5)), CONV_2D)
chain("adaptive pooling up", (1, 1, 3), AdaptivePool((5,)))
chain("adaptive pooling to one", (1, 2, 4, 3), AdaptivePool((1, 2)))

# Padding and selection
for mode in ("constant", "reflect", "replicate", "circular"):
    chain(f"{mode} padding", (1, 1, 5), Pad((2,), (1,), mode), CONV)
    chain(f"{mode} padding in 2-D", (1, 1, 3, 4), Pad((1, 2), (2, 0), mode), window((2, 3)))
chain("crop", (1, 1, 6, 5), Pad((-1, 1), (-2, -1)), CONV_2D)
chain("padded channels", (1, 2, 3), Pad((1, 0), (1, 1)), window((1,), channels=4, groups=4), CONV)
chain("slice with a step", (1, 1, 9), Slice(2, 1, None, 2), CONV)
chain("slice backwards", (1, 1, 7), Slice(-1, None, None, -2), CONV)
chain("slice of channels", (1, 3, 5), CONV, Slice(1, 1, 2))
chain("flip", (1, 1, 5, 4), Flip((2, -1)), window((2, 3), (2, 1), (1, 0)))
chain("flip behind a stride", (1, 1, 9), window((2,), (2,)), Flip((2,)), Resample((8,), "linear"))
chain("roll", (1, 1, 6), Roll((2,), (2,)), CONV)
chain("roll in 2-D", (1, 1, 4, 3), Roll((2, 3), (-1, 1)), CONV_2D)
chain("gather", (1, 1, 6), Gather(2, (4, 0, 0, -1)), window((2,)))
chain("gather of channels", (1, 3, 4), Gather(1, (2, 0)), CONV)
chain("computed gather", (1, 1, 5, 3), Gather(2, None, 2), CONV_2D)

# Reductions
chain("mean over space", (1, 2, 4, 3), CONV_2D, Reduce((2, 3)))
chain("mean over one axis", (1, 2, 4, 3), Reduce((2,), keepdims=True), window((1, 3), pad=(0, 1)))
chain("mean over channels", (1, 3, 5), Reduce((1,), keepdims=True), CONV)
chain("cumulative sum", (1, 1, 5), window((2,)), Cumulative(2))
chain("cumulative sum backwards", (1, 1, 5, 2), Cumulative(2, reverse=True), CONV_2D)


@entry("squeeze and excite", (1, 2, 5))
def _(build: GraphBuilder, x: str) -> str:
    value = build.add(CONV, x)
    gate = build.add(window((1,)), build.add(AdaptivePool((1,)), value))
    return build.add(CONV, build.add(Pointwise(), value, gate))


@entry("normalised over space", (1, 2, 4, 3))
def _(build: GraphBuilder, x: str) -> str:
    return build.add(Pointwise(), x, build.add(Reduce((2, 3), keepdims=True), x))


# Contractions and constants
chain("flatten, linear", (1, 2, 3, 2), Reshape((1, 12)), Contract((("b", "i"),), ("b", "o"), (("o", 3),)))
chain("linear along a row", (1, 1, 3, 4), Contract((("b", "c", "y", "x"),), ("b", "c", "y", "o"), (("o", 2),)))

ATTENTION = Contract((("b", "i", "c"), ("b", "j", "c"), ("b", "j", "d")), ("b", "i", "d"))


@entry("attention over tokens with a class token", (1, 1, 4, 4))
def _(build: GraphBuilder, x: str) -> str:
    tokens = build.add(Permute((0, 2, 1)), build.add(Reshape((1, 2, 4)), build.add(window((2, 2), (2, 2)), x)))
    tokens = build.add(Concat(1), build.add(Constant((1, 1, 2))), tokens)
    mixed = build.add(Pointwise(), tokens, build.add(ATTENTION, tokens, tokens, tokens))
    grid = build.add(Reshape((1, 2, 2, 2)), build.add(Slice(1, 1), mixed))
    return build.add(CONV_2D, build.add(Permute((0, 3, 1, 2)), grid))


@entry("attention in shifted windows", (1, 1, 4, 6))
def _(build: GraphBuilder, x: str) -> str:
    value = build.add(Roll((2, 3), (-1, -1)), build.add(CONV_2D, x))
    value = build.add(Permute((0, 2, 4, 3, 5, 1)), build.add(Reshape((1, 2, 2, 2, 3, 2)), value))
    tokens = build.add(Reshape((4, 6, 2)), value)
    mixed = build.add(ATTENTION, tokens, tokens, tokens)
    value = build.add(Permute((0, 5, 1, 3, 2, 4)), build.add(Reshape((1, 2, 2, 2, 3, 2)), mixed))
    return build.add(Roll((2, 3), (1, 1)), build.add(Reshape((1, 2, 4, 6)), value))


# Branches
@entry("residual block", (1, 2, 6))
def _(build: GraphBuilder, x: str) -> str:
    return build.add(Pointwise(), x, build.add(CONV, build.add(CONV, x)))


@entry("misaligned branches", (1, 1, 9))
def _(build: GraphBuilder, x: str) -> str:
    left = build.add(Pad((0,), (-1,)), build.add(window((3,), (2,), (1,)), x))
    return build.add(CONV, build.add(Pointwise(), left, build.add(window((3,), (2,)), x)))


@entry("branches with different jumps", (1, 1, 4))
def _(build: GraphBuilder, x: str) -> str:
    return build.add(CONV, build.add(Pointwise(), build.add(window((2,), (2,)), x), build.add(Slice(2, 1, 3), x)))


@entry("channels with different fields", (1, 2, 5, 5))
def _(build: GraphBuilder, x: str) -> str:
    branches = [build.add(window((k, k), pad=(k // 2, k // 2)), x) for k in (5, 3, 1)]
    joined = build.add(Concat(1), *branches)
    apart = build.add(window((3, 3), pad=(1, 1), channels=6, groups=3), joined)
    return build.add(CONV_2D, build.add(Slice(1, 1, 5), apart))


@entry("channel shuffle", (1, 2, 4))
def _(build: GraphBuilder, x: str) -> str:
    joined = build.add(Concat(1), x, build.add(window((3,), pad=(1,)), x))
    value = build.add(Permute((0, 2, 1, 3)), build.add(Reshape((1, 2, 2, 4)), joined))
    return build.add(window((1,), channels=2, groups=2), build.add(Reshape((1, 4, 4)), value))


@entry("branch smaller than its frame", (1, 1, 5, 4))
def _(build: GraphBuilder, x: str) -> str:
    small = build.add(Pad((1, 1), (1, 0)), build.add(window((3, 2)), x))
    return build.add(CONV_2D, build.add(Pointwise(), small, build.add(window((1, 1)), x)))


@entry("joined along an axis", (1, 1, 5))
def _(build: GraphBuilder, x: str) -> str:
    return build.add(
        CONV, build.add(Concat(2), build.add(window((2,), channels=1), x), x, build.add(Constant((1, 1, 1))))
    )


@entry("stacked", (1, 1, 4))
def _(build: GraphBuilder, x: str) -> str:
    return build.add(Reduce((1,)), build.stack(1, x, build.add(Flip((2,)), x)))


# Rearrangements
@entry("pixel unshuffle, conv, pixel shuffle", (1, 1, 4, 6))
def _(build: GraphBuilder, x: str) -> str:
    value = build.add(Permute((0, 1, 3, 5, 2, 4)), build.add(Reshape((1, 1, 2, 2, 3, 2)), x))
    value = build.add(window((3, 3), pad=(1, 1), channels=4), build.add(Reshape((1, 4, 2, 3)), value))
    value = build.add(Permute((0, 1, 4, 2, 5, 3)), build.add(Reshape((1, 1, 2, 2, 2, 3)), value))
    return build.add(CONV_2D, build.add(Reshape((1, 1, 4, 6)), value))


chain(
    "unshuffled channels apart",
    (1, 1, 6),
    Reshape((1, 1, 3, 2)),
    Permute((0, 1, 3, 2)),
    Reshape((1, 2, 3)),
    Pad((1,), (0,)),
)
chain("conv over flattened tokens", (1, 1, 3, 4), Reshape((1, 1, 12)), CONV, Reshape((1, 2, 3, 4)))
chain("reshape that fits nothing", (1, 1, 3, 4), Reshape((1, 1, 2, 6)), CONV_2D)
chain("axes exchanged", (1, 1, 4, 3), window((3, 1)), Permute((0, 1, 3, 2)), window((1, 2)))
chain("grid attention", (1, 1, 6), Reshape((1, 3, 2)), Reduce((1,)), Reshape((1, 2)))
chain("expanded", (1, 2, 3), Reduce((2,), keepdims=True), Expand((2, 2, 3)), CONV)
chain("pooled, then upsampled", (1, 1, 4, 4), AdaptivePool((1, 1)), Resample((3, 3), "linear"), CONV_2D)

# Ops without a rule
chain("opaque", (1, 1, 5), CONV, Opaque("fft", (1, 2, 5)), CONV)
chain("bounded", (1, 1, 5), Opaque("deform", (1, 1, 5), bounded=True), CONV)


@entry("reads nothing", (1, 1, 3))
def _(build: GraphBuilder, _x: str) -> str:
    return build.add(Pointwise(), build.add(Constant((1, 1, 3))))


def _two_inputs() -> Graph:
    build = GraphBuilder("two inputs")
    image = build.add(CONV_2D, build.input("image", (1, 1, 4, 4)))
    guide = build.add(Resample((4, 4), "nearest"), build.input("guide", (1, 2, 2, 2)))
    return build.finish(build.add(CONV_2D, build.add(Concat(1), image, guide)))


CATALOGUE["two inputs"] = _two_inputs()
