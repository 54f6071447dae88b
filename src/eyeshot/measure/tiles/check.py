"""Tiled against whole with the real weights: the largest error, and error against halo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from eyeshot.errors import InputError
from eyeshot.frontends.torch.runnable import runnable
from eyeshot.measure.tiles.network import Network
from eyeshot.measure.tiles.run import run
from eyeshot.measure.tiles.sources import open_source
from eyeshot.running.lent import Lent

if TYPE_CHECKING:
    from eyeshot.plan.results import AxisCut, Tiling

__all__ = [
    "differences",
    "extents_of",
    "margin_errors",
    "precisely",
    "random_image",
    "tile_and_crop",
    "tiled_and_whole",
]

Box = Sequence[tuple[int, int]]
Array = npt.NDArray[Any]
Difference = tuple[str, float, float, float]
"""Name of an output, largest and mean absolute difference, standard deviation of the whole."""


@contextmanager
def precisely(model: Any, tiling: Tiling, device: Any = None) -> Iterator[Network]:
    """The model with numbers in which tiles and whole differ only if the plan is wrong, as a context.

    Where the plan names places that float32 rounds, that is float64, if the model runs in it; else its own numbers.

    Parameters
    ----------
    model : Module
        The model; while the context is active it holds copies of its numbers.
    tiling : Tiling
        A plan for a small image, on the first tile of which it is tried.
    device : str or torch.device, optional
        Where to run; where the model is by default.

    Yields
    ------
    Network
        It says which numbers those are, and where it runs.
    """
    own = Network(model, tiling, device)
    if tiling.roundings:
        with Lent(runnable(model), torch.float64):
            wide = Network(model, tiling, own.device)
            if _runs(wide, tiling):
                yield wide
                return
    yield own


def _runs(network: Network, tiling: Tiling) -> bool:
    first = [(0, stop - start) for start, stop in next(tiling.tiles()).read]
    try:
        with network:
            network(_pixels(tiling, first, 0))
    except Exception:  # noqa: BLE001 - it insists on the type of its numbers, by whatever a model may raise
        return False
    return True


def random_image(tiling: Tiling, seed: int) -> Array:
    """Normal noise of the shape of a plan's image."""
    return np.random.default_rng(seed).standard_normal(tiling.image, np.float32)


def extents_of(image: Any, tiling: Tiling) -> tuple[int, ...] | None:
    """Pixels of an image to try a plan's model on, per axis; None if there is no image.

    Raises
    ------
    InputError
        If it has more dimensions than the model's input, or is no array.
    """
    if image is None:
        return None
    shape, rank = tuple(getattr(image, "shape", ())), len(tiling.image)
    if not max(tiling.dims) + 1 - min(tiling.dims) <= len(shape) <= rank:
        raise InputError(f"the image must have the dimensions of the model's input, but has shape {shape}")
    full = (1,) * (rank - len(shape)) + shape
    return tuple(full[d] for d in tiling.dims)


def tiled_and_whole(tiling: Tiling, model: Any, image: Any, device: Any = None) -> list[Difference]:
    """Run a model on an image in tiles and in one piece.

    Parameters
    ----------
    tiling : Tiling
        A plan for the size of the image.
    model : Module
        The model.
    image : array
        The image; both must fit into memory.
    device : str or torch.device, optional
        Where to run.
    """
    found = run(tiling, model, image, device=device)
    with open_source(image, tiling) as source, Network(model, tiling, device) as network:
        whole = network(source.read(tuple((0, n) for n in tiling.extents)))
    return differences([output.name for output in tiling.outputs], found, whole)


def tile_and_crop(
    tiling: Tiling, index: tuple[int, ...], crop: Box, model: Any, image: Any, device: Any = None
) -> list[Difference]:
    """Run one tile of a plan, and a crop of the image around it, and compare the features that the tile gives.

    Parameters
    ----------
    tiling : Tiling
        The plan.
    index : tuple of int
        The tile's place in the grid.
    crop : tuple of (int, int)
        Pixels of the crop, per axis; it begins on the plan's grid.
    model : Module
        The model.
    image : array or int
        The image that the plan is for; or a seed for random numbers, of which only the crop is made.
    device : str or torch.device, optional
        Where to run.
    """
    tile = tiling.tile(index)
    pixels = _pixels(tiling, crop, image)
    within = [slice(None)] * pixels.ndim
    for d, (start, stop), (begin, _) in zip(tiling.dims, tile.read, crop, strict=True):
        within[d] = slice(start - begin, stop - begin)
    with Network(model, tiling, device) as network:
        results, larger = network(pixels[tuple(within)]), network(pixels)
    mine, theirs = [], []
    for number, output in enumerate(tiling.outputs):
        shifts = [law.count(begin) for law, (begin, _) in zip(output.laws, crop, strict=True)]
        box = tuple((a - shift, b - shift) for (a, b), shift in zip(tile.write[number], shifts, strict=True))
        mine.append(results[number][output.where(tile.crop[number])])
        theirs.append(larger[number][output.where(box)])
    return differences([output.name for output in tiling.outputs], mine, theirs)


def _pixels(tiling: Tiling, crop: Box, image: Any) -> Array:
    if not isinstance(image, int):
        with open_source(image, tiling) as source:
            return source.read(tuple(crop))
    shape = list(tiling.image)
    for d, (start, stop) in zip(tiling.dims, crop, strict=True):
        shape[d] = stop - start
    return np.random.default_rng(image).standard_normal(shape, np.float32)


def differences(names: Sequence[str], found: Sequence[Array], whole: Sequence[Array]) -> list[Difference]:
    """How far arrays are from others."""
    listed = []
    for name, mine, theirs in zip(names, found, whole, strict=True):
        if not mine.size:
            # A tile at the image's end may have nothing to give.
            continue
        distance = np.abs(mine.astype(np.float64) - theirs.astype(np.float64))
        listed.append((name, float(distance.max()), float(distance.mean()), float(theirs.astype(np.float64).std())))
    return listed


def margin_errors(
    tiling: Tiling,
    cuts: Sequence[Sequence[AxisCut]],
    index: tuple[int, ...],
    model: Any,
    image: Any,
    device: Any = None,
) -> Iterator[list[Difference]]:
    """Errors of one tile, read with margins of several widths, against the whole image.

    Parameters
    ----------
    tiling : Tiling
        A plan for the size of the image.
    cuts : sequence of sequence of AxisCut
        For each width the cuts of the image with margins of that width.
    index : tuple of int
        The tile's place in the grid.
    model, image, device
        As for `tiled_and_whole`.
    """
    source = open_source(image, tiling)
    network = Network(model, replace(tiling, shapes={}), device)
    with network:
        whole = network(source.read(tuple((0, n) for n in tiling.extents)))
    names = [output.name for output in tiling.outputs]
    for narrower in cuts:
        tile = replace(tiling, axes=tuple(narrower)).tile(index)
        with network:
            results = network(source.read(tile.read))
        mine = [result[o.where(box)] for o, result, box in zip(tiling.outputs, results, tile.crop, strict=True)]
        theirs = [result[o.where(box)] for o, result, box in zip(tiling.outputs, whole, tile.write, strict=True)]
        yield differences(names, mine, theirs)
