"""What is said of a model that cannot be watched to its end; in Python its own exception is the cause."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch_modules
from torch import Tensor

import eyeshot
from eyeshot.errors import InputError


class OwnError(Exception):
    pass


def raises(_: Tensor) -> Tensor:
    raise OwnError("first line:\nsecond line")


def test_the_users_exception_is_the_cause() -> None:
    with pytest.raises(InputError, match=r"but it raises OwnError: first line$") as caught:
        eyeshot.analyze(torch_modules.Fn(raises), input_shape=torch_modules.IMAGE)
    assert isinstance(caught.value.__cause__, OwnError)
    assert str(caught.value.__cause__) == "first line:\nsecond line"


NUMBERS: dict[str, Callable[[Any], Any]] = {
    "item (": lambda x: x * float(x.sum()),
    "tolist": lambda x: x * len(x[0, 0, 0].tolist()),
    "numpy": lambda x: torch.from_numpy(x.cpu().numpy()),
    "numpy,": lambda x: x + np.asarray(x).size,
    "format": lambda x: x * len(f"{x.mean():.2f}"),
    "item,": lambda x: torch.tensor([x[0, 0, 0, 0]]),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_what_needs_numbers_ends_the_capture(name: str) -> None:
    model = torch_modules.Fn(NUMBERS[name])
    fields = eyeshot.analyze(model, input_shape=torch_modules.IMAGE)
    assert fields["before"].axes[0].size == 3
    assert f"ended in the model itself at the operation {name.rstrip(',')}" in fields.graph.notes[0]
    with pytest.raises(InputError, match="decides by the numbers of its data"):
        eyeshot.analyze(model, input_shape=torch_modules.IMAGE, strict=True)


def test_what_can_be_done_without_numbers_is_no_failure() -> None:
    model = torch_modules.Fn(lambda x: copy.deepcopy(x.to("cpu")) if str(x) else x)
    assert eyeshot.analyze(model, input_shape=torch_modules.IMAGE, strict=True).graph.notes == ()


def test_what_is_no_model() -> None:
    with pytest.raises(InputError, match=r"but is of type type; call what makes the model first$"):
        eyeshot.load(torch_modules.UNet)
    with pytest.raises(InputError, match=r"^arguments \(width\) go with a reference to what makes a model"):
        eyeshot.load(torch_modules.UNet(), arguments={"width": 3})


def test_strict_refuses_a_graph_with_an_operation_without_a_rule() -> None:
    from eyeshot.graph.build import GraphBuilder
    from eyeshot.graph.ops import Opaque

    build = GraphBuilder("odd")
    graph = build.finish(build.add(Opaque("fft", (1, 2)), build.input("x", (1, 1, 8)), source="fft"))
    assert eyeshot.load(graph) is graph
    with pytest.raises(InputError, match="node `fft`: there is no rule for the operation `fft`"):
        eyeshot.load(graph, strict=True)
    assert eyeshot.load("alexnet", strict=True).name == "alexnet"
