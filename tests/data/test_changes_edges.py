"""What must not be told as a change, and what must: each a small register of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from dashboard import measures
from dashboard.cli import main
from dashboard.errors import UsageError
from dashboard.store import Store
from tests.support.warehouse import File, build_data, lone_settings, make_data, open_data, register, table


COLUMNS = {"reference": "Ref", "recipient": "Name", "title": "Title", "released_date": "Released"}
PLAIN = register("plain", columns=COLUMNS, layout={"date_order": "ymd"})
ROWS = table("""
    Ref | Name      | Title      | Released
    A   | Anyford   | One thing  | 2020-01-06
    B   | Elsewhere | Two things | 2020-02-03
    C   | Nowhere   | No thing   | 2020-03-02
""")


def told(store: Store, name: str = "plain", **filters: object) -> list[tuple[object, ...]]:
    rows = measures.changes(store, register=name, **filters).dicts()
    return [(r["reference"], r["kind"], r["field"], r["before"], r["after"]) for r in rows]


def of_two(
    tmp_path: Path, later: object, described: Mapping[str, object] = PLAIN, earlier: object = ROWS
) -> list:
    data = make_data(tmp_path, described, {"2020-06-30": earlier, "2020-09-30": later})
    with open_data(data) as store:
        return told(store, str(described["id"]))


def with_cell(row: int, column: str, value: str) -> list[dict[str, str]]:
    return [{**r, column: value} if i == row else dict(r) for i, r in enumerate(ROWS)]


@pytest.mark.parametrize(
    "text",
    ["one  thing", "One thing.", " One thing", "ONE THING", "One\u00a0thing", "\uff2fne thing", "One\u200b thing",
     "One thing…", "One thing;"],
)  # fmt: skip
def test_spelling_alone(tmp_path, text):
    [(reference, kind, field, before, after)] = of_two(tmp_path, with_cell(0, "Title", text))
    assert (reference, kind, field, before) == ("A", "typographic", "title", "One thing")
    assert after == text


@pytest.mark.parametrize("text", ["One thing?!x", "One things", "0ne thing", "One-thing", "Onething"])
def test_and_what_is_more_than_spelling(tmp_path, text):
    assert of_two(tmp_path, with_cell(0, "Title", text)) == [("A", "amended", "title", "One thing", text)]


def test_quotes_and_dashes_are_spelling(tmp_path):
    earlier = with_cell(0, "Title", "Pupils' 'moves' - a study")
    later = with_cell(0, "Title", "Pupils’ ‘moves’ – a study")
    [(_, kind, *_)] = of_two(tmp_path, later, earlier=earlier)
    assert kind == "typographic"


def test_the_order_of_rows_and_columns_is_no_change(tmp_path):
    again = [dict(reversed(row.items())) for row in reversed(ROWS)]
    assert of_two(tmp_path, again) == []


def test_a_date_written_in_another_way_is_no_change(tmp_path):
    assert of_two(tmp_path, with_cell(0, "Released", "6 January 2020")) == []


def test_a_text_may_be_blanked_filled_and_hold_anything(tmp_path):
    assert of_two(tmp_path, with_cell(0, "Title", "")) == [("A", "amended", "title", "One thing", None)]


def test_a_field_of_the_same_name_in_json_needs_no_luck(tmp_path):
    text = 'He said  "x\\y" {$.title}'
    [(_, kind, _, before, after)] = of_two(
        tmp_path, with_cell(0, "Title", text), earlier=with_cell(0, "Title", text.replace("  ", " "))
    )
    assert (kind, after, before) == ("typographic", text, text.replace("  ", " "))


def test_a_row_without_a_reference_is_one_through_the_editions(tmp_path):
    blank = with_cell(1, "Ref", "")
    assert of_two(tmp_path, list(reversed(blank)), earlier=blank) == []


def test_and_its_changes_are_told_under_one_name(tmp_path):
    blank = with_cell(1, "Ref", "")
    data = make_data(tmp_path, PLAIN, {
        "2020-06-30": blank,
        "2020-09-30": [{**r, "Released": "2020-02-10"} if not r["Ref"] else dict(r) for r in blank],
        "2020-12-31": [r for r in blank if r["Ref"]],
    })  # fmt: skip
    with open_data(data) as store:
        rows = told(store)
        listed = measures.rows("ever-seen", store, register="plain").column("reference")
    assert [row[1:] for row in rows] == [
        ("amended", "released_date", "2020-02-03", "2020-02-10"),
        ("left_no_reason_published", None, None, None),
    ]
    assert len({row[0] for row in rows}) == 1
    assert rows[0][0] in listed
    assert len(listed) == 3  # not one more for each edition


SHEETS = register(
    "plain",
    sheets=[
        {"name": "Shares", "rows": "request", "columns": COLUMNS},
        {"name": "Regular", "rows": "request", "columns": COLUMNS, "required": False},
    ],
    layout={"date_order": "ymd"},
)


def test_a_sheet_that_is_not_there_says_nothing(tmp_path):
    earlier = {"Shares": ROWS[:1], "Regular": ROWS[1:]}
    assert of_two(tmp_path, {"Shares": ROWS[:1]}, SHEETS, earlier) == []


def test_a_row_that_moves_to_another_sheet_has_not_left(tmp_path):
    earlier = {"Shares": ROWS[:2], "Regular": ROWS[2:]}
    assert of_two(tmp_path, {"Shares": ROWS[:1], "Regular": ROWS[1:]}, SHEETS, earlier) == []


def test_and_a_sheet_that_is_there_does(tmp_path):
    earlier = {"Shares": ROWS[:1], "Regular": ROWS[1:]}
    later = {"Shares": ROWS[:1], "Regular": ROWS[2:]}
    assert of_two(tmp_path, later, SHEETS, earlier) == [("B", "left_no_reason_published", None, None, None)]


def test_a_complete_list_of_a_period(tmp_path):
    described = register(
        "plain",
        sheets=[{"name": "* to *", "rows": "request", "columns": COLUMNS, "period_in_name": True}],
        layout={"date_order": "ymd"},
    )
    earlier = {"January 2020 to June 2020": ROWS}
    later = {"February 2020 to September 2020": ROWS[2:]}
    # A is of January, which the later edition does not list; B is of February, which it does
    assert of_two(tmp_path, later, described, earlier) == [
        ("B", "left_no_reason_published", None, None, None)
    ]


def withdrawn(tmp_path: Path, edition: str, later: object, *place: str) -> tuple[list, str]:
    data = make_data(tmp_path, PLAIN, {"2020-06-30": ROWS, "2020-09-30": later})
    folder = str(lone_settings(data).data)
    assert (
        main(
            ["--data", folder, "withdraw", "plain", "--edition", edition, *place, "--reason", "It names one."]
        )
        == 0
    )
    with open_data(data) as store:
        result = measures.changes(store, register="plain")
        return told(store), result.csv()


def test_a_withdrawn_cell_is_not_told_as_blanked(tmp_path):
    later = with_cell(0, "Title", "A secret")
    sheet = "plain 2020-09-30"
    rows, text = withdrawn(tmp_path, "2020-09-30", later, "--sheet", sheet, "--row", "2", "--column", "title")
    assert rows == []
    assert "secret" not in text


def test_nor_a_withdrawn_row_as_gone(tmp_path):
    rows, _ = withdrawn(tmp_path, "2020-09-30", ROWS, "--sheet", "plain 2020-09-30", "--row", "3")
    assert rows == []


def test_a_row_that_was_withdrawn_before_need_not_be_new(tmp_path):
    rows, text = withdrawn(tmp_path, "2020-06-30", ROWS, "--sheet", "plain 2020-06-30", "--row", "3")
    assert rows == [("B", "added", None, None, None)]
    assert "rows of the one before are withdrawn, so it need not be new" in text


def test_an_edition_withdrawn_whole_is_no_neighbour(tmp_path):
    data = make_data(tmp_path, PLAIN, {
        "2020-06-30": ROWS, "2020-09-30": ROWS[:1], "2020-12-31": with_cell(0, "Title", "Another"),
    })  # fmt: skip
    folder = str(lone_settings(data).data)
    assert (
        main(["--data", folder, "withdraw", "plain", "--edition", "2020-09-30", "--reason", "It names one."])
        == 0
    )
    with open_data(data) as store:
        assert told(store) == [("A", "amended", "title", "One thing", "Another")]
        assert measures.edition_pair(store, "plain", None, None) == ("2020-06-30", "2020-12-31")
        with pytest.raises(UsageError, match="withdrawn"):
            measures.edition_pair(store, "plain", "2020-09-30", None)


def test_a_correction_of_ours_is_no_change_of_theirs(tmp_path):
    data = make_data(tmp_path, PLAIN, {"2020-06-30": with_cell(0, "Title", "One thnig"), "2020-09-30": ROWS})
    path = lone_settings(data).data / "corrections" / "plain" / "mend.toml"
    path.parent.mkdir(parents=True)
    path.write_text(
        """
