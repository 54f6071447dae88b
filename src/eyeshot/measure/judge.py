"""Holding what a batch of poisoned inputs shows against what was said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.graph.access import Shape
from eyeshot.measure.claims import Claims, Probe, box_mask, free_dims
from eyeshot.measure.flags import any_and_all, any_at, any_of_features, changed, noise_of_weights, poisoned
from eyeshot.measure.ledger import Entry, Evidence
from eyeshot.measure.passage import Passage

__all__ = ["Judge"]

Bools = npt.NDArray[np.bool_]


@dataclass(slots=True)
class _Said:
    """What is said of one value for a batch of probes, on the dimensions that are kept.

    `may` holds all that may be reached, `must` all that has to be. They are the same where the exact sets are known;
    from the hulls alone only their ends have to be reached.
    """

    keep: tuple[int, ...]
    may: Bools
    must: Bools
    shown: Bools
    """What was surely reached, in any of the runs so far."""


class Judge:
    """Judges the runs of one batch of probes of one input and axis.

    Parameters
    ----------
    claims : Claims
        What is said.
    entries : mapping of str to Entry
        The values to be judged, by name.
    probes : sequence of Probe
        What is poisoned in each input of the batch: rows along one axis, or pixels, of one input.
    """

    def __init__(self, claims: Claims, entries: Mapping[str, Entry], probes: Sequence[Probe]) -> None:
        self._claims, self._entries, self._probes = claims, entries, probes
        self._reached = [claims.reached(probe) for probe in probes]
        is_pixels = probes[0].axis is None
        self._reaches = [claims.reaches(probe) for probe in probes] if is_pixels else []
        self._open: dict[str, _Said] = {}
        self.suspects: set[str] = set()
        self.seen: set[str] = set()

    @property
    def sets_known(self) -> int:
        """Probes of which the exact sets are known."""
        return sum(reached is not None for reached in self._reached)

    # ------------------------------------------------------------------ NaN

    def sees_poison(self, name: str, tensor: Any) -> None:
        """Take a value of the poisoned batch."""
        entry = self._entries.get(name)
        if entry is None or entry.evidence is not None:
            return
        self.seen.add(name)
        entry.runs += len(self._probes)
        said = self._said(name, entry.node.shape)
        if said is None:
            return
        flags = poisoned(tensor)
        some, every = any_and_all(flags, said.keep)
        wrong = np.zeros(len(self._probes), np.bool_)
        if not entry.passage & Passage.INVENTS:
            wrong |= _per_probe(some & ~said.may)
            said.shown |= some
        if entry.is_exact and not entry.passage & Passage.STOPS:
            wrong |= _per_probe(said.must & ~every)
        if entry.is_plain:
            wrong |= self._features_wrong(name, entry, flags)
        if wrong.any():
            entry.evidence = Evidence(self._probes[int(wrong.argmax())], by_change=False)
        elif entry.passage:
            self._open[name] = said

    def _features_wrong(self, name: str, entry: Entry, flags: Any) -> Bools:
        """Probes that contradict the supports of single features, or the features that a pixel is said to reach."""
        wrong = np.zeros(len(self._probes), np.bool_)
        for watched in entry.watched:
            said = np.array([watched.reads(probe) for probe in self._probes])
            wrong |= any_at(flags, watched.sets) != said
        if self._reaches:
            seen = any_of_features(flags, self._claims.layout(name))
            for i, reaches in enumerate(self._reaches):
                if reaches is not None:
                    said_of = np.zeros(seen.shape[1:], np.bool_)
                    box = reaches[name].features
                    said_of[tuple(slice(lo, hi) for lo, hi in box)] = reaches[name].mask()
                    wrong[i] |= bool((seen[i] != said_of).any())
        return wrong

    # ------------------------------------------------------------------ other numbers

    @property
    def unsettled(self) -> set[str]:
        """Values of which NaN has not shown all that was said, and other numbers might."""
        return {
            name
            for name, said in self._open.items()
            if self._entries[name].evidence is None
            and (not self._entries[name].is_exact or bool((said.must & ~said.shown).any()))
        }

    def opens(self, names: set[str]) -> None:
        """Judge these values by other numbers only, because NaN cannot be put into the input."""
        for name in names:
            entry = self._entries[name]
            said = self._said(name, entry.node.shape)
            entry.runs += len(self._probes)
            if said is not None:
                self._open[name] = said

    def sees_change(self, name: str, tensor: Any, clean: Any) -> None:
        """Take a value of a batch in which the poisoned places have other random numbers."""
        said, entry = self._open.get(name), self._entries.get(name)
        if said is None or entry is None or entry.evidence is not None:
            return
        some, _ = any_and_all(changed(tensor, clean), said.keep)
        said.shown |= some & said.may
        beyond = _per_probe(some & ~said.may)
        if beyond.any():
            # Perhaps only rounding, which differs with the size of a batch: to be confirmed alone.
            self.suspects.add(name)

    def confirm(self, name: str, probe: Probe, tensor: Any, clean: Any) -> None:
        """Take a suspected value of one input run alone, compared bit by bit with the clean run alone.

        Behind an interpolation a tap of weight zero leaves a trace where the position is rounded; that is no reading.
        """
        said, entry = self._open[name], self._entries[name]
        i = self._probes.index(probe)
        noise = noise_of_weights(tensor) if entry.passage & Passage.INVENTS else 0.0
        some, _ = any_and_all(changed(tensor, clean, noise=noise), said.keep)
        if (some[0] & ~said.may[i]).any():
            entry.evidence = Evidence(probe, by_change=True)

    def close(self, reason: str) -> None:
        """End the batch: what is still unsettled is hidden; values that were not seen have a reason."""
        for name, entry in self._entries.items():
            if name not in self.seen and name not in self._open and entry.evidence is None:
                entry.unseen = entry.unseen or reason
        for name in self.unsettled:
            entry = self._entries[name]
            entry.is_hidden = entry.is_hidden or entry.is_exact

    # ------------------------------------------------------------------ what is said

    def _said(self, name: str, shape: Shape) -> _Said | None:
        """What is said of a value for all probes; None if nothing is."""
        if name in self._open:
            return self._open[name]
        probe = self._probes[0]
        known = [reached.get(name, ()) for reached in self._reached if reached is not None]
        free = free_dims(known, shape)
        hull = self._claims.hull(name, probe.input, probe.axis) if probe.axis is not None else None
        if hull is not None:
            free |= {d for end in hull for d, n in enumerate(end.shape) if n > 1}
        elif len(known) < len(self._probes):
            return None
        keep = tuple(sorted(free))
        sizes = tuple(shape[d] for d in keep)
        may = np.ones((len(self._probes), *sizes), np.bool_)
        must = np.zeros_like(may)
        for i, reached in enumerate(self._reached):
            if reached is not None:
                may[i] = must[i] = box_mask(reached.get(name, ()), shape, keep)
        if hull is not None:
            lo, hi = (end.reshape(tuple(end.shape[d] for d in keep)) for end in hull)
            for i, one in enumerate(self._probes):
                (row,) = one.at
                may[i] &= np.asarray((lo <= row) & (row < hi))
                must[i] |= np.asarray((lo < hi) & ((lo == row) | (hi == row + 1)))
        return _Said(keep, may, must, np.zeros_like(may))


def _per_probe(flags: Bools) -> Bools:
    return np.asarray(flags.reshape(len(flags), -1).any(axis=1))
