"""What can be run: a network of which every value is seen, for several inputs at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from eyeshot.graph.core import Graph
from eyeshot.measure.passage import Passage

__all__ = ["RAISES", "Runner", "Seen"]

Seen = Callable[[str, Any], None]
"""Handed the name of a value and its tensor, with one more dimension in front: which of the inputs it belongs to."""


RAISES = "the model raises"
"""How the reason begins if the model itself has failed."""


class Runner(Protocol):
    """A network that runs, and its graph.

    Attributes
    ----------
    graph : Graph
        The graph whose values are seen.
    passages : dict of str to (Passage, str)
        For the nodes that do not let NaN through as it is, what they may do to it, and the name of the operation.
        Filled by the first run.
    looked_up : frozenset of str
        Inputs of whole numbers that are looked up in tables, so that NaN can be put there. Known after the first run.
    tables : frozenset of str
        The nodes that look them up.
    held : frozenset of str
        Nodes whose value some tensor holds; all others stand within one operation of the framework.
    """

    graph: Graph
    passages: dict[str, tuple[Passage, str]]
    looked_up: frozenset[str]
    tables: frozenset[str]
    held: frozenset[str]

    def run(self, inputs: dict[str, Any], sees: Seen) -> str:
        """Run the network on a batch.

        Parameters
        ----------
        inputs : dict of str to Tensor
            For every input of the graph its tensors, stacked along a new first dimension.
        sees : callable
            Gets every value as soon as there is one.

        Returns
        -------
        str
            Why not all values were seen; empty if all were.
        """
        ...
