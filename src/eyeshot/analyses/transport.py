"""Carrying a term through one access: from a value to a value that reads it.

Everything stays in closed form as long as a map acts on a dimension with a single part. Where it cannot, the term
is first split (`eyeshot.analyses.isolation`) or laid out as a grid of explicit intervals.
"""

from __future__ import annotations

from eyeshot.analyses.isolation import isolated
from eyeshot.analyses.reduction import reduced
from eyeshot.analyses.terms import Field, Part, Term, with_global
from eyeshot.graph.access import Access, Link, Shape
from eyeshot.index.maps import IndexMap
from eyeshot.index.sequences import constant, reads_as_much, reads_nothing
from eyeshot.index.sets import IndexSet

__all__ = ["Plan", "through_access"]


class Plan:
    """An access made ready to carry terms; repeated layers share one.

    Parameters
    ----------
    access : Access
        What is read.
    shape, out_shape : tuple of int
        Shapes of the operand and of the output.

    Attributes
    ----------
    whole, kept, mapped, partly : list
        Dimensions of the operand that are read as a whole, that stay as they are, that an index map leads to the
        output, and those among the last that are not read as a whole.
    frame : list of tuple of Part
        The output's dimensions where nothing of the operand changes.
    """

    __slots__ = ("access", "frame", "is_identity", "kept", "mapped", "out_shape", "partly", "shape", "whole")

    def __init__(self, access: Access, shape: Shape, out_shape: Shape) -> None:
        self.access, self.shape, self.out_shape = access, shape, out_shape
        self.is_identity = access.is_identity and len(out_shape) == len(shape)
        self.whole: list[tuple[int, Link]] = []
        self.kept: list[tuple[int, int]] = []
        self.mapped: list[tuple[int, int, IndexMap, Link]] = []
        self.partly: list[int] = []
        for d, link in enumerate(access.links):
            if link.dim is None:
                self.whole.append((d, link))
            elif link.reading is None:
                self.kept.append((d, link.dim))
            else:
                self.mapped.append((d, link.dim, link.reading, link))
                if link.reading.is_whole:
                    self.whole.append((d, link))
                else:
                    self.partly.append(d)
        self.frame: list[tuple[Part, ...]] = [(Part(n),) for n in out_shape]


def through_access(term: Term, plan: Plan) -> Field:
    """The term as seen by the output of an op that does not just pass it on."""
    if term.is_plain:
        for d, _ in plan.whole:
            if term.dims[d][0].stride:
                break
        else:
            mapped = _mapped(term, plan)
            return () if mapped is None else (mapped,)
    ready = reduced(term, plan.whole)
    if ready is None:
        return ()
    pieces = isolated(ready, plan.partly)
    if pieces is None:
        from eyeshot.analyses.grids import GridTerm

        return tuple(GridTerm.of(ready, plan.shape).through_access(plan.access, plan.out_shape))
    found = (_mapped(piece, plan) for piece in pieces)
    return tuple(piece for piece in found if piece is not None)


def _mapped(term: Term, plan: Plan) -> Term | None:
    """The term with every dimension carried to its place in the output; None if nothing is left of it."""
    dims = plan.frame.copy()
    for d, out in plan.kept:
        dims[out] = term.dims[d]
    seqs, global_axes, running_axes = term.seqs, term.global_axes, term.running_axes
    after = seqs[0]
    last_seq = last_reading = None
    for d, out, reading, link in plan.mapped:
        part = term.dims[d][0]
        axis = part.axis
        if not part.stride:
            part_out = _masked(part, reading)
            if part_out is None:
                return None
            dims[out] = (part_out,)
            continue
        seq = seqs[axis]
        if seq is not last_seq or reading is not last_reading:
            # Axes of equal size that are treated alike share their sequence.
            last_seq, last_reading = seq, reading
            after = constant(seq, reading) if reading.is_constant else seq.through(reading)
            if reads_nothing(after):
                return None
        if link.reduces or link.runs or axis in running_axes:
            is_whole = link.reduces or (axis in running_axes and reads_as_much(after, seq))
            global_axes, running_axes = _reduced_along(axis, global_axes, running_axes, is_whole=is_whole)
        seqs = (*seqs[:axis], after, *seqs[axis + 1 :])
        if reading.is_constant:
            dims[out] = (Part(reading.n_out, axis),)
        else:
            dims[out] = term.dims[d] if part.size == reading.n_out else (Part(reading.n_out, axis, 1),)
    after_dims = tuple(dims)
    # Stacks of equal layers share their dimensions.
    kept = term.dims if after_dims == term.dims else after_dims
    return Term(term.input, kept, seqs, global_axes, term.is_plain, running_axes)


def _reduced_along(
    axis: int, global_axes: tuple[int, ...], running_axes: tuple[int, ...], *, is_whole: bool
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Axes that paths have reduced, as a whole and up to an index.

    The last of a running sum, and one that runs back over it, read all of the axis.
    """
    if not is_whole:
        return global_axes, with_global(running_axes, axis)
    return with_global(global_axes, axis), tuple(other for other in running_axes if other != axis)


def _masked(part: Part, reading: IndexMap) -> Part | None:
    """A part along which nothing changes, after a map: only where something is read can differ."""
    if part.mask is None and _always_reads(reading):
        return Part(reading.n_out, part.axis)
    from eyeshot.index.images import preimage

    mask = preimage(reading, part.mask if part.mask is not None else IndexSet.span(0, part.size))
    if not mask:
        return None
    return Part(reading.n_out, part.axis, 0, None if mask.is_span(reading.n_out) else mask)


def _always_reads(reading: IndexMap) -> bool:
    """Whether every output index surely reads something; False if that takes a closer look."""
    if reading.advance == 0 and reading.period == 1:
        return any(reading.fold(tap) >= 0 for tap in reading.law(0))
    return reading.period == 1 and len(reading.taps[0]) > 0 and reading.lawful and reading.stays_inside()
