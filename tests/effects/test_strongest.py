"""The strongest features are those of sorting everything, whatever the order of images and wherever it is cut."""

import json
import random

import numpy as np
import pytest
import torch

from eyeshot.effects.strongest import Found, Strongest
from eyeshot.errors import InputError


def sorted_all(maps: list[np.ndarray], channel: int, count: int) -> list[tuple[int, tuple[int, ...], float, int]]:
    listed = [(-float(m[channel][i]), n, i) for n, m in enumerate(maps) for i in np.ndindex(*m.shape[1:])]
    values = [-value for value, _, _ in listed]
    return [(n, i, -value, values.count(-value) - 1) for value, n, i in sorted(listed)[:count]]


@pytest.mark.parametrize("seed", range(40))
def test_as_sorting_everything(seed: int) -> None:
    draw = random.Random(seed)
    generator = np.random.default_rng(seed)
    extents = tuple(draw.randrange(1, 6) for _ in range(draw.randrange(1, 4)))
    channels, count, number = draw.randrange(1, 5), draw.randrange(1, 8), draw.randrange(1, 9)
    # Few different values: ties within an image and between them.
    maps = [
        generator.integers(-3, draw.choice([3, 100]), (channels, *extents)).astype(np.float32) for _ in range(number)
    ]
    order = list(range(number))
    draw.shuffle(order)
    cut = draw.randrange(number + 1)
    first = Strongest(channels, extents, count)
    journal = []
    for n in order[:cut]:
        found = first.look(torch.from_numpy(maps[n]) if draw.random() < 0.5 else maps[n])
        first.take(n, found)
        journal.append((n, json.loads(json.dumps(found))))
    then = Strongest(channels, extents, count)
    for n, found in journal:
        then.take(n, [Found(*one) for one in found])
    for n in order[cut:]:
        then.take(n, then.look(maps[n]))
    for channel in range(channels):
        found = [(hit.image, hit.feature, hit.score, hit.ties) for hit in then.hits(channel)]
        assert found == sorted_all(maps, channel, count)


@pytest.mark.parametrize("seed", range(30))
def test_merging_in_any_order(seed: int) -> None:
    draw, generator = random.Random(seed), np.random.default_rng(seed)
    extents, channels, count = (draw.randrange(1, 5), draw.randrange(1, 5)), draw.randrange(1, 4), draw.randrange(1, 7)
    most = draw.choice([3, 100])
    maps = [generator.integers(-3, most, (channels, *extents)).astype(np.float32) for _ in range(9)]
    parts = []
    for start in range(0, 9, 2):
        part = Strongest(channels, extents, count)
        for number in range(start, min(9, start + 2)):
            part.take(number, part.look(maps[number]))
        parts.append(part)
    while len(parts) > 1:
        one = parts.pop(draw.randrange(len(parts)))
        other = parts.pop(draw.randrange(len(parts)))
        parts.append(one.merged(other))
    for channel in range(channels):
        found = [(hit.image, hit.feature, hit.score, hit.ties) for hit in parts[0].hits(channel)]
        assert found == sorted_all(maps, channel, count)


def test_only_features_that_are_allowed() -> None:
    maps = np.arange(24, dtype=np.float32).reshape(1, 4, 6)
    allowed = np.zeros((4, 6), np.bool_)
    allowed[1:3, 1:5] = True
    search = Strongest(1, (4, 6), 3, allowed)
    search.take(0, search.look(maps))
    assert [hit.feature for hit in search.hits(0)] == [(2, 4), (2, 3), (2, 2)]
    with pytest.raises(InputError, match="some feature must have a field within the image"):
        Strongest(1, (4, 6), 3, np.zeros((4, 6), np.bool_))


def test_what_is_no_number_is_named() -> None:
    maps = np.zeros((3, 2, 2), np.float32)
    maps[1, 0, 0] = np.nan
    with pytest.raises(InputError, match="NaN in channel 1"):
        Strongest(3, (2, 2), 1).look(maps)


def test_the_strongest_channels_first() -> None:
    search = Strongest(3, (2,), 1)
    search.take(0, search.look(np.array([[1, 2], [5, 0], [5, 3]], np.float32)))
    assert search.strongest_channels() == (1, 2, 0)
