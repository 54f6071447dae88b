"""Rows broken on purpose, and sets that are too wide or too narrow: each is contradicted, whatever a proof goes by."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any
from unittest import mock

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import eyeshot
from eyeshot.analyses import analysis
from eyeshot.analyses.results import AxisField, LayerField, Scope
from eyeshot.index.maps import IndexMap
from eyeshot.measure import claims
from eyeshot.measure.results import Verdict

ROW_OF = analysis.row_of
Change = Callable[[AxisField], AxisField]


class Fn(nn.Module):
    """A function of what a convolution makes."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.conv, self.function = nn.Conv2d(2, 2, 3, stride=2), function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.conv(x))


class Counts(nn.Module):
    """A convolution over integers, which hold no NaN."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, 3, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x.unsqueeze(1).to(self.conv.weight.dtype))


def by_nan() -> tuple[nn.Module, Any]:
    return Fn(lambda x: x), (1, 2, 17, 19)


def by_changes() -> tuple[nn.Module, Any]:
    return Fn(lambda x: functional.interpolate(x, scale_factor=2, mode="bilinear")), (1, 2, 17, 19)


def by_changes_of_integers() -> tuple[nn.Module, Any]:
    return Counts(), ((1, 17), "int64")


WAYS = {
    "NaN": (by_nan, Verdict.PROVEN),
    "changes": (by_changes, Verdict.CHANGED),
    "integers": (by_changes_of_integers, Verdict.CHANGED),
}

FAULTS: dict[str, Change] = {
    "n": lambda a: replace(a, n=a.n + 1),
    "jump": lambda a: replace(a, jump=(a.jump or 0) / 2),
    "size": lambda a: replace(a, size=a.size - 1),
    "size_min": lambda a: replace(a, size_min=a.size_min + 1),
    "start": lambda a: replace(a, start=a.start + Fraction(1, 2)),
    "padding": lambda a: replace(a, padding=a.padding + 1),
}


def proof_of(way: str) -> Any:
    torch.manual_seed(0)
    model, shape = WAYS[way][0]()
    return eyeshot.verify(model.eval(), input_shape=shape, pixels=2)


def broken_rows(change: Change) -> Any:
    """Rows of which the numbers along the last axis are other ones."""

    def row_of(*args: Any) -> LayerField:
        row = ROW_OF(*args)
        return replace(row, axes=(*row.axes[:-1], change(row.axes[-1])))

    return mock.patch.object(analysis, "row_of", row_of)


@pytest.mark.parametrize("way", WAYS)
def test_rows_are_proven(way: str) -> None:
    proof = proof_of(way)
    assert proof.values[-1].verdict is WAYS[way][1]
    assert proof.rows.proven == proof.rows.of == len(proof.values)
    assert not proof.rows.not_shown
    assert set(FAULTS) <= set(proof.rows.shown)


@pytest.mark.parametrize("number", FAULTS)
@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_number_of_a_row_is_contradicted(way: str, number: str) -> None:
    with broken_rows(FAULTS[number]):
        proof = proof_of(way)
    assert not proof.holds
    assert proof.values[-1].verdict is Verdict.WRONG
    found = [one for one in proof.row_mismatches if one.name == proof.values[-1].name]
    assert number in {one.number for one in found}
    assert all(one.axis == found[0].axis != "y" for one in found)
    assert "its row says" in proof.to_text()
    assert "its row says" in proof.to_markdown()
    assert proof.to_dict()["row_mismatches"][0]["number"] in FAULTS
    assert proof.to_dict()["rows"]["wrong"] > 0


def test_a_wrong_period_is_contradicted() -> None:
    with broken_rows(lambda a: replace(a, period=1)):
        proof = proof_of("changes")
    assert {"jump", "period"} & {one.number for one in proof.row_mismatches}


@pytest.mark.parametrize(
    "change",
    [
        lambda a: replace(a, reach=Scope.GLOBAL, jump=Fraction(0)),
        lambda a: replace(a, reach=Scope.ANTICAUSAL),
        lambda a: replace(a, size_min=a.size),
    ],
)
def test_a_running_sum_that_is_said_to_be_something_else_is_contradicted(change: Change) -> None:
    class Sums(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.cumsum(2)

    assert eyeshot.verify(Sums(), input_shape=(1, 2, 9)).rows.proven == 1
    with broken_rows(change):
        assert not eyeshot.verify(Sums(), input_shape=(1, 2, 9)).holds


def test_branches_said_to_agree_that_do_not_are_contradicted() -> None:
    class Beside(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Conv1d(1, 1, 3, padding=1), nn.Conv1d(1, 1, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.a(x) + self.b(functional.pad(x, (2, 0)))

    proof = eyeshot.verify(Beside(), input_shape=(1, 1, 12))
    assert proof.values[-1].row is not None
    assert "misaligned" in proof.values[-1].row.shown
    with broken_rows(lambda a: replace(a, misaligned=Fraction(0))):
        proof = eyeshot.verify(Beside(), input_shape=(1, 1, 12))
    (found,) = proof.row_mismatches
    assert (found.number, found.said, found.measured) == ("misaligned", "0", "1")


def test_what_no_feature_shows_is_counted_and_not_taken_for_right() -> None:
    proof = eyeshot.verify("conv k5 p2 | conv k5 p2 | conv k9 p4", input_shape=(1, 1, 12))
    assert proof.rows.of == 3
    assert proof.rows.proven == 2
    assert dict(proof.rows.not_shown) == dict.fromkeys(("size", "size_min", "jump", "start", "padding", "period"), 1)
    assert "not shown at this size: size of 1" in " ".join(proof.to_text().split())
    few = eyeshot.verify("conv k3", input_shape=(1, 1, 12), rows=3)
    assert few.rows.proven == 0
    assert dict(few.rows.not_shown)["size"] == 1


def test_a_gate_hides_the_size_of_the_other_paths() -> None:
    proof = eyeshot.verify("conv k3 | se", input_shape=(1, 4, 12, 12))
    assert dict(proof.rows.not_shown)["local_size"] >= 1


# ---------------------------------------------------------------------- sets


class Undone(nn.Module):
    """Returns what it gets, by way of operations that read everything along an axis."""

    def __init__(self, dims: tuple[int, ...]) -> None:
        super().__init__()
        self.dims = dims

    def forward(self, x: Tensor) -> Tensor:
        sizes = tuple(x.shape[d] for d in self.dims)
        return torch.fft.irfftn(torch.fft.rfftn(x, dim=self.dims), s=sizes, dim=self.dims)


@pytest.mark.parametrize("dims", [(2,), (3,), (2, 3)])
def test_a_model_that_returns_what_it_gets_is_not_proven_to_read_everything(dims: tuple[int, ...]) -> None:
    """One element that changes is no proof that all of them were read."""
    proof = eyeshot.verify(Undone(dims), input_shape=(1, 2, 6, 6))
    assert proof.values[0].verdict is Verdict.CHANGED
    last = proof.values[-1]
    assert last.verdict is Verdict.UNPROVABLE
    assert 0 < last.hidden < last.readings
    ((hidden, asked),) = proof.hidden.values()
    assert f"({hidden:,} of {asked:,}" in proof.to_text()
    assert proof.to_dict()["values"][-1]["hidden"] == last.hidden


class Late(nn.Module):
    """A convolution behind an interpolation, which multiplies NaN by zero."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(functional.interpolate(x, scale_factor=2, mode="bilinear"))


