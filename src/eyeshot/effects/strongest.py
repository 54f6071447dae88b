"""The strongest features of every channel over a set of images, in memory that does not grow with the set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.errors import InputError

__all__ = ["Hit", "Strongest"]

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

    def add(self, image: int, maps: Any) -> None:
        r"""Look at the maps of one image.

        Parameters
        ----------
        image : int
            Its number; each image once, in any order.
        maps : array or Tensor, shape (channels, \*features)
            The values.

        Raises
        ------
        InputError
            If some value is not a number.
        """
        rows = maps.reshape(len(maps), -1)
        if self._allowed is not None:
            rows = rows[:, self._allowed]
        best = np.asarray(rows.amax(1).numpy(force=True) if hasattr(rows, "amax") else rows.max(1), np.float64)
        if np.isnan(best).any():
            raise InputError(f"the values must be numbers, but are NaN in channel {int(np.isnan(best).argmax())}")
        # After a few images most channels have nothing to tell any more.
        telling = np.flatnonzero(best >= self.scores[:, -1])
        if not len(telling):
            return
        chosen = rows[telling]
        values = np.asarray(chosen.numpy(force=True) if hasattr(chosen, "numpy") else chosen, np.float64)
        for channel, row in zip(telling, values, strict=True):
            self._merge(int(channel), image, row)

    def _merge(self, channel: int, image: int, row: Array) -> None:
        least = self.scores[channel, -1]
        near = np.flatnonzero(row >= least) if np.isfinite(least) else np.arange(len(row))
        # A stable sort keeps row-major order among equals.
        first = near[np.argsort(-row[near], kind="stable")[: self._count]]
        places = self._allowed[first] if self._allowed is not None else first
        scores = np.concatenate([self.scores[channel], row[first]])
        images = np.concatenate([self.images[channel], np.full(len(first), image)])
        places = np.concatenate([self.places[channel], places])
        here = np.array([np.count_nonzero(row == score) for score in row[first]], np.int64)
        before = np.array([np.count_nonzero(row == score) for score in self.scores[channel]], np.int64)
        known = self._known(channel, row[first])
        ties = np.concatenate([self.ties[channel] + before, here - 1 + known])
        order = np.lexsort((places, np.where(images < 0, np.iinfo(np.int64).max, images), -scores))[: self._count]
        self.scores[channel], self.images[channel] = scores[order], images[order]
        self.places[channel], self.ties[channel] = places[order], ties[order]

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

    # ------------------------------------------------------------------ on its way to a journal and back

    def state(self) -> dict[str, Array]:
        """All that it knows, as arrays."""
        return {"scores": self.scores, "images": self.images, "places": self.places, "ties": self.ties}

    def resume(self, state: dict[str, Array]) -> None:
        """Go on with what another one knew."""
        for name, array in state.items():
            mine = getattr(self, name)
            if mine.shape != array.shape:
                raise InputError(
                    f"what is resumed must be of the same search, but its {name} have the shape {array.shape}"
                )
            mine[...] = array
