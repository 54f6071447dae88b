"""Shapes of every op against numbers worked out by hand from PyTorch's formulas, what it reads against numpy."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eyeshot.errors import EyeshotError, LimitError, ShapeError
from eyeshot.graph.access import Access, Regroup, Shape, Status
from eyeshot.graph.core import Op
from eyeshot.graph.ops import (
    OPS,
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
from eyeshot.index.maps import MAX_TABLE

Ints = tuple[int, ...]


def window(
    kernel: Ints,
    stride: Ints = (),
    dilation: Ints = (),
    pad: Ints = (),
    after: Ints = (),
    channels: int | None = None,
    groups: int = 1,
    ceil: bool = False,
) -> Window:
    ones, zeros = (1,) * len(kernel), (0,) * len(kernel)
    return Window(kernel, stride or ones, dilation or ones, pad or zeros, after or pad or zeros, channels, groups, ceil)


def transposed(
    kernel: Ints,
    stride: Ints = (),
    dilation: Ints = (),
    pad: Ints = (),
    after: Ints = (),
    extra: Ints = (),
    channels: int | None = None,
    groups: int = 1,
) -> TransposedWindow:
    ones, zeros = (1,) * len(kernel), (0,) * len(kernel)
    return TransposedWindow(
        kernel, stride or ones, dilation or ones, pad or zeros, after or pad or zeros, extra or zeros, channels, groups
    )


SHAPES: list[tuple[Op, tuple[Shape, ...], Shape]] = [
    # Conv2d, MaxPool2d: ⌊(n + before + after − d·(k − 1) − 1) / s⌋ + 1.
    (window((3, 3), channels=33), ((20, 16, 50, 100),), (20, 33, 48, 98)),
    (window((3, 3), (2, 2), channels=33), ((20, 16, 50, 100),), (20, 33, 24, 49)),
    (window((3, 5), (2, 1), pad=(4, 2), channels=33), ((20, 16, 50, 100),), (20, 33, 28, 100)),
    (window((3, 5), (2, 1), (3, 1), (4, 2), channels=33), ((20, 16, 50, 100),), (20, 33, 26, 100)),
    (window((11, 11), (4, 4), pad=(2, 2), channels=64), ((1, 3, 224, 224),), (1, 64, 55, 55)),
    (window((7, 7), (2, 2), pad=(3, 3), channels=64), ((1, 3, 224, 224),), (1, 64, 112, 112)),
    (window((16, 16), (16, 16), channels=768), ((1, 3, 224, 224),), (1, 768, 14, 14)),
    (window((3, 5, 2), (2, 1, 1), pad=(4, 2, 0), channels=33), ((20, 16, 10, 50, 100),), (20, 33, 8, 50, 99)),
    (window((3,), (2,), channels=33), ((20, 16, 50),), (20, 33, 24)),
    (window((3, 2), (2, 1)), ((20, 16, 50, 32),), (20, 16, 24, 31)),
    (window((5,), (1,), (2,), (4,), (0,)), ((1, 1, 9),), (1, 1, 5)),
    (window((3,), (2,), (1,), (0,), (1,)), ((1, 1, 8),), (1, 1, 4)),
    (window((3,), (2,), (1,), (1,), (0,)), ((1, 1, 8),), (1, 1, 4)),
    (window((3,), (1,), (4,)), ((1, 1, 9),), (1, 1, 1)),
    (window((3,)), ((4, 8),), (4, 6)),
    (window((3,)), ((2, 7, 4, 8),), (2, 7, 4, 6)),
    (window((3, 3), pad=(1, 1), channels=32, groups=32), ((1, 32, 7, 7),), (1, 32, 7, 7)),
    (window((3, 3), pad=(1, 1), channels=8, groups=4), ((1, 12, 7, 7),), (1, 8, 7, 7)),
    # Rounding up adds a window, unless that window would start behind the input and its left padding.
    (window((2,), (2,)), ((1, 1, 5),), (1, 1, 2)),
    (window((2,), (2,), ceil=True), ((1, 1, 5),), (1, 1, 3)),
    (window((2,), (2,), ceil=True), ((1, 1, 6),), (1, 1, 3)),
    (window((3, 3), (2, 2), ceil=True), ((1, 64, 112, 112),), (1, 64, 56, 56)),
    (window((3,), (2,), pad=(1,), ceil=True), ((1, 1, 112),), (1, 1, 57)),
    (window((2,), (2,), pad=(1,), ceil=True), ((1, 1, 3),), (1, 1, 2)),
    (window((2,), (2,), pad=(1,), ceil=True), ((1, 1, 4),), (1, 1, 3)),
    (window((1,), (4,), ceil=True), ((1, 1, 6),), (1, 1, 2)),
    (window((1,), (4,), ceil=True), ((1, 1, 4),), (1, 1, 1)),
    (window((2,), (3,), pad=(1,), ceil=True), ((1, 1, 2),), (1, 1, 1)),
    (window((2,), (3,), pad=(1,), ceil=True), ((1, 1, 3),), (1, 1, 2)),
    (window((3,), (3,), ceil=True), ((1, 1, 2),), (1, 1, 1)),
    (window((3,), (2,), (2,), ceil=True), ((1, 1, 8),), (1, 1, 3)),
    # ConvTranspose2d: (n − 1)·s − before − after + d·(k − 1) + extra + 1.
    (transposed((3, 3), (2, 2), channels=33), ((20, 16, 50, 100),), (20, 33, 101, 201)),
    (transposed((3, 5), (2, 1), pad=(4, 2), channels=33), ((20, 16, 50, 100),), (20, 33, 93, 100)),
    (transposed((3, 3), (2, 2), pad=(1, 1), channels=16), ((1, 16, 6, 6),), (1, 16, 11, 11)),
    (transposed((3, 3), (2, 2), pad=(1, 1), extra=(1, 1), channels=16), ((1, 16, 6, 6),), (1, 16, 12, 12)),
    (transposed((4,), (2,), (3,), (2,)), ((1, 1, 5),), (1, 1, 14)),
    (transposed((4,), (2,), (3,), (2,), (0,), (1,)), ((1, 1, 5),), (1, 1, 17)),
    (transposed((2,), (3,), channels=6, groups=2), ((1, 4, 4),), (1, 6, 11)),
    (transposed((1,), pad=(1,)), ((3, 3),), (3, 1)),
    # Sizes that are given.
    (Resample((14, 7), "linear"), ((1, 3, 7, 7),), (1, 3, 14, 7)),
    (Resample((5,), "nearest", False, (Fraction(5, 3),)), ((1, 3, 3),), (1, 3, 5)),
    (Resample((1,), "cubic", True), ((3, 3),), (3, 1)),
    (AdaptivePool((5, 7)), ((1, 64, 8, 9),), (1, 64, 5, 7)),
    (AdaptivePool((1, 1)), ((1, 64, 8, 9),), (1, 64, 1, 1)),
    (AdaptivePool((9,)), ((2, 3, 5),), (2, 3, 9)),
    # torch.nn.functional.pad, whose amounts are listed from the last dimension on.
    (Pad((1,), (1,)), ((3, 3, 4, 2),), (3, 3, 4, 4)),
    (Pad((2, 1), (2, 1)), ((3, 3, 4, 2),), (3, 3, 8, 4)),
    (Pad((0, 2, 0), (1, 1, 3)), ((3, 3, 4, 2),), (3, 4, 7, 5)),
    (Pad((1,), (-3,)), ((1, 5),), (1, 3)),
    (Pad((-2,), (-2,)), ((1, 5),), (1, 1)),
    (Pad((4,), (4,), "reflect"), ((1, 5),), (1, 13)),
    (Pad((5,), (5,), "circular"), ((1, 5),), (1, 15)),
    (Pad((9,), (9,), "replicate"), ((1, 5),), (1, 23)),
    (Pad((-1,), (2,), "reflect"), ((1, 5),), (1, 6)),
    (Pad((1, 1), (1, 1)), ((3, 3),), (5, 5)),
    # Selections.
    (Slice(1, 1, 5, 2), ((4, 7, 2),), (4, 2, 2)),
    (Slice(-1, None, None, -1), ((4, 7),), (4, 7)),
    (Slice(1, None, None, -2), ((4, 7),), (4, 4)),
    (Slice(1, -2, None), ((4, 7),), (4, 2)),
    (Slice(1, 5, 0, -2), ((4, 7),), (4, 3)),
    (Slice(1, -100, 2**63 - 1), ((4, 7),), (4, 7)),
    (Flip((0, -1)), ((4, 7),), (4, 7)),
    (Flip(()), ((4, 7),), (4, 7)),
    (Roll((0, -1), (-1, 9)), ((4, 7),), (4, 7)),
    (Gather(1, (0, -1, 2, 2)), ((4, 3, 2),), (4, 4, 2)),
    (Gather(-1, None, 9), ((4, 3, 2),), (4, 3, 9)),
    # Reductions.
    (Reduce((2, 3)), ((1, 8, 7, 7),), (1, 8)),
    (Reduce((-1,)), ((1, 8, 7, 9),), (1, 8, 7)),
    (Reduce((-1, 1), keepdims=True), ((2, 8, 7, 9),), (2, 1, 7, 1)),
    (Reduce((0, 1)), ((2, 3),), ()),
    (Reduce(()), ((2, 3),), (2, 3)),
    (Cumulative(-1, reverse=True), ((2, 3),), (2, 3)),
    (Contract((("b", "i"),), ("b", "o"), (("o", 10),)), ((1, 512),), (1, 10)),
    (Contract((("b", "i", "c"), ("b", "j", "c")), ("b", "i", "j")), ((2, 5, 8), (2, 6, 8)), (2, 5, 6)),
    (
        Contract((("b", "i", "c"), ("b", "j", "c"), ("b", "j", "v")), ("b", "v", "i")),
        ((2, 5, 8), (2, 6, 8), (2, 6, 3)),
        (2, 3, 5),
    ),
    (Contract((("i",), ("i",)), ()), ((5,), (5,)), ()),
    (Contract((), ("o",), (("o", 3),)), (), (3,)),
    # Broadcasting.
    (Pointwise(), ((5, 3, 4, 1), (3, 1, 1)), (5, 3, 4, 1)),
    (Pointwise(), ((5, 1, 4, 1), (3, 1, 7), (1,)), (5, 3, 4, 7)),
    (Pointwise(), ((2, 3),), (2, 3)),
    (Pointwise(), ((), (2, 3)), (2, 3)),
    (Expand((3, 4)), ((3, 1),), (3, 4)),
    (Expand((2, 3, 4)), ((3, 4),), (2, 3, 4)),
    (Expand((2,)), ((),), (2,)),
    # Joining and rearranging.
    (Concat(0), ((2, 3), (5, 3), (1, 3)), (8, 3)),
    (Concat(-1), ((2, 3), (2, 9)), (2, 12)),
    (Concat(1), ((2, 3),), (2, 3)),
    (Reshape((1, 49, 8)), ((1, 7, 7, 8),), (1, 49, 8)),
    (Reshape((2, 3, 1)), ((6,),), (2, 3, 1)),
    (Reshape(()), ((1, 1),), ()),
    (Permute((2, 0, 1)), ((2, 3, 5),), (5, 2, 3)),
    (Permute((0, 3, 1, 2)), ((1, 7, 9, 3),), (1, 3, 7, 9)),
    # Values that read nothing, and those that read no one knows what.
    (Constant((1, 1, 192)), (), (1, 1, 192)),
    (Constant(()), (), ()),
    (Opaque("fft", (1, 3, 8)), ((1, 3, 8), (7,)), (1, 3, 8)),
]


def test_every_op_has_shapes_here() -> None:
    assert {type(op) for op, _, _ in SHAPES} == set(OPS.values())
    assert all(kind == op.kind for kind, op in OPS.items())


@pytest.mark.parametrize(("op", "shapes", "expected"), SHAPES, ids=str)
def test_shape(op: Op, shapes: tuple[Shape, ...], expected: Shape) -> None:
    assert op.infer_shape(*shapes) == expected


@pytest.mark.parametrize(("op", "shapes", "expected"), SHAPES, ids=str)
def test_what_is_read_goes_with_the_shapes(op: Op, shapes: tuple[Shape, ...], expected: Shape) -> None:
    """Every dimension is linked once, by a map between the lengths on both sides."""
    readings = op.accesses(*shapes)
    assert len(readings) == len(shapes)
    for shape, reading in zip(shapes, readings, strict=True):
        if isinstance(reading, Regroup):
            assert (reading.in_shape, reading.out_shape) == (shape, expected)
            continue
        assert len(reading.links) == len(shape)
        named = [link.dim for link in reading.links if link.dim is not None]
        assert len(set(named)) == len(named)
        for n, link in zip(shape, reading.links, strict=True):
            if link.reading is not None:
                assert link.dim is not None
                assert (link.reading.n_in, link.reading.n_out) == (n, expected[link.dim])
            elif link.dim is not None:
                assert n == expected[link.dim]


sizes, small, pads = st.integers(1, 20), st.integers(1, 5), st.integers(0, 4)


@given(sizes, small, small, small, pads, pads, st.booleans())
def test_window_counts_the_places_of_its_window(
    n: int, kernel: int, stride: int, dilation: int, before: int, after: int, ceil: bool
) -> None:
    reach = dilation * (kernel - 1) + 1
    starts = list(itertools.takewhile(lambda at: at + reach <= n + after, range(-before, n + after, stride)))
    if ceil:
        # One more if something is left over, and only if it starts within the input or its left padding.
        start = -before + stride * len(starts)
        left_over = (starts[-1] + reach if starts else -before) < n + after
        starts += [start] if left_over and start < n else []
    assume(starts)
    op = window((kernel,), (stride,), (dilation,), (before,), (after,), ceil=ceil)
    assert op.infer_shape((1, 1, n)) == (1, 1, len(starts))


@given(sizes, small, small, small, pads, pads, pads)
def test_transposed_undoes_a_window(
    n: int, kernel: int, stride: int, dilation: int, before: int, after: int, extra: int
) -> None:
    """The window of the same settings leads from the result's size back; extra output is what rounding down lost."""
    assume(extra < stride)
    op = transposed((kernel,), (stride,), (dilation,), (before,), (after,), (extra,))
    try:
        (_, _, n_out) = op.infer_shape((1, 1, n))
    except ShapeError:
        assume(False)
    back = window((kernel,), (stride,), (dilation,), (before,), (after,))
    assert back.infer_shape((1, 1, n_out)) == (1, 1, n)


