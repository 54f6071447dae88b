"""Shape rules of the ops, against numpy and the formulas that frameworks document; what they refuse, and how."""

import ast
import inspect
import itertools
import math
import traceback
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from catalogue import CATALOGUE
from hypothesis import assume, given
from hypothesis import strategies as st
from oracle.actual import EXECUTE, execute
from strategies import graphs

from eyeshot.errors import ShapeError
from eyeshot.graph import ops
from eyeshot.graph.access import Regroup, Shape, Status
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
from eyeshot.index.taps import MAX_TABLE

small = st.integers(1, 4)
pads = st.integers(0, 4)
shapes = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


def one_axis(kernel: int, stride: int, dilation: int, before: int, after: int, *, ceil: bool = False) -> Window:
    return Window((kernel,), (stride,), (dilation,), (before,), (after,), ceil=ceil)


# -------------------------------------------------------------------------------------- windows


@given(st.integers(1, 12), small, small, small, pads, pads)
def test_a_window_has_as_many_places_as_fit(
    n: int, kernel: int, stride: int, dilation: int, before: int, after: int
) -> None:
    span, padded = dilation * (kernel - 1) + 1, before + n + after
    places = [o for o in range(padded + 1) if o * stride + span <= padded]
    op = one_axis(kernel, stride, dilation, before, after)
    if places:
        assert op.infer_shape((1, 2, n)) == (1, 2, len(places))
    else:
        with pytest.raises(ShapeError, match="the window must fit its padded input"):
            op.infer_shape((1, 2, n))


@given(st.integers(1, 12), small, small, small, pads)
def test_rounding_up_keeps_windows_that_begin_in_the_input(
    n: int, kernel: int, stride: int, dilation: int, pad: int
) -> None:
    """PyTorch: "when ceil_mode is true, sliding windows may go off-bounds if they start within the left padding or
    the input"."""
    span, padded = dilation * (kernel - 1) + 1, n + 2 * pad
    assume(padded >= span)
    whole = math.ceil(Fraction(padded - span, stride)) + 1
    places = [o for o in range(whole) if o * stride < n + pad]
    assert one_axis(kernel, stride, dilation, pad, pad, ceil=True).infer_shape((1, n)) == (
        1,
        max(len(places), whole - 1),
    )


@pytest.mark.parametrize(
    ("n", "kernel", "stride", "pad", "ceil", "n_out"),
    [
        (6, 3, 2, 0, False, 2),
        (6, 3, 2, 0, True, 3),
        (5, 2, 3, 1, True, 2),
        (5, 2, 3, 1, False, 2),
        (4, 1, 3, 0, True, 2),
        (4, 2, 3, 1, True, 2),
        (112, 3, 2, 0, True, 56),
        (2, 3, 1, 0, True, 0),
        (2, 3, 2, 0, True, 1),
    ],
)
def test_pooling_sizes_of_pytorch(n: int, kernel: int, stride: int, pad: int, ceil: bool, n_out: int) -> None:
    op = one_axis(kernel, stride, 1, pad, pad, ceil=ceil)
    if n_out:
        assert op.infer_shape((1, n)) == (1, n_out)
    else:
        with pytest.raises(ShapeError, match="leaves no output"):
            op.infer_shape((1, n))


@given(st.integers(1, 8), small, small, small, pads, pads, st.integers(0, 2))
def test_a_transposed_window_covers_its_stamps(
    n: int, kernel: int, stride: int, dilation: int, before: int, after: int, extra: int
) -> None:
    stamped = [stride * i + dilation * t for i in range(n) for t in range(kernel)]
    n_out = max(stamped) + 1 - before - after + extra
    op = TransposedWindow((kernel,), (stride,), (dilation,), (before,), (after,), (extra,))
    if n_out >= 1:
        assert op.infer_shape((2, n)) == (2, n_out)
    else:
        with pytest.raises(ShapeError, match="the result would be empty"):
            op.infer_shape((2, n))


