"""What a channel looks for: its strongest features over a set of images, each with the pixels of its exact field."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.lattice import boxes_on_lattice
from eyeshot.analyses.support import region_of
from eyeshot.counted import counted
from eyeshot.effects.crops import cut
from eyeshot.effects.images import Image, ImageSet, image_of
from eyeshot.effects.maps import Maps
from eyeshot.effects.preprocessing import Preprocessing
from eyeshot.effects.rules import Rule
from eyeshot.effects.strongest import Found, Hit, Strongest
from eyeshot.effects.views import View, views_of
from eyeshot.errors import FeatureError, InputError
from eyeshot.running.disk import DISK
from eyeshot.running.journal import Journal
from eyeshot.running.lock import Lock

if TYPE_CHECKING:
    from eyeshot.effects.passes import Subject

__all__ = ["Channel", "Patch", "Patches", "Search", "patches_of"]

Array = npt.NDArray[Any]
Box = tuple[tuple[int, int], ...]
Progress = Callable[[int, int], None]

_SATURATING = {
    "relu", "relu_", "relu6", "hardtanh", "hardtanh_", "threshold", "clamp_min", "sigmoid", "sigmoid_", "tanh", "tanh_",
    "hardsigmoid", "hardsigmoid_",
}  # fmt: skip
"""Rising operations under which different values become the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    r"""One of the strongest features, and what it sees.

    Parameters
    ----------
    hit : Hit
        Image, feature and value.
    name : str
        The image's file.
    box : box
        Pixels within the field, as far as they lie in the image.
    pixels : float32 array, shape (channels, \*box)
        Them, as they are shown.
    views : tuple of View
        What came back from it, if that was asked for.
    """

    hit: Hit
    name: str
    box: Box
    pixels: Array
    views: tuple[View, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """The strongest features of one channel.

    Parameters
    ----------
    number : int
        The channel.
    patches : tuple of Patch
        The strongest first.
    """

    number: int
    patches: tuple[Patch, ...]

    @property
    def ties(self) -> int:
        """How many other features have the value of the strongest: of many, which are shown means nothing."""
        return self.patches[0].hit.ties if self.patches else 0

    def likeness(self, rule: Rule) -> float | None:
        """Mean correlation of the views of different patches; None where there are no two of one size.

        Near 1 the views show the network and not the patches: without switches of poolings a deconvnet hardly looks at
        what it is given.
        """
        views = [view.values.ravel() for patch in self.patches for view in patch.views if view.rule is rule]
        pairs = [(a, b) for a, b in itertools.combinations(views, 2) if a.shape == b.shape and a.std() and b.std()]
        return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs])) if pairs else None


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """The strongest features of some channels of a layer.

    Parameters
    ----------
    model, layer : str
        Where they are.
    ranked : str
        The value by which they are ranked, where it is that before the activation; empty otherwise.
    channels : tuple of Channel
        The channels.
    of : int
        How many channels there are.
    images : int
        How many images were looked at.
    preprocessing : str
        What was done to them, in words.
    only_inside : bool
        Whether features whose field leaves the image were left out.
    """

    model: str
    layer: str
    ranked: str
    channels: tuple[Channel, ...]
    of: int
    images: int
    preprocessing: str
    only_inside: bool = False

    def __repr__(self) -> str:
        numbers = ", ".join(str(channel.number) for channel in self.channels)
        images = counted(self.images, "image")
        return f"Patches({self.model} · {self.layer} · {images} · channels {numbers} of {self.of})"


