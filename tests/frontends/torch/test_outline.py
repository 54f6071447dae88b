"""Which operations of a watched model have a row, and what a module path means."""

import pytest
import torch_modules
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

import eyeshot
from eyeshot.errors import InputError, ModelReferenceError


def names(model: nn.Module, shape: tuple[int, ...], *, every: bool = False, depth: int | None = None) -> list[str]:
    table = eyeshot.analyze(model.eval(), input_shape=shape).table_of(every=every, depth=depth)
    return [row.name for row in table.rows]


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.act = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return x + self.act(self.norm(self.conv(x)))


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([Block(), Block()])
        self.again = Block()

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return self.again(self.again(x)) * 2


IMAGE = (1, 3, 16, 16)


def test_what_leaves_the_field_as_it_is_has_no_row() -> None:
    found = eyeshot.analyze(Net().eval(), input_shape=IMAGE)
    assert found.names == (
        *("blocks.0.conv", "blocks.0.add", "blocks.1.conv", "blocks.1.add"),
        *("again.conv", "again.add", "again.conv#2", "again#2.add", "mul"),
    )
    assert found.table.operations == 17
    assert "9 of 17 operations shown; to_text(every=True) shows every one" in repr(found)
    assert "shows" not in found.to_text(every=True)
    assert len(found.to_frame(every=True)) == 17
    assert len(found) == 9
    assert [field.name for field in found] == list(found.names)


def test_modules_fold_by_their_paths_and_calls() -> None:
    assert names(Net(), IMAGE, depth=1) == ["blocks.0", "blocks.1", "again", "again#2", "mul"]
    assert names(Net(), IMAGE, depth=2)[:4] == ["blocks.0", "blocks.1", "again.conv", "again.add"]
    with pytest.raises(InputError, match="the depth must be at least 1, but is 0"):
        names(Net(), IMAGE, depth=0)


def test_a_fold_has_the_modules_class_and_the_numbers_of_its_result() -> None:
    fields = eyeshot.analyze(Net().eval(), input_shape=IMAGE)
    rows = fields.table_of(depth=1).rows
    assert [(row.source, row.axes[0].size) for row in rows] == [
        *[("Block", size) for size in (3, 5, 7, 9)],
        ("mul", 9),
    ]
    assert [reach.layer for reach in fields.reached_by(3, 3, depth=1)] == [row.name for row in rows]


def test_a_module_path_is_what_the_module_returns() -> None:
    fields = eyeshot.analyze(Net().eval(), input_shape=IMAGE)
    assert fields["blocks.0"].name == "blocks.0.add"
    assert fields["again"].axes[0].size == 7
    assert fields["again#2"].axes[0].size == 9
    for asked in ("again.2", "again#3"):
        said = rf"no layer `{asked}`; `again` is called 2 times: again, again#2$"
        with pytest.raises(ModelReferenceError, match=said):
            fields[asked]
    with pytest.raises(ModelReferenceError, match=r"no layer `blocks.0#2`; `blocks.0` is called once: blocks.0$"):
        fields["blocks.0#2"]
    with pytest.raises(ModelReferenceError, match=r"no layer `blocks`, only parts of it; the last is `blocks\.1\.add`"):
        fields["blocks"]
    with pytest.raises(ModelReferenceError, match=r"no layer `block\.0`; did you mean `blocks\.0`\?"):
        fields["block.0"]


def test_a_gate_is_a_row_with_a_local_size() -> None:
    fields = eyeshot.analyze(torch_modules.SqueezeExcite(), input_shape=torch_modules.IMAGE)
    assert fields.names == ("conv", "mean", "mul")
    assert (fields["mul"].axes[0].local_size, fields["mul"].axes[0].is_global) == (3, True)


def test_tokens_behind_a_class_token_stay_local_and_become_global() -> None:
    fields = eyeshot.analyze(torch_modules.Tokens().eval(), input_shape=torch_modules.SMALL)
    axis = fields["head[grid]"].axes[0]
    assert (axis.n, axis.jump, axis.local_size, axis.is_global) == (4, 2, 2, True)
    assert (fields["head"].axes[0].n, fields["head"].axes[0].local_size) == (17, 2)


def attention(x: Tensor) -> Tensor:
    tokens = F.pad(x.flatten(2).transpose(1, 2), (0, 0, 1, 0))
    return tokens + (tokens @ tokens.transpose(1, 2)).softmax(-1) @ tokens


def test_a_matrix_of_pairs_of_positions_is_a_step_on_the_way() -> None:
    found = eyeshot.analyze(torch_modules.Fn(attention), input_shape=torch_modules.SMALL)
    assert list(dict.fromkeys(field.row.source for field in found)) == ["Conv2d", "bmm", "add"]
    axis = found["add[grid]"].axes[0]
    assert (axis.n, axis.local_size, axis.is_global) == (6, 3, True)


def test_slices_that_a_merge_puts_together_are_one_row() -> None:
    def merged(x: Tensor) -> Tensor:
        return F.relu(__import__("torch").cat([x[:, :, 0::2], x[:, :, 1::2]], 1))

    model = nn.Sequential(torch_modules.plain(merged), nn.Conv2d(8, 4, 1))
    found = eyeshot.analyze(model, input_shape=torch_modules.SMALL)
    assert found.names == ("0.cat", "1")
    assert [axis.n for axis in found["0.cat"].axes] == [4, 8]


def test_pooling_beside_a_merge_keeps_its_row() -> None:
    def pooled(x: Tensor) -> Tensor:
        return F.interpolate(F.max_pool2d(x, 2), scale_factor=2.0) + x

    found = eyeshot.analyze(torch_modules.plain(pooled), input_shape=torch_modules.SMALL)
    assert found.names == ("max_pool2d", "add")


def test_windows_that_wrap_around_have_the_jump_of_those_between() -> None:
    axis = eyeshot.analyze(torch_modules.Windows(1), input_shape=torch_modules.SMALL)[-1].axes[0]
    assert (axis.n, axis.period, axis.size_min, axis.size) == (8, None, 4, 8)


def test_several_results_are_rows_by_their_keys() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Conv2d(3, 3, 3), nn.Conv2d(3, 3, 5)

        def forward(self, x: Tensor) -> dict[str, Tensor]:
            return {"low": self.a(x), "high": self.b(x)}

    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.two = Two()

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            found = self.two(x)
            return found["low"], found["high"]

    assert names(Outer(), IMAGE, depth=1) == ["two[low]", "two[high]"]
    fields = eyeshot.analyze(Outer(), input_shape=IMAGE)
    assert fields["two[high]"].axes[0].size == 5


def test_the_graph_keeps_its_calls_in_json() -> None:
    graph = eyeshot.load(Net(), input_shape=IMAGE)
    assert [call.name for call in graph.calls if call.depth < 2] == ["", "again", "again#2"]
    assert eyeshot.Graph.from_json(graph.to_json()) == graph
