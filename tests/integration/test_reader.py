"""What a reader chooses: one state from any address, bars that filter, and the period before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import headlines
from dashboard.comparison import compare_counts
from dashboard.exhibits import Exhibit
from dashboard.filters import NAMES, Filters, make_filters
from dashboard.measures import measure, scopes
from dashboard.pages import make_page
from dashboard.pages.choosing import CHOICES
from dashboard.periods import recipients_counted, two_periods
from dashboard.store import Store
from dashboard.web.state import read_state


REQUESTS = "sample-npd-requests"
SHARES = "sample-external-data-shares"
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["university", "charity,university", "2016", "2016-05-01", REQUESTS, SHARES, "1", "x" * 400, "%00", "a,b"]
    ),
)  # fmt: skip
PAIRS = st.lists(st.tuples(st.sampled_from([*NAMES, "q", "count", "nonsense", ""]), VALUES), max_size=8)


@given(pairs=PAIRS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_address_is_read_and_the_corrected_one_says_the_same(pairs, sample_store: Store):
    from urllib.parse import urlencode

    state = read_state(sample_store, urlencode(pairs))
    again = read_state(sample_store, state.query)
    assert again.problems == ()
    assert not again.respelt
    assert (again.filters, again.extra) == (state.filters, state.extra)
    assert state.filters.register is not None


def test_what_is_wrong_is_named_and_the_rest_still_filters(sample_store: Store):
    state = read_state(
        sample_store, f"register={REQUESTS}&type=charity,nobody&route=zz&recipient=no+one&tier=1"
    )
    assert state.filters == Filters(register=REQUESTS, type=("charity",), tier=("1",))
    said = " ".join(state.problems)
    for words in ("'nobody'", "no route 'zz'", "no recipient 'no one'"):
        assert words in said


# --- choosing a bar or a row --------------------------------------------------------------------------


def exhibits(store: Store, page: str, filters: Filters) -> dict[str, Exhibit]:
    return {e.key: e for e in make_page(store, page, filters).exhibits}


def asked(link: str) -> Filters:
    return make_filters(**dict(parse_qsl(urlsplit(link).query)))


@pytest.mark.parametrize("register", [REQUESTS, SHARES])
@pytest.mark.parametrize(
    ("page", "key"),
    [
        ("overview", "volumes"),
        ("overview", "recipients"),
        ("volumes", "volumes"),
        ("volumes", "outcomes"),
        ("recipients", "recipients"),
        ("recipients", "top-recipients"),
        ("recipients", "recipient-flow"),
    ],
)
def test_a_bar_filters_the_page_and_again_takes_it_back(register, page, key, sample_store: Store):
    whole = exhibits(sample_store, page, Filters(register=register)).get(key)
    if whole is None or whole.chart is None:
        assert (register, key) == (SHARES, "outcomes")  # it tells of no outcome but a release
        return
    chart = whole.chart
    assert len(chart.choices) == len(chart.x)
    assert not chart.chosen
    assert whole.table.choices
    for place in {0, len(chart.x) // 2}:
        link = chart.choices[place]
        assert link is not None
        assert urlsplit(link).path == f"/{page}"
        filters = asked(link)
        assert all(getattr(filters, name) is not None for name in CHOICES[key])
        found = exhibits(sample_store, page, filters)[key]
        assert found.chart is not None
        # The same bars with the same numbers, one of them chosen; only the words are of it.
        assert found.chart.chosen == {place}
        assert (found.chart.x, found.chart.series) == (chart.x, chart.series)
        assert found.table.rows == whole.table.rows
        assert found.query == whole.query
        assert str(chart.x[place]) in found.chosen
        assert found.table.chosen
        back = asked(str(found.chart.choices[place]))
        assert all(getattr(back, name) is None for name in CHOICES[key])


def test_what_is_chosen_and_not_drawn_is_not_called_chosen(sample_store: Store):
    # Half a year is no bar of a chart by year.
    filters = make_filters(register=REQUESTS, from_="2017-01-01", to="2017-06-30")
    found = exhibits(sample_store, "volumes", filters)["volumes"]
    assert found.chart is not None
    assert not found.chart.chosen
    assert found.chosen == ""
    several = exhibits(sample_store, "recipients", make_filters(register=REQUESTS, type="university,charity"))
    assert several["recipients"].chart is not None
    assert len(several["recipients"].chart.chosen) == 2


def test_every_row_that_can_be_chosen_still_leads_to_its_rows(sample_store: Store):
    table = exhibits(sample_store, "recipients", Filters(register=REQUESTS))["recipients"].table
    for link in table.links:
        assert urlsplit(str(link)).path == "/register"


# --- the period before ----------------------------------------------------------------------------------


def test_headline_numbers_say_the_same_of_the_period_before(sample_store: Store):
    filters = make_filters(register=REQUESTS, from_="2017-01-01", to="2017-12-31")
    now, before = (
        measure("volumes", sample_store, filters=f).dicts()[0]["received"]
        for f in (filters, replace(filters, from_=date(2016, 1, 1), to=date(2016, 12, 31)))
    )
    tile = headlines.tiles(sample_store, filters)[0]
    assert tile.value == str(now)
    assert tile.before.startswith(f"{now} in 2017")
    assert str(before) in tile.before or compare_counts(now, before).differ
    assert ("no clear change" in tile.before) == (not compare_counts(now, before).differ and now != before)
    assert headlines.headline(sample_store, filters).startswith(f"{now} requests received in 2017")


@pytest.mark.parametrize("register", [REQUESTS, SHARES])
@pytest.mark.parametrize(
    "chosen",
    [{}, {"type": "charity"}, {"from_": "2016", "to": "2017"}, {"tier": "1", "known_on": "2017-06-01"}],
)
def test_as_many_recipients_are_counted_as_are_ranked(register, chosen, sample_store: Store):
    filters = make_filters(register=register, **chosen)
    ranked = measure("top-recipients", sample_store, filters=replace(filters, limit=1_000_000))
    assert recipients_counted(sample_store, filters) == len(ranked.rows)


def test_without_a_period_the_last_whole_year_is_compared(sample_store: Store):
    tile = headlines.tiles(sample_store, Filters(register=REQUESTS))[0]
    assert " in 2017" in tile.before
    assert "2016" in tile.before


@pytest.mark.parametrize(
    "period",
    [
        {"from_": "2013", "to": "2013"},  # before every case was listed
        {"from_": "2015-06-01", "to": "2016-03-31"},  # the period before was
        {"from_": "2018-01-01", "to": "2018-12-31"},  # not over at the as-at date
        {"from_": "2017"},  # without an end
    ],
)
def test_nothing_is_compared_with_what_was_not_listed_whole(period, sample_store: Store):
    filters = make_filters(register=REQUESTS, **period)
    scope = scopes(sample_store, filters)[0]
    assert two_periods(sample_store, scope, filters) is None
    assert [t.before for t in headlines.tiles(sample_store, filters) if t.before] == []
    assert "clear change" not in headlines.headline(sample_store, filters) or "from_" not in period


def test_a_list_of_closed_cases_or_a_selection_is_not_compared_beyond_what_it_bears(real_store: Store):
    for scope in scopes(real_store, Filters()):
        filters = Filters(register=scope.register)
        if scope.selected or scope.survivors_only:
            assert two_periods(real_store, scope, filters) is None
            assert [t for t in headlines.tiles(real_store, filters) if t.before] == []
        for tile in headlines.tiles(real_store, filters):
            assert "None" not in tile.before
