"""`eyeshot models`: the built-in networks."""

from __future__ import annotations

import click

from eyeshot.cli.options import Command, format_of, output_options
from eyeshot.cli.output import emit, screen_for

__all__ = ["command"]

_FORMATS = ("text", "json")
_EXAMPLES = """\b
Examples:
  eyeshot models
  eyeshot models --format json
"""


@click.command("models", cls=Command, epilog=_EXAMPLES)
@output_options(*_FORMATS)
def command(*, format_: str | None, output: str | None, color: str) -> None:
    """List the built-in networks.

    Each has a default input, which --input changes.
    """
    from eyeshot.frontends import zoo
    from eyeshot.present.models_text import ModelLine, models_json, models_text

    chosen = format_of(format_, output, _FORMATS)
    lines = [
        ModelLine(network.name, network.title, network.source, network.input_shape, network.layers)
        for network in zoo.describe()
    ]
    emit(models_json(lines) if chosen == "json" else models_text(lines, screen_for(output, color)), output)
