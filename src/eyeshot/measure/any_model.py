"""From whatever eyeshot takes as a model to the proof of it; torch is loaded only now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from eyeshot.errors import InputError
from eyeshot.frontends.load import Reference, is_python, load
from eyeshot.frontends.torch.references import build_reference, is_module, need
from eyeshot.measure.effort import Effort, Progress
from eyeshot.measure.results import Proof

__all__ = ["verify_any"]


def verify_any(  # noqa: PLR0913 - those of `load`, and how much is tried
    model: Reference,
    effort: Effort,
    *,
    input_shape: Any = None,
    axes: str | None = None,
    padding: str | None = None,
    strict: bool = False,
    arguments: Mapping[str, Any] | None = None,
    call: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Proof:
    """Prove what is said of a model against the model itself, running.

    A PyTorch module is run as it is; a reference to Python is followed; everything else becomes a network of PyTorch
    operations with random weights.

    Parameters
    ----------
    model, input_shape, axes, padding, strict, arguments, call
        As for `eyeshot.frontends.load.load`.
    effort : Effort
        How much is tried.
    progress : callable, optional
        Told how many of how many runs are done.
    """
    need("torch")
    from eyeshot.frontends.torch.aside import TURN
    from eyeshot.measure.verify import verify_graph, verify_module
    from eyeshot.running.seeds import seeded

    if is_module(model) or (isinstance(model, str) and is_python(model)):
        if padding is not None:
            raise InputError("padding goes with a layer list; a PyTorch model has its own")
        name = None
        if isinstance(model, str):
            with TURN, seeded(effort.seed):
                built = build_reference(model, arguments=arguments, spared=False)
            model, name = built.module, built.name
            input_shape = built.input_shape if input_shape is None else input_shape
        with TURN, _enough_memory():
            return verify_module(
                model,
                effort,
                input_shape=input_shape,
                axes=axes,
                strict=strict,
                call=call,
                name=name,
                progress=progress,
            )
    graph = load(
        model, input_shape=input_shape, axes=axes, padding=padding, strict=strict, arguments=arguments, call=call
    )
    with _enough_memory():
        return verify_graph(graph, effort, progress)


@contextmanager
def _enough_memory() -> Iterator[None]:
    """Says in a line that memory has run out."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        # PyTorch has no class of its own for it on the CPU.
        if not isinstance(error, MemoryError) and "can't allocate memory" not in str(error):
            raise
        raise InputError(
            "the proof needs more memory than there is; nothing is proven. Take less at once (--memory) or give a "
            "smaller input (--input)"
        ) from error
