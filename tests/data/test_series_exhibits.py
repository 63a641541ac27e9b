"""Exhibits of control charts, new recipients and people: titles that say what their rows say."""

from __future__ import annotations

import pytest

from dashboard.filters import make_filters
from dashboard.measures import measure
from dashboard.pages import make_page
from dashboard.people_figures import outside_people_exhibit, people_exhibit, people_exhibits, totals
from dashboard.series_figures import control_chart_exhibit, recipient_flow_exhibit
from dashboard.svg import svg_figure
from tests.spec.specs.series import BUNCHED, CHANGED, MONTHLY, SHORT
from tests.support.warehouse import make_data, open_data, table


def chart_of(given, tmp_path):
    folder = make_data(
        tmp_path, given.register, {e.as_at: table(e.rows) for e in given.editions}, reference=given.reference
    )
    with open_data(folder) as store:
        return control_chart_exhibit(store, make_filters(register=given.name))


@pytest.mark.parametrize(
    ("given", "title"),
    [
        (MONTHLY, "Releases by month: May 2018 was above the upper limit; nothing else signals"),
        (CHANGED, "Releases by month vary as they did before: nothing signals"),
        (BUNCHED, "Releases by month: Jan 2019 to Dec 2019 were above the upper limit and Dec 2018 to Dec 2019 were "
                  "7 or more in a row above the mean; nothing else signals"),
        (SHORT, "On trial limits: releases by month vary as they did before: nothing signals"),
    ],
    ids=["one point", "rebased", "not rebased", "trial"],
)  # fmt: skip
def test_the_title_is_what_signals(given, title, tmp_path):
    exhibit = chart_of(given, tmp_path)
    assert exhibit.title == title
    assert exhibit.chart is not None
    drawn = svg_figure(exhibit.chart, key="c", title=exhibit.title, summary=exhibit.summary)
    assert ("Signal" in drawn) == ("nothing signals" not in title)
    assert "between the limits" in drawn
    assert "95%" not in drawn
    assert "not published" not in drawn  # what is not judged is not withheld by the publisher


def test_a_change_is_marked_on_the_chart(tmp_path):
    exhibit = chart_of(CHANGED, tmp_path)
    assert exhibit.chart.marks == ((12, "A panel takes over"),)


def test_nothing_is_charted_of_a_selection(sample_store):
    for register in ("dfe-npd-requests", "dfe-external-data-shares"):
        filters = make_filters(register=register)
        assert control_chart_exhibit(sample_store, filters) is None
        assert recipient_flow_exhibit(sample_store, filters) is None
        # no counts are in the entries quoted; what others were told of such bodies is shown, as theirs
        told = people_exhibit(sample_store, filters)
        assert told is not None
        assert told.measure == "published-figures"
        assert told.chart is None


def test_filters_that_leave_nothing(sample_store):
    for page in ("volumes", "recipients", "people"):
        made = make_page(
            sample_store, page, make_filters(register="sample-external-data-shares", from_="2031-01-01")
        )
        assert made.headline
        assert made.unanswered


def test_totals_of_people_are_of_what_stands(sample_store):
    register = "sample-external-data-shares"
    rows = measure("person-counts", sample_store, register=register).dicts()
    assert any(row["status"] == "superseded" for row in rows)
    filters = make_filters(register=register)
    found = {(t["body"], t["unit"]): t for t in totals(sample_store, filters)}
    assert len(found) == 3
    for (body, unit), total in found.items():
        mine = [
            r
            for r in rows
            if (r["body"], r["unit"], r["status"]) == (body, unit, "current") and r["period_start"]
        ]
        assert total["requested"] == sum(r["requested"] for r in mine)
        assert total["supplied"] == sum(r["supplied"] for r in mine)
        assert total["periods"] == len(mine)


def test_each_body_has_an_exhibit_in_its_unit(sample_store):
    filters = make_filters(register="sample-external-data-shares")
    exhibits = people_exhibits(sample_store, filters)
    assert [e.chart.y_label for e in exhibits] == ["records", "requests", "requests"]
    assert exhibits[0].title.startswith("Home Office (invented figures): ")
    assert people_exhibit(sample_store, filters) == exhibits[0]
    page = make_page(sample_store, "people", filters)
    assert page.headline == exhibits[0].title
    assert not page.unanswered
    one_month = make_filters(register="sample-external-data-shares", from_="2020-01-01", to="2020-01-31")
    [only] = people_exhibits(sample_store, one_month)
    assert only.chart is None  # one period is no series


def test_the_page_of_a_register_without_counts_shows_what_others_were_told(sample_store):
    page = make_page(sample_store, "people", make_filters(register="dfe-external-data-shares"))
    assert [e.key for e in page.exhibits] == ["outside-people"]
    assert page.unanswered
    exhibit = outside_people_exhibit(sample_store, make_filters(register="dfe-external-data-shares"))
    cells = [row[3:6] for row in exhibit.table.rows]
    assert (2462, "individuals", "superseded") in cells
    assert (2461, "individuals", "correction") in cells


def test_new_recipients_are_told_in_words(sample_store):
    exhibit = recipient_flow_exhibit(sample_store, make_filters(register="sample-external-data-shares"))
    rows = measure("recipient-flow", sample_store, register="sample-external-data-shares").dicts()
    last = [r for r in rows if not r["immature"]][-1]
    year = last["interval_start"].year
    assert exhibit.title.startswith(f"{last['new_recipients']} recipients of {last['recipients']} in {year}")
