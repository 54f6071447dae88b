"""What a loop of the program makes again and again is one row, with its number."""

import csv
import io
import json

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - everyone's name for it
from torch_modules import SMALL, Twice

import eyeshot
from eyeshot.graph.core import Graph

TIMES = 8


class Scan(nn.Module):
    """A state that goes on through time by one line of Python, as state-space models are written."""

    def __init__(self) -> None:
        super().__init__()
        self.before = nn.Conv1d(4, 4, 3, padding=2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.before(x)[..., :TIMES]
        state, found = x.new_zeros(1, 4), []
        for t in range(TIMES):
            state = torch.tanh(state * 0.5 + x[..., t])
            found.append(state)
        return torch.stack(found, -1)


class Cells(nn.Module):
    """One cell that is called for each time."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        h, c, found = x.new_zeros(1, 4), x.new_zeros(1, 4), []
        for t in range(TIMES):
            h, c = self.cell(x[..., t], (h, c))
            found.append(h)
        return torch.stack(found, -1)


class Again(nn.Module):
    """The same block several times."""

    def __init__(self) -> None:
        super().__init__()
        self.block = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(3):
            x = x + self.block(x)
        return x


class Different(nn.Module):
    """Different blocks, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([nn.Conv2d(4, 4, 3, padding=1) for _ in range(3)])

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = x + block(x)
        return x


class Pyramid(nn.Module):
    """One head for maps of different sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Conv2d(4, 2, 3, padding=1)

    def forward(self, x: Tensor) -> list[Tensor]:
        levels = [x, F.avg_pool2d(x, 2), F.avg_pool2d(x, 4)]
        return [self.head(level) for level in levels]


def rows(model: nn.Module, shape: tuple[int, ...]) -> list[tuple[str, int]]:
    return [(row.name, row.repeats) for row in eyeshot.analyze(model, input_shape=shape).table.rows]


def test_a_loop_over_a_line_is_one_row_with_its_number() -> None:
    fields = eyeshot.analyze(Scan(), input_shape=(1, 4, TIMES))
    found = {row.name: row.repeats for row in fields.table.rows}
    assert max(found.values()) == TIMES
    assert len(found) <= 6
    assert fields.names[-1] == "stack"
    assert len(fields.table_of(every=True).rows) == len(fields.graph.nodes) > 4 * TIMES
    assert {row.repeats for row in fields.table_of(every=True).rows} == {1}


def test_a_loop_over_a_module_is_one_row_and_every_call_can_be_asked_for() -> None:
    fields = eyeshot.analyze(Cells(), input_shape=(1, 4, TIMES))
    (row,) = [row for row in fields.table.rows if row.source == "LSTMCell"]
    assert (row.name, row.repeats, row.axes[0].size) == ("cell#8", TIMES, TIMES)
    assert [fields[f"cell#{t}"].axes[0].size for t in (2, 5)] == [2, 5]


def test_the_row_of_a_loop_is_the_last_one() -> None:
    assert rows(Again(), SMALL) == [("block.0#3", 3), ("block.2#3", 3), ("add.3", 3)]
    folded = eyeshot.analyze(Again(), input_shape=SMALL).table_of(depth=1).rows
    assert [(row.name, row.repeats) for row in folded] == [("block#3", 3), ("add.3", 3)]
    last = eyeshot.analyze(Again(), input_shape=SMALL).table.rows[1]
    assert last.axes[0].size == 13


def test_different_modules_stay_apart_and_so_does_what_is_done_between_them() -> None:
    assert {repeats for _, repeats in rows(Different(), SMALL)} == {1}
    assert len(rows(Different(), SMALL)) == 6


def test_calls_from_different_places_stay_apart() -> None:
    assert rows(Twice(), SMALL) == [("block", 1), ("block#2", 1), ("block#3", 1)]


def test_levels_of_a_pyramid_stay_apart() -> None:
    fields = eyeshot.analyze(Pyramid(), input_shape=SMALL)
    heads = [row for row in fields.table.rows if row.name.startswith("head")]
    assert [(row.repeats, row.axes[0].jump) for row in heads] == [(1, 1), (1, 2), (1, 4)]


def test_every_format_says_how_many() -> None:
    fields = eyeshot.analyze(Cells(), input_shape=(1, 4, TIMES))
    assert "LSTMCell ×8" in fields.to_text()
    assert "×n   the last of n that a loop makes, alike but for their size and start" in fields.to_text()
    for text in (fields.to_markdown(), fields.to_html()):
        assert "LSTMCell ×8" in text
    assert r"LSTMCell $\times$8" in fields.to_latex()
    layers = json.loads(fields.to_json())["layers"]
    assert [layer.get("repeats", 1) for layer in layers] == [row.repeats for row in fields.table.rows]
    lines = list(csv.DictReader(io.StringIO(fields.to_csv())))
    assert [int(line["repeats"]) for line in lines] == [row.repeats for row in fields.table.rows]
    plain = eyeshot.analyze(Different(), input_shape=SMALL)
    assert "repeats" not in plain.to_csv() + plain.to_json()


def test_loops_are_kept_in_json() -> None:
    graph = eyeshot.load(Cells(), input_shape=(1, 4, TIMES))
    assert Graph.from_json(graph.to_json()) == graph
    assert ("cell", *(f"cell#{t}" for t in range(2, TIMES + 1))) in graph.loops
    assert "loops" not in json.loads(eyeshot.load("conv k3", input_shape=8).to_json())


@pytest.mark.parametrize("model", [Scan(), Cells()])
def test_a_folded_network_is_proven_whole(model: nn.Module) -> None:
    proof = eyeshot.verify(model, input_shape=(1, 4, TIMES))
    assert proof.holds
    assert len(proof.values) > 2 * TIMES
