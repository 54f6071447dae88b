"""What a model does with a tile, as a digest: every operation, with its numbers and the constants that it takes."""

from __future__ import annotations

import hashlib
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode

from eyeshot.running.identity import State, tensor_digest

__all__ = ["Calls", "moving_names"]

_PLAIN = (bool, int, float, complex, str, torch.dtype, torch.layout, torch.memory_format)


class Calls(TorchDispatchMode):
    """Writes down what is called while it is active.

    Of tensors that the model holds, or has computed, only the shape counts; any other comes from the program itself,
    such as a mean that is subtracted, and its numbers count.

    Parameters
    ----------
    model : Module
        The model; what it holds is told by `eyeshot.running.identity.state_of`.
    """

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self._digest = hashlib.blake2b(digest_size=16)
        # Weak references keep the numbers of memory that is gone from being given to other memory.
        self._known: dict[int, StorageWeakRef] = {}
        for module in model.modules():
            for tensor in (*module.parameters(recurse=False), *module.buffers(recurse=False), *vars(module).values()):
                self._know(tensor)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing in here is ever compiled; saying so would load PyTorch's compiler, which takes seconds."""
        return False

    def hexdigest(self) -> str:
        """The digest of all calls so far."""
        return self._digest.hexdigest()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one operation."""
        kwargs = kwargs or {}
        self._digest.update(f"{func} {self._told(args)} {self._told(kwargs)}\n".encode())
        out = func(*args, **kwargs)
        self._know(out)
        return out

    def _know(self, value: Any) -> None:
        if isinstance(value, torch.Tensor) and value.layout is torch.strided:
            storage = value.untyped_storage()
            self._known[storage._cdata] = StorageWeakRef(storage)
        elif isinstance(value, list | tuple):
            for one in value:
                self._know(one)

    def _told(self, value: Any) -> str:
        if isinstance(value, torch.Tensor):
            known = value.layout is not torch.strided or value.untyped_storage()._cdata in self._known
            return f"{tuple(value.shape)} {value.dtype} {'' if known else tensor_digest(value)}"
        if value is None or isinstance(value, _PLAIN):
            return repr(value)
        if isinstance(value, dict):
            return str([(name, self._told(one)) for name, one in sorted(value.items())])
        if isinstance(value, list | tuple):
            return str([self._told(one) for one in value])
        # Devices, generators: where and not what.
        return type(value).__qualname__


def moving_names(before: State, after: State) -> list[str]:
    """What a call has changed on its model by itself, ``down.1:calls``: counters, sizes, caches."""
    keys = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    return sorted(f"{path}:{name}" for path, name in keys)
