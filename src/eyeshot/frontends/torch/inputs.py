"""From what a caller says of the inputs to the arguments of a model: tensors without numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from eyeshot.errors import EyeshotError, InputError
from eyeshot.frontends.torch.blank import blank_like
from eyeshot.frontends.torch.shapes import Convolution, first_convolution, is_size, layouts_of, size_of
from eyeshot.graph.access import Shape
from eyeshot.graph.validate import check_size

__all__ = ["Arguments", "InputTensor", "arguments_of"]

_SHORTER = (torch.float16, torch.bfloat16, torch.float32)


@dataclass(frozen=True, slots=True)
class InputTensor:
    """One input among the arguments of a model.

    Parameters
    ----------
    name : str
        What it is called in the graph; a module path is always the module's.
    given : str
        What the caller calls it.
    tensor : Tensor
        The argument, without numbers.
    layout : str
        A letter for each dimension.
    numbers : Tensor or None
        Its numbers, where the caller gave some.
    """

    name: str
    given: str
    tensor: Any
    layout: str = ""
    numbers: Any = None


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a model is called with.

    Parameters
    ----------
    args, kwargs : tuple, dict
        Positional and named arguments.
    inputs : tuple of InputTensor
        The inputs among them. All else is passed as the caller gave it.
    written : str
        The size that was filled up to a shape, as the caller wrote it; empty if nothing was filled in.
    """

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    inputs: tuple[InputTensor, ...]
    written: str = ""

    def doubled(self) -> Arguments:
        """The same with all numbers that have fractions in double precision."""
        wide = {id(one.tensor): _wide(one.tensor) for one in self.inputs}

        def change(tensor: Any) -> Any:
            return wide.get(id(tensor), _wide(tensor))

        inputs = tuple(replace(one, tensor=wide[id(one.tensor)]) for one in self.inputs)
        return replace(self, args=_changed(self.args, change), kwargs=_changed(self.kwargs, change), inputs=inputs)

    def filled(self, tensors: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Positional and named arguments with these tensors, by the inputs' names, in them."""
        put = {id(one.tensor): tensors[one.name] for one in self.inputs}

        def change(tensor: Any) -> Any:
            # A model may write to what it is called with.
            return put[id(tensor)] if id(tensor) in put else tensor.detach().clone()

        return _changed(self.args, change), _changed(self.kwargs, change)


def arguments_of(
    given: Any, model: torch.nn.Module, *, axes: str | None = None, call: Mapping[str, Any] | None = None
) -> list[Arguments]:
    """The arguments that a caller may mean, the likeliest first; one that the model refuses is not meant.

    Parameters
    ----------
    given : int, tuple of int, Tensor, list or dict
        The size of one input; a list of several for positional arguments; a dict for named ones. Where a size may
        stand, a tensor may too (its shape and type count), a pair of a size and a type, ``((1, 128), "int64")``, or
        text, ``"1x128:int64"``. Lists within lists stay lists. A tensor without dimensions is no input, nor is None, a
        truth value or a number with a fraction within a list or dict: they are passed on.
    model : Module
        The model: what is not said of a single size, batch and channels, is taken from its first convolution.
    axes : str, optional
        Layout of the input.
    call : mapping, optional
        More named arguments, passed on as they are.
    """
    if given is None:
        raise InputError("the size of the input must be given; add --input 224 (input_shape=(1, 3, 224, 224))")
    _check_call(call)
    if isinstance(given, Mapping) and call and given.keys() & call.keys():
        twice = next(iter(given.keys() & call.keys()))
        raise InputError(f"`{twice}` must be given once, but stands among the inputs and in `call`")
    reader = _Reader(model, axes, dict(call or {}))
    if isinstance(given, Mapping):
        return [reader.arguments((), given)]
    if isinstance(given, list) and not is_size(given):
        return [reader.arguments(tuple(given), {})]
    if isinstance(given, torch.Tensor):
        return [reader.arguments((given,), {})]
    return list(reader.meanings(given))


def _check_call(call: Any) -> None:
    if call is not None and not (isinstance(call, Mapping) and all(isinstance(name, str) for name in call)):
        raise InputError(f'call must be arguments by name such as {{"timestep": 5}}, but is {call!r}')


class _Reader:
    """Makes arguments for one model."""

    def __init__(self, model: torch.nn.Module, axes: str | None, call: dict[str, Any]) -> None:
        self._axes, self._call = axes, call
        self._first: Convolution | None = first_convolution(model)
        self._dtype = next((p.dtype for p in model.parameters() if p.is_floating_point()), torch.get_default_dtype())
        self._model = model

    def meanings(self, given: Any) -> Iterator[Arguments]:
        """The arguments for one size: for every shape that it may mean and that is possible."""
        size, refused = size_of(given), list[EyeshotError]()
        found = False
        for shape in size.shapes(self._first, self._axes):
            try:
                meant = self.arguments(((shape, size.dtype or self._dtype),), {})
            except EyeshotError as error:
                refused.append(error)
                continue
            found = True
            yield meant if shape == size.sizes else replace(meant, written="x".join(map(str, size.sizes)))
        if not found:
            raise refused[0]

    def arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Arguments:
        """Arguments as they are written."""
        found: list[InputTensor] = []
        positional = tuple(self._argument(one, f"input{i or ''}", found) for i, one in enumerate(args))
        named = {str(key): self._argument(one, str(key), found) for key, one in kwargs.items()}
        if not found:
            raise InputError("a model must have at least one input tensor, but none is given")
        layouts = layouts_of([tuple(one.tensor.shape) for one in found], self._axes, self._first)
        inputs = (replace(one, layout=layout) for one, layout in zip(found, layouts, strict=True))
        return Arguments(positional, named | self._call, tuple(inputs))

    def _argument(self, given: Any, name: str, found: list[InputTensor]) -> Any:
        if given is None or isinstance(given, bool | float):
            return given
        if isinstance(given, list) and not is_size(given):
            return [self._argument(one, f"{name}.{i}", found) for i, one in enumerate(given)]
        if isinstance(given, Mapping):
            return {key: self._argument(one, f"{name}.{key}", found) for key, one in given.items()}
        if isinstance(given, torch.Tensor):
            if not given.dim():
                return given.detach().cpu() if not given.is_meta else given
            tensor, numbers = blank_like(given), given.detach()
        else:
            tensor, numbers = self._blank(given, name), None
        found.append(InputTensor(self._free(name, found), name, tensor, numbers=numbers))
        return tensor

    def _blank(self, given: Any, name: str) -> Any:
        try:
            size = size_of(given)
        except InputError as error:
            if isinstance(given, str):
                raise InputError(f"`{name}`: {error}; text for `forward` goes into call={{{name!r}: …}}") from None
            raise
        shape: Shape = size.sizes
        check_size(name, shape)
        return torch.empty(shape, dtype=size.dtype or self._dtype, device="meta")

    def _free(self, name: str, found: list[InputTensor]) -> str:
        """A name that is no module's and no other input's."""
        # The name of an argument has no dot, so it can only be that of a child.
        taken = {*dict(self._model.named_children()), *(one.name for one in found)}
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name} ({number})"
        return free


def _wide(tensor: Any) -> Any:
    return tensor.double() if tensor.dtype in _SHORTER else tensor


def _changed(given: Any, change: Callable[[Any], Any]) -> Any:
    """Arguments with every tensor in their lists, tuples and dictionaries changed."""
    if isinstance(given, torch.Tensor):
        return change(given)
    if type(given) is list or type(given) is tuple:
        return type(given)(_changed(one, change) for one in given)
    return {key: _changed(one, change) for key, one in given.items()} if type(given) is dict else given
