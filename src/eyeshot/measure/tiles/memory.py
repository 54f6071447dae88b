"""What a run on one tile takes of memory, weights apart: counted tensor by tensor, without computing any of them.

The model runs on the meta device, where tensors have a shape and no numbers, and every tensor counts from the operation
that makes it until Python lets go of it. So whatever the variables of the model keep alive is in the figure, which the
graph alone cannot tell. To that comes what kernels take for themselves: on the CPU a convolution lays its operand and
its result out in blocks of channels, and copies both for it. These kernels were calibrated on the CPU; what a GPU's
libraries take for themselves has not been measured.
"""

from __future__ import annotations

import ctypes
import sys
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from eyeshot.errors import EyeshotError, InputError
from eyeshot.frontends.torch.aside import TURN, Aside
from eyeshot.frontends.torch.runnable import eagerly, runnable
from eyeshot.frontends.torch.untouched import Untouched
from eyeshot.plan.memory import Taken

__all__ = ["bytes_of_run", "bytes_of_weights", "give_back"]

_BLOCK = 16
"""Channels in a block of the layout that convolutions work in, with the widest vectors; others have 8."""
_PLAIN = 4
"""Channels up to which a convolution reads its operand as it lies."""
_HEAP = 2**25
"""Bytes from which the C library gets a tensor's memory from the system alone, and gives it back at once."""
_HOLES = 2.15
"""Smaller tensors lie in its heap. One that is aligned does not fit into the hole that another of its size has left, so
the heap grows to as many times what lives in it, as measured over whole networks."""
_MORE_HOLES = 3.2
"""The same where tiles of several shapes follow each other: the heap keeps the holes of all of them, and what large
tensors take comes on top."""
_LOOSE = 1.12
"""Small things: pages begun, what threads keep, the buffers of a run."""


def bytes_of_weights(model: torch.nn.Module) -> int:
    """Bytes of all parameters and buffers of a model; what several modules share counts once."""
    storages = {
        tensor.untyped_storage()._cdata: tensor.untyped_storage().nbytes()
        for tensor in (*model.parameters(), *model.buffers())
    }
    return sum(storages.values())


def bytes_of_run(model: torch.nn.Module, shape: Sequence[int]) -> Taken:
    """The most memory that runs on inputs of one shape take at a time, weights not counted.

    Parameters
    ----------
    model : Module
        The model; it is left as it was.
    shape : sequence of int
        The input's shape.

    Raises
    ------
    InputError
        If the model does not run without numbers.
    """
    module = runnable(model)
    tensors = {name: _meta(tensor) for name, tensor in (*module.named_parameters(), *module.named_buffers())}
    dtype = next((t.dtype for t in tensors.values() if t.is_floating_point()), torch.get_default_dtype())
    with TURN, Untouched(module.modules()), torch.no_grad(), eagerly(), Aside():
        lives = _Lives()
        try:
            with lives:
                image = lives.held(torch.empty(tuple(shape), dtype=dtype, device="meta"))
                torch.func.functional_call(module, tensors, (image,))
        except EyeshotError:
            raise
        except Exception as error:
            line = (str(error).strip() or "no message").splitlines()[0]
            raise InputError(
                "the memory of a run is foretold by a model that runs without numbers, but "
                f"`{type(module).__name__}` does not ({type(error).__name__}: {line}); name a size of tiles instead"
            ) from error
    # A run stacks tiles before it gives them to the model: the input is there twice.
    copied = image.untyped_storage().nbytes()
    among = _MORE_HOLES * lives.most.small + lives.most.large
    return Taken(int(_LOOSE * (lives.highest + copied)), int(_LOOSE * (max(among, lives.highest) + copied)))


def give_back() -> None:
    """Give the system what the C library's heap holds and nobody uses, where the library can be asked (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _meta(tensor: torch.Tensor) -> torch.Tensor:
    return torch.empty_like(tensor, device="meta")


@dataclass(frozen=True, slots=True)
class _Bytes:
    """Bytes of tensors that lie in the heap, and of those that have pages of their own."""

    small: int = 0
    large: int = 0

    def __add__(self, other: _Bytes) -> _Bytes:
        return _Bytes(self.small + other.small, self.large + other.large)

    def __sub__(self, other: _Bytes) -> _Bytes:
        return _Bytes(self.small - other.small, self.large - other.large)


class _Lives(TorchDispatchMode):
    """Counts the bytes of all tensors that are alive, as a context.

    `highest` is the most memory at a time, with the holes of one shape; `most` the most of either kind by itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = _Bytes()
        self.highest = 0.0
        self._bytes: dict[int, _Bytes] = {}

    def held(self, tensor: torch.Tensor) -> torch.Tensor:
        """Count a tensor until it is gone; one that shares the memory of another is not counted again."""
        storage = tensor.untyped_storage()
        if storage._cdata not in self._bytes:
            self._bytes[storage._cdata] = _in_memory(storage.nbytes())
            self.now += self._bytes[storage._cdata]
            weakref.finalize(storage, self._gone, storage._cdata)
        return tensor

    def _gone(self, key: int) -> None:
        self.now -= self._bytes.pop(key)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one operation without numbers, and count what it makes."""
        out = func(*args, **(kwargs or {}))
        for tensor in _tensors(out):
            self.held(tensor)
        rule = _WORKSPACES.get(func)
        now = self.now + (rule(args, out) if rule is not None else _Bytes())
        self.most = _Bytes(max(self.most.small, now.small), max(self.most.large, now.large))
        self.highest = max(self.highest, _HOLES * now.small + now.large)
        return out


def _tensors(found: Any) -> Iterator[torch.Tensor]:
    if isinstance(found, torch.Tensor):
        yield found
    elif isinstance(found, list | tuple):
        for one in found:
            yield from _tensors(one)


def _convolution(args: Sequence[Any], out: torch.Tensor) -> _Bytes:
    """Operand and result in blocks of channels."""
    operand, is_transposed = args[0], args[6]
    before = 0 if operand.shape[1] <= _PLAIN else _blocked(operand)
    return _in_memory(before) + _in_memory(out.untyped_storage().nbytes() if is_transposed else _blocked(out))


def _in_memory(size: int) -> _Bytes:
    return _Bytes(large=size) if size >= _HEAP else _Bytes(small=size)


def _blocked(tensor: torch.Tensor) -> int:
    """Bytes of a tensor whose channels are filled up to whole blocks."""
    channels = tensor.shape[1]
    filled = -(-channels // _BLOCK) * _BLOCK
    return int(tensor.numel() // max(1, channels) * filled * tensor.element_size())


_WORKSPACES: dict[Any, Callable[[Sequence[Any], Any], _Bytes]] = {torch.ops.aten.convolution.default: _convolution}
"""What a kernel takes while it works, beside operands and results: arguments and result to bytes."""
