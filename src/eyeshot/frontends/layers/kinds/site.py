"""The building site of one layer: what it reads, what it says, and where its nodes go."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from eyeshot.errors import GraphError, LimitError
from eyeshot.frontends.layers.document import BadValueError
from eyeshot.frontends.layers.values import Options
from eyeshot.frontends.layers.wording import cited
from eyeshot.graph.access import Shape
from eyeshot.graph.build import GraphBuilder
from eyeshot.graph.core import Op

__all__ = ["Site"]


@dataclass(frozen=True, slots=True)
class Site:
    """One layer while it is built.

    Parameters
    ----------
    build : GraphBuilder
        The graph so far.
    layer, word : str
        The layer's name, and what its kind is called in the list.
    options : Options
        What the layer says.
    inputs : tuple of str
        The values that it reads.
    rule : str
        The padding rule for layers that have none of their own.
    names : collection of str
        Names of all layers, which helper nodes must not take.
    """

    build: GraphBuilder
    layer: str
    word: str
    options: Options
    inputs: tuple[str, ...]
    rule: str
    names: Collection[str]

    @property
    def shape(self) -> Shape:
        """Shape of what the layer reads."""
        return self.build.shape(self.inputs[0])

    @property
    def channels(self) -> int:
        """Channels of what the layer reads."""
        return self.shape[1]

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the spatial axes."""
        return self.options.axes

    @property
    def dims(self) -> tuple[int, ...]:
        """Spatial dimensions, in the order of the axes; the layer needs them."""
        self.space()
        return tuple(range(2, 2 + len(self.axes)))

    def space(self) -> tuple[int, ...]:
        """Spatial sizes of what the layer reads, which it needs."""
        if len(self.shape) != len(self.axes) + 2:
            shape = "×".join(map(str, self.shape))
            raise BadValueError(
                f"`{self.word}` works along {', '.join(self.axes)}, but `{self.inputs[0]}` has no such axes left "
                f"(shape {shape}); take globalpool or conv in place of flatten or linear"
            )
        return self.shape[2:]

    def helper(self, suffix: str, op: Op, *inputs: str) -> str:
        """Add a node besides the layer's own: ``conv1.pad``."""
        name = f"{self.layer}.{suffix}"
        while name in self.names or self.build.has(name):
            name += "_"
        return self._add(name, op, inputs)

    def result(self, op: Op, *inputs: str) -> str:
        """Add the layer's own node, its last."""
        return self._add(self.layer, op, inputs)

    def _add(self, name: str, op: Op, inputs: tuple[str, ...]) -> str:
        shapes = [self.build.shape(value) for value in inputs]
        try:
            self.build.add(op, *inputs, name=name, source=self.word, layer=self.layer)
            # Index maps without a closed form are refused here, where the layer is known.
            op.accesses(*shapes)
        except GraphError as error:
            raise BadValueError(str(error).removeprefix(f"node {cited(name)}: ")) from None
        except LimitError as error:
            raise LimitError(str(error).removeprefix(f"node {cited(name)}: ")) from None
        return name
