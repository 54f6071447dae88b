"""Whether images of a batch keep apart, so that tiles may be run together: proven from the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eyeshot.analyses.terms import Term
from eyeshot.analyses.walk import Extent, forward
from eyeshot.errors import InputError
from eyeshot.frontends.torch.capture import capture
from eyeshot.graph.core import Axis
from eyeshot.index.intervals import Periodic

if TYPE_CHECKING:
    from eyeshot.plan.results import Tiling

__all__ = ["check_batches"]

_ITSELF = Periodic(1, 1, (0,), (1,))


def check_batches(tiling: Tiling, model: Any) -> None:
    """Refuse to run tiles together where one could read another.

    The model is captured with two images, and the batch is followed as if it were an axis: each image of an output
    must read the same image of the input and nothing else.

    Raises
    ------
    InputError
        Naming the output that mixes them.
    """
    if 0 in tiling.dims:
        raise InputError("tiles can be run together only by a model whose first dimension is the batch; take batch=1")
    size = min(tiling.shapes)
    shape = list(tiling.image)
    for d, n in zip(tiling.dims, size, strict=True):
        shape[d] = n
    shape[0] *= 2
    # Which letters is all the same: the batch becomes the only axis.
    graph = capture(model, input_shape=tuple(shape), axes="ABDEFG"[: len(shape)])
    graph = replace(graph, inputs=(replace(graph.inputs[0], axes=(Axis("batch", 0),)),))
    walk = forward(graph, Extent.ENDLESS)
    for name in (output.name for output in tiling.outputs):
        for term in walk.fields[name]:
            if not _keeps_apart(term):
                raise InputError(f"`{name}` mixes the images of a batch, so tiles cannot be run together; take batch=1")


def _keeps_apart(term: Any) -> bool:
    if not isinstance(term, Term) or term.global_axes or term.seqs[0] != _ITSELF:
        return False
    parts = [(d, part) for d, dim in enumerate(term.dims) for part in dim if part.axis == 0 and part.stride]
    return len(parts) == 1 and parts[0][0] == 0 and parts[0][1].stride == 1
