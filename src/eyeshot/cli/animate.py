"""`eyeshot animate`: convolution arithmetic, moving."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from eyeshot.cli.options import Command, ModelOptions, debug_option, word_option
from eyeshot.errors import InputError, nearest
from eyeshot.present.arithmetic.presets import PRESETS, Preset, preset_named

if TYPE_CHECKING:
    from eyeshot.api import Field

__all__ = ["command"]

_KINDS = ("conv", "depthwise", "transposed", "maxpool", "avgpool", "upsample")
_DEFAULTS = {"input": "5", "kernel": "3"}
_NUMBERS = re.compile(r"[0-9]+(?::[0-9]+)?(?:x[0-9]+(?::[0-9]+)?)*", re.ASCII)
_LETTERS = {"kernel": "k", "stride": "s", "pad": "p", "dilation": "d", "output_padding": "op"}
_AXES = ("t", "yx", "zyx")
_OF_KINDS = (*_LETTERS, "groups", "padding_mode", "dims", "ceil")
_EXAMPLES = """\b
Examples:
  eyeshot animate conv --input 5 --kernel 3 --stride 2 --pad 1 -o conv.gif
  eyeshot animate transposed --input 3 --stride 2 --way stamp -o stamps.webp
  eyeshot animate --preset numerical_max_pooling -o pooling.gif
  eyeshot animate --preset dilation --view oblique -o strip.svg
  eyeshot animate resnet18 --layer maxpool -o frames/
