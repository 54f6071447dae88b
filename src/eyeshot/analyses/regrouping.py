"""Carrying a term through a row-major reshape: its parts are dealt out to the dimensions of the output."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from eyeshot.analyses.isolation import MAX_ISOLATED
from eyeshot.analyses.spreading import spread
from eyeshot.analyses.terms import Part, Term
from eyeshot.graph.access import Regroup
from eyeshot.index.intervals import Periodic
from eyeshot.index.maps import IndexMap

if TYPE_CHECKING:
    from eyeshot.analyses.grids import GridTerm
    from eyeshot.index.bordered import Bordered

__all__ = ["through_regroup"]


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
        whole = term.with_parts(tuple(parts for parts in dims if parts is not None), term.seqs)
        found.append(_spread(_trimmed(whole)))
    return found


def _trimmed(term: Term) -> Term:
    """Without the parts of an axis that turn out not to matter: heads beside rows, channels that read alike."""
    for axis, seq in enumerate(term.seqs):
        parts = term.parts_of(axis)
        if len(parts) < 2 or (not isinstance(seq, Periodic) and seq.period):
            continue
        idle = _idle_in_law(parts, seq) if isinstance(seq, Periodic) else _idle(parts, seq)
        if idle and len(idle) < len(parts):
            dims, n, unit = term.without(idle, axis)
            reading = IndexMap(term.extent(axis), n, 1, unit, (range(1),))
            bare = tuple(tuple(_unlabelled(part, axis) for part in listed) for listed in dims)
            term = term.with_parts(bare, term.with_seq(axis, seq.through(reading)))
    return term


def _idle_in_law(parts: Sequence[Part], seq: Periodic) -> list[Part]:
    """Parts along which a periodic sequence does not change."""
    idle = []
    for part in parts:
        others = [p for p in parts if p is not part]
        # Coordinates a period apart differ by the advance alone, so one of each kind answers for all of them.
        phases = {0}
        for other in others:
            steps = {i * other.stride % seq.period for i in range(min(other.size, seq.period))}
            phases = {(phase + step) % seq.period for phase in phases for step in steps}
        along = range(0, part.size * part.stride, part.stride)[: seq.period + 1]
        if all(seq.interval(phase + step) == seq.interval(phase) for phase in phases for step in along):
            idle.append(part)
    return idle


def _idle(parts: Sequence[Part], seq: Bordered) -> list[Part]:
    """Parts along which a listed sequence does not change."""
    import numpy as np

    at = np.zeros((1,) * len(parts), np.int64)
    for k, part in enumerate(parts):
        at = at + (np.arange(part.size) * part.stride).reshape([-1 if k == other else 1 for other in range(len(parts))])
    lo, hi = seq.lo[at], seq.hi[at]
    return [p for k, p in enumerate(parts) if all((ends == ends.take([0], k)).all() for ends in (lo, hi))]


def _unlabelled(part: Part, axis: int) -> Part:
    return Part(part.size) if part.axis == axis and not part.stride and part.mask is None else part


def _spread(term: Term) -> Term:
    """An axis whose features each stand several times in a row (behind a pixel shuffle), as one part again.

    Not where only some of the places read anything: as gaps of a sequence they would keep apart what masks unite.
    """
    for d, parts in enumerate(term.dims):
        if len(parts) > 1 and not any(part.mask for part in parts):
            term = spread(term, d)
    return term


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
        yield Part(outer, part.axis, part.stride * inner), Part(inner, part.axis, part.stride)
        return
    from eyeshot.analyses.boxes import split_set

    for rows, columns in split_set(part.mask, (outer, inner)):
        yield (
            Part(outer, part.axis, 0, None if rows.is_span(outer) else rows),
            Part(inner, part.axis, 0, None if columns.is_span(inner) else columns),
        )


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
