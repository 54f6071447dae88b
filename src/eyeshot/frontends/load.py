"""From any model reference to a graph."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eyeshot.errors import (
    EyeshotError,
    InputError,
    LayerListError,
    LimitError,
    ModelReferenceError,
    nearest,
)
from eyeshot.frontends import saved, zoo
from eyeshot.frontends.layers.build import build_graph
from eyeshot.frontends.layers.document import Document
from eyeshot.frontends.layers.files import SUFFIXES, check_depth, decode, parse_file, read_data, read_file
from eyeshot.frontends.layers.kinds.names import find_kind, known_words
from eyeshot.frontends.layers.schema import document_of
from eyeshot.frontends.layers.text import MAX_TEXT, parse_text
from eyeshot.frontends.layers.wording import printable, shown
from eyeshot.frontends.torch.references import is_module, is_reference, load_module, load_reference
from eyeshot.graph.access import Status
from eyeshot.graph.core import Graph

__all__ = ["Reference", "is_python", "load", "load_data"]

Reference = str | os.PathLike[str] | Graph | Sequence[Any] | dict[str, Any] | Any
"""What `load` takes as a model."""

_LATER = (".onnx", ".pt2")
_GRAPH = re.compile(r'\s*\{\s*"schema"\s*:')
"""How the JSON of a graph begins: a layer list has no schema."""


def load(
    reference: Reference,
    *,
    input_shape: Any = None,
    axes: str | None = None,
    padding: str | None = None,
    strict: bool = False,
    arguments: Mapping[str, Any] | None = None,
    call: Mapping[str, Any] | None = None,
) -> Graph:
    """The graph of a model.

    Parameters
    ----------
    reference : str, path, list, dict or Graph
        A built-in network (``"alexnet"``), a layer list as text (``"conv k3 | pool k2 s2"``), as
        ``[[kernel, stride, padding], …]`` (a list, or text), in a file (``"net.toml"``, ``.yaml``, ``.json``) or as
        the plain data that such a file holds, or a graph, which is returned as it is. With torch installed also a
        PyTorch module, or a reference to what makes one: ``"package.module:factory"``, ``"path/file.py:factory"``,
        ``"torchvision:resnet50"``, ``"timm:convnext_tiny"``.
    input_shape : int, str or sequence of int, optional
        The input's size: one number for every axis, the spatial sizes, those with channels before them, or all
        dimensions with batch and channels. If the list does not tell its number of spatial axes, five numbers mean
        3, three numbers of which the first is 1 mean batch, channels and one axis, and all else means 2.
    axes : str, optional
        Names of the spatial axes, ``"yx"`` or ``"NCHW"``.
    padding : {"declared", "same", "same_lower", "valid", "gist"}, optional
        The padding rule for layers that have none of their own.
    strict : bool
        Whether an operation without a rule is an error, and a capture that ends before the model does.
    arguments : mapping, optional
        Named arguments for the factory of a reference to Python.
    call : mapping, optional
        Named arguments of a PyTorch model's ``forward`` that are no inputs, such as ``{"timestep": 5}``.

    Returns
    -------
    Graph
        The network.

    Raises
    ------
    ModelReferenceError
        If there is no such network or file.
    LayerListError
        If a layer list says something that makes no sense; file, line or layer are named.
    InputError
        If the size of the input is missing or wrong.
    LimitError
        If a layer would have more elements than any machine can hold.

    Examples
    --------
    >>> load("conv k11 s4 | pool k3 s2", input_shape=(3, 227, 227)).shapes
    {'input': (1, 3, 227, 227), 'conv1': (1, 3, 55, 55), 'pool1': (1, 3, 27, 27)}
    """
    if isinstance(reference, str) and is_python(reference):
        shape = _of_python(input_shape, padding)
        return load_reference(reference, input_shape=shape, axes=axes, strict=strict, arguments=arguments, call=call)
    if arguments:
        raise InputError(
            f"arguments ({', '.join(arguments)}) go with a reference to what makes a model, such as "
            "package.module:factory or timm:NAME"
        )
    if is_module(reference):
        shape = _of_python(input_shape, padding)
        return load_module(reference, input_shape=shape, axes=axes, strict=strict, call=call)
    if call:
        raise InputError(f"call ({', '.join(map(str, call))}) goes with a PyTorch model, whose forward takes arguments")
    found = reference if isinstance(reference, Graph) else _find(reference)
    if not isinstance(found, Graph):
        _check_single(input_shape)
        return build_graph(found, input_shape=input_shape, axes=axes, padding=padding)
    if strict:
        _check_rules(found)
    return _unchanged(found, input_shape, axes, padding)


def _unchanged(graph: Graph, *changes: object) -> Graph:
    if any(change is not None for change in changes):
        raise InputError("a graph has its input already; input_shape, axes and padding go with a layer list")
    return graph


def is_python(text: str) -> bool:
    """Whether a reference means what makes a PyTorch model, and no built-in network."""
    return is_reference(text) and text.strip() not in zoo.names()


def _of_python(input_shape: Any, padding: str | None) -> Any:
    """The size of a PyTorch model's input, which has no use for a padding rule."""
    if padding is not None:
        raise InputError("padding goes with a layer list; a PyTorch model has its own")
    return input_shape


