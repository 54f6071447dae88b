"""The built-in networks as a list."""

import pytest

from eyeshot.frontends import zoo
from eyeshot.frontends.load import load


def test_names_are_in_order_and_none_is_a_kind_of_layer() -> None:
    from eyeshot.frontends.layers.kinds.names import find_kind

    assert list(zoo.names()) == sorted(zoo.names())
    assert not [name for name in zoo.names() if find_kind(name)]


@pytest.mark.parametrize("name", zoo.names())
def test_network_says_what_it_is(name: str) -> None:
    (network,) = (network for network in zoo.describe() if network.name == name)
    graph = load(name)
    assert graph.name == name
    assert network.title
    assert "http" in network.source
    assert network.input_shape == graph.inputs[0].shape
    assert network.layers == len({node.layer for node in graph.nodes})
