"""What an op reads of one operand: the only thing that analyses ever ask of an op.

Either dimension by dimension, each with an index map (`Access`), or a row-major reshape (`Regroup`), which mixes
dimensions but loses none of the elements.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from eyeshot.index.maps import IndexMap

__all__ = ["Access", "Link", "Reading", "Regroup", "Shape", "Status"]

Shape = tuple[int, ...]


class Status(enum.Enum):
    """How far an answer can be trusted; the worst status on the way to a feature counts."""

    EXACT = "exact"
    """Equal to what the network reads."""
    BOUNDED = "bounded"
    """Data or random numbers decide what is read; the answer is a proven outer bound."""
    PARTIAL = "partial"
    """The network was read up to a step that only data decide; what comes after it is not known. A value that was read
    keeps its own status, the last one apart: nobody can say that it is the end."""
    UNSUPPORTED = "unsupported"
    """eyeshot has no rule for an op on the way and takes it as reading everything."""

    @property
    def rank(self) -> int:
        """0 for the best status, 3 for the worst."""
        return list(Status).index(self)

    @staticmethod
    def worst(*statuses: Status) -> Status:
        """The worst of some statuses; EXACT of none."""
        return max(statuses, key=lambda status: status.rank, default=Status.EXACT)


@dataclass(frozen=True, slots=True)
class Link:
    """How one dimension of an operand is read.

    Parameters
    ----------
    dim : int or None
        The output dimension whose index decides; None if every output index reads the whole dimension.
    reading : IndexMap or None
        From output index to operand indices; None for the identity (or, with ``dim=None``, for all indices).
    reduces : bool
        Whether the whole dimension is reduced, so that the path becomes global along its axis.
    runs : bool
        Whether the dimension is reduced up to the output index, or from it on, so that the path becomes causal.
    """

    dim: int | None
    reading: IndexMap | None = None
    reduces: bool = False
    runs: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """What an op reads of one operand, one `Link` for each operand dimension.

    An output dimension is named by at most one link; one that no link names reads the same at all its indices
    (the channels of a convolution).
    """

    links: tuple[Link, ...]
    status: Status = Status.EXACT

    @staticmethod
    def everything(shape: Shape, status: Status) -> Access:
        """Every output index reads all of the operand."""
        return Access(tuple(Link(None, reduces=True) for _ in shape), status)

    @property
    def is_identity(self) -> bool:
        """Whether each index reads exactly itself in every dimension."""
        return all(link.dim == d and link.reading is None for d, link in enumerate(self.links))


@dataclass(frozen=True, slots=True)
class Regroup:
    """A row-major reshape from one shape to another of equally many elements."""

    in_shape: Shape
    out_shape: Shape
    status: Status = Status.EXACT

    def groups(self) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
        """The finest groups of dimensions ``(ins, outs)`` that hold equally many elements and can be told apart.

        Examples
        --------
        >>> Regroup((2, 6, 5), (2, 2, 3, 5)).groups()
        (((0,), (0,)), ((1,), (1, 2)), ((2,), (3,)))
        """
        groups = []
        i = o = 0
        while i < len(self.in_shape) or o < len(self.out_shape):
            end_i, end_o = self._group_end(i, o)
            groups.append((tuple(range(i, end_i)), tuple(range(o, end_o))))
            i, o = end_i, end_o
        return tuple(groups)

    def _group_end(self, i: int, o: int) -> tuple[int, int]:
        """Ends of the group that begins at input dimension `i` and output dimension `o`."""
        one_in, one_out = self.in_shape[i : i + 1] == (1,), self.out_shape[o : o + 1] == (1,)
        if one_in or one_out:
            # Never merged with a larger neighbour, which would lose its law beyond the edges.
            return i + one_in, o + one_out
        size_in, size_out = self.in_shape[i], self.out_shape[o]
        i, o = i + 1, o + 1
        while size_in != size_out:
            if size_in < size_out:
                size_in *= self.in_shape[i]
                i += 1
            else:
                size_out *= self.out_shape[o]
                o += 1
        return i, o


Reading = Access | Regroup
