"""Contractions: linear layers, matrix products, attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from eyeshot.errors import ShapeError
from eyeshot.graph.access import Access, Link, Shape
from eyeshot.graph.core import Op

__all__ = ["Contract"]


@dataclass(frozen=True, slots=True)
class Contract(Op):
    """A contraction in the manner of einsum: every dimension of every operand has a label.

    What it reads
        Along a label that the output has, its own index; along all other labels everything, so the path becomes
        global along their axes. Self-attention is ``(b i c), (b j c), (b j d) → (b i d)`` on queries, keys and
        values: local in i, global in j.
    Formula
        ``out[o] = f({operand[labels] : labels in o fixed, all others free})``. Labels in `new` are dimensions that
        only weights have (the features of a linear layer), with their sizes.
    Limits
        A label stands once in an operand: diagonals are not in this op.
    Source
        numpy.einsum; Vaswani et al., arXiv:1706.03762.

    Examples
    --------
    >>> Contract((("b", "i"),), ("b", "o"), (("o", 10),)).infer_shape((1, 512))
    (1, 10)
    """

    kind: ClassVar[str] = "contract"
    operands: tuple[tuple[str, ...], ...]
    output: tuple[str, ...]
    new: tuple[tuple[str, int], ...] = ()

    def infer_shape(self, *shapes: Shape) -> Shape:
        sizes = dict(self.new)
        if len(shapes) != len(self.operands):
            raise ShapeError(f"there must be {len(self.operands)} operands, but there are {len(shapes)}")
        for labels, shape in zip(self.operands, shapes, strict=True):
            if len(labels) != len(shape) or len(set(labels)) != len(labels):
                raise ShapeError(f"labels {' '.join(labels)!r} do not fit shape {shape}")
            for label, n in zip(labels, shape, strict=True):
                if sizes.setdefault(label, n) != n:
                    raise ShapeError(f"label {label!r} must have one size, but has {sizes[label]} and {n}")
        unknown = [label for label in self.output if label not in sizes]
        if unknown or len(set(self.output)) != len(self.output):
            raise ShapeError(f"the output labels {' '.join(self.output)!r} must be known and differ")
        if any(size < 1 for _, size in self.new):
            raise ShapeError(f"new dimensions must be at least 1, but are {dict(self.new)}")
        return tuple(sizes[label] for label in self.output)

    def accesses(self, *shapes: Shape) -> tuple[Access, ...]:
        place = {label: d for d, label in enumerate(self.output)}
        return tuple(
            Access(tuple(Link(place[label]) if label in place else Link(None, reduces=True) for label in labels))
            for labels in self.operands
        )
