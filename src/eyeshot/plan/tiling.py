"""Planning: from a network, an image and a size or a budget to tiles that are proven to give what the whole gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from eyeshot.errors import EyeshotError, InputError, LimitError
from eyeshot.plan.blame import GLOBAL, blamed, strange
from eyeshot.plan.fitting import Fitting
from eyeshot.plan.numbers import Reader
from eyeshot.plan.obstacle import Obstacle
from eyeshot.plan.options import largest_within, options_of
from eyeshot.plan.phases import MAX_ALIGNMENT
from eyeshot.plan.prove import Builder, Proof, prove
from eyeshot.plan.repeats import unsettled
from eyeshot.plan.results import AxisCut, Output, Sizes, Tiling, Verdict
from eyeshot.plan.sizes import MAX_TRIED, valid_sizes
from eyeshot.plan.subject import NoNumbers, Size, Subject, shown

__all__ = ["Planner"]

_MOST_GROWTH = 32
"""Most steps of the alignment that are added to a margin that the fields say is wide enough."""
_MOST_TILES = 10_000_000
_STEPS = (2, 8, 32)
"""Multiples that an image is rounded to, where its own size cannot be tiled."""


class Planner:
    """Plans tiles for one network and one image.

    Parameters
    ----------
    build, extents, item, reader
        As for `eyeshot.plan.subject.Subject`.
    wanted : sequence of str, optional
        Values to give; the network's outputs by default.
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
        extra: list[list[int]] | None = None,
    ) -> None:
        self._subject = Subject(build, extents, wanted, item, reader or NoNumbers())
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
            Bytes that the values of one tile may take.

        Raises
        ------
        InputError
            If no tile of that size, or within that budget, gives anything.
        """
        extents = self._subject.extents
        if self._subject.unread is not None:
            return self._impossible([self._subject.unread])
        if size is not None and all(s >= n for s, n in zip(size, extents, strict=True)):
            raise InputError(
                f"the image ({shown(extents)}) must be larger than a tile ({shown(size)}); run the model on it "
                "as it is, or take smaller tiles"
            )
        if size is not None:
            return self._proven(size)
        probed = self._attempt(self._fitting.probe())
        if isinstance(probed, list):
            return self._impossible(probed)
        if memory is not None:
            return self._proven(largest_within(self._subject, self._fitting, memory))
        options = options_of(self._subject, self._fitting)
        best = next(option for option in options if option.recommended)
        return replace(self._proven(best.size), options=tuple(options))

    def _proven(self, size: Size) -> Tiling:
        """The plan for one size of tiles."""
        found = self._attempt(size)
        if isinstance(found, list):
            return self._impossible(found)
        sizes = list(found[2].shapes)
        others = unsettled(self._subject.build, self._subject.reader, sizes, self._subject.wanted)
        return self._impossible(others) if others else self._result(*found)

    def _attempt(self, size: Size) -> tuple[tuple[AxisCut, ...], tuple[Output, ...], Proof] | list[Obstacle]:
        """Tiles of one size, their margins widened until the proof holds; obstacles where it never does."""
        subject, fitting = self._subject, self._fitting
        outputs = subject.outputs(size) if subject.unread is None else None
        if outputs is None or max(subject.aligned) > MAX_ALIGNMENT:
            return blamed(subject, size)
        fitting.fit()
        obstacles = strange(subject, fitting, size)
        if obstacles:
            return obstacles
        even = False
        for _ in range(_MOST_GROWTH):
            cuts = fitting.cuts(size, outputs, even=even)
            if math.prod(len(cut.reads) for cut in cuts) > _MOST_TILES:
                raise LimitError(f"an image may be cut into {_MOST_TILES:,} tiles at most; take larger tiles")
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
        return replace(
            self._blank(Verdict.EXACT if free else Verdict.ALIGNED),
            axes=cuts,
            outputs=outputs,
            bytes=self._subject.taken(tuple(cut.size for cut in cuts)),
            shapes=proof.shapes,
        )

    def _impossible(self, obstacles: Sequence[Obstacle]) -> Tiling:
        blank = self._blank(Verdict.IMPOSSIBLE)
        return replace(
            blank,
            obstacles=tuple((found.node, found.source, found.reason) for found in obstacles),
            notes=(*blank.notes, *self._instead(obstacles)),
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
            extra=extra,
        )

    def _can_be_tiled(self) -> bool:
        return not isinstance(self._attempt(self._fitting.probe()), list)

    def _instead(self, obstacles: Sequence[Obstacle]) -> tuple[str, ...]:
        """What could be tiled instead: a layer that was read, or an image of a rounded size."""
        extents = self._subject.extents
        if self._subject.unread is not None:
            return ("A layer before that may be tiled: name it as the output that is wanted.",)
        if any(one.reason == GLOBAL for one in obstacles):
            return ()
        for step in _STEPS:
            rounded = tuple(max(step, n // step * step) for n in extents)
            try:
                if rounded != extents and self._for(rounded)._can_be_tiled():
                    return (f"An image of {shown(rounded)} can be tiled: crop or pad it to that size.",)
            except EyeshotError:
                # That size is of no use either; the obstacles stand as they are.
                continue
        return ()

    def small(self, extents: Size | None) -> Tiling:
        """The plan for an image of which the whole fits into memory too, with a tile that touches no border.

        Parameters
        ----------
        extents : tuple of int or None
            Pixels of that image; as few as show everything by default.
        """
        if extents is None:
            found = []
            for axis, n in enumerate(self._subject.extents):
                least, step = self.least(axis), self.aligned[axis]
                # Three tiles of three steps each, and as many pixels beyond a multiple as the image has.
                wanted = least + 8 * step
                found.append(min(n, wanted + (n - wanted) % step) if n > least else n)
            extents = tuple(found)
        planner = self._for(extents, extra=self._fitting.extra)
        tiling = planner._proven(planner._fitting.probe())
        if not tiling.is_possible:
            raise InputError(f"an image of {shown(extents)} cannot be tiled; take one of a valid size")
        return tiling

    def sizes(self) -> tuple[Sizes, ...]:
        """Valid image sizes per axis: those at which the network runs and tiles give the whole.

        Every size modulo the alignment is tried, all axes alike, on a small image.
        """
        extents, step = self._subject.extents, max(self.aligned)
        if step > MAX_TRIED:
            raise LimitError(f"sizes are tried one by one up to an alignment of {MAX_TRIED}, but here it is {step}")
        cut = [axis for axis, n in enumerate(extents) if n > self.least(axis)]
        base = -(-max(self.least(axis) + step for axis in cut) // step) * step

        def sized(n: int) -> Size:
            return tuple(n if axis in cut else extent for axis, extent in enumerate(extents))

        found = valid_sizes(
            lambda n: self._for(sized(n), extra=self._fitting.extra)._can_be_tiled(),
            lambda n: self._subject.runs(sized(n)),
            step,
            base,
        )
        return tuple(found if axis in cut else Sizes(1, (0,), n) for axis, n in enumerate(extents))
