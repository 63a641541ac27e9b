"""Survival against loops over raw durations, SciPy, and a published list of requests."""

from __future__ import annotations

import csv
import math
import os
import warnings
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dashboard.cleaning import read_date
from dashboard.survival import RiskTable, chi2_tail, compare, kaplan_meier, wilson


REALDATA = Path(
    os.environ.get("ACCESS_REVIEW_REALDATA", Path(__file__).parents[2].parent / "shared" / "realdata")
)
SUDBURY = REALDATA / "canada-foi-summaries" / "ca_on_greater_sudbury.csv"

# (entry, end, event): entry before end, except that both may be 0.
CASES = st.lists(st.tuples(st.just(0), st.integers(0, 12), st.booleans()), max_size=40)
LATE_CASES = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 12), st.booleans()).filter(lambda case: case[0] < case[1]),
    max_size=40,
)


def risk_table(cases, *, count_entries_at_zero=True):
    """The counts SQL would make of (entry, end, event) triples."""
    entered = Counter(entry for entry, _, _ in cases if entry or count_entries_at_zero)
    events = Counter(end for _, end, event in cases if event)
    censored = Counter(end for _, end, event in cases if not event)
    days = tuple(sorted({*entered, *events, *censored}))
    return RiskTable(days, *(tuple(counts[day] for day in days) for counts in (entered, events, censored)))


def naive(cases):
    """day -> (at risk, survival), from the definition, one case at a time."""
    curve = {}
    s = 1.0
    for day in sorted({end for _, end, _ in cases} | {entry for entry, _, _ in cases}):
        at_risk = sum((entry < day or entry == 0) and end >= day for entry, end, _ in cases)
        events = sum(event and end == day for _, end, event in cases)
        if events:
            s *= 1 - events / at_risk
        curve[day] = (at_risk, s)
    return curve


def closed(*ends):
    return [(0, end, True) for end in ends]


def waiting(*ends):
    return [(0, end, False) for end in ends]


@given(CASES | LATE_CASES)
def test_the_curve_is_that_of_a_loop_over_the_cases(cases):
    curve = kaplan_meier(risk_table(cases))
    expected = naive(cases)
    assert curve.day == tuple(expected)
    assert curve.at_risk == tuple(at_risk for at_risk, _ in expected.values())
    assert curve.survival == pytest.approx([s for _, s in expected.values()], abs=1e-12)


@given(CASES | LATE_CASES)
def test_entries_at_day_0_may_be_counted_or_not(cases):
    counted = kaplan_meier(risk_table(cases))
    left_out = kaplan_meier(risk_table(cases, count_entries_at_zero=False))
    rows = dict(zip(counted.day, zip(counted.at_risk, counted.survival, strict=True), strict=True))
    assert [rows[day] for day in left_out.day] == list(zip(left_out.at_risk, left_out.survival, strict=True))


@given(CASES.filter(len), st.sampled_from([0.8, 0.95, 0.99]))
@settings(deadline=None)
def test_the_curve_and_its_bands_are_those_of_scipy(cases, confidence):
    curve = kaplan_meier(risk_table(cases), confidence)
    ends = np.array([end for _, end, _ in cases])
    is_censored = np.array([not event for _, _, event in cases])
    theirs = stats.ecdf(stats.CensoredData.right_censored(ends, is_censored)).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # SciPy warns of the nan it gives at S = 1 and S = 0
        interval = theirs.confidence_interval(confidence, method="log-log")
    for k, day in enumerate(curve.day):
        assert curve.survival[k] == pytest.approx(float(theirs.evaluate(day)), abs=1e-12)
        for ours, band in ((curve.low[k], interval.low), (curve.high[k], interval.high)):
            value = float(band.evaluate(day))
            if ours is None:
                # SciPy has 1 before its first row and nan where the formula fails; we have neither.
                assert curve.survival[k] in (0, 1)
            else:
                assert ours == pytest.approx(value, abs=1e-9)


@given(CASES | LATE_CASES)
def test_the_bands_hold_the_curve(cases):
    curve = kaplan_meier(risk_table(cases))
    for s, low, high in zip(curve.survival, curve.low, curve.high, strict=True):
        assert (low is None) == (high is None) == (s in (0, 1))
        if low is not None and high is not None:
            assert 0 <= low <= s <= high <= 1
    low_day, high_day = curve.median_bounds()
    median = curve.quantile(0.5)
    if low_day is not None and median is not None:
        assert low_day <= median
    if high_day is not None:
        assert median is not None
        assert median <= high_day


