"""One request as its page tells it: values with their reason, and what is withdrawn told of nobody."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.editions import list_editions
from dashboard.filters import Filters
from dashboard.one_request import find_request
from dashboard.search import search
from dashboard.withdrawals import Withdrawal, write_withdrawal
from tests.support.warehouse import lone_settings, make_data, open_data, register, table


COLUMNS = {
    "reference": "Ref",
    "recipient": "Who",
    "title": "Title",
    "purpose": "Purpose",
    "received_date": "Received",
    "outcome": "Outcome",
    "closed_date": "Closed",
}
FIRST = table("""
    Ref | Who | Title | Purpose | Received | Outcome | Closed
    A1 | Acme | Trees | Growth | 2020-01-06 | Open |
    A2 | Basil | Rivers | Floods | 2020-02-03 | Refused | 2020-02-10
    A3 | Clover | Hills | Walks | 2020-03-02 | Open |
""")
SECOND = table("""
    Ref | Who | Title | Purpose | Received | Outcome | Closed
    A1 | Acme | Trees |  | 2020-01-06 | Released | 2020-01-16
    A2 | Basil | Rivers | Floods | 2020-02-03 | Refused | 2020-02-10
    A3 | Clover | Hills | Walks | 2020-03-02 | Open |
""")


@pytest.fixture
def folder(tmp_path):
    outcomes = {"open": ["Open"], "refused": ["Refused"], "released": ["Released"]}
    described = register("cases", columns=COLUMNS, outcomes=outcomes, layout={"date_order": "ymd"})
    return make_data(tmp_path, described, {"2020-03-31": FIRST, "2020-06-30": SECOND})


def facts(found):
    return {f.label: f for section in found.sections for f in section.facts}


def withdraw(folder, edition, row, column=None, heading=""):
    settings = lone_settings(folder)
    sha = next(e.sha256 for e in list_editions(settings) if e.edition == edition)
    sheet = next(iter(settings.data.glob(f"editions/cases/{edition}/*.csv"))).stem
    write_withdrawal(
        settings,
        Withdrawal(
            register="cases", edition=edition, sha256=sha, on=date(2026, 1, 5), reason="Names a person.", file="",
            sheet=sheet, row=row, column=column, heading=heading,
        ),
    )  # fmt: skip


def test_the_finding_and_a_value_that_only_an_earlier_file_has(folder):
    with open_data(folder) as store:
        found = find_request(store, Filters(register="cases", reference="A1"))
    assert found.headline == "A1: data were released to Acme, 10 calendar days after the request was received"
    said = facts(found)
    assert said["Purpose"].value == "Growth"
    assert said["Purpose"].note == "published in the edition of 31 March 2020, and in none since"
    assert (said["Legal basis"].value, said["Title"].value) == (None, "Trees")
    assert [row[-1] for row in found.editions.rows] == ["Listed.", "Listed."]
    assert {row[2] for row in found.changes.rows} >= {"Outcome", "Purpose"}


def test_an_open_request_says_how_long_it_has_waited(folder):
    with open_data(folder) as store:
        found = find_request(store, Filters(register="cases", reference="A3"))
        known = find_request(store, Filters(register="cases", reference="A3", edition="2020-03-31"))
    assert found.headline.endswith("was still open at 30 June 2020, 120 calendar days after it was received")
    assert known.headline.endswith("was still open at 31 March 2020, 29 calendar days after it was received")


def test_a_withdrawn_cell_says_when_and_why_and_not_what(folder):
    withdraw(folder, "2020-06-30", 3, column=2, heading="Title")
    withdraw(folder, "2020-03-31", 3, column=2, heading="Title")
    with open_data(folder) as store:
        found = find_request(store, Filters(register="cases", reference="A2"))
    title = facts(found)["Title"]
    assert title.value is None
    assert title.note == "withdrawn on 5 January 2026: Names a person"
    assert "Rivers" not in repr(found)


def test_of_a_withdrawn_row_nobody_is_told(folder):
    withdraw(folder, "2020-06-30", 3)
    with open_data(folder) as store:
        found = find_request(store, Filters(register="cases", reference="A2"))
        other = find_request(store, Filters(register="cases", reference="A1"))
    words = [row[-1] for row in found.editions.rows]
    assert words == ["Rows of this edition are withdrawn: whether it listed this one is not told.", "Listed."]
    assert [row[-1] for row in other.editions.rows] == ["Listed.", "Listed."]


def test_a_reference_whose_rows_are_all_withdrawn_is_unknown_and_not_found(folder):
    withdraw(folder, "2020-06-30", 3)
    withdraw(folder, "2020-03-31", 3)
    with open_data(folder) as store:
        assert find_request(store, Filters(register="cases", reference="A2")) is None
        near = store.query("near_references", Filters(register="cases", reference="A2")).dicts()
        assert "A2" not in {r["reference"] for r in near}
        assert search(store, "Basil", Filters(register="cases")).groups == ()
        assert search(store, "Rivers", Filters(register="cases")).groups == ()


@pytest.mark.parametrize(
    ("words", "first"),
    [("a1", "A1"), ("A", "A1"), ("trees", "Trees"), ("basil rivers", "Rivers"), ("CLÓVER", "Clover")],
)
def test_search_ranks_and_folds(folder, words, first):
    with open_data(folder) as store:
        groups = search(store, words, Filters(register="cases")).groups
    assert first in [g.items[0].label for g in groups]
