"""Brute force: what every element would read of an unbounded input, by recursion over single elements.

Every op goes on beyond the edges of its operand by its law, as if the operand had no edge: padding of any mode, and
taps that are clamped, read what would lie there. Where there is no law (rolled, gathered, joined elements), and along
dimensions that come from no input axis (channels, what a reduction leaves, what broadcasting makes), nothing lies
beyond the edges; there it counts what is really read, so that a gate in replicated padding is still read.

So an index is known in two ways: by law, as any integer, and for real, as an index of an element that exists. Mostly
both are the same; behind an edge they part, and each goes its own way down to where it is asked for. It also knows
whether a reduction covers it: then the paths are global along the axis that the index turns out to follow. Each op
says here in its own words which elements it reads; hulls of what these read are united.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from oracle.actual import source_taps

from eyeshot.graph.core import Graph, Node

LAW, REAL, COVERED, PERHAPS, LOOSE, RUNS = 1, 2, 4, 8, 16, 32
BOTH = LAW | REAL
FLAGS = COVERED | PERHAPS | RUNS
"""Surely covered by a reduction; perhaps so (a reduction of a single index does nothing); by a running one."""

Shape = tuple[int, ...]
Digits = tuple[tuple[int, int, int], ...]
"""An index of dimensions that were merged, as ``(digit, base, ways)``, leading one first."""
Tap = tuple[int | Digits, int]
"""An index, and the ways in which it is known."""
Index = tuple[Tap, ...]
Product = tuple[tuple[Tap, ...], ...]
"""Per dimension some indices; together all their combinations."""
Axis = tuple[str, int]
"""An input's name and the number of one of its axes."""
Hulls = dict[Axis, tuple[int, int]]


class Seen(NamedTuple):
    """What some elements read, along each axis of each input that they read at all."""

    hulls: Hulls
    """Over all paths."""
    local: Hulls
    """Over the paths that no reduction, whole or running, covers along the axis."""
    reduced: frozenset[Axis]
    """Axes along which some path is surely global."""
    perhaps: frozenset[Axis]
    """Axes along which some path is global or may be called so."""
    running: frozenset[Axis] = frozenset()
    """Axes along which some path has passed a running reduction."""
    unsure: frozenset[Axis] = frozenset()
    """Axes along which some path may be called global and may not: it has passed a reduction of a single index."""


class Read(NamedTuple):
    """Elements that an op reads of one operand."""

    operand: int
    dims: Product
    reduced: tuple[int, ...] = ()
    """Dimensions of the operand that the op reduces."""
    running: tuple[int, ...] = ()
    """Dimensions of the operand that the op reduces up to an index."""


NOTHING = Seen({}, {}, frozenset(), frozenset())


