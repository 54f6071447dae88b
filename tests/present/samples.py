"""Results written by hand, for presenters to show."""

from collections.abc import Iterable
from fractions import Fraction

from eyeshot.analyses.results import AxisField, InputInfo, LayerField, Reach, Region, Scope, Table
from eyeshot.graph.access import Shape, Status

IMAGE_AXES = (("y", 2), ("x", 3))


def axis(
    name: str,
    n: int,
    jump: Fraction | float,
    size: int,
    start: Fraction | float,
    *,
    of: str = "input",
    size_min: int | None = None,
    period: int | None = 1,
    is_global: bool = False,
    local_size: int | None = None,
    misaligned: int = 0,
    status: Status = Status.EXACT,
) -> AxisField:
    """A field along one axis; its local size is its size unless it is global."""
    return AxisField(
        input=of,
        axis=name,
        n=n,
        jump=Fraction(jump),
        size=size,
        size_min=size if size_min is None else size_min,
        start=Fraction(start),
        padding=0,
        period=period,
        reach=Scope.GLOBAL if is_global else Scope.LOCAL,
        local_size=local_size if is_global else size,
        misaligned=Fraction(misaligned),
        status=status,
    )


def row(
    name: str,
    source: str,
    shape: Shape,
    axes: Iterable[AxisField],
    status: Status = Status.EXACT,
    blamed: tuple[str, ...] = (),
) -> LayerField:
    """One row of a table."""
    return LayerField(name, name, "window", source, shape, tuple(axes), status, blamed)


def _alexnet() -> Table:
    layers = (
        ("conv1", "conv", 96, 55, 4, 11, 5.5),
        ("pool1", "maxpool", 96, 27, 8, 19, 9.5),
        ("conv2", "conv", 256, 27, 8, 51, 9.5),
        ("pool2", "maxpool", 256, 13, 16, 67, 17.5),
        ("conv3", "conv", 384, 13, 16, 99, 17.5),
        ("conv4", "conv", 384, 13, 16, 131, 17.5),
        ("conv5", "conv", 256, 13, 16, 163, 17.5),
        ("pool5", "maxpool", 256, 6, 32, 195, 33.5),
        ("fc6-conv", "conv", 4096, 1, 32, 355, 113.5),
        ("fc7-conv", "conv", 4096, 1, 32, 355, 113.5),
    )
    rows = [
        row(name, kind, (1, c, n, n), [axis(a, n, j, r, start) for a in ("y", "x")])
        for name, kind, c, n, j, r, start in layers
    ]
    return Table("alexnet", Status.EXACT, (InputInfo("input", (1, 3, 227, 227), IMAGE_AXES),), tuple(rows))


def _odd() -> Table:
    """Every mark, every odd number, hostile and long names."""
    bounded, unsupported = Status.BOUNDED, Status.UNSUPPORTED
    gate = "backbone.layer1.0.squeeze_excite.reduce_and_gate.conv2"
    rows = (
        row("stem.conv1", "conv", (1, 64, 80, 112), [axis("y", 80, 2, 7, 0.5), axis("x", 112, 2, 5, 0.5)]),
        row(gate, "conv", (1, 64, 80, 112), [_both("y", 80), _both("x", 112)]),
        row("join", "add", (1, 64, 80, 80), [axis(a, 80, 2, 8, 0, misaligned=1) for a in "yx"]),
        row(
            "up\x1b[31m\n3|<b>_&",
            "upsample",
            (1, 64, 160, 224),
            [axis(a, n, 0.5, 204, Fraction(1, 3), size_min=188, period=16) for a, n in (("y", 160), ("x", 224))],
        ),
        row("deform", "deform_conv", (1, 64, 80, 80), [_whole(a, bounded) for a in "yx"], bounded, ("deform",)),
        row(
            "nms",
            "custom::nms",
            (1, 64, 80, 80),
            [_whole(a, unsupported) for a in "yx"],
            unsupported,
            ("deform", "nms"),
        ),
        row("mean", "mean", (1, 64, 1, 112), [_whole("y", Status.EXACT), axis("x", 112, 2, 5, 0.5)]),
        row("buffer", "constant", (5,), []),
    )
    note = "Captured in evaluation mode, so dropout layers are not shown and batch normalisation is one operation."
    inputs = (InputInfo("input", (1, 3, 160, 224), IMAGE_AXES),)
    return Table("odd \x1b[31mnet", unsupported, inputs, rows, (note,), operations=1234)


def _both(name: str, n: int) -> AxisField:
    return axis(name, n, 2, 160, 0.5, is_global=True, local_size=7)


