"""How a constant tensor was made: from the model's own tensors and plain numbers on, call by call.

Numbers of constants are mostly not known while a model is watched: weights are large, and what is made of them is only
a shape. But operations give the same results for the same arguments. So a digest of the operation, of its plain
arguments and of the digests of its tensors stands for the numbers, however many there are.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch

from eyeshot.frontends.entered import ConstantTensor, Entered
from eyeshot.frontends.torch.operations import Operation
from eyeshot.frontends.torch.record import is_copy
from eyeshot.frontends.torch.rules.factories import fill_of
from eyeshot.frontends.torch.rules.table import Kind
from eyeshot.frontends.torch.tensors import Tensors, among, flat

__all__ = ["Origins", "OwnTensor", "is_pointwise", "own_tensors"]

MAX_KEPT = 1 << 20
"""Most numbers of a constant that are kept to be compared; larger ones are known by how they were made."""

_SIMPLE = (bool, int, float, complex, str, torch.dtype, torch.Size)


@dataclass(frozen=True, slots=True)
class _Origin:
    """How a constant was made; without a digest nobody can tell."""

    digest: bytes = b""
    made_of: frozenset[str] = frozenset()
    fill: Any = None


_UNKNOWN = _Origin()
_NEVER = (0, _UNKNOWN)


class OwnTensor(NamedTuple):
    """A tensor of the model, as it is before the model runs.

    Parameters
    ----------
    label : str
        Its path.
    tensor : Tensor
        The tensor, which is kept so that no other one gets its number.
    place : tuple or None
        Where in memory it lies.
    constant : ConstantTensor
        What it is as an argument of a call.
    """

    label: str
    tensor: Any
    place: tuple[Any, ...] | None
    constant: ConstantTensor


def own_tensors(model: torch.nn.Module) -> dict[int, OwnTensor]:
    """The model's own tensors by identity: parameters, buffers, and plain attributes."""
    found: dict[int, OwnTensor] = {}
    for path, module in model.named_modules(remove_duplicate=False):
        held = [*module._parameters.items(), *module._buffers.items(), *vars(module).items()]
        for name, value in held:
            for number, tensor in enumerate(among([value, *_listed(value)], {})):
                if id(tensor) not in found:
                    label = (f"{path}.{name}" if path else name) + (f"[{number}]" if number else "")
                    shape, digest = tuple(tensor.shape), _own_digest(label, tensor)
                    constant = ConstantTensor(shape, str(tensor.dtype), digest, frozenset({label}))
                    found[id(tensor)] = OwnTensor(label, tensor, _place(tensor), constant)
    return found


def _own_digest(label: str, tensor: Any) -> bytes:
    return _digest(f"own {label} {_where(tensor)}".encode())


def _listed(value: Any) -> Iterable[Any]:
    return value.values() if type(value) is dict else ()


