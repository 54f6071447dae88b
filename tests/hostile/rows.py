"""Hold the numbers of rows against intervals that were measured, on an input as large as the network takes.

Features in the middle third count as shown if they lie at least the widest interval away from both ends of the image,
and the image is twice as long as the row says that a field is. So no field that is cut is taken for a whole one.
Nothing is taken from `at` there. On the network's own input, where little is shown, rows must agree with `at`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from hostile.net import Net, larger
from hostile.oracle import Numbering, Truth, Watched, hulls, observed, rows_of, watched

__all__ = ["judge_rows"]

Interval = tuple[int, int]
TRIES = 2
MOST_ROWS = 2
"""Values of which rows are held: the result, and one on the way to it."""


@dataclass(frozen=True)
class _Measured:
    """Intervals along one axis of the image.

    Parameters
    ----------
    pixels : int
        Length of the axis.
    all : list of (int, int)
        What each feature reads.
    seen : bool array (features, pixels)
        The same with its holes.
    is_sure : bool
        Whether NaN told it; what a change does far away may be smaller than rounding.
    """

    pixels: int
    all: list[Interval]
    seen: npt.NDArray[np.bool_]
    is_sure: bool

    @property
    def has_holes(self) -> bool:
        """Whether some feature leaves out what lies between what it reads: it wraps around, or looks here and there."""
        return any(int(row.sum()) < hi - lo for row, (lo, hi) in zip(self.seen, self.all, strict=True))

    @property
    def widest(self) -> int:
        """The largest interval."""
        return max((hi - lo for lo, hi in self.all), default=0)

    def _spans(self, w: int) -> bool:
        """Whether features look at all of the image: where a part was cut out, fields go on behind its edges in law."""
        full = [(lo, hi) for lo, hi in self.all if hi > lo]
        return bool(full) and min(lo for lo, _ in full) <= w and max(hi for _, hi in full) >= self.pixels - w

    def shown(self, size: int) -> list[bool]:
        """Which features surely lie inside the image with all that they read, if none reads more than `size`."""
        w, n = self.widest, len(self.all)
        if 2 * size + w > self.pixels or not self._spans(w):
            return [False] * n
        return [hi > lo >= w and hi <= self.pixels - w and n <= 3 * i < 2 * n for i, (lo, hi) in enumerate(self.all)]


def judge_rows(net: Net, report: Any) -> None:
    """Rows at the network's own size, and where it runs at a large one, there too."""
    twin = larger(net)
    if twin is not None:
        from hostile.judge import analysed

        found = analysed(twin, report)
        if found is not None:
            _judge(twin, found, report)


def _judge(net: Net, fields: Any, report: Any) -> None:
    places = watched(net)
    chosen = [0, len(places) - 1][: min(MOST_ROWS, len(places))]
    for number, value in enumerate(fields.graph.inputs):
        for a, axis in enumerate(value.axes):
            tries = 4 * TRIES if net.has("hides") or net.has("zeros") else TRIES
            truths = observed(net, number, rows_of(net, number, a), tries=tries)
            closed = _without_gates(net, number, a)
            for place in chosen:
                one = places[place]
                if one.key not in fields:
                    continue
                f = fields[one.key]
                row = next((r for r in f.row.axes if (r.input, r.axis) == (value.name, axis.name)), None)
                measured = _measured(net, fields, one, f, axis.name, truths[place])
                if row is None or measured is None:
                    report.rows["without a number of its own"] += 1
                    continue
                where = f"{one.key} along {axis.name} of {value.name}"
                _judge_row(row, measured, report, where)
                if closed is not None and row.is_global and row.local_size is not None:
                    alone = _measured(net, fields, one, f, axis.name, closed[place])
                    if alone is not None and row.status.value == "exact":
                        _judge_gated(row, alone, report, where)


def _without_gates(net: Net, number: int, axis: int) -> Any:
    """What is read where gates give back their operand; None for a network without any."""
    gates = [step for step in net.every() if "gate" in step.traits]
    if not gates:
        return None
    try:
        for gate in gates:
            gate.is_off = True
        return observed(net, number, rows_of(net, number, axis), tries=TRIES)
    finally:
        for gate in gates:
            gate.is_off = False


def _measured(net: Net, fields: Any, one: Watched, f: Any, axis: str, truth: Truth) -> _Measured | None:
    """Intervals along an axis; None if features are not numbered along it, or not by the map's own axes.

    None too if what they read depends on another number as well: a part of the map is moved, another is not.
    """
    if axis not in dict(f.extents):
        return None
    numbering = Numbering(one.labels, f.extents, tuple(x.name for x in fields.graph.inputs[0].axes))
    if not numbering.fits(truth.changed.shape[1:]):
        return None
    by_nan = net.tells_by_nan and not net.has("zeros")
    read = truth.perhaps | truth.poisoned if by_nan else truth.perhaps
    return _along(numbering(read), [name for name, _ in f.extents].index(axis), is_sure=by_nan)


