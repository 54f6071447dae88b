"""Running a plan: tiles are read, run, cropped and written as they come."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eyeshot.errors import InputError, RunError
from eyeshot.measure.tiles.batches import check_batches
from eyeshot.measure.tiles.journal import Journal
from eyeshot.measure.tiles.network import Network, told
from eyeshot.measure.tiles.sources import Source, open_source
from eyeshot.measure.tiles.targets import UNFINISHED, Target, made, targets_of

if TYPE_CHECKING:
    from eyeshot.plan.results import Tile, Tiling

__all__ = ["Progress", "named", "run"]

Array = npt.NDArray[Any]
Progress = Callable[[int, int], None]
"""Told how many of how many tiles are done."""


def run(
    tiling: Tiling,
    model: Any,
    image: Any,
    *,
    out: Any = None,
    device: Any = None,
    batch: int = 1,
    progress: Progress | None = None,
) -> list[Any]:
    """Run a model tile by tile.

    Parameters
    ----------
    tiling : Tiling
        The plan.
    model : Module
        The model that it was made for, in evaluation mode.
    image : array or path
        What `eyeshot.measure.tiles.sources.open_source` takes.
    out : None, array or path
        What `eyeshot.measure.tiles.targets.targets_of` takes.
    device : str or torch.device, optional
        Where to run.
    batch : int
        Tiles of one shape that are run together.
    progress : callable, optional
        Told how many of how many tiles are done.

    Returns
    -------
    list
        For each output the array, or the path of the file.

    Raises
    ------
    InputError
        If something does not fit, before any work is done.
    RunError
        If a tile fails; it is named.
    """
    if not tiling.is_possible:
        raise InputError(f"`{tiling.model}` cannot be run in tiles; the plan says because of which nodes")
    if batch < 1:
        raise InputError(f"a batch must hold at least 1 tile, but is to hold {batch}")
    with open_source(image, tiling) as source:
        network = Network(model, tiling, device)
        targets = targets_of(out, tiling)
        if batch > 1:
            check_batches(tiling, model)
        work = _Work(tiling, network, source, targets)
        first = next((target.path for target in targets if target.path is not None), None)
        if first is None:
            work.do(None, batch, progress)
            return [target.array for target in targets]
        path = first.with_name(first.name + UNFINISHED + ".journal")
        with Journal(path, _fingerprint(tiling, network, source)) as journal:
            work.resume(journal)
            work.do(journal, batch, progress)
            for target in targets:
                target.finish()
            journal.remove()
    return [target.array if target.path is None else target.path for target in targets]


class _Work:
    """Tiles to be done, and where their results go."""

    def __init__(self, tiling: Tiling, network: Network, source: Source, targets: list[Target]) -> None:
        self._tiling, self._network, self._source, self._targets = tiling, network, source, targets
        self._are_made = False

    def resume(self, journal: Journal) -> None:
        """Go on where an interrupted run stopped; refuse files that are no run's."""
        if journal.exists:
            journal.resume()
            for target, dtype in zip(self._targets, journal.dtypes, strict=True):
                made(target, np.dtype(dtype), (), again=True)
            self._are_made = True
            return
        for target in self._targets:
            if target.path is not None and target.partial.exists():
                raise InputError(
                    f"{str(target.partial)!r} is of an interrupted run whose journal is gone; remove it, or name "
                    "another target"
                )

    def do(self, journal: Journal | None, batch: int, progress: Progress | None) -> None:
        """All tiles that are not done yet."""
        done = journal.done if journal is not None else set()
        total, count = len(self._tiling), len(done)
        if progress is not None:
            progress(count, total)
        left = (tile for tile in self._tiling.tiles() if tile.name not in done)
        for tiles in _alike(left, batch):
            with self._named(tiles):
                results = self._results(tiles)
            if not self._are_made:
                self._make(results)
                if journal is not None:
                    journal.begin([str(result.dtype) for result in results])
            with self._named(tiles):
                self._put(tiles, results, journal)
            count += len(tiles)
            if progress is not None:
                progress(count, total)

    @contextmanager
    def _named(self, tiles: list[Tile]) -> Iterator[None]:
        """What goes wrong in here is said with the first tile's name."""
        try:
            yield
        except Exception as error:
            raise RunError(f"tile {named(self._tiling, tiles[0])}: {told(error)}") from error

    def _results(self, tiles: list[Tile]) -> list[Array]:
        pieces = np.concatenate([self._source.read(tile.read) for tile in tiles])
        return self._network(pieces.astype(pieces.dtype.newbyteorder("="), copy=False))

    def _put(self, tiles: list[Tile], results: list[Array], journal: Journal | None) -> None:
        for number, tile in enumerate(tiles):
            for place, output in enumerate(self._tiling.outputs):
                result = results[place]
                n = len(result) // len(tiles)
                mine = result[number * n : (number + 1) * n] if len(tiles) > 1 else result
                self._targets[place].array[output.where(tile.write[place])] = mine[output.where(tile.crop[place])]
        if journal is not None:
            for target in self._targets:
                target.flush()
            for tile in tiles:
                journal.add(tile.name)

    def _make(self, results: list[Array]) -> None:
        """The places of all outputs, of which the types are known only now; none if there is no room for one."""
        try:
            for target, result, output in zip(self._targets, results, self._tiling.outputs, strict=True):
                chunks = list(output.shape)
                for cut, law in zip(self._tiling.axes, output.laws, strict=True):
                    if law.dim >= 0:
                        chunks[law.dim] = max(1, min(law.n, int(cut.core / law.jump)))
                made(target, result.dtype, tuple(chunks), again=False)
        except BaseException:
            for target in self._targets:
                target.discard()
            raise
        self._are_made = True


def named(tiling: Tiling, tile: Tile) -> str:
    """A tile for messages: its place in the grid, and what it reads."""
    box = ", ".join(f"{cut.axis} {a}…{b}" for cut, (a, b) in zip(tiling.axes, tile.read, strict=True))
    return f"({tile.name}) of {'×'.join(map(str, tiling.grid))}, which reads {box}"


def _alike(tiles: Iterable[Tile], batch: int) -> Iterator[list[Tile]]:
    """Tiles in runs of one shape, so that they can be run together."""
    waiting: dict[tuple[int, ...], list[Tile]] = {}
    for tile in tiles:
        size = tuple(stop - start for start, stop in tile.read)
        listed = waiting.setdefault(size, [])
        listed.append(tile)
        if len(listed) == batch:
            yield waiting.pop(size)
    yield from waiting.values()


def _fingerprint(tiling: Tiling, network: Network, source: Source) -> str:
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps(tiling.to_dict(), sort_keys=True).encode())
    digest.update(network.fingerprint().encode())
    digest.update(source.identity.encode())
    return digest.hexdigest()
