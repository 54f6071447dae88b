"""The operations of the framework: the rule of each, and what its schema says, looked up once."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import torch

from eyeshot.frontends.torch.rules import TABLE
from eyeshot.frontends.torch.rules.table import Function, Kind, Rule

__all__ = ["Operation", "operation_of"]

_SWITCHES = frozenset({"train", "training", "dropout", "dropout_p"})
"""Arguments without which an operation that may draw random numbers draws none."""


class Operation:
    """An operation with its rule and what is known of its schema.

    Parameters
    ----------
    func : OpOverload
        The operation.

    Attributes
    ----------
    functional : OpOverload
        The form of it that writes nothing; itself if it writes nothing or there is no such form.
    is_guard : bool
        Whether it returns nothing and writes nothing: it only checks its arguments.
    is_random : bool
        Whether it may draw random numbers.
    is_in_place : bool
        Whether its results are arguments that it writes to.
    written : tuple of (str, int)
        Names and places of the arguments that it writes to.
    outs : frozenset of str
        Those of them that the functional form does not have.
    source : str
        Its name without the marks of its form.
    is_apart : bool
        Whether it is seen as the operations of which the framework makes it: it has no rule, but they may have.
    """

    __slots__ = (
        "_returns",
        "_switches",
        "functional",
        "is_apart",
        "is_guard",
        "is_in_place",
        "is_random",
        "kind",
        "outs",
        "rule",
        "source",
        "written",
    )

    def __init__(self, func: Any) -> None:
        schema = func._schema
        base = schema.name.split("::")[1]
        self.written = tuple(
            (argument.name, place)
            for place, argument in enumerate(schema.arguments)
            if (argument.alias_info is not None and argument.alias_info.is_write) or _is_statistic(base, argument.name)
        )
        self.is_guard = not schema.returns and not self.written
        fresh = any(result.alias_info is None for result in schema.returns)
        self.is_in_place = bool(self.written) and not fresh
        self.functional = (_functional(func, base) or func) if self.is_in_place else func
        self.outs = frozenset(name for name, _ in self.written) - {a.name for a in self.functional._schema.arguments}
        found = _lookup(self.functional._schema) or _lookup(schema)
        self.kind = found[0] if found is not None else Kind.VALUE
        self.rule: Function | None = found[1] if found is not None else None
        self.is_random = torch.Tag.nondeterministic_seeded in func.tags
        self._switches = tuple(
            (argument.name, place, argument.default_value)
            for place, argument in enumerate(schema.arguments)
            if argument.name in _SWITCHES or (argument.name == "p" and any(a.name == "train" for a in schema.arguments))
        )
        self.source = base.strip("_").removesuffix("_with_indices").removeprefix("native_")

        self.is_apart = self.rule is None and func._can_decompose()
        self._returns = len(schema.returns)

    @property
    def changes_shape(self) -> bool:
        """Whether it writes no numbers but gives its first argument another shape."""
        return self.source in {"unsqueeze", "squeeze", "transpose", "t", "resize", "swapaxes"}

    def draws(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Whether a call draws random numbers; a dropout in evaluation mode does not."""
        if not self.is_random:
            return False
        for name, place, usual in self._switches:
            given = args[place] if place < len(args) else kwargs.get(name)
            given = usual if given is None else given
            if given is not None and not given:
                return False
        return True

    def targets(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The tensors that it writes to."""
        found = [args[place] if place < len(args) else kwargs.get(name) for name, place in self.written]
        return [tensor for one in found for tensor in (one if isinstance(one, list | tuple) else (one,)) if _is(tensor)]

    def returned(self, targets: Sequence[Any]) -> Any:
        """What it returns if it returns nothing but tensors that it writes to."""
        if not self._returns:
            return None
        return targets[0] if len(targets) == 1 else tuple(targets)


def _is(tensor: object) -> bool:
    return isinstance(tensor, torch.Tensor)


def _is_statistic(base: str, argument: str) -> bool:
    """Whether a normalisation writes an argument although its schema does not say so."""
    return "native_batch_norm" in base and argument.startswith("running_")


@functools.cache
def operation_of(func: Any) -> Operation:
    """What is known of an operation; the same for every model."""
    return Operation(func)


def _lookup(schema: Any) -> Rule | None:
    return TABLE.get(f"{schema.name}.{schema.overload_name or 'default'}") or TABLE.get(schema.name)


def _functional(func: Any, base: str) -> Any:
    """The form of an operation that writes nothing; None if there is none."""
    namespace = getattr(torch.ops, func.namespace)
    packet = getattr(namespace, base.removesuffix("_") if base != "_" else base, None)
    if packet is None:
        return None
    wanted = [a.name for a in func._schema.arguments if not a.is_out]
    for overload in packet.overloads():
        other = getattr(packet, overload)
        if not other._schema.is_mutable and [a.name for a in other._schema.arguments] == wanted:
            return other
    return None
