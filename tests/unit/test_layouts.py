"""Which layout a workbook has, and the words when none fits."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dashboard import layouts
from dashboard.errors import AccessReviewError
from dashboard.layouts import last_day, match, month_of, period_in_name
from dashboard.registers import read_register
from dashboard.workbook import Sheet, Workbook
from tests.support.warehouse import register, to_toml


COLUMNS = {
    "reference": ["DfE reference", "Reference number"],
    "recipient": "Requesting organisation",
    "title": "Project title",
    "received_date": "Date received",
}
HEADER = ("DfE reference", "Requesting organisation", "Project title", "Date received")
ROW = ("DR1", "Ashford University", "A title", date(2020, 1, 2))


def described(tmp_path, **changes):
    document = register("example", columns=COLUMNS, **changes)
    path = tmp_path / "example.toml"
    path.write_text(to_toml(document), "utf-8")
    return read_register(path, {})


def workbook(*sheets, name="example.ods"):
    found = []
    for title, rows, *hidden in sheets:
        width = max((len(row) for row in rows), default=0)
        padded = [tuple(row) + (None,) * (width - len(row)) for row in rows]
        found.append(Sheet(title, padded, hidden=bool(hidden and hidden[0])))
    return Workbook(Path(name), "ods", tuple(found), "0" * 64, 1, None)


def refused(register, book):
    with pytest.raises(AccessReviewError) as caught:
        match(register, book)
    return caught.value


@pytest.mark.parametrize("above", [0, 1, 5, 29])
def test_the_header_is_found_by_what_it_says(tmp_path, above):
    notes = [("A note on received requests",)] * above
    found = match(described(tmp_path), workbook(("Requests", [*notes, HEADER, ROW])))
    (sheet,) = found.sheets
    assert sheet.header_row == above + 1
    assert sheet.columns == {"reference": 0, "recipient": 1, "title": 2, "received_date": 3}


def test_headings_match_whatever_their_case_spaces_order_and_synonym(tmp_path):
    header = (
        "date  RECEIVED",
        "",
        "Reference number",
        "Project\u00a0title ",
        "Requesting organisation",
        "Extra",
    )
    found = match(described(tmp_path), workbook(("Requests", [header])))
    assert found.sheets[0].columns == {"reference": 2, "recipient": 4, "title": 3, "received_date": 0}


def test_a_row_of_data_that_repeats_a_heading_is_not_the_header(tmp_path):
    rows = [HEADER, ("DR1", "Project title", "Date received", None), ROW]
    assert match(described(tmp_path), workbook(("Requests", rows))).sheets[0].header_row == 1


def test_a_renamed_heading_is_named_with_its_place_and_the_nearest(tmp_path):
    header = ("DfE reference", "Requesting organisation", "Title of project", "Date received")
    error = refused(described(tmp_path), workbook(("Requests", [("A note",), header, ROW])))
    assert error.message == (
        "example.ods: sheet 'Requests' row 2: there is no heading 'Project title' (field title); "
        "the nearest heading there is 'Title of project' in column C"
    )
    assert "add the heading as a synonym" in error.hint
    assert "example.toml" in error.hint
    assert "access-review inspect example.ods" in error.hint


def test_an_optional_heading_may_be_missing(tmp_path):
    sheets = [{"name": "*", "rows": "request", "columns": COLUMNS, "optional": ["title"]}]
    header = tuple(h for h in HEADER if h != "Project title")
    found = match(described(tmp_path, sheets=sheets), workbook(("Requests", [header])))
    assert "title" not in found.sheets[0].columns


def test_no_header_at_all_is_said_with_what_was_found(tmp_path):
    error = refused(described(tmp_path), workbook(("Requests", [("Colour", "Shape"), ("red", "round")])))
    assert "sheet 'Requests' row 1: no header row was found" in error.message
    assert "'DfE reference'" in error.message
    assert "'Colour', 'Shape'" in error.message


def test_an_empty_sheet_is_named(tmp_path):
    error = refused(described(tmp_path), workbook(("Requests", [])))
    assert "example.ods: sheet 'Requests' is empty" in error.message
    error = refused(described(tmp_path), workbook(("Requests", [(None, None)])))
    assert "sheet 'Requests' is empty" in error.message


TWO = [
    {"name": "Open", "rows": "request", "columns": COLUMNS},
    {"name": "Closed *", "rows": "request", "columns": COLUMNS, "required": False},
]


def test_a_sheet_that_is_not_described_is_named_with_its_headings(tmp_path):
    found = described(tmp_path, sheets=TWO)
    book = workbook(("Open", [HEADER, ROW]), ("Refused", [("Refusals",), ("Ref", "Why"), ("1", "2")]))
    error = refused(found, book)
    assert error.message == (
        "example.ods: sheet 'Refused' is not described (row 2 has the headings 'Ref', 'Why')"
    )


def test_a_missing_sheet_is_named_unless_it_need_not_be_there(tmp_path):
    found = described(tmp_path, sheets=TWO)
    assert len(match(found, workbook(("OPEN ", [HEADER, ROW]))).sheets) == 1
    error = refused(found, workbook(("Closed 2020", [HEADER, ROW])))
    assert "there is no sheet named like 'Open'" in error.message


def test_ignored_and_hidden_sheets(tmp_path):
    found = described(tmp_path, sheets=TWO, layout={"ignore_sheets": ["Guidance*"]})
    book = workbook(
        ("Open", [HEADER, ROW]), ("Guidance notes", [("Read me",)]), ("Lists", [("a", "b")], True)
    )
    result = match(found, book)
    assert [s.name for s in result.ignored] == ["Guidance notes"]
    assert [s.name for s in result.hidden] == ["Lists"]
    # a hidden sheet that is described is read as any other
    book = workbook(("Open", [HEADER, ROW], True))
    assert [s.sheet.name for s in match(found, book).sheets] == ["Open"]


def test_the_era_that_fits_is_taken_and_else_the_nearest_is_named(tmp_path):
    document = register("example", columns=COLUMNS)
    newer = {"reference": "Reference", "recipient": "Organisation", "approved_date": "Date approved"}
    document["layout"].append({"era": "newer", "sheet": [{"name": "*", "rows": "request", "columns": newer}]})
    path = tmp_path / "example.toml"
    path.write_text(to_toml(document), "utf-8")
    found = read_register(path, {})
    book = workbook(("Sheet1", [("Reference", "Organisation", "Date approved")]))
    assert match(found, book).layout.era == "newer"
    error = refused(found, workbook(("Sheet1", [("Reference", "Organisation", "Approval date")])))
    assert "there is no heading 'Date approved'" in error.message
    assert "'newer'" in error.hint
    assert "(nearest of 2)" in error.hint


def test_rows_that_only_this_layout_reads(tmp_path):
    found = described(tmp_path, layout={"only_when": {"recipient": "Ashford University"}})
    assert match(found, workbook(("Requests", [HEADER, ROW, (None,) * 4])))
    error = refused(found, workbook(("Requests", [HEADER, ROW, ("DR2", "Bell Trust", "T", None)])))
    assert "sheet 'Requests' row 3, column B" in error.message
    assert "'Bell Trust'" in error.message


@pytest.mark.parametrize(
    ("rules", "name", "cell", "expected"),
    [
        (
            [{"from": "file_name", "pattern": r"(?P<date>\d{4}-\d{2}-\d{2})"}],
            "x_2020-06-30.ods",
            "",
            date(2020, 6, 30),
        ),
        (
            [{"from": "file_name", "pattern": r"to_(?P<date>\w+)"}],
            "a_to_September2020.ods",
            "",
            date(2020, 9, 30),
        ),
        (
            [{"from": "cell", "pattern": "As at (?P<date>.+)"}],
            "x.ods",
            "As at 3rd March 2021",
            date(2021, 3, 3),
        ),
        ([{"from": "sheet_name", "pattern": "(?P<date>Requests)"}], "x.ods", "", None),
        ([{"from": "file_name", "pattern": r"(?P<date>\d{4}-\d{2}-\d{2})"}], "x_2020-06-31.ods", "", None),
    ],
)
def test_the_as_at_date_in_the_file(tmp_path, rules, name, cell, expected):
    found = described(tmp_path, layout={"as_at": rules})
    result = match(found, workbook(("Requests", [HEADER, (cell, "", "", None)]), name=name))
    assert result.as_at == expected


def test_periods_in_names():
    assert period_in_name("June 17 to Sept 17") == (date(2017, 6, 1), date(2017, 9, 30))
    assert period_in_name("Jan 20 – Feb 20") == (date(2020, 1, 1), date(2020, 2, 29))
    assert period_in_name("Open") is None
    assert period_in_name("then to now") is None
    assert month_of("September_2020") == (2020, 9)
    assert month_of("Sept '17") == (2017, 9)
    assert month_of("Smarch 2020") is None
    assert last_day(2020, 12) == date(2020, 12, 31)


def test_a_date_is_found_in_a_note_too_long_to_be_searched_whole():
    note = "Figures may differ from earlier ones. " * 20
    assert layouts._short("short") == ["short"]
    parts = layouts._short(f"{note}Published 4 March 2026. More.")
    assert "Published 4 March 2026." in parts
    assert max(map(len, parts)) <= layouts.LONGEST_NAME


def test_every_sheet_means_every_one_that_is_not_ignored(tmp_path):
    every = [{**TWO[0], "name": "*"}]
    found = described(tmp_path, sheets=every, layout={"ignore_sheets": ["Guidance*"]})
    result = match(found, workbook(("2020", [HEADER, ROW]), ("Guidance notes", [("Read me",)])))
    assert [m.sheet.name for m in result.sheets] == ["2020"]
    assert [s.name for s in result.ignored] == ["Guidance notes"]
