"""The list of *A guide to receptive field arithmetic*: ``[[11, 4, 0], [3, 2, 0], …]``, kernel, stride, padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eyeshot.frontends.layers.document import BadValueError
from eyeshot.frontends.layers.wording import shown

__all__ = ["gist_entry"]

_KEYS = ("kernel", "stride", "padding", "dilation")


def gist_entry(numbers: Sequence[Any], position: int) -> dict[str, Any]:
    """The entry of one ``[kernel, stride, padding]`` or ``[kernel, stride, padding, dilation]``, named by its position.

    Examples
    --------
    >>> gist_entry([11, 4, 0], 0)
    {'name': 'layer1', 'kind': 'conv', 'kernel': 11, 'stride': 4, 'padding': 0}
    """
    if not 3 <= len(numbers) <= 4:
        raise BadValueError(
            f"a layer must be [kernel, stride, padding] or those and a dilation, but is {shown(list(numbers))}"
        )
    return {"name": f"layer{position + 1}", "kind": "conv", **dict(zip(_KEYS, numbers, strict=False))}