class Search:
    """Looks for the strongest features of every channel of a layer, image by image.

    Parameters
    ----------
    subject : Subject
        The model, read at the images' size.
    node, layer : str
        The value, and what it was asked for as.
    images : ImageSet
        The images.
    preprocessing : Preprocessing
        What is done to them.
    count : int
        How many features are kept of each channel.
    only_inside : bool
        Whether features whose field leaves the image are left out.
    """

    def __init__(
        self,
        subject: Subject,
        node: str,
        layer: str,
        images: ImageSet,
        preprocessing: Preprocessing,
        *,
        count: int = 9,
        only_inside: bool = False,
    ) -> None:
        self.subject, self.node, self.layer = subject, node, layer
        self.images, self.preprocessing, self.only_inside = images, preprocessing, only_inside
        self.ranked = before_activation(subject, node)
        self.maps = Maps(layer, subject.analysis.layout(self.ranked))
        allowed = _inside(subject, self.ranked, self.maps) if only_inside else None
        self.strongest = Strongest(self.maps.channels, self.maps.extents, count, allowed)

    def run(self, journal: Path | None = None, progress: Progress | None = None) -> Strongest:
        """Look at every image; with a journal what was done is kept, and goes on where it was interrupted.

        Raises
        ------
        InputError
            If an image cannot be read, has another size, or if the journal is of another search or lies in no folder.
        """
        if journal is None:
            self._look(0, None, progress)
            return self.strongest
        if not journal.parent.is_dir():
            raise InputError(f"the journal {str(journal)!r} must lie in a folder that exists")
        with Lock(journal.with_name(journal.name + ".lock"), f"the search of {str(journal)!r}"):
            book = Journal(journal, DISK)
            done = self._resumed(book)
            try:
                self._look(done, book, progress)
            except InputError:
                # The set has to change: nothing of it could go on.
                book.remove()
                raise
            book.remove()
        return self.strongest

    def _look(self, done: int, book: Journal | None, progress: Progress | None) -> None:
        for number in range(done, len(self.images)):
            if progress is not None:
                progress(number, len(self.images))
            found = self.strongest.look(self._maps_of(number))
            self.strongest.take(number, found)
            if book is not None:
                book.add({"image": number, "found": found})
        if progress is not None:
            progress(len(self.images), len(self.images))

    def image(self, number: int) -> Image:
        """An image of the set.

        Raises
        ------
        InputError
            If it has another size than the first.
        """
        value = self.subject.graph.inputs[0]
        found = image_of(self.images.files[number], value.shape[1], len(value.axes), self.preprocessing)
        wanted = tuple(value.shape[axis.dim] for axis in value.axes)
        if found.numbers.shape[1:] != wanted:
            sizes = ["×".join(map(str, size)) for size in (wanted, found.numbers.shape[1:])]
            raise InputError(
                f"the image {found.name!r} must have {sizes[0]} pixels as the first, but has {sizes[1]}; use --resize"
            )
        return found

    def _maps_of(self, number: int) -> Any:
        value = self.subject.value(self.ranked, self.subject.tensor(self.image(number).numbers)).detach()
        if not value.is_floating_point():
            raise InputError(f"`{self.layer}` must hold real numbers, but its type is {value.dtype}")
        return self.maps.apart(value)

    def _resumed(self, book: Journal) -> int:
        """How many images were done before."""
        book.read()
        head = self._head()
        if book.head is None:
            book.begin(head)
            return 0
        other = next((name for name, digest in head.items() if book.head.get(name) != digest), None)
        if other is not None:
            raise InputError(
                f"{str(book.path)!r} is the journal of an interrupted search with another {other}; give the same, or "
                "remove it to begin anew"
            )
        done = 0
        for entry in book.entries:
            # A line that was lost ends what is known: images count in their order.
            if entry["image"] != done:
                break
            self.strongest.take(done, [Found(*one) for one in entry["found"]])
            done += 1
        return done

    def _head(self) -> dict[str, Any]:
        from eyeshot.running.identity import file_digest, model_digests, state_of

        return {
            "model": model_digests(state_of(self.subject.model), ()),
            "layer": self.layer,
            "input size": list(self.subject.graph.inputs[0].shape),
            "set of images": [file_digest(name) for name in self.images.files],
            "preprocessing": repr(self.preprocessing),
            "number of features": len(self.strongest.scores[0]),
            "choice of features": self.only_inside,
        }


def before_activation(subject: Subject, node: str) -> str:
    """The value that an activation is made of, where different values become the same in it; else the value itself."""
    graph = subject.graph
    while subject.operation(node) in _SATURATING and graph.by_name[node].inputs[0] in graph.by_name:
        node = graph.by_name[node].inputs[0]
    return node


def _inside(subject: Subject, node: str, maps: Maps) -> Array:
    """Features whose theoretical field lies within the image."""
    value = subject.graph.inputs[0]
    extents = [value.shape[axis.dim] for axis in value.axes]
    found = np.zeros(maps.extents, np.bool_)
    terms, layout = subject.analysis.theoretical.fields[node], subject.analysis.layout(node)
    for feature, box in boxes_on_lattice(terms, layout, [range(n) for n in maps.extents], len(extents)):
        found[feature] = all(lo >= 0 and hi <= n for (lo, hi), n in zip(box, extents, strict=True))
    return found


def patches_of(
    search: Search, channels: Sequence[int] | None = None, *, most: int = 4, rules: Sequence[Rule] = ()
) -> Patches:
    """Cut the patches of some channels out of their images, and look back from them.

    Parameters
    ----------
    search : Search
        One that has run.
    channels : sequence of int, optional
        Channels; by default those with the strongest features.
    most : int
        How many then.
    rules : sequence of Rule
        What rectifiers let through on the way back; none for no views.

    Raises
    ------
    FeatureError
        If there is no such channel.
    """
    count, subject = search.maps.channels, search.subject
    for number in channels or ():
        if not -count <= number < count:
            raise FeatureError(
                f"`{search.layer}` has {counted(count, 'channel')}, 0 … {count - 1}, but channel {number} was asked for"
            )
    chosen = (
        [n % count for n in channels] if channels is not None else list(search.strongest.strongest_channels()[:most])
    )
    hits = {number: search.strongest.hits(number) for number in chosen}
    made: dict[tuple[int, int], Patch] = {}
    # Image by image, so that each is read once.
    wanted = sorted((hit.image, number, k) for number, listed in hits.items() for k, hit in enumerate(listed))
    for image_number, group in itertools.groupby(wanted, key=lambda one: one[0]):
        image = search.image(image_number)
        for _, number, k in group:
            hit = hits[number][k]
            box = region_of(subject.analysis, search.ranked, hit.feature, subject.graph.inputs[0]).pixels
            patch = Patch(hit, image.name, box, cut(image.pixels, box))
            if rules:
                found = views_of(
                    subject, search.ranked, search.layer, image, channel=number, feature=hit.feature, rules=rules
                )
                patch = replace(patch, views=found.views)
            made[number, k] = patch
    return Patches(
        subject.graph.name,
        search.layer,
        search.ranked if search.ranked != search.node else "",
        tuple(Channel(number, tuple(made[number, k] for k in range(len(hits[number])))) for number in chosen),
        count,
        len(search.images),
        search.image(0).prepared,
        search.only_inside,
    )
