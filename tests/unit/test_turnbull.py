"""Bounds between editions against every completion, a slow EM over days, Kaplan-Meier, and the breast cosmesis data."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dashboard.survival import RiskTable, kaplan_meier
from dashboard.turnbull import Cases, bounded_curve, extremes, likeliest


# (low, high or None, entry)
ENDS = st.tuples(st.integers(0, 8), st.integers(0, 5)).map(lambda t: (t[0], t[0] + t[1], 0))
DATED = st.integers(0, 10).map(lambda d: (d, d, 0))
WAITING = st.integers(0, 10).map(lambda d: (d, None, 0))
CASES = st.lists(st.one_of(ENDS, DATED, WAITING), min_size=1, max_size=12)
LATE = st.lists(
    st.tuples(st.one_of(ENDS, DATED, WAITING), st.integers(0, 5)).map(
        lambda t: (t[0][0], t[0][1], t[1] if t[1] < t[0][0] else 0)
    ),
    min_size=1,
    max_size=12,
)


def cases_of(found):
    counted = Counter((low, high) for low, high, _ in found)
    keys = sorted(counted, key=str)
    entered = Counter(e for _, _, e in found if e)
    return Cases(*zip(*keys, strict=True), tuple(counted[k] for k in keys), tuple(sorted(entered.items())))


def risk_table(found):
    """Of (low = end, high None if open, entry)."""
    entered = Counter(e for _, _, e in found if e)
    events = Counter(low for low, high, _ in found if high is not None)
    censored = Counter(low for low, high, _ in found if high is None)
    days = tuple(sorted({*entered, *events, *censored}))
    return RiskTable(days, *(tuple(c[d] for d in days) for c in (entered, events, censored)))


def at(curve, day):
    """Share still open after `day` on a Kaplan-Meier curve."""
    s = 1.0
    for d, value in zip(curve.day, curve.survival, strict=True):
        if d <= day:
            s = value
    return s


def slow_em(found, steps=3000):
    """Shares by day from Turnbull's own EM, one case and one day at a time, with ghosts for what came into view late.

    The last day stands for every day after the last of which anything is known.
    """
    last = max(low if high is None else high for low, high, _ in found) + 1
    may = np.array(
        [
            [
                1.0 if (high is None and d > low) or (high is not None and low <= d <= high) else 0.0
                for d in range(last + 1)
            ]
            for low, high, _ in found
        ]
    )
    seen = np.array([[1.0 if e == 0 or d > e else 0.0 for d in range(last + 1)] for _, _, e in found])
    share = np.full(last + 1, 1 / (last + 1))
    for _ in range(steps):
        expected = np.zeros(last + 1)
        for i in range(len(found)):
            expected += may[i] * share / (may[i] @ share)
            unseen = 1 - seen[i]
            expected += unseen * share / (seen[i] @ share)
        share = expected / expected.sum()
    return share, sum(np.log(may[i] @ share) - np.log(seen[i] @ share) for i in range(len(found)))


def likelihood(found, stretches):
    """Of the estimate's stretches, each case on its own."""
    beyond = 1 - sum(stretches.mass)
    total = 0.0
    for low, high, entry in found:
        parts = list(zip(stretches.first, stretches.last, stretches.mass, strict=True))
        mine = sum(
            m
            for a, b, m in parts
            if (high is None and a > low) or (high is not None and low <= a and b <= high)
        )
        seen = sum(m for a, _, m in parts if entry == 0 or a > entry) + beyond
        total += np.log(mine + (beyond if high is None else 0.0)) - np.log(seen)
    return total


@given(st.lists(st.one_of(DATED, WAITING), min_size=1, max_size=25))
def test_with_dates_alone_it_is_kaplan_meier_and_its_bands(found):
    curve = bounded_curve(cases_of(found))
    expected = kaplan_meier(risk_table(found))
    rows = {d: i for i, d in enumerate(expected.day)}
    assert curve.lower == curve.upper
    for day, s, low, high in zip(curve.day, curve.lower, curve.low, curve.high, strict=True):
        if day in rows:
            assert s == pytest.approx(expected.survival[rows[day]], abs=1e-7)
            for ours, theirs in ((low, expected.low[rows[day]]), (high, expected.high[rows[day]])):
                assert (ours is None) == (theirs is None)
                assert ours is None or ours == pytest.approx(theirs, abs=1e-7)
    assert curve.quantile(0.5) == (expected.quantile(0.5),) * 2
    assert curve.median_bounds() == expected.median_bounds()


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 6), st.booleans()), min_size=1, max_size=25))
def test_with_dates_alone_and_late_entries_it_is_kaplan_meier_too(drawn):
    found = [(e + more, e + more if event else None, e) for e, more, event in drawn]
    if all(e for _, _, e in found):
        found.append((7, 7, 0))
    expected = kaplan_meier(risk_table(found))
    curve = bounded_curve(cases_of(found))
    for day, s in zip(curve.day, curve.upper, strict=True):
        assert s == pytest.approx(at(expected, day), abs=1e-6)


