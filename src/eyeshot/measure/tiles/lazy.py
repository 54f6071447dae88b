"""A plan as dask arrays: one task for each tile, run by whatever scheduler the user has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eyeshot.errors import InputError, RunError
from eyeshot.measure.tiles.mode import check_evaluated
from eyeshot.measure.tiles.network import Network, named, told
from eyeshot.measure.tiles.resume import plan_digest
from eyeshot.measure.tiles.sources import Source, library, open_source
from eyeshot.running.identity import model_digests, state_of

if TYPE_CHECKING:
    from eyeshot.plan.results import Output, Tile, Tiling

__all__ = ["to_dask"]

Array = npt.NDArray[Any]


def to_dask(tiling: Tiling, model: Any, image: Any, *, device: Any = None, dtypes: Any = None) -> list[Any]:
    """Lazy arrays of which each chunk is one tile's result.

    Parameters
    ----------
    tiling : Tiling
        The plan.
    model : Module
        The model; every task gets it from one place.
    image : array or path
        A path is opened by the worker that reads it; a dask array is cut into tiles lazily.
    device : str or torch.device, optional
        Where the workers run it.
    dtypes : sequence of dtype, optional
        Types of the outputs; by default the smallest tile is run on zeros to find them.

    Returns
    -------
    list of dask.array.Array
        One for each output.
    """
    da, delayed = library("dask.array"), library("dask").delayed
    with open_source(image, tiling) as source:
        pass
    check_evaluated(tiling, model)
    if dtypes is None:
        with Network(model, tiling, device) as network:
            dtypes = [result.dtype for result in network(_zeros(tiling))]
    if len(dtypes) != len(tiling.outputs):
        raise InputError(f"there must be {len(tiling.outputs)} types, one for each output, but there are {len(dtypes)}")
    tokens = [_model_token(model), plan_digest(tiling), _image_token(image, source)]
    sent_model, sent_plan = (delayed(what, name=f"tiles-{t}") for what, t in zip((model, tiling), tokens, strict=False))
    sent_image = _sent(delayed, image, source, f"tiles-{tokens[2]}")
    # The same model, plan and image make the same tasks, whoever asks: a scheduler runs them once, and again at will.
    work = delayed(_done, nout=len(tiling.outputs), pure=True)
    token = library("dask.base").tokenize(*tokens, str(device))
    grids: list[dict[tuple[int, ...], Any]] = [{} for _ in tiling.outputs]
    for tile in tiling.tiles():
        pixels = sent_image if sent_image is not None else source.array[source.where(tile.read)]
        layout = source.layout if sent_image is None else None
        name = f"tile-{token}-{tile.name}"
        results = work(sent_model, sent_plan, tile, pixels, layout, device, dask_key_name=name)
        for place, output in enumerate(tiling.outputs):
            shape = _shape(output, tile.write[place])
            grids[place][tile.index] = da.from_delayed(results[place], shape, np.dtype(dtypes[place]))
    return [da.block(_nested(output, grid, tiling.grid)) for output, grid in zip(tiling.outputs, grids, strict=True)]


def _sent(delayed: Any, image: Any, source: Source, name: str) -> Any:
    """What tasks get of the image: its path, or all of it once; None if it is cut lazily."""
    if isinstance(image, str | os.PathLike):
        return os.path.abspath(image)
    return None if hasattr(source.array, "dask") else delayed(source.array, name=name)


def _model_token(model: Any) -> str:
    """What tells a model from others: all that it holds."""
    return library("dask.base").tokenize(model_digests(state_of(model), ()))  # type: ignore[no-any-return]


def _image_token(image: Any, source: Source) -> str:
    """What tells an image from others: the state of its files, or its numbers."""
    if isinstance(image, str | os.PathLike):
        return source.identity
    return library("dask.base").tokenize(source.array, source.layout)  # type: ignore[no-any-return]


def _done(model: Any, tiling: Tiling, tile: Tile, image: Any, layout: Any, device: Any) -> tuple[Array, ...]:
    """One task: read, run and crop one tile."""
    try:
        if layout is None:
            with open_source(image, tiling) as source:
                pixels = source.read(tile.read)
        else:
            here = tuple((0, stop - start) for start, stop in tile.read)
            pixels = Source(np.asarray(image), layout, tiling.image, tiling.dims).read(here)
        with Network(model, tiling, device) as network:
            results = network(np.array(pixels))
    except Exception as error:
        raise RunError(f"tile {named(tiling, tile)}: {told(error)}") from error
    return tuple(
        np.ascontiguousarray(result[output.where(tile.crop[place])])
        for place, (output, result) in enumerate(zip(tiling.outputs, results, strict=True))
    )


def _zeros(tiling: Tiling) -> Array:
    """The smallest tile, without its pixels."""
    tile = min(tiling.tiles(), key=lambda tile: np.prod([stop - start for start, stop in tile.read]))
    shape = list(tiling.image)
    for d, (start, stop) in zip(tiling.dims, tile.read, strict=True):
        shape[d] = stop - start
    return np.zeros(shape, np.float32)


def _shape(output: Output, box: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    where = output.where(box)
    return tuple(len(range(n)[one]) for n, one in zip(output.shape, where, strict=True))


def _nested(output: Output, grid: dict[tuple[int, ...], Any], counts: tuple[int, ...], at: tuple[int, ...] = ()) -> Any:
    """The chunks as lists within lists, one level for each dimension of the output."""
    if len(at) == len(output.shape):
        axes = [at[law.dim] if law.dim >= 0 else 0 for law in output.laws]
        return grid[tuple(axes)]
    axis = next((a for a, law in enumerate(output.laws) if law.dim == len(at)), None)
    count = counts[axis] if axis is not None else 1
    return [_nested(output, grid, counts, (*at, k)) for k in range(count)]
