"""`eyeshot tile`: plan tiles for a large image, and run them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from eyeshot.cli.options import Command, ModelOptions, debug_option, model_options, word_option
from eyeshot.cli.output import emit, screen_for
from eyeshot.present.escape import visible

if TYPE_CHECKING:
    from eyeshot.api.plan import Plan
    from eyeshot.cli.tile_model import Model
    from eyeshot.present.screen import Screen

__all__ = ["command"]

_FORMATS = ("text", "json", "dask", "bioimageio", "monai")
_FAILED = 1
_EXAMPLES = """\b
Examples:
  eyeshot tile unet_bilinear --image 3x20000x20000
  eyeshot tile unet_bilinear --image 20000x20000 --tile 1024
  eyeshot tile models/net.py:make --image 8192x8192 --memory 8GB --check
  eyeshot tile models/net.py:make --run in.tif --tile 1024 -o out.zarr
  eyeshot tile models/net.py:make --run slide.svs --level 1 --tile 1024 -o out.zarr
  eyeshot tile models/net.py:make --run ct.nii.gz --tile 96 -o labels.nii
"""


@click.command("tile", cls=Command, epilog=_EXAMPLES)
@click.argument("model")
@click.option("--image", metavar="SIZE", help="Size of the image in pixels: 20000x20000, or 3x20000x20000.")
@click.option("--tile", metavar="SIZE", help="Size of a tile, margins included: 1024, or 512x1024.")
@click.option("--memory", metavar="SIZE", help="Instead of a size: what a tile and the weights may take, such as 8GB.")
@click.option(
    "--output", "wanted", metavar="NODE", multiple=True, help="A layer whose result is wanted, not that of the model."
)
@click.option("--run", "source", metavar="FILE", help="Run the tiles of this image; results go to `-o`.")
@click.option("--level", metavar="N", type=click.IntRange(0), default=0, help="Level of a pyramid; 0 is the largest.")
@click.option("--device", metavar="DEVICE", help="Where to run, such as cuda.")
@click.option("--batch", metavar="N", type=click.IntRange(1), default=1, show_default=True, help="Tiles run together.")
@click.option("--trust-image", is_flag=True, help="Do not read the image again for the tiles that are done.")
@click.option("--check", is_flag=True, help="Compare tiles with the whole on a small image, with the real weights.")
@click.option("--curve", is_flag=True, help="Error against the width of the margin, with the real weights.")
@model_options
@word_option("--format", "format_", words=_FORMATS, default="text", help="Also settings for other tools.")
@click.option("-o", "--out", "out", metavar="FILE", help="With `--run` where results go, else where the plan goes.")
@word_option("--color", words=("auto", "always", "never"), default="auto", help="Whether to use colours.")
@debug_option
def command(  # noqa: PLR0913 - one for each option
    *,
    model: str,
    image: str | None,
    tile: str | None,
    memory: str | None,
    wanted: tuple[str, ...],
    source: str | None,
    level: int,
    device: str | None,
    batch: int,
    trust_image: bool,
    check: bool,
    curve: bool,
    how: ModelOptions,
    format_: str,
    out: str | None,
    color: str,
) -> int:
    """Plan tiles for an image that is too large for MODEL, and run them: the result is that of the whole image.

    FILE is a .npy, zarr, OME-Zarr, TIFF, slide of a scanner, NIfTI, or a folder with a series of DICOM; results go to a
    .npy, .zarr, .tif or .nii. The plan says how far tiles must overlap (halo), on which grid they must begin, what they
    cost in computation and memory, or which nodes make it impossible. The exit status is 1 if it is impossible or a
    check fails.
    """
    from eyeshot.cli.tile_model import Model, planned

    if source is not None and out is None:
        raise click.UsageError("`--run` needs `-o FILE`, where the results go")
    if level and source is None:
        raise click.UsageError("`--level` goes with `--run FILE`, which has it")
    built = Model(model, how)
    if source is not None or check or curve:
        built.check_weights(for_results=source is not None or curve)
    if source is not None and out is not None:
        from eyeshot.measure.tiles.formats.files import at_level
        from eyeshot.measure.tiles.targets import check_path

        check_path(Path(out))
        source = at_level(source, level)
    plan = planned(built, image, source, {"tile": tile, "memory": memory, "output": list(wanted) or None})
    page = None if source is not None else out
    screen = screen_for(page, color)
    emit(_shown(plan, format_, screen), page)
    if not plan.tiling.is_possible:
        return _FAILED
    failed = check and not _checked(plan, built, device, screen)
    if curve:
        from eyeshot.present.plan_text import curve_text

        emit("\n" + curve_text(plan.curve(built.module(), device=device), screen), None)
    if source is not None:
        with _notes():
            plan.run(
                built.module(), source, out=out, device=device, batch=batch, progress=True, trust_image=trust_image
            )
    return _FAILED if failed else 0


@contextmanager
def _notes() -> Iterator[None]:
    """Show what a run has to say about an interruption as a line; warnings of others stay as they are."""
    from eyeshot.measure.tiles.resume import ResumedWarning

    others = warnings.showwarning

    def show(message: Any, category: Any, *where: Any) -> None:
        if issubclass(category, ResumedWarning):
            click.echo(f"eyeshot: {visible(str(message))}", err=True)
        else:
            others(message, category, *where)

    with warnings.catch_warnings():
        warnings.simplefilter("always", ResumedWarning)
        cast(Any, warnings).showwarning = show
        yield


def _checked(plan: Plan, built: Model, device: str | None, screen: Screen) -> bool:
    """Whether tiles give what the whole gives; printed."""
    from eyeshot.present.plan_text import check_text

    found = plan.check(built.module(), device=device)
    emit("\n" + check_text(found, screen), None)
    return found.holds


def _shown(plan: Plan, format_: str, screen: Screen) -> str:
    """The plan in one of the formats."""
    if format_ == "json":
        return plan.to_json()
    if format_ == "text":
        from eyeshot.present.plan_text import plan_text

        sizes = plan.valid_sizes if plan.has_few_sizes else ()
        return plan_text(plan.tiling, screen, sizes=sizes)
    from eyeshot.present.plan_export import export_text

    exports = {"dask": plan.to_dask_depth, "bioimageio": plan.to_bioimageio, "monai": plan.to_monai}
    return export_text(exports[format_]())