def proof_with_kernels(way: str, by: int) -> Any:
    """A proof in which windows are said to be larger or smaller than they are."""
    make = IndexMap.window

    def other(n_in: int, n_out: int, kernel: int, **more: Any) -> IndexMap:
        return make(n_in, n_out, kernel + by, **more)

    torch.manual_seed(0)
    model, shape = (Late(), (1, 2, 9, 9)) if way == "changes" else by_changes_of_integers()
    with mock.patch.object(IndexMap, "window", other):
        return eyeshot.verify(model, input_shape=shape, pixels=2)


@pytest.mark.parametrize("way", ["changes", "integers"])
def test_a_claim_that_is_too_wide_is_not_taken_for_proven(way: str) -> None:
    assert proof_with_kernels(way, 0).values[-1].verdict is Verdict.CHANGED
    last = proof_with_kernels(way, 1).values[-1]
    # What an interpolation reads is NaN too, if NaN does not come out nothing was read; integers hold no NaN.
    assert last.verdict is (Verdict.WRONG if way == "changes" else Verdict.UNPROVABLE)
    assert way == "changes" or 0 < last.hidden < last.readings


@pytest.mark.parametrize("way", ["changes", "integers"])
def test_a_claim_that_is_too_narrow_is_wrong(way: str) -> None:
    proof = proof_with_kernels(way, -1)
    assert proof.values[-1].verdict is Verdict.WRONG
    assert proof.mismatch is not None
    assert proof.mismatch.seen


