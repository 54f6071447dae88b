"""What is said of one value for a batch of probes, and what other numbers have shown of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.analyses.hulls import by_feature
from eyeshot.analyses.layout import Layout
from eyeshot.analyses.results import Reach
from eyeshot.graph.access import Shape
from eyeshot.measure.claims import Watched
from eyeshot.measure.flags import any_and_all

__all__ = ["Open", "Said", "features_said", "per_probe"]

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one value for a batch of probes, on the dimensions along which not all elements are alike.

    `may` holds all that may be reached, `must` all that has to be. They are the same where the exact sets are known;
    from the hulls alone only their ends have to be reached.
    """

    keep: tuple[int, ...]
    may: Bools
    must: Bools


class Open:
    """A value of which NaN does not tell all, and what was shown of it so far.

    Every place is asked by itself, also where all are said to be alike; only channels are taken together where they are
    said to read the same, as a feature is all of them.

    Parameters
    ----------
    said : Said
        What is said of its elements.
    shape : tuple of int
        Its shape.
    layout : Layout
        How its features are numbered.
    asked : tuple of int
        Dimensions that are asked index by index: those of `said`, and all that hold places.
    watched : sequence of (Watched, bool array)
        Features whose support is checked, each with which of the probes it is said to read.
    reaches : sequence of Reach or None
        For pixels the features that are said to read them.
    """

    def __init__(
        self,
        said: Said,
        shape: Shape,
        layout: Layout,
        asked: tuple[int, ...],
        watched: Sequence[tuple[Watched, Bools]],
        reaches: Sequence[Reach | None],
    ) -> None:
        self.said, self.asked = said, asked
        self._layout, self._watched, self._reaches = layout, watched, reaches
        count = len(said.may)
        self._ones = tuple(n if d in asked else 1 for d, n in enumerate(shape))
        kept = tuple(n if d in said.keep else 1 for d, n in enumerate(shape) if d in asked)
        self._may, self._must = (part.reshape(count, *kept) for part in (said.may, said.must))
        self.shown = np.zeros((count, *(shape[d] for d in asked)), np.bool_)

    def sees(self, flags: Any) -> None:
        """Take what surely was reached, of what may be."""
        self.shown |= self._some(flags) & self._may

    def beyond(self, flags: Any) -> Bools:
        """Probes for which something is reached that is not said to be."""
        return self._beyond(self._some(flags))

    def beyond_in(self, i: int, flags: Any) -> bool:
        """As `beyond`, of one run with the probe of number `i` alone."""
        some = np.zeros_like(self.shown)
        some[i] = self._some(flags)[0]
        return bool(self._beyond(some)[i])

    def _beyond(self, some: Bools) -> Bools:
        found = per_probe(some & ~self._may)
        for feature, reads in self._watched:
            found |= self._at(some, feature) & ~reads
        for i, reach in enumerate(self._reaches):
            if reach is not None and some[i].any():
                found[i] |= bool((self._features(some[i]) & ~features_said(reach)).any())
        return found

    def counts(self) -> tuple[int, int]:
        """Readings that did not show, and all that are said: of elements, of watched features, of pixels' features."""
        must = np.broadcast_to(self._must, self.shown.shape)
        pairs = [(must, self.shown)]
        pairs += [(reads, self._at(self.shown, feature)) for feature, reads in self._watched]
        pairs += [
            (features_said(reach), self._features(self.shown[i]))
            for i, reach in enumerate(self._reaches)
            if reach is not None
        ]
        return sum(int((said & ~shown).sum()) for said, shown in pairs), sum(int(said.sum()) for said, _ in pairs)

    @property
    def is_hidden(self) -> bool:
        """Whether some reading has not shown."""
        return bool((self._must & ~self.shown).any()) or self.counts()[0] > 0

    def _some(self, flags: Any) -> Bools:
        return any_and_all(flags, self.asked)[0]

    def _at(self, some: Bools, feature: Watched) -> Bools:
        """Whether any element of a feature is set, for each probe."""
        for place, d in enumerate(self.asked, 1):
            if not feature.sets[d].is_span(some.shape[place]):
                some = some.take(list(feature.sets[d]), place)
        return per_probe(some)

    def _features(self, some: Bools) -> Bools:
        return np.broadcast_to(by_feature(some.reshape(self._ones), self._layout, np.logical_or), self._layout.extents)


def features_said(reach: Reach) -> Bools:
    """The features that are said to read a pixel, among all."""
    said = np.zeros(reach.extents, np.bool_)
    said[tuple(slice(lo, hi) for lo, hi in reach.features)] = reach.mask()
    return said


def per_probe(flags: Bools) -> Bools:
    """Whether anything is set, for each probe."""
    return np.asarray(flags.reshape(len(flags), -1).any(axis=1))
