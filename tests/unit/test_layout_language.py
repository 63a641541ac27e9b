"""What a layout can say of a sheet: joins, periods, broken rows, notes, dates and cells of several values."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from dashboard.errors import AccessReviewError
from dashboard.layouts import match
from dashboard.reading import read_entries
from dashboard.registers import read_register
from dashboard.vocabulary import ANSWERABLE_FIELDS
from dashboard.workbook import Sheet, Workbook
from tests.support.warehouse import register, to_toml


def described(tmp_path, description):
    path = tmp_path / f"{description['id']}.toml"
    path.write_text(to_toml(description), "utf-8")
    return read_register(path, {})


def workbook(name="example.ods", **sheets):
    found = []
    for title, rows in sheets.items():
        width = max(len(row) for row in rows)
        found.append(Sheet(title, [tuple(r) + (None,) * (width - len(r)) for r in rows], hidden=False))
    return Workbook(Path(name), "ods", tuple(found), "0" * 64, 1, None)


def read(tmp_path, description, book):
    reading = read_entries(match(described(tmp_path, description), book), "2020-12-31")
    for account in reading.accounts:
        used = account.entries + account.person_counts + sum(account.explained.values())
        assert account.rows_read == used, account
    return reading


def said(reading):
    return [(i.rule, i.sheet, i.sheet_row, i.column, i.value) for i in reading.issues]


# ------------------------------------------------------------------------------------------- joined sheets

RELEASES = {
    "name": "Releases",
    "rows": "release",
    "columns": {"reference": "Ref", "recipient": "Organisation", "purpose": "Purpose"},
}
STATEMENTS = {
    "name": "Statements",
    "rows": "lookup",
    "key": "reference",
    "columns": {"reference": "Number", "recipient_type": "Type", "purpose": "Objective", "recipient": "Name"},
}
JOINED = register(
    "example", sheets=[RELEASES, STATEMENTS], recipient_types={"charity": ["Charity"], "media": ["Press"]}
)
STATEMENT_HEAD = ("Number", "Type", "Objective", "Name")


def joined(tmp_path, releases, statements, description=JOINED):
    book = workbook(Releases=[("Ref", "Organisation", "Purpose"), *releases],
                    Statements=[STATEMENT_HEAD, *statements])  # fmt: skip
    return read(tmp_path, description, book)


def test_a_lookup_joins_by_another_field_than_the_reference(tmp_path):
    sectors = {"name": "Applicants", "rows": "lookup", "key": "recipient",
               "columns": {"recipient": "Applicant", "recipient_type": "Sector"}}  # fmt: skip
    description = register("example", sheets=[RELEASES, sectors], recipient_types={"charity": ["Charity"]})
    book = workbook(
        Releases=[("Ref", "Organisation", "Purpose"), ("A1", "Bell Trust", "x"), ("A2", "The Post", "y")],
        Applicants=[("Applicant", "Sector"), ("bell trust ", "Charity"), ("Nobody", "Charity")],
    )
    reading = read(tmp_path, description, book)
    assert [e["recipient_type_mapped"] for e in reading.entries] == ["charity", None]
    assert reading.accounts[1].explained == Counter(
        {"above the header": 0, "header": 1, "joined by recipient": 1, "lookup row that no entry uses": 1}
    )
    assert {(i.rule, i.column, i.value) for i in reading.issues} >= {
        ("lookup_missing", "B (Organisation)", "The Post"), ("lookup_unused", "A (Applicant)", "Nobody"),
    }  # fmt: skip


def test_a_lookup_gives_what_the_row_lacks_and_overwrites_nothing(tmp_path):
    reading = joined(
        tmp_path,
        [("A1", "Bell Trust", None), ("A2", "The Post", "To print it"), ("a1 ", None, "n/a")],
        [("A1", "Charity", "To help", "Bell"), ("A2", "Press", "Another aim", "Post")],
        {**JOINED, "layout": [{**JOINED["layout"][0], "missing": ["n/a"]}]},
    )
    first, second, third = reading.entries
    assert (first["recipient"], first["purpose"], first["recipient_type_mapped"]) == (
        "Bell Trust", "To help", "charity",
    )  # fmt: skip
    assert (second["recipient"], second["purpose"]) == ("The Post", "To print it")
    # a key is compared as text is: without case or space; a word for "nothing" is no value
    assert (third["recipient"], third["purpose"], third["recipient_type"]) == ("Bell", "To help", "Charity")
    raw = json.loads(first["raw"])
    assert raw["Organisation"] == "Bell Trust"
    # what the other sheet says stands there, not in the raw text of every row that it is joined to
    assert raw["Purpose"] == ""
    assert not [heading for heading in raw if heading.startswith("Statements")]
    assert said(reading) == []
    assert reading.accounts[1].explained == Counter(
        {"above the header": 0, "header": 1, "joined by reference": 2}
    )


def test_a_constant_is_the_sheet_s_own_word(tmp_path):
    sheet = {**RELEASES, "columns": {"reference": "Ref"}, "constant": {"recipient": "The office"}}
    description = register("example", sheets=[sheet, STATEMENTS])
    book = workbook(
        Releases=[("Ref", "x"), ("A1", None)], Statements=[STATEMENT_HEAD, ("A1", None, None, "B")]
    )
    (entry,) = read(tmp_path, description, book).entries
    assert entry["recipient"] == "The office"


def test_what_a_join_cannot_settle_is_an_issue_at_its_place(tmp_path):
    reading = joined(
        tmp_path,
        [("A1", "One", None), ("A9", "Nine", "x"), (None, "Nobody", "x")],
        [
            ("A1", "Charity", "To help", None),
            ("A1", "charity", "To hinder", None),
            ("A2", "Press", None, None),
            (None, "Press", None, None),
            (None, None, None, None),
        ],
    )
    assert said(reading) == [
        ("lookup_conflict", "Statements", 3, "C (Objective)", "To hinder"),
        ("lookup_without_key", "Statements", 5, "A (Number)", ""),
        ("lookup_missing", "Releases", 3, "A (Ref)", "A9"),
        ("reference_missing", "Releases", 4, "A (Ref)", ""),
        ("lookup_unused", "Statements", 4, "A (Number)", "A2"),
    ]
    assert reading.entries[0]["purpose"] is None  # neither aim is known to be right
    assert reading.entries[0]["recipient_type_mapped"] == "charity"  # and the type is, in both
    assert reading.accounts[1].explained == {
        "above the header": 0, "header": 1, "joined by reference": 2, "lookup row that no entry uses": 1,
        "lookup row without a key": 1, "blank": 1,
    }  # fmt: skip


def test_a_joined_cell_that_cannot_be_mapped_is_one_issue_at_the_cell(tmp_path):
    reading = joined(tmp_path, [("A1", "One", "x")] * 3, [("A1", "Wizards", None, None)])
    assert said(reading) == [("recipient_type_unmapped", "Statements", 2, "B (Type)", "Wizards")]


def test_a_lookup_s_fields_are_published(tmp_path):
    found = described(tmp_path, JOINED)
    assert found.answer(found.layouts[0], "recipient_type").status == "published"
    assert found.answer(found.layouts[0], "title").status == "not_published"


# ------------------------------------------------------------------------------------------------- periods

MONTHLY = register(
    "example",
    sheets=[
        {
            **RELEASES,
            "name": "*",
            "period": [{"from": "file_name", "pattern": r"(?P<start>\d{8})_(?P<end>\d{8})"}],
            "dated_by_period": ["released_date"],
        }
    ],
    layout={"as_at": [{"from": "period"}]},
)
HEAD = ("Ref", "Organisation", "Purpose")


def test_rows_without_a_date_are_dated_to_the_last_day_of_their_period(tmp_path):
    book = workbook("x_20210201_20210228.xlsx", Sheet1=[HEAD, ("A1", "One", "x")])
    found = described(tmp_path, MONTHLY)
    matched = match(found, book)
    assert (matched.as_at, matched.as_at_basis) == (date(2021, 2, 28), "stated")
    (entry,) = read_entries(matched, "new").entries
    assert entry["released_date"] == date(2021, 2, 28)
    answer = found.answer(found.layouts[0], "released_date")
    assert (answer.status, answer.basis) == ("inferred", "period_end")
    assert "the days are not known" in answer.words
    assert all(found.answer(found.layouts[0], name).basis != "period_end"
               for name in ANSWERABLE_FIELDS if name != "released_date")  # fmt: skip


def test_a_file_whose_period_cannot_be_told_is_refused(tmp_path):
    with pytest.raises(AccessReviewError, match=r"x\.xlsx: the rows of sheet 'Sheet1' carry no date"):
        match(described(tmp_path, MONTHLY), workbook("x.xlsx", Sheet1=[HEAD, ("A1", "One", "x")]))


# ------------------------------------------------------------------------------------------ continued rows

TALL_HEAD = ("Ref", "Office", "Received", "Detail", "Outcome")
TALL = {
    "name": "*",
    "rows": "request",
    "columns": {
        "reference": "Ref", "recipient": "Office", "received_date": ["Received", "Date received"],
        "title": "Detail", "outcome": "Outcome",
    },
}  # fmt: skip


def broken(tmp_path, direction, rows, **changes):
    sheet = {**TALL, "continues": direction, **changes}
    outcomes = {"released": ["Full grant", "Grant in part"], "refused": ["Denied"]}
    return read(
        tmp_path, register("example", sheets=[sheet], outcomes=outcomes), workbook(Sheet1=[TALL_HEAD, *rows])
    )


def titles(reading):
    return {e["reference"]: e["title"] for e in reading.entries}


def test_the_rest_of_a_row_is_joined_to_the_row_above(tmp_path):
    rows = [
        ("R1", "North", "01/02/2017", "Records of", "Full grant"),
        (None, None, None, "the meeting", None),
        (None, "office", None, "of June", None),
        ("R2", "South", "02/02/2017", "Others", "Grant in"),
        (None, None, None, None, "part"),
    ]
    reading = broken(tmp_path, "above", rows)
    assert titles(reading) == {"R1": "Records of the meeting of June", "R2": "Others"}
    assert reading.entries[0]["recipient"] == "North office"
    assert [e["outcome_mapped"] for e in reading.entries] == ["released", "released"]
    assert [e["sheet_row"] for e in reading.entries] == [2, 5]
    assert json.loads(reading.entries[0]["raw"])["Detail"] == "Records of the meeting of June"
    assert said(reading) == [("row_continued", "Sheet1", n, "", "") for n in (3, 4, 6)]
    assert reading.issues[0].severity == "info"
    assert "row 2" in reading.issues[0].message
    assert reading.accounts[0].explained["continues the row above"] == 3


def test_the_beginning_of_a_row_is_joined_to_the_row_below(tmp_path):
    rows = [
        (None, None, None, "Records of", None),
        ("Ref", "Office", "Date received", "Detail", None),  # a page's end inside a cell
        (None, None, None, "Note of the meeting", None),
        ("R1", "North", "01/02/2017", "of June", "Full grant"),
    ]
    reading = broken(tmp_path, "below", rows)
    assert titles(reading) == {"R1": "Records of Note of the meeting of June"}
    assert reading.accounts[0].explained["continues the row below"] == 2
    assert reading.accounts[0].explained["repeated header"] == 1
    assert reading.entries[0]["sheet_row"] == 5


@pytest.mark.parametrize(
    "row",
    [
        (None, None, "03/02/2017", None, None),  # a second date
        (None, "East", "03/02/2017", "A title", "Denied"),  # a whole row that lacks only its reference
        (None, None, None, None, "Denied"),  # a second whole outcome
    ],
)
def test_a_row_that_cannot_safely_be_joined_stays_with_an_issue(tmp_path, row):
    reading = broken(tmp_path, "above", [("R1", "North", "01/02/2017", "Records", "Full grant"), row])
    assert len(reading.entries) == 2
    assert titles(reading)["R1"] == "Records"
    assert [i.rule for i in reading.issues if i.sheet_row == 3][:1] == ["continuation_unclear"]


@pytest.mark.parametrize("direction", ["above", "below"])
def test_a_piece_with_nothing_to_join_stays_with_an_issue(tmp_path, direction):
    whole = ("R1", "North", "01/02/2017", "Records", "Full grant")
    piece, blank = (None, None, None, "of June", None), (None,) * 5
    rows = [piece, blank, whole] if direction == "below" else [whole, blank, piece]
    reading = broken(tmp_path, direction, rows)
    assert len(reading.entries) == 2
    assert [i.rule for i in reading.issues][:1] == ["continuation_unclear"]
    assert reading.accounts[0].explained["blank"] == 1


# --------------------------------------------------------------------------------------------------- notes


def test_a_note_is_told_by_its_first_words_unless_the_row_has_a_reference(tmp_path):
    sheet = {**TALL, "note_rows": ["figures .*", "total.*"]}
    rows = [
        ("R1", "North", "01/02/2017", "Records", None),
        (None, "Figures for the north are late", None, "see above", None),
        ("R2", "figures of note", "02/02/2017", "x", None),
        ("TOTAL 2017", None, None, 2, None),
    ]
    reading = read(tmp_path, register("example", sheets=[sheet]), workbook(Sheet1=[TALL_HEAD, *rows]))
    assert [e["reference"] for e in reading.entries] == ["R1", "R2"]
    assert reading.accounts[0].explained["note"] == 2


def test_a_total_below_person_counts_is_a_note(tmp_path):
    sheet = {"name": "*", "rows": "person_count", "body": "Home Office", "note_rows": ["total.*"],
             "columns": {"period": "Month", "requested": "Asked"}}  # fmt: skip
    rows = [("Month", "Asked"), ("January 2019", 3), ("Total", 3)]
    reading = read(tmp_path, register("example", sheets=[sheet]), workbook(Sheet1=rows))
    assert [(p["requested"], p["sheet_row"]) for p in reading.person_counts] == [(3, 2)]


# --------------------------------------------------------------------------------------------------- dates

DATED = {"reference": "Ref", "received_date": "Received"}


def dates(tmp_path, cell, **layout):
    reading = read(
        tmp_path,
        register("example", columns=DATED, layout=layout),
        workbook(Sheet1=[("Ref", "Received"), ("R1", cell)]),
    )
    return reading.entries[0]["received_date"], [(i.rule, i.severity, i.value) for i in reading.issues]


@pytest.mark.parametrize(
    ("cell", "layout", "day", "rule"),
    [
        ("07/03/2017", {"date_order": "mdy"}, date(2017, 7, 3), None),
        ("12/05/2016", {"date_formats": ["year_first"]}, None, "date_unreadable"),
        ("2016-05-12", {"date_formats": ["year_first"]}, date(2016, 5, 12), None),
        ("May 2018", {}, None, "date_unreadable"),
        ("May 2018", {"month_end": True}, date(2018, 5, 31), "date_is_month"),
        (43831, {}, None, "date_unreadable"),
        (43831, {"serials": True}, date(2020, 1, 1), None),
        ("2000-01-01", {"sentinels": [date(2000, 1, 1)]}, None, "date_impossible"),
        ("2000-01-01", {}, date(2000, 1, 1), None),
        ("1985-01-01", {}, None, "date_impossible"),
        ("1985-01-01", {"earliest": date(1980, 1, 1)}, date(1985, 1, 1), None),
        ("2030-01-01", {"latest": date(2020, 1, 1)}, None, "date_impossible"),
        ("April to June 2015", {}, None, "date_unreadable"),
        ("April to June 2015", {"intervals": True}, date(2015, 6, 30), "date_is_interval"),
        ("01/04/2015 - 30/06/2015", {"intervals": True}, date(2015, 6, 30), "date_is_interval"),
        ("1 April 2015 to 30 June 2015", {"intervals": True}, date(2015, 6, 30), "date_is_interval"),
        ("June to April 2015", {"intervals": True}, None, "date_unreadable"),
        ("April to June 1815", {"intervals": True}, None, "date_unreadable"),
        ("April to June 2015", {"intervals": True, "latest": date(2015, 5, 1)}, None, "date_unreadable"),
        ("27.2.207", {"intervals": True, "month_end": True, "serials": True}, None, "date_unreadable"),
    ],
)
def test_how_dates_are_read_is_the_layout_s_to_say(tmp_path, cell, layout, day, rule):
    found, issues = dates(tmp_path, cell, **layout)
    assert found == day
    assert [i[0] for i in issues] == ([rule] if rule else [])
    for _, severity, value in issues:
        assert severity == ("error" if day is None else "info")
        assert value == str(cell)


# ------------------------------------------------------------------------------------- cells of several values


def test_a_cell_of_several_datasets_keeps_its_text_beside_its_parts(tmp_path):
    sheet = {"name": "*", "rows": "request", "columns": {"reference": "Ref", "dataset": "Data"},
             "separators": {"dataset": [";", " and "]}}  # fmt: skip
    rows = [("Ref", "Data"), ("R1", "Census; Pupils and  Schools;; Census"), ("R2", "Census"), ("R3", None)]
    entries = read(tmp_path, register("example", sheets=[sheet]), workbook(Sheet1=rows)).entries
    assert [e["dataset"] for e in entries] == ["Census; Pupils and Schools;; Census", "Census", None]
    assert [e["dataset_parts"] for e in entries] == [["Census", "Pupils", "Schools"], ["Census"], None]


def test_no_separator_no_parts(tmp_path):
    sheet = {"name": "*", "rows": "request", "columns": {"reference": "Ref", "dataset": "Data"}}
    rows = [("Ref", "Data"), ("R1", "Census; Pupils")]
    (entry,) = read(tmp_path, register("example", sheets=[sheet]), workbook(Sheet1=rows)).entries
    assert (entry["dataset"], entry["dataset_parts"]) == ("Census; Pupils", None)


def test_headings_kept_as_published_are_no_issue(tmp_path):
    sheet = {"name": "*", "rows": "request", "columns": {"reference": "Ref"}, "keep": ["Row  id"]}
    rows = [("Ref", "row ID", "Fee", "Fee"), ("R1", 7, "a", "b")]
    reading = read(tmp_path, register("example", sheets=[sheet]), workbook(Sheet1=rows))
    assert [i.column for i in reading.issues] == ["C (Fee)", "D (Fee)"]
    # nothing is lost where one heading stands twice
    assert json.loads(reading.entries[0]["raw"]) == {"Ref": "R1", "row ID": "7", "Fee": "a", "Fee (D)": "b"}


def test_a_request_is_what_the_pattern_says(tmp_path):
    description = register(
        "example",
        columns={"reference": "Ref"},
        reference={"request_pattern": r"(?P<request>.{1,50}?)-v\d{1,3}\.\d{1,3}"},
    )
    rows = [("Ref", "x"), ("NIC-1-A-v2.10", 1), ("NIC-1-A-v0.4", 1), ("LOCAL", 1)]
    entries = read(tmp_path, description, workbook(Sheet1=rows)).entries
    assert [e["pairs"][0][1] for e in entries] == ["NIC-1-A", "NIC-1-A", "LOCAL"]


def test_an_end_without_an_outcome_is_said(tmp_path):
    columns = {"reference": "Ref", "closed_date": "Closed", "outcome": "Outcome"}
    rows = [("Ref", "Closed", "Outcome"), ("R1", "2016-01-02", None), ("R2", None, None)]
    reading = read(tmp_path, register("example", columns=columns), workbook(Sheet1=rows))
    assert said(reading) == [("outcome_missing", "Sheet1", 2, "C (Outcome)", "")]
