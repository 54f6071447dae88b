"""Runs on clean inputs: whether a model is fit for a proof, and whether several inputs may go through it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch

from eyeshot.errors import InputError
from eyeshot.measure.runner import Runner

__all__ = ["batched", "checked", "takes_batches"]

Tensors = dict[str, Any]


def batched(tensors: Mapping[str, Any], count: int) -> Tensors:
    """The same inputs several times, in memory of their own."""
    return {name: tensor.unsqueeze(0).repeat(count, *(1,) * tensor.dim()) for name, tensor in tensors.items()}


def checked(runner: Runner, clean: Tensors) -> tuple[list[str], str]:
    """Run a model twice on one clean input.

    Returns
    -------
    names : list of str
        The values that were seen.
    fault : str
        Why not all of them were; empty if all were.

    Raises
    ------
    InputError
        If it makes NaN of it, or other numbers each time.
    """
    first, fault = _digests(runner, clean)
    second, again = _digests(runner, clean)
    for name, digest in first.items():
        if digest != second.get(name):
            raise InputError(
                f"{_named(runner, name)} must hold the same numbers in two runs on one input, but they differ: the "
                "model is random; put it into evaluation mode (model.eval()) or take its random layers out"
            )
    if fault != again:
        raise InputError(f"two runs on one input must do the same, but the second time {again or 'it goes on'}")
    return list(first), fault


def _digests(runner: Runner, clean: Tensors) -> tuple[dict[str, tuple[float, ...]], str]:
    found: dict[str, tuple[float, ...]] = {}

    def sees(name: str, tensor: Any) -> None:
        values = tensor.detach()
        if bool(values.isnan().any()):
            raise InputError(
                f"{_named(runner, name)} must be without NaN for a clean input, but holds "
                f"{int(values.isnan().sum())} of {values.numel()}; NaN of the model's own hides what is put into it"
            )
        flat = (values.abs() if values.is_complex() else values).to(torch.float64).flatten()
        # Sums with two sorts of weights: equal ones, and growing ones.
        found.setdefault(name, (float(flat.sum()), float(flat @ torch.arange(1.0, len(flat) + 1, dtype=flat.dtype))))

    fault = runner.run(batched(clean, 1), sees)
    return found, fault


def _named(runner: Runner, name: str) -> str:
    """A value by its name and by what makes it."""
    source = runner.graph.by_name[name].source
    return f"`{name}` ({source})" if source and source != name else f"`{name}`"


def takes_batches(runner: Runner, samples: tuple[Tensors, Tensors]) -> bool:
    """Whether two inputs at once give, value for value, what each gives alone."""
    alone: list[dict[str, Any]] = [{}, {}]
    for sample, sums in zip(samples, alone, strict=True):
        if runner.run(batched(sample, 1), lambda name, t, sums=sums: sums.update({name: _sums(t[0])})):  # type: ignore[misc]
            return False
    differs: set[str] = set()
    seen: set[str] = set()

    def sees(name: str, tensor: Any) -> None:
        seen.add(name)
        for together, sums in zip(tensor, alone, strict=True):
            if not _same(_sums(together), sums[name], tensor.dtype):
                differs.add(name)

    both = {name: torch.stack([sample[name] for sample in samples]) for name in samples[0]}
    return not runner.run(both, sees) and not differs and seen == alone[0].keys()


def _sums(tensor: Any) -> Any:
    """Two sums with different weights, and the same of the sizes: all values of a large model would not fit."""
    parts = torch.view_as_real(tensor) if tensor.is_complex() else tensor
    flat = parts.to(torch.float64).flatten().nan_to_num(0.0, 1.0, -1.0)
    growing = torch.linspace(0.5, 1.5, len(flat), dtype=flat.dtype)
    return torch.stack([flat.sum(), flat @ growing, flat.abs().sum(), flat.abs() @ growing])


def _same(a: Any, b: Any, number: Any) -> bool:
    """Whether the sums of two tensors are equal but for rounding."""
    tolerance = 1e-9 if number in (torch.float64, torch.complex128) else 1e-4
    return bool(((a - b).abs() <= tolerance * b[3]).all())


def chunks(items: list[Any], size: int) -> Iterator[list[Any]]:
    """Items in lists of at most so many."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
