"""A rule that fails is a fault of eyeshot's: the operation is named and taken as reading everything."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import eyeshot
from eyeshot.errors import EyeshotError, InputError, ShapeError
from eyeshot.frontends.torch.operations import Operation, operation_of
from eyeshot.graph.access import Status


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Softplus(), nn.Conv2d(4, 4, 3))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x).t() if x.dim() == 2 else self.body(x)  # type: ignore[no-any-return]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the rule of an operation raise something."""
    known = operation_of.__wrapped__

    def fail(func: Any, error: Exception) -> None:
        def rule(*_: Any) -> Any:
            raise error

        made = known(func)
        made.rule = rule

        def looked_up(asked: Any) -> Operation:
            return made if asked is func else operation_of(asked)

        monkeypatch.setattr("eyeshot.frontends.torch.watch.operation_of", looked_up)

    return fail


ERRORS = [IndexError("tuple index out of range"), AttributeError("no 'x'"), AssertionError(), ShapeError("odd shape")]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_an_operation_whose_rule_fails_is_unsupported_and_named(failing: Any, error: Exception) -> None:
    failing(torch.ops.aten.softplus.default, error)
    fields = eyeshot.analyze(Net().eval(), input_shape=(1, 3, 16, 16))
    assert (fields["body.0"].status, fields["body.1"].status) == (Status.EXACT, Status.UNSUPPORTED)
    assert fields[-1].axes[0].is_global
    assert fields.graph.notes[0].startswith(
        f"The rule for the operation aten::softplus fails in body.1 ({type(error).__name__}: "
    )
    assert fields.graph.notes[0].endswith("it is taken as reading everything. Please report it.")
    with pytest.raises(InputError, match=r"`body\.1`: the rule for the operation `aten::softplus` fails \("):
        eyeshot.analyze(Net().eval(), input_shape=(1, 3, 16, 16), strict=True)
    assert eyeshot.verify(Net().eval(), input_shape=(1, 3, 12, 12), rows=2, pixels=1).holds


def test_a_rule_that_fails_because_the_model_does_is_the_models(failing: Any) -> None:
    class Adds(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            x += torch.ones(7)
            return x

    failing(torch.ops.aten.add_.Tensor, IndexError("of the rule"))
    with pytest.raises(InputError, match=r"`Adds` must run with input \(1, 3, 8, 8\), but it raises RuntimeError: .*7"):
        eyeshot.analyze(Adds(), input_shape=(1, 3, 8, 8))


def test_a_view_whose_rule_fails_is_refused_by_name(failing: Any) -> None:
    class Views(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.transpose(2, 3)

    failing(torch.ops.aten.transpose.int, KeyError("x"))
    with pytest.raises(EyeshotError, match=r"^in `Views`: the view `aten::transpose` must be .* please report it$"):
        eyeshot.analyze(Views(), input_shape=(1, 3, 8, 8))


def test_what_fails_in_eyeshot_itself_is_not_blamed_on_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    from eyeshot.frontends.torch.tensors import Tensors

    class Starts(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            monkeypatch.delattr(Tensors, "bind")
            return x + 1

    with pytest.raises(EyeshotError, match=r"^in `Starts`: the model cannot be followed here .* fault of eyeshot") as e:
        eyeshot.analyze(Starts(), input_shape=(1, 3, 8, 8))
    assert isinstance(e.value.__cause__, AttributeError)


def test_the_models_own_attribute_errors_stay_its_own() -> None:
    class Lacks(nn.Module):
        def forward(self, x: Tensor) -> Any:
            return x.nothing

    with pytest.raises(InputError, match=r"`Lacks` must run with .* raises AttributeError: 'Tensor' object has no"):
        eyeshot.analyze(Lacks(), input_shape=(1, 3, 8, 8))


@pytest.mark.parametrize("count", [0, 3])
def test_a_tensor_that_would_be_resized_is_refused_by_the_operation_that_writes_it(count: int) -> None:
    class Resizes(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.add(x, x, out=torch.empty(count))

    said = rf"^in `Resizes`: the operation `aten::add` must write .* but `out` has \({count},\); make it so"
    with pytest.raises(InputError, match=said):
        eyeshot.analyze(Resizes(), input_shape=(1, 3, 8, 8))


def test_what_the_graph_cannot_hold_names_the_operation_and_does_not_blame_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def bind(*_: Any) -> None:
        raise ShapeError("odd shape")

    class Starts(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            monkeypatch.setattr("eyeshot.frontends.torch.tensors.Tensors.bind", bind)
            return x + 1

    said = r"^in `Starts`: the operation `add` cannot be followed: odd shape; .* fault of eyeshot, please report it$"
    with pytest.raises(ShapeError, match=said):
        eyeshot.analyze(Starts(), input_shape=(1, 3, 8, 8))
