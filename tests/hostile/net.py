"""A hostile network: steps in a row, with branches that need not fit each other, drawn from one seed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import hostile.local
import hostile.mixing
import hostile.moves
import hostile.running
import hostile.tables  # noqa: F401 - the kinds of steps enter themselves
import numpy as np
import torch
from hostile.step import KINDS, Draw, Shape, Step
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["Net", "Plan", "Spec", "built", "drawn", "fitted", "inside", "larger", "shrunk"]

MOST = {1: 30, 2: 13, 3: 7}
"""Places along an axis of a map, by the number of axes."""
INPUT = {1: (5, 13), 2: (3, 8), 3: (2, 4)}
LARGE = {1: 48, 2: 28, 3: 12}
"""Pixels along an axis of the input at which rows are measured, where a network runs on it."""
MOST_LARGE = 3
"""So many times as large may a map get there."""


@dataclass(frozen=True)
class Spec:
    """A step by its kind and seed; a fork has the specs of its two branches instead."""

    kind: str
    seed: int
    branches: tuple[tuple[Spec, ...], ...] = ()


@dataclass(frozen=True)
class Plan:
    """All that a network is made from.

    Parameters
    ----------
    shape : tuple of int
        Channels and places of the input.
    other : tuple of int
        Places of the second input; it has two channels. Empty for no second input.
    tokens : bool
        Whether the input is (N, T, C).
    specs : tuple of Spec
        The steps.
    """

    shape: Shape
    other: Shape
    tokens: bool
    specs: tuple[Spec, ...]


class Net(nn.Module):
    """Steps in a row; the result is the last map and all values within steps that are shown."""

    def __init__(self, plan: Plan, steps: list[Step]) -> None:
        super().__init__()
        self.plan = plan
        self.steps = nn.ModuleList(steps)
        self.double().eval()

    def forward(self, x: Tensor, *others: Tensor) -> tuple[Tensor, ...]:
        """The last map, then what steps show."""
        x = x.transpose(1, 2) if self.plan.tokens else x
        shown: list[Tensor] = []
        for step in self.steps:
            x = step(x, *others) if "second" in step.traits else step(x)
            shown += [value for inner in inside(step) for value, _ in inner.seen]
        return (x, *shown)

    def every(self) -> Iterator[Step]:
        """All steps, those in branches too."""
        return (inner for step in self.steps for inner in inside(step))

    def has(self, trait: str) -> bool:
        """Whether a step has a trait."""
        return any(trait in step.traits for step in self.every())

    @property
    def tells_by_nan(self) -> bool:
        """Whether NaN tells what is read: behind a softmax it does not, but weights of 0 show by it alone."""
        return self.has("weightless") or not self.has("hides")

    @property
    def overrules(self) -> bool:
        """Whether a largest value may hide all others, whatever these are, or something read hardly shows."""
        words = ("larger of both", "amax", "cummax", "MaxPool", "largest", "sorted")
        return self.has("faint") or any(word in step.text for step in self.every() for word in words)

    def labels(self, upto: int) -> tuple[int, ...]:
        """The axes in the order in which the map after so many steps has them."""
        axes = list(range(len(self.plan.shape) - 1))
        for step in list(self.steps)[:upto]:
            if "swap" in step.traits:
                axes[0], axes[1] = axes[1], axes[0]
        return tuple(axes)

    def inputs(self, batch: int = 1, seed: int = 0) -> tuple[Tensor, ...]:
        """Numbers that fit."""
        random = torch.Generator().manual_seed(seed)
        shapes = [self.plan.shape, *([(2, *self.plan.other)] if self.plan.other else [])]
        made = [torch.randn(batch, *shape, dtype=torch.float64, generator=random) for shape in shapes]
        return (made[0].transpose(1, 2).contiguous(), *made[1:]) if self.plan.tokens else tuple(made)

    def __repr__(self) -> str:
        lines = [f"input {self.plan.shape}{' as tokens' * self.plan.tokens} {self.plan.other or ''}"]
        return "\n".join(lines + [f"{i} {step!r}" for i, step in enumerate(self.steps)])


def inside(step: Any) -> Iterator[Step]:
    """A step, and those in its branches."""
    yield step
    for branch in getattr(step, "branches", ()):
        for inner in branch:
            yield from inside(inner)


# ---------------------------------------------------------------------- forks


def fitted(a: Tensor, b: Tensor, skip: int = 0) -> tuple[Tensor, Tensor]:
    """Two maps cropped behind to the size that both have, but for the first `skip` axes."""
    for d in range(2 + skip, a.dim()):
        n = min(a.shape[d], b.shape[d])
        a, b = a.narrow(d, 0, n), b.narrow(d, 0, n)
    return a, b


def _padded(b: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """A map cropped or padded with zeros behind to some sizes."""
    pads = [p for n, m in zip(reversed(sizes), reversed(b.shape[2:]), strict=True) for p in (0, n - m)]
    return F.pad(b, pads) if any(pads) else b


def _fork(draw: Draw, branches: list[list[Step]]) -> Step:
    """Two branches from one map, joined."""
    way = draw.one(["sum", "sum", "channels", "product", "behind", "larger of both"])

    pads = draw.chance(0.15)

    def work(m: Any, x: Tensor) -> Tensor:
        a, b = x, x
        for step in m.branches[0]:
            a = step(a)
        for step in m.branches[1]:
            b = step(b)
        if way != "channels":
            b = torch.einsum("nc...,kc->nk...", b, m.w)
        if way == "behind":
            return torch.cat(fitted(a, b, 1), 2)
        a, b = (a, _padded(b, tuple(a.shape[2:]))) if pads else fitted(a, b)
        if way == "channels":
            return torch.cat([a, b], 1)
        return (
            torch.maximum(a, b) if way == "larger of both" else a * (torch.sin(b) + 1.5) if way == "product" else a + b
        )

    step = Step(f"{way} of {branches[0]} and {branches[1]}{', padded' * pads}", work, "pads" if pads else "")
    step.branches = nn.ModuleList([nn.ModuleList(branch) for branch in branches])
    return step


# ---------------------------------------------------------------------- from a plan to a network


def built(plan: Plan) -> Net | None:
    """The network of a plan; what a plan's step cannot do to the map that it gets is left out."""
    shape, steps = plan.shape, list[Step]()
    z = torch.randn(2, 2, *plan.other, dtype=torch.float64) if plan.other else None
    for spec in plan.specs:
        step = _made(spec, shape, z)
        if step is not None:
            steps.append(step)
            shape = tuple(_ran(step, shape, z)[1].shape[1:])
    return Net(plan, steps) if steps else None