[[correction]]
id = "thing"
edition = "2020-06-30"
match = { reference = "A" }
expect = { title = "One thnig" }
change = { title = "One thing" }
reason = "A slip of the keyboard."
source = "The next edition."
by = "A reviewer"
on = 2021-01-01
""",
        "utf-8",
    )
    with open_data(data) as store:
        assert told(store) == []


def test_a_file_that_comes_late_gets_its_neighbours_when_it_comes(tmp_path):
    files = {
        "2020-06-30": File(ROWS, published="2020-08-01"),
        "2020-12-31": File(with_cell(0, "Title", "Third"), published="2021-02-01"),
        "2020-09-30": File(with_cell(0, "Title", "Second"), published="2021-06-01"),
    }
    data = make_data(tmp_path, PLAIN, files)
    with open_data(data) as store:
        assert [row[3:] for row in told(store)] == [("One thing", "Second"), ("Second", "Third")]
        assert [row[3:] for row in told(store, known_on="2021-03-01")] == [("One thing", "Third")]
        assert told(store, known_on="2020-12-31") == []
        assert [row[3:] for row in told(store, from_="2021-06-01")] == [("One thing", "Second")]
        assert [row[3:] for row in told(store, to="2021-05-31")] == [("Second", "Third")]
    assert build_data(data).unchanged