@given(CASES, st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9, 1.0]))
def test_without_censoring_a_quantile_is_a_plain_order_statistic(cases, p):
    ends = sorted(end for _, end, _ in cases)
    found = kaplan_meier(risk_table(closed(*ends))).quantile(p)
    assert found == (ends[math.ceil(p * len(ends) - 1e-6) - 1] if ends else None)


def test_open_cases_move_the_median_from_117_to_203_days():
    ended = (49, 75, 117, 203, 230)
    curve = kaplan_meier(risk_table(closed(*ended) + waiting(90, 240, 250), count_entries_at_zero=False))
    assert sorted(ended)[2] == 117
    assert curve.day == (49, 75, 90, 117, 203, 230, 240, 250)
    assert curve.at_risk == (8, 7, 6, 5, 4, 3, 2, 1)
    steps = [7 / 8, 3 / 4, 3 / 4, 3 / 5, 9 / 20, 3 / 10, 3 / 10, 3 / 10]
    assert curve.survival == pytest.approx(steps)
    assert curve.quantile(0.5) == 203
    assert curve.quantile(0.9) is None


def test_a_curve_at_exactly_one_half_gives_that_day():
    above = 0
    for n in range(2, 400, 2):
        curve = kaplan_meier(risk_table(closed(*range(1, n + 1))))
        above += curve.survival[curve.day.index(n // 2)] > 0.5
        assert curve.quantile(0.5) == n // 2
    # Otherwise this test would pass without the tolerance.
    assert above
    for n in range(10, 400, 10):
        assert kaplan_meier(risk_table(closed(*range(1, n + 1)))).quantile(0.9) == n * 9 // 10


def test_a_day_is_at_risk_of_its_events_before_its_censoring():
    curve = kaplan_meier(RiskTable((5,), (0,), (1,), (1,)))
    assert curve.at_risk == (2,)
    assert curve.survival == (0.5,)


def test_no_case_gives_an_empty_curve():
    curve = kaplan_meier(RiskTable((), (), (), ()))
    assert curve.day == curve.survival == curve.low == ()
    assert curve.quantile(0.5) is None
    assert curve.median_bounds() == (None, None)


def test_no_event_leaves_the_median_not_reached():
    curve = kaplan_meier(risk_table(waiting(3, 3, 8)))
    assert set(curve.survival) == {1.0}
    assert set(curve.low) == set(curve.high) == {None}
    assert curve.quantile(0.5) is None
    assert curve.median_bounds() == (None, None)


def test_every_event_on_day_0_is_a_median_of_0():
    curve = kaplan_meier(risk_table(closed(0, 0, 0)))
    assert (curve.day, curve.at_risk, curve.survival) == ((0,), (3,), (0.0,))
    assert curve.quantile(0.5) == 0
    assert curve.quantile(1) == 0
    assert curve.median_bounds() == (None, None)


def test_an_interval_can_have_no_upper_end():
    curve = kaplan_meier(risk_table(closed(1, 2, 3, 4) + waiting(5, 5, 5)))
    low, high = curve.median_bounds()
    assert curve.quantile(0.5) == 4
    assert low is not None
    assert high is None
    assert curve.quantile(0.9) is None


def test_when_the_risk_set_empties_early_the_curve_stays_at_nothing():
    curve = kaplan_meier(risk_table([(0, 2, True), (3, 9, True), (3, 12, False)]))
    assert curve.day == (0, 2, 3, 9, 12)
    assert curve.at_risk == (1, 1, 0, 2, 1)
    assert curve.survival == (1.0, 0.0, 0.0, 0.0, 0.0)
    assert curve.quantile(0.9) == 2


def test_a_case_that_enters_late_is_not_at_risk_before():
    early_only = kaplan_meier(risk_table(closed(2) + waiting(9)))
    with_late = kaplan_meier(risk_table([*closed(2), *waiting(9), (2, 9, False), (3, 9, False)]))
    assert with_late.survival[with_late.day.index(2)] == early_only.survival[early_only.day.index(2)] == 0.5
    assert with_late.at_risk[with_late.day.index(9)] == 3


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (((1, 2), (0,), (1, 1), (0, 0)), "one length"),
        (((2, 1), (0, 0), (1, 1), (0, 0)), "must rise"),
        (((1, 1), (0, 0), (1, 1), (0, 0)), "must rise"),
        (((-1,), (0,), (1,), (0,)), "negative"),
        (((1,), (0,), (1,), (-1,)), "negative"),
        (((1,), (2,), (1,), (0,)), "must leave once"),
        (((1, 5), (0, 1), (1, 0), (0, 0)), "On day 1, 1 leave and 0 are at risk"),
        (((3,), (1,), (1,), (0,)), "On day 3, 1 leave and 0 are at risk"),
    ],
)
def test_a_table_that_cannot_be_is_refused(columns, words):
    with pytest.raises(ValueError, match=words):
        RiskTable(*columns)