class Origins:
    """Knows how every constant was made.

    Parameters
    ----------
    tensors : Tensors
        What is known of their numbers.
    own : mapping
        The model's own tensors, as `own_tensors` gives them; nobody else writes to them meanwhile.
    """

    def __init__(self, tensors: Tensors, own: Mapping[int, OwnTensor]) -> None:
        self._tensors, self._own = tensors, own
        self._places = {one.place: one.label for one in own.values() if one.place is not None}
        self._memory: dict[int, set[str]] = {}
        for one in own.values():
            if one.place is not None:
                self._memory.setdefault(one.place[0], set()).add(one.label)
        # Tensors are kept with what is known of them, so that no other one gets their number; and with their
        # memory, for a model may give them another (`weight.data = …`).
        self._known: dict[int, tuple[Any, _Origin, int | None]] = {}
        # What was written to a memory, so that all tensors that share it are others from then on.
        self._written: dict[int, tuple[int, _Origin]] = {}
        self._copies: dict[tuple[int, int], ConstantTensor] = {}
        self.changed: set[str] = set()

    def constant(self, tensor: Any) -> ConstantTensor:
        """A constant as an argument of a call, with all that is known of it now."""
        own = self._own.get(id(tensor))
        if own is not None and not self._written and own.place is not None and _place(tensor) == own.place:
            # By far the most: weights that nobody has written to. What is known of them is the same in every run.
            return own.constant
        key = (id(tensor), self._history(tensor)[0])
        if key not in self._copies:
            self._copies[key] = self._constant(tensor)
        return self._copies[key]

    def _constant(self, tensor: Any) -> ConstantTensor:
        origin, shape, dtype = self._of(tensor), tuple(tensor.shape), str(tensor.dtype)
        if self._tensors.drawn([tensor]):
            return ConstantTensor(shape, dtype, is_drawn=True)
        real = None if origin.made_of and id(tensor) in self._own else self._tensors.real(tensor)
        if origin.fill is not None and (real is None or bool((real == origin.fill).all())):
            return ConstantTensor(shape, dtype, origin.digest, origin.made_of, fill=origin.fill)
        return ConstantTensor(shape, dtype, origin.digest, origin.made_of, numbers=_copied(real))

    def inherit(self, before: Origins) -> None:
        """Know how the constants were made that another run has made."""
        self._known = {key: known for key, known in before._known.items() if before._is_constant(known[0])}
        self._written = dict(before._written)

    def same(self, tensor: Any, other: Any) -> None:
        """Say that a new tensor holds what another constant holds."""
        self._know(tensor, self._of(other))

    def describe(self, operation: Operation, func: Any, args: Any, kwargs: Any) -> Callable[[Any], None]:
        """Note what an operation on constants is called with; call what is returned with its results."""
        tensors = among(args, kwargs)
        origins = {id(t): self._of(t) for t in tensors}
        names = {key: origin.digest for key, origin in origins.items()}
        made_of = frozenset().union(*(origin.made_of for origin in origins.values()))
        text = f"{func._schema.name}.{func._schema.overload_name}{_told((args, kwargs), names)}".encode()
        digest = b"" if any(not name for name in names.values()) else _digest(text)
        fill = self._fill(operation, func, args, kwargs, origins)
        targets = operation.targets(args, kwargs) if operation.written else []

        def made(out: Any) -> None:
            for target in targets:
                self._write(target, _Origin(digest, made_of))
            held = {id(target) for target in targets}
            for number, tensor in enumerate(flat(out)):
                if isinstance(tensor, torch.Tensor) and id(tensor) not in held and id(tensor) not in origins:
                    name = _digest(digest + str(number).encode()) if digest else b""
                    self._know(tensor, _Origin(name, made_of, fill))

        return made

    def made_beside(self, func: Any, args: Any, kwargs: Any, out: Any) -> None:
        """Note the results of an operation on data that hold nothing of them, such as zeros of their shape."""
        for tensor in flat(out):
            if isinstance(tensor, torch.Tensor) and id(tensor) not in self._known and self._is_constant(tensor):
                fill = fill_of(func, args, kwargs)
                name = _digest(f"{fill!r} {tuple(tensor.shape)} {tensor.dtype}".encode()) if fill is not None else b""
                self._know(tensor, _Origin(name, fill=fill))

    def written(self, target: Any, entered: Entered) -> None:
        """Note that an operation on data has written to a tensor, which may have left numbers there."""
        known = all(one.digest for one in entered.constants)
        parts = [entered.name, entered.plain, [one.digest.hex() for one in entered.constants]]
        made_of = frozenset().union(*(one.made_of for one in entered.constants))
        self._write(target, _Origin(_digest(repr(parts).encode()) if known else b"", made_of))

    # ------------------------------------------------------------------ one tensor

    def _know(self, tensor: Any, origin: _Origin) -> None:
        self._known[id(tensor)] = (tensor, origin, _memory(tensor))

    def _is_constant(self, tensor: Any) -> bool:
        return self._tensors.value(tensor) is None

    def _of(self, tensor: Any) -> _Origin:
        """How a tensor was made, and what was written to its memory since."""
        known = self._known.get(id(tensor))
        origin = known[1] if known is not None and known[2] == _memory(tensor) else self._found(tensor)
        times, history = self._history(tensor)
        if not times:
            return origin
        digest = _digest(origin.digest + history.digest) if origin.digest and history.digest else b""
        return _Origin(digest, origin.made_of | history.made_of)

    def _found(self, tensor: Any) -> _Origin:
        """A tensor that no operation has made: the model's own, or one of which only its numbers are known."""
        # Also what is not the same tensor, such as `weight.data`; and not what was given other memory.
        place = _place(tensor)
        label = self._places.get(place) if place is not None else None
        if label is not None:
            origin = _Origin(_own_digest(label, tensor), frozenset({label}))
        elif (real := self._tensors.real(tensor)) is not None:
            origin = _Origin(_of_numbers(real))
        else:
            origin = _UNKNOWN
        self._know(tensor, origin)
        return origin

    def _history(self, tensor: Any) -> tuple[int, _Origin]:
        """How often something was written to a tensor's memory, and what."""
        memory = _memory(tensor)
        return self._written.get(memory, _NEVER) if memory is not None else _NEVER

    def _write(self, target: Any, what: _Origin) -> None:
        memory = _memory(target)
        if memory is None:
            return
        self.changed |= self._memory.get(memory, set())
        # Before anything is written: from its numbers it could not be told later.
        self._of(target)
        times, before = self._written.get(memory, _NEVER)
        is_known = what.digest and (before.digest or not times)
        text = b"|".join([what.digest, before.digest, str(_where(target)).encode()])
        self._written[memory] = times + 1, _Origin(_digest(text) if is_known else b"", what.made_of | before.made_of)

    def _fill(self, operation: Operation, func: Any, args: Any, kwargs: Any, origins: Mapping[int, _Origin]) -> Any:
        """The number that all elements of a result are, if that is known."""
        if not origins:
            return fill_of(func, args, kwargs)
        made = fill_of(func, args, kwargs)
        if made is not None:
            return made
        fills = [origin.fill for origin in origins.values()]
        if operation.written or any(fill is None for fill in fills):
            return None
        if operation.kind is Kind.VIEW or is_copy(func, args, kwargs):
            return fills[0]
        if not is_pointwise(func):
            return None
        # All elements are made of the same numbers, so one of them tells all.
        tensors = among(args, kwargs)
        single = {id(t): torch.tensor(origins[id(t)].fill, dtype=t.dtype) for t in tensors}
        found = func(
            *[single.get(id(arg), arg) for arg in args], **{k: single.get(id(v), v) for k, v in kwargs.items()}
        )
        return found.item() if isinstance(found, torch.Tensor) and found.numel() == 1 else None


