"""The built-in networks: layer lists in TOML, one file each, in this folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from eyeshot.frontends.layers.build import build_graph
from eyeshot.frontends.layers.document import Document
from eyeshot.frontends.layers.files import parse_file

__all__ = ["Network", "describe", "names", "read"]


@dataclass(frozen=True, slots=True)
class Network:
    """A built-in network in a few words.

    Parameters
    ----------
    name, title, source : str
        Its name, what it is, and where it is published.
    input_shape : tuple of int
        Its input unless another is given, batch and channels included.
    layers : int
        How many layers it has, blocks written out.
    """

    name: str
    title: str
    source: str
    input_shape: tuple[int, ...]
    layers: int


@cache
def names() -> tuple[str, ...]:
    """Names of all built-in networks, in alphabetical order."""
    files = resources.files(__name__).iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def read(name: str) -> Document:
    """The layer list of a built-in network; `name` must be one of `names()`."""
    file = resources.files(__name__) / f"{name}.toml"
    return parse_file(file.read_text(encoding="utf-8"), f"{name}.toml")


@cache
def describe() -> tuple[Network, ...]:
    """All built-in networks; reads every file."""
    return tuple(_described(name) for name in names())


def _described(name: str) -> Network:
    document = read(name)
    graph = build_graph(document)
    settings = document.settings
    count = len({node.layer for node in graph.nodes})
    return Network(name, str(settings.get("title", "")), str(settings.get("source", "")), graph.inputs[0].shape, count)
