"""What is planned: a network that can be built at any size, and an image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from eyeshot.analyses.walk import Extent, Walk, forward
from eyeshot.errors import EyeshotError, InputError, LimitError
from eyeshot.graph.core import Graph
from eyeshot.plan.memory import Taken, peak_bytes
from eyeshot.plan.numbers import Reader
from eyeshot.plan.obstacle import Obstacle
from eyeshot.plan.pairing import ancestors
from eyeshot.plan.phases import alignment, law_of, long_ratios
from eyeshot.plan.prove import Builder
from eyeshot.plan.results import AxisCut, Output, OutputLaw, Rounding
from eyeshot.plan.rounding import roundings

__all__ = ["NoNumbers", "Size", "Subject", "shown"]

Size = tuple[int, ...]
_SINGLE = 4
"""Bytes of a number in float32, in which PyTorch also computes places for shorter ones."""


class NoNumbers:
    """Reads what enters a network that has no numbers of its own: nothing."""

    def entered(self, size: Size) -> None:
        """Nothing."""

    def repeated(self, sizes: Sequence[Size]) -> tuple[()]:  # noqa: ARG002 - the form of a reader
        """Nothing."""
        return ()

    def evaluated(self, size: Size) -> None:
        """Nothing."""


def shown(size: Size) -> str:
    """A size as it is written."""
    return "×".join(map(str, size))


def _walked(whole: Graph) -> tuple[Walk, Obstacle | None]:
    """The theoretical walk; none of its fields, and why, where some repeat only after too many features."""
    found = long_ratios(whole)
    if found is not None:
        return Walk({}, {}, {}), found
    try:
        return forward(whole, Extent.ENDLESS), None
    except LimitError as error:
        return Walk({}, {}, {}), Obstacle("", "", "", f"has fields that cannot be followed: {error}")


class Subject:
    """A network and an image, with the laws by which its outputs follow the image.

    Parameters
    ----------
    build : callable
        The network's graph for an image of some pixels per axis; asked once for each size.
    extents : tuple of int
        Pixels of the image per axis.
    wanted : sequence of str
        Values to give; the network's outputs if it is empty.
    item : int
        Bytes of one number.
    reader : Reader
        Reads what enters the network's calls beside its values.
    foretold : callable, optional
        The bytes that a run on an image of some size takes, where that can be told better than from the graph.
    """

    def __init__(
        self,
        build: Builder,
        extents: Size,
        wanted: Sequence[str],
        item: int,
        reader: Reader,
        foretold: Callable[[Size], Taken] | None = None,
    ) -> None:
        self._known: dict[Size, Graph] = {}
        self._make = build
        self.item, self.reader, self.foretold = item, reader, foretold
        self.untold = ""
        self._taken: dict[Size, Taken] = {}
        self.extents = extents
        self.whole = self.build(extents)
        if len(self.whole.inputs) != 1:
            names = ", ".join(value.name for value in self.whole.inputs)
            raise InputError(
                f"a tiled model must have one input, but `{self.whole.name}` has several: {names}; give a module that "
                "takes the image and holds the others"
            )
        # The network's own outputs may have other names at another size; what was asked for has not.
        self.asked = tuple(wanted)
        self.wanted = self.asked or self.whole.outputs
        for name in self.wanted:
            if name not in self.whole.shapes:
                raise InputError(f"`{self.whole.name}` has no node `{name}` for an image of {shown(extents)}")
        if not self.wanted:
            raise InputError(f"`{self.whole.name}` must return a value that depends on its input, but returns none")
        self.names = tuple(axis.name for axis in self.whole.inputs[0].axes)
        self.walk, self.unlawful = _walked(self.whole)
        # Without a walk there are no laws either, and no grid is asked for.
        self.aligned = (1,) * len(self.names) if self.unlawful else alignment(self.whole, self.walk, self.wanted)
        self.laws = {name: law_of(self.whole, self.walk, name, self.aligned) for name in self.wanted}

    @property
    def unread(self) -> Obstacle | None:
        """Where the network was read no further, if its own outputs are wanted: nobody knows what they are."""
        if self.asked or not self.whole.ended:
            return None
        last = self.whole.nodes[-1]
        return Obstacle(last.name, last.layer, last.source, "is followed by what only data decide")

    def build(self, size: Size) -> Graph:
        """The network's graph at some size."""
        if size not in self._known:
            self._known[size] = self._make(size)
        return self._known[size]

    def runs(self, size: Size) -> bool:
        """Whether the network runs at some size."""
        try:
            self.build(size)
        except EyeshotError:
            # Layers behind the wanted one may need more; that is no fault of the image's.
            return False
        return True

    def taken(self, size: Size) -> Taken:
        """What runs at some size take without the weights; the graph's values alone if `untold` says why."""
        if size not in self._taken:
            self._taken[size] = self._told(size)
        return self._taken[size]

    def _told(self, size: Size) -> Taken:
        if self.foretold is not None and not self.untold:
            try:
                return self.foretold(size)
            except EyeshotError as error:
                self.untold = str(error)
        values = peak_bytes(self.build(size), self.item)
        return Taken(values, values)

    def outputs(self, size: Size) -> tuple[Output, ...] | None:
        """The outputs with a law along every axis that tiles of some size cut; None if one has none."""
        found = []
        for name in self.wanted:
            laws: list[OutputLaw] = []
            for axis, law in enumerate(self.laws[name]):
                if law is None and size[axis] < self.extents[axis]:
                    return None
                laws.append(law or self._uncut(name, axis))
            found.append(Output(name, self.whole.shapes[name], tuple(laws), self._place(name)))
        return tuple(found)

    def uncut(self) -> list[Output]:
        """The outputs as if no axis were cut."""
        axes = range(len(self.extents))
        return [
            Output(name, self.whole.shapes[name], tuple(self._uncut(name, axis) for axis in axes))
            for name in self.wanted
        ]

    def roundings(self, cuts: Sequence[AxisCut]) -> tuple[Rounding, ...]:
        """Nodes whose places are rounded otherwise in tiles, where numbers have no more digits than float32."""
        return (
            roundings(self.whole, self.walk, cuts, ancestors(self.whole, self.wanted)) if self.item <= _SINGLE else ()
        )

    def _place(self, name: str) -> int | str | None:
        if name in self.whole.outputs:
            return self.whole.outputs.index(name)
        return next((path for path, result in self.whole.groups if result == name), None)

    def _uncut(self, name: str, axis: int) -> OutputLaw:
        """What stands for a law along an axis that is not cut: all that there is."""
        for term in self.walk.fields.get(name, ()):
            for d, parts in enumerate(getattr(term, "dims", ())):
                if [part.axis for part in parts] == [axis]:
                    return OutputLaw(d, self.whole.shapes[name][d], Fraction(1), 0, 0)
        return OutputLaw(-1, 1, Fraction(1), 0, 0)
