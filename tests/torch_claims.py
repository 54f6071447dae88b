"""What the package claims that each element of a result reads, element by element."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch_elements import Bools

from eyeshot.analyses.support import elements_read
from eyeshot.analyses.walk import Extent, forward
from eyeshot.errors import InputError
from eyeshot.frontends.torch.capture import capture
from eyeshot.graph.access import Status
from eyeshot.index.sets import IndexSet

__all__ = ["OneOf", "claimed"]


class OneOf(nn.Module):
    """A function of which one result is taken."""

    def __init__(self, function: Callable[..., Any], result: int) -> None:
        super().__init__()
        self.function, self.result = function, result

    def forward(self, *args: Tensor) -> Tensor:
        out = self.function(*args)
        return out if isinstance(out, Tensor) else [y for y in out if isinstance(y, Tensor)][self.result]


def claimed(
    function: Callable[..., Any], inputs: Sequence[Tensor], result: int, shape: tuple[int, ...]
) -> tuple[Status, list[Bools]]:
    """How far the answer for a result is to be trusted, and for every input an array of the shape (result, input)."""
    found = [np.zeros((*shape, *x.shape), np.bool_) for x in inputs]
    try:
        graph = capture(OneOf(function, result), input_shape=list(inputs))
    except InputError as error:
        if "must depend on its input" in str(error):
            return Status.EXACT, found
        raise
    name, names = graph.outputs[0], [value.name for value in graph.inputs]
    assert graph.shapes[name] == shape
    if name in names:
        for index in np.ndindex(*shape):
            found[names.index(name)][index + index] = True
        return Status.EXACT, found
    node = graph.by_name[name]
    for index in np.ndindex(*shape):
        read = elements_read(graph, node, (tuple(IndexSet.span(i, i + 1) for i in index),))
        for claims, label in zip(found, names, strict=True):
            for box in read.get(label, ()):
                claims[(*index, *np.ix_(*[list(inside) for inside in box]))] = True
    return forward(graph, Extent.ENDLESS).status(name), found
