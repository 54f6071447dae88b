"""`eyeshot reach`: what one pixel reaches."""

from __future__ import annotations

import click

from eyeshot.cli.options import Command, ModelOptions, format_of, model_options, output_options, row_options
from eyeshot.cli.output import emit, screen_for
from eyeshot.errors import InputError

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
@row_options
@click.option("--of", metavar="INPUT", help="Which input the pixel is of, where the model has several.")
@output_options(*_FORMATS)
def command(  # noqa: PLR0913 - one for each option
    *,
    model: str,
    pixel: str,
    layer: str | None,
    how: ModelOptions,
    of: str | None,
    every: bool,
    depth: int | None,
    format_: str | None,
    output: str | None,
    color: str,
) -> None:
    """Print which features read PIXEL.

    Those of every layer, or those of LAYER with a map. The pixel is named by its index along each axis; negative
    numbers count from the end, and "center", "first" and "last" are understood.
    """
    from eyeshot.cli.model import field_of, fields_of, index_of

    if layer is not None and (every or depth is not None):
        raise InputError(f"`--all` and `--depth` choose among layers, but one is named, `{layer}`; leave one out")
    chosen = format_of(format_, output, _FORMATS)
    fields = fields_of(model, how)
    inputs = {info.name: info for info in fields.table.inputs}
    info = inputs.get(of or "", fields.table.inputs[0])
    extents = [(axis, n) for (axis, _), n in zip(info.axes, info.extents, strict=True)]
    at = index_of(pixel, extents, f"input `{info.name}`")
    if layer is None:
        found = fields.reached_by(*at, input=of, every=every, depth=depth)
    else:
        found = (field_of(fields, layer).reached_by(*at, input=of),)
    if chosen == "json":
        from eyeshot.present.reach_json import reach_json

        emit(reach_json(found), output)
    else:
        from eyeshot.present.reach_text import reach_text

        emit(reach_text(found, screen_for(output, color)), output)
