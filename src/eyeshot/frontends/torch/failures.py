"""What is said of a model that cannot be watched to its end: it raises, or it asks for numbers that are not there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import torch

from eyeshot.errors import EyeshotError, GraphError, InputError
from eyeshot.frontends.torch.aside import OURS
from eyeshot.frontends.torch.inputs import Arguments
from eyeshot.frontends.torch.tape import Value

__all__ = [
    "Ended",
    "RefusedError",
    "cut_short",
    "ending",
    "failed",
    "needs_device",
    "numbers_wanted",
    "our_fault",
    "told",
    "undecided",
    "wants_gradients",
    "without_graph",
    "without_shapes",
]

_WITHOUT_NUMBERS = {
    r"meta device type tensor to numpy": "numpy",
    r"tolist\(\) shouldn't be called": "tolist",
    r"item\(\) cannot be called on meta": "item",
    r"passed to Tensor\.__format__": "format",
    r"out of meta tensor": "copy",
}
"""How PyTorch complains of a tensor that has a shape and no numbers, and what the model then did."""

_DEVICES = re.compile(r"\b(cuda|nvidia|hip|xpu|mps|gpu)\b", re.IGNORECASE)

_WITHOUT_SHAPES = re.compile(r"fake impl|Meta kernel|Meta tensors|'\w*Meta' backend|NestedTensorImpl")
"""How PyTorch complains of an operation that cannot be asked what it returns."""

_OWN = {"aten", "prims", "prim", "quantized", "_quantized", "onednn", "mkldnn", "torchvision", "profiler"}
"""Operations that come with PyTorch: their users cannot add anything to them."""

_WORDS = {"_local_scalar_dense": "item (`if`, `while`, int() or .item() on a tensor)"}
"""Names of operations that their users do not know."""


class Ended(BaseException):
    """The model asks for numbers that nobody knows; not an Exception, so that no model catches it.

    Parameters
    ----------
    name : str
        The operation that needs them.
    looked_at : sequence of Value
        What it looks at; none if that depends on no input.
    drawn : bool
        Whether they are random numbers.
    """

    def __init__(self, name: str, looked_at: Sequence[Value] = (), *, drawn: bool = False) -> None:
        super().__init__(name)
        self.name, self.looked_at, self.drawn = name, tuple(looked_at), drawn


def numbers_wanted(error: BaseException) -> Ended | None:
    """What it means that an operation failed because tensors have no numbers here; None if the model is at fault."""
    name = next((name for text, name in _WITHOUT_NUMBERS.items() if re.search(text, str(error))), None)
    return None if name is None else Ended(name)


def needs_device(error: BaseException) -> bool:
    """Whether an error speaks of an accelerator."""
    return _DEVICES.search(str(error)) is not None


def wants_gradients(error: BaseException) -> bool:
    """Whether a model failed because it asks for gradients on its way, and nothing was kept for them."""
    return "does not require grad and does not have a grad_fn" in str(error.__cause__)


def without_shapes(func: Any, error: BaseException) -> InputError | None:
    """What is said of an operation of which nobody knows what it returns; None if the error means something else."""
    if not _WITHOUT_SHAPES.search(str(error)):
        return None
    name = func._schema.name
    advice = f'say so with `torch.library.register_fake("{name}")`'
    if name.startswith(("quantized::", "aten::quantize")):
        advice = "give the model as it was before it was quantised: it reads the same"
    elif "nested" in name:
        advice = "give it sequences of one length, padded"
    elif name.split("::")[0] in _OWN:
        advice = "PyTorch has no form of it without numbers: leave it out of what is analysed"
    return InputError(f"the operation `{name}` must say what it returns for shapes without numbers; {advice}")


def ending(where: str, stop: Ended) -> str:
    """Where and why a capture ended before the model did."""
    return f"in {where or 'the model itself'} at the operation {_WORDS.get(stop.name, stop.name)}"


def cut_short(ended: str, stop: Ended) -> str:
    """The note on a capture that ended before the model did."""
    needed = "random numbers, which are others each time" if stop.drawn else "the numbers of real data"
    return f"The capture ended {ended}, which needs {needed}; everything up to there is analysed."


def undecided(where: str, stop: Ended, *, at_once: bool) -> InputError:
    """What is said of a model that decides by numbers that nobody knows, where nothing can be analysed before that."""
    numbers = "random numbers, which are others each time" if stop.drawn else "the numbers of its data"
    advice = "no layer comes before that" if at_once else "without `strict` all before that is analysed"
    return InputError(f"`{where}` decides by {numbers} (`{stop.name}`): {advice}")


def our_fault(where: str, error: BaseException) -> EyeshotError | None:
    """What is said where eyeshot itself fails on the way; None if it is the model.

    Operations of the framework are called from here too, so where an error was raised does not tell. But they raise
    none of these.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    inside = trace is not None and trace.tb_frame.f_code.co_filename.startswith(OURS)
    if not inside or not isinstance(error, AttributeError | AssertionError | LookupError | NameError | ArithmeticError):
        return None
    if isinstance(error, IndexError):
        return None
    return EyeshotError(
        f"in `{where}`: the model cannot be followed here ({told(error)}); this is a fault of eyeshot, please report it"
    )


def without_graph(operation: str, error: EyeshotError) -> str:
    """What is said of an operation that the graph cannot hold as its rule says it: that is no fault of the model's."""
    if not isinstance(error, GraphError) or "report" in str(error):
        return str(error)
    return f"the operation `{operation}` cannot be followed: {error}; this is a fault of eyeshot, please report it"


def told(error: BaseException) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {(str(error).strip() or 'no message').splitlines()[0]}"


class RefusedError(InputError):
    """A model raises when it is called; the user's own exception is the cause."""

    def also(self, arguments: Arguments) -> RefusedError:
        """The same, said of a model that refuses these arguments too."""
        shape = tuple(arguments.inputs[0].tensor.shape)
        found = RefusedError(f"{self}; nor {'taken as' if arguments.written else 'with'} {shape}")
        found.__cause__ = self.__cause__
        return found


def failed(model: torch.nn.Module, arguments: Arguments, where: str, error: BaseException) -> RefusedError:
    """The one line on a model that raises: what was run, where it happened, the model's own exception."""
    lines = (str(error).strip() or "no message").splitlines()
    # A scripted model says last what happened.
    message = lines[-1 if "TorchScript interpreter" in lines[0] else 0].rstrip(".:")
    message = message.removeprefix(f"{type(error).__name__}: ")
    advice = ""
    if needs_device(error):
        advice = "; eyeshot runs it on shapes, without a GPU: make tensors where the input is, as in `x.to(y.device)`"
    return RefusedError(
        f"`{type(model).__name__}` must run with {_listed(arguments)}, but "
        f"{'`' + where + '`' if where else 'it'} raises {type(error).__name__}: {message}{advice}"
    )


def _listed(arguments: Arguments) -> str:
    """Inputs with their shapes; where a shape was filled up, what the caller wrote is said first."""
    shapes = [(one.given, tuple(one.tensor.shape)) for one in arguments.inputs]
    if arguments.written:
        return f"{shapes[0][0]} {arguments.written}, taken as {shapes[0][1]}"
    return ", ".join(f"{name} {shape}" for name, shape in shapes)
