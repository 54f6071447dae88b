"""Where answers go: standard output or a file, whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

from eyeshot.errors import InputError
from eyeshot.present.files import write_whole
from eyeshot.present.screen import Screen

__all__ = ["ClosedPipeError", "emit", "screen_for"]

_SIGNS = "×–·…∀≤─│┌┐└┘█░\u2571"
_UNLIMITED = 1000
_LEAST_WIDTH = 20


class ClosedPipeError(Exception):
    """The reader of standard output has gone, as `head` does."""


def screen_for(output: str | None, color: str) -> Screen:
    """What the place where an answer goes can show.

    Parameters
    ----------
    output : str or None
        A file, or None for standard output.
    color : {"auto", "always", "never"}
        Whether to use colours; ``auto`` looks at the terminal and at ``NO_COLOR`` and ``FORCE_COLOR``.
    """
    if output is not None:
        return Screen(_width(None), color == "always", unicode=True)
    stream = sys.stdout
    colored = color == "always" or (color == "auto" and _takes_color(stream))
    return Screen(_width(stream), colored, unicode=_shows_unicode(stream))


def emit(text: str, output: str | None) -> None:
    """Write an answer.

    Parameters
    ----------
    text : str
        All of it.
    output : str or None
        A file, which is replaced by the whole answer or left as it was; None for standard output.

    Raises
    ------
    InputError
        If it cannot be written.
    ClosedPipeError
        If nobody reads standard output any more.
    """
    if output is not None:
        try:
            write_whole(output, text.encode("utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"`--output`: {output!r} cannot be written: {_reason(error)}") from error
    elif sys.stdout is not None:
        try:
            sys.stdout.write(_encodable(text, sys.stdout))
            sys.stdout.flush()
        except BrokenPipeError as error:
            raise ClosedPipeError from error
        except OSError as error:
            raise InputError(f"standard output cannot be written: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _width(stream: TextIO | None) -> int:
    """Columns of the terminal, or of what COLUMNS says; where there is neither, nothing is shortened."""
    is_terminal = stream is not None and stream.isatty()
    columns = shutil.get_terminal_size((80 if is_terminal else _UNLIMITED, 24)).columns
    return max(_LEAST_WIDTH, columns if is_terminal or os.environ.get("COLUMNS") else _UNLIMITED)


def _takes_color(stream: TextIO | None) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _shows_unicode(stream: TextIO | None) -> bool:
    try:
        _SIGNS.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _encodable(text: str, stream: TextIO) -> str:
    """The text with what the stream cannot write as escapes."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
