"""Hooks of the user's modules: what a module returns to its caller is what its field says."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import eyeshot


def model() -> nn.Sequential:
    return nn.Sequential(nn.Conv1d(1, 1, 3), nn.Conv1d(1, 1, 3))


def smoothed(_module: Any, _args: Any, output: Tensor) -> Tensor:
    return torch.nn.functional.avg_pool1d(output, 2, 1)


def sizes(net: nn.Module, *names: str) -> list[Any]:
    fields = eyeshot.analyze(net, input_shape=(1, 1, 16))
    return [fields[name].axes[0].size for name in names]


def test_a_module_whose_hook_replaces_its_output_has_the_field_of_what_it_returns() -> None:
    net = model()
    net[0].register_forward_hook(smoothed)
    fields = eyeshot.analyze(net, input_shape=(1, 1, 16))
    assert (fields["0"].axes[0].size, fields["1"].axes[0].size) == (4, 6)
    assert fields["0"].shape == (1, 1, 13)


def test_several_hooks_run_one_after_the_other() -> None:
    net = model()
    for _ in range(3):
        net[0].register_forward_hook(smoothed)
    assert sizes(net, "0", "1") == [6, 8]


def test_a_hook_of_the_model_itself_and_of_a_block() -> None:
    net = nn.Sequential(model(), nn.Conv1d(1, 1, 1))
    net[0].register_forward_hook(smoothed)
    net.register_forward_hook(smoothed)
    assert sizes(net, "0.1", "0", "1") == [5, 6, 6]
    assert eyeshot.analyze(net, input_shape=(1, 1, 16))[-1].axes[0].size == 7


def test_a_hook_with_keyword_arguments_and_one_that_is_always_called() -> None:
    net = model()
    net[0].register_forward_hook(lambda m, _args, _kwargs, out: smoothed(m, (), out), with_kwargs=True)
    net[0].register_forward_hook(smoothed, always_call=True)
    assert sizes(net, "0") == [5]


def test_a_hook_put_first_and_one_that_only_looks() -> None:
    net = model()
    seen: list[Any] = []
    net[0].register_forward_hook(lambda _m, _args, out: seen.append(out.shape))
    net[0].register_forward_hook(smoothed, prepend=True)
    assert sizes(net, "0") == [4]
    assert seen == [(1, 1, 13)]


def test_a_hook_before_the_call_that_replaces_the_input() -> None:
    net = model()
    net[1].register_forward_pre_hook(lambda _m, args: (args[0][..., ::2],))
    assert sizes(net, "0", "1") == [3, 7]


def test_a_module_called_again_from_its_own_hook() -> None:
    net = model()
    again: list[int] = []

    def once_more(module: nn.Module, _args: Any, output: Tensor) -> Tensor | None:
        if again:
            return None
        again.append(1)
        return module(output)  # type: ignore[no-any-return]

    net[0].register_forward_hook(once_more)
    assert sizes(net, "0", "0#2") == [5, 5]


def test_a_hook_that_returns_an_earlier_value() -> None:
    net = model()
    kept: list[Tensor] = []
    net[0].register_forward_hook(lambda _m, _args, out: kept.append(out))
    net[1].register_forward_hook(lambda _m, _args, _out: kept[-1])
    assert sizes(net, "1") == [3]


@pytest.mark.parametrize("fails", [False, True])
def test_hooks_are_as_before(fails: bool) -> None:
    net = model()
    handle = net[0].register_forward_hook(smoothed)
    if fails:
        net[1].register_forward_hook(lambda *_: 1 / 0)
        with pytest.raises(eyeshot.errors.InputError):
            sizes(net, "0")
    else:
        sizes(net, "0")
    assert list(net[0]._forward_hooks) == [handle.id]
