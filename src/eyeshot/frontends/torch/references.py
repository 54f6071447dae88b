"""Model references that run Python: `package.module:factory`, `path/file.py:factory`, `torchvision:NAME`, `timm:NAME`.

This module imports torch only when a reference is followed, so that a missing torch is one clear line.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from eyeshot.errors import EyeshotError, InputError, ModelReferenceError, nearest

if TYPE_CHECKING:
    from eyeshot.graph.core import Graph

__all__ = ["Built", "build_reference", "is_module", "is_reference", "load_module", "load_reference", "need"]

_REFERENCE = re.compile(
    r"(?P<where>[^\W\d]\w*(?:\.[^\W\d]\w*)*|[^\s|;:]+\.py|[A-Za-z]:[^|;:]+\.py):(?P<what>[A-Za-z_][\w.\-]*)"
)


_Way = Callable[[Callable[..., Any], dict[str, Any]], Any]
"""How a factory is called with its arguments."""


@dataclass(frozen=True, slots=True)
class Built:
    """A model, and the input that it is made for."""

    module: Any
    input_shape: Any
    name: str


def is_reference(text: str) -> bool:
    """Whether a text has the form of a reference to Python.

    Examples
    --------
    >>> is_reference("torchvision:resnet50"), is_reference("models/net.py:make"), is_reference("conv k3")
    (True, True, False)
    """
    return _parsed(text) is not None


def _parsed(text: str) -> re.Match[str] | None:
    return _REFERENCE.fullmatch(text.strip()) if text.strip().isprintable() else None


def is_module(model: object) -> bool:
    """Whether an object is a PyTorch module; torch is not imported to find out."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def load_module(
    model: Any,
    *,
    input_shape: Any = None,
    axes: str | None = None,
    strict: bool = False,
    call: Mapping[str, Any] | None = None,
) -> Graph:
    """The graph of a PyTorch module; as `eyeshot.frontends.torch.capture.capture`."""
    need("torch")
    from eyeshot.frontends.torch.capture import capture

    return capture(model, input_shape=input_shape, axes=axes, strict=strict, call=call)


def load_reference(
    text: str,
    *,
    input_shape: Any = None,
    axes: str | None = None,
    strict: bool = False,
    arguments: Mapping[str, Any] | None = None,
    call: Mapping[str, Any] | None = None,
) -> Graph:
    """The graph of the model that a reference to Python means.

    Parameters
    ----------
    text : str
        ``"package.module:factory"``, ``"path/file.py:factory"``, ``"torchvision:NAME"`` or ``"timm:NAME"``. The
        factory is called; the model that it returns is put into evaluation mode.
    input_shape, axes, strict
        As for a module; models of torchvision and timm have an input size of their own.
    arguments : mapping, optional
        Named arguments for the factory.
    call : mapping, optional
        Named arguments of ``forward`` that are no inputs.

    Raises
    ------
    ModelReferenceError
        If there is no such file, module, model or factory.
    InputError
        If the factory fails, or what it returns is no model.
    """
    built = build_reference(text, arguments=arguments)
    from eyeshot.frontends.torch.capture import capture

    return capture(
        built.module,
        input_shape=built.input_shape if input_shape is None else input_shape,
        axes=axes,
        strict=strict,
        name=built.name,
        call=call,
    )


def build_reference(text: str, *, arguments: Mapping[str, Any] | None = None, spared: bool = True) -> Built:
    """The model that a reference to Python means, in evaluation mode.

    Parameters
    ----------
    text, arguments
        As for `load_reference`.
    spared : bool
        Whether models of torchvision and timm are made without memory for their weights.
    """
    match = _parsed(text)
    if match is None:
        raise ModelReferenceError(f"a reference to Python must be such as package.module:factory, but is {text!r}")
    need("torch")
    where, what = match["where"], match["what"]
    named = dict(arguments or {})
    maker = {"torchvision": _torchvision, "timm": _timm}.get(where)
    from eyeshot.frontends.torch.aside import TURN, Aside

    with TURN, Aside():
        return maker(what, named, _spared if spared else _whole) if maker is not None else _factory(where, what, named)


def need(library: str) -> ModuleType:
    """A library that a model needs; one line says what to do where it is missing."""
    try:
        return importlib.import_module(library)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name == library:
            raise InputError(
                f"this model needs {library}, which is not installed; run: pip install 'eyeshot[torch]'"
                + ("" if library == "torch" else f" {library}")
            ) from None
        raise InputError(f"{library} is installed but cannot be imported: {_line(error)}") from error


# ---------------------------------------------------------------------- short forms