def test_a_dead_activation_is_not_provable() -> None:
    class Dead(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            small = functional.interpolate(x, scale_factor=2, mode="bilinear")
            return (small.tanh() - 2).relu()

    proof = eyeshot.verify(Dead(), input_shape=(1, 1, 6, 6))
    assert proof.values[-1].verdict is Verdict.UNPROVABLE
    assert proof.values[-1].hidden == proof.values[-1].readings > 0


def test_supports_are_held_against_changes_too() -> None:
    proof = proof_of("changes")
    assert proof.supports == len(proof.values)
    right = claims.region_of

    def without(*args: Any) -> Any:
        return replace(right(*args), products=())

    with mock.patch.object(claims, "region_of", without):
        proof = proof_of("changes")
    assert proof.counts[Verdict.WRONG] == len(proof.values)


class Patches(nn.Module):
    """Patches in a grid, behind a token of another kind."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(1, 4, 2, stride=2)
        self.token = nn.Parameter(torch.randn(1, 1, 4))

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patch(x).flatten(2).transpose(1, 2)
        return torch.cat([self.token.expand(len(x), 1, 4), tokens], 1)


def test_rows_of_patches_among_tokens_are_proven() -> None:
    proof = eyeshot.verify(Patches().eval(), input_shape=(1, 1, 6, 8), pixels=2)
    assert proof.holds
    (row,) = [value.row for value in proof.values if value.name == "cat"]
    assert row is not None
    assert {"size", "size_min"} <= {*row.shown}


@pytest.mark.parametrize("number", ["n", "jump", "size", "start", "padding"])
def test_a_wrong_row_of_patches_among_tokens_is_found(number: str) -> None:
    def row_of(*args: Any) -> LayerField:
        row = ROW_OF(*args)
        if not row.name.endswith("[grid]"):
            return row
        return replace(row, axes=tuple(FAULTS[number](axis) for axis in row.axes))

    with mock.patch.object(analysis, "row_of", row_of):
        proof = eyeshot.verify(Patches().eval(), input_shape=(1, 1, 6, 8), pixels=2)
    assert not proof.holds
    assert {(found.name, found.number) for found in proof.row_mismatches} >= {("cat[grid]", number)}


def test_a_part_of_what_was_rolled_is_a_branch_like_any_other() -> None:
    class Rolled(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x[:, :, :6] + x.roll(-2, 2)[:, :, :6]

    (row,) = eyeshot.analyze(Rolled(), input_shape=(1, 1, 9))[-1].axes
    assert row.misaligned == 2
    assert eyeshot.verify(Rolled(), input_shape=(1, 1, 9)).holds


class Halves(nn.Module):
    """Something that is done to what a convolution without borders makes, so that its ends are not the image's."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function
        self.up = nn.ConvTranspose1d(1, 1, 2, stride=2, padding=1)
        self.after = nn.Conv1d(1, 1, 1, padding=1, padding_mode="reflect")

    def forward(self, x: Tensor) -> Tensor:
        return self.after(self.function(x))


def test_padding_behind_a_padded_transposed_convolution_hides_pixels_and_contradicts_nothing() -> None:
    net = Halves(lambda x: x)
    net.function = net.up
    proof = eyeshot.verify(net.eval(), input_shape=(1, 1, 8))
    assert proof.holds, proof.row_mismatches


def test_padding_along_a_window_hides_pixels_and_contradicts_nothing() -> None:
    class Windows(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return functional.pad(x.tril(-2).unfold(2, 5, 1), (1, 1, 1, 1, 0, 0), mode="reflect")

    proof = eyeshot.verify(Windows(), input_shape=(1, 1, 9, 6))
    assert proof.holds, proof.row_mismatches


def test_a_diagonal_is_numbered_by_one_of_its_numbers() -> None:
    class Band(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.tril(1).triu(1)

    proof = eyeshot.verify(Band(), input_shape=(1, 2, 6, 9))
    assert proof.holds, proof.row_mismatches
    assert all(axis.n == 9 for axis in eyeshot.analyze(Band(), (1, 2, 6, 9))[-1].axes)


def test_several_paths_that_together_read_the_same_stand_where_they_read() -> None:
    class Written(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(13, 6)

        def forward(self, x: Tensor) -> Tensor:
            y = x.triu(1)
            z = y.clone()
            z[..., -4:] += y.mean(1, keepdim=True)[..., :4]
            return self.linear(z)

    net = Written()
    row = eyeshot.analyze(net, (1, 2, 13))[-1].axes[0]
    assert (row.size, row.start, row.padding) == (12, 7, -1)
    proof = eyeshot.verify(net, input_shape=(1, 2, 13))
    assert proof.holds, proof.row_mismatches


def test_single_features_that_meet_have_a_distance() -> None:
    class Meets(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.cat([x[..., :1], x[..., ::2][..., 3:4], x.unfold(2, 7, 9).mean(-1)], 1)

    row = eyeshot.analyze(Meets(), (1, 1, 8))[-1].axes[0]
    assert row.misaligned == 6
    assert eyeshot.verify(Meets(), input_shape=(1, 1, 8)).holds


class Meeting(nn.Module):
    """Two things that are done to one image, and added."""

    def __init__(self, a: Callable[[Tensor], Tensor], b: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.a, self.b = a, b

    def forward(self, x: Tensor) -> Tensor:
        return self.a(x) + self.b(x)


def _written(x: Tensor) -> Tensor:
    out = x.clone()
    out[..., 1::4] = x[..., 3::4]
    return out


MEETINGS: dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor], Fraction | int | None]] = {
    "jumps that differ": (lambda x: x[..., :6], lambda x: x[..., ::2], None),
    "backwards": (lambda x: x, lambda x: x.flip(2), None),
    "two that meet in two features": (
        lambda x: x[..., :2], lambda x: x.unfold(2, 4, 1).mean(-1)[..., 3:5], Fraction(9, 2),
    ),
    "two steps that differ": (lambda x: x[..., :2], lambda x: x[..., ::2][..., :2], None),
    "gathered out of order": (lambda x: x[..., [3, 0, 7]], lambda x: x[..., :3], None),
    "gathered alike": (lambda x: x[..., [3, 0, 7]], lambda x: x[..., [5, 2, 9]], 2),
    "some of them written": (_written, lambda x: x, None),
    "no feature in common": (
        lambda x: functional.pad(x[..., :6], (0, 6)), lambda x: functional.pad(x[..., 6:], (6, 0)), 0,
    ),
    "one that stands still": (lambda x: x[..., 3:4], lambda x: x, 0),
    "the same shifted about the middle": (lambda x: x.unfold(2, 3, 1).amax(-1), lambda x: x[..., 1:-1], 0),
    "windows beside their middles": (
        lambda x: x.reshape(1, 1, 3, 4).amax(-1, keepdim=True).expand(1, 1, 3, 4).reshape(1, 1, 12), lambda x: x, 0,
    ),
    "windows beside their ends": (
        lambda x: x.reshape(1, 1, 3, 4).amax(-1, keepdim=True).expand(1, 1, 3, 4).reshape(1, 1, 12),
        lambda x: functional.pad(x, (2, 0))[..., :12], 2,
    ),
    "after a roll": (lambda x: x.roll(3, 2), lambda x: x, None),
    "some that stand still": (lambda x: functional.pad(x[..., 3:4].expand(1, 1, 10), (0, 2)), lambda x: x, 0),
    "a law that ends before it moves": (
        lambda x: functional.interpolate(x[..., 8:9], scale_factor=4), lambda x: x[..., 4:8], 0,
    ),
    "one of which a part is left": (lambda x: functional.pad(x[..., 3:4], (1, 2)), lambda x: x[..., :4], Fraction(2)),
    "shifted where the image ends": (
        lambda x: functional.adaptive_avg_pool1d(x, 12).maximum(functional.pad(x[..., :-1], (1, 0))), lambda x: x,
        Fraction(1, 2),
    ),
    "up to here": (lambda x: x.cumsum(2), lambda x: x, 0),
}  # fmt: skip
"""What meets, and how far it lies apart; None where it lies now so far apart, now otherwise."""

NOTHING_MEETS = {"no feature in common", "one that stands still", "some that stand still", "up to here"}
NOTHING_MEETS |= {"a law that ends before it moves"}
NOT_SHOWN = {"some of them written"}
"""Those of which a branch is a step within an operation, which no tensor of the model holds."""


@pytest.mark.parametrize("name", MEETINGS)
def test_how_far_branches_lie_apart_is_what_each_feature_shows(name: str) -> None:
    a, b, apart = MEETINGS[name]
    model = Meeting(a, b)
    (row,) = eyeshot.analyze(model, (1, 1, 12))[-1].axes
    assert row.misaligned == apart
    proof = eyeshot.verify(model, input_shape=(1, 1, 12))
    assert proof.holds, proof.row_mismatches
    if name in NOTHING_MEETS:
        return
    if name in NOT_SHOWN:
        assert dict(proof.rows.not_shown)["misaligned"] == 1
        return
    for other in {Fraction(0), Fraction(1), None} - {row.misaligned}:
        with broken_rows(lambda axis, other=other: replace(axis, misaligned=other)):  # type: ignore[misc]
            proof = eyeshot.verify(model, input_shape=(1, 1, 12))
        assert "misaligned" in {found.number for found in proof.row_mismatches}


class Attends(nn.Module):
    """Attention within windows of rows, of what a part of the image was written into."""

    def __init__(self, *, written: bool) -> None:
        super().__init__()
        self.qkv, self.written = nn.Linear(2, 6), written

    def forward(self, x: Tensor) -> Tensor:
        if self.written:
            x = x.clone()
            x[:, :, 1, 1:3] += x[:, :, 2, 0:2]
        tokens = x.permute(0, 2, 3, 1).reshape(-1, x.shape[3], 2)
        q, k, v = self.qkv(tokens).chunk(3, -1)
        return (q @ k.transpose(-2, -1)).softmax(-1) @ v


@pytest.mark.parametrize("written", [False, True])
def test_queries_and_keys_do_not_meet(written: bool) -> None:
    torch.manual_seed(0)
    model = Attends(written=written)
    fields = eyeshot.analyze(model, (1, 2, 4, 4))
    scores = fields.table_of(every=True).rows[-5:]
    assert any(row.op == "contract" for row in scores)
    assert all(axis.misaligned == 0 for row in scores for axis in row.axes if axis.axis == "x")
    assert written or all(axis.misaligned == 0 for row in scores for axis in row.axes)
    proof = eyeshot.verify(model, input_shape=(1, 2, 4, 4))
    assert proof.holds, proof.row_mismatches


def test_what_is_joined_one_behind_the_other_does_not_meet() -> None:
    class Behind(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.cat([x, functional.pad(x, (1, 0))[..., :-1]], 2)

    model = Behind()
    assert all(axis.misaligned == 0 for axis in eyeshot.analyze(model, (1, 1, 4, 6))[-1].axes)
    assert eyeshot.verify(model, input_shape=(1, 1, 4, 6)).holds


def test_a_distance_that_is_not_one_is_said_in_every_format() -> None:
    fields = eyeshot.analyze(Meeting(lambda x: x[..., :6], lambda x: x[..., ::2]), (1, 1, 12))
    assert "branches whose centres lie apart meet here, no one distance at add" in " ".join(fields.to_text().split())
    assert fields.to_dict()["layers"][-1]["axes"][0]["misaligned"] is None


def test_padding_beside_gaps_contradicts_nothing() -> None:
    up = nn.ConvTranspose2d(1, 1, 1, stride=(2, 1), output_padding=(0, 0))
    after = nn.Conv2d(1, 1, (2, 1), padding=(2, 0), dilation=(2, 1), padding_mode="replicate")
    proof = eyeshot.verify(nn.Sequential(up, after).eval(), input_shape=(1, 1, 6, 3))
    assert proof.holds, proof.row_mismatches


def test_channels_in_a_coordinate_are_no_features_when_branches_meet() -> None:
    class Cells(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.up = nn.ConvTranspose2d(1, 1, 2, stride=2, dilation=2, output_padding=1)

        def forward(self, x: Tensor) -> Tensor:
            y = functional.pixel_unshuffle(self.up(x), 2)
            return y[..., :3, :3] * x[..., :3, :3]

    row = eyeshot.analyze(Cells(), (1, 1, 4, 4))[-1].axes[0]
    proof = eyeshot.verify(Cells(), input_shape=(1, 1, 4, 4))
    assert proof.holds, (row, proof.row_mismatches)


def test_paths_of_one_feature_beside_paths_of_several() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(4, 8, (3, 2), 2, 2, (1, 2), groups=4, padding_mode="replicate")
            self.linear, self.norm = nn.Linear(3, 2), nn.GroupNorm(8, 8)
            self.last = nn.Conv2d(8, 8, (4, 1), (3, 1), 1, (2, 1), groups=8, padding_mode="circular")

        def forward(self, x: Tensor) -> Tensor:
            y = functional.interpolate(x, scale_factor=(0.7, 0.5), mode="bicubic", align_corners=True, antialias=True)
            return self.last(self.norm(self.linear(self.first(y))))

    row = eyeshot.analyze(Net().eval(), (1, 4, 10, 9))["last"].axes
    assert [(axis.n, axis.size, axis.is_global) for axis in row] == [(4, 10, True), (1, 9, True)]
