"""A search over a large set of images as dask tasks: some images each, their results merged two by two."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

from eyeshot.effects.images import ImageSet
from eyeshot.effects.strongest import Strongest
from eyeshot.errors import EyeshotError, InputError, RunError
from eyeshot.running.identity import file_digest, model_digests, state_of

if TYPE_CHECKING:
    from eyeshot.effects.search import Search

__all__ = ["CHUNK", "spread"]

CHUNK = 32
"""Images of one task: enough that reading the model is little beside running it."""
_CLUSTERS = ("dask.distributed", "distributed")
"""Names for the cluster that dask is connected to."""


def spread(search: Search, scheduler: Any) -> Strongest:
    """Look at every image of a search on dask, and give it what was found.

    The same model, images and settings make the same tasks, each of which may be run again at will; their results are
    merged in an order that changes nothing. So whatever runs them, and whoever is lost meanwhile, it is what one
    process finds.

    Parameters
    ----------
    search : Search
        One that has not run.
    scheduler : str or distributed.Client
        What runs the tasks, as dask takes it: ``"threads"``, ``"processes"``, ``"synchronous"``, or a cluster's client.

    Raises
    ------
    InputError
        If dask is not installed, knows no such scheduler, or an image cannot be looked at.
    RunError
        If the model fails on an image, or the cluster does.
    """
    _check(scheduler)
    delayed = _library("dask").delayed
    tokenize = _library("dask.base").tokenize
    files = [os.path.abspath(name) for name in search.images.files]
    model = tokenize(model_digests(state_of(search.subject.model), ()))
    sent = delayed(search.subject.model, name=f"patches-model-{model}")
    shape, settings = search.subject.graph.inputs[0].shape, search.settings()
    work, join = delayed(_looked, pure=True), delayed(_merged, pure=True)
    level = []
    for start in range(0, len(files), CHUNK):
        part = files[start : start + CHUNK]
        token = tokenize(model, shape, settings, start, part, [file_digest(name) for name in part])
        level.append(work(sent, shape, settings, start, part, dask_key_name=f"patches-{token}"))
    while len(level) > 1:
        level = [join(*level[k : k + 2]) if len(level) > k + 1 else level[k] for k in range(0, len(level), 2)]
    search.strongest = _computed(level[0], scheduler)
    return search.strongest


def _check(scheduler: Any) -> None:
    """Refuse a name that dask does not know, before it can be taken for a fault of the search."""
    known = _library("dask.base").named_schedulers
    if isinstance(scheduler, str) and scheduler.lower() not in known and scheduler.lower() not in _CLUSTERS:
        raise InputError(
            f"dask must know the scheduler, but does not know {scheduler!r}; take threads, processes, synchronous, or "
            "a cluster's client"
        )


def _computed(found: Any, scheduler: Any) -> Strongest:
    try:
        (result,) = _library("dask").compute(found, scheduler=scheduler, optimize_graph=False)
    except EyeshotError:
        raise
    except Exception as error:
        line = (str(error).strip() or "no message").splitlines()[0]
        raise RunError(f"the search on dask broke off: {type(error).__name__}: {line}") from error
    assert isinstance(result, Strongest)  # noqa: S101 - for the type checker
    return result


def _looked(model: Any, shape: tuple[int, ...], settings: dict[str, Any], start: int, files: list[str]) -> Strongest:
    """One task: what some images have to tell, by their numbers in the whole set."""
    from eyeshot.effects.passes import Subject
    from eyeshot.effects.search import Search

    subject = Subject(model, shape, name=settings["name"])
    search = Search(
        subject, settings["node"], settings["layer"], ImageSet(tuple(files)), settings["preprocessing"],
        count=settings["count"], only_inside=settings["only_inside"],
    )  # fmt: skip
    for number in range(len(files)):
        search.strongest.take(start + number, search.look(number))
    return search.strongest


def _merged(one: Strongest, other: Strongest) -> Strongest:
    return one.merged(other)


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise InputError("a scheduler needs dask, which is not installed; run: pip install 'eyeshot[tiles]'") from None
