"""Rows say of the features what each of them answers when it is asked, as `at` numbers them."""

import pytest
import torch
from torch import nn

import eyeshot
from eyeshot.analyses.results import AxisField, Scope


class Model(nn.Module):
    """A module of one function, with layers of its own."""

    def __init__(self, run: object, **layers: nn.Module) -> None:
        super().__init__()
        self.run = run
        for name, layer in layers.items():
            self.add_module(name, layer)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.run(self, x)  # type: ignore[no-any-return, operator]


def last(run: object, shape: tuple[int, ...], axes: str | None = None, **layers: nn.Module) -> AxisField:
    """The last axis of the last row."""
    return fields(run, shape, axes, **layers)[-1].axes[-1]


def fields(run: object, shape: tuple[int, ...], axes: str | None = None, **layers: nn.Module) -> eyeshot.Fields:
    return eyeshot.analyze(Model(run, **layers).eval(), input_shape=shape, axes=axes)


# ---------------------------------------------------------------------- windows made by tables


def windows_by_table(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """4×4 windows of 2, by lists of indices along both axes, side by side, then a convolution."""
    table = torch.arange(0, 8, 2)[:, None] + torch.arange(2)
    found = x[:, :, table][:, :, :, :, table]
    return model.conv(found.reshape(*x.shape[:2], 8, 8))  # type: ignore[no-any-return, operator]


def test_a_size_that_no_feature_has_is_in_no_row() -> None:
    found = fields(windows_by_table, (1, 1, 8, 8), conv=nn.Conv2d(1, 1, 3, padding=1))[-1]
    sizes = {hi - lo for i in range(8) for j in range(8) for lo, hi in found.at(i, j).box}
    for axis in found.axes:
        assert (axis.n, axis.size, axis.size_min) == (8, max(sizes), min(sizes))
        assert axis.size == 3
        assert axis.jump == 1


def test_overlapping_windows_in_a_row_step_by_half_a_pixel() -> None:
    table = torch.arange(4)[:, None] + torch.arange(2)
    axis = last(lambda _, x: x[:, :, table].reshape(1, 1, 8), (1, 1, 5))
    assert (axis.n, float(axis.jump or 0), axis.size, axis.period) == (8, 0.5, 1, 2)


def test_elements_in_no_order_have_no_jump() -> None:
    axis = last(lambda m, x: m.conv(x[:, :, [5, 1, 4, 0, 2, 3, 7, 6]]), (1, 1, 8), conv=nn.Conv1d(1, 1, 3))
    assert axis.jump is None
    text = fields(lambda _, x: x[:, :, [5, 1, 4, 0, 2, 3, 7, 6]], (1, 1, 8)).to_text()
    assert "varies" in text
    assert "varies  the distance differs from feature to feature, by no law" in text
    assert '"jump": null' in fields(lambda _, x: x[:, :, [5, 1, 4, 0, 2, 3, 7, 6]], (1, 1, 8)).to_json()


def sliding_attention(_: nn.Module, x: torch.Tensor) -> torch.Tensor:
    q = x.transpose(1, 2)
    place = torch.arange(x.shape[-1])
    near = (place[:, None] - place).abs() <= 2
    return nn.functional.scaled_dot_product_attention(q, q, q, attn_mask=near)


def test_windows_that_the_image_cuts_off_step_as_all_others_do() -> None:
    axis = last(sliding_attention, (1, 4, 20))
    assert (axis.n, axis.jump, axis.size, axis.size_min, axis.start, axis.period) == (20, 1, 5, 3, 1.5, None)


# ---------------------------------------------------------------------- causal is not global

LSTM = {"rnn": nn.LSTM(4, 4, batch_first=True)}
BOTH_WAYS = {"rnn": nn.GRU(4, 4, batch_first=True, bidirectional=True)}


@pytest.mark.parametrize(
    ("run", "layers"),
    [
        (lambda m, x: m.rnn(x.transpose(1, 2))[0], LSTM),
        (lambda _, x: x.cumsum(-1), {}),
        (lambda _, x: nn.functional.scaled_dot_product_attention(*[x.transpose(1, 2)] * 3, is_causal=True), {}),
    ],
    ids=["lstm", "running sum", "causal attention"],
)
def test_all_up_to_here_is_causal(run: object, layers: dict[str, nn.Module]) -> None:
    found = fields(run, (1, 4, 8), **layers)
    (axis,) = found[-1].axes if len(found[-1].axes) == 1 else found["run"].axes
    assert (axis.reach, axis.is_global, axis.period) == (Scope.CAUSAL, False, None)
    assert (axis.n, axis.jump, axis.size, axis.size_min, axis.start) == (8, 1, 8, 1, 0.5)
    assert '"reach": "causal"' in found.to_json()
    assert "causal: each feature reads all up to its place" in found.to_text()
    assert found[-1].at(3).box == ((0, 4),)
    assert found[-1].at(3).is_global == (False,)


def test_a_running_sum_from_the_end_is_anticausal() -> None:
    axis = last(lambda _, x: x.flip(-1).cumsum(-1).flip(-1), (1, 4, 8))
    assert (axis.reach, axis.size, axis.size_min, axis.jump, axis.start) == (Scope.ANTICAUSAL, 8, 1, 1, 4)


def test_both_directions_together_are_global() -> None:
    assert fields(lambda m, x: m.rnn(x.transpose(1, 2))[0], (1, 4, 8), **BOTH_WAYS)["rnn"].axes[0].reach == "global"
    assert last(lambda _, x: x.cumsum(-1).flip(-1).cumsum(-1), (1, 4, 8)).reach == "global"


def test_the_last_of_a_running_sum_has_read_everything() -> None:
    axis = last(lambda _, x: x.cumsum(-1)[..., -1:], (1, 4, 8))
    assert (axis.reach, axis.size, axis.local_size) == (Scope.GLOBAL, 8, None)


def test_a_window_beside_a_causal_path_keeps_its_own_size() -> None:
    axis = last(lambda m, x: m.conv(x) + x.cumsum(-1), (1, 4, 8), conv=nn.Conv1d(4, 4, 3, padding=1))
    assert (axis.reach, axis.local_size, axis.size_min) == (Scope.CAUSAL, 3, 3)


def test_running_sums_within_windows_are_local() -> None:
    axis = last(lambda _, x: x.reshape(1, 4, 4, 4).cumsum(-1).reshape(1, 4, 16), (1, 4, 16))
    assert (axis.reach, axis.size, axis.size_min, axis.jump) == (Scope.LOCAL, 4, 1, 1)


# ---------------------------------------------------------------------- frames one by one


def frame_by_frame(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return torch.stack([model.conv(x[:, :, t]) for t in range(x.shape[2])], 2)  # type: ignore[operator]


def written_frame_by_frame(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    found = x.new_zeros(x.shape)
    for t in range(x.shape[2]):
        found[:, :, t] = model.conv(x[:, :, t])  # type: ignore[operator]
    return found


@pytest.mark.parametrize("run", [frame_by_frame, written_frame_by_frame])
def test_frames_that_are_stacked_keep_their_axis(run: object) -> None:
    found = fields(run, (1, 2, 5, 6, 6), "NCTHW", conv=nn.Conv2d(2, 2, 3, padding=1))[-1]
    assert found.extents == (("t", 5), ("y", 6), ("x", 6))
    assert found.at(2, 3, 3).box == ((2, 3), (2, 5), (2, 5))
    assert [(axis.n, axis.jump, axis.size) for axis in found.axes] == [(5, 1, 1), (6, 1, 3), (6, 1, 3)]


def loop_with_a_state(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    state, found = torch.zeros(x.shape[:2]), []
    for t in range(x.shape[2]):
        state = torch.tanh(model.mix(state) + x[:, :, t])  # type: ignore[operator]
        found.append(state)
    return torch.stack(found, 1)


def test_a_loop_over_time_that_keeps_a_state_is_causal() -> None:
    axis = last(loop_with_a_state, (1, 4, 6), mix=nn.Linear(4, 4))
    assert (axis.n, axis.reach, axis.size, axis.size_min, axis.jump) == (6, "causal", 6, 1, 1)


def test_branches_side_by_side_are_no_frames() -> None:
    found = fields(
        lambda m, x: torch.cat([m.a(x).flatten(1), m.b(x).flatten(1)], 1),
        (1, 1, 7), a=nn.Conv1d(1, 1, 7), b=nn.Conv1d(1, 1, 3, dilation=3),
    )  # fmt: skip
    assert found[-1].extents == ()


# ---------------------------------------------------------------------- what random networks found


def test_a_path_that_only_some_features_have_makes_only_those_larger() -> None:
    def gated(_: nn.Module, x: torch.Tensor) -> torch.Tensor:
        return x + nn.functional.pad(x.amax(2, keepdim=True), (0, x.shape[2] - 1))

    axis = last(gated, (1, 1, 4))
    assert (axis.size, axis.size_min, axis.local_size, axis.reach) == (4, 1, 1, "global")


def test_causal_is_what_rises_with_the_place() -> None:
    axis = last(lambda _, x: x.cumsum(-1)[..., [3, 0, 1, 2]], (1, 1, 4))
    assert (axis.reach, axis.size, axis.size_min, axis.jump) == ("local", 4, 1, None)


def test_rows_of_an_axis_beside_a_causal_one_keep_their_jump() -> None:
    def causal_along_x(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
        tokens = x.permute(0, 2, 3, 1).reshape(5, 6, 4)
        mask = torch.triu(torch.ones(6, 6, dtype=torch.bool), 1)
        return model.mix(tokens, mask).reshape(1, 5, 6, 4).permute(0, 3, 1, 2)  # type: ignore[no-any-return, operator]

    mix = nn.TransformerEncoderLayer(4, 2, 4, 0.0, batch_first=True)
    y, x = fields(causal_along_x, (1, 4, 5, 6), mix=mix)[-1].axes
    assert (y.n, y.jump, y.size, y.size_min, y.reach) == (5, 1, 1, 1, "local")
    assert (x.n, x.jump, x.size, x.size_min, x.reach) == (6, 1, 6, 1, "causal")


def test_elements_in_turn_are_features_of_their_own() -> None:
    found = fields(lambda _, x: torch.stack([x, x.flip(-1)], -1).flatten(-2), (1, 1, 2, 3))[-1]
    assert found.extents == (("y", 2), ("x", 6))
    assert [found.at(0, i).box[1] for i in range(6)] == [(0, 1), (2, 3), (1, 2), (1, 2), (2, 3), (0, 1)]


def test_a_row_is_causal_only_if_every_feature_is() -> None:
    axis = last(lambda _, x: torch.cat([x, x.cumsum(-1)], -1), (1, 1, 5))
    assert (axis.reach, axis.n, axis.size, axis.size_min, axis.jump) == ("local", 10, 5, 1, None)


def test_channels_that_a_list_has_by_themselves_are_no_places() -> None:
    def placed(_: nn.Module, x: torch.Tensor) -> torch.Tensor:
        at = torch.tensor([0, 9]).expand(1, 2, 2)
        return x.scatter_reduce(2, at, x.roll(1, -1)[..., :2], "sum")

    found = fields(placed, (1, 2, 10), "NCT")[-1]
    assert found.extents == (("t", 10),)
    assert (found.axes[0].n, found.axes[0].size, found.axes[0].size_min) == (10, 10, 1)


# ---------------------------------------------------------------------- rows beside heads


def attention_within_rows(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Rows and heads are one batch; (y, x, heads, channels) comes out."""
    qkv = model.qkv(x).flatten(2).transpose(1, 2).reshape(4, 5, 24)  # type: ignore[operator]
    q, k, v = qkv.view(4, 5, 2, 12).permute(0, 2, 3, 1).split([4, 4, 4], dim=2)
    mixed = v @ (q.transpose(-2, -1) @ k).softmax(-1).transpose(-2, -1)
    return mixed.permute(0, 3, 1, 2)


def test_heads_beside_rows_are_no_rows() -> None:
    model = Model(attention_within_rows, qkv=nn.Conv2d(3, 24, 3, padding=1)).eval()
    y, x = eyeshot.analyze(model, input_shape=(1, 3, 4, 5))[-1].axes
    assert (y.n, y.jump, y.size, y.start, y.padding, y.period, y.reach) == (4, 1, 3, 0.5, 1, 1, "local")
    assert (x.n, x.reach) == (5, "global")
    proof = eyeshot.verify(model, input_shape=(1, 3, 4, 5))
    assert proof.holds
    assert proof.rows.proven > 9


def test_windows_that_are_a_batch_keep_all_their_places() -> None:
    def windows(_: nn.Module, x: torch.Tensor) -> torch.Tensor:
        return x.view(1, 3, 2, 4, 2, 4).permute(0, 2, 4, 1, 3, 5).reshape(4, 3, 4, 4)

    found = fields(windows, (1, 3, 8, 8))[-1]
    assert found.extents == (("y", 8), ("x", 8))
    assert [(axis.n, axis.jump, axis.size) for axis in found.axes] == [(8, 1, 1), (8, 1, 1)]
    assert found.at(5, 2).box == ((5, 6), (2, 3))


def test_a_sum_over_every_second_place_is_not_global() -> None:
    axis = last(lambda _, x: x.unflatten(-1, (4, 2)).sum(-2), (1, 1, 8))
    assert (axis.n, axis.jump, axis.size, axis.size_min, axis.reach) == (2, 1, 7, 7, "local")
    both = last(lambda _, x: x.unflatten(-1, (4, 2)).sum((-2, -1)), (1, 1, 8))
    assert (both.n, both.size, both.reach) == (1, 8, "global")
