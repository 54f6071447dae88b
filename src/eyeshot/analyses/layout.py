"""How the features of a value are numbered, and which elements of the value a feature is.

A feature is a spatial position: its index has one number per input axis that the value still follows, whatever
dimensions those have become (tokens, windows). Channels, heads and batch are not numbered; a feature means all of
them together. Values that no axis describes (tokens behind a class token) are numbered by their own dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eyeshot.analyses.positions import positions_of
from eyeshot.analyses.terms import Field, Term
from eyeshot.errors import FeatureError
from eyeshot.graph.core import Graph, Node, Value
from eyeshot.index.sets import IndexSet

if TYPE_CHECKING:
    from eyeshot.analyses.grids import GridTerm

__all__ = ["Layout", "checked_index", "checked_pixel", "layout_of", "locate_pixel"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Numbering of the features of one value.

    Parameters
    ----------
    names : tuple of str
        Names of the axes, in the order of feature indices.
    extents : tuple of int
        Features along each of them.
    dims : tuple of tuple of (size, axis or −1)
        The value's dimensions as row-major products of factors; `axis` is the position in `names`.
    """

    names: tuple[str, ...]
    extents: tuple[int, ...]
    dims: tuple[tuple[tuple[int, int], ...], ...]

    def locate(self, index: tuple[int, ...]) -> tuple[IndexSet, ...]:
        """Elements of the value that are the (checked) feature `index`, as one set per dimension."""
        left = list(index)
        digits: dict[tuple[int, int], int] = {}
        factors = [(d, p, size, axis) for d, parts in enumerate(self.dims) for p, (size, axis) in enumerate(parts)]
        for d, p, size, axis in reversed(factors):
            if axis >= 0:
                left[axis], digits[d, p] = divmod(left[axis], size)
        return tuple(
            _combined([(size, digits.get((d, p))) for p, (size, _) in enumerate(parts)])
            for d, parts in enumerate(self.dims)
        )

    def positions(self, sets: tuple[IndexSet, ...]) -> tuple[tuple[IndexSet, ...], ...]:
        """Features that have an element in a product of sets, as products of sets per axis."""
        from eyeshot.analyses.boxes import split_set

        products: list[dict[tuple[int, int], IndexSet]] = [{}]
        for d, (parts, inside) in enumerate(zip(self.dims, sets, strict=True)):
            pieces = split_set(inside, tuple(size for size, _ in parts))
            products = [
                {**product, **{(d, p): piece[p] for p, (_, axis) in enumerate(parts) if axis >= 0}}
                for product in products
                for piece in pieces
            ]
        return tuple(dict.fromkeys(self._gathered(product) for product in products))

    def _gathered(self, product: dict[tuple[int, int], IndexSet]) -> tuple[IndexSet, ...]:
        """One set per axis from the sets of its factors."""
        from eyeshot.analyses.boxes import merge_sets

        found = []
        for axis in range(len(self.names)):
            keys = [(d, p) for d, parts in enumerate(self.dims) for p, (_, a) in enumerate(parts) if a == axis]
            sizes = tuple(self.dims[d][p][0] for d, p in keys)
            found.append(merge_sets(tuple(product[key] for key in keys), sizes))
        return tuple(found)


def layout_of(graph: Graph, node: Node, field: Field) -> Layout:
    """The numbering of a node's features."""
    shape = node.shape
    field = positions_of(graph, field)
    best: dict[str, tuple[int, Term, int]] = {}
    for term in field:
        if not isinstance(term, Term):
            return _by_dimension(shape, field)
        for number, axis in enumerate(graph.inputs[term.input].axes):
            n = term.features(number)
            if _is_labelled(term, number) and (axis.name not in best or n > best[axis.name][0]):
                best[axis.name] = (n, term, number)
    order = [axis.name for value in graph.inputs for axis in value.axes]
    names = tuple(name for name in dict.fromkeys(order) if name in best)
    plan = _agreeing([best[name] for name in names], shape)
    if plan is None:
        return _by_dimension(shape, field)
    return Layout(names, tuple(best[name][0] for name in names), plan)


def _is_labelled(term: Term, axis: int) -> bool:
    return any(part.axis == axis for parts in term.dims for part in parts)


