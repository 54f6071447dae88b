"""What a running model really reads: put NaN into one slice of its input and see which features turn NaN.

NaN passes through every sum, product, pooling and common activation, also through weights of zero, so each forward
pass tells for every feature of every module whether it reads the slice. Nothing here uses the package.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

Bools = npt.NDArray[np.bool_]


def results(model: torch.nn.Module, args: tuple[Any, ...]) -> dict[str, Any]:
    """The result of every module call by its name, and of the model by the name ''."""
    found: dict[str, Any] = {}
    counts: dict[str, int] = {}

    def keep(path: str) -> Callable[..., None]:
        def hook(_module: Any, _args: Any, output: Any) -> None:
            counts[path] = counts.get(path, 0) + 1
            label = path if counts[path] == 1 else f"{path}.{counts[path]}"
            if isinstance(output, torch.Tensor):
                found[label] = output.clone()

        return hook

    handles = [m.register_forward_hook(keep(path)) for path, m in model.named_modules() if path]
    try:
        with torch.no_grad():
            output = model(*args)
    finally:
        for handle in handles:
            handle.remove()
    found[""] = output
    return found


def readings(model: torch.nn.Module, x: torch.Tensor, dim: int, *, by_change: bool = False) -> dict[str, Bools]:
    """For every module result which indices along one input dimension each element reads: shape (*result, n).

    With `by_change` a slice gets other numbers instead, and what changes reads it: right for linear modules.
    """
    clean = results(model, (x,))
    read = {k: np.zeros((*v.shape, x.shape[dim]), np.bool_) for k, v in clean.items() if isinstance(v, torch.Tensor)}
    for i in range(x.shape[dim]):
        poisoned = x.clone()
        piece = poisoned.select(dim, i)
        piece.copy_(torch.rand_like(piece) + 1) if by_change else piece.fill_(math.nan)
        for name, value in results(model, (poisoned,)).items():
            if name in read:
                changed = (value - clean[name]).abs() > 1e-9 if by_change else torch.isnan(value)
                read[name][..., i] = changed.numpy()
    return read


def hulls(read: Bools) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First index read and one behind the last, 0 and 0 where nothing is read."""
    n = read.shape[-1]
    some = read.any(axis=-1)
    lo = np.where(some, read.argmax(axis=-1), 0)
    hi = np.where(some, n - read[..., ::-1].argmax(axis=-1), 0)
    return lo.astype(np.int64), hi.astype(np.int64)


def pixels_of(model: torch.nn.Module, x: torch.Tensor, dims: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Any]]:
    """For every pixel of the input the elements of the result that read it."""
    for index in np.ndindex(*[x.shape[d] for d in dims]):
        poisoned = x.clone()
        where: list[Any] = [slice(None)] * x.dim()
        for d, i in zip(dims, index, strict=True):
            where[d] = i
        poisoned[tuple(where)] = math.nan
        with torch.no_grad():
            yield index, torch.isnan(model(poisoned)).numpy()
