"""`eyeshot reach`: what one pixel reaches."""

from __future__ import annotations

import click

from eyeshot.cli.options import Command, format_of, model_options, output_options
from eyeshot.cli.output import emit, screen_for

__all__ = ["command"]

_FORMATS = ("text", "json")
_EXAMPLES = """\b
Examples:
  eyeshot reach alexnet 113,113
  eyeshot reach alexnet first conv2
  eyeshot reach "conv k3 s2 | conv k3 s2" 5,-1 --input 31 --format json
"""


@click.command("reach", cls=Command, epilog=_EXAMPLES)
@click.argument("model")
@click.argument("pixel")
@click.argument("layer", required=False)
@model_options
@click.option("--of", metavar="INPUT", help="Which input the pixel is of, where the model has several.")
@output_options(*_FORMATS)
def command(  # noqa: PLR0913 - one for each option
    *,
    model: str,
    pixel: str,
    layer: str | None,
    input_: str | None,
    axes: str | None,
    padding: str | None,
    of: str | None,
    format_: str | None,
    output: str | None,
    color: str,
) -> None:
    """Print which features read PIXEL.

    Those of every layer, or those of LAYER with a map. The pixel is named by its index along each axis; negative
    numbers count from the end, and "center", "first" and "last" are understood.
    """
    from eyeshot.cli.model import field_of, fields_of, index_of

    chosen = format_of(format_, output, _FORMATS)
    fields = fields_of(model, input_, axes, padding)
    inputs = {info.name: info for info in fields.table.inputs}
    info = inputs.get(of or "", fields.table.inputs[0])
    extents = [(axis, n) for (axis, _), n in zip(info.axes, info.extents, strict=True)]
    at = index_of(pixel, extents, f"input `{info.name}`")
    one = field_of(fields, layer) if layer is not None else None
    found = (one.reached_by(*at, input=of),) if one is not None else fields.reached_by(*at, input=of)
    if chosen == "json":
        from eyeshot.present.reach_json import reach_json

        emit(reach_json(found), output)
    else:
        from eyeshot.present.reach_text import reach_text

        emit(reach_text(found, screen_for(output, color)), output)
