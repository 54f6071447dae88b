"""Hypothesis strategies: index maps, interval sequences, index sets and small random graphs.

A random graph grows node by node: a value that exists (most often the last) and a way to go on from it are drawn, and
the op's own shape rule says whether that fits; if not, nothing is added. Blocks that networks really have (residual
branches, attention over tokens, shifted windows, pixel shuffles) are drawn as a whole, since single ops would hardly
ever meet to form one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeVar

from hypothesis import strategies as st

from eyeshot.errors import GraphError
from eyeshot.graph.access import Shape
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
from eyeshot.graph.ops.pad import PAD_MODES
from eyeshot.graph.ops.resample import METHODS
from eyeshot.index.border import Border
from eyeshot.index.intervals import Periodic
from eyeshot.index.maps import IndexMap
from eyeshot.index.sets import IndexSet

__all__ = ["graphs", "index_maps", "index_sets", "periodic"]

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]

MAX_ELEMENTS = 300
"""Most elements of a value in a random graph."""
MAX_RANK = 7

# -------------------------------------------------------------------------------------- along one dimension


@st.composite
def index_maps(
    draw: Draw, n_in: st.SearchStrategy[int] | None = None, n_out: st.SearchStrategy[int] | None = None
) -> IndexMap:
    """Any index map, also with taps beyond the input, of 1 to 12 indices on either side."""
    sizes = st.integers(1, 12)
    ins, outs = draw(n_in if n_in is not None else sizes), draw(n_out if n_out is not None else sizes)
    small, positive, ratios = st.integers(-4, 14), st.integers(1, 4), st.integers(1, 5)
    fractions = st.builds(Fraction, ratios, ratios)
    makers: dict[str, Callable[[], IndexMap]] = {
        "whole": lambda: IndexMap.whole(ins, outs),
        "window": lambda: IndexMap.window(
            ins, outs, draw(positive), stride=draw(positive), dilation=draw(positive), pad=draw(st.integers(0, 4))
        ),
        "transposed": lambda: IndexMap.transposed(
            ins, outs, draw(positive), stride=draw(positive), dilation=draw(positive), pad=draw(st.integers(0, 4))
        ),
        "strided": lambda: IndexMap.strided(ins, outs, start=draw(small), step=draw(st.integers(-3, 3))),
        "placed": lambda: IndexMap.placed(ins, outs, at=draw(small), border=draw(st.sampled_from(Border))),
        "repeated": lambda: IndexMap.repeated(ins, outs, draw(positive)),
        "table": lambda: IndexMap.table(
            ins, draw(st.lists(st.sets(st.integers(0, ins - 1)), min_size=outs, max_size=outs))
        ),
        "adaptive": lambda: IndexMap.adaptive(ins, outs),
        "resampled": lambda: IndexMap.resampled(
            ins, outs, draw(fractions), Fraction(draw(small), 2 * draw(ratios)), draw(st.integers(0, 2))
        ),
        "listed": lambda: IndexMap(
            ins,
            outs,
            len(taps := draw(st.lists(st.sets(small, max_size=4), min_size=1, max_size=4))),
            draw(st.integers(-4, 4)),
            tuple(tuple(sorted(entry)) for entry in taps),
            draw(st.sampled_from(Border)),
        ),
    }
    if ins == outs:
        makers["identity"] = lambda: IndexMap.identity(ins)
        makers["rolled"] = lambda: IndexMap.rolled(ins, draw(st.integers(0, ins - 1)))
    shared = [g for g in range(1, 13) if ins % g == outs % g == 0]
    makers["blocks"] = lambda: IndexMap.blocks(draw(st.sampled_from(shared)), ins, outs)
    return makers[draw(st.sampled_from(sorted(makers)))]()


@st.composite
def periodic(draw: Draw) -> Periodic:
    """Any interval sequence, gaps, flips and global ones included."""
    period = draw(st.integers(1, 4))
    pairs = st.tuples(st.integers(-8, 8), st.integers(0, 5))
    chosen = draw(st.lists(pairs, min_size=period, max_size=period))
    lo = tuple(start if length else 0 for start, length in chosen)
    hi = tuple(start + length if length else 0 for start, length in chosen)
    return Periodic(period, draw(st.integers(-4, 6)), lo, hi)


def index_sets(start: int = 0, stop: int = 12) -> st.SearchStrategy[IndexSet]:
    """Any set of indices in ``[start, stop)``."""
    return st.sets(st.integers(start, stop - 1)).map(IndexSet.of)


# -------------------------------------------------------------------------------------- graphs

_MOST = {1: 9, 2: 7, 3: 4}
"""Most indices along an axis, by the number of axes."""


@st.composite
def graphs(draw: Draw, dims: st.SearchStrategy[int] | None = None, max_nodes: int = 8) -> Graph:
    """A valid graph of about `max_nodes` nodes at most, of 1 to 3 axes."""
    axes = draw(dims if dims is not None else st.sampled_from([1, 1, 2, 2, 3]))
    grower = Grower(draw, axes, max_nodes)
    steps = [*range(1, max_nodes + 1), *range(max_nodes // 2, max_nodes + 1)]
    for _ in range(draw(st.sampled_from(steps))):
        grower.grow()
    return grower.finish()


class Grower:
    """A graph in the making."""

    def __init__(self, draw: Draw, axes: int, max_nodes: int) -> None:
        self.draw = draw
        self.axes = axes
        self.max_nodes = max_nodes
        self.build = GraphBuilder("random")
        self.values: list[str] = []
        self.nodes = 0
        sizes = self._sizes(_MOST[axes])
        for number in range(draw(st.sampled_from([1, 1, 1, 1, 2]))):
            if number and draw(st.booleans()):
                sizes = self._sizes(_MOST[axes])
            shape = (draw(st.sampled_from([1, 1, 1, 2])), draw(st.integers(1, 4)), *sizes)
            self.values.append(self.build.input("xyz"[number], shape))

    def _sizes(self, most: int) -> list[int]:
        # Some room below the most: at least half of it, in two of three graphs, so that there is something to see.
        least = self.draw(st.sampled_from([1, most // 2, most // 2 + 1]))
        return self.draw(st.lists(st.integers(least, most), min_size=self.axes, max_size=self.axes))

    def finish(self) -> Graph:
        """The graph; every value that nothing reads is an output."""
        graph = self.build.finish(self.values[-1])
        read = {name for node in graph.nodes for name in node.inputs}
        return self.build.finish(*(name for name in graph.shapes if name not in read))

    # ------------------------------------------------------------------ drawing

    def ints(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def pick(self, options: Sequence[T]) -> T:
        return self.draw(st.sampled_from(options))

    def chance(self, one_in: int) -> bool:
        return self.ints(1, one_in) == one_in

    def shape(self, value: str) -> Shape:
        return self.build.shape(value)

    def several(self, low: int, high: int, count: int) -> tuple[int, ...]:
        """A number for each axis, more often than not the same."""
        if self.draw(st.booleans()):
            return (self.ints(low, high),) * count
        return tuple(self.ints(low, high) for _ in range(count))

    def dim(self, value: str) -> int:
        rank = len(self.shape(value))
        return self.ints(0, rank - 1) if self.chance(3) else self.ints(min(2, rank - 1), rank - 1)

    # ------------------------------------------------------------------ growing

    def grow(self) -> None:
        """Go on from some value in some way, if that fits."""
        if self.nodes >= self.max_nodes:
            return
        for _ in range(3):
            value = self.pick(self.values) if self.chance(3) else self.values[-1]
            try:
                self.pick(_WAYS)(self, value)
            except MisfitError:
                continue
            return

    def add(self, op: Op, *inputs: str) -> str:
        """Add a node; `MisfitError` if the op does not fit or the value would be too large."""
        try:
            shape = op.infer_shape(*map(self.shape, inputs))
        except GraphError as error:
            raise MisfitError from error
        if math.prod(shape) > MAX_ELEMENTS or not 0 < len(shape) <= MAX_RANK:
            raise MisfitError
        self.values.append(self.build.add(op, *inputs))
        self.nodes += 1
        return self.values[-1]

    def spatial(self, value: str) -> int:
        """How many of the last dimensions an op of windows takes."""
        room = len(self.shape(value)) - 2
        if room < 1:
            raise MisfitError
        return min(room, self.axes) if not self.chance(6) else self.ints(1, min(room, 3))


class MisfitError(Exception):
    """What was drawn cannot be added."""


def _window(self: Grower, value: str) -> str:
    d = self.spatial(value)
    n_in = self.shape(value)[-d - 1]
    channels, groups = _channels(self, n_in)
    pads = self.several(0, 2, d)
    return self.add(
        Window(
            self.several(1, 4, d) if self.axes < 3 else self.several(1, 3, d),
            self.several(1, 4, d) if self.chance(4) else self.several(1, 2, d),
            self.several(1, 3, d) if self.chance(3) else (1,) * d,
            pads,
            self.several(0, 2, d) if self.chance(3) else pads,
            channels,
            groups,
            self.chance(4),
        ),
        value,
    )


def _transposed(self: Grower, value: str) -> str:
    d = self.spatial(value)
    channels, groups = _channels(self, self.shape(value)[-d - 1])
    pads = self.several(0, 2, d)
    return self.add(
        TransposedWindow(
            self.several(1, 4, d) if self.axes < 3 else self.several(1, 3, d),
            self.several(1, 3, d),
            self.several(1, 3, d) if self.chance(3) else (1,) * d,
            pads,
            self.several(0, 2, d) if self.chance(3) else pads,
            self.several(0, 1, d) if self.chance(3) else (0,) * d,
            channels,
            groups,
        ),
        value,
    )


def _channels(self: Grower, n_in: int) -> tuple[int | None, int]:
    """Pooling, a full convolution, a depthwise or a grouped one."""
    how = self.ints(0, 3)
    if how == 0:
        return None, 1
    if how == 1:
        return self.ints(1, 4), 1
    if how == 2:
        return n_in * self.pick([1, 1, 2]), n_in
    groups = self.pick([g for g in range(1, n_in + 1) if n_in % g == 0])
    return groups * self.ints(1, 2), groups


def _same_window(self: Grower, value: str) -> str:
    """A window that keeps the sizes."""
    d = self.spatial(value)
    kernel = self.pick([(1,) * d, (3,) * d, self.several(1, 4, d)])
    channels = self.shape(value)[-d - 1] if self.draw(st.booleans()) else None
    before = tuple((k - 1) // 2 for k in kernel)
    after = tuple(k - 1 - b for k, b in zip(kernel, before, strict=True))
    if self.chance(4):
        before, after = after, before
    return self.add(Window(kernel, (1,) * d, (1,) * d, before, after, channels), value)


def _pad(self: Grower, value: str) -> str:
    d = self.spatial(value)
    before = tuple(self.ints(-2, 3) for _ in range(d))
    after = tuple(self.ints(-2, 3) for _ in range(d))
    return self.add(Pad(before, after, self.pick(sorted(PAD_MODES))), value)


def _resample(self: Grower, value: str) -> str:
    d = self.spatial(value)
    method = self.pick(sorted(METHODS))
    aligned = METHODS[method] > 0 and self.draw(st.booleans())
    spatial = self.shape(value)[-d:]
    if self.draw(st.booleans()):
        scales = tuple(Fraction(self.ints(1, 5), self.ints(1, 3)) for _ in range(d))
        sizes = tuple(max(1, math.floor(n * scale)) for n, scale in zip(spatial, scales, strict=True))
        return self.add(Resample(sizes, method, aligned, scales if not self.chance(4) else ()), value)
    return self.add(Resample(self.several(1, _MOST[self.axes], d), method, aligned), value)


def _adaptive(self: Grower, value: str) -> str:
    d = self.spatial(value)
    return self.add(AdaptivePool(self.several(1, _MOST[self.axes], d)), value)


def _slice(self: Grower, value: str) -> str:
    edges = st.none() | st.integers(-5, 6)
    return self.add(Slice(self.dim(value), self.draw(edges), self.draw(edges), self.pick([1, 2, 3, -1, -2])), value)


def _flip(self: Grower, value: str) -> str:
    return self.add(Flip((self.dim(value),)), value)


def _roll(self: Grower, value: str) -> str:
    return self.add(Roll((self.dim(value),), (self.ints(-3, 3),)), value)


def _gather(self: Grower, value: str) -> str:
    dim = self.dim(value)
    n = self.shape(value)[dim]
    if self.chance(4):
        return self.add(Gather(dim, None, self.ints(1, 4)), value)
    picked = self.draw(st.lists(st.integers(-n, n - 1), min_size=1, max_size=6))
    return self.add(Gather(dim, tuple(picked)), value)


def _reduce(self: Grower, value: str) -> str:
    """A reduction, and sometimes its result added to what it came from."""
    rank = len(self.shape(value))
    dims = tuple(sorted(self.draw(st.sets(st.integers(0, rank - 1), min_size=1, max_size=2))))
    if self.draw(st.booleans()):
        dims = tuple(range(min(2, rank - 1), rank))
    kept = self.draw(st.booleans())
    if not kept and rank - len(dims) < 1:
        raise MisfitError
    reduced = self.add(Reduce(dims, kept), value)
    if kept and self.draw(st.booleans()):
        return self.add(Pointwise(), value, reduced)
    return reduced


def _cumulative(self: Grower, value: str) -> str:
    return self.add(Cumulative(self.dim(value), self.draw(st.booleans())), value)


def _pointwise(self: Grower, value: str) -> str:
    """The sum with any values that broadcast."""
    fits = [other for other in self.values if _broadcasts(self.shape(other), self.shape(value))]
    others = [self.pick(fits) for _ in range(self.ints(1, 2))]
    return self.add(Pointwise(), value, *others)


def _broadcasts(a: Shape, b: Shape) -> bool:
    return all(m == n or 1 in (m, n) for m, n in zip(a[::-1], b[::-1], strict=False))


def _expand(self: Grower, value: str) -> str:
    shape = tuple(self.ints(1, 3) if n == 1 else n for n in self.shape(value))
    return self.add(Expand((self.ints(1, 2), *shape) if self.chance(4) else shape), value)


def _constant(self: Grower, value: str) -> str:
    """A constant of the same shape or one that broadcasts, joined or added."""
    shape = tuple(1 if self.chance(3) else n for n in self.shape(value))
    fixed = self.add(Constant(shape))
    if self.draw(st.booleans()):
        return self.add(Pointwise(), value, fixed)
    return self.add(Concat(self.dim(value)), *self.pick([(fixed, value), (value, fixed)]))


def _concat(self: Grower, value: str) -> str:
    """Two or three values whose shapes differ in one dimension at most."""
    dim = self.dim(value)
    mine = self.shape(value)
    fits = [
        other
        for other in self.values
        if len(self.shape(other)) == len(mine)
        and all(d == dim or m == n for d, (m, n) in enumerate(zip(self.shape(other), mine, strict=True)))
    ]
    return self.add(Concat(dim), *(self.pick(fits) for _ in range(self.ints(1, 2))), value)


def _reshape(self: Grower, value: str) -> str:
    """Merge neighbouring dimensions, split one, or put in or take out a dimension of size 1."""
    shape = list(self.shape(value))
    d = self.ints(0, len(shape) - 1)
    how = self.ints(0, 3)
    if how == 0 and d + 1 < len(shape):
        shape[d : d + 2] = [shape[d] * shape[d + 1]]
    elif how == 1:
        factor = self.pick([f for f in range(1, shape[d] + 1) if shape[d] % f == 0])
        shape[d : d + 1] = [factor, shape[d] // factor]
    elif how == 2:
        shape.insert(d, 1)
    elif 1 in shape and len(shape) > 1:
        shape.remove(1)
    else:
        raise MisfitError
    return self.add(Reshape(tuple(shape)), value)


def _reshape_freely(self: Grower, value: str) -> str:
    """Any dimensions with the same number of elements."""
    left = math.prod(self.shape(value))
    shape = []
    while left > 1 and len(shape) < 5:
        factor = self.pick([f for f in range(1, left + 1) if left % f == 0])
        shape.append(factor)
        left //= factor
    return self.add(Reshape((*shape, left)), value)


def _permute(self: Grower, value: str) -> str:
    return self.add(Permute(tuple(self.draw(st.permutations(range(len(self.shape(value))))))), value)


def _opaque(self: Grower, value: str) -> str:
    shape = self.shape(value)
    operands = [value, *([self.pick(self.values)] if self.chance(3) else [])]
    kept = shape if self.chance(2) else shape[:-1] or (1,)
    return self.add(Opaque("fft", kept, self.draw(st.booleans())), *operands)


def _linear(self: Grower, value: str) -> str:
    """A linear layer on the last dimensions."""
    rank = len(self.shape(value))
    mixed = self.ints(1, max(1, rank - 1)) if self.chance(3) else 1
    labels = tuple("abcdefg"[:rank])
    return self.add(Contract((labels,), (*labels[: rank - mixed], "z"), (("z", self.ints(1, 4)),)), value)


def _matmul(self: Grower, value: str) -> str:
    """A product of two values over some shared labels."""
    fits = [other for other in self.values if len(self.shape(other)) == len(self.shape(value))]
    other = self.pick(fits)
    mine, theirs = self.shape(value), self.shape(other)
    labels = tuple("abcdefg"[: len(mine)])
    sizes = zip(labels, mine, theirs, strict=True)
    twins = tuple(a if m == n and not self.chance(3) else a.upper() for a, m, n in sizes)
    union = sorted({*labels, *twins})
    kept = self.draw(st.lists(st.sampled_from(union), min_size=1, max_size=3, unique=True))
    return self.add(Contract((labels, twins), tuple(kept)), value, other)


# ---------------------------------------------------------------------------- blocks


def _branches(self: Grower, value: str) -> str:
    """Two ways to the same sizes, added or concatenated."""
    one, other = _same_window(self, value), self.pick([_same_window, _flip, _roll, _squeeze])(self, value)
    if self.draw(st.booleans()):
        return self.add(Concat(self.pick([1, 1, 1, -1])), one, other)
    return self.add(Pointwise(), one, other)


def _squeeze(self: Grower, value: str) -> str:
    """A gate: the global mean times the value."""
    d = self.spatial(value)
    pooled = self.add(AdaptivePool((1,) * d), value)
    return self.add(Pointwise(), value, pooled)


def _attend(self: Grower, tokens: str) -> str:
    """Self-attention over the last but one dimension."""
    rank = len(self.shape(tokens))
    lead = tuple("abcdefg"[: rank - 2])
    operands = ((*lead, "i", "c"), (*lead, "j", "c"), (*lead, "j", "v"))
    return self.add(Contract(operands, (*lead, "i", "v")), tokens, tokens, tokens)


def _tokens(self: Grower, value: str) -> str:
    """Pixels flattened to tokens, perhaps a class token, perhaps attention, perhaps back."""
    shape = self.shape(value)
    if len(shape) < 3:
        raise MisfitError
    batch, channels, *spatial = shape
    count = math.prod(spatial)
    tokens = self.add(Permute((0, 2, 1)), self.add(Reshape((batch, channels, count)), value))
    joined = self.draw(st.booleans())
    if joined:
        tokens = self.add(Concat(1), self.add(Constant((batch, 1, channels))), tokens)
    if self.draw(st.booleans()):
        tokens = _attend(self, tokens)
    if joined and self.draw(st.booleans()):
        return self.add(Slice(1, 0, 1), tokens)
    if joined:
        tokens = self.add(Slice(1, 1), tokens)
    if self.draw(st.booleans()):
        return tokens
    return self.add(Reshape(shape), self.add(Permute((0, 2, 1)), tokens))


def _windows(self: Grower, value: str) -> str:
    """Attention within windows, perhaps shifted ones, and back."""
    shape = self.shape(value)
    if len(shape) < 3 or len(shape) > 4:
        raise MisfitError
    batch, channels, *spatial = shape
    d = len(spatial)
    sides = [self.pick([w for w in range(1, n + 1) if n % w == 0]) for n in spatial]
    shifted = self.draw(st.booleans())
    if shifted:
        value = self.add(Roll(tuple(range(2, 2 + d)), (-1,) * d), value)
    split = [m for n, w in zip(spatial, sides, strict=True) for m in (n // w, w)]
    outer, inner = [2 + 2 * a for a in range(d)], [3 + 2 * a for a in range(d)]
    parted = self.add(Reshape((batch, channels, *split)), value)
    moved = self.add(Permute((0, *outer, *inner, 1)), parted)
    count = math.prod(n // w for n, w in zip(spatial, sides, strict=True))
    tokens = self.add(Reshape((batch * count, math.prod(sides), channels)), moved)
    if self.draw(st.booleans()):
        tokens = _attend(self, tokens)
    back = self.add(Reshape(self.shape(moved)), tokens)
    order = [0, 1 + 2 * d, *(place for a in range(d) for place in (1 + a, 1 + d + a))]
    whole = self.add(Reshape(shape), self.add(Permute(tuple(order)), back))
    return self.add(Roll(tuple(range(2, 2 + d)), (1,) * d), whole) if shifted else whole


def _unshuffle(self: Grower, value: str) -> str:
    """Blocks of pixels to channels."""
    shape = self.shape(value)
    if len(shape) < 3 or len(shape) > 4:
        raise MisfitError
    batch, channels, *spatial = shape
    d = len(spatial)
    factors = [self.pick([f for f in (1, 2, 3) if n % f == 0]) for n in spatial]
    split = [m for n, f in zip(spatial, factors, strict=True) for m in (n // f, f)]
    parted = self.add(Reshape((batch, channels, *split)), value)
    moved = self.add(Permute((0, 1, *(3 + 2 * a for a in range(d)), *(2 + 2 * a for a in range(d)))), parted)
    return self.add(
        Reshape((batch, channels * math.prod(factors), *(n // f for n, f in zip(spatial, factors, strict=True)))), moved
    )


def _shuffle(self: Grower, value: str) -> str:
    """Channels to blocks of pixels."""
    shape = self.shape(value)
    if len(shape) < 3 or len(shape) > 4:
        raise MisfitError
    batch, channels, *spatial = shape
    d = len(spatial)
    factor = self.pick([f for f in (1, 2, 3) if channels % f**d == 0])
    parted = self.add(Reshape((batch, channels // factor**d, *(factor,) * d, *spatial)), value)
    order = (0, 1, *(place for a in range(d) for place in (2 + d + a, 2 + a)))
    return self.add(
        Reshape((batch, channels // factor**d, *(n * factor for n in spatial))), self.add(Permute(order), parted)
    )


def _shuffle_channels(self: Grower, value: str) -> str:
    """Channels of groups interleaved."""
    batch, channels, *spatial = self.shape(value) if len(self.shape(value)) > 1 else (1, 1)
    groups = self.pick([g for g in range(1, channels + 1) if channels % g == 0])
    parted = self.add(Reshape((batch, groups, channels // groups, *spatial)), value)
    turned = self.add(Permute((0, 2, 1, *range(3, 3 + len(spatial)))), parted)
    return self.add(Reshape((batch, channels, *spatial)), turned)


_WAYS: tuple[Callable[[Grower, str], str], ...] = (
    *(_window,) * 5,
    *(_transposed, _resample, _pad, _branches, _same_window) * 3,
    *(_adaptive, _concat, _constant, _gather, _linear, _pointwise, _reduce, _reshape, _slice, _tokens, _squeeze) * 2,
    _cumulative,
    _expand,
    _flip,
    _matmul,
    _opaque,
    _permute,
    _reshape_freely,
    _roll,
    _shuffle,
    _shuffle_channels,
    _unshuffle,
    _windows,
)
