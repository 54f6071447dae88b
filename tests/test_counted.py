"""One body says how many of a thing there are."""

import re
from pathlib import Path

import numpy as np
import pytest

import eyeshot
from eyeshot.counted import counted, of_many
from eyeshot.effects.filters import Kernels

SOURCE = Path(eyeshot.__file__).parent


@pytest.mark.parametrize("number", [0, 2, 21, 1001])
def test_all_numbers_but_one_take_the_plural(number: int) -> None:
    assert counted(number, "kernel") == f"{number:,} kernels"
    assert of_many(number, "is", "are") == "are"


def test_one_takes_the_singular() -> None:
    assert counted(1, "kernel") == "1 kernel"
    assert counted(1, "axis", "axes") == "1 axis"


def test_nobody_makes_a_plural_otherwise() -> None:
    other = re.compile(r"""["']e?s["'] (\* ?\(|if )""")
    found = [str(path) for path in SOURCE.rglob("*.py") if other.search(path.read_text(encoding="utf-8"))]
    assert not found


def test_caption_of_a_single_kernel_on_a_single_channel() -> None:
    kernels = Kernels("net", "conv", np.ones((1, 1, 3, 3)), (1, 1), (1, 1), 1, (), (0,), "index", is_color=False)
    assert kernels.caption == "1 kernel of 3×3 on 1 channel · convolution, stride 1"
