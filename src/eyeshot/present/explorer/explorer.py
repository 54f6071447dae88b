"""The explorer as an object: a page to save, a widget in a live notebook, the page again in an exported one."""

from __future__ import annotations

import html
import os
from functools import cached_property
from typing import Any

from eyeshot.analyses.trace import Trace
from eyeshot.errors import InputError
from eyeshot.present.escape import visible
from eyeshot.present.explorer.page import Start, page_data, page_of
from eyeshot.present.files import write_whole

__all__ = ["Explorer"]

_HEIGHT = 760


class _Framed:
    """A frame that a notebook shows."""

    def __init__(self, frame: str) -> None:
        self._frame = frame

    def _repr_html_(self) -> str:
        return self._frame


class Explorer:
    """A network that can be explored; made by `eyeshot.explore`.

    In a notebook it shows itself: as a live widget where ``pip install 'eyeshot[notebook]'`` has brought anywidget,
    else as a page in a frame. An exported notebook shows the page.

    Parameters
    ----------
    trace : Trace
        The network.
    photo : str or None
        A picture as a ``data:`` address.
    start : Start or None
        What is shown first.
    """

    def __init__(self, trace: Trace, photo: str | None = None, start: Start | None = None) -> None:
        self._start = start
        self.data: dict[str, Any] = page_data(trace, photo=photo, start=start)

    def html(self) -> str:
        """The page: one file that needs nothing else, no network either."""
        return page_of(self.data)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file, whole or not at all.

        Parameters
        ----------
        path : str or path
            The file, which is replaced.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        name = os.fspath(path)
        try:
            write_whole(name, self.html().encode("utf-8"))
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise InputError(f"{name!r} cannot be written: {reason}") from error

    @cached_property
    def widget(self) -> Any:
        """The live widget, an ``anywidget.AnyWidget``; its trait `selected` follows what is chosen in it.

        Raises
        ------
        InputError
            If anywidget is not installed.
        """
        from eyeshot.present.explorer.widget import widget_of

        return widget_of(self.data)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from eyeshot.present.explorer.widget import is_available

        bundle: dict[str, Any] = {"text/plain": repr(self), "text/html": self._repr_html_()}
        if is_available():
            # A widget's own bundle is the reference by which a live notebook finds it.
            found = self.widget._repr_mimebundle_()
            live = found[0] if isinstance(found, tuple) else found
            bundle.update({kind: part for kind, part in (live or {}).items() if kind not in bundle})
        return bundle

    def _display_(self) -> Any:
        """What marimo shows, which asks for nothing else first: the live widget, or the page in a frame."""
        from eyeshot.present.explorer.widget import is_available

        return self.widget if is_available() else _Framed(self._repr_html_())

    def _repr_html_(self) -> str:
        # A frame without an origin: the page can neither read nor change the notebook around it.
        return (
            f'<iframe srcdoc="{html.escape(self.html())}" sandbox="allow-scripts allow-downloads" '
            f'title="eyeshot explorer" width="100%" height="{_HEIGHT}" style="border:0"></iframe>'
        )

    def __repr__(self) -> str:
        where = ""
        if self._start is not None:
            at = f" at {self._start.at}" if self._start.at is not None else ""
            where = f": {visible(self._start.layer)}{at}"
        return f"<Explorer of {self.data['document']['model']}{where}>"