@pytest.mark.parametrize(
    ("n", "kernel", "stride", "pad", "n_out"),
    [
        (4, 3, 1, 0, 2),
        (5, 4, 1, 2, 6),
        (5, 3, 1, 1, 5),
        (5, 3, 1, 2, 7),
        (5, 3, 2, 0, 2),
        (5, 3, 2, 1, 3),
        (6, 3, 2, 1, 3),
    ],
)
def test_convolution_arithmetic_of_dumoulin_and_visin(n: int, kernel: int, stride: int, pad: int, n_out: int) -> None:
    square = (kernel,) * 2, (stride,) * 2, (1, 1), (pad,) * 2, (pad,) * 2
    assert Window(*square).infer_shape((1, 1, n, n)) == (1, 1, n_out, n_out)
    rest = (n + 2 * pad - kernel) % stride
    assert TransposedWindow(*square, (rest,) * 2).infer_shape((1, 1, n_out, n_out)) == (1, 1, n, n)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_channels_of_windows(groups: int, per_in: int, per_out: int, batch: int) -> None:
    numbers = (2,), (1,), (1,), (0,), (0,)
    shape = (batch, groups * per_in, 5)
    assert Window(*numbers, groups * per_out, groups).infer_shape(shape) == (batch, groups * per_out, 4)
    assert TransposedWindow(*numbers, (0,), groups * per_out, groups).infer_shape(shape) == (batch, groups * per_out, 6)
    assert Window(*numbers).infer_shape(shape) == (batch, groups * per_in, 4)


# -------------------------------------------------------------------------------------- numpy as the model


def values(shape: Shape) -> np.ndarray:
    return np.zeros(shape)


@given(shapes, st.data())
def test_slice(shape: Shape, data: st.DataObject) -> None:
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    edges = st.none() | st.integers(-6, 6)
    start, stop, step = data.draw(edges), data.draw(edges), data.draw(st.sampled_from([-3, -2, -1, 1, 2, 3]))
    keys = [slice(None)] * len(shape)
    keys[dim] = slice(start, stop, step)
    expected = values(shape)[tuple(keys)].shape
    op = Slice(dim, start, stop, step)
    if 0 in expected:
        with pytest.raises(ShapeError, match="is empty"):
            op.infer_shape(shape)
    else:
        assert op.infer_shape(shape) == expected


@given(shapes, st.data())
def test_flip_and_roll_keep_the_shape(shape: Shape, data: st.DataObject) -> None:
    dims = data.draw(st.lists(st.integers(0, len(shape) - 1), unique=True).map(tuple))
    assert Flip(dims).infer_shape(shape) == shape
    assert Roll(dims, (2,) * len(dims)).infer_shape(shape) == shape


@given(shapes, st.data())
def test_gather(shape: Shape, data: st.DataObject) -> None:
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    indices = tuple(data.draw(st.lists(st.integers(-shape[dim], shape[dim] - 1), min_size=1, max_size=6)))
    expected = np.take(values(shape), indices, axis=dim).shape
    assert Gather(dim, indices).infer_shape(shape) == expected
    assert Gather(dim, None, len(indices)).infer_shape(shape) == expected


@given(shapes, st.booleans(), st.data())
def test_reduce(shape: Shape, keepdims: bool, data: st.DataObject) -> None:
    dims = tuple(data.draw(st.lists(st.integers(0, len(shape) - 1), unique=True)))
    signed = tuple(d - len(shape) * data.draw(st.integers(0, 1)) for d in dims)
    assert Reduce(signed, keepdims).infer_shape(shape) == np.sum(values(shape), axis=dims, keepdims=keepdims).shape


@given(shapes, st.data())
def test_cumulative(shape: Shape, data: st.DataObject) -> None:
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    assert Cumulative(dim).infer_shape(shape) == np.cumsum(values(shape), axis=dim).shape


@given(st.lists(shapes, min_size=1, max_size=3))
def test_pointwise_broadcasts(operands: list[Shape]) -> None:
    try:
        expected = np.broadcast_shapes(*operands)
    except ValueError:
        with pytest.raises(ShapeError, match="equal shapes"):
            Pointwise().infer_shape(*operands)
    else:
        assert Pointwise().infer_shape(*operands) == expected


