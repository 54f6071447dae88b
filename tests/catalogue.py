"""A small graph for each use of each op, and for each way in which networks combine them; shared by all suites.

A new op needs an entry here: `tests/graph/test_ops.py` fails until there is one.
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
    Unfold,
    Window,
)

__all__ = ["CATALOGUE", "conv", "pool", "transposed"]


def conv(
    kernel: int, *, stride: int = 1, pad: int = 0, channels: int | None = 2, groups: int = 1, axes: int = 1
) -> Window:
    """A convolution with the same numbers along every axis; pooling with ``channels=None``."""
    return Window((kernel,) * axes, (stride,) * axes, (1,) * axes, (pad,) * axes, (pad,) * axes, channels, groups)


def pool(kernel: int, stride: int, *, pad: int = 0, ceil: bool = False, axes: int = 1) -> Window:
    """A pooling with the same numbers along every axis."""
    return Window((kernel,) * axes, (stride,) * axes, (1,) * axes, (pad,) * axes, (pad,) * axes, ceil=ceil)


def transposed(
    kernel: int, stride: int, *, pad: int = 0, output_padding: int = 0, dilation: int = 1, axes: int = 1
) -> TransposedWindow:
    """A transposed convolution with the same numbers along every axis."""
    per_axis = (((n,) * axes) for n in (kernel, stride, dilation, pad, pad, output_padding))
    return TransposedWindow(*per_axis, channels=2)


def _chain(shape: tuple[int, ...], *ops: Op) -> Graph:
    """Ops one after the other."""
    build = GraphBuilder("chain")
    value = build.input("image", shape)
    for op in ops:
        value = build.add(op, value)
    return build.finish(value)


def _built(shape: tuple[int, ...], body: Callable[[GraphBuilder, str], str]) -> Graph:
    build = GraphBuilder("graph")
    return build.finish(body(build, build.input("image", shape)))


# -------------------------------------------------------------------------------------- graphs with branches


def _residual(build: GraphBuilder, x: str) -> str:
    return build.add(Pointwise(), build.add(conv(3, pad=1), x), build.add(conv(1), x))


def _misaligned(build: GraphBuilder, x: str) -> str:
    one, other = (Window((3,), (2,), (1,), (before,), (1 - before,)) for before in (1, 0))
    return build.add(Pointwise(), build.add(one, x), build.add(other, x))


def _other_jumps(build: GraphBuilder, x: str) -> str:
    return build.add(conv(3, pad=1), build.add(Pointwise(), build.add(pool(2, 2), x), build.add(Slice(2, 0, 5), x)))


def _inception(build: GraphBuilder, x: str) -> str:
    branches = [build.add(conv(k, pad=k // 2, axes=2), x) for k in (1, 3, 5)]
    return build.add(conv(3, pad=1, axes=2), build.add(Concat(1), *branches))


def _depthwise_of_branches(build: GraphBuilder, x: str) -> str:
    both = build.add(Concat(1), build.add(conv(1), x), build.add(conv(3, pad=1), x))
    depthwise = build.add(conv(3, pad=1, channels=4, groups=4), both)
    return build.add(conv(1, groups=2, channels=4), depthwise)


def _tiled(build: GraphBuilder, x: str) -> str:
    return build.add(conv(3, pad=1), build.add(Concat(2), x, build.add(Flip((2,)), x), build.add(Constant((1, 1, 2)))))


def _focus(build: GraphBuilder, x: str) -> str:
    parts = [build.add(Slice(3, b, None, 2), build.add(Slice(2, a, None, 2), x)) for a in (0, 1) for b in (0, 1)]
    return build.add(conv(3, pad=1, axes=2), build.add(Concat(1), *parts))


def _squeeze_excite(build: GraphBuilder, x: str) -> str:
    inner = build.add(conv(3, pad=1, axes=2), x)
    gate = build.add(conv(1, axes=2), build.add(AdaptivePool((1, 1)), inner))
    gated = build.add(Pointwise(), inner, gate)
    return build.add(conv(3, pad=1, axes=2), build.add(Pad((1, 1), (1, 1), "replicate"), gated))


def _layer_norm(build: GraphBuilder, x: str) -> str:
    mean = build.add(Reduce((1, 2, 3), keepdims=True), x)
    return build.add(conv(3, axes=2), build.add(Pointwise(), x, mean))


def _column_statistics(build: GraphBuilder, x: str) -> str:
    return build.add(Pointwise(), x, build.add(Expand((1, 1, 4, 3)), build.add(Reduce((2,), keepdims=True), x)))


def _unet(build: GraphBuilder, x: str) -> str:
    outer = build.add(conv(3, pad=1), x)
    inner = build.add(conv(3, pad=1), build.add(pool(2, 2), outer))
    up = build.add(transposed(2, 2), inner)
    return build.add(conv(3, pad=1), build.add(Concat(1), outer, up))


def _attend(build: GraphBuilder, tokens: str) -> str:
    labels = (("b", "i", "c"), ("b", "j", "c"), ("b", "j", "v"))
    return build.add(Contract(labels, ("b", "i", "v")), tokens, tokens, tokens)


def _vision_transformer(build: GraphBuilder, x: str) -> str:
    patches = build.add(conv(2, stride=2, axes=2), x)
    tokens = build.add(Permute((0, 2, 1)), build.add(Reshape((1, 2, 6)), patches))
    positions = build.add(Pointwise(), tokens, build.add(Constant((1, 6, 2))))
    joined = build.add(Concat(1), build.add(Constant((1, 1, 2))), positions)
    attended = build.add(Pointwise(), joined, _attend(build, joined))
    return build.add(
        Contract((("b", "c"),), ("b", "o"), (("o", 3),)), build.add(Reduce((1,)), build.add(Slice(1, 0, 1), attended))
    )


def _tokens_and_back(build: GraphBuilder, x: str) -> str:
    tokens = build.add(Permute((0, 2, 1)), build.add(Reshape((1, 2, 12)), x))
    mapped = build.add(Contract((("b", "i", "c"),), ("b", "i", "o"), (("o", 2),)), tokens)
    image = build.add(Reshape((1, 2, 3, 4)), build.add(Permute((0, 2, 1)), mapped))
    return build.add(conv(3, pad=1, axes=2), image)


def _window_attention(build: GraphBuilder, x: str, *, shift: int = 0) -> str:
    value = build.add(Roll((2, 3), (-shift, -shift)), x) if shift else x
    parted = build.add(Permute((0, 2, 4, 3, 5, 1)), build.add(Reshape((1, 2, 2, 2, 3, 2)), value))
    attended = _attend(build, build.add(Reshape((6, 4, 2)), parted))
    whole = build.add(Permute((0, 5, 1, 3, 2, 4)), build.add(Reshape((1, 2, 3, 2, 2, 2)), attended))
    back = build.add(Reshape((1, 2, 4, 6)), whole)
    back = build.add(Roll((2, 3), (shift, shift)), back) if shift else back
    return build.add(conv(3, pad=1, axes=2), build.add(Pointwise(), x, back))


def _shifted_window_attention(build: GraphBuilder, x: str) -> str:
    return _window_attention(build, x, shift=1)


def _unshuffled(build: GraphBuilder, x: str) -> str:
    parted = build.add(Permute((0, 1, 3, 5, 2, 4)), build.add(Reshape((1, 1, 3, 2, 2, 2)), x))
    inner = build.add(conv(3, pad=1, channels=4, axes=2), build.add(Reshape((1, 4, 3, 2)), parted))
    joined = build.add(Permute((0, 1, 4, 2, 5, 3)), build.add(Reshape((1, 1, 2, 2, 3, 2)), inner))
    return build.add(Reshape((1, 1, 6, 4)), joined)


def _neighbourhoods(build: GraphBuilder, x: str) -> str:
    """Blocks that look at themselves and a seam around them, as in HaloNet."""
    queries = build.add(Reshape((2, 2)), x)
    wide = build.add(Unfold(2, 4, 2), build.add(Pad((1,), (1,)), x))
    keys = build.add(Reshape((2, 4)), wide)
    seen = build.add(Contract((("w", "i"), ("w", "j"), ("w", "j")), ("w", "i")), queries, keys, keys)
    return build.add(conv(3, pad=1), build.add(Reshape((1, 1, 4)), seen))


def _folded(build: GraphBuilder, x: str) -> str:
    """Patches laid back over each other, each place with the stride between: no phase is read by all of them."""
    patches = build.add(conv(3, stride=2, pad=1, channels=9, axes=2), x)
    parts = []
    for i, j in ((i, j) for i in range(3) for j in range(3)):
        place = build.add(Slice(1, 3 * i + j, 3 * i + j + 1), patches)
        parts.append(build.add(Pad((i - 1, j - 1), (2 - i, 2 - j)), build.add(transposed(1, 2, axes=2), place)))
    return build.add(conv(2, axes=2), build.add(Pointwise(), *parts))


def _hierarchy(build: GraphBuilder, x: str) -> str:
    """Windows of windows, merged one by one: two parts of one axis in one dimension, as in Hiera."""
    parted = build.add(Permute((0, 3, 5, 2, 4, 1)), build.add(Reshape((1, 1, 2, 2, 2, 2)), x))
    tokens = build.add(Reshape((1, 4, 4, 1)), parted)
    merged = build.add(Reduce((1,)), build.add(Reshape((1, 2, 2, 4, 1)), tokens))
    labels = (("b", "w", "i", "c"), ("b", "w", "j", "c"))
    return build.add(Contract(labels, ("b", "w", "i", "c")), merged, merged)


def _laid_and_sorted(build: GraphBuilder, x: str) -> str:
    """A part that stands still beside one that moves, and both beside what looks everywhere."""
    last = build.add(Reshape((1, 1, 1, 2)), build.add(Reshape((1, 1, 2)), build.add(Slice(2, 2, 3, 1), x)))
    both = build.add(Concat(2), last, build.add(Slice(2, 1, 3, 1), x))
    return build.add(Gather(2, None, 3), both)


def _shuffled_channels(build: GraphBuilder, x: str) -> str:
    both = build.add(Concat(1), x, build.add(conv(3, pad=1), x))
    turned = build.add(Permute((0, 2, 1, 3)), build.add(Reshape((1, 2, 2, 7)), both))
    return build.add(conv(3, channels=4, groups=2), build.add(Reshape((1, 4, 7)), turned))


def _axial_attention(build: GraphBuilder, x: str) -> str:
    labels = (("b", "c", "i", "x"), ("b", "c", "j", "x"), ("b", "c", "j", "x"))
    return build.add(conv(3, pad=1, axes=2), build.add(Contract(labels, ("b", "c", "i", "x")), x, x, x))


def _outer_product(build: GraphBuilder, x: str) -> str:
    return build.add(
        conv(3, pad=1, axes=2), build.add(Contract((("b", "c", "i"), ("b", "c", "j")), ("b", "c", "i", "j")), x, x)
    )


def _mixer(build: GraphBuilder, x: str) -> str:
    tokens = build.add(Permute((0, 2, 1)), build.add(Reshape((1, 2, 6)), x))
    return build.add(Pointwise(), tokens, build.add(conv(1, channels=6), tokens))


def _called_three_times(build: GraphBuilder, x: str) -> str:
    for _ in range(3):
        x = build.add(conv(3, pad=1, axes=2, channels=1), x)
    return x


def _deformable(build: GraphBuilder, x: str) -> str:
    offsets = build.add(conv(3, pad=1), x)
    return build.add(conv(3, pad=1), build.add(Opaque("deform_conv2d", (1, 2, 5), bounded=True), x, offsets))


def _running_sum_within_windows(build: GraphBuilder, x: str) -> str:
    parted = build.add(Gather(3, (0,)), build.add(Reshape((1, 8, 2, 1, 2)), x))
    return build.add(Cumulative(2), parted)


def _two_inputs() -> Graph:
    build = GraphBuilder("two inputs")
    left, right = build.input("left", (1, 1, 6)), build.input("right", (1, 2, 6))
    sides = build.add(conv(3, pad=1), left), build.add(conv(5, pad=2), right)
    return build.finish(build.add(conv(3, stride=2), build.add(Concat(1), *sides)))


def _two_sizes() -> Graph:
    build = GraphBuilder("two sizes")
    image, sound = build.input("image", (1, 2, 4, 3)), build.input("sound", (1, 2, 5))
    gate = build.add(Reshape((1, 2, 1, 1)), build.add(Reduce((2,)), sound))
    return build.finish(build.add(Pointwise(), build.add(conv(3, pad=1, axes=2), image), gate), sound)


def _one_column_beside_all(build: GraphBuilder, x: str) -> str:
    """A single index, spread along the axis again, meets the axis itself."""
    column = build.add(Gather(2, (0,)), build.add(Reshape((1, 1, 2)), x))
    return build.add(Pointwise(), column, x)


def _axes_meet_on_one_dimension(build: GraphBuilder, x: str) -> str:
    """Broadcasting lays what was the rows along the columns."""
    rows = build.add(Reduce((2,)), build.add(Reshape((2, 1, 3)), x))
    return build.add(Pointwise(), x, rows)


def _constants_only(build: GraphBuilder, x: str) -> str:
    nothing = build.add(conv(3, channels=1), build.add(Constant((1, 1, 5))))
    return build.add(Concat(2), nothing, build.add(pool(2, 2), x))


_LINE = (1, 1, 7)
_SHORT = (1, 2, 5)
_IMAGE = (1, 2, 4, 6)

CATALOGUE: dict[str, Graph] = {
    # window
    "convolution": _chain(_LINE, conv(3)),
    "convolution, half padding": _chain(_LINE, conv(3, pad=1), conv(5, pad=2)),
    "convolution, full padding": _chain(_SHORT, conv(4, pad=3)),
    "convolution, more padding than kernel": _chain(_SHORT, conv(2, pad=4), conv(3)),
    "convolution, stride": _chain((1, 1, 9), conv(3, stride=2, pad=1), conv(3, stride=2, pad=1), conv(3, pad=1)),
    "convolution, stride beyond kernel": _chain((1, 1, 9), conv(1, stride=2), conv(3, pad=1)),
    "convolution, even kernel": _chain(_LINE, conv(2), conv(4, pad=2)),
    "convolution, dilation": _chain((1, 1, 9), Window((3,), (1,), (2,), (2,), (2,), 1), Window((2,), (1,), (4,), (4,), (0,), 1)),
    "convolution, asymmetric padding": _chain(_LINE, Window((3,), (2,), (1,), (0,), (1,), 1), Window((2,), (1,), (1,), (3,), (0,), 1)),
    "convolution, axes differ": _chain(_IMAGE, Window((1, 3), (1, 2), (1, 1), (0, 1), (0, 1), 2), Window((3, 1), (2, 1), (1, 1), (1, 0), (0, 0), 1)),
    "convolution, three axes": _chain((1, 1, 3, 4, 3), Window((1, 3, 3), (1, 1, 1), (1, 1, 1), (0, 1, 1), (0, 1, 1), 2), conv(2, stride=2, axes=3)),
    "convolution, one axis of two": _chain(_IMAGE, conv(3, pad=1, axes=1, channels=4)),
    "convolution, batch": _chain((2, 1, 5), conv(3, pad=1)),
    "convolution, groups": _chain((1, 4, 5), conv(3, channels=2, groups=2), conv(2, channels=4, groups=2)),
    "convolution, depthwise with multiplier": _chain((1, 2, 5), conv(3, channels=4, groups=2)),
    "pooling": _chain((1, 2, 8), pool(2, 2), pool(3, 1, pad=1)),
    "pooling, rounded up": _chain((1, 1, 8), pool(3, 2, ceil=True), pool(2, 2, ceil=True)),
    "pooling, last window dropped": _chain((1, 1, 5), pool(2, 3, pad=1, ceil=True), pool(1, 2, ceil=True)),
    "pooling, overlapping": _chain((1, 1, 7, 7), pool(3, 2, axes=2), pool(3, 2, axes=2)),
    # transposed
    "transposed": _chain(_SHORT, transposed(2, 2)),
    "transposed, uneven overlap": _chain(_SHORT, transposed(3, 2, pad=1), conv(3, pad=1)),
    "transposed, output padding": _chain(_SHORT, transposed(3, 2, pad=1, output_padding=1), conv(3, pad=1)),
    "transposed, holes": _chain((1, 1, 4), transposed(1, 3), conv(2), pool(3, 2)),
    "transposed, dilation": _chain((1, 1, 4), transposed(3, 2, dilation=2), transposed(2, 3, dilation=2)),
    "transposed, dilation shares a factor": _chain((1, 1, 4), transposed(2, 4, dilation=2), conv(2, pad=1)),
    "transposed, two axes": _chain((1, 1, 3, 2), transposed(3, 2, axes=2), conv(3, pad=1, axes=2)),
    "transposed, groups": _chain((1, 2, 3), TransposedWindow((2,), (1,), (1,), (0,), (0,), (0,), 4, 2)),
    "down and up": _chain((1, 1, 8), conv(3, stride=2, pad=1), transposed(4, 2, pad=1), conv(3, pad=1)),
    # resample
    "nearest": _chain((1, 1, 4), Resample((8,)), conv(3, pad=1)),
    "nearest, odd ratio": _chain(_SHORT, Resample((7,)), Resample((3,))),
    "nearest, exact": _chain(_SHORT, Resample((7,), "nearest_exact"), Resample((2,), "nearest_exact")),
    "linear": _chain((1, 1, 4), Resample((8,), "linear"), conv(3, pad=1)),
    "linear, down": _chain((1, 1, 8), Resample((4,), "linear"), Resample((3,), "linear")),
    "linear, aligned corners": _chain((1, 1, 4), Resample((7,), "linear", align_corners=True), conv(2)),
    "linear, one output": _chain((1, 1, 4), Resample((1,), "linear", align_corners=True), Resample((3,), "linear")),
    "linear, given scale": _chain(_SHORT, Resample((8,), "linear", scales=(Fraction(17, 10),))),
    "linear, two axes": _chain((1, 1, 3, 4), Resample((6, 3), "linear"), conv(3, pad=1, axes=2)),
    "linear, one axis scaled": _chain((1, 1, 3, 4), Resample((6, 4), "linear", scales=(Fraction(2), None))),
    "cubic": _chain(_SHORT, Resample((10,), "cubic"), pool(2, 2)),
    "cubic, aligned corners": _chain(_SHORT, Resample((9,), "cubic", align_corners=True)),
    # adaptive
    "adaptive": _chain(_LINE, AdaptivePool((3,)), conv(3, pad=1)),
    "adaptive, larger": _chain(_SHORT, AdaptivePool((7,)), conv(2)),
    "adaptive, same": _chain(_SHORT, AdaptivePool((5,))),
    "adaptive, global": _chain(_IMAGE, conv(3, axes=2), AdaptivePool((1, 1)), conv(1, axes=2)),
    "adaptive, global along one axis": _chain(_IMAGE, AdaptivePool((1, 3)), conv(3, pad=1, axes=2)),
    # pad
    "zero padding": _chain(_SHORT, Pad((2,), (1,)), conv(3)),
    "replicate padding": _chain(_SHORT, Pad((2,), (3,), "replicate"), conv(3)),
    "reflect padding": _chain(_SHORT, Pad((4,), (2,), "reflect"), conv(3, stride=2)),
    "circular padding": _chain(_SHORT, Pad((5,), (1,), "circular"), conv(3)),
    "crop": _chain(_LINE, Pad((-2,), (-1,)), conv(3, pad=1)),
    "crop and reflect": _chain(_LINE, Pad((-2,), (3,), "reflect"), conv(2)),
    "padding of two axes": _chain((1, 1, 3, 3), Pad((1, 0), (0, 2), "circular"), conv(2, axes=2)),
    "padding only": _chain((1, 1, 2), Pad((-3,), (4,)), conv(2)),
    # slice, flip, roll, gather
    "slice": _chain(_LINE, Slice(2, 1, -1), conv(3, pad=1)),
    "strided slice": _chain((1, 1, 9), Slice(2, None, None, 2), conv(3, pad=1)),
    "backward slice": _chain((1, 1, 9), Slice(2, 7, 0, -2), conv(2)),
    "slice of channels": _chain((1, 3, 4), conv(3, channels=3, groups=3), Slice(1, 1)),
    "windows": _chain(_LINE, Unfold(2, 3, 2), conv(2)),
    "windows, dilated": _chain((1, 1, 9), conv(3, pad=1), Unfold(2, 2, 3, 2), Reshape((1, 2, 3, 2)), Reduce((3,))),
    "windows, told apart": _chain((1, 1, 7), Unfold(2, 3), Reshape((1, 5, 3)), Permute((0, 2, 1)), conv(2, pad=1)),
    "windows of two axes": _chain((1, 1, 4, 5), Unfold(2, 2), Unfold(3, 2, 3), Reduce((1,))),
    "neighbourhoods": _built((1, 1, 4), _neighbourhoods),
    "patches laid back": _built((1, 1, 4, 4), _folded),
    "hierarchy of windows": _built((1, 1, 4, 4), _hierarchy),
    "flip": _chain(_LINE, conv(2, pad=1), Flip((2,)), conv(2, stride=2)),
    "flip of two axes": _chain((1, 1, 3, 4), Flip((2, -1)), conv(2, pad=1, axes=2)),
    "roll": _chain(_LINE, Roll((2,), (3,)), conv(3, pad=1), Roll((2,), (-2,))),
    "roll by nothing": _chain(_SHORT, Roll((2,), (5,)), conv(3, pad=1)),
    "gather": _chain(_SHORT, Gather(2, (4, 0, 0, -2)), conv(2, pad=1)),
    "one place laid before others, then sorted": _built((1, 1, 3, 2), _laid_and_sorted),
    "gather by computed indices": _chain(_SHORT, conv(3), Gather(2, None, 4), conv(3, pad=1)),
    "gather of channels": _chain((1, 3, 4), Gather(1, (2, 0)), conv(3, channels=2, groups=2)),
    # reduce
    "mean": _chain(_IMAGE, conv(3, axes=2), Reduce((2, 3))),
    "mean of channels": _chain(_IMAGE, Reduce((1,), keepdims=True), conv(3, axes=2)),
    "mean along one axis": _chain(_IMAGE, conv(3, pad=1, axes=2), Reduce((-1,))),
    "running sum": _chain(_SHORT, Cumulative(2), conv(2, pad=1)),
    "running sum within windows": _built((1, 4, 8), _running_sum_within_windows),
    "running sum, reversed": _chain(_IMAGE, Cumulative(-1, reverse=True), conv(3, pad=1, axes=2)),
    "normalisation over everything": _built((1, 1, 3, 4), _layer_norm),
    "statistics of columns": _built((1, 1, 4, 3), _column_statistics),
    # contract
    "linear layer on flattened features": _chain(
        (1, 2, 3, 3), conv(2, axes=2), Reshape((1, 8)), Contract((("b", "f"),), ("b", "o"), (("o", 3),)), Pointwise()
    ),
    "linear layer along an axis": _chain(_SHORT, Contract((("b", "c", "t"),), ("b", "c", "o"), (("o", 4),))),
    "linear layer on channels": _chain((1, 4, 3), Contract((("b", "c", "t"),), ("b", "t", "o"), (("o", 2),))),
    "attention along one axis": _built((1, 1, 3, 4), _axial_attention),
    "all pairs": _built((1, 1, 4), _outer_product),
    "vision transformer": _built((1, 1, 4, 6), _vision_transformer),
    "tokens and back": _built((1, 2, 3, 4), _tokens_and_back),
    "window attention": _built(_IMAGE, _window_attention),
    "shifted window attention": _built(_IMAGE, _shifted_window_attention),
    "tokens mixed as channels": _built((1, 2, 2, 3), _mixer),
    # pointwise and expand
    "activation": _chain(_SHORT, Pointwise(), conv(3)),
    "residual": _built(_LINE, _residual),
    "misaligned branches": _built((1, 1, 9), _misaligned),
    "branches with other jumps": _built((1, 1, 10), _other_jumps),
    "squeeze and excite": _built((1, 2, 4, 3), _squeeze_excite),
    "one column beside all": _built((1, 1, 1, 2), _one_column_beside_all),
    "axes meet on one dimension": _built((1, 2, 1, 3), _axes_meet_on_one_dimension),
    "expanded": _chain((1, 2, 1), Expand((2, 2, 4)), conv(3)),
    "expanded by a new dimension": _chain(_SHORT, Expand((3, 1, 2, 5)), conv(2)),
    # concat
    "inception": _built((1, 1, 5, 4), _inception),
    "channels of branches kept apart": _built((1, 1, 6), _depthwise_of_branches),
    "joined along an axis": _built((1, 1, 4), _tiled),
    "focus": _built((1, 1, 4, 6), _focus),
    "skip connection": _built((1, 1, 8), _unet),
    "joined with nothing to read": _built((1, 1, 6), _constants_only),
    "one operand": _chain(_SHORT, Concat(2), conv(3)),
    # reshape and permute
    "channels put in front": _chain((1, 3, 2, 2), Permute((0, 2, 3, 1)), Pointwise()),
    "axes exchanged": _chain((1, 1, 4, 3), Permute((0, 1, 3, 2)), Window((1, 3), (1, 1), (1, 1), (0, 0), (0, 1), 1)),
    "dimension put in": _chain((1, 2, 5), Reshape((1, 2, 1, 5)), conv(1, axes=2), Window((1, 3), (1, 1), (1, 1), (0, 1), (0, 1), 1)),
    "pixel unshuffle and shuffle": _built((1, 1, 6, 4), _unshuffled),
    "pixel shuffle": _chain((1, 4, 3), conv(3, pad=1, channels=4), Reshape((1, 2, 2, 3)), Permute((0, 1, 3, 2)), Reshape((1, 2, 6))),
    "channel shuffle": _built((1, 2, 7), _shuffled_channels),
    "flattened with channels": _chain((1, 2, 4), Reshape((1, 1, 8)), conv(3, pad=1)),
    "axes flattened in the other order": _chain((1, 1, 3, 4), Permute((0, 1, 3, 2)), Reshape((1, 1, 12)), conv(3, pad=1)),
    "odd regrouping": _chain((1, 1, 4, 3), Reshape((1, 1, 6, 2)), conv(2, axes=2)),
    # constant and opaque
    "deformable convolution": _built((1, 1, 5), _deformable),
    "unknown op": _chain(_SHORT, conv(3), Opaque("fft", (1, 2, 3)), conv(3, pad=1)),
    # several at once
    "one layer three times": _built((1, 1, 7, 7), _called_three_times),
    "causal stack": _chain(
        (1, 1, 12), *(Window((3,), (1,), (d,), (2 * d,), (0,), 1) for d in (1, 2, 4))
    ),
    "two inputs": _two_inputs(),
    "two inputs of different axes": _two_sizes(),
}  # fmt: skip
