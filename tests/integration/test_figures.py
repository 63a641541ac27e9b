"""Exhibits: no headline from rows that a register keeps only in part, and every bar leads to its own rows."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboard import figures
from dashboard.filters import Filters, from_address
from dashboard.measures import measure
from dashboard.pages import make_page
from dashboard.sample import LEGACY, SHARES


def matched(store, link: str) -> int:
    """How many requests the register page lists at an address."""
    arguments = dict(parse_qsl(urlsplit(link).query))
    extra = {k: arguments.pop(k) for k in ("count", "q") if k in arguments}
    filters, problems = from_address(arguments)
    assert problems == []
    return make_page(store, "register", filters, extra).listing.matched


@pytest.mark.parametrize("register", [LEGACY, SHARES])
def test_no_share_rests_on_rows_that_only_survivors_have(sample_store, register):
    store = sample_store
    scope = figures.scope_of(store, Filters(register=register))
    first = measure("volumes", store, register=register).dicts()[0]["interval_start"]
    assert first < scope.listed_from, "the sample keeps older requests only while they are live"
    for exhibit in (
        figures.recipients_exhibit(store, Filters(register=register)),
        figures.top_recipients_exhibit(store, Filters(register=register)),
    ):
        assert f"from={scope.listed_from}" in exhibit.query
        assert "since" in exhibit.title
        early = Filters(register=register, to=date(scope.listed_from.year - 1, 12, 31))
        assert figures.recipients_exhibit(store, early) is None
    page = make_page(store, "recipients", early)
    assert any("supports no share" in words for words in page.unanswered)


def test_outcomes_are_those_of_the_time_listed_whole(sample_store):
    """Survivors were all granted: counting them would hide refusals."""
    store = sample_store
    exhibit = figures.outcomes_table(store, Filters(register=LEGACY))
    shown = {row[0]: row[1] for row in exhibit.table.rows}
    everything = {
        r["group_label"]: r["requests"]
        for r in measure("recipients", store, register=LEGACY, by="outcome").dicts()
    }
    assert shown["Refused"] == everything["Refused"]
    assert shown["Released"] < everything["Released"]


def test_a_register_that_begins_where_its_listing_does_needs_no_cut(sample_store):
    store = sample_store
    scope = figures.scope_of(store, Filters(register=LEGACY))
    later = Filters(register=LEGACY, from_=scope.listed_from)
    assert figures.fully_listed(store, scope, later) == (later, "")


@pytest.mark.parametrize("register", [LEGACY, SHARES])
def test_every_bar_leads_to_the_requests_it_counts(sample_store, register):
    store = sample_store
    filters = Filters(register=register)
    volumes = figures.volumes_exhibit(store, filters)
    for link, value in zip(volumes.chart.links, volumes.chart.series[0].values, strict=True):
        assert matched(store, link) == value
    types = figures.recipients_exhibit(store, filters)
    place = [c.name for c in types.table.columns].index("requests")
    for link, row in zip(types.table.links, types.table.rows, strict=True):
        assert matched(store, link) == row[place]
    outcomes = figures.outcomes_table(store, filters)
    for link, value in (
        zip(outcomes.chart.links, outcomes.chart.series[0].values, strict=True) if outcomes else ()
    ):
        assert matched(store, link) == value


def test_change_is_stated_in_whole_numbers_where_a_percentage_would_mislead():
    assert figures.change_words(12, 10, "2019") == "2 more than in 2019"
    assert figures.change_words(132, 131, "2018") == "1 more than in 2018"
    assert figures.change_words(50, 100, "2018") == "50% fewer than in 2018"
    assert figures.change_words(7, 7, "2018") == "the same as in 2018"
    assert figures.change_words(5, 0, "2018") == "5 more than in 2018"
