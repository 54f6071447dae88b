"""The user's model as what a tile needs: an array in, arrays out, checked against the plan."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from threading import get_ident
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from eyeshot.errors import EyeshotError, InputError
from eyeshot.frontends.torch.aside import TURN, Aside
from eyeshot.frontends.torch.references import is_module
from eyeshot.frontends.torch.runnable import eagerly, has_compiled_modules, runnable, undivided
from eyeshot.measure.tiles.calls import Calls
from eyeshot.measure.tiles.memory import give_back
from eyeshot.measure.tiles.mode import check_mode
from eyeshot.running.identity import State, state_of
from eyeshot.running.kept import Kept

if TYPE_CHECKING:
    from eyeshot.plan.results import Tile, Tiling

__all__ = ["Network", "as_array", "check_dtype", "named", "told"]

Array = npt.NDArray[Any]

_ROUNDING, _MOST_ROUNDING = 1e-5, 0.05
_EAGER = (
    "the model is compiled, but runs operation by operation and not at its compiled speed, because `{}`, which is "
    "wanted, is a result within it"
)
_WORTH = 2**25
"""Bytes of a tile from which it matters what tiles of other shapes have left in the heap."""
_NUMPY_HAS = (torch.float16, torch.float32, torch.float64)


class Network:
    """A model that runs tiles; a context, within which it is called.

    Parameters
    ----------
    model : Module
        The model, in evaluation mode.
    tiling : Tiling
        The plan; it says which results are wanted and which shapes they must have.
    device : str or torch.device, optional
        Where to run; where the model is by default. The model is moved there.

    Raises
    ------
    InputError
        If the model is none, or is in training mode.
    """

    def __init__(self, model: Any, tiling: Tiling, device: Any = None) -> None:
        if not is_module(model):
            raise InputError(
                f"tiles are run by a torch.nn.Module, but the model is of type {type(model).__name__}; give the module"
            )
        self._model = runnable(model)
        self._is_compiled = has_compiled_modules(model)
        # What is compiled is faster by that; where its hooks are needed, which it does not hear, it is not used.
        self._called = undivided(model)
        check_mode(self._model)
        if device is not None:
            with TURN:
                self._model.to(_device(device))
        self._tiling = tiling
        nowhere = [output.name for output in tiling.outputs if output.place is None]
        if nowhere:
            raise InputError(
                f"a run can give what the model or one of its modules returns, but `{nowhere[0]}` is neither; "
                "choose the output of a module"
            )
        tensors = [*self._model.parameters(), *self._model.buffers()]
        self.device = tensors[0].device if tensors else torch.device(device or "cpu")
        if self.device.type == "meta":
            raise InputError("the model must have weights, but its tensors are on the meta device; load them first")
        number = next((p.dtype for p in self._model.parameters() if p.is_floating_point()), torch.get_default_dtype())
        self._number = number
        self._taps: dict[str, _Tap] = {}
        self._shape: tuple[int, ...] = ()
        # For each shape of a batch the shapes of all outputs.
        self._expected: dict[tuple[int, ...], list[tuple[int, ...]]] = {}

    def __enter__(self) -> Network:
        """Set up once what is needed around every forward: around each it would cost what a small one does."""
        with ExitStack() as stack:
            stack.enter_context(Kept(self._model))
            stack.enter_context(torch.inference_mode())
            paths = [output.place for output in self._tiling.outputs if isinstance(output.place, str)]
            self._taps = {path: stack.enter_context(_Tap(self._model, path)) for path in paths}
            if self._taps and self._is_compiled:
                warnings.warn(_EAGER.format(paths[0]), stacklevel=2)
                stack.enter_context(eagerly())
            self._ready = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ready.close()

    def __call__(self, batch: Array, watch: AbstractContextManager[Any] | None = None) -> list[Array]:
        """The outputs for some tiles of one shape; within the network's context.

        Parameters
        ----------
        batch : array, shape (tiles · batch of the image, channels, *pixels)
            Tiles one after the other.
        watch : context, optional
            What is active while the model runs.
        """
        self._make_room(batch.shape)
        x = torch.from_numpy(np.ascontiguousarray(batch)).to(self.device, self._number)
        # One call at a time: a model may keep things on itself while it runs, and whoever reads or proves it in another
        # thread swaps its weights.
        with TURN, Aside():
            for tap in self._taps.values():
                tap.begin()
            with watch or nullcontext():
                result = self._called(x)
            returned = list(_tensors(result))
        found = []
        for output in self._tiling.outputs:
            place = output.place
            if isinstance(place, str):
                tensor = self._taps[place].seen
            else:
                tensor = returned[place] if place is not None and place < len(returned) else None
            if tensor is None:
                raise InputError(f"the model must give `{output.name}`, but a run on a tile does not")
            found.append(tensor)
        self._check_shapes(found, batch.shape)
        return [as_array(tensor) for tensor in found]

    def _make_room(self, shape: tuple[int, ...]) -> None:
        """Give the heap back where what lives in this tile does not fit into the holes that another shape has left.

        That costs about what one small tile does, so it is done only where the holes are worth it.
        """
        if shape != self._shape and self.device.type == "cpu" and self._tiling.bytes >= _WORTH:
            give_back()
        self._shape = shape

    def _check_shapes(self, found: Sequence[Any], batch: tuple[int, ...]) -> None:
        if batch not in self._expected:
            self._expected[batch] = self._shapes(batch)
        for output, tensor, want in zip(self._tiling.outputs, found, self._expected[batch], strict=False):
            if tensor.shape != want:
                raise InputError(
                    f"`{output.name}` must have the shape {want} as when the model was captured, but a run gives "
                    f"{tuple(tensor.shape)}; is it the same model?"
                )

    def _shapes(self, batch: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Shapes that the outputs must have for some tiles; none where the proof did not look at that size."""
        expected = self._tiling.shapes.get(tuple(batch[d] for d in self._tiling.dims), ())
        times = batch[0] // self._tiling.image[0] if self._tiling.dims[0] else 1
        return [(shape[0] * times, *shape[1:]) for shape in expected]

    def watched(self, batch: Array) -> tuple[list[Array], str]:
        """The outputs for one tile, and a digest of all that the model calls for them."""
        calls = Calls(self._model)
        # Within what is compiled nothing can be watched.
        with eagerly():
            return self(batch, calls), calls.hexdigest()

    def state(self, *, weights: bool = True) -> State:
        """What the model holds; see `eyeshot.running.identity.state_of`."""
        return state_of(self._model, weights=weights)

    @property
    def number(self) -> str:
        """Type of the numbers in which it computes."""
        return str(self._number).removeprefix("torch.")

    @property
    def rounding(self) -> float:
        """How far two runs of the same work may be apart, in parts of the largest number, by the order of sums."""
        eps = float(torch.finfo(self._number).eps) / float(torch.finfo(torch.float32).eps)
        return min(_MOST_ROUNDING, _ROUNDING * eps)


