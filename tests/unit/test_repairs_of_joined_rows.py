"""Corrections and withdrawals where a row is more than one row of a sheet: joined sheets, and rows broken in two."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.corrections import Correction, correct
from dashboard.layouts import match
from dashboard.reading import Reading, read_entries
from dashboard.withdrawals import Withdrawal, mark
from tests.support.warehouse import register
from tests.unit.test_corrections import edition
from tests.unit.test_layout_language import JOINED, STATEMENT_HEAD, described, workbook


BROKEN = register(
    "example",
    sheets=[
        {
            "name": "*",
            "rows": "request",
            "continues": "above",
            "columns": {
                "reference": "Ref",
                "title": "Title",
                "recipient": "Who",
                "received_date": "Received",
            },
        }
    ],
)
BROKEN_ROWS = [
    ("Ref", "Title", "Who", "Received"),
    ("A1", "All of", "Ashford", "2020-01-02"),
    (None, "it", None, None),
    ("A2", "Other", "Bell", "2020-01-03"),
    (None, "words", None, None),
]


def correction(sheet: str, row: int, **fields: tuple[str, str]) -> Correction:
    return Correction(
        register="example", id="one", editions=("2020-12-31",), sheet=sheet, row=row, match={},
        expect={name: before for name, (before, _) in fields.items()},
        change={name: after for name, (_, after) in fields.items()},
        reason="x", source="x", by="x", on=date(2026, 11, 25), file="example/x.toml", line=1,
    )  # fmt: skip


def withdrawal(sheet: str, row: int, column: int | None = None) -> Withdrawal:
    return Withdrawal(
        register="example", edition="2020-12-31", sha256="0", on=date(2026, 11, 25), reason="x", file="x",
        sheet=sheet, row=row, column=column,
    )  # fmt: skip


def read(
    tmp_path: Path,
    description: dict[str, Any],
    sheets: dict[str, Any],
    *,
    hidden: tuple[Withdrawal, ...] = (),
    mended: tuple[Correction, ...] = (),
) -> Reading:
    found = mark(match(described(tmp_path, description), workbook(**sheets)), hidden)
    found, _ = correct(found, mended, replace(edition("2020-12-31"), sha256="0"))
    reading = read_entries(found, "2020-12-31")
    for account in reading.accounts:
        assert account.rows_read == account.entries + sum(account.explained.values()), account
    return reading


def text(reading: Reading) -> str:
    return json.dumps([reading.entries, [i.__dict__ for i in reading.issues]], default=str)


def joined(tmp_path: Path, **repairs: Any) -> Reading:
    sheets = {
        "Releases": [
            ("Ref", "Organisation", "Purpose"),
            ("A1", "Bell Trust", None),
            ("A2", "Post", "To print"),
        ],
        "Statements": [STATEMENT_HEAD, ("A1", "Charty", "To help SECRET", None), ("A2", "Press", None, None)],
    }
    return read(tmp_path, JOINED, sheets, **repairs)


def test_a_cell_of_a_joined_sheet_is_corrected_and_stays_as_published(tmp_path: Path) -> None:
    assert joined(tmp_path).entries[0]["recipient_type_mapped"] is None
    after = joined(tmp_path, mended=(correction("Statements", 2, recipient_type=("Charty", "Charity")),))
    assert after.entries[0]["recipient_type_mapped"] == "charity"
    # the joined cell is not part of the row's own raw text, so what was published stands with the correction
    assert "Charty" not in str(after.entries[0]["raw"])


def test_what_is_withdrawn_from_a_joined_sheet_is_joined_to_nothing(tmp_path: Path) -> None:
    assert "SECRET" in text(joined(tmp_path))
    for place in (withdrawal("Statements", 2), withdrawal("Statements", 2, 2)):
        after = joined(tmp_path, hidden=(place,))
        assert "SECRET" not in text(after)
        assert after.entries[0]["recipient"] == "Bell Trust"
    assert joined(tmp_path, hidden=(withdrawal("Statements", 2),)).accounts[1].explained["withdrawn"] == 1


def test_the_sheet_that_is_joined_to_hides_its_own(tmp_path: Path) -> None:
    after = joined(tmp_path, hidden=(withdrawal("Releases", 2),))
    assert [e["reference"] for e in after.entries] == ["A2"]
    assert "SECRET" not in text(after)


def broken(tmp_path: Path, **repairs: Any) -> Reading:
    return read(tmp_path, BROKEN, {"Requests": BROKEN_ROWS}, **repairs)


def test_a_broken_row_is_corrected_in_either_part_and_stays_whole_as_published(tmp_path: Path) -> None:
    assert [e["title"] for e in broken(tmp_path).entries] == ["All of it", "Other words"]
    mended = (
        correction("Requests", 3, title=("it", "them")),
        correction("Requests", 2, recipient=("Ashford", "X")),
    )
    mended = (mended[0], replace(mended[1], id="two"))
    after = broken(tmp_path, mended=mended)
    assert (after.entries[0]["title"], after.entries[0]["recipient"]) == ("All of them", "X")
    assert json.loads(str(after.entries[0]["raw"])) == {
        "Ref": "A1", "Title": "All of it", "Who": "Ashford", "Received": "2020-01-02",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("place", "titles", "withdrawn"),
    [
        (withdrawal("Requests", 4), ["All of it"], 2),  # with what continues it
        (withdrawal("Requests", 5), ["All of it", "Other"], 1),
        (withdrawal("Requests", 5, 1), ["All of it", "Other"], 0),
        (withdrawal("Requests", 4, 1), ["All of it", "words"], 0),
        (withdrawal("Requests", 4, 0), ["All of it", "Other words"], 0),
    ],
)
def test_what_is_withdrawn_of_a_broken_row_is_joined_to_no_other(
    place: Withdrawal, titles: list[str], withdrawn: int, tmp_path: Path
) -> None:
    after = broken(tmp_path, hidden=(place,))
    assert [e["title"] for e in after.entries] == titles
    assert after.accounts[0].explained["withdrawn"] == withdrawn
    assert ("A2" in text(after)) == (place.row == 5 or place.column == 1)
    raws = [json.loads(str(e["raw"]))["Title"] for e in after.entries]
    assert raws == titles
