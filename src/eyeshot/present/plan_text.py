"""A plan of tiles for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eyeshot.plan.results import Option, Output, Rounding, Sizes, Tiling, Verdict
from eyeshot.plan.trial import Check, Curve, TileError
from eyeshot.present.columns import Column, fitted, lines_of
from eyeshot.present.numerals import numeral
from eyeshot.present.screen import TERMINAL, Line, Screen, ansi_text, wrapped

__all__ = ["check_text", "curve_text", "plan_text"]

_LABEL = 9
_STYLES = {Verdict.EXACT: "exact", Verdict.ALIGNED: "exact", Verdict.IMPOSSIBLE: "unsupported"}
_MOST = 20
"""Obstacles that are listed one by one."""


def plan_text(tiling: Tiling, screen: Screen = TERMINAL, *, sizes: Sequence[Sizes] = ()) -> str:
    """The plan in numbers and sentences.

    Parameters
    ----------
    tiling : Tiling
        What to show.
    screen : Screen
        Width, and whether colours and Unicode are shown.
    sizes : sequence of Sizes
        Valid image sizes per axis, if they were asked for.

    Returns
    -------
    str
        Lines ended by a newline, none longer than the screen is wide.
    """
    return ansi_text(_lines(tiling, screen, sizes), screen)


def _lines(tiling: Tiling, screen: Screen, sizes: Sequence[Sizes]) -> Iterator[Line]:
    model, name = screen.name(tiling.model), screen.name(tiling.input)
    title = f"{model} in tiles · {name} {_by(tiling.image)} · {tiling.verdict.value}"
    title += " · partial" * bool(tiling.ended)
    yield from wrapped(title, screen, style="partial" if tiling.ended else _STYLES[tiling.verdict])
    yield ()
    if tiling.is_possible:
        yield from _cuts(tiling, screen)
        yield ()
        for label, text in _facts(tiling, sizes, screen):
            yield from wrapped(text, screen, first=f"{label:{_LABEL}}", indent=" " * _LABEL)
    else:
        yield from _obstacles(tiling, screen)
    if tiling.options:
        yield ()
        yield from _options(tiling.options, screen)
    for note in tiling.notes:
        yield ()
        yield from wrapped(screen.name(note), screen, first="note: ", indent="      ")


def _cuts(tiling: Tiling, screen: Screen) -> list[Line]:
    cuts = tiling.axes
    columns = [
        Column("axis", tuple(screen.name(cut.axis) for cut in cuts)),
        Column("image", tuple(str(cut.n) for cut in cuts), is_number=True),
        Column("tile", tuple(str(cut.size) for cut in cuts), "title", is_number=True),
        Column("step", tuple(str(cut.core) for cut in cuts), is_number=True),
        Column("halo", tuple(_sides(cut.halo) for cut in cuts), "title", is_number=True),
        Column("margin", tuple(_sides(cut.margin) for cut in cuts), is_number=True),
        Column("aligned to", tuple(str(cut.alignment) for cut in cuts), is_number=True),
        Column("tiles", tuple(str(len(cut.reads)) for cut in cuts), is_number=True),
    ]
    return _table(columns, [""] * len(cuts), screen)


def _facts(tiling: Tiling, sizes: Sequence[Sizes], screen: Screen) -> Iterator[tuple[str, str]]:
    """Labels and sentences."""
    count = len(tiling)
    computed = f", which together compute {tiling.recomputation:.3g} images" if count > 1 else ", the image as it is"
    yield "tiles", f"{count:,}{computed}"
    taken = _bytes(tiling.bytes)
    if tiling.weights:
        yield "memory", f"{taken} for one tile, and {_bytes(tiling.weights)} of weights"
    else:
        yield "memory", f"{taken} of values at a time for one tile, weights not counted"
    for output in tiling.outputs:
        yield "output", _output(output, tiling, screen)
    for cut, valid in zip(tiling.axes, sizes, strict=bool(sizes)):
        yield "sizes", f"along {screen.name(cut.axis)}: {valid}"
    if tiling.roundings:
        yield "rounding", _rounding(tiling.roundings, screen)
    if tiling.verdict is Verdict.ALIGNED:
        steps = "×".join(str(cut.alignment) for cut in tiling.axes)
        yield "aligned", f"exact only with tiles that begin on a grid of {steps} pixels, as these do"


def _output(output: Output, tiling: Tiling, screen: Screen) -> str:
    text = f"{screen.name(output.name)} {_by(output.shape)}"
    jumps = [law.jump for law in output.laws]
    if any(jump != 1 for jump in jumps):
        text += f", a feature every {'×'.join(numeral(jump) for jump in jumps)} pixels"
    halos = [(law.before, law.after) for law in output.laws]
    if len(tiling.outputs) > 1:
        text += f", halo {', '.join(map(_sides, halos))}"
    return text


def _rounding(roundings: Sequence[Rounding], screen: Screen) -> str:
    listed = "; ".join(_off(one, screen) for one in roundings[:_MOST])
    more = f" and {len(roundings) - _MOST} more" if len(roundings) > _MOST else ""
    return (
        "PyTorch computes in float32 where it resamples. At the far end of the whole that is off by about so many "
        f"pixels of what is resampled, in a tile by less: {listed}{more}. A model in float64 has no such difference"
    )


def _off(one: Rounding, screen: Screen) -> str:
    sides = (f"{px:.2g} along {screen.name(axis)}" for axis, px in zip(one.axes, one.pixels, strict=True))
    return f"{screen.name(one.node)} {', '.join(sides)}"


def _obstacles(tiling: Tiling, screen: Screen) -> Iterator[Line]:
    yield from wrapped("Tiles cannot give what the whole image gives, because of:", screen)
    shown = tiling.obstacles[:_MOST]
    columns = [
        Column("node", tuple(screen.name(node) or "the model" for node, _, _ in shown), "title", least=12),
        Column("operation", tuple(screen.name(source) for _, source, _ in shown), least=8, optional=True),
        Column("why", tuple(screen.name(reason) for _, _, reason in shown), least=20),
    ]
    if all(node for node, _, _ in shown):
        yield ()
        yield from _table(columns, [""] * len(shown), screen)
    else:
        for node, _, reason in shown:
            yield from wrapped(f"{screen.name(node) or 'the model'} {screen.name(reason)}", screen, indent="  ")
    if len(tiling.obstacles) > _MOST:
        yield ((f"and {len(tiling.obstacles) - _MOST} more", "dim"),)


def _options(options: Sequence[Option], screen: Screen) -> list[Line]:
    columns = [
        Column("", tuple("→" if option.recommended else " " for option in options)),
        Column("tile", tuple(_by(option.size) for option in options), is_number=True),
        Column("tiles", tuple(f"{option.tiles:,}" for option in options), is_number=True),
        Column("computed", tuple(f"{option.recomputation:.2f}×" for option in options), is_number=True),
        Column("memory", tuple(_bytes(option.bytes) for option in options), is_number=True),
    ]
    return _table(columns, ["title" if option.recommended else "" for option in options], screen)


def check_text(check: Check, screen: Screen = TERMINAL) -> str:
    """Tiled against whole, in words."""
    word = "equal up to rounding" if check.holds else "NOT equal"
    title = f"tiles against the whole · {_by(check.extents)} in {check.tiles} tiles of {_by(check.size)}"
    title += f" · {check.number}" * (check.number != "float32") + f" · {word}"
    lines: list[Line] = [*wrapped(title, screen, style="exact" if check.holds else "unsupported"), ()]
    columns = [
        Column("output", tuple(screen.name(one.name) for one in check.outputs), least=8),
        Column("largest error", tuple(f"{one.largest:.2g}" for one in check.outputs), is_number=True),
        Column("in σ of the output", tuple(f"{one.relative:.2g}" for one in check.outputs), is_number=True),
    ]
    lines += _table(columns, [""] * len(check.outputs), screen)
    if check.real:
        lines += [(), *wrapped("tiles of the plan's own size against larger crops of the image", screen), ()]
        lines += _table(_real_columns(check.real), [""] * len(check.real), screen)
    if check.is_rounded:
        text = (
            f"note: the model does not run in float64, so what {check.number} rounds where it resamples is in these "
            "errors, and may be all of them"
        )
        lines += [(), *wrapped(text, screen, indent="      ")]
    return ansi_text(lines, screen)


def _real_columns(tiles: Sequence[TileError]) -> list[Column]:
    return [
        Column("tile", tuple(",".join(map(str, tile.index)) for tile in tiles)),
        Column("pixels", tuple(_by([stop - start for start, stop in tile.read]) for tile in tiles), is_number=True),
        Column("crop", tuple(_by([stop - start for start, stop in tile.crop]) for tile in tiles), is_number=True),
        Column("in σ of the output", tuple(f"{tile.relative:.2g}" for tile in tiles), is_number=True),
    ]


def curve_text(curve: Curve, screen: Screen = TERMINAL) -> str:
    """Error against halo as a table, the worst output at each width."""
    worst = [max(point.errors, key=lambda one: one.relative) for point in curve.points]
    columns = [
        Column("margin", tuple(" ".join(map(_sides, dict.fromkeys(p.margin))) for p in curve.points), is_number=True),
        Column("computed", tuple(f"{point.recomputation:.2f}×" for point in curve.points), is_number=True),
        Column("largest error", tuple(f"{one.relative:.2g} σ" for one in worst), "title", is_number=True),
        Column("mean error", tuple(f"{_mean(one.mean, one.deviation):.2g} σ" for one in worst), is_number=True),
    ]
    return ansi_text(_table(columns, [""] * len(curve.points), screen), screen)


def _mean(mean: float, deviation: float) -> float:
    return mean / deviation if deviation else mean


def _table(columns: list[Column], styles: Sequence[str], screen: Screen) -> list[Line]:
    shown = fitted(columns, screen)
    if shown is not None:
        return lines_of(shown, styles)
    rows = zip(*(column.cells for column in columns), strict=True)
    heads = [column.head for column in columns]
    texts = (", ".join(f"{head} {cell}" for head, cell in zip(heads, row, strict=True)) for row in rows)
    return [line for text in texts for line in wrapped(text, screen, indent="  ")]


def _by(sizes: Sequence[int]) -> str:
    return "×".join(map(str, sizes))


def _sides(pair: tuple[int, int]) -> str:
    return f"{pair[0]}+{pair[1]}"


def _bytes(size: int) -> str:
    for unit, scale in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            return f"{size / scale:.3g} {unit}"
    return f"{size} bytes"
