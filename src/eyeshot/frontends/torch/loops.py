"""Loops of a program: operations that one place in it makes again and again.

A place is where a module's `forward` stands while it calls something: the instruction, and those of the functions
around it up to the module. Places are compared and never shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from types import FrameType

import torch

from eyeshot.frontends.torch.aside import OURS

__all__ = ["Places", "loops_of"]

_CALL = torch.nn.Module._call_impl.__code__


class Places:
    """Gives every place in a program a number.

    Attributes
    ----------
    turn : int
        Number of the function of the framework that the program is calling. One call may make several operations.
    """

    def __init__(self) -> None:
        self.turn = 0
        self._numbers: dict[tuple[int, ...], int] = {}
        self._last, self._nth = -1, 0

    def of_operation(self, loop: int, caller: FrameType | None) -> int:
        """The place of an operation, in a module call that stands at a place."""
        self._nth = self._nth + 1 if self.turn == self._last else 0
        self._last = self.turn
        while caller is not None and caller.f_code.co_filename.startswith(OURS):
            caller = caller.f_back
        return self._number([loop, self._nth], caller)

    def of_call(self, loop: int, module: object, caller: FrameType | None) -> int:
        """The place of a module's call, within a module call that stands at a place."""
        while caller is not None and caller.f_code is not _CALL:
            caller = caller.f_back
        return self._number([loop, id(module)], caller.f_back if caller is not None else None)

    def _number(self, key: list[int], caller: FrameType | None) -> int:
        while caller is not None:
            code = caller.f_code
            if code is _CALL:
                break
            # Comparing code itself would compare all that it consists of.
            key += (id(code), caller.f_lasti)
            caller = caller.f_back
        return self._numbers.setdefault(tuple(key), len(self._numbers))


def loops_of(
    operations: Sequence[tuple[int, str, int]], calls: Sequence[tuple[int, str, int]]
) -> tuple[tuple[str, ...], ...]:
    """Names of what one place made again and again, one tuple for each place.

    Parameters
    ----------
    operations : sequence of (place, name, step)
        Operations in order, each with the step of the tape that makes its result.
    calls : sequence of (place, name, step)
        Module calls, each with the step at which it begins.

    Notes
    -----
    Between two operations of one loop no module is called that is called only there: a program that goes through a list
    of different modules repeats a line, but not what it does.
    """
    counts = Counter([place for place, _, _ in calls])
    if len(counts) == len(calls) and len({place for place, _, _ in operations}) == len(operations):
        return ()
    alone = sorted(step for place, _, step in calls if counts[place] == 1)
    runs: dict[tuple[int, int], list[str]] = defaultdict(list)
    for place, name, step in operations:
        runs[place, bisect_right(alone, step)].append(name)
    called: dict[int, list[str]] = defaultdict(list)
    for place, name, _ in calls:
        called[place].append(name)
    return tuple(tuple(names) for names in (*runs.values(), *called.values()) if len(names) > 1)
