"""Planning: from a network, an image and a size or a budget to tiles that are proven to give what the whole gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import zip_longest

from eyeshot.analyses.walk import Extent, forward
from eyeshot.errors import EyeshotError, InputError, LimitError
from eyeshot.graph.core import Graph
from eyeshot.plan.blame import reduces_axes
from eyeshot.plan.compare import Obstacle
from eyeshot.plan.cuts import cut_axis, least_tile, margins
from eyeshot.plan.memory import peak_bytes
from eyeshot.plan.options import candidates, recommended
from eyeshot.plan.phases import MAX_ALIGNMENT, alignment, law_of
from eyeshot.plan.prove import Builder, Proof, prove
from eyeshot.plan.results import AxisCut, Option, Output, OutputLaw, Sizes, Tiling, Verdict
from eyeshot.plan.sizes import MAX_TRIED, valid_sizes

__all__ = ["Planner"]

_MOST_GROWTH = 32
"""Most steps of the alignment that are added to a margin that the fields say is wide enough."""
_MOST_TILES = 10_000_000
_STEPS = (2, 8, 32)
"""Multiples that an image is rounded to, where its own size cannot be tiled."""
_GLOBAL = "reads the whole axis"

Size = tuple[int, ...]
Constants = Callable[[Size], Sequence[tuple[str, str, str]]]


def _no_constants(_: Size) -> Sequence[tuple[str, str, str]]:
    return ()


class Planner:
    """Plans tiles for one network and one image.

    Parameters
    ----------
    build : callable
        The network's graph for an image of some pixels per axis; asked once for each size.
    extents : tuple of int
        Pixels of the image per axis.
    wanted : sequence of str, optional
        Values to give; the network's outputs by default.
    item : int
        Bytes of one number.
    constants : callable
        For each size that was asked for, what the network makes without its input: operation, shapes, place.
    """

    def __init__(
        self,
        build: Builder,
        extents: Size,
        *,
        wanted: Sequence[str] = (),
        item: int = 4,
        constants: Constants = _no_constants,
    ) -> None:
        self._known: dict[Size, Graph] = {}
        self._make, self._item, self._constants = build, item, constants
        self.extents = extents
        self.whole = self.build(extents)
        if len(self.whole.inputs) != 1:
            names = ", ".join(value.name for value in self.whole.inputs)
            raise InputError(f"a tiled model must have one input, but `{self.whole.name}` has several: {names}")
        self.wanted = tuple(wanted) or self.whole.outputs
        if not self.wanted:
            raise InputError(f"`{self.whole.name}` must return a value that depends on its input, but returns none")
        self.names = tuple(axis.name for axis in self.whole.inputs[0].axes)
        self._walk = forward(self.whole, Extent.ENDLESS)
        self.aligned = alignment(self.whole, self._walk, self.wanted)
        self._laws = {name: law_of(self.whole, self._walk, name, self.aligned) for name in self.wanted}
        self._extra = [[0, 0] for _ in extents]
        self._rest: int | None = None

    def build(self, size: Size) -> Graph:
        """The network's graph at some size."""
        if size not in self._known:
            self._known[size] = self._make(size)
        return self._known[size]

    # ------------------------------------------------------------------ plans

    def plan(self, size: Size | None = None, *, memory: int | None = None) -> Tiling:
        """Tiles of a size, or of the largest that fits into a budget, or of the recommended one.

        Parameters
        ----------
        size : tuple of int, optional
            Pixels of a tile per axis, margins included.
        memory : int, optional
            Bytes that the values of one tile may take.

        Raises
        ------
        InputError
            If no tile of that size, or within that budget, gives anything.
        """
        if size is not None and all(s >= n for s, n in zip(size, self.extents, strict=True)):
            raise InputError(
                f"the image ({_shown(self.extents)}) must be larger than a tile ({_shown(size)}); run the model on it "
                "as it is, or take smaller tiles"
            )
        if size is not None:
            return self._proven(size)
        probed = self._proven(self._probe())
        if not probed.is_possible:
            return probed
        if memory is not None:
            return self._proven(self._within(memory))
        options = self._options()
        best = next(option for option in options if option.recommended)
        return replace(self._proven(best.size), options=tuple(options))

    def _proven(self, size: Size) -> Tiling:
        """The plan for one size of tiles."""
        found = self._attempt(size)
        if isinstance(found, list):
            return self._impossible(found)
        return self._result(*found)

    def _attempt(self, size: Size) -> tuple[tuple[AxisCut, ...], tuple[Output, ...], Proof] | list[Obstacle]:
        """Tiles of one size, their margins widened until the proof holds; obstacles where it never does."""
        outputs = self._outputs(size)
        if outputs is None or max(self.aligned) > MAX_ALIGNMENT:
            return self._obstacles(size)
        self._fit()
        strange = self._strange(size)
        if strange:
            return strange
        even = False
        for _ in range(_MOST_GROWTH):
            cuts = self._cuts(size, outputs, even=even)
            if math.prod(len(cut.reads) for cut in cuts) > _MOST_TILES:
                raise LimitError(f"an image may be cut into {_MOST_TILES:,} tiles at most; take larger tiles")
            proof = prove(self.build, self.whole, cuts, outputs)
            strange = [one for size in proof.shapes for one in self._other_constants(size)]
            if strange:
                return strange[:1]
            if proof.obstacles and proof.does_not_run and not even:
                # Perhaps only on the small tiles that are left over at the image's border.
                even = True
                continue
            if proof.obstacles:
                return list(proof.obstacles.values())
            if proof.holds:
                return cuts, outputs, proof
            for axis, side in proof.short:
                self._extra[axis][side] += self.aligned[axis]
        return [Obstacle("", "", "", "gives other numbers on tiles than on the whole, however wide their margins are")]

    def _outputs(self, size: Size) -> tuple[Output, ...] | None:
        """The outputs with a law along every axis that is cut; None if one has none."""
        found = []
        for name in self.wanted:
            laws: list[OutputLaw] = []
            for axis, law in enumerate(self._laws[name]):
                if law is None and size[axis] < self.extents[axis]:
                    return None
                laws.append(law or self._uncut(name, axis))
            found.append(Output(name, self.whole.shapes[name], tuple(laws), self._place(name)))
        return tuple(found)

    def _place(self, name: str) -> int | str | None:
        if name in self.whole.outputs:
            return self.whole.outputs.index(name)
        return next((path for path, result in self.whole.groups if result == name), None)

    def _uncut(self, name: str, axis: int) -> OutputLaw:
        """What stands for a law along an axis that is not cut: all that there is."""
        for term in self._walk.fields[name]:
            for d, parts in enumerate(getattr(term, "dims", ())):
                if [part.axis for part in parts] == [axis]:
                    return OutputLaw(d, self.whole.shapes[name][d], Fraction(1), 0, 0)
        return OutputLaw(-1, 1, Fraction(1), 0, 0)

    def _margin(self, axis: int, outputs: Sequence[Output]) -> tuple[int, int]:
        laws = [output.laws[axis] for output in outputs]
        halo = (max(law.before for law in laws), max(law.after for law in laws))
        return self._widened(axis, halo)

    def _widened(self, axis: int, halo: tuple[int, int]) -> tuple[int, int]:
        """The margins along an axis: a tile begins on the grid, and has a size at which the network runs."""
        before, after = margins(halo, self.aligned[axis], (self._extra[axis][0], self._extra[axis][1]))
        return before, after + (self._rest or 0) % self.aligned[axis]

    def _cuts(self, size: Size, outputs: Sequence[Output], *, even: bool = False) -> tuple[AxisCut, ...]:
        return tuple(
            cut_axis(
                self.names[axis],
                n,
                self.aligned[axis],
                [output.laws[axis] for output in outputs],
                self._margin(axis, outputs),
                size[axis],
                even=even,
            )
            for axis, n in enumerate(self.extents)
        )

    def _result(self, cuts: tuple[AxisCut, ...], outputs: tuple[Output, ...], proof: Proof) -> Tiling:
        value = self.whole.inputs[0]
        largest = self.build(tuple(cut.size for cut in cuts))
        is_cut = [len(cut.reads) > 1 for cut in cuts]
        free = all(cut.alignment == 1 for cut, is_one in zip(cuts, is_cut, strict=True) if is_one)
        return Tiling(
            model=self.whole.name,
            input=value.name,
            image=value.shape,
            dims=tuple(axis.dim for axis in value.axes),
            verdict=Verdict.EXACT if free else Verdict.ALIGNED,
            axes=cuts,
            outputs=outputs,
            bytes=peak_bytes(largest, self._item),
            shapes=proof.shapes,
            notes=self.whole.notes,
        )

    # ------------------------------------------------------------------ where it is impossible

    def _impossible(self, obstacles: Sequence[Obstacle]) -> Tiling:
        value = self.whole.inputs[0]
        return Tiling(
            model=self.whole.name,
            input=value.name,
            image=value.shape,
            dims=tuple(axis.dim for axis in value.axes),
            verdict=Verdict.IMPOSSIBLE,
            obstacles=tuple((found.node, found.source, found.reason) for found in obstacles),
            notes=(*self.whole.notes, *self._other_sizes(obstacles)),
        )

    def _obstacles(self, size: Size) -> list[Obstacle]:
        """Nodes because of which an output has no law, by comparing half of the image with the whole."""
        cuts = tuple(self._half(axis, n, size[axis]) for axis, n in enumerate(self.extents))
        stand_in = [Output(name, self.whole.shapes[name], tuple(self._uncut(name, axis) for axis in range(len(cuts))))
                    for name in self.wanted]  # fmt: skip
        found = prove(self.build, self.whole, cuts, stand_in).obstacles
        if found and "" not in found:
            return list(found.values())
        named = reduces_axes(self.whole, self._walk, self.wanted)
        return [*named, *found.values()] or [
            Obstacle("", "", "", "has an output whose features do not follow the axes of the image")
        ]

    def _strange(self, size: Size) -> list[Obstacle]:
        """Obstacles where the grid leaves no room for a tile; it is often that of a resampling between odd sizes."""
        narrow = [
            axis
            for axis, (s, n) in enumerate(zip(size, self.extents, strict=True))
            if s < n and (self.aligned[axis] > n // 4 or self.least(axis) > s)
        ]
        found = self._obstacles(size) if narrow else []
        return [one for one in found if one.node and "phase" not in one.reason]

    def _other_constants(self, size: Size) -> list[Obstacle]:
        """The first thing that the network makes of the size alone, where a tile and the whole differ."""
        mine, theirs = self._constants(self.extents), self._constants(size)
        for (name, shapes, place), other in zip_longest(mine, theirs, fillvalue=("", "", "")):
            if (name, shapes) != other[:2]:
                called = name or other[0]
                reason = f"calls `{called}` with numbers that depend on the size of the image ({place or other[2]})"
                return [Obstacle("", "", called, reason)]
        return []

    def _half(self, axis: int, n: int, size: int) -> AxisCut:
        """The middle half of an axis, as the only tile; all of it if it is not to be cut."""
        step = self.aligned[axis] if self.aligned[axis] <= n // 4 else 1
        start, stop = n // 4 // step * step, n * 3 // 4 // step * step
        reads = ((0, n),) if size >= n or stop <= start else ((start, stop),)
        return AxisCut(self.names[axis], n, step, (0, 0), (0, 0), n, reads)

    def _other_sizes(self, obstacles: Sequence[Obstacle]) -> tuple[str, ...]:
        """Whether an image of a rounded size could be tiled."""
        if any(one.reason == _GLOBAL for one in obstacles):
            return ()
        for step in _STEPS:
            rounded = tuple(max(step, n // step * step) for n in self.extents)
            if rounded != self.extents and self._can_tile(rounded):
                return (f"An image of {_shown(rounded)} can be tiled: crop or pad it to that size.",)
        return ()

    def _can_tile(self, extents: Size) -> bool:
        try:
            other = self._for(extents)
            return not isinstance(other._attempt(other._probe()), list)
        except EyeshotError:
            # That size is of no use either; the obstacles stand as they are.
            return False

    # ------------------------------------------------------------------ which size

    def least(self, axis: int) -> int:
        """Pixels of the smallest tile along an axis."""
        laws = [self._laws[name][axis] for name in self.wanted]
        before, after = (max((getattr(law, side) for law in laws if law), default=0) for side in ("before", "after"))
        return least_tile(self._widened(axis, (before, after)), self.aligned[axis])

    def _fit(self) -> None:
        """Find how many pixels beyond a multiple of the alignment a tile needs, so that the network runs on it.

        Most networks take multiples; a U-Net without padding may take 8·k + 4 only.
        """
        if self._rest is not None:
            return
        for rest in range(min(max(self.aligned), MAX_TRIED)):
            self._rest = rest
            if any(self._runs(self._smallest(steps)) for steps in (2, 6)):
                return
        self._rest = 0

    def _smallest(self, steps: int) -> Size:
        least = [self.least(axis) for axis in range(len(self.extents))]
        return tuple(
            min(small + steps * step, n) for n, small, step in zip(self.extents, least, self.aligned, strict=True)
        )

    def _probe(self) -> Size:
        """The size of small tiles with a few steps of the grid in them, at which the network runs."""
        least = tuple(self.least(axis) for axis in range(len(self.extents)))
        if all(n <= small for n, small in zip(self.extents, least, strict=True)):
            raise InputError(
                f"the image ({_shown(self.extents)}) must be larger than the smallest tile ({_shown(least)}); "
                "run the model on it as it is"
            )
        self._fit()
        least = tuple(self.least(axis) for axis in range(len(self.extents)))
        steps = 2
        while True:
            found = tuple(
                min(small + steps * step, n - 1) if n > small else n
                for n, small, step in zip(self.extents, least, self.aligned, strict=True)
            )
            is_last = all(size >= n - 1 for size, n in zip(found, self.extents, strict=True))
            if is_last or self._runs(found):
                return found
            steps *= 2

    def _runs(self, size: Size) -> bool:
        try:
            self.build(size)
        except EyeshotError:
            # Layers behind the wanted one may need more; that is no fault of the image's.
            return False
        return True

    def _clipped(self, size: int) -> Size:
        return tuple(
            n if size >= n or n <= self.least(axis) else max(size, self.least(axis))
            for axis, n in enumerate(self.extents)
        )

    def _options(self) -> list[Option]:
        least = max(self.least(axis) for axis in range(len(self.extents)) if self.least(axis) < self.extents[axis])
        rows = [self._option(self._clipped(size)) for size in candidates(least, max(self.extents))]
        return recommended([row for row in rows if row is not None])

    def _option(self, size: Size) -> Option | None:
        outputs = self._outputs(size)
        if outputs is None or all(s >= n for s, n in zip(size, self.extents, strict=True)):
            return None
        cuts = self._cuts(size, outputs)
        taken = peak_bytes(self.build(tuple(cut.size for cut in cuts)), self._item)
        tiles = math.prod(len(cut.reads) for cut in cuts)
        return Option(tuple(cut.size for cut in cuts), tiles, math.prod(cut.recomputation for cut in cuts), taken)

    def _within(self, memory: int) -> Size:
        """The largest tile whose values take no more than a budget."""
        step = max(self.aligned)
        low = max(self.least(axis) for axis in range(len(self.extents)) if self.least(axis) < self.extents[axis])
        smallest = self._taken(low)
        if smallest > memory:
            raise InputError(
                f"the memory must hold at least the smallest tile ({low} pixels, {smallest:,} bytes), but is to be "
                f"{memory:,} bytes"
            )
        count, most = 0, max(0, (max(self.extents) - 1 - low) // step)
        while count < most:
            middle = (count + most + 1) // 2
            count, most = (middle, most) if self._taken(low + middle * step) <= memory else (count, middle - 1)
        return self._clipped(low + count * step)

    def _taken(self, size: int) -> int:
        return peak_bytes(self.build(self._clipped(size)), self._item)

    # ------------------------------------------------------------------ a smaller image

    def _for(self, extents: Size) -> Planner:
        """A planner of the same network for another image."""
        return Planner(self.build, extents, wanted=self.wanted, item=self._item, constants=self._constants)

    def small(self, extents: Size | None) -> Tiling:
        """The plan for an image of which the whole fits into memory too, with a tile that touches no border.

        Parameters
        ----------
        extents : tuple of int or None
            Pixels of that image; as few as show everything by default.
        """
        if extents is None:
            found = []
            for axis, n in enumerate(self.extents):
                least, step = self.least(axis), self.aligned[axis]
                # Three tiles of three steps each, and as many pixels beyond a multiple as the image has.
                wanted = least + 8 * step
                found.append(min(n, wanted + (n - wanted) % step) if n > least else n)
            extents = tuple(found)
        planner = self._for(extents)
        planner._extra = self._extra
        tiling = planner._proven(planner._probe())
        if not tiling.is_possible:
            raise InputError(f"an image of {_shown(extents)} cannot be tiled; take one of a valid size")
        return tiling

    # ------------------------------------------------------------------ valid sizes

    def sizes(self) -> tuple[Sizes, ...]:
        """Valid image sizes per axis: those at which the network runs and tiles give the whole.

        Every size modulo the alignment is tried, all axes alike, on a small image.
        """
        step = max(self.aligned)
        if step > MAX_TRIED:
            raise LimitError(f"sizes are tried one by one up to an alignment of {MAX_TRIED}, but here it is {step}")
        cut = [axis for axis, n in enumerate(self.extents) if n > self.least(axis)]
        base = -(-max(self.least(axis) + step for axis in cut) // step) * step
        found = valid_sizes(lambda n: self._holds(n, cut), lambda n: self._runs(self._sized(n, cut)), step, base)
        return tuple(found if axis in cut else Sizes(1, (0,), n) for axis, n in enumerate(self.extents))

    def _sized(self, n: int, cut: Sequence[int]) -> Size:
        return tuple(n if axis in cut else extent for axis, extent in enumerate(self.extents))

    def _holds(self, n: int, cut: Sequence[int]) -> bool:
        small = self._for(self._sized(n, cut))
        small._extra = self._extra
        return not isinstance(small._attempt(small._probe()), list)


def _shown(size: Size) -> str:
    return "×".join(map(str, size))
