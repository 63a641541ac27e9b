"""Withdrawals: what a file may say, and what a reading gives of a workbook with rows and cells withdrawn."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.corrections import correct
from dashboard.errors import AccessReviewError, UsageError
from dashboard.layouts import match
from dashboard.reading import read_entries
from dashboard.settings import Settings
from dashboard.withdrawals import (
    Withdrawal,
    column_number,
    issues,
    mark,
    of_editions,
    place_of,
    read_file,
    read_withdrawals,
    write_withdrawal,
)
from dashboard.workbook import Sheet, Workbook, column_letter
from tests.unit.test_corrections import GOOD, described, edition, matched, read


TODAY = date(2026, 11, 25)


def withdrawal(**changes: Any) -> Withdrawal:
    given = {
        "register": "example", "edition": "2020-03-31", "sha256": "ab" * 32, "on": TODAY, "file": "",
        "reason": "Names a person.",
    }  # fmt: skip
    return Withdrawal(**{**given, **changes})


def row(number: int, column: int | None = None) -> Withdrawal:
    return withdrawal(sheet="Requests", row=number, column=column)


# Files


@pytest.mark.parametrize(
    "given",
    [
        withdrawal(),
        withdrawal(superseded_by="2020-03-31.2"),
        row(2),
        withdrawal(
            sheet='A "sheet" \\ of\x7f éè\n[x]',
            row=12,
            column=27,
            heading="Name = 'x' # no",
            reason='"\\"\u2028',
        ),
    ],
)
def test_what_is_written_is_read_again(given: Withdrawal, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", shipped=tmp_path / "shipped")
    path = write_withdrawal(settings, given)
    assert path == tmp_path / "data" / "withdrawals" / "example" / "2026-11-25-1.toml"
    [found] = read_withdrawals(settings)
    assert found == Withdrawal(**{**given.__dict__, "file": "example/2026-11-25-1.toml"})
    assert found.kind == ("edition" if not given.sheet else "cell" if given.column else "row")
    with pytest.raises(AccessReviewError, match="was withdrawn on 25 November 2026"):
        write_withdrawal(settings, given)
    other = write_withdrawal(settings, withdrawal(edition="2020-06-30"))
    assert other.name == "2026-11-25-2.toml"
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name, other.name]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"edition": None}, "'edition' is missing"),
        ({"sha256": None}, "'sha256' is missing"),
        ({"on": None}, "'on' is missing"),
        ({"reason": None}, "'reason' is missing"),
        ({"reason": ""}, "reason is '', and must be text"),
        ({"on": "2026-11-25"}, "on is '2026-11-25', and must be a day"),
        ({"edition": "March"}, "'March' is not an edition id"),
        ({"sheet": "A"}, "a row needs its sheet"),
        ({"row": 2}, "a row needs its sheet"),
        ({"column": "A"}, "a row needs its sheet"),
        ({"sheet": "A", "row": 0}, "row is 0"),
        ({"sheet": "A", "row": True}, "row is True"),
        ({"sheet": "A", "row": 2, "column": "3"}, "'3' is not a column's letter"),
        ({"shet": "A"}, "'shet' is not a key"),
    ],
)
def test_a_file_that_cannot_be_meant_stops_the_build(
    changes: dict[str, Any], words: str, tmp_path: Path
) -> None:
    record = {"edition": "2020-03-31", "sha256": "ab", "on": TODAY, "reason": "x", **changes}
    path = tmp_path / "example" / "x.toml"
    path.parent.mkdir()
    path.write_text(
        "".join(
            f"{k} = {v.isoformat() if isinstance(v, date) else json.dumps(v)}\n"
            for k, v in record.items()
            if v is not None
        ),
        "utf-8",
    )
    assert tomllib.loads(path.read_text("utf-8"))
    with pytest.raises(AccessReviewError) as caught:
        read_file(path)
    assert f"{path}: " in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("index", [0, 25, 26, 27, 701, 702, 1023])
def test_column_letters_are_read_as_they_are_written(index: int) -> None:
    assert column_number(column_letter(index)) == index
    assert column_number("Received") is None


# Which edition


def test_other_bytes_under_the_same_id_are_not_taken_for_what_was_withdrawn() -> None:
    given = withdrawal()
    assert of_editions([given], []) == {}  # the edition was deleted: nothing is left to hide
    assert of_editions([given], [edition()]) == {("example", "2020-03-31"): [given]}
    with pytest.raises(AccessReviewError, match="another file than the edition 2020-03-31 of example"):
        of_editions([withdrawal(sha256="cd" * 32, file="example/2026-11-25-1.toml")], [edition()])


def test_what_remains_is_the_place_and_the_reason_and_both_say_what_supersedes() -> None:
    later = edition("2020-06-30")
    [of_row] = issues([row(2, 1)], [edition()])
    assert (of_row.rule, of_row.sheet, of_row.sheet_row, of_row.column, of_row.value) == (
        "withdrawn", "Requests", 2, "B", "",
    )  # fmt: skip
    assert of_row.words == "Withdrawn on 25 November 2026: Names a person."
    first, second = issues([withdrawal(superseded_by="2020-06-30")], [edition(), later])
    assert first.words.endswith("Names a person. Edition 2020-06-30 supersedes it.")
    assert (second.rule, second.edition) == ("supersedes_withdrawn", "2020-06-30")
    assert second.words == "Supersedes edition 2020-03-31, withdrawn on 25 November 2026."
    replacing = edition("2020-03-31.2")
    replacing = type(replacing)(**{**replacing.__dict__, "replaces": "2020-03-31"})
    assert [i.rule for i in issues([withdrawal()], [edition(), replacing])] == [
        "withdrawn",
        "supersedes_withdrawn",
    ]


# Rows and cells


def everything(reading: Any) -> str:
    return json.dumps([reading.entries, [i.__dict__ for i in reading.issues]], default=str)


def test_a_withdrawn_row_is_explained_and_nothing_of_it_is_said(tmp_path: Path) -> None:
    before = read_entries(matched(tmp_path), "x")
    after = read_entries(mark(matched(tmp_path), [row(2)]), "x")
    assert after.rows_read == before.rows_read
    assert after.accounts[0].explained["withdrawn"] == 1
    assert after.rows_read == len(after.entries) + after.rows_explained
    assert after.entries == before.entries[1:]
    for gone in ("A-1", "Ashford", "27.2.207"):
        assert gone in everything(before)
        assert gone not in everything(after)


def test_a_withdrawn_cell_is_empty_in_the_entry_and_in_raw_and_makes_no_issue(tmp_path: Path) -> None:
    after = read_entries(mark(matched(tmp_path), [row(2, 2), row(3, 0)]), "x")
    assert after.rows_read == len(after.entries) + after.rows_explained
    assert after.entries[0]["received_date"] is None
    assert json.loads(str(after.entries[0]["raw"])) == {
        "Ref": "A-1", "Name": "Ashford  University", "Received": "", "Other": "x",
    }  # fmt: skip
    assert after.entries[1]["reference"] is None
    assert {i.rule for i in after.issues} == {"heading_unmapped"}


def test_a_row_withdrawn_whole_stays_so_whatever_cell_of_it_is_too(tmp_path: Path) -> None:
    for order in ([row(2), row(2, 1)], [row(2, 1), row(2)]):
        found = mark(matched(tmp_path), order)
        assert found.sheets[0].is_withdrawn(2)
        assert found.sheets[0].is_withdrawn(2, 3)
    two = mark(matched(tmp_path), [row(2, 1), row(2, 2)]).sheets[0]
    assert [two.is_withdrawn(2, i) for i in range(4)] == [False, True, True, False]
    assert not two.is_withdrawn(2)


def test_a_correction_neither_looks_at_nor_changes_what_is_withdrawn(tmp_path: Path) -> None:
    wrong = read(tmp_path, {**GOOD, "expect": {"received_date": "something else"}})
    for hidden in (row(2), row(2, 2)):
        found, changes = correct(mark(matched(tmp_path), [hidden]), wrong, edition())
        assert changes == []
        assert "27.2.207" not in everything(read_entries(found, "x"))


def test_the_published_text_of_a_corrected_row_is_hidden_too(tmp_path: Path) -> None:
    named = read(
        tmp_path, {**GOOD, "expect": {"recipient": "Ashford University"}, "change": {"recipient": "X"}}
    )
    found, [change] = correct(mark(matched(tmp_path), [row(2, 2)]), named, edition())
    assert change.field == "recipient"
    assert "27.2.207" not in everything(read_entries(found, "x"))


@pytest.mark.parametrize(("sheet", "number"), [("Requests", 1), ("Requests", 5), ("Request", 2)])
def test_a_place_that_is_not_there_stops_the_build(sheet: str, number: int, tmp_path: Path) -> None:
    given = withdrawal(sheet=sheet, row=number, file="example/2026-11-25-1.toml")
    with pytest.raises(AccessReviewError, match=r"withdrawals/example/2026-11-25-1\.toml: ") as caught:
        mark(matched(tmp_path), [given])
    assert not isinstance(caught.value, UsageError)


def test_a_column_is_named_by_field_heading_or_letter(tmp_path: Path) -> None:
    found = matched(tmp_path)
    for name in ("received_date", "Received", " received ", "C", "c"):
        assert place_of(found, "Requests", 2, name) == (2, "Received")
    assert place_of(found, "Requests", 2, "D") == (3, "Other")
    assert place_of(found, "Requests", 2, None) == (None, "")
    for name in ("tier", "Z", "", "Recieved"):
        with pytest.raises(UsageError, match="has no column"):
            place_of(found, "Requests", 2, name)


def test_a_heading_that_stands_twice_names_no_column(tmp_path: Path) -> None:
    rows = [("Ref", "Name", "Received", "Same", "same"), ("A-1", "B", "2020-01-01", "x", "y")]
    book = Workbook(Path("x.ods"), "ods", (Sheet("Requests", rows, hidden=False),), "ab" * 32, 1, None)
    found = match(described(tmp_path), book)
    with pytest.raises(UsageError):
        place_of(found, "Requests", 2, "Same")
    assert place_of(found, "Requests", 2, "E") == (4, "same")