def _torchvision(name: str, arguments: dict[str, Any], way: _Way) -> Built:
    models = need("torchvision").models
    known = models.list_models()
    if name not in known:
        raise ModelReferenceError(f"torchvision has no model `{name}`{nearest(name, known)}")
    maker = models.get_model_builder(name)
    # Nothing is downloaded: neither weights of the whole nor of its backbone.
    if "weights_backbone" in inspect.signature(maker).parameters:
        arguments = {"weights_backbone": None, **arguments}
    module = _made(lambda: way(maker, arguments), f"torchvision:{name}")
    return Built(module.eval(), _torchvision_input(models, name), name)


def _torchvision_input(models: Any, name: str) -> Any:
    if "detection" in models.get_model_builder(name).__module__:
        return [[(3, 800, 800)]]
    if name == "s3d":
        return (1, 3, 16, 224, 224)
    if "video" in models.get_model_builder(name).__module__:
        return (1, 3, 16, 224, 224) if name.startswith(("mvit", "swin")) else (1, 3, 16, 112, 112)
    if "optical_flow" in models.get_model_builder(name).__module__:
        return [(1, 3, 360, 480), (1, 3, 360, 480)]
    if "segmentation" in models.get_model_builder(name).__module__:
        return (1, 3, 520, 520)
    weights = models.get_model_weights(name)
    size = 224
    for entry in list(weights)[-1:]:
        crop = getattr(entry.transforms, "keywords", {}).get("crop_size", size)
        size = crop if isinstance(crop, int) else crop[0]
    return (1, 3, size, size)


def _timm(name: str, arguments: dict[str, Any], way: _Way) -> Built:
    timm = need("timm")
    if not timm.is_model(name):
        raise ModelReferenceError(f"timm has no model `{name}`{nearest(name, timm.list_models())}")
    module = _made(lambda: way(lambda **named: timm.create_model(name, **named), arguments), f"timm:{name}")
    size = module.pretrained_cfg.get("input_size", (3, 224, 224))
    return Built(module.eval(), (1, *size), name)


def _spared(maker: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """A model made without memory for its weights, or with it where the model computes with them."""
    from eyeshot.frontends.torch.sparing import NumbersNeededError, Sparing

    try:
        with Sparing():
            return maker(**arguments)
    except NumbersNeededError:
        return maker(**arguments)


def _whole(maker: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """A model made as it is."""
    return maker(**arguments)


# ---------------------------------------------------------------------- factories


def _factory(where: str, what: str, arguments: dict[str, Any]) -> Built:
    import torch

    reference = f"{where}:{what}"
    with _path_of(where):
        found: Any = _imported(where)
        for part in what.split("."):
            if not hasattr(found, part):
                raise ModelReferenceError(f"`{where}` has no `{part}`{nearest(part, dir(found))}")
            found = getattr(found, part)
        if isinstance(found, torch.nn.Module):
            return Built(found, None, what)
        if not callable(found):
            raise InputError(
                f"`{reference}` must be a function or class that makes a model, but is of type {type(found).__name__}"
            )
        module = _made(lambda: found(**arguments), reference)
    if not isinstance(module, torch.nn.Module):
        raise InputError(f"`{reference}` must return a torch.nn.Module, but returns {type(module).__name__}")
    return Built(module.eval(), None, what)


def _made(maker: Callable[[], Any], reference: str) -> Any:
    from eyeshot.frontends.torch.failures import needs_device

    try:
        return maker()
    except EyeshotError:
        raise
    except (Exception, SystemExit) as error:
        advice = "give what it needs with --arg name=value"
        if needs_device(error):
            advice = "eyeshot needs no GPU: leave the model where it is made, or choose a device with --arg"
        raise InputError(
            f"`{reference}` must make a model, but raises {type(error).__name__}: {_line(error)}; {advice}"
        ) from error


def _imported(where: str) -> ModuleType:
    if where.endswith(".py"):
        return _imported_file(Path(where))
    try:
        return importlib.import_module(where)
    except ModuleNotFoundError as error:
        if error.name is not None and (where == error.name or where.startswith(error.name + ".")):
            raise ModelReferenceError(f"there is no module `{where}` to import; is it on the path?") from None
        raise InputError(f"importing `{where}` must work, but raises {type(error).__name__}: {_line(error)}") from error
    except (Exception, SystemExit) as error:
        raise InputError(f"importing `{where}` must work, but raises {type(error).__name__}: {_line(error)}") from error


def _imported_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise ModelReferenceError(f"there is no file {str(path)!r}")
    name = f"_eyeshot_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ModelReferenceError(f"{str(path)!r} must be a Python file")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses and pickles of the file look their module up by name.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise InputError(
            f"running {str(path)!r} must work, but raises {type(error).__name__}: {_line(error)}"
        ) from error
    return module


@contextmanager
def _path_of(where: str) -> Iterator[None]:
    """What `python file.py` and `python -m package.module` would find is found."""
    folder = str(Path(where).resolve().parent) if where.endswith(".py") else str(Path.cwd())
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        if folder in sys.path:
            sys.path.remove(folder)


def _line(error: BaseException) -> str:
    return (str(error).strip() or "no message").splitlines()[0]
