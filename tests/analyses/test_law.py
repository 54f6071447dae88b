"""Laws of intervals that are listed one by one."""

import numpy as np
import pytest

from eyeshot.analyses.law import Law, law_of


@pytest.mark.parametrize(
    ("lo", "hi", "extent", "law"),
    [
        ([0, 0, 4, 4, 8, 8], [4, 4, 8, 8, 12, 12], 12, Law(2, 4, is_cut=False)),
        ([3, 2, 1, 0], [4, 3, 2, 1], 4, Law(1, -1, is_cut=False)),
        ([0, 0, 0, 1, 2, 3, 4, 5], [3, 4, 5, 6, 7, 8, 8, 8], 8, Law(1, 1, is_cut=True)),
        ([0, 7, 14, 0], [28, 14, 21, 28], 28, None),
        ([0, 1, 3], [1, 2, 4], 5, None),
        ([3, 4, 5, 0, 1, 2], [4, 5, 6, 1, 2, 3], 6, None),
        ([0], [5], 5, Law(1, 0, is_cut=False)),
        ([0, 5], [1, 6], 9, Law(1, 5, is_cut=False)),
    ],
)
def test_laws(lo: list[int], hi: list[int], extent: int, law: Law | None) -> None:
    assert law_of(np.array(lo), np.array(hi), extent) == law


def test_a_law_is_what_all_pairs_a_period_apart_keep() -> None:
    random = np.random.default_rng(0)
    for _ in range(300):
        period, turns = int(random.integers(1, 9)), int(random.integers(2, 6))
        one = np.sort(random.integers(0, 50, period))
        advance = int(one[-1] - one[0] + random.integers(0, 10))
        lo = np.concatenate([one + advance * t for t in range(turns)])[:: int(random.choice([-1, 1]))]
        found = law_of(lo, lo + 3, 10_000)
        assert found is not None
        assert period % found.period == 0
        assert (lo[found.period :] - lo[: len(lo) - found.period] == found.advance).all()


def test_the_shortest_law_of_short_lists_is_that_of_all_pairs() -> None:
    random = np.random.default_rng(1)
    found = 0
    for _ in range(3000):
        steps = random.integers(0, 2, (2, int(random.integers(1, 9))))
        lo, hi = (np.concatenate([[0], np.cumsum(row)]) for row in steps)
        n = len(lo)
        kept = [
            (p, int(lo[p] - lo[0]))
            for p in range(1, n // 2 + 1)
            if all(e[i + p] - e[i] == lo[p] - lo[0] for e in (lo, hi) for i in range(n - p))
        ]
        law = law_of(lo, hi + 1, 0)
        assert (law is None) == (not kept)
        if law is not None:
            assert (law.period, law.advance) == kept[0]
            found += 1
    assert found > 300


def test_a_long_list_that_repeats_nowhere_costs_no_time_for_each_guess() -> None:
    lo = np.repeat(np.arange(2000), 1000)
    lo[-1] += 1
    assert law_of(lo, lo + 1, 2000) is None
    assert law_of(np.resize(np.arange(1000), 2_000_000), np.resize(np.arange(1, 1001), 2_000_000), 2000) is None
