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
    for sample, values in zip(samples, alone, strict=True):
        if runner.run(batched(sample, 1), lambda name, t, values=values: values.update({name: t[0].clone()})):  # type: ignore[misc]
            return False
    differs: set[str] = set()
    seen: set[str] = set()

    def sees(name: str, tensor: Any) -> None:
        seen.add(name)
        for together, values in zip(tensor, alone, strict=True):
            if not _same(together, values[name]):
                differs.add(name)

    both = {name: torch.stack([sample[name] for sample in samples]) for name in samples[0]}
    return not runner.run(both, sees) and not differs and seen == alone[0].keys()


def _same(a: Any, b: Any) -> bool:
    """Whether two tensors are equal but for rounding."""
    if not (a.is_floating_point() or a.is_complex()):
        return bool((a == b).all())
    scale = float(b.abs().nan_to_num(0.0, 0.0, 0.0).max())
    tolerance = 1e-9 if a.dtype in (torch.float64, torch.complex128) else 1e-4
    return bool(((a == b) | ((a - b).abs() <= tolerance * scale)).all())


def chunks(items: list[Any], size: int) -> Iterator[list[Any]]:
    """Items in lists of at most so many."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
