"""`eyeshot at`: what one feature reads."""

from __future__ import annotations

import click

from eyeshot.cli.options import Command, ModelOptions, format_of, model_options, output_options
from eyeshot.cli.output import emit, screen_for

__all__ = ["command"]

_FORMATS = ("text", "json")
_EXAMPLES = """\b
Examples:
  eyeshot at alexnet conv5 6,6
  eyeshot at alexnet conv1 0,-1
  eyeshot at "conv k3 d2 | conv k3 d2" conv2 center --input 15
  eyeshot at resnet50 layer3 first --input 480x640 --format json
"""


@click.command("at", cls=Command, epilog=_EXAMPLES)
@click.argument("model")
@click.argument("layer")
@click.argument("index", metavar="[I[,J[,K]]]", default="center")
@model_options
@click.option("--of", metavar="INPUT", help="Which input to look at, where the model has several.")
@output_options(*_FORMATS)
def command(
    *,
    model: str,
    layer: str,
    index: str,
    how: ModelOptions,
    of: str | None,
    format_: str | None,
    output: str | None,
    color: str,
) -> None:
    """Print what one feature of LAYER reads, and draw it.

    The feature is named by its index along each axis; negative numbers count from the end, and "center" (the
    default), "first" and "last" are understood. The box is what it would read of an endless image; the pixels
    are what it reads of this one.
    """
    from eyeshot.cli.model import field_of, fields_of, index_of

    chosen = format_of(format_, output, _FORMATS)
    field = field_of(fields_of(model, how), layer)
    region = field.at(*index_of(index, field.extents, f"`{field.name}`"), input=of)
    if chosen == "json":
        from eyeshot.present.region_json import region_json

        emit(region_json(region), output)
    else:
        from eyeshot.present.region_text import region_text

        emit(region_text(region, screen_for(output, color)), output)
