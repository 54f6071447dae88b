"""The public way to the explorer, and the reading of what is dropped onto its local app."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from eyeshot.analyses.analysis import Analysis
from eyeshot.analyses.trace import Trace, trace_of
from eyeshot.api import Fields, Reference, analyze
from eyeshot.errors import InputError

if TYPE_CHECKING:
    from eyeshot.present.explorer.explorer import Explorer

__all__ = ["explore", "trace_of_file"]


def explore(  # noqa: PLR0913 - those of `load`, and what is shown first
    model: Reference | Fields,
    input_shape: Any = None,
    *,
    axes: str | None = None,
    padding: str | None = None,
    strict: bool = False,
    arguments: Mapping[str, Any] | None = None,
    call: Mapping[str, Any] | None = None,
    image: str | os.PathLike[str] | None = None,
    layer: str | int | None = None,
    at: Sequence[int] | None = None,
) -> Explorer:
    """Show a network so that its features can be touched: in a notebook, or as a page in one file.

    Parameters
    ----------
    model : str, path, Graph, list, dict, torch.nn.Module or Fields
        As for `load`, or what `analyze` returned.
    input_shape, axes, padding, strict, arguments, call
        As for `load`.
    image : path, optional
        A photo to lie below the fields; its middle is cut to the form of the input. Needs
        ``pip install 'eyeshot[draw]'``.
    layer : str or int, optional
        The layer that is shown first, by name or position.
    at : sequence of int, optional
        The feature of `layer` that is shown first; the middle one by default.

    Returns
    -------
    Explorer
        Shows itself in notebooks; `Explorer.save` writes the page, `Explorer.widget` is the live widget.

    Raises
    ------
    EyeshotError
        One line that says where, what must hold, what was found and what to do.

    Examples
    --------
    >>> import eyeshot
    >>> explorer = eyeshot.explore("alexnet", layer="conv5", at=(0, 0))
    >>> explorer
    <Explorer of alexnet: conv5 at (0, 0)>
    """
    from eyeshot.present.explorer.explorer import Explorer
    from eyeshot.present.explorer.page import Start
    from eyeshot.present.explorer.picture import picture_address

    given = (input_shape, axes, padding, arguments, call, strict or None)
    if isinstance(model, Fields):
        if any(option is not None for option in given):
            raise InputError(
                "fields have been analysed already; what says how a model is read (input_shape and so on) does not go "
                "with them"
            )
        fields = model
    else:
        fields = analyze(
            model, input_shape=input_shape, axes=axes, padding=padding, strict=strict, arguments=arguments, call=call
        )
    start = None
    if layer is not None:
        field = fields[layer]
        start = Start(_title(fields, field.name), field.at(*at).feature if at is not None else None)
    elif at is not None:
        raise InputError("`at` says a feature of a layer; name the `layer` too")
    trace = trace_of(fields._analysis)
    photo = None if image is None else picture_address(image, trace.table.inputs[0])
    return Explorer(trace, photo, start)


def _title(fields: Fields, node: str) -> str:
    """What a node is called in the table, and so in the page."""
    titles = {entry.node: entry.name for entry in fields._analysis.outline()}
    return titles.get(node, node)


def trace_of_file(name: str, data: bytes) -> Trace:
    """The trace of a network in a layer-list file that lies in memory.

    Parameters
    ----------
    name : str
        The file's name; its ending says the format.
    data : bytes
        What it holds.
    """
    from eyeshot.frontends.load import load_data

    return trace_of(Analysis(load_data(name, data)))
