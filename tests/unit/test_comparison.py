"""Two counts: the exact conditional interval, against scipy's and by what it must hold."""

from __future__ import annotations

from math import inf, isclose

import pytest
from scipy import stats

from dashboard.comparison import clopper_pearson, compare_counts


@pytest.mark.parametrize(
    ("events", "n"),
    [(0, 1), (1, 1), (0, 20), (20, 20), (10, 21), (312, 655), (1, 1000), (5_000_000, 10_000_100)],
)
def test_the_interval_is_that_of_scipy(events: int, n: int) -> None:
    wanted = stats.binomtest(events, n).proportion_ci(0.95, "exact")
    assert clopper_pearson(events, n) == pytest.approx((wanted.low, wanted.high), rel=1e-8, abs=1e-12)


def test_nothing_of_nothing_is_known() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)
    found = compare_counts(0, 0)
    assert (found.low, found.high, found.differ) == (0.0, inf, False)


@pytest.mark.parametrize(
    ("now", "before", "differ"),
    [
        (10, 11, False),
        (312, 343, False),  # 9% fewer, and no more than chance would give
        (312, 412, True),
        (5, 0, False),
        (6, 0, True),
        (0, 6, True),
        (132, 131, False),
    ],
)
def test_a_difference_is_claimed_where_the_exact_test_rejects(now: int, before: int, differ: bool) -> None:
    found = compare_counts(now, before)
    assert found.differ == differ
    assert differ == (stats.binomtest(now, now + before, 0.5).pvalue < 0.05)
    back = compare_counts(before, now)
    assert back.differ == differ
    assert isclose(found.low, 1 / back.high if back.high else inf, rel_tol=1e-9) or found.low == 0.0


def test_equal_rates_are_called_different_less_often_than_one_time_in_twenty() -> None:
    """Exactly, not by chance: the chance of every pair of counts with the same rate, added up."""
    for rate in (5, 40):
        chance = [stats.poisson.pmf(k, rate) for k in range(4 * rate + 20)]
        wrong = sum(
            chance[a] * chance[b]
            for a in range(len(chance))
            for b in range(a)
            if chance[a] * chance[b] > 1e-12 and compare_counts(a, b).differ
        )
        assert 0 < 2 * wrong < 0.05
