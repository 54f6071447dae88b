"""The strongest features of every channel of a layer over a set of images, through any interruption."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.lattice import boxes_on_lattice
from eyeshot.counted import counted
from eyeshot.effects.images import Image, ImageSet, image_of
from eyeshot.effects.maps import Maps
from eyeshot.effects.preprocessing import Preprocessing
from eyeshot.effects.rules import Rule
from eyeshot.effects.strongest import Found, Strongest
from eyeshot.errors import FeatureError, InputError, RunError
from eyeshot.running.disk import DISK
from eyeshot.running.journal import Journal
from eyeshot.running.lock import Lock

if TYPE_CHECKING:
    from eyeshot.effects.passes import Subject

__all__ = ["Search", "before_activation"]

Array = npt.NDArray[Any]
Progress = Callable[[int, int], None]

_SATURATING = {
    "relu", "relu_", "relu6", "hardtanh", "hardtanh_", "threshold", "clamp_min", "sigmoid", "sigmoid_", "tanh", "tanh_",
    "hardsigmoid", "hardsigmoid_",
}  # fmt: skip
"""Rising operations under which different values become the same."""


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

    def check(self, channels: Sequence[int] | None = None, rules: Sequence[Rule] = ()) -> None:
        """Refuse what could not be shown of the hits, before any image is looked at.

        Raises
        ------
        FeatureError
            If there is no such channel.
        InputError
            If no channel is asked for, or views are wanted but nothing can come back from the layer.
        """
        if channels is not None and not len(channels):
            raise InputError("at least 1 channel must be asked for, but none is; leave them out for the strongest")
        count = self.maps.channels
        for number in channels or ():
            if not -count <= number < count:
                raise FeatureError(
                    f"`{self.layer}` has {counted(count, 'channel')}, 0 … {count - 1}, but channel {number} was asked "
                    "for"
                )
        if rules:
            self.subject.linked(self.ranked, self.subject.tensor(self.image(0).numbers))

    def settings(self) -> dict[str, Any]:
        """What makes the same search over other images of the set."""
        return {
            "name": self.subject.graph.name,
            "node": self.node,
            "layer": self.layer,
            "preprocessing": self.preprocessing,
            "count": len(self.strongest.scores[0]),
            "only_inside": self.only_inside,
        }

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
        from eyeshot.running.kept import Kept

        with Kept(self.subject.model):
            for number in range(done, len(self.images)):
                if progress is not None:
                    progress(number, len(self.images))
                found = self.look(number)
                self.strongest.take(number, found)
                if book is not None:
                    book.add({"image": number, "found": found})
        if progress is not None:
            progress(len(self.images), len(self.images))

    def look(self, number: int) -> list[Found]:
        """What one image has to tell, to be handed to the strongest; raises as `run` does."""
        image = self.image(number)
        try:
            value = self.subject.value(self.ranked, self.subject.tensor(image.numbers))
        except RunError as error:
            raise RunError(f"the image {image.name!r} cannot be looked at: {error}") from error
        return self.strongest.look(self.maps.real(value), self.maps.where(image.name))

    def image(self, number: int) -> Image:
        """An image of the set.

        Raises
        ------
        InputError
            If it has another size than the first.
        """
        found = image_of(self.images.files[number], self.subject.form, self.preprocessing)
        wanted, here = self.subject.graph.inputs[0].shape[1:], found.numbers.shape
        if here != wanted:
            sizes = ["×".join(map(str, size)) for size in (wanted, here)]
            raise InputError(
                f"the image {found.name!r} must be of the size of the first, {sizes[0]} with its channels, but is of "
                f"{sizes[1]}; scale photos with --resize, bring others to one size"
            )
        return found

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