def _made(spec: Spec, shape: Shape, z: Tensor | None) -> Step | None:
    torch.manual_seed(spec.seed)
    draw = Draw(spec.seed)
    step = _forked(draw, spec, shape) if spec.kind == "fork" else KINDS[spec.kind].make(draw, shape)
    if step is None or ("second" in step.traits and z is None):
        return None
    step.kind = spec.kind
    step.double().eval()
    runs, y = _ran(step, shape, z)
    if not runs or not _fits(y):
        return None
    size = float(y.detach().std()) if y.numel() > 1 else 1.0
    if not 0.05 < size < 4:
        step.scale = float(f"{1 / max(size, 1e-3):.2g}")
    return step


def _forked(draw: Draw, spec: Spec, shape: Shape) -> Step | None:
    branches, ends = [], []
    for specs in spec.branches:
        at, steps = shape, list[Step]()
        for inner in specs:
            step = _made(inner, at, None)
            if step is not None and not ({"second", "swap"} & step.traits):
                steps.append(step)
                at = tuple(_ran(step, at, None)[1].shape[1:])
        branches.append(steps)
        ends.append(at)
    step = _fork(draw, branches)
    step.w = nn.Parameter(draw.weights(ends[0][0], ends[1][0]), requires_grad=False)
    return step


def _ran(step: Step, shape: Shape, z: Tensor | None) -> tuple[bool, Tensor]:
    """Whether a step runs on a map of this shape, and what comes out."""
    random = torch.Generator().manual_seed(1)
    x = torch.randn(2, *shape, dtype=torch.float64, generator=random)
    try:
        with torch.no_grad(), _nothing_unwritten():
            many = (x, z) if "second" in step.traits and z is not None else (x,)
            # One by itself too: circular padding with crops refuses some sizes for a batch of one only.
            step(*(part[:1].clone() for part in many))
            return True, step(*many)
    except (RuntimeError, ValueError, IndexError):
        # PyTorch itself says what does not go together; such a step is not taken.
        return False, x