@given(sizes, *[st.none() | st.integers(-25, 25)] * 2, st.integers(-4, 4).filter(bool))
def test_slice_is_pythons(n: int, start: int | None, stop: int | None, step: int) -> None:
    kept = list(range(n))[start:stop:step]
    op = Slice(1, start, stop, step)
    if kept:
        assert op.infer_shape((2, n, 3)) == (2, len(kept), 3)
        assert single_reads(op, (2, n, 3), 1) == kept
    else:
        with pytest.raises(ShapeError, match=r"^the slice .* elements is empty$"):
            op.infer_shape((2, n, 3))


# -------------------------------------------------------------------------------------- what is read


def reads(op: Op, shape: Shape, dim: int) -> list[list[int]]:
    """What each output index reads along one dimension of the only operand, identities written out."""
    (access,) = op.accesses(shape)
    assert isinstance(access, Access)
    link = access.links[dim]
    assert link.dim == dim
    if link.reading is None:
        return [[i] for i in range(shape[dim])]
    return [list(link.reading.reads(o)) for o in range(link.reading.n_out)]


def single_reads(op: Op, shape: Shape, dim: int) -> list[int]:
    found = reads(op, shape, dim)
    assert all(len(indices) == 1 for indices in found)
    return [i for (i,) in found]


