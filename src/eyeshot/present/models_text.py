"""The built-in networks as a table for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from eyeshot.present.columns import Column, fitted, lines_of
from eyeshot.present.screen import TERMINAL, Line, Screen, ansi_text, wrapped

__all__ = ["ModelLine", "models_json", "models_text"]


@dataclass(frozen=True, slots=True)
class ModelLine:
    """What is told of a network.

    Parameters
    ----------
    name, title, source : str
        Its name, what it is, and where it is published.
    shape : tuple of int
        Its input unless another is given, with batch and channels.
    layers : int
        How many layers it has.
    """

    name: str
    title: str
    source: str
    shape: tuple[int, ...]
    layers: int


def models_text(models: Iterable[ModelLine], screen: Screen = TERMINAL) -> str:
    """Networks, one on a line: name, input without batch, number of layers, title.

    Parameters
    ----------
    models : iterable of ModelLine
        At least one.
    screen : Screen
        Width, and whether colours and Unicode are shown.

    Returns
    -------
    str
        Lines ended by a newline, none longer than the screen is wide.
    """
    return ansi_text(_lines(list(models), screen), screen)


def models_json(models: Iterable[ModelLine]) -> str:
    """Networks as JSON text, schema ``eyeshot.models/1``."""
    listed = [
        {
            "name": model.name,
            "title": model.title,
            "source": model.source,
            "input": list(model.shape),
            "layers": model.layers,
        }
        for model in models
    ]
    return json.dumps({"schema": "eyeshot.models/1", "models": listed}, indent=2) + "\n"


def _lines(models: list[ModelLine], screen: Screen) -> list[Line]:
    columns = [
        Column("name", tuple(screen.name(model.name) for model in models), "title"),
        Column("input", tuple("×".join(map(str, model.shape[1:])) for model in models), is_number=True),
        Column("layers", tuple(str(model.layers) for model in models), is_number=True),
        Column("title", tuple(screen.name(model.title) for model in models), least=20),
    ]
    shown = fitted(columns, screen)
    if shown is not None:
        return lines_of(shown, [""] * len(models))
    texts = (f"{model.name}: {screen.name(model.title)}" for model in models)
    return [line for text in texts for line in wrapped(text, screen, indent="  ")]