@given(shapes, shapes)
def test_expand(shape: Shape, target: Shape) -> None:
    try:
        expected = np.broadcast_to(values(shape), target).shape
    except ValueError:
        with pytest.raises(ShapeError, match="cannot be broadcast"):
            Expand(target).infer_shape(shape)
    else:
        assert Expand(target).infer_shape(shape) == expected


@given(st.lists(shapes, min_size=1, max_size=3), st.integers(-3, 3))
def test_concat(operands: list[Shape], dim: int) -> None:
    try:
        expected = np.concatenate([values(shape) for shape in operands], axis=dim).shape
    except ValueError:
        with pytest.raises(ShapeError, match=r"equal shapes|must lie within"):
            Concat(dim).infer_shape(*operands)
    else:
        assert Concat(dim).infer_shape(*operands) == expected


@given(shapes, shapes)
def test_reshape(shape: Shape, target: Shape) -> None:
    if math.prod(shape) == math.prod(target):
        assert Reshape(target).infer_shape(shape) == target
    else:
        with pytest.raises(ShapeError, match="number of elements"):
            Reshape(target).infer_shape(shape)


@given(shapes, st.data())
def test_permute(shape: Shape, data: st.DataObject) -> None:
    order = tuple(data.draw(st.permutations(range(len(shape)))))
    assert Permute(order).infer_shape(shape) == values(shape).transpose(order).shape


@given(shapes, st.sampled_from(["constant", "replicate", "reflect", "circular"]), st.data())
def test_pad(shape: Shape, mode: str, data: st.DataObject) -> None:
    axes = data.draw(st.integers(1, len(shape)))
    most = {"reflect": -1, "circular": 0}.get(mode, 5)
    sides = [st.integers(-2, max(n + most, 0)) for n in shape[-axes:]]
    before, after = (tuple(map(data.draw, sides)) for _ in range(2))
    assume(all(n + b + a > 0 for n, b, a in zip(shape[-axes:], before, after, strict=True)))
    grown = np.pad(
        values(shape),
        [(0, 0)] * (len(shape) - axes) + [(max(b, 0), max(a, 0)) for b, a in zip(before, after, strict=True)],
    )
    keys = [slice(None)] * len(shape)
    for d, (b, a) in enumerate(zip(before, after, strict=True), len(shape) - axes):
        keys[d] = slice(max(-b, 0), grown.shape[d] - max(-a, 0))
    assert Pad(before, after, mode).infer_shape(shape) == grown[tuple(keys)].shape


@given(st.lists(st.integers(1, 3), min_size=4, max_size=4), st.data())
def test_contract(sizes: list[int], data: st.DataObject) -> None:
    extent = dict(zip("abcd", sizes, strict=True))
    labels = st.lists(st.sampled_from("abcd"), min_size=1, unique=True).map(tuple)
    operands = tuple(data.draw(st.lists(labels, min_size=1, max_size=3)))
    used = sorted(set(itertools.chain(*operands)))
    output = tuple(data.draw(st.lists(st.sampled_from(used), unique=True)))
    arrays = [values(tuple(extent[label] for label in operand)) for operand in operands]
    expected = np.einsum(",".join(map("".join, operands)) + "->" + "".join(output), *arrays).shape
    assert Contract(operands, output).infer_shape(*(array.shape for array in arrays)) == expected
    assert Contract(operands, (*output, "new"), (("new", 5),)).infer_shape(*(a.shape for a in arrays)) == (*expected, 5)


@given(shapes, st.data())
def test_resample_and_adaptive_pooling_set_the_last_sizes(shape: Shape, data: st.DataObject) -> None:
    shape = (1, *shape)
    sizes = tuple(data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=len(shape) - 1)))
    expected = (*shape[: len(shape) - len(sizes)], *sizes)
    assert Resample(sizes, "linear").infer_shape(shape) == expected
    assert AdaptivePool(sizes).infer_shape(shape) == expected


@given(shapes)
def test_sources(shape: Shape) -> None:
    assert Constant(shape).infer_shape() == shape
    assert Opaque("fft", shape).infer_shape((1, 2), (3,)) == shape


# -------------------------------------------------------------------------------------- what ops read


