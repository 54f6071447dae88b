"""Patches of a transformer stand in a grid, the tokens beside them by themselves."""

import pytest
import torch
from torch import nn

import eyeshot


class Tokens(nn.Module):
    """Patches of 4×4 with tokens before and behind them, and a layer of attention."""

    def __init__(self, before: int, behind: int, *, attends: bool = True) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 4, stride=4)
        self.before = nn.Parameter(torch.zeros(1, before, 8))
        self.behind = nn.Parameter(torch.zeros(1, behind, 8))
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True) if attends else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = self.patch(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.before, tokens, self.behind], 1)
        return tokens if self.attention is None else tokens + self.attention(tokens, tokens, tokens)[0]


@pytest.mark.parametrize(("before", "behind"), [(1, 0), (2, 0), (0, 3), (1, 1)])
def test_patches_and_tokens_have_rows_of_their_own(before: int, behind: int) -> None:
    fields = eyeshot.analyze(Tokens(before, behind).eval(), input_shape=(1, 3, 12, 20))
    end = fields[-1].name.partition("[")[0]
    grid = fields[f"{end}[grid]"]
    assert grid.extents == (("y", 3), ("x", 5))
    assert [(axis.n, axis.jump, axis.local_size, axis.start) for axis in grid.axes] == [(3, 4, 4, 2), (5, 4, 4, 2)]
    assert all(axis.reach == "global" for axis in grid.axes)
    assert [name for name in fields.names if name.startswith(f"{end}[")] == [
        *([f"{end}[tokens]"] if before else []),
        f"{end}[grid]",
        *([f"{end}[last tokens]"] if behind else []),
    ]
    assert fields[end].extents == (("dim 1", before + 15 + behind),)
    assert "[grid]" in fields.to_text()


def test_a_patch_is_asked_by_its_place() -> None:
    fields = eyeshot.analyze(Tokens(1, 0, attends=False).eval(), input_shape=(1, 3, 12, 20))
    assert fields[-1].at(2, 3).box == ((8, 12), (12, 16))
    assert fields[-2].at().box == ((0, 0), (0, 0))
    assert fields[-1].reached_by(9, 13).features == ((2, 3), (3, 4))
    assert {reach.layer for reach in fields.reached_by(9, 13)} >= {"cat[tokens]", "cat[grid]"}


def test_the_network_itself_stays_as_it_is() -> None:
    fields = eyeshot.analyze(Tokens(1, 0).eval(), input_shape=(1, 3, 12, 20))
    assert not any("[" in node.name for node in fields.graph.nodes)
    assert not any("[" in row.name for row in fields.table_of(every=True).rows)


def test_tokens_in_no_order_stay_tokens() -> None:
    class Shuffled(Tokens):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x)[:, [0, 15, 3, 1, 2, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 5]]

    fields = eyeshot.analyze(Shuffled(1, 0, attends=False).eval(), input_shape=(1, 3, 12, 20))
    assert not any(name.startswith(f"{fields.graph.outputs[0]}[") for name in fields.names)
    assert all(axis.jump is None for axis in fields[-1].axes)
