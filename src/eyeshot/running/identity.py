"""What a model and an image are, as digests: whoever goes on with a run must have the same."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from eyeshot.frontends.torch.aside import TURN

__all__ = ["State", "array_digest", "file_digest", "model_digests", "state_of", "tensor_digest", "text_digest"]

State = dict[tuple[str, str], str]
"""A digest for each thing that a module holds, by the module's path and the thing's name."""

_BOOKS = set(vars(torch.nn.Module())) - {"training"}
"""Where PyTorch itself keeps children, tensors and hooks of a module."""
_PLAIN = (bool, int, float, complex, str, bytes, Enum, torch.dtype, torch.device)
_DEEPEST = 6


def array_digest(array: npt.NDArray[Any]) -> str:
    """A digest of an array's shape and numbers, the same in either byte order."""
    native = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    digest = hashlib.blake2b(f"{array.shape} {native.dtype.name} ".encode(), digest_size=16)
    digest.update(native.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def text_digest(text: str) -> str:
    """A digest of some text."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def state_of(model: torch.nn.Module, *, weights: bool = True) -> State:
    """What decides about a model's results: its modules, all their tensors, and what else stands on them.

    Parameters
    ----------
    model : Module
        The model.
    weights : bool
        Whether parameters count; no forward changes them, and they are the most to read.
    """
    found: State = {}
    # Whoever reads or proves the model in another thread swaps its weights meanwhile.
    with TURN:
        for path, module in model.named_modules():
            found[path, ""] = text_digest(type(module).__qualname__)
            for name, value in _held(module, weights=weights):
                found[path, name] = text_digest(_told(value, _DEEPEST))
    return found


def _held(module: torch.nn.Module, *, weights: bool) -> Iterator[tuple[str, Any]]:
    # Persistent or not: a buffer that is not saved is used all the same.
    yield from module.named_buffers(recurse=False)
    if weights:
        yield from module.named_parameters(recurse=False)
    yield from ((name, value) for name, value in vars(module).items() if name not in _BOOKS)


def model_digests(state: State, moving: Collection[str]) -> dict[str, str]:
    """A digest for each module of a model, by its path.

    Parameters
    ----------
    state : State
        What the modules hold.
    moving : collection of str
        Paths with names, ``down.1:calls``, of what a forward changes by itself; they do not count.
    """
    held: dict[str, list[str]] = {}
    for (path, name), digest in sorted(state.items()):
        if f"{path}:{name}" not in moving:
            held.setdefault(path, []).append(f"{name}={digest}")
    return {path: text_digest("\n".join(lines)) for path, lines in held.items()}


def file_digest(path: str | os.PathLike[str]) -> str:
    """A digest of where a file lies and when it was written; of all files in a folder."""
    return text_digest("\n".join(_files(os.path.abspath(path))))


def _files(path: str) -> Iterator[str]:
    found = os.stat(path)
    if not os.path.isdir(path):
        yield f"{path} {found.st_size} {found.st_mtime_ns}"
        return
    for entry in sorted(os.listdir(path)):
        yield from _files(os.path.join(path, entry))


def _told(value: Any, deep: int) -> str:
    """A value in words that are the same whenever it is the same; of an unknown kind only its type."""
    if isinstance(value, torch.Tensor):
        said = tensor_digest(value)
    elif isinstance(value, np.ndarray | np.generic):
        said = array_digest(np.asarray(value)) if value.dtype.kind in "buifcSU" else ""
    elif value is None or isinstance(value, _PLAIN):
        said = repr(value)
    elif deep and isinstance(value, Mapping):
        said = str(sorted((str(key), _told(one, deep - 1)) for key, one in value.items()))
    elif deep and isinstance(value, list | tuple):
        said = str([_told(one, deep - 1) for one in value])
    elif deep and isinstance(value, set | frozenset):
        said = str(sorted(_told(one, deep - 1) for one in value))
    elif deep and isinstance(value, functools.partial):
        said = _told([value.func, value.args, value.keywords], deep - 1)
    else:
        said = str(getattr(value, "__qualname__", ""))
    return f"{type(value).__qualname__} {said}"


def tensor_digest(tensor: torch.Tensor) -> str:
    """A digest of a tensor's shape, type and numbers."""
    plain = tensor.detach()
    if plain.is_quantized:
        plain = plain.dequantize()
    if plain.layout is not torch.strided:
        plain = plain.to_dense()
    # As bytes: NumPy has no bfloat16.
    flat = plain.cpu().resolve_conj().resolve_neg().contiguous().reshape(-1).view(torch.uint8).numpy()
    return f"{tuple(tensor.shape)} {tensor.dtype} {array_digest(flat)}"