@pytest.mark.parametrize("graph", CATALOGUE.values(), ids=list(CATALOGUE))
def test_accesses_say_what_execution_reads(graph: Graph) -> None:
    """One op at a time: its operands as inputs whose every element is a pixel."""
    for node in graph.nodes:
        shapes = [graph.shapes[name] for name in node.inputs]
        for k, reading in enumerate(node.op.accesses(*shapes)):
            if isinstance(reading, Regroup):
                assert (reading.in_shape, reading.out_shape) == (shapes[k], node.shape)
                continue
            executed = execute_alone(node.op, shapes, k, node.shape)
            for index in np.ndindex(*node.shape):
                sides = [
                    tuple(range(n))
                    if link.dim is None
                    else (index[link.dim],)
                    if link.reading is None
                    else link.reading.reads(index[link.dim])
                    for n, link in zip(shapes[k], reading.links, strict=True)
                ]
                expected = np.zeros(shapes[k], np.bool_)
                expected[np.ix_(*sides)] = True
                assert np.array_equal(executed[index].reshape(shapes[k]), expected), node.name


def execute_alone(op: Op, operands: list[Shape], k: int, shape: Shape) -> np.ndarray:
    """Which elements of operand `k` every element of the result reads."""
    count = math.prod(operands[k])
    marked = [np.zeros((*operand, count), np.bool_) for operand in operands]
    marked[k] = np.eye(count, dtype=np.bool_).reshape(*operands[k], count)
    return EXECUTE[op.kind](op, marked, (*shape, count))


@given(graphs(max_nodes=4))
def test_shapes_are_those_of_execution(graph: Graph) -> None:
    """Execution lets numpy find the shape wherever it can; it is checked there."""
    assert {name: bits.shape[:-1] for name, bits in execute(graph).items()} == graph.shapes


@given(st.lists(st.sampled_from([1, 2, 3, 4, 6]), max_size=4), st.permutations(range(5)), st.data())
def test_groups_of_a_reshape(factors: list[int], order: list[int], data: st.DataObject) -> None:
    def merged(parts: list[int]) -> Shape:
        cuts = sorted(data.draw(st.sets(st.integers(0, len(parts)))))
        pieces = [parts[a:b] for a, b in itertools.pairwise([0, *cuts, len(parts)])]
        return tuple(math.prod(piece) for piece in pieces)

    shape = merged(factors)
    target = merged([factors[k] for k in order if k < len(factors)])
    groups = Regroup(shape, target).groups()
    assert [d for ins, _ in groups for d in ins] == list(range(len(shape)))
    assert [d for _, outs in groups for d in outs] == list(range(len(target)))
    for ins, outs in groups:
        sizes_in, sizes_out = [shape[d] for d in ins], [target[d] for d in outs]
        assert math.prod(sizes_in) == math.prod(sizes_out)
        if 1 in (*sizes_in[:1], *sizes_out[:1]):
            assert math.prod(sizes_in) == 1
            assert max(len(ins), len(outs)) == 1
        for a, b in itertools.product(range(1, len(ins)), range(1, len(outs))):
            assert math.prod(sizes_in[:a]) != math.prod(sizes_out[:b])


@given(shapes)
def test_reshape_to_the_same_shape_keeps_dimensions_apart(shape: Shape) -> None:
    assert Regroup(shape, shape).groups() == tuple(((d,), (d,)) for d in range(len(shape)))


@pytest.mark.parametrize(
    ("shape", "target", "groups"),
    [
        ((1, 64, 7, 7), (1, 64, 49), (((0,), (0,)), ((1,), (1,)), ((2, 3), (2,)))),
        ((1, 4, 6), (1, 4, 1, 6), (((0,), (0,)), ((1,), (1,)), ((), (2,)), ((2,), (3,)))),
        ((1, 2, 1, 3), (1, 6), (((0,), (0,)), ((1, 2, 3), (1,)))),
        ((6, 1, 1), (2, 3), (((0,), (0, 1)), ((1,), ()), ((2,), ()))),
        ((2, 3), (3, 2), (((0, 1), (0, 1)),)),
        ((), (1,), (((), (0,)),)),
    ],
)
def test_groups_by_hand(shape: Shape, target: Shape, groups: object) -> None:
    assert Regroup(shape, target).groups() == groups


