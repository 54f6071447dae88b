"""Going on with a run that was interrupted: if all is as it was, and with tiles that are as they were written."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eyeshot.counted import counted, of_many
from eyeshot.errors import InputError, RunError
from eyeshot.measure.tiles.done import Done
from eyeshot.measure.tiles.network import Network, named, told
from eyeshot.measure.tiles.sources import Source
from eyeshot.measure.tiles.targets import Target
from eyeshot.running.disk import Disk
from eyeshot.running.identity import State, array_digest, model_digests, text_digest

if TYPE_CHECKING:
    from eyeshot.plan.results import Tile, Tiling

__all__ = ["Bars", "Progress", "ResumedWarning", "Resumption", "head_of", "is_left", "plan_digest"]

Array = npt.NDArray[Any]
Progress = Callable[[int, int], None]
"""Told how many of how many tiles are done."""
Bars = Callable[[str], AbstractContextManager[Progress | None]]
"""Gives what to tell the progress of something that is named."""

_WORK = "tiles"
"""Tells a run of tiles from other long runs that keep a journal."""
_FLIPPED = 1e-3
"""Share of whole numbers, such as labels, that rounding may turn where two are nearly as likely."""


class ResumedWarning(UserWarning):
    """What a run that goes on has found, and the reader should know."""


def plan_digest(tiling: Tiling) -> str:
    """A digest of everything that a plan says."""
    return text_digest(json.dumps(tiling.to_dict(), sort_keys=True))


def head_of(
    tiling: Tiling, source: Source, state: State, moving: Sequence[str], calls: str, first: Tile
) -> dict[str, Any]:
    """What has to be the same for a run to be gone on with.

    Parameters
    ----------
    tiling, source
        The plan and the image.
    state : State
        The model before its first tile.
    moving : sequence of str
        What the model has changed on itself meanwhile, and so may change at any time.
    calls : str
        Digest of what the model called for the first tile.
    first : Tile
        That tile.
    """
    return {
        "work": _WORK,
        "plan": plan_digest(tiling),
        "model": model_digests(state, moving),
        "moving": list(moving),
        "calls": calls,
        "first": first.name,
        "image": source.identity,
    }


def is_left(targets: Sequence[Target], done: Done) -> bool:
    """Whether an interrupted run has left anything to go on with; refuse files that are no run's.

    Raises
    ------
    InputError
        If there are files of the targets' names, and no journal that says whose they are.
    """
    if done.head is not None:
        there = all(target.partial.exists() or (done.is_complete and target.is_named) for target in targets)
        if done.tiles and there:
            for target in targets:
                if not done.is_complete:
                    _check_free(target)
            return True
        # Nothing is done, or what was done is gone.
        done.discard()
    for target in targets:
        _check_free(target)
        if target.partial.exists():
            raise InputError(
                f"{str(target.partial)!r} is of an interrupted run whose journal is gone; remove it, or name another "
                "target"
            )
    return False


def _check_free(target: Target) -> None:
    if target.file.exists() or target.file.is_symlink():
        raise InputError(f"the target {str(target.file)!r} exists; name another, or remove it")


@dataclass(frozen=True)
class Resumption:
    """A run that is to be gone on with.

    Parameters
    ----------
    tiling, network, source, targets
        What is to be run, with what, on what, and where results go.
    done : Done
        What the run before has done.
    """

    tiling: Tiling
    network: Network
    source: Source
    targets: Sequence[Target]
    done: Done

    def check(self, bars: Bars, disk: Disk, *, trust_image: bool) -> None:
        """Compare everything with how it was; tiles that are damaged are taken for not done.

        Parameters
        ----------
        bars : callable
            Shows the progress.
        disk : Disk
            By what targets are written.
        trust_image : bool
            Whether to take the image for the same without reading it again.

        Raises
        ------
        InputError
            If the run before was another one, or what it left cannot be mended.
        """
        head = self.done.head or {}
        self._check_head(head, trust_image=trust_image)
        for target, dtype in zip(self.targets, head["dtypes"], strict=True):
            target.open(np.dtype(dtype), disk)
        for target, frame in zip(self.targets, self.done.frames, strict=True):
            if target.frame() != frame:
                raise InputError(
                    f"{str(target.partial)!r} must be as an interrupted run left it, but what it says of its numbers "
                    "has changed; remove it together with its journal to begin anew, or name another target"
                )
        tiles = [tile for tile in self.tiling.tiles() if tile.name in self.done.tiles]
        damaged = self._compare(tiles, bars, trust_image=trust_image)
        lacking = len(damaged) + len(self.tiling) - len(tiles)
        for tile in damaged:
            del self.done.tiles[tile.name]
        if self.done.is_complete and lacking:
            self._reopen(lacking)
        if damaged or self.done.journal.lost:
            count = len(damaged) + self.done.journal.lost
            damage, are = counted(count, "tile"), of_many(count, "was damaged and is", "were damaged and are")
            self._say(f"{damage} of an interrupted run {are} done again")
        if trust_image:
            done = counted(len(tiles), "tile that is", "tiles that are")
            self._say(f"the image was not read again for the {done} done, but taken for the same")
        self._repeat([tile for tile in tiles if tile.name in self.done.tiles], head)

    def _check_head(self, head: dict[str, Any], *, trust_image: bool) -> None:
        if head.get("work") != _WORK:
            self._refuse("is no run of tiles")
        if head["plan"] != plan_digest(self.tiling):
            self._refuse("was made by another plan")
        now = model_digests(self.network.state(), head["moving"])
        for path in sorted(now.keys() | head["model"].keys()):
            if now.get(path) != head["model"].get(path):
                self._refuse(f"was made with a model that differs in `{path or 'the model itself'}`")
        if trust_image and head["image"] != self.source.identity:
            self._refuse("was made of an image of another name, size or date, so that it cannot be trusted")

    def _compare(self, tiles: list[Tile], bars: Bars, *, trust_image: bool) -> list[Tile]:
        """Tiles of which the target does not hold what was written; all have read what the image holds."""
        damaged = []
        with bars("tiles checked") as progress:
            for count, tile in enumerate(tiles):
                if progress is not None:
                    progress(count, len(tiles))
                seal = self.done.tiles[tile.name]
                if not trust_image and array_digest(self.source.read(tile.read)) != seal.read:
                    self._refuse(f"was made of another image: its pixels differ in tile {named(self.tiling, tile)}")
                if not self._is_whole(tile, seal.wrote):
                    damaged.append(tile)
        return damaged

    def _is_whole(self, tile: Tile, wrote: tuple[str, ...]) -> bool:
        try:
            return tuple(map(array_digest, self._written(tile))) == wrote
        except Exception:  # noqa: BLE001 - whatever a library makes of a broken chunk, the tile is not whole
            return False

    def _written(self, tile: Tile) -> list[Array]:
        """What the targets hold of a tile."""
        places = zip(self.targets, self.tiling.outputs, tile.write, strict=True)
        return [np.asarray(target.array[output.where(box)]) for target, output, box in places]

    def _reopen(self, lacking: int) -> None:
        """Do again what is lacking in a run that was complete, unless a file has got its name."""
        for target in self.targets:
            if target.is_named:
                raise InputError(
                    f"{str(target.file)!r} must be as an interrupted run wrote it, but {lacking} of its tiles are "
                    f"damaged; remove it and {str(self.done.journal.path)!r} to begin anew"
                )
        self.done.is_complete = False

    def _repeat(self, tiles: list[Tile], head: dict[str, Any]) -> None:
        """Compute two tiles again, the first of all and the last that is done: what is called, and what comes out."""
        first = self.tiling.tile(tuple(map(int, head["first"].split(","))))
        with self.network:
            for tile in dict.fromkeys([first, *tiles[-1:]]):
                try:
                    results, calls = self.network.watched(np.array(self.source.read(tile.read)))
                except Exception as error:
                    raise RunError(f"tile {named(self.tiling, tile)}: {told(error)}") from error
                if tile == first and calls != head["calls"]:
                    self._refuse("was made by other operations or numbers than the model calls now")
                if tile in tiles:
                    self._compare_results(tile, results)

    def _compare_results(self, tile: Tile, results: list[Array]) -> None:
        pieces = zip(results, self._written(tile), self.tiling.outputs, tile.crop, strict=True)
        for mine, theirs, output, box in pieces:
            if not _agree(mine[output.where(box)], theirs, self.network.rounding):
                self._refuse(
                    f"has other results than the model gives now: `{output.name}` differs by more than rounding "
                    f"in tile {named(self.tiling, tile)}"
                )

    def _refuse(self, why: str) -> None:
        raise InputError(
            f"{str(self.done.journal.path)!r} must belong to this plan, model and image, but what is unfinished {why}; "
            "name another target, or remove the unfinished one with its journal"
        )

    def _say(self, what: str) -> None:
        warnings.warn(f"{str(self.targets[0].file)!r}: {what}", ResumedWarning, stacklevel=4)


def _agree(mine: Array, theirs: Array, rounding: float) -> bool:
    if mine.shape != theirs.shape or mine.dtype != theirs.dtype:
        return False
    if mine.dtype.kind not in "fc":
        return bool((mine != theirs).mean() <= _FLIPPED) if mine.size else True
    scale = float(np.max(np.abs(theirs), where=np.isfinite(theirs), initial=0.0))
    return bool(np.allclose(mine, theirs, rtol=0, atol=rounding * scale, equal_nan=True))