def _check_single(input_shape: Any) -> None:
    several = isinstance(input_shape, list | tuple) and any(isinstance(n, str | list | tuple) for n in input_shape)
    if several or isinstance(input_shape, dict):
        raise InputError("a layer list has one input; several, or named ones, go with a PyTorch model")


def _check_rules(graph: Graph) -> None:
    """Refuse a graph with an operation that is only taken as reading everything."""
    for node in graph.nodes:
        if any(reading.status is Status.UNSUPPORTED for _, reading in graph.readings(node)):
            raise InputError(
                f"node `{node.name}`: there is no rule for the operation `{node.source}`; "
                "without `strict` it is taken as reading everything"
            )


def _find(reference: object) -> Document | Graph:
    """What a reference means, by its type and form."""
    if isinstance(reference, os.PathLike):
        path = os.fspath(reference)
        if isinstance(path, str):
            return _file(path)
    if isinstance(reference, list | tuple | dict):
        check_depth(reference)
        return document_of(reference, Document("layers", []))
    if not isinstance(reference, str):
        raise ModelReferenceError(
            "a model must be a name, a layer list, a path, a graph or a PyTorch module, but is of type "
            f"{type(reference).__name__}{'; call what makes the model first' * callable(reference)}"
        )
    return _text(reference.strip())


def _text(text: str) -> Document | Graph:
    if len(text) > MAX_TEXT:
        return parse_text(text)
    first = text.split(maxsplit=1)[0] if text else ""
    if text.startswith("["):
        return document_of(read_data(text, ".json", "layer list"), Document("layers", []))
    if text in zoo.names():
        return zoo.read(text)
    if "|" not in text and find_kind(first) is None and _suffix(text):
        return _file(text)
    if re.search(r"[|;\s]", text) or find_kind(text) is not None or not text:
        return parse_text(text)
    return _unknown(text)


def _suffix(text: str) -> str | None:
    """The ending of a reference to a file; None if it has no known one."""
    suffix = Path(text).suffix.lower()
    return suffix if suffix in (*SUFFIXES, *saved.SUFFIXES, *_LATER) else None


def _file(path: str) -> Document | Graph:
    suffix = _suffix(path)
    if suffix in saved.SUFFIXES:
        raise InputError(saved.refusal(path))
    if suffix in _LATER:
        raise InputError(f"{path!r}: reading {suffix} files is not yet in this version; give a layer list")
    if suffix is None:
        raise InputError(f"{path!r}: the name of a layer-list file must end in {', '.join(SUFFIXES)}")
    return _parsed(read_file(path), path)


def load_data(name: str, data: bytes) -> Graph:
    """The graph of a layer-list file whose bytes are at hand; errors call it by its name.

    Examples
    --------
    >>> load_data("net.json", b'{"input": 32, "layers": ["conv k3"]}').nodes[0].shape
    (1, 1, 30, 30)
    """
    suffix = _suffix(name)
    if suffix not in SUFFIXES:
        raise InputError(f"{name!r}: the name of a layer-list file must end in {', '.join(SUFFIXES)}")
    found = _parsed(decode(data, name), name)
    return found if isinstance(found, Graph) else build_graph(found)


def _parsed(text: str, path: str) -> Document | Graph:
    return _graph(text, path) if _suffix(path) == ".json" and _GRAPH.match(text) else parse_file(text, path)


def _graph(text: str, path: str) -> Graph:
    try:
        return Graph.from_json(text)
    except LimitError as error:
        raise LimitError(f"{path}: {printable(error)}") from None
    except (EyeshotError, ValueError, TypeError, ArithmeticError, AttributeError, LookupError) as error:
        raise LayerListError(f"{path}: {printable(error)}") from None


def _unknown(text: str) -> Document:
    if os.path.exists(text):
        raise InputError(f"{text!r}: the name of a layer-list file must end in {', '.join(SUFFIXES)}")
    hint = nearest(text[:60], (*zoo.names(), *known_words()))
    raise ModelReferenceError(f"there is no model {shown(text)}{hint or '; `eyeshot models` lists the built-in ones'}")
