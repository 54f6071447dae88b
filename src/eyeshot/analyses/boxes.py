"""Sets of elements of a value, as unions of products of index sets, carried through accesses in both directions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from eyeshot.errors import LimitError
from eyeshot.graph.access import Access, Reading, Regroup, Shape
from eyeshot.index.images import image, preimage
from eyeshot.index.sets import IndexSet, Run, joined

__all__ = ["Boxes", "backward", "forward", "mask_of", "merge_sets", "split_set", "unite", "volume"]

Box = tuple[IndexSet, ...]
"""The product of one set per dimension."""
Boxes = tuple[Box, ...]
"""The union of products."""

MAX_BOXES = 5_000
"""Most products in a union."""
_MAX_CELLS = 1_000_000_000


def backward(boxes: Boxes, reading: Reading, shape: Shape) -> list[Box]:
    """Elements of an operand of a shape that some elements of the output read."""
    if isinstance(reading, Regroup):
        return _regrouped(boxes, [(outs, ins) for ins, outs in reading.groups()], reading.out_shape, reading.in_shape)
    return [box for out in boxes if (box := _read_by(out, reading, shape)) is not None]


def forward(boxes: Boxes, reading: Reading, out_shape: Shape) -> list[Box]:
    """Elements of the output that read some elements of an operand."""
    if isinstance(reading, Regroup):
        return _regrouped(boxes, list(reading.groups()), reading.in_shape, reading.out_shape)
    return [box for given in boxes if (box := _readers_of(given, reading, out_shape)) is not None]


def _read_by(out: Box, access: Access, shape: Shape) -> Box | None:
    sets = []
    for n, link in zip(shape, access.links, strict=True):
        if link.dim is None:
            sets.append(IndexSet.span(0, n))
        elif link.reading is None:
            sets.append(out[link.dim])
        else:
            sets.append(image(link.reading, out[link.dim]))
        if not sets[-1]:
            return None
    return tuple(sets)


def _readers_of(given: Box, access: Access, out_shape: Shape) -> Box | None:
    sets = [IndexSet.span(0, n) for n in out_shape]
    for inside, link in zip(given, access.links, strict=True):
        if link.dim is None:
            continue
        sets[link.dim] = inside if link.reading is None else preimage(link.reading, inside)
        if not sets[link.dim]:
            return None
    return tuple(sets)


# ---------------------------------------------------------------------- reshapes


def _regrouped(
    boxes: Boxes, groups: list[tuple[tuple[int, ...], tuple[int, ...]]], here: Shape, there: Shape
) -> list[Box]:
    found = []
    for box in boxes:
        choices: list[list[dict[int, IndexSet]]] = []
        for mine, theirs in groups:
            merged = merge_sets(tuple(box[d] for d in mine), tuple(here[d] for d in mine))
            pieces = split_set(merged, tuple(there[d] for d in theirs))
            choices.append([dict(zip(theirs, piece, strict=True)) for piece in pieces])
        _bounded(math.prod(map(len, choices)))
        for choice in itertools.product(*choices):
            sets = {d: inside for placed in choice for d, inside in placed.items()}
            found.append(tuple(sets[d] for d in range(len(there))))
    return found


def merge_sets(sets: tuple[IndexSet, ...], sizes: tuple[int, ...]) -> IndexSet:
    """A product of sets as one set of row-major numbers.

    Examples
    --------
    >>> merge_sets((IndexSet.of([0, 2]), IndexSet.span(0, 3)), (4, 3))
    IndexSet(runs=((0, 3), (6, 9)))
    """
    merged, inner = IndexSet.span(0, 1), 1
    for inside, size in zip(reversed(sets), reversed(sizes), strict=True):
        if merged.is_span(inner):
            merged = IndexSet(tuple((a * inner, b * inner) for a, b in inside.runs))
        else:
            _bounded(len(inside) * len(merged.runs) // 1000)
            runs = [(i * inner + a, i * inner + b) for i in inside for a, b in merged.runs]
            merged = _from_runs(runs)
        inner *= size
    return merged


def split_set(merged: IndexSet, sizes: tuple[int, ...]) -> list[Box]:
    """A set of row-major numbers as disjoint products of sets.

    Examples
    --------
    >>> split_set(IndexSet.of([0, 1, 3]), (2, 2))
    [(IndexSet(runs=((0, 1),)), IndexSet(runs=((0, 2),))), (IndexSet(runs=((1, 2),)), IndexSet(runs=((1, 2),)))]
    """
    if not merged:
        return []
    if len(sizes) <= 1:
        return [(merged,)[: len(sizes)]]
    inner = math.prod(sizes[1:])
    if merged.is_span(sizes[0] * inner):
        return [tuple(IndexSet.span(0, n) for n in sizes)]
    whole: list[Run] = []
    partial: dict[int, list[Run]] = {}
    for start, stop in merged.runs:
        first, last = -(-start // inner), stop // inner
        if first < last:
            whole.append((first, last))
        for row in {start // inner, (stop - 1) // inner}:
            a, b = max(start, row * inner), min(stop, (row + 1) * inner)
            if b - a < inner:
                partial.setdefault(row, []).append((a - row * inner, b - row * inner))
    rows: dict[IndexSet, list[Run]] = {}
    if whole:
        rows[IndexSet.span(0, inner)] = whole
    for row, runs in partial.items():
        rows.setdefault(_from_runs(runs), []).append((row, row + 1))
    return [
        (_from_runs(listed), *deeper) for columns, listed in rows.items() for deeper in split_set(columns, sizes[1:])
    ]


def _from_runs(runs: Iterable[Run]) -> IndexSet:
    """Runs in any order as a set; how many they may be is checked by those who list them."""
    return IndexSet(joined(sorted(runs)))


# ---------------------------------------------------------------------- unions


def unite(boxes: Iterable[Box]) -> Boxes:
    """The same union in fewer products: contained ones dropped, those that differ in one dimension joined."""
    united: list[Box] = []
    waiting = list(boxes)
    while waiting:
        box = waiting.pop()
        joined = None
        for position, other in enumerate(united):
            joined = _joined(box, other)
            if joined is not None:
                if joined != other:
                    del united[position]
                    waiting.append(joined)
                break
        if joined is None:
            united.append(box)
            _bounded(len(united))
    return tuple(united)


def _joined(a: Box, b: Box) -> Box | None:
    """The union of two products if it is a product."""
    differing = [d for d in range(len(a)) if a[d].runs != b[d].runs]
    if not differing:
        return b
    if len(differing) == 1:
        d = differing[0]
        return (*b[:d], a[d] | b[d], *b[d + 1 :])
    if all(a[d] <= b[d] for d in differing):
        return b
    if all(b[d] <= a[d] for d in differing):
        return a
    return None


def volume(boxes: Sequence[Box]) -> int:
    """Number of elements of a union of products."""
    if not boxes:
        return 0
    if len(boxes) == 1:
        return math.prod(map(len, boxes[0]))
    # Between two neighbouring ends of runs membership along a dimension is constant.
    first, *rest = zip(*boxes, strict=True)
    ends = sorted({end for inside in first for run in inside.runs for end in run})
    total, cache = 0, {}
    for start, stop in itertools.pairwise(ends):
        here = tuple(k for k, inside in enumerate(first) if start in inside)
        if here and not rest:
            total += stop - start
        elif here:
            if here not in cache:
                cache[here] = volume(unite(tuple(dim[k] for dim in rest) for k in here))
            total += (stop - start) * cache[here]
    return total


def mask_of(products: Sequence[Sequence[Sequence[Run]]], box: Sequence[Run]) -> npt.NDArray[np.bool_]:
    """A union of products of runs as a boolean array over a box."""
    cells = math.prod(hi - lo for lo, hi in box)
    if cells > _MAX_CELLS:
        raise LimitError(
            f"a mask may have at most {_MAX_CELLS:,} cells, but the box has {cells:,}; use `.products` instead"
        )
    mask = np.zeros(tuple(hi - lo for lo, hi in box), np.bool_)
    for product in products:
        sides = [IndexSet(tuple(runs)).mask(lo, hi) for runs, (lo, hi) in zip(product, box, strict=True)]
        mask[np.ix_(*sides)] = True
    return mask


def _bounded(count: int) -> None:
    if count > MAX_BOXES:
        raise LimitError(
            f"what a feature reads may consist of at most {MAX_BOXES:,} separate products of runs, but here are "
            f"{count:,}; ask for an earlier layer or a smaller input"
        )