def _agreeing(
    chosen: list[tuple[int, Term, int]], shape: tuple[int, ...]
) -> tuple[tuple[tuple[int, int], ...], ...] | None:
    """Factors of all dimensions by the axes that were chosen; None if they contradict each other."""
    dims: list[tuple[tuple[int, int], ...]] = [((n, -1),) for n in shape]
    taken: dict[int, Term] = {}
    for position, (_, term, number) in enumerate(chosen):
        for d, parts in enumerate(term.dims):
            if not any(part.axis == number for part in parts):
                continue
            if d not in taken:
                taken[d] = term
                dims[d] = tuple((part.size, -1) for part in parts)
            if tuple(size for size, _ in dims[d]) != tuple(part.size for part in parts):
                return None
            if any(part.axis == number and axis >= 0 for part, (_, axis) in zip(parts, dims[d], strict=True)):
                return None
            dims[d] = tuple(
                (size, position if part.axis == number else axis)
                for (size, axis), part in zip(dims[d], parts, strict=True)
            )
    if not all(_in_order(term, number) for _, term, number in chosen):
        return None
    return tuple(dims)


def _in_order(term: Term, axis: int) -> bool:
    """Whether the parts of an axis stand in row-major order, so that a feature's number is its coordinate."""
    strides = [part.stride for part in term.parts_of(axis)]
    return strides == sorted(strides, reverse=True)


def _by_dimension(shape: tuple[int, ...], field: Field) -> Layout:
    """Features numbered by the dimensions along which anything changes."""
    active = sorted({d for term in field for d in _changing(term) if shape[d] > 1})
    dims = tuple(((n, active.index(d) if d in active else -1),) for d, n in enumerate(shape))
    return Layout(tuple(f"dim {d}" for d in active), tuple(shape[d] for d in active), dims)


def _changing(term: Term | GridTerm) -> set[int]:
    if isinstance(term, Term):
        return {d for d, parts in enumerate(term.dims) if any(part.stride for part in parts)}
    return {d for dims in term.carried for d in dims}


def _combined(factors: list[tuple[int, int | None]]) -> IndexSet:
    """Indices of a dimension whose factors are fixed or free."""
    from eyeshot.analyses.boxes import merge_sets

    return merge_sets(
        tuple(IndexSet.span(0, size) if at is None else IndexSet.span(at, at + 1) for size, at in factors),
        tuple(size for size, _ in factors),
    )


def locate_pixel(value: Value, pixel: tuple[int, ...]) -> tuple[IndexSet, ...]:
    """Elements of an input that are one (checked) pixel, in all channels."""
    at = {axis.dim: i for axis, i in zip(value.axes, pixel, strict=True)}
    return tuple(IndexSet.span(at[d], at[d] + 1) if d in at else IndexSet.span(0, n) for d, n in enumerate(value.shape))


def checked_pixel(value: Value, pixel: tuple[int, ...]) -> tuple[int, ...]:
    """The index of a pixel with negative numbers counted from the end, as in Python."""
    extents = tuple(value.shape[axis.dim] for axis in value.axes)
    names = tuple(axis.name for axis in value.axes)
    return checked_index(pixel, extents, names, f"input `{value.name}`", "pixels")


def checked_index(
    index: tuple[int, ...], extents: tuple[int, ...], names: tuple[str, ...], what: str, elements: str = "features"
) -> tuple[int, ...]:
    """An index with negative numbers counted from the end, as in Python."""
    if len(index) != len(extents):
        shown = ", ".join(names) or "none"
        raise FeatureError(
            f"{what} must be asked with {len(extents)} numbers ({shown}), but got {len(index)}: {list(index)}"
        )
    for i, n, name in zip(index, extents, names, strict=True):
        if isinstance(i, bool) or not hasattr(i, "__index__"):
            raise FeatureError(f"{what}: an index must be an integer, but is {i!r}")
        if not -n <= i < n:
            raise FeatureError(f"{what} has {n} {elements} along {name}, 0 … {n - 1}, but index {i} was asked for")
    return tuple(int(i) % n for i, n in zip(index, extents, strict=True))
