"""Widths of texts, so that they can be placed without drawing them.

Measured in DejaVu Sans, the font of PDF, PNG and moving pictures and the first choice in SVG. It runs wider than
Helvetica and Arial, so a text that fits here fits there.
"""

from __future__ import annotations

from eyeshot.present.escape import visible

__all__ = ["FAMILY", "fitting", "shortened", "text_width", "wrapped_text"]

FAMILY = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"

# Thousandths of the size, for the characters from the blank to the tilde.
_ADVANCES = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
)  # fmt: skip
_OTHERS = {"·": 318, "–": 500, "⌊": 390, "⌋": 390, "⌈": 390, "⌉": 390}
_WIDEST = 1000
_BOLD = 1.12


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line of text in points; never less than it is in DejaVu Sans.

    Examples
    --------
    >>> text_width("conv1", 10)
    30.24
    """
    units = sum(
        _ADVANCES[ord(c) - 32] if " " <= c <= "~" else _OTHERS.get(c, 838 if c in "×−→≤≥" else _WIDEST) for c in text
    )
    return units * size / 1000 * (_BOLD if bold else 1)


def shortened(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """The text, escaped for the eye, with what does not fit the width left out of its middle.

    Examples
    --------
    >>> shortened("features.denseblock3.denselayer12", 80, 10)
    'featur…layer12'
    """
    text = visible(text)
    kept = len(text)
    while text_width(text, size, bold=bold) > width and kept > 2:
        kept = min(kept, len(text)) - 1
        head = kept // 2
        text = f"{text.replace('…', '', 1)[:head]}…{text.replace('…', '', 1)[-(kept - head) :]}"[: kept + 1]
    return text


def fitting(text: str, width: float, size: float, least: float = 5.0) -> float:
    """The size at which a text fits a width: `size`, or what is smaller, but not below `least`."""
    taken = text_width(text, size)
    return size if taken <= width else max(least, size * width / taken)


def wrapped_text(text: str, width: float, size: float) -> list[str]:
    """The text in lines that fit the width, broken at blanks; a longer word stands alone, shortened."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(shortened(word, width, size))
    return lines
