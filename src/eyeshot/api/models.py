"""From anything that is taken as a model to its graph, and to its fields."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from eyeshot.api.fields import Fields
from eyeshot.graph.core import Graph

__all__ = ["Reference", "analyze", "load"]

Reference = str | os.PathLike[str] | Graph | Sequence[Any] | dict[str, Any] | Any
"""What is taken as a model; `Any` is a PyTorch module, whose type cannot be named where torch is not installed."""


def load(
    model: Reference,
    input_shape: Any = None,
    *,
    axes: str | None = None,
    padding: str | None = None,
    strict: bool = False,
    arguments: Mapping[str, Any] | None = None,
    call: Mapping[str, Any] | None = None,
) -> Graph:
    """Read a model into a graph.

    Parameters
    ----------
    model : str, path, Graph, list, dict or torch.nn.Module
        The name of a built-in network (``"alexnet"``), a layer list (``"conv k3 | pool k2 s2"``), a list of
        ``[kernel, stride, padding]``, a TOML, YAML or JSON file, or the plain data of one; a PyTorch module, or a
        reference to what makes one: ``"package.module:factory"``, ``"path/file.py:factory"``,
        ``"torchvision:resnet50"``, ``"timm:convnext_tiny"``. A graph is returned as it is.
    input_shape : int, str, sequence of int, Tensor, list or dict, optional
        Input size: one number for all axes, one per axis, channels and axes, or the full shape with batch; or text
        such as ``"3x224x224"``. Built-in networks and models of torchvision and timm have a default. For a PyTorch
        model also a list of several positional inputs or a dict of named ones, each a size, a tensor (its shape and
        type count), or a pair of a size and a type, ``((1, 128), "int64")``. Within a list or dict a size is the
        shape as it stands, and so it is with a type or with `axes`; alone it is filled up with batch and channels
        first, and tried as it stands where the model refuses that.
    axes : str, optional
        Layout such as ``"NCHW"``, where the shape alone does not tell.
    padding : {"declared", "same", "same_lower", "valid", "gist"}, optional
        Padding rule for the layers of a layer list that do not say their own.
    strict : bool
        Whether an operation that eyeshot has no rule for, or a capture that ends before the model does, is an error.
        Otherwise the operation is taken as reading everything, and the result says so.
    arguments : mapping, optional
        Named arguments for the factory that a reference to Python means.
    call : mapping, optional
        Named arguments of a PyTorch model's ``forward`` that are no inputs, ``{"timestep": 5, "mode": "fast"}``; each
        is passed as it is.

    Returns
    -------
    Graph
        The network as plain, validated data.

    Raises
    ------
    EyeshotError
        One line that says where, what must hold, what was found and what to do.

    Examples
    --------
    >>> import eyeshot
    >>> graph = eyeshot.load("conv k11 s4 | pool k3 s2", input_shape=227)
    >>> [node.shape[2:] for node in graph.nodes]
    [(55, 55), (27, 27)]
    """
    from eyeshot.frontends.load import load as read
    from eyeshot.graph.validate import validate

    if isinstance(model, Graph):
        validate(model)
    return read(
        model, input_shape=input_shape, axes=axes, padding=padding, strict=strict, arguments=arguments, call=call
    )


def analyze(
    model: Reference,
    input_shape: Any = None,
    *,
    axes: str | None = None,
    padding: str | None = None,
    strict: bool = False,
    arguments: Mapping[str, Any] | None = None,
    call: Mapping[str, Any] | None = None,
) -> Fields:
    """Find what every feature of a network can see.

    Parameters
    ----------
    model, input_shape, axes, padding, strict, arguments, call
        As for `load`.

    Returns
    -------
    Fields
        The table of all layers, and the answer for every feature.

    Raises
    ------
    EyeshotError
        One line that says where, what must hold, what was found and what to do.

    Examples
    --------
    >>> import eyeshot
    >>> fields = eyeshot.analyze("alexnet")
    >>> axis = fields["conv5"].axes[0]
    >>> axis.n, int(axis.jump), axis.size, float(axis.start)
    (13, 16, 163, 17.5)
    """
    return Fields(
        load(model, input_shape=input_shape, axes=axes, padding=padding, strict=strict, arguments=arguments, call=call)
    )
