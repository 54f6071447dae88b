"""Running a plan: tiles are read, run, cropped and written as they come."""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from eyeshot.errors import InputError, RunError
from eyeshot.measure.tiles.batches import check_batches
from eyeshot.measure.tiles.journal import Journal
from eyeshot.measure.tiles.network import Network, told
from eyeshot.measure.tiles.sources import Source, open_source
from eyeshot.measure.tiles.targets import UNFINISHED, Target, made, targets_of

if TYPE_CHECKING:
    from eyeshot.plan.results import Output, Tile, Tiling

__all__ = ["Progress", "named", "run"]

Array = npt.NDArray[Any]
Progress = Callable[[int, int], None]
"""Told how many of how many tiles are done."""
Result = TypeVar("Result")

_AHEAD = 64


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
        targets = targets_of(out, tiling, source)
        _check_apart(source, targets)
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


def _naming(work: Callable[..., Result]) -> Callable[..., Result]:
    """What goes wrong in some work on tiles is said with the first tile's name."""

    @functools.wraps(work)
    def tried(self: _Work, tiles: list[Tile], *more: Any) -> Result:
        try:
            return work(self, tiles, *more)
        except Exception as error:
            raise RunError(f"tile {named(self.tiling, tiles[0])}: {told(error)}") from error

    return tried


class _Work:
    """Tiles to be done, and where their results go."""

    def __init__(self, tiling: Tiling, network: Network, source: Source, targets: list[Target]) -> None:
        self.tiling, self._network, self._source, self._targets = tiling, network, source, targets
        self._are_made = False
        self._room: Array = np.empty(0)

    def resume(self, journal: Journal) -> None:
        """Go on where an interrupted run stopped; refuse files that are no run's."""
        unfinished = [target.partial for target in self._targets]
        if journal.exists:
            journal.resume()
            if journal.done and all(path.exists() for path in unfinished):
                for target, dtype in zip(self._targets, journal.dtypes, strict=True):
                    made(target, np.dtype(dtype), (), again=True)
                self._are_made = True
            else:
                # Nothing is done, or what was done is gone.
                self._discard(journal)
            return
        for path in unfinished:
            if path.exists():
                raise InputError(
                    f"{str(path)!r} is of an interrupted run whose journal is gone; remove it, or name another target"
                )

    def do(self, journal: Journal | None, batch: int, progress: Progress | None) -> None:
        """All tiles that are not done yet."""
        done = journal.done if journal is not None else set()
        total, count = len(self.tiling), len(done)
        if progress is not None:
            progress(count, total)
        left = (tile for tile in self.tiling.tiles() if tile.name not in done)
        with self._network:
            for tiles in _alike(_ahead(left), batch):
                results = self._results(tiles)
                if not self._are_made:
                    self._make(results, journal)
                self._put(tiles, results, journal)
                count += len(tiles)
                if progress is not None:
                    progress(count, total)

    @_naming
    def _results(self, tiles: list[Tile]) -> list[Array]:
        return self._network(self._stacked([self._source.read(tile.read) for tile in tiles]))

    def _stacked(self, pieces: list[Array]) -> Array:
        """Tiles one after the other, in memory that is used again: fresh pages cost more than what is copied there."""
        shape = (sum(len(piece) for piece in pieces), *pieces[0].shape[1:])
        dtype, count = pieces[0].dtype.newbyteorder("="), math.prod(shape)
        if len(self._room) < count or self._room.dtype != dtype:
            self._room = np.empty(count, dtype)
        return np.concatenate(pieces, out=self._room[:count].reshape(shape))

    @_naming
    def _put(self, tiles: list[Tile], results: list[Array], journal: Journal | None) -> None:
        for number, tile in enumerate(tiles):
            for place, output in enumerate(self.tiling.outputs):
                result = results[place]
                n = len(result) // len(tiles)
                mine = result[number * n : (number + 1) * n] if len(tiles) > 1 else result
                self._targets[place].array[output.where(tile.write[place])] = mine[output.where(tile.crop[place])]
        if journal is not None:
            for target in self._targets:
                target.flush()
            for tile in tiles:
                journal.add(tile.name)

    def _make(self, results: list[Array], journal: Journal | None) -> None:
        """The places of all outputs, of which the types are known only now; none if there is no room for one."""
        if journal is not None:
            # First, so that whoever finds one of the files knows whose it is.
            journal.begin([str(result.dtype) for result in results])
        try:
            for target, result, output in zip(self._targets, results, self.tiling.outputs, strict=True):
                made(target, result.dtype, self._chunks(output), again=False)
        except BaseException:
            self._discard(journal)
            raise
        self._are_made = True

    def _chunks(self, output: Output) -> tuple[int, ...]:
        """What a tile in the middle of the image writes, so that no two write the same chunk."""
        chunks = list(output.shape)
        for cut, law in zip(self.tiling.axes, output.laws, strict=True):
            if law.dim >= 0:
                chunks[law.dim] = max(1, min(law.n, law.count(cut.core)))
        return tuple(chunks)

    def _discard(self, journal: Journal | None) -> None:
        """Remove what was begun; arrays of the caller's stay as they are."""
        for target in self._targets:
            target.discard()
        if journal is not None:
            journal.remove()


def _check_apart(source: Source, targets: list[Target]) -> None:
    """Refuse to write where neighbouring tiles still read."""
    for target in targets:
        both = (source.array, target.array)
        arrays = all(isinstance(array, np.ndarray) for array in both)
        if target.array is not None and (both[0] is both[1] or (arrays and np.may_share_memory(*both))):
            raise InputError("the target must be another array than the image, which neighbouring tiles still read")


def named(tiling: Tiling, tile: Tile) -> str:
    """A tile for messages: its place in the grid, and what it reads."""
    box = ", ".join(f"{cut.axis} {a}…{b}" for cut, (a, b) in zip(tiling.axes, tile.read, strict=True))
    return f"({tile.name}) of {'×'.join(map(str, tiling.grid))}, which reads {box}"


def _ahead(tiles: Iterator[Tile]) -> Iterator[Tile]:
    """The same tiles, many made at a time: one by one between forwards each would find the processor's caches cold."""
    while block := list(itertools.islice(tiles, _AHEAD)):
        yield from block


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
