"""Whether images of a batch keep apart, so that tiles may be run together: proven from the graphs.

The model is read with one tile and with a batch of them, and the batch is taken for an axis that is cut: then one tile
is to the batch what a tile is to an image, and the same proof holds one against the other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eyeshot.errors import InputError
from eyeshot.frontends.entered import Entries
from eyeshot.frontends.torch.recorded import Recorded
from eyeshot.graph.core import Axis, Graph
from eyeshot.plan.compare import Match, compare
from eyeshot.plan.parts import collapsed

if TYPE_CHECKING:
    from eyeshot.plan.results import Tiling

__all__ = ["check_batches"]


def check_batches(tiling: Tiling, model: Any, batch: int) -> None:
    """Refuse to run tiles together where one could read another, or where how many there are makes a difference.

    Parameters
    ----------
    tiling : Tiling
        The plan.
    model : Module
        The model.
    batch : int
        Most tiles that are run together.

    Raises
    ------
    InputError
        Naming what mixes them, or computes with their number.
    """
    if 0 in tiling.dims:
        raise InputError("tiles can be run together only by a model whose first dimension is the batch; take batch=1")
    alone = _read(tiling, model, 1)
    for count in {2, min(batch, max(2, len(tiling)))}:
        together = _read(tiling, model, count)
        for number in (0, count - 1):
            _check_one(tiling, alone, together, count, number)


def _check_one(
    tiling: Tiling, alone: tuple[Graph, Entries], together: tuple[Graph, Entries], count: int, number: int
) -> None:
    """Hold the tile at one place of a batch against the same tile by itself."""
    n, (graph, entries) = tiling.image[0], together
    places = [(output.name, output.place) for output in tiling.outputs]
    names = [graph.outputs[place] if isinstance(place, int) else name for name, place in places]
    matches, obstacles = compare(graph, alone[0], [number * n], names, (entries, alone[1]))
    if obstacles:
        found = next(iter(obstacles.values()))
        raise InputError(
            f"{count} tiles that run together must give what each gives by itself, but `{found.node or 'the model'}` "
            f"{found.reason} (the whole is the batch here, and a tile one of its images); take batch=1"
        )
    for name in names:
        if not _keeps_apart(matches[name], number * n, n):
            raise InputError(f"`{name}` mixes the images of a batch, so tiles cannot be run together; take batch=1")


def _read(tiling: Tiling, model: Any, count: int) -> tuple[Graph, Entries]:
    """The model with so many of the smallest tiles, the batch as the only axis."""
    shape = list(tiling.image)
    for d, n in zip(tiling.dims, min(tiling.shapes), strict=True):
        shape[d] = n
    shape[0] *= count
    # Which letters is all the same.
    graph, entries = Recorded(model, "ABDEFG"[: len(shape)]).read(tuple(shape))
    return replace(graph, inputs=(replace(graph.inputs[0], axes=(Axis("batch", 0),)),)), entries


def _keeps_apart(match: Match, start: int, n: int) -> bool:
    """Whether images of a value are those that stand at the same place in the batch."""
    part = collapsed(match.dims[0]) if match.dims else None
    return part is not None and (part.shift, part.start, part.stop) == (start, 0, n)