@pytest.mark.parametrize(
    ("op", "status"),
    [
        (Opaque("fft", (2,)), Status.UNSUPPORTED),
        (Opaque("grid_sample", (2,), bounded=True), Status.BOUNDED),
        (Gather(0, None, 2), Status.BOUNDED),
        (Gather(0, (0, 1)), Status.EXACT),
        (Reduce((0,)), Status.EXACT),
    ],
)
def test_status(op: Op, status: Status) -> None:
    assert [reading.status for reading in op.accesses((3,))] == [status]


def test_worst_status() -> None:
    assert Status.worst() is Status.EXACT
    assert Status.worst(Status.BOUNDED, Status.EXACT) is Status.BOUNDED
    assert Status.worst(Status.BOUNDED, Status.UNSUPPORTED) is Status.UNSUPPORTED


# -------------------------------------------------------------------------------------- what ops refuse

_line = (1,), (1,), (1,), (0,), (0,)
REFUSED: list[tuple[Op, list[Shape], str]] = [
    (Contract((("a",),), ()), [], "there must be 1 operands, but there are 0"),
    (Contract((("a", "a"),), ()), [(2, 2)], "labels 'a a' do not fit shape (2, 2)"),
    (Contract((("a", "b"), ("b",)), ("a",)), [(2, 3), (4,)], "label 'b' must have one size, but has 3 and 4"),
    (Contract((("a",),), ("z",)), [(2,)], "the output labels 'z' must be known and differ"),
    (Contract((("a",),), ("z",), (("z", 0),)), [(2,)], "new dimensions must be at least 1, but are {'z': 0}"),
    (Concat(0), [], "there must be at least one operand"),
    (
        Concat(1),
        [(1, 2, 3), (1, 2, 4)],
        "operands must have equal shapes except along dimension 1, but are 1×2×3 and 1×2×4",
    ),
    (Pad((1, 1), (1,)), [(1, 2)], "padding of 2 and 1 dimensions does not fit shape (1, 2)"),
    (
        Pad((1,), (1,), "mirror"),
        [(1, 2)],
        "padding mode must be one of ['circular', 'constant', 'reflect', 'replicate'], but is 'mirror'",
    ),
    (Pad((2,), (0,), "reflect"), [(1, 2)], "reflect padding must be at most 1 for 2 elements, but is 2+0"),
    (Pad((-1,), (-1,)), [(1, 2)], "cropping 1+1 of 2 elements leaves nothing"),
    (Pointwise(), [], "there must be at least one operand"),
    (
        Pointwise(),
        [(2, 3), (2, 4)],
        "operands must have equal shapes (or 1) along every dimension, but are 2×3 and 2×4",
    ),
    (Expand((3,)), [(2,)], "shape (2,) cannot be broadcast to (3,)"),
    (Reshape((4,)), [(2, 3)], "(2, 3) cannot be reshaped to (4,): the number of elements must stay the same"),
    (Permute((0, 0)), [(2, 3)], "order (0, 0) must name each dimension of shape (2, 3) once"),
    (
        Cumulative(0),
        [(MAX_TABLE + 1,)],
        "a running reduction takes at most 4,000,000 elements, but gets shape (4000001,)",
    ),
    (
        Resample((2,), "lanczos"),
        [(1, 2)],
        "method must be one of ['cubic', 'linear', 'nearest', 'nearest_exact'], but is 'lanczos'",
    ),
    (
        Resample((2,), align_corners=True),
        [(1, 2)],
        "align_corners goes with linear and cubic, but the method is 'nearest'",
    ),
    (Resample((2,), scales=(None, None)), [(1, 2)], "scales must be given for 1 axes, but there are 2"),
    (Resample((2,), scales=(Fraction(0),)), [(1, 2)], "scales must be positive, but are ['0']"),
    (AdaptivePool((2, 2)), [(1, 2)], "2 sizes do not fit an operand of shape (1, 2)"),
    (AdaptivePool((0,)), [(1, 2)], "sizes must be at least 1, but are (0,)"),
    (Slice(0, step=0), [(2,)], "step must not be 0"),
    (Slice(0, 2, 1), [(5,)], "the slice 2:1:1 of 5 elements is empty"),
    (Roll((0,), ()), [(2,)], "each dimension needs one shift, but there are 1 and 0"),
    (Roll((0, -1), (1, 1)), [(2,)], "dimensions must differ, but are (0, -1)"),
    (Unfold(0, 0), [(2,)], "size, step and dilation must be at least 1, but are 0, 1 and 1"),
    (Unfold(0, 2, 1, 3), [(3,)], "a window over 4 elements must fit into 3"),
    (Gather(0, ()), [(2,)], "a gather must pick 1 to 4,000,000 elements, but picks 0"),
    (Gather(0, (1, 2)), [(2,)], "indices must lie within 2 elements, but 2 does not"),
    (Flip((2,)), [(2, 2)], "dimension 2 must lie within shape (2, 2)"),
    (Constant((2,)), [(2,)], "a constant takes no operands"),
    (Constant((2, 0)), [], "dimensions must be at least 1, but are (2, 0)"),
    (Opaque("fft", (0,)), [], "dimensions must be at least 1, but are (0,)"),
    (
        Window((1,), (1,), (1,), (-1,), (0,)),
        [(1, 2)],
        "padding must not be negative; use crop to take pixels away",
    ),
    (
        Window((3,), (1,), (2,), (1,), (0,)),
        [(1, 2)],
        "the window must fit its padded input, but it spans 5 (kernel 3, dilation 2) of 3 (input 2, padding 1+0); "
        "take a larger input, more padding or a smaller kernel",
    ),
    (
        Window((5,), (1,), (1,), (0,), (0,), ceil=True),
        [(1, 2)],
        "the window spans 5 of 2 and leaves no output; take a larger input",
    ),
    (TransposedWindow(*_line, (-1,)), [(1, 2)], "padding and output padding must not be negative"),
    (
        TransposedWindow((1,), (1,), (1,), (1,), (1,), (0,)),
        [(1, 2)],
        "the result would be empty: (0,); take less padding or a larger input",
    ),
    (
        Window((1, 1), (1,), (1,), (0,), (0,)),
        [(1, 2)],
        "`window` must have one number per axis, but got [2, 1, 1, 1, 1]",
    ),
    (Window(*_line), [(2,)], "the operand must have channels and 1 spatial dimensions, but has shape (2,)"),
    (Window((0,), (1,), (1,), (0,), (0,)), [(1, 2)], "kernel must be at least 1 along every axis, but is 0"),
    (
        Window((1, 1), (1, 0), (1, 1), (0, 0), (0, 0)),
        [(1, 2, 2)],
        "stride must be at least 1 along every axis, but is (1, 0)",
    ),
    (Window(*_line, channels=0), [(1, 2)], "channels and groups must be at least 1, but are 0 and 1"),
    (
        Window(*_line, channels=4, groups=3),
        [(3, 2)],
        "channels must divide evenly into groups, but 3 → 4 channels meet 3 groups",
    ),
]


@pytest.mark.parametrize(("op", "operands", "text"), REFUSED, ids=[text[:50] for _, _, text in REFUSED])
def test_refused(op: Op, operands: list[Shape], text: str) -> None:
    with pytest.raises(ShapeError) as raised:
        op.infer_shape(*operands)
    assert str(raised.value) == text
    assert "\n" not in text


def test_every_refusal_is_in_the_table() -> None:
    """Each place that raises a ShapeError is reached by some row."""
    folder = Path(inspect.getfile(ops)).parent
    places = {
        (path.name, node.lineno)
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and "ShapeError" in ast.dump(node)
    }
    reached = {last_place(lambda op=op, operands=operands: op.infer_shape(*operands)) for op, operands, _ in REFUSED}
    assert reached == places


def last_place(call: Callable[[], object]) -> tuple[str, int | None]:
    try:
        call()
    except ShapeError as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return Path(frame.filename).name, frame.lineno
    raise AssertionError("nothing was raised")
