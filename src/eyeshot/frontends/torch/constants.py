"""Operations on constants: computed where that is cheap, because models often make indices by them.

`arange`, `meshgrid`, tables of relative positions: such tensors are small, and what they hold decides what is read.
Everything else that depends on no input is only a shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch

from eyeshot.errors import InputError
from eyeshot.frontends.torch.blank import blank_like
from eyeshot.frontends.torch.failures import Ended
from eyeshot.frontends.torch.operations import Operation
from eyeshot.frontends.torch.rules.factories import fill_of, made_after
from eyeshot.frontends.torch.rules.table import Call
from eyeshot.frontends.torch.rules.values import masked_select, needs_numbers
from eyeshot.frontends.torch.tensors import Tensors, among, flat, mapped, on_device

__all__ = ["Constants", "without_generators"]

MAX_FLOAT = 1 << 20
"""Most elements of a constant with fractions that is computed with, parameters apart."""
MAX_INTEGER = 10_000_000
"""Most elements of integers and truth values, of which indices are made."""


class Constants:
    """Computes operations of which no argument depends on an input.

    Parameters
    ----------
    tensors : Tensors
        What is known of their arguments.
    """

    def __init__(self, tensors: Tensors) -> None:
        self._tensors = tensors

    def compute(self, operation: Operation, func: Any, args: Any, kwargs: dict[str, Any], among: list[Any]) -> Any:
        """The result of an operation on constant tensors, `among` its arguments."""
        if operation.draws(args, kwargs) or self._tensors.drawn(among):
            return self._drawn(operation, func, *without_generators(args, kwargs), among)
        if not among:
            return self._made(func, args, kwargs)
        if operation.is_in_place:
            return self._write(operation, func, args, kwargs, among)
        real = self._tensors.real
        if operation.written or not _affordable([real(t) for t in among]):
            return self._shape_of(operation, func, args, kwargs)
        device = kwargs.get("device")
        named = on_device(dict(zip(kwargs, mapped(kwargs.values(), real), strict=True)), "cpu")
        found = func(*mapped(args, real), **named)
        is_made = isinstance(found, torch.Tensor | list | tuple)
        if is_made and (any(t.is_meta for t in among) or is_meta(device)):
            return self.shadow(found)
        return self._tensors.constant(found)

    def shadow(self, found: Any) -> Any:
        """Constants as tensors on the meta device of which the numbers are known."""
        blank = blank_like(found) if isinstance(found, torch.Tensor) else type(found)(map(blank_like, found))
        return self._tensors.constant(blank, found)

    def _shape_of(self, operation: Operation, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """An operation on constants of which the numbers are not known, or are too many."""
        try:
            return self._tensors.constant(self._tensors.kernel(func, args, kwargs))
        except (NotImplementedError, RuntimeError, InputError) as error:
            if operation.rule in (needs_numbers, masked_select):
                raise Ended(
                    func._schema.name.removeprefix("aten::"), drawn=self._tensors.drawn(among(args, kwargs))
                ) from error
            raise

    def _drawn(self, operation: Operation, func: Any, args: Any, kwargs: dict[str, Any], among: list[Any]) -> Any:
        """The result of an operation that draws random numbers, or works on such: only its shape is known."""
        if operation.is_guard:
            return None
        if operation.rule is made_after:
            call = Call(self._tensors, func, args, kwargs)
            made_after(call)
            return self._tensors.constant(call.out, call.made)
        if operation.is_in_place and operation.changes_shape:
            return func(*args, **kwargs)
        if operation.is_in_place:
            found = operation.returned(operation.targets(args, kwargs))
        elif among:
            found = self._shape_of(operation, func, args, kwargs)
        else:
            found = self._tensors.constant(func(*args, **{**kwargs, "device": torch.device("meta")}))
        for tensor in flat(found):
            if isinstance(tensor, torch.Tensor):
                self._tensors.draw(tensor)
        return found

    def _made(self, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """A tensor made of nothing: a large one without its numbers."""
        if _count(args) > MAX_FLOAT:
            return self._tensors.constant(func(*args, **{**kwargs, "device": torch.device("meta")}))
        is_meta_wanted = is_meta(kwargs.get("device"))
        found = func(*args, **(on_device(kwargs, "cpu") if is_meta_wanted else kwargs))
        if fill_of(func, args, kwargs) == 0:
            # Memory that nobody has written to holds anything, and something else each time.
            found.zero_()
        return self.shadow(found) if is_meta_wanted else self._tensors.constant(found)

    def _write(self, operation: Operation, func: Any, args: Any, kwargs: dict[str, Any], among: list[Any]) -> Any:
        """An operation that writes constants to constants; the model's own tensors are never written to."""
        real = self._tensors.real
        targets = operation.targets(args, kwargs)
        held = [self._tensors.hold(target) for target in targets]
        if all(one.base.own for one in held) and _affordable([real(t) for t in among]):
            func(*mapped(args, real), **dict(zip(kwargs, mapped(kwargs.values(), real), strict=True)))
        elif operation.changes_shape:
            return func(*args, **kwargs)
        else:
            # From here on nobody knows their numbers.
            for one in held:
                one.base.known = False
        return operation.returned(targets)


def without_generators(args: Iterable[Any], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments without the generators among them: nobody draws from the caller's."""
    named = {key: None if isinstance(arg, torch.Generator) else arg for key, arg in kwargs.items()}
    return tuple(None if isinstance(arg, torch.Generator) else arg for arg in args), named


def is_meta(device: Any) -> bool:
    """Whether a device is named and is the meta device."""
    return device is not None and torch.device(device).type == "meta"


def _affordable(reals: Sequence[Any]) -> bool:
    """Whether all these numbers are known, and few enough to compute with."""
    return all(
        real is not None
        and real.numel() <= (MAX_FLOAT if real.is_floating_point() or real.is_complex() else MAX_INTEGER)
        for real in reals
    )


def _count(args: Sequence[Any]) -> int:
    """About how many elements a tensor will have that is made of these numbers."""
    count = 1
    for arg in args:
        if isinstance(arg, list | tuple):
            for n in arg:
                count *= n if isinstance(n, int) else 1
        elif isinstance(arg, int | float):
            count = max(count, int(abs(arg)) if abs(arg) < MAX_INTEGER * 100 else 1)
    return count