@pytest.mark.parametrize("mode", ["constant", "replicate", "reflect", "circular"])
@pytest.mark.parametrize(("before", "after"), [(0, 0), (2, 1), (-2, 3), (3, -1), (-1, -2), (4, 4)])
def test_pad_reads_what_numpy_pads(mode: str, before: int, after: int) -> None:
    numpy_mode = {"constant": "constant", "replicate": "edge", "reflect": "reflect", "circular": "wrap"}[mode]
    options = {"constant_values": -1} if mode == "constant" else {}
    padded = np.pad(np.arange(5), (max(before, 0), max(after, 0)), numpy_mode, **options)  # type: ignore[call-overload]
    cropped = padded[max(-before, 0) : len(padded) - max(-after, 0)]
    assert reads(Pad((before,), (after,), mode), (2, 5), 1) == [[i] if i >= 0 else [] for i in cropped.tolist()]


@given(st.integers(1, 8), st.integers(-20, 20))
def test_roll_reads_what_numpy_rolls(n: int, shift: int) -> None:
    assert single_reads(Roll((-1,), (shift,)), (2, n), 1) == np.roll(np.arange(n), shift).tolist()
    assert single_reads(Roll((-1,), (shift,)), (2, n), 0) == [0, 1]


def test_flip_reads_backwards() -> None:
    assert [single_reads(Flip((0, -1)), (2, 3, 4), d) for d in range(3)] == [[1, 0], [0, 1, 2], [3, 2, 1, 0]]


