"""`eyeshot draw`: still pictures of a network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from eyeshot.cli.options import Command, ModelOptions, debug_option, model_options, word_option

if TYPE_CHECKING:
    from eyeshot.api import Fields

__all__ = ["command"]

_STYLES = ("pair", "common", "fixed", "procedure", "boxes", "growth")
_PLACES = ("first", "center", "last")
_HELP = """Draw MODEL into a file.

\b
common     maps that get smaller with depth, and the window that a
           feature reads in each of them
fixed      every map at the input's size, each feature at the centre
           of its field
pair       both of them, of the same layers and features
procedure  the four equations with this network's numbers
boxes      fields on the image, or on a photo
growth     field size against depth, of several models too

Without --layer and --at a drawing chooses what stands for the network;
what it leaves out stands below it.
"""
_EXAMPLES = """\b
Examples:
  eyeshot draw "conv k3 s2 p1 | conv k3 s2 p1" --input 5 -o maps.svg
  eyeshot draw alexnet --style procedure -o procedure.svg
  eyeshot draw resnet18 --style boxes --layer layer3 --at 7,7 -o boxes.svg
  eyeshot draw resnet18 vgg16 alexnet --style growth -o growth.svg
  eyeshot draw tcn --style fixed -o strips.svg
"""


@click.command("draw", cls=Command, help=_HELP, epilog=_EXAMPLES)
@click.argument("models", metavar="MODEL...", nargs=-1, required=True)
@word_option("--style", words=_STYLES, default="pair", help="Default: pair.")
@click.option(
    "--layer",
    "layers",
    metavar="LAYER",
    multiple=True,
    help="A layer, module or row of the table; may be given several times.",
)
@click.option(
    "--at",
    "features",
    metavar="I,J",
    multiple=True,
    help="A feature, of the last layer that is named: 5,7, or first, center, last. Several for boxes.",
)
@click.option("--image", metavar="FILE", help="A photo, for boxes; its middle is fitted to the input.")
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
    """Draw networks into a file."""
    from eyeshot.cli.model import fields_of, layer_of

    first, *others = [fields_of(model, how) for model in models]
    named = [layer_of(first, layer) for layer in layers]
    picture = first.draw(
        style,
        layers=named,
        at=[_feature(text, first, named, of) for text in features],
        input=of,
        image=image,
        beside=others,
        theme=theme,
    )
    picture.save(output)


def _feature(text: str, fields: Fields, layers: list[str | int], of: str | None) -> tuple[int | str, ...] | str:
    """A feature as a word, or as an index of the last layer that is named, else of the one that the drawing chooses."""
    from eyeshot.cli.model import index_of

    words = ["center" if word == "centre" else word for word in re.split(r"\s*,\s*", text.strip().lower())]
    if len(words) == 1 and words[0] in _PLACES:
        return words[0]
    if layers:
        return index_of(text, fields[layers[-1]].extents, f"`{layers[-1]}`")
    axes = next((info.axes for info in fields.table.inputs if info.name == of), fields.table.inputs[0].axes)
    index = index_of(text, [(axis, 0) for axis, _ in axes], "a feature")
    return tuple(word if word in _PLACES else i for word, i in zip(words, index, strict=True))
