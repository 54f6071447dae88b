"""Arguments of a model with numbers in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from eyeshot.frontends.torch.inputs import Arguments
from eyeshot.graph.core import Value

__all__ = ["Filled", "clean_tensor", "doubled"]

_SHORTER = ("float16", "bfloat16", "float32", "half", "float")


def doubled(given: Any) -> Any:
    """What a caller says of the inputs, with all numbers that have fractions in double precision."""
    if isinstance(given, torch.Tensor):
        return given.double() if given.is_floating_point() else given
    if isinstance(given, Mapping):
        return {key: doubled(value) for key, value in given.items()}
    if isinstance(given, list) and not all(isinstance(n, int) for n in given):
        return [doubled(value) for value in given]
    size, kind = given, "float64"
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], str | torch.dtype):
        size, kind = given[0], str(given[1]).removeprefix("torch.")
    elif isinstance(given, str) and ":" in given:
        size, _, kind = map(str.strip, given.partition(":"))
    return (size, "float64" if kind in _SHORTER else kind)


class Filled:
    """Puts numbers where the arguments that a model was read with have shapes only.

    Parameters
    ----------
    arguments : Arguments
        What the model was read with.
    given : object
        What the user gave: tensors in it bring their numbers.
    """

    def __init__(self, arguments: Arguments, given: Any) -> None:
        self._arguments = arguments
        self._names = {id(tensor): name for name, tensor in arguments.tensors}
        self.numbers: dict[str, Any] = {}
        """Tensors that the user gave with their numbers, by the input's name."""
        if isinstance(given, Mapping):
            for key, blank in arguments.kwargs.items():
                self._take(blank, given[key])
        elif len(arguments.args) == 1 and not (isinstance(given, list) and len(given) == 1):
            self._take(arguments.args[0], given)
        else:
            for blank, one in zip(arguments.args, given, strict=True):
                self._take(blank, one)

    def filled(self, tensors: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Positional and named arguments with these tensors in them."""
        args = tuple(self._put(blank, tensors) for blank in self._arguments.args)
        return args, {key: self._put(blank, tensors) for key, blank in self._arguments.kwargs.items()}

    def _take(self, blank: Any, given: Any) -> None:
        if isinstance(given, torch.Tensor):
            self.numbers[self._names.get(id(blank), "")] = given.detach().cpu()
        elif isinstance(blank, list) and isinstance(given, list):
            for one, number in zip(blank, given, strict=True):
                self._take(one, number)
        elif isinstance(blank, Mapping) and isinstance(given, Mapping):
            for key, one in blank.items():
                self._take(one, given[key])

    def _put(self, blank: Any, tensors: Mapping[str, Any]) -> Any:
        if isinstance(blank, torch.Tensor):
            name = self._names.get(id(blank))
            # A tensor without dimensions is no input, but a setting.
            return tensors[name] if name is not None else self.numbers.get("", torch.zeros((), dtype=blank.dtype))
        if isinstance(blank, list):
            return [self._put(one, tensors) for one in blank]
        return {key: self._put(one, tensors) for key, one in blank.items()} if isinstance(blank, Mapping) else blank


def clean_tensor(value: Value, number: Any, generator: torch.Generator, *, below: int) -> Any:
    """Random numbers for an input: between 0.1 and 1.1, or, where they are integers, below `below`."""
    if number.is_floating_point or number.is_complex:
        real = torch.float64 if number.is_complex else number
        return (torch.rand(value.shape, generator=generator, dtype=real) + 0.1).to(number)
    if number is torch.bool:
        return torch.rand(value.shape, generator=generator) < 0.5
    return torch.randint(0, below, value.shape, generator=generator).to(number)
