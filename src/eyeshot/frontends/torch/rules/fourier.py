"""Fourier transforms: every element of the result reads all of the transformed dimensions."""

from __future__ import annotations

from eyeshot.frontends.torch.blend import Blend, blend_of
from eyeshot.frontends.torch.rules.table import Call, dims_of, rule
from eyeshot.frontends.torch.tape import Value
from eyeshot.graph.ops import Contract

__all__: list[str] = []


@rule("_fft_r2c", "_fft_c2c", "_fft_c2r", "stft", "istft")
def transformed(call: Call) -> Value:
    """All of the transformed dimensions, each element of the others by itself."""
    x = call.solid(call.args[0])
    shape = call.shape
    if "stft" in call.func._schema.name:
        return call.opaque([x], shape, bounded=True)
    gone = set(dims_of(call.args[1], len(x.shape)))
    inner = tuple(f"i{d}" for d in range(len(x.shape)))
    outer = tuple(f"o{d}" if d in gone else f"i{d}" for d in range(len(x.shape)))
    value = call.add(Contract((inner,), outer, tuple((f"o{d}", shape[d]) for d in sorted(gone))), x)
    if "c2r" in call.func._schema.name and blend_of(call.tape, x) is Blend.PARTED:
        # Of the first and the middle frequency only the real part is read.
        return call.bounded(value)
    return value
