"""Elements that land on others, at listed indices: each index reads all that lands there, and what stays below it."""

from __future__ import annotations

import enum
from collections.abc import Sequence

import numpy as np

from eyeshot.frontends.torch.rules.table import Call
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Concat, Gather, Reduce

__all__ = ["MOST", "Landing", "landed"]

MOST = 1_000_000
"""Most elements that are listed one by one; of larger ones only a bound is said."""
_SIDE_BY_SIDE = 64
"""Most elements on one index that are gathered one after the other; of more each index lists its own in a row."""


class Landing(enum.Enum):
    """What becomes of the elements that were there, and of several that land on one index."""

    REPLACES = enum.auto()
    """The last one counts; the framework says of no order which that is."""
    ADDS = enum.auto()
    """All count, and so does what was there: sums, products, extremes."""
    UNITES = enum.auto()
    """All count, and what was there does not."""


def landed(
    call: Call, old: Value, new: Value | None, dim: int, places: Sequence[int], sources: Sequence[int], how: Landing
) -> Value:
    """A value on which elements of another land along one dimension; all other dimensions are equal.

    Parameters
    ----------
    call : Call
        The call that it is a part of.
    old, new : Value
        What was there, and what lands on it; None if that depends on no input.
    dim : int
        The dimension.
    places, sources : sequence of int
        Which index of `old` is landed on, and by which index of `new`.
    how : Landing
        What counts.
    """
    if new is None and how is Landing.ADDS:
        return old
    n = old.shape[dim]
    if new is None:
        # What depends on no input is one element of a constant.
        new, sources = call.tape.constant((*old.shape[:dim], 1, *old.shape[dim + 1 :])), [0] * len(places)
    if n + new.shape[dim] > 2 * MOST:
        return call.opaque([old, new], old.shape, bounded=True)
    if how is not Landing.ADDS and (len(set(sources)) == 1 or len(set(places)) == len(places)):
        listed = np.arange(n)
        listed[np.asarray(places)] = n + np.asarray(sources)
        return call.add(Gather(dim, tuple(listed.tolist())), call.add(Concat(dim), old, new))
    found: list[dict[int, None]] = [{} for _ in range(n if max(n, len(places)) <= MOST else 0)]
    for place, source in zip(places if found else (), sources, strict=False):
        found[place][n + source] = None
    lists = [[*([i] if not some or how is Landing.ADDS else []), *some] for i, some in enumerate(found)]
    if not lists or n * max(map(len, lists)) > MOST:
        return call.opaque([old, new], old.shape, bounded=True)
    return _united(call, call.add(Concat(dim), old, new), dim, lists, is_one_of_them=how is Landing.REPLACES)


def _united(call: Call, both: Value, dim: int, lists: list[list[int]], *, is_one_of_them: bool) -> Value:
    """Each index reads all in its list, or one of them, nobody knows which: a bound."""
    longest = max(map(len, lists))
    if longest > _SIDE_BY_SIDE:
        return _in_rows(call, both, dim, lists, longest, is_one_of_them=is_one_of_them)
    value = call.united(both, dim, lists)
    return call.bounded(value) if longest > 1 and is_one_of_them else value


def _in_rows(call: Call, both: Value, dim: int, lists: list[list[int]], longest: int, *, is_one_of_them: bool) -> Value:
    """Each index reads its own row of elements, made as long as the longest by naming the last one again."""
    lead, tail = both.shape[:dim], both.shape[dim + 1 :]
    listed = tuple(i for one in lists for i in (*one, *[one[-1]] * (longest - len(one))))
    rows = call.reshape(call.add(Gather(dim, listed), both), (*lead, len(lists), longest, *tail))
    if not is_one_of_them:
        return call.add(Reduce((dim + 1,)), rows)
    return call.reshape(call.anywhere(rows, dim + 1, 1), (*lead, len(lists), *tail))