class _Tap:
    """Keeps what a call of a module of the model returns, as a context; ``block#2`` is the second call.

    A module's hooks hear the calls of all threads; only those of the thread that began the run count.
    """

    def __init__(self, model: torch.nn.Module, label: str) -> None:
        modules = dict(model.named_modules())
        path, _, number = (label, "", "") if label in modules else label.rpartition("#")
        if path not in modules:
            raise InputError(f"the model must have a module `{label}`, whose result is wanted, but has none")
        self._module, self._number = modules[path], int(number or 1)
        self.seen: Any = None
        self.begin()

    def begin(self) -> None:
        """Expect a new run of the model."""
        self.seen, self._calls, self._thread = None, 0, get_ident()

    def __enter__(self) -> _Tap:
        self._handle = self._module.register_forward_hook(self._keep)
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.remove()

    def _keep(self, _module: Any, _args: Any, output: Any) -> None:
        if get_ident() != self._thread:
            return
        self._calls += 1
        if self._calls == self._number and isinstance(output, torch.Tensor):
            self.seen = output.clone()


def _device(device: Any) -> Any:
    try:
        found = torch.device(device)
        torch.empty(1, device=found)
    except (RuntimeError, AssertionError) as error:
        line = (str(error).strip() or "no message").splitlines()[0]
        raise InputError(f"the device must be one that torch can use, but {str(device)!r} is not: {line}") from None
    return found


def _tensors(result: Any) -> Any:
    """All tensors in a result of any structure, in the order in which the model is captured."""
    if isinstance(result, torch.Tensor):
        yield result
        return
    if isinstance(result, Mapping):
        items = list(result.values())
    elif isinstance(result, list | tuple):
        items = list(result)
    elif hasattr(result, "__dict__") and not isinstance(result, torch.nn.Module | type):
        items = list(vars(result).values())
    else:
        return
    for item in items:
        yield from _tensors(item)


def as_array(tensor: Any) -> Array:
    """A tensor's numbers; those of bfloat16 and other types that numpy has not become float32, exactly."""
    is_known = not tensor.dtype.is_floating_point or tensor.dtype in _NUMPY_HAS
    array: Array = (tensor if is_known else tensor.float()).numpy(force=True)
    return array


def check_dtype(dtype: Any, where: str) -> None:
    """Refuse numbers that no model takes.

    Raises
    ------
    InputError
        Unless they are boolean, whole or real numbers of a type that torch has too.
    """
    found = np.dtype(dtype)
    if found.name == "bfloat16":
        return
    if found.kind not in "buif":
        raise InputError(f"{where} must hold whole or real numbers, but its type is {found}")
    if found.itemsize > 8:
        raise InputError(f"{where} must hold numbers of 64 bits at most, as torch does, but its type is {found}")


def told(error: BaseException) -> str:
    """An exception in one line."""
    line = (str(error).strip() or "no message").splitlines()[0]
    return line if isinstance(error, EyeshotError) else f"{type(error).__name__}: {line}"


def named(tiling: Tiling, tile: Tile) -> str:
    """A tile for messages: its place in the grid, and what it reads."""
    box = ", ".join(f"{cut.axis} {a}…{b}" for cut, (a, b) in zip(tiling.axes, tile.read, strict=True))
    return f"({tile.name}) of {'×'.join(map(str, tiling.grid))}, which reads {box}"
