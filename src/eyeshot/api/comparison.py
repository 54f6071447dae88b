"""Two networks side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eyeshot.api.models import analyze
from eyeshot.api.shown import as_shown
from eyeshot.effects.pairs import Comparison as _Comparison

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, repr=False)
class Comparison(_Comparison):
    """Layers of two networks that see equally much."""


def compare(
    first: Any, second: Any, *, input_shape: Any = None, arguments: Mapping[str, Any] | None = None
) -> Comparison:
    """Pair the layers of two networks by what they see.

    Parameters
    ----------
    first, second : as for `eyeshot.analyze`
        The networks; built-in ones and lists of layers need no weights.
    input_shape, arguments
        As for `eyeshot.analyze`, for both.

    Returns
    -------
    Comparison
        Each layer of the first network with the one of the second whose field is most nearly as large.

    Examples
    --------
    >>> import eyeshot
    >>> pair = eyeshot.compare("alexnet", "vgg16").pairs[7]
    >>> pair.first.layer, pair.second.layer, round(pair.apart, 3)
    ('pool5', 'conv5_3', 0.005)
    """
    from eyeshot.effects.pairs import compared

    tables = [analyze(model, input_shape, arguments=arguments).table for model in (first, second)]
    return as_shown(Comparison, compared(*tables))
