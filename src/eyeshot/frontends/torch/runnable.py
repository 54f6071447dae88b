"""A model in the form in which it can be watched: out of its wrappers, uncompiled, with all of its parameters."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch.nn.parallel import DataParallel, DistributedDataParallel
from torch.nn.parameter import is_lazy

from eyeshot.errors import InputError

__all__ = ["compiler_is_loaded", "eagerly", "has_compiled_modules", "runnable", "undivided"]


def runnable(model: torch.nn.Module) -> torch.nn.Module:
    """The module that a model runs: inside what only spreads it over devices or compiles it.

    Parameters
    ----------
    model : Module
        What the caller gave.

    Raises
    ------
    InputError
        If it has lazy parameters that nobody has made yet: making them would change the model.
    """
    while True:
        if isinstance(model, DataParallel | DistributedDataParallel):
            model = model.module
        elif compiler_is_loaded() and isinstance(model, torch._dynamo.OptimizedModule):
            model = model._orig_mod
        else:
            break
    for path, module in model.named_modules():
        if any(is_lazy(tensor) for tensor in (*module._parameters.values(), *module._buffers.values())):
            raise InputError(
                f"`{path or 'model'}` ({type(module).__name__}) must have its parameters, but they are not made before "
                "the first call; call the model once with an input of the right size"
            )
    return model


def undivided(model: torch.nn.Module) -> torch.nn.Module:
    """The module inside what spreads it over devices, compiled if it is."""
    while isinstance(model, DataParallel | DistributedDataParallel):
        model = model.module
    return model


def has_compiled_modules(model: torch.nn.Module) -> bool:
    """Whether a module, or one within it, is compiled."""
    if not compiler_is_loaded():
        return False
    kind = torch._dynamo.OptimizedModule
    return any(isinstance(one, kind) or one._compiled_call_impl is not None for one in model.modules())


def compiler_is_loaded() -> bool:
    """Whether PyTorch's compiler is in memory."""
    return "torch._dynamo" in sys.modules


def eagerly() -> AbstractContextManager[Any]:
    """While active, compiled functions and modules run as they were written, operation by operation."""
    # Without the compiler in memory nothing is compiled, and loading it takes seconds.
    return torch.compiler.set_stance("force_eager") if compiler_is_loaded() else nullcontext()
