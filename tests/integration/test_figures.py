"""Exhibits: no headline from rows that a register keeps only in part, and every bar leads to its own rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboard import figures
from dashboard.filters import Filters, from_address
from dashboard.headlines import findings, tiles
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


def test_half_a_year_is_not_compared_with_a_year(sample_store):
    cut = Filters(register=LEGACY, from_=date(2016, 7, 1), to=date(2017, 6, 30))
    exhibit = figures.volumes_exhibit(sample_store, cut)
    counted = measure("volumes", sample_store, filters=cut).dicts()[0]["received"]
    assert exhibit.title == f"{counted} requests received from 1 July 2016 to 30 June 2017"
    assert "2016 and 2017 are not complete" in exhibit.summary
    assert not any("ranged" in f.text for f in findings(sample_store, cut))
    # A cut year beside whole ones leaves those to be compared.
    later = Filters(register=LEGACY, from_=date(2015, 7, 1))
    assert "in 2017" in figures.volumes_exhibit(sample_store, later).title
    assert "2016" in figures.volumes_exhibit(sample_store, later).title


def test_the_number_open_carries_the_day_it_is_of(sample_store):
    at = Filters(register=LEGACY, to=date(2017, 6, 30))
    [tile] = [t for t in tiles(sample_store, at) if t.label.startswith("Open at")]
    assert tile.label == "Open at 30 June 2017"
    assert int(tile.value) == measure("volumes", sample_store, filters=at).dicts()[0]["open_at_end"]
    before = Filters(register=LEGACY, to=date(2014, 12, 31))
    assert not [t for t in tiles(sample_store, before) if t.label.startswith("Open at")]


def test_no_typical_time_for_one_outcome(sample_store):
    released = Filters(register=LEGACY, outcome=("released",))
    [row] = measure("turnaround", sample_store, filters=released).dicts()
    assert (row["median"], row["p90"], row["method"]) == (None, None, "none")
    assert row["events"] > 0
    assert measure("survival-curve", sample_store, filters=released).rows == ()
    assert figures.turnaround_exhibit(sample_store, released) is None
    assert figures.backlog_exhibit(sample_store, released) is None
    assert "one outcome" in make_page(sample_store, "turnaround", released).headline


def test_no_median_where_no_case_was_watched_from_its_receipt(sample_store):
    result = measure("turnaround", sample_store, register=LEGACY, interval="year")
    rows = {r["interval_start"].year: r for r in result.dicts() if r["interval_start"] and r["n"]}
    early = [year for year in rows if year < 2015]
    assert early, "some long cases of before the listing are still watched"
    assert all(rows[year]["median"] is None for year in early)
    assert rows[2016]["median"] is not None
    cut = Filters(register=LEGACY, to=date(2013, 12, 31))
    assert measure("survival-curve", sample_store, filters=cut).rows == ()
    exhibit = figures.turnaround_exhibit(sample_store, cut)
    assert exhibit is None or (exhibit.chart is None and "open cases counted" not in exhibit.title)
    assert not any(
        "give" not in f.text and "open cases counted" in f.text for f in findings(sample_store, cut)
    )
    assert any("watched from its receipt" in note for note in result.notes)


def test_a_target_is_judged_on_cases_watched_from_the_start(sample_store):
    spells = [
        s
        for s in measure("spells", sample_store, register=LEGACY, clock="received_to_outcome").dicts()
        if s["excluded_rule"] is None and s["entry"] == 0
    ]
    within = sum(s["event"] and s["days"] <= 60 for s in spells)
    past = sum(s["days"] > 60 for s in spells)
    [row] = measure("turnaround", sample_store, register=LEGACY, target=60).dicts()
    assert row["within_target"] == within / (within + past)


def test_other_clocks_do_not_call_ended_cases_open(sample_store):
    exhibit = figures.turnaround_exhibit(sample_store, Filters(register=LEGACY, clock="received_to_release"))
    assert "or ended in another way" in exhibit.summary
    assert exhibit.title.startswith("Cause-specific median")


def test_the_backlog_is_shown_by_age_and_agrees_with_volumes(sample_store):
    exhibit = figures.backlog_exhibit(sample_store, Filters(register=LEGACY, interval="month"))
    assert exhibit.measure == "backlog"
    rows = {row[0]: row[1:] for row in exhibit.table.rows}
    assert all(opened == sum(ages) for opened, *ages in rows.values())
    volumes = measure("volumes", sample_store, register=LEGACY, interval="month").dicts()
    shown = {figures.interval_words(r["interval_start"], "month"): r["open_at_end"] for r in volumes}
    assert rows
    assert all(shown[month] == opened for month, (opened, *_) in rows.items())
    quarters = figures.backlog_exhibit(sample_store, Filters(register=LEGACY))
    assert len(quarters.table.rows) < len(exhibit.table.rows)
    assert quarters.table.rows[-1][1] == exhibit.table.rows[-1][1]


def test_the_oldest_open_are_listed_with_their_pages(sample_store):
    exhibit = figures.oldest_open_exhibit(sample_store, Filters(register=LEGACY))
    ages = [row[3] for row in exhibit.table.rows]
    assert len(ages) == 10
    assert ages == sorted(ages, reverse=True)
    assert exhibit.title.startswith(f"{exhibit.table.rows[0][0]} has been open longest")
    assert all(row[0] in link for row, link in zip(exhibit.table.rows, exhibit.table.links, strict=True))
    assert figures.oldest_open_exhibit(sample_store, Filters(register=SHARES)) is None


def test_a_month_stands_beside_that_of_the_year_before(sample_store):
    def seasons(interval: str) -> list[str]:
        exhibit = figures.volumes_exhibit(sample_store, Filters(register=LEGACY, interval=interval))
        return [n for n in exhibit.notes if "have seasons" in n]

    [words] = seasons("month")
    months = measure("volumes", sample_store, register=LEGACY, interval="month").dicts()
    last = next(r for r in reversed(months) if not r["immature"])
    before = next(
        r
        for r in months
        if r["interval_start"] == last["interval_start"].replace(year=last["interval_start"].year - 1)
    )
    assert f"had {last['received']} request" in words
    assert words.endswith(f"had {before['received']}.")
    assert len(seasons("quarter")) == 1
    assert seasons("year") == []


@pytest.mark.parametrize(
    "filters",
    [
        Filters(register=LEGACY),
        Filters(register=LEGACY, type=("university",)),
        Filters(register=LEGACY, to=date(2017, 3, 31)),
        Filters(register=LEGACY, known_on=date(2018, 1, 1)),
        Filters(register=LEGACY, edition="2017-09-30"),
    ],
)
def test_the_longest_waits_are_those_of_the_spells(sample_store, filters):
    """Still open: listed as open by the latest edition. Of equal waits, the first reference."""
    asked = replace(filters, clock="received_to_outcome")
    found = {r["open"]: r for r in sample_store.query("longest_waits", asked).dicts()}
    at = figures.scope_of(sample_store, filters).as_at
    spells = [s for s in measure("spells", sample_store, filters=asked).dicts() if s["excluded_rule"] is None]
    for still_open, mine in (
        (True, [s for s in spells if s["censored"] and s["end_low"] == at]),
        (False, [s for s in spells if s["event"]]),
    ):
        assert bool(mine) == (still_open in found)
        if mine:
            most = min(mine, key=lambda s: (-s["days"], s["reference"]))
            row = found[still_open]
            assert (row["reference"], row["received_date"], row["days"]) == (
                most["reference"],
                most["start_low"],
                most["days"],
            )
