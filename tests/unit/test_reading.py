"""Rows become entries and issues: every row is accounted for, every rejected cell is named."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.issues import RULES
from dashboard.layouts import match
from dashboard.reading import read_entries, read_period
from dashboard.registers import read_register
from dashboard.vocabulary import DATE_FIELDS
from dashboard.workbook import Sheet, Workbook
from tests.support.warehouse import register, to_toml


COLUMNS = {
    "reference": "Ref",
    "recipient": "Organisation",
    "recipient_type": "Type",
    "tier": "Tier",
    "received_date": "Received",
    "outcome": "Outcome",
    "closed_date": "Closed",
}
HEADER = ("Ref", "Organisation", "Type", "Tier", "Received", "Outcome", "Closed")
DESCRIPTION = register(
    "example",
    sheets=[{"name": "Requests", "rows": "request", "columns": COLUMNS}],
    reference={"pattern": r"DR\d{6}\.\d{2}", "dated": True},
    recipient_types={"charity": ["Charity"], "undetermined": ["Other"]},
    outcomes={"released": ["Sent"], "open": ["Waiting"]},
    layout={"pending": ["in hand"], "missing": ["not known yet"], "blank_outcome": "open"},
)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    path = tmp_path_factory.mktemp("registers") / "example.toml"
    path.write_text(to_toml(DESCRIPTION), "utf-8")
    return read_register(path, {})


def read(found, rows, *, header=HEADER, more=()):
    width = max(len(r) for r in [header, *rows])
    padded = [tuple(r) + (None,) * (width - len(r)) for r in [header, *rows]]
    sheets = (Sheet("Requests", padded, hidden=False), *more)
    return read_entries(match(found, Workbook(Path("x.ods"), "ods", sheets, "", 1, None)), "2020-12-31")


def one(found, **cells):
    names = dict(zip(COLUMNS, HEADER, strict=True))
    good = {"reference": "DR200101.01", "recipient": "Bell Trust", "recipient_type": "Charity", "tier": "1",
            "received_date": date(2020, 1, 6), "outcome": "Sent", "closed_date": date(2020, 2, 3)}  # fmt: skip
    reading = read(found, [tuple({**good, **cells}[name] for name in names)])
    (entry,) = reading.entries
    return entry, [(i.rule, i.column, i.value) for i in reading.issues]


def test_a_good_row(found):
    entry, issues = one(found)
    assert issues == []
    assert (entry["sheet"], entry["sheet_row"], entry["row_kind"]) == ("Requests", 2, "request")
    assert (entry["recipient_type_mapped"], entry["outcome_mapped"], entry["tier"]) == (
        "charity",
        "released",
        "1",
    )
    assert (entry["received_date"], entry["closed_date"]) == (date(2020, 1, 6), date(2020, 2, 3))
    assert json.loads(entry["raw"])["Organisation"] == "Bell Trust"
    assert entry["pairs"] == [["DR200101.01", "DR200101.01"]]
    assert entry["dates_by_reference"] == ["2020-01-01"]


@pytest.mark.parametrize(
    ("cells", "issue"),
    [
        ({"closed_date": "27.2.207"}, ("date_unreadable", "G (Closed)", "27.2.207")),
        ({"closed_date": date(1900, 1, 1)}, ("date_impossible", "G (Closed)", "1900-01-01")),
        ({"received_date": "1301-01-01"}, ("date_impossible", "E (Received)", "1301-01-01")),
        ({"received_date": 43831}, ("date_unreadable", "E (Received)", "43831")),
        ({"reference": None}, ("reference_missing", "A (Ref)", "")),
        ({"reference": "see above"}, ("reference_unrecognised", "A (Ref)", "see above")),
        (
            {"reference": "DR200101.01 and DR200102.01"},
            ("references_several", "A (Ref)", "DR200101.01 and DR200102.01"),
        ),
        ({"reference": "DR201301.01"}, ("reference_date_impossible", "A (Ref)", "DR201301.01")),
        ({"recipient": " "}, ("recipient_missing", "B (Organisation)", "")),
        ({"recipient": "#REF!"}, ("cell_error", "B (Organisation)", "#REF!")),
        ({"recipient_type": None}, ("recipient_type_missing", "C (Type)", "")),
        ({"recipient_type": "Wizards"}, ("recipient_type_unmapped", "C (Type)", "Wizards")),
        ({"tier": "Tier 9"}, ("classification_unmapped", "D (Tier)", "Tier 9")),
        ({"outcome": "Mislaid"}, ("outcome_unmapped", "F (Outcome)", "Mislaid")),
    ],
)
def test_each_cell_that_cannot_be_used_is_an_issue_at_its_place(found, cells, issue):
    entry, issues = one(found, **cells)
    assert issue in issues
    assert entry["sheet_row"] == 2  # the row stays


@pytest.mark.parametrize(
    ("cells", "field", "value"),
    [
        ({"tier": "Tier 1*"}, "tier", "1"),
        ({"tier": 2}, "tier", "2"),
        ({"recipient": "  Bell\u00a0 Trust\n"}, "recipient", "Bell Trust"),
        ({"recipient_type": "CHARITY "}, "recipient_type_mapped", "charity"),
        ({"recipient_type": "Other"}, "recipient_type_mapped", None),
        ({"recipient": "not known yet", "recipient_type": None}, "recipient", None),
        ({"closed_date": "in hand", "outcome": None}, "outcome_mapped", "open"),
        ({"closed_date": None, "outcome": None}, "outcome_mapped", "open"),
        ({"closed_date": None, "outcome": "Sent"}, "outcome_mapped", "released"),
        ({"closed_date": date(2020, 2, 3), "outcome": None}, "outcome_mapped", None),
        ({"closed_date": "31/02/2020", "outcome": None}, "outcome_mapped", None),
        ({"closed_date": "3rd February 2020"}, "closed_date", date(2020, 2, 3)),
    ],
)
def test_what_is_read_from_a_cell(found, cells, field, value):
    entry, _ = one(found, **cells)
    assert entry[field] == value


def test_rows_that_are_no_entries_are_explained(found):
    row = ("DR200101.01", "Bell Trust", "Charity", "1", date(2020, 1, 6), "Sent", date(2020, 2, 3))
    rows = [row, (), HEADER, ("Total: 1",), ("End of sheet",), ("* provisional",), ("A lonely name",)]
    reading = read(found, rows, more=(Sheet("Lists", [("a",), ("b",)], hidden=True),))
    requests = next(a for a in reading.accounts if a.sheet == "Requests")
    assert dict(requests.explained) == {
        "above the header": 0, "header": 1, "blank": 1, "repeated header": 1, "note": 3,
    }  # fmt: skip
    assert requests.entries == 2  # a lone cell that does not say it is a note is kept, with issues
    assert {i.rule for i in reading.issues if i.sheet_row == 8} >= {
        "reference_unrecognised",
        "recipient_missing",
    }
    assert [i.sheet for i in reading.issues if i.rule == "sheet_hidden"] == ["Lists"]
    assert reading.rows_read == 8 + 2 == 2 + reading.rows_explained


def test_a_heading_that_is_not_described_is_said_once_and_its_values_kept(found):
    row = ("DR200101.01", "Bell Trust", "Charity", "1", date(2020, 1, 6), "Sent", date(2020, 2, 3), "blue")
    reading = read(found, [row, row], header=(*HEADER, "Colour"))
    assert [(i.rule, i.column, i.sheet_row) for i in reading.issues if i.rule == "heading_unmapped"] == [
        ("heading_unmapped", "H (Colour)", 1)
    ]
    assert json.loads(reading.entries[0]["raw"])["Colour"] == "blue"
    assert [i.value for i in reading.issues if i.rule == "reference_repeated"] == ["DR200101.01"]


CELL = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(
        [*HEADER, "DR200101.01", "Sent", "in hand", "Total", "note", "#N/A", "1900-01-01", "1/2/2020"]
    ),
    st.integers(-10, 50_000),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(date(1, 1, 1), date(9999, 12, 31)),
)


@settings(max_examples=200)
@given(rows=st.lists(st.lists(CELL, min_size=7, max_size=9), max_size=12))
def test_every_row_is_accounted_for(found, rows):
    reading = read(found, rows)
    (account,) = reading.accounts
    assert account.rows_read == max(len(r) for r in [rows]) + 1
    assert account.rows_read == account.entries + account.person_counts + sum(account.explained.values())
    places = [e["sheet_row"] for e in reading.entries]
    assert places == sorted(set(places))
    assert all(2 <= place <= account.rows_read for place in places)
    for issue in reading.issues:
        assert issue.rule in RULES
        assert issue.sheet_row is not None
    # a date field holds a date or nothing, and what was rejected is counted and named
    for entry in reading.entries:
        assert all(entry[name] is None or isinstance(entry[name], date) for name in DATE_FIELDS)
        rejected = [
            i for i in reading.issues
            if i.sheet_row == entry["sheet_row"] and i.rule in ("date_unreadable", "date_impossible")
        ]  # fmt: skip
        assert len(rejected) == entry["impossible_dates"]


PEOPLE = register(
    "people",
    sheets=[
        {"name": "*", "rows": "person_count", "body": "Police", "unit": "requests",
         "columns": {"period": "Month", "requested": "Sent", "supplied": "Shared"}}
    ],
)  # fmt: skip


def test_person_counts(tmp_path):
    path = tmp_path / "people.toml"
    path.write_text(to_toml(PEOPLE), "utf-8")
    rows = [
        ("Month", "Sent", "Shared"), ("January 2019", 216, "61"), ("Jan to Mar 2020", "1,216", None),
        ("soon", "about 5", "-"),
    ]  # fmt: skip
    book = Workbook(Path("x.ods"), "ods", (Sheet("Police", rows, hidden=False),), "", 1, None)
    reading = read_entries(match(read_register(path, {}), book), "e")
    assert [(p["requested"], p["supplied"], p["period_end"]) for p in reading.person_counts] == [
        (216, 61, date(2019, 1, 31)),
        (1216, None, date(2020, 3, 31)),
        (None, None, None),
    ]
    assert [(i.rule, i.value, i.sheet_row) for i in reading.issues] == [
        ("period_unreadable", "soon", 4),
        ("count_unreadable", "about 5", 4),
    ]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("January 2019", (date(2019, 1, 1), date(2019, 1, 31))),
        ("January to March 2019", (date(2019, 1, 1), date(2019, 3, 31))),
        ("Oct 2018 – Jan 2019", (date(2018, 10, 1), date(2019, 1, 31))),
        (date(2020, 2, 11), (date(2020, 2, 1), date(2020, 2, 29))),
        ("March to January 2019", None),
        ("2019", (date(2019, 1, 1), date(2019, 12, 31))),
        (2019.0, (date(2019, 1, 1), date(2019, 12, 31))),
        ("2019-20", None),  # a financial year, or an academic one: not said
        ("207", None),
        ("", None),
    ],
)
def test_periods(text, period):
    assert read_period(text) == period


def test_the_latest_event_is_of_events_only(found):
    row = ("DR200101.01", "Bell Trust", "Charity", "1", date(2020, 1, 6), "Sent", date(2020, 2, 3))
    assert read(found, [row]).latest_event() == date(2020, 2, 3)
    assert read(found, []).latest_event() is None


def test_whether_data_are_still_held_is_read_in_the_publisher_s_words(tmp_path):
    description = register(
        "example",
        columns={"reference": "Ref", "data_held": "Held"},
        data_held={"yes": ["Yes", "Held"], "no": ["No"]},
    )
    path = tmp_path / "example.toml"
    path.write_text(to_toml(description), "utf-8")
    rows = [("1", " YES "), ("2", "held"), ("3", "No"), ("4", None), ("5", "Perhaps")]
    reading = read(read_register(path, {}), rows, header=("Ref", "Held"))
    assert [e["data_held_mapped"] for e in reading.entries] == [True, True, False, None, None]
    assert [e["data_held"] for e in reading.entries] == ["YES", "held", "No", None, "Perhaps"]
    (issue,) = reading.issues
    assert (issue.rule, issue.severity, issue.value) == ("data_held_unmapped", "warning", "Perhaps")
