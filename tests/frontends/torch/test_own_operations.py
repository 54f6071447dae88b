"""Operations that have no rule, custom ones among them: whatever they return, they are read or refused by name."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch_modules import SMALL, Fn, plain

import eyeshot
from eyeshot.errors import InputError
from eyeshot.graph.access import Status


def defined(schema: str, kernel: Callable[..., Any], shapes: Callable[..., Any] | None) -> Any:
    """A custom operation of this schema, ``"(Tensor x) -> Tensor"``."""
    name = f"eyeshot_tests::f{uuid.uuid4().hex}"
    torch.library.define(name, schema)
    torch.library.impl(name, "CPU")(kernel)
    if shapes is not None:
        torch.library.register_fake(name)(shapes)
    return getattr(torch.ops.eyeshot_tests, name.split("::")[1])


def doubled(x: Tensor) -> None:
    x.mul_(2)


def after_writing(operation: Any) -> Callable[[Tensor], Tensor]:
    def forward(x: Tensor) -> Tensor:
        y = x.clone()
        operation(y)
        return y

    return forward


def test_an_operation_that_returns_nothing_is_passed_over() -> None:
    log = defined("(Tensor x) -> ()", lambda _: None, lambda _: None)
    fields = eyeshot.analyze(Fn(lambda x: (log(x), x + 1)[1]), input_shape=SMALL, strict=True)
    assert fields.status is Status.EXACT
    assert fields.graph.notes == ()
    assert eyeshot.verify(Fn(lambda x: (log(x), x + 1)[1]), input_shape=SMALL).holds


def test_an_operation_that_returns_a_number_is_passed_over() -> None:
    rank = defined("(Tensor x) -> int", lambda x: x.dim(), lambda x: x.dim())
    assert eyeshot.analyze(Fn(lambda x: x * rank(x)), input_shape=SMALL, strict=True).status is Status.EXACT


SEVERAL = {
    "two and a number": (
        "(Tensor x) -> (Tensor, Tensor, int)",
        lambda x: (2 * x, x.sum(), 3),
        lambda x: (torch.empty_like(x), x.new_empty(()), 3),
        lambda f: lambda x: f(x)[0] + f(x)[1],
    ),
    "a list": (
        "(Tensor[] x) -> Tensor[]",
        lambda x: [2 * t for t in x],
        lambda x: [torch.empty_like(t) for t in x],
        lambda f: lambda x: f([x, x + 1])[1],
    ),
    "writes": ("(Tensor(a!) x) -> ()", doubled, lambda _: None, after_writing),
    "writes and returns": (
        "(Tensor(a!) x) -> Tensor",
        lambda x: x.mul_(2) * 3,
        torch.empty_like,
        after_writing,
    ),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_what_has_no_rule_reads_everything(name: str) -> None:
    schema, kernel, shapes, use = SEVERAL[name]
    operation = defined(schema, kernel, shapes)
    fields = eyeshot.analyze(Fn(use(operation)), input_shape=SMALL)
    assert fields.status is Status.UNSUPPORTED
    assert fields[-1].axes[0].is_global
    assert eyeshot.verify(Fn(use(operation)), input_shape=SMALL).holds
    with pytest.raises(InputError, match=r"there is no rule for the operation `eyeshot_tests::f\w+`"):
        eyeshot.analyze(Fn(use(operation)), input_shape=SMALL, strict=True)


def test_an_operation_that_knows_no_shapes_is_told_how() -> None:
    operation = defined("(Tensor x) -> Tensor", lambda x: 2 * x, None)
    with pytest.raises(InputError, match=r"`eyeshot_tests::f\w+` must say .*`torch\.library\.register_fake"):
        eyeshot.analyze(Fn(operation), input_shape=SMALL)


REFUSED: dict[str, tuple[Callable[[Tensor], Tensor], str]] = {
    "sparse": (lambda x: torch.eye(8, dtype=x.dtype).to_sparse() @ x[0, 0], "must be dense, but one is sparse_coo"),
    "compressed": (lambda x: torch.eye(8, dtype=x.dtype).to_sparse_csr() @ x[0, 0], "but one is sparse_csr"),
    "made sparse": (lambda x: x.to_sparse().to_dense(), "the operation `aten::_to_sparse`"),
    "nested": (
        lambda x: torch.nested.as_nested_tensor([x[0, 0], x[0, 1, :3]]).to_padded_tensor(0.0),
        "the operation `aten::_nested.*one length, padded",
    ),
    "jagged": (
        lambda x: torch.nested.as_nested_tensor([x[0, 0], x[0, 1, :3]], layout=torch.jagged).to_padded_tensor(0.0),
        "but one is jagged",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore:Sparse", "ignore:.*PyTorch API of nested")
def test_what_is_not_dense_is_refused_by_name(name: str) -> None:
    function, said = REFUSED[name]
    with pytest.raises(InputError, match=said):
        eyeshot.analyze(plain(function), input_shape=SMALL)
