"""Modules that return several things: their sequence comes first, and all that the network returns has a row."""

import pytest
from torch import Tensor, nn

import eyeshot


class Around(nn.Module):
    """A module within another one."""

    def __init__(self, inner: nn.Module, *, times: int = 1) -> None:
        super().__init__()
        self.inner, self.times = inner, times

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        found: tuple[Tensor, ...] = self.inner(*[x] * self.times)
        return found


RECURRENT = {
    "lstm": (nn.LSTM(3, 4, batch_first=True), 3),
    "gru": (nn.GRU(3, 4, num_layers=2, bidirectional=True, batch_first=True), 2),
    "rnn_tanh": (nn.RNN(3, 4, batch_first=True), 2),
}


@pytest.mark.parametrize("name", RECURRENT)
def test_a_recurrent_layer_lists_its_sequence_first_then_its_last_state(name: str) -> None:
    layer, results = RECURRENT[name]
    for model, first in ((layer, name), (Around(layer), "inner")):
        fields = eyeshot.analyze(model, input_shape=(1, 10, 3), axes="NTC")
        assert fields.names[0] == fields.graph.outputs[0] == first
        assert len(fields) == len(fields.graph.outputs) == results
        assert [field.shape[:2] for field in fields] == [(1, 10), *[fields[1].shape[:2]] * (results - 1)]
        assert fields[first].shape == fields[0].shape


def test_rows_of_the_last_states_have_the_names_of_what_the_module_returns() -> None:
    fields = eyeshot.analyze(Around(nn.LSTM(3, 4)), input_shape=(10, 1, 3), axes="TNC")
    assert [row.name for row in fields.table.rows] == ["inner", "inner[1.0]", "inner[1.1]"]
    assert fields["inner[1.1]"].name == fields.names[2]


def test_attention_lists_its_result_before_its_weights() -> None:
    model = Around(nn.MultiheadAttention(4, 2, batch_first=True), times=3)
    fields = eyeshot.analyze(model, input_shape=(1, 10, 4), axes="NTC")
    assert [(row.name, row.shape) for row in fields.table.rows] == [("inner", (1, 10, 4)), ("inner[1]", (1, 10, 10))]


def test_a_state_that_nothing_returns_has_no_row() -> None:
    class Sequence(Around):
        def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
            return super().forward(x)[0]

    fields = eyeshot.analyze(Sequence(nn.LSTM(3, 4)), input_shape=(10, 1, 3), axes="TNC")
    assert fields.names == ("inner",)