def test_levels_that_mean_nothing_are_refused():
    curve = kaplan_meier(risk_table(closed(1)))
    for p in (0, -0.5, 1.5):
        with pytest.raises(ValueError, match="quantile"):
            curve.quantile(p)
    for confidence in (0, 1, 95):
        with pytest.raises(ValueError, match="confidence"):
            kaplan_meier(risk_table(closed(1)), confidence)
        with pytest.raises(ValueError, match="confidence"):
            wilson(1, 2, confidence)


@given(
    st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.sampled_from([0.8, 0.95]),
)
@settings(deadline=None)
def test_wilson_is_that_of_scipy(counts, confidence):
    theirs = stats.binomtest(*counts).proportion_ci(confidence, method="wilson")
    found = wilson(*counts, confidence)
    assert found == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert found is not None
    assert 0 <= found[0] <= counts[0] / counts[1] <= found[1] <= 1


def test_a_share_of_nothing_has_no_interval():
    assert wilson(0, 0) is None
    for counts in ((3, 2), (-1, 2), (0, -1)):
        with pytest.raises(ValueError, match="not a share"):
            wilson(*counts)


@given(st.floats(0, 400), st.integers(1, 40))
@settings(deadline=None)
def test_the_tail_of_chi_squared_is_that_of_scipy(x, df):
    assert chi2_tail(x, df) == pytest.approx(float(stats.chi2.sf(x, df)), rel=1e-9, abs=1e-300)


def test_the_tail_refuses_what_is_not_chi_squared():
    for x, df in ((-1, 1), (1, 0)):
        with pytest.raises(ValueError, match="Chi-squared"):
            chi2_tail(x, df)


def logrank(groups):
    """(chi-squared, degrees of freedom, p)."""
    found = compare(groups)
    return found.chi2, found.df, found.p


def scipy_logrank(one, other):
    samples = [
        stats.CensoredData.right_censored([end for _, end, _ in cases], [not event for _, _, event in cases])
        for cases in (one, other)
    ]
    return stats.logrank(*samples)


@given(CASES.filter(len), CASES.filter(len))
@settings(deadline=None)
def test_logrank_of_two_groups_is_that_of_scipy(one, other):
    chi2, df, p = logrank([risk_table(one), risk_table(other)])
    if df == 0:
        # SciPy divides by nothing here.
        assert (chi2, p) == (0.0, 1.0)
        return
    theirs = scipy_logrank(one, other)
    assert df == 1
    assert chi2 == pytest.approx(theirs.statistic**2, rel=1e-8, abs=1e-10)
    assert p == pytest.approx(theirs.pvalue, rel=1e-7, abs=1e-7)


def three_groups():
    return [
        closed(3, 5, 5, 8, 13, 21) + waiting(6, 22),
        closed(1, 2, 2, 3, 5, 6, 7) + waiting(9),
        closed(10, 12, 15, 15) + waiting(4, 30, 30),
    ]


def test_logrank_of_three_groups_is_the_textbook_sum():
    groups = three_groups()
    score = np.zeros(3)
    covariance = np.zeros((3, 3))
    for day in sorted({end for g in groups for _, end, event in g if event}):
        n = np.array([sum(end >= day for _, end, _ in g) for g in groups], dtype=float)
        d = np.array([sum(event and end == day for _, end, event in g) for g in groups], dtype=float)
        total, dead = n.sum(), d.sum()
        score += d - n * dead / total
        if total > 1:
            factor = dead * (total - dead) / (total - 1) / total**2
            covariance += factor * (np.diag(n * total) - np.outer(n, n))
    expected = score[:2] @ np.linalg.solve(covariance[:2, :2], score[:2])
    chi2, df, p = logrank([risk_table(g) for g in groups])
    assert df == 2
    assert chi2 == pytest.approx(expected)
    assert p == pytest.approx(float(stats.chi2.sf(expected, 2)))
    again, _, _ = logrank([risk_table(g) for g in reversed(groups)])
    assert again == pytest.approx(chi2)


