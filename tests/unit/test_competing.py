"""Cumulative incidence against matrices day by day, a published example, another program, and Kaplan-Meier."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.competing import aalen_johansen
from dashboard.survival import RiskTable, kaplan_meier, normal_deviate


WAYS = ("granted", "refused", "withdrawn")
# (entry, end, way or None for still open)
CASES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 12), st.sampled_from([*WAYS, None])).filter(
        lambda case: case[0] == 0 or case[0] < case[1]
    ),
    max_size=30,
)


def columns(cases):
    """The counts SQL would make: day, entered, events by way, censored."""
    days = sorted({end for _, end, _ in cases} | {entry for entry, _, _ in cases if entry})
    entered = Counter(entry for entry, _, _ in cases if entry)
    left = Counter((end, way) for _, end, way in cases)
    events = {way: [left[day, way] for day in days] for way in WAYS}
    return days, [entered[d] for d in days], events, [left[d, None] for d in days]


def by_matrices(cases):
    """day -> (share in each state, covariance): the product of matrices I + dA, and its Greenwood-type covariance.

    Andersen, Borgan, Gill and Keiding (1993), (4.4.20), as it is written; state 0 is open.
    """
    share = np.array([1.0, 0.0, 0.0, 0.0])
    covariance = np.zeros((4, 4))
    found = {}
    for day in columns(cases)[0]:
        n = sum((entry < day or entry == 0) and end >= day for entry, end, _ in cases)
        d = np.array([sum(end == day and way == w for _, end, way in cases) for w in WAYS], dtype=float)
        if d.sum():
            step = np.eye(4)
            step[0] = [1 - d.sum() / n, *(d / n)]
            of_step = np.zeros((4, 4))
            for j in range(3):
                for k in range(3):
                    of_step[1 + j, 1 + k] = (d[j] * (n - d[j]) if j == k else -d[j] * d[k]) / n**3
            of_step[0, 1:] = of_step[1:, 0] = -of_step[1:, 1:].sum(axis=0)
            of_step[0, 0] = of_step[1:, 1:].sum()
            covariance = step.T @ covariance @ step + share[0] ** 2 * of_step
            share = share @ step
        found[day] = (share, covariance)
    return found


@given(CASES)
def test_incidence_and_variance_are_those_of_matrices_day_by_day(cases):
    found = aalen_johansen(*columns(cases))
    expected = by_matrices(cases)
    assert found.day == tuple(expected)
    z = normal_deviate(0.95)
    for i, (share, covariance) in enumerate(expected.values()):
        assert found.survival[i] == pytest.approx(share[0], abs=1e-12)
        for k, way in enumerate(WAYS, 1):
            one = found.of[way]
            assert one.incidence[i] == pytest.approx(share[k], abs=1e-12)
            rest = 1 - share[k]
            if share[k] < 1e-12 or rest < 1e-9:
                assert one.low[i] is None
                continue
            se = np.sqrt(max(covariance[k, k], 0)) / (rest * -np.log(rest))
            assert one.low[i] == pytest.approx(1 - rest ** np.exp(-z * se), abs=1e-6)
            assert one.high[i] == pytest.approx(1 - rest ** np.exp(z * se), abs=1e-6)


@given(CASES)
def test_what_ended_and_what_is_open_add_up_to_one(cases):
    found = aalen_johansen(*columns(cases))
    for i in range(len(found.day)):
        assert found.survival[i] + sum(one.incidence[i] for one in found.of.values()) == pytest.approx(1)
        for one in found.of.values():
            if one.low[i] is not None:
                assert 0 <= one.low[i] <= one.incidence[i] + 1e-12 <= one.high[i] + 2e-12 <= 1 + 3e-12


@given(CASES)
def test_with_one_way_of_ending_it_is_kaplan_meier_and_its_bands(cases):
    cases = [(entry, end, "granted" if way else None) for entry, end, way in cases]
    days, entered, events, censored = columns(cases)
    found = aalen_johansen(days, entered, {"granted": events["granted"]}, censored)
    curve = kaplan_meier(RiskTable(tuple(days), tuple(entered), tuple(events["granted"]), tuple(censored)))
    one = found.of["granted"]
    assert found.survival == pytest.approx(curve.survival)
    assert [1 - f for f in one.incidence] == pytest.approx(curve.survival)
    for i in range(len(days)):
        if curve.low[i] is None:
            assert one.low[i] is one.high[i] is None
        else:
            assert 1 - one.high[i] == pytest.approx(curve.low[i], abs=1e-6)
            assert 1 - one.low[i] == pytest.approx(curve.high[i], abs=1e-6)


def test_the_worked_example_of_satagopan_and_others():
    """A note on competing risks in survival data analysis, British Journal of Cancer 91 (2004) 1229-1235, Table 2.

    305 patients; of the first nine, follow-up in months and what happened: alive (C), dead of the cancer (E), dead of
    something else (CR). The table gives those at risk, overall survival and cumulative incidence in per cent.
    """
    first = [
        (7, "C"),
        (10, "E"),
        (14, "C"),
        (16, "E"),
        (18, "CR"),
        (23, "E"),
        (24, "C"),
        (26, "CR"),
        (27, "E"),
    ]
    days = [day for day, _ in first]
    of = {way: [int(what == way) for _, what in first] for way in ("E", "CR")}
    censored = [int(what == "C") for _, what in first]
    rest = 305 - len(first)
    found = aalen_johansen([*days, 28], [0] * 10, {way: [*c, 0] for way, c in of.items()}, [*censored, rest])
    row = {day: i for i, day in enumerate(found.day)}
    table = {  # month: at risk, overall survival, cumulative incidence of death from the cancer
        10: (304, 99.7, 0.3), 16: (302, 99.3, 0.6), 18: (301, 99.0, 0.6), 23: (300, 98.7, 0.9),
        26: (298, 98.3, 0.9), 27: (297, 98.0, 1.2),
    }  # fmt: skip
    for day, (at_risk, survival, incidence) in table.items():
        assert found.at_risk[row[day]] == at_risk
        # The table adds figures it has rounded already, so its last digit may be one off.
        assert found.survival[row[day]] * 100 == pytest.approx(survival, abs=0.11)
        assert found.of["E"].incidence[row[day]] * 100 == pytest.approx(incidence, abs=0.16)
    assert found.of["E"].incidence[row[10]] == 1 / 304
    assert found.of["E"].incidence[row[16]] == pytest.approx(1 / 304 + 303 / 304 / 302)


def test_another_program_gives_the_same_standard_errors():
    """statsmodels 0.15.0, CumIncidenceRight(time, status).cinc and .cinc_se, recorded here: it is no dependency."""
    time = [5, 10, 10, 12, 15, 20, 25, 30]
    way = [1, 1, 2, 0, 3, 1, 0, 1]
    cases = [(0, t, WAYS[w - 1] if w else None) for t, w in zip(time, way, strict=True)]
    found = aalen_johansen(*columns(cases))
    theirs = {
        "granted": ((0.125, 0.25, 0.25, 0.25, 0.40625), (0.116927, 0.153093, 0.153093, 0.153093, 0.183884)),
        "refused": ((0, 0.125, 0.125, 0.125, 0.125), (0, 0.116927, 0.116927, 0.116927, 0.116927)),
        "withdrawn": ((0, 0, 0, 0.15625, 0.15625), (0, 0, 0, 0.141921, 0.141921)),
    }
    z = normal_deviate(0.95)
    for name, (shares, errors) in theirs.items():
        one = found.of[name]
        for i, (share, error) in enumerate(zip(shares, errors, strict=True)):
            assert one.incidence[i] == pytest.approx(share, abs=1e-9)
            if share:
                # back from the bound to the error: log(-log) of 1 - F
                scale = np.log(np.log(1 - one.low[i]) / np.log(1 - share)) / -z
                assert scale * (1 - share) * -np.log(1 - share) == pytest.approx(error, abs=2e-6)


def test_taking_other_endings_as_censored_adds_up_to_more_than_one():
    cases = [(0, day, WAYS[day % 3]) for day in range(1, 31)]
    days, entered, events, _ = columns(cases)
    found = aalen_johansen(days, entered, events, [0] * len(days))
    total = 0.0
    for way in WAYS:
        others = [sum(events[o][i] for o in WAYS if o != way) for i in range(len(days))]
        curve = kaplan_meier(RiskTable(tuple(days), tuple(entered), tuple(events[way]), tuple(others)))
        at = days.index(25)
        total += 1 - curve.survival[at]
        assert 1 - curve.survival[at] > found.of[way].incidence[at]
    assert total > 1.2


def test_no_case_and_no_ending():
    nothing = aalen_johansen([], [], {"granted": []}, [])
    assert nothing.day == nothing.of["granted"].incidence == ()
    waiting = aalen_johansen([4, 9], [0, 0], {"granted": [0, 0]}, [1, 2])
    assert waiting.of["granted"].incidence == (0.0, 0.0)
    assert waiting.of["granted"].low == (None, None)
    at_once = aalen_johansen([0], [0], {"granted": [2], "refused": [1]}, [0])
    assert at_once.survival == (0.0,)
    assert at_once.of["granted"].incidence == pytest.approx((2 / 3,))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1], [0], {"granted": [-1]}, [0]), "negative"),
        (([1], [0], {"granted": [1, 1]}, [0]), "one length"),
        (([1], [1], {"granted": [1]}, [0]), "1 leave and 0 are at risk"),
    ],
)
def test_a_table_that_cannot_be_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        aalen_johansen(*arguments)