def test_gather_reads_what_is_listed() -> None:
    assert single_reads(Gather(1, (0, -1, 2, 2)), (4, 5), 1) == [0, 4, 2, 2]
    assert Gather(1, (0,)).accesses((4, 5))[0].status is Status.EXACT
    assert reads(Gather(1, None, 2), (4, 3), 1) == [[0, 1, 2]] * 2
    assert Gather(1, None, 2).accesses((4, 3))[0].status is Status.BOUNDED


@given(sizes, sizes)
def test_adaptive_reads_pytorchs_bins(n: int, m: int) -> None:
    bins = [list(range(int(o * n / m), int(np.ceil((o + 1) * n / m)))) for o in range(m)]
    assert reads(AdaptivePool((m,)), (1, n), 1) == bins
    assert AdaptivePool((m,)).accesses((1, n))[0].links[1].reduces == (m == 1)


def test_resample_reads_its_neighbours() -> None:
    def of(*settings: object) -> list[list[int]]:
        return reads(Resample(*settings), (1, 4), 1)  # type: ignore[arg-type]

    assert of((8,), "nearest") == [[0], [0], [1], [1], [2], [2], [3], [3]]
    assert of((3,), "nearest") == [[0], [1], [2]]
    assert of((3,), "nearest_exact") == [[0], [2], [3]]
    assert of((8,), "linear") == [[0], [0, 1], [0, 1], [1, 2], [1, 2], [2, 3], [2, 3], [3]]
    assert of((7,), "linear", True) == [[0], [0, 1], [1], [1, 2], [2], [2, 3], [3]]
    assert of((1,), "linear", True) == [[0]]
    assert of((2,), "cubic") == [[0, 1, 2], [1, 2, 3]]
    assert of((7,), "cubic", True)[1:4:2] == [[0, 1, 2], [0, 1, 2, 3]]
    # A scale that was given decides, not the rounded size: 4 × 1.9 = 7.6, so index 3 reads ⌊3 / 1.9⌋.
    assert of((7,), "nearest", False, (Fraction(19, 10),)) == [[0], [0], [1], [1], [2], [2], [3]]
    assert of((7,), "nearest", False, (None,)) == of((7,), "nearest")


