"""Running a plan: tiles are read, run, cropped and written as they come."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from eyeshot.errors import InputError, RunError
from eyeshot.measure.tiles.batches import check_batches
from eyeshot.measure.tiles.calls import moving_names
from eyeshot.measure.tiles.done import Done, Seal
from eyeshot.measure.tiles.mode import check_evaluated
from eyeshot.measure.tiles.network import Network, named, told
from eyeshot.measure.tiles.resume import Bars, Progress, Resumption, head_of, is_left
from eyeshot.measure.tiles.sources import Source, open_source
from eyeshot.measure.tiles.targets import Target, targets_of
from eyeshot.running.disk import DISK, Disk
from eyeshot.running.identity import array_digest
from eyeshot.running.lock import Lock

if TYPE_CHECKING:
    from eyeshot.plan.results import Output, Tile, Tiling

__all__ = ["run"]

Array = npt.NDArray[Any]
Result = TypeVar("Result")

_AHEAD = 64


def no_bars(_what: str) -> AbstractContextManager[Progress | None]:
    """Show no progress."""
    return nullcontext()


def run(
    tiling: Tiling,
    model: Any,
    image: Any,
    *,
    out: Any = None,
    device: Any = None,
    batch: int = 1,
    bars: Bars = no_bars,
    trust_image: bool = False,
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
    bars : callable, optional
        Gives what is told the progress: of the tiles that are checked, if the run was interrupted, and of all.
    trust_image : bool
        Whether a run that was interrupted goes on without reading again the pixels of the tiles that are done.

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
    with open_source(image, tiling) as source, ExitStack() as locks:
        network = Network(model, tiling, device)
        targets = targets_of(out, tiling, source)
        _check_apart(source, targets)
        check_evaluated(tiling, model)
        if batch > 1:
            check_batches(tiling, model, batch)
        work = _Work(tiling, network, source, targets, DISK)
        if targets[0].path is None:
            work.do(None, batch, bars)
            return [target.array for target in targets]
        # In the order of their names, so that of two runs that share some one gets all.
        for target in sorted(targets, key=lambda target: str(target.file)):
            lock = target.partial.with_name(target.partial.name + ".lock")
            locks.enter_context(Lock(lock, f"the target {str(target.file)!r}"))
        done = Done(targets, DISK)
        done.read()
        if is_left(targets, done):
            Resumption(tiling, network, source, targets, done).check(bars, DISK, trust_image=trust_image)
        work.do(done, batch, bars)
        done.finish()
        return [target.path for target in targets]


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

    def __init__(self, tiling: Tiling, network: Network, source: Source, targets: list[Target], disk: Disk) -> None:
        self.tiling, self._network, self._source = tiling, network, source
        self._targets, self._disk = targets, disk
        self._room: Array = np.empty(0)
        self._is_made = False

    def do(self, done: Done | None, batch: int, bars: Bars) -> None:
        """All tiles that are not done yet."""
        finished = set(done.tiles) if done is not None else set()
        self._is_made = done is not None and done.head is not None
        total, count = len(self.tiling), len(finished)
        left = (tile for tile in self.tiling.tiles() if tile.name not in finished)
        with bars("tiles") as progress, self._network:
            if progress is not None:
                progress(count, total)
            if done is not None and done.head is None:
                self._run_first([next(left)], done)
                count += 1
                if progress is not None:
                    progress(count, total)
            for tiles in _alike(_ahead(left), batch):
                self._run(tiles, done)
                count += len(tiles)
                if progress is not None:
                    progress(count, total)

    def _run(self, tiles: list[Tile], done: Done | None) -> None:
        """Some tiles; what they read and give is gone before the next ones are run."""
        pieces, results = self._results(tiles)
        if not self._is_made:
            self._make(results)
        self._put(tiles, pieces, results, done)

    def _run_first(self, tiles: list[Tile], done: Done) -> None:
        """The first tile, by whose calls it is known what has to stay the same."""
        pieces, results, head = self._watched(tiles)
        self._begin(results, head, done)
        self._put(tiles, pieces, results, done)

    @_naming
    def _watched(self, tiles: list[Tile]) -> tuple[list[Array], list[Array], dict[str, Any]]:
        """The first tile's pixels and results, and what has to be the same for whoever goes on."""
        state, plain = self._network.state(), self._network.state(weights=False)
        pieces = self._read(tiles)
        results, calls = self._network.watched(self._stacked(pieces))
        moving = moving_names(plain, self._network.state(weights=False))
        head = head_of(self.tiling, self._source, state, moving, calls, tiles[0])
        return pieces, results, {**head, "dtypes": [str(result.dtype) for result in results]}

    def _begin(self, results: list[Array], head: dict[str, Any], done: Done) -> None:
        """Make the journal and the files; none if there is no room for one."""
        # The journal first, so that whoever finds one of the files knows whose it is.
        done.begin(head)
        try:
            self._make(results)
            done.made()
        except BaseException:
            done.discard()
            raise

    @_naming
    def _results(self, tiles: list[Tile]) -> tuple[list[Array], list[Array]]:
        pieces = self._read(tiles)
        return pieces, self._network(self._stacked(pieces))

    def _read(self, tiles: list[Tile]) -> list[Array]:
        return [self._source.read(tile.read) for tile in tiles]

    def _stacked(self, pieces: list[Array]) -> Array:
        """Tiles one after the other, in memory that is used again: fresh pages cost more than what is copied there."""
        shape = (sum(len(piece) for piece in pieces), *pieces[0].shape[1:])
        dtype, count = pieces[0].dtype.newbyteorder("="), math.prod(shape)
        if len(self._room) < count or self._room.dtype != dtype:
            self._room = np.empty(count, dtype)
        return np.concatenate(pieces, out=self._room[:count].reshape(shape))

    @_naming
    def _put(self, tiles: list[Tile], pieces: list[Array], results: list[Array], done: Done | None) -> None:
        for number, (tile, piece) in enumerate(zip(tiles, pieces, strict=True)):
            digests = []
            for place, output in enumerate(self.tiling.outputs):
                result = results[place]
                n = len(result) // len(tiles)
                mine = result[number * n : (number + 1) * n] if len(tiles) > 1 else result
                values = mine[output.where(tile.crop[place])]
                self._targets[place].put(output.where(tile.write[place]), values, self._disk)
                if done is not None:
                    digests.append(array_digest(values))
            if done is not None:
                done.add(tile.name, Seal(array_digest(piece), tuple(digests)))

    def _make(self, results: list[Array]) -> None:
        """The places of all outputs, of which the types are known only now."""
        for target, result, output in zip(self._targets, results, self.tiling.outputs, strict=True):
            target.make(result.dtype, self._chunks(output), self._disk)
        self._is_made = True

    def _chunks(self, output: Output) -> tuple[int, ...]:
        """What a tile in the middle of the image writes, so that no two write the same chunk."""
        chunks = list(output.shape)
        for cut, law in zip(self.tiling.axes, output.laws, strict=True):
            if law.dim >= 0:
                chunks[law.dim] = max(1, min(law.n, law.count(cut.core)))
        return tuple(chunks)


def _check_apart(source: Source, targets: list[Target]) -> None:
    """Refuse to write where neighbouring tiles still read."""
    for target in targets:
        both = (source.array, target.array)
        arrays = all(isinstance(array, np.ndarray) for array in both)
        if target.array is not None and (both[0] is both[1] or (arrays and np.may_share_memory(*both))):
            raise InputError("the target must be another array than the image, which neighbouring tiles still read")


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
