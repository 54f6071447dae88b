"""Padding of every mode with crops among it, and interpolation that leaves sizes as they are."""

from itertools import product

from torch.nn import functional as F  # noqa: N812 - everyone's name for it

from torch_calls.call import Call, call


def padded(mode: str, shape: tuple[int, ...], *amounts: int) -> Call:
    return call(lambda x: F.pad(x, amounts, mode=mode), shape)


def resized(mode: str, shape: tuple[int, ...], factor: object, *, bounded: bool = False, **more: object) -> Call:
    return call(
        lambda x: F.interpolate(x, scale_factor=factor, mode=mode, **more),  # type: ignore[arg-type]
        (1, 1, *shape),
        bounded=bounded,
        nan=False,
    )


MODES = ("constant", "reflect", "replicate", "circular")
ALONG = [(a, b) for a, b in product((-2, -1, 0, 2, 4), repeat=2) if a or b]
IMPOSSIBLE = {("circular", -2, 4), ("circular", 4, -2)}
PAIRS = [(-1, 2, 2, -1), (1, -1, -2, 1), (0, 0, 1, -1), (-1, -1, 2, 2)]
TRIPLES = [(-1, 1, 1, -1, 0, 1), (0, 1, 1, -1, -1, 1)]

CALLS = {
    **{
        f"{mode} padding, {a} and {b}": padded(mode, (1, 1, 5), a, b)
        for mode in MODES
        for a, b in ALONG
        if (mode, a, b) not in IMPOSSIBLE
    },
    **{f"{mode} padding, {pair}": padded(mode, (1, 1, 4, 5), *pair) for mode in MODES for pair in PAIRS},
    **{f"{mode} padding, {triple}": padded(mode, (1, 1, 3, 2, 3), *triple) for mode in MODES for triple in TRIPLES},
    "circular padding, no batch": padded("circular", (2, 5), -1, 3),
    "linear, same size": resized("linear", (5,), 1.05),
    "linear, same size, factor recomputed": resized("linear", (5,), 1.05, recompute_scale_factor=True),
    "linear, same size, corners": resized("linear", (3,), 1.2, align_corners=True),
    "linear, one pixel": resized("linear", (1,), 1.5),
    "linear, one to three": resized("linear", (1,), 3.0),
    "bilinear, same size": resized("bilinear", (2, 3), 1.2),
    "bilinear, one size stays": resized("bilinear", (2, 3), 1.4, bounded=True),
    "bilinear, one size stays by its factor": resized("bilinear", (2, 3), (1.0, 2.0)),
    "bilinear, corners": resized("bilinear", (2, 3), (1.2, 2.0), align_corners=True),
    "trilinear, same size": resized("trilinear", (2, 3, 2), 1.2),
    "trilinear, one size stays": resized("trilinear", (1, 2, 3), (1.0, 1.2, 2.0), bounded=True),
    "bicubic, same size": resized("bicubic", (2, 3), 1.2, bounded=True),
    "bicubic, one size stays": resized("bicubic", (2, 3), (1.2, 2.0)),
    "antialiased, same size": resized("bilinear", (2, 3), 1.2, bounded=True, antialias=True),
    "antialiased, one size stays": resized("bicubic", (4, 3), (0.5, 1.2), bounded=True, antialias=True),
    "antialiased, factor one": resized("bilinear", (4, 3), (0.5, 1.0), antialias=True),
    "nearest, same size": resized("nearest", (5,), 1.05),
    "nearest exact, same size": resized("nearest-exact", (2, 3), 1.2),
    "area, same size": resized("area", (2, 3), 1.2),
}
