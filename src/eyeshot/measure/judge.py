"""Holding what a batch of poisoned inputs shows against what was said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from eyeshot.graph.access import Shape
from eyeshot.measure.claims import Claims, Probe, box_mask, free_dims
from eyeshot.measure.flags import any_and_all, any_at, any_of_features, changed, noise_of_weights, poisoned
from eyeshot.measure.ledger import Entry, Evidence
from eyeshot.measure.passage import Passage
from eyeshot.measure.said import Open, Said, features_said, per_probe

__all__ = ["Judge"]

Bools = npt.NDArray[np.bool_]

_LEAST = 2
"""Fewest tries with other numbers: what is not said to be read may hide from one."""
_LEAST_BOUNDED = 4
"""Of a value of which only a bound is said, nothing but tries tells."""


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
        self._open: dict[str, Open] = {}
        self._seen: set[str] = set()
        self.suspects: set[str] = set()

    # ------------------------------------------------------------------ NaN

    def sees_poison(self, name: str, tensor: Any) -> None:
        """Take a value of the poisoned batch."""
        entry = self._entries.get(name)
        if entry is None or entry.evidence is not None:
            return
        self._seen.add(name)
        said = self._said(name, entry.node.shape)
        if said is None:
            return
        flags = poisoned(tensor)
        some, every = any_and_all(flags, said.keep)
        wrong = np.zeros(len(self._probes), np.bool_)
        if not entry.passage & Passage.INVENTS:
            wrong |= per_probe(some & ~said.may)
        if entry.is_exact and not entry.passage & Passage.STOPS:
            wrong |= per_probe(said.must & ~every)
        if entry.is_plain:
            wrong |= self._features_wrong(name, entry, flags)
        if wrong.any():
            entry.evidence = Evidence(self._probes[int(wrong.argmax())], by_change=False)
        elif entry.passage:
            self._opened(name, said)
            if not entry.passage & Passage.INVENTS:
                self._open[name].sees(flags)
        else:
            self._measure(entry, some, said.keep)

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
                    wrong[i] |= bool((seen[i] != features_said(reaches[name])).any())
        return wrong

    # ------------------------------------------------------------------ other numbers

    def unsettled(self, tries: int) -> set[str]:
        """Values that other numbers might tell more of after so many tries.

        Where all has shown that is said, something that is not said might still; so does what is beyond a bound.
        """
        found = set()
        for name, one in self._open.items():
            entry = self._entries[name]
            if entry.evidence is None and (
                tries < (_LEAST if entry.is_exact else _LEAST_BOUNDED) or (entry.is_exact and one.is_hidden)
            ):
                found.add(name)
        return found

    @property
    def shown(self) -> int:
        """Readings that other numbers have shown so far."""
        return sum(int(one.shown.sum()) for one in self._open.values())

    def opens(self, names: set[str]) -> None:
        """Judge these values by other numbers only, because NaN cannot be put into the input."""
        for name in names:
            entry = self._entries[name]
            self._seen.add(name)
            said = self._said(name, entry.node.shape)
            if said is not None and entry.evidence is None:
                self._opened(name, said)

    def _opened(self, name: str, said: Said) -> None:
        entry = self._entries[name]
        self._open[name] = Open(
            said,
            entry.node.shape,
            self._claims.layout(name),
            tuple(sorted({*said.keep, *self._claims.places(name)})),
            [(one, np.array([one.reads(probe) for probe in self._probes])) for one in entry.watched],
            [None if reaches is None else reaches[name] for reaches in self._reaches],
        )

    def sees_change(self, name: str, tensor: Any, clean: Any) -> None:
        """Take a value of a batch in which the poisoned places have other random numbers."""
        one, entry = self._open.get(name), self._entries.get(name)
        if one is None or entry is None or entry.evidence is not None:
            return
        flags = changed(tensor, clean)
        one.sees(flags)
        if one.beyond(flags).any():
            # Perhaps only rounding, which differs with the size of a batch: to be confirmed alone.
            self.suspects.add(name)

    def confirm(self, name: str, probe: Probe, tensor: Any, clean: Any) -> None:
        """Take a suspected value of one input run alone, compared bit by bit with the clean run alone.

        Behind an interpolation a tap of weight zero leaves a trace where the position is rounded; that is no reading.
        """
        entry = self._entries[name]
        noise = noise_of_weights(tensor) if entry.passage & Passage.INVENTS else 0.0
        if self._open[name].beyond_in(self._probes.index(probe), changed(tensor, clean, noise=noise)):
            entry.evidence = Evidence(probe, by_change=True)

    def close(self, reason: str) -> None:
        """End the batch: what has not shown is hidden; values that were not seen have a reason."""
        for name, entry in self._entries.items():
            if name in self._seen:
                entry.runs += len(self._probes)
            elif entry.evidence is None:
                entry.unseen = entry.unseen or reason
        for name, one in self._open.items():
            entry = self._entries[name]
            if entry.evidence is None and entry.is_exact:
                hidden, asked = one.counts()
                entry.hidden += hidden
                entry.readings += asked
                self._measure(entry, one.shown, one.asked)

    def _measure(self, entry: Entry, reached: Bools, keep: Sequence[int]) -> None:
        """Put down what rows have reached."""
        probe = self._probes[0]
        if probe.axis is not None and entry.is_exact:
            entry.measured(probe.input, probe.axis).add([one.at[0] for one in self._probes], reached, keep)

    # ------------------------------------------------------------------ what is said

    def _said(self, name: str, shape: Shape) -> Said | None:
        """What is said of a value for all probes; None if nothing is."""
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
        return Said(keep, may, must)
