"""A figure's way home and back: said, found again where its row moved, and said in the same way."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dashboard.filters import Filters
from dashboard.ledger import NOT_TRACED, Ledger, Source, place_again, recompute, said_as, says


def figures(words: str, *sources: Source) -> list[dict[str, Any]]:
    ledger = Ledger()
    ledger.say(words, sources, section="s")
    return ledger.figures


TOP = Source(
    measure="top-recipients",
    filters=Filters(register="r"),
    columns=("rank", "recipient", "requests"),
    rows=((1, "A university", 23), (2, "B college", 17)),
    first=("requests",),
)


def test_a_figure_is_found_again_where_its_row_is_now() -> None:
    [figure] = figures("B college had 17.", TOP)
    rows = [
        {"rank": 1, "recipient": "B college", "requests": 31},
        {"rank": 2, "recipient": "A university", "requests": 24},
    ]
    assert recompute(figure, rows) == 24  # by the row's number
    assert place_again(figure, rows) == 31
    assert place_again(figure, rows[1:]) is None
    assert place_again(figure, [*rows, rows[0]]) is None, "two rows may be meant"


@pytest.mark.parametrize(
    ("words", "value", "other", "said"),
    [
        ("1,204", 1204, 1205, "1,205"),
        ("12%", 0.1249, 0.131, "13%"),
        ("under 1%", 0.004, 0.2, "20%"),
        ("10.2", 10.2421, 8.81, "8.8"),
        ("0.25", 0.2512, 0.3601, "0.36"),
        ("46", 46.4, 51.2, "51"),
        ("4 July 2018", "2018-07-04", "2018-07-05", "5 July 2018"),
        ("2018", "2018-01-01", "2019-01-01", "2019"),
        ("Oct to Dec 2016", "2016-12-31", "2017-03-31", "Jan to Mar 2017"),
    ],
)
def test_another_value_is_said_in_the_same_way(words: str, value: Any, other: Any, said: str) -> None:
    figure = {"words": words, "value": value}
    assert says(figure)
    assert not says({**figure, "value": other})
    assert said_as(figure, other) == said


@pytest.mark.parametrize("value", [None, True, [], "soon", {}])
def test_what_is_no_value_is_said_in_no_way(value: Any) -> None:
    assert not says({"words": "12", "value": value})
    assert said_as({"words": "12", "value": 12}, value) == ""


def test_rows_counted_by_a_query_are_traced_without_being_read() -> None:
    source = Source(
        measure="changes",
        filters=Filters(register="r", from_=date(2017, 5, 1)),
        columns=(),
        rows=(),
        tallied=(("kind", "added", 120), ("kind", "amended", 196)),
    )
    found = figures("120 entries added and 196 values amended, 7 of them odd.", source)
    assert [(f["words"], f["how"], f.get("equals")) for f in found] == [
        ("120", "rows where", "added"),
        ("196", "rows where", "amended"),
        ("7", NOT_TRACED, None),
    ]
    rows = [{"kind": "added"}] * 3 + [{"kind": "amended"}] * 2
    assert [recompute(f, rows) for f in found[:2]] == [3, 2]


def test_things_of_a_kind_are_counted_once_each() -> None:
    columns = ("kind", "reference", "occurrence", "field", "sheet_row")
    rows = (
        ("amended", "A1", 1, "recipient", 2),
        ("amended", "A1", 1, "purpose", 2),
        ("amended", "A1", 2, "purpose", 3),
        ("added", "A9", 1, None, 10),
    )
    source = Source(
        measure="changes", filters=Filters(register="r"), columns=(), rows=(), things=("reference", "occurrence"),
        tallied=(("kind", "added", 1), ("kind", "amended", 2)),
    )  # fmt: skip
    two, three = figures("2 amended, not 3.", source)
    assert (two["how"], two["equals"], two["value"]) == ("things where", "amended", 2)
    assert recompute(two, [dict(zip(columns, row, strict=True)) for row in rows]) == 2
    assert three["how"] == NOT_TRACED, "rows are not what is counted"


def test_a_table_of_the_report_itself_is_named_in_a_measures_place() -> None:
    source = Source(
        measure="",
        filters=Filters(),
        columns=("moved",),
        rows=(("yes",), ("no",), ("no",)),
        counted=True,
        tallied=(("moved", "yes", 1), ("moved", "no", 2)),
        table="tables/x.csv",
    )
    one, three = figures("1 of the 3 figures have changed", source)
    assert (one["measure"], one["table"], one["equals"]) == (None, "tables/x.csv", "yes")
    assert (three["how"], three["value"]) == ("rows", 3)
