"""Padding rules: how much a window is padded along one axis.

``declared``
    The numbers as they are given (PyTorch, Caffe).
``same``
    TensorFlow's SAME: ``n_out = ⌈n/s⌉``, the total ``max((n_out − 1)·s + k_eff − n, 0)`` shared out evenly, an odd
    pixel going behind. It depends on the size of the input.
``same_lower``
    As ``same``, an odd pixel going in front (ONNX ``SAME_LOWER``).
``valid``
    None.
``gist``
    The rule of the program `computeReceptiveField.py` [1]_: ``n_out`` from the declared padding, features placed
    as if ``⌊((n_out − 1)·s − n + k)/2⌋`` had been padded in front, which may be negative.

References
----------
.. [1] Dang Ha The Hien, "A guide to receptive field arithmetic for convolutional neural networks", 2017.
"""

from __future__ import annotations

from eyeshot.frontends.layers.values import Pair

__all__ = ["RULES", "gist", "same", "same_transposed"]

RULES = ("declared", "same", "same_lower", "valid", "gist")
"""Names of the padding rules."""


def same(n: int, reach: int, stride: int, *, lower: bool = False) -> Pair:
    """Padding before and after for ``⌈n/stride⌉`` outputs of a window that spans `reach`.

    Examples
    --------
    >>> same(224, 7, 2)
    (2, 3)
    """
    n_out = -(-n // stride)
    return _shared(max((n_out - 1) * stride + reach - n, 0), lower=lower)


def same_transposed(reach: int, stride: int, *, lower: bool = False) -> tuple[int, int, int]:
    """Padding before and after, and output padding, for ``n·stride`` outputs of a transposed window.

    Examples
    --------
    >>> same_transposed(3, 2), same_transposed(1, 2)
    ((0, 1, 0), (0, 0, 1))
    """
    before, after = _shared(max(reach - stride, 0), lower=lower)
    return before, after, max(stride - reach, 0)


def gist(n: int, n_out: int, reach: int, stride: int) -> Pair:
    """What must be padded (or, negative, cropped) before and after, so that features lie where the gist puts them.

    Examples
    --------
    >>> gist(227, 55, 11, 4), gist(284, 69, 11, 4)
    ((0, 0), (-1, 0))
    """
    total = (n_out - 1) * stride - n + reach
    before = total // 2
    return before, total - before


def _shared(total: int, *, lower: bool) -> Pair:
    less, more = total // 2, total - total // 2
    return (more, less) if lower else (less, more)