class Theory:
    """Theoretical fields of one graph.

    Parameters
    ----------
    graph : Graph
        A valid graph.
    ends : function of the names of a node and of one of its operands, and a dimension of the operand
        Whether the node may take the operand to end at the edges of that dimension.
    least : bool
        Where the operand may end, whether it does; else what lies beyond is read as well.
    """

    def __init__(
        self,
        graph: Graph,
        ends: Callable[[str, str, int], bool] = lambda _reader, _operand, _dim: False,
        *,
        least: bool = False,
    ) -> None:
        self._graph = graph
        self._ends = ends
        self._least = least
        self._inputs = {value.name: value for value in graph.inputs}
        self._seen: dict[tuple[str, Product], Seen] = {}

    def element(self, name: str, index: Iterable[int]) -> Seen:
        """What an element reads; beyond the edges by law."""
        shape = self._graph.shapes[name]
        dims = [((i, BOTH if 0 <= i < n else LAW),) for i, n in zip(index, shape, strict=True)]
        return self._product(name, tuple(dims))

    def _product(self, name: str, dims: Product) -> Seen:
        """What some elements read together."""
        key = (name, dims)
        if key not in self._seen:
            indices = list(itertools.product(*dims))
            if len(indices) == 1:
                self._seen[key] = self._element(name, indices[0])
            else:
                self._seen[key] = unite([self._product(name, _each(index)) for index in indices])
        return self._seen[key]

    def _element(self, name: str, index: Index) -> Seen:
        if name in self._inputs:
            return self._pixel(name, index)
        node = self._graph.by_name[name]
        shapes = [self._graph.shapes[operand] for operand in node.inputs]
        found = []
        for read in self._reads(node, index, shapes):
            operand, shape = node.inputs[read.operand], shapes[read.operand]
            dims = [self._ending(name, operand, d, taps) for d, taps in enumerate(read.dims)]
            for d in read.reduced:
                flags = FLAGS if shape[d] > 1 else PERHAPS
                dims[d] = tuple((i, way | flags) for i, way in dims[d])
            for d in read.running:
                dims[d] = tuple((i, way | RUNS) for i, way in dims[d])
            found.append(self._product(operand, tuple(dims)))
        return unite(found)

    def _reads(self, node: Node, index: Index, shapes: list[Shape]) -> list[Read]:
        reads = READS[node.op.kind](node.op, index, shapes, node.shape)
        if node.op.kind != "reshape" or self._least:
            return reads
        # Whether anything lies beyond the edges of an inner factor of a dimension is left open.
        return [Read(read.operand, tuple((*taps, *_loosely(taps)) for taps in read.dims)) for read in reads]

    def _ending(self, reader: str, operand: str, dim: int, taps: tuple[Tap, ...]) -> tuple[Tap, ...]:
        """The taps where the operand may end: those that are real are all that there are, or nearly."""
        if all(way & BOTH == BOTH for _, way in taps) or not self._ends(reader, operand, dim):
            return taps
        return tuple((i, way | LAW) for i, way in taps if way & REAL or not self._least)

    def _pixel(self, name: str, index: Index) -> Seen:
        value = self._inputs[name]
        spatial = [axis.dim for axis in value.axes]
        if not all(way & (LAW if d in spatial else REAL) for d, (_, way) in enumerate(index)):
            return NOTHING
        hulls = {}
        flagged: dict[int, set[Axis]] = {COVERED: set(), PERHAPS: set(), RUNS: set()}
        for a, d in enumerate(spatial):
            i, way = _value(index[d][0]), index[d][1]
            if i is None:
                return NOTHING
            hulls[name, a] = (i, i + 1)
            for flag, axes in flagged.items():
                if way & flag:
                    axes.add((name, a))
        sure = flagged[COVERED] | flagged[RUNS]
        local = {axis: pixel for axis, pixel in hulls.items() if axis not in sure}
        unsure = frozenset(flagged[PERHAPS] - sure)
        return Seen(hulls, local, *(frozenset(flagged[flag]) for flag in (COVERED, PERHAPS, RUNS)), unsure)


def unite(parts: list[Seen]) -> Seen:
    """What all of them read together."""
    some = [part for part in parts if part.hulls]
    if len(some) < 2:
        return some[0] if some else NOTHING
    return Seen(
        _hull([part.hulls for part in some]),
        _hull([part.local for part in some]),
        frozenset[Axis]().union(*(part.reduced for part in some)),
        frozenset[Axis]().union(*(part.perhaps for part in some)),
        frozenset[Axis]().union(*(part.running for part in some)),
        frozenset[Axis]().union(*(part.unsure for part in some)),
    )


def _hull(parts: list[Hulls]) -> Hulls:
    united: Hulls = {}
    for hulls in parts:
        for axis, (lo, hi) in hulls.items():
            low, high = united.get(axis, (lo, hi))
            united[axis] = (min(lo, low), max(hi, high))
    return united


# -------------------------------------------------------------------------------------- what the ops read
#
# (op, index of an output element, shapes of the operands, shape of the output) → elements read. What there is no law
# for is read only where the index is real, and starts anew.

