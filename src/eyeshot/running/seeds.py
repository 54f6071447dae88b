"""Random numbers of a run: the same each time, and none of the caller's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["seeded"]


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw the same random numbers in here each time, and outside as if nothing had been drawn."""
    # `torch.manual_seed` would seed the caller's devices too, and where these are not in use yet keep a note of every
    # call, for as long as the process lives.
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []
    with torch.random.fork_rng(devices=devices):
        torch.default_generator.manual_seed(seed)
        for number in devices:
            torch.cuda.default_generators[number].manual_seed(seed)
        yield
