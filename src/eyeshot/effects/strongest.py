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
        return self._found(telling, np.asarray(chosen.numpy(force=True) if hasattr(chosen, "numpy") else chosen))

    def _found(self, channels: Array, rows: Array) -> list[Found]:
        """What some channels have to tell; all of them at once, because most of many images are soon no news."""
        count, kept = min(self._count, rows.shape[1]), self.scores[channels]
        # Whatever is kept in the end is neither below what is kept now nor below the last that comes from here.
        least = np.maximum(np.partition(rows, -count, axis=1)[:, -count], kept[:, -1])
        row, place = np.nonzero(rows >= least[:, None])
        value = rows[row, place].astype(np.float64)
        # A stable order: row-major among equals.
        order = np.lexsort((place, -value, row))
        row, place, value = row[order], place[order], value[order]
        starts = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
        before = np.add.reduceat((value[:, None] == kept[row]).astype(np.int64), starts)
        runs = np.concatenate([[True], (row[1:] != row[:-1]) | (value[1:] != value[:-1])])
        here = np.diff(np.append(np.flatnonzero(runs), len(runs)))[np.cumsum(runs) - 1]
        places = self._allowed[place] if self._allowed is not None else place
        ends = np.minimum(np.append(starts[1:], len(row)), starts + self._count)
        told = zip(channels.tolist(), starts, ends, before.tolist(), strict=True)
        return [
            Found(k, tuple(places[a:b].tolist()), tuple(value[a:b].tolist()), tuple(here[a:b].tolist()), tuple(same))
            for k, a, b, same in told
        ]

    def take(self, image: int, found: Sequence[Found]) -> None:
        """Count what an image has told.

        Parameters
        ----------
        image : int
            Its number; each image once, in any order, but each before the next is looked at.
        found : sequence of Found
            What `look` gave.
        """
        if not found:
            return
        k = [one.channel for one in found]
        new = np.full((len(found), self._count), -np.inf)
        places, here = np.zeros(new.shape, np.int64), np.zeros(new.shape, np.int64)
        for i, one in enumerate(found):
            n = len(one.scores)
            new[i, :n], places[i, :n], here[i, :n] = one.scores, one.places, one.here
        mine = (self.scores[k], self.images[k], self.places[k], self.ties[k] + np.array([one.before for one in found]))
        theirs = (new, np.where(np.isfinite(new), image, -1), places, here - 1 + self._known(k, new))
        self._choose(k, mine, theirs)

    def merged(self, other: Strongest) -> Strongest:
        """What is the strongest of two sets of images, of which each has told all.

        A value that is kept here and not there stands there nowhere, or is below all that is kept there and so is not
        kept in the end: what is kept tells of all ties that matter, and the order of merging changes nothing.

        Parameters
        ----------
        other : Strongest
            Of other images, by their numbers in the same set.

        Returns
        -------
        Strongest
            A new one; both stay as they are.
        """
        found = Strongest(len(self.scores), self._extents, self._count)
        found._allowed = self._allowed
        k = list(range(len(self.scores)))
        mine, theirs = (
            (one.scores, one.images, one.places, one.ties + another._known(k, one.scores))
            for one, another in ((self, other), (other, self))
        )
        found._choose(k, mine, theirs)
        return found

    def _choose(self, k: list[int], mine: tuple[Array, ...], theirs: tuple[Array, ...]) -> None:
        """Keep the strongest of two lists of scores, images, places and ties for some channels."""
        scores, images, places, ties = (np.concatenate(both, axis=1) for both in zip(mine, theirs, strict=True))
        last = np.where(images < 0, np.iinfo(np.int64).max, images)
        order = np.lexsort((places, last, -scores))[:, : self._count]
        self.scores[k], self.images[k], self.places[k], self.ties[k] = (
            np.take_along_axis(part, order, axis=1) for part in (scores, images, places, ties)
        )

    def _known(self, channels: list[int], scores: Array) -> Array:
        """How many features with some scores were seen in earlier images: those that are kept know of all others."""
        same = (scores[:, :, None] == self.scores[channels][:, None, :]) & (self.images[channels] >= 0)[:, None, :]
        ties = np.take_along_axis(self.ties[channels], same.argmax(2), axis=1)
        return np.where(same.any(2), ties + 1, 0)

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
