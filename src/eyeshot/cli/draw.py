"""`eyeshot draw`: still pictures of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eyeshot.cli.options import Command, ModelOptions, debug_option, model_options, word_option

if TYPE_CHECKING:
    from eyeshot.api import Fields

__all__ = ["command"]

_STYLES = ("pair", "common", "fixed", "procedure", "boxes", "growth")
_EXAMPLES = """\b
Examples:
  eyeshot draw "conv k3 s2 p1 | conv k3 s2 p1" --input 5 -o maps.svg
  eyeshot draw alexnet --style procedure -o procedure.svg
  eyeshot draw resnet18 --style boxes --layer layer3 --at 7,7 -o boxes.svg
  eyeshot draw resnet18 vgg16 alexnet --style growth -o growth.svg
"""


@click.command("draw", cls=Command, epilog=_EXAMPLES)
@click.argument("models", metavar="MODEL...", nargs=-1, required=True)
@word_option("--style", words=_STYLES, default="pair", help="Default: pair, which is common and fixed side by side.")
@click.option("--layer", "layers", metavar="LAYER", multiple=True, help="A layer to draw; may be given several times.")
@click.option("--at", "features", metavar="I,J", multiple=True, help="A feature to single out; likewise, for boxes.")
@click.option("--image", metavar="FILE", help="A photo, for boxes; it is fitted to the input.")
@click.option("--of", metavar="INPUT", help="Which input to look at, where the model has several.")
@word_option("--theme", words=("light", "dark"), default="light", help="Default: light.")
@model_options
@click.option("-o", "--output", metavar="FILE", required=True, help="A file that ends in .svg, .pdf or .png.")
@debug_option
def command(  # noqa: PLR0913 - one for each option
    *,
    models: tuple[str, ...],
    style: str,
    layers: tuple[str, ...],
    features: tuple[str, ...],
    image: str | None,
    of: str | None,
    theme: str,
    how: ModelOptions,
    output: str,
) -> None:
    """Draw MODEL into a file.

    common: maps that get smaller with depth. fixed: every map at the input's size, each feature at the centre of
    its field. procedure: the four equations with numbers. boxes: fields on the image. growth: field size against
    depth, for several models too. What a picture leaves out stands below it.
    """
    from eyeshot.cli.model import field_of, fields_of

    first, *others = [fields_of(model, how) for model in models]
    named = [field_of(first, layer).name for layer in layers]
    picture = first.draw(
        style,
        layers=named,
        at=[_feature(text, first, named) for text in features],
        input=of,
        image=image,
        beside=others,
        theme=theme,
    )
    picture.save(output)


def _feature(text: str, fields: Fields, layers: list[str]) -> tuple[int, ...] | str:
    """A feature as a word, or as an index of the last layer that is named."""
    from eyeshot.cli.model import index_of

    word = text.strip().lower()
    if word in {"first", "last", "center", "centre"}:
        return "center" if word == "centre" else word
    if layers:
        return index_of(text, fields[layers[-1]].extents, f"`{layers[-1]}`")
    axes = fields.table.inputs[0].axes
    return index_of(text, [(axis, 0) for axis, _ in axes], "a feature")
