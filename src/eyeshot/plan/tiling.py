"""Planning: from a network, an image and a size or a budget to tiles that are proven to give what the whole gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

from eyeshot.errors import EyeshotError, InputError, LimitError
from eyeshot.plan.blame import blamed, strange
from eyeshot.plan.fitting import Fitting
from eyeshot.plan.memory import Taken
from eyeshot.plan.nearest import Nearest, nearest
from eyeshot.plan.numbers import Reader
from eyeshot.plan.obstacle import Obstacle
from eyeshot.plan.options import MAX_TILES, largest_within, options_of
from eyeshot.plan.phases import MAX_ALIGNMENT, strides
from eyeshot.plan.prove import Builder, Proof, prove
from eyeshot.plan.repeats import unsettled
from eyeshot.plan.results import AxisCut, Output, Sizes, Tiling, Verdict
from eyeshot.plan.sizes import MAX_TRIED, valid_sizes
from eyeshot.plan.subject import NoNumbers, Size, Subject, shown

__all__ = ["Planner"]

_MOST_GROWTH = 32
"""Most steps of the alignment that are added to a margin that the fields say is wide enough."""
_VERDICTS = {True: Verdict.EXACT, False: Verdict.ALIGNED}


class Planner:
    """Plans tiles for one network and one image.

    Parameters
    ----------
    build, extents, item, reader, foretold
        As for `eyeshot.plan.subject.Subject`.
    wanted : sequence of str, optional
        Values to give; the network's outputs by default.
    weights : int
        Bytes of the network's weights.
    extra : list, optional
        As for `eyeshot.plan.fitting.Fitting`.
    """

    def __init__(
        self,
        build: Builder,
        extents: Size,
        *,
        wanted: Sequence[str] = (),
        item: int = 4,
        reader: Reader | None = None,
        foretold: Callable[[Size], Taken] | None = None,
        weights: int = 0,
        extra: list[list[int]] | None = None,
    ) -> None:
        self._subject = Subject(build, extents, wanted, item, reader or NoNumbers(), foretold)
        self._weights = weights
        self._fitting = Fitting(self._subject, extra)

    @property
    def names(self) -> tuple[str, ...]:
        """The axes of the image."""
        return self._subject.names

    @property
    def aligned(self) -> tuple[int, ...]:
        """Tiles begin at multiples of these, per axis."""
        return self._subject.aligned

    def least(self, axis: int) -> int:
        """Pixels of the smallest tile along an axis."""
        return self._fitting.least(axis)

    # ------------------------------------------------------------------ plans

    def plan(self, size: Size | None = None, *, memory: int | None = None) -> Tiling:
        """Tiles of a size, or of the largest that fits into a budget, or of the recommended one.

        Parameters
        ----------
        size : tuple of int, optional
            Pixels of a tile per axis, margins included.
        memory : int, optional
            Bytes that a run on one tile may take, the weights included.

        Raises
        ------
        InputError
            If no tile of that size, or within that budget, gives anything.
        """
        subject, fitting = self._subject, self._fitting
        if subject.unread is not None:
            return self._impossible([subject.unread])
        if memory is not None:
            memory = self._left_of(memory)
        wanted = subject.extents if size is None and self._fits(memory) else size
        if wanted is not None:
            return self._whole() if self._covers(wanted) else self._proven(wanted)
        if not self._has_grid or not fitting.has_room:
            return self._without_room(memory)
        probed = self._attempt(fitting.probe(), even=True)
        if isinstance(probed, list):
            return self._impossible(probed)
        if memory is not None:
            return self._proven(largest_within(subject, fitting, memory))
        options = options_of(subject, fitting)
        best = next(option for option in options if option.recommended)
        return replace(self._proven(best.size), options=tuple(options))

    @property
    def _has_grid(self) -> bool:
        """Whether the network has a grid on which tiles may begin, of whatever size."""
        return self._subject.unlawful is None and max(self.aligned) <= MAX_ALIGNMENT

    def _left_of(self, memory: int) -> int:
        """What of a budget the weights leave to a tile."""
        if memory <= self._weights:
            raise InputError(
                f"the memory must hold the weights ({self._weights:,} bytes) and a tile, but is to be {memory:,} bytes"
            )
        self._subject.taken(self._subject.extents)
        if self._subject.untold:
            raise InputError(self._subject.untold)
        return memory - self._weights

    def _fits(self, memory: int | None) -> bool:
        """Whether the whole image, as one tile, is within a budget."""
        return memory is not None and self._subject.taken(self._subject.extents).alone <= memory

    def _covers(self, size: Size) -> bool:
        return all(s >= n for s, n in zip(size, self._subject.extents, strict=True))

    def _whole(self) -> Tiling:
        """The image as one tile: the model is run on it as it is, whatever it does."""
        subject = self._subject
        outputs = subject.outputs(subject.extents)
        if outputs is None:
            raise AssertionError("every output has something that stands for a law along an axis that is not cut")
        reads = [
            AxisCut(name, n, 1, (0, 0), (0, 0), n, ((0, n),))
            for name, n in zip(self.names, subject.extents, strict=True)
        ]
        proof = Proof(shapes={subject.extents: tuple(output.shape for output in outputs)})
        return self._result(tuple(reads), outputs, proof)

    def _without_room(self, memory: int | None) -> Tiling:
        """No tile is smaller than the image: one tile, unless an image of a good size would have smaller ones."""
        near, extents = self._nearest, self._subject.extents
        if near is not None and near.padded != extents and self._for(near.padded)._fitting.has_room:
            return self._impossible(blamed(self._subject, tuple(n - 1 for n in extents)))
        if memory is not None:
            taken = self._subject.taken(extents).alone
            raise InputError(
                f"the memory must hold the image ({shown(extents)}, {taken:,} bytes), because "
                f"no tile is smaller, but leaves {memory:,} bytes for it"
            )
        return self._whole()

    def _proven(self, size: Size, *, even: bool = False) -> Tiling:
        """The plan for one size of tiles."""
        found = self._attempt(size, even=even)
        if isinstance(found, list):
            return self._impossible(found)
        sizes = list(found[2].shapes)
        others = unsettled(self._subject.build, self._subject.reader, sizes, self._subject.wanted)
        return self._impossible(others) if others else self._result(*found)

    def _attempt(
        self, size: Size, *, even: bool = False
    ) -> tuple[tuple[AxisCut, ...], tuple[Output, ...], Proof] | list[Obstacle]:
        """Tiles of one size, their margins widened until the proof holds; obstacles where it never does.

        `even` tiles have few kinds, so that it is soon known whether there are any.
        """
        subject, fitting = self._subject, self._fitting
        outputs = subject.outputs(size) if subject.unread is None else None
        if outputs is None or not self._has_grid:
            return blamed(subject, size)
        fitting.fit()
        obstacles = strange(subject, fitting, size)
        if obstacles:
            return obstacles
        for _ in range(_MOST_GROWTH):
            cuts = fitting.cuts(size, outputs, even=even)
            if math.prod(len(cut.reads) for cut in cuts) > MAX_TILES:
                raise LimitError(f"an image may be cut into {MAX_TILES:,} tiles at most; take larger tiles")
            proof = prove(subject.build, subject.whole, cuts, outputs, subject.reader)
            if proof.obstacles and proof.does_not_run and not even:
                # Perhaps only on the small tiles that are left over at the image's border.
                even = True
                continue
            if proof.obstacles:
                return list(proof.obstacles.values())
            if proof.holds:
                return cuts, outputs, proof
            fitting.widen(proof.short)
        return [Obstacle("", "", "", "gives other numbers on tiles than on the whole, however wide their margins are")]

    def _result(self, cuts: tuple[AxisCut, ...], outputs: tuple[Output, ...], proof: Proof) -> Tiling:
        is_cut = [len(cut.reads) > 1 for cut in cuts]
        free = all(cut.alignment == 1 for cut, is_one in zip(cuts, is_cut, strict=True) if is_one)
        taken, blank = self._subject.taken(tuple(cut.size for cut in cuts)).alone, self._blank(_VERDICTS[free])
        untold = (f"The memory is that of the graph's values alone: {self._subject.untold}.",)
        return replace(
            blank,
            axes=cuts,
            outputs=outputs,
            bytes=taken,
            weights=self._weights,
            shapes=proof.shapes,
            roundings=self._subject.roundings(cuts),
            notes=blank.notes + untold * bool(self._subject.untold),
        )

    def _impossible(self, obstacles: Sequence[Obstacle]) -> Tiling:
        blank = self._blank(Verdict.IMPOSSIBLE)
        return replace(
            blank,
            obstacles=tuple((found.node, found.source, found.reason) for found in obstacles),
            notes=(*blank.notes, *self._instead()),
        )

    def _blank(self, verdict: Verdict) -> Tiling:
        """What a plan says of network and image, whatever its tiles."""
        whole = self._subject.whole
        value = whole.inputs[0]
        dims = tuple(axis.dim for axis in value.axes)
        return Tiling(whole.name, value.name, value.shape, dims, verdict, notes=whole.notes, ended=whole.ended)

    # ------------------------------------------------------------------ other images

    def _for(self, extents: Size, *, extra: list[list[int]] | None = None) -> Planner:
        """A planner of the same network for another image."""
        subject = self._subject
        return Planner(
            subject.build,
            extents,
            wanted=subject.asked,
            item=subject.item,
            reader=subject.reader,
            foretold=subject.foretold,
            weights=self._weights,
            extra=extra,
        )

    def _can_be_tiled(self) -> bool:
        if not self._has_grid or not self._fitting.has_room:
            return False
        return not isinstance(self._attempt(self._fitting.probe(), even=True), list)

    @cached_property
    def _nearest(self) -> Nearest | None:
        """Image sizes nearby at which the strides fit together."""
        subject = self._subject
        return nearest(subject.extents, strides(subject.walk, len(subject.extents)), self._grid_at)

    def _grid_at(self, extents: Size) -> Size | None:
        try:
            planner = self._for(extents)
        except EyeshotError:
            # The network says itself that it cannot run at that size, so it is no good one.
            return None
        has_laws = planner._subject.outputs(tuple(n - 1 for n in extents)) is not None
        return planner.aligned if planner._has_grid and has_laws else None

    def _instead(self) -> tuple[str, ...]:
        """What could be tiled instead: a layer that was read, or an image of a rounded size."""
        if self._subject.unread is not None:
            return ("A layer before that may be tiled: name it as the output that is wanted.",)
        near = self._nearest
        if near is None or near.padded == self._subject.extents:
            return ()
        planner = self._for(near.padded)
        if not planner._can_be_tiled():
            return ()
        return (f"{str(near).capitalize()}.",)

    def small(self, extents: Size | None, *, whole: bool = False) -> Tiling:
        """The plan for an image of which the whole fits into memory too, with a tile that touches no border.

        Parameters
        ----------
        extents : tuple of int or None
            Pixels of that image; as few as show everything by default.
        whole : bool
            Whether the plan has one tile, the image.
        """
        if extents is None:
            extents = self._subject.extents if whole else self._showing()
        planner = self._for(extents, extra=self._fitting.extra)
        if whole:
            return planner._whole()
        if not planner._fitting.has_room:
            least = shown(tuple(planner.least(axis) for axis in range(len(extents))))
            raise InputError(
                f"the image ({shown(extents)}) must be larger than the smallest tile ({least}), else there is nothing "
                "to compare; take a larger one"
            )
        tiling = planner._proven(planner._fitting.probe())
        if not tiling.is_possible:
            raise InputError(f"an image of {shown(extents)} cannot be tiled; take one of a valid size")
        return tiling

    def _showing(self) -> Size:
        """Three tiles of three steps each, and as many pixels beyond a multiple as the image has."""
        found = []
        for axis, n in enumerate(self._subject.extents):
            least, step = self.least(axis), self.aligned[axis]
            wanted = least + 8 * step
            found.append(min(n, wanted + (n - wanted) % step) if n > least else n)
        return tuple(found)

    def sizes(self) -> tuple[Sizes, ...]:
        """Valid image sizes per axis: those at which the network runs and tiles give the whole.

        Every size modulo the alignment is tried, all axes alike, on a small image.
        """
        extents, step = self._subject.extents, max(self.aligned)
        if step > MAX_TRIED:
            raise LimitError(f"sizes are tried one by one up to an alignment of {MAX_TRIED}, but here it is {step}")
        cut = [axis for axis, n in enumerate(extents) if n > self.least(axis)] or list(range(len(extents)))
        base = -(-max(self.least(axis) + step for axis in cut) // step) * step

        def sized(n: int) -> Size:
            return tuple(n if axis in cut else extent for axis, extent in enumerate(extents))

        found = valid_sizes(
            lambda n: self._for(sized(n), extra=self._fitting.extra)._can_be_tiled(),
            lambda n: self._subject.runs(sized(n)),
            step,
            base,
        )
        if not found.residues:
            raise InputError(
                f"`{self._subject.whole.name}` has no valid sizes: no image of about {base} pixels has tiles"
            )
        return tuple(found if axis in cut else Sizes(1, (0,), n) for axis, n in enumerate(extents))