def test_window_reads_its_taps() -> None:
    assert reads(window((3,), (2,), (2,), (2,), (1,)), (1, 1, 6), 2) == [[0, 2], [0, 2, 4], [2, 4]]
    assert reads(transposed((3,), (2,), pad=(1,)), (1, 1, 3), 2) == [[0], [0, 1], [1], [1, 2], [2]]
    assert reads(transposed((1,), (2,), extra=(1,)), (1, 1, 2), 2) == [[0], [], [1], []]


def test_channels_of_windows() -> None:
    def links(channels: int | None, groups: int) -> list[list[int]]:
        return reads(window((1,), channels=channels, groups=groups), (1, 4, 5), 1)

    assert links(None, 1) == [[0], [1], [2], [3]]
    assert links(4, 4) == [[0], [1], [2], [3]]
    assert links(8, 4) == [[0], [0], [1], [1], [2], [2], [3], [3]]
    assert links(2, 2) == [[0, 1], [2, 3]]
    (full,) = window((1,), channels=4).accesses((1, 4, 5))
    assert full.links[1].dim is None
    assert full.links[1].reading is None
    assert not full.links[1].reduces


def test_cumulative_reads_one_side() -> None:
    assert reads(Cumulative(1), (2, 3), 1) == [[0], [0, 1], [0, 1, 2]]
    assert reads(Cumulative(1, reverse=True), (2, 3), 1) == [[0, 1, 2], [1, 2], [2]]


def test_reductions_read_whole_dimensions() -> None:
    (dropped,) = Reduce((1,)).accesses((2, 3, 4))
    assert [(link.dim, link.reduces) for link in dropped.links] == [(0, False), (None, True), (1, False)]
    assert reads(Reduce((1,), keepdims=True), (2, 3, 4), 1) == [[0, 1, 2]]
    query, key = Contract((("i", "c"), ("j", "c")), ("i", "j")).accesses((2, 3), (4, 3))
    assert [(link.dim, link.reduces) for link in query.links] == [(0, False), (None, True)]
    assert [(link.dim, link.reduces) for link in key.links] == [(1, False), (None, True)]