def _along(read: npt.NDArray[np.bool_], axis: int, *, is_sure: bool) -> _Measured | None:
    """Intervals of features along one axis; None if features with one number along it differ."""
    others = tuple(d for d in range(1, read.ndim) if d != axis + 1)
    seen = read.any(others).T
    apart = np.moveaxis(read, axis + 1, 1).reshape(*seen.T.shape, -1)
    for k, (lo, hi) in enumerate(hulls(seen)):
        each = {pair for pair in hulls(apart[:, k].T) if pair[1] > pair[0]}
        if len(each) > 1 or (each and each != {(lo, hi)}):
            return None
    return _Measured(seen.shape[1], list(hulls(seen)), seen, is_sure)


def _judge_row(row: Any, measured: _Measured, report: Any, where: str) -> None:
    from hostile.judge import Fault

    def say(name: str, said: Any, *, holds: bool, why: str) -> None:
        report.rows[name] += 1
        if not holds:
            report.faults.append(Fault(f"row: {name}", where, f"{name} {said}, but {why}: {_sample(measured)}"))

    if not row.is_global:
        say("n", row.n, holds=row.n == len(measured.all), why=f"{len(measured.all)} features")
    if row.status.value != "exact":
        report.rows["not exact"] += 1
        return
    if row.reach.value in ("causal", "anticausal"):
        _judge_causal(row, measured, say, report)
    elif row.is_global:
        report.rows["global"] += 1
    else:
        _judge_local(row, measured, say, report)


