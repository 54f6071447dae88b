"""Carrying a term through one access: from a value to a value that reads it.

Everything stays in closed form as long as a map acts on a dimension with a single part. Where it cannot, the term
is first isolated (one term for each index of a small part) or laid out as a grid of explicit intervals.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from eyeshot.analyses.terms import Field, Part, Term, constant, reads_nothing, with_global
from eyeshot.graph.access import Access, Link, Regroup, Shape
from eyeshot.index.maps import IndexMap

if TYPE_CHECKING:
    from eyeshot.analyses.grids import GridTerm
    from eyeshot.index.bordered import Bordered
    from eyeshot.index.intervals import Periodic
    from eyeshot.index.sets import IndexSet

__all__ = ["Plan", "through_access", "through_regroup", "united_along"]

Dims = tuple[tuple[Part, ...], ...]

MAX_ISOLATED = 1024
"""Most terms into which one term is split to keep closed forms."""


class Plan:
    """An access made ready to carry terms; repeated layers share one.

    Parameters
    ----------
    access : Access
        What is read.
    shape, out_shape : tuple of int
        Shapes of the operand and of the output.
    """

    __slots__ = ("access", "frame", "is_identity", "kept", "mapped", "out_shape", "shape", "whole")

    def __init__(self, access: Access, shape: Shape, out_shape: Shape) -> None:
        self.access, self.shape, self.out_shape = access, shape, out_shape
        self.is_identity = access.is_identity and len(out_shape) == len(shape)
        self.whole = [
            d for d, link in enumerate(access.links)
            if link.dim is None or (link.reading is not None and link.reading.is_whole)
        ]  # fmt: skip
        self.kept = [(d, link.dim) for d, link in enumerate(access.links) if link.dim is not None and not link.reading]
        self.mapped = [
            (d, link.dim, link.reading, link.reduces)
            for d, link in enumerate(access.links)
            if link.dim is not None and link.reading is not None
        ]
        self.frame: list[tuple[Part, ...]] = [(Part(n),) for n in out_shape]


def through_access(term: Term, plan: Plan) -> Field:
    """The term as seen by the output of an op."""
    if plan.is_identity:
        return (term,)
    if term.is_plain:
        for d in plan.whole:
            if term.dims[d][0].stride:
                break
        else:
            mapped = _mapped(term, plan)
            return () if mapped is None else (mapped,)
    for ready in _contracted(term, plan.access):
        prepared = _prepared(ready, plan.access)
        if prepared is None:
            from eyeshot.analyses.grids import GridTerm

            return tuple(GridTerm.of(ready, plan.shape).through_access(plan.access, plan.out_shape))
        found = (_mapped(piece, plan) for piece in prepared)
        return tuple(piece for piece in found if piece is not None)
    return ()


# ---------------------------------------------------------------------- dimensions that are read whole


def _contracted(term: Term, access: Access) -> Iterator[Term]:
    """The term after all reductions over whole dimensions; nothing if it reads nothing there."""
    for d, link in enumerate(access.links):
        if link.dim is None or (link.reading is not None and link.reading.is_whole):
            for axis in {part.axis for part in term.dims[d] if part.stride}:
                term = _reduced(term, d, axis, link)
            n_out = 1 if link.reading is None else link.reading.n_out
            labels = {part.axis for part in term.dims[d]}
            label = labels.pop() if len(labels) == 1 else -1
            term = term._replace(dims=(*term.dims[:d], (Part(n_out, label),), *term.dims[d + 1 :]))
    if not term.is_empty:
        yield term


def united_along(term: Term, d: int) -> Term:
    """The term with all indices of one dimension taken together; nothing becomes global by that."""
    for axis in {part.axis for part in term.dims[d] if part.stride}:
        term = _reduced(term, d, axis, Link(None))
    whole = (Part(math.prod(part.size for part in term.dims[d])),)
    return _retyped(term, (*term.dims[:d], whole, *term.dims[d + 1 :]), term.seqs)


def _reduced(term: Term, d: int, axis: int, link: Link) -> Term:
    """The union over all indices of the parts of one axis within one dimension."""
    seq, global_axes = term.seqs[axis], term.global_axes
    # Looked up anew each time: the strides of the parts that are left change.
    while part := next((part for part in term.dims[d] if part.axis == axis and part.stride), None):
        others = [p for p in term.parts_of(axis) if p is not part]
        leading = all(part.stride > p.stride for p in others)
        if link.reduces and leading:
            global_axes = with_global(global_axes, axis)
        unit = math.gcd(*(p.stride for p in others))
        taps = range(0, part.stride * part.size, part.stride)
        if not others:
            seq = constant(seq, IndexMap(term.extent(axis), 1, 1, 0, (taps,)))
        else:
            last = sum((p.size - 1) * p.stride for p in others) // unit
            seq = seq.through(IndexMap(term.extent(axis), last + 1, 1, unit, (taps,)))
        dims = _scaled(term.dims, part, axis, unit)
        term = Term(term.input, dims, term.with_seq(axis, seq), global_axes, term.is_plain)
    return term._replace(global_axes=global_axes)


def _scaled(dims: Dims, gone: Part, axis: int, unit: int) -> Dims:
    """Parts of an axis after one of them stopped counting, strides in the new unit."""

    def changed(part: Part) -> Part:
        if part is gone:
            return Part(part.size, axis)
        return part._replace(stride=part.stride // unit) if part.axis == axis and part.stride else part

    return tuple(tuple(changed(part) for part in parts) for parts in dims)


# ---------------------------------------------------------------------- dimensions with several parts


def _prepared(term: Term, access: Access) -> list[Term] | None:
    """Terms in which every mapped dimension has a single part, alone on its axis; None if there are none such."""
    pieces = [term]
    for d, link in enumerate(access.links):
        if link.dim is None or link.reading is None or link.reading.is_whole:
            continue
        opened = [_single(piece, d) for piece in pieces]
        if any(some is None for some in opened):
            return None
        pieces = [piece for some in opened if some is not None for piece in some]
        if len(pieces) > MAX_ISOLATED:
            return None
    return pieces


def _single(term: Term, d: int) -> list[Term] | None:
    parts = term.dims[d]
    if len(parts) == 1:
        (part,) = parts
        others = [p for p in term.parts_of(part.axis) if p is not part] if part.stride else []
        if not others:
            return [term]
        return _isolated(term, others, part.axis) if all(part.stride > p.stride for p in others) else None
    pieces = [term]
    for axis in sorted({part.axis for part in parts if part.stride}):
        mine = [part for part in parts if part.axis == axis and part.stride]
        rest = [p for p in term.parts_of(axis) if not any(p is q for q in mine)]
        if not rest or max(p.stride for p in mine) > min(p.stride for p in rest):
            return None
        split = [_isolated(piece, mine, axis) for piece in pieces]
        if any(some is None for some in split):
            return None
        pieces = [piece for some in split if some is not None for piece in some]
    return [_fused_masks(piece, d) for piece in pieces]


def _isolated(term: Term, fixed: list[Part], axis: int) -> list[Term] | None:
    """One term for each choice of indices along some parts of an axis, which become masks."""
    from eyeshot.index.sets import IndexSet

    if math.prod(part.size for part in fixed) > MAX_ISOLATED:
        return None
    places = [
        next((d, p) for d, parts in enumerate(term.dims) for p, q in enumerate(parts) if q is part) for part in fixed
    ]
    kept = [p for p in term.parts_of(axis) if not any(p is q for q in fixed)]
    unit = math.gcd(*(p.stride for p in kept))
    last = sum((p.size - 1) * p.stride for p in kept) // unit
    pieces = []
    for choice in itertools.product(*(range(part.size) for part in fixed)):
        offset = sum(part.stride * index for part, index in zip(fixed, choice, strict=True))
        taps = (range(offset, offset + 1),)
        reading = IndexMap(term.extent(axis), last + 1, 1, unit, taps)
        dims = [list(parts) for parts in term.dims]
        for d, parts in enumerate(dims):
            for p, part in enumerate(parts):
                if part.axis == axis and part.stride:
                    dims[d][p] = part._replace(stride=part.stride // unit)
        for (d, p), part, index in zip(places, fixed, choice, strict=True):
            mask = IndexSet.of([index]) if part.size > 1 else None
            dims[d][p] = Part(part.size, axis, 0, mask)
        pieces.append(_retyped(term, tuple(map(tuple, dims)), term.with_seq(axis, term.seqs[axis].through(reading))))
    return pieces


def _fused_masks(term: Term, d: int) -> Term:
    """A dimension of parts that only have masks as a single part with the product of the masks."""
    from eyeshot.index.sets import IndexSet

    indices = [0]
    size = 1
    for part in term.dims[d]:
        inner = part.mask if part.mask is not None else IndexSet.span(0, part.size)
        indices = [i * part.size + j for i in indices for j in inner]
        size *= part.size
    mask = None if len(indices) == size else IndexSet.of(indices)
    labels = {part.axis for part in term.dims[d]}
    label = labels.pop() if len(labels) == 1 else -1
    return _retyped(term, (*term.dims[:d], (Part(size, label, 0, mask),), *term.dims[d + 1 :]), term.seqs)


# ---------------------------------------------------------------------- one map on one part


def _mapped(term: Term, plan: Plan) -> Term | None:
    """The term with every dimension carried to its place in the output; None if nothing is left of it."""
    dims = plan.frame.copy()
    for d, out in plan.kept:
        dims[out] = term.dims[d]
    seqs, global_axes = term.seqs, term.global_axes
    after = seqs[0]
    last_seq = last_reading = None
    for d, out, reading, reduces in plan.mapped:
        part = term.dims[d][0]
        axis = part.axis
        if not part.stride:
            part_out = _masked(part, reading)
            if part_out is None:
                return None
            dims[out] = (part_out,)
            continue
        if reduces:
            global_axes = with_global(global_axes, axis)
        seq = seqs[axis]
        if seq is not last_seq or reading is not last_reading:
            # Axes of equal size that are treated alike share their sequence.
            last_seq, last_reading = seq, reading
            after = constant(seq, reading) if reading.is_constant else seq.through(reading)
            if reads_nothing(after):
                return None
        seqs = (*seqs[:axis], after, *seqs[axis + 1 :])
        if reading.is_constant:
            dims[out] = (Part(reading.n_out, axis),)
        else:
            dims[out] = term.dims[d] if part.size == reading.n_out else (Part(reading.n_out, axis, 1),)
    after_dims = tuple(dims)
    # Stacks of equal layers share their dimensions.
    return Term(term.input, term.dims if after_dims == term.dims else after_dims, seqs, global_axes, term.is_plain)


def _masked(part: Part, reading: IndexMap) -> Part | None:
    """A part along which nothing changes, after a map: only where something is read can differ."""
    if part.mask is None and _always_reads(reading):
        return Part(reading.n_out, part.axis)
    from eyeshot.index.sets import IndexSet, preimage

    mask = preimage(reading, part.mask if part.mask is not None else IndexSet.span(0, part.size))
    if not mask:
        return None
    return Part(reading.n_out, part.axis, 0, None if mask.is_span(reading.n_out) else mask)


def _always_reads(reading: IndexMap) -> bool:
    """Whether every output index surely reads something; False if that takes a closer look."""
    if reading.advance == 0 and reading.period == 1:
        return bool(reading.reads(0))
    return reading.period == 1 and len(reading.taps[0]) > 0 and reading.lawful and reading.stays_inside()


# ---------------------------------------------------------------------- reshapes


def through_regroup(term: Term, regroup: Regroup) -> list[Term | GridTerm]:
    """The term as seen through a row-major reshape."""
    if regroup.in_shape == regroup.out_shape:
        return [term]
    pieces: list[tuple[Part, ...] | None] = [None] * len(regroup.out_shape)
    options: list[list[dict[int, tuple[Part, ...]]]] = []
    for ins, outs in regroup.groups():
        if len(ins) == len(outs) == 1:
            pieces[outs[0]] = term.dims[ins[0]]
            continue
        parts = [part for d in ins for part in term.dims[d] if part.size > 1]
        dealt = _dealt(parts, [(o, regroup.out_shape[o]) for o in outs])
        if dealt is None:
            from eyeshot.analyses.grids import GridTerm

            return GridTerm.of(term, regroup.in_shape).through_regroup(regroup)
        options.append(dealt)
    found: list[Term | GridTerm] = []
    for choice in itertools.product(*options):
        dims = list(pieces)
        for placed in choice:
            for o, parts_out in placed.items():
                dims[o] = _fused(parts_out)
        found.append(_spread(_retyped(term, tuple(parts for parts in dims if parts is not None), term.seqs)))
    return found


def _spread(term: Term) -> Term:
    """An axis whose features each stand several times in a row (behind a pixel shuffle), as one part again."""
    for d, (part, *rest) in enumerate(term.dims):
        alone = part.stride == 1 and len(term.parts_of(part.axis)) == 1
        if not rest or not alone or any(p.stride or p.mask for p in rest):
            continue
        times = math.prod(p.size for p in rest)
        seq = term.seqs[part.axis].through(IndexMap.repeated(part.size, part.size * times, times))
        whole = (Part(part.size * times, part.axis, 1),)
        term = _retyped(term, (*term.dims[:d], whole, *term.dims[d + 1 :]), term.with_seq(part.axis, seq))
    return term


def _retyped(term: Term, dims: Dims, seqs: tuple[Periodic | Bordered, ...]) -> Term:
    """A term with other parts, checked for plainness."""
    axes = [part.axis for parts in dims for part in parts if part.stride]
    plain = all(len(parts) == 1 for parts in dims) and len(axes) == len(set(axes))
    return Term(term.input, dims, seqs, term.global_axes, plain)


def _dealt(parts: list[Part], outs: list[tuple[int, int]]) -> list[dict[int, tuple[Part, ...]]] | None:
    """Parts dealt out to dimensions of given sizes; several ways if a mask falls apart; None if nothing fits."""
    ways: list[tuple[list[Part], dict[int, tuple[Part, ...]]]] = [(parts, {})]
    for out, size in reversed(outs):
        longer: list[tuple[list[Part], dict[int, tuple[Part, ...]]]] = []
        for left, placed in ways:
            taken = _taken(left, size)
            if taken is None:
                return None
            longer.extend((rest, {**placed, out: got}) for rest, got in taken)
        ways = longer
        if len(ways) > MAX_ISOLATED:
            return None
    return [placed for _, placed in ways]


def _taken(parts: list[Part], size: int) -> list[tuple[list[Part], tuple[Part, ...]]] | None:
    """The last parts that together have a size, and what is left; several ways if a mask had to be split."""
    if size == 1:
        return [(parts, (Part(1),))]
    if not parts:
        return None
    *rest, last = parts
    if size % last.size == 0:
        deeper = _taken(rest, size // last.size)
        if deeper is None:
            return None
        return [(left, (*(p for p in got if p.size > 1), last)) for left, got in deeper]
    if last.size % size:
        return None
    return [([*rest, outer], (inner,)) for outer, inner in _split(last, size)]


def _split(part: Part, inner: int) -> Iterator[tuple[Part, Part]]:
    """A part as an outer and an inner one; a mask that is no product gives several pairs."""
    outer = part.size // inner
    if part.mask is None:
        yield (
            Part(outer, part.axis, part.stride * inner),
            Part(inner, part.axis, part.stride),
        )
        return
    from eyeshot.index.sets import IndexSet

    rows: dict[IndexSet, list[int]] = {}
    for row in range(outer):
        columns = part.mask & IndexSet.span(row * inner, (row + 1) * inner)
        if columns:
            moved = IndexSet(tuple((a - row * inner, b - row * inner) for a, b in columns.runs))
            rows.setdefault(moved, []).append(row)
    for columns, listed in rows.items():
        row_mask = None if len(listed) == outer else IndexSet.of(listed)
        column_mask = None if columns.is_span(inner) else columns
        yield Part(outer, part.axis, 0, row_mask), Part(inner, part.axis, 0, column_mask)


def _fused(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Neighbouring parts that behave as one, made one."""
    fused: list[Part] = []
    for part in parts:
        if part.size == 1 and fused:
            continue
        before = fused[-1] if fused else None
        if before is not None and before.size == 1:
            fused[-1] = part
        elif before is not None and _continues(before, part):
            fused[-1] = Part(before.size * part.size, part.axis, part.stride)
        else:
            fused.append(part)
    return tuple(fused)


def _continues(outer: Part, inner: Part) -> bool:
    if outer.mask is not None or inner.mask is not None or outer.axis != inner.axis:
        return False
    return outer.stride == inner.stride * inner.size
