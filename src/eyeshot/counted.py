"""Counted words: one of a thing is not said as many are."""

from __future__ import annotations

__all__ = ["counted", "of_many"]


def counted(number: int, one: str, many: str = "") -> str:
    """A number and what is counted, in the form that goes with it.

    Parameters
    ----------
    number : int
        How many.
    one : str
        What one of them is called; may go on with a verb.
    many : str
        What all other numbers of them are called; `one` with an s by default.

    Examples
    --------
    >>> counted(1, "kernel"), counted(0, "kernel"), counted(1024, "kernel")
    ('1 kernel', '0 kernels', '1,024 kernels')
    >>> counted(1, "channel is", "channels are"), counted(2, "axis", "axes")
    ('1 channel is', '2 axes')
    """
    return f"{number:,} {of_many(number, one, many)}"


def of_many(number: int, one: str, many: str = "") -> str:
    """The form of a word that goes with a number, without the number.

    Examples
    --------
    >>> of_many(1, "lies", "lie"), of_many(3, "lies", "lie"), of_many(2, "channel")
    ('lies', 'lie', 'channels')
    """
    return one if number == 1 else many or f"{one}s"
