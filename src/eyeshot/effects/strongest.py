"""The strongest features of every channel over a set of images, in memory that does not grow with the set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from eyeshot.effects.maps import not_finite
from eyeshot.errors import InputError

__all__ = ["Found", "Hit", "Strongest"]

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """A feature that is among the strongest of its channel.

    Parameters
    ----------
    image : int
        The number of the image in the set.
    feature : tuple of int
        Its index, as `at` takes it.
    score : float
        Its value.
    ties : int
        How many other features of the channel, in all images so far, have the same value: a channel that saturates
        has many, and which of them is shown means nothing.
    """

    image: int
    feature: tuple[int, ...]
    score: float
    ties: int = 0


class Found(NamedTuple):
    """What one image has to tell of one channel.

    Parameters
    ----------
    channel : int
        The channel.
    places : tuple of int
        Its features that may count, by their row-major numbers.
    scores : tuple of float
        Their values.
    here : tuple of int
        How many features of the image have the same value as each of them.
    before : tuple of int
        And the same as each that was kept before.
    """

    channel: int
    places: tuple[int, ...]
    scores: tuple[float, ...]
    here: tuple[int, ...]
    before: tuple[int, ...]


class Strongest:
    """Keeps the strongest features of each channel, image by image.

    The larger value comes first, of equal ones the earlier image, then the feature that comes first in row-major
    order; so the order in which images are looked at, and when it is interrupted, changes nothing.

    Parameters
    ----------
    channels : int
        Channels.
    extents : tuple of int
        Features along each axis.
    count : int
        How many are kept of each channel.
    allowed : bool array, shape of the features; optional
        Features that may be chosen; all by default.
    """

    def __init__(self, channels: int, extents: tuple[int, ...], count: int, allowed: Array | None = None) -> None:
        if count < 1:
            raise InputError(f"at least 1 feature of each channel must be wanted, but {count} are")
        self._extents, self._count = extents, count
        self._allowed = None if allowed is None else np.flatnonzero(allowed)
        if self._allowed is not None and not len(self._allowed):
            raise InputError("some feature must have a field within the image, but none has; take them all")
        # A row for each channel, the best first; images of -1 hold nothing yet.
        self.scores = np.full((channels, count), -np.inf)
        self.images = np.full((channels, count), -1)
        self.places = np.zeros((channels, count), np.int64)
        self.ties = np.zeros((channels, count), np.int64)

    def look(self, maps: Any, where: str = "the values") -> list[Found]:
        r"""What the maps of one image have to tell.

        Parameters
        ----------
        maps : array or Tensor, shape (channels, \*features)
            The values.
        where : str
            What they are, for messages.

        Returns
        -------
        list of Found
            One for each channel in which some feature may count; to be handed to `take`.

        Raises
        ------
        InputError
            If the largest value of a channel is no finite number.
        """
        rows = maps.reshape(len(maps), -1)
        if self._allowed is not None:
            rows = rows[:, self._allowed]
        best = np.asarray(rows.amax(1).numpy(force=True) if hasattr(rows, "amax") else rows.max(1), np.float64)
        if not np.isfinite(best).all():
            raise InputError(not_finite(where, best))
        # After a few images most channels have nothing to tell any more.
        telling = np.flatnonzero(best >= self.scores[:, -1])
        if not len(telling):
            return []
        chosen = rows[telling]
        values = np.asarray(chosen.numpy(force=True) if hasattr(chosen, "numpy") else chosen, np.float64)
        return [self._found(int(channel), row) for channel, row in zip(telling, values, strict=True)]

    def _found(self, channel: int, row: Array) -> Found:
        least = self.scores[channel, -1]
        near = np.flatnonzero(row >= least) if np.isfinite(least) else np.arange(len(row))
        # A stable sort keeps row-major order among equals.
        first = near[np.argsort(-row[near], kind="stable")[: self._count]]
        places = self._allowed[first] if self._allowed is not None else first
        here = tuple(int(np.count_nonzero(row == score)) for score in row[first])
        before = tuple(int(np.count_nonzero(row == score)) for score in self.scores[channel])
        return Found(channel, tuple(places.tolist()), tuple(row[first].tolist()), here, before)

    def take(self, image: int, found: Sequence[Found]) -> None:
        """Count what an image has told.

        Parameters
        ----------
        image : int
            Its number; each image once, in any order, but each before the next is looked at.
        found : sequence of Found
            What `look` gave.
        """
        for one in found:
            self._take(image, one)

    def _take(self, image: int, one: Found) -> None:
        k, new = one.channel, np.array(one.scores)
        scores = np.concatenate([self.scores[k], new])
        images = np.concatenate([self.images[k], np.full(len(new), image)])
        places = np.concatenate([self.places[k], np.array(one.places, np.int64)])
        known = self._known(k, new)
        ties = np.concatenate([self.ties[k] + np.array(one.before), np.array(one.here, np.int64) - 1 + known])
        order = np.lexsort((places, np.where(images < 0, np.iinfo(np.int64).max, images), -scores))[: self._count]
        self.scores[k], self.images[k] = scores[order], images[order]
        self.places[k], self.ties[k] = places[order], ties[order]

    def _known(self, channel: int, scores: Array) -> Array:
        """How many features with some scores were seen in earlier images: those that are kept know of all others."""
        found = []
        for score in scores:
            same = np.flatnonzero((self.scores[channel] == score) & (self.images[channel] >= 0))
            found.append(int(self.ties[channel, same[0]]) + 1 if len(same) else 0)
        return np.array(found, np.int64)

    def hits(self, channel: int) -> tuple[Hit, ...]:
        """The strongest features of a channel, the strongest first; fewer than wanted where there are no more."""
        return tuple(
            Hit(int(image), tuple(int(i) for i in np.unravel_index(place, self._extents)), float(score), int(ties))
            for image, place, score, ties in zip(
                self.images[channel], self.places[channel], self.scores[channel], self.ties[channel], strict=True
            )
            if image >= 0
        )

    def strongest_channels(self) -> tuple[int, ...]:
        """Channels in the order of their strongest feature, the strongest first."""
        return tuple(int(channel) for channel in np.argsort(-self.scores[:, 0], kind="stable"))