def _whole(name: str, status: Status) -> AxisField:
    return axis(name, 1, 0, 160, 80, is_global=True, status=status)


def _siamese() -> Table:
    left = [axis(a, 32, 2, 7, 0.5, of="left") for a in "yx"]
    right = [axis(a, 32, 2, 11, 0.5, of="right") for a in "yx"]
    inputs = (InputInfo("left", (1, 3, 64, 64), IMAGE_AXES), InputInfo("right", (1, 3, 64, 96), IMAGE_AXES))
    rows = (row("conv1", "conv", (1, 8, 32, 32), left), row("cost", "add", (1, 8, 32, 32), [*left, *right]))
    return Table("siamese", Status.EXACT, inputs, rows)


TABLES = {"alexnet": _alexnet(), "odd": _odd(), "siamese": _siamese()}


def _span(*bounds: tuple[int, int]) -> tuple[tuple[tuple[int, int], ...], ...]:
    return tuple((bound,) for bound in bounds)


_EVERY_OTHER = tuple((i, i + 1) for i in range(50_000, 50_017, 2))

REGIONS = {
    "plain": Region(
        "conv2", (5, 7), "input", ("y", "x"), (227, 227), ((24, 75), (40, 91)), ((24, 75), (40, 91)),
        (_span((24, 75), (40, 91)),), (False, False), Status.EXACT, 2601,
    ),
    "padded": Region(
        "fc6", (0, 0), "input", ("y", "x"), (227, 227), ((-64, 291), (-64, 291)), ((0, 227), (0, 227)),
        (_span((0, 227), (0, 227)),), (False, False), Status.EXACT, 227 * 227,
    ),
    "holes": Region(
        "conv2", (1, 1), "input", ("y", "x"), (9, 9), ((1, 6), (1, 6)), ((1, 6), (1, 6)),
        ((((1, 2), (3, 4), (5, 6)), ((1, 2), (3, 4), (5, 6))),), (False, False), Status.EXACT, 9,
    ),
    "bounded": Region(
        "deform", (0, 0), "input", ("y", "x"), (9, 9), ((-5, 6), (0, 9)), ((0, 6), (0, 9)),
        (_span((0, 6), (0, 9)),), (False, True), Status.BOUNDED, 54,
    ),
    "unsupported": Region(
        "nms", (0,), "input", ("t",), (40,), ((0, 40),), ((0, 40),), (_span((0, 40)),), (True,),
        Status.UNSUPPORTED, 40,
    ),
    "huge": Region(
        "conv3", (12500, 3), "input", ("y", "x"), (100_000, 100_000), ((50_000, 50_017), (99_990, 100_007)),
        ((50_000, 50_017), (99_990, 100_000)), ((_EVERY_OTHER, ((99_990, 100_000),)),), (False, False),
        Status.EXACT, 90,
    ),
    "causal": Region(
        "tcn", (0,), "input", ("t",), (40,), ((-15, 16),), ((0, 16),), (_span((0, 16)),), (False,),
        Status.EXACT, 16,
    ),
    "volume": Region(
        "conv", (0, 6, 6), "input", ("z", "y", "x"), (16, 16, 16), ((-1, 2), (4, 9), (4, 9)),
        ((0, 2), (4, 9), (4, 9)), (_span((0, 2), (4, 9), (4, 9)),), (False, False, False), Status.EXACT, 50,
    ),
    "nothing": Region(
        "pad", (0, 0), "input", ("y", "x"), (9, 9), ((0, 0), (0, 0)), ((0, 0), (0, 0)), (), (False, False),
        Status.EXACT, 0,
    ),
    "beyond": Region(
        "deep", (0, 0), "input", ("y", "x"), (16, 16), ((-1000, 1000), (-1000, 1000)), ((0, 16), (0, 16)),
        (_span((0, 16), (0, 16)),), (False, False), Status.EXACT, 256,
    ),
}  # fmt: skip

REACHES = (
    Reach(
        "conv1", "input", (120, 64), ("y", "x"), (55, 55), ((28, 31), (14, 17)), (_span((28, 31), (14, 17)),), 9,
        Status.EXACT,
    ),
    Reach(
        "features.layer4.2.downsample.0.convolution.with.a.long\x1bname", "input", (120, 64), ("y", "x"), (55, 55),
        ((0, 55), (0, 55)), (_span((0, 55), (0, 55)),), 3025, Status.BOUNDED,
    ),
    Reach("gone", "input", (120, 64), ("y", "x"), (3, 3), ((0, 0), (0, 0)), (), 0, Status.UNSUPPORTED),
)  # fmt: skip