Reads = list[Read]


def _each(index: Iterable[Tap]) -> Product:
    return tuple((tap,) for tap in index)


def _whole(n: int) -> tuple[Tap, ...]:
    return tuple((i, BOTH) for i in range(n))


def _is_real(*taps: Tap) -> bool:
    return all(way & REAL for _, way in taps)


def _at(tap: Tap) -> int:
    """The index of an element that exists."""
    value = _value(tap[0])
    assert value is not None
    return value


def _value(i: int | Digits) -> int | None:
    """An index as a number; None if an inner digit lies beyond its base."""
    if isinstance(i, int):
        return i
    return _number(i) if all(way & REAL for _, _, way in i[1:]) else None


def _number(digits: Digits) -> int:
    number = 0
    for i, n, _ in digits:
        number = number * n + i
    return number


def _loosely(taps: tuple[Tap, ...]) -> tuple[Tap, ...]:
    """Indices with inner digits beyond their base, as if all were one number."""
    return tuple((_number(i), LAW | LOOSE) for i, _ in taps if not isinstance(i, int) and _value(i) is None)


def _through(tap: Tap, law: Callable[[int], Iterable[int]], n: int, mode: str = "constant") -> tuple[Tap, ...]:
    """Indices of an operand of n elements that an index reads, by law and for real."""
    place, way = _value(tap[0]), tap[1]
    if place is None:
        return ()
    found: dict[int, int] = {}
    for i in law(place):
        if way & LAW:
            found[i] = found.get(i, way & FLAGS) | LAW
        folded = _folded(i, n, mode)
        if way & REAL and folded is not None:
            found[folded] = found.get(folded, way & FLAGS) | REAL
    return tuple(sorted(found.items()))


def _folded(i: int, n: int, mode: str) -> int | None:
    """The element that is really read at an index beyond the edges."""
    if 0 <= i < n:
        return i
    if mode == "constant":
        return None
    if mode == "replicate":
        return 0 if i < 0 else n - 1
    if mode == "circular":
        return i % n
    while not 0 <= i < n:
        i = -i if i < 0 else 2 * (n - 1) - i
    return i


