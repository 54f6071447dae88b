"""Grid terms: fields of values that no product describes, as explicit intervals for every index.

Tokens behind a class token, rolled windows and gathered elements have an interval per token and axis. A grid holds
them in arrays shaped like the value, with size 1 along every dimension that does not matter (numpy broadcasting),
so flattened tokens cost what the token map has elements, and nothing for channels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.terms import Part, Term, with_global
from eyeshot.graph.access import Access, Link, Regroup, Shape
from eyeshot.index.bordered import Bordered
from eyeshot.index.explicit import NOTHING, Ints, bounded
from eyeshot.index.gathering import gathered
from eyeshot.index.images import preimage
from eyeshot.index.maps import IndexMap
from eyeshot.index.sequences import finite
from eyeshot.index.sets import IndexSet

__all__ = ["GridTerm", "read_at"]

MAX_CELLS = 1_000_000
"""Most cells of a grid along a dimension of which only some indices read anything; beyond that it gets a mask."""


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
    running_axes : tuple of int
        Axes along which the paths have passed a running reduction and do not read everything everywhere.
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
    running_axes: tuple[int, ...] = ()

    @staticmethod
    def of(term: Term, shape: Shape) -> GridTerm:
        """A product laid out."""
        active = [d for d, parts in enumerate(term.dims) if any(part.stride or part.mask for part in parts)]
        grid = tuple(shape[d] if d in active else 1 for d in range(len(shape)))
        bounded(math.prod(grid) * len(term.seqs))
        there = np.ones(grid, np.bool_)
        coordinates = [np.zeros((1,) * len(shape), np.int64) for _ in term.seqs]
        carried: list[set[int]] = [set() for _ in term.seqs]
        for d in active:
            standing = [-1 if e == d else 1 for e in range(len(shape))]
            there &= read_at(term.dims[d], shape[d]).reshape(standing)
            for part, index in _indices(term.dims[d], shape[d]):
                if part.stride:
                    coordinates[part.axis] = coordinates[part.axis] + index.reshape(standing) * part.stride
                    carried[part.axis].add(d)
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
            running_axes=term.running_axes,
        )

    @property
    def is_empty(self) -> bool:
        """Whether the term reads nothing anywhere."""
        return bool((self.hi <= self.lo).all())

    def through_access(self, access: Access, out_shape: Shape) -> list[Term | GridTerm]:
        """The term as seen by the output of an op that reads it by `access`."""
        grid = self
        for d, link in enumerate(access.links):
            grid = grid._along(d, link)._settled(grid)
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
        lo, hi = gathered(reading, self.lo, self.hi, d + 1)
        covered = self._covered_by(d, link)
        running = with_global(self.running_axes, *(covered if link.runs else ()))
        reduced = with_global(self.global_axes, *(covered if link.reduces else ()))
        return replace(self, lo=lo, hi=hi, global_axes=reduced, running_axes=running)

    def _settled(self, before: GridTerm) -> GridTerm:
        """The same, global along the axes of which a running reduction has come to read all everywhere."""
        whole = [axis for axis in before.running_axes if self._reads_as_much(before, axis)]
        if not whole:
            return self
        running = tuple(axis for axis in self.running_axes if axis not in whole)
        return replace(self, global_axes=with_global(self.global_axes, *whole), running_axes=running)

    def _reads_as_much(self, before: GridTerm, axis: int) -> bool:
        lo, hi = self.lo[axis], self.hi[axis]
        there = hi > lo
        everything = before.lo[axis].min(), before.hi[axis].max()
        return bool(there.any() and (lo[there] == everything[0]).all() and (hi[there] == everything[1]).all())

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
            bounded(lo.size * shape[d])
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
            global_axes=with_global(self.global_axes, *(self._covered_by(d, link) if link.reduces else ())),
        )

    def _covered_by(self, d: int, link: Link) -> list[int]:
        """Axes that a link reduces as a whole, or runs along: those that no other dimension carries."""
        reduced = link.reduces or link.runs
        return [axis for axis, dims in enumerate(self.carried) if dims == {d}] if reduced else []

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
        bounded(math.prod(before) * len(self.lo))
        axes = len(self.lo)
        lo, hi = (np.broadcast_to(array, (axes, *before)).reshape(axes, *after) for array in (self.lo, self.hi))
        masks = tuple((alone[d], mask) for d, mask in self.masks)
        found = tuple(map(frozenset, carried))
        grid = GridTerm(self.input, lo, hi, found, self.global_axes, masks, self.running_axes)
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
        return Term(self.input, tuple(parts), tuple(seqs), self.global_axes, True, self.running_axes)


def _indices(parts: tuple[Part, ...], size: int) -> list[tuple[Part, Ints]]:
    """For each part its index at every index of the dimension."""
    inner, found = size, []
    everything = np.arange(size, dtype=np.int64)
    for part in parts:
        inner //= part.size
        found.append((part, everything // inner % part.size))
    return found


def read_at(parts: tuple[Part, ...], size: int) -> npt.NDArray[np.bool_]:
    """Indices of a dimension at which its parts' masks let anything be read."""
    there = np.ones(size, np.bool_)
    for part, index in _indices(parts, size):
        if part.mask is not None:
            there &= part.mask.mask(0, part.size)[index]
    return there


def _steady(array: Ints, d: int) -> bool:
    return bool((array == array.take([0], d)).all())
