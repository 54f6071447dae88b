"""Colours by their role, in a light and a dark theme.

Those of categories are Okabe and Ito's [1]_, which people with any colour vision can tell apart. Nothing is told by
colour alone: outlines, dashes, hatching and labels go with it.

References
----------
.. [1] M. Okabe, K. Ito, "Color Universal Design", 2008.
"""

from __future__ import annotations

from dataclasses import dataclass

from eyeshot.errors import InputError, nearest

__all__ = ["CATEGORIES", "THEMES", "Theme", "category", "theme_named"]

CATEGORIES = ("blue", "orange", "green", "purple", "vermillion", "sky", "soft")
"""In an order in which neighbours differ in lightness too; an outline in yellow could not be seen on paper."""

_OKABE_ITO = {
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
}


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by name."""

    name: str
    colors: tuple[tuple[str, str], ...]

    def color(self, name: str) -> str:
        """The colour as ``#rrggbb``; one that is written so already is itself."""
        return name if name.startswith("#") else dict(self.colors)[name]


_LIGHT = {
    "paper": "#FFFFFF", "ink": "#1B1B1B", "soft": "#5C5C5C", "line": "#B4B4B4", "cell": "#F3F3F3", "check": "#E4E4E4",
}  # fmt: skip
_DARK = {
    "paper": "#16181C", "ink": "#F2F2F2", "soft": "#B0B4BA", "line": "#5E646C", "cell": "#262A30", "check": "#30353C",
    "blue": "#4FA3DC", "vermillion": "#F08A4B",
}  # fmt: skip

THEMES = {
    name: Theme(name, tuple((_OKABE_ITO | colors).items())) for name, colors in (("light", _LIGHT), ("dark", _DARK))
}


def theme_named(name: str) -> Theme:
    """The theme of that name."""
    if name not in THEMES:
        raise InputError(f"theme must be one of {', '.join(THEMES)}; found {name!r}{nearest(str(name), THEMES)}")
    return THEMES[name]


def category(number: int) -> str:
    """The colour of the thing with that number; they come again after seven."""
    return CATEGORIES[number % len(CATEGORIES)]