def _windowed(op: Any, o: Index, shapes: list[Shape], taps: list[tuple[Tap, ...]]) -> Reads:
    """Spatial taps with the input channels of an output channel: its own, all, or those of its group."""
    at = len(o) - len(taps) - 1
    n_in = shapes[0][at]
    channels: tuple[Tap, ...] = (o[at],)
    if op.channels is not None and op.groups == 1:
        channels = _whole(n_in) if _is_real(o[at]) else ()
    elif op.channels is not None:
        per_in, per_out = n_in // op.groups, op.channels // op.groups
        channels = _through(o[at], lambda c: range(c // per_out * per_in, (c // per_out + 1) * per_in), n_in)
    return [Read(0, (*_each(o[:at]), channels, *taps))]


def window(op: Any, o: Index, shapes: list[Shape], _out: Shape) -> Reads:
    def law(a: int, i: int) -> list[int]:
        return [op.stride[a] * i - op.pad_before[a] + op.dilation[a] * t for t in range(op.kernel[a])]

    d = len(op.kernel)
    taps = [_through(o[a - d], lambda i, a=a: law(a, i), shapes[0][a - d]) for a in range(d)]  # type: ignore[misc]
    return _windowed(op, o, shapes, taps)


def transposed(op: Any, o: Index, shapes: list[Shape], _out: Shape) -> Reads:
    def law(a: int, i: int) -> list[int]:
        places = [i + op.pad_before[a] - op.dilation[a] * t for t in range(op.kernel[a])]
        return [place // op.stride[a] for place in places if place % op.stride[a] == 0]

    d = len(op.kernel)
    taps = [_through(o[a - d], lambda i, a=a: law(a, i), shapes[0][a - d]) for a in range(d)]  # type: ignore[misc]
    return _windowed(op, o, shapes, taps)


def resample(op: Any, o: Index, shapes: list[Shape], out: Shape) -> Reads:
    first = len(o) - len(op.sizes)
    dims = list(_each(o))
    for d in range(first, len(o)):
        n, m = shapes[0][d], out[d]
        if op.align_corners and 1 in (n, m):
            # One element is stretched, or one is picked: nothing moves with the index.
            dims[d] = _whole(1) if _is_real(o[d]) else ()
        else:
            dims[d] = _through(o[d], lambda i, d=d, n=n, m=m: source_taps(op, d - first, n, m, i), n, "replicate")  # type: ignore[misc]
    return [Read(0, tuple(dims))]


def adaptive(op: Any, o: Index, shapes: list[Shape], out: Shape) -> Reads:
    dims = list(_each(o))
    whole = [d for d in range(len(o) - len(op.sizes), len(o)) if out[d] == 1]
    if not _is_real(*(o[d] for d in whole)):
        return []
    for d in range(len(o) - len(op.sizes), len(o)):
        n, m = shapes[0][d], out[d]
        dims[d] = _through(o[d], lambda i, n=n, m=m: range(i * n // m, -(-(i + 1) * n // m)), n)  # type: ignore[misc]
        if d in whole:
            dims[d] = _whole(n)
    return [Read(0, tuple(dims), tuple(whole))]


def pad(op: Any, o: Index, shapes: list[Shape], _out: Shape) -> Reads:
    first = len(o) - len(op.before)
    dims = list(_each(o))
    for d, before in enumerate(op.before, first):
        dims[d] = _through(o[d], lambda i, before=before: [i - before], shapes[0][d], op.mode)  # type: ignore[misc]
    return [Read(0, tuple(dims))]


def slice_(op: Any, o: Index, shapes: list[Shape], _out: Shape) -> Reads:
    dim = op.dim % len(o)
    n = shapes[0][dim]
    start = list(range(n))[op.start : op.stop : op.step][0]
    taps = _through(o[dim], lambda i: [start + op.step * i], n)
    return [Read(0, (*_each(o[:dim]), taps, *_each(o[dim + 1 :])))]


def unfold(op: Any, o: Index, shapes: list[Shape], _out: Shape) -> Reads:
    dim = op.dim % len(o)
    taps = _through(o[dim], lambda i: [op.step * (i // op.size) + op.dilation * (i % op.size)], shapes[0][dim])
    return [Read(0, (*_each(o[:dim]), taps, *_each(o[dim + 1 :])))]


def flip(op: Any, o: Index, shapes: list[Shape], _out: Shape) -> Reads:
    dims = list(_each(o))
    for dim in {dim % len(o) for dim in op.dims}:
        n = shapes[0][dim]
        dims[dim] = _through(o[dim], lambda i, n=n: [n - 1 - i], n)  # type: ignore[misc]
    return [Read(0, tuple(dims))]


def roll(op: Any, o: Index, shapes: list[Shape], _out: Shape) -> Reads:
    index = list(o)
    for dim, shift in zip(op.dims, op.shifts, strict=True):
        n = shapes[0][dim]
        if shift % n:
            if not _is_real(o[dim]):
                return []
            index[dim] = ((_at(o[dim]) - shift) % n, BOTH | o[dim][1])
    return [Read(0, _each(index))]


def gather(op: Any, o: Index, shapes: list[Shape], _out: Shape) -> Reads:
    dim = op.dim % len(o)
    n = shapes[0][dim]
    if not _is_real(o[dim]):
        return []
    if op.indices is None:
        return [Read(0, (*_each(o[:dim]), _whole(n), *_each(o[dim + 1 :])), (dim,))]
    picked = list(range(n))[op.indices[_at(o[dim])]]
    return [Read(0, _each((*o[:dim], (picked, BOTH | o[dim][1]), *o[dim + 1 :])))]


def reduce(op: Any, o: Index, shapes: list[Shape], _out: Shape) -> Reads:
    gone = sorted({dim % len(shapes[0]) for dim in op.dims})
    if op.keepdims and not _is_real(*(o[d] for d in gone)):
        return []
    left = list(o) if not op.keepdims else [o[d] for d in range(len(o)) if d not in gone]
    dims = tuple(_whole(n) if d in gone else (left.pop(0),) for d, n in enumerate(shapes[0]))
    return [Read(0, dims, tuple(gone))]


def cumulative(op: Any, o: Index, shapes: list[Shape], _out: Shape) -> Reads:
    dim = op.dim % len(o)
    if not _is_real(o[dim]):
        return []
    every = _whole(shapes[0][dim])
    so_far = every[_at(o[dim]) :] if op.reverse else every[: _at(o[dim]) + 1]
    return [Read(0, (*_each(o[:dim]), so_far, *_each(o[dim + 1 :])), (), (dim,))]


def contract(op: Any, o: Index, shapes: list[Shape], _out: Shape) -> Reads:
    found = []
    place = {label: d for d, label in enumerate(op.output)}
    for k, labels in enumerate(op.operands):
        if not _is_real(*(o[d] for label, d in place.items() if label not in labels)):
            continue
        sized = zip(labels, shapes[k], strict=True)
        dims = tuple((o[place[label]],) if label in place else _whole(n) for label, n in sized)
        found.append(Read(k, dims, tuple(d for d, label in enumerate(labels) if label not in place)))
    return found


def pointwise(_op: Any, o: Index, shapes: list[Shape], out: Shape) -> Reads:
    found = []
    for k, shape in enumerate(shapes):
        extra = len(out) - len(shape)
        stretched = [d for d in range(len(out)) if d < extra or shape[d - extra] != out[d]]
        if _is_real(*(o[d] for d in stretched)):
            index = ((0, BOTH) if d in stretched else o[d] for d in range(extra, len(out)))
            found.append(Read(k, _each(index)))
    return found


def concat(op: Any, o: Index, shapes: list[Shape], _out: Shape) -> Reads:
    dim = op.dim % len(o)
    if len(shapes) == 1:
        return [Read(0, _each(o))]
    first = 0
    for k, shape in enumerate(shapes):
        if _is_real(o[dim]) and first <= _at(o[dim]) < first + shape[dim]:
            return [Read(k, _each((*o[:dim], (_at(o[dim]) - first, BOTH | o[dim][1]), *o[dim + 1 :])))]
        first += shape[dim]
    return []


def permute(op: Any, o: Index, _shapes: list[Shape], _out: Shape) -> Reads:
    return [Read(0, _each(o[op.order.index(d)] for d in range(len(o))))]


def reshape(_op: Any, o: Index, shapes: list[Shape], out: Shape) -> Reads:
    """Row-major numbers, group by group; dimensions that were merged come apart again as they were."""
    index: list[Tap | None] = []
    for ins, outs in _groups(shapes[0], out):
        if len(ins) == len(outs) == 1:
            index.append(o[outs[0]])
            continue
        if any(o[d][1] & LOOSE or (out[d] == 1 and not _is_real(o[d])) for d in outs):
            return []
        digits = [digit for d in outs if out[d] > 1 for digit in _digits(o[d], out[d])]
        index += _dealt(digits, [shapes[0][d] for d in ins])
    known = [tap for tap in index if tap is not None]
    return [Read(0, _each(known))] if len(known) == len(index) else []


def _digits(tap: Tap, n: int) -> Digits:
    i, way = tap
    return i if not isinstance(i, int) else ((i, n, way),)


def _dealt(digits: list[tuple[int, int, int]], sizes: list[int]) -> list[Tap | None]:
    """Digits dealt out to dimensions of given sizes; None where an index would have no meaning."""
    left = list(digits)
    found: list[Tap | None] = []
    for size in reversed(sizes):
        taken: list[tuple[int, int, int]] = []
        missing = size
        while missing > 1:
            i, n, way = left.pop()
            if n > missing and n % missing == 0:
                left.append((i // missing, n // missing, way))
                i, n, way = i % missing, missing, way | BOTH
            if missing % n:
                return _dealt_by_number(digits, sizes)
            taken.insert(0, (i, n, way))
            missing //= n
        found.insert(0, _joined(taken) if taken else (0, BOTH | PERHAPS))
    return found


def _dealt_by_number(digits: list[tuple[int, int, int]], sizes: list[int]) -> list[Tap | None]:
    """Dimensions that do not line up: only the leading index has a law beyond its edges."""
    number, way = _value(tuple(digits)), digits[0][2] & BOTH
    if number is None:
        return [None]
    way |= COVERED if all(ways & COVERED for _, _, ways in digits) else 0
    way |= PERHAPS if any(ways & PERHAPS for _, _, ways in digits) else 0
    way |= RUNS if any(ways & RUNS for _, _, ways in digits) else 0
    found: list[Tap | None] = []
    for size in reversed(sizes[1:]):
        found.insert(0, (number % size, way | BOTH))
        number //= size
    return [(number, way), *found]


def _joined(digits: list[tuple[int, int, int]]) -> Tap | None:
    """Digits as one index; only the leading one may lie beyond its base."""
    way = digits[0][2]
    if len(digits) == 1:
        return digits[0][0], way
    if len({ways & FLAGS for _, _, ways in digits}) > 1 or not all(ways & REAL for _, _, ways in digits[1:]):
        return (tuple(digits), way) if _value(tuple(digits)) is not None else _beyond(digits)
    return _number(tuple(digits)), way


def _beyond(digits: list[tuple[int, int, int]]) -> Tap | None:
    """An inner digit that is not real: all must be known by law."""
    return (tuple(digits), LAW | digits[0][2] & FLAGS) if all(way & LAW for _, _, way in digits) else None


def _groups(ins: Shape, outs: Shape) -> list[tuple[list[int], list[int]]]:
    """The finest groups of neighbouring dimensions that hold equally many elements.

    A dimension of size 1 is a group of its own, together with one opposite it if that has size 1 too.
    """
    groups = []
    i = o = 0
    while i < len(ins) or o < len(outs):
        one_in, one_out = i < len(ins) and ins[i] == 1, o < len(outs) and outs[o] == 1
        step_i, step_o = int(one_in), int(one_out)
        if not one_in and not one_out:
            lengths = itertools.product(range(1, len(ins) - i + 1), range(1, len(outs) - o + 1))
            equal = [(a, b) for a, b in lengths if math.prod(ins[i : i + a]) == math.prod(outs[o : o + b])]
            step_i, step_o = min(equal, key=sum)
        groups.append((list(range(i, i + step_i)), list(range(o, o + step_o))))
        i, o = i + step_i, o + step_o
    return groups


def nothing(_op: Any, _o: Index, _shapes: list[Shape], _out: Shape) -> Reads:
    return []


def opaque(_op: Any, o: Index, shapes: list[Shape], _out: Shape) -> Reads:
    if not _is_real(*o):
        return []
    return [Read(k, tuple(map(_whole, shape)), tuple(range(len(shape)))) for k, shape in enumerate(shapes)]


READS: dict[str, Callable[[Any, Index, list[Shape], Shape], Reads]] = {
    "adaptive": adaptive,
    "concat": concat,
    "constant": nothing,
    "contract": contract,
    "cumulative": cumulative,
    "expand": pointwise,
    "flip": flip,
    "gather": gather,
    "opaque": opaque,
    "pad": pad,
    "permute": permute,
    "pointwise": pointwise,
    "reduce": reduce,
    "resample": resample,
    "reshape": reshape,
    "roll": roll,
    "slice": slice_,
    "transposed": transposed,
    "unfold": unfold,
    "window": window,
}
"""By the op's kind."""