def test_broadcast_dimensions_are_read_at_their_only_index() -> None:
    first, second = Pointwise().accesses((2, 1, 3), (4, 1))
    assert [link.dim for link in first.links] == [0, 1, 2]
    assert [link.dim for link in second.links] == [1, 2]
    assert reads(Expand((2, 4)), (2, 1), 1) == [[0]] * 4
    assert Pointwise().accesses((2, 3))[0].is_identity
    assert not first.is_identity


def test_concat_reads_each_part_once() -> None:
    found = []
    for access in Concat(-1).accesses((2, 3), (2, 1), (2, 2)):
        reading = access.links[1].reading
        assert reading is not None
        found.append([list(reading.reads(o)) for o in range(6)])
    assert found == [[[0], [1], [2], [], [], []], [[], [], [], [0], [], []], [[], [], [], [], [0], [1]]]
    assert Concat(1).accesses((2, 3))[0].is_identity


def test_permute_links_each_dimension_to_its_place() -> None:
    (access,) = Permute((2, 0, 1)).accesses((2, 3, 5))
    assert [link.dim for link in access.links] == [1, 2, 0]
    (wide,) = Permute((*range(1, 100_000), 0)).accesses((1,) * 100_000)
    assert wide.links[0].dim == 99_999


def test_opaque_reads_everything() -> None:
    for bounded, status in [(False, Status.UNSUPPORTED), (True, Status.BOUNDED)]:
        accesses = Opaque("fft", (1, 8), bounded).accesses((1, 8), (3,))
        assert accesses == (Access.everything((1, 8), status), Access.everything((3,), status))
    assert Constant((2,)).accesses() == ()


# -------------------------------------------------------------------------------------- errors

