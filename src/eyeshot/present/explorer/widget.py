"""The explorer as a widget of Jupyter, VS Code and marimo, through anywidget."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

from eyeshot.errors import InputError
from eyeshot.present.explorer.page import bundle

__all__ = ["is_available", "widget_of"]


def is_available() -> bool:
    """Whether anywidget is installed."""
    return find_spec("anywidget") is not None


def widget_of(data: dict[str, Any]) -> Any:
    """A widget that shows a page's data.

    Parameters
    ----------
    data : dict
        What `eyeshot.present.explorer.page.page_data` made.
    """
    if not is_available():
        raise InputError("a live widget needs anywidget; run: pip install 'eyeshot[notebook]'")
    return _kind()(document=data["document"], photo=data.get("photo"), start=data.get("start"))


@cache
def _kind() -> Any:
    """The widget's class, made when it is first wanted: anywidget is optional."""
    import anywidget
    import traitlets

    class ExplorerWidget(anywidget.AnyWidget):
        """The explorer in a live notebook."""

        _esm = bundle()
        home = traitlets.Unicode("notebook", read_only=True).tag(sync=True)
        document = traitlets.Dict().tag(sync=True)
        photo = traitlets.Unicode(None, allow_none=True).tag(sync=True)
        start = traitlets.Dict(None, allow_none=True).tag(sync=True)
        selected = traitlets.Dict().tag(sync=True)

    return ExplorerWidget
