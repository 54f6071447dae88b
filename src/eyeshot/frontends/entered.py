"""What enters the calls of a network beside the values of its graph: plain numbers and constant tensors.

A graph says what is read and not what is computed. Whether a network computes the same at two sizes shows only in
what stands beside its values: the factor that it multiplies with, the weights that it chose, the table that it made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.graph.access import Shape

__all__ = ["ConstantTensor", "Entered", "Entries", "same_numbers"]


@dataclass(frozen=True, eq=False)
class ConstantTensor:
    """A tensor that depends on no input, as an argument of a call.

    Parameters
    ----------
    shape : tuple of int
        Its shape.
    dtype : str
        The type of its numbers.
    digest : bytes
        Of how it was made, from the model's own tensors and plain numbers on: two with the same digest hold the same
        numbers. Empty if nobody can tell.
    made_of : frozenset of str
        Paths of the model's own tensors that it was made of.
    is_drawn : bool
        Whether random numbers decide what it holds.
    is_index : bool
        Whether it says which elements are read, so that the accesses of the graph tell it.
    fill : float, int, bool, complex or None
        The number that all its elements are, where that is known without them.
    numbers : array or None
        Its numbers, where they are known and few.
    """

    shape: Shape
    dtype: str
    digest: bytes = b""
    made_of: frozenset[str] = frozenset()
    is_drawn: bool = False
    is_index: bool = False
    fill: Any = None
    numbers: npt.NDArray[Any] | None = None

    def array(self) -> npt.NDArray[Any] | None:
        """Its numbers as an array, which takes no memory where all are the same; None if they are not known."""
        return np.broadcast_to(np.asarray(self.fill), self.shape) if self.fill is not None else self.numbers

    def holds_what(self, other: ConstantTensor) -> bool | None:
        """Whether it holds what another of the same shape holds; None if nobody can tell."""
        mine, theirs = self.array(), other.array()
        if mine is not None and theirs is not None:
            return same_numbers(mine, theirs)
        return True if self.digest and self.digest == other.digest else None


def same_numbers(mine: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> bool:
    """Whether two arrays hold the same numbers, NaN where the other has NaN."""
    is_inexact = mine.dtype.kind in "fc" and theirs.dtype.kind in "fc"
    return bool(np.array_equal(mine, theirs, equal_nan=is_inexact))


@dataclass(frozen=True, eq=False)
class Entered:
    """What enters one call.

    Parameters
    ----------
    name : str
        The operation with its overload, ``"aten::add.Scalar"``.
    plain : tuple of (str, object)
        Numbers, truth values, words and types by the name of the argument, but for those that say a size or a place.
    constants : tuple of ConstantTensor
        Tensors that depend on no input.
    results : tuple of (tuple of int, str)
        Shape and type of each result.
    is_pointwise : bool
        Whether each element of the result is made of the elements at its own place.
    draws : bool
        Whether it draws random numbers.
    is_hidden : bool
        Whether it computes what is not seen, such as functions that are handed to it.
    """

    name: str
    plain: tuple[tuple[str, Any], ...]
    constants: tuple[ConstantTensor, ...]
    results: tuple[tuple[Shape, str], ...]
    is_pointwise: bool = False
    draws: bool = False
    is_hidden: bool = False


@dataclass(eq=False)
class Entries:
    """What enters all calls of a network that was read at one size.

    Attributes
    ----------
    calls : list of Entered
        Every call on something that depends on an input, in order.
    by_node : mapping of str to int
        For every node of the graph the place in `calls` of the call that it is a part of.
    casts : mapping of str to tuple of str
        For every value of the graph the types that copies of it were cast to; they are no nodes.
    changed : set of str
        Paths of the model's own tensors that a run writes to.
    """

    calls: list[Entered] = field(default_factory=list)
    by_node: Mapping[str, int] = field(default_factory=dict)
    casts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