ERRORS: list[tuple[Op, tuple[Shape, ...], str]] = [
    (
        Window((3,), (1, 1), (1,), (0,), (0,)),
        ((1, 1, 5),),
        "`window` must have one number per axis, but got [1, 2, 1, 1, 1]",
    ),
    (Window((), (), (), (), ()), ((1, 5),), "`window` must have one number per axis, but got [0, 0, 0, 0, 0]"),
    (window((3, 3)), ((5, 5),), "the operand must have channels and 2 spatial dimensions, but has shape (5, 5)"),
    (window((0, 0)), ((1, 5, 5),), "kernel must be at least 1 along every axis, but is 0"),
    (window((3, 3), (1, 0)), ((1, 5, 5),), "stride must be at least 1 along every axis, but is (1, 0)"),
    (window((3,), dilation=(-1,)), ((1, 5),), "dilation must be at least 1 along every axis, but is -1"),
    (window((3,), pad=(-1,)), ((1, 5),), "padding must not be negative; use crop to take pixels away"),
    (
        window((3,), dilation=(3,), pad=(1,), after=(0,)),
        ((1, 5),),
        "the window must fit its padded input, but it spans 7 (kernel 3, dilation 3) of 6 (input 5, padding 1+0); "
        "take a larger input, more padding or a smaller kernel",
    ),
    (
        window((5,), (2,), ceil=True),
        ((1, 2),),
        "the window spans 5 of 2 and leaves no output; take a larger input",
    ),
    (window((1,), channels=0), ((1, 5),), "channels and groups must be at least 1, but are 0 and 1"),
    (window((1,), channels=4, groups=-2), ((4, 5),), "channels and groups must be at least 1, but are 4 and -2"),
    (
        window((1,), channels=4, groups=2),
        ((3, 5),),
        "channels must divide evenly into groups, but 3 → 4 channels meet 2 groups",
    ),
    (
        transposed((1,), channels=3, groups=2),
        ((4, 5),),
        "channels must divide evenly into groups, but 4 → 3 channels meet 2 groups",
    ),
    (
        transposed((3,), extra=(1, 1)),
        ((1, 5),),
        "`transposed` must have one number per axis, but got [1, 1, 1, 1, 1, 2]",
    ),
    (transposed((0,)), ((1, 5),), "kernel must be at least 1 along every axis, but is 0"),
    (transposed((3,), extra=(-1,)), ((1, 5),), "padding and output padding must not be negative"),
    (
        transposed((3, 3), pad=(3, 0)),
        ((1, 4, 4),),
        "the result would be empty: (0, 6); take less padding or a larger input",
    ),
    (
        Resample((2,), "area"),
        ((1, 4),),
        "method must be one of ['cubic', 'linear', 'nearest', 'nearest_exact'], but is 'area'",
    ),
    (
        Resample((2,), "nearest", True),
        ((1, 4),),
        "align_corners goes with linear and cubic, but the method is 'nearest'",
    ),
    (
        Resample((2, 2), scales=(Fraction(1, 2),)),
        ((1, 4, 4),),
        "scales must be given for 2 axes, but there are 1",
    ),
    (
        Resample((2, 2), scales=(Fraction(1, 2), Fraction(0))),
        ((1, 4, 4),),
        "scales must be positive, but are ['1/2', '0']",
    ),
    (Resample((2, 2)), ((4, 4),), "2 sizes do not fit an operand of shape (4, 4)"),
    (AdaptivePool(()), ((4, 4),), "0 sizes do not fit an operand of shape (4, 4)"),
    (AdaptivePool((2, 0)), ((1, 4, 4),), "sizes must be at least 1, but are (2, 0)"),
    (Pad((1,), (1, 1)), ((1, 4),), "padding of 1 and 2 dimensions does not fit shape (1, 4)"),
    (Pad((1, 1), (1, 1)), ((4,),), "padding of 2 and 2 dimensions does not fit shape (4,)"),
    (
        Pad((1,), (1,), "symmetric"),
        ((1, 4),),
        "padding mode must be one of ['circular', 'constant', 'reflect', 'replicate'], but is 'symmetric'",
    ),
    (Pad((4,), (1,), "reflect"), ((1, 4),), "reflect padding must be at most 3 for 4 elements, but is 4+1"),
    (Pad((1,), (5,), "circular"), ((1, 4),), "circular padding must be at most 4 for 4 elements, but is 1+5"),
    (Pad((-1,), (-3,)), ((1, 4),), "cropping 1+3 of 4 elements leaves nothing"),
    (Slice(1, step=0), ((1, 4),), "step must not be 0"),
    (Slice(1, 3, 1), ((1, 4),), "the slice 3:1:1 of 4 elements is empty"),
    (Slice(2), ((1, 4),), "dimension 2 must lie within shape (1, 4)"),
    (Flip((0, -3)), ((1, 4),), "dimension -3 must lie within shape (1, 4)"),
    (Roll((0, 1), (1,)), ((1, 4),), "each dimension needs one shift, but there are 2 and 1"),
    (Roll((1, -1), (1, 2)), ((1, 4),), "dimensions must differ, but are (1, -1)"),
    (Roll((2,), (1,)), ((1, 4),), "dimension 2 must lie within shape (1, 4)"),
    (Gather(1, ()), ((1, 4),), "a gather must pick 1 to 4,000,000 elements, but picks 0"),
    (Gather(1, None, MAX_TABLE + 1), ((1, 4),), "a gather must pick 1 to 4,000,000 elements, but picks 4,000,001"),
    (Gather(1, (3, -5, 4)), ((1, 4),), "indices must lie within 4 elements, but -5 does not"),
    (Gather(2, (0,)), ((1, 4),), "dimension 2 must lie within shape (1, 4)"),
    (Reduce((0, 2)), ((1, 4),), "dimension 2 must lie within shape (1, 4)"),
    (Reduce((0,)), ((),), "dimension 0 must lie within shape ()"),
    (Cumulative(2), ((1, 4),), "dimension 2 must lie within shape (1, 4)"),
    (
        Cumulative(1),
        ((1, MAX_TABLE + 1),),
        "a running reduction takes at most 4,000,000 elements, but gets shape (1, 4000001)",
    ),
    (Contract((("a",), ("a",)), ()), ((3,),), "there must be 2 operands, but there are 1"),
    (Contract((("a", "b"),), ()), ((3,),), "labels 'a b' do not fit shape (3,)"),
    (Contract((("a", "a"),), ()), ((3, 3),), "labels 'a a' do not fit shape (3, 3)"),
    (Contract((("a",), ("a",)), ()), ((3,), (4,)), "label 'a' must have one size, but has 3 and 4"),
    (Contract((("a",),), ("a",), (("a", 2),)), ((3,),), "label 'a' must have one size, but has 2 and 3"),
    (Contract((("a",),), ("a", "b")), ((3,),), "the output labels 'a b' must be known and differ"),
    (Contract((("a",),), ("a", "a")), ((3,),), "the output labels 'a a' must be known and differ"),
    (Contract((("a",),), ("o",), (("o", 0),)), ((3,),), "new dimensions must be at least 1, but are {'o': 0}"),
    (Pointwise(), (), "there must be at least one operand"),
    (
        Pointwise(),
        ((2, 3), (2, 1, 4)),
        "operands must have equal shapes (or 1) along every dimension, but are 2×3 and 2×1×4",
    ),
    (Expand((2, 3)), ((2, 2),), "shape (2, 2) cannot be broadcast to (2, 3)"),
    (Expand((3,)), ((1, 3),), "shape (1, 3) cannot be broadcast to (3,)"),
    (Expand((0,)), ((1,),), "shape (1,) cannot be broadcast to (0,)"),
    (Concat(0), (), "there must be at least one operand"),
    (Concat(2), ((1, 4),), "dimension 2 must lie within shape (1, 4)"),
    (Concat(-1), ((1, 4), (2, 4)), "operands must have equal shapes except along dimension 1, but are 1×4 and 2×4"),
    (Concat(0), ((1, 4), (4,)), "operands must have equal shapes except along dimension 0, but are 1×4 and 4"),
    (
        Reshape((5,)),
        ((2, 3),),
        "(2, 3) cannot be reshaped to (5,): the number of elements must stay the same",
    ),
    (
        Reshape((-2, -3)),
        ((2, 3),),
        "(2, 3) cannot be reshaped to (-2, -3): the number of elements must stay the same",
    ),
    (Permute((0, 0)), ((2, 3),), "order (0, 0) must name each dimension of shape (2, 3) once"),
    (Permute((0, -1)), ((2, 3),), "order (0, -1) must name each dimension of shape (2, 3) once"),
    (Constant((2,)), ((2,),), "a constant takes no operands"),
    (Constant((2, 0)), (), "dimensions must be at least 1, but are (2, 0)"),
    (Opaque("fft", (0,)), ((2,),), "dimensions must be at least 1, but are (0,)"),
]


