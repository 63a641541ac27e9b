"""The bounds hold the truth as often as they say: the table of `make coverage`, and a run of its first registers."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from dashboard.sample.truth import TRUTH, draw
from tests.load.coverage import FIRST, REGISTERS, REQUESTS, SEED, WAYS, Truth, read, simulate, truth_of


RECORDED = {(r.way, r.what): r for r in read()}


def test_the_table_is_of_a_thousand_registers_of_two_hundred_cases_or_more():
    assert {r.registers for r in RECORDED.values()} == {REGISTERS}
    assert min(r.least_cases for r in RECORDED.values()) >= 200
    assert {way for way, _ in RECORDED} == {w.name for w in WAYS}


@pytest.mark.parametrize("row", RECORDED.values(), ids=lambda r: f"{r.way} {r.what}")
def test_bounds_hold_the_truth_as_often_as_they_say(row):
    share = row.held / row.registers
    if row.way in ("km", "late"):
        assert 0.93 <= share <= 0.97
    elif row.way in ("bounds", "third", "late third"):
        assert share >= 0.93
    else:  # closed cases alone, and late entry ignored: what must not be done
        assert share < 0.8


def test_the_first_registers_give_the_counts_of_the_table_again():
    found = simulate(FIRST, SEED, truth=recorded_truth())
    assert {(r.way, r.what): r.held for r in found} == {key: r.first for key, r in RECORDED.items()}


def recorded_truth() -> Truth:
    """The truth that the table rests on: that of all the requests of its thousand registers."""
    rows = [RECORDED["km", f"curve at {what}"] for what in ("quarter", "half", "three quarters")]
    return Truth(RECORDED["km", "median"].day, tuple(r.day for r in rows), tuple(r.truth for r in rows))


def test_the_truth_is_what_the_sample_is_drawn_from():
    """Times are a mixture of lognormal ones by tier, moved to the panel's days and off weekends: within four days."""
    requests = [r for seed in range(8) for r in draw(REQUESTS, seed).legacy]
    truth = recorded_truth()
    assert truth_of(np.array([(r.closed - r.received).days for r in requests])).quartiles == pytest.approx(
        truth.quartiles, abs=3
    )

    def ended(day: float) -> float:
        return sum(
            share * NormalDist().cdf(np.log(day / TRUTH.median_days(tier)) / TRUTH.sigma(tier))
            for tier, share in TRUTH.tier_share.items()
        )

    for day, share in zip(truth.quartiles, (0.25, 0.5, 0.75), strict=True):
        assert ended(day - 4) < share < ended(day + 4)
