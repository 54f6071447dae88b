"""The algebra of index maps: composition, union and restriction give index maps again."""

from __future__ import annotations

import math

from eyeshot.index.maps import IndexMap
from eyeshot.index.taps import bounded, tidy

__all__ = ["compose", "restrict", "union"]


def compose(reading: IndexMap, deeper: IndexMap) -> IndexMap:
    """What a map reads of the input of `deeper`, through `deeper`'s output.

    The result keeps a law where no tap falls off between the two; else it is a finite table.

    Examples
    --------
    >>> both = compose(IndexMap.window(8, 6, 3), IndexMap.window(10, 8, 3))
    >>> both.reads(0), both.lawful
    ((0, 1, 2, 3, 4), True)
    """
    if reading.n_in != deeper.n_out:
        raise ValueError(f"maps do not fit: {reading.n_in} indices meet {deeper.n_out}")
    if not (reading.lawful and deeper.lawful and reading.stays_inside()):
        outs = range(bounded(reading.n_out))
        return IndexMap.table(deeper.n_in, ({i for m in reading.reads(o) for i in deeper.reads(m)} for o in outs))
    turns = deeper.period // math.gcd(reading.advance, deeper.period)
    period = bounded(reading.period * turns)
    advance = reading.advance * turns // deeper.period * deeper.advance
    taps = tuple(tidy({i for m in reading.law(o) for i in deeper.law(m)}) for o in range(period))
    return IndexMap(deeper.n_in, reading.n_out, period, advance, taps, deeper.border)


def union(a: IndexMap, b: IndexMap) -> IndexMap:
    """What either of two maps between the same dimensions reads.

    The result keeps a law where both advance alike and have the same border; else it is a finite table.

    Examples
    --------
    >>> union(IndexMap.window(9, 5, 1), IndexMap.window(9, 5, 1, pad=-4)).reads(0)
    (0, 4)
    """
    if (a.n_in, a.n_out) != (b.n_in, b.n_out):
        raise ValueError(f"maps do not fit: {a.n_out} → {a.n_in} indices against {b.n_out} → {b.n_in}")
    alike = a.lawful and b.lawful and a.border is b.border
    if not alike or a.advance * b.period != b.advance * a.period:
        return IndexMap.table(a.n_in, ({*a.reads(o), *b.reads(o)} for o in range(bounded(a.n_out))))
    period = bounded(math.lcm(a.period, b.period))
    taps = tuple(tidy({*a.law(o), *b.law(o)}) for o in range(period))
    return IndexMap(a.n_in, a.n_out, period, a.advance * (period // a.period), taps, a.border)


def restrict(reading: IndexMap, outs: range) -> IndexMap:
    """A map seen by some of its output indices only, numbered anew.

    Examples
    --------
    >>> some = restrict(IndexMap.window(9, 7, 3), range(0, 7, 2))
    >>> [some.reads(o) for o in range(some.n_out)]
    [(0, 1, 2), (2, 3, 4), (4, 5, 6), (6, 7, 8)]
    """
    return compose(IndexMap.strided(reading.n_out, len(outs), start=outs.start, step=outs.step), reading)
