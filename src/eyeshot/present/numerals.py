"""Numbers as people and as programs read them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

__all__ = ["interval", "joined", "json_number", "measured", "numeral", "percentage", "size_range"]


def json_number(value: Fraction | float | None) -> int | float | None:
    """An int where the value is whole, else the nearest float; None stays None."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def numeral(value: Fraction | float) -> str:
    """The shortest decimal, to three places.

    Examples
    --------
    >>> from fractions import Fraction
    >>> numeral(Fraction(11, 2)), numeral(Fraction(16)), numeral(Fraction(1, 3))
    ('5.5', '16', '0.333')
    """
    if value == int(value):
        return str(int(value))
    return f"{float(value):.3f}".rstrip("0").rstrip(".")


def measured(value: float) -> str:
    """What was measured or learnt, to three places that count, with a minus that is one.

    Examples
    --------
    >>> measured(-0.17512), measured(3.0), measured(1234567.0)
    ('−0.175', '3', '1.23e+06')
    """
    return f"{value:.3g}".replace("-", "−", 1) if value < 0 else f"{value:.3g}"


def percentage(share: float) -> str:
    """A share in percent; never rounded to 0 or 100 unless it is.

    Examples
    --------
    >>> [percentage(x) for x in (0, 0.00001, 0.5, 0.99999, 1)]
    ['0%', '<0.1%', '50%', '>99.9%', '100%']
    """
    if 0 < share < 0.001:
        return "<0.1%"
    if 0.999 < share < 1:
        return ">99.9%"
    return f"{share * 100:.1f}".removesuffix(".0") + "%"


def interval(bounds: tuple[int, int]) -> str:
    """A half-open interval: ``[lo, hi)``."""
    return f"[{bounds[0]}, {bounds[1]})"


def size_range(smallest: int, largest: int) -> str:
    """One size, or the range of sizes."""
    return str(largest) if smallest == largest else f"{smallest}–{largest}"


def joined(texts: Iterable[str]) -> str:
    """One text where all axes agree, else one for each axis with ``×`` between them.

    Examples
    --------
    >>> joined(["11", "11"]), joined(["11", "7"])
    ('11', '11×7')
    """
    per_axis = list(texts)
    return per_axis[0] if len(set(per_axis)) == 1 else "×".join(per_axis)
