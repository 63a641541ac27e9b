"""The exhibits of time: each says what its measure says, and is not there where nothing may be said."""

from __future__ import annotations

import pytest

from dashboard import figures, turnaround_figures
from dashboard.filters import Filters
from dashboard.measures import measure
from dashboard.pages import make_page
from dashboard.sample import LEGACY, SHARES
from dashboard.svg import svg_figure
from dashboard.text import percent


MADE = (
    turnaround_figures.closed_cohorts,
    turnaround_figures.outcomes,
    turnaround_figures.types_compared,
    turnaround_figures.bounds,
)


def test_the_page_has_cohorts_by_receipt_and_by_closing_side_by_side(sample_store):
    page = make_page(sample_store, "turnaround", Filters(register=LEGACY), {})
    keys = [e.key for e in page.exhibits]
    assert keys.index("turnaround-by-year") + 1 == keys.index("turnaround-by-year-closed")


def test_cohorts_that_can_still_move_are_marked(sample_store):
    exhibit = figures.turnaround_cohorts_exhibit(
        sample_store, Filters(register=LEGACY, clock="received_to_outcome")
    )
    rows = measure("turnaround", sample_store, register=LEGACY, interval="year").dicts()
    rows = [r for r in rows if r["interval_start"] and r["n"]]
    marked = [f"{r['interval_start'].year}" + (" (can still move)" if r["immature"] else "") for r in rows]
    assert [row[0] for row in exhibit.table.rows] == marked
    assert any("(can still move)" in words for words in marked)
    assert not all("(can still move)" in words for words in marked)


def test_the_median_by_year_closed_is_the_measures(sample_store):
    exhibit = turnaround_figures.closed_cohorts(
        sample_store, Filters(register=LEGACY, clock="received_to_outcome")
    )
    rows = measure("turnaround", sample_store, register=LEGACY, interval="year", cohort="closed").dicts()
    assert [row[1:] for row in exhibit.table.rows] == [
        (r["n"], r["median"], r["p90"]) for r in rows if r["interval_start"] and r["n"]
    ]


def test_shares_of_outcomes_are_those_of_the_measure_and_add_up(sample_store):
    exhibit = turnaround_figures.outcomes(sample_store, Filters(register=LEGACY))
    rows = measure("outcomes", sample_store, register=LEGACY).dicts()
    last = max(r["day"] for r in rows)
    for row in exhibit.table.rows:
        assert sum(row[1:]) == pytest.approx(1)
    assert exhibit.table.rows[-1][0] == last
    assert sorted(exhibit.table.rows[-1][1:-1]) == pytest.approx(
        sorted(r["cumulative_incidence"] for r in rows if r["day"] == last)
    )
    within = {r["outcome"]: r for r in rows if r["day"] <= 90}
    assert f"{percent(within['released']['cumulative_incidence'])} were released" in exhibit.title
    for series in exhibit.chart.series:
        assert len(series.values) == len(exhibit.chart.x)


def test_a_difference_between_types_is_said_only_where_the_test_finds_one(sample_store):
    for register, clock in ((LEGACY, "received_to_outcome"), (SHARES, "approval_to_first_published")):
        exhibit = turnaround_figures.types_compared(sample_store, Filters(register=register, clock=clock))
        rows = measure("turnaround-comparison", sample_store, register=register, clock=clock).dicts()
        p = rows[0]["p"]
        assert p is not None
        assert f"by {'more' if p < 0.05 else 'no more'} than chance" in exhibit.title
        assert [row[2] for row in exhibit.table.rows] == sorted(
            (r["events"] for r in rows if r["compared"]), reverse=True
        )


@pytest.mark.parametrize("make", MADE, ids=lambda m: m.__name__)
def test_nothing_is_shown_of_what_cannot_be_measured_or_of_one_outcome(sample_store, make):
    assert make(sample_store, Filters(register=SHARES, clock="received_to_outcome")) is None
    assert (
        make(sample_store, Filters(register=LEGACY, outcome=("refused",), clock="received_to_outcome"))
        is None
    )
    assert (
        make(sample_store, Filters(register=LEGACY, reference="none such", clock="received_to_outcome"))
        is None
    )


@pytest.mark.parametrize("make", MADE, ids=lambda m: m.__name__)
def test_each_can_be_drawn(sample_store, make):
    exhibit = make(sample_store, Filters(register=LEGACY, clock="received_to_outcome"))
    if exhibit and exhibit.chart:
        drawn = svg_figure(exhibit.chart, key=exhibit.key, title=exhibit.title, summary=exhibit.summary)
        assert "<svg" in drawn
