"""What each element of a result really reads: single elements of inputs get other numbers, and what changes is seen.

In double precision a kernel gives the same bits for what it did not read, so every change counts, however small. NaN
tells besides what is read through weights that happen to be zero. Nothing here uses the package.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

__all__ = ["changed_by_elements", "drawn"]

Bools = npt.NDArray[np.bool_]


def drawn(shape: Sequence[int], dtype: torch.dtype, generator: torch.Generator) -> Tensor:
    """Loud numbers of a type."""
    if dtype is torch.bool:
        return torch.rand(tuple(shape), generator=generator) > 0.5
    if not (dtype.is_floating_point or dtype.is_complex):
        return torch.randint(0, 4, tuple(shape), generator=generator, dtype=dtype)
    return torch.randn(tuple(shape), generator=generator, dtype=dtype) * 2


def changed_by_elements(
    function: Callable[..., object], inputs: Sequence[Tensor], *, tries: int = 6, seed: int = 0, nan: bool = True
) -> tuple[list[list[Bools]], list[list[Bools]]]:
    """Which elements of the results change with which elements of the inputs.

    Returns
    -------
    changed, poisoned : for every result a list with an array for every input, of the shape (result, input)
        Whether a finite number changed into another one; whether a NaN (or an infinity) came through.
    """
    generator = torch.Generator().manual_seed(seed)
    clean = results(function, inputs)
    changed = [[np.zeros((*y.shape, *x.shape), np.bool_) for x in inputs] for y in clean]
    poisoned = [[np.zeros((*y.shape, *x.shape), np.bool_) for x in inputs] for y in clean]
    for attempt in range(tries):
        base = [x if attempt == 0 else drawn(x.shape, x.dtype, generator) for x in inputs]
        before = results(function, base)
        for k, x in enumerate(base):
            for index in np.ndindex(*x.shape):
                for loud in _others(x[index], generator, nan=nan and attempt < 2):
                    given = [one.clone() for one in base]
                    given[k][index] = loud
                    after = results(function, given)
                    is_poison = not bool(torch.isfinite(torch.as_tensor(loud)).all())
                    table = poisoned if is_poison else changed
                    for r, (old, new) in enumerate(zip(before, after, strict=True)):
                        table[r][k][(..., *index)] |= _differs(old, new)
    return changed, poisoned


def results(function: Callable[..., object], inputs: Sequence[Tensor]) -> list[Tensor]:
    """The tensors that a function returns."""
    with torch.no_grad():
        out = function(*[x.clone() for x in inputs])
    return [out] if isinstance(out, Tensor) else [y for y in out if isinstance(y, Tensor)]  # type: ignore[attr-defined]


def _others(old: Tensor, generator: torch.Generator, *, nan: bool) -> list[object]:
    """Numbers to put in the place of one."""
    if old.dtype is torch.bool:
        return [not bool(old)]
    if not (old.dtype.is_floating_point or old.dtype.is_complex):
        return [(int(old) + more) % 4 for more in (1, 2, 3)]
    loud = torch.randn((), generator=generator, dtype=old.dtype)
    return [old + loud, loud * 9, *([math.nan] if nan else [])]


def _differs(old: Tensor, new: Tensor) -> Bools:
    if old.is_complex():
        old, new = torch.view_as_real(old.resolve_conj()), torch.view_as_real(new.resolve_conj())
        return _differs(old, new).any(-1)
    same = (old == new) | (old.isnan() & new.isnan()) if old.is_floating_point() else old == new
    return (~same).numpy()
