"""`eyeshot explore`: the explorer as a page in one file, or as a local app."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eyeshot.cli.options import Command, ModelOptions, debug_option, model_options
from eyeshot.errors import InputError

if TYPE_CHECKING:
    from eyeshot.present.explorer.explorer import Explorer

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  eyeshot explore alexnet -o alexnet.html
  eyeshot explore resnet50 --image photo.jpg --layer layer3 -o r.html
  eyeshot explore "conv k3 s2 | conv k3 d2" --input 64 --serve
"""


@click.command("explore", cls=Command, epilog=_EXAMPLES)
@click.argument("model")
@model_options
@click.option("--image", metavar="FILE", help="A photo to lie below the fields; it is fitted to the input.")
@click.option("--layer", metavar="LAYER", help="The layer that is shown first.")
@click.option("--at", metavar="I,J", help="The feature of that layer that is shown first.")
@click.option("-o", "--output", metavar="FILE", help="Write the page to a file, whole or not at all.")
@click.option("--serve", is_flag=True, help="Show it as a local app that also takes dropped layer lists.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="PORT", help="Its port; by default any that is free.")
@debug_option
def command(
    *,
    model: str,
    how: ModelOptions,
    image: str | None,
    layer: str | None,
    at: str | None,
    output: str | None,
    serve: bool,
    port: int | None,
) -> None:
    """Explore MODEL in a browser: point at a feature, see its field through every layer.

    The page is one file that opens from disk without a network. The local app listens on this machine only.
    """
    from eyeshot.cli.output import emit

    if serve == (output is not None):
        found = "both" if serve else "neither"
        raise InputError(f"`explore` takes either `-o page.html` or `--serve`; found {found}")
    if port is not None and not serve:
        raise InputError("`--port` goes with `--serve`")
    explorer = _explorer(model, how, image, layer, at)
    if output is not None:
        emit(explorer.html(), output)
    else:
        _serve(explorer, port or 0)


def _explorer(model: str, how: ModelOptions, image: str | None, layer: str | None, at: str | None) -> Explorer:
    from eyeshot.cli.model import field_of, fields_of, index_of
    from eyeshot.exploring import explore

    fields = fields_of(model, how)
    if layer is None:
        if at is not None:
            raise InputError("`--at` says a feature of a layer; name it with `--layer`")
        return explore(fields, image=image)
    field = field_of(fields, layer)
    feature = index_of(at, field.extents, f"`{field.name}`") if at is not None else None
    return explore(fields, image=image, layer=field.name, at=feature)


def _serve(explorer: Explorer, port: int) -> None:
    from eyeshot.exploring import trace_of_file
    from eyeshot.present.explorer.document import explorer_dict
    from eyeshot.present.explorer.server import LocalApp

    app = LocalApp(explorer.data, lambda name, data: explorer_dict(trace_of_file(name, data)), port)
    click.echo(f"open {app.address}\nCtrl+C ends it", err=True)
    try:
        app.run()
    except KeyboardInterrupt:
        click.echo("ended", err=True)
