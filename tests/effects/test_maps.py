"""Maps of channels: every element is one channel at one feature, whatever the layout of the value."""

import numpy as np
import pytest
import torch

from eyeshot.analyses.layout import Layout
from eyeshot.effects.maps import Maps
from eyeshot.errors import InputError

LAYOUTS = {
    "signal": Layout(("t",), (7,), (((1, -1),), ((3, -1),), ((7, 0),))),
    "image": Layout(("y", "x"), (4, 6), (((1, -1),), ((3, -1),), ((4, 0),), ((6, 1),))),
    "channels last": Layout(("y", "x"), (4, 6), (((1, -1),), ((4, 0),), ((6, 1),), ((3, -1),))),
    "tokens": Layout(("y", "x"), (4, 6), (((1, -1),), ((4, 0), (6, 1)), ((5, -1),))),
    "windows": Layout(("y", "x"), (4, 6), (((2, 0), (3, 1)), ((2, 0), (2, 1)), ((5, -1),))),
    "heads": Layout(("y", "x"), (4, 6), (((1, -1),), ((2, -1),), ((4, 0), (6, 1)), ((5, -1),))),
    "volume": Layout(("z", "y", "x"), (2, 3, 4), (((1, -1),), ((2, -1),), ((2, 0),), ((3, 1),), ((4, 2),))),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_element_once(name: str) -> None:
    layout = LAYOUTS[name]
    shape = tuple(int(np.prod([size for size, _ in factors])) for factors in layout.dims)
    value = np.random.default_rng(0).permutation(np.prod(shape)).reshape(shape)
    maps = Maps(name, layout)
    apart = maps.apart(value)
    assert apart.shape == (maps.channels, *layout.extents)
    assert sorted(apart.ravel()) == sorted(value.ravel())
    for index in np.ndindex(*apart.shape):
        element = maps.element(index[0], index[1:])
        assert apart[index] == value[element]
        where = layout.locate(index[1:])
        assert all(i in inside for i, inside in zip(element, where, strict=True))
    assert np.array_equal(maps.apart(torch.from_numpy(value)).numpy(), apart)


def test_what_has_no_map() -> None:
    with pytest.raises(InputError, match="`fc` must have a map"):
        Maps("fc", Layout((), (), (((1, -1),), ((10, -1),))))
