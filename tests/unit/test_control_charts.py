"""XmR charts against published values and against a loop that is slow and obvious."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.control_charts import (
    BASELINE,
    SIGNALS,
    Episode,
    baseline,
    chart,
    episodes,
    limits,
    signals,
    stretches,
)


# The example of NHSRplotthedots, whose package prints these limits.
PUBLISHED = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]


def test_the_published_limits():
    plain, screened = limits(PUBLISHED), limits(PUBLISHED, screen=True)
    assert round(plain.mean, 2) == round(screened.mean, 2) == 1.94
    assert (round(plain.upper, 2), round(plain.lower, 2)) == (6.95, -3.06)
    assert (round(screened.upper, 2), round(screened.lower, 2)) == (4.6, -0.72)


def test_a_chart_of_the_published_values_rests_on_all_of_them():
    points = chart(PUBLISHED)
    assert all(p.baseline for p in points)
    assert round(points[0].limits.upper, 2) == 6.95
    assert [i for i, p in enumerate(points) if p.signals] == [4]
    assert points[4].signals == ("above_upper",)


def naive(values, mean, lower, upper):
    """Each rule written out by hand, for each point and each window that holds it."""
    found = []
    for i in range(len(values)):
        names = []
        sevens = [values[a : a + 7] for a in range(i - 6, i + 1) if a >= 0 and a + 7 <= len(values)]
        if values[i] > upper:
            names.append("above_upper")
        if values[i] < lower:
            names.append("below_lower")
        if any(min(w) > mean for w in sevens):
            names.append("run_above")
        if any(max(w) < mean for w in sevens):
            names.append("run_below")
        if any(w == sorted(set(w)) for w in sevens):
            names.append("rising")
        if any(w == sorted(set(w), reverse=True) for w in sevens):
            names.append("falling")
        threes = [values[a : a + 3] for a in range(i - 2, i + 1) if a >= 0 and a + 3 <= len(values)]
        high, low = mean + (upper - mean) * 2 / 3, mean - (mean - lower) * 2 / 3
        if values[i] > high and any(sum(v > high for v in w) >= 2 for w in threes):
            names.append("near_upper")
        if values[i] < low and any(sum(v < low for v in w) >= 2 for w in threes):
            names.append("near_lower")
        found.append(tuple(names))
    return found


def drifting(seed):
    """A walk among small whole numbers, with jumps: every signal comes up in some of them."""
    rng = random.Random(seed)
    level, values = 20, []
    for _ in range(rng.randint(2, 60)):
        level += rng.choice((-2, -1, 0, 0, 1, 2))
        values.append(max(0, level + rng.choice((0, 0, 0, 0, 9, -9)) + rng.randint(-2, 2)))
    return values


def test_against_a_naive_loop_over_drifting_series():
    seen = set()
    for seed in range(400):
        values = drifting(seed)
        found = limits(values)
        ranges = [abs(b - a) for a, b in pairwise(values)]
        mean = sum(values) / len(values)
        width = 2.66 * sum(ranges) / len(ranges)
        assert math.isclose(found.mean, mean)
        assert math.isclose(found.upper - mean, width, abs_tol=1e-9)
        assert math.isclose(mean - found.lower, width, abs_tol=1e-9)
        told = signals(values, found)
        assert told == naive(values, found.mean, found.lower, found.upper)
        seen |= {name for names in told for name in names}
    assert seen == set(SIGNALS)  # else the comparison says nothing of a rule


@given(st.lists(st.integers(0, 50), min_size=2, max_size=40), st.integers(1, 9), st.integers(-30, 30))
def test_limits_follow_a_change_of_unit(values, times, plus):
    before, after = limits(values), limits([v * times + plus for v in values])
    assert math.isclose(after.mean, before.mean * times + plus, abs_tol=1e-9)
    assert math.isclose(after.upper, before.upper * times + plus, abs_tol=1e-9)
    screened = limits(values, screen=True)
    assert screened.mean == before.mean
    assert screened.upper <= before.upper + 1e-9  # leaving out the largest ranges never widens


@given(st.integers(0, 30), st.integers(1, 40))
def test_what_never_varies_never_signals(value, count):
    assert not any(p.signals or p.screened_signals for p in chart([value] * count))


def test_no_values_and_one():
    assert chart([]) == []
    [only] = chart([7])
    assert (only.limits.mean, only.limits.lower, only.limits.upper, only.signals) == (7, None, None, ())
    assert only.limits.trial


def test_eleven_points_make_trial_limits_and_twelve_do_not():
    assert chart([1, 2] * 5 + [1])[0].limits.trial
    assert not chart([1, 2] * 6)[0].limits.trial


def test_limits_rest_on_the_first_twelve_once_twelve_more_follow():
    assert baseline(range(5, 28)) == range(5, 28)
    assert baseline(range(5, 29)) == range(5, 17)
    quiet = [10, 12] * 6
    points = chart([*quiet, *[v + 20 for v in quiet]])
    assert points[-1].limits.mean == 11
    assert "above_upper" in points[12].signals  # what came later does not hide itself in the limits


@pytest.mark.parametrize(
    ("count", "changes", "expected"),
    [
        (30, [], [range(30)]),
        (30, [12], [range(12), range(12, 30)]),
        (30, [18], [range(18), range(18, 30)]),
        (30, [19], [range(30)]),  # 11 follow
        (40, [10, 15], [range(15), range(15, 40)]),  # between the two are five points
        (60, [20, 40], [range(20), range(20, 40), range(40, 60)]),
        (30, [0, 30, 99, -1], [range(30)]),  # before the first value and after the last nothing changes
        (0, [3], []),
    ],
)
def test_a_change_opens_new_limits_where_enough_points_follow(count, changes, expected):
    assert stretches(count, changes) == expected


def test_a_run_does_not_cross_a_change():
    low, high = [1, 3] * 8, [50, 52, 50, 52, 50, 53] * 3
    points = chart([*low, *high], [len(low)])
    assert not any(p.signals for p in points)
    assert {p.stretch for p in points} == {1, 2}
    assert points[len(low)].moving_range is None
    crossed = chart([*low, *high])
    assert any("run_above" in p.signals for p in crossed)


def test_episodes_tell_rows_of_points_what_is_outside_first():
    rows = [("run_above",), ("above_upper", "run_above"), ("run_above",), (), ("above_upper",)]
    assert episodes(rows) == [
        Episode(signal="above_upper", first=1, last=1),
        Episode(signal="above_upper", first=4, last=4),
        Episode(signal="run_above", first=0, last=2),
    ]
    assert episodes([]) == []


def test_the_number_of_points_is_what_the_definition_says():
    assert BASELINE == 12