@given(CASES)
@settings(deadline=None, max_examples=60)
def test_no_estimate_is_likelier(found):
    """Gentleman and Geyer (1994): the estimate is the greatest when no day, given weight, could better it.

    For day d the gain is the sum of 1 / P(case i) over the cases that can have ended on d, less the number of cases.
    """
    stretches = likeliest(cases_of(found))
    beyond = 1 - sum(stretches.mass)
    parts = list(zip(stretches.first, stretches.last, stretches.mass, strict=True))
    last = max(low if high is None else high for low, high, _ in found) + 1
    gains = np.zeros(last + 1)
    for low, high, _ in found:
        mine = sum(
            m
            for a, b, m in parts
            if (high is None and a > low) or (high is not None and low <= a and b <= high)
        )
        mine += beyond if high is None else 0.0
        assert mine > 0
        for d in range(last + 1):
            if (high is None and d > low) or (high is not None and low <= d <= high):
                gains[d] += 1 / mine
    assert gains.max() <= len(found) + 1e-3
    _, slow = slow_em(found, steps=400)
    assert likelihood(found, stretches) >= slow - 1e-6


@given(LATE)
@settings(deadline=None, max_examples=60)
def test_with_late_entries_it_is_no_less_likely_than_a_slow_em_finds(found):
    if all(e for _, _, e in found):
        found = [*found, (3, 4, 0)]
    stretches = likeliest(cases_of(found))
    # When all at risk have ended before another comes into view, the curve stays at 0 and says nothing of that one.
    still = [
        1 - sum(m for b, m in zip(stretches.last, stretches.mass, strict=True) if b <= e) for _, _, e in found
    ]
    assume(min(still) > 1e-6)
    _, slow = slow_em(found, steps=300)
    assert likelihood(found, stretches) >= slow - 1e-5


@given(CASES.map(lambda c: c[:5]))
@settings(deadline=None, max_examples=80)
def test_the_extremes_are_those_of_every_completion(found):
    """Every way in which the true days can lie: least and greatest curve on each day, by trying them all."""
    ranges = [range(low, high + 1) if high is not None else (None,) for low, high, _ in found]
    days, least, most = extremes(cases_of(found))
    bottom, top = [1.0] * len(days), [0.0] * len(days)
    for ends in itertools.product(*ranges):
        true = [
            (low, None, 0) if e is None else (e, e, 0) for e, (low, _, _) in zip(ends, found, strict=True)
        ]
        curve = kaplan_meier(risk_table(true))
        for i, day in enumerate(days):
            bottom[i] = min(bottom[i], at(curve, day))
            top[i] = max(top[i], at(curve, day))
    assert least == pytest.approx(bottom, abs=1e-9)
    assert most == pytest.approx(top, abs=1e-9)


@given(LATE)
@settings(deadline=None)
def test_the_parts_of_a_curve_keep_their_order(found):
    if all(e for _, _, e in found):
        found = [*found, (3, 4, 0)]
    curve = bounded_curve(cases_of(found))
    for column in (curve.lower, curve.upper):
        assert all(b <= a + 1e-9 for a, b in itertools.pairwise((1.0, *column)))
    for lower, upper, low, high in zip(curve.lower, curve.upper, curve.low, curve.high, strict=True):
        assert 0 <= lower <= upper <= 1
        assert (low is None) == (high is None)
        if low is not None and not any(e for _, _, e in found):
            assert 0 <= low <= upper + 1e-6
            assert lower - 1e-6 <= high <= 1