def test_a_group_with_nothing_to_compare_does_not_count():
    groups = [risk_table(g) for g in three_groups()]
    without = logrank(groups)
    chi2, df, p = logrank([*groups, risk_table([]), risk_table(waiting(0, 0))])
    assert df == 2
    assert (chi2, p) == pytest.approx((without[0], without[2]))


def test_two_pairs_that_are_never_at_risk_together_have_two_comparisons():
    early = [[(0, 2, True), (0, 3, True)], [(0, 1, True), (0, 4, True), (0, 4, False)]]
    late = [[(20, 22, True), (20, 29, True)], [(20, 25, True), (20, 27, False)]]
    parts = [logrank([risk_table(g) for g in pair]) for pair in (early, late)]
    chi2, df, _ = logrank([risk_table(g) for g in early + late])
    assert df == 2
    assert chi2 == pytest.approx(parts[0][0] + parts[1][0])


def test_a_small_group_beside_a_very_large_one_is_still_compared():
    large = RiskTable((1, 2, 3), (0, 0, 0), (2_000_000, 1_500_000, 1_000_000), (0, 0, 500_000))
    small = risk_table(waiting(3, 3, 3))
    chi2, df, p = logrank([large, small])
    assert df == 1
    assert chi2 > 3
    assert 0 < p < 0.1


def test_logrank_needs_two_groups():
    for groups in ([], [risk_table(closed(1))]):
        with pytest.raises(ValueError, match="two groups"):
            logrank(groups)


@pytest.mark.realdata
@pytest.mark.skipif(not SUDBURY.exists(), reason=f"the published list is not at {SUDBURY}")
def test_greater_sudbury_takes_a_median_of_24_days():
    as_at = date(2016, 6, 3)
    cases = []
    with SUDBURY.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            received = read_date(row["date_accepted"]).value
            ended = read_date(row["date"]).value
            closed_undated = ended is None and row["decision"] != ""
            if received is None or closed_undated or (ended is not None and ended < received):
                continue
            cases.append((0, ((ended or as_at) - received).days, ended is not None))

    table = risk_table(cases)
    assert (table.cases, sum(table.events), sum(table.censored)) == (327, 309, 18)
    curve = kaplan_meier(table)
    assert curve.quantile(0.5) == 24
    assert curve.median_bounds() == (22, 25)
    assert curve.quantile(0.9) == 35


# Weeks in remission of 42 children: Freireich and others, Blood 21 (1963) 699-716; + is still in remission.
SIX_MP = closed(6, 6, 6, 7, 10, 13, 16, 22, 23) + waiting(6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
PLACEBO = closed(1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)


def test_the_curve_of_a_published_example():
    """The curve of the 6-MP group, as in lifelines 0.30.3; Kleinbaum and Klein tell it in Survival Analysis."""
    curve = kaplan_meier(risk_table(SIX_MP, count_entries_at_zero=False))
    published = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
    steps = {d: s for d, s, e in zip(curve.day, curve.survival, curve.events, strict=True) if e}
    assert list(steps) == list(published)
    assert list(steps.values()) == pytest.approx(list(published.values()), abs=5.1e-5)
    assert curve.quantile(0.5) == 23
    assert kaplan_meier(risk_table(PLACEBO)).quantile(0.5) == 8


def test_logrank_of_a_published_example():
    """As R's `survdiff` prints it: 9 events and 21, 19.3 and 10.7 expected, chi-squared 16.8 on 1, p 4.17e-05."""
    found = compare([risk_table(SIX_MP), risk_table(PLACEBO)])
    assert found.expected == pytest.approx((19.25, 10.75), abs=0.01)
    assert sum(found.expected) == pytest.approx(30)
    assert (found.chi2, found.df) == (pytest.approx(16.79, abs=0.005), 1)
    assert found.p == pytest.approx(4.17e-5, rel=2e-3)
    assert logrank([risk_table(SIX_MP), risk_table(PLACEBO)]) == (found.chi2, found.df, found.p)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_of_published_examples(successes, n, low, high):
    """Newcombe's cases, Statistics in Medicine 17 (1998) 857-872, method 3, as statsmodels 0.15.0 gives them."""
    assert wilson(successes, n) == pytest.approx((low, high), abs=5.1e-5)


@given(st.lists(CASES.filter(len), min_size=2, max_size=4))
@settings(deadline=None)
def test_events_expected_add_up_to_those_that_happened(groups):
    found = compare([risk_table(g) for g in groups])
    assert sum(found.expected) == pytest.approx(sum(event for g in groups for _, _, event in g))
