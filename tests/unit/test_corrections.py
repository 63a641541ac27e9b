"""Corrections: what a file may say, which build it is for, and what it does to the cells of a workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.corrections import choose, correct, read_file
from dashboard.edition import Edition
from dashboard.errors import AccessReviewError
from dashboard.layouts import match
from dashboard.reading import read_entries
from dashboard.registers import read_register
from dashboard.workbook import Sheet, Workbook
from tests.support.warehouse import register, to_toml


HEADER = ("Ref", "Name", "Received", "Other")
ROWS = [
    HEADER,
    ("A-1", "Ashford  University", "27.2.207", "x"),
    ("A-2", "Elsewhere", date(2017, 3, 1), None),
    ("A-2", "Elsewhere", "1.4.2017", None),
]
GOOD: dict[str, Any] = {
    "id": "first",
    "edition": "2020-03-31",
    "match": {"reference": "A-1"},
    "expect": {"received_date": "27.2.207"},
    "change": {"received_date": "27.2.2017"},
    "reason": "A digit is missing.",
    "source": "https://example.org/page",
    "by": "A reviewer",
    "on": date(2026, 11, 25),
}


def toml(*tables: dict[str, Any]) -> str:
    return "# a comment\n" + "\n".join(f"[[correction]]\n{to_toml(table)}" for table in tables)


def described(tmp_path: Path) -> Any:
    path = tmp_path / "example.toml"
    columns = {"reference": "Ref", "recipient": "Name", "received_date": "Received"}
    path.write_text(to_toml(register("example", columns=columns)), "utf-8")
    return read_register(path, {})


def read(tmp_path: Path, *tables: dict[str, Any], text: str | None = None) -> Any:
    path = tmp_path / "corrections" / "example" / "spec.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if text is not None else toml(*tables), "utf-8")
    return read_file(path, {"example": described(tmp_path)})


def edition(name: str = "2020-03-31", register_id: str = "example") -> Edition:
    return Edition(
        register=register_id, edition=name, as_at=date.fromisoformat(name[:10]), as_at_basis="given",
        published=None, published_basis="", file=Path("example.ods"), sha256="ab" * 32, size=1, address="",
        licence="", provenance="", obtained="", replaces="",
    )  # fmt: skip


def matched(tmp_path: Path, *sheets: tuple[str, list[tuple[Any, ...]]]) -> Any:
    found = [Sheet(name, rows, hidden=False) for name, rows in sheets or (("Requests", ROWS),)]
    return match(described(tmp_path), Workbook(Path("example.ods"), "ods", tuple(found), "ab" * 32, 1, None))


def apply(tmp_path: Path, *tables: dict[str, Any]) -> Any:
    return correct(matched(tmp_path), read(tmp_path, *tables), edition())


def refused(tmp_path: Path, **changes: Any) -> str:
    table = {k: v for k, v in {**GOOD, **changes}.items() if v is not None}
    with pytest.raises(AccessReviewError) as caught:
        read(tmp_path, table)
    assert caught.value.hint
    return str(caught.value)


# What a file may say


def test_a_correction_is_read_whole_with_its_file_and_line(tmp_path: Path) -> None:
    first, second = read(tmp_path, GOOD, {**GOOD, "id": "second", "edition": ["2020-03-31", "2020-06-30.2"]})
    assert (first.register, first.file, first.line) == ("example", "example/spec.toml", 2)
    assert second.line == 13
    assert second.editions == ("2020-03-31", "2020-06-30.2")
    assert first.change == {"received_date": "27.2.2017"}
    assert (first.by, first.on, first.rows, first.sheet, first.row) == (
        "A reviewer",
        date(2026, 11, 25),
        1,
        None,
        None,
    )


@pytest.mark.parametrize("key", ["id", "edition", "expect", "change", "reason", "source", "by", "on"])
def test_every_key_that_a_reviewer_owes_must_be_there(key: str, tmp_path: Path) -> None:
    assert f"{key!r} is missing" in refused(tmp_path, **{key: None})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"because": "x"}, "'because' is not a key"),
        ({"reason": " "}, "'reason' must be text"),
        ({"source": 3}, "'source' must be text"),
        ({"edition": "March"}, "'edition' must name editions"),
        ({"edition": []}, "'edition' must name editions"),
        ({"on": "2026-11-25"}, "'on' must be the day"),
        ({"row": 4}, "'row' is given without 'sheet'"),
        ({"sheet": "Requests", "row": 0}, "'row' must be a whole number"),
        ({"sheet": "Requests", "row": True}, "'row' must be a whole number"),
        ({"rows": -1}, "'rows' must be a whole number"),
        ({"match": None}, "does not say which row"),
        ({"match": {"referance": "A-1"}}, "'referance' is not a field"),
        ({"match": "A-1"}, "'match' must hold a field"),
        ({"expect": {}}, "'expect' must hold a field"),
        ({"expect": {"received_date": ["1", "2"]}}, "received_date must be text"),
        ({"expect": {"received_date": True}}, "received_date must be text"),
        ({"change": {"recipient": "B"}}, "recipient is changed and not expected"),
        ({"change": {"received_date": " 27.2.207 "}}, "received_date is changed to what it is"),
        ({"sha256": "abc"}, "'sha256' is not a hash"),
    ],
)
def test_what_cannot_be_meant_is_named_with_file_line_and_id(
    changes: dict[str, Any], words: str, tmp_path: Path
) -> None:
    message = refused(tmp_path, **changes)
    assert words in message
    assert "spec.toml: line 2: correction 'first'" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no [[correction]]"),
        ("[correction]\nid = 'x'\n", "there is no [[correction]]"),
        ("[[corection]]\nid = 'x'\n", "'corection' is not a key"),
        ("[[correction]]\nid = \n", "line 2"),
    ],
)
def test_a_file_that_is_no_list_of_corrections_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(AccessReviewError) as caught:
        read(tmp_path, text=text)
    assert words in str(caught.value)


def test_a_folder_that_is_no_register_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "exmaple" / "x.toml"
    path.parent.mkdir()
    path.write_text(toml(GOOD), "utf-8")
    with pytest.raises(AccessReviewError, match="corrections of 'exmaple', and no register is called so"):
        read_file(path, {"example": described(tmp_path)})


# Which build it is for


def test_a_file_waits_for_its_editions_and_a_wrong_id_beside_a_right_one_is_an_error(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert choose(found, []).elsewhere == tuple(found)
    assert choose(found, [edition("2020-06-30"), edition(register_id="another")]).here == {}
    assert choose(found, [edition()]).here == {("example", "2020-03-31"): tuple(found)}
    both = read(tmp_path, {**GOOD, "edition": ["2020-03-31", "2020-03-13"]})
    with pytest.raises(AccessReviewError, match="correction 'first': example has no edition 2020-03-13"):
        choose(both, [edition()])


# What it does


def test_the_cell_is_read_as_corrected_and_kept_as_published(tmp_path: Path) -> None:
    before = read_entries(matched(tmp_path), "2020-03-31")
    assert [i.rule for i in before.issues if i.severity == "error"] == ["date_unreadable"]
    found, [change] = apply(tmp_path, GOOD)
    after = read_entries(found, "2020-03-31")
    assert after.entries[0]["received_date"] == date(2017, 2, 27)
    assert '"Received": "27.2.207"' in str(after.entries[0]["raw"])
    assert not [i for i in after.issues if i.severity == "error"]
    assert (change.sheet, change.row, change.column_words) == ("Requests", 2, "C (Received)")
    assert (change.before, change.after, change.correction.id) == ("27.2.207", "27.2.2017", "first")
    assert after.entries[1:] == before.entries[1:]
    assert after.rows_read == before.rows_read


def test_a_day_without_quotes_is_a_day_and_an_empty_text_empties_the_cell(tmp_path: Path) -> None:
    found, _ = apply(tmp_path, {**GOOD, "change": {"received_date": date(2016, 2, 27)}})
    assert read_entries(found, "x").entries[0]["received_date"] == date(2016, 2, 27)
    found, [change] = apply(tmp_path, {**GOOD, "change": {"received_date": ""}})
    assert read_entries(found, "x").entries[0]["received_date"] is None
    assert change.after == ""


def test_white_space_and_typed_dates_compare_as_a_reader_sees_them(tmp_path: Path) -> None:
    table = {
        **GOOD,
        "match": {"recipient": "Ashford University"},
        "expect": {"recipient": "Ashford University"},
        "change": {"recipient": "University of Ashford"},
    }
    _, [change] = apply(tmp_path, table)
    assert change.before == "Ashford  University"
    table = {**GOOD, "match": {"reference": "A-2", "received_date": date(2017, 3, 1)},
             "expect": {"received_date": "2017-03-01"}, "change": {"received_date": "2017-03-02"}}  # fmt: skip
    _, [change] = apply(tmp_path, table)
    assert change.row == 3


def test_several_rows_only_when_that_is_said(tmp_path: Path) -> None:
    table = {**GOOD, "match": {"reference": "A-2"}, "expect": {"recipient": "Elsewhere"},
             "change": {"recipient": "Somewhere"}}  # fmt: skip
    with pytest.raises(AccessReviewError) as caught:
        apply(tmp_path, table)
    assert "2 rows have reference 'A-2' ('Requests' row 3, 'Requests' row 4), and it is for 1" in str(
        caught.value
    )
    _, changes = apply(tmp_path, {**table, "rows": 2})
    assert [c.row for c in changes] == [3, 4]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expect": {"received_date": "27.2.2O7"}},
         "sheet 'Requests', row 2: expected received_date '27.2.2O7', and '27.2.207' stands there"),
        ({"match": {"reference": "A-9"}}, "no row of 'Requests' has reference 'A-9'"),
        ({"sheet": "Request"}, "there is no sheet 'Request' with rows of the register"),
        ({"sheet": "Requests", "row": 3},
         "sheet 'Requests', row 3: expected reference 'A-1', and reference 'A-2' stands there"),
        ({"sheet": "Requests", "row": 1}, "row 1: there is no such row below the headings"),
        ({"sheet": "Requests", "row": 9}, "row 9: there is no such row below the headings"),
        ({"sheet": "Requests", "row": 2, "rows": 2}, "row 2 is one row, and rows = 2"),
        ({"match": {"tier": "1"}}, "no sheet there has a column for 'tier'"),
        ({"expect": {"tier": "1"}, "change": {"tier": "2"}}, "the sheet has no column for 'tier'"),
        ({"sha256": "cd" * 32}, "the file there has " + "ab" * 32),
    ],
)  # fmt: skip
def test_it_fails_loudly_when_it_does_not_find_what_it_expects(
    changes: dict[str, Any], words: str, tmp_path: Path
) -> None:
    with pytest.raises(AccessReviewError) as caught:
        apply(tmp_path, {**GOOD, **changes})
    message = str(caught.value)
    assert words in message
    assert "corrections/example/spec.toml: line 2: correction 'first': edition 2020-03-31" in message
    assert caught.value.hint


def test_two_corrections_of_one_cell_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AccessReviewError, match="received_date is changed by 'first' too"):
        apply(tmp_path, GOOD, {**GOOD, "id": "second", "change": {"received_date": "27.2.2016"}})


def test_a_row_alone_names_a_place_and_the_hash_of_the_file_is_verified(tmp_path: Path) -> None:
    table = {k: v for k, v in GOOD.items() if k != "match"}
    _, [change] = apply(tmp_path, {**table, "sheet": "Requests", "row": 2, "sha256": "ab" * 32})
    assert change.row == 2