"""


@click.command("animate", cls=Command, epilog=_EXAMPLES)
@click.argument("what", metavar="[KIND|MODEL]", required=False)
@click.option("--preset", metavar="NAME", help="A ready-made animation; --list tells their names.")
@click.option("--list", "lists", is_flag=True, help="Print the names of the presets.")
@click.option("--layer", metavar="LAYER", help="Which layer of a MODEL.")
@click.option("--input", "input_", metavar="SIZE", help="Input size: 5, or 5x7.")
@click.option("--kernel", metavar="K", help="Kernel: 3, or 3x5 for each axis.")
@click.option("--stride", metavar="S", help="Stride.")
@click.option("--pad", metavar="P", help="Padding: 1, or 1:2 before and behind.")
@click.option("--dilation", metavar="D", help="Dilation.")
@click.option("--output-padding", metavar="P", help="Output padding of a transposed convolution.")
@click.option("--groups", type=click.IntRange(1, 4), metavar="N", help="Groups of channels.")
@word_option("--padding-mode", words=("constant", "reflect", "replicate", "circular"), help="What padding holds.")
@click.option("--ceil", is_flag=True, help="Round the number of outputs up, for a pooling.")
@click.option("--dims", type=click.IntRange(1, 3), metavar="N", help="Axes; 2 unless the input's size tells.")
@word_option("--mode", words=("plain", "value"), help="value: numbers in the cells.")
@word_option(
    "--way",
    words=("gather", "stamp", "zeros"),
    help="From output to output; or, of a transposed convolution, each input stamped, or zeros between inputs.",
)
@word_option("--view", words=("flat", "oblique"), default="flat", help="Maps beside or above each other.")
@word_option("--theme", words=("light", "dark"), default="light", help="Default: light.")
@word_option("--frames", words=("svg", "png"), default="svg", help="Format of frames in a folder. Default: svg.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Ends in .gif or .webp; in .svg, .pdf or .png for frames on one page; in / for a folder of frames.",
)
@debug_option
def command(
    *,
    what: str | None,
    preset: str | None,
    lists: bool,
    layer: str | None,
    view: str,
    theme: str,
    frames: str,
    output: str | None,
    **settings: Any,
) -> None:
    """Show how a layer computes its outputs, one after another.

    KIND is conv, depthwise, transposed, maxpool, avgpool or upsample, by default with an input of 5 and a kernel of 3.
    Of a MODEL, --layer names the layer; of a large one the first outputs are shown.
    """
    if lists:
        from eyeshot.cli.output import emit

        emit("".join(f"{name}\n" for name in PRESETS), None)
        return
    if output is None:
        raise click.UsageError("missing option '-o' / '--output'", ctx=click.get_current_context())
    if (what is None) == (preset is None):
        raise InputError("give a KIND, a MODEL with `--layer`, or a `--preset`, and only one of them")
    chosen = preset_named(preset) if preset is not None else None
    if chosen is None and what in _KINDS and layer is None:
        chosen = Preset(what, "" if settings["input_"] else _DEFAULTS["input"])
    if chosen is None:
        field, chosen = _of_model(str(what), layer, settings), Preset("", "")
    else:
        chosen = _with(chosen, settings)
        field = _of_kind(chosen)
    mode = settings["mode"]
    shows = chosen.shows_values if mode is None else mode == "value"
    field.animate(
        way=settings["way"] or chosen.way or "gather",
        view=view,
        numbers=shows,
        values=chosen.values if shows else (),
        weights=chosen.weights if shows else (),
        grey=chosen.grey and shows,
        theme=theme,
    ).save(output, frames=frames)


def _of_model(model: str, layer: str | None, settings: dict[str, Any]) -> Field:
    """A layer of a network."""
    from eyeshot.cli.model import field_of, fields_of

    given = [name for name in _OF_KINDS if settings[name] not in {None, False}]
    if layer is None and model not in _KINDS and re.fullmatch(r"\w+", model) and nearest(model, _KINDS):
        raise InputError(f"there is no kind {model!r}, and a MODEL goes with `--layer`{nearest(model, _KINDS)}")
    if given:
        option = given[0].replace("_", "-")
        raise InputError(f"`--{option}` goes with a KIND ({', '.join(_KINDS)}); a model has its own")
    inputs = (settings["input_"],) if settings["input_"] is not None else ()
    fields = fields_of(model, ModelOptions(inputs, None, None, (), (), strict=False))
    if layer is not None:
        return field_of(fields, layer)
    if len(fields) != 1:
        names = ", ".join(row.name for row in fields.table.rows[:8])
        raise InputError(f"`{fields.graph.name}` has {len(fields)} layers; name one with `--layer`, such as {names}")
    return fields[0]


def _with(preset: Preset, settings: dict[str, Any]) -> Preset:
    """A preset with what was said on the command line in its place; its numbers go with its sizes only."""
    changes = {name: settings[name] for name in _OF_KINDS if settings[name] not in {None, False}}
    if settings["input_"] is not None:
        changes["input"] = settings["input_"]
    return replace(preset, **changes, values=() if "input" in changes else preset.values,
                   weights=() if "kernel" in changes else preset.weights)  # fmt: skip


def _of_kind(preset: Preset) -> Field:
    """A network of one layer."""
    from eyeshot.api import analyze

    parts = [preset.kind]
    for name, letter in _LETTERS.items():
        text = getattr(preset, name) or (_DEFAULTS["kernel"] if name == "kernel" and preset.kind != "upsample" else "")
        if text:
            parts.append(letter + _numbers(text, name))
    parts += ["ceil"] * preset.ceil + ([preset.padding_mode] if preset.padding_mode not in {"", "constant"} else [])
    parts += [f"g{preset.groups}"] if preset.groups > 1 and preset.kind != "depthwise" else []
    parts += ["scale=2"] if preset.kind == "upsample" else []
    sizes = [int(part) for part in _numbers(preset.input, "input", pairs=False).split("x")]
    if len(sizes) > len(_AXES):
        raise InputError(f"`--input` must have one to three sizes, as in 5, 5x7 or 4x5x7; found {preset.input!r}")
    dims = preset.dims if len(sizes) == 1 else len(sizes)
    sizes = sizes * dims if len(sizes) == 1 else sizes
    return analyze(
        " ".join(parts),
        input_shape=(1, _channels(preset), *sizes),
        axes=_AXES[dims - 1],
    )[0]


def _channels(preset: Preset) -> int:
    """Enough channels for the groups, two in each where they are no channel's own."""
    if preset.kind == "depthwise":
        return max(2, preset.groups)
    return 2 * preset.groups if preset.groups == 2 else preset.groups


def _numbers(text: str, name: str, *, pairs: bool = True) -> str:
    """Whole numbers with `x` between axes, for paddings with `:` between both sides."""
    text = text.strip()
    if not _NUMBERS.fullmatch(text) or (":" in text and not (pairs and name == "pad")) or len(text) > 40:
        form = "1, 1:2 or 1:2x0:1" if name == "pad" else "3 or 3x5"
        raise InputError(f"`--{name.replace('_', '-')}` must be numbers such as {form}; found {text!r}")
    return text