# Finkelstein and Wolfe, Biometrics 41 (1985) 933-945, radiotherapy alone: months to breast retraction, after the one
# and by the other; a dot: not yet. As the SAS sample library (ICLFTEX2) prints them.
COSMESIS = """
45  .  25 37  37  .   6 10  46  .   0  5   0  7  26 40  18  .  46  .  46  .  24  .  46  .  27 34  36  .   7 16
36 44   5 11  17  .  46  .  19 35   7 14  36 48  17 25  37 44  37  .  24  .   0  8  40  .  32  .   4 11  17 25
33  .  15  .  46  .  19 26  11 15  11 18  37  .  22  .  38  .  34  .  46  .   5 12  36  .  46  .
"""


def cosmesis():
    words = COSMESIS.split()
    pairs = zip(words[::2], words[1::2], strict=True)
    return [(int(a), None, 0) if b == "." else (int(a) + 1, int(b), 0) for a, b in pairs]


def test_the_breast_cosmesis_data():
    """Finkelstein and Wolfe, Biometrics 41 (1985) 933-945: 46 women treated with radiation alone. (after, by] -> share.

    The shares are those of lifelines 0.30.3, `KaplanMeierFitter.fit_interval_censoring` with each interval open on
    the left; no printed table was seen.
    """
    found = cosmesis()
    assert len(found) == 46
    stretches = likeliest(cases_of(found))
    expected = {
        (4, 5): 0.0463, (6, 7): 0.0334, (7, 8): 0.0887, (11, 12): 0.0708, (24, 25): 0.0926, (33, 34): 0.0818,
        (38, 40): 0.1209, (46, 48): 0.4656,
    }  # fmt: skip
    assert [(a - 1, b) for a, b in zip(stretches.first, stretches.last, strict=True)] == list(expected)
    assert stretches.mass == pytest.approx(list(expected.values()), abs=6e-5)
    curve = bounded_curve(cases_of(found))
    assert curve.quantile(0.5) == (39, 40)
    # and nothing is likelier: see test_no_estimate_is_likelier
    assert likelihood(found, stretches) >= slow_em(found, steps=2000)[1] - 1e-6


def test_of_an_end_between_editions_both_sides_are_kept():
    curve = bounded_curve(Cases((0, 20, 60, 31, 111), (10, 20, 60, 121, None), (1,) * 5))
    rows = {d: (lo, up) for d, lo, up in zip(curve.day, curve.lower, curve.upper, strict=True)}
    assert rows[0] == pytest.approx((0.8, 1))
    assert rows[10] == pytest.approx((0.8, 0.8))
    assert rows[60] == pytest.approx((0.3, 0.3))
    assert rows[112] == pytest.approx((0, 0.3), abs=1e-7)
    assert curve.quantile(0.5) == (60, 60)
    assert curve.quantile(0.9) == (112, 121)


def test_counts_weigh_as_many_single_cases():
    found = [(0, 10, 0)] * 3 + [(4, None, 0)] * 2 + [(7, 7, 0)] * 4
    single = Cases(*list(zip(*found, strict=True))[:2], (1,) * len(found))
    assert bounded_curve(single) == bounded_curve(cases_of(found))


def test_no_case_one_case_all_open_and_all_at_once():
    assert bounded_curve(Cases((), (), ())).day == ()
    assert bounded_curve(Cases((), (), ())).quantile(0.5) == (None, None)
    one = bounded_curve(Cases((3,), (9,), (1,)))
    assert one.quantile(0.5) == (3, 9)
    still = bounded_curve(Cases((3, 5), (None, None), (1, 1)))
    assert set(still.lower) == set(still.upper) == {1.0}
    assert set(still.low) == {None}
    at_once = bounded_curve(Cases((0,), (0,), (4,)))
    assert (at_once.day, at_once.lower, at_once.upper) == ((0,), (0.0,), (0.0,))
    assert at_once.quantile(0.5) == (0, 0)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (((1, 2), (1,), (1, 1)), "one length"),
        (((-1,), (1,), (1,)), "negative"),
        (((1,), (1,), (1,), ((2, -1),)), "negative"),
        (((5,), (4,), (1,)), "cannot be"),
        (((3,), (4,), (1,), ((1, 2),)), "one of a case"),
    ],
)
def test_cases_that_cannot_be_are_refused(columns, words):
    with pytest.raises(ValueError, match=words):
        Cases(*columns)


def test_levels_that_mean_nothing_are_refused():
    curve = bounded_curve(Cases((3,), (9,), (1,)))
    for p in (0, 1.5):
        with pytest.raises(ValueError, match="quantile"):
            curve.quantile(p)
    with pytest.raises(ValueError, match="confidence"):
        bounded_curve(Cases((3,), (9,), (1,)), 95)