def _judge_causal(row: Any, measured: _Measured, say: Any, report: Any) -> None:
    """Features read from one end of the axis up to their own places, which go one way.

    Those at the borders have a part of what they read beyond the image: the first ones may begin later (a dilated
    window in front of the axis), the last ones end earlier (a place that a transposed convolution adds).
    """
    if not measured.is_sure or measured.has_holes:
        report.rows["not shown: running sums too faint or with holes"] += 1
        return
    forward = row.reach.value == "causal"
    full = [(lo, hi) for lo, hi in measured.all if hi > lo]
    ends = [hi if forward else -lo for lo, hi in full]
    if sum(b < a for a, b in pairwise(ends)) > sum(b > a for a, b in pairwise(ends)):
        # In the order in which they see more.
        full, ends = full[::-1], ends[::-1]
    fixed = [lo if forward else measured.pixels - hi for lo, hi in full]
    one_way = all(b >= a for a, b in pairwise(ends[: max(2, len(ends) - 2)]))
    later = all(b <= a for a, b in pairwise(fixed)) and len({*fixed[len(fixed) // 3 : -1]}) < 2
    say("reach", row.reach.value, holds=one_way and later, why="that is not what they read")
    widths = [hi - lo for lo, hi in full]
    say("size", row.size, holds=row.size >= max(widths, default=0), why="one reads more")


def _judge_local(row: Any, measured: _Measured, say: Any, report: Any) -> None:
    shown = measured.shown(row.size)
    pairs = [pair for pair, is_shown in zip(measured.all, shown, strict=True) if is_shown]
    if not pairs:
        report.rows["not shown at this size"] += 1
        return
    _judge_sizes(row, measured, shown, say)
    if row.period is not None:
        _judge_period(row, measured, shown, say)
    elif row.jump is not None:
        _judge_jump(row, measured, shown, say)


def _judge_gated(row: Any, measured: _Measured, report: Any, where: str) -> None:
    """The local numbers of a row beside a global path, where only gates made it global."""
    from hostile.judge import Fault

    shown = measured.shown(row.local_size)
    widths = [hi - lo for (lo, hi), is_shown in zip(measured.all, shown, strict=True) if is_shown]
    if not widths or row.period is None or not _whole_period(shown, row.period):
        report.rows["not shown without gates"] += 1
        return

    def say(name: str, said: Any, *, holds: bool, why: str) -> None:
        report.rows[f"{name} without gates"] += 1
        if not holds:
            text = f"without gates {name} {said}, but {why}: {_sample(measured)}"
            report.faults.append(Fault(f"row: {name}", where, text))

    say("local_size", row.local_size, holds=row.local_size == max(widths), why=f"they read at most {max(widths)}")
    _judge_period(row, measured, shown, say)


def _judge_sizes(row: Any, measured: _Measured, shown: list[bool], say: Any) -> None:
    widths = [hi - lo for (lo, hi), is_shown in zip(measured.all, shown, strict=True) if is_shown]
    say("size", row.size, holds=row.size >= max(widths), why=f"one reads {max(widths)}")
    say("size_min", row.size_min, holds=row.size_min <= min(widths), why=f"one reads {min(widths)}")
    period = row.period
    if period is None or not _whole_period(shown, period):
        return
    say("size", row.size, holds=row.size == max(widths), why=f"they read at most {max(widths)}")
    say("size_min", row.size_min, holds=row.size_min == min(widths), why=f"they read at least {min(widths)}")


def _whole_period(shown: list[bool], period: int) -> bool:
    return any(all(shown[i : i + period]) for i in range(len(shown) - period + 1))


def _judge_period(row: Any, measured: _Measured, shown: list[bool], say: Any) -> None:
    """Features a period apart read the same, moved by as many jumps; the first says where they begin."""
    t = row.period
    apart = [
        (b[0] - a[0], b[1] - a[1])
        for i, (a, b) in enumerate(zip(measured.all, measured.all[t:], strict=False))
        if shown[i] and shown[i + t]
    ]
    if apart:
        advance = row.jump * t if row.jump is not None else 0
        right = {(advance, advance)}
        say("jump", row.jump, holds=set(apart) == right, why=f"period {t}, {sorted(set(apart))}")
    first = [(i, pair) for i, pair in enumerate(measured.all) if shown[i] and i % t == 0 and _reads(measured.all[:t])]
    for i, (lo, hi) in first[:1]:
        moved = float((row.jump or 0) * i)
        start, padding = (lo + hi) / 2 - moved, moved - lo
        say("start", float(row.start), holds=abs(start - float(row.start)) < 1e-9, why=f"it is {start}")
        say("padding", row.padding, holds=abs(padding - row.padding) < 1e-9, why=f"it is {padding}")


def _reads(pairs: list[Interval]) -> bool:
    """Whether the first feature reads anything, so that the row's start is its own."""
    return pairs[0][1] > pairs[0][0]


def _judge_jump(row: Any, measured: _Measured, shown: list[bool], say: Any) -> None:
    """A jump of what does not repeat is the distance of all neighbours, or of most of them."""
    steps = [
        (b[0] + b[1] - a[0] - a[1]) / 2 for i, (a, b) in enumerate(pairwise(measured.all)) if shown[i] and shown[i + 1]
    ]
    if len(steps) > 2:
        drift = abs(sum(steps) - float(row.jump) * len(steps))
        say("jump", row.jump, holds=drift <= 2 * max(1, float(row.jump)), why=f"{sorted(set(steps))}")


def _sample(measured: _Measured) -> str:
    """A few intervals around the middle."""
    middle = len(measured.all) // 2
    some = measured.all[max(0, middle - 3) : middle + 3]
    return f"features from {max(0, middle - 3)} read {some} of {measured.pixels}"


# ---------------------------------------------------------------------- rows and `at`


def judge_boxes(row: Any, along: list[Interval], where: str, report: Any) -> None:
    """A row says what `at` says of all features: their largest and smallest field, and the first one's place.

    Parameters
    ----------
    row : AxisField
        The numbers.
    along : list of (int, int)
        The theoretical interval of every feature, in order.
    where : str
        For the report.
    report : Report
        Gets what does not agree.
    """
    from hostile.judge import Fault

    full = [(lo, hi) for lo, hi in along if hi > lo]
    if not full:
        return
    widths = [hi - lo for lo, hi in full]
    lo, hi = full[0]
    pairs: dict[str, tuple[object, object]] = {
        "size": (row.size, max(widths)),
        "size_min": (row.size_min, min(widths)),
    }
    if not row.is_global:
        pairs |= {"start": (float(row.start), (lo + hi) / 2), "padding": (row.padding, -lo)}
    steps = {(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(along)}
    is_even = len(along) == len(full) > 2 and len(steps) == 1 and all(a == b for a, b in steps)
    if row.reach.value == "local" and is_even and row.period in (None, 1):
        pairs["jump"] = (row.jump, steps.pop()[0])
    if row.reach.value == "local" and row.period is not None and row.period < len(along) == len(full):
        apart = {(b[0] - a[0], b[1] - a[1]) for a, b in zip(along, along[row.period :], strict=False)}
        # Features that go to and fro on the spot have no distance, although they repeat.
        advance = row.jump * row.period if row.jump is not None else 0
        pairs["period"] = (apart, {(advance, advance)})
    for name, (said, found) in pairs.items():
        report.rows["as at says"] += 1
        if said != found:
            text = f"{name} {said}, but by at it is {found}: {along[:6]} (period {row.period})"
            report.faults.append(Fault(f"row and at: {name}", where, text))