@contextmanager
def _nothing_unwritten() -> Iterator[None]:
    """Memory that an operation does not write to is NaN: circular padding leaves some where it crops as well."""
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)


def _fits(y: Tensor) -> bool:
    rank = y.dim() - 2
    places = y.shape[2:]
    return (
        1 <= rank <= 3
        and y.shape[1] <= 12
        and min(places) >= 1
        and max(places) <= MOST[rank]
        and bool(torch.isfinite(y).all())
    )


# ---------------------------------------------------------------------- from a seed to a plan


def drawn(seed: int) -> Plan:
    """The plan of a seed."""
    draw = Draw(seed)
    rank = draw.one([1, 1, 1, 2, 2, 2, 2, 3])
    least, most = INPUT[rank]
    shape = (draw.int(1, 3), *draw.ints(rank, least, most))
    tokens = rank == 1 and draw.chance(0.25)
    other = tuple(draw.ints(rank, least, most)) if draw.chance(0.15) and not tokens else ()
    names = list(KINDS)
    chances = np.array([KINDS[name].weight for name in names])
    random = np.random.default_rng(seed)

    def spec(depth: int) -> Spec:
        own = int(random.integers(2**31))
        if depth < 1 and random.random() < 0.12:
            counts = random.integers(1, 3), random.integers(0, 3)
            return Spec("fork", own, tuple(tuple(spec(depth + 1) for _ in range(n)) for n in counts))
        return Spec(names[int(random.choice(len(names), p=chances / chances.sum()))], own)

    specs = [spec(0) for _ in range(int(random.integers(1, 6)))]
    if other and not any(s.kind == "second input" for s in specs):
        specs.insert(int(random.integers(0, len(specs) + 1)), Spec("second input", int(random.integers(2**31))))
    return Plan(shape, other, tokens, tuple(specs))


def larger(net: Net) -> Net | None:
    """The same steps on a larger input, where they run on it."""
    if net.has("pads"):
        # The law of what was padded goes on into the zeros, so rows speak of fields that no feature there shows.
        return None
    rank = len(net.plan.shape) - 1
    factor = max(2, math.ceil(LARGE[rank] / max(net.plan.shape[1:])))
    grown = replace(
        net.plan,
        shape=(net.plan.shape[0], *(n * factor for n in net.plan.shape[1:])),
        other=tuple(n * factor for n in net.plan.other),
    )
    twin = Net(grown, list(net.steps))  # type: ignore[arg-type]
    try:
        with torch.no_grad():
            y = twin(*twin.inputs())[0]
    except (RuntimeError, ValueError, IndexError):
        # A step that is made for the small input.
        return None
    fits = y.dim() == 2 + rank and max(y.shape[2:]) <= MOST_LARGE * LARGE[rank] and min(y.shape[2:]) > 0
    return twin if fits else None


# ---------------------------------------------------------------------- smaller plans


def shrunk(plan: Plan, fails: Any) -> Plan:
    """The smallest plan that still fails, found by leaving out steps, one after the other.

    Parameters
    ----------
    plan : Plan
        One that fails.
    fails : function of a Plan
        Whether one does.
    """
    while True:
        smaller = next((one for one in _smaller(plan) if fails(one)), None)
        if smaller is None:
            return plan
        plan = smaller


def _smaller(plan: Plan) -> Iterator[Plan]:
    for specs in _fewer(plan.specs):
        yield replace(plan, specs=specs)
    if plan.tokens:
        yield replace(plan, tokens=False)
    for axis in range(1, len(plan.shape)):
        if plan.shape[axis] > 2:
            yield replace(plan, shape=(*plan.shape[:axis], plan.shape[axis] - 1, *plan.shape[axis + 1 :]))
    if plan.shape[0] > 1:
        yield replace(plan, shape=(1, *plan.shape[1:]))


def _fewer(specs: tuple[Spec, ...]) -> Iterator[tuple[Spec, ...]]:
    for i, spec in enumerate(specs):
        yield (*specs[:i], *specs[i + 1 :])
        for branch in spec.branches:
            yield (*specs[:i], *branch, *specs[i + 1 :])
        for b, branch in enumerate(spec.branches):
            for fewer in _fewer(branch):
                branches = (*spec.branches[:b], fewer, *spec.branches[b + 1 :])
                yield (*specs[:i], replace(spec, branches=branches), *specs[i + 1 :])
