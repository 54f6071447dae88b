"""Why tiles are impossible: one node, and what it does."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Obstacle"]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A node because of which a tile cannot give what the whole image gives.

    Parameters
    ----------
    node, layer, source : str
        Its name, the layer of the user's model that it belongs to, and what the model calls the operation.
    reason : str
        Why, as the end of a sentence that begins with the node.
    """

    node: str
    layer: str
    source: str
    reason: str
