"""Random numbers of a run: the same each time, the caller's untouched, and nothing left behind."""

import torch

from eyeshot.running.seeds import seeded


def test_the_same_inside_and_as_if_nothing_was_drawn_outside() -> None:
    torch.manual_seed(3)
    wanted = [torch.rand(2), torch.rand(2)]
    torch.manual_seed(3)
    drawn = []
    for number in range(2):
        assert torch.equal(torch.rand(2), wanted[number])
        with seeded(7):
            drawn.append(torch.rand(2))
    assert torch.equal(*drawn)


def test_nothing_grows_with_the_number_of_runs() -> None:
    before = len(torch.cuda._queued_calls)
    for _ in range(3):
        with seeded(0):
            pass
    assert len(torch.cuda._queued_calls) == before
