"""Whether a model that is given to a run is in the mode in which tiles give what the whole gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from eyeshot.errors import InputError
from eyeshot.frontends.torch.recorded import Recorded
from eyeshot.frontends.torch.runnable import runnable
from eyeshot.plan.repeats import in_training

if TYPE_CHECKING:
    from eyeshot.plan.results import Tiling

__all__ = ["check_evaluated", "check_mode"]

_NORMS = torch.nn.modules.batchnorm._BatchNorm
_DROPOUTS = torch.nn.modules.dropout._DropoutNd


def check_mode(model: torch.nn.Module) -> None:
    """Refuse modules of PyTorch that work otherwise in training mode.

    Raises
    ------
    InputError
        Naming the first.
    """
    for path, module in model.named_modules():
        if module.training and isinstance(module, _NORMS | _DROPOUTS):
            raise InputError(
                f"`{path or 'model'}` ({type(module).__name__}) must be in evaluation mode, because in training mode "
                "it mixes or drops what a tile holds; call model.eval() first"
            )


def check_evaluated(tiling: Tiling, model: torch.nn.Module) -> None:
    """Refuse a model of which some module, whoever wrote it, works otherwise in training mode, and is in it.

    The plan has looked at the model as it was then; it may have been put into training mode since.

    Raises
    ------
    InputError
        Naming the first node.
    """
    inner = runnable(model)
    if not any(module.training for module in inner.modules()):
        return
    shape = list(tiling.image)
    for d, n in zip(tiling.dims, min(tiling.shapes), strict=True):
        shape[d] = n
    # Which letters is all the same.
    recorded = Recorded(inner, "ABDEFG"[: len(shape)])
    graph, entries = recorded.read(tuple(shape))
    evaluated = recorded.evaluated(tuple(shape))
    if evaluated is None:
        return
    places = [(output.name, output.place) for output in tiling.outputs]
    names = [graph.outputs[place] if isinstance(place, int) else name for name, place in places]
    for found in in_training(graph, evaluated[0], (entries, evaluated[1]), names):
        raise InputError(f"`{found.node or 'the model'}` {found.reason}")
