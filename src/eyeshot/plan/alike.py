"""Whether an op reads a tile as it reads the whole image, along one dimension, and for which output indices.

Both readings are index maps. They are alike if some shift of the output makes one the other: then output index ``i``
of the tile does with its operand what output index ``i + shift`` of the whole does. It is right if all that it
reads is right: no tap may fall beyond a cut, where the tile was padded and the image goes on. Beyond the image's own
border the tile is padded as the image is.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from eyeshot.index.border import Border
from eyeshot.index.maps import IndexMap
from eyeshot.plan.parts import Part, fixed

__all__ = ["Unlike", "beside", "read"]

_FAR = 2**60


class Unlike(Exception):  # noqa: N818 - it is an answer and not an error
    """A reading of the tile that is not that of the whole."""

    @property
    def reason(self) -> str:
        """Why, as the end of a sentence that begins with the node."""
        return str(self.args[0])


def read(part: Part, whole: IndexMap, tile: IndexMap) -> Part:
    """What an op makes of one part of its operand.

    Parameters
    ----------
    part : Part
        The operand's dimension.
    whole, tile : IndexMap
        How the op reads it in the whole and in the tile.

    Returns
    -------
    Part
        The output's dimension.

    Raises
    ------
    Unlike
        If it reads the tile in another way; says how.
    """
    if part.is_complete and whole == tile:
        return fixed(whole.n_out, part.axis)
    if part.is_complete and (_is_broadcast(whole, tile) or (whole.is_constant and tile.is_constant)):
        if part.whole > 1 and whole.taps != tile.taps:
            raise Unlike("reads other places of a constant in a tile")
        return Part(whole.n_out, tile.n_out, None, 0, tile.n_out)
    if part.is_uniform:
        return _read_uniform(whole, tile)
    _check_lawful(whole, tile)
    if tile.border is Border.WRAP and not tile.stays_inside():
        raise Unlike("wraps around to the far end of the axis")
    if (whole.period, whole.advance) != (tile.period, tile.advance):
        raise Unlike(
            f"steps by {tile.advance}/{tile.period} in a tile but by {whole.advance}/{whole.period} in the whole"
        )
    shift = _shift(part.shift or 0, whole, tile)
    if shift is None:
        raise Unlike("stands at another phase in a tile than in the whole")
    start, stop = _right(part, tile, tile.border if tile.border is whole.border else Border.WRAP)
    start, stop = max(start, 0, -shift), min(stop, tile.n_out, whole.n_out - shift)
    return Part(whole.n_out, tile.n_out, shift, start, max(start, stop), part.axis)


def _check_lawful(whole: IndexMap, tile: IndexMap) -> None:
    """Refuse readings that no law continues from a tile into the whole."""
    if tile.is_whole:
        raise Unlike("reads the whole axis")
    if tile.advance == 0 and tile.n_in > 1:
        raise Unlike("picks places by a list and not by a law")
    if not _keeps_law(whole) or not _keeps_law(tile):
        raise Unlike("picks places that depend on the size of the image")


def beside(part: Part, whole: IndexMap, tile: IndexMap, shift: int) -> Part:
    """An operand that is laid beside others which are shifted: right where neither the tile nor the whole has it.

    The zeros that a causal network puts before its input are an example: a tile in the middle has them too, where
    the whole has data.
    """
    n = part.whole
    here, there = -tile.taps[0][0], -whole.taps[0][0] - shift
    if here == there:
        return Part(whole.n_out, tile.n_out, shift, max(0, -shift), min(tile.n_out, whole.n_out - shift), part.axis)
    ends = sorted({0, tile.n_out, *(min(max(e, 0), tile.n_out) for e in (here, here + n, there, there + n))})
    free = [
        (a, b)
        for a, b in itertools.pairwise(ends)
        if not any(at < b and a < at + n for at in (here, there))
    ]  # fmt: skip
    start, stop = max(free, key=lambda run: run[1] - run[0], default=(0, 0))
    return Part(whole.n_out, tile.n_out, shift, start, stop, part.axis)


def _read_uniform(whole: IndexMap, tile: IndexMap) -> Part:
    """Of something that is the same at every index; the same again where equally many taps fall inside."""
    counts = {len(taps) for reading in (whole, tile) for taps in reading.taps}
    if len(counts) > 1 or tile.is_whole or whole.is_whole or not (whole.stays_inside() and tile.stays_inside()):
        raise Unlike("reads a constant whose size depends on the image's")
    return Part(whole.n_out, tile.n_out, None, 0, tile.n_out)


def _is_broadcast(whole: IndexMap, tile: IndexMap) -> bool:
    """Whether a single element is interpolated to any size: it is the same everywhere."""
    return whole.n_in == tile.n_in == 1 and whole.border is tile.border is Border.CLAMP


def _keeps_law(reading: IndexMap) -> bool:
    """Whether taps follow the law at every output index: also where an operand is laid into a longer output."""
    return reading.lawful or (reading.period == reading.advance == 1 and reading.border is Border.NOTHING)


def _shift(before: int, whole: IndexMap, tile: IndexMap) -> int | None:
    """The output's shift that makes the tile's taps those of the whole; None if there is none."""
    for shift in _candidates(before, whole, tile):
        if all(_moved(tile, i, before) == tuple(whole.law(i + shift)) for i in range(tile.period)):
            return shift
    return None


def _candidates(before: int, whole: IndexMap, tile: IndexMap) -> Iterator[int]:
    if before % tile.advance == 0:
        yield before // tile.advance * tile.period
    first = next((i for i, taps in enumerate(tile.taps) if len(taps)), None)
    if first is None:
        return
    for phase, taps in enumerate(whole.taps):
        if len(taps) and (tile.taps[first][0] + before - taps[0]) % tile.advance == 0:
            yield phase + (tile.taps[first][0] + before - taps[0]) // tile.advance * tile.period - first


def _moved(reading: IndexMap, i: int, by: int) -> tuple[int, ...]:
    return tuple(tap + by for tap in reading.law(i))


def _right(part: Part, tile: IndexMap, border: Border) -> tuple[int, int]:
    """Output indices of a tile of which every tap is right."""
    low, high = _zone(part, border)
    start, stop = -_FAR, _FAR
    for phase, taps in enumerate(tile.taps):
        if len(taps) == 0:
            continue
        near, far = min(taps[0], taps[-1]), max(taps[0], taps[-1])
        if tile.advance > 0:
            first, last = -((near - low) // tile.advance), (high - 1 - far) // tile.advance
        else:
            first, last = -((high - 1 - far) // -tile.advance), (near - low) // -tile.advance
        start = max(start, phase + tile.period * (first - 1) + 1)
        stop = min(stop, phase + tile.period * (last + 1))
    return start, stop


def _zone(part: Part, border: Border) -> tuple[int, int]:
    """Operand indices ``[low, high)``, beyond the ends too, that mean in the tile what they mean in the whole.

    What wraps around reads the far end, which a tile does not have.
    """
    low, high = part.start, part.stop
    if part.shift == 0 and part.start == 0 and border is not Border.WRAP:
        low = -(part.stop - 1) if border is Border.REFLECT else -_FAR
    if (part.shift or 0) + part.tile == part.whole and part.stop == part.tile and border is not Border.WRAP:
        high = 2 * part.tile - 1 - part.start if border is Border.REFLECT else _FAR
    return low, high