@functools.cache
def is_pointwise(func: Any) -> bool:
    """Whether each element of an operation's result is made of the elements at its own place."""
    packet = func.overloadpacket
    named = packet._qualified_op_name.removesuffix("_")
    base = getattr(getattr(torch.ops, func.namespace), named.split("::")[1], packet)
    every = [getattr(one, overload) for one in (packet, base) for overload in one.overloads()]
    return any(torch.Tag.pointwise in one.tags for one in every)


def _digest(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=16).digest()


def _place(tensor: Any) -> tuple[int, int, tuple[int, ...], tuple[int, ...], str] | None:
    """Where in memory a tensor lies; None if it does not lie in one."""
    memory = _memory(tensor)
    if memory is None:
        return None
    return memory, tensor.storage_offset(), tuple(tensor.shape), tensor.stride(), str(tensor.dtype)


def _where(tensor: Any) -> tuple[Any, ...]:
    """The same without the memory's own address, which is another one in every run."""
    return (_place(tensor) or ())[1:]


def _memory(tensor: Any) -> int | None:
    if tensor.layout is not torch.strided or torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        return None
    memory: int = tensor.untyped_storage()._cdata
    return memory


def _of_numbers(real: Any) -> bytes:
    """A digest of numbers."""
    # New memory, because a single number may have any stride.
    plain = torch.empty(real.numel(), dtype=real.dtype).copy_(real.detach().reshape(-1))
    numbers = plain.view(torch.uint8).numpy().tobytes() if plain.numel() else b""
    return _digest(f"{tuple(real.shape)} {real.dtype} ".encode() + numbers)


def _copied(real: Any) -> Any:
    """A copy of numbers, if they are known and few; the model may write to them."""
    if real is None or real.numel() > MAX_KEPT:
        return None
    plain = real.detach()
    found = (plain.float() if plain.dtype in (torch.bfloat16, torch.float16) else plain).resolve_conj().resolve_neg()
    return np.array(found.numpy())


def _told(value: Any, names: Mapping[int, bytes]) -> str:
    """Arguments as text, each tensor by its digest."""
    if isinstance(value, torch.Tensor):
        return names.get(id(value), b"?").hex()
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{_told(item, names)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_told(item, names) for item in value) + "]"
    return repr(value) if value is None or isinstance(value, _SIMPLE) else type(value).__name__