@pytest.mark.parametrize(("op", "shapes", "message"), ERRORS, ids=str)
def test_message(op: Op, shapes: tuple[Shape, ...], message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        op.infer_shape(*shapes)
    assert str(caught.value) == message


def test_every_op_that_can_fail_has_a_message_here() -> None:
    assert {type(op) for op, _, _ in ERRORS} == set(OPS.values())


@pytest.mark.parametrize(
    "op", [op for op, shapes, _ in SHAPES if len(shapes) == 1 and type(op) not in (Pointwise, Concat, Opaque)], ids=str
)
@pytest.mark.parametrize("count", [0, 2])
def test_ops_of_one_operand_take_no_other_number(op: Op, count: int) -> None:
    """Which the builder and `validate` turn into an error that names the node."""
    shape = next(shapes[0] for other, shapes, _ in SHAPES if other is op)
    with pytest.raises((ValueError, EyeshotError)):
        op.infer_shape(*[shape] * count)


@pytest.mark.parametrize(
    ("op", "shape", "needed"),
    [
        (transposed((1,), (MAX_TABLE + 1,)), (1, 2), "4,000,001"),
        (AdaptivePool((MAX_TABLE + 1,)), (1, 2 * MAX_TABLE + 1), "4,000,001"),
        (Resample((9,), "linear", scales=(Fraction(MAX_TABLE + 1, 2),)), (1, 2), "4,000,001"),
        (window((1,), channels=2 * MAX_TABLE + 2, groups=2), (2, 2), "4,000,001"),
    ],
    ids=str,
)
def test_what_has_no_short_law_is_refused(op: Op, shape: Shape, needed: str) -> None:
    assert op.infer_shape(shape)
    with pytest.raises(LimitError) as caught:
        op.accesses(shape)
    assert str(caught.value) == (
        f"an index map without a closed form must list at most 4,000,000 taps, but needs {needed}; "
        "choose a smaller input or a simpler ratio"
    )
