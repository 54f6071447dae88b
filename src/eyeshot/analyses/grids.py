"""Grid terms: fields of values that no product describes, as explicit intervals for every index.

Tokens behind a class token, rolled windows and gathered elements have an interval per token and axis. A grid holds
them in arrays shaped like the value, with size 1 along every dimension that does not matter (numpy broadcasting),
so flattened tokens cost what the token map has elements, and nothing for channels.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.terms import Part, Term, finite, with_global
from eyeshot.errors import LimitError
from eyeshot.graph.access import Access, Link, Regroup, Shape
from eyeshot.index.bordered import MAX_EXPLICIT, Bordered, fold
from eyeshot.index.maps import IndexMap
from eyeshot.index.sets import IndexSet, preimage

if TYPE_CHECKING:
    from eyeshot.analyses.terms import Field

__all__ = ["NOTHING", "GridTerm", "distinct_hulls", "distinct_intervals", "intervals_along", "merge_grids"]

Ints = npt.NDArray[np.int64]

MAX_CELLS = 1_000_000
"""Most cells of a grid along a dimension of which only some indices read anything; beyond that it gets a mask."""

NOTHING = 2**62
"""lo of an index that reads nothing; its hi is −NOTHING. Minimum and maximum then need no care."""


@dataclass(frozen=True, slots=True, eq=False)
class GridTerm:
    """Some paths from a value to one input, an interval for each index.

    Parameters
    ----------
    input : int
        Position of the graph input.
    lo, hi : int64 array, shape (axes, *dims)
        Intervals along each axis of the input; every dimension has the value's size or 1.
    carried : tuple of frozenset of int
        For each axis the dimensions of the value along which its interval changes.
    global_axes : tuple of int
        Axes that the paths have reduced, in rising order.
    masks : tuple of (int, IndexSet)
        Dimensions along which nothing changes but that anything is read: there only at some indices. Laid out only
        if they are short; an attention matrix of which a part is written would not fit into memory.
    """

    input: int
    lo: Ints
    hi: Ints
    carried: tuple[frozenset[int], ...]
    global_axes: tuple[int, ...]
    masks: tuple[tuple[int, IndexSet], ...] = ()

    @staticmethod
    def of(term: Term, shape: Shape) -> GridTerm:
        """A product laid out."""
        active = [d for d, parts in enumerate(term.dims) if any(part.stride or part.mask for part in parts)]
        grid = tuple(shape[d] if d in active else 1 for d in range(len(shape)))
        _bounded(math.prod(grid) * len(term.seqs))
        there = np.ones(grid, np.bool_)
        coordinates = [np.zeros((1,) * len(shape), np.int64) for _ in term.seqs]
        carried: list[set[int]] = [set() for _ in term.seqs]
        for d in active:
            for part, index in _indices(term.dims[d], shape[d]):
                along = index.reshape([-1 if e == d else 1 for e in range(len(shape))])
                if part.stride:
                    coordinates[part.axis] = coordinates[part.axis] + along * part.stride
                    carried[part.axis].add(d)
                elif part.mask is not None:
                    there &= part.mask.mask(0, part.size)[along]
        los, his = [], []
        for axis, coordinate in enumerate(coordinates):
            lo, hi = finite(term.seqs[axis], term.extent(axis)).intervals(coordinate.ravel())
            los.append(np.broadcast_to(lo.reshape(coordinate.shape), grid))
            his.append(np.broadcast_to(hi.reshape(coordinate.shape), grid))
        lo, hi = np.stack(los), np.stack(his)
        there &= (hi > lo).all(axis=0)
        return GridTerm(
            term.input,
            np.where(there, lo, NOTHING),
            np.where(there, hi, -NOTHING),
            tuple(map(frozenset, carried)),
            term.global_axes,
        )

    @property
    def is_empty(self) -> bool:
        """Whether the term reads nothing anywhere."""
        return bool((self.hi <= self.lo).all())

    def through_access(self, access: Access, out_shape: Shape) -> list[Term | GridTerm]:
        """The term as seen by the output of an op that reads it by `access`."""
        grid = self
        for d, link in enumerate(access.links):
            grid = grid._along(d, link)
        if grid.is_empty:
            return []
        return [grid._placed(access, len(out_shape))]

    def _along(self, d: int, link: Link) -> GridTerm:
        """One dimension mapped or reduced, still in its place."""
        reading = link.reading
        if link.dim is not None and reading is None:
            return self
        if reading is None or reading.is_whole or (reading.advance == 0 and reading.period == 1):
            return self._constant_along(d, link)
        mask = dict(self.masks).get(d)
        shape = self.lo.shape
        if mask is not None or (shape[d + 1] == 1 and math.prod(shape) * reading.n_out > MAX_CELLS):
            return self._masked(d, reading, mask)
        lo, hi = _gathered(reading, self.lo, self.hi, d + 1)
        return replace(self, lo=lo, hi=hi, global_axes=with_global(self.global_axes, *self._covered_by(d, link)))

    def _masked(self, d: int, reading: IndexMap, mask: IndexSet | None) -> GridTerm:
        """A dimension along which nothing changes, mapped: only where something is read can differ."""
        found = preimage(reading, mask if mask is not None else IndexSet.span(0, reading.n_in))
        others = self._unmasked(d)
        if not found:
            return others._nothing()
        return others if found.is_span(reading.n_out) else replace(others, masks=(*others.masks, (d, found)))

    def _unmasked(self, d: int) -> GridTerm:
        return replace(self, masks=tuple(pair for pair in self.masks if pair[0] != d)) if self.masks else self

    def _nothing(self) -> GridTerm:
        empty = np.full_like(self.lo[:1], NOTHING)
        return replace(self, lo=empty, hi=-empty)

    def laid_out(self, shape: Shape) -> GridTerm:
        """The same without masks, in a value of a shape."""
        lo, hi = self.lo, self.hi
        for d, mask in self.masks:
            _bounded(lo.size * shape[d])
            there = mask.mask(0, shape[d]).reshape([-1 if e == d else 1 for e in range(-1, len(shape))])
            lo, hi = np.where(there, lo, NOTHING), np.where(there, hi, -NOTHING)
        return replace(self, lo=lo, hi=hi, masks=())

    def _constant_along(self, d: int, link: Link) -> GridTerm:
        """A dimension along which every output index reads the same."""
        n = self.lo.shape[d + 1]
        reading = link.reading
        everything = reading is None or reading.is_whole or n == 1
        taps = list(range(n)) if everything or reading is None else list(reading.reads(0))
        mask = dict(self.masks).get(d)
        if mask is not None and reading is not None and not reading.is_whole:
            taps = [0] if IndexSet.of(reading.reads(0)) & mask else []
        if not taps:
            return self._nothing()
        return replace(
            self._unmasked(d),
            lo=self.lo.take(taps, d + 1).min(axis=d + 1, keepdims=True),
            hi=self.hi.take(taps, d + 1).max(axis=d + 1, keepdims=True),
            carried=tuple(dims - {d} for dims in self.carried),
            global_axes=with_global(self.global_axes, *self._covered_by(d, link)),
        )

    def _covered_by(self, d: int, link: Link) -> list[int]:
        """Axes that a link reduces as a whole: those that no other dimension carries."""
        return [axis for axis, dims in enumerate(self.carried) if dims == {d}] if link.reduces else []

    def _placed(self, access: Access, rank: int) -> GridTerm:
        """Dimensions in the order of the output, those that are gone or new with size 1."""
        goes = {link.dim: d for d, link in enumerate(access.links) if link.dim is not None}
        kept = [goes[o] for o in range(rank) if o in goes]
        new = tuple(o + 1 for o in range(rank) if o not in goes)

        def moved(array: Ints) -> Ints:
            dropped = tuple(d + 1 for d, link in enumerate(access.links) if link.dim is None)
            order = [0, *(d + 1 for d in kept), *dropped]
            bare = array.transpose(order).reshape(array.shape[0], *(array.shape[d + 1] for d in kept))
            return np.expand_dims(bare, new) if new else bare

        place = {d: o for o, d in goes.items()}
        carried = tuple(frozenset(place[d] for d in dims if d in place) for dims in self.carried)
        masks = tuple((place[d], mask) for d, mask in self.masks if d in place)
        return replace(self, lo=moved(self.lo), hi=moved(self.hi), carried=carried, masks=masks)

    def through_regroup(self, regroup: Regroup) -> list[Term | GridTerm]:
        """The term as seen through a row-major reshape."""
        alone = {ins[0]: outs[0] for ins, outs in regroup.groups() if len(ins) == len(outs) == 1}
        if any(d not in alone for d, _ in self.masks):
            return self.laid_out(regroup.in_shape).through_regroup(regroup)
        before: list[int] = [1] * len(regroup.in_shape)
        after: list[int] = [1] * len(regroup.out_shape)
        carried: list[set[int]] = [set() for _ in self.carried]
        for ins, outs in regroup.groups():
            if any(self.lo.shape[d + 1] > 1 for d in ins):
                for d in ins:
                    before[d] = regroup.in_shape[d]
                for o in outs:
                    after[o] = regroup.out_shape[o]
            for axis, dims in enumerate(self.carried):
                if dims & set(ins):
                    carried[axis].update(o for o in outs if regroup.out_shape[o] > 1)
        _bounded(math.prod(before) * len(self.lo))
        axes = len(self.lo)
        lo, hi = (np.broadcast_to(array, (axes, *before)).reshape(axes, *after) for array in (self.lo, self.hi))
        masks = tuple((alone[d], mask) for d, mask in self.masks)
        grid = GridTerm(self.input, lo, hi, tuple(map(frozenset, carried)), self.global_axes, masks)
        return [grid._trimmed()._as_product(regroup.out_shape)]

    def _trimmed(self) -> GridTerm:
        """Size 1 along dimensions that turn out not to matter, and carried dimensions to match."""
        lo, hi = self.lo, self.hi
        carried = [set(dims) for dims in self.carried]
        for d in range(1, lo.ndim):
            if lo.shape[d] == 1:
                continue
            steady = [_steady(lo[a], d - 1) and _steady(hi[a], d - 1) for a in range(len(lo))]
            for axis, same in enumerate(steady):
                if same:
                    carried[axis].discard(d - 1)
            if all(steady):
                lo, hi = lo.take([0], d), hi.take([0], d)
        return replace(self, lo=lo, hi=hi, carried=tuple(map(frozenset, carried)))

    def _as_product(self, shape: Shape) -> Term | GridTerm:
        """A product again, where each axis follows one dimension of its own and nothing is empty."""
        dims = [next(iter(d)) if len(d) == 1 else None for d in self.carried]
        used = [d for d in dims if d is not None]
        many = any(len(d) > 1 for d in self.carried)
        if self.masks or many or len(set(used)) != len(used) or (self.hi <= self.lo).any():
            return self
        parts = [(Part(n),) for n in shape]
        seqs = []
        for axis, d in enumerate(dims):
            pick = tuple(slice(None) if d == e else 0 for e in range(len(shape)))
            lo, hi = self.lo[axis][pick], self.hi[axis][pick]
            along = [-1 if d == e else 1 for e in range(len(shape))]
            if (self.lo[axis] != lo.reshape(along)).any() or (self.hi[axis] != hi.reshape(along)).any():
                # Merged from terms that read at different indices: it changes along other dimensions too.
                return self
            if d is None:
                seqs.append(Bordered.constant(1, int(lo), int(hi)))
            else:
                parts[d] = (Part(shape[d], axis, 1),)
                full = (shape[d],)
                seqs.append(Bordered.listed(np.broadcast_to(lo, full).copy(), np.broadcast_to(hi, full).copy()))
        return Term(self.input, tuple(parts), tuple(seqs), self.global_axes, is_plain=True)


def intervals_along(term: Term | GridTerm, shape: Shape, axis: int) -> tuple[Ints, Ints]:
    """Intervals of a term along one axis, shaped like the value with 1 along dimensions that do not matter."""
    if isinstance(term, GridTerm):
        grid = term.laid_out(shape)
        return grid.lo[axis], grid.hi[axis]
    # What is read along one axis depends on the others only where they read nothing.
    telling = {axis, *(number for number, seq in enumerate(term.seqs) if seq.has_gaps)}
    dims = tuple(tuple(p if p.mask or p.axis in telling else Part(p.size) for p in parts) for parts in term.dims)
    grid = GridTerm.of(term._replace(dims=dims), shape)
    return grid.lo[axis], grid.hi[axis]


def distinct_hulls(terms: Sequence[Term | GridTerm], shape: Shape, axis: int) -> list[tuple[int, int]]:
    """The different hulls along one axis of what several terms read at each index, in rising order."""
    arrays = [array for term in terms for array in intervals_along(term, shape, axis)]
    for d in range(len(shape)):
        arrays = _once(arrays, d)
    _bounded(math.prod(max(array.shape[d] for array in arrays) for d in range(len(shape))))
    lo, hi = functools.reduce(np.minimum, arrays[::2]), functools.reduce(np.maximum, arrays[1::2])
    return distinct_intervals(lo, hi)


def _once(arrays: list[Ints], d: int) -> list[Ints]:
    """Of all indices along a dimension that look alike in every array only one."""
    along = [np.moveaxis(array, d, 0).reshape(array.shape[d], -1) for array in arrays if array.shape[d] > 1]
    if not along:
        return arrays
    rows = np.concatenate(along, axis=1)
    one = list({row.tobytes(): i for i, row in enumerate(rows)}.values())
    return [array.take(one, d) if array.shape[d] > 1 else array for array in arrays]


def distinct_intervals(lo: Ints, hi: Ints) -> list[tuple[int, int]]:
    """The different intervals among those of two arrays of one shape, in rising order, empty ones left out."""
    there = hi > lo
    lo, hi = lo[there], hi[there]
    if not lo.size:
        return []
    first = int(lo.min())
    span = int(hi.max()) - first + 1
    if span * span > MAX_EXPLICIT:
        found = np.unique(np.stack([lo, hi]), axis=1)
        return list(zip(*found.tolist(), strict=True))
    # Marked in a table of all intervals that there could be: an attention matrix has millions, few of them different.
    seen = np.zeros(span * span, np.bool_)
    seen[(lo - first) * span + (hi - first)] = True
    los, his = np.divmod(np.flatnonzero(seen), span)
    return list(zip((los + first).tolist(), (his + first).tolist(), strict=True))


def merge_grids(terms: Sequence[Term | GridTerm], shape: Shape) -> Field:
    """One grid for each input, set of global axes and dimensions that carry the axes.

    Grids know each index, so their hull is always exact. Those carried along other dimensions (queries and keys of
    an attention matrix) stay apart, because a reduction may be global for one and not for the other.
    """
    merged: dict[tuple[object, ...], GridTerm] = {}
    laid_out = {term.input for term in terms if isinstance(term, GridTerm)}
    products = [term for term in terms if term.input not in laid_out]
    for term in terms:
        if term.input not in laid_out:
            continue
        grid = GridTerm.of(term, shape) if isinstance(term, Term) else term
        key = (grid.input, grid.global_axes, grid.carried, grid.masks)
        known = merged.get(key)
        if known is None:
            merged[key] = grid
            continue
        merged[key] = GridTerm(
            grid.input,
            np.minimum(known.lo, grid.lo),
            np.maximum(known.hi, grid.hi),
            grid.carried,
            grid.global_axes,
            grid.masks,
        )
    found = _without_masks(merged.values(), shape)
    if len(found) < len(merged):
        return merge_grids([*products, *found], shape)
    from eyeshot.analyses.terms import merge

    return (*merge(products, shape), *found)


def _without_masks(grids: Iterable[GridTerm], shape: Shape) -> list[GridTerm]:
    """Grids that differ in the indices of one mask only, made one."""
    joined: dict[object, GridTerm] = {}
    for grid in grids:
        if len(grid.masks) != 1:
            joined[id(grid)] = grid
            continue
        ((d, mask),) = grid.masks
        arrays = (grid.lo.shape, grid.lo.tobytes(), grid.hi.tobytes())
        key = (grid.input, grid.global_axes, grid.carried, d, *arrays)
        known = joined.get(key)
        joined[key] = replace(grid, masks=((d, mask | known.masks[0][1]),)) if known is not None else grid
    return [
        replace(grid, masks=tuple((d, mask) for d, mask in grid.masks if not mask.is_span(shape[d])))
        for grid in joined.values()
    ]


def _indices(parts: tuple[Part, ...], size: int) -> list[tuple[Part, Ints]]:
    """For each part its index at every index of the dimension."""
    inner, found = size, []
    everything = np.arange(size, dtype=np.int64)
    for part in parts:
        inner //= part.size
        found.append((part, everything // inner % part.size))
    return found


def _gathered(reading: IndexMap, lo: Ints, hi: Ints, at: int) -> tuple[Ints, Ints]:
    """Intervals along one dimension of an array after an index map."""
    n = lo.shape[at]
    steady = n == 1 and reading.n_in > 1
    if steady and reading.period == 1 and len(reading.taps[0]) and reading.stays_inside():
        # Channels that all read the same, sliced: nothing to list.
        return lo, hi
    if reading.is_shift and not steady:
        return _shifted(reading, lo, NOTHING, at), _shifted(reading, hi, -NOTHING, at)
    longest = max(len(taps) for taps in reading.taps)
    shape = (*lo.shape[:at], reading.n_out, *lo.shape[at + 1 :])
    _bounded(math.prod(shape) * longest // 64)
    _bounded(math.prod(shape))
    new_lo, new_hi = np.full(shape, NOTHING, np.int64), np.full(shape, -NOTHING, np.int64)
    outs = np.arange(reading.n_out, dtype=np.int64)
    turns, phase = np.divmod(outs, reading.period)
    for t in range(longest):
        tap = np.array([taps[t] if t < len(taps) else 0 for taps in reading.taps], np.int64)[phase]
        there = np.array([t < len(taps) for taps in reading.taps])[phase]
        index, there = fold(reading, tap + turns * reading.advance, there)
        picked = np.zeros_like(index) if steady else index
        reads = there.reshape([-1 if d == at else 1 for d in range(lo.ndim)])
        new_lo = np.where(reads, np.minimum(new_lo, lo.take(picked, at)), new_lo)
        new_hi = np.where(reads, np.maximum(new_hi, hi.take(picked, at)), new_hi)
    if steady and bool((new_lo == new_lo.take([0], at)).all()):
        return new_lo.take([0], at), new_hi.take([0], at)
    return new_lo, new_hi


def _shifted(reading: IndexMap, array: Ints, nothing: int, at: int) -> Ints:
    """An array after a slice, a crop or a place in a concatenation; a view of it where nothing is added."""
    distance, n = reading.taps[0][0], array.shape[at]
    first, stop = max(0, -distance), min(reading.n_out, n - distance)
    lead = (slice(None),) * at
    kept = array[(*lead, slice(first + distance, max(first, stop) + distance))]
    if (first, stop) == (0, reading.n_out):
        return kept
    shifted = np.full((*array.shape[:at], reading.n_out, *array.shape[at + 1 :]), nothing, np.int64)
    shifted[(*lead, slice(first, max(first, stop)))] = kept
    return shifted


def _steady(array: Ints, d: int) -> bool:
    return bool((array == array.take([0], d)).all())


def _bounded(count: int) -> None:
    if count > MAX_EXPLICIT:
        raise LimitError(
            f"a field that is not periodic may list at most {MAX_EXPLICIT:,} intervals, but this one needs "
            f"{count:,}; choose a smaller input"
        )
